import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Baseline, movedText, readBaseline, updatedBaseline, writeBaseline } from "./baseline.ts";
import type { BenchRow } from "./rows.ts";

const HERE = { cores: 2, model: "a model", node: "24.0.0" };
const ELSEWHERE = { cores: 8, model: "a model", node: "24.0.0" };

function row(id: string, value: number, unit: BenchRow["unit"] = "x", noise = 0): BenchRow {
  return { id, what: "", value, unit, noise, aim: null };
}

function kept(ratios: Baseline["ratios"]): Baseline {
  return { machine: HERE, ratios };
}

describe("what moved against the baseline", () => {
  it("is told from a tenth on, up and down", () => {
    const baseline = kept({ a: { ratio: 2, noise: 0 }, b: { ratio: 2, noise: 0 }, c: { ratio: 200, noise: 0 } });
    const moved = movedText([row("a", 2.19), row("b", 2.5), row("c", 150)], baseline, HERE);
    expect(moved).toEqual(["b: 2.00 before, 2.50 x now (+25 %)", "c: 200 before, 150 x now (-25 %)"]);
  });

  it("is more than the noise of both measurements", () => {
    const noisy = kept({ a: { ratio: 10, noise: 0.06 } });
    // Three times sqrt(0.06² + 0.08²) = 0.3.
    expect(movedText([row("a", 12.9, "x", 0.08)], noisy, HERE)).toEqual([]);
    expect(movedText([row("a", 13.1, "x", 0.08)], noisy, HERE)).toHaveLength(1);
    expect(movedText([row("a", 12.9, "x", 0)], noisy, HERE)).toHaveLength(1);
    expect(movedText([row("a", 12.9, "x", 0.08)], kept({ a: { ratio: 10, noise: 0 } }), HERE)).toHaveLength(1);
  });

  it("names what is new, and leaves out what did not run", () => {
    expect(movedText([row("new", 3)], kept({ old: { ratio: 1, noise: 0 } }), HERE)).toEqual(["new: new, 3.00 x"]);
  });

  it("compares with real time on the same machine only, and never times or sizes", () => {
    const baseline = kept({ fast: { ratio: 100, noise: 0 }, ratio: { ratio: 1, noise: 0 }, wall: { ratio: 1, noise: 0 } });
    const rows = [row("fast", 300, "x real time"), row("ratio", 2), row("wall", 9, "s"), row("memory", 9, "MB")];
    expect(movedText(rows, baseline, HERE).map((line) => line.split(":")[0])).toEqual(["fast", "ratio"]);
    expect(movedText(rows, baseline, ELSEWHERE).map((line) => line.split(":")[0])).toEqual(["ratio"]);
  });
});

describe("an updated baseline", () => {
  const old = kept({ b: { ratio: 1, noise: 0 }, z: { ratio: 5, noise: 0.01 } });

  it("holds ratios alone, rounded and sorted, and those of rows that did not run", () => {
    const rows = [row("b", 12.3456, "x", 0.04567), row("a", 234.56, "x real time"), row("wall", 9, "s"), row("memory", 9, "MB")];
    const updated = updatedBaseline(rows, old, HERE);
    expect(updated).toEqual({
      machine: HERE,
      ratios: { a: { ratio: 235, noise: 0 }, b: { ratio: 12.3, noise: 0.046 }, z: { ratio: 5, noise: 0.01 } },
    });
    expect(Object.keys(updated.ratios)).toEqual(["a", "b", "z"]);
  });

  it("is of one machine", () => {
    expect(updatedBaseline([row("b", 2)], old, ELSEWHERE)).toEqual({ machine: ELSEWHERE, ratios: { b: { ratio: 2, noise: 0 } } });
    expect(updatedBaseline([row("b", 2)], null, ELSEWHERE)).toEqual({ machine: ELSEWHERE, ratios: { b: { ratio: 2, noise: 0 } } });
  });
});

describe("the baseline's file", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "baseline-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads as it was written, and is null before the first time", () => {
    const file = join(folder, "baseline.json");
    expect(readBaseline(file)).toBeNull();
    const baseline = kept({ a: { ratio: 1.5, noise: 0.02 } });
    writeBaseline(baseline, file);
    expect(readBaseline(file)).toEqual(baseline);
  });

  it.each(["null", "{}", '{"a": 1}', '{"machine": {"cores": 2, "model": "m"}, "ratios": {"a": 1}}', '{"ratios": {}}'])(
    "of another form is an error: %s",
    (text) => {
      const file = join(folder, "baseline.json");
      writeFileSync(file, text);
      expect(() => readBaseline(file)).toThrow("--update");
    },
  );

  it("in the repository is sound", () => {
    expect(() => readBaseline()).not.toThrow();
  });
});
