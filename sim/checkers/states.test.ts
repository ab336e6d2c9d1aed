import { describe, expect, it } from "vitest";
import { brokenIn, gameOptions, MadeGame, MAP, SOURCE, TARGET } from "./made-game.fixture.ts";
import type { CheckerOptions } from "./checker.ts";
import { madeFault } from "./made-history.fixture.ts";

const begin = (): MadeGame => new MadeGame().playing1().idle(10);
const broken = (history: MadeGame): string[] => brokenIn(history.finish());

describe("SY2: a state that is handed over is the one that was frozen", () => {
  it("SY2 accepts the hash, number and time of the freeze, and a source that goes on as it stopped", () => {
    const found = begin().handingOver(5, 10_000, "x").takenUp({ from: "handoff", number: 5, mapMs: 10_000, hash: "x" }).finish();
    expect([brokenIn(found), found.reached["takenUp.handoff"]]).toEqual([[], 1]);
    expect(
      broken(
        begin()
          .frozen(5, 10_000, "x")
          .after(400)
          .resumed("x")
          .after(5000)
          .handingOver(9, 15_000, "y")
          .takenUp({ from: "handoff", number: 9, mapMs: 15_000, hash: "y" }),
      ),
    ).toEqual([]);
  });

  it.each([
    ["another hash", { number: 5, mapMs: 10_000, hash: "y" }],
    ["another number", { number: 4, mapMs: 10_000, hash: "x" }],
    ["another time", { number: 5, mapMs: 9_999, hash: "x" }],
  ])("SY2 names a target that begins with %s", (_, over) => {
    expect(
      broken(
        begin()
          .handingOver(5, 10_000, "x")
          .takenUp({ from: "handoff", ...over }),
      ),
    ).toEqual(["SY2"]);
  });

  it("SY2 names an image of a hand-over that was undone, or of an earlier one", () => {
    const undone = begin().frozen(5, 10_000, "x").after(400).resumed("x").after(1000);
    expect(broken(undone.takenUp({ from: "handoff", number: 5, mapMs: 10_000, hash: "x" }))).toContain("SY2");
    const twice = begin().frozen(5, 10_000, "x").after(400).resumed("x").after(1000).handingOver(6, 11_400, "y");
    expect(broken(twice.takenUp({ from: "handoff", number: 5, mapMs: 10_000, hash: "x" }))).toEqual(["SY2"]);
  });

  it("SY2 names a source that goes on with another state than it stopped with, or without having stopped", () => {
    expect(broken(begin().frozen(5, 10_000, "x").after(400).resumed("y"))).toEqual(["SY2"]);
    expect(broken(begin().resumed("y"))).toEqual(["SY2"]);
  });

  it("SY2 names a state that nobody had served, and one that two hosts take up under one epoch", () => {
    expect(broken(begin().sourceLost().takenUp({ from: "store", of: 9, number: 1, mapMs: 10_000 }))).toEqual(["SY2"]);
    expect(broken(begin().takenUp({ host: TARGET, epoch: 1, from: "replica", number: 0, mapMs: 10_000 }))).toContain("SY2");
  });

  it("SY2 names an older grant that is taken up after a newer one, unless its host was in trouble", () => {
    const newer = (): MadeGame => begin().sourceLost().takenUp({ epoch: 3, from: "replica", number: 0, mapMs: 10_000 }).after(3000);
    expect(broken(newer().takenUp({ host: 30, epoch: 2, from: "replica", number: 0, mapMs: 10_000 }))).toEqual(["SY2"]);
    const late = newer()
      .truth(30, "paused")
      .truth(30, "resumed")
      .takenUp({ host: 30, epoch: 2, from: "replica", number: 0, mapMs: 10_000 });
    const found = late.finish();
    expect([brokenIn(found), found.reached["excused.SY2.late_take_up"]]).toEqual([[], 1]);
  });

  it("SY2 lets an order that was on its way be obeyed late where timeouts are cut short, for half a second", () => {
    const hasty = { ...gameOptions(), buggify: { active: 1, fires: 1 } };
    const late = (ms: number, options: CheckerOptions = hasty): MadeGame => {
      const newer = new MadeGame(options).playing1().idle(10).sourceLost().takenUp({ epoch: 3, from: "replica", number: 0, mapMs: 10_000 });
      return newer.after(ms).takenUp({ host: 30, epoch: 2, from: "replica", number: 0, mapMs: 10_000 });
    };
    expect([broken(late(100)), broken(late(600)), broken(late(100, { ...hasty, buggify: null }))]).toEqual([[], ["SY2"], ["SY2"]]);
  });
});

describe("SY3: a failover loses no more volatile time than its bound", () => {
  const lost = (mapMs: number, from: "replica" | "store" = "replica"): MadeGame => begin().sourceLost().takenUp({ from, number: 0, mapMs });

  it("SY3 counts from where the source was when it died, and tells warm from cold", () => {
    // The source died at map time 10,000.
    expect(broken(lost(9_900))).toEqual([]);
    const warm = lost(7_960).finish();
    expect([brokenIn(warm), warm.reached["lost.warm"]]).toEqual([[], 1]);
    expect(broken(lost(7_900))).toEqual(["SY3"]);
    const cold = lost(5_010, "store").finish();
    expect([brokenIn(cold), cold.reached["lost.cold"]]).toEqual([[], 1]);
    expect(broken(lost(4_900, "store"))).toEqual(["SY3"]);
    expect(broken(begin().sourceLost().takenUp({ from: "beginning", of: 0, number: 0, mapMs: 0 }))).toEqual(["SY3"]);
  });

  it("SY3 counts a source that stopped, was cut off or was replaced only up to then", () => {
    const cut = begin().truth(SOURCE, "cut").after(60_000).gone(SOURCE, "silence").committed(MAP, TARGET, 2);
    expect(broken(cut.takenUp({ from: "replica", number: 0, mapMs: 9_800 }))).toEqual([]);
    const replaced = begin().committed(MAP, TARGET, 2).after(3_000);
    expect(broken(replaced.takenUp({ from: "replica", number: 0, mapMs: 9_800 }))).toEqual([]);
    const frozen = begin().frozen(3, 10_000).after(60_000).truth(SOURCE, "down-close");
    expect(broken(frozen.takenUp({ from: "replica", number: 3, mapMs: 9_000 }))).toEqual([]);
  });

  it("SY3 does not count a stop that came to nothing", () => {
    const stopped = begin().frozen(3, 10_000, "x").after(4_000).resumed("x").after(1_000).sourceLost();
    expect(broken(stopped.takenUp({ from: "replica", number: 3, mapMs: 9_500 }))).toEqual([]);
  });

  it("SY3 does not count time in which the store did not answer", () => {
    const options = { ...gameOptions(), faults: [madeFault("s", "store-fail")] };
    const away = (seconds: number): MadeGame => new MadeGame(options).playing1().idle(20).fault("s", "begin").idle(seconds).sourceLost();
    expect(broken(away(30).takenUp({ from: "store", number: 0, mapMs: 17_000 }))).toEqual([]);
    expect(broken(away(30).takenUp({ from: "store", number: 0, mapMs: 9_000 }))).toEqual(["SY3"]);
  });

  it("SY3 names map time from the future, and a host whose map time goes back", () => {
    expect(broken(lost(12_000))).toEqual(["SY3"]);
    const later = begin().sourceLost().takenUp({ from: "replica", number: 0, mapMs: 9_900 }).after(1_000);
    expect(broken(later.frozen(0, 9_000, "h", TARGET, 2))).toEqual(["SY3"]);
    expect(broken(begin().frozen(0, 20_000))).toEqual(["SY3"]);
    expect(broken(begin().frozen(0, 10_000))).toEqual([]);
  });

  it("SY3 excuses lines, clocks and processors that are ill, and a source that has only just come back, and says so", () => {
    const faults = [madeFault("l", "slow-line"), madeFault("c", "clock-drift"), madeFault("s", "slow-cpu")];
    for (const [id, name] of [
      ["l", "line_fault"],
      ["c", "clock"],
      ["s", "slow_cpu"],
    ] as const) {
      const history = new MadeGame({ ...gameOptions(), faults }).playing1().after(10_000).fault(id, "begin").after(1000).sourceLost();
      const found = history.takenUp({ from: "replica", number: 0, mapMs: 1_000 }).finish();
      expect([brokenIn(found), found.reached[`excused.SY3.${name}`]]).toEqual([[], 1]);
    }
    const back = begin().truth(SOURCE, "cut").after(4_000).truth(SOURCE, "healed").after(1_000).sourceLost();
    const found = back.takenUp({ from: "replica", number: 0, mapMs: 9_000 }).finish();
    expect([brokenIn(found), found.reached["excused.SY3.source_in_trouble"]]).toEqual([[], 1]);
  });
});
