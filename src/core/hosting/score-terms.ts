/**
 * Owns: what a score is made of, for those who ask why.
 * Promises: the points, added in the order of the list, are `seedScore` or `normalizedScore` to the bit, and the whole micro-points add
 * up to `toMicro` of that (score-terms.prop.test.ts). Never ranks: the formulas in score.ts do, and keep their own sums because they are hot.
 */
import type { HostStats } from "../protocol/host-stats.ts";
import type { MapConf } from "../settings.ts";
import { clamp01, fill, type ScoreWeights, seedLatencyTerm, seedStabilityTerm, seedWeights, survival, toMicro } from "./score.ts";

/** One term of a score: what the formula makes of the measurements (`value`), times its weight (`points`), in whole micro-points (`micro`). */
export type ScoreTerm = {
  readonly term: keyof ScoreWeights;
  readonly value: number;
  readonly weight: number;
  readonly points: number;
  readonly micro: number;
};

/** The terms of `seedScore`, in the order it adds them. */
export function seedScoreTerms(stats: HostStats, conf: MapConf): ScoreTerm[] {
  const need = conf.host_requirements;
  return weighed(conf, [
    ["cpu", (stats.cpu_ghz * stats.cpu_cores) / need.cpu_min_ghz],
    ["ram", stats.free_ram_mb / need.ram_min_mb],
    ["network", stats.network_speed_mbps / need.net_min_speed],
    ["latency", seedLatencyTerm(stats.latency_ms, need.net_max_latency, conf.realtime_gaming.prioritize_realtime)],
    ["stability", seedStabilityTerm(stats.disconnects_per_hour, need.max_disconnects_per_hour)],
  ]);
}

/**
 * The terms of `normalizedScore`, in the order it adds them. `latencyTerm` is `normalizedLatencyTerm` of the RTT, or for the players of a map
 * their mean of it; `uptimeS` is null where it is unknown.
 */
export function normalizedScoreTerms(stats: HostStats, conf: MapConf, latencyTerm: number, uptimeS: number | null): ScoreTerm[] {
  const need = conf.host_requirements;
  return weighed(conf, [
    ["cpu", fill(stats.cpu_ghz * stats.cpu_cores, need.cpu_min_ghz * need.cpu_min_cores)],
    ["ram", fill(stats.free_ram_mb, need.ram_min_mb)],
    ["network", fill(stats.network_speed_mbps, need.net_min_speed)],
    ["stability", clamp01(seedStabilityTerm(stats.disconnects_per_hour, need.max_disconnects_per_hour)) * survival(uptimeS)],
    ["latency", latencyTerm],
  ]);
}

/** Each term's micro-points are what it adds to the rounded sum, so that they add up exactly; rounding moves one by a micro-point at most. */
function weighed(conf: MapConf, values: readonly (readonly [ScoreTerm["term"], number])[]): ScoreTerm[] {
  const weights = seedWeights(conf);
  let sum = 0;
  let told = 0;
  return values.map(([term, value]) => {
    const weight = weights[term];
    const points = value * weight;
    sum += points;
    const micro = toMicro(sum) - told;
    told += micro;
    return { term, value, weight, points, micro };
  });
}
