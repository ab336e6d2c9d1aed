import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MOVE_CAUSES } from "./causes.ts";
import { CHAPTERS, DEFINITIONS } from "./definitions.ts";
import { metricsMarkdown } from "./markdown.fixture.ts";

describe("definitions of metrics", () => {
  it("METRICS.md says what definitions.ts says", () => {
    const page = readFileSync(new URL("../../../METRICS.md", import.meta.url), "utf8");
    expect(page).toBe(metricsMarkdown());
  });

  it("names are unique and every definition is whole", () => {
    expect(new Set(DEFINITIONS.map((d) => d.name)).size).toBe(DEFINITIONS.length);
    for (const d of DEFINITIONS) {
      expect(d.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(d.what).toMatch(/\.$/);
      expect(d.span).toMatch(/\.$/);
      expect(Number.isInteger(Math.round(1 / d.scale))).toBe(true);
      expect(1 / Math.round(1 / d.scale)).toBe(d.scale);
    }
  });

  it("has a metric for each cause of a move", () => {
    const names = DEFINITIONS.map((d) => d.name);
    for (const cause of MOVE_CAUSES) expect(names).toContain(`migrations_per_hour_${cause}`);
    expect(CHAPTERS.flatMap((c) => c.metrics)).toEqual(DEFINITIONS);
  });
});
