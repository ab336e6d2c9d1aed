import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import type { HostId } from "../protocol/ids.ts";
import { defaultMapConf, type MapConf } from "../settings.ts";
import { Stage } from "./coordinator.fixture.ts";
import { type Changes, machine, settingsWith, site } from "./machines.fixture.ts";
import { decisions, fill, isOffered, nth, ownerOf, owners, type Small, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";

/**
 * Keys that are read and change nothing in the core: assistance tasks are not played, and relays belong to the directory.
 * Everything under them is meant.
 */
const WITHOUT_EFFECT = ["task_distribution.priorities", "relays", "assistance_levels"];

type Section = keyof MapConf;

/** A change of one key, for {@link settingsWith}. */
function set<S extends Section, K extends keyof MapConf[S]>(section: S, key: K, value: MapConf[S][K]): (conf: MapConf) => void {
  return (conf) => void (conf[section][key] = value);
}

/** Who gets the only map when these machines and a VPS site are there from the beginning. */
function chosen(changes: Changes, ...machines: HostProfile[]): HostId {
  const stage = new Stage(settingsWith(changes));
  for (const profile of [site(VPS, 5), ...machines]) stage.join(profile);
  stage.runS(5);
  return ownerOf(stage);
}

/** A requirement: a machine with these stats is given the map under the first value, not under the second. */
function requirement<K extends keyof MapConf["host_requirements"]>(key: K, stats: Partial<HostStats>, met: number, unmet: number): void {
  expect(chosen({ conf: set("host_requirements", key, met) }, machine(1, stats))).toBe(1);
  expect(chosen({ conf: set("host_requirements", key, unmet) }, machine(1, stats))).toBe(VPS);
}

/** A weight: of a machine good at one thing and another good at all others, the first wins once nothing else counts. */
function weight(key: keyof MapConf["realtime_gaming"], strong: Partial<HostStats>, weak: Partial<HostStats>): void {
  const machines = [machine(1, { ...weak, ...(key === "cpu_weight" ? { free_ram_mb: 64_000 } : { cpu_cores: 12 }) }), machine(2, strong)];
  const weights = ["latency_weight", "network_speed_weight", "cpu_weight", "ram_weight", "stability_weight"] as const;
  const only = (counts: boolean) => (conf: MapConf) => {
    for (const name of weights) conf.realtime_gaming[name] = (name === key) === counts ? 1 : 0.01;
  };
  expect(chosen({ conf: only(true) }, ...machines)).toBe(2);
  expect(chosen({ conf: only(false) }, ...machines)).toBe(1);
}

/** Seconds until something of this kind is recorded, once `act` has been done on a quiet stage; undefined if it takes more than `withinS`. */
function secondsUntil(stage: Stage, withinS: number, seen: () => boolean): number | undefined {
  const from = stage.at;
  return stage.runUntil(seen, withinS * US_PER_S) ? (stage.at - from) / US_PER_S : undefined;
}

function lost(small: Small): Stage {
  const stage = smallStage(small);
  stage.lose(1);
  stage.runS(4);
  return stage;
}

/** By section and key: what the key changes, shown under two values. */
const EFFECTS: Readonly<Record<string, () => void>> = {
  "general.enable_p2p_maps": () => {
    expect(chosen({ general: { enable_p2p_maps: true } }, machine(1))).toBe(1);
    expect(chosen({ general: { enable_p2p_maps: false } }, machine(1))).toBe(VPS);
  },
  "general.prefer_low_latency": () => {
    // The first scores about 0.6 % more, the second is 10 ms nearer.
    const pair = [machine(1, { latency_ms: 20 }), machine(2, { latency_ms: 10, network_speed_mbps: 265 })];
    expect(chosen({ general: { prefer_low_latency: true } }, ...pair)).toBe(2);
    expect(chosen({ general: { prefer_low_latency: false } }, ...pair)).toBe(1);
    // Beyond one percent latency does not help.
    const apart = [machine(1, { latency_ms: 20 }), machine(2, { latency_ms: 10, network_speed_mbps: 230 })];
    expect(chosen({ general: { prefer_low_latency: true } }, ...apart)).toBe(1);
  },
  "general.enable_auto_migration": () => {
    expect(decisions(lost({ general: { enable_auto_migration: true } }))).toEqual(["lost failover 1>2"]);
    expect(decisions(lost({ general: { enable_auto_migration: false } }))).toEqual([`lost fallback 1>${VPS}`]);
  },
  "general.enable_vps_fallback": () => {
    expect(decisions(lost({ hosts: 1, general: { enable_vps_fallback: true } }))).toEqual([`lost fallback 1>${VPS}`]);
    expect(decisions(lost({ hosts: 1, general: { enable_vps_fallback: false } }))).toEqual([]);
  },
  "general.data_check_interval": () => {
    const blockedAfter = (seconds: number): number | undefined => {
      const stage = smallStage({ conf: set("general", "data_check_interval", seconds) });
      stage.runUntil(() => stage.coordinatorTimer(2) === stage.at + seconds * US_PER_S, 100 * US_PER_S);
      for (let i = 0; i < 3; i++) stage.verdict(1, false);
      return secondsUntil(stage, 100, () => stage.of("host/blocked").length > 0);
    };
    expect(blockedAfter(5)).toBe(5);
    expect(blockedAfter(40)).toBe(40);
  },
  "general.enable_p2p_security_checks": () => {
    for (const checks of [true, false]) {
      const stage = smallStage({ general: { enable_p2p_security_checks: checks } });
      for (let i = 0; i < 3; i++) stage.verdict(1, false);
      stage.runS(10);
      expect(stage.of("host/blocked")).toHaveLength(checks ? 1 : 0);
      expect(ownerOf(stage)).toBe(checks ? 2 : 1);
    }
  },
  "general.persistent_hosts": () => {
    for (const persistent of [true, false]) {
      const stage = smallStage({ general: { persistent_hosts: persistent } });
      const asked: string[] = [];
      stage.mood = (ask) => (asked.push(ask.verb), "ok");
      stage.join(nth(3));
      stage.run(10_000);
      expect(asked).toEqual(persistent ? ["register"] : []);
      stage.restart();
      stage.run(500);
      stage.passage = () => "drop";
      stage.runS(1);
      expect(stage.of("coordinator/started").map((r) => r.hosts)).toEqual([persistent ? 4 : 0]);
    }
  },
  "general.scoring": () => {
    // Cores without end outweigh a better line in the seed's formula; capped terms do not let them.
    const pair = [
      machine(1, { cpu_cores: 64, latency_ms: 29 }, { regional_latency_ms: [29] }),
      machine(2, { latency_ms: 5 }, { regional_latency_ms: [5] }),
    ];
    expect(chosen({ general: { scoring: "seed" } }, ...pair)).toBe(1);
    expect(chosen({ general: { scoring: "normalized" } }, ...pair)).toBe(2);
  },

  "host_requirements.cpu_min_ghz": () => requirement("cpu_min_ghz", { cpu_ghz: 3.2 }, 3.2, 3.3),
  "host_requirements.cpu_min_cores": () => requirement("cpu_min_cores", { cpu_cores: 6 }, 6, 7),
  "host_requirements.ram_min_mb": () => requirement("ram_min_mb", { free_ram_mb: 9000 }, 9000, 9001),
  "host_requirements.net_min_speed": () => requirement("net_min_speed", { network_speed_mbps: 120 }, 120, 121),
  "host_requirements.net_max_latency": () => requirement("net_max_latency", { latency_ms: 25 }, 25, 24),
  "host_requirements.max_disconnects_per_hour": () => {
    requirement("max_disconnects_per_hour", { disconnects_per_hour: 2 }, 2, 1);
    // What is observed counts, whatever the host says of itself, for one hour.
    const stage = smallStage({ conf: set("host_requirements", "max_disconnects_per_hour", 1) });
    for (const offered of [true, false]) {
      stage.close(3);
      stage.back(3);
      stage.runS(2);
      expect(isOffered(stage, 3)).toBe(offered);
    }
    stage.runS(3598);
    stage.measure(3, {});
    stage.runS(3);
    stage.measure(3, {});
    stage.runS(1);
    expect(isOffered(stage, 3)).toBe(true);
    // A silence counts once the host was given up, not when it was refuted.
    stage.silence(2);
    stage.runS(2);
    expect(stage.coordinator.hosting.disconnects.get(2)).toBeUndefined();
    stage.lose(2, "silence");
    stage.runS(3);
    expect(stage.coordinator.hosting.disconnects.get(2)).toHaveLength(1);
  },

  "realtime_gaming.prioritize_realtime": () => {
    const jittery = machine(1, { jitter_ms: 50 });
    expect(chosen({ conf: set("realtime_gaming", "prioritize_realtime", true) }, jittery)).toBe(VPS);
    expect(chosen({ conf: set("realtime_gaming", "prioritize_realtime", false) }, jittery)).toBe(1);
  },
  "realtime_gaming.max_jitter_ms": () => {
    expect(chosen({ conf: set("realtime_gaming", "max_jitter_ms", 3) }, machine(1, { jitter_ms: 3 }))).toBe(1);
    expect(chosen({ conf: set("realtime_gaming", "max_jitter_ms", 2) }, machine(1, { jitter_ms: 3 }))).toBe(VPS);
  },
  "realtime_gaming.min_packet_rate": () => {
    expect(chosen({ conf: set("realtime_gaming", "min_packet_rate", 500) }, machine(1, { packet_rate: 500 }))).toBe(1);
    expect(chosen({ conf: set("realtime_gaming", "min_packet_rate", 501) }, machine(1, { packet_rate: 500 }))).toBe(VPS);
  },
  "realtime_gaming.realtime_sync_interval_ms": () => {
    const stage = smallStage({ conf: set("realtime_gaming", "realtime_sync_interval_ms", 35) });
    stage.leave(1);
    stage.runS(1);
    expect(stage.said("hosting/replicate").map((s) => s.message.intervalMs)).toContain(35);
  },
  "realtime_gaming.max_frame_time_ms": () => {
    for (const [limit, moved] of [
      [16, true],
      [20, false],
    ] as const) {
      const stage = smallStage({ conf: set("realtime_gaming", "max_frame_time_ms", limit) });
      for (let i = 0; i < 3; i++) stage.measure(1, { frame_time_ms: 18 });
      stage.runS(20);
      expect(decisions(stage)).toEqual(moved ? ["degraded handoff 1>2"] : []);
    }
  },
  "realtime_gaming.latency_weight": () => weight("latency_weight", { latency_ms: 5 }, { latency_ms: 25 }),
  "realtime_gaming.network_speed_weight": () => weight("network_speed_weight", { network_speed_mbps: 400 }, { network_speed_mbps: 200 }),
  "realtime_gaming.cpu_weight": () => weight("cpu_weight", { cpu_cores: 16 }, { cpu_cores: 8 }),
  "realtime_gaming.ram_weight": () => weight("ram_weight", { free_ram_mb: 24_000 }, { free_ram_mb: 12_000 }),
  "realtime_gaming.stability_weight": () => weight("stability_weight", { disconnects_per_hour: 0 }, { disconnects_per_hour: 1 }),

  p2p_eligible_maps: () => {
    expect(owners(smallStage({ maps: 1, critical: 1 }))).toEqual([1, VPS]);
  },

  "task_distribution.max_tasks_per_node": () => {
    expect(owners(smallStage({ maps: 4, conf: set("task_distribution", "max_tasks_per_node", 1) }))).toEqual([1, 2, 3, VPS]);
    expect(owners(smallStage({ maps: 4, conf: set("task_distribution", "max_tasks_per_node", 4) }))).toEqual([1, 1, 1, 1]);
  },
  "task_distribution.reassignment_interval": () => {
    for (const seconds of [30, 300]) {
      const stage = smallStage({ hosts: 1, conf: set("task_distribution", "reassignment_interval", seconds) });
      stage.join(machine(9, { network_speed_mbps: 900 }));
      const after = secondsUntil(stage, 400, () => decisions(stage).length > 0);
      // The coordinator opened 8 s before; the cool-down of the placement is over after 60 s.
      expect(after).toBeCloseTo(seconds === 30 ? 82 : 292, 0);
    }
  },

  "failover.backup_hosts_count": () => {
    for (const count of [0, 1, 3]) {
      const conf = set("failover", "backup_hosts_count", count);
      expect(standbysOf(smallStage({ hosts: 5, conf }))).toEqual([2, 3, 4].slice(0, count));
    }
  },
  "failover.migration_timeout": () => {
    for (const ms of [300, 2000]) {
      const stage = smallStage({ conf: set("failover", "migration_timeout", ms) });
      stage.passage = (message) => (message.kind === "hosting/prepared" ? "drop" : "pass");
      stage.leave(1);
      stage.runUntil(() => decisions(stage).length > 0);
      expect(secondsUntil(stage, 5, () => stage.of("move/failed").length > 0)).toBeCloseTo(ms / 1000, 6);
    }
  },
  "failover.sync_interval": () => {
    for (const ms of [100, 250]) {
      const stage = smallStage({ conf: set("failover", "sync_interval", ms), tuning: { dirtyBytesPerPlayerS: 50_000_000 } });
      fill(stage, 1);
      stage.leave(1);
      stage.runS(2);
      const rounds = stage.said("state/copy").map((s) => s.at);
      expect(rounds).toHaveLength(3);
      expect(((rounds[1] as number) - (rounds[0] as number)) / 1000).toBe(ms);
    }
  },
  "failover.always_keep_vps_ready": () => {
    const servedAfter = (ready: boolean): number => {
      const stage = smallStage({ hosts: 1, conf: set("failover", "always_keep_vps_ready", ready) });
      stage.lose(1);
      stage.runUntil(() => stage.of("map/granted").length > 0);
      return secondsUntil(stage, 5, () => stage.servers(0).length > 0) as number;
    };
    expect(servedAfter(true)).toBeLessThan(0.1);
    expect(servedAfter(false)).toBeGreaterThan(1.5);
  },

  "monitoring.health_check_interval": () => {
    for (const seconds of [15, 90]) {
      const stage = smallStage({ hosts: 4, conf: set("monitoring", "health_check_interval", seconds) });
      stage.measure(2, { cpu_cores: 2 });
      // The coordinator opened, and looked for the first time, 8 s before.
      expect(secondsUntil(stage, 100, () => stage.of("standby/chosen").length > 0)).toBeCloseTo(seconds - 8, 1);
    }
  },
  "monitoring.metrics_interval": () => {
    const stage = smallStage({ conf: set("monitoring", "metrics_interval", 17) });
    stage.join(nth(4));
    stage.run(10_000);
    expect(stage.said("host/welcome").map((s) => s.message.metricsIntervalS)).toEqual([17]);
    // A machine that is too weak has nothing to say that matters: it is asked ten times more rarely, until it measures better.
    stage.measure(4, { network_speed_mbps: 20 });
    stage.measure(4, { network_speed_mbps: 30 });
    stage.measure(4, { network_speed_mbps: 300 });
    stage.run(10_000);
    expect(stage.said("host/welcome").map((s) => s.message.metricsIntervalS)).toEqual([17, 170, 17]);
  },
  "monitoring.detailed_logging": () => {
    for (const detailed of [true, false]) {
      const stage = lost({ conf: set("monitoring", "detailed_logging", detailed) });
      expect(stage.of("move/step").length > 0).toBe(detailed);
      expect(stage.of("move/done")).toHaveLength(1);
      for (let i = 0; i < 3; i++) stage.measure(2, { cpu_cores: 2 });
      stage.runS(20);
      expect(stage.of("alert").filter((r) => r.text.includes("cpu_cores")).length > 0).toBe(detailed);
    }
  },
  "monitoring.alert_on_failure": () => {
    for (const alert of [true, false]) {
      const stage = lost({ conf: set("monitoring", "alert_on_failure", alert) });
      expect(stage.of("alert").map((r) => r.host)).toEqual(alert ? [1] : []);
    }
  },
};

/** Every key of the conf, dotted; sections whose names the operator chooses are one key each. */
function allKeys(conf: MapConf): string[] {
  const free = new Set(["p2p_eligible_maps", ...WITHOUT_EFFECT]);
  const walk = (value: object, path: string): string[] =>
    Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
      const key = path === "" ? name : `${path}.${name}`;
      return typeof inner === "object" && inner !== null && !free.has(key) ? walk(inner, key) : [key];
    });
  return walk(conf, "");
}

describe("every key of the conf", () => {
  it("changes something that a test below shows, or is named as without effect", () => {
    expect([...Object.keys(EFFECTS), ...WITHOUT_EFFECT].sort()).toEqual(allKeys(defaultMapConf()).sort());
  });

  it.each(Object.entries(EFFECTS))("%s has its effect", (_, check) => expect(check()).toBeUndefined());
});
