import { describe, expect, it } from "vitest";
import { nextStep, openers, type SearchRange, type SearchStep, type Tried } from "./search.ts";

const players: SearchRange = { from: 10_000, to: 60_000, whole: true, precision: 0.02 };

/** Every step of a search, with what was asked for. */
function steps(range: SearchRange, holds: (value: number) => boolean): { asked: number[][]; last: SearchStep } {
  const tried: Tried[] = [];
  const asked: number[][] = [];
  for (;;) {
    const step = nextStep(range, tried);
    if (step.done) return { asked, last: step };
    asked.push([...step.next]);
    for (const value of step.next) tried.push({ value, holds: holds(value) });
  }
}

describe("the first look", () => {
  it("is both ends and three round values between, evenly", () => {
    expect(openers(players)).toEqual([10_000, 22_500, 35_000, 47_500, 60_000]);
    expect(openers({ ...players, from: 0.9, to: 0.1, whole: false })).toEqual([0.9, 0.7, 0.5, 0.3, 0.1]);
  });

  it("is by ratios where the ends are far apart", () => {
    expect(openers({ ...players, from: 100, to: 1_000_000 })).toEqual([100, 1000, 10_000, 100_000, 1_000_000]);
    expect(openers({ ...players, from: 160, to: 1 })).toEqual([160, 45, 13, 4, 1]);
    expect(openers({ ...players, from: 0, to: 1_000_000 })).toEqual([0, 250_000, 500_000, 750_000, 1_000_000]);
  });

  it("has each value once where there are few", () => {
    expect(openers({ ...players, from: 3, to: 5 })).toEqual([3, 4, 5]);
    expect(openers({ ...players, from: 0, to: 1 })).toEqual([0, 1]);
  });
});

describe("a search", () => {
  it("halves the bracket next to the end that holds, by round values, to the precision", () => {
    const { asked, last } = steps(players, (value) => value <= 31_234);
    expect(asked).toEqual([[10_000, 22_500, 35_000, 47_500, 60_000], [28_000], [31_000], [33_000], [32_000], [31_500]]);
    expect(last).toEqual({ done: true, found: { direction: "up", holds: 31_000, breaks: 31_500, exceptions: [] } });
  });

  it("goes down to neighbours among whole numbers, and finds the least that suffices", () => {
    const { last } = steps({ from: 160, to: 0, whole: true, precision: 0.02 }, (value) => value >= 23);
    expect(last).toEqual({ done: true, found: { direction: "down", holds: 23, breaks: 22, exceptions: [] } });
  });

  it("says when the limit lies beyond the harder end, and when even the milder end breaks", () => {
    const beyond = { direction: "up", holds: 60_000, breaks: null, exceptions: [] };
    expect(steps(players, () => true).last).toEqual({ done: true, found: beyond });
    const down = { ...players, from: 60_000, to: 10_000 };
    expect(steps(down, () => true).last).toEqual({ done: true, found: { ...beyond, direction: "down", holds: 10_000 } });
    const none = { direction: "up", holds: null, breaks: 10_000, exceptions: [] };
    expect(steps(players, () => false).last).toEqual({ done: true, found: none });
  });

  it("stays below the first break where the answer is not monotone", () => {
    const island = (value: number): boolean => value <= 24_000 || (value > 40_000 && value < 50_000);
    expect(steps(players, island).last).toMatchObject({ found: { direction: "up", holds: 24_000, exceptions: [47_500] } });
    const hole = (value: number): boolean => value < 30_000 || value > 40_000;
    expect(steps(players, hole).last).toMatchObject({ found: { direction: "up", holds: 29_850, exceptions: [47_500, 60_000] } });
    const middle = (value: number): boolean => value > 20_000 && value < 40_000;
    const unsafe = { direction: "up", holds: null, breaks: 10_000, exceptions: [22_500, 35_000] };
    expect(steps(players, middle).last).toEqual({ done: true, found: unsafe });
  });

  it("ends where the bracket reaches zero", () => {
    const { asked, last } = steps({ from: 0, to: 1, whole: false, precision: 0.02 }, (value) => value <= 0);
    expect(last).toEqual({ done: true, found: { direction: "up", holds: 0, breaks: 0.00025, exceptions: [] } });
    expect(asked.length).toBeLessThan(15);
  });
});
