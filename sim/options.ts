/**
 * The expanded options of a run: what a scenario file says once `extends`, `sweep`, `--set`, presets and trace files are
 * resolved. Plain data, so that it crosses to a worker thread and is printed whole. Times are microseconds unless the name says otherwise.
 */
import type { Law } from "../src/base/laws.ts";
import type { MapConf, Tuning } from "../src/core/settings.ts";

/** How the run is judged. */
export type Mode = "capacity" | "safety" | "liveness" | "soak";

/**
 * What runs on a hosted map. `control`: nothing, its state is a size that is carried about, for large capacity runs. `game`: a real game, whose operations,
 * states and inputs are judged too.
 */
export type Fidelity = "control" | "game";

/** One region: where players and hosts live. Shares are normalised to sum 1. */
export type RegionOptions = {
  readonly name: string;
  readonly players: number;
  readonly hosts: number;
};

/**
 * Places and the RTT between them. A preset has one place per region; a city matrix has many. `placeRegion[p]` is the region
 * index of place p; entities of a region draw their place uniformly among the region's places.
 */
export type NetworkOptions = {
  readonly placeRegion: readonly number[];
  /** Square matrix, milliseconds, row-major. The diagonal is the RTT between two machines of one place (without access). */
  readonly rttMs: readonly number[];
  /** Access delay a machine adds to each RTT, milliseconds: players and player hosts. VPS sites add none. */
  readonly playerAccessMs: Law;
  readonly hostAccessMs: Law;
  /** One-way jitter: scale of a Laplace law around the path's delay, milliseconds (only its delaying half moves an arrival later; never earlier than half the path). */
  readonly jitterMs: number;
  /** Loss of single heartbeats on a quiet link (probability), and bursts: mean gap between bursts and mean length (us), loss inside. */
  readonly loss: number;
  readonly burst: { readonly everyUs: number; readonly lengthUs: number; readonly loss: number } | null;
};

/** One machine as it is, in the units of the laws that would have drawn it. */
export type ListedHost = {
  /** Index of {@link NetworkOptions.placeRegion}. */
  readonly place: number;
  readonly cpuGhz: number;
  readonly cpuCores: number;
  readonly freeRamMb: number;
  readonly uploadMbps: number;
  readonly jitterMs: number;
  readonly packetRate: number;
  readonly frameTimeMs: number;
  /** Access delay it adds to each RTT. */
  readonly accessMs: number;
  /** How long it had been up when the run begins. */
  readonly upS: number;
  /** When it comes up, from the start of the run; 0: it is up then. */
  readonly comesS: number;
};

/** The machines that players offer. */
export type HostOptions = {
  /**
   * The machines one by one instead of by laws; `count` is their number then, and nothing but the plan of faults ends their up-times. What laws
   * this type still asks for is never drawn: see `withHosts` in sim/fleet/listed.ts.
   */
  readonly list: readonly ListedHost[] | null;
  readonly count: number;
  readonly cpuGhz: Law;
  readonly cpuCores: Law;
  readonly freeRamMb: Law;
  /** Mbit/s. The measured `network_speed_mbps`; `uploadShare` of it is given to hosting. */
  readonly uploadMbps: Law;
  readonly uploadShare: number;
  readonly jitterMs: Law;
  readonly packetRate: Law;
  readonly frameTimeMs: Law;
  /** Times up and down, seconds; drawn stationary at the start. Null when availability comes from a trace. */
  readonly uptimeS: Law | null;
  readonly downtimeS: Law | null;
  /** Availability from a trace: per trace node, [start, end, start, end, …] in seconds; hosts take nodes round-robin from a seeded offset. */
  readonly availability: { readonly nodes: readonly (readonly number[])[]; readonly fromS: number } | null;
  /** How an up-time ends: politely, with a closed connection, or silently. Normalised. */
  readonly leave: { readonly polite: number; readonly close: number; readonly silent: number };
  /** Share of the metrics' noise between two reports (relative standard deviation of latency). */
  readonly metricsNoise: number;
};

/** One stage of player arrivals: the rate moves linearly to `toPerS` within `forUs`. */
export type ArrivalStage = { readonly forUs: number; readonly toPerS: number };

/** The people: how many come, how long they stay, what drives them away. */
export type PlayerOptions = {
  /** Players online at the start, already spread over maps (sessions drawn stationary). */
  readonly initial: number;
  readonly startPerS: number;
  readonly stages: readonly ArrivalStage[];
  /** Session length and stay on one map, seconds. */
  readonly sessionS: Law;
  readonly stayS: Law;
  /** Quit hazard: relative weights of RTT, jitter, loss and outage (Chen et al.: 1 : 2 : 11 : 6) and the rate per hour at a badness of 1. */
  readonly quit: {
    readonly rtt: number;
    readonly jitter: number;
    readonly loss: number;
    readonly outage: number;
    readonly perHour: number;
  };
};

/** The maps; the three lists run side by side. */
export type MapOptions = {
  readonly names: readonly string[];
  /** `eligible[i]`: may leave the VPS. Not eligible = critical. */
  readonly eligible: readonly boolean[];
  /** Relative popularity, any positive scale. */
  readonly popularity: readonly number[];
};

/**
 * A VPS site is one host of kind `vps` with `slots` maps. `place` indexes `placeRegion`; left out, it is drawn among the region's places.
 */
export type VpsOptions = { readonly sites: readonly { readonly region: number; readonly slots: number; readonly place?: number }[] };

/** The ownership store: what one request takes, there and back, milliseconds. */
export type StoreOptions = {
  readonly latencyMs: Law;
};

/** Whom a fault meets. Selection is by keyed draw, stable for a seed. */
export type FaultTarget =
  | { readonly pick: "all" }
  | { readonly pick: "region"; readonly region: number; readonly share: number }
  | { readonly pick: "share"; readonly share: number }
  | { readonly pick: "count"; readonly count: number }
  /** The player host that serves most players at that instant. */
  | { readonly pick: "busiest"; readonly count: number }
  | { readonly pick: "host"; readonly index: number }
  /** Player hosts by number, as `host` counts them: those of them that are up. */
  | { readonly pick: "hosts"; readonly indices: readonly number[] }
  /** An end of the move whose step the fault waited for (`on`), if a player hosts there. */
  | { readonly pick: "move"; readonly end: "source" | "target" };

/** Steps of a move that a fault can wait for: its decision, and what the coordinator notes of it (`move/step`). */
export const FAULT_STEPS = ["decided", "prepared", "copied", "frozen", "ready", "claimed", "active"] as const;

/** Whom a cut parts the host from: everyone, the VPS sites and the coordinator, players, or other player hosts. */
export type CutShape = "all" | "vps" | "players" | "hosts";

/** A planned fault. `every` null: once at `atUs`; else repeated with Poisson gaps of that mean. */
export type Fault = {
  readonly id: string;
  readonly kind:
    | "crash"
    | "leave"
    | "pause"
    | "cut"
    | "one-way-cut"
    | "region-outage"
    | "jitter-burst"
    | "loss-burst"
    | "store-slow"
    | "store-fail"
    | "store-unknown"
    | "store-refuse"
    | "coordinator-restart"
    | "validation-fail"
    | "player-drop"
    | "isolate"
    | "duplicate"
    | "reorder"
    | "corrupt"
    | "slow-line"
    | "clog"
    | "swizzle-clog"
    | "half-open"
    | "rebind"
    | "slow-cpu"
    | "clock-drift"
    | "clock-jump"
    | "stale-return"
    | "churn"
    | "lie-metrics"
    | "stale-replay"
    | "equivocate"
    | "store-timeout"
    | "store-full"
    | "store-rollback"
    | "coordinator-pause"
    | "flash-crowd";
  readonly atUs: number;
  readonly everyUs: number | null;
  /** How long it lasts; for crash: until the machine is back (0 = by its own down-time law); for flash-crowd: while they come. */
  readonly forUs: number;
  readonly target: FaultTarget;
  /** Strength, in the unit that the kind's row names (sim/run/scenario/fault-kinds.ts). */
  readonly amount: number;
  /**
   * crash, stale-return: does the connection close (true) or fall silent. one-way-cut: true cuts host → VPS, false VPS → host.
   * half-open: true when the coordinator's end sees the close and the host does not, false the other way round.
   */
  readonly close: boolean;
  /** cut and one-way-cut: whom it parts from the host; left out, everyone. */
  readonly shape?: CutShape;
  /** It begins `afterUs` after the first move that passes `step` when its time has come; left out, at its time. */
  readonly on?: { readonly step: (typeof FAULT_STEPS)[number]; readonly afterUs: number };
};

/**
 * Each seed draws a run of its own: which kinds of faults it has, when, how long and how strong, and (`world`) sizes, settings and habits too.
 * `subset`: each kind is in half of the runs, or every kind in all of them.
 */
export type SwarmOptions = { readonly subset: "random" | "all"; readonly world: "random" | "fixed" };

/** BUGGIFY sites of the code: which share of them is active in a run, and in which share of its askings an active one fires (0..1). */
export type BuggifyOptions = { readonly active: number; readonly fires: number };

/** Do messages travel sealed: not, under a counted fake of the ciphers' sizes, or under the ciphers themselves. The last two give the same run. */
export type Sealing = "off" | "counted" | "real";

/** After how many envelopes, and how long (us), a sender takes its next key. */
export type RekeyOptions = { readonly messages: number; readonly us: number };

/** A threshold of the scenario: `expression` as written, e.g. `p(99)<=1500`. */
export type Threshold = { readonly metric: string; readonly expression: string };

/** Those of them that sit in the sealing of messages. */
export type SealingBug =
  | "mac-after-decrypt"
  | "window-before-verify"
  | "opened-twice"
  | "iv-reused"
  | "key-kept-after-retirement"
  | "envelope-of-other-host-accepted"
  | "secret-in-a-record"
  | "rekey-drops-what-was-under-way";

/** Known bugs that tests plant into a run; sim/planted says what each does. */
export type PlantedName =
  | "canary"
  | "no-fence"
  | "max-seen-fence"
  | "epoch-reused-after-restart"
  | "commit-before-freeze"
  | "leave-drops-all-maps"
  | "redirect-lost"
  | "release-lost"
  | "freeze-does-not-stop"
  | "release-off-by-one"
  | "player-stays-at-its-host"
  | "player-asks-once"
  | "lazy-silence-skipped"
  | "stale-standby-promoted"
  | "critical-map-lent-out"
  | "capacity-forgotten-on-failover"
  | "cooldown-ignored"
  | "threshold-ignored"
  | "threshold-compounded"
  | "share-limit-ignored"
  | "fallback-time-forgotten"
  | "orphan-on-failed-move"
  | "blocked-host-keeps-maps"
  | "block-forgotten"
  | "tie-by-arrival"
  | "latency-preferred-high"
  | "double-grant-on-unknown"
  | "unknown-taken-as-granted"
  | "fallback-forgotten"
  | "redistribution-restless"
  | "p2p-switch-ignored"
  | "memory-not-asked"
  | "losses-forgotten"
  | "backoff-ignored"
  | "reservation-leaked"
  | "reserved-room-lent"
  | "player-limit-ignored"
  | "vps-slots-ignored"
  | "critical-slot-lent"
  | "leave-not-counted"
  | "owner-stands-by"
  | "drain-forgets-a-map"
  | "failover-forgets-a-map"
  | "waiting-map-forgotten"
  | "move-timer-lost"
  | "claim-not-retried"
  | "restore-not-retried"
  | "probe-waited-for-ever"
  | "storm-never-over"
  | "cleared-host-stays-out"
  | "watched-once"
  | "rows-taken-as-service"
  | "stale-holdings-ignored"
  | "holdings-believed"
  | "resume-ignored"
  | "counter-outlives-run"
  | "duplicate-operation-applied"
  | "acknowledged-before-commit"
  | "unknown-never-resolved"
  | "redo-forgotten"
  | "redo-twice"
  | "ghost-kept"
  | "stale-image-promoted"
  | "delta-dropped-at-freeze"
  | "hash-unchecked"
  | "batch-reversed"
  | "news-lost"
  | "taken-overstated"
  | SealingBug;

/**
 * What runs on the maps at fidelity game: the maps of a folder of rAthena's databases, null: of the one that is shipped; a map it does not know is like
 * one that it does. `fieldSide`: instead of its grounds all maps are fields drawn for the run, so many cells a side. Time between two things that a
 * player does, seconds.
 */
export type GameOptions = { readonly folder: string | null; readonly fieldSide: number | null; readonly clicksS: Law };

/** Everything one run needs besides its seed. */
export type Options = {
  readonly scenario: string;
  /** The name that all draws are keyed by, beside the seed: the scenario's own, or that of the one it was cut out of. */
  readonly draws: string;
  readonly title: string;
  readonly modes: readonly Mode[];
  readonly fidelity: Fidelity;
  readonly game: GameOptions;
  readonly durationUs: number;
  /** Liveness: quiet time after the faults, within which everything must settle. */
  readonly settleUs: number;
  readonly conf: MapConf;
  readonly tuning: Tuning;
  readonly regions: readonly RegionOptions[];
  readonly network: NetworkOptions;
  readonly hosts: HostOptions;
  readonly players: PlayerOptions;
  readonly maps: MapOptions;
  readonly vps: VpsOptions;
  readonly store: StoreOptions;
  readonly faults: readonly Fault[];
  readonly swarm: SwarmOptions | null;
  /** Null: no site of the code ever fires, as in production. */
  readonly buggify: BuggifyOptions | null;
  /**
   * Share of the player hosts that belong to the core when faults stop. The core is healed; for the others what ails them stays for good, and
   * of those that are well some are cut off or stopped for good. 1: everything is healed.
   */
  readonly heal: number;
  /** How long people who were dropped take to log in again, seconds. */
  readonly reconnectS: Law;
  readonly thresholds: readonly Threshold[];
  readonly require: { readonly faultsEffective: "all" | "any" | "none"; readonly sometimes: readonly string[] };
  /** Heartbeats scheduled one by one (the oracle) instead of computed. */
  readonly eagerHeartbeats: boolean;
  readonly sealing: Sealing;
  readonly rekey: RekeyOptions;
  /** Names of planted bugs to switch on (tests only). */
  readonly planted: readonly PlantedName[];
  /** Width of a bucket of the time series. */
  readonly seriesStepUs: number;
};

/** How long a run of these options lasts: its load and faults, and in mode liveness the quiet time after them (us). */
export function runLengthUs({ durationUs, modes, settleUs }: Pick<Options, "durationUs" | "modes" | "settleUs">): number {
  return durationUs + (modes.includes("liveness") ? settleUs : 0);
}
