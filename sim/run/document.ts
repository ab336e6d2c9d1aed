/**
 * The document a scenario leaves: all runs together, as `--json` prints it and `reports/<scenario>/` keeps it. It depends
 * on the scenario, the seeds and the code alone; only `wall_s` tells of the machine it ran on.
 */
import { type LadderReading, RollingHash, thinned } from "../../src/base/hash.ts";
import { Histogram, type HistogramData } from "../../src/base/histogram.ts";
import { US_PER_S } from "../../src/base/time.ts";
import { DEFINITIONS, DEFINITIONS_VERSION } from "./metrics/definitions.ts";
import type { Options } from "../options.ts";
import type { FaultOutcome, RunOutcome, RunResult, Series, Violation } from "../outcome.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import { type MedianInterval, medianInterval } from "./median-interval.ts";
import { type RegionSummary, summariseRegions } from "./region-summary.ts";
import { mergeRemarkable } from "./story/remarkable.ts";
import { evaluateThreshold, parseThreshold } from "./thresholds.ts";

/** One metric over all runs. Numbers are in `unit`; those of a metric without samples are null. */
export type MetricSummary = {
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

/** How much runs differ: the runs' own means of a metric in seed order (null: no sample), the middle and ends of them, and between which of them the median of all runs lies. */
export type Spread = {
  readonly median: number | null;
  readonly interval: MedianInterval | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly means: readonly (number | null)[];
};

/** One run, in short. `wall_s` is the only field of a document that depends on the machine. */
export type RunLine = {
  readonly seed: number;
  readonly fingerprint: string;
  readonly decisions: string;
  readonly events: number;
  readonly virtual_s: number;
  readonly wall_s: number;
  readonly result: RunResult;
  readonly violations: readonly Violation[];
  readonly violations_total: number;
  /** The command that runs this seed alone again, where it did not end well. */
  readonly replay: string | null;
  /** The ladder of its decisions, thinned to {@link RUNGS_KEPT} rungs, where it did not end well: `diverge` finds by it why the seed does not replay. */
  readonly ladder: LadderReading | null;
};

/** A threshold and what came of it; `actual` is null where the metric has no sample. */
export type ThresholdLine = { readonly metric: string; readonly expression: string; readonly actual: number | null; readonly ok: boolean };

/** The frame of a scenario: maps in all and those that may leave the VPS, machines offered, VPS slots, planned length. */
export type Size = {
  readonly maps: number;
  readonly maps_eligible: number;
  readonly hosts: number;
  readonly vps_slots: number;
  readonly duration_s: number;
};

/** The settings that answers speak of, with the units their names say. */
export type Requirements = {
  readonly net_min_speed: number;
  readonly net_max_latency: number;
  readonly cpu_min_ghz: number;
  readonly cpu_min_cores: number;
  readonly ram_min_mb: number;
  readonly max_jitter_ms: number;
  readonly max_disconnects_per_hour: number;
  readonly heartbeat_ms: number;
  readonly heartbeats_missed_max: number;
  /** Players that a map admits which players may host, and one that stays on the VPS. */
  readonly map_players_max: number;
  readonly vps_map_players_max: number;
};

/** Everything the runs of one scenario (one sweep point) leave together. */
export type RunDocument = {
  readonly scenario: string;
  readonly title: string;
  readonly mode: string;
  readonly commit: string;
  readonly command: string;
  /** Which point of a sweep it is, counted from 0 as `--point` takes it; null for a scenario without one. */
  readonly point: number | null;
  readonly fingerprint: string;
  readonly result: RunResult;
  /** Why the result can show nothing, where it cannot. */
  readonly inconclusive: readonly string[];
  /** What the scenario offers. */
  readonly size: Size;
  readonly requirements: Requirements;
  readonly seeds: readonly number[];
  readonly runs: readonly RunLine[];
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** How the samples of metrics that count happenings in time lie. */
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly regions: readonly RegionSummary[];
  /** The moves of all runs that are worth a look. */
  readonly moves: ReturnType<typeof mergeRemarkable>;
  readonly thresholds: readonly ThresholdLine[];
  readonly spread: Readonly<Record<string, Spread>>;
  readonly definitions: number;
  readonly faults: readonly FaultOutcome[];
  /** Mean over runs of the share of host-hours in which a reason held; largest first. */
  readonly ineligible: Readonly<Record<string, number>>;
  readonly evaluated: Readonly<Record<string, number>>;
  readonly reached: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Time series of the first runs, at most {@link SERIES_RUNS_MAX}. */
  readonly series: readonly { readonly seed: number; readonly step_s: number; readonly rows: readonly Series[] }[];
  /** The expanded options; lists longer than {@link LIST_MAX} by length, first items and digest. */
  readonly options: unknown;
};

/**
 * What a document is made of. `outcomes` stand in seed order; `command` repeats the run and names no workers, `replay` repeats one seed. `point`
 * is given for points of a sweep, all of which `command` repeats.
 */
export type DocumentParts = {
  readonly options: Options;
  readonly seeds: readonly number[];
  readonly outcomes: readonly RunOutcome[];
  readonly commit: string;
  readonly mode: string;
  readonly command: string;
  readonly point?: number;
  readonly replay?: (seed: number) => string;
};

/** Runs whose time series a document keeps: enough to draw, small enough for campaigns of many seeds. */
export const SERIES_RUNS_MAX = 20;
/** Rungs of the ladders that a document keeps: less than 3 KB for each run that did not end well. */
const RUNGS_KEPT = 128;
/** Longest list of the options that is written whole. */
export const LIST_MAX = 64;

/** From worst to best: the first one that any run has is the result of all. */
const PRECEDENCE: readonly RunResult[] = ["crash", "timeout", "nondeterminism", "safety", "liveness", "threshold", "inconclusive", "ok"];

const EXIT_CODES: Readonly<Record<RunResult, number>> = {
  ok: 0,
  safety: 10,
  liveness: 11,
  threshold: 12,
  inconclusive: 13,
  nondeterminism: 14,
  timeout: 15,
  crash: 16,
};

/** The exit code of a result. */
export function exitCode(result: RunResult): number {
  return EXIT_CODES[result];
}

/** The worst of several results; without any, nothing was shown. */
export function worstResult(results: readonly RunResult[]): RunResult {
  return PRECEDENCE.find((candidate) => results.includes(candidate)) ?? "inconclusive";
}

/** Merges the runs of one scenario, in the order given. */
export function buildDocument(parts: DocumentParts): RunDocument {
  const { options, outcomes } = parts;
  const merged = mergeMetrics(outcomes);
  const hours = outcomes.reduce((sum, run) => sum + run.virtual_s, 0) / 3600;
  const thresholds = options.thresholds.map((t) => judge(t.metric, t.expression, merged, hours));
  const faults = mergeFaults(outcomes);
  const reached = sumRecords(outcomes.map((run) => run.reached));
  const inconclusive = whyInconclusive(options, outcomes, thresholds, faults, reached);
  const results: RunResult[] = outcomes.map((run) => run.result);
  if (thresholds.some((t) => !t.ok)) results.push("threshold");
  if (inconclusive.length > 0) results.push("inconclusive");
  return {
    scenario: options.scenario,
    title: options.title,
    mode: parts.mode,
    commit: parts.commit,
    command: parts.command,
    point: parts.point ?? null,
    fingerprint: digestOf(outcomes.map((run) => run.fingerprint)),
    result: worstResult(results),
    inconclusive,
    size: sizeOf(options),
    requirements: requirementsOf(options),
    seeds: parts.seeds,
    runs: outcomes.map((run) => runLine(run, parts.replay)),
    metrics: Object.fromEntries([...merged].map(([name, metric]) => [name, summarise(metric)])),
    distributions: distributionsOf(merged),
    regions: summariseRegions(outcomes),
    moves: mergeRemarkable(outcomes, options.maps.names),
    thresholds,
    spread: Object.fromEntries([...merged.keys()].map((name) => [name, spreadOf(name, outcomes)])),
    definitions: DEFINITIONS_VERSION,
    faults,
    ineligible: meanShares(outcomes),
    evaluated: sumRecords(outcomes.map((run) => run.evaluated)),
    reached,
    refused: sumRecords(outcomes.map((run) => run.refused)),
    series: outcomes.slice(0, SERIES_RUNS_MAX).map((run) => ({ seed: run.seed, ...run.series })),
    options: abridged(options),
  };
}

/** The same document without wall time: equal for any number of workers on any machine (DT1). */
export function stripTimes(document: RunDocument): RunDocument {
  return { ...document, runs: document.runs.map((run) => ({ ...run, wall_s: 0 })) };
}

function sizeOf(options: Options): Size {
  return {
    maps: options.maps.names.length,
    maps_eligible: options.maps.eligible.reduce((n, may) => n + Number(may), 0),
    hosts: options.hosts.count,
    vps_slots: options.vps.sites.reduce((sum, site) => sum + site.slots, 0),
    duration_s: options.durationUs / US_PER_S,
  };
}

function requirementsOf({ conf, tuning }: Options): Requirements {
  const { net_min_speed, net_max_latency, cpu_min_ghz, cpu_min_cores, ram_min_mb, max_disconnects_per_hour } = conf.host_requirements;
  return {
    net_min_speed,
    net_max_latency,
    cpu_min_ghz,
    cpu_min_cores,
    ram_min_mb,
    max_jitter_ms: conf.realtime_gaming.max_jitter_ms,
    max_disconnects_per_hour,
    heartbeat_ms: tuning.heartbeatMs,
    heartbeats_missed_max: tuning.heartbeatsMissedMax,
    map_players_max: tuning.mapPlayersMax,
    vps_map_players_max: tuning.vpsMapPlayersMax,
  };
}

type Merged = { readonly unit: string; readonly scale: number; readonly histogram: Histogram };

/** All metrics of the definitions, in their order, then any others in the order met. */
function mergeMetrics(outcomes: readonly RunOutcome[]): Map<string, Merged> {
  const merged = new Map<string, Merged>(DEFINITIONS.map((d) => [d.name, { unit: d.unit, scale: d.scale, histogram: new Histogram() }]));
  for (const run of outcomes) {
    for (const sample of run.metrics) {
      let metric = merged.get(sample.name);
      if (metric === undefined) {
        metric = { unit: sample.unit, scale: sample.scale, histogram: new Histogram() };
        merged.set(sample.name, metric);
      }
      metric.histogram.merge(Histogram.fromJSON(sample.histogram as HistogramData));
    }
  }
  return merged;
}

function summarise({ unit, scale, histogram }: Merged): MetricSummary {
  const value = (stored: number): number | null => (histogram.count === 0 ? null : scaled(stored, scale));
  return {
    unit,
    count: histogram.count,
    sum: scaled(histogram.sum, scale),
    min: value(histogram.min),
    max: value(histogram.max),
    mean: value(histogram.mean),
    p50: value(histogram.quantile(0.5)),
    p95: value(histogram.quantile(0.95)),
    p99: value(histogram.quantile(0.99)),
  };
}

function distributionsOf(merged: ReadonlyMap<string, Merged>): Record<string, Distribution> {
  const timed = DEFINITIONS.filter((d) => d.sampling === "event" && d.unit === "ms");
  const pairs = timed.map(({ name, unit, scale }): [string, Distribution | null] => {
    const metric = merged.get(name);
    return [name, metric === undefined ? null : distributionOf(metric.histogram, unit, scale)];
  });
  return Object.fromEntries(pairs.filter((pair): pair is [string, Distribution] => pair[1] !== null));
}

/** `scale` is one over a whole number: dividing by that keeps decimals short, multiplying would not. */
function scaled(stored: number, scale: number): number {
  return Math.round((stored / Math.round(1 / scale)) * 1e6) / 1e6;
}

function judge(metric: string, expression: string, merged: ReadonlyMap<string, Merged>, hours: number): ThresholdLine {
  const parsed = parseThreshold(expression);
  const found = merged.get(metric);
  if (!parsed.ok || found === undefined) return { metric, expression, actual: null, ok: false };
  const { histogram, scale } = found;
  const none = histogram.count === 0;
  const { actual, ok } = evaluateThreshold(parsed.value, {
    count: histogram.count,
    sum: scaled(histogram.sum, scale),
    min: none ? NaN : scaled(histogram.min, scale),
    max: none ? NaN : scaled(histogram.max, scale),
    mean: none ? NaN : scaled(histogram.mean, scale),
    quantile: (p) => (none ? NaN : scaled(histogram.quantile(p), scale)),
    hours,
  });
  // Without a sample nothing broke the threshold, and nothing showed that it holds: the result becomes inconclusive.
  return Number.isNaN(actual) ? { metric, expression, actual: null, ok: true } : { metric, expression, actual, ok };
}

/** Reasons that hold over all runs; where there are none, what inconclusive runs say for themselves. */
function whyInconclusive(
  options: Options,
  outcomes: readonly RunOutcome[],
  thresholds: readonly ThresholdLine[],
  faults: readonly FaultOutcome[],
  reached: Readonly<Record<string, number>>,
): string[] {
  const why = thresholds
    .filter((t) => t.ok && t.actual === null)
    .map((t) => `no sample of ${t.metric}, so ${t.expression} was not put to the test`);
  for (const name of options.require.sometimes) {
    if ((reached[name] ?? 0) === 0) why.push(`${name} never happened in any run`);
  }
  const fired = Object.keys(reached).some((name) => name.startsWith("buggify.") && (reached[name] ?? 0) > 0);
  if (options.buggify !== null && !fired) why.push("no BUGGIFY site fired in any run");
  const idle = faults.filter((fault) => fault.effects === 0);
  const need = options.require.faultsEffective;
  if (need === "all") why.push(...idle.map((fault) => `fault ${fault.id} (${fault.kind}) met nothing in any run`));
  if (need === "any" && faults.length > 0 && idle.length === faults.length) why.push("no fault met anything in any run");
  if (why.length > 0) return why;
  const unsure = outcomes.filter((run) => run.result === "inconclusive");
  return unsure.flatMap((run) => run.violations.map((violation) => `seed ${run.seed}: ${violation.message}`));
}

function runLine(run: RunOutcome, replay: DocumentParts["replay"]): RunLine {
  const { seed, fingerprint, decisions, events, virtual_s, wall_s, result, violations } = run;
  const again = result === "ok" || replay === undefined ? null : replay(seed);
  return {
    seed,
    fingerprint,
    decisions,
    events,
    virtual_s,
    wall_s,
    result,
    violations,
    violations_total: run.violationsTotal,
    replay: again,
    ladder: result === "ok" ? null : thinned(run.ladder, RUNGS_KEPT),
  };
}

function spreadOf(name: string, outcomes: readonly RunOutcome[]): Spread {
  const means = outcomes.map((run) => {
    const sample = run.metrics.find((metric) => metric.name === name);
    if (sample === undefined) return null;
    const histogram = Histogram.fromJSON(sample.histogram as HistogramData);
    return histogram.count === 0 ? null : scaled(histogram.mean, sample.scale);
  });
  const known = means.filter((mean) => mean !== null).sort((a, b) => a - b);
  const low = known[(known.length - 1) >> 1];
  const high = known[known.length >> 1];
  const median = low === undefined || high === undefined ? null : Math.round(((low + high) / 2) * 1e6) / 1e6;
  return { median, interval: medianInterval(known), min: known[0] ?? null, max: known.at(-1) ?? null, means };
}

function mergeFaults(outcomes: readonly RunOutcome[]): FaultOutcome[] {
  const merged = new Map<string, FaultOutcome>();
  for (const fault of outcomes.flatMap((run) => run.faults)) {
    const before = merged.get(fault.id);
    merged.set(fault.id, {
      id: fault.id,
      kind: fault.kind,
      applied: fault.applied + (before?.applied ?? 0),
      effects: fault.effects + (before?.effects ?? 0),
    });
  }
  return [...merged.values()];
}

/** Sums by key; keys in the order of their names, so that no run decides the order. */
function sumRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const record of records) for (const [key, count] of Object.entries(record)) sums.set(key, (sums.get(key) ?? 0) + count);
  return Object.fromEntries([...sums].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

/** Runs that crashed have no hosts to speak of and do not count. */
function meanShares(outcomes: readonly RunOutcome[]): Record<string, number> {
  const lasted = outcomes.filter((run) => run.metrics.length > 0);
  const sums = Object.entries(sumRecords(lasted.map((run) => run.ineligible)));
  const means = sums.map(([reason, sum]): [string, number] => [reason, Math.round((sum / lasted.length) * 1e6) / 1e6]);
  return Object.fromEntries(means.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** One fingerprint of several texts in their order. */
function digestOf(texts: readonly string[]): string {
  const hash = new RollingHash();
  for (const text of texts) hash.mixString(text);
  return hash.digest();
}

/** The same value with long lists named by their length, their beginning and a digest of all. */
function abridged(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.length <= LIST_MAX) return value.map(abridged);
    return { items: value.length, first: value.slice(0, 4).map(abridged), digest: digestOf([JSON.stringify(value)]) };
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, abridged(item)]));
}
