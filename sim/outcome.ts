/** What one run leaves, and what all runs of a scenario leave together. Plain data: it crosses threads and is written as JSON. */
import type { LadderReading } from "../src/base/hash.ts";
import type { MoveCause, MoveForm, MoveStep } from "../src/core/protocol/history.ts";
import type { HostId, MapId, PlayerId } from "../src/core/protocol/ids.ts";

/** A broken rule, and whom it is about where the rule speaks of one map, host or player. */
export type Violation = {
  readonly rule: string;
  readonly at_s: number;
  readonly message: string;
  readonly map?: MapId;
  readonly host?: HostId;
  readonly player?: PlayerId;
};

/** A mergeable summary of one metric in one run. `histogram` is the sparse form of base/histogram (scaled integers). */
export type MetricSample = {
  readonly name: string;
  readonly unit: string;
  /** Value = histogram value × scale. */
  readonly scale: number;
  readonly histogram: unknown;
};

/** One bucketed time series; `values[i]` covers [i·step, (i+1)·step). NaN is written as null. */
export type Series = { readonly name: string; readonly unit: string; readonly values: readonly (number | null)[] };

/** How a fault fared. */
export type FaultOutcome = { readonly id: string; readonly kind: string; readonly applied: number; readonly effects: number };

/** How a run ended, and how all runs together did; `exitCode` gives each its number. */
export type RunResult = "ok" | "safety" | "liveness" | "threshold" | "inconclusive" | "nondeterminism" | "timeout" | "crash";

/** One run seen from one region. Levels are means over the run; histograms are in microseconds, in the sparse form of base/histogram. */
export type RegionOutcome = {
  readonly region: string;
  readonly player_hours: number;
  readonly players_max: number;
  readonly hosts_online: number;
  readonly hosts_eligible: number;
  readonly joins: number;
  readonly joins_on_player_hosts: number;
  readonly quits_by_quality: number;
  readonly refused: number;
  /** Slots of the VPS sites that stand there, and of these in use. */
  readonly vps_slots: number;
  readonly vps_slots_used: number;
  readonly vps_slots_used_max: number;
  readonly rtt: unknown;
  readonly rtt_vps: unknown;
};

/** One finished move. Steps count from the decision. */
export type MoveSample = {
  readonly map: MapId;
  readonly cause: MoveCause;
  readonly form: MoveForm;
  readonly from: HostId;
  readonly to: HostId;
  readonly to_vps: boolean;
  readonly at_s: number;
  /** From the loss, where there was one, until the coordinator first acted on it. */
  readonly noticed_ms: number;
  /** From then to this decision: moves before this one that failed, and waiting for a host. */
  readonly waited_ms: number;
  readonly steps: readonly { readonly step: MoveStep; readonly ms: number }[];
  /** From the decision, or from the loss where there was one, to the end of the move. */
  readonly total_ms: number;
  /** How long nobody served the map. */
  readonly away_ms: number;
  readonly players: number;
  /** Players on the map times the seconds it was away: the play it cost. */
  readonly player_s: number;
  readonly failure: string | null;
};

/** The moves of a run that are worth a look. */
export type Remarkable = {
  readonly slowest: readonly MoveSample[];
  readonly worst: readonly MoveSample[];
  readonly failed: readonly MoveSample[];
};

/** A move in a story, milliseconds; steps and `total_ms` count from `at_ms`, the decision. */
export type StoryMove = {
  readonly at_ms: number;
  readonly cause: MoveCause;
  readonly form: MoveForm;
  readonly from: HostId;
  readonly to: HostId;
  readonly players: number;
  readonly away_ms: number;
  readonly noticed_ms: number;
  readonly steps: readonly (readonly [MoveStep, number])[];
  readonly total_ms: number;
  readonly failure: string | null;
};

/** Who served which map when: a sample of a run that stays bounded however long the run is. Times are virtual milliseconds. */
export type RunStory = {
  readonly end_ms: number;
  readonly maps_in_all: number;
  /** `changes`: time, host, time, host, …, beginning with 0, -1; host -1: nobody serves from then on. */
  readonly lanes: readonly { readonly map: MapId; readonly changes: readonly number[]; readonly moves: readonly StoryMove[] }[];
  /** `changes`: when the machine came, went, came, …; `region` -1: it never introduced itself. */
  readonly hosts: readonly { readonly host: HostId; readonly region: number; readonly vps: boolean; readonly changes: readonly number[] }[];
  readonly marks: readonly { readonly at_ms: number; readonly kind: string; readonly text: string }[];
};

/** Everything a worker sends back about one seed. */
export type RunOutcome = {
  readonly seed: number;
  readonly fingerprint: string;
  /** Digest of the coordinator's decisions alone: equal between lazy and eager heartbeats. */
  readonly decisions: string;
  /** The same digest with what it was after every so many entries, so that two runs that part can be searched. */
  readonly ladder: LadderReading;
  readonly events: number;
  readonly virtual_s: number;
  readonly wall_s: number;
  readonly result: RunResult;
  readonly violations: readonly Violation[];
  readonly violationsTotal: number;
  readonly metrics: readonly MetricSample[];
  readonly series: { readonly step_s: number; readonly rows: readonly Series[] };
  readonly faults: readonly FaultOutcome[];
  /** Why hosts were not eligible: reason → host-hours share (0..1) over all offered host-hours. */
  readonly ineligible: Readonly<Record<string, number>>;
  /** Which rules were evaluated and how often: an `always` never evaluated is not green. */
  readonly evaluated: Readonly<Record<string, number>>;
  /** Per rule with a bound in time: the largest share of it that was used, 1 at the bound itself. */
  readonly used: Readonly<Record<string, number>>;
  /** Things that happened at least once (`migration.failedOver`, …) with counts, for `require.sometimes`. */
  readonly reached: Readonly<Record<string, number>>;
  /** Players refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** In the order of the options' regions; empty for a run that crashed. */
  readonly regions: readonly RegionOutcome[];
  readonly moves: Remarkable;
  /** Null unless it was asked for. */
  readonly story: RunStory | null;
};
