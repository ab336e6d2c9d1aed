/**
 * Places where the code may do something rare but legal, so that rare paths are walked often: FoundationDB's BUGGIFY. The code asks
 * at a site; in simulation a keyed draw answers (sim/faults/buggify.ts), in production the answer is always no ({@link NEVER}).
 * Whatever a site does is allowed by SPEC: the rules hold whichever of them fire, and how often. Each is bounded by itself (it
 * shortens a wait, loses what a broken line may lose, or delays once), so that no bound of a rule needs an exception.
 */

/** Every site and what it does. A site's name is part of its draws: renaming one draws anew for it, and for no other. */
export const BUGGIFY_SITES = {
  // Coordinator: moves
  "claim-answer-lost": "A granted claim's answer is lost: the row is read instead.",
  "claim-asked-twice": "A granted claim's answer is lost and the claim asked again: it is refused by what it wrote itself.",
  "row-read-early": "The row of an unknown claim was read before the claim took effect: the claim is asked again.",
  "store-retry-at-once": "A store request without an answer is asked again at once.",
  "move-step-short": "A step of a move before the freeze has a tenth of its time.",
  "freeze-timeout-at-once": "A freeze is over its limit as soon as it begins.",
  "promote-timeout-short": "A host told to serve has a tenth of its time to say that it does.",
  "warm-as-cold": "A target that holds a replica is taken for one that holds none.",
  // Coordinator: what is asked when nobody serves
  "urgent-look-late": "A map whose move just failed is looked at in the next round, not in the same step.",
  "reawaken-untold": "An owner that shall serve again is not told the first time.",
  // Coordinator: doubt
  "suspect-unprobed": "A suspect is judged without a second opinion.",
  "probe-answer-lost": "A prober's answer is lost: the suspect is judged when its time is over.",
  "storm-early": "The storm guard trips at a single suspicion.",
  "storm-short": "The storm guard lets go after a tenth of its time.",
  // Coordinator: at intervals
  "health-check-late": "A health check comes a third of its interval later.",
  "standbys-none": "A map is left without standbys until the next health check.",
  "standbys-one-short": "One standby fewer is chosen than the conf wants.",
  "redistribution-elsewhere": "A round of redistribution begins half the maps further on.",
  "moves-limit-one": "One map on the move is enough to hold back another.",
  // Coordinator: who comes
  "start-grace-short": "A new coordinator waits a quarter of its grace for hosts to introduce themselves.",
  "introduce-again": "A host that has introduced itself is asked to do so once more.",
  "enter-refused": "A player is refused a map that has room.",
  // Hosts
  "prepare-busy": "A host asked to make room says that it is busy.",
  "precopy-again": "One more round of precopy although little has changed.",
  "load-slow": "A process's first load takes ten times as long, by at most a second.",
  "probe-unsent": "A prober's question does not reach the suspect.",
  "checkpoint-early": "The first checkpoint is written as soon as a map is served.",
  "checkpoint-skipped": "A map is not written down this time.",
  "join-turned-away": "A host turns away a player whom it could take.",
  // Players
  "ask-early": "A client waits an eighth of its time before it asks again.",
  "redirect-missed": "A client misses a redirect and asks where to play.",
  "join-twice": "A client asks a host twice to be let in.",
  // The loop
  "inbox-turn": "An input takes its turn in the inbox although nothing is under way.",
  "inbox-full": "The inbox is full for a message: whoever carried it closes its line.",
} as const;

/** A site's name. */
export type BuggifySite = keyof typeof BUGGIFY_SITES;

/** Asked at a site whether to do the rare thing this time. */
export type Buggify = (site: BuggifySite) => boolean;

/** What production has: no site ever fires. */
export const NEVER: Buggify = () => false;
