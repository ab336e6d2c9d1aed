/**
 * What a campaign must come to, or it has proved less than it seems: the `sometimes` of all runs together. A goal that was not hit after the
 * number of seeds in which it should have been makes a green campaign inconclusive.
 */

/** One goal: the name under `reached`, what it means, and the number of seeds after which it must have been hit. */
export type Goal = { readonly name: string; readonly what: string; readonly seeds: number };

// How often is measured on chaos/swarm; the number is the least of these at which missing it by chance is rarer than once in ten thousand campaigns.
const ALWAYS = 20;
const OFTEN = 60;
const SOMETIMES = 300;
const SELDOM = 1_500;
const RARELY = 6_000;

/** All goals of the default campaign. */
export const GOALS: readonly Goal[] = [
  goal("done.handoff", ALWAYS, "a map was handed over by a living host"),
  goal("done.failover", OFTEN, "a map whose host was lost went to another player host"),
  goal("done.fallback", ALWAYS, "a map went to the VPS"),
  goal("move.handoff.return", OFTEN, "a map went back from the VPS"),
  goal("move.handoff.better", OFTEN, "a map was moved to a better host"),
  goal("move.handoff.drain", OFTEN, "a leaving host's map was handed over"),
  goal("move.handoff.degraded", SOMETIMES, "a degraded host's map was handed over"),
  goal("move.handoff.overload", SELDOM, "a map outgrew its host"),
  goal("move.failover.invalid", SOMETIMES, "a blocked host's map was taken from it"),
  goal("failed.timeout", OFTEN, "a step of a move took too long"),
  goal("failed.freeze_timeout", SOMETIMES, "a freeze was undone"),
  goal("failed.source_lost", SOMETIMES, "a move lost its source"),
  goal("failed.target_lost", SOMETIMES, "a move lost its target"),
  goal("failed.superseded", SOMETIMES, "a move was overtaken"),
  goal("failed.store", SOMETIMES, "a move failed for the store"),
  goal("failed.host_leaving", RARELY, "a target refused because it leaves"),
  goal("claim.unknown", SOMETIMES, "a claim's answer was lost"),
  goal("claim.refused", SOMETIMES, "a claim was refused"),
  goal("claim.failed", SOMETIMES, "a claim failed"),
  goal("suspected.close", ALWAYS, "a host was suspected for a closed connection"),
  goal("suspected.silence", ALWAYS, "a host was suspected for its silence"),
  goal("cleared", OFTEN, "a suspicion proved wrong"),
  goal("gone.close", OFTEN, "a host was given up for a closed connection"),
  goal("gone.silence", ALWAYS, "a host was given up for its silence"),
  goal("host.falselyGone", OFTEN, "a living host was given up"),
  goal("gone.leave", OFTEN, "a host left politely"),
  goal("host.blocked", OFTEN, "a host was blocked"),
  goal("host.forgotten", SOMETIMES, "a host that stayed away was forgotten"),
  goal("degraded.begun", SOMETIMES, "a host was marked degraded"),
  goal("storm.held", OFTEN, "the storm guard held verdicts back"),
  goal("started.with_maps", ALWAYS, "a coordinator took over from the store"),
  goal("stopped.stale", SOMETIMES, "a host that was replaced found itself fenced"),
  goal("refusal.place.vps_full", OFTEN, "the VPS was full when a map needed it"),
  goal("refusal.place.no_candidate", SOMETIMES, "no host could be asked"),
  goal("joined.not_eligible", ALWAYS, "a machine that is not eligible joined"),
  goal("standby.none", ALWAYS, "a map had no standby"),
];

function goal(name: string, seeds: number, what: string): Goal {
  return { name, what, seeds };
}
