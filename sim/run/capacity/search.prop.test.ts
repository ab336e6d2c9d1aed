/** The search against brute force: on answers that are monotone it is right to the precision, on others it says what it saw. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Found, nextStep, openers, probesExpected, type SearchRange, type Tried } from "./search.ts";

/** Searches with a predicate; gives what was found and what was tried, in order. */
function searched(range: SearchRange, holds: (value: number) => boolean): { found: Found; tried: readonly Tried[]; calls: number } {
  const tried: Tried[] = [];
  for (let calls = 0; calls < 200; calls += 1) {
    const step = nextStep(range, tried);
    if (step.done) return { found: step.found, tried, calls };
    for (const value of step.next) tried.push({ value, holds: holds(value) });
  }
  throw new Error("the search does not end");
}

const precision = fc.constantFrom(0.2, 0.05, 0.02, 0.005);
const wholeRange = fc
  .record({ from: fc.integer({ min: 0, max: 200_000 }), to: fc.integer({ min: 0, max: 200_000 }), precision })
  .filter(({ from, to }) => from !== to)
  .map((range) => ({ ...range, whole: true }));
const decimalRange = fc
  .record({ from: fc.integer({ min: 0, max: 5000 }), to: fc.integer({ min: 0, max: 5000 }), unit: fc.constantFrom(1, 10, 1000), precision })
  .filter(({ from, to }) => from !== to)
  .map((range) => ({ from: range.from / range.unit, to: range.to / range.unit, whole: false, precision: range.precision }));
const anyRange = fc.oneof(wholeRange, decimalRange);

/** A predicate without order: each value's answer is drawn by a hash of it. */
function scattered(seed: number): (value: number) => boolean {
  return (value) => ((Math.imul(Math.round(value * 1000) ^ seed, 0x9e37_79b1) >>> 13) & 1) === 1;
}

function distanceAllowed(range: SearchRange, holds: number, breaks: number): number {
  const largest = Math.max(range.from, range.to);
  const relative = holds * breaks > 0 ? holds * range.precision : largest * range.precision * range.precision;
  return range.whole ? Math.max(1, relative) : relative;
}

describe("the search", () => {
  it.each(["up", "down"] as const)("finds where a monotone answer turns, %s", (direction) => {
    fc.assert(
      fc.property(anyRange, fc.double({ min: 0, max: 1, noNaN: true }), (range, share) => {
        const [low, high] = [Math.min(range.from, range.to), Math.max(range.from, range.to)];
        const limit = low + (high - low) * share;
        const holds = (value: number): boolean => (direction === "up" ? value <= limit : value >= limit);
        const { found, tried } = searched(range, holds);
        const mild = direction === "up" ? low : high;
        const hard = direction === "up" ? high : low;
        expect(found.exceptions).toEqual([]);
        if (holds(hard)) {
          expect([found.holds, found.breaks]).toEqual([range.to, null]);
          return;
        }
        expect(holds(mild)).toBe(true);
        expect(found.direction).toBe(direction);
        const [last, first] = [found.holds!, found.breaks!];
        expect(holds(last)).toBe(true);
        expect(holds(first)).toBe(false);
        // The limit lies between them.
        expect(direction === "up" ? last <= limit && limit < first : first < limit && limit <= last).toBe(true);
        expect(Math.abs(last - first)).toBeLessThanOrEqual(distanceAllowed(range, last, first));
        expect(tried.some((each) => each.value === last) && tried.some((each) => each.value === first)).toBe(true);
      }),
    );
  });

  it("tries each value once, only between the ends, whole ones where only those exist, and not many", () => {
    fc.assert(
      fc.property(anyRange, fc.integer(), (range, seed) => {
        const { tried } = searched(range, scattered(seed));
        const values = tried.map((each) => each.value);
        expect(new Set(values).size).toBe(values.length);
        const [low, high] = [Math.min(range.from, range.to), Math.max(range.from, range.to)];
        expect(values.filter((value) => value < low || value > high)).toEqual([]);
        if (range.whole) expect(values.filter((value) => !Number.isInteger(value))).toEqual([]);
        // Halving ratios: from one to the widest of this test, at the finest precision, takes 12 steps; reaching for zero up to 16 before.
        expect(values.length).toBeLessThanOrEqual(5 + 28);
        if (low > 0 && high / low <= 100) expect(values.length).toBeLessThanOrEqual(5 + 11);
      }),
    );
  });

  it("takes the conservative answer and names every value that holds beyond a break", () => {
    fc.assert(
      fc.property(anyRange, fc.integer(), (range, seed) => {
        const { found, tried } = searched(range, scattered(seed));
        const sign = found.direction === "up" ? 1 : -1;
        const line = tried.toSorted((a, b) => sign * (a.value - b.value));
        const until = line.findIndex((each) => !each.holds);
        const milder = until < 0 ? line : line.slice(0, until);
        expect(found.holds).toBe(milder.at(-1)?.value ?? null);
        expect(found.breaks).toBe(until < 0 ? null : line[until]!.value);
        const beyond = until < 0 ? [] : line.slice(until).filter((each) => each.holds);
        expect(found.exceptions).toEqual(beyond.map((each) => each.value));
        if (found.holds === null) expect(line[0]!.holds).toBe(false);
      }),
    );
  });

  it("does not care which end is named first, unless both ends agree", () => {
    fc.assert(
      fc.property(anyRange, fc.integer(), (range, seed) => {
        const holds = scattered(seed);
        fc.pre(holds(range.from) !== holds(range.to));
        const there = searched(range, holds);
        const back = searched({ ...range, from: range.to, to: range.from }, holds);
        expect(back.found).toEqual(there.found);
      }),
    );
  });

  it("asks for numbers that can be said", () => {
    fc.assert(
      fc.property(decimalRange, fc.integer(), (range, seed) => {
        const { tried } = searched(range, scattered(seed));
        const digits = (value: number): number => value.toExponential().split("e")[0]!.replace(/[.-]/g, "").length;
        const own = tried.slice(openers(range).length).map((each) => digits(each.value));
        // To tell values 0.5 % of 0.5 % apart takes five digits and one for the round number.
        expect(Math.max(0, ...own)).toBeLessThanOrEqual(6);
      }),
    );
  });

  it("expects about as many probes as it takes, and knows when all are done", () => {
    fc.assert(
      fc.property(wholeRange, fc.double({ min: 0, max: 1, noNaN: true }), (range, share) => {
        const limit = Math.min(range.from, range.to) + Math.abs(range.from - range.to) * share;
        const { tried } = searched(range, (value) => value <= limit);
        expect(probesExpected(range, tried)).toBe(tried.length);
        expect(probesExpected(range, [])).toBeGreaterThanOrEqual(openers(range).length);
        expect(probesExpected(range, [])).toBeLessThanOrEqual(40);
      }),
    );
  });
});
