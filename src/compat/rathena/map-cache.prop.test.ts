/** Map caches: what is written is read as it was; damaged or arbitrary bytes give complaints and never more cells than the header says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflateSync } from "node:zlib";
import type { Ground } from "../../core/protocol/game-data.ts";
import { complaintsOf, groundOf, must } from "./data-set.fixture.ts";
import { readMapCache } from "./map-cache.ts";
import { writeMapCache } from "./map-cache.fixture.ts";

const name = fc.string({ unit: fc.constantFrom(..."abcxyz0189_@-"), minLength: 1, maxLength: 11 });
const ground: fc.Arbitrary<Ground> = fc
  .record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) })
  .chain(({ width, height }) =>
    fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 6 }).map((cells) => ({ width, height, cells })),
  );
const caches = fc.uniqueArray(fc.tuple(name, ground), { maxLength: 5, selector: ([key]) => key }).map((maps) => new Map(maps));

describe("a map cache", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(caches, (maps) => {
        const read = must(readMapCache(writeMapCache(maps), "f"));
        expect(new Map([...read].map(([key, packed]) => [key, must(packed.unpack())]))).toEqual(maps);
      }),
      { numRuns: 100 },
    );
  });

  it("never throws, whatever its bytes", () => {
    const whole = writeMapCache(
      new Map([
        ["prontera", groundOf(9, 7, 3)],
        ["payon", groundOf(4, 4)],
      ]),
    );
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const damaged = fc.tuple(damage, fc.integer({ min: 0, max: whole.length })).map(([changes, length]) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return length % 3 === 0 ? bytes.subarray(0, length) : bytes;
    });
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const read = readMapCache(bytes, "f");
        if (!read.ok) refused += 1;
        for (const packed of read.ok ? read.value.values() : []) {
          const unpacked = packed.unpack();
          if (!unpacked.ok) refused += 1;
          else {
            taken += 1;
            expect(unpacked.value.cells.length).toBe(packed.width * packed.height);
          }
        }
      }),
      { numRuns: 800, seed: 20_061_107 },
    );
    expect(taken).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(50);
  });

  it("that unpacks to more or fewer cells than it says is complained about", () => {
    const entry = (width: number, cells: number): Uint8Array => {
      const bytes = Buffer.from(writeMapCache(new Map([["bomb", { width: cells, height: 1, cells: new Uint8Array(cells) }]])));
      bytes.writeInt16LE(width, 8 + 12);
      return bytes;
    };
    const unpack = (bytes: Uint8Array): string[] => complaintsOf(must(readMapCache(bytes, "f")).get("bomb")!.unpack());
    expect(unpack(entry(10, 30_000))).toEqual(['f:1:1: at byte 28: expected 10 packed cells of "bomb", found more']);
    expect(unpack(entry(10, 9))).toEqual(['f:1:1: at byte 28: expected 10 packed cells of "bomb", found 9']);
    expect(deflateSync(new Uint8Array(30_000)).length).toBeLessThan(100);
  });

  it.each([
    [[8, 0, 0, 0, 1, 0, 0, 0], "at byte 8: expected map 1 of 1, found the end of the file"],
    [[9, 0, 0, 0, 0, 0, 0, 0], "at byte 0: expected the file's size 8, found 9: it is damaged, or no map cache"],
    [[9, 0, 0, 0, 0, 0, 0, 0, 7], "at byte 8: expected the end of the file behind 0 maps, found 1 more bytes"],
  ])("of bytes %j is refused", (bytes, message) =>
    expect(complaintsOf(readMapCache(Uint8Array.from(bytes), "f"))).toEqual([`f:1:1: ${message}`]),
  );

  it("names the map whose size or length cannot be", () => {
    const change = (at: number, value: number): string[] => {
      const bytes = Buffer.from(writeMapCache(new Map([["yard", groundOf(2, 2)]])));
      bytes.writeInt16LE(value, at);
      return complaintsOf(readMapCache(bytes, "f"));
    };
    expect(change(20, -1)).toEqual(['f:1:1: at byte 20: expected 1 to 1048576 cells for "yard", found -1 x 2']);
    expect(change(24, 999)).toEqual([expect.stringContaining('packed bytes for "yard", found 999')]);
  });
});
