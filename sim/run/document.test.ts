import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDocument, exitCode, LIST_MAX, SERIES_RUNS_MAX, stripTimes, worstResult, type RunDocument } from "./document.ts";
import { someMetrics, someOptions, someOutcome } from "./document.fixture.ts";
import { DEFINITIONS } from "./metrics/definitions.ts";
import type { Options } from "../options.ts";
import type { RunOutcome, RunResult } from "../outcome.ts";
import { runSeed } from "./run-seed.ts";
import { smallOptions } from "./small-options.fixture.ts";
import { failedOutcome } from "./ticket.ts";

function build(outcomes: readonly RunOutcome[], options: Partial<Options> = {}): RunDocument {
  const seeds = outcomes.map((run) => run.seed);
  return buildDocument({ options: someOptions(options), seeds, outcomes, commit: "c0ffee", mode: "capacity", command: "peerstead run x" });
}

describe("the document of a scenario", () => {
  it("has the fields that are published, and every metric with the same nine figures", () => {
    const document = build([someOutcome(1), someOutcome(2)]);
    const published = ["scenario", "mode", "commit", "fingerprint", "result", "seeds", "runs", "metrics", "thresholds"];
    for (const field of published) expect(document).toHaveProperty(field);
    for (const field of ["seed", "fingerprint", "events", "virtual_s", "wall_s", "result", "violations"])
      expect(document.runs[0]).toHaveProperty(field);
    expect(Object.keys(document.metrics)).toEqual(DEFINITIONS.map((d) => d.name));
    for (const metric of Object.values(document.metrics)) {
      expect(Object.keys(metric)).toEqual(["unit", "count", "sum", "min", "max", "mean", "p50", "p95", "p99"]);
    }
    expect(document.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it("merges metrics over runs: counts, sums and ends are exact, in the metric's unit", () => {
    const runs = [
      someOutcome(1, { metrics: someMetrics({ interruption_ms: [100, 200] }) }),
      someOutcome(2, { metrics: someMetrics({ interruption_ms: [600.5] }) }),
      someOutcome(3, { metrics: someMetrics({ interruption_ms: [] }) }),
    ];
    const { metrics, spread } = build(runs);
    expect(metrics.interruption_ms).toMatchObject({ unit: "ms", count: 3, sum: 900.5, min: 100, max: 600.5, mean: 300.166667 });
    expect(Math.abs((metrics.interruption_ms?.p50 ?? 0) - 200)).toBeLessThanOrEqual(200 / 128);
    const interval = { low: 150, high: 600.5, confidence: 0.5 };
    expect(spread.interruption_ms).toEqual({ median: 375.25, interval, min: 150, max: 600.5, means: [150, 600.5, null] });
    expect(metrics.stall_ms).toEqual({ unit: "ms", count: 0, sum: 0, min: null, max: null, mean: null, p50: null, p95: null, p99: null });
  });

  it("DT1: stripped of times, documents of equal runs are byte for byte equal; the fingerprint depends on the order of seeds", () => {
    const slow = build([someOutcome(1, { wall_s: 9 }), someOutcome(2, { wall_s: 8 })]);
    const quick = build([someOutcome(1, { wall_s: 1 }), someOutcome(2, { wall_s: 2 })]);
    expect(JSON.stringify(stripTimes(slow))).toBe(JSON.stringify(stripTimes(quick)));
    expect(JSON.stringify(slow)).not.toBe(JSON.stringify(quick));
    expect(build([someOutcome(2), someOutcome(1)]).fingerprint).not.toBe(slow.fingerprint);
    expect(build([someOutcome(1)]).fingerprint).not.toBe(slow.fingerprint);
  });

  it("survives JSON unchanged: no NaN, no undefined", () => {
    const document = build([someOutcome(1), failedOutcome(2, "crash", "crash", "Bug: no")]);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("a crashed run adds its violation and nothing else", () => {
    const alone = build([someOutcome(1)]);
    const document = build([someOutcome(1), failedOutcome(2, "crash", "crash", "Bug: no")]);
    expect(document.result).toBe("crash");
    expect(document.metrics).toEqual(alone.metrics);
    expect(document.ineligible).toEqual(alone.ineligible);
    expect(document.runs[1]?.violations).toHaveLength(1);
  });

  it("judges thresholds over all runs, and hours for rate are those of all runs", () => {
    const thresholds = [
      { metric: "unhosted_map_seconds", expression: "max<=5" },
      { metric: "unhosted_map_seconds", expression: "sum<10" },
      { metric: "vps_refused", expression: "rate<=1/h" },
      { metric: "no_such_metric", expression: "max<=1" },
    ];
    const runs = [1, 2].map((seed) => someOutcome(seed, { metrics: someMetrics({ vps_refused: [6] }) }));
    const document = build(runs, { thresholds });
    expect(document.thresholds.map((t) => [t.actual, t.ok])).toEqual([
      [5, true],
      [10, false],
      [1, true],
      [null, false],
    ]);
    expect(document.result).toBe("threshold");
  });

  it("a threshold without a sample shows nothing: inconclusive, not green", () => {
    const document = build([someOutcome(1)], { thresholds: [{ metric: "stall_ms", expression: "p(99)<=100" }] });
    expect(document.thresholds).toEqual([{ metric: "stall_ms", expression: "p(99)<=100", actual: null, ok: true }]);
    expect(document.result).toBe("inconclusive");
    expect(document.inconclusive[0]).toContain("stall_ms");
  });

  it("a fault without effect in all runs, or a thing that never happened, makes it inconclusive", () => {
    const fault = (effects: number) => [{ id: "cut-1", kind: "cut", applied: 1, effects }];
    const idle = [someOutcome(1, { faults: fault(0) }), someOutcome(2, { faults: fault(0) })];
    const met = [someOutcome(1, { faults: fault(0) }), someOutcome(2, { faults: fault(3) })];
    expect(build(idle).result).toBe("inconclusive");
    expect(build(idle, { require: { faultsEffective: "any", sometimes: [] } }).result).toBe("inconclusive");
    expect(build(idle, { require: { faultsEffective: "none", sometimes: [] } }).result).toBe("ok");
    expect(build(met).result).toBe("ok");
    expect(build(met).faults).toEqual([{ id: "cut-1", kind: "cut", applied: 2, effects: 3 }]);
    const sometimes = { faultsEffective: "all" as const, sometimes: ["migration.handoff", "storm.held"] };
    expect(build([someOutcome(1)], { require: sometimes }).inconclusive).toEqual(["storm.held never happened in any run"]);
  });

  it("an inconclusive run says why for itself", () => {
    const violations = [{ rule: "vacuous", at_s: 60, message: "rule HO6 was never put to the test" }];
    const document = build([someOutcome(1), someOutcome(2, { result: "inconclusive", violations, violationsTotal: 0 })]);
    expect(document.result).toBe("inconclusive");
    expect(document.inconclusive).toEqual(["seed 2: rule HO6 was never put to the test"]);
  });

  it("the worst result wins, and each has its exit code", () => {
    const order: RunResult[] = ["crash", "timeout", "nondeterminism", "safety", "liveness", "threshold", "inconclusive", "ok"];
    expect(order.map(exitCode)).toEqual([16, 15, 14, 10, 11, 12, 13, 0]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (results) => {
        const worst = order.indexOf(worstResult(results));
        expect(worst).toBe(Math.min(...results.map((result) => order.indexOf(result))));
      }),
    );
    expect(worstResult([])).toBe("inconclusive");
  });

  it("says how samples in time lie, over all runs; of what is counted once a run it says nothing", () => {
    const runs = [[90, 110], [110], []].map((interruption_ms, i) => someOutcome(i + 1, { metrics: someMetrics({ interruption_ms }) }));
    const { distributions } = build(runs);
    expect(distributions["interruption_ms"]).toEqual({ unit: "ms", edges: [80, 100, 125], shares: [0.333333, 0.666667] });
    expect(Object.keys(distributions)).not.toContain("vps_slots_needed");
    // No sample: nothing to say.
    expect(Object.keys(distributions)).not.toContain("stall_ms");
  });

  it("has the settings that answers speak of, under their own names", () => {
    const { requirements } = build([someOutcome(1)]);
    const { conf, tuning } = someOptions();
    expect(requirements).toEqual({
      net_min_speed: conf.host_requirements.net_min_speed,
      net_max_latency: conf.host_requirements.net_max_latency,
      cpu_min_ghz: conf.host_requirements.cpu_min_ghz,
      cpu_min_cores: conf.host_requirements.cpu_min_cores,
      ram_min_mb: conf.host_requirements.ram_min_mb,
      max_jitter_ms: conf.realtime_gaming.max_jitter_ms,
      max_disconnects_per_hour: conf.host_requirements.max_disconnects_per_hour,
      heartbeat_ms: tuning.heartbeatMs,
      heartbeats_missed_max: tuning.heartbeatsMissedMax,
      map_players_max: tuning.mapPlayersMax,
      vps_map_players_max: tuning.vpsMapPlayersMax,
    });
    // Told apart by their values: no two settings could be mistaken for each other.
    expect(new Set(Object.values(requirements)).size).toBeGreaterThan(8);
  });

  it("says which point of a sweep it is, where it is one", () => {
    const parts = { options: someOptions(), seeds: [1], outcomes: [someOutcome(1)], commit: "", mode: "", command: "" };
    expect([buildDocument(parts).point, buildDocument({ ...parts, point: 0 }).point]).toEqual([null, 0]);
  });

  it("merges what runs say of regions and of remarkable moves, maps by their names", () => {
    const run = runSeed({ ...smallOptions(), durationUs: 300_000_000, settleUs: 0 }, 1);
    const document = buildDocument({ options: smallOptions(), seeds: [1], outcomes: [run], commit: "", mode: "", command: "" });
    const hours = run.regions.map(({ region, player_hours }) => [region, Math.round(player_hours * 1000) / 1000]);
    expect(document.regions.map(({ region, player_hours }) => [region, player_hours])).toEqual(hours);
    expect(document.moves.slowest).toEqual(run.moves.slowest.map((move) => ({ seed: 1, ...move, map: `field_${move.map}` })));
    expect(document.moves.slowest.length).toBeGreaterThan(3);
  });

  it("keeps long lists of the options by length and digest, and the series of the first runs only", () => {
    const runs = Array.from({ length: SERIES_RUNS_MAX + 5 }, (_, i) => someOutcome(i + 1));
    const document = build(runs);
    const { maps } = document.options as { maps: { names: { items: number; first: string[]; digest: string } } };
    expect(maps.names).toMatchObject({ items: 2000, first: ["map_0", "map_1", "map_2", "map_3"] });
    expect(document.series).toHaveLength(SERIES_RUNS_MAX);
    expect(document.size).toEqual({ maps: 2000, maps_eligible: 1600, hosts: 2000, vps_slots: 900, duration_s: 21_600 });
    const short = someOptions().maps.names.slice(0, LIST_MAX);
    const small = build([someOutcome(1)], { maps: { names: short, eligible: short.map(() => true), popularity: short.map(() => 1) } });
    expect((small.options as Options).maps.names).toEqual(short);
  });
});
