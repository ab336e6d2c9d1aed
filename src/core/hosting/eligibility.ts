/**
 * Owns: whether a machine may host maps at all, and why not.
 * Promises: the seed document's conditions and nothing else (SPEC HO4 builds on this answer).
 * Never: judges load, back-off or degradation; those are the table's and the coordinator's.
 */
import type { HostStats } from "../protocol/host-stats.ts";
import type { MapConf } from "../settings.ts";

/** Why a host is not eligible, in the order in which reasons are listed. Bit i of a mask stands for `REASONS[i]`. */
export const REASONS = [
  "cpu_ghz",
  "cpu_cores",
  "free_ram_mb",
  "network_speed_mbps",
  "latency_ms",
  "disconnects_per_hour",
  "security",
  "jitter_ms",
  "packet_rate",
  "jitter_ms_unmeasured",
  "packet_rate_unmeasured",
] as const;

/** One of {@link REASONS}. */
export type Ineligibility = (typeof REASONS)[number];

/** The bits of a mask, by name; `1 << REASONS.indexOf(name)`. */
export const REASON_BIT = {
  cpu_ghz: 1,
  cpu_cores: 2,
  free_ram_mb: 4,
  network_speed_mbps: 8,
  latency_ms: 16,
  disconnects_per_hour: 32,
  security: 64,
  jitter_ms: 128,
  packet_rate: 256,
  jitter_ms_unmeasured: 512,
  packet_rate_unmeasured: 1024,
} as const satisfies Record<Ineligibility, number>;

/** A measurement is a finite number that is not negative; anything else satisfies no condition. */
function isMeasurement(value: number): boolean {
  return value >= 0 && value < Infinity;
}

/**
 * All reasons why a host is not eligible, as a bit mask (0: eligible). Allocates nothing.
 * The conditions are the seed's `isEligible`; `securityValid` counts only under `enable_p2p_security_checks`, jitter and packet
 * rate only under `prioritize_realtime`. Unmeasured (null) is unknown, and unknown is not eligible (the seed's code let
 * unmeasured hosts pass by zero defaults). Frame time is monitored elsewhere and is no condition.
 */
export function ineligibilityMask(stats: HostStats, conf: MapConf, securityValid: boolean): number {
  const need = conf.host_requirements;
  const realtime = conf.realtime_gaming;
  let mask = 0;
  if (!(isMeasurement(stats.cpu_ghz) && stats.cpu_ghz >= need.cpu_min_ghz)) mask |= REASON_BIT.cpu_ghz;
  if (!(isMeasurement(stats.cpu_cores) && stats.cpu_cores >= need.cpu_min_cores)) mask |= REASON_BIT.cpu_cores;
  if (!(isMeasurement(stats.free_ram_mb) && stats.free_ram_mb >= need.ram_min_mb)) mask |= REASON_BIT.free_ram_mb;
  if (!(isMeasurement(stats.network_speed_mbps) && stats.network_speed_mbps >= need.net_min_speed)) mask |= REASON_BIT.network_speed_mbps;
  if (!(isMeasurement(stats.latency_ms) && stats.latency_ms <= need.net_max_latency)) mask |= REASON_BIT.latency_ms;
  if (!(isMeasurement(stats.disconnects_per_hour) && stats.disconnects_per_hour <= need.max_disconnects_per_hour))
    mask |= REASON_BIT.disconnects_per_hour;
  if (conf.general.enable_p2p_security_checks && !securityValid) mask |= REASON_BIT.security;
  if (!realtime.prioritize_realtime) return mask;
  if (stats.jitter_ms === null) mask |= REASON_BIT.jitter_ms_unmeasured;
  else if (!(isMeasurement(stats.jitter_ms) && stats.jitter_ms <= realtime.max_jitter_ms)) mask |= REASON_BIT.jitter_ms;
  if (stats.packet_rate === null) mask |= REASON_BIT.packet_rate_unmeasured;
  else if (!(isMeasurement(stats.packet_rate) && stats.packet_rate >= realtime.min_packet_rate)) mask |= REASON_BIT.packet_rate;
  return mask;
}

/** Names by mask: a fleet knows few combinations, and asks for them with every measurement. */
const namesOf = new Map<number, readonly Ineligibility[]>();

/** The reasons in a mask, by name, in the order of {@link REASONS}. The same list for the same mask. */
export function reasonsOf(mask: number): readonly Ineligibility[] {
  let names = namesOf.get(mask);
  if (names === undefined) namesOf.set(mask, (names = REASONS.filter((name) => (mask & REASON_BIT[name]) !== 0)));
  return names;
}

/** All reasons why a host is not eligible, by name; empty when it is. See {@link ineligibilityMask} for the conditions. */
export function ineligibilities(stats: HostStats, conf: MapConf, securityValid: boolean): readonly Ineligibility[] {
  return reasonsOf(ineligibilityMask(stats, conf, securityValid));
}

/** Whether a host is eligible; the twin of {@link ineligibilities} that allocates nothing. */
export function isEligible(stats: HostStats, conf: MapConf, securityValid: boolean): boolean {
  return ineligibilityMask(stats, conf, securityValid) === 0;
}
