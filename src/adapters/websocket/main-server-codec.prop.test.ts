import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SYNC_TYPES } from "../../core/protocol/operations.ts";
import type { MainServerAnswer, MainServerAsk } from "../../runtime/main-server.ts";
import { answerNumber, decodeAnswer, decodeAsk, encodeAnswer, encodeAsk } from "./main-server-codec.ts";

const safe = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const id = fc.stringMatching(/^[\w.-]{1,64}$/);
const map = fc.stringMatching(/^[a-z0-9_@#-]{0,24}$/);
const player = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const data = fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes));
const type = fc.constantFrom(...SYNC_TYPES);
const operation = fc.record({ id, type, number: fc.constant(0), carried: fc.constant(null), player, at: safe, data });
const vector = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1_536, maxLength: 1_536 })
  .map((numbers) => Float32Array.from([1, ...numbers.slice(1)]));

const ask: fc.Arbitrary<MainServerAsk> = fc.oneof(
  fc.record({
    verb: fc.constant("write" as const),
    map,
    epoch: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    critical: fc.boolean(),
    operations: fc.array(operation, { minLength: 1, maxLength: 128 }),
  }),
  fc.record({ verb: fc.constant("fetch" as const), map, type, player, critical: fc.boolean() }),
  fc.record({
    verb: fc.constant("search" as const),
    model: fc.stringMatching(/^[\w./-]{1,64}$/),
    vector,
    count: fc.integer({ min: 1, max: 20 }),
    map: fc.option(map),
  }),
);

/** An answer that fits the ask. */
function answerTo(to: MainServerAsk): fc.Arbitrary<MainServerAnswer> {
  const always: fc.Arbitrary<MainServerAnswer>[] = [
    fc.constantFrom({ result: "failed" }, { result: "unknown" }),
    fc.record({ result: fc.constant("refused" as const), reason: fc.constantFrom("ask_invalid" as const, "not_offered" as const) }),
  ];
  if (to.verb === "fetch") return fc.oneof(...always, fc.record({ result: fc.constant("fetched" as const), value: fc.option(data) }));
  if (to.verb === "search") {
    const found = fc.record({
      id,
      map,
      player,
      text: fc.string({ unit: "grapheme", maxLength: 100 }),
      distance: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    return fc.oneof(...always, fc.record({ result: fc.constant("found" as const), found: fc.array(found, { maxLength: to.count }) }));
  }
  const exactly = { minLength: to.operations.length, maxLength: to.operations.length };
  return fc.oneof(
    ...always,
    fc.record({
      result: fc.constant("written" as const),
      verdicts: fc.array(fc.constantFrom("applied" as const, "duplicate" as const, "refused" as const), exactly),
    }),
    fc.record({ result: fc.constant("fenced" as const), owner: player, epoch: safe, known: fc.array(fc.boolean(), exactly) }),
  );
}

/** JSON has one zero, and so do whole numbers here. */
const plain = <T>(value: T): T => structuredClone(value);

describe("the language of clients and the main server", () => {
  it("whatever is asked is read as it was said", () => {
    fc.assert(
      fc.property(safe, ask, (number, said) => {
        expect(decodeAsk(encodeAsk(number, said)!)).toEqual({ ok: true, value: { number, ask: plain(said) } });
      }),
      { numRuns: 200 },
    );
  });

  it("whatever is answered is read as it was said", () => {
    const both = ask.chain((to) => answerTo(to).map((answer) => ({ to, answer })));
    fc.assert(
      fc.property(safe, both, (number, { to, answer }) => {
        const bytes = encodeAnswer(number, answer)!;
        expect([answerNumber(bytes), decodeAnswer(bytes, to)]).toEqual([number, { ok: true, value: plain(answer) }]);
      }),
      { numRuns: 200 },
    );
  });

  it("the largest batch that limits allow fits into a message, and one that does not is told", () => {
    const long = {
      id: "x".repeat(64),
      type: "HOST_METRICS",
      number: 0,
      carried: null,
      player: Number.MAX_SAFE_INTEGER,
      at: Number.MAX_SAFE_INTEGER,
    } as const;
    const batch = (bytes: number): MainServerAsk => ({
      verb: "write",
      map: "m".repeat(24),
      epoch: Number.MAX_SAFE_INTEGER,
      critical: false,
      operations: Array.from({ length: 128 }, () => ({ ...long, data: new Uint8Array(bytes / 128) })),
    });
    const largest = encodeAsk(Number.MAX_SAFE_INTEGER, batch(49_152));
    expect(largest?.length).toBeLessThanOrEqual(65_536);
    expect(decodeAsk(largest!).ok).toBe(true);
    expect(encodeAsk(1, batch(65_536))).toBeNull();
  });

  it("noise and damaged messages are refused and never throw; what is read is still of the language", () => {
    const damaged = fc.tuple(ask, fc.nat(), fc.nat(255), fc.nat(3)).map(([said, at, byte, cut]) => {
      const bytes = Uint8Array.from(encodeAsk(7, said)!);
      bytes[at % Math.min(bytes.length, 400)] = byte;
      return bytes.subarray(0, bytes.length - cut);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), ask, (bytes, to) => {
        const read = decodeAsk(bytes);
        if (read.ok) expect(decodeAsk(encodeAsk(read.value.number, read.value.ask)!)).toEqual(read);
        expect([true, false]).toContain(decodeAnswer(bytes, to).ok);
        answerNumber(bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [{ v: 2 }],
    [{ n: -1 }],
    [{ n: 1.5 }],
    [{ verb: "drop" }],
    [{ map: "../etc" }],
    [{ map: null }],
    [{ epoch: 0 }],
    [{ critical: 1 }],
    [{ ops: [] }],
    [{ ops: [["a", 99, 1, 1, 1]] }],
    [{ ops: [["a b", 0, 1, 1, 1]] }],
    [{ ops: [["a", 0, -2, 1, 1]] }],
    [{ ops: [["a", 0, 1, 1, 2]] }],
    [{ ops: [["a", 0, 1, 1, 0]] }],
    [{ ops: [["a", 0, 1, 1]] }],
    [{ ops: "a" }],
    [{ ops: Array(129).fill(["a", 0, 1, 1, 0]) }],
  ])("refuses a write with %j", (change) => {
    const good = { v: 1, n: 1, verb: "write", map: "a", epoch: null, critical: false, ops: [["a", 0, 1, 1, 1]] };
    const bytesOf = (head: object): Uint8Array => {
      const header = Buffer.from(JSON.stringify(head));
      return Buffer.concat([Buffer.from([0, 0, header.length >> 8, header.length & 255]), header, Buffer.from("x")]);
    };
    expect(decodeAsk(bytesOf(good)).ok).toBe(true);
    expect(decodeAsk(bytesOf({ ...good, ...change }))).toEqual({ ok: false, error: "message_invalid" });
  });

  it("refuses an answer that does not fit its ask", () => {
    const write: MainServerAsk = {
      verb: "write",
      map: "a",
      epoch: 1,
      critical: false,
      operations: [{ id: "a", type: "MAP_STATE", number: 0, carried: null, player: -1, at: 0, data: new Uint8Array() }],
    };
    const fetch: MainServerAsk = { verb: "fetch", map: "a", type: "MAP_STATE", player: -1, critical: false };
    const fits = (answer: MainServerAnswer, to: MainServerAsk): boolean => decodeAnswer(encodeAnswer(1, answer)!, to).ok;
    expect(fits({ result: "written", verdicts: ["applied"] }, write)).toBe(true);
    expect(fits({ result: "written", verdicts: [] }, write)).toBe(false);
    expect(fits({ result: "fenced", owner: 1, epoch: 1, known: [true, true] }, write)).toBe(false);
    expect(fits({ result: "fetched", value: null }, write)).toBe(false);
    expect(fits({ result: "written", verdicts: ["applied"] }, fetch)).toBe(false);
    expect(fits({ result: "found", found: [] }, fetch)).toBe(false);
  });
});
