/** Two policies on the same seeds, figure by figure: what differs, by how much, and whether that is more than chance. */
import { assert } from "../../../src/base/assert.ts";
import { Histogram, type HistogramData } from "../../../src/base/histogram.ts";
import type { RunOutcome } from "../../outcome.ts";
import type { Better, Definition } from "../metrics/definition.ts";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { CONFIDENCE, holm, meanInterval, meanOf, pairsLeast, seedsNeeded, signFlipP, type Interval } from "./statistics.ts";

/** What one run says of a metric: its own mean (the value itself where a run leaves one sample), or the value most of its samples keep below. */
export type Statistic = "mean" | "p(95)" | "p(99)";

/** How B does beside A: told to be better or worse, not told apart, or the same in every seed. */
export type Verdict = "better" | "worse" | "same" | "equal";

/** One seed under both policies, in the row's unit. */
export type Pair = { readonly seed: number; readonly a: number; readonly b: number };

/** One figure under both policies. Numbers are null where there is no pair to take them from. */
export type ComparedRow = {
  readonly metric: string;
  readonly statistic: Statistic;
  readonly unit: string;
  /** Which way is better; rows without a direction are shown and not judged. */
  readonly better: Better;
  /** Means over the pairs, and the mean of B - A. */
  readonly a: number | null;
  readonly b: number | null;
  readonly difference: number | null;
  /** The difference in percent of A; null where A is 0. */
  readonly percent: number | null;
  /** 95 % interval of the mean difference; null with fewer than two pairs. */
  readonly interval: Interval | null;
  /** Of the sign-flip test, alone and corrected for all judged rows; null where not judged. */
  readonly p: number | null;
  readonly p_corrected: number | null;
  /** Null where there is no direction or no pair. */
  readonly verdict: Verdict | null;
  /** Where not told apart although the row's own interval, of six pairs or more, lies on one side of 0. */
  readonly leans: "better" | "worse" | null;
  /** Seeds that would likely tell, were the difference what it seems; null where there is none or nothing is judged. */
  readonly seeds_needed: number | null;
  /** Seeds that left no sample on one side or on both. */
  readonly left_out: number;
  readonly pairs: readonly Pair[];
};

type Figure = { readonly definition: Definition; readonly statistic: Statistic };

/** What is compared: every metric by its mean, and happenings by their tails, too. */
const FIGURES: readonly Figure[] = DEFINITIONS.flatMap((definition) => {
  const statistics: readonly Statistic[] = definition.sampling === "event" ? ["mean", "p(95)", "p(99)"] : ["mean"];
  return statistics.map((statistic) => ({ definition, statistic }));
});

/** The rows of a comparison, in the order of reports; figures that no seed has on either side are left out. `a` and `b` hold the same seeds. */
export function comparedRows(a: readonly RunOutcome[], b: readonly RunOutcome[]): ComparedRow[] {
  assert(a.length === b.length && a.every(({ seed }, i) => seed === b[i]?.seed), "both sides ran the same seeds");
  const left = a.map(histogramsOf);
  const right = b.map(histogramsOf);
  const drafts = FIGURES.flatMap(({ definition, statistic }) => {
    const valuesA = left.map((run) => valueOf(run.get(definition.name), definition, statistic));
    const valuesB = right.map((run) => valueOf(run.get(definition.name), definition, statistic));
    if (valuesA.every((value) => value === null) && valuesB.every((value) => value === null)) return [];
    const pairs = a.flatMap(({ seed }, i): Pair[] => {
      const [one, other] = [valuesA[i], valuesB[i]];
      return typeof one === "number" && typeof other === "number" ? [{ seed, a: one, b: other }] : [];
    });
    return [{ definition, statistic, pairs, leftOut: a.length - pairs.length }];
  });
  const tested = drafts.map(isTested);
  const ps = drafts.map(({ pairs }, i) => (tested[i] === true ? signFlipP(differencesOf(pairs)) : null));
  const corrected = holm(ps.filter((p) => p !== null));
  let next = 0;
  return drafts.map((draft, i) => rowOf(draft, ps[i] ?? null, ps[i] === null ? null : (corrected[next++] as number), corrected.length));
}

/** How many rows were tested: those that have a direction and differ in at least one seed. The correction is for these. */
export function testsOf(rows: readonly ComparedRow[]): number {
  return rows.filter((row) => row.p !== null).length;
}

type Draft = {
  readonly definition: Definition;
  readonly statistic: Statistic;
  readonly pairs: readonly Pair[];
  readonly leftOut: number;
};

/** Which rows are tested depends on the sizes of differences alone, not on their signs, and so costs the test nothing of its promise. */
function isTested({ definition, pairs }: Draft): boolean {
  return definition.better !== null && pairs.some(({ a, b }) => a !== b);
}

function differencesOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ a, b }) => b - a);
}

function rowOf({ definition, statistic, pairs, leftOut }: Draft, p: number | null, corrected: number | null, tests: number): ComparedRow {
  const { name, unit, better } = definition;
  const differences = differencesOf(pairs);
  const known = pairs.length > 0;
  const a = known ? meanOf(pairs.map((pair) => pair.a)) : null;
  const b = known ? meanOf(pairs.map((pair) => pair.b)) : null;
  const difference = known ? meanOf(differences) : null;
  const interval = pairs.length >= 2 ? meanInterval(differences) : null;
  const told = corrected !== null && corrected <= 1 - CONFIDENCE;
  // With fewer pairs not even this row alone could be told, and an interval is no more than the span of its values.
  const apart = pairs.length >= pairsLeast(1) && interval !== null && (interval[0] > 0 || interval[1] < 0);
  const way = difference !== null && better !== null ? (difference < 0 === (better === "less") ? "better" : "worse") : null;
  return {
    metric: name,
    statistic,
    unit,
    better,
    a: short(a),
    b: short(b),
    difference: short(difference),
    percent: a === null || a === 0 || difference === null ? null : short((difference / a) * 100),
    interval: interval === null ? null : [short(interval[0]), short(interval[1])],
    p: short(p),
    p_corrected: short(corrected),
    verdict: p !== null ? (told ? way : "same") : known && better !== null ? "equal" : null,
    leans: p !== null && !told && apart ? way : null,
    seeds_needed: p === null ? null : seedsNeeded(differences, tests),
    left_out: leftOut,
    pairs: pairs.map((pair) => ({ seed: pair.seed, a: short(pair.a), b: short(pair.b) })),
  };
}

function histogramsOf(run: RunOutcome): Map<string, Histogram> {
  return new Map(run.metrics.map(({ name, histogram }) => [name, Histogram.fromJSON(histogram as HistogramData)]));
}

function valueOf(histogram: Histogram | undefined, { scale }: Definition, statistic: Statistic): number | null {
  if (histogram === undefined || histogram.count === 0) return null;
  const stored = statistic === "mean" ? histogram.mean : histogram.quantile(statistic === "p(95)" ? 0.95 : 0.99);
  // A scale is one over a whole number: dividing by that keeps decimals short, multiplying would not.
  return stored / Math.round(1 / scale);
}

/** Nine digits: as exact as anybody asks, and without the tails that binary fractions leave. */
function short<T extends number | null>(value: T): T {
  return (value === null ? null : Number(value.toPrecision(9))) as T;
}
