import { describe, expect, it } from "vitest";
import { NO_HOST } from "../../src/core/protocol/ids.ts";
import { RuleChecker, VIOLATIONS_KEPT } from "./checker.ts";
import { hostingCheckers, isLivenessRule, requiredRules } from "./hosting.ts";
import { madeFault, madeOptions, MadeHistory, VPS } from "./made-history.fixture.ts";

/** A run in which everything that rules speak of happens, and nothing wrong. */
function soundEvening(): MadeHistory {
  const history = new MadeHistory({ ...madeOptions(), faults: [madeFault("restart", "coordinator-restart")] }).begun();
  history.entered(7, 1).after(50).playing(7, 1, 10, 1);
  history.say({ kind: "host/fenced", host: 10, map: 1, epoch: 1, rowEpoch: 1 });
  // Host 10 falls silent: its maps fail over, one to host 20 and one to the VPS.
  history.after(1000).truth(10, "down-silent").after(900).say({ kind: "host/suspected", host: 10, how: "silence" });
  history
    .after(300)
    .gone(10, "silence")
    .decided(1, "lost", "failover", 10, 20)
    .after(10)
    .granted(1, 20, 2)
    .after(60)
    .serving(1, 20, 2)
    .done(1, 20, 2);
  history.decided(2, "lost", "fallback", 10, VPS).after(10).granted(2, VPS, 2).after(60).serving(2, VPS, 2).done(2, VPS, 2);
  history.after(30).playing(7, 1, 20, 2, true);
  // It comes back, a better host joins, map 1 moves there and later back again: A, B, A.
  history.idle(70).truth(10, "up").joined(10, { cpu_cores: 16 }).after(1000).handedOff(1, "better", 20, 10, 3, { sinceMoveUs: 71_000_000 });
  history
    .playing(7, 1, 10, 3, true)
    .idle(90)
    .measured(20, { cpu_cores: 32 })
    .handedOff(1, "better", 10, 20, 4, { sinceMoveUs: 91_000_000 });
  history.playing(7, 1, 20, 4, true);
  // A move that fails leaves the map where it is.
  history.decided(1, "degraded", "handoff", 20, 10).after(900).failed(1, "timeout");
  // The host fails validation and loses its map in time.
  history
    .say({ kind: "host/blocked", host: 20, untilUs: history.now + 3600e6 })
    .handedOff(1, "invalid", 20, VPS, 5)
    .playing(7, 1, VPS, 5, true);
  // The coordinator restarts and goes on counting.
  history.idle(30).fault("restart", "begin").after(2000).started().joined(VPS).joined(10).idle(301);
  history
    .decided(2, "return", "handoff", VPS, 10, { sinceMoveUs: -1 })
    .after(200)
    .stopped(2, VPS, 2, "freeze")
    .granted(2, 10, 3)
    .after(30)
    .serving(2, 10, 3)
    .done(2, 10, 3);
  return history.entered(8, 2).after(40).playing(8, 2, 10, 3).settling().idle(60);
}

describe("the checkers of a run", () => {
  it("HO1 HO2 HO3 HO4 HO5 HO6 HO7 HO8 HO9 HO10 HO11 ST2 LV1 LV2 LV3 LV4: find nothing in a sound run and put every rule to the test", () => {
    const found = soundEvening().finish();
    expect(found.violations).toEqual([]);
    const rules = hostingCheckers(madeOptions()).flatMap((checker) => checker.rules);
    for (const rule of rules) expect([rule, (found.evaluated[rule] ?? 0) > 0]).toEqual([rule, true]);
    expect(found.reached).toMatchObject({ "redistribution.moved": 2, "redistribution.returned": 1, "movement.cameBack": 3 });
  });

  it("count no rule as evaluated in a run in which nothing happened", () => {
    const found = new MadeHistory({ ...madeOptions(), maps: { names: [], eligible: [], popularity: [] } }).finish();
    expect(Object.values(found.evaluated).every((count) => count === 0)).toBe(true);
  });

  it("name the rules that every run owes, and those that only a quiet end can break", () => {
    expect(requiredRules(madeOptions(), false)).not.toContain("LV1");
    expect(requiredRules({ ...madeOptions(), faults: [madeFault("r", "coordinator-restart")] }, true)).toEqual(
      expect.arrayContaining(["ST2", "LV1", "LV4"]),
    );
    expect(["HO9", "LV2"].every(isLivenessRule)).toBe(true);
    expect(["HO1", "HO5", "ST2"].some(isLivenessRule)).toBe(false);
  });

  it("keep a bounded number of violations, count all, and go on", () => {
    const history = new MadeHistory().begun();
    for (let i = 0; i < 2 * VIOLATIONS_KEPT; i += 1) history.say({ kind: "host/fenced", host: 10, map: 1, epoch: 1, rowEpoch: 2 });
    expect(history.finish().violations.filter((violation) => violation.rule === "HO3")).toHaveLength(VIOLATIONS_KEPT);
    class Probe extends RuleChecker {
      constructor() {
        super(["HO1"]);
        for (let i = 0; i < 150; i += 1) this.check("HO1", i % 2 === 0, i, () => `${i}`);
      }
    }
    expect([new Probe().total(), new Probe().evaluated()]).toEqual([75, { HO1: 150 }]);
  });

  it("tell time, map, hosts and the last records in the message", () => {
    const found = new MadeHistory().begun().after(500).granted(1, 20, 1, 0).finish();
    const violation = found.violations.find((one) => one.rule === "HO1");
    expect(violation?.at_s).toBeCloseTo(3.66);
    expect(violation?.message).toBe(
      `map 1 (moc_fild01) at 0.1 has two hosts: 10 and 20 (granted); before: 3.040 s move 2 decided (placement, placement) ${NO_HOST} -> 10 at 0.0 | 3.050 s granted to 10 at 0.1 over 0.0 | 3.070 s host 10 serves 0.1 | 3.080 s move 2 done at 10 | 3.660 s granted to 20 at 0.1 over 0.0`,
    );
  });
});
