/** What a key press costs: the modules that completion loads. Speed itself is for people to feel; a test would measure the machine. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MAIN = join(import.meta.dirname, "main.ts");

/** Names of the modules of a call, as Node's own coverage tells them. */
function loadedBy(...words: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "peerstead-loaded-"));
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  const told = spawnSync(process.execPath, [MAIN, "complete", "--", ...words], { encoding: "utf8", env });
  expect([told.status, told.stderr, told.stdout.split("\n").length > 2]).toEqual([0, "", true]);
  const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as { result: { url: string }[] });
  rmSync(folder, { recursive: true });
  return reports.flatMap(({ result }) => result.map(({ url }) => url));
}

describe("completing", () => {
  it("commands, options and scenarios loads nothing of the simulator", () => {
    const loaded = [...loadedBy(""), ...loadedBy("run", "capacity/"), ...loadedBy("run", "--")];
    expect(loaded.some((url) => url.endsWith("/src/cli/complete-tree.ts"))).toBe(true);
    expect(loaded.filter((url) => url.includes("/sim/") || url.includes("/ajv/") || url.includes("/piscina/"))).toEqual([]);
  });

  it("paths and their values reads the scenario, and neither judges nor runs it", () => {
    const loaded = [
      ...loadedBy("run", "capacity/million", "--set", "fleet."),
      ...loadedBy("run", "capacity/million", "--set", "fleet.hosts.hardware="),
      ...loadedBy("capacity", "capacity/million", "--vary", "fleet."),
    ];
    expect(loaded.some((url) => url.endsWith("/sim/run/scenario/path-words.ts"))).toBe(true);
    const heavy = /\/sim\/(world|fleet|checkers|faults)\/|\/(ajv|piscina)\/|scenario\/(load|validate)\.ts$/;
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  });
});
