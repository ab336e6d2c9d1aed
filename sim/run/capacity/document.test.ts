import { describe, expect, it } from "vitest";
import { stripWallTimes } from "./document.ts";
import { PROMISED, someProbe, someRuns, someSearch } from "./probe.fixture.ts";
import { probeOf, type Breach } from "./probe.ts";

const upTo = (limit: number) => (value: number) => someProbe(value, { holds: value <= limit });

describe("the document of a search", () => {
  it("gives the answer, what broke first beyond it and by how much, and every value tried", () => {
    const document = someSearch(upTo(31_234));
    expect(document).toMatchObject({
      vary: "fleet.players",
      path: "fleet.players.peak",
      unit: "players",
      result: "ok",
      direction: "up",
      largest: 31_000,
      smallest: null,
      beyond: false,
      bracket: [31_000, 31_500],
      precision: { asked: 0.02, reached: 0.016129 },
      monotone: true,
      exceptions: [],
      broke: { at: 31_500, metric: "interruption_ms", expression: "p(99)<=3000", limit: 3000, unit: "ms", others: [] },
      seeds: [1, 2],
    });
    expect(document.broke?.actual).toBeCloseTo(3420, -2);
    expect(document.broke?.excess).toBeCloseTo(0.14, 2);
    const values = document.probes.map((probe) => probe.value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values).toHaveLength(10);
    expect(document.thresholds).toEqual([
      { metric: "interruption_ms", expression: "p(99)<=3000", limit: 3000, unit: "ms" },
      { metric: "vps_refused", expression: "sum<=0", limit: 0, unit: "refusals" },
    ]);
  });

  it("gives the least that suffices when less is harder", () => {
    const slow = (value: number) => someRuns(PROMISED, { interruption_ms: [3000 + value / 10] });
    const document = someSearch((value) => (value >= 23_456 ? someProbe(value) : probeOf(value, slow(value))));
    expect(document.broke?.actual).toBeCloseTo(3000 + document.bracket[1]! / 10, -2);
    expect([document.direction, document.largest, document.smallest]).toEqual(["down", document.smallest, document.largest]);
    expect(document.smallest).toBeGreaterThanOrEqual(23_456);
    expect(document.broke?.at).toBeLessThan(23_456);
  });

  it("says that the limit lies beyond, or that not even the milder end holds", () => {
    expect(someSearch(upTo(60_000))).toMatchObject({ largest: 60_000, beyond: true, broke: null, bracket: [60_000, null], result: "ok" });
    const none = someSearch(upTo(0));
    expect(none).toMatchObject({ largest: null, beyond: false, broke: { at: 10_000 }, bracket: [null, 10_000], result: "threshold" });
    expect(none.precision).toEqual({ asked: 0.02, reached: null });
  });

  it("names exceptions where the answer is not monotone", () => {
    const island = someSearch((value) => someProbe(value, { holds: value < 30_000 || value > 40_000 }));
    expect(island).toMatchObject({ direction: "up", monotone: false, exceptions: [47_500, 60_000], largest: 29_850 });
  });

  it("has the result of a broken rule, wherever it broke; thresholds beyond the answer are no result", () => {
    const unsafe: Breach = {
      ...someProbe(1, { holds: false }).breaches[0]!,
      metric: null,
      expression: null,
      rule: "HO4",
      message: "two hosts",
    };
    const result = (at: number, kind: "safety" | "crash" | "timeout"): string =>
      someSearch((value) =>
        someProbe(value, { holds: value <= 31_234, ...(value === at ? { result: kind, breaches: [unsafe], holds: false } : {}) }),
      ).result;
    expect([result(60_000, "safety"), result(60_000, "crash"), result(47_500, "timeout"), result(10_000, "safety")]).toEqual([
      "safety",
      "crash",
      "timeout",
      "safety",
    ]);
    expect(someSearch((value) => someProbe(value, { holds: value > 10_000, result: value > 10_000 ? "ok" : "inconclusive" })).result).toBe(
      "ok",
    );
    expect(someSearch((value) => someProbe(value, { holds: false, result: "inconclusive" })).result).toBe("inconclusive");
  });

  it("DT1: differs from machine to machine in wall time only", () => {
    const there = stripWallTimes(someSearch((value) => ({ ...upTo(31_234)(value), wall_s: 5 })));
    expect(there).toEqual(stripWallTimes(someSearch(upTo(31_234))));
    expect(there.probes.every((probe) => probe.wall_s === 0)).toBe(true);
  });
});
