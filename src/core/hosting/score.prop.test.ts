import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf, type MapConf } from "../settings.ts";
import { latencyTermTo, meanRtt, normalizedLatencyTerm, normalizedScore, rttTo, seedScore, toMicro } from "./score.ts";

const stats: fc.Arbitrary<HostStats> = fc.record({
  cpu_ghz: fc.double({ min: 0.1, max: 8, noNaN: true }),
  cpu_cores: fc.integer({ min: 1, max: 256 }),
  free_ram_mb: fc.integer({ min: 0, max: 2_000_000 }),
  network_speed_mbps: fc.integer({ min: 0, max: 100_000 }),
  latency_ms: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.double({ min: 0, max: 3000, noNaN: true })),
  disconnects_per_hour: fc.integer({ min: 0, max: 60 }),
  jitter_ms: fc.constant(5),
  packet_rate: fc.constant(1000),
  frame_time_ms: fc.constant(10),
});

const confs: fc.Arbitrary<MapConf> = fc
  .record({
    realtime: fc.boolean(),
    cpu_min_ghz: fc.double({ min: 0.5, max: 5, noNaN: true }),
    ram_min_mb: fc.integer({ min: 1, max: 65_536 }),
    net_min_speed: fc.integer({ min: 1, max: 1000 }),
    net_max_latency: fc.integer({ min: 0, max: 300 }),
    max_disconnects_per_hour: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ realtime, ...need }) => {
    const conf = defaultMapConf();
    conf.realtime_gaming.prioritize_realtime = realtime;
    Object.assign(conf.host_requirements, need);
    return conf;
  });

/** The seed document's text, transcribed line by line, apart from maximum latency 0 without real-time priority. */
function seedText(s: HostStats, conf: MapConf): number {
  const c = conf.host_requirements;
  const rt = conf.realtime_gaming;
  const cpuScore = (s.cpu_ghz * s.cpu_cores) / c.cpu_min_ghz;
  const ramScore = s.free_ram_mb / c.ram_min_mb;
  const networkScore = s.network_speed_mbps / c.net_min_speed;
  let latencyScore = 0.0;
  if (c.net_max_latency > 0) {
    if (rt.prioritize_realtime) latencyScore = Math.exp(-s.latency_ms / c.net_max_latency);
    else latencyScore = c.net_max_latency / (s.latency_ms + 1);
  } else if (!rt.prioritize_realtime) latencyScore = 1.0;
  const stabilityScore = c.max_disconnects_per_hour > 0 ? 1.0 - s.disconnects_per_hour / c.max_disconnects_per_hour : 1.0;
  let score: number;
  if (rt.prioritize_realtime) {
    score = cpuScore * rt.cpu_weight;
    score = score + ramScore * rt.ram_weight;
    score = score + networkScore * rt.network_speed_weight;
    score = score + latencyScore * rt.latency_weight;
    score = score + stabilityScore * rt.stability_weight;
  } else {
    score = cpuScore * 0.2;
    score = score + ramScore * 0.2;
    score = score + networkScore * 0.2;
    score = score + latencyScore * 0.3;
    score = score + stabilityScore * 0.1;
  }
  return score;
}

describe("scores", () => {
  it("seed: the document's formula to the bit", () => {
    fc.assert(
      fc.property(stats, confs, (s, conf) => {
        expect(seedScore(s, conf)).toBe(seedText(s, conf));
      }),
      { numRuns: 2000 },
    );
  });

  it("HO11: a lower latency never lowers a score, in either formula and mode", () => {
    const latency = fc.double({ min: 0, max: 3000, noNaN: true });
    fc.assert(
      fc.property(stats, confs, latency, latency, fc.option(fc.integer({ min: 0, max: 1_000_000 })), (s, conf, a, b, uptime) => {
        const [low, high] = a <= b ? [a, b] : [b, a];
        const seedLow = seedScore({ ...s, latency_ms: low }, conf);
        const seedHigh = seedScore({ ...s, latency_ms: high }, conf);
        expect(seedLow).toBeGreaterThanOrEqual(seedHigh);
        expect(toMicro(seedLow)).toBeGreaterThanOrEqual(toMicro(seedHigh));
        const ownLow = normalizedScore(s, conf, low, uptime);
        const ownHigh = normalizedScore(s, conf, high, uptime);
        expect(ownLow).toBeGreaterThanOrEqual(ownHigh);
        expect(toMicro(ownLow)).toBeGreaterThanOrEqual(toMicro(ownHigh));
      }),
      { numRuns: 1000 },
    );
  });

  it("normalized: stays in [0, 1] for weights of sum 1", () => {
    fc.assert(
      fc.property(stats, confs, fc.double(), fc.option(fc.double()), (s, conf, rtt, uptime) => {
        const score = normalizedScore(s, conf, rtt, uptime);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe("the players of a map", () => {
  const regions = fc.array(fc.tuple(fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 300 })), fc.integer({ min: 0, max: 9 })), {
    maxLength: 8,
  });

  it("have the mean RTT and the mean term over all of them", () => {
    fc.assert(
      fc.property(regions, fc.integer({ min: 0, max: 300 }), confs, (pairs, own, conf) => {
        const rtts = pairs.map(([rtt]) => rtt);
        const players = pairs.map(([, n]) => n);
        const everyone = pairs.flatMap(([, n], r) => Array.from({ length: n }, () => rttTo(rtts, r, own)));
        const mean = (values: number[], none: number): number =>
          values.length === 0 ? none : values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(meanRtt(rtts, players, own)).toBeCloseTo(mean(everyone, own), 9);
        const terms = everyone.map((rtt) => normalizedLatencyTerm(rtt, conf));
        expect(latencyTermTo(rtts, players, own, conf)).toBeCloseTo(mean(terms, normalizedLatencyTerm(own, conf)), 9);
      }),
      { numRuns: 500 },
    );
  });

  it("HO11: lower no score when one of their regions comes nearer", () => {
    fc.assert(
      fc.property(regions, fc.nat(7), fc.integer({ min: 0, max: 300 }), confs, (pairs, r, nearer, conf) => {
        const rtts = pairs.map(([rtt]) => rtt);
        const players = pairs.map(([, n]) => n);
        const closer = r < rtts.length ? rtts.with(r, Math.min(rttTo(rtts, r, 150), nearer)) : rtts;
        expect(meanRtt(closer, players, 150)).toBeLessThanOrEqual(meanRtt(rtts, players, 150));
        expect(latencyTermTo(closer, players, 150, conf)).toBeGreaterThanOrEqual(latencyTermTo(rtts, players, 150, conf));
      }),
      { numRuns: 500 },
    );
  });
});
