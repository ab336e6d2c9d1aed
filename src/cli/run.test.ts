/** `run` and `replay`, mostly with a stand-in for the simulator: what becomes of outcomes, whatever they are. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stripTimes, type RunDocument } from "../../sim/run/document.ts";
import { call, type Told } from "./test-io.fixture.ts";

/** Its seeds run, but 901 throws, 902 ends its thread and 903 never ends. */
const workerFile = new URL("../../sim/run/pool-worker.fixture.ts", import.meta.url);

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-run-"));
  writeFileSync(
    join(cwd, "small.yaml"),
    "schema: peerstead-scenario/1\nname: tests/small\nmode: [capacity]\nduration: 1m\nseeds: {from: 4, count: 3}\nfleet: {players: {peak: 10}}\n",
  );
  writeFileSync(
    join(cwd, "sweep.yaml"),
    "schema: peerstead-scenario/1\nname: sweep\nmode: [capacity]\nduration: 1m\nseeds: {from: 1, count: 2}\nsweep: {hosts: [5, 6]}\nfleet: {hosts: {count: $hosts}, players: {peak: 10}}\n",
  );
});

afterEach(() => rmSync(cwd, { recursive: true }));

async function run(...args: string[]): Promise<Told> {
  return call(["run", "small.yaml", "--workers", "2", ...args], { cwd, workerFile });
}

function documentOf(told: Told): RunDocument & { seeds_asked: number } {
  return JSON.parse(told.stdout) as RunDocument & { seeds_asked: number };
}

/** A document without what the machine and the checkout add: somebody may commit between two runs of a test. */
function comparable(told: Told): RunDocument {
  return { ...stripTimes(documentOf(told)), commit: "" };
}

describe("run", () => {
  it("ST3: prints one document and writes the same one whole", async () => {
    const told = await run("--json");
    expect(told.code).toBe(0);
    expect(readFileSync(join(cwd, "reports", "tests", "small", "run.json"), "utf8")).toBe(told.stdout);
    expect(readdirSync(join(cwd, "reports", "tests", "small"))).toEqual(["report.html", "run.json"]);
    const document = documentOf(told);
    expect([document.scenario, document.seeds, document.seeds_asked, document.result]).toEqual(["tests/small", [4, 5, 6], 3, "ok"]);
    expect(document.command).toBe("peerstead run small.yaml");
  });

  it("DT1: leaves the same document for 1, 2 and 4 workers and for seeds in reverse", async () => {
    const one = comparable(await run("--json", "--seeds", "1..6", "--workers", "1"));
    for (const more of [
      ["--seeds", "1..6"],
      ["--seeds", "1..6", "--workers", "4"],
      ["--seeds", "6..1"],
    ]) {
      expect(comparable(await run("--json", ...more))).toEqual(one);
    }
  });

  it("prints the summary for people on stdout, and where the report is on stderr", async () => {
    const told = await run("--report", "elsewhere");
    expect(told.code).toBe(0);
    expect(told.stdout).toContain("tests/small");
    const file = join(cwd, "elsewhere", "tests", "small", "run.json");
    expect(told.stderr.split("\n").filter((line) => line.includes(file))).toEqual([`document: ${file}`]);
    expect(told.stdout).not.toContain(file);
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });

  it("ends with 16 when a seed crashes, and keeps the others", async () => {
    for (const seeds of ["900..901", "901..902"]) {
      const told = await run("--json", "--seeds", seeds);
      expect(told.code).toBe(16);
      expect(documentOf(told).runs).toHaveLength(2);
    }
  });

  it("ends with 15 when a seed takes too long, and says how to see it again", async () => {
    const told = await run("--seeds", "902..903", "--timeout", "1", "--json");
    const { runs } = documentOf(told);
    expect(runs.map((each) => [each.seed, each.result, each.replay])).toEqual([
      [902, "crash", "peerstead replay small.yaml --seed 902"],
      [903, "timeout", "peerstead replay small.yaml --seed 903"],
    ]);
    expect((await run("--seeds", "903..903", "--timeout", "1")).code).toBe(15);
    const wrong = await run("--timeout", "soon");
    expect([wrong.code, wrong.stderr]).toEqual([1, "peerstead: --timeout soon: expected a whole number of seconds from 1 to 604800\n"]);
  });

  it("gives every point of a sweep its own document", async () => {
    const told = await call(["run", "sweep.yaml", "--json"], { cwd, workerFile });
    const document = JSON.parse(told.stdout) as { result: string; sweep: (RunDocument & { sweep_point: unknown })[] };
    expect(document.result).toBe("ok");
    expect(document.sweep.map((point) => [point.sweep_point, point.seeds])).toEqual([
      [{ hosts: 5 }, [1, 2]],
      [{ hosts: 6 }, [1, 2]],
    ]);
    const people = await call(["run", "sweep.yaml"], { cwd, workerFile });
    expect(people.stdout).toMatch(/\[hosts = 5\][^]*\[hosts = 6\]/);
  });

  it("says how many seeds ran when the budget is spent, and runs all that were asked for by hand", async () => {
    const told = await run("--json", "--set", "seeds.budget=1us");
    expect(told.stderr).toMatch(/the time budget is spent: [12] of 3 seeds ran/);
    expect(documentOf(told).seeds_asked).toBe(3);
    expect(documentOf(await run("--json", "--set", "seeds.budget=1us", "--seeds", "3")).seeds).toEqual([4, 5, 6]);
  });

  it("ends with 130 when interrupted, and writes nothing", async () => {
    const told = await call(["run", "small.yaml", "--seeds", "903..903", "--json"], { cwd, workerFile, signal: AbortSignal.timeout(300) });
    expect(told.code).toBe(130);
    expect(JSON.parse(told.stdout)).toEqual({ error: { message: "interrupted; nothing was written", complaints: [] } });
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });
});

describe("replay", () => {
  it("answers with the outcome of the one seed", async () => {
    const told = await call(["replay", "small.yaml", "--seed", "7", "--json"], { cwd, workerFile });
    expect(told.code).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ scenario: "tests/small", seed: 7, until_s: null, fingerprint: "f7", result: "ok" });
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });

  it("ST3: leaves a trace that is whole, or none", async () => {
    await call(["replay", "small.yaml", "--seed", "7", "--trace", "deep/trace.jsonl"], { cwd, workerFile });
    expect(readdirSync(join(cwd, "deep"))).toEqual(["trace.jsonl"]);
    expect(readFileSync(join(cwd, "deep", "trace.jsonl"), "utf8")).toBe('{"seed":7}\n');
    const cut = await call(["replay", "small.yaml", "--seed", "903", "--trace", "cut/trace.jsonl"], {
      cwd,
      workerFile,
      signal: AbortSignal.timeout(300),
    });
    expect([cut.code, readdirSync(join(cwd, "cut"))]).toEqual([130, []]);
  });

  it("shows fingerprint, ladder and violations, and ends with the code of the result", async () => {
    const told = await call(["replay", "small.yaml", "--seed", "901"], { cwd, workerFile });
    expect(told.code).toBe(16);
    for (const text of ["seed 901: crash", "fingerprint", "ladder", "crash at 0:00:00: RangeError: seed 901 throws"])
      expect(told.stdout).toContain(text);
  });

  it("refuses a point that the sweep does not have", async () => {
    const told = await call(["replay", "sweep.yaml", "--seed", "1", "--point", "2"], { cwd, workerFile });
    expect([told.code, told.stderr]).toEqual([1, "peerstead: --point 2: the scenario has 2 points, counted from 0\n"]);
  });
});

describe("the simulator behind run", () => {
  it("DT1: leaves the same document for 1, 2 and 4 workers, reversed seeds and a second run of each", async () => {
    const simulated = async (...args: string[]): Promise<RunDocument> => {
      const told = await call(["run", "smoke/crash-silent", "--json", "--seeds", "1..4", ...args], { cwd });
      expect(told.code).toBe(0);
      return comparable(told);
    };
    const one = await simulated("--workers", "1");
    expect(one.runs.map((each) => each.events > 0 && each.fingerprint !== "")).toEqual([true, true, true, true]);
    expect(await simulated("--workers", "2", "--seeds", "4..1")).toEqual(one);
    expect(await simulated("--workers", "4", "--twice")).toEqual(one);
  });
});
