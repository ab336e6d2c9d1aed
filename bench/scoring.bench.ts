/**
 * Scoring and placement against the seed's algorithm in C++ (-O3, array of structs; bench/peers/scoring.cc). Both sides draw the same
 * hosts and maps from one integer generator, and their results are compared before any ratio is told. Ratios only: times differ from
 * machine to machine. Run alone with `node bench/scoring.bench.ts [--smoke]`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HostProfile } from "../src/core/protocol/host-stats.ts";
import { defaultMapConf, defaultTuning, type HostingSettings } from "../src/core/settings.ts";
import { type HostIndex, indexFor, indexHost, offerHost } from "../src/core/hosting/host-index.ts";
import { assessAll } from "../src/core/hosting/host-assess.ts";
import { HostTable } from "../src/core/hosting/host-table.ts";
import type { BenchRow } from "./lib/rows.ts";

const REGIONS = ["eu", "na", "sa", "as", "oc", "af", "me", "jp"];
const SOURCE = fileURLToPath(new URL("peers/scoring.cc", import.meta.url));
const BIN_DIR = fileURLToPath(new URL("peers/bin", import.meta.url));
const BINARY = `${BIN_DIR}/scoring`;
/** Scores may differ from C++ by its library's exp, never by more than this part. */
const TOLERANCE = 1e-12;

/** Rounds before the first that counts. */
const WARM_ROUNDS = 4;

/** The generator that both sides share: a 32-bit linear congruence, of which the upper bits are used. */
function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
}

type Drawn = { readonly profile: HostProfile; readonly securityValid: boolean };

function drawHosts(count: number): Drawn[] {
  const below = generator(12345);
  const extra = generator(999);
  const kbps = defaultTuning().uploadKbpsPerPlayer;
  return Array.from({ length: count }, (_, host): Drawn => {
    const stats = {
      cpu_ghz: 2.6 + below(25) / 10,
      cpu_cores: 2 + 2 * below(8),
      free_ram_mb: 4096 + 512 * below(57),
      network_speed_mbps: 50 + 10 * below(96),
      latency_ms: 1 + below(40),
      disconnects_per_hour: below(8) === 0 ? 2 : below(2),
      jitter_ms: below(18),
      packet_rate: 80 + 10 * below(120),
      frame_time_ms: 5 + below(20),
    };
    const securityValid = below(50) !== 0;
    const upload_kbps = (50 + below(450)) * kbps;
    const region = extra(REGIONS.length);
    const regional_latency_ms = REGIONS.map((_name, r) => (r === region ? stats.latency_ms : 20 + extra(180)));
    return {
      profile: { host, kind: "player", region, upload_kbps, uptime_s: extra(200_000), slots: 0, stats, regional_latency_ms },
      securityValid,
    };
  });
}

function drawMaps(count: number): number[] {
  const below = generator(777);
  return Array.from({ length: count }, () => 1 + below(200));
}

function settingsFor(scoring: "seed" | "normalized", preferLowLatency: boolean): HostingSettings {
  const conf = defaultMapConf();
  conf.general.scoring = scoring;
  conf.general.prefer_low_latency = preferLowLatency;
  return { conf, tuning: defaultTuning(), maps: [], eligible: [], regions: REGIONS };
}

function tableOf(hosts: readonly Drawn[], settings: HostingSettings): HostTable {
  const table = new HostTable(settings);
  for (const { profile, securityValid } of hosts) {
    const slot = table.add(profile, 0);
    table.setSecurityValid(slot, securityValid);
    table.online[slot] = 1;
  }
  return table;
}

function indexOf(table: HostTable): HostIndex {
  const index = indexFor(table);
  for (let slot = 0; slot < table.slots; slot++) indexHost(index, table, slot, 0);
  return index;
}

function now(): number {
  return Number(process.hrtime.bigint());
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/** Compiles the peer unless it is newer than its source; says why when it cannot. */
function peer(): string | null {
  if (existsSync(BINARY) && statSync(BINARY).mtimeMs > statSync(SOURCE).mtimeMs) return null;
  mkdirSync(BIN_DIR, { recursive: true });
  const made = spawnSync("g++", ["-O3", "-std=c++17", "-o", BINARY, SOURCE], { encoding: "utf8" });
  if (made.error !== undefined) return "g++ is not installed";
  return made.status === 0 ? null : `g++ failed: ${made.stderr}`;
}

function ask(...args: (string | number)[]): Buffer {
  return execFileSync(BINARY, args.map(String), { maxBuffer: 2 ** 26 });
}

function mustHold(condition: boolean, message: string): void {
  if (!condition) throw new Error(`scoring bench: ${message}`);
}

/** Every score within tolerance of the peer's, every verdict equal. */
function compareScores(table: HostTable, points: Float64Array, masks: Uint16Array): void {
  const dump = ask("dump", table.slots);
  const view = new DataView(dump.buffer, dump.byteOffset, dump.length);
  for (let i = 0; i < table.slots; i++) {
    const theirs = view.getFloat64(8 * i, true);
    const ours = points[i] as number;
    mustHold(Math.abs(ours - theirs) <= TOLERANCE * Math.abs(theirs), `host ${i} scores ${ours} here and ${theirs} there`);
    const eligible = view.getUint8(8 * table.slots + i) === 1;
    mustHold((masks[i] === 0) === eligible, `host ${i} is judged differently`);
  }
}

/** (a) All scores and verdicts at once, ours and theirs in turn: the quickest of each round, and the middle of all rounds' ratios. */
function scoringRow(hosts: readonly Drawn[], rounds: number, aim: number | null, absent: string | null): BenchRow {
  const id = `scoring/${hosts.length}`;
  const what = `score and judge ${hosts.length} hosts, against the seed's loops in C++ -O3`;
  if (absent !== null) return { id, what: `${what} (not measured: ${absent})`, ratio: NaN, aim, unit: "x" };
  const table = tableOf(hosts, settingsFor("seed", false));
  const points = new Float64Array(hosts.length);
  const masks = new Uint16Array(hosts.length);
  assessAll(table, points, masks);
  compareScores(table, points, masks);
  const ratios: number[] = [];
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      const start = now();
      assessAll(table, points, masks);
      times.push(now() - start);
    }
    const theirs = Number(ask("score", hosts.length, 9));
    if (round >= 0) ratios.push(theirs / Math.min(...times));
  }
  return { id, what, ratio: median(ratios), aim, unit: "x" };
}

type Placed = { readonly ns: number; readonly picks: Int32Array };

/** Places all maps by index: choose, take the room, tell the index. */
function place(table: HostTable, index: HostIndex, maps: readonly number[]): Placed {
  const picks = new Int32Array(maps.length);
  const start = now();
  for (let i = 0; i < maps.length; i++) {
    const players = maps[i] as number;
    const slot = index.best(0, players);
    picks[i] = slot;
    if (slot < 0) continue;
    table.hold(slot, 1, players);
    offerHost(index, table, slot, 0);
  }
  return { ns: now() - start, picks };
}

/** Every map on the same host as the peer's scan puts it (slots are host numbers here). */
function comparePicks(picks: Int32Array, hosts: number): void {
  const dump = ask("picks", hosts, picks.length);
  for (let i = 0; i < picks.length; i++) {
    const theirs = dump.readInt32LE(4 * i);
    mustHold(picks[i] === theirs, `map ${i} goes to host ${picks[i]} here and ${theirs} there`);
  }
}

/** (b) Placement of all maps, and the same with the building of table and index on our bill. */
function placementRows(
  hosts: readonly Drawn[],
  maps: readonly number[],
  rounds: number,
  aim: number | null,
  absent: string | null,
): BenchRow[] {
  const id = `placement/${hosts.length}`;
  const what = `place ${maps.length} maps over ${hosts.length} hosts by index, against a scan a map in C++ -O3`;
  if (absent !== null) return [{ id, what: `${what} (not measured: ${absent})`, ratio: NaN, aim, unit: "x" }];
  const plain: number[] = [];
  const preferring: number[] = [];
  const building: number[] = [];
  const settings = settingsFor("seed", false);
  const preferred = settingsFor("seed", true);
  // Rounds below zero warm the compiler up: ours only, not counted.
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const table = tableOf(hosts, settings);
    const start = now();
    const index = indexOf(table);
    const built = now() - start;
    const ours = place(table, index, maps);
    const second = tableOf(hosts, preferred);
    const other = place(second, indexOf(second), maps);
    if (round < 0) continue;
    if (round === 0) comparePicks(ours.picks, hosts.length);
    const [ns] = ask("place", hosts.length, maps.length).toString().split(" ").map(Number) as [number];
    plain.push(ns / ours.ns);
    preferring.push(ns / other.ns);
    building.push(ns / (built + ours.ns));
  }
  return [
    { id, what, ratio: median(plain), aim, unit: "x" },
    {
      id: `${id}/prefer-low-latency`,
      what: `the same under prefer_low_latency, against the plain scan`,
      ratio: median(preferring),
      aim: null,
      unit: "x",
    },
    { id: `${id}/with-building`, what: `the same with building the index on our bill`, ratio: median(building), aim: null, unit: "x" },
  ];
}

/** How many hosts are re-indexed over all regions, new scores and headroom, in the time of one scan of all hosts by the peer. */
function reindexRow(hosts: readonly Drawn[], rounds: number, absent: string | null): BenchRow {
  const id = `reindex/${hosts.length}`;
  const what = `re-index one of ${hosts.length} hosts over ${REGIONS.length} regions, against one scan in C++ -O3`;
  if (absent !== null) return { id, what: `${what} (not measured: ${absent})`, ratio: NaN, aim: null, unit: "x" };
  const table = tableOf(hosts, settingsFor("normalized", true));
  const index = indexOf(table);
  const ratios: number[] = [];
  const below = generator(4242);
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const perHost = reindexNs(table, index, below);
    const [ns] = ask("place", hosts.length, 20).toString().split(" ").map(Number) as [number];
    if (round >= 0) ratios.push(ns / 20 / perHost);
  }
  return { id, what, ratio: median(ratios), aim: null, unit: "x" };
}

/** ns to tell the index new scores of one host in all columns; the scores themselves change by up to 2 %. */
function reindexNs(table: HostTable, index: HostIndex, below: (n: number) => number): number {
  const times = 20_000;
  let ns = 0;
  for (let batch = 0; batch < times / 1000; batch++) {
    const slots = Array.from({ length: 1000 }, () => below(table.slots));
    for (const slot of slots) {
      const cell = slot * table.columns;
      for (let c = 0; c < table.columns; c++)
        table.micro[cell + c] = Math.floor(((table.micro[cell + c] as number) * (990 + below(21))) / 1000);
    }
    const start = now();
    for (const slot of slots) indexHost(index, table, slot, 0);
    ns += now() - start;
  }
  return ns / times;
}

/** All rows of this bench; a ratio is NaN, and says why, where the peer is absent. `smoke` runs everything once and small, to see that it works. */
export async function scoringBench(smoke: boolean): Promise<BenchRow[]> {
  const absent = peer();
  const rounds = smoke ? 1 : 5;
  const few = drawHosts(smoke ? 500 : 10_000);
  const many = drawHosts(smoke ? 2_000 : 100_000);
  const maps = drawMaps(smoke ? 50 : 2_000);
  return [
    scoringRow(many, smoke ? 1 : 31, smoke ? null : 0.7, absent),
    ...placementRows(few, maps, rounds, null, absent),
    ...placementRows(many, maps, smoke ? 1 : 3, smoke ? null : 300, absent),
    reindexRow(many, rounds, absent),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const row of await scoringBench(process.argv.includes("--smoke"))) {
    const figure = Number.isNaN(row.ratio) ? "-" : `${row.ratio.toFixed(2)}${row.unit}`;
    console.log(`${row.id.padEnd(40)} ${figure.padStart(10)}  aim ${row.aim ?? "-"}  ${row.what}`);
  }
}
