import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { playTurns, testGame, testWorld, type Turn, turnOf } from "./game.fixture.ts";
import { COUNTERS } from "./entities.ts";
import { HashSum } from "./hash.ts";

/** Histories of up to so many turns. */
const someTurns = (maxLength: number): fc.Arbitrary<Turn[]> =>
  fc.array(fc.nat(0xffffff).map(turnOf), { minLength: Math.floor(maxLength / 3), maxLength });

const MASK = 0xffffffffn;

/** The hash of a record a second time, written from the words of hash.ts alone, on numbers without bounds. */
function recordHash(record: readonly number[]): bigint {
  const times = (x: bigint, y: bigint): bigint => (x * y) & MASK;
  let a = 0x243f6a88n;
  let b = 0x85a308d3n;
  for (const value of record.map(BigInt)) {
    a = times(a ^ (value % 4_294_967_296n), 0x85ebca6bn);
    a ^= a >> 15n;
    b = times(((b + a) & MASK) ^ (value / 4_294_967_296n), 0xc2b2ae35n);
    b ^= b >> 13n;
    a = (a + b) & MASK;
    a = ((a << 13n) & MASK) | (a >> 19n);
  }
  a ^= BigInt(record.length);
  for (let i = 0; i < 3; i += 1) {
    a ^= times(b ^ (b >> 16n), 0x7feb352dn);
    b ^= times(a ^ (a >> 15n), 0x846ca68bn);
  }
  return ((a ^ (a >> 16n)) << 32n) | (b ^ (b >> 15n));
}

const stateHash = (records: readonly (readonly number[])[]): bigint =>
  records.reduce((sum, one) => (sum + recordHash(one)) % (1n << 64n), 0n);

describe("SY2: the hash of a state", () => {
  it("is what its definition says, after every turn of any history", () => {
    fc.assert(
      fc.property(someTurns(60), (turns) => {
        const { game, kept } = testGame();
        for (const turn of turns) {
          playTurns(game, kept, [turn]);
          expect(game.hash()).toBe(stateHash(game.records()));
        }
      }),
      { numRuns: 6 },
    );
  });

  it("of the records that hash.ts lists, each with the fields it names", () => {
    const { game, kept } = testGame();
    game.enter(9, new Uint8Array(0), kept);
    const records = game.records();
    expect(records.map((one) => `${one[0]}:${one.length}`).sort()).toEqual([...Array(14).fill("0:9"), "1:16", "2:6", "3:2", "5:19"]);
    const counters = game.counters();
    const { high, low } = game.world.digest;
    expect(records.at(-1)).toEqual([5, high, low, game.at, ...COUNTERS.map((name) => counters[name])]);
    const one = game.player(9)!;
    const plain = [1, 9, one.from, one.to, 0, one.hp, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(records.find((record) => record[0] === 1)).toEqual(plain);
  });

  it("stays the same number for the same game on every machine and in every version", () => {
    const { game, kept } = testGame(testWorld());
    expect(game.hash().toString(16)).toBe("ddd63802f9df9e82");
    const turns = Array.from({ length: 200 }, (_, i) => turnOf(i * 7_919));
    playTurns(game, kept, turns);
    expect(game.counters().killed).toBeGreaterThan(5);
    expect(game.hash().toString(16)).toBe("24349d9be6130289");
  });

  it("sums without an end: what is added and taken off again leaves nothing, across all carries", () => {
    const halves = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff));
    fc.assert(
      fc.property(fc.array(halves, { maxLength: 20 }), (parts) => {
        const sum = new HashSum();
        let plain = 0n;
        for (const [high, low] of parts) {
          sum.add(high, low);
          plain = (plain + (BigInt(high) << 32n) + BigInt(low)) % (1n << 64n);
          expect(sum.value).toBe(plain);
        }
        for (const [high, low] of parts) sum.subtract(high, low);
        expect(sum.value).toBe(0n);
      }),
    );
  });
});
