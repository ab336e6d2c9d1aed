/** Every scenario in scenarios/regress: runs in which a bug once showed itself. */
import { describe, expect, it } from "vitest";
import { buildDocument } from "./document.ts";
import { runSeed } from "./run-seed.ts";
import { seedsOf, shipped, shippedIn } from "./shipped.fixture.ts";

const names = shippedIn("regress");

describe("scenarios/regress", () => {
  it("is not empty", () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names)("%s ends well in every seed", (name) => {
    const point = shipped(name);
    const { options } = point;
    const seeds = seedsOf(point);
    const outcomes = seeds.map((seed) => runSeed(options, seed));
    const document = buildDocument({ options, seeds, outcomes, commit: "", mode: "", command: "" });
    expect({ result: document.result, why: document.inconclusive, violations: document.runs.flatMap((run) => run.violations) }).toEqual({
      result: "ok",
      why: [],
      violations: [],
    });
  });
});
