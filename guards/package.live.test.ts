import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(ROOT, "src", "cli", "main.ts");

/** A folder that is not the project's, so that nothing is found by being near; the package as npm packs it, installed there; its command. */
let elsewhere = "";
let installed = "";
let BUILT = "";

function run(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: elsewhere, encoding: "utf8" });
  return { status, stdout, stderr };
}

beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), "peerstead-package-"));
  expect(run(join(ROOT, "guards", "build.ts"))).toEqual({ status: 0, stdout: "", stderr: "" });
  installed = install();
  BUILT = join(installed, String(Object.values(described().bin)[0]));
});

function described(): { readonly bin: Record<string, string>; readonly dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
}

/** What npm does with the package, without asking a registry: its files below node_modules, and beside it the dependencies that it names, no others. */
function install(): string {
  const modules = join(elsewhere, "node_modules");
  const folder = join(modules, "peerstead");
  mkdirSync(folder, { recursive: true });
  const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", elsewhere], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(packed.status).toBe(0);
  const opened = spawnSync("tar", ["-xzf", packed.stdout.trim(), "-C", folder, "--strip-components=1"], { cwd: elsewhere });
  expect(opened.status).toBe(0);
  for (const name of Object.keys(described().dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "junction");
  }
  return folder;
}

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

describe("the built command does what the sources do", () => {
  it("the package carries the rules that its pages quote", () => {
    expect(readFileSync(join(installed, "dist", "SPEC.md"), "utf8")).toBe(readFileSync(join(ROOT, "SPEC.md"), "utf8"));
  });

  it("the package carries every scenario, preset and conf, and the data of the small game", () => {
    for (const folder of ["scenarios", "conf"]) {
      const files = readdirSync(join(ROOT, folder), { recursive: true }).toSorted();
      expect(readdirSync(join(installed, "dist", folder), { recursive: true }).toSorted()).toEqual(files);
    }
  });

  it("the package carries every page and picture that its README shows", () => {
    const links = [...readFileSync(join(installed, "README.md"), "utf8").matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(
      ([, path]) => path as string,
    );
    expect(links).toContain("SCENARIOS.md");
    const carried = new Set(readdirSync(installed, { recursive: true, encoding: "utf8" }));
    expect(links.filter((path) => !carried.has(path))).toEqual([]);
  });

  it("a program elsewhere imports the sync client by the package's name, and it syncs", () => {
    const program = join(elsewhere, "program.mjs");
    writeFileSync(
      program,
      `import { init } from "peerstead/sync-client";
       import { example } from "peerstead/app/sync-client/example";
       console.log(init({ conf: "none.conf", host: 1 }).error.reason);
       await example(console.log);`,
    );
    const { status, stdout, stderr } = run(program);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^conf_unreadable\nmap state: .*"applied"[^]*\nclosed: {"unknown":0}\n$/);
    const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(existsSync(join(installed, exports["./sync-client"].types))).toBe(true);
  });

  it("conf check", () => {
    const conf = join(ROOT, "conf", "p2p_map_config.conf");
    const built = run(BUILT, "conf", "check", conf, "--json");
    expect(built).toEqual(run(SOURCE, "conf", "check", conf, "--json"));
    expect(built.status).toBe(0);
  });

  it("game check", () => {
    const built = run(BUILT, "game", "check", join(installed, "dist", "conf", "game"), "--map", "test_room", "--json");
    expect(built).toEqual(run(SOURCE, "game", "check", join(ROOT, "conf", "game"), "--map", "test_room", "--json"));
    expect(built.status).toBe(0);
  });

  it("diverge, whose sides are processes of the package", () => {
    const args = ["diverge", "set:tuning.loadMs=60", "--scenario", "smoke/calm", "--seed", "1", "--json"];
    const [built, source] = [BUILT, SOURCE].map((program) => run(program, ...args));
    const first = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { first: unknown }).first;
    expect(built).toMatchObject({ status: source?.status });
    expect(first(built!)).not.toBeNull();
    expect(first(built!)).toEqual(first(source!));
  });

  it("scenario schema", () => {
    const built = run(BUILT, "scenario", "schema");
    expect(built).toEqual(run(SOURCE, "scenario", "schema"));
    expect(built.status).toBe(0);
  });

  it("a run on worker threads: DT1 equal fingerprints from the scenario files of the package", () => {
    const name = `smoke/${(readdirSync(join(installed, "dist", "scenarios", "smoke"))[0] ?? "").replace(/\.yaml$/, "")}`;
    const answers = [BUILT, SOURCE].map((program, i) => {
      const report = join(elsewhere, `report-${i}`);
      const answer = run(program, "run", name, "--seeds", "1..2", "--workers", "2", "--json", "--report", report);
      expect(answer).toMatchObject({ status: 0, stderr: expect.stringContaining(join(report, name, "run.json")) });
      return JSON.parse(answer.stdout) as { fingerprint: string; commit: string };
    });
    expect(answers[0]?.fingerprint).toMatch(/\w+/);
    expect(answers[0]?.fingerprint).toBe(answers[1]?.fingerprint);
    for (const page of ["report.html", "look.html"]) {
      // Scripts are the text of functions: of the same ones, but types leave other blanks than a compiler does. A package knows its version, no commit.
      const parts = answers.map(({ commit }, i) => {
        const text = readFileSync(join(elsewhere, `report-${i}`, name, page), "utf8");
        return text.replaceAll(commit, "commit").replaceAll(commit.slice(0, 12), "commit").split("<script>");
      });
      const [built = [], source = []] = parts;
      expect(built[0]?.replaceAll(/commit(\+dirty)?/g, "commit")).toBe(source[0]?.replaceAll(/commit(\+dirty)?/g, "commit"));
      expect(built).toHaveLength(source.length);
      expect(built.join("")).toContain(page === "look.html" ? "startLook();" : "startCharts();");
    }
  });
});
