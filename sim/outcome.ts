/** What one run leaves, and what all runs of a scenario leave together. Plain data: it crosses threads and is written as JSON. */
import type { LadderReading } from "../src/base/hash.ts";

/** A broken rule. */
export type Violation = { readonly rule: string; readonly at_s: number; readonly message: string };

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
  /** Things that happened at least once (`migration.failedOver`, …) with counts, for `require.sometimes`. */
  readonly reached: Readonly<Record<string, number>>;
  /** Players refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
};
