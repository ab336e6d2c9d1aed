import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import { MadeHistory, VPS } from "./made-history.fixture.ts";

describe("HO9: on a quiet system each map has exactly one live serving owner", () => {
  it("HO9 LV1 name a map whose owner is gone, cut off, or does not serve", () => {
    for (const truth of ["down-close", "cut", "paused"] as const) {
      expect(new MadeHistory().begun().truth(10, truth).settling().idle(60).finish().rules).toEqual(expect.arrayContaining(["HO9", "LV1"]));
    }
    const silent = new MadeHistory().begun().granted(1, 20, 2).stopped(1, 10, 1).settling().idle(60);
    expect(silent.finish().rules).toEqual(expect.arrayContaining(["HO9", "LV1"]));
  });

  it("HO9 names a second live host that still serves the map at an older epoch", () => {
    const history = new MadeHistory().begun().truth(10, "cut").after(1000).gone(10, "silence");
    history
      .granted(1, 20, 2)
      .serving(1, 20, 2)
      .granted(2, 20, 2)
      .serving(2, 20, 2)
      .idle(10)
      .truth(10, "healed")
      .joined(10)
      .stopped(2, 10, 1, "stale");
    const found = history.settling().idle(60).finish();
    expect(found.rules).toEqual(["HO9"]);
    expect(found.violations[0]?.message).toContain("host 10 still serves map 1");
  });

  it("HO9 asks nothing of a host that stays cut off: nobody can tell it", () => {
    const history = new MadeHistory().begun().truth(10, "cut").after(1000).gone(10, "silence");
    history.granted(1, 20, 2).serving(1, 20, 2).granted(2, 20, 2).serving(2, 20, 2).settling().idle(60);
    expect(history.finish().rules).toEqual([]);
  });

  it("HO9 is put to the test without a settling phase too, and leaves aside what has only just happened", () => {
    const found = new MadeHistory().begun().idle(60).truth(10, "down-close").idle(3).finish();
    expect(found.rules).toEqual([]);
    expect(found.evaluated["HO9"]).toBeGreaterThan(0);
    expect(found.evaluated["LV1"]).toBe(0);
    expect(found.reached["excused.HO9.not_quiet"]).toBe(2);
  });
});

describe("LV2: every player is on the current host", () => {
  it("LV2 names a player who was not redirected after a move", () => {
    const history = new MadeHistory().begun().entered(7, 1).playing(7, 1, 10, 1).handedOff(1, "drain", 10, 20, 2).settling().idle(60);
    const found = history.finish();
    expect(found.rules).toEqual(["LV2"]);
    expect(found.violations[0]?.message).toContain("player 7 plays map 1 (moc_fild01) on host 10 at 0.1, not on host 20 at 0.2");
  });

  it("LV2 names a player who entered and never played", () => {
    expect(new MadeHistory().begun().entered(7, 1).settling().idle(60).finish().rules).toEqual(["LV2"]);
  });

  it("LV2 accepts players who followed, left, went offline, were refused, or have only just been moved", () => {
    const followed = new MadeHistory()
      .begun()
      .entered(7, 1)
      .playing(7, 1, 10, 1)
      .handedOff(1, "drain", 10, 20, 2)
      .playing(7, 1, 20, 2, true)
      .settling()
      .idle(60);
    const left = new MadeHistory()
      .begun()
      .entered(7, 1)
      .playing(7, 1, 10, 1)
      .handedOff(1, "drain", 10, 20, 2)
      .say({ kind: "player/left", player: 7, map: 1, why: "session" })
      .settling()
      .idle(60);
    const offline = new MadeHistory().begun().entered(7, 1).online(7, -1).settling().idle(60);
    const refused = new MadeHistory()
      .begun()
      .entered(7, 1)
      .say({ kind: "player/refused", player: 7, map: 1, reason: "map_full" })
      .settling()
      .idle(60);
    const moved = new MadeHistory().begun().entered(7, 1).playing(7, 1, 10, 1).settling().idle(55).handedOff(1, "drain", 10, 20, 2).idle(1);
    for (const history of [followed, left, offline, refused, moved]) expect(history.finish().rules).toEqual([]);
  });
});

describe("LV2: players without a line", () => {
  it("LV2 excuses who cannot ask or be told, and says so", () => {
    const waiting = new MadeHistory().begun().entered(7, 1).settling().idle(60).dropped(playerActor(7), COORDINATOR).after(100);
    const seated = new MadeHistory()
      .begun()
      .entered(7, 1)
      .playing(7, 1, 10, 1)
      .handedOff(1, "drain", 10, 20, 2)
      .dropped(COORDINATOR, playerActor(7))
      .settling()
      .idle(60);
    for (const history of [waiting, seated]) {
      const found = history.finish();
      expect(found.rules).toEqual([]);
      expect(found.reached["excused.LV2.no_line"]).toBe(1);
    }
  });

  it("LV2 excuses who cannot reach the map's host, as long as that was so just now", () => {
    const tried = (idleS: number): MadeHistory =>
      new MadeHistory().begun().entered(7, 1).settling().idle(60).dropped(playerActor(7), hostActor(10)).idle(idleS);
    const now = tried(1).finish();
    expect([now.rules, now.reached["excused.LV2.no_way_to_host"]]).toEqual([[], 1]);
    expect(tried(30).finish().rules).toEqual(["LV2"]);
  });

  it("LV2 excuses who is on another map still, by the store's word, as long as nobody serves that one", () => {
    const stay = (kind: "player/admitted" | "player/parted") => ({ kind, host: 10, map: 2, epoch: 1, player: 7, carried: "0" }) as const;
    const begun = (): MadeHistory => new MadeHistory().begun().say(stay("player/admitted"));
    const waits = (history: MadeHistory): MadeHistory => history.entered(7, 1).settling().idle(60);
    expect(waits(begun()).finish().rules).toEqual(["LV2"]);
    const dark = waits(begun().stopped(2, 10, 1)).finish();
    expect([dark.rules.includes("LV2"), dark.reached["excused.LV2.stay_elsewhere"]]).toEqual([false, 1]);
    // Who was led out a moment ago is about to be let in.
    const freed = begun().entered(7, 1).settling().idle(59).say(stay("player/parted"));
    expect([freed.idle(1).finish().rules, freed.idle(60).finish().rules]).toEqual([[], ["LV2"]]);
    // In control no game runs, and nobody is held anywhere.
    expect(waits(new MadeHistory().begun().entered(7, 2).stopped(2, 10, 1)).finish().rules).toContain("LV2");
    expect(waits(begun().say(stay("player/parted")).stopped(2, 10, 1)).finish().rules).toContain("LV2");
  });

  it("LV2 does not excuse what was lost long ago, before the move, or between others", () => {
    const asked = new MadeHistory().begun().entered(7, 1).dropped(playerActor(7), COORDINATOR).settling().idle(60);
    const before = new MadeHistory()
      .begun()
      .entered(7, 1)
      .playing(7, 1, 10, 1)
      .dropped(COORDINATOR, playerActor(7))
      .after(5)
      .handedOff(1, "drain", 10, 20, 2)
      .settling()
      .idle(60);
    const others = new MadeHistory()
      .begun()
      .entered(7, 1)
      .settling()
      .idle(60)
      .dropped(playerActor(8), COORDINATOR)
      .dropped(playerActor(7), hostActor(20));
    for (const history of [asked, before, others]) expect(history.finish().rules).toEqual(["LV2"]);
  });
});

describe("LV3: queues drain", () => {
  it("LV3 names a move that never ends", () => {
    expect(new MadeHistory().begun().decided(1, "drain", "handoff", 10, VPS).settling().idle(60).finish().rules).toEqual(["LV3"]);
  });

  it("LV3 asks nothing of moves that an old coordinator had under way, or that are young", () => {
    const restarted = new MadeHistory().begun().decided(1, "drain", "handoff", 10, VPS).after(10).started().joined(VPS).settling().idle(60);
    const young = new MadeHistory().begun().settling().idle(50).decided(1, "drain", "handoff", 10, VPS).idle(10);
    for (const history of [restarted, young]) expect(history.finish().rules).toEqual([]);
  });
});

describe("LV3: nobody well stands outside", () => {
  it("LV3 names a host that was given up, is up and whole, and was not taken in again", () => {
    const given = (): MadeHistory => new MadeHistory().begun().joined(30).gone(30, "silence").settling();
    expect(
      given()
        .idle(60)
        .finish()
        .violations.map(({ rule, host }) => [rule, host]),
    ).toEqual([["LV3", 30]]);
    expect(given().idle(20).finish().rules).toEqual([]);
    expect(given().idle(5).joined(30).idle(60).finish().rules).toEqual([]);
    expect(given().truth(30, "cut").idle(60).finish().rules).toEqual([]);
  });
});
