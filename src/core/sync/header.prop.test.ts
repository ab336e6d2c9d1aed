import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEADER_BYTES, type Header, readHeader, writeHeader } from "./header.ts";

const header: fc.Arbitrary<Header> = fc.record({
  suite: fc.constantFrom(1 as const, 2 as const),
  direction: fc.constantFrom(1 as const, 2 as const),
  kid: fc.integer({ min: 0, max: 4_294_967_295 }),
  host: fc.maxSafeNat(),
  session: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  epoch: fc.maxSafeNat(),
  seq: fc.maxSafeNat(),
  length: fc.integer({ min: 0, max: 100 }),
});

function written(one: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + one.length);
  writeHeader(bytes, one);
  return bytes;
}

describe("the header", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(header, (one) => {
        expect(readHeader(written(one))).toEqual(one);
      }),
    );
  });

  it("SY8: every bit of it counts: with one changed it is another header or none", () => {
    fc.assert(
      fc.property(header, fc.nat(HEADER_BYTES * 8 - 1), (one, bit) => {
        const bytes = written(one);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(readHeader(bytes)).not.toEqual(one);
      }),
    );
  });

  it("whatever is read is written to the same bytes: there is one form only", () => {
    fc.assert(
      fc.property(header, fc.array(fc.tuple(fc.nat(HEADER_BYTES - 1), fc.nat(255)), { maxLength: 3 }), (one, changes) => {
        const bytes = written(one);
        for (const [at, byte] of changes) bytes[at] = byte;
        const read = readHeader(bytes);
        if (read !== null) expect(written(read).subarray(0, HEADER_BYTES)).toEqual(bytes.subarray(0, HEADER_BYTES));
      }),
    );
  });

  it("of another length than what follows, another magic or version, or cut short, is none", () => {
    const bytes = written({ suite: 1, direction: 2, kid: 1, host: 5, session: new Uint8Array(8), epoch: 3, seq: 9, length: 10 });
    expect(readHeader(bytes)).not.toBeNull();
    for (let cut = 0; cut < bytes.length; cut++) expect(readHeader(bytes.subarray(0, cut))).toBeNull();
    expect(readHeader(Buffer.concat([bytes, Buffer.of(0)]))).toBeNull();
    for (let at = 0; at < 6; at++) expect(readHeader(bytes.map((byte, i) => (i === at ? byte ^ 4 : byte)))).toBeNull();
  });
});
