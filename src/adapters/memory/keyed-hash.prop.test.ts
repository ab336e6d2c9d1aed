import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyedHash } from "./keyed-hash.ts";

function hashOf(bytes: Uint8Array, a = 1, b = 2): string {
  const hash = new KeyedHash(a, b);
  hash.bytes(bytes);
  return hash.end(0).join(" ");
}

describe("KeyedHash", () => {
  it("a changed bit, another length or another key give another hash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, at) => {
        const bit = at % (bytes.length * 8);
        const changed = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const others = [
          hashOf(changed),
          hashOf(bytes.subarray(1)),
          hashOf(new Uint8Array([...bytes, 0])),
          hashOf(bytes, 1, 3),
          hashOf(bytes, 2, 2),
        ];
        expect(others).not.toContain(hashOf(bytes));
      }),
    );
  });

  it("is the same wherever the bytes lie in their buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, offset) => {
        const buffer = new Uint8Array(bytes.length + offset);
        buffer.set(bytes, offset);
        expect(hashOf(buffer.subarray(offset))).toBe(hashOf(bytes));
      }),
    );
  });

  it("40,000 short texts that differ in little have hashes of their own, and each bit of them is set in half", () => {
    const seen = new Set<string>();
    const ones = new Float64Array(64);
    for (let i = 0; i < 40_000; i++) {
      const hash = new KeyedHash(0, 0);
      hash.bytes(Uint8Array.of(i & 255, 0, 0, 0, i >> 8, 0, 0, 0));
      const [a, b] = hash.end(0);
      seen.add(`${a} ${b}`);
      for (let bit = 0; bit < 32; bit++) {
        ones[bit]! += (a >>> bit) & 1;
        ones[32 + bit]! += (b >>> bit) & 1;
      }
    }
    expect(seen.size).toBe(40_000);
    // Six standard deviations of 40,000 fair coins.
    for (const count of ones) expect(Math.abs(count - 20_000)).toBeLessThan(600);
  });
});
