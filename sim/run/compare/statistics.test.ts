import { describe, expect, it } from "vitest";
import { drawUnit, rootStream, stream, type Stream } from "../../../src/base/random.ts";
import { normalQuantile } from "../../../src/base/special.ts";
import { FLIPS, holm, meanInterval, pairsLeast, seedsNeeded, signFlipP, studentPoint } from "./statistics.ts";

/** Differences in height of crossed and self-fertilised plants, eighths of an inch (C. Darwin, 1876; R. A. Fisher, 1935, section 17). */
const DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

/** Draws of a law in a fixed order. */
function drawer(name: string): { normal(): number; heavy(): number } {
  const source: Stream = stream(rootStream(7, 11), name);
  let drawn = 0;
  const normal = (): number => normalQuantile(drawUnit(source, 0, drawn++));
  return { normal, heavy: () => Math.exp(1.5 * normal()) };
}

describe("the sign-flip test", () => {
  it("gives 2^(1-n) where all differences agree, whatever their sizes", () => {
    expect(signFlipP([1, 2, 3, 4, 5, 6])).toBe(2 / 64);
    expect(signFlipP([-0.1, -70, -3])).toBe(2 / 8);
    expect(signFlipP(Array.from({ length: 14 }, (_, i) => i + 1))).toBe(2 / 16_384);
  });

  it("counts every pattern of signs that is at least as extreme", () => {
    // |sum| of 1, 2, 4 with signs: 7, 5, 3, 1 and their mirror images.
    expect(signFlipP([1, 2, 4])).toBe(0.25);
    expect(signFlipP([-1, 2, 4])).toBe(0.5);
    expect(signFlipP([1, -2, 4])).toBe(0.75);
    expect(signFlipP([1, 2, -4])).toBe(1);
  });

  it("takes sums that differ by rounding alone for the same sum", () => {
    // 0.1 + 0.2 - 0.3 is 5.6e-17, and 0.1 + 0.2 + 0.3 differs from 0.3 + 0.2 + 0.1.
    expect(signFlipP([0.3, 0.2, 0.1])).toBe(signFlipP([3, 2, 1]));
    expect(signFlipP([0.1, 0.2, -0.3])).toBe(1);
  });

  it("leaves out pairs without a difference, and finds nothing where there is none", () => {
    expect(signFlipP([0, 3, 0, 1, 2])).toBe(signFlipP([3, 1, 2]));
    expect(signFlipP([0, 0, 0])).toBe(1);
    expect(signFlipP([])).toBe(1);
  });

  it("draws patterns where there are too many, near Fisher's count of 1,726 in 32,768 for Darwin's plants", () => {
    expect(Math.abs(signFlipP(DARWIN) - 1726 / 32_768)).toBeLessThan(0.005);
    expect(signFlipP(Array.from({ length: 40 }, (_, i) => i + 1))).toBe(1 / (FLIPS + 1));
  });
});

describe("Holm's correction", () => {
  it("multiplies the smallest by all tests, the next by one fewer, and never falls", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.5, 0.6])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  it("lets a comparison of equals find a difference in at most one of twenty, with heavy tails and rows that go together", () => {
    const { heavy } = drawer("equals");
    const [rows, seeds, comparisons] = [12, 12, 300];
    let wrong = 0;
    for (let comparison = 0; comparison < comparisons; comparison++) {
      const differences = Array.from({ length: rows }, (): number[] => []);
      for (let seed = 0; seed < seeds; seed++) {
        const shared = heavy() - heavy();
        // Half of the rows see much of the same.
        for (const [row, list] of differences.entries()) list.push((row % 2 === 0 ? 2 * shared : 0) + heavy() - heavy());
      }
      if (holm(differences.map(signFlipP)).some((p) => p <= 0.05)) wrong++;
    }
    expect(wrong / comparisons).toBeLessThanOrEqual(0.05);
    expect(wrong / comparisons).toBeGreaterThan(0.01);
  });
});

describe("the interval of a mean", () => {
  it("is the same every time, lies within the values, and moves and stretches with them", () => {
    const [low, high] = meanInterval([1, 2, 3, 4, 5, 9]);
    expect(meanInterval([1, 2, 3, 4, 5, 9])).toEqual([low, high]);
    expect([low > 1, low < 4, high > 4, high < 9]).toEqual([true, true, true, true]);
    const [lower, higher] = meanInterval([12, 14, 16, 18, 20, 28]);
    expect(lower).toBeCloseTo(10 + 2 * low, 9);
    expect(higher).toBeCloseTo(10 + 2 * high, 9);
  });

  it("spans two values, and is a point for values that are one", () => {
    expect(meanInterval([3, 8])).toEqual([3, 8]);
    expect(meanInterval([4, 4, 4])).toEqual([4, 4]);
  });

  it("holds the true mean about as often as it says, already for six values", () => {
    const { normal } = drawer("coverage");
    const trials = 300;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const [low, high] = meanInterval(Array.from({ length: 6 }, () => 5 + normal()));
      if (low <= 5 && high >= 5) held++;
    }
    // The plain percentile interval holds it in 87 % of such trials.
    expect(held / trials).toBeGreaterThan(0.91);
    expect(held / trials).toBeLessThan(0.97);
  });

  it("widens by Student's law: its 97.5 % points are the printed ones", () => {
    const printed = { 1: 12.706, 2: 4.303, 3: 3.182, 5: 2.571, 10: 2.228, 11: 2.201, 30: 2.042, 100: 1.984 };
    for (const [df, point] of Object.entries(printed)) expect(studentPoint(Number(df))).toBeCloseTo(point, 3);
  });
});

describe("how many seeds would tell", () => {
  it("is never fewer than the test can do with", () => {
    expect([pairsLeast(1), pairsLeast(26), pairsLeast(52)]).toEqual([6, 11, 12]);
    expect(seedsNeeded([1, 1, 1, 1.01], 26)).toBe(11);
  });

  it("grows with the square of the spread and is unknown without a difference", () => {
    const spread = (sd: number): number | null => seedsNeeded([1 - sd / Math.SQRT2, 1 + sd / Math.SQRT2], 26);
    // (3.1 + 0.84)^2 * sd^2 and 3.1^2 / 2: the points of the normal law at 5 % / 26 and 80 %.
    expect([spread(2), spread(4)]).toEqual([68, 254]);
    expect(seedsNeeded([-1, 1], 26)).toBeNull();
    expect(seedsNeeded([3], 26)).toBeNull();
  });

  it("tells a difference of that size in about four of five trials", () => {
    const { normal } = drawer("power");
    const seeds = seedsNeeded([1 - Math.SQRT1_2, 1 + Math.SQRT1_2], 26) ?? 0;
    const trials = 150;
    let told = 0;
    for (let trial = 0; trial < trials; trial++) if (signFlipP(Array.from({ length: seeds }, () => 1 + normal())) <= 0.05 / 26) told++;
    expect(told / trials).toBeGreaterThan(0.72);
    expect(told / trials).toBeLessThan(0.9);
  });
});
