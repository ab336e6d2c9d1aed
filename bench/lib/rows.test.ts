import { describe, expect, it } from "vitest";
import { type Aim, type BenchRow, detailText, figureText, reaches, rowOf, rowsText } from "./rows.ts";

function row(value: number, aim: Aim | null): BenchRow {
  return { id: "queue/x", what: "as quick as x", value, unit: "x", noise: 0, aim };
}

describe("aims", () => {
  it("are a least or a most, the bound included", () => {
    expect([0.9, 1, 1.1].map((value) => reaches(row(value, { least: 1 })))).toEqual([false, true, true]);
    expect([0.9, 1, 1.1].map((value) => reaches(row(value, { most: 1 })))).toEqual([true, true, false]);
    expect(reaches(row(0, null))).toBe(true);
  });
});

describe("a row of rounds", () => {
  it("has their median and scatter", () => {
    expect(rowOf("a", "b", "x", [1, 2, 4], { least: 2 })).toEqual({
      id: "a",
      what: "b",
      unit: "x",
      value: 2,
      noise: 0.7413,
      aim: { least: 2 },
    });
  });
});

describe("the table", () => {
  it("says figure, aim, verdict and baseline", () => {
    const lines = rowsText([row(2.345, { least: 3 }), { ...row(9.87, { most: 20 }), id: "new", unit: "s" }], { "queue/x": { ratio: 2.5 } });
    expect(lines.split("\n")).toEqual([
      "bench    figure  aim            baseline  what",
      "queue/x  2.35 x  >= 3 MISSED        2.50  as quick as x",
      "new      9.87 s  <= 20 reached            as quick as x",
    ]);
  });

  it("shows three digits", () => {
    expect([0.1234, 9.876, 98.76, 987.6, 98765.4].map(figureText)).toEqual(["0.12", "9.88", "98.8", "988", "98765"]);
  });

  it("of a detail aligns its figures", () => {
    const items = [
      { name: "one", value: 1.5, unit: "ns" },
      { name: "another", value: 150, unit: "ns" },
    ];
    expect(detailText({ title: "Times", items }).split("\n")).toEqual(["Times", "  one           1.50 ns", "  another        150 ns"]);
  });
});
