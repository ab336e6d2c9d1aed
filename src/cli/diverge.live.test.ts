/** `diverge` with its processes: this checkout with settings changed, other checkouts, runs in files. Other commits have a test of their own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DivergeDocument } from "../../sim/run/diverge/document.ts";
import type { LadderAnswer } from "../../sim/run/diverge/ladder-run.ts";
import { call, type Told } from "./test-io.fixture.ts";

const SMALL = `schema: peerstead-scenario/1
name: tests/diverge
mode: [safety]
duration: 3m
seeds: {from: 4, count: 2}
fleet:
  hosts: {count: 12, hardware: strong, upload: fibre, jitter: calm, uptime: exponential(90s), downtime: exponential(20s)}
  players: {peak: 30, stay: exponential(30s)}
  maps: {count: 12, critical: 2}
  regions: {NA: 0.5, EU: 0.5}
network: {playerAccess: near, hostAccess: near, jitter: laplace(500us), loss: 0, burst: null}
`;
/** The settings with which the runs part late: a move waits longer before it is made again. */
const LATE = "tuning.cooldownS=120";
const RUN = ["--scenario", "small.yaml", "--seed", "4"];

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-diverge-test-"));
  writeFileSync(join(cwd, "small.yaml"), SMALL);
});

afterAll(() => rmSync(cwd, { recursive: true }));

async function diverge(...args: string[]): Promise<Told> {
  return call(["diverge", ...args], { cwd });
}

function read(told: Told): DivergeDocument {
  return JSON.parse(told.stdout) as DivergeDocument;
}

/** All entries of a run with these settings, written out. */
async function everyLine(...sets: string[]): Promise<readonly string[]> {
  const all = ["--after", "0", "--up-to", "999999999", "--context", "0"];
  const told = await call(["ladder", "small.yaml", "--seed", "4", ...all, ...sets.flatMap((set) => ["--set", set])], { cwd });
  expect(told.code).toBe(0);
  return (JSON.parse(told.stdout) as LadderAnswer).window?.lines ?? [];
}

describe("DT1: sides of this checkout", () => {
  it("are equal when nothing differs, also by another Node's binary", async () => {
    const told = await diverge(".", `node:${process.execPath}`, ...RUN, "--json");
    expect(told.code).toBe(0);
    const document = read(told);
    expect(document).toMatchObject({ equal: true, fingerprints_equal: true, first: null, a: { runs: 1, node: process.version } });
    expect(document.a.entries).toBe((await everyLine()).length);
  });

  it("part where looking at every event of both finds it, late in the run", async () => {
    const told = await diverge(`set:${LATE}`, ".", ...RUN, "--json", "--events", "4");
    expect(told.code).toBe(14);
    const document = read(told);
    const [a, b] = [await everyLine(LATE), await everyLine()];
    const first = a.findIndex((line, i) => line !== b[i]);
    expect(first).toBeGreaterThan(500);
    expect(document.first?.number).toBe(first + 1);
    expect(document.first?.a).toEqual(JSON.parse(a[first] ?? ""));
    expect(document.first?.b).toEqual(JSON.parse(b[first] ?? ""));
    expect(document.before).toEqual(a.slice(first - 4, first).map((line) => JSON.parse(line) as unknown));
    expect(document.after.b).toEqual(b.slice(first, first + 4).map((line) => JSON.parse(line) as unknown));
    expect([document.a.entries, document.b.entries]).toEqual([a.length, b.length]);
    expect(document.settings).toEqual([{ path: "tuning.cooldownS", a: 120, b: expect.any(Number) as number }]);
    expect([document.a.runs, document.b.runs, document.a.unsteady, document.b.unsteady]).toEqual([2, 2, null, null]);
    expect(document.command).toBe(`peerstead diverge set:${LATE} . --scenario small.yaml --seed 4`);
  });

  it("with eager and lazy heartbeats differ in a beat and agree in every decision", async () => {
    const events = await diverge("set:heartbeats=eager", ...RUN);
    expect(events.code).toBe(14);
    expect(events.stdout.replaceAll("\n", " ")).toContain("The coordinator's decisions are equal nevertheless.");
    expect(events.stdout).toMatch(/^A +\d+ .*: beat/m);
    const decisions = await diverge("set:heartbeats=eager", ".", ...RUN, "--of", "decisions", "--json");
    expect([decisions.code, read(decisions).equal, read(decisions).of]).toEqual([0, true, "decisions"]);
  });

  it("that are one scenario with two names are refused, because all draws depend on it", async () => {
    const told = await diverge("set:name=other", ...RUN);
    expect([told.code, told.stdout]).toEqual([1, ""]);
    expect(told.stderr).toContain("both sides must draw by one name; A draws by other, B by tests/diverge");
  });
});

describe("DT1: a side that is a file", () => {
  it("replays, or parts from the other in a stretch of its ladder, with what the other did there", async () => {
    const left = await call(["replay", "small.yaml", "--seed", "4", "--json"], { cwd });
    writeFileSync(join(cwd, "left.json"), left.stdout);
    const same = await diverge("left.json", "--scenario", "small.yaml", "--json");
    expect([same.code, read(same).equal, read(same).seed, read(same).a.runs, read(same).b.runs]).toEqual([0, true, 4, 0, 1]);
    const told = await diverge(".", "left.json", "--scenario", "small.yaml", "--set", LATE, "--json");
    expect(told.code).toBe(14);
    const document = read(told);
    expect(document).toMatchObject({ equal: false, first: null, a: { runs: 2 }, b: { side: "left.json", node: null, runs: 0 } });
    expect(document.note).toBe(
      "The file keeps a rung of its ladder now and then, and the run cannot be made again to see more: the file does not say of which commit it is.",
    );
    const { after, upTo } = document.stretch ?? { after: -1, upTo: -1 };
    expect([after, upTo]).toEqual([0, Math.min(document.a.entries, document.b.entries) + 1]);
    expect(document.after.a.length).toBe(10);
    expect(document.after.b).toEqual([]);
    expect(document.after.a[0]).toMatchObject({ event: "record", by: "coordinator" });
  });

  it("of a campaign says by itself which run it was, with all that was set", async () => {
    const ran = await call(
      ["run", "small.yaml", "--seeds", "4..5", "--set", "tuning.loadMs=60", "--set", 'thresholds={rtt_ms: ["avg<=1"]}'],
      { cwd },
    );
    expect(ran.code).toBe(12);
    const file = join("reports", "tests", "diverge", "run.json");
    const told = await diverge(file, "--seed", "5", "--json");
    expect([told.code, told.stderr.includes("peerstead: side")]).toEqual([0, false]);
    expect(read(told)).toMatchObject({ equal: true, seed: 5, scenario: "tests/diverge" });
    const { runs } = JSON.parse(readFileSync(join(cwd, file), "utf8")) as { runs: { decisions: string }[] };
    expect(read(told).b.decisions).toBe(runs[1]?.decisions);
    // Without that setting it is another run, and the file, whose runs ended well, keeps no ladder to say where.
    const other = await diverge(file, "--scenario", "small.yaml", "--json");
    expect([other.code, read(other).stretch?.after]).toEqual([14, 0]);
  });
});

describe("DT1: diverge refuses", () => {
  it.each([
    [["no-such-commit"], "peerstead: side no-such-commit: no commit, folder or file no-such-commit"],
    [["--upload-pack=x"], "peerstead: unknown option"],
    [["set:tuning.loadMs=wat"], "peerstead: 1 error in scenario small.yaml\nset:tuning.loadMs=wat: tuning.loadMs: expected a number"],
    [["set:"], "peerstead: side set:: expected something behind set:"],
    [["node:small.yaml"], "is no Node: it answers --version with no version"],
    [["small.yaml"], "peerstead: side small.yaml: is not JSON: "],
    [["empty.json+set:a=1"], "side empty.json+set:a=1: a file is a run that is over; node: and set: belong to the other side"],
    [["empty.json"], "peerstead: side empty.json: expected a run.json of `run` or the answer of `replay --json`"],
    [["empty.json", "small.yaml"], "peerstead: at most one side can be a file"],
    [[".", "--events", "many"], "peerstead: --events many: expected a whole number from 0 to 1000"],
    [[".", "--of", "event"], "did you mean events?"],
    [[".", "--timeout", "0"], "peerstead: --timeout 0: expected a whole number of seconds"],
  ])("%j", async (args, message) => {
    writeFileSync(join(cwd, "empty.json"), "{}");
    const told = await diverge(...args, ...RUN);
    expect([told.code, told.stdout]).toEqual([1, ""]);
    expect(told.stderr).toContain(message);
  });

  it("to guess which run", async () => {
    expect((await diverge(".", "--seed", "1")).stderr).toBe("peerstead: --scenario is missing: which run?\n");
    expect((await diverge(".", "--scenario", "small.yaml")).stderr).toBe("peerstead: --seed is missing: which run?\n");
  });

  it("to wait for ever: its processes end at the time-out and on Ctrl-C, and nothing is left behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("peerstead-diverge-")).length;
    const long = [".", "--scenario", "capacity/hundred-thousand", "--seed", "1"];
    const late = await diverge(...long, "--timeout", "1", "--json");
    expect(late.code).toBe(15);
    expect(JSON.parse(late.stdout)).toMatchObject({ error: { message: "side .: given up after 1 s of wall time" } });
    const stopped = await call(["diverge", ...long], { cwd, signal: AbortSignal.timeout(1_000) });
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("peerstead-diverge-")).length).toBe(before);
  });
});
