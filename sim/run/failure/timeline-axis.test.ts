import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressedAxis, stretch } from "./timeline-axis.ts";

const SCALE = { least: 10, decade: 16 };

describe("an axis that is compressed where nothing happens", () => {
  it("gives ten seconds little more room than one, in the given length", () => {
    expect(stretch(0, SCALE)).toBe(10);
    expect(stretch(9_000, SCALE)).toBe(26);
    expect(stretch(999_000, SCALE)).toBe(58);
    const axis = compressedAxis([10_999_000, 0, 999_000, 0], SCALE, 500);
    expect(axis.instants).toEqual([0, 999_000, 10_999_000]);
    expect(axis.length).toBeCloseTo(500, 9);
    const [first = 0, second = 0] = [axis.places[1], axis.length - (axis.places[1] ?? 0)];
    expect(second / first).toBeCloseTo((10 + 16 * Math.log10(10_001)) / 58, 9);
  });

  it("has a place for what lies between, before and after", () => {
    const axis = compressedAxis([0, 1_000_000, 2_000_000], SCALE, 100);
    expect([axis.place(-5), axis.place(500_000), axis.place(1_000_000), axis.place(9_000_000)]).toEqual([0, 25, 50, 100]);
  });

  it("has no length for a single instant", () => {
    expect(compressedAxis([7], SCALE, 100)).toMatchObject({ instants: [7], places: [0], length: 0 });
  });

  it("keeps the order of all instants, and tells any two apart", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 900_000_000 }), { minLength: 2, maxLength: 60 }), (instants) => {
        const axis = compressedAxis(instants, SCALE, 848);
        const places = axis.instants.map((us) => axis.place(us));
        expect(places.every((place, i) => i === 0 || place > (places[i - 1] as number))).toBe(true);
      }),
    );
  });
});
