import { describe, expect, it } from "vitest";
import { medianInterval } from "./median-interval.ts";

/** Row `n` of Pascal's triangle. */
function choices(n: number): bigint[] {
  let row = [1n];
  for (let i = 0; i < n; i++) row = [1n, ...row.slice(1).map((c, k) => c + (row[k] as bigint)), 1n];
  return row;
}

/** The chance that the median lies from the value with `k` below it to the one with `k` above it: by all ways in which `n` coins can fall. */
function coverage(n: number, k: number): number {
  const ways = choices(n);
  const within = ways.slice(k + 1, n - k).reduce((sum, c) => sum + c, 0n);
  return Number((within * 10n ** 15n) / 2n ** BigInt(n)) / 1e15;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe("the interval of the median", () => {
  it.each(upTo(40).slice(1))("of %i values is the tightest of at least 95 %, or both ends where there is none", (n) => {
    const { low, high, confidence } = medianInterval(upTo(n)) as NonNullable<ReturnType<typeof medianInterval>>;
    const k = low - 1;
    expect(high).toBe(n - k);
    expect(Math.abs(confidence - coverage(n, k))).toBeLessThan(5.1e-5);
    const tighter = upTo(n).filter((other) => other > k && 2 * other < n && coverage(n, other) >= 0.95);
    expect(tighter).toEqual([]);
    expect(coverage(n, k) >= 0.95 || k === 0).toBe(true);
    expect(coverage(n, 0) >= 0.95).toBe(n >= 6);
  });

  it("is the one of the tables", () => {
    // Conover, table of the binomial distribution: 8 values give the 1st and 8th, 20 the 6th and 15th.
    expect(medianInterval(upTo(8))).toEqual({ low: 1, high: 8, confidence: 0.9922 });
    expect(medianInterval(upTo(20))).toEqual({ low: 6, high: 15, confidence: 0.9586 });
    expect(medianInterval([7, 9])).toEqual({ low: 7, high: 9, confidence: 0.5 });
  });

  it("is none for fewer than two values", () => {
    expect([medianInterval([]), medianInterval([4])]).toEqual([null, null]);
  });

  it("holds for campaigns of thousands, where powers of two leave the range of numbers", () => {
    const { low, high, confidence } = medianInterval(upTo(2000)) as NonNullable<ReturnType<typeof medianInterval>>;
    expect(low + high).toBe(2001);
    // The normal approximation: 1000 ± 1.96 · √500.
    expect(Math.abs(low - (1000 - 1.96 * Math.sqrt(500)))).toBeLessThan(2);
    expect(confidence).toBeGreaterThanOrEqual(0.95);
    expect(confidence).toBeLessThan(0.954);
  });
});
