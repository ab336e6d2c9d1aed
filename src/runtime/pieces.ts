/**
 * Records: what one end of a sealed channel gives its session as a message. A message that fits is one record, behind a byte that says so; a longer
 * one, such as a map's image, is cut into pieces that may come in any order. Promises: at most {@link JOINED_MAX} messages are being put together
 * at a time, the oldest gives way; what is no piece is refused, never thrown at.
 */
import { assert } from "../base/assert.ts";
import { MESSAGE_BYTES_WHOLE_MAX } from "../core/protocol/message-bytes.ts";
import { readU32, writeU32 } from "../core/sync/bytes.ts";
import { MESSAGE_BYTES_MAX } from "../core/sync/frame.ts";

/** The first byte of a record. A record without any byte says nothing but that its sender has the session's keys. */
export const WHOLE = 0;
const PIECE = 1;

/** What stands before a piece: the byte, the message's number u32, the piece's place u8, how many there are u8. */
const HEAD_BYTES = 7;
const PIECE_BYTES = MESSAGE_BYTES_MAX - HEAD_BYTES;
const PIECES_MAX = Math.ceil(MESSAGE_BYTES_WHOLE_MAX / PIECE_BYTES);
/** Messages that are put together at a time. */
const JOINED_MAX = 4;

/** The records of a message that was written behind a {@link WHOLE}: that one, or its pieces. `number` tells messages apart. */
export function recordsOf(written: Uint8Array, number: number): readonly Uint8Array[] {
  if (written.length <= MESSAGE_BYTES_MAX) return [written];
  const bytes = written.subarray(1);
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  assert(count <= PIECES_MAX, "a message is not longer than its form allows");
  return Array.from({ length: count }, (_, place) => {
    const part = bytes.subarray(place * PIECE_BYTES, (place + 1) * PIECE_BYTES);
    const record = new Uint8Array(HEAD_BYTES + part.length);
    record[0] = PIECE;
    writeU32(record, 1, number % 4_294_967_296);
    record[5] = place;
    record[6] = count;
    record.set(part, HEAD_BYTES);
    return record;
  });
}

type Parts = { readonly parts: (Uint8Array | undefined)[]; left: number };

/** The other end: gives messages back. */
export class Joiner {
  private readonly open = new Map<number, Parts>();

  /** The message that a record ends; null when it ends none, or is no record. */
  take(record: Uint8Array): Uint8Array | null {
    if (record[0] === WHOLE) return record.subarray(1);
    if (record[0] !== PIECE || record.length <= HEAD_BYTES) return null;
    const [number, place, count] = [readU32(record, 1), record[5]!, record[6]!];
    if (count < 2 || count > PIECES_MAX || place >= count) return null;
    const known = this.open.get(number) ?? this.begin(number, count);
    if (known.parts.length !== count || known.parts[place] !== undefined) return null;
    known.parts[place] = record.slice(HEAD_BYTES);
    known.left -= 1;
    if (known.left > 0) return null;
    this.open.delete(number);
    return together(known.parts as Uint8Array[]);
  }

  private begin(number: number, count: number): Parts {
    const begun: Parts = { parts: new Array<Uint8Array | undefined>(count).fill(undefined), left: count };
    this.open.set(number, begun);
    if (this.open.size > JOINED_MAX) for (const oldest of this.open.keys()) return this.forget(oldest, begun);
    return begun;
  }

  private forget(oldest: number, begun: Parts): Parts {
    this.open.delete(oldest);
    return begun;
  }
}

function together(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
