/** One run: a world from options and a seed, everything that looks on, and what it leaves. Synchronous; nothing outside is touched. */
import type { HostActor } from "../../src/core/actors/host.ts";
import { ReferenceGame } from "../../src/core/game/reference-game.ts";
import { HOST_TIMER } from "../../src/core/actors/states.ts";
import type { HostingSettings } from "../../src/core/settings.ts";
import { BooksChecker, type BooksView } from "../checkers/books.ts";
import type { Checker } from "../checkers/checker.ts";
import type { GameView } from "../checkers/game.ts";
import { hostingCheckers, isLivenessRule, requiredRules } from "../checkers/hosting.ts";
import { unreachable } from "../checkers/unreachable.ts";
import { BuggifySites } from "../faults/buggify.ts";
import { Faults } from "../faults/faults.ts";
import { GameFleet } from "../fleet/games.ts";
import { HostFleet } from "../fleet/hosts.ts";
import { PlayerFleet } from "../fleet/players.ts";
import { plantsOf } from "../planted/plant.ts";
import type { Observer } from "../world/observer.ts";
import { EVENT } from "../world/queue.ts";
import type { Tracing } from "../world/tracing.ts";
import { World } from "../world/world.ts";
import { Fingerprint } from "./fingerprint.ts";
import { gamesOf } from "./games.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Regions } from "./metrics/regions.ts";
import { type Options, runLengthUs } from "../options.ts";
import type { RunOutcome, RunResult, Violation } from "../outcome.ts";
import { rootOf } from "./root-stream.ts";
import { FaultTally } from "./fault-tally.ts";
import { Fanout, Tracer } from "./fanout.ts";
import { drawSwarm } from "./swarm/draw.ts";
import { type Storyteller, storyteller } from "./story/storyteller.ts";

/** Player numbers beyond those expected: arrivals are random. */
const PLAYERS_SPARE = 256;
const VIOLATIONS_MAX = 100;

/** Notes each step with its cause and the violations found in it; it is told of the run's checkers before the run begins. */
export type StepNotes = Tracing & Observer & { judges(checkers: readonly Checker[]): void };

/**
 * How a caller looks in: progress in virtual microseconds, an early end, a line per record, the story for the page that is looked into, one
 * more observer, notes of each step, and the world before its first event and as it stands at its end (us).
 */
export type RunHooks = {
  progress?: (virtualUs: number) => void;
  until?: number;
  trace?: (line: string) => void;
  story?: boolean;
  watch?: Observer;
  steps?: StepNotes;
  begun?: (world: World) => void;
  ended?: (world: World, at: number) => void;
};

/** The settings of the hosting room as a run's options give them. */
function settingsOf(options: Options): HostingSettings {
  return {
    conf: options.conf,
    tuning: options.tuning,
    maps: options.maps.names,
    eligible: options.maps.eligible,
    regions: options.regions.map((region) => region.name),
  };
}

/** Room for player numbers: all who can come at the highest rate, and some to spare. */
function playerCapacity(options: Options): number {
  const { initial, startPerS, stages } = options.players;
  const top = Math.max(startPerS, ...stages.map((stage) => stage.toPerS), 0);
  const hours = (options.durationUs + options.settleUs) / 3.6e9;
  // Nobody can be online who has not come: the sum of arrivals bounds the concurrency, whatever the session law.
  const arrivals = top * hours * 3600;
  return Math.ceil((initial + arrivals) * 1.05) + PLAYERS_SPARE + crowds(options);
}

/** Players that faults may bring at most: of one that repeats twice as often as it comes in the mean, and once. */
function crowds({ faults, durationUs }: Options): number {
  const planned = faults.filter((fault) => fault.kind === "flash-crowd");
  return planned.reduce((sum, { amount, everyUs }) => sum + Math.ceil(amount * (everyUs === null ? 1 : 1 + (2 * durationUs) / everyUs)), 0);
}

/** What the recount reads of a world that is made after it. */
function booksView(world: () => World): BooksView {
  return {
    // What a coordinator that stands still should have done is not held against it.
    hosting: () => {
      const { coordinator, coordinatorUp, machines, now } = world();
      return coordinatorUp && (machines.pausedUntil[0] as number) <= now ? coordinator.hosting : null;
    },
    rings: (timer) => world().timers.due(0, timer),
    playsOn: (player) => playsOn(world(), player),
    writesDown: (host) => world().timers.due(host, HOST_TIMER.checkpoint) !== undefined,
    agent: (host) => agentOf(world(), host),
  };
}

/** What the recount of games reads: those that hosts which run serve, by host and map. */
function gameView(world: () => World): GameView {
  return {
    *programs() {
      const { hosts } = world().machines;
      for (let host = 1; host <= hosts; host++) {
        for (const { map, epoch, program } of world().gamesOf(host)?.served() ?? [])
          if (program instanceof ReferenceGame) yield { host, map, epoch, game: program };
      }
    },
  };
}

/** Runs one seed of a scenario from start to end. Gives everything there is to say about it. */
export function runSeed(given: Options, seed: number, hooks: RunHooks = {}): RunOutcome {
  const options = drawSwarm(given, seed);
  const metrics = new Metrics(options);
  const books = new BooksChecker(
    booksView(() => world),
    HostFleet.count(options),
    options,
  );
  const games = gamesOf(options, seed);
  const checkers = [...hostingCheckers(options, games === null ? null : gameView(() => world)), books];
  const fingerprint = new Fingerprint();
  const faultTally = new FaultTally(options.faults);
  const regions = new Regions(options);
  const teller = storyteller(options, hooks.story === true, (at, map, host) => regions.changed(at, map, host));
  const observers: Observer[] = [metrics, ...checkers, fingerprint, faultTally, regions, ...teller.observers];
  if (hooks.trace !== undefined) observers.push(new Tracer(hooks.trace));
  if (hooks.watch !== undefined) observers.push(hooks.watch);
  if (hooks.steps !== undefined) observers.push(hooks.steps);
  hooks.steps?.judges(checkers);
  const observer = new Fanout(observers);
  const plants = plantsOf(options.planted);
  const root = rootOf(options, seed);
  const sites = options.buggify === null ? null : new BuggifySites(root, options.buggify);
  const world = new World(
    options,
    settingsOf(options),
    root,
    observer,
    HostFleet.count(options),
    playerCapacity(options),
    plants,
    hooks.steps ?? null,
    games,
    sites === null ? undefined : (actor) => sites.of(actor),
  );
  hooks.begun?.(world);
  const fleet = new HostFleet(world, options);
  const people = new PlayerFleet(world, options, world.players.length);
  const faults = new Faults(world, fleet, people, options);
  attach(world, fleet, people, faults, games === null ? null : new GameFleet(world, options));
  fleet.start();
  people.start((options.tuning.startGraceMs + 2000) * 1000);
  faults.start();
  world.start();

  const progress = hooks.progress ?? (() => {});
  const end = runLengthUs(options);
  const settles = end > options.durationUs;
  const until = Math.min(hooks.until ?? end, end);
  world.run(Math.min(until, options.durationUs), progress);
  if (settles && until > options.durationUs) {
    const core = faults.heal();
    sites?.heal();
    fleet.rest(core);
    observer.settling?.(options.durationUs);
    world.run(until, progress);
  }
  progress(until);
  hooks.ended?.(world, until);
  faults.report();
  observer.finish?.(until);
  return outcomeOf(options, seed, world, until, settles && until === end, {
    metrics,
    checkers,
    fingerprint,
    faultTally,
    regions,
    teller,
    sites,
  });
}

/** The map a client plays on, -1 while it is on its way there. */
function playsOn(world: World, player: number): number | undefined {
  const client = world.players[player];
  if (client === undefined) return undefined;
  return client.stage === "playing" ? client.map : -1;
}

/** A host's process that runs on a line that works. */
function agentOf(world: World, host: number): HostActor | undefined {
  const { linked, cut, pausedUntil } = world.machines;
  const well = linked[host] === 1 && cut[host] === 0 && (pausedUntil[host] as number) <= world.now;
  return well ? world.hosts[host] : undefined;
}

/** Routes the events of fleet and faults to them. */
function attach(world: World, fleet: HostFleet, people: PlayerFleet, faults: Faults, clicks: GameFleet | null): void {
  const { hosts } = world.machines;
  world.attach({
    event(kind, target, number, object) {
      switch (kind) {
        case EVENT.measure:
        case EVENT.uptimeEnds:
        case EVENT.downtimeEnds:
          return fleet.event(kind, target, number);
        case EVENT.sample:
          return fleet.leaveNow(target, number);
        case EVENT.arrival:
          return people.arrive();
        case EVENT.habit:
          return people.act(target);
        case EVENT.click:
          return clicks?.click(target, object);
        default:
          return faults.event(kind, target, number, object);
      }
    },
    player: (dense, _at, record) => {
      people.see(dense - hosts - 1, record);
      if (record.kind === "player/playing") clicks?.plays(dense - hosts - 1);
    },
    moved: (record) => faults.moved(record),
    goodbye: (host) => fleet.leaveNow(host, -1),
  });
}

type Watchers = {
  readonly metrics: Metrics;
  readonly checkers: Checker[];
  readonly fingerprint: Fingerprint;
  readonly faultTally: FaultTally;
  readonly regions: Regions;
  readonly teller: Storyteller;
  readonly sites: BuggifySites | null;
};

function outcomeOf(options: Options, seed: number, world: World, until: number, settled: boolean, w: Watchers): RunOutcome {
  const measured = w.metrics.outcome();
  const told = { regions: w.regions.outcome(), ...w.teller.outcome() };
  // Arguments of a call that is not made are not made either: where nobody reads, nothing is written.
  for (const checker of w.checkers) checker.reported?.(until, JSON.stringify({ measured, told }));
  const violations: Violation[] = [];
  const evaluated: Record<string, number> = {};
  const reached: Record<string, number> = { ...measured.reached, ...w.sites?.reached() };
  const used: Record<string, number> = {};
  let total = 0;
  for (const checker of w.checkers) {
    violations.push(...checker.violations());
    total += checker.total();
    for (const [rule, count] of Object.entries(checker.evaluated())) evaluated[rule] = (evaluated[rule] ?? 0) + count;
    for (const [name, count] of Object.entries(checker.reached())) reached[name] = (reached[name] ?? 0) + count;
    for (const [rule, share] of Object.entries(checker.used())) used[rule] = Math.max(used[rule] ?? 0, share);
  }
  const impossible = unreachable(options, reached, until / 1e6);
  evaluated["OR1"] = 1;
  violations.push(...impossible);
  total += impossible.length;
  violations.sort((a, b) => a.at_s - b.at_s || (a.rule < b.rule ? -1 : 1));
  const faults = w.faultTally.outcomes();
  const decisions = w.fingerprint.decisions();
  const vacuous = vacuities(options, evaluated, until, settled);
  return {
    seed,
    fingerprint: w.fingerprint.digest(JSON.stringify(measured)),
    decisions: decisions.digest,
    ladder: decisions,
    events: world.events,
    virtual_s: until / 1e6,
    wall_s: 0,
    result: resultOf(violations, vacuous),
    violations: [...violations.slice(0, VIOLATIONS_MAX), ...vacuous],
    violationsTotal: total,
    ...measured,
    faults,
    evaluated,
    used,
    reached,
    ...told,
  };
}

/**
 * What makes a green run prove nothing: rules never put to the test. Faults without effect, and what must happen only sometimes, are
 * judged over all runs of a scenario (`buildDocument`), because chance decides in which of them a fault meets somebody.
 */
function vacuities(options: Options, evaluated: Record<string, number>, until: number, settled: boolean): Violation[] {
  if (until < options.durationUs) return [];
  const never = requiredRules(options, settled).filter((rule) => (evaluated[rule] ?? 0) === 0);
  return never.map((rule) => ({ rule: "vacuous", at_s: until / 1e6, message: `rule ${rule} was never put to the test` }));
}

function resultOf(violations: readonly Violation[], vacuous: readonly Violation[]): RunResult {
  if (violations.some((v) => !isLivenessRule(v.rule))) return "safety";
  if (violations.length > 0) return "liveness";
  return vacuous.length > 0 ? "inconclusive" : "ok";
}
