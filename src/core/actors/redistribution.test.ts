import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { scoreFor } from "../hosting/choose.ts";
import type { HostId } from "../protocol/ids.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { machine } from "./machines.fixture.ts";
import { decisions, expectSettled, failures, fill, nth, owners, type Small, smallStage } from "./small-stage.fixture.ts";

/** How many times host 1's score host 9 has, with this much network. */
function ratio(stage: Stage, of: HostId, to: HostId): number {
  const { hosting } = stage.coordinator;
  return scoreFor(hosting, hosting.table.slotOf(of), 0) / scoreFor(hosting, hosting.table.slotOf(to), 0);
}

/** A map on host 1, long settled, and a newcomer, host 9, with this network speed. */
function newcomer(mbps: number, small: Small = {}): Stage {
  const stage = smallStage({ hosts: 1, ...small });
  stage.runS(70);
  stage.forget();
  stage.join(machine(9, { network_speed_mbps: mbps }));
  stage.runS(31);
  return stage;
}

describe("HO6: a map moves of our own will only for a clearly better host", () => {
  it("1.1 times as good where real time is prioritised: not for 1.09, but for 1.11", () => {
    const little = newcomer(398);
    expect(ratio(little, 9, 1)).toBeGreaterThan(1.08);
    expect(ratio(little, 9, 1)).toBeLessThan(1.1);
    expect(decisions(little)).toEqual([]);
    const much = newcomer(424);
    expect(ratio(much, 9, 1)).toBeGreaterThan(1.1);
    expect(ratio(much, 9, 1)).toBeLessThan(1.12);
    expect(decisions(much)).toEqual(["better handoff 1>9"]);
    expect(much.of("move/decided")[0]?.theta).toBe(1100);
    much.runS(2);
    expectSettled(much);
  });

  it("1.2 times as good otherwise: not for 1.15, but for 1.25", () => {
    const plain = (conf: { realtime_gaming: { prioritize_realtime: boolean } }): void =>
      void (conf.realtime_gaming.prioritize_realtime = false);
    const little = newcomer(600, { conf: plain });
    expect(ratio(little, 9, 1)).toBeGreaterThan(1.1);
    expect(ratio(little, 9, 1)).toBeLessThan(1.2);
    expect(decisions(little)).toEqual([]);
    const much = newcomer(860, { conf: plain });
    expect(ratio(much, 9, 1)).toBeGreaterThan(1.2);
    expect(decisions(much)).toEqual(["better handoff 1>9"]);
  });

  it("exactly the threshold is not above it", () => {
    const same = newcomer(298, { tuning: { betterRealtime: 1 } });
    expect(ratio(same, 9, 1)).toBe(1);
    expect(decisions(same)).toEqual([]);
  });
});

describe("HO6: restraint", () => {
  it("a map that just moved rests for the cool-down, however much better another host is", () => {
    const stage = smallStage({ hosts: 1 });
    const placedAt = stage.coordinator.hosting.maps[0]?.movedAt as number;
    stage.join(machine(9, { network_speed_mbps: 900 }));
    stage.run(placedAt + 60 * US_PER_S - stage.at - 1);
    expect(decisions(stage)).toEqual([]);
    stage.runS(31);
    expect(decisions(stage)).toEqual(["better handoff 1>9"]);
  });

  it("a move that failed rests for the cool-down too", () => {
    const stage = smallStage({ hosts: 1 });
    stage.runS(70);
    stage.join(machine(9, { network_speed_mbps: 900 }));
    stage.mood = (ask) => (ask.verb === "claim" && failures(stage).length === 0 ? "failed" : "ok");
    stage.runS(150);
    const tries = stage.records.filter((r) => r.record.kind === "move/decided").map((r) => r.at);
    expect(tries).toHaveLength(2);
    expect((tries[1] as number) - (tries[0] as number)).toBeGreaterThanOrEqual(60 * US_PER_S);
  });

  it("at most a tenth of the maps is in such moves at once, and at least one", () => {
    const stage = smallStage({ hosts: 10, maps: 25 });
    stage.runS(70);
    let most = 0;
    stage.afterStep = () => (most = Math.max(most, stage.coordinator.hosting.moves.size));
    for (let i = 20; i < 30; i++) stage.join(machine(i, { network_speed_mbps: 900 }));
    stage.runS(31);
    expect(most).toBe(2);
    stage.runS(600);
    expect(most).toBe(2);
    expect(owners(stage).every((host) => host >= 20)).toBe(true);
    expectSettled(stage);
  });

  it("comes to rest: once the better hosts have the maps nothing moves any more", () => {
    const stage = smallStage({ hosts: 3, maps: 6 });
    for (let i = 20; i < 23; i++) stage.join(machine(i, { network_speed_mbps: 900 - 10 * i }));
    stage.runS(600);
    expect(decisions(stage)).toHaveLength(6);
    stage.forget();
    stage.runS(1200);
    expect(decisions(stage)).toEqual([]);
  });

  it("two hosts of equal worth never exchange a map", () => {
    const stage = smallStage({ hosts: 1 });
    stage.join(nth(1, {}, { host: 5 }));
    stage.runS(1000);
    expect(decisions(stage)).toEqual([]);
  });

  it("with auto migration off nothing is redistributed", () => {
    const stage = newcomer(900, { general: { enable_auto_migration: false } });
    stage.runS(400);
    expect(decisions(stage)).toEqual([]);
  });

  it("a host whose score fell since it was chosen is compared by what it measures now", () => {
    const stage = smallStage({ hosts: 2 });
    stage.runS(70);
    stage.measure(1, { network_speed_mbps: 110 });
    stage.runS(31);
    expect(decisions(stage)).toEqual(["better handoff 1>2"]);
  });
});

describe("a host that does badly hands its maps over", () => {
  it("three slow measurements in a row make it degraded, and a good one makes it sound again", () => {
    const stage = smallStage();
    for (const ms of [40, 40]) stage.measure(1, { frame_time_ms: ms });
    stage.runS(20);
    expect(decisions(stage)).toEqual([]);
    stage.measure(1, { frame_time_ms: 40 });
    stage.runS(20);
    expect(decisions(stage)).toEqual(["degraded handoff 1>2"]);
    expect(stage.of("host/degraded").map((r) => r.degraded)).toEqual([true]);
    stage.measure(1, { frame_time_ms: 8 });
    stage.runS(1);
    expect(stage.of("host/degraded").map((r) => r.degraded)).toEqual([true, false]);
    expectSettled(stage);
  });

  it("a good measurement in between begins the count anew", () => {
    const stage = smallStage();
    for (const ms of [40, 40, 8, 40, 40]) stage.measure(1, { frame_time_ms: ms });
    stage.runS(40);
    expect(decisions(stage)).toEqual([]);
  });

  it("HO4: a host that is no longer eligible gives its maps up, one at a time where a tenth is less than one", () => {
    const stage = smallStage({ maps: 3 });
    for (let i = 0; i < 3; i++) stage.measure(1, { cpu_cores: 2 });
    stage.runS(60);
    expect(decisions(stage)).toEqual(Array(3).fill("degraded handoff 1>2"));
    expectSettled(stage);
  });

  it("HO10: a host that failed validation gives its maps up within moments, untrusted: nothing is copied from it", () => {
    const stage = smallStage({ maps: 2 });
    for (const valid of [false, false, true, false, false]) stage.verdict(1, valid);
    stage.runS(6);
    expect(decisions(stage)).toEqual([]);
    stage.verdict(1, false);
    stage.runS(6);
    expect(decisions(stage)).toEqual(["invalid failover 1>2", "invalid failover 1>2"]);
    expect(stage.said("hosting/precopy")).toEqual([]);
    expect(stage.of("host/blocked").map((r) => r.host)).toEqual([1]);
    expectSettled(stage);
  });

  it("HO10: a move to it or from it is given up, and a claim under way is undone as soon as it is granted", () => {
    const stage = smallStage({ maps: 1 });
    stage.mood = (ask) => (ask.verb === "claim" ? "hold" : "ok");
    stage.leave(1);
    expect(stage.runUntil(() => stage.heldRequests.length > 0)).toBe(true);
    for (let i = 0; i < 3; i++) stage.verdict(2, false);
    stage.runS(6);
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.runS(20);
    expect(stage.of("map/granted").map((r) => r.host)).toEqual([2, 3]);
    expectSettled(stage);
  });
});

describe("a map that outgrows its host", () => {
  it("HO7: moves to a larger one when a player is turned away for want of upload", () => {
    const stage = smallStage({ hosts: 0 });
    stage.join(nth(1, { network_speed_mbps: 301 }, { upload_kbps: 600 }));
    stage.runS(400);
    expect(owners(stage)).toEqual([1]);
    stage.join(nth(2));
    stage.run(10_000);
    stage.forget();
    fill(stage, 7);
    stage.runS(5);
    expect(decisions(stage)).toEqual(["overload handoff 1>2"]);
    expect(stage.of("player/refused").map((r) => r.reason)).toEqual(["host_full"]);
    stage.go(8, 0);
    stage.runS(1);
    expectSettled(stage);
  });

  it("is left where it is during its cool-down and where nobody is larger", () => {
    const stage = smallStage({ hosts: 0, slots: [0] });
    stage.join(nth(1, {}, { upload_kbps: 600 }));
    stage.runS(100);
    stage.forget();
    fill(stage, 9);
    stage.runS(5);
    expect(decisions(stage)).toEqual([]);
    expect(stage.of("refusal").filter((r) => r.what === "hand over")).toHaveLength(1);
  });
});
