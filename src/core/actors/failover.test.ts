import { describe, expect, it } from "vitest";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import type { Message } from "../protocol/messages.ts";
import { hostActor } from "../protocol/ids.ts";
import type { MapConf } from "../settings.ts";
import type { Stage } from "./coordinator.fixture.ts";
import {
  decisions,
  expectSettled,
  failures,
  fill,
  isOffered,
  nth,
  ownerOf,
  owners,
  smallStage,
  standbysOf,
  VPS,
} from "./small-stage.fixture.ts";

/** How long after now the map is served by somebody else than `lost` (ms). */
function takeoverMs(stage: Stage, lost: number): number {
  const from = stage.at;
  expect(stage.runUntil(() => stage.servers(0).some(({ host }) => host !== lost))).toBe(true);
  return (stage.at - from) / US_PER_MS;
}

/** Other requirements of hosts than the defaults. */
function settingsOf(need: Partial<MapConf["host_requirements"]>): (conf: MapConf) => void {
  return (conf) => void Object.assign(conf.host_requirements, need);
}

/** Drops one kind of message on its way to these hosts. */
function deaf(stage: Stage, kind: Message["kind"], ...hosts: number[]): void {
  stage.passage = (message, to) => (message.kind === kind && hosts.some((host) => to === hostActor(host)) ? "drop" : "pass");
}

describe("HO5: who takes over from a lost host", () => {
  it("the best standby chosen ahead, well within half a second of a close and two of a silence", () => {
    const closed = smallStage();
    closed.lose(1, "close");
    expect(takeoverMs(closed, 1)).toBeLessThan(500);
    const silent = smallStage();
    silent.lose(1, "silence");
    expect(takeoverMs(silent, 1)).toBeLessThan(2000);
    expect([ownerOf(closed), ownerOf(silent)]).toEqual([2, 2]);
  });

  it.each<[string, (stage: Stage) => void]>([
    ["is no longer eligible", (s) => s.measure(2, { cpu_cores: 2 })],
    ["is leaving", (s) => s.leave(2)],
    ["is itself gone", (s) => s.lose(2)],
    ["measures worse than the other", (s) => s.measure(2, { network_speed_mbps: 110 })],
    ["has too little upload for the players", (s) => s.join(nth(2, {}, { upload_kbps: 100 }))],
  ])("HO4, HO7: not a standby that %s since it was chosen", (_, spoil) => {
    const stage = smallStage();
    expect(standbysOf(stage)).toEqual([2, 3]);
    spoil(stage);
    stage.run(500 * US_PER_MS);
    stage.forget();
    stage.lose(1);
    stage.runS(2);
    expect(decisions(stage)).toEqual(["lost failover 1>3"]);
    expectSettled(stage, [0]);
  });

  it("not a standby that is blocked, or too slow for three measurements", () => {
    const stage = smallStage({ hosts: 4 });
    for (let i = 0; i < 3; i++) stage.verdict(2, false);
    stage.runS(6);
    for (let i = 0; i < 3; i++) stage.measure(3, { frame_time_ms: 40 });
    stage.runS(16);
    expect(isOffered(stage, 2)).toBe(false);
    stage.lose(1);
    stage.runS(2);
    expect(ownerOf(stage)).not.toBe(2);
    expectSettled(stage);
  });

  it("a warm standby before a better one whose replica is not complete", () => {
    const stage = smallStage({ hosts: 1 });
    stage.passage = (message, to) => (message.kind === "state/replica" && to === hostActor(2) ? "drop" : "pass");
    for (const i of [2, 3]) stage.join(nth(i));
    stage.runS(20);
    expect(standbysOf(stage)).toEqual([2, 3]);
    stage.lose(1);
    stage.runS(2);
    expect(ownerOf(stage)).toBe(3);
  });

  it("the VPS when no standby is good, any player host only when the VPS is full", () => {
    const none = { conf: (conf: MapConf) => void (conf.failover.backup_hosts_count = 0) };
    const roomy = smallStage(none);
    roomy.lose(1);
    roomy.runS(2);
    expect(decisions(roomy)).toEqual([`lost fallback 1>${VPS}`]);
    const full = smallStage({ ...none, slots: [0] });
    full.lose(1);
    full.runS(2);
    expect(decisions(full)).toEqual(["lost failover 1>2"]);
    expectSettled(full);
  });

  it("a standby that does not serve within migration_timeout is passed over for the next, then for the VPS", () => {
    const stage = smallStage();
    deaf(stage, "hosting/promote", 2, 3);
    const from = stage.at;
    stage.lose(1);
    stage.runS(6);
    expect(decisions(stage)).toEqual(["lost failover 1>2", "lost failover 2>3", `lost fallback 3>${VPS}`]);
    expect(failures(stage)).toEqual(["timeout", "timeout"]);
    const granted = stage.records.filter((r) => r.record.kind === "map/granted").map((r) => r.at - from);
    const waits = granted.slice(1).map((at, i) => (at - (granted[i] as number)) / US_PER_S);
    for (const wait of waits) expect(wait).toBeCloseTo(1.05, 1);
    expectSettled(stage);
  });

  it("HO8: each of the lost host's maps, by id; other hosts' maps stay where they are", () => {
    const stage = smallStage({ maps: 5 });
    expect(owners(stage)).toEqual([1, 1, 1, 2, 2]);
    stage.lose(1);
    stage.runS(2);
    expect(stage.of("move/decided").map((r) => r.map)).toEqual([0, 1, 2]);
    expect(owners(stage).slice(3)).toEqual([2, 2]);
    expectSettled(stage);
  });

  it("HO9: players follow, also those who had just asked to enter", () => {
    const stage = smallStage();
    fill(stage, 3);
    stage.lose(1);
    stage.run(10 * US_PER_MS);
    stage.go(4, 0);
    stage.runS(5);
    expect([...stage.players.values()].map((p) => `${p.stage}@${p.host}`)).toEqual(Array(4).fill("playing@2"));
    expectSettled(stage);
  });
});

describe("suspicion before loss", () => {
  it("a silence that another host can refute moves nothing", () => {
    const stage = smallStage();
    expect(stage.silence(1)).toBe(true);
    stage.runS(2);
    expect(stage.of("host/cleared").map((r) => r.host)).toEqual([1]);
    expect(decisions(stage)).toEqual([]);
    expect(stage.said("hosting/probe").map((s) => [s.to, s.message.suspect])).toEqual([[hostActor(2), 1]]);
  });

  it("a third silence within ten seconds of two cleared ones is believed at once, a later one is probed again", () => {
    const soon = smallStage();
    for (const times of [1, 2]) {
      soon.silence(1);
      soon.runS(4);
      expect(soon.of("host/cleared")).toHaveLength(times);
    }
    soon.silence(1);
    expect(decisions(soon)).toEqual(["lost failover 1>2"]);
    const later = smallStage();
    for (let times = 0; times < 3; times++) {
      later.silence(1);
      later.runS(11);
    }
    expect(decisions(later)).toEqual([]);
  });

  it("a host that speaks while it is suspected of silence is cleared by that", () => {
    const stage = smallStage();
    deaf(stage, "hosting/probe", 2, 3, VPS);
    stage.silence(1);
    stage.measure(1, {});
    stage.run(10 * US_PER_MS);
    expect(stage.of("host/cleared")).toHaveLength(1);
  });

  it("a closed connection of a host that runs is given two seconds to come back", () => {
    const stage = smallStage();
    stage.close(1);
    stage.runS(1.5);
    expect(decisions(stage)).toEqual([]);
    stage.back(1);
    stage.runS(3);
    expect(decisions(stage)).toEqual([]);
    stage.close(1);
    stage.runS(2.5);
    expect(decisions(stage)).toEqual(["lost failover 1>2"]);
  });

  it("only the host that was asked to probe is believed", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "hosting/probe" ? "drop" : "pass");
    stage.silence(1);
    stage.say(hostActor(3), { kind: "hosting/probed", host: 3, suspect: 1, alive: false });
    expect(stage.of("host/gone")).toEqual([]);
    stage.say(hostActor(2), { kind: "hosting/probed", host: 2, suspect: 1, alive: false });
    expect(stage.of("host/gone").map((r) => r.host)).toEqual([1]);
  });
});

describe("HO1: the lost host comes back", () => {
  it("believing that it still serves: it is told to stop, and its map stays with the new owner", () => {
    const stage = smallStage();
    stage.lose(1);
    stage.runS(2);
    expect(stage.hosts.get(1)?.serving.get(0)?.epoch).toBe(1);
    stage.back(1);
    stage.runS(1);
    expect(stage.servers(0)).toEqual([{ host: 2, epoch: 2 }]);
    expect(stage.of("host/stopped")).toEqual([{ kind: "host/stopped", host: 1, map: 0, epoch: 1, why: "release" }]);
    expectSettled(stage);
  });

  it("HO8: A to B to A to B works", () => {
    const conf = settingsOf({ max_disconnects_per_hour: 100 });
    const stage = smallStage({ hosts: 2, conf, tuning: { backoffFirstS: 1, backoffMaxS: 1, cooldownS: 1 } });
    for (const lost of [1, 2, 1, 2]) {
      expect(ownerOf(stage)).toBe(lost);
      stage.lose(lost);
      stage.runS(3);
      stage.back(lost);
      stage.runS(30);
      expectSettled(stage);
    }
  });
});

describe("back-off after losing a map", () => {
  it("30 s after the first loss, twice as long after each further one, up to the ceiling", () => {
    const general = { enable_auto_migration: false, enable_vps_fallback: false };
    const conf = settingsOf({ max_disconnects_per_hour: 100 });
    const stage = smallStage({ hosts: 1, general, conf, tuning: { backoffMaxS: 100 } });
    const { table } = stage.coordinator.hosting;
    const rests: number[] = [];
    for (let i = 0; i < 3; i++) {
      stage.lose(1);
      expect(stage.runUntil(() => stage.of("host/gone").length > i)).toBe(true);
      rests.push(((table.backoffUntil[table.slotOf(1)] as number) - stage.at) / US_PER_S);
      stage.back(1);
      stage.runS(5);
      expect(ownerOf(stage)).toBe(1);
    }
    expect(rests).toEqual([30, 60, 100]);
  });

  it("a host in back-off is offered no map, and is offered again at a health check after it", () => {
    const stage = smallStage();
    stage.lose(1);
    stage.runS(2);
    stage.back(1);
    stage.runS(20);
    expect(isOffered(stage, 1)).toBe(false);
    stage.runS(30);
    expect(isOffered(stage, 1)).toBe(true);
  });

  it("a host that lost no map needs no rest", () => {
    const stage = smallStage();
    stage.lose(3);
    stage.runS(2);
    stage.back(3);
    stage.runS(1);
    expect(isOffered(stage, 3)).toBe(true);
  });
});
