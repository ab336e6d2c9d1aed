import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawUnit, rootStream, stream } from "../../../src/base/random.ts";
import type { Pings } from "./line-quality.ts";
import { fitLoss, jitterScaleMs, pingIntervalS } from "./line-quality.ts";

/** Pings of a made line: Laplace jitter around 50 ms, independent loss, and spells that begin and end with a chance at each ping. */
function made(seed: number, length: number, line: { scaleMs: number; outside: number; begin: number; end: number }): Pings {
  const draws = stream(rootStream(0, seed), "line");
  const rtt_ms = new Float64Array(length);
  let inSpell = false;
  for (let i = 0; i < length; i += 1) {
    inSpell = inSpell ? drawUnit(draws, 1, i) >= line.end : drawUnit(draws, 1, i) < line.begin;
    const u = drawUnit(draws, 2, i);
    const deviation = u < 0.5 ? line.scaleMs * Math.log(2 * u) : -line.scaleMs * Math.log(2 * (1 - u));
    rtt_ms[i] = inSpell || drawUnit(draws, 3, i) < line.outside ? Number.NaN : 50 + deviation;
  }
  return { rtt_ms, at_s: null };
}

/** Estimates scatter, so these lines are the same ones in every run of the tests. */
const STATISTICAL = { numRuns: 20, seed: 7 };
const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe("lines fitted to made pings", () => {
  it("have the jitter they were made with", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.1, max: 20, noNaN: true }), (seed, scaleMs) => {
        const fitted = jitterScaleMs([made(seed, 20_000, { scaleMs, outside: 0.01, begin: 0, end: 1 })])!;
        // The estimate's relative standard error is 1/√n, 0.7 %.
        expect(Math.abs(fitted / scaleMs - 1)).toBeLessThan(0.04);
      }),
      STATISTICAL,
    );
  });

  it("have the spells they were made with", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 20 }), fc.double({ min: 0, max: 0.01, noNaN: true }), (seed, mean, outside) => {
        const begin = 0.002;
        const { spells, ...fitted } = fitLoss([made(seed, 200_000, { scaleMs: 1, outside, begin, end: 1 / mean })], undefined);
        expect(spells).not.toBeNull();
        // About 400 spells: a standard error of 5 % each; three and a half of them.
        expect(Math.abs(spells!.lengthPings / mean - 1)).toBeLessThan(0.2);
        expect(Math.abs(spells!.everyPings / (1 / begin + mean) - 1)).toBeLessThan(0.25);
        expect(Math.abs(fitted.outside - outside)).toBeLessThan(0.001);
      }),
      STATISTICAL,
    );
  });

  it("have no spells where losses are independent, but for one series in a thousand", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (seed, outside) => {
        const fitted = fitLoss([made(seed, 20_000, { scaleMs: 1, outside, begin: 0, end: 1 })], undefined);
        expect(fitted.spells).toBeNull();
        expect(Math.abs(fitted.outside - outside)).toBeLessThan(5 * Math.sqrt(outside / 20_000));
      }),
      STATISTICAL,
    );
  });

  it("lose as much as was lost, whatever the series", () => {
    const ping = fc.oneof(
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
      { weight: 2, arbitrary: fc.double({ min: 0, max: 100, noNaN: true }) },
    );
    fc.assert(
      fc.property(fc.array(fc.array(ping, { maxLength: 60 }), { minLength: 1, maxLength: 4 }), (lists) => {
        const series = lists.map((list) => ({ rtt_ms: Float64Array.from(list), at_s: Float64Array.from(list, (_, i) => i) }));
        const pings = lists.flat();
        const { outside, spells } = fitLoss(series, pingIntervalS(series));
        const inSpells = spells === null ? 0 : spells.lengthPings / spells.everyPings;
        const lost = pings.filter(Number.isNaN).length;
        expect((inSpells + (1 - inSpells) * outside) * pings.length).toBeCloseTo(lost, 6);
        expect(outside).toBeGreaterThanOrEqual(0);
        expect(outside).toBeLessThanOrEqual(1);
      }),
    );
  });
});
