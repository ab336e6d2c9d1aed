import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SCENARIOS_DIR, shownPath } from "./documents.ts";
import { complaints, filesOver, points } from "./files.fixture.ts";
import { loadScenario } from "./load.ts";

const SMALL = "fleet:\n  players: {peak: 50}\n";

describe("what a scenario says", () => {
  it("times, laws and faults come out in the options' units", () => {
    const [point] = points(`
duration: 1.5h
fleet:
  regions: {EU: 3, NA: {players: 1, hosts: 0}}
  hosts: {count: 7, uptime: "weibull(0.5, 2h)", downtime: "lognormal(1, 0.5, m)", jitter: "quantiles(5: 1ms, 95: 2s)", upload: {100: 1, 200: 3}, leave: {polite: 1, close: 1, silent: 2}}
  players: {executor: ramping-arrival-rate, start: 60/m, stages: [{for: 2m, to: 7200/h}], session: 10m}
  maps: {count: 3, critical: 1}
network: {jitter: laplace(4ms), loss: "gilbert(0.01, 0.5)", burst: null}
vps: {sites: [{region: NA, slots: 9}]}
faults:
  plan:
    - {kind: crash, at: 8m, every: poisson(90s), target: "hosts[region=NA]|10%", close: false}
    - {kind: loss-burst, at: 250ms, for: 1m, target: 3, amount: 0.25}
thresholds: {unhosted_ms: ["p(99)<=1500", "max<=5000"]}
`);
    const { options } = point!;
    expect(options.durationUs).toBe(5_400_000_000);
    expect(options.regions).toEqual([
      { name: "EU", players: 0.75, hosts: 1 },
      { name: "NA", players: 0.25, hosts: 0 },
    ]);
    expect(options.hosts.uptimeS).toEqual({ law: "weibull", shape: 0.5, scale: 7200 });
    expect(options.hosts.downtimeS).toEqual({ law: "lognormal", mu: 1 + Math.log(60), sigma: 0.5 });
    expect(options.hosts.jitterMs).toEqual({ law: "quantiles", p: [0.05, 0.95], values: [1, 2000] });
    expect(options.hosts.uploadMbps).toEqual({ law: "choice", values: [100, 200], weights: [1, 3] });
    expect(options.hosts.leave).toEqual({ polite: 0.25, close: 0.25, silent: 0.5 });
    expect(options.players).toMatchObject({
      initial: 0,
      startPerS: 1,
      stages: [{ forUs: 120_000_000, toPerS: 2 }],
      sessionS: { law: "constant", value: 600 },
    });
    expect(options.network.jitterMs).toBe(4);
    // 250 ms heartbeats: a spell every 100 of them, two long.
    expect(options.network.burst).toEqual({ everyUs: 25_000_000, lengthUs: 500_000, loss: 1 });
    expect(options.network.rttMs).toEqual([7.4, 128, 128, 6.6]);
    expect(options.network.placeRegion).toEqual([1, 0]);
    expect(options.vps.sites).toEqual([{ region: 1, slots: 9 }]);
    expect(options.faults).toEqual([
      {
        id: "crash-1",
        kind: "crash",
        atUs: 480_000_000,
        everyUs: 90_000_000,
        forUs: 0,
        target: { pick: "region", region: 1, share: 0.1 },
        amount: 1,
        close: false,
      },
      {
        id: "loss-burst-2",
        kind: "loss-burst",
        atUs: 250_000,
        everyUs: null,
        forUs: 60_000_000,
        target: { pick: "count", count: 3 },
        amount: 0.25,
        close: true,
      },
    ]);
    expect(options.thresholds).toEqual([
      { metric: "unhosted_ms", expression: "p(99)<=1500" },
      { metric: "unhosted_ms", expression: "max<=5000" },
    ]);
  });

  it("the conf knows exactly the maps of the world", () => {
    const [point] = points(
      `${SMALL}  maps: {count: 20, critical: 3, names: [moc_fild01, my_map]}\nconf:\n  p2p_eligible_maps: {prontera: 1, gonryun: false}\n  general: {scoring: normalized}\n`,
    );
    const { conf, maps } = point!.options;
    expect(maps.names.slice(0, 7)).toEqual(["gonryun", "geffen", "payon", "moc_fild01", "my_map", "prontera", "pay_fild03"]);
    expect(maps.names.at(-1)).toBe("fild_0002");
    expect(maps.eligible.filter((eligible) => !eligible)).toHaveLength(3);
    expect(Object.entries(conf.p2p_eligible_maps)).toEqual(maps.names.map((name, i) => [name, maps.eligible[i]]));
    expect(conf.general.scoring).toBe("normalized");
    expect(new Set(maps.names).size).toBe(20);
    expect(maps.popularity[9]! / maps.popularity[0]!).toBeCloseTo(Math.exp(-1.1 * Math.log(10)), 12);
  });

  it("a conf file is read in its own dialect, and inline keys go over it", () => {
    const files = { "my.conf": "general: {\n  scoring: normalized\n  enable_vps_fallback: 0\n}\n" };
    const [point] = points(`${SMALL}conf:\n  file: my.conf\n  general: {enable_vps_fallback: 1}\n`, { files });
    expect(point!.options.conf.general).toMatchObject({ scoring: "normalized", enable_vps_fallback: true });
    expect(complaints(`${SMALL}conf: {file: your.conf}\n`, { files })).toEqual([
      "s.yaml:3:14: conf.file: cannot read /t/your.conf: there is no such file or folder",
    ]);
    expect(complaints(`${SMALL}conf: {file: my.conf}\n`, { files: { "my.conf": "general: {\n  prefer_low_latency: 7\n}\n" } })[0]).toMatch(
      /^my\.conf:2:/,
    );
  });

  it("a fault waits for a step only where the coordinator tells steps, whoever it was that turned them off", () => {
    const waits = (step: string) => `${SMALL}faults: {plan: [{kind: crash, at: 1m, target: move.source, on: ${step}}]}\n`;
    const never =
      "s.yaml:3:64: faults.plan.0.on: expected decided, or conf.monitoring.detailed_logging on: without it no move tells that it is ready, and the fault would never begin";
    const off = "conf: {monitoring: {detailed_logging: 0}}\n";
    expect(points(waits("ready"))[0]!.options.faults[0]!.on).toEqual({ step: "ready", afterUs: 0 });
    expect(complaints(`${waits("ready")}${off}`)).toEqual([never]);
    expect(complaints(waits("ready"), { sets: ["conf.monitoring.detailed_logging=false"] })).toEqual([never]);
    const files = { "my.conf": "monitoring: {\n  detailed_logging: 0\n}\n" };
    expect(complaints(`${waits("ready")}conf: {file: my.conf}\n`, { files })).toEqual([never]);
    // A move's decision is always told, and a drawn world tells all steps.
    expect(points(`${waits("decided")}${off}`)[0]!.options.faults).toHaveLength(1);
    expect(points(`${waits("ready")}${off}`, { sets: ["faults.swarm={world: random}"] })[0]!.options.faults).toHaveLength(1);
    expect(complaints(`${waits("ready")}${off}`, { sets: ["faults.swarm={world: fixed}"] })).toEqual([never]);
  });

  it("slots are spread by players and none is lost", () => {
    const sites = (slots: number) =>
      points(`${SMALL}  regions: {NA: 1, EU: 1, SA: 1}\nvps: {slots: ${slots}}\n`)[0]!.options.vps.sites.map((site) => site.slots);
    expect(sites(10)).toEqual([4, 3, 3]);
    expect(sites(2)).toEqual([1, 1]);
    const uneven = points(`${SMALL}  regions: {NA: 5, EU: 2, SA: 3}\nvps: {slots: 9}\n`)[0]!.options.vps.sites;
    // 4.5, 1.8 and 2.7: the two that lost most by rounding down get the two that are left.
    expect(uneven.map((site) => site.slots)).toEqual([4, 2, 3]);
  });

  it("scale is a factor on the load of every executor", () => {
    const frame = (players: string) => `schema: peerstead-scenario/1\nfleet: {players: {session: 10m, ${players}}}\n`;
    const loadOf = (players: string, ...sets: string[]) => points(frame(players), { sets })[0]!.options.players;
    const thrice = "fleet.players.scale=3";
    expect(loadOf("peak: 200", thrice)).toEqual(loadOf("peak: 600"));
    const day = "executor: daily-curve, peakAt: 1h, peakToTrough: 2";
    expect(loadOf(`${day}, peak: 200`, thrice)).toEqual(loadOf(`${day}, peak: 600`));
    const ramp = "executor: ramping-arrival-rate, initial: 33, stages: [{for: 1m, to: 4/s}]";
    expect(loadOf(ramp, thrice)).toMatchObject({ initial: 99, startPerS: 99 / 600, stages: [{ forUs: 60_000_000, toPerS: 12 }] });
    expect(loadOf(`${ramp}, start: 2/s`, thrice)).toMatchObject({ initial: 99, startPerS: 6 });
    expect(loadOf("peak: 15", "fleet.players.scale=0.5").initial).toBe(8);
  });
});

describe("extends", () => {
  const base =
    "duration: 2m\ntitle: Base\nfleet:\n  regions: {NA: 1, EU: 1}\n  hosts: {count: 9}\n  players: {peak: 10}\nvps: {slots: 5}\n";

  it("merges deeply; later files and the file itself win; null drops; shares replace as a whole", () => {
    const files = { "a/base.yaml": base, "b.yaml": "fleet:\n  hosts: {count: 12, uploadShare: 0.9}\n" };
    const [point] = points(
      "extends: [a/base.yaml, b.yaml]\nfleet:\n  regions: {EU: 1}\n  players: {peak: 20}\nvps: {slots: null, sites: [{region: EU, slots: 3}]}\n",
      { files },
    );
    const { options } = point!;
    expect(options).toMatchObject({
      scenario: "s",
      title: "s",
      durationUs: 120_000_000,
      hosts: { count: 12, uploadShare: 0.9 },
      players: { initial: 20 },
    });
    expect(options.regions).toEqual([{ name: "EU", players: 1, hosts: 1 }]);
    expect(options.vps.sites).toEqual([{ region: 0, slots: 3 }]);
  });

  it("complains in the file that is wrong, and about circles and missing files at the line that names them", () => {
    expect(complaints("extends: base.yaml\n", { files: { "base.yaml": `${base}nam: x\n` } })).toEqual([
      'base.yaml:8:1: unknown field "nam"; did you mean "name"?',
    ]);
    expect(complaints("extends: b.yaml\n", { files: { "b.yaml": "duration: 1m\nextends: [s.yaml]\n" } })).toEqual([
      "b.yaml:2:11: extends goes in a circle: /t/s.yaml → /t/b.yaml → /t/s.yaml",
    ]);
    expect(complaints("\nextends: none.yaml\n")).toEqual([
      `s.yaml:2:10: cannot read /t/none.yaml: there is no such file or folder; nor ${shownPath(join(SCENARIOS_DIR, "none.yaml"))}: there is no such file or folder`,
    ]);
    expect(complaints("extends: ../none.yaml\n")).toEqual(["s.yaml:1:10: cannot read /none.yaml: there is no such file or folder"]);
  });
});

describe("extends by the name of a shipped scenario", () => {
  const shipped = (name: string) => {
    const answer = loadScenario(name, { sets: [], dataDir: null, readText: filesOver({}) });
    if (!answer.ok) throw new Error(`${name} does not load`);
    return answer.value[0]!.options;
  };

  it.each(["capacity/five-hundred", "capacity/five-hundred.yaml", "scenarios/capacity/five-hundred.yaml"])(
    "%s, from any folder",
    (name) => {
      const { options } = points(`extends: ${name}\nvps: {slots: 77}\n`)[0]!;
      const theirs = shipped("capacity/five-hundred");
      expect({ ...options, vps: 0 }).toEqual({ ...theirs, vps: 0, scenario: "s", draws: "s", title: "s" });
      expect(options.vps.sites.reduce((sum, site) => sum + site.slots, 0)).toBe(77);
    },
  );

  it("a file beside the scenario goes before a shipped one of the same name", () => {
    const files = { "smoke/calm.yaml": "duration: 77s\nfleet:\n  players: {peak: 3}\n" };
    expect(points("extends: smoke/calm.yaml\n", { files })[0]!.options.durationUs).toBe(77_000_000);
    expect(points("extends: smoke/calm\n", { files })[0]!.options.durationUs).toBe(shipped("smoke/calm").durationUs);
  });
});

describe("sweep", () => {
  it("runs over every combination, with numbers as numbers and names inside texts", () => {
    const swept = points(
      'sweep: {hosts: [5, 6], up: [1h, 2h]}\nfleet:\n  hosts: {count: $hosts, uptime: "exponential($up)"}\n  players: {peak: 1}\n',
    );
    expect(swept.map((p) => p.sweepPoint)).toEqual([
      { hosts: 5, up: "1h" },
      { hosts: 5, up: "2h" },
      { hosts: 6, up: "1h" },
      { hosts: 6, up: "2h" },
    ]);
    expect(swept.map((p) => [p.options.hosts.count, p.options.hosts.uptimeS])).toContainEqual([6, { law: "exponential", mean: 7200 }]);
  });

  it("complains about unknown and unused variables and about empty lists", () => {
    expect(complaints("sweep: {hosts: [5]}\nfleet:\n  hosts: {count: $host}\n")).toEqual([
      "s.yaml:1:9: sweep.hosts is never used; write $hosts where it belongs",
      's.yaml:3:18: $host is not a variable of sweep; did you mean "$hosts"?',
    ]);
    expect(complaints("sweep: {hosts: []}\n")).toEqual(["s.yaml:1:9: sweep.hosts: expected a list of values"]);
    expect(complaints(`${SMALL}sweep: {seeds: [1, x]}\nseeds: {count: $seeds}\n`)).toEqual([
      's.yaml:4:16: seeds.count: expected a whole number from 1 to 1000000, found "x"',
    ]);
  });
});

describe("--set", () => {
  it("changes fields, also single ones of a preset, list items, and drops with null", () => {
    const text = `${SMALL}  hosts: {hardware: strong}\nfaults: {plan: [{kind: crash, at: 1m, target: all}]}\nvps: {slots: 3}\n`;
    const [point] = points(text, {
      sets: ["fleet.players.peak=80", "fleet.hosts.hardware.cpuGhz=5", "faults.plan.0.at=2m", "vps.slots=null", "mode=[safety, liveness]"],
    });
    const { options } = point!;
    expect(options.players.initial).toBe(80);
    expect(options.hosts.cpuGhz).toEqual({ law: "constant", value: 5 });
    expect(options.hosts.frameTimeMs).toEqual({ law: "constant", value: 8 });
    expect(options.faults[0]!.atUs).toBe(120_000_000);
    expect(options.vps.sites.reduce((sum, site) => sum + site.slots, 0)).toBe(100);
    expect(options.modes).toEqual(["safety", "liveness"]);
  });

  it("complains about unknown paths and wrong values", () => {
    expect(complaints(SMALL, { sets: ["fleet.players.paek=3"] })).toEqual([
      '--set fleet.players.paek=3: unknown field "paek" in fleet.players; did you mean "peak"?',
    ]);
    expect(complaints(SMALL, { sets: ["faults.plan.3.at=1m"] })).toEqual([
      "--set faults.plan.3.at=1m: the list has 0 items; there is no item 3 (the first is 0)",
    ]);
    expect(complaints(SMALL, { sets: ["duration=soon"] })).toEqual([
      '--set duration=soon: duration: expected a time such as 30s, 5m, 2h or 250ms, found "soon"',
    ]);
    expect(complaints(SMALL, { sets: ["duration=[1"] })[0]).toMatch(/^--set duration=\[1: cannot read the value: (?!.*line \d)/);
  });
});
