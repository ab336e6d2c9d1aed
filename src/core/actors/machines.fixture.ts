/** Machines and settings for tests of actors: good by default, and each test says what it changes. */
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import type { HostId } from "../protocol/ids.ts";
import { defaultMapConf, defaultTuning, type HostingSettings, type MapConf, type Tuning } from "../settings.ts";

/** A machine well above the seed's minimums. */
export const GOOD: HostStats = {
  cpu_ghz: 3.6,
  cpu_cores: 8,
  free_ram_mb: 16_384,
  network_speed_mbps: 300,
  latency_ms: 12,
  disconnects_per_hour: 0,
  jitter_ms: 3,
  packet_rate: 1000,
  frame_time_ms: 8,
};

/** A player's machine; more cores score higher. */
export function machine(host: HostId, stats: Partial<HostStats> = {}, over: Partial<HostProfile> = {}): HostProfile {
  return {
    host,
    kind: "player",
    region: 0,
    upload_kbps: 20_000,
    uptime_s: 3600,
    slots: 0,
    stats: { ...GOOD, ...stats },
    regional_latency_ms: [12],
    ...over,
  };
}

/** A VPS site with room for so many maps. */
export function site(host: HostId, slots: number, latencyMs = 20): HostProfile {
  return machine(host, { latency_ms: latencyMs }, { kind: "vps", slots, regional_latency_ms: [latencyMs] });
}

/** What a test changes of the defaults. */
export type Changes = {
  /** Maps players may host, and critical ones after them. */
  readonly maps?: number;
  readonly critical?: number;
  readonly regions?: readonly string[];
  readonly general?: Partial<MapConf["general"]>;
  readonly conf?: (conf: MapConf) => void;
  readonly tuning?: Partial<Tuning>;
};

/** Settings with the defaults and a test's changes. Eligible maps come first, then the critical ones. */
export function settingsWith(changes: Changes = {}): HostingSettings {
  const conf = defaultMapConf();
  const eligible = [...Array<boolean>(changes.maps ?? 1).fill(true), ...Array<boolean>(changes.critical ?? 0).fill(false)];
  const maps = eligible.map((_, i) => `map_${i}`);
  conf.p2p_eligible_maps = Object.fromEntries(maps.map((name, i) => [name, eligible[i] === true]));
  Object.assign(conf.general, changes.general);
  changes.conf?.(conf);
  return { conf, tuning: { ...defaultTuning(), ...changes.tuning }, maps, eligible, regions: changes.regions ?? ["EU"] };
}
