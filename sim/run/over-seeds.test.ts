import { describe, expect, it } from "vitest";
import { overSeeds } from "./over-seeds.ts";

function seriesOf(...runs: readonly (readonly (number | null)[])[]) {
  const other = { name: "hosts_online", unit: "hosts", values: [1] };
  return { series: runs.map((values, i) => ({ seed: i, step_s: 60, rows: [{ name: "rtt_mean", unit: "ms", values }, other] })) };
}

describe("a time series over seeds", () => {
  it("is step by step the middle, the mean and the ends of the runs", () => {
    expect(overSeeds(seriesOf([10, 1], [40, 2], [20, 2.0004]), "rtt_mean")).toEqual({
      unit: "ms",
      median: [20, 2],
      mean: [23.333, 1.667],
      low: [10, 1],
      high: [40, 2],
    });
  });

  it("has the mean of the middle two as median of an even number", () => {
    expect(overSeeds(seriesOf([1], [10], [2], [9]), "rtt_mean")?.median).toEqual([5.5]);
  });

  it("leaves out runs that have nothing to say of a step, or ended sooner", () => {
    const over = overSeeds(seriesOf([30, 6], [10, null, 4, null]), "rtt_mean");
    expect(over?.median).toEqual([20, 6, 4, null]);
    expect([over?.mean, over?.low, over?.high]).toEqual([
      [20, 6, 4, null],
      [10, 6, 4, null],
      [30, 6, 4, null],
    ]);
  });

  it("is none where no run has it", () => {
    expect(overSeeds(seriesOf([1]), "no_such_row")).toBe(null);
    expect(overSeeds({ series: [] }, "rtt_mean")).toBe(null);
  });
});
