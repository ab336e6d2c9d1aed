/** `compare` on runs that are small and real, and what it says to wrong words. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../sim/run/compare/document.ts";
import { call, type Told } from "./test-io.fixture.ts";

/** Its seeds leave no metrics, but 901 throws and 903 never ends. */
const workerFile = new URL("../../sim/run/pool-worker.fixture.ts", import.meta.url);

let cwd = "";

const SMALL = `schema: peerstead-scenario/1
name: tests/small
mode: [capacity]
duration: 2m
seeds: {from: 4, count: 3}
fleet:
  hosts: {count: 20, hardware: strong, upload: fibre, jitter: calm, uptime: exponential(60s), downtime: exponential(20s)}
  players: {peak: 40, stay: exponential(30s)}
  maps: {count: 20, critical: 2}
  regions: {NA: 0.5, EU: 0.5}
network: {playerAccess: near, hostAccess: near, jitter: laplace(500us), loss: 0, burst: null}
`;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-compare-"));
  writeFileSync(join(cwd, "small.yaml"), SMALL);
  writeFileSync(join(cwd, "sweep.yaml"), `${SMALL.replace("count: 20,", "count: $hosts,")}sweep: {hosts: [15, 20]}\n`);
  writeFileSync(join(cwd, "mine.conf"), "general: { scoring: normalized }\nfailover: { backup_hosts_count: 0 }\n");
  writeFileSync(join(cwd, "wrong.conf"), "general: { enable_p2p_maps: maybe }\n");
});

afterAll(() => rmSync(cwd, { recursive: true }));

async function compare(...args: string[]): Promise<Told> {
  return call(["compare", "small.yaml", "--workers", "2", ...args], { cwd });
}

function read(told: Told): Comparison {
  return JSON.parse(told.stdout) as Comparison;
}

describe("compare", () => {
  it("finds a policy equal to itself, to the last figure", async () => {
    const told = await compare("--set-a", "tuning.heartbeatMs=250", "--seeds", "3", "--json");
    expect(told.code).toBe(0);
    const comparison = read(told);
    expect(comparison.verdict.replaceAll("\u00a0", " ")).toBe("A and B are equal: no judged figure differs over 3 seeds.");
    expect(comparison.a.fingerprint).toBe(comparison.b.fingerprint);
    expect(comparison.rows.every((row) => row.difference === 0 || row.pairs.length === 0)).toBe(true);
    expect([comparison.seeds, comparison.settings]).toEqual([[4, 5, 6], []]);
    expect([comparison.a.label, comparison.b.label]).toEqual(["tuning.heartbeatMs=250", "the scenario as it is"]);
  });

  it("tells a policy that notices losses late from one that does not, by what it is made for, over twelve seeds", async () => {
    const told = await compare("--set-b", "tuning.heartbeatMs=3000", "--json");
    expect(told.code).toBe(0);
    const comparison = read(told);
    expect(comparison.seeds).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    const detection = comparison.rows.find((row) => row.metric === "detection_ms" && row.statistic === "mean");
    expect(detection).toMatchObject({ verdict: "worse", left_out: 0 });
    expect(detection?.percent ?? 0).toBeGreaterThan(100);
    expect(comparison.counts.better).toBe(0);
    expect(comparison.settings).toEqual([{ path: "tuning.heartbeatMs", a: 250, b: 3000 }]);
    expect(comparison.command).toBe("peerstead compare small.yaml --set-b tuning.heartbeatMs=3000");
    expect(comparison.b.command).toBe("peerstead run small.yaml --seeds 4..15 --set tuning.heartbeatMs=3000");
  });

  it("DT1: leaves the same document for any number of workers, and writes the one it prints", async () => {
    const args = ["--set-b", "tuning.cooldownS=5", "--seeds", "1..3", "--json"];
    const two = await compare(...args);
    const one = await compare(...args, "--workers", "1");
    // Somebody may commit between two calls.
    expect({ ...read(one), commit: "" }).toEqual({ ...read(two), commit: "" });
    expect(readFileSync(join(cwd, "reports", "tests", "small", "compare.json"), "utf8")).toBe(one.stdout);
    expect(readdirSync(join(cwd, "reports", "tests", "small"))).toEqual(["compare.html", "compare.json"]);
  });

  it("takes a conf file in place of the scenario's conf, with what is set laid over it", async () => {
    const told = await compare("--b", "mine.conf", "--set-b", "conf.general.persistent_hosts=0", "--seeds", "1", "--json");
    expect(told.code).toBe(0);
    const { settings, b } = read(told);
    expect(settings).toEqual([
      { path: "conf.general.persistent_hosts", a: true, b: false },
      { path: "conf.general.scoring", a: "seed", b: "normalized" },
      { path: "conf.failover.backup_hosts_count", a: 2, b: 0 },
    ]);
    expect(b).toMatchObject({
      label: "mine.conf, conf.general.persistent_hosts=0",
      changes: ["--b mine.conf", "--set-b conf.general.persistent_hosts=0"],
      command: 'peerstead run small.yaml --seeds 4..4 --set \'conf={"file":"mine.conf"}\' --set conf.general.persistent_hosts=0',
    });
  });

  it("says it to people in a screen, with the report's place on stderr", async () => {
    const told = await compare("--set-b", "conf.failover.backup_hosts_count=0", "--seeds", "2", "--report", "elsewhere");
    expect(told.code).toBe(0);
    expect(told.stdout).toContain("tests/small: ");
    expect(told.stdout.replaceAll("\n", " ")).toContain("2 seeds cannot tell two policies apart here, whatever they do;");
    expect(told.stdout).not.toContain("Leans");
    expect(told.stdout).toContain("Settings       conf.failover.backup_hosts_count: 2 and 0.");
    expect(told.stderr).toContain(`report: ${join(cwd, "elsewhere", "tests", "small", "compare.html")}`);
  });

  it("compares one point of a sweep, and names it where it is run again", async () => {
    const told = await call(["compare", "sweep.yaml", "--point", "1", "--seeds", "1", "--set-b", "tuning.loadMs=60", "--json"], { cwd });
    expect(told.code).toBe(0);
    expect(read(told).command).toBe("peerstead compare sweep.yaml --set-b tuning.loadMs=60 --seeds 4..4 --point 1");
    expect(read(told).rows.find((row) => row.metric === "hosts_online")?.a ?? 0).toBeGreaterThan(12);
    const missing = await call(["compare", "sweep.yaml", "--point", "2", "--set-b", "tuning.loadMs=60"], { cwd });
    expect([missing.code, missing.stderr]).toEqual([1, "peerstead: --point 2: the scenario has 2 points, counted from 0\n"]);
  });

  it("does not count thresholds, but ends with the code of a run that broke", async () => {
    const strict = await compare("--set", 'thresholds={rtt_ms: ["avg<=1"]}', "--set-b", "tuning.loadMs=60", "--seeds", "1", "--json");
    expect([strict.code, read(strict).a.result, read(strict).b.result]).toEqual([0, "threshold", "threshold"]);
    const crashed = await call(["compare", "small.yaml", "--set-b", "tuning.loadMs=60", "--seeds", "900..901", "--json"], {
      cwd,
      workerFile,
    });
    expect(crashed.code).toBe(16);
    expect(read(crashed).a.broken.map(({ seed, result, replay }) => [seed, result, replay])).toEqual([
      [901, "crash", "peerstead replay small.yaml --seed 901"],
    ]);
    expect(read(crashed).b.broken[0]?.replay).toBe("peerstead replay small.yaml --seed 901 --set tuning.loadMs=60");
  });

  it.each([
    [[], "peerstead: nothing to compare: say what sets B apart from A with --b, --set-b, --a or --set-a\n"],
    [["--set-b", "tuning"], "peerstead: --set-b tuning: expected path=value, for example fleet.hosts.count=500\n"],
    [
      ["--set-b", "tuning.heartbeatsMs=1"],
      'peerstead: 1 error in scenario small.yaml\n--set-b tuning.heartbeatsMs=1: unknown field "heartbeatsMs" in tuning; did you mean "heartbeatMs"?\n',
    ],
    [["--a", "none.conf"], "peerstead: 1 error in scenario small.yaml\n--a none.conf: conf.file: cannot read "],
    [["--b", "wrong.conf"], "peerstead: 1 error in scenario small.yaml\n"],
    [["--set-b", "name=other"], "peerstead: both sides must have one name, on which all draws depend; A is tests/small, B is other\n"],
    [
      ["--set-b", "seeds.count=9"],
      "peerstead: both sides run the same seeds; say which with --seeds, not with seeds.from or seeds.count of one side\n",
    ],
    [["--set-b", "tuning.loadMs=1", "--seeds", "many"], "peerstead: --seeds many: expected "],
  ])("refuses %j", async (args, message) => {
    const told = await call(["compare", "small.yaml", ...args], { cwd, workerFile });
    expect([told.code, told.stdout]).toEqual([1, ""]);
    expect(told.stderr.slice(0, message.length)).toBe(message);
  });

  it("ends with 130 when interrupted, and writes nothing", async () => {
    const args = ["compare", "small.yaml", "--set-b", "tuning.loadMs=1", "--seeds", "903..903", "--report", "cut", "--json"];
    const told = await call(args, { cwd, workerFile, signal: AbortSignal.timeout(300) });
    expect(told.code).toBe(130);
    expect(existsSync(join(cwd, "cut"))).toBe(false);
  });
});
