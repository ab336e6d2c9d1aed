import { describe, expect, it } from "vitest";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { hostActor } from "../protocol/ids.ts";
import type { Stage, StoreMood } from "./coordinator.fixture.ts";
import { decisions, expectSettled, failures, fill, ownerOf, refusals, smallStage, trailOf, VPS } from "./small-stage.fixture.ts";

/** Lets the owner of map 0 ask for its machine back: the map is handed from host 1 to its best standby, host 2. */
function handOver(stage: Stage): void {
  stage.leave(1);
}

/** The next claims are answered in these moods, one by one; then all is well. */
function claimsAnswered(stage: Stage, ...moods: StoreMood[]): void {
  stage.mood = (ask) => (ask.verb === "claim" ? (moods.shift() ?? "ok") : "ok");
}

/** Runs a hand-over into the phase in which the source is frozen. */
function freezeNow(stage: Stage): void {
  stage.passage = (message) => (message.kind === "state/final" ? "hold" : "pass");
  handOver(stage);
  expect(stage.runUntil(() => stage.heldMessages.length > 0)).toBe(true);
}

describe("the order of a handoff", () => {
  it("HO1: the source freezes before the claim, the claim is granted before the target serves, players are redirected last", () => {
    const stage = smallStage();
    fill(stage, 2);
    const trail = trailOf(stage);
    handOver(stage);
    stage.runS(1);
    expect(trail.slice(0, trail.indexOf("play/redirect C>p2") + 1)).toEqual([
      "hosting/prepare C>2",
      "hosting/prepared 2>C",
      "hosting/precopy C>1",
      "state/copy 1>2",
      "state/copied 2>1",
      "hosting/copied 1>C",
      "hosting/freeze C>1",
      "hosting/frozen 1>C",
      "state/final 1>2",
      "hosting/ready 2>C",
      "store claim",
      "hosting/release C>1",
      "hosting/promote C>2",
      "hosting/active 2>C",
      "play/redirect C>p1",
      "play/redirect C>p2",
    ]);
    expectSettled(stage);
  });

  it("SY2: a target that holds something else than what the source stopped with is not granted the map, and the source serves on", () => {
    const stage = smallStage();
    freezeNow(stage);
    const move = [...stage.coordinator.hosting.moves.values()][0]?.id ?? 0;
    stage.passage = (message) => (message.kind === "hosting/prepare" ? "drop" : "pass");
    stage.say(hostActor(2), { kind: "hosting/ready", host: 2, map: 0, epoch: 1, move, hash: "00000000000000ff" });
    stage.run(20_000);
    expect(failures(stage)).toEqual(["hash_mismatch"]);
    expect([ownerOf(stage), stage.servers(0).map((s) => s.epoch)]).toEqual([1, [1]]);
  });

  it("SY2: neither end's word alone is enough", () => {
    for (const lost of ["hosting/ready", "hosting/frozen"]) {
      const stage = smallStage();
      stage.passage = (message) => (message.kind === lost ? "drop" : "pass");
      handOver(stage);
      stage.runS(1);
      expect(stage.of("move/failed").map((r) => r.reason)[0]).toBe("freeze_timeout");
      expect(stage.of("map/granted").filter((r) => r.epoch > 1)).toEqual([]);
    }
  });

  it("records each step, and the host's stop before the grant", () => {
    const stage = smallStage();
    handOver(stage);
    stage.runS(1);
    expect(stage.of("move/step").map((r) => r.step)).toEqual(["prepared", "copied", "frozen", "ready", "claimed", "active"]);
    const kinds = stage.records.map((r) => r.record.kind);
    expect(kinds.indexOf("host/stopped")).toBeGreaterThan(-1);
    expect(kinds.indexOf("host/stopped")).toBeLessThan(kinds.indexOf("map/granted"));
    expect(kinds.indexOf("map/granted")).toBeLessThan(kinds.indexOf("host/serving"));
  });

  it("copies in rounds until little is left, at most three, a sync_interval apart", () => {
    const stage = smallStage({ tuning: { dirtyBytesPerPlayerS: 5_000_000 } });
    fill(stage, 5);
    handOver(stage);
    stage.runS(2);
    const rounds = stage.said("state/copy");
    expect(rounds.map((s) => s.message.round)).toEqual([1, 2, 3]);
    const [first, second, third] = rounds.map((s) => s.at) as [number, number, number];
    expect([second - first, third - second]).toEqual([100 * US_PER_MS, 100 * US_PER_MS]);
    expectSettled(stage);
  });

  it("sends a warm standby only what is fresh, and a stranger the whole state", () => {
    const warm = smallStage();
    fill(warm, 3);
    handOver(warm);
    warm.runS(1);
    expect(warm.said("hosting/precopy").map((s) => s.message.bytes)).toEqual([0]);
    const cold = smallStage({ conf: (conf) => (conf.failover.backup_hosts_count = 0) });
    fill(cold, 3);
    handOver(cold);
    cold.runS(1);
    expect(cold.said("hosting/precopy").map((s) => s.message.bytes)).toEqual([500_000 + 3 * 8_000]);
  });
});

describe("HO8: a handoff that fails leaves the map where it was", () => {
  it("but not when an answer was lost before: the claim may stand, so the source does not serve on until the row tells", () => {
    const stage = smallStage();
    fill(stage, 2);
    claimsAnswered(stage, "missed", "failed");
    handOver(stage);
    stage.runS(3);
    expect(stage.of("claim/lost").map((r) => r.how)).toEqual(["unknown", "failed"]);
    expect(stage.said("hosting/resume")).toEqual([]);
    expect([failures(stage), stage.row(0)]).toEqual([[], { map: 0, owner: 2, epoch: 2 }]);
    expectSettled(stage);
  });

  it("when the target refuses: the source never froze, and the next host is asked", () => {
    const stage = smallStage();
    stage.leave(2);
    stage.runS(1);
    stage.join({ ...stageHost(stage, 2) });
    stage.passage = (message, to) => (message.kind === "hosting/prepare" && to === 2 * 4 + 1 ? "drop" : "pass");
    handOver(stage);
    stage.runS(3);
    expect(ownerOf(stage)).toBe(3);
    expect(stage.of("host/stopped").map((r) => r.why)).not.toContain("stale");
    expectSettled(stage);
  });

  it("when the copying takes too long: the source serves on under its epoch", () => {
    const stage = smallStage({ hosts: 2, tuning: { precopyMaxMs: 2000 } });
    stage.passage = (message) => (message.kind === "state/copied" ? "drop" : "pass");
    handOver(stage);
    stage.runS(2.5);
    expect(failures(stage)).toEqual(["timeout"]);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    expect(stage.of("host/stopped")).toEqual([]);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", `drain fallback 1>${VPS}`]);
  });

  it("when the last of the state does not arrive within freezeMaxMs: the source thaws under the same epoch", () => {
    const stage = smallStage();
    freezeNow(stage);
    expect(stage.servers(0)).toEqual([]);
    stage.run(490 * US_PER_MS);
    expect(stage.of("host/serving")).toEqual([]);
    stage.passage = () => "pass";
    stage.run(20 * US_PER_MS);
    expect(failures(stage)).toEqual(["freeze_timeout"]);
    expect(stage.of("host/serving")).toEqual([{ kind: "host/serving", host: 1, map: 0, epoch: 1 }]);
    stage.runS(1);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "drain handoff 1>3"]);
    expectSettled(stage);
  });

  it("HO5: when the source does not hear that it shall serve on, the map finds another within migration_timeout", () => {
    const stage = smallStage();
    freezeNow(stage);
    stage.passage = (message) => (message.kind === "hosting/resume" ? "drop" : "pass");
    stage.runS(0.5 + 1 + 1);
    expect(failures(stage)).toEqual(["freeze_timeout"]);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "lost failover 1>3"]);
    expect(stage.servers(0)).toEqual([{ host: 3, epoch: 2 }]);
    expectSettled(stage);
  });

  it("when the target is lost in the freeze: the source thaws, and the next target is asked", () => {
    const stage = smallStage();
    freezeNow(stage);
    stage.passage = () => "pass";
    stage.lose(2);
    stage.runS(2);
    expect(failures(stage)).toContain("target_lost");
    expect(ownerOf(stage)).toBe(3);
    expectSettled(stage, [0]);
  });

  it("when the target is lost while the store is asked: the grant stands, and the next standby takes over at once", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "claim" && stage.heldRequests.length === 0 ? "hold" : "ok");
    handOver(stage);
    expect(stage.runUntil(() => stage.heldRequests.length > 0)).toBe(true);
    stage.lose(2);
    stage.runS(1);
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.run(500 * US_PER_MS);
    expect(failures(stage)).toEqual(["target_lost"]);
    expect(stage.of("map/granted").map((r) => `${r.host}@${r.epoch}`)).toEqual(["2@2", "3@3"]);
    expectSettled(stage);
  });

  it("when the source is lost in the freeze: its standby takes over without it", () => {
    const stage = smallStage();
    freezeNow(stage);
    stage.passage = () => "pass";
    stage.lose(1);
    stage.runS(2);
    expect(failures(stage)).toEqual(["source_lost"]);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "lost failover 1>2"]);
    expectSettled(stage);
  });

  it("when the source restarts in the middle and remembers nothing: it is not taken for serving", () => {
    for (const until of ["hosting/prepared", "state/copied", "state/final"]) {
      const stage = smallStage({ hosts: 2, slots: [0] });
      stage.passage = (message) => (message.kind === until ? "drop" : "pass");
      for (let i = 0; i < 3; i++) stage.measure(1, { frame_time_ms: 40 });
      expect(stage.runUntil(() => stage.said("hosting/prepare").length > 0, 20 * US_PER_S)).toBe(true);
      stage.run(30 * US_PER_MS);
      stage.reboot(1);
      stage.passage = () => "pass";
      stage.runS(30);
      expectSettled(stage);
    }
  });

  it("when the store fails: the frozen source thaws, and a later attempt succeeds", () => {
    const stage = smallStage();
    claimsAnswered(stage, "failed");
    handOver(stage);
    stage.run(50 * US_PER_MS);
    expect(failures(stage)).toEqual(["store"]);
    stage.runS(1);
    expect(stage.of("host/serving").map((r) => `${r.host}@${r.epoch}`)).toEqual(["1@1", "2@2"]);
    expectSettled(stage);
  });
});

describe("HO2: an answer the store never gave is looked up before anything else happens", () => {
  it("a claim that was committed is found in the row and not asked again", () => {
    const stage = smallStage();
    const trail = trailOf(stage);
    claimsAnswered(stage, "lost");
    const mood = stage.mood;
    stage.mood = (ask) => (trail.push(`store ${ask.verb}`), mood(ask));
    handOver(stage);
    stage.runS(1);
    expect(trail.filter((what) => what.startsWith("store"))).toEqual(["store claim", "store read"]);
    const claim = trail.indexOf("store claim");
    expect(trail.slice(claim, claim + 3)).toEqual(["store claim", "store read", "hosting/release C>1"]);
    expect(stage.row(0)).toEqual({ map: 0, owner: 2, epoch: 2 });
    expectSettled(stage);
  });

  it("a claim that never happened is found missing, and made again under the same epoch", () => {
    const stage = smallStage();
    claimsAnswered(stage, "missed");
    handOver(stage);
    stage.runS(1);
    expect(stage.of("claim/lost").map((r) => r.how)).toEqual(["unknown"]);
    expect(failures(stage)).toEqual([]);
    expect(stage.of("map/granted").map((r) => `${r.host}@${r.epoch}`)).toEqual(["2@2"]);
    expectSettled(stage);
  });

  it("while even the row cannot be read, nobody serves the map and nothing is decided about it", () => {
    const stage = smallStage();
    let asked = 0;
    stage.mood = (ask) => (ask.verb === "claim" && asked++ === 0 ? "lost" : stage.at < 14_000_000 ? "failed" : "ok");
    handOver(stage);
    stage.runS(3);
    expect(stage.servers(0)).toEqual([]);
    expect(decisions(stage)).toHaveLength(1);
    stage.runS(5);
    expect(stage.of("map/granted").map((r) => `${r.host}@${r.epoch}`)).toEqual(["2@2"]);
    expectSettled(stage);
  });

  it("somebody quicker is believed: the row's owner serves, ours is released, and the target gives its room back", () => {
    const stage = smallStage();
    claimsAnswered(stage, "ok");
    freezeNow(stage);
    stage.rows.set(0, { map: 0, owner: 3, epoch: 7 });
    stage.passage = () => "pass";
    stage.releaseMessages();
    stage.runS(1);
    expect(failures(stage)).toEqual(["superseded"]);
    expect(stage.servers(0)).toEqual([{ host: 3, epoch: 7 }]);
    expectSettled(stage);
  });
});

describe("what is out of date changes nothing", () => {
  it("each answer of a step counts once, and only while it is awaited", () => {
    const stage = smallStage();
    const trail = trailOf(stage);
    const once = stage.passage;
    stage.passage = (message, to, from) => {
      if (to === 0 && message.kind.startsWith("hosting/")) for (const _ of [1, 2]) stage.say(from, message);
      return once(message, to, from);
    };
    handOver(stage);
    stage.runS(1);
    expect(trail.filter((what) => what === "store claim")).toHaveLength(1);
    expect(stage.of("map/granted")).toHaveLength(1);
    expectSettled(stage);
  });

  it("HO1: an active of an old epoch is answered with a release", () => {
    const stage = smallStage();
    handOver(stage);
    stage.runS(1);
    stage.forget();
    stage.say(5, { kind: "hosting/active", host: 1, map: 0, epoch: 1 });
    expect(stage.said("hosting/release").map((s) => s.message.epoch)).toEqual([1]);
    expect(ownerOf(stage)).toBe(2);
  });

  it("a host that says it was fenced is replaced by what the row says, however long the store takes to answer", () => {
    const stage = smallStage();
    stage.rows.set(0, { map: 0, owner: 3, epoch: 9 });
    stage.mood = (ask) => (ask.verb === "read" && stage.at < 80_000_000 ? "failed" : "ok");
    stage.runS(61);
    expect(refusals(stage)).toContain("stale_epoch");
    expect(stage.servers(0)).toEqual([]);
    stage.runS(15);
    expect(stage.servers(0)).toEqual([{ host: 3, epoch: 9 }]);
    expectSettled(stage);
  });

  it("SY1: a grant that the store has lost is claimed again as it was, however the store answers at first", () => {
    for (const verb of ["read", "claim"] as const) {
      const stage = smallStage();
      handOver(stage);
      stage.runS(1);
      const granted = stage.row(0);
      expect(granted).toMatchObject({ owner: 2 });
      stage.rows.set(0, { map: 0, owner: 1, epoch: granted.epoch - 1 });
      const until = stage.at + 100_000_000;
      stage.mood = (ask) => (ask.verb === verb && stage.at < until ? "missed" : "ok");
      stage.runS(99);
      expect([refusals(stage).includes("grant_lost"), stage.row(0).epoch]).toEqual([true, granted.epoch - 1]);
      stage.runS(120);
      expect(stage.row(0)).toEqual(granted);
      expect(stage.of("map/granted")).toHaveLength(1);
      expectSettled(stage);
    }
  });

  it("a grant that is said to be lost and stands is left alone; only its owner is believed, and only about its own", () => {
    const stage = smallStage();
    handOver(stage);
    stage.runS(1);
    const granted = stage.row(0);
    const lost = (host: number, epoch: number): void =>
      stage.say(hostActor(host), { kind: "hosting/refused", host, map: 0, epoch, reason: "grant_lost" });
    const asks: string[] = [];
    stage.mood = (ask) => (asks.push(ask.verb), "ok");
    lost(1, granted.epoch);
    lost(2, granted.epoch - 1);
    stage.runS(1);
    expect(asks.filter((verb) => verb === "read" || verb === "claim")).toEqual([]);
    lost(2, granted.epoch);
    stage.runS(1);
    expect(asks.filter((verb) => verb === "read" || verb === "claim")).toEqual(["read"]);
    expect(stage.row(0)).toEqual(granted);
    stage.rows.set(0, { map: 0, owner: 3, epoch: granted.epoch + 4 });
    lost(2, granted.epoch);
    stage.runS(5);
    expect(stage.servers(0)).toEqual([{ host: 3, epoch: granted.epoch + 4 }]);
    expectSettled(stage);
  });

  it("a map handed to the VPS comes from a living source too", () => {
    const stage = smallStage({ hosts: 1 });
    handOver(stage);
    stage.runS(1);
    expect(decisions(stage)).toEqual([`drain fallback 1>${VPS}`]);
    expect(stage.of("move/step").map((r) => r.step)).toContain("frozen");
    expectSettled(stage);
  });
});

/** The profile with which a host last introduced itself. */
function stageHost(stage: Stage, host: number) {
  const { table } = stage.coordinator.hosting;
  return table.profileOf(table.slotOf(host));
}
