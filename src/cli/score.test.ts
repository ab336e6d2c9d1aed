import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScoreRow } from "./score.ts";
import { call } from "./test-io.fixture.ts";

let folder = "";

function host(id: number, disconnects: number, rest: string): string {
  return `  - account_id: ${id}\n    disconnects_per_hour: ${disconnects}\n    vps_connection_active: true\n${rest}`;
}

/** The seed document's host, and one exactly at its minimums. */
const GOOD =
  "    cpu_ghz: 3.8\n    cpu_cores: 8\n    free_ram_mb: 16384\n    network_speed_mbps: 500\n    latency_ms: 15\n    jitter_ms: 5\n    packet_rate: 1200\n";
const MINIMAL =
  "    cpu_ghz: 3.0\n    cpu_cores: 4\n    free_ram_mb: 8192\n    network_speed_mbps: 100\n    latency_ms: 30\n    jitter_ms: 15\n    packet_rate: 100\n";
const POOR = MINIMAL.replace("cpu_ghz: 3.0", "cpu_ghz: 2.9")
  .replace("latency_ms: 30", "latency_ms: 31")
  .replace("    packet_rate: 100\n", "");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-score-"));
  writeFileSync(join(folder, "conf"), "general: {\n  enable_p2p_maps: 1\n}\n");
  writeFileSync(join(folder, "normalized.conf"), "general: {\n  scoring: normalized\n}\n");
  writeFileSync(join(folder, "broken.conf"), "general: {\n  enable_p2p_maps: 1\n  enable_p2p_maps: 0\n}\n");
  writeFileSync(join(folder, "odd.conf"), "general: {\n  enable_p2p_map: 1\n}\n");
  writeFileSync(join(folder, "map_index"), "prontera 1\nalberta\n");
  writeFileSync(join(folder, "maps.conf"), "p2p_eligible_maps: {\n  prontera: 0\n  albarta: 1\n}\n");
  writeFileSync(
    join(folder, "hosts.yml"),
    `hosts:\n${host(1000123, 0, GOOD)}${host(2, 1, MINIMAL)}${host(3, 0, MINIMAL)}${host(4, 0, POOR)}`,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

async function rows(...args: string[]): Promise<ScoreRow[]> {
  const told = await call(["score", "--conf", "conf", "--hosts", "hosts.yml", "--json", ...args], { cwd: folder });
  expect(told.code).toBe(0);
  return JSON.parse(told.stdout) as ScoreRow[];
}

describe("score", () => {
  it("HO4: gives the seed's golden scores in real-time mode, unrounded, in the order of the file", async () => {
    const [good, atLimit, calm] = await rows();
    expect(good).toEqual({ account_id: 1000123, eligible: true, reasons: [], score: expect.closeTo(3.38229, 5) as number });
    // At every limit, the disconnects' included, the stability term is 0; without disconnects it adds its weight.
    expect(atLimit?.score).toBeCloseTo(4 * 0.15 + 0.15 + 0.25 + 0.35 * Math.exp(-1), 12);
    expect(calm?.score).toBeCloseTo(4 * 0.15 + 0.15 + 0.25 + 0.35 * Math.exp(-1) + 0.1, 12);
    expect(atLimit?.eligible).toBe(true);
  });

  it("gives the seed's golden scores otherwise", async () => {
    const [good, atLimit] = await rows("--realtime", "off");
    expect(good?.score).toBeCloseTo(4.08917, 5);
    expect(atLimit?.score).toBeCloseTo(1.49032, 5);
  });

  it("names every reason of a host that is not eligible, and scores it all the same", async () => {
    const realtime = (await rows())[3];
    expect([realtime?.eligible, realtime?.reasons]).toEqual([false, ["cpu_ghz", "latency_ms", "packet_rate_unmeasured"]]);
    expect(realtime?.score).toBeGreaterThan(1);
    expect((await rows("--realtime", "off"))[3]?.reasons).toEqual(["cpu_ghz", "latency_ms"]);
  });

  it("takes the conf's strategy unless told another", async () => {
    const normalized = await rows("--strategy", "normalized");
    expect(normalized.every((row) => row.score >= 0 && row.score <= 1)).toBe(true);
    const told = await call(["score", "--conf", "normalized.conf", "--hosts", "hosts.yml", "--json"], { cwd: folder });
    expect(JSON.parse(told.stdout)).toEqual(normalized);
    const seed = await call(["score", "--conf", "normalized.conf", "--hosts", "hosts.yml", "--strategy", "seed", "--json"], {
      cwd: folder,
    });
    expect(JSON.parse(seed.stdout)).toEqual(await rows());
  });

  it("prints a table with the best first where no JSON is asked for, plain unless on a terminal without NO_COLOR", async () => {
    const args = ["score", "--conf", "conf", "--hosts", "hosts.yml"];
    const plain = await call(args, { cwd: folder });
    expect(plain.stdout.indexOf("1000123")).toBeLessThan(plain.stdout.indexOf("packet_rate_unmeasured"));
    expect(plain.stdout).toContain("3 of 4 hosts eligible (scoring seed, realtime on)");
    expect(plain.stdout).not.toContain("\u001b");
    expect((await call(args, { cwd: folder, isTTY: true })).stdout).toContain("\u001b[1m");
    expect((await call(args, { cwd: folder, isTTY: true, env: { NO_COLOR: "1" } })).stdout).not.toContain("\u001b");
  });

  it("does not score by a conf with errors", async () => {
    const told = await call(["score", "--conf", "broken.conf", "--hosts", "hosts.yml", "--json"], { cwd: folder });
    expect(told.code).toBe(1);
    const { error } = JSON.parse(told.stdout) as { error: { complaints: { line: number }[] } };
    expect(error.complaints[0]?.line).toBe(3);
  });
});

describe("conf check", () => {
  it("ends with 1 on errors, with settings and both lists in one document", async () => {
    const told = await call(["conf", "check", "broken.conf", "--json"], { cwd: folder });
    expect(told.code).toBe(1);
    const document = JSON.parse(told.stdout) as { settings: unknown; warnings: unknown[]; errors: unknown[] };
    expect(document.errors).toHaveLength(1);
    expect(document.errors[0]).toMatchObject({ line: 3, column: 3, key: expect.stringContaining("enable_p2p_maps") as string });
    expect(document).toHaveProperty("settings.general");
    expect(told.stderr).toContain("error: broken.conf:3:3: ");
  });

  it("ends with 0 on warnings alone", async () => {
    const told = await call(["conf", "check", "odd.conf", "--json"], { cwd: folder });
    expect(told.code).toBe(0);
    const document = JSON.parse(told.stdout) as { warnings: { line: number }[]; errors: unknown[] };
    expect([document.errors, document.warnings.map((w) => w.line)]).toEqual([[], [2]]);
    expect((await call(["conf", "check", "odd.conf"], { cwd: folder })).stdout).toBe("odd.conf: ok, 1 warning\n");
  });

  it("checks map names against an index", async () => {
    const told = await call(["conf", "check", "maps.conf", "--map-index", "map_index"], { cwd: folder });
    expect(told.code).toBe(0);
    expect(told.stderr).toContain('warning: maps.conf:3:3: map "albarta" is not in the map index; did you mean "alberta"?');
  });

  const data = process.env["PEERSTEAD_DATA"] ?? resolve(import.meta.dirname, "../../../shared/data");
  const conf = join(data, "p2p-conf", "p2p_map_config.conf");
  it.skipIf(!existsSync(conf))(
    "finds the maps of a published conf that a published index does not have (skipped without shared data)",
    async () => {
      const told = await call(["conf", "check", conf, "--map-index", join(data, "rathena", "db", "map_index.txt"), "--json"]);
      expect(told.code).toBe(0);
      const { warnings } = JSON.parse(told.stdout) as { warnings: { message: string }[] };
      for (const map of ["custom_housing", "player_base", "job_quest_room", "test_room", "morocc_fild12"]) {
        expect(warnings.some((w) => w.message.startsWith(`map "${map}" is not in the map index`))).toBe(true);
      }
    },
  );
});
