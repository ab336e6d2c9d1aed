/**
 * A map's image: all that its next host needs to go on with it, as bytes. The program's own state, whole or what changed since a state the other end
 * holds; how many deeds are in it and which of them are not known to be written down; how far each player's inputs were taken. Compact binary,
 * versioned and bounded; bytes from outside are an image or null, never more.
 */
import { assert } from "../../base/assert.ts";
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { LIMITS } from "../game/entities.ts";
import type { Epoch, PlayerId } from "../protocol/ids.ts";
import { type Operation, SYNC_TYPES } from "../protocol/operations.ts";

const VERSION = 1;
const WORD = 4_294_967_296n;
/** Deeds under way in one image. A host with room for more would make images that nobody reads. */
export const PENDING_MAX = 10_000;
/** Players who were led out of whom an image says how far their inputs were taken: who was cut off and comes again may say once more what was taken. */
export const LED_OUT_MAX = 256;
/** The longest id and data of one. */
const ID_CHARS_MAX = 80;
const DATA_BYTES_MAX = 65_536;
const PROGRAM_BYTES_MAX = 786_432;

/** A deed that is not known to be written down. */
export type PendingDeed = { readonly operation: Operation; readonly critical: boolean };

/** See the head of this file. */
export type MapImage = {
  /** Under which the map was served when it was made, and by which start of its host's process. */
  readonly epoch: Epoch;
  readonly boot: number;
  /** Deeds of the map that are in it: those numbered up to this. */
  readonly number: number;
  /** The map's time, ms. */
  readonly mapMs: number;
  /** The hash of the program's state; `base` that of the state on top of which `program` goes, null: it is the whole. */
  readonly hash: bigint;
  readonly base: bigint | null;
  readonly program: Uint8Array;
  /** How far inputs were taken, of who is there and of those who were led out. */
  readonly taken: readonly (readonly [player: PlayerId, input: number])[];
  readonly pending: readonly PendingDeed[];
};

/** The bytes of an image. `out` may be kept for the next. */
export function writeImage(image: MapImage, out = new ByteWriter()): Uint8Array {
  out.reset();
  out.byte(VERSION);
  out.whole(image.epoch);
  out.whole(image.boot);
  out.whole(image.number);
  out.whole(image.mapMs);
  writeHash(out, image.hash);
  out.byte(image.base === null ? 0 : 1);
  if (image.base !== null) writeHash(out, image.base);
  out.whole(image.taken.length);
  for (const [player, input] of image.taken) {
    out.whole(player);
    out.whole(input);
  }
  out.whole(image.pending.length);
  for (const { operation, critical } of image.pending) writeOperation(out, operation, critical);
  writeBytes(out, image.program);
  return out.take();
}

/** Reads an image; null for what is none. */
export function readImage(bytes: Uint8Array): MapImage | null {
  const from = new ByteReader(bytes);
  if (from.byte() !== VERSION) return null;
  const [epoch, boot, number] = [from.whole(LIMITS.counter), from.whole(LIMITS.counter), from.whole(LIMITS.counter)] as const;
  const mapMs = from.whole(LIMITS.timeMs);
  const hash = readHash(from);
  const base = from.whole(1) === 1 ? readHash(from) : null;
  const taken: [number, number][] = [];
  for (let left = from.whole(LIMITS.players + LED_OUT_MAX); left > 0 && !from.failed; left -= 1) {
    taken.push([from.whole(LIMITS.player), from.whole(LIMITS.counter)]);
  }
  const pending: PendingDeed[] = [];
  for (let left = from.whole(PENDING_MAX); left > 0 && !from.failed; left -= 1) pending.push(readOperation(from));
  const program = readBytes(from, PROGRAM_BYTES_MAX);
  return from.done ? { epoch, boot, number, mapMs, hash, base, program, taken, pending } : null;
}

function writeHash(out: ByteWriter, hash: bigint): void {
  out.word(Number(hash / WORD));
  out.word(Number(hash % WORD));
}

function readHash(from: ByteReader): bigint {
  const high = BigInt(from.word());
  return high * WORD + BigInt(from.word());
}

function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  out.whole(bytes.length);
  out.raw(bytes);
}

function readBytes(from: ByteReader, max: number): Uint8Array {
  return from.raw(from.whole(max));
}

function writeOperation(out: ByteWriter, { id, type, number, carried, player, at, data }: Operation, critical: boolean): void {
  assert(id.length <= ID_CHARS_MAX, "an id is short");
  out.byte((critical ? 1 : 0) + (carried === null ? 0 : 2));
  out.byte(SYNC_TYPES.indexOf(type));
  out.whole(id.length);
  for (let i = 0; i < id.length; i += 1) out.byte(id.charCodeAt(i));
  out.whole(number);
  out.signed(player);
  out.whole(at);
  writeBytes(out, data);
  if (carried !== null) writeBytes(out, carried);
}

function readOperation(from: ByteReader): PendingDeed {
  const flags = from.whole(3);
  const type = SYNC_TYPES[from.byte()] ?? (from.fail(), "MAP_STATE");
  let id = "";
  for (let left = from.whole(ID_CHARS_MAX); left > 0; left -= 1) {
    const code = from.byte();
    // An id is of visible characters of ASCII, or else no two spellings of it could be told apart.
    id += String.fromCharCode(code > 32 && code < 127 ? code : from.fail());
  }
  const number = from.whole(LIMITS.counter);
  const player = from.signed(LIMITS.player);
  if (player < -1 || id === "") from.fail();
  const at = from.whole(LIMITS.timeMs);
  const data = readBytes(from, DATA_BYTES_MAX);
  const carried = flags >= 2 ? readBytes(from, DATA_BYTES_MAX) : null;
  return { operation: { id, type, number, carried, player, at, data }, critical: flags % 2 === 1 };
}
