import { describe, expect, it } from "vitest";
import type { RunOutcome } from "../outcome.ts";
import { compareRuns, firstDifferentRung } from "./determinism.ts";

const outcome = (fields: Partial<RunOutcome> = {}): RunOutcome => ({
  seed: 5,
  fingerprint: "ffee",
  decisions: "dd",
  ladder: ["a1", "b2", "c3"],
  events: 12_000,
  virtual_s: 60,
  wall_s: 0.1,
  result: "ok",
  violations: [],
  violationsTotal: 0,
  metrics: [],
  series: { step_s: 10, rows: [] },
  faults: [],
  ineligible: {},
  evaluated: {},
  reached: {},
  refused: {},
  ...fields,
});

describe("DT1: the same seed leaves the same fingerprint", () => {
  it("DT1 finds nothing between equal runs, however long each took", () => {
    expect(compareRuns(outcome(), outcome({ wall_s: 99 }))).toEqual([]);
  });

  it("DT1 names the first rung that differs", () => {
    const found = compareRuns(outcome(), outcome({ ladder: ["a1", "xx", "yy"], fingerprint: "eeff" }));
    expect(found.map((violation) => violation.rule)).toEqual(["DT1", "DT1"]);
    expect(found[0]?.message).toBe("seed 5: the runs part in rung 1 (events 4096 to 8191): b2 against xx");
  });

  it("DT1 names a rung that only one run has", () => {
    expect(firstDifferentRung(["a", "b"], ["a"])).toBe(1);
    expect(firstDifferentRung(["a"], ["a", "b"])).toBe(1);
    expect(compareRuns(outcome(), outcome({ ladder: ["a1", "b2"] }))[0]?.message).toContain("c3 against none");
  });

  it.each([{ fingerprint: "x" }, { decisions: "x" }, { events: 1 }, { seed: 6 }, { violationsTotal: 1 }] as Partial<RunOutcome>[])(
    "DT1 names a difference in %o",
    (fields) => {
      expect(compareRuns(outcome(), outcome(fields)).length).toBeGreaterThan(0);
    },
  );
});
