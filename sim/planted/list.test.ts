import { describe, expect, it } from "vitest";
import { defaultMapConf, defaultTuning } from "../../src/core/settings.ts";
import { hostingCheckers } from "../checkers/hosting.ts";
import { PLANTED } from "./planted.ts";

const options = {
  conf: defaultMapConf(),
  tuning: defaultTuning(),
  maps: { names: [], eligible: [], popularity: [] },
  vps: { sites: [] },
  faults: [],
  settleUs: 0,
};

describe("planted bugs", () => {
  const judged = new Set(hostingCheckers(options).flatMap((checker) => checker.rules));

  it("are each named once", () => {
    expect(new Set(PLANTED.map((bug) => bug.name)).size).toBe(PLANTED.length);
  });

  it.each(PLANTED)("$name is expected by rules that a checker judges", (bug) => {
    for (const rule of bug.rules) expect(judged).toContain(rule);
    expect(bug.what).toMatch(/\.$/);
  });

  it("leave no rule of the hosting chapters without a bug of its own", () => {
    const expected = new Set(PLANTED.flatMap((bug) => bug.rules));
    // LV3 is broken only by a move that never ends; its hand-made history stands in sim/checkers/settled.test.ts.
    expect([...judged].filter((rule) => !expected.has(rule))).toEqual(["LV3"]);
  });
});
