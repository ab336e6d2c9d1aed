import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ddmin } from "./ddmin.ts";

const never = (): boolean => false;

describe("ddmin", () => {
  it("keeps exactly what is needed where each needed item is needed by itself, in its order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60), { maxLength: 40 }), fc.array(fc.nat(60), { maxLength: 6 }), (items, wanted) => {
        const needed = new Set(wanted.filter((item) => items.includes(item)));
        const still = (part: readonly number[]): boolean => [...needed].every((item) => part.includes(item));
        expect(ddmin(items, still, never)).toEqual(items.filter((item) => needed.has(item)));
      }),
    );
  });

  it("leaves no item that could be left out alone, whatever the condition", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.nat(40), (length, modulus, least) => {
        const items = Array.from({ length }, (_, i) => i + 1);
        // Neither monotone nor about single items.
        const sum = (part: readonly number[]): number => part.reduce((total, item) => total + item, 0);
        const still = (part: readonly number[]): boolean =>
          sum(part) % modulus === sum(items) % modulus && sum(part) >= Math.min(least, sum(items));
        const kept = ddmin(items, still, never);
        expect(still(kept)).toBe(true);
        kept.forEach((_, i) => expect(kept.length > 1 && still(kept.filter((__, j) => j !== i))).toBe(false));
      }),
    );
  });

  it("stops where it is when its time is over", () => {
    let asked = 0;
    const kept = ddmin(
      [1, 2, 3, 4],
      () => (asked++, true),
      () => asked >= 1,
    );
    expect([kept, asked]).toEqual([[], 1]);
    expect(
      ddmin(
        [1, 2, 3, 4],
        () => true,
        () => true,
      ),
    ).toEqual([1, 2, 3, 4]);
  });
});
