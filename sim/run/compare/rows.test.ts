import { describe, expect, it } from "vitest";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { runsOf, type Figures } from "./compare.fixture.ts";
import { comparedRows, type ComparedRow, type Statistic } from "./rows.ts";

function rowOf(rows: readonly ComparedRow[], metric: string, statistic: Statistic = "mean"): ComparedRow {
  const found = rows.find((row) => row.metric === metric && row.statistic === statistic);
  if (found === undefined) throw new Error(`${metric} ${statistic}`);
  return found;
}

/** Rows of twelve seeds in which B differs from A by what `b` says. */
function twelve(a: (seed: number) => Figures, b: (seed: number) => Figures): ComparedRow[] {
  return comparedRows(runsOf(12, a), runsOf(12, b));
}

describe("the rows of a comparison", () => {
  it("compare a metric seed by seed: means, difference, percent of A, every pair", () => {
    const rows = twelve(
      (seed) => ({ player_hours: [100 + seed] }),
      (seed) => ({ player_hours: [110 + 2 * seed] }),
    );
    const row = rowOf(rows, "player_hours");
    expect(row).toMatchObject({ unit: "player-hours", better: "more", a: 106.5, b: 123, difference: 16.5, left_out: 0, verdict: "better" });
    expect(row.percent).toBeCloseTo((16.5 / 106.5) * 100, 6);
    expect(row.pairs[2]).toEqual({ seed: 3, a: 103, b: 116 });
    expect(row.pairs).toHaveLength(12);
    expect(row.p).toBe(2 / 4096);
    const [low, high] = row.interval ?? [NaN, NaN];
    expect([low > 13.5, low < 16.5, high > 16.5, high < 19.5]).toEqual([true, true, true, true]);
  });

  it("judge by what the definitions call better, and from B's point of view", () => {
    const up = twelve(
      () => ({ share_player_hours_p2p: [0.4], rtt_ms: [50], migrations_per_hour: [10] }),
      () => ({ share_player_hours_p2p: [0.5], rtt_ms: [60], migrations_per_hour: [20] }),
    );
    expect(rowOf(up, "share_player_hours_p2p").verdict).toBe("better");
    expect(rowOf(up, "rtt_ms").verdict).toBe("worse");
    expect(rowOf(up, "migrations_per_hour")).toMatchObject({ better: null, difference: 10, verdict: null, p: null, seeds_needed: null });
    const down = twelve(
      () => ({ share_player_hours_p2p: [0.5], rtt_ms: [60] }),
      () => ({ share_player_hours_p2p: [0.4], rtt_ms: [50] }),
    );
    expect(rowOf(down, "share_player_hours_p2p").verdict).toBe("worse");
    expect(rowOf(down, "rtt_ms").verdict).toBe("better");
  });

  it("compare happenings by their tails, too: a run's own 95th and 99th percentile", () => {
    const long = (ms: number): Figures => ({ interruption_ms: [...Array.from({ length: 97 }, () => 100), ms, ms, ms] });
    const rows = twelve(
      () => long(200),
      () => long(400),
    );
    expect(rowOf(rows, "interruption_ms")).toMatchObject({ a: 103, b: 109, verdict: "worse" });
    expect(rowOf(rows, "interruption_ms", "p(95)")).toMatchObject({ difference: 0, verdict: "equal" });
    const tail = rowOf(rows, "interruption_ms", "p(99)");
    expect([Math.round((tail.a ?? 0) / 2), Math.round((tail.b ?? 0) / 4)]).toEqual([100, 100]);
    expect(tail.verdict).toBe("worse");
  });

  it("are equal where no seed differs, and equal rows cost the others nothing", () => {
    const rows = twelve(
      () => ({ rtt_ms: [50] }),
      () => ({ rtt_ms: [50.5] }),
    );
    const judged = rows.filter((row) => row.better !== null);
    expect(judged.filter((row) => row.verdict !== "equal").map((row) => row.metric)).toEqual(["rtt_ms", "rtt_ms", "rtt_ms"]);
    // Three rows are tested: mean, p(95) and p(99).
    expect(rowOf(rows, "rtt_ms").p_corrected).toBeCloseTo((3 * 2) / 4096, 9);
    expect(rowOf(rows, "vps_slots_needed")).toMatchObject({ verdict: "equal", p: null, difference: 0, interval: [0, 0] });
  });

  it("lean where the row alone would tell and all together do not, and say how many seeds would", () => {
    const wave = (seed: number): number => (seed % 4 === 0 ? -2 : 4);
    const rows = twelve(
      () => ({ rtt_ms: [50], player_hours: [100] }),
      (seed) => ({ rtt_ms: [50 + wave(seed)], player_hours: [seed % 2 === 0 ? 101 : 99] }),
    );
    const row = rowOf(rows, "rtt_ms");
    expect(row).toMatchObject({ verdict: "same", leans: "worse" });
    expect(row.p_corrected ?? 0).toBeGreaterThan(0.05);
    expect(row.seeds_needed ?? 0).toBeGreaterThan(12);
    expect(rowOf(rows, "player_hours")).toMatchObject({ verdict: "same", leans: null, difference: 0, seeds_needed: null, p: 1 });
  });

  it("leave out seeds without a sample on either side, and count them", () => {
    const some = (without: readonly number[], ms: number) => (seed: number) => ({ stall_ms: without.includes(seed) ? [] : [ms] });
    const row = rowOf(twelve(some([1, 2], 10), some([2, 3], 20)), "stall_ms");
    expect(row).toMatchObject({ left_out: 3, a: 10, b: 20, verdict: "worse" });
    expect(row.pairs.map(({ seed }) => seed)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("show what only one side has, without a verdict; what neither has is no row", () => {
    const rows = twelve(
      () => ({ stall_ms: [] }),
      () => ({ stall_ms: [10] }),
    );
    expect(rowOf(rows, "stall_ms")).toMatchObject({
      a: null,
      b: null,
      difference: null,
      interval: null,
      verdict: null,
      p: null,
      left_out: 12,
    });
    const none = twelve(
      () => ({}),
      () => ({}),
    );
    expect(none.some((row) => row.metric === "stall_ms")).toBe(false);
  });

  it("have no percent of zero and no interval of a single seed", () => {
    const [one, other] = [runsOf(1, () => ({ vps_refused: [0] })), runsOf(1, () => ({ vps_refused: [4] }))];
    const row = rowOf(comparedRows(one, other), "vps_refused");
    expect(row).toMatchObject({ difference: 4, percent: null, interval: null, verdict: "same", leans: null, p: 1, seeds_needed: null });
  });

  it("stand in the order of the definitions, happenings with three rows and the rest with one", () => {
    const rows = twelve(
      () => ({}),
      () => ({}),
    );
    const expected = DEFINITIONS.flatMap(({ name, sampling }) => (sampling === "event" ? [name, name, name] : [name]));
    const shown = new Set(rows.map((row) => row.metric));
    expect(rows.map((row) => row.metric)).toEqual(expected.filter((name) => shown.has(name)));
    expect(shown.size).toBeGreaterThan(20);
  });
});
