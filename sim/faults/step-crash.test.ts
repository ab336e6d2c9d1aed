/**
 * The step-crash matrix: at each step of a hand-over its source, its target, the coordinator or the store dies, stands still or gives no answer. Each must
 * end with exactly one owner that serves, within the bounds, whatever had been under way.
 */
import { describe, expect, it } from "vitest";
import { FAULT_STEPS, type Options } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import { type Blow, BLOWS, type Ground, type Step, struckRun } from "./step-crash.fixture.ts";

const SECOND = 1_000_000;
/** Nine maps, the first five of which stay on the VPS. */
const GROUND: Ground = {
  hosts: 6,
  maps: [0, 9],
  leavesAtS: 20,
  over: { players: { ...smallOptions().players, initial: 30 }, durationUs: 45 * SECOND, settleUs: 45 * SECOND },
};

const struck = (step: Step, blow: Blow, afterUs: number): Options => struckRun(GROUND, step, blow, afterUs);

describe.each(FAULT_STEPS)("a hand-over that is %s", (step) => {
  it.each(BLOWS)("HO1, HO2, HO5, HO8, HO9: ends with one owner when $name", (blow) => {
    // At the step itself, and while what follows it is on its way.
    for (const afterUs of [0, 40_000]) {
      const { violations, faults } = runSeed(struck(step, blow, afterUs), 1);
      expect(violations.filter(({ rule }) => rule !== "vacuous")).toEqual([]);
      expect(faults.find(({ id }) => id === "blow")?.applied).toBe(1);
    }
  });
});

describe("the matrix", () => {
  it.each(["commit-before-freeze", "double-grant-on-unknown", "claim-not-retried"] as const)("finds %s", (bug) => {
    const broken = FAULT_STEPS.some((step) =>
      BLOWS.some((blow) => runSeed({ ...struck(step, blow, 0), planted: [bug] }, 1).violations.some(({ rule }) => rule !== "vacuous")),
    );
    expect(broken).toBe(true);
  });
});
