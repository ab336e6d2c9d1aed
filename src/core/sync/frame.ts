/**
 * Several messages in one envelope: each behind its length in three bytes, big-endian. Sealing has a fixed cost a message, so the small ones of a
 * tick travel together. A frame holds at least one message, and no more than one message of the longest kind would take.
 */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** Bytes of one message at most (RULES §4), of the length before it, and of a frame. */
export const MESSAGE_BYTES_MAX = 65_536;
const LENGTH_BYTES = 3;
/** Bytes of a frame at most: that of one longest message. */
export const FRAME_BYTES_MAX = MESSAGE_BYTES_MAX + LENGTH_BYTES;

/** A message of so many bytes, alone in its frame, is not copied into it. */
const LARGE_BYTES = 4_096;

/** A frame in one piece or two: together they are its bytes. */
export type Frame = readonly Uint8Array[];

/** Puts messages into as few frames as their order allows. Messages are at most {@link MESSAGE_BYTES_MAX} long: longer ones are a bug. */
export function framesOf(messages: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  let first = 0;
  let bytes = 0;
  for (let i = 0; i < messages.length; i++) {
    const size = messages[i]!.length + LENGTH_BYTES;
    assert(size <= FRAME_BYTES_MAX, "a message fits into a frame");
    if (bytes + size > FRAME_BYTES_MAX) {
      frames.push(frameOf(messages, first, i, bytes));
      first = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (bytes > 0) frames.push(frameOf(messages, first, messages.length, bytes));
  return frames;
}

function frameOf(messages: readonly Uint8Array[], from: number, to: number, bytes: number): Frame {
  const alone = messages[from]!;
  if (to - from === 1 && alone.length >= LARGE_BYTES) return [lengthOf(alone), alone];
  const frame = new Uint8Array(bytes);
  let at = 0;
  for (let i = from; i < to; i++) {
    const message = messages[i]!;
    frame.set(lengthOf(message), at);
    frame.set(message, at + LENGTH_BYTES);
    at += LENGTH_BYTES + message.length;
  }
  return [frame];
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >>> 16, length >>> 8, length);
}

/** The messages of a frame as views into it; refused unless it is exactly what {@link framesOf} makes. */
export function messagesOf(frame: Uint8Array): Result<Uint8Array[], "frame_invalid"> {
  if (frame.length === 0 || frame.length > FRAME_BYTES_MAX) return err("frame_invalid");
  const messages: Uint8Array[] = [];
  let at = 0;
  while (at < frame.length) {
    if (frame.length - at < LENGTH_BYTES) return err("frame_invalid");
    const end = at + LENGTH_BYTES + ((frame[at]! << 16) | (frame[at + 1]! << 8) | frame[at + 2]!);
    if (end > frame.length) return err("frame_invalid");
    messages.push(frame.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return ok(messages);
}
