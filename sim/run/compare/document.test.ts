import { describe, expect, it } from "vitest";
import { defaultTuning } from "../../../src/core/settings.ts";
import { someOutcome } from "../document.fixture.ts";
import { failedOutcome } from "../ticket.ts";
import { resultOf } from "./document.ts";
import { compared, runsOf } from "./compare.fixture.ts";
import { settingDifferences } from "./settings-diff.ts";
import { verdictOf } from "./words.ts";

const SAME = runsOf(12, () => ({}));

describe("a comparison", () => {
  it("of equal runs says that they are equal", () => {
    const comparison = compared(SAME, SAME);
    expect(comparison.verdict.replaceAll("\u00a0", " ")).toBe("A and B are equal: no judged figure differs over 12 seeds.");
    expect([comparison.counts.better, comparison.counts.worse, comparison.counts.same]).toEqual([0, 0, 0]);
    expect(comparison.counts.equal).toBeGreaterThan(20);
    expect([comparison.settings, comparison.a.fingerprint]).toEqual([[], comparison.b.fingerprint]);
  });

  it("counts what is better, worse and not told apart, and names the settings that differ", () => {
    const b = runsOf(12, (seed) => ({ player_hours: [83_500], vps_refused: [1], false_failovers: [seed % 2] }));
    const comparison = compared(SAME, b, { tuning: { ...defaultTuning(), heartbeatMs: 500 } });
    expect(comparison.counts).toMatchObject({ better: 1, worse: 2, same: 0 });
    expect(comparison.settings).toEqual([{ path: "tuning.heartbeatMs", a: 250, b: 500 }]);
    expect(comparison.method).toMatchObject({ tests: 3, seeds_least: 7, patterns_drawn: null, correction: "Holm" });
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });

  it("says plainly that few seeds cannot tell", () => {
    const comparison = compared(
      runsOf(4, () => ({})),
      runsOf(4, () => ({ rtt_ms: [500] })),
    );
    expect(comparison.counts).toMatchObject({ better: 0, worse: 0, same: 3 });
    expect(comparison.verdict.replaceAll("\u00a0", " ")).toMatch(
      /^B is told apart from A in none of 3 figures: 4 seeds cannot tell two policies apart here, whatever they do; 7 or more can\./,
    );
    const drawn = runsOf(15, () => ({}));
    expect(compared(drawn, drawn).method.patterns_drawn).toBe(20_000);
  });

  it("keeps each side's result, thresholds and broken runs; only broken rules count for both", () => {
    const broken = someOutcome(2, { result: "safety", violations: [{ rule: "HO1", at_s: 5, message: "two hosts" }], violationsTotal: 1 });
    const b = [...SAME.slice(0, 1), broken, ...SAME.slice(2, 11), failedOutcome(12, "crash", "crash", "Bug: no")];
    const comparison = compared(SAME, b, { thresholds: [{ metric: "rtt_ms", expression: "avg<=1" }] });
    expect([comparison.a.result, comparison.b.result]).toEqual(["ok", "crash"]);
    expect(comparison.b.broken.map(({ seed, result, replay }) => [seed, result, replay])).toEqual([
      [2, "safety", "peerstead replay x --seed 2 --set one=2"],
      [12, "crash", "peerstead replay x --seed 12 --set one=2"],
    ]);
    expect(comparison.b.thresholds).toMatchObject([{ metric: "rtt_ms", ok: false }]);
    expect(comparison.rows.find((row) => row.metric === "rtt_ms")?.left_out).toBe(1);
    const slow = compared(SAME, SAME, { thresholds: [{ metric: "rtt_ms", expression: "avg<=1" }] });
    expect([slow.b.result, resultOf(slow), resultOf(comparison)]).toEqual(["threshold", "ok", "crash"]);
  });
});

describe("settings that differ", () => {
  it("are found by path, in lists item by item, and as a whole where lists have different lengths or one side has none", () => {
    const a = { conf: { scoring: "seed", same: 1 }, regions: [{ name: "EU" }, { name: "NA" }], faults: [1], only: true };
    const b = { conf: { scoring: "normalized", same: 1 }, regions: [{ name: "EU" }, { name: "SA" }], faults: [1, 2], more: null };
    expect(settingDifferences(a, b)).toEqual([
      { path: "conf.scoring", a: "seed", b: "normalized" },
      { path: "regions.1.name", a: "NA", b: "SA" },
      { path: "faults", a: [1], b: [1, 2] },
      { path: "only", a: true, b: null },
    ]);
    expect(settingDifferences({ x: [] }, { x: {} })).toEqual([{ path: "x", a: [], b: {} }]);
  });
});

describe("the verdict", () => {
  const said = (better: number, worse: number, same: number, equal: number): string =>
    verdictOf({ counts: { better, worse, same, equal }, seeds: 12, seedsLeast: 11 }).replaceAll("\u00a0", " ");

  it("speaks of B, with what it does better first", () => {
    expect(said(5, 1, 12, 0)).toBe("B is better in 5 figures, worse in 1 and not told apart from A in 12, over 12 seeds.");
    expect(said(1, 0, 3, 2)).toBe(
      "B is better in 1 figure and not told apart from A in 3, over 12 seeds. 2 figures are the same in every seed.",
    );
    expect(said(0, 2, 0, 1)).toBe("B is worse in 2 figures, over 12 seeds. 1 figure is the same in every seed.");
    expect(said(0, 0, 9, 0)).toBe("B is told apart from A in none of 9 figures over 12 seeds.");
  });
});
