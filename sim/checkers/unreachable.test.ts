import { describe, expect, it } from "vitest";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import { madeFault, madeOptions } from "./made-history.fixture.ts";
import { ONLY_WITH, unreachable } from "./unreachable.ts";

const rolledBack = { "excused.HO2.rolled_back": 2, checkpoint: 9 };

describe("OR1: what only a fault can bring about", () => {
  it("breaks the rule where the run has no such fault, and says what would bring it about", () => {
    const found = unreachable({ ...madeOptions(), faults: [madeFault("a", "crash")] }, rolledBack, 60);
    expect(found).toEqual([
      {
        rule: "OR1",
        at_s: 60,
        message: "excused.HO2.rolled_back was counted 2 times, and the run had nothing of what brings it about: store-rollback",
      },
    ]);
  });

  it("is as it should be where the run has one, or where nothing of it was counted", () => {
    expect(unreachable({ ...madeOptions(), faults: [madeFault("a", "store-rollback")] }, rolledBack, 60)).toEqual([]);
    expect(unreachable(madeOptions(), { "excused.HO2.rolled_back": 0 }, 60)).toEqual([]);
  });

  it("may come of BUGGIFY where a site does the same", () => {
    const unsure = { "excused.HO8.unsure_claim": 1 };
    expect(unreachable(madeOptions(), unsure, 1)).toHaveLength(1);
    expect(unreachable({ ...madeOptions(), buggify: { active: 1, fires: 1 } }, unsure, 1)).toEqual([]);
    expect(unreachable({ ...madeOptions(), buggify: { active: 1, fires: 1 } }, rolledBack, 1)).toHaveLength(1);
  });

  it("names each once, with a cause", () => {
    expect(new Set(ONLY_WITH.map(({ name }) => name)).size).toBe(ONLY_WITH.length);
    expect(ONLY_WITH.filter(({ kinds }) => kinds.length === 0)).toEqual([]);
  });

  it("is judged in each run, and a run says how much of its bounds it used", () => {
    const { evaluated, used } = runSeed(smallOptions({ faults: [{ ...madeFault("a", "crash"), atUs: 60_000_000, forUs: 60_000_000 }] }), 1);
    expect(evaluated.OR1).toBe(1);
    expect(used.HO5).toBeGreaterThan(0.02);
    expect(used.HO5).toBeLessThan(1);
  });
});
