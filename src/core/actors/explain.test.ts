import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { scoreFor } from "../hosting/choose.ts";
import { explainMap, type MapExplanation } from "../hosting/explain.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { machine } from "./machines.fixture.ts";
import { decisions, fill, nth, smallStage, VPS } from "./small-stage.fixture.ts";

function why(stage: Stage, map: MapId = 0, top = 9): MapExplanation {
  return explainMap(stage.coordinator.hosting, map, stage.at, top);
}

function hostsOf(views: readonly { readonly host: HostId }[]): HostId[] {
  return views.map(({ host }) => host);
}

/** What stands against one host for map 0. The map's own host is host 1, and everybody else scores more. */
function against(stage: Stage, host: HostId): unknown[] {
  const { candidates, barred } = why(stage);
  return [...candidates, ...barred].find((view) => view.host === host)?.obstacles as unknown[];
}

/** Map 0 on host 1, and host 2 a better machine that came later; nothing moves by itself. */
function withBetter(stats: Parameters<typeof machine>[1] = {}, over: Parameters<typeof machine>[2] = {}): Stage {
  const stage = smallStage({ hosts: 1, maps: 1, tuning: { betterRealtime: 100 } });
  stage.join(machine(2, { network_speed_mbps: 900, ...stats }, over));
  stage.runS(1);
  return stage;
}

describe("what stands against a host", () => {
  it("nothing: it is a candidate, with its score", () => {
    const stage = withBetter();
    expect(against(stage, 2)).toEqual([]);
    expect(hostsOf(why(stage).candidates)).toEqual([2]);
    const { hosting } = stage.coordinator;
    expect(why(stage).candidates[0]?.micro).toBe(scoreFor(hosting, hosting.table.slotOf(2), 0));
  });

  it("conditions it does not meet, with what it has and what is asked", () => {
    const stats = {
      cpu_ghz: 2.4,
      cpu_cores: 2,
      free_ram_mb: 4096,
      latency_ms: 31,
      disconnects_per_hour: 3,
      jitter_ms: null,
      packet_rate: 80,
    };
    expect(against(withBetter({ ...stats, network_speed_mbps: 9000 }), 2)).toEqual([
      { why: "cpu_ghz", value: 2.4, limit: 3 },
      { why: "cpu_cores", value: 2, limit: 4 },
      { why: "free_ram_mb", value: 4096, limit: 8192 },
      { why: "latency_ms", value: 31, limit: 30 },
      { why: "disconnects_per_hour", value: 3, limit: 1 },
      { why: "packet_rate", value: 80, limit: 100 },
      { why: "jitter_ms_unmeasured", value: null, limit: 15 },
    ]);
  });

  it("no room: players its upload carries, and the room that the map asks", () => {
    const stage = withBetter({}, { upload_kbps: 500 });
    fill(stage, 3);
    expect(why(stage).room).toBe(8);
    expect(against(stage, 2)).toEqual([{ why: "players_full", value: 0, limit: 5, need: 8 }]);
    const justEnough = withBetter({}, { upload_kbps: 800 });
    fill(justEnough, 3);
    expect(against(justEnough, 2)).toEqual([]);
  });

  it("no room: maps it holds", () => {
    const stage = smallStage({ hosts: 2, maps: 2, conf: (conf) => (conf.task_distribution.max_tasks_per_node = 1) });
    const [first, second] = [why(stage, 0), why(stage, 1)];
    expect([first.owner?.host, second.owner?.host]).toEqual([1, 2]);
    expect(second.barred.map(({ host, obstacles }) => [host, obstacles])).toEqual([[1, [{ why: "maps_full", value: 1, limit: 1 }]]]);
    expect(second.owner?.obstacles).toEqual([]);
    expect(second.tally.against).toEqual({ maps_full: 1 });
  });

  it("conduct: suspect, away, leaving, degraded, blocked", () => {
    const suspect = withBetter();
    suspect.lose(2, "silence");
    suspect.runS(0.8);
    expect(against(suspect, 2)).toEqual([{ why: "suspect", how: "silence", asked: VPS }]);
    suspect.runS(2);
    expect(against(suspect, 2)).toBeUndefined();
    expect(why(suspect).tally).toMatchObject({ known: 2, connected: 1, couldTake: 0, against: { away: 1 } });

    const leaving = withBetter();
    leaving.coordinator.hosting.table.leaving[leaving.coordinator.hosting.table.slotOf(2)] = 1;
    expect(against(leaving, 2)).toEqual([{ why: "leaving" }]);

    const slow = withBetter({ frame_time_ms: 40 });
    slow.coordinator.hosting.table.degraded[slow.coordinator.hosting.table.slotOf(2)] = 1;
    expect(against(slow, 2)).toEqual([{ why: "degraded", value: 40, limit: 16 }]);

    const blocked = withBetter();
    for (let i = 0; i < 3; i++) blocked.verdict(2, false);
    blocked.runS(6);
    const until = blocked.of("host/blocked")[0]?.untilUs;
    expect(against(blocked, 2)).toEqual([
      { why: "blocked", until },
      { why: "security", value: null, limit: null },
    ]);
  });

  it("a back-off, how long and how often; when it is over, the health check offers the host again", () => {
    const stage = smallStage({
      hosts: 2,
      tuning: { betterRealtime: 100 },
      conf: (conf) => (conf.host_requirements.max_disconnects_per_hour = 100),
    });
    stage.lose(1);
    stage.runS(1);
    expect(decisions(stage)).toEqual(["lost failover 1>2"]);
    const lostAt = stage.records.find(({ record }) => record.kind === "host/gone")?.at as number;
    stage.back(1);
    stage.runS(1);
    const until = lostAt + 30 * US_PER_S;
    expect(against(stage, 1)).toEqual([{ why: "backoff", until, times: 1 }]);
    const { hosting } = stage.coordinator;
    expect(explainMap(hosting, 0, until, 9).barred[0]?.obstacles).toEqual([{ why: "resting" }]);
    expect(explainMap(hosting, 0, until - 1, 9).barred[0]?.obstacles).toEqual([{ why: "backoff", until, times: 1 }]);
    stage.run(until - stage.at + 15 * US_PER_S);
    expect(against(stage, 1)).toEqual([]);
  });
});

describe("candidates", () => {
  it("stand in the order in which they would be asked, at most so many, the map's own host not among them", () => {
    const stage = smallStage({ hosts: 6, general: { prefer_low_latency: false } });
    const { hosting } = stage.coordinator;
    const all = hosting.index.topK(0, why(stage).room, 9).map((slot) => hosting.table.hostOf(slot));
    expect(all).toEqual([1, 2, 3, 4, 5, 6]);
    expect(hostsOf(why(stage).candidates)).toEqual([2, 3, 4, 5, 6]);
    expect(hostsOf(why(stage, 0, 2).candidates)).toEqual([2, 3]);
    expect(why(stage, 0, 2).tally).toMatchObject({ couldTake: 5, better: 0 });
  });

  it("counts those that score more than the map's own host", () => {
    const stage = withBetter();
    stage.join(machine(3, { network_speed_mbps: 10_000 }));
    stage.join(machine(4, { network_speed_mbps: 100 }));
    stage.runS(1);
    expect(why(stage).tally).toMatchObject({ known: 4, connected: 4, couldTake: 3, better: 2 });
    expect(hostsOf(why(stage).candidates)).toEqual([3, 2, 4]);
    stage.join({ ...nth(1), host: 5 });
    stage.runS(1);
    expect(why(stage).tally, "as good is not better").toMatchObject({ couldTake: 4, better: 2 });
  });

  it("those that score more but could not take it stand best first, the rest is counted by what is against it", () => {
    const stage = withBetter({ cpu_ghz: 2, cpu_cores: 30 });
    stage.join(machine(3, { latency_ms: 50, cpu_ghz: 2, cpu_cores: 60 }));
    stage.join(machine(4, { cpu_ghz: 2, cpu_cores: 1 }));
    stage.runS(1);
    expect(hostsOf(why(stage).barred)).toEqual([3, 2]);
    expect([hostsOf(why(stage, 0, 1).barred), why(stage, 0, 1).barredAll]).toEqual([[3], 2]);
    expect(why(stage).tally).toMatchObject({ against: { ineligible: 3 }, conditions: { cpu_ghz: 3, cpu_cores: 1, latency_ms: 1 } });
  });

  it("seed: are scored by their own latency wherever the players are", () => {
    const stage = withBetter({}, { regional_latency_ms: [77] });
    fill(stage, 3);
    expect(why(stage).candidates.map(({ host, rttMs }) => [host, rttMs])).toEqual([[2, 12]]);
    expect(why(stage).candidates[0]?.terms.map(({ term, value }) => [term, value])).toContainEqual(["latency", Math.exp(-12 / 30)]);
  });

  it("normalized: are scored by the mean over the players, term by term", () => {
    const stage = smallStage({ hosts: 0, regions: ["EU", "NA", "AS"], general: { scoring: "normalized" } });
    stage.join(nth(1, {}, { regional_latency_ms: [9, 90, 200] }));
    stage.join(nth(2, {}, { regional_latency_ms: [95, 8, 210], uptime_s: 90_000 }));
    stage.runS(3);
    const told = (): unknown[] => {
      const { hosting } = stage.coordinator;
      const { owner, candidates } = why(stage);
      return [owner, ...candidates].flatMap((view) => {
        if (view === null || view.kind === "vps") return [];
        const compared = scoreFor(hosting, hosting.table.slotOf(view.host), 0);
        expect(view.micro).toBe(compared);
        expect(view.terms.reduce((sum, { micro }) => sum + micro, 0)).toBe(compared);
        return [[view.host, view.rttMs]];
      });
    };
    // Nobody is there: the hosts' own latency.
    expect(told()).toContainEqual([2, 12]);
    fill(stage, 3, 0, 1, 1);
    stage.runS(40);
    expect(told()).toContainEqual([2, 8]);
    fill(stage, 3, 0, 11, 0);
    fill(stage, 3, 0, 21, 2);
    stage.coordinator.hosting.roster.average(1);
    // Three players in each region: (95 + 8 + 210) / 3 and (9 + 90 + 200) / 3.
    expect(told()).toContainEqual([2, 313 / 3]);
    expect(told()).toContainEqual([1, 299 / 3]);
  });
});

describe("what would make a map move", () => {
  it("says where it goes when its host is lost, and when it has to hand it over: that is where it goes", () => {
    for (const [happens, told] of [
      [(stage: Stage) => stage.lose(1), "ifLost"],
      [(stage: Stage) => stage.leave(1), "ifHanded"],
    ] as const) {
      for (const hosts of [1, 3]) {
        const stage = smallStage({ hosts });
        const to = why(stage)[told];
        expect(to).toBe(hosts === 1 ? VPS : 2);
        happens(stage);
        stage.runS(2);
        expect(stage.of("move/decided")[0]?.to).toBe(to);
      }
    }
  });

  it("names the refusal where it can go nowhere", () => {
    const stage = smallStage({ hosts: 1, general: { enable_vps_fallback: false } });
    expect([why(stage).ifLost, why(stage).ifHanded]).toEqual(["no_candidate", "no_candidate"]);
    const alone = smallStage({ hosts: 2, general: { enable_vps_fallback: false, enable_auto_migration: false } });
    expect(why(alone).ifLost).toBe("auto_migration_disabled");
    expect(why(smallStage({ maps: 0, critical: 1, slots: [1] })).ifLost).toBe("vps_full");
  });

  it("cool-down, threshold and share of moves hold it, with their figures", () => {
    const stage = smallStage({ hosts: 1 });
    stage.join(machine(9, { network_speed_mbps: 900 }));
    stage.runS(1);
    const { hosting } = stage.coordinator;
    const movedAt = hosting.maps[0]?.movedAt as number;
    expect(why(stage).ownWill).toMatchObject({ cause: "better", to: -1, theta: 1100, moves: 0, movesMax: 1 });
    expect(why(stage).ownWill.holds).toEqual([{ why: "cooldown", until: movedAt + 60 * US_PER_S }]);
    const rested = explainMap(hosting, 0, movedAt + 60 * US_PER_S, 9).ownWill;
    expect([rested.to, rested.holds]).toEqual([9, []]);

    const little = smallStage({ hosts: 2 });
    little.runS(70);
    const [own, other] = [1, 2].map((host) => scoreFor(little.coordinator.hosting, little.coordinator.hosting.table.slotOf(host), 0));
    expect(why(little).ownWill.holds).toEqual([{ why: "not_better", value: other, limit: Math.floor((own as number) * 1.1) }]);

    const same = smallStage({ hosts: 1, tuning: { betterRealtime: 1 } });
    same.join({ ...nth(1), host: 2 });
    same.runS(70);
    expect(why(same).ownWill.to, "exactly the threshold is not above it").toBe(-1);
    expect(why(same).ownWill.holds.map((hold) => hold.why)).toEqual(["not_better"]);
  });

  it("a storm of suspicions holds it, and so does the limit of maps on the move", () => {
    const stage = smallStage({ hosts: 10, maps: 6, conf: (conf) => (conf.task_distribution.max_tasks_per_node = 1) });
    stage.passage = (message) => (message.kind === "probe/pong" ? "drop" : "pass");
    for (const host of [1, 2, 3, 4]) stage.lose(host, "silence");
    stage.runS(1.5);
    const { hosting } = stage.coordinator;
    expect(why(stage, 5).ownWill.holds).toContainEqual({ why: "storm_hold", until: hosting.stormUntil });
    expect(why(stage, 0).owner?.obstacles).toMatchObject([{ why: "suspect", how: "silence" }]);
    expect(why(stage, 0).ownWill.holds.map((hold) => hold.why)).toContain("owner_offline");
    stage.run(hosting.stormUntil - stage.at + 2000);
    expect(hosting.moves.size).toBe(4);
    expect(why(stage, 5).ownWill.holds).toContainEqual({ why: "moves_limit", value: 4, limit: 1 });
  });

  it("a fallen back map waits for its time and for a host", () => {
    const stage = smallStage({ hosts: 1 });
    stage.lose(1);
    stage.runS(2);
    const fellBackAt = stage.coordinator.hosting.maps[0]?.fellBackAt as number;
    expect(why(stage).owner).toMatchObject({ host: VPS, kind: "vps", micro: null, terms: [], obstacles: [] });
    expect(why(stage).ownWill).toMatchObject({ cause: "return", to: -1 });
    expect(why(stage).ownWill.holds).toEqual([
      { why: "cooldown", until: fellBackAt + 60 * US_PER_S },
      { why: "return_later", until: fellBackAt + 300 * US_PER_S },
      { why: "no_candidate" },
    ]);
    stage.join(nth(2));
    stage.runS(1);
    const due = explainMap(stage.coordinator.hosting, 0, fellBackAt + 300 * US_PER_S, 9).ownWill;
    expect([due.to, due.holds]).toEqual([2, []]);
  });

  it("by the conf nothing moves: no auto migration", () => {
    const stage = withBetter();
    stage.coordinator.hosting.settings.conf.general.enable_auto_migration = false;
    expect(why(stage).ownWill.holds.map((hold) => hold.why)).toContain("auto_migration_disabled");
  });
});

describe("a map that nobody serves", () => {
  it("waits for the start, with the instant at which the coordinator opens", () => {
    const stage = smallStage();
    stage.lose(1);
    stage.restart();
    expect(why(stage).waits).toEqual([{ why: "start_grace", until: null }]);
    stage.run(500_000);
    const { opensAt } = stage.coordinator.hosting;
    expect(opensAt).toBeGreaterThan(stage.at);
    expect(why(stage).waits).toEqual([{ why: "start_grace", until: opensAt }]);
    expect(why(stage).ownWill.holds.map((hold) => hold.why)).toContain("not_started");
  });

  it("names the owner of the row that has not come yet", () => {
    const stage = smallStage({ general: { persistent_hosts: false } });
    stage.lose(1);
    stage.restart();
    stage.run(500_000);
    expect(why(stage).owner).toBeNull();
    expect(why(stage).waits).toContainEqual({ why: "owner_awaited", host: 1 });
  });

  it("gives an owner that restarted its time", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "hosting/active" ? "drop" : "pass");
    stage.reboot(1);
    stage.run(100_000);
    const { promisedUntil } = stage.coordinator.hosting.maps[0] as { promisedUntil: number };
    expect(why(stage).serving).toBe(false);
    expect(why(stage).waits).toEqual([{ why: "owner_promised", host: 1, until: promisedUntil }]);
  });

  it("has nothing to wait for while it moves, and tells where the move stands", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "hosting/prepared" ? "hold" : "pass");
    stage.leave(1);
    stage.run(100_000);
    expect(why(stage).waits).toEqual([]);
    expect(why(stage).move).toMatchObject({ cause: "drain", form: "handoff", from: 1, to: 2, phase: "prepare" });
    expect(why(stage).move?.target.host).toBe(2);
    expect(why(stage).ownWill.holds.map((hold) => hold.why)).toContain("moving");
  });
});

describe("a map that stays on the VPS", () => {
  it("has no candidates; sites stand nearest first with their slots, and slots for critical maps are kept from others", () => {
    const stage = smallStage({ maps: 1, critical: 2, slots: [2, 5] });
    const critical = why(stage, 1);
    expect([critical.mayLeaveVps, critical.candidates, critical.barred, critical.slotsKept]).toEqual([false, [], [], 0]);
    expect(critical.sites.map(({ host, maps, mapsMax, rttMs }) => [host, maps, mapsMax, rttMs])).toEqual([
      [VPS, 2, 2, 20],
      [VPS + 1, 0, 5, 20],
    ]);
    expect(why(stage, 0).slotsKept).toBe(0);
    stage.coordinator.hosting.slotless = 2;
    expect(why(stage, 0).slotsKept).toBe(2);
  });

  it("P2P off keeps every map there", () => {
    const stage = smallStage({ general: { enable_p2p_maps: false } });
    expect(why(stage)).toMatchObject({ mayLeaveVps: false, candidates: [], barred: [] });
    expect(why(stage).owner?.host).toBe(VPS);
  });
});

it("the past is not explained", () => {
  const stage = smallStage();
  expect(() => explainMap(stage.coordinator.hosting, 0, stage.coordinator.hosting.at - 1, 1)).toThrow("the past is not remembered");
});
