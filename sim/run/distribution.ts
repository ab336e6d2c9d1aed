/** How the samples of a metric lie, in few enough bins to be drawn and read. */
import { assert } from "../../src/base/assert.ts";
import type { Histogram } from "../../src/base/histogram.ts";

/** `shares[i]` of all samples lie above `edges[i]` and up to `edges[i + 1]`, in the metric's unit; the first bin holds what lies below it, too. */
export type Distribution = { readonly unit: string; readonly edges: readonly number[]; readonly shares: readonly number[] };

/** Ten steps for each power of ten, rounded: preferred numbers R10 of ISO 3. */
const R10 = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8] as const;
/** Samples below this are not told apart: nobody feels a tenth of a millisecond. */
const EDGE_MIN = 0.1;

/** Bins over all samples; null without any. `scale` turns stored numbers into the unit. */
export function distributionOf(histogram: Histogram, unit: string, scale: number): Distribution | null {
  if (histogram.count === 0) return null;
  const perUnit = Math.round(1 / scale);
  const edges = edgesOver(histogram.min / perUnit, histogram.max / perUnit);
  const counts = edges.map((edge) => histogram.countUpTo(Math.round(edge * perUnit)));
  counts[0] = 0;
  const shares = edges.slice(1).map((_, i) => rounded(((counts[i + 1] as number) - (counts[i] as number)) / histogram.count));
  return { unit, edges, shares };
}

/** The bins of several distributions side by side: all edges that any of them has, shares 0 where one has no sample. */
export function aligned(parts: readonly Distribution[]): {
  readonly edges: readonly number[];
  readonly shares: readonly (readonly number[])[];
} {
  const edges = [...new Set(parts.flatMap((part) => part.edges))].sort((a, b) => a - b);
  const shares = parts.map((part) => edges.slice(1).map((_, i) => part.shares[part.edges.indexOf(edges[i] as number)] ?? 0));
  return { edges, shares };
}

/** From the last edge below `min`, but not below {@link EDGE_MIN}, to the first at or above `max`; at least one bin. */
function edgesOver(min: number, max: number): number[] {
  assert(min <= max, "the least sample is not above the greatest");
  const edges: number[] = [];
  let below = EDGE_MIN;
  for (let power = EDGE_MIN; edges.length === 0 || (edges.at(-1) as number) < max; power *= 10) {
    for (const step of R10) {
      const edge = rounded(power * step);
      if (edge < min || edge === EDGE_MIN) below = edge;
      else if (edges.length === 0) edges.push(below, edge);
      else if ((edges.at(-1) as number) < max) edges.push(edge);
    }
  }
  return edges;
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
