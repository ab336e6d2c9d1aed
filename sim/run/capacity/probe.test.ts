import { describe, expect, it } from "vitest";
import { failedOutcome } from "../ticket.ts";
import { probeOf, thresholdLimit, thresholdUnit } from "./probe.ts";
import { PROMISED, someRuns } from "./probe.fixture.ts";

const violation = (rule: string, message: string) => ({ rule, at_s: 12, message });

describe("a probe", () => {
  it("holds when all thresholds do", () => {
    const probe = probeOf(7, someRuns(PROMISED, { interruption_ms: [1200] }));
    expect([probe.value, probe.holds, probe.result, probe.breaches]).toEqual([7, true, "ok", []]);
    expect(probe.metrics["interruption_ms"]?.count).toBe(2);
    expect(probe.run).toBe("peerstead run capacity/evening-peak");
    expect(probe.wall_s).toBe(8.4);
  });

  it("names the threshold that is furthest beyond its limit first, and by how much", () => {
    const thresholds = [
      { metric: "unhosted_ms", expression: "max<=1000" },
      { metric: "interruption_ms", expression: "max<=3000" },
      { metric: "share_map_hours_p2p", expression: "avg>=0.8" },
      { metric: "migrations_per_hour", expression: "avg==100" },
      { metric: "rtt_ms", expression: "max<=1000" },
    ];
    const figures = { unhosted_ms: [1100], interruption_ms: [4500], share_map_hours_p2p: [0.6], migrations_per_hour: [80] };
    const { breaches, holds, result } = probeOf(1, someRuns(thresholds, figures));
    expect([holds, result]).toEqual([false, "threshold"]);
    expect(breaches.map((each) => [each.metric, each.actual, each.limit, each.unit, each.excess])).toEqual([
      ["interruption_ms", 4500, 3000, "ms", 0.5],
      ["share_map_hours_p2p", 0.6, 0.8, "share", 0.25],
      ["migrations_per_hour", 80, 100, "1/h", 0.2],
      ["unhosted_ms", 1100, 1000, "ms", 0.1],
    ]);
    expect(breaches.every((each) => each.rule === null && each.message === null && each.seed === null)).toBe(true);
  });

  it("takes anything beyond a limit of 0 for the worst", () => {
    const { breaches } = probeOf(1, someRuns(PROMISED, { interruption_ms: [9000], vps_refused: [2] }));
    expect(breaches.map((each) => [each.expression, each.actual, each.excess])).toEqual([
      ["sum<=0", 4, null],
      ["p(99)<=3000", expect.closeTo(9000, -2) as number, expect.closeTo(2, 1) as number],
    ]);
  });

  it("breaks by a rule before thresholds, each rule once, with the seed and how to see it again", () => {
    const violations = [violation("HO4", "first"), violation("HO1", "other"), violation("HO4", "again"), violation("vacuous", "never")];
    const document = someRuns(PROMISED, { interruption_ms: [9000] }, { result: "safety", violations, violationsTotal: 3 });
    const { breaches, result } = probeOf(1, document);
    expect(result).toBe("safety");
    expect(breaches.map((each) => [each.rule, each.message, each.seed, each.replay, each.metric])).toEqual([
      ["HO4", "first", 2, "peerstead replay capacity/evening-peak --seed 2", null],
      ["HO1", "other", 2, "peerstead replay capacity/evening-peak --seed 2", null],
      [null, null, null, null, "interruption_ms"],
    ]);
  });

  it.each(["crash", "timeout"] as const)("breaks by a %s, with its reason", (result) => {
    const { breaches, holds } = probeOf(1, someRuns(PROMISED, { interruption_ms: [1] }, failedOutcome(2, result, result, "gone")));
    expect(holds).toBe(false);
    expect(breaches.map((each) => [each.rule, each.message, each.seed])).toEqual([[result, "gone", 2]]);
  });

  it("holds without a sample of a threshold, and says so", () => {
    const probe = probeOf(1, someRuns(PROMISED, { interruption_ms: [] }));
    expect([probe.holds, probe.result]).toEqual([true, "inconclusive"]);
    expect(probe.inconclusive).toEqual(["no sample of interruption_ms, so p(99)<=3000 was not put to the test"]);
  });

  it("does not hold when a rule was never put to the test or a fault met nothing, sample or not", () => {
    const vacuous = { result: "inconclusive" as const, violations: [violation("vacuous", "rule HO4 was never put to the test")] };
    const unsure = probeOf(1, someRuns(PROMISED, { interruption_ms: [1] }, vacuous));
    expect([unsure.holds, unsure.result]).toEqual([false, "inconclusive"]);
    expect(unsure.breaches.map((each) => [each.rule, each.metric, each.message])).toEqual([
      [null, null, "seed 2: rule HO4 was never put to the test"],
    ]);
    expect(probeOf(1, someRuns(PROMISED, { interruption_ms: [] }, vacuous)).holds).toBe(false);
    const idle = { faults: [{ id: "crash-1", kind: "crash", applied: 1, effects: 0 }] };
    const met = { ...someRuns(PROMISED, { interruption_ms: [] }, idle) };
    expect(met.inconclusive).toHaveLength(2);
    expect(probeOf(1, met).holds).toBe(false);
  });
});

describe("what a threshold compares", () => {
  it("has the metric's unit, but for counts and rates", () => {
    const unit = (metric: string, expression: string): string => thresholdUnit({ metric, expression });
    expect([unit("rtt_ms", "p(99)<=3"), unit("rtt_ms", "count>=3"), unit("vps_refused", "rate<=3/h"), unit("no_such", "max<1")]).toEqual([
      "ms",
      "samples",
      "refusals/h",
      "",
    ]);
    expect([thresholdLimit("rate<=3/h"), thresholdLimit("nonsense")]).toEqual([3, null]);
  });
});
