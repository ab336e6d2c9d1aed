import { describe, expect, it } from "vitest";
import type { RunOutcome } from "../outcome.ts";
import { Ladder } from "../../src/base/hash.ts";
import { compareRuns } from "./determinism.ts";

/** The ladder of 12,000 events, the last ones other than usual from `from` on. */
function ladder(from = 12_000) {
  const made = new Ladder();
  for (let i = 0; i < 12_000; i += 1) made.event(i, i < from ? 0 : 1);
  return made.read();
}

const outcome = (fields: Partial<RunOutcome> = {}): RunOutcome => ({
  seed: 5,
  fingerprint: "ffee",
  decisions: "dd",
  ladder: ladder(),
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
  used: {},
  reached: {},
  refused: {},
  regions: [],
  moves: { slowest: [], worst: [], failed: [] },
  story: null,
  ...fields,
});

describe("DT1: the same seed leaves the same fingerprint", () => {
  it("DT1 finds nothing between equal runs, however long each took", () => {
    expect(compareRuns(outcome(), outcome({ wall_s: 99 }))).toEqual([]);
  });

  it.each([
    [0, "1 to 4096"],
    [4095, "1 to 4096"],
    [4096, "4097 to 8192"],
    [8192, "8193 to 12000"],
    [11_999, "8193 to 12000"],
  ])("DT1 names the stretch in which entry %i differs", (from, stretch) => {
    const found = compareRuns(outcome(), outcome({ ladder: ladder(from), fingerprint: "eeff" }));
    expect(found.map((violation) => violation.message)).toEqual([
      `seed 5: the ladders of decisions part at an entry from ${stretch}`,
      "seed 5: fingerprint ffee against eeff",
    ]);
  });

  it.each([{ fingerprint: "x" }, { decisions: "x" }, { events: 1 }, { seed: 6 }, { violationsTotal: 1 }] as Partial<RunOutcome>[])(
    "DT1 names a difference in %o",
    (fields) => {
      expect(compareRuns(outcome(), outcome(fields)).length).toBeGreaterThan(0);
    },
  );
});
