/** How long sessions last, as arrivals need it: the share still there after a while. */
import type { Law } from "../../../src/base/laws.ts";
import { normalUpperTail } from "../../../src/base/special.ts";
import { shareBelow } from "./mixture.ts";

/** Share of draws greater than t. */
export function survival(law: Law, t: number): number {
  switch (law.law) {
    case "constant":
      return t < law.value ? 1 : 0;
    case "uniform":
      return t < law.min ? 1 : t >= law.max ? 0 : (law.max - t) / (law.max - law.min);
    case "exponential":
      return Math.exp(-t / law.mean);
    case "weibull":
      return t <= 0 ? 1 : Math.exp(-Math.exp(law.shape * Math.log(t / law.scale)));
    case "lognormal":
      return t <= 0 ? 1 : law.sigma === 0 ? (Math.log(t) < law.mu ? 1 : 0) : normalUpperTail((Math.log(t) - law.mu) / law.sigma);
    case "quantiles":
      return 1 - shareBelow(law, t);
    case "choice":
      return weightedMean(
        law.values.map((v) => (v > t ? 1 : 0)),
        law.weights,
      );
    case "zipf":
      return t < 1 ? 1 : 1 - ranksBelow(law.s, Math.min(law.n, Math.floor(t))) / ranksBelow(law.s, law.n);
  }
}

/** Integral of the survival from `from` to `to`: the mean time spent in that span of ages. Midpoints, denser where the curve is steep, near 0. */
export function survivalIntegral(law: Law, from: number, to: number): number {
  const parts = 64;
  let sum = 0;
  for (let i = 0; i < parts; i += 1) {
    // With x² for x the points crowd at `from`; the factor 2x is the substitution's.
    const x = (i + 0.5) / parts;
    sum += survival(law, from + (to - from) * x * x) * 2 * x;
  }
  return (sum / parts) * (to - from);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return values.reduce((sum, v, i) => sum + v * weights[i]!, 0) / total;
}

function ranksBelow(s: number, n: number): number {
  let sum = 0;
  for (let rank = 1; rank <= n; rank += 1) sum += Math.exp(-s * Math.log(rank));
  return sum;
}
