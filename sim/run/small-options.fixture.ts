/** A small run for tests: twenty hosts, two regions, thirty maps, a few minutes. Tests change what they are about. */
import { defaultMapConf, defaultTuning } from "../../src/core/settings.ts";
import type { Options } from "../options.ts";

const SECOND = 1_000_000;
const UNSEALED = { sealing: "off", rekey: { messages: 1_048_576, us: 600 * SECOND } } as const;
const constant = (value: number) => ({ law: "constant", value }) as const;

/** Options of a run that works out of the box; `over` replaces whole fields. */
export function smallOptions(over: Partial<Options> = {}): Options {
  const names = Array.from({ length: 30 }, (_, i) => `field_${i}`);
  const conf = defaultMapConf();
  conf.p2p_eligible_maps = Object.fromEntries(names.map((name, i) => [name, i >= 5]));
  return {
    scenario: "test/small",
    draws: over.scenario ?? "test/small",
    title: "a small run",
    modes: ["safety", "liveness"],
    fidelity: "control",
    game: { folder: null, fieldSide: null, clicksS: { law: "exponential", mean: 1 } },
    durationUs: 600 * SECOND,
    settleUs: 300 * SECOND,
    conf,
    tuning: defaultTuning(),
    regions: [
      { name: "EU", players: 0.6, hosts: 0.6 },
      { name: "NA", players: 0.4, hosts: 0.4 },
    ],
    network: {
      placeRegion: [0, 1],
      rttMs: [8, 95, 95, 8],
      playerAccessMs: { law: "uniform", min: 5, max: 25 },
      hostAccessMs: { law: "uniform", min: 2, max: 12 },
      jitterMs: 4,
      loss: 0.001,
      burst: null,
    },
    hosts: {
      count: 20,
      cpuGhz: { law: "uniform", min: 2.8, max: 4.2 },
      cpuCores: { law: "choice", values: [4, 6, 8, 12], weights: [1, 2, 3, 1] },
      freeRamMb: { law: "uniform", min: 8000, max: 24000 },
      uploadMbps: { law: "uniform", min: 90, max: 600 },
      uploadShare: 0.5,
      jitterMs: { law: "uniform", min: 1, max: 12 },
      packetRate: constant(1000),
      frameTimeMs: { law: "uniform", min: 6, max: 14 },
      uptimeS: { law: "weibull", shape: 0.644, scale: 1800 },
      downtimeS: { law: "weibull", shape: 0.625, scale: 300 },
      availability: null,
      list: null,
      leave: { polite: 0.4, close: 0.3, silent: 0.3 },
      metricsNoise: 0.05,
    },
    players: {
      initial: 150,
      startPerS: 0.25,
      stages: [],
      sessionS: { law: "weibull", shape: 0.5, scale: 300 },
      stayS: { law: "exponential", mean: 120 },
      quit: { rtt: 1, jitter: 2, loss: 11, outage: 6, perHour: 0.1 },
    },
    maps: { names, eligible: names.map((_, i) => i >= 5), popularity: names.map((_, i) => 1 / (i + 1)) },
    vps: { sites: [0, 1].map((region) => ({ region, slots: 15 })) },
    store: { latencyMs: { law: "uniform", min: 1, max: 6 } },
    faults: [],
    heal: 1,
    swarm: null,
    buggify: null,
    reconnectS: { law: "uniform", min: 0.2, max: 3 },
    thresholds: [],
    require: { faultsEffective: "all", sometimes: [] },
    eagerHeartbeats: false,
    ...UNSEALED,
    planted: [],
    seriesStepUs: 10 * SECOND,
    ...over,
  };
}
