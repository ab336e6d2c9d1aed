import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/base/histogram.ts";
import { aligned, type Distribution, distributionOf } from "./distribution.ts";

/** Microseconds: of an instant, of everyday, of hours. */
const sample = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat({ max: 100_000 }),
  fc.nat({ max: 40_000_000_000 }),
  fc.constantFrom(0, 100, 1000, 1250),
);
const samples = fc.array(sample, { minLength: 1, maxLength: 60 });

function of(all: readonly number[]): Distribution {
  const histogram = new Histogram();
  for (const each of all) histogram.add(each);
  return distributionOf(histogram, "ms", 0.001) as Distribution;
}

/** Shares of the samples up to the end of each bin. */
function cumulated(shares: readonly number[]): number[] {
  let sum = 0;
  return shares.map((share) => (sum += share));
}

describe("the distribution of samples", () => {
  it("has bins without gap, ten for each power of ten, from below the least sample to the greatest", () => {
    fc.assert(
      fc.property(samples, (all) => {
        const { edges, shares, unit } = of(all);
        expect([unit, shares.length]).toEqual(["ms", edges.length - 1]);
        for (let i = 1; i < edges.length; i++) {
          const ratio = (edges[i] as number) / (edges[i - 1] as number);
          expect(ratio).toBeGreaterThan(1.2);
          expect(ratio).toBeLessThan(1.3);
        }
        const [least, greatest] = [Math.min(...all) / 1000, Math.max(...all) / 1000];
        expect(edges[0]).toBeGreaterThanOrEqual(0.1);
        expect((edges[0] as number) < least || edges[0] === 0.1).toBe(true);
        expect((edges[1] as number) >= least).toBe(true);
        expect(edges.at(-1)).toBeGreaterThanOrEqual(greatest);
        expect(edges.length === 2 || (edges.at(-2) as number) < greatest).toBe(true);
      }),
    );
  });

  it("has shares that are those of a plain count, but for samples up to 1/128 above an edge", () => {
    fc.assert(
      fc.property(samples, (all) => {
        const { edges, shares } = of(all);
        const upTo = (ms: number): number => all.filter((us) => us <= Math.round(ms * 1000)).length / all.length;
        const rounding = 1e-6 * shares.length;
        cumulated(shares).forEach((share, i) => {
          const edge = edges[i + 1] as number;
          expect(share).toBeGreaterThanOrEqual(upTo(edge) - rounding);
          expect(share).toBeLessThanOrEqual(upTo(edge * (1 + 1 / 128)) + rounding);
        });
        expect(Math.abs((cumulated(shares).at(-1) as number) - 1)).toBeLessThanOrEqual(rounding);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("holds each quantile of the histogram in the bin that its share falls into", () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0.001, max: 1, noNaN: true }), (all, p) => {
        const histogram = new Histogram();
        for (const each of all) histogram.add(each);
        const { edges, shares } = of(all);
        const ms = histogram.quantile(p) / 1000;
        const bin = edges.findIndex((edge, i) => i > 0 && ms <= edge) - 1;
        const sums = cumulated(shares);
        // The quantile is told by the middle of its bucket, which can lie on the other side of an edge.
        const near = 1 + 1 / 64;
        const first = sums.findIndex((sum) => sum >= p - 1e-5);
        expect(first === bin || ms * near > (edges[bin + 1] as number) || ms / near <= (edges[bin] as number)).toBe(true);
      }),
    );
  });

  it("is known by hand", () => {
    expect(of([950, 1000, 1250, 1251, 1600])).toEqual({ unit: "ms", edges: [0.8, 1, 1.25, 1.6], shares: [0.4, 0.4, 0.2] });
    expect(of([1_000_000])).toEqual({ unit: "ms", edges: [800, 1000], shares: [1] });
  });

  it("puts what nobody feels into its first bin", () => {
    expect(of([0, 0, 30, 110])).toEqual({ unit: "ms", edges: [0.1, 0.125], shares: [1] });
    expect(of([0, 130])).toEqual({ unit: "ms", edges: [0.1, 0.125, 0.16], shares: [0.5, 0.5] });
  });

  it("is none without samples", () => {
    expect(distributionOf(new Histogram(), "ms", 0.001)).toBe(null);
  });
});

describe("distributions side by side", () => {
  it("have each its own shares over the edges of all", () => {
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 3 }), (many) => {
        const parts = many.map(of);
        const { edges, shares } = aligned(parts);
        expect(edges).toEqual([...new Set(parts.flatMap((part) => part.edges))].sort((a, b) => a - b));
        parts.forEach((part, i) => {
          const own = (shares[i] as readonly number[]).map((share, bin) => [edges[bin], share] as const).filter(([, share]) => share > 0);
          expect(own).toEqual(part.shares.map((share, bin) => [part.edges[bin], share] as const).filter(([, share]) => share > 0));
          expect(shares[i]).toHaveLength(edges.length - 1);
        });
      }),
    );
  });
});
