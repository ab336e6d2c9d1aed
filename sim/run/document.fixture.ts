/** Hand-made options and outcomes for the tests of document and summary. The figures are plausible, none is a result. */
import { emptyLadder } from "../../src/base/hash.ts";
import { Histogram } from "../../src/base/histogram.ts";
import { US_PER_HOUR, US_PER_MINUTE } from "../../src/base/time.ts";
import { defaultMapConf, defaultTuning } from "../../src/core/settings.ts";
import { DEFINITIONS } from "./metrics/definitions.ts";
import type { Options } from "../options.ts";
import type { MetricSample, RunOutcome } from "../outcome.ts";

/** Options of a small evening; `changes` replace whole fields. */
export function someOptions(changes: Partial<Options> = {}): Options {
  const one = { law: "constant", value: 1 } as never;
  const names = Array.from({ length: 2000 }, (_, i) => `map_${i}`);
  return {
    scenario: "capacity/evening-peak",
    draws: "capacity/evening-peak",
    title: "An evening of a game whose maps are hosted by its players",
    modes: ["capacity"],
    game: { folder: null, fieldSide: null, clicksS: one },
    fidelity: "control",
    durationUs: 6 * US_PER_HOUR,
    settleUs: 0,
    conf: defaultMapConf(),
    tuning: defaultTuning(),
    regions: [{ name: "eu", players: 1, hosts: 1 }],
    network: { placeRegion: [0], rttMs: [20], playerAccessMs: one, hostAccessMs: one, jitterMs: 1, loss: 0, burst: null },
    hosts: {
      count: 2000,
      cpuGhz: one,
      cpuCores: one,
      freeRamMb: one,
      uploadMbps: one,
      uploadShare: 1,
      jitterMs: one,
      packetRate: one,
      frameTimeMs: one,
      uptimeS: one,
      downtimeS: one,
      availability: null,
      list: null,
      leave: { polite: 1, close: 1, silent: 1 },
      metricsNoise: 0,
    },
    players: {
      initial: 0,
      startPerS: 1,
      stages: [],
      sessionS: one,
      stayS: one,
      quit: { rtt: 1, jitter: 2, loss: 11, outage: 6, perHour: 1 },
    },
    maps: { names, eligible: names.map((_, i) => i >= 400), popularity: names.map(() => 1) },
    vps: { sites: [{ region: 0, slots: 900 }] },
    store: { latencyMs: one },
    faults: [],
    heal: 1,
    swarm: null,
    buggify: null,
    reconnectS: one,
    thresholds: [],
    require: { faultsEffective: "all", sometimes: [] },
    eagerHeartbeats: false,
    sealing: "off",
    rekey: { messages: 1_048_576, us: 10 * US_PER_MINUTE },
    planted: [],
    seriesStepUs: 5 * US_PER_MINUTE,
    ...changes,
  };
}

const FIGURES: Readonly<Record<string, readonly number[]>> = {
  share_map_hours_p2p: [0.781],
  share_map_hours_p2p_all: [0.613],
  share_player_hours_p2p: [0.642],
  vps_hours_saved: [7356.5],
  vps_slots_used: [610, 640, 655, 790, 803],
  vps_slots_needed: [812],
  vps_refused: [0],
  upload_used_share: [0.1, 0.35, 0.6],
  hosts_online: [840, 900, 960],
  eligible_hosts: [70, 81, 92],
  eligible_share: [0.09],
  detection_ms: [12, 820, 905, 1010],
  false_failovers: [0],
  migrations_per_hour: [312.4],
  migrations_per_hour_lost: [148.2],
  migrations_per_hour_drain: [90],
  migrations_per_hour_return: [44.2],
  migrations_per_hour_better: [30],
  moves_failed_per_hour: [3],
  handoff_freeze_ms: [61, 84, 120],
  failover_ms: [140, 950, 1310],
  unhosted_ms: [140, 950, 1310, 2600],
  unhosted_map_seconds: [5],
  players_online: [8_000, 14_200, 20_113],
  player_hours: [83_400],
  sessions: [91_000],
  interruption_ms: [120, 180, 210, 960, 2100],
  interruptions_per_player_hour: [0.031],
  interruption_abandoned: [12],
  rtt_ms: [18, 31, 88],
  rtt_vps_ms: [22, 38, 95],
  rtt_gain_ms: [4, 7],
  rtt_loss_ms: [3],
  quits_by_quality: [140],
  quits_by_quality_per_1000_player_hours: [1.68],
};

/** Samples of a run; `figures` replace or add values of single metrics, in the metric's unit. */
export function someMetrics(figures: Readonly<Record<string, readonly number[]>> = {}): MetricSample[] {
  const all = { ...FIGURES, ...figures };
  return DEFINITIONS.map(({ name, unit, scale }) => {
    const histogram = new Histogram();
    for (const value of all[name] ?? []) histogram.add(Math.round(value / scale));
    return { name, unit, scale, histogram: histogram.toJSON() };
  });
}

/** The outcome of a run that went well. */
export function someOutcome(seed: number, changes: Partial<RunOutcome> = {}): RunOutcome {
  const row = (name: string, values: number[]) => ({ name, unit: "refusals", values });
  return {
    seed,
    fingerprint: `00000000000000${seed.toString(16).padStart(2, "0")}`,
    decisions: "d",
    ladder: emptyLadder(),
    events: 2_460_000,
    virtual_s: 6 * 3600,
    wall_s: 4.2,
    result: "ok",
    violations: [],
    violationsTotal: 0,
    metrics: someMetrics(),
    series: { step_s: 300, rows: [row("vps_refused", [0, 0, 0, 0]), row("players_refused", [0, 0, 0, 0])] },
    faults: [],
    ineligible: { network_speed_mbps: 0.83, latency_ms: 0.45, cpu_ghz: 0.2, jitter_ms: 0.1 },
    evaluated: { HO1: 1000 },
    used: {},
    reached: { "migration.handoff": 10 },
    refused: {},
    regions: [],
    moves: { slowest: [], worst: [], failed: [] },
    story: null,
    ...changes,
  };
}
