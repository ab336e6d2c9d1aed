/**
 * Which faults a seed has, and how strong: swarm testing (Groce et al., "Swarm Testing", ISSTA 2012). Leaving kinds out at random finds what a
 * run with everything in it hides, because faults mask each other. Every drawn fault is explicit: one time, one length, one strength.
 */
import { US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import { FAULT_STEPS, type Fault, type FaultTarget, type Options } from "../../options.ts";
import { FAULT_KINDS } from "../scenario/fault-kinds.ts";
import type { Dice } from "./dice.ts";

/** How a kind is drawn: lengths in milliseconds (0: over at once, or by the machine's own law), strengths, and whom it may meet. */
type Range = {
  readonly lastsMs: readonly [min: number, max: number] | null;
  /** Of crash: the share of occurrences that last as long as `lastsMs` says; the others end by the machine's own law. */
  readonly amount: readonly [min: number, max: number] | null;
  readonly whom: "hosts" | "region" | "none";
  /** Most occurrences in one run. */
  readonly most: number;
};

/** Whom a cut may part a host from, where not from all. */
const CUT_SHAPES = ["vps", "players", "hosts"] as const;
const SHARE: Range["amount"] = [0.1, 1];
const LINE_MS: Range["lastsMs"] = [100, 15_000];

/** The kinds a swarm draws from, all of them: a kind that is not here does not compile. */
const RANGES: Readonly<Record<Fault["kind"], Range>> = {
  crash: { lastsMs: [50, 20_000], amount: null, whom: "hosts", most: 5 },
  leave: { lastsMs: null, amount: null, whom: "hosts", most: 3 },
  pause: { lastsMs: [50, 12_000], amount: null, whom: "hosts", most: 4 },
  cut: { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 4 },
  "one-way-cut": { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 4 },
  "region-outage": { lastsMs: [200, 10_000], amount: null, whom: "region", most: 1 },
  "jitter-burst": { lastsMs: LINE_MS, amount: [2, 400], whom: "hosts", most: 3 },
  "loss-burst": { lastsMs: LINE_MS, amount: [0.05, 1], whom: "hosts", most: 3 },
  "store-slow": { lastsMs: [200, 8_000], amount: [2, 400], whom: "none", most: 3 },
  "store-fail": { lastsMs: [100, 6_000], amount: SHARE, whom: "none", most: 3 },
  "store-unknown": { lastsMs: [100, 6_000], amount: SHARE, whom: "none", most: 3 },
  "store-refuse": { lastsMs: [100, 4_000], amount: SHARE, whom: "none", most: 2 },
  "coordinator-restart": { lastsMs: [10, 4_000], amount: null, whom: "none", most: 2 },
  "validation-fail": { lastsMs: null, amount: null, whom: "hosts", most: 3 },
  "player-drop": { lastsMs: null, amount: [0.05, 0.9], whom: "none", most: 2 },
  isolate: { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 3 },
  duplicate: { lastsMs: LINE_MS, amount: SHARE, whom: "hosts", most: 3 },
  reorder: { lastsMs: LINE_MS, amount: [1, 3000], whom: "hosts", most: 3 },
  corrupt: { lastsMs: LINE_MS, amount: [0.02, 0.6], whom: "hosts", most: 3 },
  "slow-line": { lastsMs: LINE_MS, amount: [2, 300], whom: "hosts", most: 3 },
  clog: { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 4 },
  "swizzle-clog": { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 2 },
  "half-open": { lastsMs: LINE_MS, amount: null, whom: "hosts", most: 4 },
  rebind: { lastsMs: null, amount: null, whom: "hosts", most: 4 },
  "slow-cpu": { lastsMs: LINE_MS, amount: [5, 500], whom: "hosts", most: 3 },
  "clock-drift": { lastsMs: LINE_MS, amount: [10, 200_000], whom: "hosts", most: 3 },
  "clock-jump": { lastsMs: null, amount: [10, 600_000], whom: "hosts", most: 3 },
  "stale-return": { lastsMs: [50, 15_000], amount: null, whom: "hosts", most: 4 },
  churn: { lastsMs: [2000, 20_000], amount: [1, 10], whom: "hosts", most: 2 },
  "lie-metrics": { lastsMs: [1000, 60_000], amount: [1.1, 20], whom: "hosts", most: 3 },
  "stale-replay": { lastsMs: null, amount: [1, 64], whom: "hosts", most: 4 },
  equivocate: { lastsMs: null, amount: [1, 12], whom: "hosts", most: 4 },
  "store-timeout": { lastsMs: [100, 6_000], amount: SHARE, whom: "none", most: 3 },
  "store-full": { lastsMs: [100, 6_000], amount: SHARE, whom: "none", most: 2 },
  "store-rollback": { lastsMs: null, amount: [10, 20_000], whom: "none", most: 2 },
  "coordinator-pause": { lastsMs: [50, 8_000], amount: null, whom: "none", most: 2 },
  "flash-crowd": { lastsMs: [10, 5_000], amount: [5, 200], whom: "none", most: 2 },
};

/** The kinds' names, for whoever asks what a campaign has tried. */
export const SWARM_KINDS = Object.keys(RANGES) as readonly Fault["kind"][];

/** The share of kinds that are in a run, drawn for each: few, some or half of them, because where much goes wrong little can be told apart. */
const PRESENT = [0.06, 0.15, 0.5] as const;
/** Nothing goes wrong before the fleet has come up and maps are placed; half of the runs begin even then. */
const EARLIEST_US = 500 * US_PER_MS;
const USUAL_EARLIEST_US = 5 * US_PER_S;

/** The faults of one seed, by time. `dice` gives the throws of a purpose; `everything`: no kind is left out. */
export function drawFaults(options: Options, dice: (purpose: string) => Dice, everything: boolean): Fault[] {
  const general = dice("faults");
  const early = general.chance(0.5) ? EARLIEST_US : USUAL_EARLIEST_US;
  // One run in eight has faults of a single kind only: what needs quiet beside it is found there.
  const single = !everything && general.chance(1 / 8) ? general.of(SWARM_KINDS as [Fault["kind"], ...Fault["kind"][]]) : null;
  const share = general.of(PRESENT);
  const luck = drawLuck(options, early, general);
  const faults = SWARM_KINDS.flatMap((kind) => {
    const own = dice(`faults/${kind}`);
    const present = own.chance(share);
    const count = own.whole(1, RANGES[kind].most);
    if (single !== null ? kind !== single : !everything && !present) return [];
    return Array.from({ length: count }, (_, n) => drawFault(kind, n, options, own, luck));
  });
  const chased = single === null ? chase(faults, options, luck, dice("faults/chase")) : [];
  return awaiting([...faults, ...chased], options.conf.monitoring.detailed_logging, dice("faults/on")).sort(
    (a, b) => a.atUs - b.atUs || (a.id < b.id ? -1 : 1),
  );
}

/** Of what a new coordinator finds half done, what a store has lost tells the most. */
const BEFORE_A_RESTART: ReadonlySet<Fault["kind"]> = new Set(["store-rollback"]);

/** In three runs of ten the coordinator is restarted while another fault is still fresh: what it had under way then, its successor finds half done. */
function chase(faults: readonly Fault[], options: Options, luck: Luck, dice: Dice): Fault[] {
  const chases = dice.chance(0.3);
  const which = dice.unit();
  const behindUs = Math.round(dice.spread(1, 1500)) * US_PER_MS;
  const lost = faults.filter(({ kind }) => BEFORE_A_RESTART.has(kind));
  const from = lost.length > 0 ? lost : faults.filter(({ kind }) => kind !== "coordinator-restart");
  const first = from[Math.floor(which * from.length)];
  if (!chases || first === undefined) return [];
  const n = faults.filter(({ kind }) => kind === "coordinator-restart").length;
  const restart = drawFault("coordinator-restart", n, options, dice, luck);
  return [{ ...restart, atUs: Math.min(first.atUs + behindUs, options.durationUs - 1) }];
}

/** What meets a move at one of its steps tells something of the move; and what may be met at one of its ends. */
const AT_A_STEP: ReadonlySet<Fault["kind"]> = new Set([
  "crash",
  "leave",
  "pause",
  "cut",
  "one-way-cut",
  "half-open",
  "rebind",
  "clog",
  "slow-line",
  "stale-return",
  "stale-replay",
  "equivocate",
  "validation-fail",
  "isolate",
  "store-slow",
  "store-fail",
  "store-unknown",
  "store-timeout",
  "store-full",
  "coordinator-restart",
  "coordinator-pause",
]);

/**
 * In four runs of ten half of such faults wait for a step of a move, and mostly meet one of its ends: a freeze lasts a tenth of a second, and
 * faults that come by the clock hardly ever meet it. Where the conf has no steps told (`stepsTold`), whoever would wait for one comes by the clock.
 */
function awaiting(faults: readonly Fault[], stepsTold: boolean, dice: Dice): Fault[] {
  const some = dice.chance(0.4);
  return faults.map((fault) => {
    const waits = dice.chance(0.5);
    const step = dice.of(FAULT_STEPS);
    const at = dice.chance(0.4);
    const afterUs = Math.round(dice.spread(1, 400)) * US_PER_MS;
    const end = dice.of(["source", "target"] as const);
    const there = dice.chance(0.8);
    if (!some || !waits || !AT_A_STEP.has(fault.kind)) return fault;
    if (!stepsTold && step !== "decided") return fault;
    const target: FaultTarget = there && RANGES[fault.kind].whom === "hosts" ? { pick: "move", end } : fault.target;
    return { ...fault, on: { step, afterUs: at ? 0 : afterUs }, target };
  });
}

/** When and whom: the earliest and latest instant, and in half of the runs instants near which things happen, and machines to which they happen. */
type Luck = {
  readonly earliest: number;
  readonly latest: number;
  readonly instants: readonly number[];
  readonly unlucky: readonly number[];
};

/**
 * What is hard to get needs two or three things to meet at one machine within a second, which hardly happens by chance: in half of the runs faults
 * come near a few instants, and mostly to one or two machines.
 */
function drawLuck(options: Options, earliestUs: number, dice: Dice): Luck {
  const latest = Math.max(earliestUs + 1, options.durationUs - 1);
  const earliest = Math.min(earliestUs, latest);
  const gathered = dice.chance(0.5);
  const instants = Array.from({ length: dice.whole(1, 4) }, () => dice.whole(earliest, latest));
  const unlucky = Array.from({ length: dice.whole(1, 2) }, () => dice.whole(0, Math.max(0, options.hosts.count - 1)));
  return gathered ? { earliest, latest, instants, unlucky } : { earliest, latest, instants: [], unlucky: [] };
}

/** How far from its instant something that gathers happens, in the mean. */
const NEAR_US = 700 * US_PER_MS;

function drawTime({ earliest, latest, instants }: Luck, dice: Dice): number {
  const anywhere = dice.whole(earliest, latest);
  const [first, ...others] = instants;
  const off = -Math.log(dice.unit()) * NEAR_US * (dice.chance(0.5) ? 1 : -1);
  if (first === undefined) return anywhere;
  return Math.min(latest, Math.max(earliest, Math.round(dice.of([first, ...others]) + off)));
}

function drawFault(kind: Fault["kind"], n: number, options: Options, dice: Dice, luck: Luck): Fault {
  const { lastsMs, amount, whom } = RANGES[kind];
  return {
    id: `${kind}-${n + 1}`,
    kind,
    atUs: drawTime(luck, dice),
    everyUs: null,
    forUs: lastsMs === null ? 0 : Math.round(dice.spread(lastsMs[0], lastsMs[1])) * US_PER_MS,
    target: drawTarget(whom, options, luck, dice),
    amount: amount === null ? 1 : Math.round(dice.spread(amount[0], amount[1]) * 100) / 100,
    // Thrown for every kind, and true where it says nothing, as a plan reads it.
    close: dice.chance(0.5) || FAULT_KINDS[kind].close === null,
    ...drawShape(kind, dice),
  };
}

/** Half of the cuts part a host from a class of others alone: hidden from us and seen by players, or the other way round. */
function drawShape(kind: Fault["kind"], dice: Dice): Pick<Fault, "shape"> {
  const some = dice.chance(0.5);
  const shape = dice.of(CUT_SHAPES);
  return some && FAULT_KINDS[kind].shape === true ? { shape } : {};
}

/** Mostly one machine; now and then the busiest, a few, a share of them, or all at once. */
function drawTarget(whom: Range["whom"], options: Options, { unlucky }: Luck, dice: Dice): FaultTarget {
  if (whom === "none") return { pick: "all" };
  if (whom === "region") return { pick: "region", region: dice.whole(0, options.regions.length - 1), share: 1 };
  const hosts = Math.max(1, options.hosts.count);
  const [first, ...others] = unlucky;
  if (first !== undefined && dice.chance(0.7)) return { pick: "host", index: dice.of([first, ...others]) };
  const which = dice.unit();
  if (which < 0.45) return { pick: "host", index: dice.whole(0, hosts - 1) };
  if (which < 0.75) return { pick: "busiest", count: dice.whole(1, 2) };
  if (which < 0.92) return { pick: "count", count: dice.whole(1, Math.min(4, hosts)) };
  if (which < 0.97) return { pick: "share", share: Math.round(dice.spread(0.1, 0.9) * 100) / 100 };
  return { pick: "all" };
}
