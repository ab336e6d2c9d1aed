import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bug } from "./assert.ts";
import { Histogram } from "./histogram.ts";

const value = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 1e9 }),
  fc.integer({ min: 0, max: 1_125_899_906_842_624 }),
);
const values = fc.array(value, { maxLength: 200 });

function of(all: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const each of all) histogram.add(each);
  return histogram;
}

describe("the histogram", () => {
  it("counts, sums and bounds exactly, and tells quantiles within 1/128", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, p) => {
        const histogram = of(all);
        const sorted = all.toSorted((a, b) => a - b);
        const exact = all.reduce((sum, each) => sum + BigInt(each), 0n);
        expect(histogram.count).toBe(all.length);
        expect(histogram.sum).toBe(Number(exact));
        expect([histogram.min, histogram.max]).toEqual([sorted[0] ?? 0, sorted.at(-1) ?? 0]);
        const truth = sorted[Math.max(1, Math.ceil(p * all.length)) - 1] ?? 0;
        expect(Math.abs(histogram.quantile(p) - truth)).toBeLessThanOrEqual(truth / 128);
      }),
    );
  });

  it("DT1: merges to the same data in any order and grouping, through plain data too", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const whole = JSON.stringify(of([...a, ...b, ...c]));
        const left = of(a);
        left.merge(of(b));
        left.merge(Histogram.fromJSON(JSON.parse(JSON.stringify(of(c)))));
        const right = of(c);
        right.merge(of(a));
        right.merge(of(b));
        expect(JSON.stringify(left)).toBe(whole);
        expect(JSON.stringify(right)).toBe(whole);
      }),
    );
  });

  it("adds a value many times as it adds it often, also where the sum leaves the safe integers", () => {
    const many = new Histogram();
    many.add(1_125_899_906_842_624, 5_000);
    many.add(3, 7);
    const often = new Histogram();
    for (let i = 0; i < 5_000; i += 1) often.add(1_125_899_906_842_624);
    for (let i = 0; i < 7; i += 1) often.add(3);
    expect(JSON.stringify(many)).toBe(JSON.stringify(often));
    expect(many.sum).toBe(Number(1_125_899_906_842_624n * 5_000n + 21n));
  });

  it("counts what is at most a value: exactly below 256, above that with what is up to 1/128 greater", () => {
    fc.assert(
      fc.property(values, value, fc.boolean(), (others, limit, close) => {
        // The limit itself, and what lies close around it, is often among them.
        const near = close ? [limit, limit - 1, limit + 1, limit + Math.floor(limit / 100) + 1] : [];
        const all = [...others, ...near.filter((each) => each >= 0 && each <= 1_125_899_906_842_624)];
        const atMost = (bound: number): number => all.filter((each) => each <= bound).length;
        const count = of(all).countUpTo(limit);
        expect(count).toBeGreaterThanOrEqual(atMost(limit));
        expect(count).toBeLessThanOrEqual(atMost(limit + Math.floor(limit / 128)));
        if (limit < 256) expect(count).toBe(atMost(limit));
      }),
    );
    for (const wrong of [-1, 0.5, 2_251_799_813_685_248]) expect(() => of([1]).countUpTo(wrong)).toThrow(Bug);
  });

  it("takes whole values in range only, and data that adds up only", () => {
    for (const wrong of [-1, 0.5, Number.NaN, 1_125_899_906_842_625]) expect(() => new Histogram().add(wrong)).toThrow(Bug);
    expect(() => Histogram.fromJSON({ ...of([1, 2]).toJSON(), count: 3 })).toThrow(Bug);
  });
});
