import { assert } from "./assert.ts";

// Special functions the laws need, from exp, log and sqrt alone. Formulas are numbered after Abramowitz & Stegun,
// "Handbook of Mathematical Functions" (1964).

const SQRT_TWO_PI = 2.5066282746310002;
/** 0.5 * log(2 * pi), for Stirling's series. */
const HALF_LOG_TWO_PI = 0.9189385332046728;
const ROUNDS_MAX = 500;

// Rational approximation of the normal quantile by P. J. Acklam ("An algorithm for computing the inverse normal
// cumulative distribution function", 2003): relative error below 1.15e-9 over the whole of (0, 1).
const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239,
] as const;
const B = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1] as const;
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
] as const;
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416] as const;
const TAIL = 0.02425;

/** The z below which a share `p` in (0, 1) of the standard normal law lies; relative error below 1.15e-9. */
export function normalQuantile(p: number): number {
  assert(p > 0 && p < 1, "normal quantile: p lies in (0, 1)");
  if (p < TAIL) return tailQuantile(p);
  if (p > 1 - TAIL) return -tailQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  const above = ((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5];
  const below = ((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1;
  return (q * above) / below;
}

function tailQuantile(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  const above = ((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5];
  const below = (((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1;
  return above / below;
}

/** The share of the standard normal law above `z`, precise in both tails: 26.2.10 near the middle, 26.2.14 beyond. */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  const density = Math.exp((-z * z) / 2) / SQRT_TWO_PI;
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 80; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}

/** log gamma(x) for x > 0: Stirling's series 6.1.41 from 10 on, below that stepped up to it; absolute error near 1e-14. */
function logGamma(x: number): number {
  assert(x > 0, "log gamma: x is above 0");
  let shifted = x;
  let product = 1;
  while (shifted < 10) product *= shifted++;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + series - Math.log(product);
}

/** gamma(x) for x > 0. */
export function gammaOf(x: number): number {
  return Math.exp(logGamma(x));
}

/** The share of the gamma law with parameter `a` (and scale 1) below `y`: series 6.5.29, continued fraction 6.5.31. */
function gammaBelow(a: number, y: number): number {
  if (y <= 0) return 0;
  const front = Math.exp(a * Math.log(y) - y - logGamma(a));
  if (y < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < ROUNDS_MAX && term > sum * 1e-16; k++) {
      term *= y / (a + k);
      sum += term;
    }
    return front * sum;
  }
  // Evaluated forwards as Lentz does ("Generating Bessel functions in Mie scattering", 1976).
  let b = y + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < ROUNDS_MAX; k++) {
    b += 2;
    d = 1 / (b - k * (k - a) * d);
    c = b - (k * (k - a)) / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return 1 - front * fraction;
}

/**
 * The y below which a share `p` in (0, 1) of the gamma law with parameter `a` >= 1 lies. Newton's method on the share,
 * from Wilson and Hilferty's cube (26.4.17), held in a bracket by bisection; ends when a step no longer changes
 * anything beyond 1e-12 of y. Always the same steps for the same arguments.
 */
export function gammaInverse(a: number, p: number): number {
  assert(a >= 1 && p > 0 && p < 1, "gamma inverse: a >= 1 and p in (0, 1)");
  let low = 0;
  let high = a + 10;
  while (gammaBelow(a, high) < p) high *= 2;
  const cube = 1 - 1 / (9 * a) + normalQuantile(p) / (3 * Math.sqrt(a));
  let y = a * cube * cube * cube;
  const logGammaA = logGamma(a);
  for (let i = 0; i < 100; i++) {
    if (!(y > low && y < high)) y = (low + high) / 2;
    const miss = gammaBelow(a, y) - p;
    if (miss === 0) break;
    if (miss < 0) low = y;
    else high = y;
    const step = miss / Math.exp((a - 1) * Math.log(y) - y - logGammaA);
    y -= step;
    if (Math.abs(step) <= y * 1e-12) break;
  }
  return y;
}
