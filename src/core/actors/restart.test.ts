import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { epochOf, hostActor } from "../protocol/ids.ts";
import { Stage } from "./coordinator.fixture.ts";
import { settingsWith, site } from "./machines.fixture.ts";
import { decisions, expectSettled, fill, nth, ownerOf, owners, refusals, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";

describe("the coordinator starts anew", () => {
  it("ST2: from the store's rows; owners that are here serve on under their epochs and nothing moves", () => {
    const stage = smallStage({ maps: 4, critical: 1 });
    fill(stage, 5);
    const before = stage.settings.maps.map((_, map) => stage.row(map));
    stage.forget();
    stage.restart(500_000);
    stage.runS(30);
    expect(stage.settings.maps.map((_, map) => stage.row(map))).toEqual(before);
    expect(decisions(stage)).toEqual([]);
    expect(stage.of("host/stopped")).toEqual([]);
    expect(stage.of("coordinator/started").map((r) => r.maps)).toEqual([5]);
    expectSettled(stage);
  });

  it("ST2, HO2: a row of an older timeline is void, and what it grants lies above every epoch it found and above the new timeline", () => {
    const stage = smallStage();
    stage.rows.set(0, { map: 0, owner: 1, epoch: 41 });
    stage.epochFloor = epochOf(3, 0);
    stage.forget();
    stage.restart();
    stage.runS(10);
    // Nobody was told to serve under the row's epoch: a lost grant may have replaced it.
    expect(stage.said("hosting/promote").map(({ message }) => message.epoch)).toEqual([epochOf(3, 0) + 1]);
    expect(stage.row(0)).toEqual({ map: 0, owner: VPS, epoch: epochOf(3, 0) + 1 });
    expectSettled(stage);
  });

  it("HO2: a store that has lost a grant is claimed from over what stands, under an epoch above all that were granted", () => {
    const stage = smallStage();
    const before = stage.row(0);
    stage.lose(1);
    stage.runS(3);
    const lost = stage.row(0);
    expect([before.epoch, lost.epoch, lost.owner]).toEqual([1, 2, 2]);
    stage.rows.set(0, before);
    stage.forget();
    stage.lose(2);
    stage.runS(3);
    expect(stage.of("map/granted")).toMatchObject([{ map: 0, epoch: 3, expect: 1 }]);
    expect(stage.row(0).epoch).toBe(3);
    expect(refusals(stage)).toEqual([]);
  });

  it.each(["leaves", "dies"])("HO5: an owner that %s before the store has answered is not believed to serve", (how) => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "restore" ? "hold" : "ok");
    stage.restart();
    stage.run(50_000);
    if (how === "leaves") stage.leave(1);
    else stage.lose(1);
    stage.run(500_000);
    // It is not sent away before it is known what it holds.
    expect(stage.said("host/goodbye")).toEqual([]);
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.runS(10);
    expect(ownerOf(stage)).not.toBe(1);
    expectSettled(stage);
  });

  it("an owner that does not introduce itself within the grace is replaced, and not sooner", () => {
    const stage = smallStage();
    stage.lose(1);
    stage.restart();
    stage.runS(1.9);
    expect(decisions(stage)).toEqual([]);
    stage.runS(1);
    expect(stage.of("move/decided").map((r) => r.to)).toEqual([VPS]);
    expectSettled(stage);
  });

  it("HO5: a source that was frozen when the coordinator died serves on", () => {
    const stage = smallStage();
    fill(stage, 2);
    stage.passage = (message) => (message.kind === "state/final" ? "drop" : "pass");
    for (let i = 0; i < 3; i++) stage.measure(1, { frame_time_ms: 40 });
    stage.runUntil(() => stage.of("host/stopped").length > 0, 300 * US_PER_S);
    expect(stage.servers(0)).toEqual([]);
    stage.restart(200_000);
    stage.runS(3);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    expectSettled(stage);
  });

  it("HO8: who leaves while the rows are not known yet is not let go with its map", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "restore" ? "hold" : "ok");
    stage.leave(1);
    stage.forget();
    stage.restart();
    stage.runS(1);
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.runS(10);
    expect(stage.of("move/decided").map((r) => [r.cause, r.from])).toEqual([["drain", 1]]);
    expect(ownerOf(stage)).not.toBe(1);
    expectSettled(stage);
  });

  it("an owner that remembers nothing is told to serve its map again", () => {
    const stage = smallStage();
    stage.reboot(1);
    stage.restart();
    stage.runS(5);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    expect(decisions(stage)).toEqual([]);
  });

  it("HO9: a player who missed a move in between learns where the map is as soon as its owner speaks", () => {
    const stage = smallStage();
    fill(stage, 2);
    stage.passage = (message) => (message.kind === "play/redirect" ? "drop" : "pass");
    stage.leave(1);
    stage.runS(1);
    expect([...stage.players.values()].map((p) => p.host)).toEqual([1, 1]);
    stage.passage = () => "pass";
    // Players' words arrive before the owner's: there is nobody to send them to yet.
    stage.travelUs = (message) => (message.kind === "host/hello" ? 500_000 : 1_000);
    stage.restart();
    stage.runS(4);
    expectSettled(stage);
  });

  it("HO5: an owner of which only the row is known serves on when it introduces itself, and begins again if it remembers nothing", () => {
    for (const remembers of [true, false]) {
      const stage = smallStage({ hosts: 2, maps: 4, general: { persistent_hosts: false } });
      expect(owners(stage)).toEqual([1, 1, 1, 2]);
      if (!remembers) stage.reboot(1);
      stage.forget();
      stage.restart();
      stage.runS(3);
      expect(decisions(stage)).toEqual([]);
      expect(stage.of("host/stopped")).toEqual([]);
      expect(owners(stage)).toEqual([1, 1, 1, 2]);
      expectSettled(stage);
    }
  });

  it("HO1: a stranger that says it holds the map is not taken for the owner of the row", () => {
    const stage = smallStage({ hosts: 1, general: { persistent_hosts: false } });
    stage.lose(1);
    stage.restart();
    stage.run(10_000);
    stage.say(hostActor(3), { kind: "host/hello", profile: nth(3), holds: [{ map: 0, epoch: 1, frozen: false }] });
    expect(stage.said("hosting/release").map((s) => s.to)).toEqual([hostActor(3)]);
  });

  it("players are let in above the limits where they already play", () => {
    const stage = smallStage({ hosts: 0 });
    stage.join(nth(1, {}, { upload_kbps: 400 }));
    stage.runS(5);
    fill(stage, 4);
    const after = { ...stage.settings, tuning: { ...stage.settings.tuning, uploadKbpsPerPlayer: 200 } };
    stage.restart(0, after);
    stage.runS(5);
    expect([...stage.players.values()].map((p) => p.stage)).toEqual(Array(4).fill("playing"));
    expect(stage.coordinator.hosting.roster.count(0)).toBe(4);
  });

  it("chooses standbys as soon as it opens, for maps it found served", () => {
    const stage = smallStage();
    stage.restart();
    stage.runS(2.5);
    expect(standbysOf(stage)).toEqual([2, 3]);
  });

  it("asks the store again, later and later, until it answers", () => {
    const stage = smallStage();
    const asked: number[] = [];
    stage.mood = (ask) => {
      if (ask.verb !== "restore") return "ok";
      asked.push(stage.at);
      return asked.length < 6 ? "failed" : "ok";
    };
    stage.restart();
    stage.runS(20);
    const waits = asked.slice(1).map((at, i) => (at - (asked[i] as number)) / US_PER_S);
    expect(asked).toHaveLength(6);
    for (let i = 1; i < waits.length; i++) expect(waits[i] as number).toBeGreaterThan((waits[i - 1] as number) * 1.5);
    expectSettled(stage);
  });

  it("believes no host before it has the store's rows", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "restore" && stage.at < 15 * US_PER_S ? "failed" : "ok");
    stage.rows.set(0, { map: 0, owner: 3, epoch: 8 });
    stage.restart();
    stage.runS(3);
    expect(stage.said("hosting/release")).toEqual([]);
    expect(decisions(stage)).toEqual([]);
    stage.runS(10);
    expect(stage.servers(0)).toEqual([{ host: 3, epoch: 8 }]);
    expectSettled(stage);
  });

  it("HO5: does not believe a host that is gone by the time it has the store's rows", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "restore" && stage.at < 15 * US_PER_S ? "failed" : "ok");
    stage.restart();
    stage.runS(1);
    stage.lose(1);
    stage.runS(9);
    expect(ownerOf(stage)).not.toBe(1);
    expectSettled(stage);
  });

  it("HO8: takes nothing from a host that says it serves before the store has told whose the map is", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "restore" && stage.at < 15 * US_PER_S ? "failed" : "ok");
    stage.restart();
    stage.runS(1);
    stage.say(hostActor(1), { kind: "hosting/active", host: 1, map: 0, epoch: 1 });
    stage.runS(9);
    expect(stage.said("hosting/release")).toEqual([]);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    expectSettled(stage);
  });

  it("HO8: a claim of the coordinator before it that arrives late is found in the row and obeyed", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "claim" ? "hold" : "ok");
    stage.lose(1);
    expect(stage.runUntil(() => stage.heldRequests.length > 0)).toBe(true);
    stage.mood = () => "ok";
    stage.restart();
    stage.runS(1);
    stage.releaseRequests();
    stage.runS(8);
    expect(stage.row(0)).toEqual({ map: 0, owner: 2, epoch: 2 });
    expectSettled(stage);
  });

  it("leaves players without an answer while it does not know who serves, and answers when they ask again", () => {
    const stage = smallStage();
    stage.restart();
    stage.run(1_000_000);
    stage.travelUs = () => 1_000;
    stage.go(7, 0);
    stage.run(50_000);
    expect(stage.said("play/assigned")).toEqual([]);
    expect(stage.of("player/refused")).toEqual([]);
    stage.runS(10);
    expect(stage.of("player/playing").filter((r) => r.player === 7)).toHaveLength(1);
  });

  it("places nothing before the grace is over, however many hosts are here", () => {
    const stage = new Stage(settingsWith({ maps: 3 }));
    stage.join(site(VPS, 5));
    for (const i of [1, 2]) stage.join(nth(i));
    stage.runS(1.9);
    expect(stage.of("move/decided")).toEqual([]);
    stage.runS(1);
    expect(owners(stage)).toEqual([1, 1, 1]);
  });

  it("asks hosts it does not know to introduce themselves before it listens to them", () => {
    const stage = smallStage();
    stage.lose(2);
    stage.runS(3);
    stage.cutOff.delete(2);
    stage.forget();
    stage.say(hostActor(2), { kind: "host/leaving", host: 2 });
    expect(stage.said("host/introduce").map((s) => s.to)).toEqual([hostActor(2)]);
    stage.runS(1);
    expect(stage.said("host/hello")).toHaveLength(1);
    expect(refusals(stage)).toEqual([]);
  });
});
