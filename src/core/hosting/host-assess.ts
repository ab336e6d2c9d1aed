/**
 * Owns: scoring and judging all hosts at once, over the table's columns.
 * Promises: the same bits as `seedScore` and the same reasons as `ineligibilityMask` give one by one.
 * Never: changes the table.
 */
import { assert } from "../../base/assert.ts";
import type { MapConf } from "../settings.ts";
import { REASON_BIT, REASONS } from "./eligibility.ts";
import { type HostTable, MARKS_SHIFT } from "./host-table.ts";
import { LATENCY_TABLE_MS, latencyTermTable, seedLatencyTerm, seedWeights } from "./score.ts";

/** Slots that one call of the inner loops takes: a loop that is entered often is compiled well soon, one long loop is not. */
const BLOCK = 2048;

/**
 * Scores and judges every slot of a table: `points[slot]` gets the seed's score, unrounded; `masks[slot]` the reasons as bits. Returns
 * how many are eligible. Free slots, and hosts with a value that is no measurement, are not eligible and get a score without meaning.
 */
export function assessAll(table: HostTable, points: Float64Array, masks: Uint16Array): number {
  assert(points.length >= table.slots, "there is a place for every slot's score");
  assert(masks.length >= table.slots, "there is a place for every slot's mask");
  const { host_requirements: need, realtime_gaming: realtime } = table.settings.conf;
  const termTable = latencyTermTable(need.net_max_latency, realtime.prioritize_realtime);
  const terms = new Float64Array(BLOCK);
  let eligible = 0;
  for (let from = 0; from < table.slots; from += BLOCK) {
    const to = Math.min(from + BLOCK, table.slots);
    termColumn(table.latencyMs, table.settings.conf, from, to, termTable, terms);
    scoreColumns(table, points, from, to, terms);
    eligible += judgeColumns(table, masks, from, to);
  }
  return eligible;
}

/**
 * The seed's latency terms of a block into `terms[slot - from]`, whole milliseconds from `table`. Apart from the scores' loop, because
 * the rare call of exp inside a loop costs every turn the registers that a call may not keep.
 */
function termColumn(latencyMs: Float64Array, conf: MapConf, from: number, to: number, table: Float64Array, terms: Float64Array): void {
  const maxMs = conf.host_requirements.net_max_latency;
  const realtime = conf.realtime_gaming.prioritize_realtime;
  for (let i = from; i < to; i++) {
    const ms = latencyMs[i] as number;
    const whole = ms | 0;
    terms[i - from] = whole === ms && whole < LATENCY_TABLE_MS ? (table[whole] as number) : seedLatencyTerm(ms, maxMs, realtime);
  }
}

/** The seed's scores of a block. */
function scoreColumns(table: HostTable, points: Float64Array, from: number, to: number, terms: Float64Array): void {
  const { cpuGhz, cpuCores, freeRamMb, networkMbps, disconnects } = table;
  const conf = table.settings.conf;
  const { cpu_min_ghz, ram_min_mb, net_min_speed, max_disconnects_per_hour } = conf.host_requirements;
  const { cpu, ram, network, latency, stability } = seedWeights(conf);
  // 1 - d/Infinity is the seed's 1 for a maximum of 0, without a question in the loop.
  const maxDisconnects = max_disconnects_per_hour > 0 ? max_disconnects_per_hour : Infinity;
  for (let i = from; i < to; i++) {
    points[i] =
      (((cpuGhz[i] as number) * (cpuCores[i] as number)) / cpu_min_ghz) * cpu +
      ((freeRamMb[i] as number) / ram_min_mb) * ram +
      ((networkMbps[i] as number) / net_min_speed) * network +
      (terms[i - from] as number) * latency +
      (1 - (disconnects[i] as number) / maxDisconnects) * stability;
  }
}

/**
 * The conditions over columns, none of which holds NaN. Comparisons become bits instead of branches, because whether a host passes is
 * close to chance and a processor guesses chance wrongly.
 */
function judgeColumns(table: HostTable, masks: Uint16Array, from: number, to: number): number {
  const { cpuGhz, cpuCores, freeRamMb, networkMbps, latencyMs, disconnects, jitterMs, packetRate, marks } = table;
  const conf = table.settings.conf;
  const { cpu_min_ghz, cpu_min_cores, ram_min_mb, net_min_speed, net_max_latency, max_disconnects_per_hour } = conf.host_requirements;
  const { max_jitter_ms, min_packet_rate } = conf.realtime_gaming;
  const counted = countedReasons(conf);
  let eligible = 0;
  for (let i = from; i < to; i++) {
    const mask =
      counted &
      (+((cpuGhz[i] as number) < cpu_min_ghz) |
        (+((cpuCores[i] as number) < cpu_min_cores) << 1) |
        (+((freeRamMb[i] as number) < ram_min_mb) << 2) |
        (+((networkMbps[i] as number) < net_min_speed) << 3) |
        (+((latencyMs[i] as number) > net_max_latency) << 4) |
        (+((disconnects[i] as number) > max_disconnects_per_hour) << 5) |
        (+((jitterMs[i] as number) > max_jitter_ms) << 7) |
        (+((packetRate[i] as number) < min_packet_rate) << 8) |
        ((marks[i] as number) << MARKS_SHIFT));
    masks[i] = mask;
    eligible += +(mask === 0);
  }
  return eligible;
}

/** The bits of the conditions that a conf asks for. */
function countedReasons(conf: MapConf): number {
  let counted = (1 << REASONS.length) - 1;
  if (!conf.general.enable_p2p_security_checks) counted &= ~REASON_BIT.security;
  if (!conf.realtime_gaming.prioritize_realtime) {
    counted &= ~(REASON_BIT.jitter_ms | REASON_BIT.packet_rate | REASON_BIT.jitter_ms_unmeasured | REASON_BIT.packet_rate_unmeasured);
  }
  return counted;
}
