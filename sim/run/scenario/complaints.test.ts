import { describe, expect, it } from "vitest";
import { complaints } from "./files.fixture.ts";

/** One wrong line after a small right scenario; the complaint must stand in that line. */
const WRONG: readonly (readonly [string, number, string])[] = [
  ["duraton: 5m", 1, 'unknown field "duraton"; did you mean "duration"?'],
  ["duration: 5 minutes", 11, 'duration: expected a time such as 30s, 5m, 2h or 250ms, found "5 minutes"'],
  ["duration: 0s", 11, "duration: must be longer than 0"],
  ["mode: [safety, livenes]", 16, 'did you mean "liveness"?'],
  ["schema: peerstead-scenario/2", 9, "expected one of peerstead-scenario/1"],
  ["seeds: {count: 1.5}", 16, "seeds.count: expected a whole number from 1 to 1000000, found 1.5"],
  ["conf: {general: {scorin: seed}}", 18, 'unknown field "scorin" in conf.general; did you mean "scoring"?'],
  ["conf: {general: {prefer_low_latency: maybe}}", 38, 'expected true or false, found "maybe"'],
  ["conf: {p2p_eligible_maps: {Prontera: 1}}", 28, '"Prontera" cannot be a name in conf.p2p_eligible_maps'],
  ["tuning: {heartbeatMs: -1}", 23, "tuning.heartbeatMs: expected a number above 0, found -1"],
  ["network: {loss: 2}", 17, "network.loss: expected a probability"],
  ["network: {jitter: much}", 19, "expected laplace(4ms) or a time"],
  ["network: {jitter: laplace(much)}", 27, "expected laplace(4ms) or a time"],
  ["network: {rtt: {places: [{name: a, region: EU}], ms: [[1], [2]]}}", 54, "expected a matrix of 1 rows of 1"],
  ["network: {rtt: wonder-region}", 16, 'unknown preset "wonder-region" (rtt); did you mean "wonder-regions"?'],
  ["vps: {sites: [{region: UE, slots: 3}]}", 24, 'unknown region "UE"; did you mean "EU"?'],
  ["vps: {sites: [{region: EU}]}", 15, 'missing field "slots" in vps.sites.0'],
  ["store: {latency: 30}", 18, "expected a time with its unit, such as 30ms or 30s"],
  ['store: {latency: "uniform(5ms, 1ms)"}', 32, "the greater end of uniform stands second"],
  ["store: {latency: uniform(5ms)}", 26, "uniform takes 2 parts, found 1"],
  ["store: {latency: {1ms: 0}}", 18, "the weights of a choice must have a positive sum"],
  ["faults: {plan: [{kind: crsh, at: 1m}]}", 24, 'did you mean "crash"?'],
  ["faults: {plan: [{kind: crash, at: 1m}]}", 24, "needs a `target`"],
  ["faults: {plan: [{kind: store-slow, for: 1m}]}", 24, "needs `at` or `every`"],
  [
    "faults: {plan: [{kind: store-slow, at: 1m, for: 1m, amount: 0.5}]}",
    61,
    "expected a factor on the latency from 1 to 100000, found 0.5",
  ],
  ["faults: {plan: [{kind: crash, at: 1m, target: 110%}]}", 47, "expected a target"],
  ['faults: {plan: [{kind: crash, at: 1m, target: "hosts[region=XX]"}]}', 61, 'unknown region "XX"; known are NA, EU, OCEANIA'],
  ["faults: {plan: [{kind: region-outage, at: 1m, for: 1m, target: 3}]}", 64, "expected a whole region"],
  ['faults: {plan: [{kind: region-outage, at: 1m, for: 1m, target: "hosts[region=EU]|40%"}]}', 64, "expected a whole region"],
  ["faults: {plan: [{kind: player-drop, at: 1m, target: all}]}", 53, "has no effect on player-drop"],
  ["faults: {plan: [{kind: player-drop, at: 1m, for: 1m}]}", 50, "has no effect on player-drop"],
  ["faults: {plan: [{kind: crash, at: 1m, target: move.source}]}", 47, "move.source is known only with `on`"],
  ["faults: {plan: [{kind: crash, at: 1m, target: host.busiest, after: 1s}]}", 68, "has no effect without `on`"],
  ["faults: {plan: [{kind: crash, at: 1m, target: host.busiest, on: froze}]}", 65, "did you mean"],
  [
    "conf: {monitoring: {detailed_logging: false}}\nfaults: {plan: [{kind: crash, at: 1m, target: host.busiest, on: frozen}]}",
    65,
    "faults.plan.0.on: expected decided, or conf.monitoring.detailed_logging on",
  ],
  ["faults: {plan: [{kind: crash, at: 1m, target: host.busiest, shape: vps}]}", 68, "has no effect on crash"],
  ["faults: {plan: [{kind: cut, at: 1m, for: 1m, target: all, shape: vsp}]}", 66, "expected one of all, vps, players, hosts"],
  ['faults: {plan: [{kind: cut, at: 1m, for: 1m, target: "host.3,,9"}]}', 55, "host.3,7,9"],
  ["faults: {plan: [{kind: clock-drift, at: 1m, for: 1m, target: all, amount: -500001}]}", 75, "expected a ppm gained from -500000"],
  ["faults: {heal: 1.5}", 16, "faults.heal: expected a number from 0 to 1, found 1.5"],
  ["faults: {plan: [{kind: pause, at: 31m, for: 1m, target: all}]}", 35, "is not before the end of the run"],
  ["faults: {plan: [{kind: pause, every: poisson(now), for: 1m, target: all}]}", 46, "expected poisson(90s) or a time above 0"],
  ["thresholds: {interuption_ms: [max<5]}", 14, 'unknown metric "interuption_ms"; did you mean "interruption_ms"?'],
  ['thresholds: {interruption_ms: ["max<5", "p(x)<5"]}', 43, "p needs a percent"],
  ["require: {sometimes: [migration.failover]}", 23, 'unknown event "migration.failover"; did you mean "migration.failedOver"?'],
  ["a: &x 1", 1, 'unknown field "a"'],
  ["title: *x", 8, "aliases are not part of the format"],
  ["title: a\ntitle: b", 1, "unique"],
];

describe("a wrong line", () => {
  it.each(WRONG)("%s", (line, column, message) => {
    const at = line.includes("\n") ? 4 : 3;
    const found = complaints(`fleet:\n  players: {peak: 50}\n${line}\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^s\\.yaml:${at}:${column}: `));
    expect(found[0]).toContain(message);
  });

  it("all wrong lines are named at once, in their order", () => {
    const found = complaints("fleet:\n  hosts: {count: many}\n  regions: {EU: -1}\n  players: {paek: 3}\nvps: 3\n");
    expect(found.map((c) => c.split(":").slice(1, 3).join(":"))).toEqual(["2:18", "3:17", "4:13", "5:6"]);
  });

  it("sessions must be laws whose rest is known, and executors know their own fields only", () => {
    expect(complaints('fleet:\n  players: {peak: 3, session: "quantiles(5: 1m, 95: 2h)"}\n')[0]).toMatch(
      /^s\.yaml:2:31: fleet\.players\.session: expected a time or one of uniform/,
    );
    expect(complaints("fleet:\n  players: {peak: 3, peakAt: 1h}\n")).toEqual([
      "s.yaml:2:30: fleet.players.peakAt: has no effect with executor constant; write null to drop an inherited value",
    ]);
    expect(complaints("fleet: {players: {executor: daily-curve, peak: 3}}\n").join()).toContain(
      'missing field "fleet.players.peakToTrough"',
    );
  });

  it("a text that is no mapping, no YAML or not there is a complaint too", () => {
    expect(complaints("- 1\n")).toEqual(["s.yaml:1:1: expected a mapping of fields, found a list"]);
    expect(complaints("")).toEqual(["s.yaml:1:1: expected a mapping of fields, found nothing"]);
    expect(complaints("a: [1\n")[0]).toMatch(/^s\.yaml:\d+:\d+: /);
  });
});
