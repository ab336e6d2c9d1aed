import { describe, expect, it } from "vitest";
import { NONE } from "./map-watch.ts";
import type { MoveTrace } from "./move-trace.ts";
import { mergeRemarkable, REMARKABLE_MAX, RemarkableMoves } from "./remarkable.ts";
import { decided } from "./records.fixture.ts";

const S = 1_000_000;

/** A failover of a map with ten players that was lost at 100 s, decided a second later and over after another. */
function trace(changes: Partial<MoveTrace> & { readonly move?: number; readonly players?: number } = {}): MoveTrace {
  const { move = 1, players = 10, ...fields } = changes;
  const times = { at: 101 * S, noticedAt: 101 * S, awayFrom: 100 * S, backAt: 101.8 * S, endedAt: 102 * S };
  return { decided: decided(move, { players }), steps: [{ step: "claimed", at: 101.5 * S }], failure: null, ...times, ...fields };
}

function kept(...traces: readonly MoveTrace[]) {
  const moves = new RemarkableMoves();
  for (const each of traces) moves.add(each);
  return moves.outcome();
}

describe("remarkable moves", () => {
  it("tell what a move took, from the loss on", () => {
    expect(kept(trace()).slowest).toEqual([
      {
        map: 0,
        cause: "lost",
        form: "failover",
        from: 2,
        to: 3,
        to_vps: false,
        at_s: 101,
        noticed_ms: 1000,
        waited_ms: 0,
        steps: [{ step: "claimed", ms: 500 }],
        total_ms: 2000,
        away_ms: 1800,
        players: 10,
        player_s: 18,
        failure: null,
      },
    ]);
  });

  it("part the time before the decision into what it took to notice and what went before", () => {
    const [move] = kept(trace({ noticedAt: 100.3 * S })).slowest;
    expect(move).toMatchObject({ noticed_ms: 300, waited_ms: 700, total_ms: 2000 });
  });

  it("count a planned move from its decision, and its freeze as away", () => {
    const [move] = kept(trace({ noticedAt: 101 * S, awayFrom: 101.6 * S })).slowest;
    expect(move).toMatchObject({ noticed_ms: 0, waited_ms: 0, total_ms: 1000, away_ms: 200, player_s: 2 });
  });

  it("of which nobody was away cost no play and are not among those that cost most", () => {
    const moves = kept(trace({ awayFrom: NONE, backAt: NONE }), trace({ players: 0 }));
    expect(moves.slowest.map(({ total_ms, away_ms }) => [total_ms, away_ms])).toEqual([
      [2000, 1800],
      [1000, 0],
    ]);
    expect(moves.worst).toEqual([]);
  });

  it("given up are kept apart, the first of them; they are away until their end", () => {
    const given = Array.from({ length: REMARKABLE_MAX + 3 }, (_, i) => trace({ failure: "timeout", backAt: NONE, at: (101 + i) * S }));
    const moves = kept(...given);
    expect([moves.slowest, moves.worst]).toEqual([[], []]);
    expect(moves.failed.map(({ at_s }) => at_s)).toEqual([101, 102, 103, 104, 105, 106]);
    expect(moves.failed[0]).toMatchObject({ away_ms: 2000, failure: "timeout" });
  });

  it("leave first placements out", () => {
    const placement = { ...trace(), decided: decided(1, { cause: "placement", form: "placement" }) };
    expect(kept(placement)).toEqual({ slowest: [], worst: [], failed: [] });
  });

  it("are the largest, in order, whatever the order they came in; of equal ones those that ended first", () => {
    const lasting = [3, 9, 1, 7, 5, 2, 8, 4, 6, 9].map((s, i) => trace({ endedAt: (100 + s) * S, players: i }));
    const { slowest } = kept(...lasting);
    expect(slowest.map(({ total_ms }) => total_ms)).toEqual([9000, 9000, 8000, 7000, 6000, 5000]);
    expect(slowest.slice(0, 2).map(({ players }) => players)).toEqual([1, 9]);
  });

  it("of several runs are the largest of all, with seed and name of the map; ties go to the lower seed", () => {
    const run = (seed: number, ...lasting: readonly number[]) => ({
      seed,
      moves: kept(...lasting.map((s) => trace({ endedAt: (100 + s) * S, failure: null }))),
    });
    const merged = mergeRemarkable([run(4, 2, 7), run(9, 7, 5)], ["prontera"]);
    expect(merged.slowest.map(({ seed, map, total_ms }) => [seed, map, total_ms])).toEqual([
      [4, "prontera", 7000],
      [9, "prontera", 7000],
      [9, "prontera", 5000],
      [4, "prontera", 2000],
    ]);
    expect(mergeRemarkable([run(4, 2)], []).slowest[0]?.map).toBe("0");
  });
});
