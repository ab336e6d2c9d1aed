/**
 * What paired differences tell: an interval for their mean, a test whether it could as well be nothing, a correction for many such tests,
 * and how many pairs would tell. Everything is exact or drawn by key, so that equal pairs give equal figures.
 */
import { assert } from "../../../src/base/assert.ts";
import { drawU32, rootStream, stream } from "../../../src/base/random.ts";
import { normalQuantile, normalUpperTail } from "../../../src/base/special.ts";

/** Confidence of an interval, and one minus it: how often a comparison of equals may find a difference. */
export const CONFIDENCE = 0.95;
/** Resamples of an interval. */
export const RESAMPLES = 10_000;
/** Up to this many pairs all patterns of signs are counted; beyond it {@link FLIPS} of them are drawn. */
export const EXACT_PAIRS_MAX = 14;
/** Patterns of signs drawn where there are too many to count. */
export const FLIPS = 20_000;
/** How likely {@link seedsNeeded} seeds tell a difference that is what it seems. */
export const POWER = 0.8;

const ERROR_RATE = 1 - CONFIDENCE;
const ROOT = rootStream(0x5eed, 0xc0de);
const RESAMPLE_STREAM = stream(ROOT, "compare/resample");
const FLIP_STREAM = stream(ROOT, "compare/flip");

/** An interval, lower end first. */
export type Interval = readonly [number, number];

/** The mean; the sum is taken in the order given. */
export function meanOf(values: readonly number[]): number {
  assert(values.length > 0, "a mean needs a value");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The 95 % expanded percentile bootstrap interval of the mean of at least two values (T. Hesterberg, "What Teachers Should Know About the
 * Bootstrap", The American Statistician 69, 2015, section 4.3.3): the percentile interval of {@link RESAMPLES} resampled means, taken at
 * Φ(-√(n/(n-1))·t) instead of at 2.5 %, t being Student's 97.5 % point with n-1 degrees of freedom. The plain percentile interval is too
 * short for few values, by as much as this makes good.
 */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  assert(n >= 2, "an interval needs two values");
  const [first] = values as readonly [number];
  if (values.every((value) => value === first)) return [first, first];
  const means = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0;
    // The product of a 32-bit draw and n is exact, and so every value is as likely as any other but for 2^-32.
    for (let i = 0; i < n; i++) sum += values[Math.floor((drawU32(RESAMPLE_STREAM, resample, i) * n) / 4_294_967_296)] as number;
    means[resample] = sum / n;
  }
  means.sort();
  const tail = normalUpperTail(Math.sqrt(n / (n - 1)) * studentPoint(n - 1));
  const rank = Math.floor(tail * RESAMPLES);
  return [means[rank] as number, means[RESAMPLES - 1 - rank] as number];
}

/**
 * The two-sided sign-flip permutation test of mean zero (R. A. Fisher, "The Design of Experiments", 1935, section 21): the share of patterns of
 * signs under which the mean of the differences is at least as far from zero as it is. Where both sides of a pair are alike, either sign is
 * as likely as the other, whatever the law of the differences, so at most a share p of comparisons of equals comes out at or below p. Exact up to
 * {@link EXACT_PAIRS_MAX} differences that are not zero; beyond that over {@link FLIPS} drawn patterns and the one that was seen, which keeps
 * the promise (B. Phipson and G. Smyth, 2010). 1 without any difference.
 */
export function signFlipP(differences: readonly number[]): number {
  const sizes = differences.filter((d) => d !== 0).map(Math.abs);
  // Adding in another order may round otherwise: sums that near are the same sum.
  const slack = sizes.reduce((sum, size) => sum + size, 0) * 1e-12;
  const seen = Math.abs(differences.reduce((sum, d) => sum + d, 0)) - slack;
  const n = sizes.length;
  if (n === 0) return 1;
  return n <= EXACT_PAIRS_MAX ? exactShare(sizes, seen) : drawnShare(sizes, seen);
}

function exactShare(sizes: readonly number[], seen: number): number {
  const patterns = 1 << sizes.length;
  let hits = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    for (let i = 0; i < sizes.length; i++) sum += ((pattern >> i) & 1) === 0 ? (sizes[i] as number) : -(sizes[i] as number);
    if (Math.abs(sum) >= seen) hits++;
  }
  return hits / patterns;
}

function drawnShare(sizes: readonly number[], seen: number): number {
  let hits = 1;
  for (let flip = 0; flip < FLIPS; flip++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < sizes.length; i++) {
      bits = i % 32 === 0 ? drawU32(FLIP_STREAM, flip, i / 32) : bits >>> 1;
      sum += (bits & 1) === 0 ? (sizes[i] as number) : -(sizes[i] as number);
    }
    if (Math.abs(sum) >= seen) hits++;
  }
  return hits / (FLIPS + 1);
}

/**
 * Holm's correction (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979): the smallest
 * rate of error at which each test still tells, were all of them to err together at most that often. In the order given.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => (ps[a] as number) - (ps[b] as number) || a - b);
  const corrected = ps.map(() => 1);
  let before = 0;
  order.forEach((index, rank) => {
    before = Math.max(before, Math.min(1, (ps[index] as number) * (ps.length - rank)));
    corrected[index] = before;
  });
  return corrected;
}

/** The fewest pairs with which any one of `tests` sign-flip tests under {@link holm} can tell a difference: 2^(1-n) must reach 5 % / tests. */
export function pairsLeast(tests: number): number {
  let n = 1;
  for (let p = 1; p * tests > ERROR_RATE; p /= 2) n++;
  return n;
}

/**
 * How many pairs would tell the difference from nothing in {@link POWER} of cases, were its mean and spread what they seem: the normal
 * approximation for a paired mean with Guenther's correction for few pairs (W. Guenther, "Sample Size Formulas for Normal Theory T Tests",
 * The American Statistician 35, 1981) at 5 % / `tests`, and at least {@link pairsLeast}. Null where there is no difference.
 */
export function seedsNeeded(differences: readonly number[], tests: number): number | null {
  const mean = meanOf(differences);
  if (mean === 0 || differences.length < 2) return null;
  const variance = differences.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / (differences.length - 1);
  const level = normalQuantile(1 - ERROR_RATE / tests / 2);
  const both = level + normalQuantile(POWER);
  return Math.max(pairsLeast(tests), Math.ceil((both * both * variance) / (mean * mean) + (level * level) / 2));
}

/** The point of Student's law with `df` degrees of freedom that {@link CONFIDENCE} lies between it and its negative. */
export function studentPoint(df: number): number {
  let low = 0;
  let high = 16;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, df) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** The share of Student's law between -t and t: the finite sums 26.7.3 and 26.7.4 of Abramowitz and Stegun (1964). */
function studentWithin(t: number, df: number): number {
  const sine = t / Math.sqrt(df + t * t);
  const cosine2 = df / (df + t * t);
  const odd = df % 2 === 1;
  let term = odd ? Math.sqrt(cosine2) : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < df; k += 2) {
    term *= (cosine2 * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (Math.atan2(t, Math.sqrt(df)) + sine * sum) : sine * sum;
}
