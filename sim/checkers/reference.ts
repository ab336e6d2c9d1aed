/**
 * The seed document's eligibility and score, written a second time from the document and sharing nothing with
 * core/hosting, so that a slip there cannot hide here.
 */
import type { HostStats } from "../../src/core/protocol/host-stats.ts";
import type { MapConf } from "../../src/core/settings.ts";

/**
 * Why a player host may not hold maps; empty when it may. `disconnects` is the observed count of the last hour.
 * Unmeasured (null) and not-a-number never pass: each condition is written so that it must hold.
 */
export function referenceReasons(conf: MapConf, stats: HostStats, disconnects: number): string[] {
  const need = conf.host_requirements;
  const reasons: string[] = [];
  if (!(stats.cpu_ghz >= need.cpu_min_ghz)) reasons.push(`cpu_ghz ${stats.cpu_ghz} < ${need.cpu_min_ghz}`);
  if (!(stats.cpu_cores >= need.cpu_min_cores)) reasons.push(`cpu_cores ${stats.cpu_cores} < ${need.cpu_min_cores}`);
  if (!(stats.free_ram_mb >= need.ram_min_mb)) reasons.push(`free_ram_mb ${stats.free_ram_mb} < ${need.ram_min_mb}`);
  if (!(stats.network_speed_mbps >= need.net_min_speed))
    reasons.push(`network_speed_mbps ${stats.network_speed_mbps} < ${need.net_min_speed}`);
  if (!(stats.latency_ms <= need.net_max_latency)) reasons.push(`latency_ms ${stats.latency_ms} > ${need.net_max_latency}`);
  if (!(disconnects <= need.max_disconnects_per_hour))
    reasons.push(`observed disconnects ${disconnects} > ${need.max_disconnects_per_hour}`);
  if (!conf.realtime_gaming.prioritize_realtime) return reasons;
  const realtime = conf.realtime_gaming;
  if (stats.jitter_ms === null || !(stats.jitter_ms <= realtime.max_jitter_ms))
    reasons.push(`jitter_ms ${stats.jitter_ms} > ${realtime.max_jitter_ms}`);
  if (stats.packet_rate === null || !(stats.packet_rate >= realtime.min_packet_rate))
    reasons.push(`packet_rate ${stats.packet_rate} < ${realtime.min_packet_rate}`);
  return reasons;
}

/** The seed's score in whole micro-points, or NaN where the conf's minimums make it unbounded. */
export function referenceScore(conf: MapConf, stats: HostStats, disconnects: number): number {
  const need = conf.host_requirements;
  const realtime = conf.realtime_gaming;
  const cpu = (stats.cpu_ghz * stats.cpu_cores) / need.cpu_min_ghz;
  const ram = stats.free_ram_mb / need.ram_min_mb;
  const network = stats.network_speed_mbps / need.net_min_speed;
  const stability = need.max_disconnects_per_hour > 0 ? 1 - disconnects / need.max_disconnects_per_hour : 1;
  const latency = latencyTerm(realtime.prioritize_realtime, stats.latency_ms, need.net_max_latency);
  const score = realtime.prioritize_realtime
    ? cpu * realtime.cpu_weight +
      ram * realtime.ram_weight +
      network * realtime.network_speed_weight +
      latency * realtime.latency_weight +
      stability * realtime.stability_weight
    : cpu * 0.2 + ram * 0.2 + network * 0.2 + latency * 0.3 + stability * 0.1;
  return Number.isFinite(score) ? Math.round(score * 1_000_000) : Number.NaN;
}

function latencyTerm(realtime: boolean, latencyMs: number, latencyMsMax: number): number {
  if (latencyMsMax > 0) return realtime ? Math.exp(-latencyMs / latencyMsMax) : latencyMsMax / (latencyMs + 1);
  // The document leaves a limit of 0 without a term in realtime mode and at full marks otherwise.
  return realtime ? 0 : 1;
}
