/**
 * The header of a sealed envelope, in clear and authenticated as a whole: it is the AAD (RULES §4). 48 bytes, numbers big-endian:
 *
 *     0 magic "PSEV"   4 version u16   6 suite u8   7 direction u8   8 kid u32   12 host u64
 *     20 session 8 bytes   28 map epoch u64   36 seq u64   44 length u32: how many bytes follow the header
 */
import { assert } from "../../base/assert.ts";
import type { Epoch, HostId } from "../protocol/ids.ts";
import { ascii, readU32, readU64, writeU32, writeU64 } from "./bytes.ts";
import { type Suite, SUITES } from "./crypto.ts";

/** Bytes of a header, and of the session's id in it. */
export const HEADER_BYTES = 48;
export const SESSION_ID_BYTES = 8;

/** Who speaks: whoever began the handshake is the initiator. */
export const DIRECTIONS = { toResponder: 1, toInitiator: 2 } as const;
/** A direction's number. */
export type Direction = (typeof DIRECTIONS)[keyof typeof DIRECTIONS];

/** What stands in a header. `kid` numbers the keys of one direction of a session, from 1; `seq` its messages, from 1, whatever the key. */
export type Header = {
  readonly suite: Suite;
  readonly direction: Direction;
  readonly kid: number;
  readonly host: HostId;
  readonly session: Uint8Array;
  readonly epoch: Epoch;
  readonly seq: number;
  readonly length: number;
};

const MAGIC = ascii("PSEV");
const VERSION = 1;

/** Writes a header into the first {@link HEADER_BYTES} of `into`. */
export function writeHeader(into: Uint8Array, header: Header): void {
  assert(into.length >= HEADER_BYTES, "there is room for a header");
  assert(header.session.length === SESSION_ID_BYTES, "a session's id has its size");
  into.set(MAGIC, 0);
  into[4] = VERSION >>> 8;
  into[5] = VERSION;
  into[6] = header.suite;
  into[7] = header.direction;
  writeU32(into, 8, header.kid);
  writeU64(into, 12, header.host);
  into.set(header.session, 20);
  writeU64(into, 28, header.epoch);
  writeU64(into, 36, header.seq);
  writeU32(into, 44, header.length);
}

/** The header in front of `bytes`; null where there is none, or where its length is not that of what follows it. */
export function readHeader(bytes: Uint8Array): Header | null {
  if (bytes.length < HEADER_BYTES) return null;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC[i]) return null;
  if (bytes[4] !== VERSION >>> 8 || bytes[5] !== VERSION) return null;
  const suite = suiteOf(bytes[6]!);
  const direction = directionOf(bytes[7]!);
  const host = readU64(bytes, 12);
  const epoch = readU64(bytes, 28);
  const seq = readU64(bytes, 36);
  const length = readU32(bytes, 44);
  if (suite === null || direction === null || host < 0 || epoch < 0 || seq < 0) return null;
  if (length !== bytes.length - HEADER_BYTES) return null;
  return { suite, direction, kid: readU32(bytes, 8), host, session: bytes.subarray(20, 28), epoch, seq, length };
}

/** The suite of that number, or null. */
export function suiteOf(number: number): Suite | null {
  return number === SUITES.A256CBC_HS512 || number === SUITES.A256GCM ? number : null;
}

function directionOf(number: number): Direction | null {
  return number === DIRECTIONS.toResponder || number === DIRECTIONS.toInitiator ? number : null;
}
