import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReplayWindow, WINDOW } from "./replay-window.ts";

/** The rule itself: what was seen, and what is too old to remember. */
class Reference {
  private readonly seen = new Set<number>();
  private highest = 0;

  fresh(seq: number): boolean {
    return seq >= 1 && seq > this.highest - WINDOW && !this.seen.has(seq);
  }

  accept(seq: number): void {
    this.seen.add(seq);
    this.highest = Math.max(this.highest, seq);
  }
}

/** Steps around the newest number: near ones, window-sized ones and leaps over many windows, in both directions. */
const step = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.integer({ min: -WINDOW - 40, max: -WINDOW + 40 }),
  fc.integer({ min: WINDOW - 40, max: 3 * WINDOW }),
  fc.integer({ min: -5_000, max: 5_000_000_000 }),
);

describe("ReplayWindow", () => {
  it("SY9: accepts what a set of all numbers seen would, and nothing twice", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000_000_000_000_000 }), fc.array(step, { maxLength: 300 }), (start, steps) => {
        const window = new ReplayWindow();
        const reference = new Reference();
        let seq = start;
        for (const by of [0, ...steps]) {
          seq = Math.max(window.newest, 1) + by;
          if (by === 0) seq = start;
          if (!Number.isSafeInteger(seq)) continue;
          expect(window.fresh(seq)).toBe(reference.fresh(seq));
          if (!reference.fresh(seq)) continue;
          window.accept(seq);
          reference.accept(seq);
          expect(window.fresh(seq)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("SY9: exactly 1,024 numbers are told apart", () => {
    for (const newest of [1_024, 1_055, 1_056, 2_047, 2_048, 4_294_967_296 + 31, 9_007_199_254_740_991]) {
      const window = new ReplayWindow();
      window.accept(newest);
      expect(window.fresh(newest - 1_023)).toBe(true);
      expect(window.fresh(newest - 1_024)).toBe(false);
      for (let seq = newest - 1_023; seq < newest; seq++) window.accept(seq);
      for (let seq = newest - 1_100; seq <= newest; seq++) expect(window.fresh(seq)).toBe(false);
      expect(window.newest).toBe(newest);
    }
  });

  it("SY9: numbers that are none are never fresh", () => {
    const window = new ReplayWindow();
    for (const seq of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 9_007_199_254_740_992]) expect(window.fresh(seq)).toBe(false);
    expect(window.newest).toBe(0);
  });

  it("SY9: accepting what is not fresh is a bug", () => {
    const window = new ReplayWindow();
    window.accept(5);
    expect(() => window.accept(5)).toThrow("once");
  });
});
