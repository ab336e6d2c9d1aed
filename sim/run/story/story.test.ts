import { describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { RunStory } from "../../outcome.ts";
import type { HostTruth } from "../../world/observer.ts";
import { MapWatch, NONE } from "./map-watch.ts";
import { MoveTracer } from "./move-trace.ts";
import { decided, done, failed, joined, serving, stopped } from "./records.fixture.ts";
import { StoryKeeper } from "./story.ts";

const MS = 1000;

/** A run told by hand to all that make its story, times in milliseconds. */
class Told {
  readonly watch: MapWatch = new MapWatch((at, map, host) => this.keeper.changed(at, map, host));
  readonly tracer: MoveTracer = new MoveTracer(this.watch, (trace) => this.keeper.ended(trace));
  readonly keeper: StoryKeeper;

  constructor(maps = 3, numbersMax = 1000) {
    const names = Array.from({ length: maps }, (_, i) => `map_${i}`);
    const options = { maps: { names, eligible: names.map(() => true), popularity: names.map(() => 1) } };
    this.keeper = new StoryKeeper(options, this.watch, numbersMax);
  }

  say(at: number, ...records: readonly HistoryRecord[]): void {
    for (const record of records) for (const part of [this.watch, this.tracer, this.keeper]) part.record(0, at * MS, record);
  }

  truth(at: number, host: number, truth: HostTruth): void {
    for (const part of [this.watch, this.keeper]) part.host(at * MS, host, truth);
  }

  story(at: number): RunStory {
    this.keeper.finish(at * MS);
    return this.keeper.outcome();
  }
}

/** Numbers that a story holds, as its bound counts them. */
function numbersIn({ lanes, hosts }: RunStory): number {
  const ofLanes = lanes.reduce((sum, { changes, moves }) => sum + changes.length - 2 + 14 * moves.length, 0);
  return hosts.reduce((sum, { changes }) => sum + Math.max(0, changes.length - 1), ofLanes);
}

describe("the story of a run", () => {
  it("has a lane for every map, which begins with nobody; one that never had a host has nothing else", () => {
    const told = new Told(2);
    told.truth(0, 2, "up");
    told.say(10, serving(2, 1, 1));
    told.say(30, stopped(2, 1, 1));
    const { lanes, maps_in_all, end_ms } = told.story(50);
    expect(lanes).toEqual([
      { map: 0, changes: [0, NONE], moves: [] },
      { map: 1, changes: [0, NONE, 10, 2, 30, NONE], moves: [] },
    ]);
    expect([maps_in_all, end_ms]).toEqual([2, 50]);
  });

  it("tells moves under their maps, with steps and times that count from the decision", () => {
    const told = new Told(1);
    told.truth(0, 2, "up");
    told.say(10, serving(2, 0, 1));
    told.truth(1000, 2, "down-silent");
    told.say(1900, decided(1, { players: 7 }));
    told.say(1950, { kind: "move/step", move: 1, map: 0, step: "claimed" });
    told.say(2100, serving(3, 0, 2));
    told.say(2130, done(1));
    expect(told.story(5000).lanes[0]?.moves).toEqual([
      {
        at_ms: 1900,
        cause: "lost",
        form: "failover",
        from: 2,
        to: 3,
        players: 7,
        away_ms: 1100,
        noticed_ms: 900,
        steps: [["claimed", 50]],
        total_ms: 230,
        failure: null,
      },
    ]);
  });

  it("says of a move after one that was given up how long the loss itself went unnoticed", () => {
    const told = new Told(1);
    told.truth(0, 2, "up");
    told.say(10, serving(2, 0, 1));
    told.truth(1000, 2, "down-silent");
    told.say(1900, decided(1));
    told.say(6900, failed(1), decided(2));
    told.say(7000, serving(3, 0, 2), done(2));
    const moves = told.story(9000).lanes[0]?.moves ?? [];
    expect(moves.map(({ noticed_ms, away_ms, failure }) => [noticed_ms, away_ms, failure])).toEqual([
      [900, 5900, "timeout"],
      [900, 6000, null],
    ]);
  });

  it("tells when machines came and went, and leaves out those that had nothing to do with a map", () => {
    const told = new Told(1);
    for (const host of [2, 3, 4]) told.truth(0, host, "up");
    told.say(1, joined(2, 1), joined(3, 0, "vps"));
    told.truth(20, 2, "down-close");
    told.truth(30, 2, "up");
    told.say(40, serving(2, 0, 1), decided(1, { from: 2, to: 3 }), done(1));
    expect(told.story(50).hosts).toEqual([
      { host: 2, region: 1, vps: false, changes: [0, 20, 30] },
      { host: 3, region: 0, vps: true, changes: [0] },
    ]);
  });

  it("has a machine back only when nothing keeps it away any more", () => {
    const told = new Told(1);
    told.truth(0, 2, "up");
    told.say(5, serving(2, 0, 1));
    told.truth(10, 2, "cut");
    told.truth(15, 2, "cut-one-way");
    told.truth(20, 2, "down-silent");
    told.truth(30, 2, "healed");
    told.truth(40, 2, "up");
    expect(told.story(50).hosts[0]?.changes).toEqual([0, 10, 40]);
  });

  it("marks faults, storms and coordinators that started again", () => {
    const told = new Told(1);
    told.say(0, { kind: "coordinator/started", maps: 1, hosts: 0 });
    told.keeper.fault(10 * MS, "cut-1", "begin");
    told.keeper.fault(11 * MS, "cut-1", "effect");
    told.keeper.fault(20 * MS, "cut-1", "end");
    told.say(30, { kind: "storm/held", suspects: 4, hosts: 9 }, { kind: "storm/released", suspects: 0 });
    told.say(40, { kind: "coordinator/started", maps: 1, hosts: 0 });
    expect(told.story(50).marks).toEqual([
      { at_ms: 10, kind: "fault", text: "cut-1" },
      { at_ms: 20, kind: "fault-end", text: "cut-1" },
      { at_ms: 30, kind: "storm", text: "verdicts held: 4 of 9 hosts suspected" },
      { at_ms: 30, kind: "storm", text: "verdicts released" },
      { at_ms: 40, kind: "coordinator", text: "the coordinator started again" },
    ]);
  });
});

describe("a story of too much", () => {
  it("keeps every second map, or every fourth, whole, and stays within its bound", () => {
    const told = new Told(16, 1200);
    told.truth(0, 2, "up");
    told.truth(0, 3, "up");
    for (let at = 1; at <= 60; at++) {
      for (let map = 0; map < 16; map++) told.say(at, serving(2 + (at % 2), map, at));
      for (let map = 0; map < 16; map++) {
        if (at % 10 === 0) told.say(at, decided(at * 100 + map, { map }), done(at * 100 + map, map));
      }
    }
    const story = told.story(100);
    const stride = story.lanes[1]?.map as number;
    expect([2, 4, 8]).toContain(stride);
    expect(story.lanes.map(({ map }) => map)).toEqual(Array.from({ length: 16 / stride }, (_, i) => i * stride));
    expect(numbersIn(story)).toBeLessThanOrEqual(1200);
    for (const { changes, moves } of story.lanes) {
      expect(changes.slice(0, 6)).toEqual([0, NONE, 1, 3, 2, 2]);
      expect([changes.length, moves.length]).toEqual([122, 6]);
    }
  });

  it("first forgets what machines did that served nobody, and knows since when they are here", () => {
    const told = new Told(2, 100);
    told.truth(0, 2, "up");
    told.say(1, serving(2, 0, 1));
    for (let round = 0; round < 40; round++) {
      for (const host of [5, 6]) told.truth(10 * round, host, "up");
      for (const host of [5, 6]) if (round < 39 || host === 6) told.truth(10 * round + 5, host, "down-close");
    }
    told.say(500, serving(5, 1, 1));
    const { lanes, hosts } = told.story(600);
    expect(lanes.map(({ changes }) => changes)).toEqual([
      [0, NONE, 1, 2],
      [0, NONE, 500, 5],
    ]);
    expect(hosts.map(({ host }) => host)).toEqual([2, 5]);
    const { changes } = hosts[1] as RunStory["hosts"][number];
    expect(changes.at(-1)).toBe(390);
    expect(changes.length % 2).toBe(1);
    // Of 79 comings and goings only those after the last time there was too much.
    expect(changes.length).toBeLessThan(60);
  });

  it("counts what machines do that served: their comings and goings thin the maps, too", () => {
    const told = new Told(4, 100);
    for (let map = 0; map < 4; map++) {
      told.truth(0, 10 + map, "up");
      told.say(1, serving(10 + map, map, 1), stopped(10 + map, map, 1));
    }
    for (let at = 2; at < 60; at++) for (const host of [10, 11, 12, 13]) told.truth(at, host, at % 2 === 0 ? "paused" : "resumed");
    const story = told.story(100);
    expect(numbersIn(story)).toBeLessThanOrEqual(100);
    // The machine of the one map that is left has all its comings and goings.
    expect(story.lanes).toEqual([{ map: 0, changes: [0, NONE, 1, 10, 1, NONE], moves: [] }]);
    expect(story.hosts.map(({ host, changes }) => [host, changes.length])).toEqual([[10, 59]]);
  });

  it("begins with a sample where there are thousands of maps", () => {
    const told = new Told(5000);
    expect(told.story(1).lanes).toHaveLength(1667);
  });
});
