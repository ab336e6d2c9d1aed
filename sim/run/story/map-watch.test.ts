import { beforeEach, describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { HostTruth } from "../../world/observer.ts";
import { MapWatch, NONE } from "./map-watch.ts";
import { serving, stopped } from "./records.fixture.ts";

const A = 2;
const B = 3;

let changes: [at: number, host: number][] = [];
let watch = new MapWatch(() => {});

beforeEach(() => {
  changes = [];
  watch = new MapWatch((at, _map, host) => changes.push([at, host]));
  for (const host of [A, B]) watch.host(0, host, "up");
});

function say(at: number, record: HistoryRecord): void {
  watch.record(0, at, record);
}

function truth(at: number, host: number, what: HostTruth): void {
  watch.host(at, host, what);
}

describe("who serves a map", () => {
  it("is whoever says so, until it stops", () => {
    say(10, serving(A, 0, 1));
    say(30, stopped(A, 0, 1));
    expect(changes).toEqual([
      [10, A],
      [30, NONE],
    ]);
    expect([watch.servedSince(0), watch.lastLeft(0)]).toEqual([NONE, 30]);
  });

  it("is asked about a map of which nothing was heard", () => {
    expect([watch.servedSince(7), watch.lastLeft(7), watch.isAway(99)]).toEqual([NONE, NONE, false]);
  });

  it("is the host of the highest epoch, and what an older one says is not heard", () => {
    say(10, serving(A, 0, 1));
    say(20, serving(B, 0, 2));
    say(25, serving(A, 0, 1));
    say(30, stopped(A, 0, 1));
    truth(40, A, "down-silent");
    expect(changes).toEqual([
      [10, A],
      [20, B],
    ]);
  });

  it("is served without a gap from one host to the next", () => {
    say(10, serving(A, 0, 1));
    say(20, serving(B, 0, 2));
    expect([watch.servedSince(0), watch.lastLeft(0)]).toEqual([10, NONE]);
  });

  it("is served with a gap in a handoff: from the freeze to the target's word", () => {
    say(10, serving(A, 0, 1));
    say(20, stopped(A, 0, 1, "freeze"));
    say(25, serving(B, 0, 2));
    expect([watch.servedSince(0), watch.lastLeft(0)]).toEqual([25, 20]);
  });

  it.each([
    ["paused", "resumed"],
    ["cut", "healed"],
  ] as const)("a host that is %s serves on when it is %s", (away, back) => {
    say(10, serving(A, 0, 1));
    truth(20, A, away);
    truth(50, A, back);
    expect(changes).toEqual([
      [10, A],
      [20, NONE],
      [50, A],
    ]);
  });

  it("players reach a host that is cut one way", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "cut-one-way");
    truth(30, A, "healed");
    expect(changes).toEqual([[10, A]]);
  });

  it.each(["down-polite", "down-close", "down-silent"] as const)("a host that went %s serves only when it says so anew", (down) => {
    say(10, serving(A, 0, 1));
    truth(20, A, down);
    truth(30, A, "up");
    expect([changes.length, watch.isAway(A)]).toEqual([2, false]);
    say(40, serving(A, 0, 2));
    expect(changes.slice(1)).toEqual([
      [20, NONE],
      [40, A],
    ]);
  });

  it("a machine that died while it was out of reach does not serve when its line is whole again", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "cut");
    truth(25, A, "down-silent");
    truth(30, A, "healed");
    expect([changes.at(-1), watch.isAway(A)]).toEqual([[20, NONE], true]);
  });

  it("a process that began after a crash takes over nothing by being cut and healed", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "down-close");
    truth(30, A, "up");
    truth(40, A, "cut");
    truth(50, A, "healed");
    expect(changes.at(-1)).toEqual([20, NONE]);
  });

  it("a host that is paused and cut serves again when both are over", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "paused");
    truth(25, A, "cut");
    truth(30, A, "resumed");
    expect(changes.at(-1)).toEqual([20, NONE]);
    truth(40, A, "healed");
    expect(changes.at(-1)).toEqual([40, A]);
  });

  it("a host that was told to stop while it was away does not serve when it is back", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "cut");
    say(25, stopped(A, 0, 1, "stale"));
    truth(30, A, "healed");
    expect(changes.at(-1)).toEqual([20, NONE]);
  });

  it("a frozen host that is paused and resumed stays frozen until it says that it serves", () => {
    say(10, serving(A, 0, 1));
    say(20, stopped(A, 0, 1, "freeze"));
    truth(22, A, "paused");
    truth(24, A, "resumed");
    say(30, serving(A, 0, 1));
    expect(changes.slice(1)).toEqual([
      [20, NONE],
      [30, A],
    ]);
  });

  it("one that begins to serve out of reach ends no absence: nobody was ever served by it", () => {
    say(10, serving(A, 0, 1));
    truth(20, A, "down-silent");
    truth(30, B, "cut");
    say(40, serving(B, 0, 2));
    expect([watch.servedSince(0), watch.lastLeft(0), changes.length]).toEqual([NONE, 20, 2]);
    truth(50, B, "healed");
    expect([watch.servedSince(0), watch.lastLeft(0)]).toEqual([50, 20]);
  });

  it("one that takes over out of reach from a host that served leaves the map", () => {
    say(10, serving(A, 0, 1));
    truth(30, B, "cut");
    say(40, serving(B, 0, 2));
    expect([changes.at(-1), watch.lastLeft(0)]).toEqual([[40, NONE], 40]);
  });
});
