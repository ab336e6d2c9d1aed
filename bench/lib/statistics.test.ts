import { describe, expect, it } from "vitest";
import { median, noiseOf, ratiosOf } from "./statistics.ts";

describe("median", () => {
  it("is the middle one, or between the middle two, whatever the order", () => {
    expect(median([3, 1, 10])).toBe(3);
    expect(median([10, 1, 4, 2])).toBe(3);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it("orders numbers as numbers and leaves the list as it was", () => {
    const values = [100, 20, 3];
    expect(median(values)).toBe(20);
    expect(values).toEqual([100, 20, 3]);
  });
});

describe("noise", () => {
  it("is a part of the median, so that it does not depend on the unit", () => {
    const values = [98, 99, 100, 101, 102];
    expect(noiseOf(values)).toBeCloseTo(0.014826, 6);
    expect(noiseOf(values.map((v) => v / 1000))).toBeCloseTo(0.014826, 6);
  });

  it("is not moved by one slow round", () => {
    expect(noiseOf([98, 99, 100, 101, 5_000])).toBeCloseTo(0.014826, 6);
  });

  it("of few repetitions is a guess, not 0", () => {
    expect(noiseOf([5])).toBe(0.1);
    expect(noiseOf([5, 5])).toBe(0.1);
    expect(noiseOf([5, 5, 5])).toBe(0);
  });
});

describe("ratios", () => {
  it("pair the rounds", () => {
    expect(ratiosOf([10, 40], [5, 10])).toEqual([2, 4]);
  });

  it("of unequal rounds are an error", () => {
    expect(() => ratiosOf([1], [1, 2])).toThrow("1 rounds against 2");
  });
});
