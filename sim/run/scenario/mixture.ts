/** One law out of several: what a draw looks like when each part is met with its weight. */
import type { Law } from "../../../src/base/laws.ts";

type Curve = { readonly p: readonly number[]; readonly values: readonly number[] };

/** Shares at which the mixture is tabulated: dense at both ends, where thresholds bite. */
const SHARES = [
  0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.84, 0.88, 0.9, 0.92, 0.94, 0.95,
  0.96, 0.97, 0.98, 0.99,
];

/**
 * The mixture of constants and quantile laws, as a quantile law; undefined when a part is of another kind. The mixture's share below a
 * value is the weighted mean of the parts' shares; its quantiles are found by halving
 * and rounded to six digits, so that expanded options stay readable.
 */
export function mixture(parts: readonly { readonly law: Law; readonly weight: number }[]): Law | undefined {
  const only = parts[0];
  if (only === undefined) return undefined;
  // A table with a point at 0 or 100 % is tabulated anew, because a law's points lie between.
  const inner = only.law.law !== "quantiles" || (only.law.p[0]! > 0 && only.law.p.at(-1)! < 1);
  if (parts.length === 1 && inner) return only.law;
  const curves: { curve: Curve; weight: number }[] = [];
  for (const { law, weight } of parts) {
    if (law.law === "quantiles") curves.push({ curve: law, weight });
    else if (law.law === "constant") curves.push({ curve: { p: [0, 1], values: [law.value, law.value] }, weight });
    else return undefined;
  }
  const total = curves.reduce((sum, { weight }) => sum + weight, 0);
  const below = (x: number) => curves.reduce((sum, { curve, weight }) => sum + weight * shareBelow(curve, x), 0) / total;
  const least = Math.min(...curves.map(({ curve }) => curve.values[0]!));
  const most = Math.max(...curves.map(({ curve }) => curve.values.at(-1)!));
  return { law: "quantiles", p: SHARES, values: SHARES.map((share) => Number(inverse(below, share, least, most).toPrecision(6))) };
}

/** Share of a piecewise-linear quantile curve that lies at or below x. */
export function shareBelow(curve: Curve, x: number): number {
  const { p, values } = curve;
  if (x < values[0]!) return 0;
  if (x >= values.at(-1)!) return 1;
  let k = 0;
  while (k + 1 < values.length && values[k + 1]! <= x) k += 1;
  const step = values[k + 1]! - values[k]!;
  return p[k]! + ((p[k + 1]! - p[k]!) * (x - values[k]!)) / step;
}

function inverse(below: (x: number) => number, share: number, least: number, most: number): number {
  let low = least;
  let high = most;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (below(middle) < share) low = middle;
    else high = middle;
  }
  return high;
}
