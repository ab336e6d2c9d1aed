/** Bytes as the sync room writes them: whole numbers big-endian, labels in ASCII. Nothing here is secret, so nothing takes constant time. */
import { assert } from "../../base/assert.ts";

const TWO_32 = 4_294_967_296;
/** The upper half of the largest safe integer. */
const UPPER_MAX = 2_097_151;

/** Writes a whole number below 2^32. */
export function writeU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/** Reads what {@link writeU32} wrote. */
export function readU32(from: Uint8Array, at: number): number {
  return (((from[at]! << 24) | (from[at + 1]! << 16) | (from[at + 2]! << 8) | from[at + 3]!) >>> 0) as number;
}

/** Writes a safe integer that is not negative, in eight bytes. */
export function writeU64(into: Uint8Array, at: number, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, "eight bytes hold a safe integer");
  writeU32(into, at, Math.floor(value / TWO_32));
  writeU32(into, at + 4, value % TWO_32);
}

/** Reads eight bytes; -1 where they hold more than a safe integer. */
export function readU64(from: Uint8Array, at: number): number {
  const upper = readU32(from, at);
  return upper > UPPER_MAX ? -1 : upper * TWO_32 + readU32(from, at + 4);
}

/** The bytes of a text of ASCII. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    assert(text.charCodeAt(i) < 128, "a label is ASCII");
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

/** All parts, one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether both hold the same bytes. Not for secrets: it ends at the first difference. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
