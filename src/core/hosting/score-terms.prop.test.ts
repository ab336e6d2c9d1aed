import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf, type MapConf } from "../settings.ts";
import { normalizedLatencyTerm, normalizedScore, seedScore, toMicro } from "./score.ts";
import { normalizedScoreTerms, type ScoreTerm, seedScoreTerms } from "./score-terms.ts";

const stats: fc.Arbitrary<HostStats> = fc.record({
  cpu_ghz: fc.double({ min: 0, max: 8, noNaN: true }),
  cpu_cores: fc.integer({ min: 0, max: 256 }),
  free_ram_mb: fc.integer({ min: 0, max: 2_000_000 }),
  network_speed_mbps: fc.double({ min: 0, max: 100_000, noNaN: true }),
  latency_ms: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.double({ min: 0, max: 3000, noNaN: true })),
  disconnects_per_hour: fc.integer({ min: 0, max: 60 }),
  jitter_ms: fc.constant(5),
  packet_rate: fc.constant(1000),
  frame_time_ms: fc.constant(10),
});

/** Zeros among the minimums: they make the seed's terms infinite, or no number at all. */
const confs: fc.Arbitrary<MapConf> = fc
  .record({
    realtime: fc.boolean(),
    weights: fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 }),
    need: fc.record({
      cpu_min_ghz: fc.oneof(fc.constant(0), fc.double({ min: 0.5, max: 5, noNaN: true })),
      cpu_min_cores: fc.integer({ min: 0, max: 32 }),
      ram_min_mb: fc.integer({ min: 0, max: 65_536 }),
      net_min_speed: fc.integer({ min: 0, max: 1000 }),
      net_max_latency: fc.integer({ min: 0, max: 300 }),
      max_disconnects_per_hour: fc.integer({ min: 0, max: 10 }),
    }),
  })
  .map(({ realtime, weights, need }) => {
    const conf = defaultMapConf();
    const own = conf.realtime_gaming;
    own.prioritize_realtime = realtime;
    [own.cpu_weight, own.ram_weight, own.network_speed_weight, own.latency_weight, own.stability_weight] = weights as [
      number,
      number,
      number,
      number,
      number,
    ];
    Object.assign(conf.host_requirements, need);
    return conf;
  });

function sum(terms: readonly ScoreTerm[]): number {
  return terms.slice(1).reduce((all, { points }) => all + points, terms[0]?.points as number);
}

function expectExact(terms: readonly ScoreTerm[], score: number): void {
  expect(sum(terms)).toBe(score);
  expect(terms.reduce((all, { micro }) => all + micro, 0)).toBe(toMicro(score));
  for (const { points, value, weight } of terms) expect(points).toBe(value * weight);
}

describe("the terms of a score", () => {
  it("seed: add up to the score, bit for bit", () => {
    fc.assert(
      fc.property(stats, confs, (s, conf) => expectExact(seedScoreTerms(s, conf), seedScore(s, conf))),
      { numRuns: 3000 },
    );
  });

  it("normalized: add up to the score, bit for bit, whatever the RTT and the uptime", () => {
    const rtt = fc.oneof(fc.constant(NaN), fc.double({ min: -10, max: 5000, noNaN: true }));
    const uptime = fc.option(fc.double({ min: -10, max: 1e7, noNaN: true }));
    fc.assert(
      fc.property(stats, confs, rtt, uptime, (s, conf, r, up) =>
        expectExact(normalizedScoreTerms(s, conf, normalizedLatencyTerm(r, conf), up), normalizedScore(s, conf, r, up)),
      ),
      { numRuns: 3000 },
    );
  });

  it("micro-points differ from the rounded points by one at most", () => {
    fc.assert(
      fc.property(stats, confs, (s, conf) => {
        for (const { points, micro } of normalizedScoreTerms(s, conf, normalizedLatencyTerm(12, conf), 3600))
          expect(Math.abs(micro - toMicro(points))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("are named, weighed and in the order of the sum", () => {
    const machine = { cpu_ghz: 3, cpu_cores: 4, free_ram_mb: 4096, network_speed_mbps: 50, latency_ms: 30, disconnects_per_hour: 0 };
    const host = { ...machine, jitter_ms: 1, packet_rate: 200, frame_time_ms: 9 };
    expect(seedScoreTerms(host, defaultMapConf()).map(({ term, value, weight, micro }) => [term, value, weight, micro])).toEqual([
      ["cpu", 4, 0.15, 600_000],
      ["ram", 0.5, 0.15, 75_000],
      ["network", 0.5, 0.25, 125_000],
      ["latency", Math.exp(-1), 0.35, 128_758],
      ["stability", 1, 0.1, 100_000],
    ]);
    expect(normalizedScoreTerms(host, defaultMapConf(), 1, null).map(({ term, value }) => [term, value])).toEqual([
      ["cpu", 1],
      ["ram", 0.5],
      ["network", 0.5],
      ["stability", 1],
      ["latency", 1],
    ]);
  });
});
