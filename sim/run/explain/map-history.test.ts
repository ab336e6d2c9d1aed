import { describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import { COORDINATOR, NO_HOST } from "../../../src/core/protocol/ids.ts";
import { decided } from "./explain.fixture.ts";
import { MapHistory } from "./map-history.ts";

const MAP = 4;

/** A history of map 4 that was told these records, each a second after the one before. */
function told(...records: HistoryRecord[]): MapHistory {
  const history = new MapHistory(MAP);
  records.forEach((record, i) => history.record(COORDINATOR, 1_000_000 * (i + 1), record));
  return history;
}

const grant = (host: number, epoch: number, map = MAP): HistoryRecord => ({
  kind: "map/granted",
  map,
  host,
  epoch,
  expect: epoch - 1,
  vps: false,
});
const serving = (host: number, epoch: number, map = MAP): HistoryRecord => ({ kind: "host/serving", map, host, epoch });

describe("the moves of a map", () => {
  it("from the decision to the end, with their steps, and nothing of other maps", () => {
    const history = told(
      decided({ move: 7, map: MAP, from: NO_HOST, to: 3, epoch: 1 }),
      decided({ move: 8, map: 5, from: 1, to: 2 }),
      { kind: "move/step", move: 7, map: MAP, step: "claimed" },
      grant(3, 1),
      { kind: "move/step", move: 8, map: 5, step: "claimed" },
      { kind: "move/done", move: 7, map: MAP, host: 3, epoch: 1, players: 0 },
      decided({ move: 9, map: MAP, from: 3, to: 4, epoch: 2 }),
      { kind: "move/failed", move: 9, map: MAP, reason: "timeout" },
      decided({ move: 10, map: MAP, from: 3, to: 5, epoch: 3 }),
    );
    expect(history.moves).toBe(3);
    expect(history.stories.map(({ decided: { move }, at, steps, end }) => [move, at, steps, end])).toEqual([
      [7, 1_000_000, [{ step: "claimed", at: 3_000_000 }], { at: 6_000_000, failure: null }],
      [9, 7_000_000, [], { at: 8_000_000, failure: "timeout" }],
      [10, 9_000_000, [], null],
    ]);
    expect(history.arrival(1)?.decided.move).toBe(7);
    expect(history.arrival(3)).toBeNull();
  });

  it("tells the move that was granted from an attempt before it that went to the same host", () => {
    const attempt = (move: number, epoch: number): HistoryRecord => decided({ move, map: MAP, from: NO_HOST, to: 3, epoch });
    const failed: HistoryRecord = { kind: "move/failed", move: 1, map: MAP, reason: "timeout" };
    expect(told(attempt(1, 1), failed, attempt(2, 2), grant(3, 2)).arrival(2)?.decided.move).toBe(2);
    expect(told(attempt(1, 1), failed, attempt(2, 2), grant(3, 1)).arrival(1)?.decided.move).toBe(1);
  });

  it("keeps the newest, and the one that brought it here however old it is", () => {
    const attempts = Array.from({ length: 100 }, (_, i) => [
      decided({ move: 10 + i, map: MAP, from: 3, to: 4, epoch: 2 }),
      { kind: "move/failed", move: 10 + i, map: MAP, reason: "timeout" } as const,
    ]).flat();
    const history = told(decided({ move: 1, map: MAP, from: NO_HOST, to: 3, epoch: 1 }), grant(3, 1), ...attempts);
    expect([history.moves, history.stories.length, history.stories[0]?.decided.move]).toEqual([101, 32, 78]);
    expect(history.arrival(1)?.decided.move).toBe(1);
  });

  it("knows who stood by when it was decided; a new coordinator knows none", () => {
    const chosen: HistoryRecord = { kind: "standby/chosen", map: MAP, hosts: [4, 5] };
    const lost = decided({ move: 1, map: MAP, from: 3, to: 5 });
    expect(told(chosen, lost).stories[0]?.stoodBy).toBe(true);
    expect(told(chosen, { ...lost, to: 6 }).stories[0]?.stoodBy).toBe(false);
    expect(told(chosen, { ...chosen, map: 5, hosts: [6] }, { ...lost, to: 6 }).stories[0]?.stoodBy).toBe(false);
    expect(told(chosen, { kind: "coordinator/started", maps: 1, hosts: 1 }, lost).stories[0]?.stoodBy).toBe(false);
  });

  it("remembers what had been recorded of the host it came from, and forgets what proved wrong", () => {
    const fateOf = (...before: HistoryRecord[]): unknown =>
      told(...before, decided({ move: 1, map: MAP, from: 3, to: 5 })).stories[0]?.fate;
    const suspected: HistoryRecord = { kind: "host/suspected", host: 3, how: "silence" };
    expect(fateOf(suspected)).toEqual({ what: "suspected", at: 1_000_000, how: "silence" });
    expect(fateOf(suspected, { kind: "host/gone", host: 3, how: "silence" })).toEqual({ what: "gone", at: 2_000_000, how: "silence" });
    expect(fateOf(suspected, { kind: "host/cleared", host: 3 })).toBeNull();
    expect(fateOf({ ...suspected, host: 4 })).toBeNull();
    expect(fateOf({ kind: "host/blocked", host: 3, untilUs: 9 })).toEqual({ what: "blocked", at: 1_000_000 });
    expect(fateOf({ kind: "alert", host: 3, text: "host no longer good: latency_ms, jitter_ms" })).toEqual({
      what: "no longer good",
      at: 1_000_000,
      why: "latency_ms, jitter_ms",
    });
    expect(fateOf({ kind: "alert", host: 3, text: "host lost (close)" })).toBeNull();
  });
});

describe("who serves a map", () => {
  it("since it first said so under its epoch; a freeze in between is no end", () => {
    const history = told(serving(3, 1), { kind: "host/stopped", map: MAP, host: 3, epoch: 1, why: "freeze" });
    expect([history.servedSince(3, 1), history.unservedSince()]).toEqual([1_000_000, 2_000_000]);
    history.record(COORDINATOR, 3_000_000, serving(3, 1));
    expect([history.servedSince(3, 1), history.unservedSince()]).toEqual([1_000_000, null]);
    expect([history.servedSince(3, 2), history.servedSince(4, 1)]).toEqual([null, null]);
  });

  it("nobody since its machine went down, and anew when it serves again", () => {
    const history = told(serving(3, 1));
    history.host(5_000_000, 3, "down-silent");
    history.host(5_500_000, 4, "down-silent");
    expect([history.servedSince(3, 1), history.unservedSince(), history.truthOf(3)]).toEqual([
      null,
      5_000_000,
      { at: 5_000_000, truth: "down-silent" },
    ]);
    history.host(6_000_000, 3, "up");
    expect([history.unservedSince(), history.truthOf(3)]).toEqual([5_000_000, null]);
    history.record(COORDINATOR, 7_000_000, serving(3, 1));
    expect([history.servedSince(3, 1), history.unservedSince()]).toEqual([7_000_000, null]);
  });

  it("a machine that stood still or was cut off serves on when that is over", () => {
    const history = told(serving(3, 1));
    history.host(5_000_000, 3, "paused");
    history.host(5_200_000, 3, "cut");
    expect(history.unservedSince()).toBe(5_000_000);
    history.host(6_000_000, 3, "healed");
    expect([history.servedSince(3, 1), history.unservedSince()]).toEqual([1_000_000, null]);
  });

  it("an old owner's word counts for nothing, nor does another map's", () => {
    const history = told(serving(3, 2), serving(9, 1), serving(9, 5, 5));
    expect([history.servedSince(3, 2), history.servedSince(9, 1)]).toEqual([1_000_000, null]);
  });

  it("where nobody ever served it, since the coordinator said so", () => {
    expect(
      told({ kind: "map/unhosted", map: 5, reason: "start" }, { kind: "map/unhosted", map: MAP, reason: "start" }).unservedSince(),
    ).toBe(2_000_000);
    expect(told().unservedSince()).toBeNull();
  });
});
