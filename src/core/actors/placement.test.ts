import { describe, expect, it } from "vitest";
import { type HostId, hostActor } from "../protocol/ids.ts";
import { machine } from "./machines.fixture.ts";
import { expectSettled, fill, nth, ownerOf, owners, type Small, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";
import type { Stage } from "./coordinator.fixture.ts";

/** A stage whose hosts are given one by one; the maps are placed once all are there. */
function withHosts(hosts: readonly Parameters<typeof machine>[], small: Small = {}): Stage {
  const stage = smallStage({ hosts: 0, slots: [0], ...small });
  for (const profile of hosts) stage.join(machine(...profile));
  stage.runS(5);
  return stage;
}

describe("placement", () => {
  it("takes the best host, and the next when it holds max_tasks_per_node maps (HO7)", () => {
    expect(owners(smallStage({ maps: 8 }))).toEqual([1, 1, 1, 2, 2, 2, 3, 3]);
  });

  it("HO7: a map beyond all hosts' limits goes to the VPS", () => {
    expect(owners(smallStage({ maps: 4, hosts: 1 }))).toEqual([1, 1, 1, VPS]);
  });

  it("HO11: of equal hosts the lowest id is taken, in whatever order they came", () => {
    const stage = withHosts([[7], [5], [6]]);
    expect(ownerOf(stage)).toBe(5);
    expect(standbysOf(stage)).toEqual([6, 7]);
  });

  it("HO4: a host that is not eligible is given nothing, and says why", () => {
    const stage = withHosts([[1, { cpu_cores: 2, jitter_ms: null }], [2]]);
    expect(ownerOf(stage)).toBe(2);
    expect(stage.of("host/joined").map((r) => r.reasons)).toEqual([["cpu_cores", "jitter_ms_unmeasured"], []]);
  });

  it("HO7: asks for room for the players there are, a quarter more, and four", () => {
    const stage = smallStage({ hosts: 1, conf: (conf) => (conf.failover.backup_hosts_count = 1) });
    fill(stage, 20);
    // 20 + 5 + 4 players of 100 kbit/s each.
    stage.join(nth(2, { network_speed_mbps: 400 }, { upload_kbps: 2899 }));
    stage.join(nth(3, {}, { upload_kbps: 2900 }));
    stage.runS(20);
    expect(standbysOf(stage)).toEqual([3]);
  });

  it("under normalized scoring goes by where the players are, not by the host's own latency", () => {
    const near = (region: number): number[] => [0, 1].map((r) => (r === region ? 5 : 60));
    const stage = smallStage({ hosts: 0, slots: [5], regions: ["EU", "NA"], general: { scoring: "normalized" } });
    stage.runS(3);
    fill(stage, 3, 0, 1, 1);
    stage.join(machine(1, {}, { regional_latency_ms: near(0) }));
    stage.join(machine(2, {}, { regional_latency_ms: near(1) }));
    stage.runS(400);
    expect(ownerOf(stage)).toBe(2);
    expectSettled(stage);
  });
});

describe("players", () => {
  const answers = (stage: Stage): string[] => stage.of("player/refused").map((r) => `${r.player} ${r.reason}`);

  it("are refused by name: no such map, a full map, a map nobody serves", () => {
    const stage = smallStage({ hosts: 1, tuning: { mapPlayersMax: 2 } });
    fill(stage, 3);
    stage.go(4, 99);
    stage.run(50_000);
    expect(answers(stage)).toEqual(["3 map_full", "4 map_unknown"]);
    const dark = smallStage({ hosts: 0, slots: [0] });
    fill(dark, 1);
    expect(answers(dark)).toEqual(["1 map_unhosted"]);
  });

  it("LV2: who was let in just before the map's host is blocked and there is nowhere else gets there, and nobody after", () => {
    const stage = smallStage({ hosts: 1, slots: [0], general: { enable_vps_fallback: false } });
    stage.passage = (message) => (message.kind === "play/join" ? "drop" : "pass");
    fill(stage, 1);
    for (let i = 0; i < 3; i++) stage.verdict(1, false);
    stage.runS(15);
    stage.passage = () => "pass";
    stage.runS(15);
    fill(stage, 1, 0, 2);
    expect(stage.servers(0)).toHaveLength(1);
    expect(stage.players.get(1)?.stage).toBe("playing");
    expect(answers(stage)).toEqual(["2 map_unhosted"]);
  });

  it("HO7: are refused where the host's upload is used up, and let in when somebody left", () => {
    const stage = withHosts([[1, {}, { upload_kbps: 450 }]]);
    fill(stage, 5);
    expect(answers(stage)).toEqual(["5 host_full"]);
    stage.quit(2);
    stage.run(10_000);
    stage.go(6, 0);
    stage.run(10_000);
    expect(stage.players.get(6)?.stage).toBe("playing");
  });

  it("HO7: a town on the VPS admits more than a field", () => {
    const stage = smallStage({ maps: 1, critical: 1, tuning: { mapPlayersMax: 2, vpsMapPlayersMax: 5 } });
    fill(stage, 3, 0);
    fill(stage, 6, 1, 10);
    expect(answers(stage)).toEqual(["3 map_full", "15 map_full"]);
  });

  it("are on one map at a time, and are counted off when their connection is gone", () => {
    const stage = smallStage({ maps: 2 });
    fill(stage, 2, 0);
    stage.go(1, 1);
    stage.run(20_000);
    const { roster } = stage.coordinator.hosting;
    expect([roster.count(0), roster.count(1)]).toEqual([1, 1]);
    stage.quit(2);
    stage.run(20_000);
    expect(roster.size).toBe(1);
    expectSettled(stage);
  });

  it("who enters while the map moves is sent to the new host by the redirect alone", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "state/final" ? "hold" : "pass");
    stage.leave(1);
    expect(stage.runUntil(() => stage.heldMessages.length > 0)).toBe(true);
    stage.go(1, 0);
    stage.run(20_000);
    expect(stage.said("play/assigned")).toEqual([]);
    stage.passage = () => "pass";
    stage.releaseMessages();
    stage.runS(1);
    expect(stage.said("play/redirect").map((s) => s.message.host)).toEqual([2]);
    expectSettled(stage);
  });
});

describe("standbys", () => {
  const chosen = (stage: Stage): (readonly HostId[])[] => stage.of("standby/chosen").map((r) => r.hosts);

  it("are chosen when a map is placed, kept warm by its owner, and never include it", () => {
    const stage = smallStage();
    expect(standbysOf(stage)).toEqual([2, 3]);
    expect(stage.coordinator.hosting.maps[0]?.warm).toEqual([2, 3]);
    stage.lose(1);
    stage.runS(3);
    expect(standbysOf(stage)).not.toContain(ownerOf(stage));
  });

  it("HO9: end with a move to the VPS, which is never told to keep any", () => {
    const stage = smallStage();
    for (const host of [2, 3]) stage.measure(host, { cpu_cores: 2 });
    stage.leave(1);
    stage.runS(10);
    expect([ownerOf(stage), standbysOf(stage)]).toEqual([VPS, []]);
    expect(stage.said("hosting/replicate").filter((s) => s.to === hostActor(VPS) && s.message.to.length > 0)).toEqual([]);
  });

  it("are looked at again at each health check: who is no longer good is replaced", () => {
    const stage = smallStage({ hosts: 4 });
    stage.measure(2, { cpu_cores: 2 });
    stage.runS(16);
    expect(chosen(stage)).toEqual([[3, 4]]);
    expect(stage.said("hosting/replicate").map((s) => s.message.to)).toEqual([[3, 4]]);
  });

  it("are asked for anew by a new owner, whose replicas begin from nothing", () => {
    const stage = smallStage({ hosts: 4 });
    expect(stage.coordinator.hosting.maps[0]?.warm).toEqual([2, 3]);
    stage.passage = (message) => (message.kind === "hosting/warm" ? "hold" : "pass");
    stage.leave(1);
    stage.runS(2);
    expect(stage.said("state/replica").map((s) => [s.message.from, s.to])).toEqual([
      [2, hostActor(3)],
      [2, hostActor(4)],
    ]);
    expect(stage.coordinator.hosting.maps[0]?.warm).toEqual([]);
    stage.releaseMessages();
    stage.run(10_000);
    expect(stage.coordinator.hosting.maps[0]?.warm).toEqual([3, 4]);
  });

  it("are spread: one host stands by for at most twice the maps it may hold", () => {
    const stage = smallStage({ hosts: 16, maps: 12 });
    const { standbyCount } = stage.coordinator.hosting;
    expect(Math.max(...standbyCount.values())).toBe(6);
    for (let map = 0; map < 12; map++) expect(standbysOf(stage, map)).toHaveLength(2);
  });

  it("are none where auto migration is off", () => {
    expect(standbysOf(smallStage({ general: { enable_auto_migration: false } }))).toEqual([]);
  });
});
