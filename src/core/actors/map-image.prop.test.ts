import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../game/entities.ts";
import { SYNC_TYPES } from "../protocol/operations.ts";
import { LED_OUT_MAX, type MapImage, type PendingDeed, readImage, writeImage } from "./map-image.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const upTo = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.maxSafeNat().map((n) => n % (max + 1)),
    fc.constant(max),
  );
const hash = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const id = fc.string({ minLength: 1, maxLength: 80, unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) });

const pending: fc.Arbitrary<PendingDeed> = fc.record({
  critical: fc.boolean(),
  operation: fc.record({
    id,
    type: fc.constantFrom(...SYNC_TYPES),
    number: upTo(LIMITS.counter),
    carried: fc.option(bytes(40)),
    player: fc.oneof(fc.constant(-1), upTo(LIMITS.player)),
    at: upTo(LIMITS.timeMs),
    data: bytes(60),
  }),
});

const image: fc.Arbitrary<MapImage> = fc.record({
  epoch: upTo(LIMITS.counter),
  boot: upTo(LIMITS.counter),
  number: upTo(LIMITS.counter),
  mapMs: upTo(LIMITS.timeMs),
  hash,
  base: fc.option(hash),
  program: bytes(300),
  taken: fc.array(fc.tuple(upTo(LIMITS.player), upTo(LIMITS.counter)), { maxLength: 8 }),
  pending: fc.array(pending, { maxLength: 6 }),
});

/** An image that is not touched further, for tests of what bounds one. */
const PLAIN: MapImage = { epoch: 1, boot: 2, number: 3, mapMs: 4, hash: 5n, base: null, program: Uint8Array.of(6), taken: [], pending: [] };

function deed(over: Partial<PendingDeed["operation"]> = {}): PendingDeed {
  const operation = {
    id: "1.1.1",
    type: "ITEM_DROP",
    number: 1,
    carried: null,
    player: 1,
    at: 1,
    data: Uint8Array.of(1),
    ...over,
  } as const;
  return { operation, critical: true };
}

describe("a map's image", () => {
  it("SY2: says what was written, to the last byte", () => {
    fc.assert(
      fc.property(image, (one) => {
        expect(readImage(writeImage(one))).toEqual(one);
      }),
    );
  });

  it("is of one spelling, and neither longer nor cut short", () => {
    fc.assert(
      fc.property(image, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, flip) => {
        const good = writeImage(one);
        expect(readImage(Uint8Array.from([...good, 0]))).toBeNull();
        expect(readImage(good.subarray(0, at % good.length))).toBeNull();
        const bent = Uint8Array.from(good);
        bent[at % bent.length]! ^= flip;
        const read = readImage(bent);
        if (read !== null) expect(Buffer.from(writeImage(read)).equals(bent)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("any bytes are one or none, and never stop who reads them", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes(80),
          bytes(400).map((some) => Uint8Array.from([1, ...some])),
        ),
        (some) => {
          const read = readImage(some);
          if (read !== null) expect(Buffer.from(writeImage(read)).equals(some)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["an id that is empty", { ...PLAIN, pending: [deed({ id: "" })] }],
    ["an id with a blank", { ...PLAIN, pending: [deed({ id: "a b" })] }],
    ["a player below the map's own", { ...PLAIN, pending: [deed({ player: -2 })] }],
    ["data beyond a message", { ...PLAIN, pending: [deed({ data: new Uint8Array(65_537) })] }],
    ["what is carried beyond a message", { ...PLAIN, pending: [deed({ carried: new Uint8Array(65_537) })] }],
    ["more deeds than a host has under way", { ...PLAIN, pending: Array.from({ length: 10_001 }, () => deed()) }],
    [
      "more players than a map takes",
      { ...PLAIN, taken: Array.from({ length: LIMITS.players + LED_OUT_MAX + 1 }, (_, i) => [i, 0] as const) },
    ],
    ["a state that no map has", { ...PLAIN, program: new Uint8Array(786_433) }],
  ])("is refused with %s", (_, one: MapImage) => {
    expect(readImage(writeImage(PLAIN))).toEqual(PLAIN);
    expect(readImage(writeImage(one))).toBeNull();
  });

  it("holds as much as it may", () => {
    const full: MapImage = {
      ...PLAIN,
      program: new Uint8Array(786_432).fill(7),
      taken: Array.from({ length: LIMITS.players }, (_, i) => [i, LIMITS.counter] as const),
      pending: Array.from({ length: 10_000 }, () => deed({ id: "9".repeat(80) })),
    };
    expect(readImage(writeImage(full))).toEqual(full);
  });
});
