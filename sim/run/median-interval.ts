/** What a few runs say of the median of all runs there could be, without a guess at how runs are spread. */

/** Two of the runs' values, and how sure it is that the true median lies between them (0..1). */
export type MedianInterval = { readonly low: number; readonly high: number; readonly confidence: number };

const CONFIDENCE = 0.95;

/**
 * The tightest interval between order statistics that holds the median with at least 95 % confidence; with fewer than six values there is
 * none, and the two ends are given with the confidence they have, 1 - 2^(1-n). Null for fewer than two values.
 * Source: W. J. Conover, Practical Nonparametric Statistics, 3rd ed., ch. 3.2 (confidence interval for a quantile).
 */
export function medianInterval(sorted: readonly number[]): MedianInterval | null {
  const n = sorted.length;
  if (n < 2) return null;
  let best = 0;
  let confidence = 1 - 2 * tail(n, 0);
  for (let k = 1; k < n / 2; k++) {
    const next = 1 - 2 * tail(n, k);
    if (next < CONFIDENCE) break;
    best = k;
    confidence = next;
  }
  return { low: sorted[best] as number, high: sorted[n - 1 - best] as number, confidence: Math.round(confidence * 1e4) / 1e4 };
}

/** The chance of at most `k` heads in `n` tosses. Logarithms, because 2^n leaves the range of numbers for campaigns of a thousand seeds. */
function tail(n: number, k: number): number {
  let log = -n * Math.LN2;
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log((n - i + 1) / i);
    sum += Math.exp(log);
  }
  return sum;
}
