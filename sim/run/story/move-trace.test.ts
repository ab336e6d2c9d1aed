import { beforeEach, describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import { MapWatch, NONE } from "./map-watch.ts";
import { type MoveTrace, MoveTracer } from "./move-trace.ts";
import { decided, done, failed, serving, step, stopped } from "./records.fixture.ts";

const A = 2;
const B = 3;
const C = 4;

let ended: MoveTrace[] = [];
let watch = new MapWatch(() => {});
let tracer = new MoveTracer(watch, () => {});

beforeEach(() => {
  ended = [];
  watch = new MapWatch(() => {});
  tracer = new MoveTracer(watch, (trace) => ended.push(trace));
  for (const host of [A, B, C]) watch.host(0, host, "up");
});

/** What happened, as pairs of instant and record, heard by watch and tracer in this order. */
function told(...happened: readonly (readonly [at: number, record: HistoryRecord])[]): void {
  for (const [at, record] of happened) {
    watch.record(0, at, record);
    tracer.record(0, at, record);
  }
}

function times(index = 0): Pick<MoveTrace, "at" | "endedAt" | "awayFrom" | "noticedAt" | "backAt" | "failure"> {
  const { at, endedAt, awayFrom, noticedAt, backAt, failure } = ended[index] as MoveTrace;
  return { at, endedAt, awayFrom, noticedAt, backAt, failure };
}

describe("a move from its decision to its end", () => {
  it("keeps its steps and their instants; moves are handed on in the order of their ends", () => {
    told(
      [10, decided(1)],
      [12, decided(2, { map: 1 })],
      [15, step(1, "claimed")],
      [18, step(1, "active")],
      [20, done(2, 1)],
      [30, done(1)],
    );
    expect(ended.map(({ decided: { move } }) => move)).toEqual([2, 1]);
    expect(ended[1]?.steps).toEqual([
      { step: "claimed", at: 15 },
      { step: "active", at: 18 },
    ]);
  });

  it("of a lost host is away from the loss, noticed when it is decided, back when another serves", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-silent");
    told([190, decided(1)], [250, serving(B, 0, 2)], [260, done(1)]);
    expect(times()).toEqual({ at: 190, endedAt: 260, awayFrom: 100, noticedAt: 190, backAt: 250, failure: null });
  });

  it("of a host that died and came up again before anybody noticed is away from its death", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-close");
    watch.host(150, A, "up");
    told([190, decided(1)], [250, serving(B, 0, 2)], [260, done(1)]);
    expect(times()).toMatchObject({ awayFrom: 100, noticedAt: 190, backAt: 250 });
  });

  it("handed off is away from the freeze, and was noticed by nobody before", () => {
    told([10, serving(A, 0, 1)], [100, decided(1, { form: "handoff" })], [140, stopped(A, 0, 1, "freeze")], [160, serving(B, 0, 2)]);
    told([170, done(1)]);
    expect(times()).toEqual({ at: 100, endedAt: 170, awayFrom: 140, noticedAt: 100, backAt: 160, failure: null });
  });

  it("in which one host took over from another that still served was never away", () => {
    told([10, serving(A, 0, 1)], [50, stopped(A, 0, 1, "freeze")], [60, serving(A, 0, 1)]);
    told([100, decided(1)], [160, serving(B, 0, 2)], [170, done(1)]);
    expect(times()).toMatchObject({ awayFrom: NONE, backAt: NONE });
  });

  it("is back when a paused host resumes, though another takes over later", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "paused");
    told([190, decided(1)]);
    watch.host(200, A, "resumed");
    told([250, serving(B, 0, 2)], [260, done(1)]);
    expect(times()).toMatchObject({ awayFrom: 100, backAt: 200 });
  });

  it("that was given up is not back while nobody serves", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-silent");
    told([190, decided(1)], [5190, failed(1)]);
    expect(times()).toEqual({ at: 190, endedAt: 5190, awayFrom: 100, noticedAt: 190, backAt: NONE, failure: "timeout" });
  });

  it("after one that was given up was noticed with the first of them", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-silent");
    told([190, decided(1)], [5190, failed(1)], [5190, decided(2, { to: C })], [5250, serving(C, 0, 2)], [5260, done(2)]);
    expect(times(1)).toEqual({ at: 5190, endedAt: 5260, awayFrom: 100, noticedAt: 190, backAt: 5250, failure: null });
  });

  it("after a wait was noticed when it was recorded that nobody can be asked", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-silent");
    told([190, { kind: "map/unhosted", map: 0, reason: "vps_full" }], [9000, decided(1)], [9050, serving(B, 0, 2)], [9060, done(1)]);
    expect(times()).toMatchObject({ at: 9000, awayFrom: 100, noticedAt: 190, backAt: 9050 });
  });

  it("a later loss is noticed anew", () => {
    told([10, serving(A, 0, 1)]);
    watch.host(100, A, "down-silent");
    told([190, decided(1)], [250, serving(B, 0, 2)], [260, done(1)]);
    watch.host(900, B, "down-silent");
    told([980, decided(2, { from: B, to: C })], [1000, serving(C, 0, 3)], [1010, done(2)]);
    expect(times(1)).toMatchObject({ awayFrom: 900, noticedAt: 980, backAt: 1000 });
  });

  it("a first placement is away from nobody", () => {
    told([10, decided(1, { cause: "placement", form: "placement", from: -1 })], [50, serving(B, 0, 1)], [60, done(1)]);
    expect(times()).toMatchObject({ awayFrom: NONE, backAt: NONE });
  });

  it("a coordinator that starts ends the moves of the one before", () => {
    told([10, decided(1)], [40, { kind: "coordinator/started", maps: 1, hosts: 3 }], [60, done(1)]);
    expect(ended).toHaveLength(1);
    expect(times()).toMatchObject({ endedAt: 40, failure: "coordinator_lost" });
  });
});
