/**
 * Scoring and placement against the seed's algorithm in C++ (-O3, array of structs; bench/peers/scoring.cc). Both sides draw the same
 * hosts and maps from one integer generator, and their results are compared before any ratio is told. Ratios only: times differ from
 * machine to machine.
 */
import { execFileSync } from "node:child_process";
import type { HostProfile } from "../src/core/protocol/host-stats.ts";
import { defaultMapConf, defaultTuning, type HostingSettings } from "../src/core/settings.ts";
import { type HostIndex, indexFor, indexHost, offerHost } from "../src/core/hosting/host-index.ts";
import { assessAll } from "../src/core/hosting/host-assess.ts";
import { HostTable } from "../src/core/hosting/host-table.ts";
import { buildCpp } from "./lib/peer.ts";
import type { Aim, BenchPlan, BenchReport, BenchRow, Detail } from "./lib/rows.ts";
import { rowOf } from "./lib/rows.ts";
import { median, ratiosOf } from "./lib/statistics.ts";

const REGIONS = ["eu", "na", "sa", "as", "oc", "af", "me", "jp"];
/** Scores may differ from C++ by its library's exp, never by more than this part. */
const TOLERANCE = 1e-12;

/** Rounds before the first that counts. */
const WARM_ROUNDS = 4;
/** Passes over all hosts in a round, of which the quickest counts. */
const REPEATS = 9;
/** Scans the peer makes for the time of one. */
const SCANS = 20;
const ANSWER_BYTES_MAX = 67_108_864;

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

/** Asks the peer for one of its answers. */
type Ask = (...args: (string | number)[]) => Buffer;

function mustHold(condition: boolean, message: string): void {
  if (!condition) throw new Error(`scoring bench: ${message}`);
}

/** Every score within tolerance of the peer's, every verdict equal. */
function compareScores(ask: Ask, table: HostTable, points: Float64Array, masks: Uint16Array): void {
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

/** What a part of this bench leaves: ratios where the peer is there, our own figures always. */
type Part = { readonly rows: BenchRow[]; readonly items: Detail["items"][number][] };

/** All scores and verdicts at once, ours and theirs in turn: the quickest of each round. */
function scoringPart(hosts: readonly Drawn[], rounds: number, aim: Aim | null, ask: Ask | null): Part {
  const table = tableOf(hosts, settingsFor("seed", false));
  const points = new Float64Array(hosts.length);
  const masks = new Uint16Array(hosts.length);
  assessAll(table, points, masks);
  if (ask !== null) compareScores(ask, table, points, masks);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) {
      const start = now();
      assessAll(table, points, masks);
      times.push(now() - start);
    }
    const peer = ask === null ? NaN : Number(ask("score", hosts.length, REPEATS));
    if (round < 0) continue;
    ours.push(Math.min(...times));
    theirs.push(peer);
  }
  const what = `score and judge ${hosts.length} hosts: times as quick as the seed's loops in C++ -O3`;
  return {
    rows: ask === null ? [] : [rowOf(`scoring/${hosts.length}`, what, "x", ratiosOf(theirs, ours), aim)],
    items: [{ name: `score and judge one of ${hosts.length} hosts`, value: median(ours) / hosts.length, unit: "ns" }],
  };
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
function comparePicks(ask: Ask, picks: Int32Array, hosts: number): void {
  const dump = ask("picks", hosts, picks.length);
  for (let i = 0; i < picks.length; i++) {
    const theirs = dump.readInt32LE(4 * i);
    mustHold(picks[i] === theirs, `map ${i} goes to host ${picks[i]} here and ${theirs} there`);
  }
}

/** Placement of all maps, and the same with the building of the index on our bill. */
function placementPart(hosts: readonly Drawn[], maps: readonly number[], rounds: number, aim: Aim | null, ask: Ask | null): Part {
  const plain: number[] = [];
  const preferring: number[] = [];
  const building: number[] = [];
  const theirs: number[] = [];
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
    if (round === 0 && ask !== null) comparePicks(ask, ours.picks, hosts.length);
    theirs.push(ask === null ? NaN : Number(ask("place", hosts.length, maps.length).toString().split(" ")[0]));
    plain.push(ours.ns);
    preferring.push(other.ns);
    building.push(built + ours.ns);
  }
  const id = `placement/${hosts.length}`;
  const items = [
    { name: `place one map over ${hosts.length} hosts`, value: median(plain) / maps.length, unit: "ns" },
    { name: `index ${hosts.length} hosts and place ${maps.length} maps`, value: median(building) / 1e6, unit: "ms" },
  ];
  if (ask === null) return { rows: [], items };
  const what = `place ${maps.length} maps over ${hosts.length} hosts: times as quick as`;
  return {
    rows: [
      rowOf(id, `${what} the seed's scan in C++ -O3`, "x", ratiosOf(theirs, plain), aim),
      rowOf(`${id}/prefer-low-latency`, `${what} that scan, ours with prefer_low_latency`, "x", ratiosOf(theirs, preferring), null),
      rowOf(`${id}/with-building`, `${what} that scan, ours with building the index`, "x", ratiosOf(theirs, building), null),
    ],
    items,
  };
}

/** How many hosts are re-indexed over all regions, new scores and headroom, in the time of one scan of all hosts by the peer. */
function reindexPart(hosts: readonly Drawn[], rounds: number, ask: Ask | null): Part {
  const table = tableOf(hosts, settingsFor("normalized", true));
  const index = indexOf(table);
  const ours: number[] = [];
  const theirs: number[] = [];
  const below = generator(4242);
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const perHost = reindexNs(table, index, below);
    const scans = ask === null ? NaN : Number(ask("place", hosts.length, SCANS).toString().split(" ")[0]);
    if (round < 0) continue;
    ours.push(perHost);
    theirs.push(scans / SCANS);
  }
  const what = `re-index one of ${hosts.length} hosts over ${REGIONS.length} regions: times as quick as one scan in C++ -O3`;
  return {
    rows: ask === null ? [] : [rowOf(`reindex/${hosts.length}`, what, "x", ratiosOf(theirs, ours), null)],
    items: [{ name: `re-index one host over ${REGIONS.length} regions`, value: median(ours), unit: "ns" }],
  };
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

/** Scoring, eligibility and placement beside the peer. Throws when a score, a verdict or a pick differs from the peer's. */
export async function scoringBench(plan: BenchPlan): Promise<BenchReport> {
  const built = buildCpp("scoring");
  const ask: Ask | null =
    "absent" in built ? null : (...args) => execFileSync(built.path, args.map(String), { maxBuffer: ANSWER_BYTES_MAX });
  const { smoke } = plan;
  const few = drawHosts(smoke ? 500 : 10_000);
  const many = drawHosts(smoke ? 2_000 : 100_000);
  const maps = drawMaps(smoke ? 50 : 2_000);
  const parts: Part[] = [];
  plan.log(`scoring: ${many.length} hosts`);
  parts.push(scoringPart(many, smoke ? 1 : 31, smoke ? null : { least: 0.7 }, ask));
  plan.log(`scoring: ${maps.length} maps over ${few.length} and ${many.length} hosts`);
  parts.push(
    placementPart(few, maps, smoke ? 1 : 7, null, ask),
    placementPart(many, maps, smoke ? 1 : 5, smoke ? null : { least: 300 }, ask),
  );
  plan.log("scoring: re-indexing");
  parts.push(reindexPart(many, smoke ? 1 : 5, ask));
  return {
    rows: parts.flatMap((part) => part.rows),
    details: [{ title: "Scoring and placement", items: parts.flatMap((part) => part.items) }],
    absent: "absent" in built ? [`the seed's algorithm in C++: ${built.absent}`] : [],
  };
}
