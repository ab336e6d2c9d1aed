/**
 * Snapshots and deltas as bytes. Owns: their form. Promises: equal states give equal snapshots; what is read is the state it was written from, to
 * the hash, or refused with nothing changed (SY2); what is read is bounded. Never: trusts a length.
 *
 *     snapshot  0xA7, version, 1, digest (2 words: low, high), hash (2 words), at, counters, number of parts, parts
 *     delta     0xA7, version, 2, hash of the base (2 words), hash of the result (2 words), ms gone by, which counters grew (bits) and by how much,
 *               number of parts, parts
 *     part      how much larger its key is than the one before (the first: key + 1), less one; then its record (records.ts)
 *
 * Words are 4 bytes little-endian, all other numbers LEB128 in the shortest form.
 */
import { err, ok, type Result } from "../../base/result.ts";
import { ByteReader, type ByteWriter } from "../../base/bytes.ts";
import { COUNTERS, type Counters, idOf, KIND, keyOf, kindOf, LIMITS, noCounters, type Player, sameCounters } from "./entities.ts";
import { readPart, writeGone, writePart } from "./records.ts";
import { type Change, GameState } from "./state.ts";
import { RULES_VERSION } from "./world-digest.ts";
import type { World } from "./world.ts";

const MAGIC = 0xa7;
const SNAPSHOT = 1;
const DELTA = 2;
/** The most bytes that are looked at: every part of a full map at its longest fits. */
const STATE_BYTES_MAX = 4_194_304;
const WORD = 0xffffffffn;

/** The whole state. */
export function writeSnapshot(state: GameState): Uint8Array {
  const out = state.writer;
  head(out, SNAPSHOT);
  out.word(state.world.digest.low);
  out.word(state.world.digest.high);
  writeHash(out, state.hash());
  out.whole(state.at);
  for (const name of COUNTERS) out.whole(state.counters[name]);
  writeParts(out, state, state.keys());
  return out.take();
}

/** What changed since the state of that hash; null when that is not known. */
export function writeDelta(state: GameState, since: bigint): Uint8Array | null {
  const found = state.since(since);
  if (found === null) return null;
  const { mark, now, keys } = found;
  if (keys.length > partsMax(state.world)) return null;
  const out = state.writer;
  head(out, DELTA);
  writeHash(out, since);
  writeHash(out, now);
  out.whole(state.at - mark.at);
  if (sameCounters(state.counters, mark.counters)) out.whole(0);
  else writeGrowth(out, mark.counters, state.counters);
  writeParts(out, state, keys);
  return out.take();
}

/**
 * Reads either. A snapshot gives a new state; a delta changes `state` and gives it back. Every refusal leaves `state` as it was.
 */
export function readState(state: GameState, bytes: Uint8Array): Result<GameState, string> {
  if (bytes.length > STATE_BYTES_MAX) return err(`${bytes.length} bytes are more than a state takes`);
  const from = new ByteReader(bytes);
  if (from.byte() !== MAGIC) return err("neither a snapshot nor a delta");
  const version = from.byte();
  if (version !== RULES_VERSION) return err(`of version ${version}, not ${RULES_VERSION}`);
  const form = from.byte();
  if (form === SNAPSHOT) return readSnapshot(state.world, from);
  return form === DELTA ? readDelta(state, from) : err("neither a snapshot nor a delta");
}

function writeGrowth(out: ByteWriter, before: Counters, now: Counters): void {
  const grown = COUNTERS.map((name) => now[name] - before[name]);
  out.whole(grown.reduce((bits, by, i) => bits | (by > 0 ? 1 << i : 0), 0));
  for (const by of grown) if (by > 0) out.whole(by);
}

function head(out: ByteWriter, form: number): void {
  out.reset();
  out.byte(MAGIC);
  out.byte(RULES_VERSION);
  out.byte(form);
}

function writeHash(out: ByteWriter, hash: bigint): void {
  out.word(Number(hash & WORD));
  out.word(Number(hash >> 32n));
}

function readHash(from: ByteReader): bigint {
  const low = from.word();
  return (BigInt(from.word()) << 32n) | BigInt(low);
}

function writeParts(out: ByteWriter, state: GameState, keys: readonly number[] | Float64Array): void {
  out.whole(keys.length);
  let before = -1;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as number;
    out.whole(key - before - 1);
    const part = state.part(key);
    if (part === undefined) writeGone(out);
    else writePart(out, key, part, state.world, state.at);
    before = key;
  }
}

/** The most parts of a snapshot, and as many again that are gone: a delta that would name more is not made, and none is read. */
function partsMax(world: World): number {
  return 2 * (world.slots.length + 3 * LIMITS.players + LIMITS.floorItems);
}

/** The parts, ascending by key; null when they cannot be read, or anything follows. */
function readParts(from: ByteReader, world: World, at: number): Change[] | null {
  const count = from.whole(partsMax(world));
  const changes: Change[] = [];
  const keyMax = keyOf(KIND.bag, LIMITS.player);
  let before = -1;
  for (let i = 0; i < count && !from.failed; i += 1) {
    if (before >= keyMax) from.fail();
    const key = before + 1 + from.whole(Math.max(0, keyMax - before - 1));
    changes.push({ key, part: readPart(from, key, world, at) });
    before = key;
  }
  return from.done ? changes : null;
}

function readSnapshot(world: World, from: ByteReader): Result<GameState, string> {
  const low = from.word();
  const high = from.word();
  const hash = readHash(from);
  const at = from.whole(LIMITS.timeMs);
  const counters = noCounters();
  for (const name of COUNTERS) counters[name] = from.whole(LIMITS.counter);
  if (!from.failed && (low !== world.digest.low || high !== world.digest.high)) return err("made for other data or another seed");
  const changes = from.failed ? null : readParts(from, world, at);
  if (changes === null) return err("damaged");
  if (changes.some(({ part }) => part === null)) return err("names what is not there");
  const state = new GameState(world);
  const monsters = changes.reduce((sum, { key }) => sum + (kindOf(key) === KIND.monster ? 1 : 0), 0);
  if (monsters !== world.slots.length) return err("lacks monsters");
  return accepted(state, changes, at, counters, hash);
}

function readDelta(state: GameState, from: ByteReader): Result<GameState, string> {
  const base = readHash(from);
  const hash = readHash(from);
  const at = state.at + from.whole(LIMITS.timeMs);
  const bits = from.whole((1 << COUNTERS.length) - 1);
  const counters = { ...state.counters };
  COUNTERS.forEach((name, i) => {
    if ((bits & (1 << i)) === 0) return;
    const by = from.whole(LIMITS.counter);
    counters[name] += by;
    if (by === 0 || counters[name] > LIMITS.counter) from.fail();
  });
  if (!from.failed && base !== state.hash()) return err("made for another state");
  const changes = from.failed || at > LIMITS.timeMs ? null : readParts(from, state.world, at);
  if (changes === null) return err("damaged");
  return accepted(state, changes, at, counters, hash);
}

/** The last checks before anything changes: players are whole, nothing is over its bound, and the hash is the one announced. */
function accepted(state: GameState, changes: readonly Change[], at: number, counters: Counters, hash: bigint): Result<GameState, string> {
  const complaint = wholeComplaint(state, changes) ?? boundComplaint(state, changes, counters);
  if (complaint !== null) return err(complaint);
  if (state.hashAfter(changes, at, counters) !== hash) return err("its hash is another than announced");
  linkPlayers(state, changes);
  state.replace(changes, at, counters);
  return ok(state);
}

/** Whether a change makes something come or go. */
const isTurnover = (state: GameState, { key, part }: Change): boolean => (part === null) !== (state.part(key) === undefined);

/** Body, purse and bag of a player are all there or none is. */
function wholeComplaint(state: GameState, changes: readonly Change[]): string | null {
  const turnover = changes.filter((change) => isTurnover(state, change));
  const turned = new Set(turnover.map(({ key }) => key));
  const stands = (key: number): boolean => (state.part(key) !== undefined) !== turned.has(key);
  for (const { key, part } of turnover) {
    const kind = kindOf(key);
    if (kind === KIND.monster && part === null) return "takes away a monster's place";
    if (kind === KIND.monster || kind === KIND.item) continue;
    const id = idOf(key);
    const body = stands(keyOf(KIND.player, id));
    if (body !== stands(keyOf(KIND.purse, id)) || body !== stands(keyOf(KIND.bag, id))) return "has half a player";
  }
  return null;
}

function boundComplaint(state: GameState, changes: readonly Change[], counters: Counters): string | null {
  let players = state.players.size;
  let items = state.items.size;
  for (const change of changes) {
    const { key, part } = change;
    const kind = kindOf(key);
    if (kind === KIND.item && part !== null && idOf(key) > counters.items) return "has an item that was never numbered";
    if ((kind !== KIND.player && kind !== KIND.item) || !isTurnover(state, change)) continue;
    const by = part === null ? -1 : 1;
    if (kind === KIND.player) players += by;
    else items += by;
  }
  if (players > LIMITS.players) return "has too many players";
  return items > LIMITS.floorItems ? "has too many items on the floor" : null;
}

/** Gives new players the purse and the bag that come right after their bodies. */
function linkPlayers(state: GameState, changes: readonly Change[]): void {
  changes.forEach(({ key, part }, i) => {
    if (kindOf(key) !== KIND.player || part === null || state.players.has(idOf(key))) return;
    const player = part as Player;
    player.purse = changes[i + 1]?.part as Player["purse"];
    player.bag = changes[i + 2]?.part as Player["bag"];
  });
}
