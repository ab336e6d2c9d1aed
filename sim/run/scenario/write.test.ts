import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { err } from "../../../src/base/result.ts";
import { readText as readPacked } from "../../../src/compat/files.ts";
import { sharedData } from "../../../src/compat/shared-data.fixture.ts";
import type { Fault, Options } from "../../options.ts";
import { PLANTED_NAMES } from "../../planted/planted.ts";
import { shippedIn } from "../shipped.fixture.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { drawSwarm } from "../swarm/draw.ts";
import { SCENARIOS_DIR } from "./documents.ts";
import { filesOver, points, PRESET_AT } from "./files.fixture.ts";
import { loadScenario } from "./load.ts";
import { scenarioHash } from "./scenario-hash.ts";
import { scenarioText } from "./write.ts";

/** The options that a text of these options is read as. */
function reread(options: Options, files: Readonly<Record<string, string>> = {}): Options {
  return points(scenarioText(options, 7, []), { files })[0]!.options;
}

function expectSame(options: Options): void {
  const again = reread(options);
  // Twenty thousand maps are compared by their hash, and one by one only to show where they differ.
  if (scenarioHash(again) !== scenarioHash(options)) expect(again).toEqual(options);
  expect(scenarioHash(again)).toBe(scenarioHash(options));
}

const loadedOptions = (name: string, sets: readonly (readonly [string, string])[] = [], dataDir: string | null = null): Options[] => {
  const readText = (path: string) => {
    const read = readPacked(path);
    return read.ok ? read : err(read.error.message);
  };
  const answer = loadScenario(name, { sets: sets.map(([path, value]) => ({ path, value })), dataDir, readText });
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value.map((point) => point.options);
};

const shipped = ["smoke", "capacity", "chaos"].flatMap(shippedIn);
const presets = Object.entries(PRESET_AT).flatMap(([kind, path]) => {
  const { presets: named } = parse(readFileSync(join(SCENARIOS_DIR, "presets", `${kind}.yaml`), "utf8")) as { presets: object };
  return Object.keys(named).map((name) => ({ path, name }));
});

describe("options written and read again are the same to the last bit", () => {
  it.each(shipped)("%s", (name) => {
    for (const options of loadedOptions(name)) expectSame(options);
  });

  it.each(presets)("$path: $name", ({ path, name }) => {
    for (const options of loadedOptions("capacity/five-hundred", [[path, name]])) expectSame(options);
  });

  it("what a swarm draws, world and faults", () => {
    const [base] = loadedOptions("chaos/swarm");
    for (let seed = 1; seed <= 60; seed += 1) expectSame(drawSwarm(base!, seed));
  });

  it("every point of a sweep, with the names that its draws go by", () => {
    const text =
      "name: t/$n\nsweep: {n: [3, 5], loss: [0.1, 0.25]}\nfleet:\n  hosts: {count: $n}\n  players: {peak: 10}\nnetwork: {loss: $loss}\n";
    const all = points(text);
    expect(all.map((point) => point.options.draws)).toEqual(["t/3", "t/3", "t/5", "t/5"]);
    for (const { options } of all) expectSame(options);
  });

  it("options made by hand: no up-times, planted bugs, eager heartbeats, thresholds, a name of its own", () => {
    const base = smallOptions();
    const hosts = { ...base.hosts, uptimeS: null, downtimeS: null };
    const thresholds = [
      { metric: "unhosted_ms", expression: "p(99)<=1500" },
      { metric: "unhosted_ms", expression: "max<5000" },
      { metric: "vps_refused", expression: "sum==0" },
    ];
    expectSame({ ...base, hosts, planted: PLANTED_NAMES, eagerHeartbeats: true, thresholds, scenario: "test/small-minimal" });
    expectSame({
      ...base,
      modes: ["soak"],
      title: 'It says: "yes" # $5, no?\u2028\ufeff\u0085',
      swarm: { subset: "all", world: "random" },
    });
  });

  const churn = sharedData !== undefined && existsSync(resolve(sharedData, "traces/churn"));
  it.skipIf(!churn)("the evening on measured traces, where they are at hand (else skipped)", () => {
    const access: [string, string] = ["data.hostAccess", "{file: traces/access/mlab-country-2025-10.csv, metric: rtt, weight: n_down}"];
    const [options] = loadedOptions("capacity/evening-peak", [access], sharedData!);
    expect(options!.hosts.availability!.nodes.length).toBeGreaterThan(2000);
    expect(options!.network.placeRegion.length).toBeGreaterThan(100);
    expectSame(options!);
  });
});

describe("the text", () => {
  const [calm] = loadedOptions("smoke/calm");

  it("stands alone: other defaults, other presets, other settings change nothing", () => {
    const [options] = loadedOptions("chaos/region-outage");
    const other = `
schema: peerstead-scenario/1
mode: soak
fidelity: game
duration: 7h
settle: 8h
heartbeats: eager
seeds: {from: 9, count: 9, budget: 9h}
conf: {general: {enable_p2p_maps: false, scoring: seed}, failover: {backup_hosts_count: 9}, p2p_eligible_maps: {prontera: true, nowhere: true}}
tuning: {heartbeatMs: 9, askAgainMs: 9}
fleet:
  regions: {NOWHERE: 1}
  hosts: {count: 9, hardware: strong, upload: fibre, uploadShare: 0.9, jitter: calm, uptime: 9s, downtime: 9s, leave: {polite: 9, close: 1, silent: 0}, metricsNoise: 0.9}
  players: {executor: ramping-arrival-rate, scale: 9, initial: 9, start: 9/s, session: 9s, stay: 9s, reconnect: 9s, quit: none}
  maps: {count: 9, critical: 9, popularity: zipf(9), names: [elsewhere]}
network: {rtt: {places: [{name: N, region: NOWHERE}], ms: [[9]]}, playerAccess: near, hostAccess: near, jitter: 9ms, loss: 0.9, burst: {every: 9s, for: 9s, loss: 0.9}}
store: {latency: 9ms}
faults: {plan: [{kind: leave, at: 1s, target: all}]}
require: {faultsEffective: none, sometimes: [vps.full]}
series: {step: 9s}
`;
    expect(reread(options!, { [join(SCENARIOS_DIR, "presets/defaults.yaml")]: other })).toEqual(options);
  });

  it("names every setting of conf and tuning", () => {
    const written = parse(scenarioText(calm!, 1, [])) as { conf: Record<string, object>; tuning: object };
    expect(written.tuning).toEqual(calm!.tuning);
    const { p2p_eligible_maps: _, ...conf } = calm!.conf;
    expect(written.conf).toEqual(conf);
  });

  it("reads no file but the defaults, and extends nothing", () => {
    const text = scenarioText(calm!, 1, []);
    const read: string[] = [];
    const files = filesOver({ "s.yaml": text });
    const readText = (path: string) => {
      read.push(path);
      return files(path);
    };
    expect(loadScenario("/t/s.yaml", { sets: [], dataDir: null, readText }).ok).toBe(true);
    expect(read).toEqual(["/t/s.yaml", join(SCENARIOS_DIR, "presets/defaults.yaml")]);
    expect(text).not.toMatch(/extends|preset/);
  });

  it("asks for the one seed, and says at its head what it is told to", () => {
    const text = scenarioText(calm!, 41, ["Failure of chaos/swarm.", "", "Replay:\n  peerstead replay minimal.yaml"]);
    expect(text.split("\n").slice(0, 8)).toEqual([
      "# Failure of chaos/swarm.",
      "#",
      "# Replay:",
      "#   peerstead replay minimal.yaml",
      "schema: peerstead-scenario/1",
      "name: smoke/calm",
      "title: Nothing goes wrong",
      "",
    ]);
    expect(points(text)[0]!.seeds).toEqual({ from: 41, count: 1, budgetS: null });
  });

  it("is as people write scenarios", () => {
    const drawn = drawSwarm(loadedOptions("chaos/swarm")[0]!, 3);
    const shaken = { id: "jitter-burst-2", kind: "jitter-burst", atUs: 33_811_095, everyUs: null, forUs: 1_306_000 } as const;
    const fault: Fault = { ...shaken, target: { pick: "busiest", count: 1 }, amount: 19.68, close: true };
    const text = scenarioText({ ...drawn, faults: [fault] }, 3, []);
    for (const line of [
      "mode: [safety, liveness]",
      "duration: 36s",
      "  regions: {NA: 0.5, EU: 0.5}",
      "      cpuGhz: uniform(3.4, 4.4)",
      "      cpuCores: {8: 1, 12: 1, 16: 1}",
      "    uptime: always",
      "    downtime: forever",
      "      - {name: prontera, eligible: false, popularity: 1}",
      "      - [7.4, 128]",
      "  burst: null",
      "    - {region: NA, slots: 3}",
      'store: {latency: "quantiles(5: 400us, 50: 800us, 90: 2ms, 99: 15ms)"}',
      "    - {id: jitter-burst-2, kind: jitter-burst, at: 33.811095s, target: host.busiest, for: 1.306s, amount: 19.68}",
    ])
      expect(text.split("\n")).toContain(line);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it("says a name as names may be spelt, and draws by the one that it had", () => {
    const again = reread({ ...calm!, scenario: "My Scenario (2)", draws: "My Scenario (2)" });
    expect([again.scenario, again.draws]).toEqual(["my-scenario-2-", "My Scenario (2)"]);
  });

  it("refuses to leave out what it does not know", () => {
    const more = { ...calm!, weather: "rain" } as Options;
    expect(() => scenarioText(more, 1, [])).toThrow("nothing writes weather");
    const hosts = { ...calm!.hosts, colour: "red" } as Options["hosts"];
    expect(() => scenarioText({ ...calm!, hosts }, 1, [])).toThrow("nothing writes colour");
  });
});
