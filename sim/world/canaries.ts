/**
 * The secrets of a simulated run, made so that they are found wherever they stand: each begins with the same eight bytes, which nothing else has but
 * by a chance of 2^-64 a place. Owns what they are and how they are looked for, raw, in hexadecimal, in base64, or as text.
 */
import { toBase64 } from "../../src/base/base64.ts";
import { drawU32, type Stream } from "../../src/base/random.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";

/** Nine bytes: three groups of base64. */
const MARK = Uint8Array.of(0xc5, 0x3a, 0x97, 0xe1, 0x0f, 0xb4, 0x68, 0xd2, 0x7b);
const MARKED = 8;
const KEY_BYTES = 32;

/** What no host and no player is ever told: the main server's own address, as the operator's settings hold it. */
export const MAIN_SERVER = "main-server.canary.invalid:7777";

/** The private half of an actor's pair, 32 bytes. */
export function privateHalf(secrets: Stream, actor: ActorId): Uint8Array {
  const half = new Uint8Array(KEY_BYTES);
  half.set(MARK);
  for (let i = MARK.length; i < KEY_BYTES; i++) half[i] = drawU32(secrets, actor, i);
  return half;
}

/** Bytes as small hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key by which the operator's settings encrypt, as they hold it. No room is handed it. */
export const ENCRYPTION_KEY = hexOf(MARK).padEnd(2 * KEY_BYTES, "5f");

const HEX = hexOf(MARK.subarray(0, MARKED));
const LATIN = String.fromCharCode(...MARK.subarray(0, MARKED));
/** A list of numbers, as a form of text that knows no bytes writes them. */
const LISTED = MARK.subarray(0, MARKED).join(",");
const TEXTS = [HEX, toBase64(MARK), LATIN, LISTED, MAIN_SERVER];
const BYTES = [
  MARK.subarray(0, MARKED),
  ...[HEX, toBase64(MARK), MAIN_SERVER].map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0))),
];
const FIRSTS = BYTES.map((bytes) => bytes[0]!);

/** Whether a secret stands in these bytes, whole or its beginning. */
export function leaksIn(bytes: Uint8Array): boolean {
  for (let k = 0; k < BYTES.length; k++) {
    for (let at = bytes.indexOf(FIRSTS[k]!); at >= 0; at = bytes.indexOf(FIRSTS[k]!, at + 1)) {
      if (stands(bytes, at, BYTES[k]!)) return true;
    }
  }
  return false;
}

function stands(bytes: Uint8Array, at: number, secret: Uint8Array): boolean {
  if (at + secret.length > bytes.length) return false;
  for (let i = 1; i < secret.length; i++) if (bytes[at + i] !== secret[i]) return false;
  return true;
}

/** Whether a secret stands in a text. */
export function leaksInText(text: string): boolean {
  return TEXTS.some((secret) => text.includes(secret));
}
