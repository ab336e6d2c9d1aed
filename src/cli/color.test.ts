/** Colours: only where a terminal takes them and nobody said no. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Io, mayColor } from "./io.ts";
import { everyCommand, testProgram } from "./program-tree.fixture.ts";
import { call, memorySink, type Outside } from "./test-io.fixture.ts";

const ESCAPE = "\u001b";
const workerFile = new URL("../../sim/run/pool-worker.fixture.ts", import.meta.url);

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-color-"));
  writeFileSync(
    join(cwd, "small.yaml"),
    "schema: peerstead-scenario/1\nduration: 1m\nseeds: {from: 1, count: 2}\nfleet: {hosts: {count: 5}, players: {peak: 5}}\n",
  );
  writeFileSync(join(cwd, "conf"), "general: {\n  enable_p2p_map: 1\n}\n");
  writeFileSync(
    join(cwd, "hosts.yml"),
    "hosts:\n  - account_id: 7\n    cpu_ghz: 3.8\n    cpu_cores: 8\n    free_ram_mb: 16384\n    network_speed_mbps: 500\n    latency_ms: 15\n    disconnects_per_hour: 0\n    vps_connection_active: true\n",
  );
});

afterAll(() => rmSync(cwd, { recursive: true }));

/** Commands whose answer for people is more than a line. */
const COLORED = [
  "score --conf conf --hosts hosts.yml",
  "run small.yaml",
  "explain small.yaml --seed 1 --map 0 --at 30s",
  "compare small.yaml --seeds 2 --set-b fleet.hosts.count=6",
];

async function told(line: string, outside: Outside): Promise<string> {
  const { code, stdout, stderr } = await call(line.split(" "), { cwd, workerFile, ...outside });
  expect([line, stderr, code]).toEqual([line, stderr, 0]);
  return stdout;
}

describe("colours", () => {
  it.each([
    [true, {}, true],
    [true, { TERM: "xterm-256color" }, true],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "false" }, false],
    [true, { TERM: "dumb", FORCE_COLOR: "1" }, true],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { NO_COLOR: "1", FORCE_COLOR: "3" }, false],
  ])("on a terminal (%s) with %j: %s", (isTTY, env, expected) => {
    const { sink } = memorySink(isTTY);
    const watchInterrupts = () => ({ signal: new AbortController().signal, release: () => undefined });
    const io: Io = { stdout: sink, stderr: sink, cwd: ".", env, watchInterrupts };
    expect(mayColor(io, sink)).toBe(expected);
  });

  it.each(COLORED)("%s asks whether it may use them", async (line) => {
    expect(await told(line, { env: { FORCE_COLOR: "1" } })).toContain(`${ESCAPE}[1m`);
    expect(await told(line, { isTTY: true, env: { NO_COLOR: "1" } })).not.toContain(ESCAPE);
    expect(await told(`${line} --json`, { isTTY: true, env: { FORCE_COLOR: "1" } })).not.toContain(ESCAPE);
  });

  it("help and errors never are", async () => {
    for (const { words } of everyCommand(testProgram())) {
      const help = await call([...words, "--help"], { isTTY: true, env: { FORCE_COLOR: "1" } });
      expect(help.stdout + help.stderr).not.toContain(ESCAPE);
    }
    for (const wrong of [["rnu"], ["run", "small.yaml", "--set", "fleet=1"], ["conf", "check", "conf"]]) {
      const refused = await call(wrong, { cwd, isTTY: true, env: { FORCE_COLOR: "1" } });
      expect([refused.stderr === "", `${refused.stdout}${refused.stderr}`.includes(ESCAPE)]).toEqual([false, false]);
    }
  });
});
