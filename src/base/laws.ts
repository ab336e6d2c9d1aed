import { assert, unreachable } from "./assert.ts";
import { gammaInverse, gammaOf, normalQuantile } from "./special.ts";

// Laws of chance as data. Every draw is an inverse transform of uniforms in (0, 1) that the caller brings, so that it
// stays keyed (SPEC DT1). Powers are exp(y * log x): the power operator differs between versions of Node.

/** A law as a scenario states it. Units are the caller's. Scale and mean are above 0, sigma is at least 0. */
export type Law =
  | { readonly law: "constant"; readonly value: number }
  | { readonly law: "uniform"; readonly min: number; readonly max: number }
  | { readonly law: "exponential"; readonly mean: number }
  | { readonly law: "weibull"; readonly shape: number; readonly scale: number }
  | { readonly law: "lognormal"; readonly mu: number; readonly sigma: number }
  /** `p` rises within (0, 1); linear between the points, constant beyond the first and the last. */
  | { readonly law: "quantiles"; readonly p: readonly number[]; readonly values: readonly number[] }
  /** `values[i]` with a chance of `weights[i]` over their sum. */
  | { readonly law: "choice"; readonly values: readonly number[]; readonly weights: readonly number[] }
  /** Ranks 1 to `n`; rank k has a weight of k^-s. */
  | { readonly law: "zipf"; readonly s: number; readonly n: number };

/** A law whose running intervals can be asked for: how long has it lasted, how long will it still last. */
export type LifeLaw = Extract<Law, { law: "constant" | "uniform" | "exponential" | "weibull" | "lognormal" }>;

/** A law with what its draws need computed once: cumulative shares for choice and zipf, empty for the others. */
export type PreparedLaw = { readonly law: Law; readonly cumulative: Float64Array };

/** Whether {@link sampleStationary} knows this law. */
export function isLifeLaw(law: Law): law is LifeLaw {
  return law.law !== "quantiles" && law.law !== "choice" && law.law !== "zipf";
}

/** Checks a law's parameters (a wrong one is a Bug) and computes its table. Do this once, outside of loops. */
export function prepareLaw(law: Law): PreparedLaw {
  checkLaw(law);
  if (law.law === "choice") return { law, cumulative: cumulativeShares(law.weights) };
  if (law.law === "zipf") {
    const weights = new Float64Array(law.n);
    for (let k = 1; k <= law.n; k++) weights[k - 1] = Math.exp(-law.s * Math.log(k));
    return { law, cumulative: cumulativeShares(weights) };
  }
  return { law, cumulative: new Float64Array(0) };
}

/**
 * The value below which a share `u` in (0, 1) of the law lies: one draw for one uniform. A bare law is checked and
 * prepared anew at each call, which for choice and zipf means a whole table; in loops pass a prepared one.
 */
export function sampleLaw(law: Law | PreparedLaw, u: number): number {
  return "cumulative" in law ? samplePrepared(law, u) : samplePrepared(prepareLaw(law), u);
}

/** {@link sampleLaw} for hot loops. */
function samplePrepared(prepared: PreparedLaw, u: number): number {
  const law = prepared.law;
  switch (law.law) {
    case "constant":
      return law.value;
    case "uniform":
      return law.min + (law.max - law.min) * u;
    case "exponential":
      return -law.mean * Math.log(1 - u);
    case "weibull":
      return law.scale * power(-Math.log(1 - u), 1 / law.shape);
    case "lognormal":
      return Math.exp(law.mu + law.sigma * normalQuantile(u));
    case "quantiles":
      return interpolate(law.p, law.values, u);
    case "choice":
      return law.values[firstAbove(prepared.cumulative, u)]!;
    case "zipf":
      return firstAbove(prepared.cumulative, u) + 1;
    default:
      return unreachable(law);
  }
}

/** The law's mean, in its own units. */
export function lawMean(law: Law): number {
  switch (law.law) {
    case "constant":
      return law.value;
    case "uniform":
      return (law.min + law.max) / 2;
    case "exponential":
      return law.mean;
    case "weibull":
      return law.scale * gammaOf(1 + 1 / law.shape);
    case "lognormal":
      return Math.exp(law.mu + (law.sigma * law.sigma) / 2);
    case "quantiles":
      return quantilesMean(law.p, law.values);
    case "choice":
      return weightedMean(law.weights, (i) => law.values[i]!);
    case "zipf":
      return weightedMean(
        Array.from({ length: law.n }, (_, i) => Math.exp(-law.s * Math.log(i + 1))),
        (i) => i + 1,
      );
    default:
      return unreachable(law);
  }
}

/**
 * The interval that covers a random instant of a renewal process in its steady state: its age then, and what is left of
 * it. Long intervals cover more instants, so the length is drawn from the length-biased law, x * density / mean (Cox,
 * "Renewal Theory", 1962, chapter 5), and the instant lies evenly within. `u1` draws the length, `u2` the place.
 */
export function sampleStationary(law: LifeLaw, u1: number, u2: number): { age: number; residual: number } {
  const length = lengthBiased(law, u1);
  const age = length * u2;
  return { age, residual: length - age };
}

function lengthBiased(law: LifeLaw, u: number): number {
  switch (law.law) {
    case "constant":
      return law.value;
    case "uniform":
      return Math.sqrt(law.min * law.min + u * (law.max * law.max - law.min * law.min));
    case "exponential":
      return law.mean * gammaInverse(2, u);
    case "weibull":
      // With y = (x / scale)^shape the biased density is that of a gamma law with parameter 1 + 1 / shape.
      return law.scale * power(gammaInverse(1 + 1 / law.shape, u), 1 / law.shape);
    case "lognormal":
      return Math.exp(law.mu + law.sigma * law.sigma + law.sigma * normalQuantile(u));
    default:
      return unreachable(law);
  }
}

function power(x: number, y: number): number {
  return Math.exp(y * Math.log(x));
}

function checkLaw(law: Law): void {
  switch (law.law) {
    case "constant":
      return assert(Number.isFinite(law.value), "laws: constant needs a finite value");
    case "uniform":
      return assert(law.min <= law.max && Number.isFinite(law.max - law.min), "laws: uniform needs min <= max");
    case "exponential":
      return assert(law.mean > 0, "laws: exponential needs a mean above 0");
    case "weibull":
      return assert(law.shape > 0 && law.scale > 0, "laws: weibull needs shape and scale above 0");
    case "lognormal":
      return assert(Number.isFinite(law.mu) && law.sigma >= 0, "laws: lognormal needs sigma of at least 0");
    case "quantiles":
      assert(law.p.length > 0 && law.p.length === law.values.length, "laws: quantiles need as many p as values");
      for (let i = 0; i < law.p.length; i++) {
        assert(law.p[i]! > (law.p[i - 1] ?? 0) && law.p[i]! < 1, "laws: quantiles need p rising within (0, 1)");
        assert(i === 0 || law.values[i]! >= law.values[i - 1]!, "laws: quantiles need values that do not fall");
      }
      return;
    case "choice":
      return assert(law.values.length === law.weights.length, "laws: choice needs as many values as weights");
    case "zipf":
      return assert(Number.isInteger(law.n) && law.n >= 1 && law.s >= 0, "laws: zipf needs n >= 1 and s >= 0");
    default:
      return unreachable(law);
  }
}

function cumulativeShares(weights: ArrayLike<number>): Float64Array {
  const cumulative = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    assert(weights[i]! >= 0, "laws: a weight is at least 0");
    sum += weights[i]!;
    cumulative[i] = sum;
  }
  assert(sum > 0 && Number.isFinite(sum), "laws: some weight is above 0");
  for (let i = 0; i < cumulative.length; i++) cumulative[i]! /= sum;
  return cumulative;
}

/** The first index whose cumulative share exceeds `u`; so an item of weight 0 is never met. */
function firstAbove(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

function interpolate(p: readonly number[], values: readonly number[], u: number): number {
  const last = p.length - 1;
  if (u <= p[0]!) return values[0]!;
  if (u >= p[last]!) return values[last]!;
  let i = 1;
  while (p[i]! < u) i++;
  const part = (u - p[i - 1]!) / (p[i]! - p[i - 1]!);
  return values[i - 1]! + part * (values[i]! - values[i - 1]!);
}

function quantilesMean(p: readonly number[], values: readonly number[]): number {
  const last = p.length - 1;
  let sum = p[0]! * values[0]! + (1 - p[last]!) * values[last]!;
  for (let i = 1; i <= last; i++) sum += ((p[i]! - p[i - 1]!) * (values[i - 1]! + values[i]!)) / 2;
  return sum;
}

function weightedMean(weights: readonly number[], value: (index: number) => number): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]! * value(i);
    weight += weights[i]!;
  }
  return sum / weight;
}
