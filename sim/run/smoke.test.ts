/** Every smoke scenario, every seed of it, twice; and the same with heartbeats sent one by one. */
import { describe, expect, it } from "vitest";
import { compareRuns } from "../checkers/determinism.ts";
import { buildDocument } from "./document.ts";
import { runSeed } from "./run-seed.ts";
import { eager, seedsOf, shipped, shippedIn } from "./shipped.fixture.ts";

const names = shippedIn("smoke");

describe("scenarios/smoke", () => {
  it("is not empty", () => {
    expect(names.length).toBeGreaterThan(10);
  });

  it.each(names)("DT1: %s ends well, leaves the same twice, and eager heartbeats lead to the same decisions", (name) => {
    const point = shipped(name);
    const { options } = point;
    const seeds = seedsOf(point);
    expect(seeds.length).toBeGreaterThan(1);
    const outcomes = seeds.map((seed) => runSeed(options, seed));
    for (const outcome of outcomes) {
      expect(compareRuns(outcome, runSeed(options, outcome.seed))).toEqual([]);
      expect(outcome.ladder.events).toBeGreaterThan(100);
      const plain = runSeed(eager(options), outcome.seed);
      expect({ decisions: plain.decisions, result: plain.result }).toEqual({ decisions: outcome.decisions, result: outcome.result });
      // The plain form is another run: its beats are events.
      // Where games run, most events are theirs.
      expect(plain.events).toBeGreaterThan((options.fidelity === "game" ? 1 : 2) * outcome.events);
    }
    const document = buildDocument({ options, seeds, outcomes, commit: "", mode: "", command: "" });
    expect({ result: document.result, why: document.inconclusive, violations: document.runs.flatMap((run) => run.violations) }).toEqual({
      result: "ok",
      why: [],
      violations: [],
    });
    // Two seeds are two runs, not one told twice.
    expect(new Set(outcomes.map((outcome) => outcome.fingerprint)).size).toBe(seeds.length);
  });
});
