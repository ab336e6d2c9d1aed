/**
 * The reference game: how much quicker than real time sixty maps with a thousand players go on one core, with a delta of each twenty times a second,
 * followed by a replica; and what states, deltas and news weigh per monster and player, against the 100 kbit/s that a player may cost its host.
 */
import { drawU32, rootStream } from "../src/base/random.ts";
import type { ProgramOut } from "../src/core/game/program.ts";
import { writeInput } from "../src/core/game/inputs.ts";
import { ReferenceGame } from "../src/core/game/reference-game.ts";
import { type World, worldOf } from "../src/core/game/world.ts";
import type { GameData, MonsterSpec, SkillSpec } from "../src/core/protocol/game-data.ts";
import { type BenchPlan, type BenchReport, type BenchRow, type Detail, rowOf } from "./lib/rows.ts";
import { median } from "./lib/statistics.ts";

const SIDE = 300;
/** rAthena's renewal spawns put 172 monsters on a map on average (66,112 on 384 maps). */
const MONSTERS = 172;
const MAPS = 60;
const TICK_MS = 50;
/** A player clicks about once a second. */
const CLICK_MS = 1_000;
const CHANCE = rootStream(3, 5);

type Size = { readonly players: number; readonly seconds: number; readonly rounds: number };

const NORMAL: Size = { players: 17, seconds: 300, rounds: 5 };
const CROWD: Size = { players: 100, seconds: 60, rounds: 3 };
const SMOKE: Size = { players: 6, seconds: 5, rounds: 1 };

/** A field: open ground with scattered walls, five kinds of monsters. */
function field(): GameData {
  const cells = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < cells.length; i += 1) if (drawU32(CHANCE, 1, Math.floor(i / 3)) % 12 === 0) cells[i] = 1;
  const kinds = [1002, 1113, 1063, 1031, 1012].map((id, i): MonsterSpec => {
    const drops = Array.from({ length: 8 }, (_, k) => ({ item: 500 + 10 * i + k, rate: [7_000, 1_500, 400, 5][k % 4]! }));
    const figures = {
      level: 1 + 3 * i,
      hp: 40 + 40 * i,
      attackMin: 5 + 4 * i,
      attackMax: 9 + 5 * i,
      defense: 4 * i,
      baseExp: 20 * (i + 1),
      jobExp: 9,
    };
    return { id, name: `monster ${id}`, ...figures, walkSpeed: 200 + 100 * (i % 3), attackDelay: 1_200, drops };
  });
  const spawns = kinds.map(({ id }, i) => {
    const amount = Math.floor(MONSTERS / 5) + (i < MONSTERS % 5 ? 1 : 0);
    return { monster: id, amount, x: 0, y: 0, xs: 0, ys: 0, delay: 5_000, variance: 5_000 };
  });
  const skill: SkillSpec = {
    ...{ id: 19, name: "bolt", maxLevel: 10, range: [9], castTime: [700], fixedCastTime: [300] },
    ...{ afterCastActDelay: [1_000], afterCastWalkDelay: [0], cooldown: [0], damage: [180] },
  };
  return {
    map: "bench_fild01",
    ground: { width: SIDE, height: SIDE, cells },
    monsters: new Map(kinds.map((kind) => [kind.id, kind])),
    spawns,
    skills: new Map([[19, skill]]),
  };
}

/** Counts what a game gives away. */
class Scale implements ProgramOut {
  deeds = 0;
  deedBytes = 0;
  news = 0;
  newsBytes = 0;

  deed(deed: { readonly data: Uint8Array }): void {
    this.deeds += 1;
    this.deedBytes += deed.data.length;
  }

  tell(_player: number, bytes: Uint8Array): void {
    this.news += 1;
    this.newsBytes += bytes.length;
  }
}

const account = (index: number): number => 2_000_000 + 37 * index;

/** What a player does on its `n`-th click: hits what stands beside it, casts at or walks to what it sees, picks up, else wanders. */
function click(game: ReferenceGame, out: ProgramOut, player: number, n: number): void {
  const place = game.placeOf(player);
  const [px, py] = [place % SIDE, Math.floor(place / SIDE)];
  const far = (cell: number): number => Math.max(Math.abs((cell % SIDE) - px), Math.abs(Math.floor(cell / SIDE) - py));
  const body = game.player(player);
  if (body === undefined || body.phase !== 0) return;
  const item = game.floor().find((one) => far(one.cell) <= 6);
  if (item !== undefined) {
    const input = far(item.cell) <= 2 ? ({ do: "pick", id: item.id } as const) : ({ do: "walk", cell: item.cell } as const);
    game.input(player, writeInput(input), out);
    return;
  }
  let [best, near] = [-1, 12];
  for (const { slot, hp, to } of game.monsters()) {
    if (hp === 0 || far(to) >= near) continue;
    [best, near] = [slot, far(to)];
  }
  if (best >= 0 && near <= 9 && drawU32(CHANCE, player, n) % 4 === 0) {
    if (game.input(player, writeInput({ do: "cast", skill: 19, level: 5, slot: best }), out).ok) return;
  }
  if (best >= 0 && game.input(player, writeInput({ do: "attack", slot: best }), out).ok) return;
  const goal = best >= 0 ? game.placeOfMonster(best) : -1;
  const x = goal >= 0 ? goal % SIDE : px + (drawU32(CHANCE, player, 2 * n) % 23) - 11;
  const y = goal >= 0 ? Math.floor(goal / SIDE) : py + (drawU32(CHANCE, player, 2 * n + 1) % 23) - 11;
  if (x >= 0 && y >= 0 && x < SIDE && y < SIDE) game.input(player, writeInput({ do: "walk", cell: x + y * SIDE }), out);
}

type Played = { readonly game: ReferenceGame; readonly scale: Scale; readonly deltas: number[]; readonly seconds: number };

/** Plays a map at twenty ticks a second, each with a delta that a replica takes; `seconds` is the CPU time it took. */
function play(world: World, { players, seconds }: Size): Played {
  const [game, replica] = [new ReferenceGame(world), new ReferenceGame(world)];
  const scale = new Scale();
  const deltas: number[] = [];
  let followed = game.hash();
  const begun = process.cpuUsage();
  for (let i = 0; i < players; i += 1) game.enter(account(i), new Uint8Array(0), scale);
  for (let at = TICK_MS; at <= seconds * 1_000; at += TICK_MS) {
    game.advance(at, scale);
    for (let i = Math.floor(at / TICK_MS) % (CLICK_MS / TICK_MS); i < players; i += CLICK_MS / TICK_MS) click(game, scale, account(i), at);
    const delta = game.delta(followed);
    if (delta === null || !replica.apply(delta).ok) throw new Error("a replica cannot follow");
    followed = replica.hash();
    deltas.push(delta.length);
  }
  const { user, system } = process.cpuUsage(begun);
  if (replica.hash() !== game.hash()) throw new Error("a replica came to another hash");
  return { game, scale, deltas, seconds: (user + system) / 1e6 };
}

/** Nanoseconds of one call, the median of turns. */
function nsOf(calls: number, what: () => number): number {
  const turns: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) {
    let sum = 0;
    const begun = performance.now();
    for (let i = 0; i < calls; i += 1) sum += what();
    turns.push(((performance.now() - begun) * 1e6) / calls);
    if (!Number.isFinite(sum)) throw new Error("a part gave no number");
  }
  return median(turns);
}

/** What a state with so many monsters and players weighs and costs, and what one more of each adds. */
function weights(world: World, { game, scale, deltas }: Played, size: Size): Detail {
  const calls = size.seconds > 10 ? 200 : 3;
  const snapshot = game.snapshot();
  const empty = new ReferenceGame(world).snapshot().length;
  const replica = new ReferenceGame(world);
  const perSecond = 1_000 / TICK_MS;
  const sorted = deltas.toSorted((a, b) => a - b);
  const mean = deltas.reduce((sum, one) => sum + one, 0) / deltas.length;
  const kbit = (bytes: number): number => (bytes * 8) / 1_000;
  const items = [
    { name: "killed in the run", value: game.counters().killed, unit: "monsters" },
    { name: "snapshot", value: snapshot.length, unit: "bytes" },
    { name: "snapshot of the empty map, for a monster", value: empty / MONSTERS, unit: "bytes" },
    { name: "snapshot, for a player and what it sets in motion", value: (snapshot.length - empty) / size.players, unit: "bytes" },
    { name: "delta at 20 Hz, mean", value: mean, unit: "bytes" },
    { name: "delta at 20 Hz, 99 of 100 below", value: sorted[Math.floor(0.99 * sorted.length)] ?? 0, unit: "bytes" },
    { name: "deltas to one replica, for a player", value: kbit(mean * perSecond) / size.players, unit: "kbit/s" },
    { name: "news to a player", value: kbit(scale.newsBytes / size.seconds) / size.players, unit: "kbit/s of 100" },
    { name: "pieces of news to a player", value: scale.news / size.seconds / size.players, unit: "a second" },
    { name: "deeds of a player", value: scale.deeds / (size.seconds / 60) / size.players, unit: "a minute" },
    { name: "a deed", value: scale.deedBytes / Math.max(1, scale.deeds), unit: "bytes" },
    { name: "hash, nothing changed", value: nsOf(calls, () => Number(game.hash() & 1n)), unit: "ns" },
    { name: "delta, nothing changed", value: nsOf(calls, () => game.delta(game.hash())!.length), unit: "ns" },
    { name: "write a snapshot", value: nsOf(calls, () => game.snapshot().length) / 1_000, unit: "us" },
    { name: "read a snapshot", value: nsOf(calls, () => (replica.apply(snapshot).ok ? 1 : Number.NaN)) / 1_000, unit: "us" },
  ];
  return { title: `Reference game, ${MONSTERS} monsters and ${size.players} players on a map`, items };
}

/** Measures the reference game. Throws when a replica does not follow. */
export async function gameBench({ smoke, log }: BenchPlan): Promise<BenchReport> {
  const made = worldOf(field(), { high: 1, low: 2 });
  if (!made.ok) throw new Error(made.error);
  const rows: BenchRow[] = [];
  const details: Detail[] = [];
  for (const size of smoke ? [SMOKE] : [NORMAL, CROWD]) {
    log(`game: ${size.players} players, ${size.seconds} s of map time, ${size.rounds} rounds`);
    // The first rounds pay for the compiler, which a long run does not notice.
    for (let i = 0; i < 3 && !smoke; i += 1) play(made.value, size);
    const played = Array.from({ length: size.rounds }, () => play(made.value, size));
    const last = played.at(-1);
    if (last === undefined) throw new Error("no round was played");
    details.push(weights(made.value, last, size));
    if (size === CROWD) continue;
    const speeds = played.map((one) => size.seconds / one.seconds / MAPS);
    const what = `reference game: ${MAPS} maps of ${size.players} players and ${MONSTERS} monsters, deltas at 20 Hz to one replica each`;
    rows.push(rowOf("game/sixty-maps", what, "x real time", speeds, smoke ? null : { least: 20 }));
  }
  return { rows, details, absent: [] };
}
