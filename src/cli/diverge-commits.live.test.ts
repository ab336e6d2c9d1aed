/** `diverge` between commits: in a repository of the test's own, a copy of this package with one line changed from commit to commit. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DivergeDocument } from "../../sim/run/diverge/document.ts";
import type { LadderAnswer } from "../../sim/run/diverge/ladder-run.ts";
import { packageRoot } from "./places.ts";
import { call, type Told } from "./test-io.fixture.ts";

const SCENARIO = `schema: peerstead-scenario/1
name: tests/commits
mode: [safety]
duration: 2m
fleet:
  hosts: {count: 12, uptime: exponential(90s), downtime: exponential(20s), leave: {polite: 0, close: 0, silent: 1}}
  players: {peak: 30}
  maps: {count: 12, critical: 2}
`;
const RUN = ["--scenario", "scenario.yaml", "--seed", "1"];
const LINE = "const PROBE_SLACK_US = 60 * US_PER_MS;";
const CHANGED_LINE = "const PROBE_SLACK_US = 90 * US_PER_MS;";
const CHANGED = "src/core/hosting/suspicion.ts";
const UNSTEADY = "sim/world/network.ts";
const ASKED = "src/cli/ladder.ts";

let parent = "";
let copy = "";
/** Commits by what sets them apart, and every entry of the run of those that are compared. */
const commits: Record<"before" | "old" | "new" | "locked" | "unsteady", string> = {
  before: "",
  old: "",
  new: "",
  locked: "",
  unsteady: "",
};
let oldLines: readonly string[] = [];
let newLines: readonly string[] = [];

function git(...args: string[]): string {
  const who = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", copy, ...who, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

function commit(message: string): string {
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
  return git("rev-parse", "HEAD");
}

function change(path: string, from: string, to: string): void {
  const text = readFileSync(join(copy, path), "utf8");
  expect(text.split(from).length).toBe(2);
  writeFileSync(join(copy, path), text.replace(from, to));
}

/** The command of the copy, as a process of its own in its folder. */
function peerstead(...args: string[]): Told {
  const told = spawnSync(process.execPath, [join(copy, "src/cli/main.ts"), ...args], { cwd: parent, encoding: "utf8", maxBuffer: 1 << 28 });
  return { code: told.status ?? -1, stdout: told.stdout, stderr: told.stderr };
}

function read(told: Told): DivergeDocument {
  return JSON.parse(told.stdout) as DivergeDocument;
}

function everyLine(): readonly string[] {
  const told = peerstead("ladder", "scenario.yaml", "--seed", "1", "--after", "0", "--up-to", "999999999", "--context", "0");
  return (JSON.parse(told.stdout) as LadderAnswer).window?.lines ?? [];
}

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "peerstead-commits-"));
  copy = join(parent, "copy");
  mkdirSync(copy);
  const root = packageRoot();
  for (const name of ["src", "sim", "scenarios", "package.json", "package-lock.json"])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  writeFileSync(join(copy, ".gitignore"), "node_modules\n");
  writeFileSync(join(parent, "scenario.yaml"), SCENARIO);
  git("init", "--quiet");
  const asked = readFileSync(join(copy, ASKED), "utf8");
  rmSync(join(copy, ASKED));
  commits.before = commit("before diverge");
  writeFileSync(join(copy, ASKED), asked);
  commits.old = commit("old");
  oldLines = everyLine();
  const ran = peerstead("run", "scenario.yaml", "--seeds", "1..1", "--workers", "1");
  expect([ran.code, existsSync(join(parent, "reports/tests/commits/run.json"))]).toEqual([0, true]);
  change("package-lock.json", '"lockfileVersion": 3', '"lockfileVersion": 4');
  commits.locked = commit("other modules");
  change("package-lock.json", '"lockfileVersion": 4', '"lockfileVersion": 3');
  // From the second minute on each run is another: what a clock of the machine does to a simulation that reads it.
  change(
    UNSTEADY,
    "return Math.max(1, Math.round(delay));",
    "return Math.max(1, Math.round(delay) + (this.queue.now > 6e7 ? Number(process.hrtime.bigint() % 97n) : 0));",
  );
  commits.unsteady = commit("unsteady");
  git("checkout", "--quiet", commits.old, "--", UNSTEADY);
  change(CHANGED, LINE, CHANGED_LINE);
  commits.new = commit("new");
  newLines = everyLine();
}, 180_000);

afterAll(() => rmSync(parent, { recursive: true }));

/** What looking at every event of the two runs says. */
function expectFirstDifference(document: DivergeDocument): void {
  const first = oldLines.findIndex((line, i) => line !== newLines[i]);
  expect(first).toBeGreaterThan(100);
  expect(document.first).toMatchObject({
    number: first + 1,
    a: JSON.parse(oldLines[first] ?? "") as unknown,
    b: JSON.parse(newLines[first] ?? "") as unknown,
  });
  expect(document.before.at(-1)).toEqual(JSON.parse(oldLines[first - 1] ?? ""));
  expect([document.a.runs, document.b.runs, document.note]).toEqual([2, 2, null]);
}

describe("DT1: two commits", () => {
  it("part where looking at every event of both finds it, and nothing is left behind", { timeout: 120_000 }, () => {
    const status = git("status", "--porcelain");
    const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("peerstead-diverge-"));
    const before = folders();
    const told = peerstead("diverge", commits.old, "HEAD", ...RUN, "--json");
    expect(told.code).toBe(14);
    const document = read(told);
    expectFirstDifference(document);
    expect([document.a.commit, document.b.commit]).toEqual([commits.old, commits.new]);
    expect([git("status", "--porcelain"), git("worktree", "list").split("\n").length]).toEqual([status, 1]);
    expect(folders().filter((name) => !before.includes(name))).toEqual([]);
    expect(readdirSync(join(packageRoot(), "node_modules")).length).toBeGreaterThan(10);
  });

  it("and a recorded run of the one, which is made again at its commit", { timeout: 120_000 }, () => {
    const told = peerstead("diverge", "reports/tests/commits/run.json", "--json");
    expect(told.code).toBe(14);
    expectFirstDifference(read(told));
    expect(read(told).a).toMatchObject({ side: "reports/tests/commits/run.json, run again", commit: commits.old });
  });

  it("and this very checkout as a folder, with what is changed in it and in no commit", { timeout: 120_000 }, async () => {
    const same = await call(["diverge", copy, copy, ...RUN, "--json"], { cwd: parent });
    expect([same.code, read(same).equal, read(same).a.commit]).toEqual([0, true, commits.new]);
    change(CHANGED, CHANGED_LINE, LINE);
    try {
      const told = peerstead("diverge", ".", "HEAD", ...RUN, "--json");
      expect(told.code).toBe(14);
      expectFirstDifference(read(told));
      expect(read(told).a.commit).toBe(`${commits.new}+dirty`);
    } finally {
      change(CHANGED, LINE, CHANGED_LINE);
    }
  });

  it("of which one is another from run to run: it is told which, and where its runs part", { timeout: 120_000 }, () => {
    const told = peerstead("diverge", commits.unsteady, commits.unsteady, ...RUN, "--json");
    expect(told.code).toBe(14);
    const { a, b, equal } = read(told);
    expect(equal).toBe(false);
    expect([a.unsteady, b.unsteady].filter((each) => each !== null).length).toBe(2);
    const beside = peerstead("diverge", commits.old, commits.unsteady, ...RUN);
    expect(beside.code).toBe(14);
    const text = beside.stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain(`Unsteady ${commits.unsteady} is not the same from run to run: two of its runs part between events`);
    expect(text).toMatch(/ A and B part (at event [\d,]+ of [^;]*?, at 0:01:0|between events )/);
  });

  it.each([
    ["before" as const, "does not know how to answer diverge: it has no src/cli/ladder.ts; "],
    ["locked" as const, "has another package-lock.json, so that it cannot use the node_modules that are here."],
  ])("of which one cannot be run (%s) are refused", (which, message) => {
    const told = peerstead("diverge", commits[which], ...RUN, "--json");
    expect(told.code).toBe(1);
    const { error } = JSON.parse(told.stdout) as { error: { message: string } };
    expect(error.message).toContain(`side ${commits[which]}: commit ${commits[which]} ${message}`);
    if (which === "before") expect(error.message).toContain(`${commits.old} is the first that does`);
  });
});
