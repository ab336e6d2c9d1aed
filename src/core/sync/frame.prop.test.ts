import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FRAME_BYTES_MAX, framesOf as framesInPieces, MESSAGE_BYTES_MAX, messagesOf } from "./frame.ts";

const message = fc.oneof(
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: MESSAGE_BYTES_MAX - 4, max: MESSAGE_BYTES_MAX }).map((size) => new Uint8Array(size).fill(7)) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 40_000 }).map((size) => new Uint8Array(size).fill(9)) },
);

const framesOf = (messages: readonly Uint8Array[]): Uint8Array[] => framesInPieces(messages).map((pieces) => Buffer.concat(pieces));

function read(frame: Uint8Array): Uint8Array[] {
  const messages = messagesOf(frame);
  if (!messages.ok) throw new Error(messages.error);
  return messages.value;
}

describe("frames", () => {
  it("give back every message in its order, in as few frames as that allows, none too long", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        const frames = framesOf(messages);
        const back = frames.flatMap(read);
        expect(back.length).toBe(messages.length);
        back.forEach((one, i) => expect(Buffer.from(one).equals(messages[i]!)).toBe(true));
        for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(FRAME_BYTES_MAX);
        for (let i = 1; i < frames.length; i++) {
          const next = read(frames[i]!)[0]!;
          expect(frames[i - 1]!.length + 3 + next.length).toBeGreaterThan(FRAME_BYTES_MAX);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("of 128 small messages are one", () => {
    expect(framesOf(Array.from({ length: 128 }, () => new Uint8Array(200)))).toHaveLength(1);
    expect(framesOf([])).toEqual([]);
  });

  it("any bytes are read or refused, and what is read is written the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, small) => {
        const frame = small ? bytes.map((byte, i) => (i % 5 < 2 ? 0 : byte % 4)) : bytes;
        const messages = messagesOf(frame);
        if (messages.ok) expect(Buffer.concat(framesOf(messages.value)).equals(frame)).toBe(true);
        else expect(messages.error).toBe("frame_invalid");
      }),
    );
  });

  it("that are empty, cut short or too long are refused", () => {
    for (const bytes of [[], [0], [0, 0], [0, 0, 1], [0, 0, 0, 0], [255, 255, 255, 1]]) {
      expect(messagesOf(Uint8Array.from(bytes))).toEqual({ ok: false, error: "frame_invalid" });
    }
    expect(messagesOf(new Uint8Array(FRAME_BYTES_MAX + 3)).ok).toBe(false);
  });
});
