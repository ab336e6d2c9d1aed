import { describe, expect, it } from "vitest";
import type { HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf, type MapConf } from "../settings.ts";
import {
  latencyTermTable,
  latencyTermTo,
  meanRtt,
  MICRO_MAX,
  normalizedLatencyTerm,
  normalizedScore,
  rttTo,
  seedLatencyTerm,
  seedScore,
  survival,
  toMicro,
} from "./score.ts";

/** The host of the seed document's YAML example. */
const EXAMPLE: HostStats = {
  cpu_ghz: 3.8,
  cpu_cores: 8,
  free_ram_mb: 16384,
  network_speed_mbps: 500,
  latency_ms: 15,
  disconnects_per_hour: 0,
  jitter_ms: 5,
  packet_rate: 1200,
  frame_time_ms: 12,
};
/** Exactly at the minimums, without a disconnect. */
const AT_MINIMUMS: HostStats = { ...EXAMPLE, cpu_ghz: 3, cpu_cores: 4, free_ram_mb: 8192, network_speed_mbps: 100, latency_ms: 30 };

function conf(realtime: boolean): MapConf {
  const settings = defaultMapConf();
  settings.realtime_gaming.prioritize_realtime = realtime;
  return settings;
}

describe("seed score", () => {
  it("gives the golden scores in both modes", () => {
    expect(seedScore(EXAMPLE, conf(true))).toBeCloseTo(3.38229, 5);
    expect(seedScore(EXAMPLE, conf(false))).toBeCloseTo(4.08917, 5);
  });

  it("gives the golden scores of a host at the limits: at the maximum of disconnects, and 0.1 more without any", () => {
    const atLimits = { ...AT_MINIMUMS, disconnects_per_hour: 1 };
    expect(seedScore(atLimits, conf(true))).toBeCloseTo(1.12876, 5);
    expect(seedScore(atLimits, conf(false))).toBeCloseTo(1.49032, 5);
    expect(seedScore(AT_MINIMUMS, conf(true))).toBeCloseTo(1.22876, 5);
    expect(seedScore(AT_MINIMUMS, conf(false))).toBeCloseTo(1.59032, 5);
  });

  it("lets terms grow without bound: 16 cores at 30 ms beat 4 cores at 1 ms", () => {
    const wide = seedScore({ ...AT_MINIMUMS, cpu_cores: 16 }, conf(true));
    const near = seedScore({ ...AT_MINIMUMS, latency_ms: 1 }, conf(true));
    expect(wide).toBeGreaterThan(near);
  });

  it("lets stability fall below zero", () => {
    const base = seedScore(AT_MINIMUMS, conf(true));
    expect(seedScore({ ...AT_MINIMUMS, disconnects_per_hour: 3 }, conf(true))).toBeCloseTo(base - 0.3, 12);
  });

  it("takes a maximum latency of 0 for a term of 0 in real-time mode and 1 otherwise", () => {
    expect(seedLatencyTerm(5, 0, true)).toBe(0);
    expect(seedLatencyTerm(5, 0, false)).toBe(1);
  });

  it("takes a maximum of 0 disconnects for full stability", () => {
    const settings = conf(true);
    settings.host_requirements.max_disconnects_per_hour = 0;
    expect(seedScore({ ...AT_MINIMUMS, disconnects_per_hour: 50 }, settings)).toBe(seedScore(AT_MINIMUMS, conf(true)));
  });

  it("tables latency terms to the bit", () => {
    for (const realtime of [true, false]) {
      const table = latencyTermTable(30, realtime);
      table.forEach((term, ms) => expect(term).toBe(seedLatencyTerm(ms, 30, realtime)));
    }
  });
});

describe("normalized score", () => {
  it("is 1 for a perfect host, whatever it has beyond the minimums", () => {
    expect(normalizedScore({ ...EXAMPLE, cpu_cores: 64 }, conf(true), 0, null)).toBeCloseTo(1, 12);
    expect(normalizedScore({ ...EXAMPLE, cpu_cores: 64 }, conf(false), 0, null)).toBeCloseTo(1, 12);
  });

  it("prefers 4 cores at 1 ms to 16 cores at 30 ms, as the document intends", () => {
    const near = normalizedScore(AT_MINIMUMS, conf(true), 1, null);
    const wide = normalizedScore({ ...AT_MINIMUMS, cpu_cores: 16 }, conf(true), 30, null);
    expect(near).toBeGreaterThan(wide);
  });

  it("weighs latency as exp(-rtt/max) in real-time mode and 1/(1 + rtt/max) otherwise", () => {
    expect(normalizedScore(AT_MINIMUMS, conf(true), 30, null)).toBeCloseTo(0.65 + 0.35 * Math.exp(-1), 12);
    expect(normalizedScore(AT_MINIMUMS, conf(false), 30, null)).toBeCloseTo(0.7 + 0.3 / 2, 12);
    expect(normalizedScore(AT_MINIMUMS, conf(true), NaN, null)).toBeCloseTo(0.65, 12);
  });

  it("takes cpu as GHz times cores and halves the term for half of it", () => {
    const half = { ...AT_MINIMUMS, cpu_ghz: 1.5 };
    expect(normalizedScore(AT_MINIMUMS, conf(true), 0, null) - normalizedScore(half, conf(true), 0, null)).toBeCloseTo(0.075, 12);
  });

  it("counts stability by disconnects and by the chance to stay", () => {
    const host = { ...AT_MINIMUMS, disconnects_per_hour: 0.5 };
    const full = normalizedScore(AT_MINIMUMS, conf(true), 0, null);
    expect(full - normalizedScore(host, conf(true), 0, null)).toBeCloseTo(0.05, 12);
    expect(full - normalizedScore(AT_MINIMUMS, conf(true), 0, 0)).toBeCloseTo(0.1 * (1 - survival(0)), 12);
  });

  it("does not divide by minimums or maximums of 0", () => {
    const settings = conf(true);
    settings.host_requirements = {
      cpu_min_ghz: 0,
      cpu_min_cores: 0,
      ram_min_mb: 0,
      net_min_speed: 0,
      net_max_latency: 0,
      max_disconnects_per_hour: 0,
    };
    expect(normalizedScore(AT_MINIMUMS, settings, 0, null)).toBeCloseTo(0.65, 12);
  });
});

describe("survival", () => {
  it("is the Weibull's conditional probability of one more hour", () => {
    // 1 - F(1 h) of shape 0.644, scale 10.86 h, and the ratio of the survival function at 25 h and 24 h.
    expect(survival(0)).toBeCloseTo(0.8065, 3);
    expect(survival(24 * 3600)).toBeCloseTo(0.9562, 3);
    expect(survival(null)).toBe(1);
  });

  it("grows with age", () => {
    const ages = [0, 60, 1800, 3600, 86_400, 864_000].map((s) => survival(s));
    expect(ages).toEqual(ages.toSorted((a, b) => a - b));
    expect(new Set(ages).size).toBe(ages.length);
  });
});

describe("micro-points", () => {
  it("rounds to whole micro-points inside an int32", () => {
    expect(toMicro(1.1287604)).toBe(1_128_760);
    expect(toMicro(-0.0000004)).toBe(0);
    expect(Object.is(toMicro(-0.0000004), 0)).toBe(true);
    for (const [score, micro] of [
      [1e9, MICRO_MAX],
      [Infinity, MICRO_MAX],
      [-1e9, -MICRO_MAX],
      [NaN, -MICRO_MAX],
    ] as const) {
      expect(toMicro(score)).toBe(micro);
      expect(toMicro(score) | 0).toBe(micro);
    }
  });
});

describe("the players of a map, who are at different distances", () => {
  it("count by their number: the mean RTT, whatever the majority", () => {
    expect(meanRtt([20, 90, 200], [0, 51, 49], 7)).toBeCloseTo(0.51 * 90 + 0.49 * 200, 9);
    expect(meanRtt([20, 90, 200], [30, 20, 50], 7)).toBe(124);
    expect(meanRtt([20, 90], [0, 1], 7)).toBe(90);
  });

  it("have the mean of the latency term for each of them, not the term of their mean", () => {
    const each = [20, 90].map((rtt) => normalizedLatencyTerm(rtt, conf(true))) as [number, number];
    expect(each[0]).toBeCloseTo(Math.exp(-20 / 30), 12);
    expect(latencyTermTo([20, 90], [3, 1], 7, conf(true))).toBeCloseTo(0.75 * each[0] + 0.25 * each[1], 12);
    expect(latencyTermTo([20, 90], [3, 1], 7, conf(true))).toBeGreaterThan(normalizedLatencyTerm(37.5, conf(true)));
  });

  it("make the host better that is near to more of them, although the median player is far from both", () => {
    const players = [47, 43, 10];
    const eu = latencyTermTo([20, 140, 320], players, 20, conf(true));
    const na = latencyTermTo([140, 20, 240], players, 20, conf(true));
    expect(eu / na).toBeCloseTo(47 / 43, 1);
  });

  it("stand at the host's own latency where it was never measured, and so does a map without players", () => {
    expect(meanRtt([NaN, 90], [3, 1], 10)).toBe(30);
    expect(meanRtt([20], [0, 3], 7)).toBe(7);
    expect(meanRtt([20, 90], [0, 0], 7)).toBe(7);
    expect(meanRtt([], [], 7)).toBe(7);
    expect(latencyTermTo([20], [0], 7, conf(true))).toBe(normalizedLatencyTerm(7, conf(true)));
    expect(rttTo([-5], 0, 7)).toBe(7);
  });
});
