import { describe, expect, it } from "vitest";
import { NO_HOST } from "../../src/core/protocol/ids.ts";
import { MadeHistory, madeOptions, VPS } from "./made-history.fixture.ts";

const better = (history: MadeHistory, fields: Parameters<MadeHistory["decided"]>[5] = {}): MadeHistory =>
  history.decided(1, "better", "handoff", 10, 20, fields);

describe("HO6: voluntary moves are restrained", () => {
  it("HO6 names a move whose gain is not above the threshold, and accepts one micro-point more", () => {
    expect(better(new MadeHistory().begun(), { scoreFrom: 3_000_000, scoreTo: 3_300_000 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory().begun(), { scoreFrom: 3_000_000, scoreTo: 3_300_001 }).finish().rules).not.toContain("HO6");
  });

  it("HO6 asks for 1.2 where realtime is not prioritised", () => {
    const options = madeOptions();
    options.conf.realtime_gaming.prioritize_realtime = false;
    expect(better(new MadeHistory(options).begun(), { theta: 1100, scoreFrom: 1000, scoreTo: 5000 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory(options).begun(), { theta: 1200, scoreFrom: 1000, scoreTo: 1200 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory(options).begun(), { theta: 1200, scoreFrom: 1000, scoreTo: 1201 }).finish().rules).not.toContain("HO6");
  });

  it("HO6 asks for what the settings say", () => {
    const options = madeOptions();
    options.tuning.betterRealtime = 1.25;
    expect(better(new MadeHistory(options).begun(), { theta: 1100, scoreFrom: 1000, scoreTo: 5000 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory(options).begun(), { theta: 1250, scoreFrom: 1000, scoreTo: 1250 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory(options).begun(), { theta: 1250, scoreFrom: 1000, scoreTo: 1251 }).finish().rules).not.toContain("HO6");
  });

  it("HO6 names a move within the cool-down by the coordinator's own count", () => {
    expect(better(new MadeHistory().begun(), { sinceMoveUs: 59_999_999 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory().begun(), { sinceMoveUs: 60_000_000 }).finish().rules).not.toContain("HO6");
  });

  it("HO6 names a move within the cool-down by our count, whatever the coordinator says", () => {
    const moved = (): MadeHistory => new MadeHistory().begun().handedOff(1, "better", 10, 20, 2);
    expect(moved().idle(58).decided(1, "better", "handoff", 20, 10, { sinceMoveUs: 90_000_000 }).finish().rules).toContain("HO6");
    expect(moved().idle(60).decided(1, "better", "handoff", 20, 10, { sinceMoveUs: 60_000_000 }).finish().rules).not.toContain("HO6");
  });

  it("HO6 lets a map that had to move go at once, and counts the first placement as no move", () => {
    const history = new MadeHistory().begun().handedOff(1, "better", 10, 20, 2).after(1000).handedOff(1, "drain", 20, 10, 3);
    expect(history.finish().rules).not.toContain("HO6");
  });

  it("HO6 forgives a restarted coordinator that cannot know the last move, and says so", () => {
    const found = better(new MadeHistory().begun().handedOff(1, "drain", 10, 20, 2).started()).finish();
    expect(found.rules).not.toContain("HO6");
    expect(found.reached["excused.HO6.restart"]).toBe(1);
  });

  it("HO6 names a return from the VPS before its waiting time", () => {
    const fallen = (): MadeHistory =>
      new MadeHistory().begun().decided(1, "lost", "fallback", 10, VPS).granted(1, VPS, 2).serving(1, VPS, 2).done(1, VPS, 2);
    expect(fallen().idle(299).decided(1, "return", "handoff", VPS, 20).finish().rules).toContain("HO6");
    expect(fallen().idle(300).decided(1, "return", "handoff", VPS, 20).finish().rules).not.toContain("HO6");
  });

  it("HO6 names a move to a host within the back-off it earned by being lost with maps, whatever the cause", () => {
    const lost = (host: number, how: "close" | "leave"): MadeHistory => new MadeHistory().begun().gone(host, how);
    const back = (history: MadeHistory, seconds: number): MadeHistory =>
      history.idle(seconds).joined(10).decided(3, "lost", "failover", 20, 10);
    expect(back(lost(10, "close"), 29).finish().rules).toContain("HO6");
    expect(back(lost(10, "close"), 30).finish().rules).not.toContain("HO6");
    expect(back(lost(10, "leave"), 1).finish().rules).not.toContain("HO6");
    expect(back(lost(20, "close"), 1).finish().rules).not.toContain("HO6");
    const restarted = back(lost(10, "close").started(), 1).finish();
    expect(restarted.rules).not.toContain("HO6");
    expect(restarted.reached["excused.HO6.restart"]).toBe(1);
  });

  it("HO6 names a voluntary move of a map whose last attempt has only just failed", () => {
    const again = (seconds: number): MadeHistory => better(better(new MadeHistory().begun()).failed(1, "superseded").idle(seconds));
    expect(again(59).finish().rules).toContain("HO6");
    expect(again(60).finish().rules).toEqual([]);
  });

  it("HO6 names a move to a host that has only just failed its part of another, and lets others be asked", () => {
    const next = (reason: "timeout" | "store", seconds: number, to = 20): readonly string[] =>
      better(new MadeHistory().begun().joined(30)).failed(1, reason).idle(seconds).decided(2, "lost", "failover", 10, to).finish().rules;
    expect(next("timeout", 29)).toContain("HO6");
    expect(next("timeout", 30)).not.toContain("HO6");
    expect(next("timeout", 1, 30)).not.toContain("HO6");
    expect(next("store", 1)).not.toContain("HO6");
  });

  it("HO6 names a move of our own will while the storm guard holds, and one that saves a map not", () => {
    const storm = (): MadeHistory => new MadeHistory().begun().say({ kind: "storm/held", suspects: 5, hosts: 10 });
    expect(better(storm()).finish().rules).toContain("HO6");
    expect(storm().decided(1, "lost", "failover", 10, 20).finish().rules).not.toContain("HO6");
    expect(better(storm().say({ kind: "storm/released", suspects: 0 })).finish().rules).toEqual([]);
  });

  it("HO6 names a map that migrates with migration off, and one that is lent to the VPS with the fallback off", () => {
    const off = (name: "enable_auto_migration" | "enable_vps_fallback"): MadeHistory => {
      const options = madeOptions();
      options.conf.general[name] = false;
      return new MadeHistory(options).started().joined(VPS).joined(10).joined(20).placed(1, 10, 1);
    };
    expect(off("enable_auto_migration").decided(1, "lost", "failover", 10, 20).finish().rules).toContain("HO6");
    expect(off("enable_auto_migration").decided(1, "lost", "fallback", 10, VPS).finish().rules).not.toContain("HO6");
    expect(off("enable_vps_fallback").decided(1, "lost", "fallback", 10, VPS).finish().rules).toContain("HO6");
    expect(off("enable_vps_fallback").decided(0, "placement", "placement", NO_HOST, VPS).finish().rules).not.toContain("HO6");
  });

  it("HO6 names a move to a host that is degraded, until it is sound again", () => {
    const slow = (): MadeHistory => new MadeHistory().begun().say({ kind: "host/degraded", host: 20, degraded: true });
    const lost = (history: MadeHistory): readonly string[] => history.decided(1, "lost", "failover", 10, 20).finish().rules;
    expect(lost(slow())).toContain("HO6");
    expect(lost(slow().say({ kind: "host/degraded", host: 20, degraded: false }))).toEqual([]);
  });

  it("HO6 names a coordinator that says a map never moved which it has moved itself", () => {
    expect(better(new MadeHistory().begun(), { sinceMoveUs: -1 }).finish().rules).toContain("HO6");
  });

  it("HO6 lets the wait for a return begin anew with a coordinator", () => {
    const anew = (): MadeHistory =>
      new MadeHistory()
        .begun()
        .decided(1, "lost", "fallback", 10, VPS)
        .granted(1, VPS, 2)
        .serving(1, VPS, 2)
        .done(1, VPS, 2)
        .idle(200)
        .started();
    const back = (history: MadeHistory): readonly string[] => history.decided(1, "return", "handoff", VPS, 20).finish().rules;
    expect(back(anew().idle(299))).toContain("HO6");
    expect(back(anew().idle(300))).not.toContain("HO6");
  });

  it("HO6 names too many maps in voluntary moves, by either count, and always allows one", () => {
    expect(better(new MadeHistory().begun(), { voluntaryNow: 2, mapsHosted: 19 }).finish().rules).toContain("HO6");
    expect(better(new MadeHistory().begun(), { voluntaryNow: 2, mapsHosted: 20 }).finish().rules).not.toContain("HO6");
    const two = better(new MadeHistory().begun()).decided(2, "better", "handoff", 10, 20, { voluntaryNow: 1 });
    expect(two.finish().rules).toContain("HO6");
    const oneByOne = better(new MadeHistory().begun()).failed(1, "superseded").decided(2, "better", "handoff", 10, 20);
    expect(oneByOne.finish().rules).not.toContain("HO6");
  });
});

describe("LV4: redistribution comes to rest", () => {
  const start = (): MadeHistory => new MadeHistory({ ...madeOptions(), settleUs: 600e6 }).begun().settling().idle(400);
  const toAndFro = (history: MadeHistory, between: (history: MadeHistory) => void = () => {}): MadeHistory => {
    history.handedOff(1, "better", 10, 20, 2).idle(70);
    between(history);
    return history.handedOff(1, "better", 20, 10, 3).idle(5);
  };

  it("LV4 names a map that goes back the way it came without a reason", () => {
    const found = toAndFro(start()).finish();
    expect(found.rules).toContain("LV4");
    expect(found.violations.find((violation) => violation.rule === "LV4")?.message).toContain("goes back from host 20 to host 10");
  });

  it("LV4 accepts it with news of the fleet, with players who came or went, early in settling, and where it goes on instead", () => {
    const news = toAndFro(start(), (history) => history.joined(30));
    const players = toAndFro(start(), (history) => history.entered(7, 1).playing(7, 1, 20, 2));
    const early = toAndFro(new MadeHistory({ ...madeOptions(), settleUs: 600e6 }).begun().settling().idle(150)).idle(370);
    const onward = start().joined(30).idle(130).handedOff(1, "better", 10, 20, 2).idle(65).handedOff(1, "better", 20, 30, 3).idle(5);
    for (const history of [news, players, early, onward]) expect(history.finish().rules).toEqual([]);
  });

  it("LV4 accepts that maps go to a host whose block has just ended", () => {
    const rested = start()
      .say({ kind: "host/blocked", host: 20, untilUs: 405e6 })
      .idle(10)
      .handedOff(1, "better", 10, 20, 2)
      .handedOff(2, "better", 10, 20, 2)
      .idle(5)
      .finish();
    expect([rested.rules, rested.reached["excused.LV4.rested"]]).toEqual([[], 2]);
  });

  it("LV4 names a fleet in which more than a quarter of the maps still moves at the end", () => {
    const first = start().handedOff(1, "better", 10, 20, 2).handedOff(2, "better", 10, 20, 2).idle(65);
    const found = first.handedOff(1, "better", 20, 30, 3).handedOff(2, "better", 20, 30, 3).idle(5).finish();
    expect(found.violations.map((violation) => violation.message).join()).toContain("2 of 4 maps redistributed");
  });

  it("LV4 is put to the test by a calm phase too", () => {
    const calm = start().idle(200).finish();
    expect([calm.rules.includes("LV4"), calm.evaluated["LV4"]]).toEqual([false, 1]);
  });
});
