import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScoreRow } from "./score.ts";
import { call } from "./test-io.fixture.ts";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "peerstead-scores-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A number with at most two decimals, as people write them. */
const hundredths = (min: number, max: number) => fc.integer({ min: min * 100, max: max * 100 }).map((n) => n / 100);

const hosts = fc.array(
  fc.record({
    cpu_ghz: hundredths(0.5, 6),
    cpu_cores: fc.integer({ min: 1, max: 64 }),
    free_ram_mb: fc.integer({ min: 0, max: 131_072 }),
    network_speed_mbps: fc.integer({ min: 0, max: 2000 }),
    latency_ms: fc.integer({ min: 0, max: 200 }),
    disconnects_per_hour: fc.integer({ min: 0, max: 5 }),
    jitter_ms: fc.option(hundredths(0, 40), { nil: null }),
    packet_rate: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: null }),
  }),
  { minLength: 100, maxLength: 150 },
);
type Host = Readonly<Record<string, number | null>>;

const needs = fc.record({
  cpu_min_ghz: hundredths(0.5, 5),
  cpu_min_cores: fc.integer({ min: 1, max: 16 }),
  ram_min_mb: fc.integer({ min: 1, max: 32_768 }),
  net_min_speed: fc.integer({ min: 1, max: 1000 }),
  net_max_latency: fc.integer({ min: 0, max: 150 }),
  max_disconnects_per_hour: fc.integer({ min: 0, max: 4 }),
  max_jitter_ms: fc.integer({ min: 0, max: 40 }),
  min_packet_rate: fc.integer({ min: 0, max: 2000 }),
});
type Needs = Readonly<Record<string, number>>;

/** The seed document's text: weights of its configuration in real-time mode, its own ones otherwise. */
function seedScoreText(h: Host, c: Needs, realtime: boolean): number {
  const cpu = (h["cpu_ghz"]! * h["cpu_cores"]!) / c["cpu_min_ghz"]!;
  const ram = h["free_ram_mb"]! / c["ram_min_mb"]!;
  const network = h["network_speed_mbps"]! / c["net_min_speed"]!;
  const limit = c["net_max_latency"]!;
  const exponential = limit > 0 ? Math.exp(-h["latency_ms"]! / limit) : 0;
  const linear = limit > 0 ? limit / (h["latency_ms"]! + 1) : 1;
  const stability = c["max_disconnects_per_hour"]! > 0 ? 1 - h["disconnects_per_hour"]! / c["max_disconnects_per_hour"]! : 1;
  if (realtime) return cpu * 0.15 + ram * 0.15 + network * 0.25 + exponential * 0.35 + stability * 0.1;
  return cpu * 0.2 + ram * 0.2 + network * 0.2 + linear * 0.3 + stability * 0.1;
}

/** The seed document's conditions; what is not measured does not meet any. */
function seedEligible(h: Host, c: Needs, realtime: boolean): boolean {
  const basic =
    h["cpu_ghz"]! >= c["cpu_min_ghz"]! &&
    h["cpu_cores"]! >= c["cpu_min_cores"]! &&
    h["free_ram_mb"]! >= c["ram_min_mb"]! &&
    h["network_speed_mbps"]! >= c["net_min_speed"]! &&
    h["latency_ms"]! <= c["net_max_latency"]! &&
    h["disconnects_per_hour"]! <= c["max_disconnects_per_hour"]!;
  const lively =
    h["jitter_ms"] !== null &&
    h["jitter_ms"]! <= c["max_jitter_ms"]! &&
    h["packet_rate"] !== null &&
    h["packet_rate"]! >= c["min_packet_rate"]!;
  return basic && (!realtime || lively);
}

/** A conf in each of the dialects that has these keys. */
const DIALECTS: readonly ((c: Needs) => string)[] = [
  (c) => `host_requirements: {\n${lines(c, false)}}\nrealtime_gaming: {\n${lines(c, true)}}\n`,
  (c) => `host_requirements:\n${lines(c, false)}realtime_gaming:\n${lines(c, true)}`,
  (c) => `${lines(c, false)}${lines(c, true)}`.replaceAll(": ", " = ").replaceAll("  ", ""),
];

function lines(c: Needs, realtime: boolean): string {
  const isRealtime = (key: string) => key === "max_jitter_ms" || key === "min_packet_rate";
  return Object.entries(c)
    .map(([key, value]) => (isRealtime(key) === realtime ? `  ${key}: ${value}\n` : ""))
    .join("");
}

function hostsFile(list: readonly Host[]): string {
  const rows = list.map((host, index) => {
    const fields = Object.entries(host).flatMap(([key, value]) => (value === null ? [] : [`    ${key}: ${value}\n`]));
    return `  - account_id: ${index + 1}\n${fields.join("")}    vps_connection_active: true\n`;
  });
  return `hosts:\n${rows.join("")}`;
}

describe("score", () => {
  it("HO4: thousands of hosts score and pass as the seed document says, through the command and its files", async () => {
    let judged = 0;
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(hosts, needs, fc.boolean(), fc.constantFrom(...DIALECTS), async (list, need, realtime, dialect) => {
        writeFileSync(join(folder, "conf"), dialect(need));
        writeFileSync(join(folder, "hosts.yml"), hostsFile(list));
        const args = [
          "score",
          "--conf",
          "conf",
          "--hosts",
          "hosts.yml",
          "--strategy",
          "seed",
          "--realtime",
          realtime ? "on" : "off",
          "--json",
        ];
        const told = await call(args, { cwd: folder });
        expect([told.code, told.stderr]).toEqual([0, ""]);
        const rows = JSON.parse(told.stdout) as ScoreRow[];
        expect(rows.map((row) => row.account_id)).toEqual(list.map((_, index) => index + 1));
        for (const [index, row] of rows.entries()) {
          const host = list[index]!;
          // The sum may be taken in another order: a few units of the last place.
          expect(Math.abs(row.score - seedScoreText(host, need, realtime))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(row.score)));
          expect(row.eligible).toBe(seedEligible(host, need, realtime));
          expect(row.eligible).toBe(row.reasons.length === 0);
        }
        judged += rows.length;
        passed += rows.filter((row) => row.eligible).length;
      }),
      { numRuns: 40 },
    );
    expect(judged).toBeGreaterThanOrEqual(4000);
    expect(passed).toBeGreaterThan(0);
  });
});
