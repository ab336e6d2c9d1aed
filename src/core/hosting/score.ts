/**
 * Owns: how good a host is, as one number.
 * Promises: lower latency never lowers a score (SPEC HO11); the seed's formula to the bit under `scoring: seed`.
 * Never: asks whether a host may host (eligibility) or has room (table).
 */
import type { HostStats } from "../protocol/host-stats.ts";
import type { MapConf } from "../settings.ts";

/** How much each term counts. */
export type ScoreWeights = {
  readonly cpu: number;
  readonly ram: number;
  readonly network: number;
  readonly latency: number;
  readonly stability: number;
};

/** The seed's weights where real-time gaming is not prioritized. */
const PLAIN_WEIGHTS: ScoreWeights = { cpu: 0.2, ram: 0.2, network: 0.2, latency: 0.3, stability: 0.1 };

/** Weibull fit of Skype supernodes' uptimes, shape and scale in hours (Failure Trace Archive, Skype 2006). */
const UPTIME_SHAPE = 0.644;
const UPTIME_SCALE_H = 10.86;
const S_PER_H = 3600;

/** Micro-points stay inside ±this, which leaves both ends of an int32 free for "no host". */
export const MICRO_MAX = 2_000_000_000;
const MICRO_PER_POINT = 1_000_000;

/** The conf's weights in real-time mode, the seed's fixed ones otherwise. */
export function seedWeights(conf: MapConf): ScoreWeights {
  const own = conf.realtime_gaming;
  if (!own.prioritize_realtime) return PLAIN_WEIGHTS;
  return {
    cpu: own.cpu_weight,
    ram: own.ram_weight,
    network: own.network_speed_weight,
    latency: own.latency_weight,
    stability: own.stability_weight,
  };
}

/**
 * The seed's latency term: exp(-latency/max) in real-time mode, max/(latency + 1) otherwise. With max 0 the term is 0 in real-time
 * mode, as in the seed's text, and 1 otherwise: there the text's inner `: 1.0` is taken at its word although its outer test hides it.
 */
export function seedLatencyTerm(latencyMs: number, maxMs: number, realtime: boolean): number {
  if (realtime) return maxMs > 0 ? Math.exp(-latencyMs / maxMs) : 0;
  return maxMs > 0 ? maxMs / (latencyMs + 1) : 1;
}

/** The seed's stability term: 1 - disconnects/max, 1 when max is 0. Falls below zero for hosts above the maximum. */
export function seedStabilityTerm(disconnects: number, maxDisconnects: number): number {
  return maxDisconnects > 0 ? 1 - disconnects / maxDisconnects : 1;
}

/**
 * The seed document's `calculateHostScore`, unrounded, every operation in its order. Terms are unbounded: a host exactly
 * at every limit of the seed's conf scores 1.12876 in real-time mode and 1.49032 otherwise (0.1 more without disconnects), and more
 * cores, memory or bandwidth add without end.
 */
export function seedScore(stats: HostStats, conf: MapConf): number {
  const need = conf.host_requirements;
  const weight = seedWeights(conf);
  const cpu = (stats.cpu_ghz * stats.cpu_cores) / need.cpu_min_ghz;
  const ram = stats.free_ram_mb / need.ram_min_mb;
  const network = stats.network_speed_mbps / need.net_min_speed;
  const latency = seedLatencyTerm(stats.latency_ms, need.net_max_latency, conf.realtime_gaming.prioritize_realtime);
  const stability = seedStabilityTerm(stats.disconnects_per_hour, need.max_disconnects_per_hour);
  return cpu * weight.cpu + ram * weight.ram + network * weight.network + latency * weight.latency + stability * weight.stability;
}

/** Into [0, 1]; NaN, which no comparison holds for, becomes 0. */
export function clamp01(value: number): number {
  return value >= 1 ? 1 : value > 0 ? value : 0;
}

/** How far a measure fills its minimum, in [0, 1]; a minimum of 0 asks for nothing and is always filled. */
export function fill(value: number, minimum: number): number {
  return minimum > 0 ? clamp01(value / minimum) : 1;
}

/** (hours/scale)^shape as exp(shape·log x), because the power function differs between engine versions. */
function weibullHazard(hours: number): number {
  return Math.exp(UPTIME_SHAPE * Math.log(hours / UPTIME_SCALE_H));
}

/**
 * The probability that a machine which has been up for `uptimeS` seconds stays one hour more, by the Weibull fit above; 1 when the
 * uptime is unknown (null). Grows with age: shape < 1 means that who has stayed, stays.
 */
export function survival(uptimeS: number | null): number {
  if (uptimeS === null) return 1;
  const age = uptimeS > 0 ? uptimeS / S_PER_H : 0;
  return clamp01(Math.exp(weibullHazard(age) - weibullHazard(age + 1)));
}

/** The part of {@link normalizedScore} that does not depend on where the players are. */
export function normalizedBase(stats: HostStats, conf: MapConf, uptimeS: number | null): number {
  const need = conf.host_requirements;
  const weight = seedWeights(conf);
  const cpu = fill(stats.cpu_ghz * stats.cpu_cores, need.cpu_min_ghz * need.cpu_min_cores);
  const ram = fill(stats.free_ram_mb, need.ram_min_mb);
  const network = fill(stats.network_speed_mbps, need.net_min_speed);
  const stability = clamp01(seedStabilityTerm(stats.disconnects_per_hour, need.max_disconnects_per_hour)) * survival(uptimeS);
  return cpu * weight.cpu + ram * weight.ram + network * weight.network + stability * weight.stability;
}

/**
 * The latency term of {@link normalizedScore}: exp(-rtt/max) in real-time mode, 1/(1 + rtt/max) otherwise, in [0, 1].
 * With max 0 it is the same for every host: 0 and 1, as in {@link seedLatencyTerm}. An unknown RTT (NaN) earns nothing.
 */
export function normalizedLatencyTerm(rttMs: number, conf: MapConf): number {
  const max = conf.host_requirements.net_max_latency;
  const realtime = conf.realtime_gaming.prioritize_realtime;
  if (!(max > 0)) return realtime ? 0 : 1;
  const rtt = rttMs < 0 ? 0 : rttMs;
  return clamp01(realtime ? Math.exp(-rtt / max) : 1 / (1 + rtt / max));
}

/** {@link normalizedLatencyTerm} times its weight. */
export function normalizedLatency(rttMs: number, conf: MapConf): number {
  const { prioritize_realtime, latency_weight } = conf.realtime_gaming;
  return (prioritize_realtime ? latency_weight : PLAIN_WEIGHTS.latency) * normalizedLatencyTerm(rttMs, conf);
}

/**
 * The bounded score (`scoring: normalized`) for players who are all `rttMs` away. Every term is capped to [0, 1]: cpu as GHz·cores over the
 * minimums' GHz·cores, memory and network over their minimums, latency as {@link normalizedLatencyTerm}, stability as (1 - disconnects/max) ×
 * {@link survival}. Weights are the seed's, so that with weights of sum 1 the score lies in [0, 1].
 *
 * For the players of a map, who are at different distances, a host has the mean over these players of the score for each of them
 * ({@link latencyTermTo}). One RTT for all of them says less: where two regions are nearly even, their median is the far one's for hosts of either,
 * and leaps as players come and go. Beside the score of the median, the mean took 15 % less from players' time on capacity/evening-peak, 52 % less
 * on capacity/five-hundred and 7 % less on chaos/region-outage (interrupted_s_per_player_hour), and made 27, 52 and 15 % fewer moves.
 */
export function normalizedScore(stats: HostStats, conf: MapConf, rttMs: number, uptimeS: number | null): number {
  return normalizedBase(stats, conf, uptimeS) + normalizedLatency(rttMs, conf);
}

/**
 * A score in whole micro-points, rounded to nearest, kept inside ±{@link MICRO_MAX} (±2,000 points) so that it fits an int32 column.
 * Never decreasing in the score. NaN (a requirement of 0 met by a host with 0) counts as the lowest.
 */
export function toMicro(score: number): number {
  const micro = Math.round(score * MICRO_PER_POINT);
  if (!(micro > -MICRO_MAX)) return -MICRO_MAX;
  return micro < MICRO_MAX ? micro + 0 : MICRO_MAX;
}

/** A host's RTT to one region (ms): as measured, or the host's own `latencyMs` where it never was (NaN, negative or missing). */
export function rttTo(regional: ArrayLike<number>, region: number, latencyMs: number): number {
  const rtt = region < regional.length ? (regional[region] as number) : NaN;
  return rtt >= 0 && rtt < Infinity ? rtt : latencyMs;
}

/**
 * The mean RTT (ms) between a host and a map's players. `playersByRegion[r]` counts players, in any unit; a region the host never measured
 * stands at the host's own `latencyMs`, and so does a map without players.
 */
export function meanRtt(regional: ArrayLike<number>, playersByRegion: ArrayLike<number>, latencyMs: number): number {
  return meanTo(regional, playersByRegion, latencyMs, (rtt) => rtt);
}

/** The mean of {@link normalizedLatencyTerm} over a map's players; arguments as in {@link meanRtt}. */
export function latencyTermTo(regional: ArrayLike<number>, playersByRegion: ArrayLike<number>, latencyMs: number, conf: MapConf): number {
  return meanTo(regional, playersByRegion, latencyMs, (rtt) => normalizedLatencyTerm(rtt, conf));
}

function meanTo(
  regional: ArrayLike<number>,
  playersByRegion: ArrayLike<number>,
  latencyMs: number,
  valueAt: (rttMs: number) => number,
): number {
  let total = 0;
  let sum = 0;
  for (let r = 0; r < playersByRegion.length; r++) {
    const players = playersByRegion[r] as number;
    if (!(players > 0)) continue;
    total += players;
    sum += players * valueAt(rttTo(regional, r, latencyMs));
  }
  return total > 0 ? sum / total : valueAt(latencyMs);
}

/** Whole milliseconds that {@link latencyTermTable} covers; beyond it terms are computed one by one. */
export const LATENCY_TABLE_MS = 1024;

/** {@link seedLatencyTerm} of whole milliseconds: the same bits as computing each, at the price of a load. */
export function latencyTermTable(maxMs: number, realtime: boolean): Float64Array {
  const table = new Float64Array(LATENCY_TABLE_MS);
  for (let i = 0; i < LATENCY_TABLE_MS; i++) table[i] = seedLatencyTerm(i, maxMs, realtime);
  return table;
}
