import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyLadder, firstDivergence, Ladder, type LadderReading, RollingHash, thinned } from "./hash.ts";

const ints = fc.array(fc.maxSafeInteger(), { maxLength: 30 });

function hashOf(values: readonly (number | string)[]): string {
  const hash = new RollingHash();
  for (const value of values) {
    if (typeof value === "number") hash.mix(value);
    else hash.mixString(value);
  }
  return hash.digest();
}

/** A ladder of `events` entries, the one with number `other` (from 1) unlike the usual. */
function ladder(events: number, other = 0, rungsMax = 1_024): LadderReading {
  const made = new Ladder(rungsMax);
  for (let i = 1; i <= events; i += 1) made.event(i, i === other ? 1 : 0);
  return made.read();
}

describe("DT1: the rolling hash", () => {
  it("tells sequences apart by any value, its place and its sign", () => {
    fc.assert(
      fc.property(ints, ints, (a, b) => {
        const equal = a.length === b.length && a.every((value, i) => value === b[i]);
        expect(hashOf(a) === hashOf(b)).toBe(equal);
      }),
    );
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
    expect(hashOf([5])).not.toBe(hashOf([-5]));
    expect(hashOf([1])).not.toBe(hashOf([1 + 4_294_967_296]));
    expect(hashOf([0])).not.toBe(hashOf([]));
  });

  it("knows where a text ends", () => {
    expect(hashOf(["ab", "c"])).not.toBe(hashOf(["a", "bc"]));
    expect(hashOf(["", "x"])).not.toBe(hashOf(["x", ""]));
  });

  it("may be read in the middle without changing what follows", () => {
    const hash = new RollingHash();
    hash.mix(1);
    hash.digest();
    hash.mix(2);
    expect(hash.digest()).toBe(hashOf([1, 2]));
  });
});

describe("DT1: ladders", () => {
  it("name the stretch with the first differing entry, whatever came after", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 9_000 }), (other, more) => {
        const events = other + more;
        const found = firstDivergence(ladder(events), ladder(events, other));
        expect(found).toBeDefined();
        expect(found!.after).toBeLessThan(other);
        expect(found!.upTo).toBeGreaterThanOrEqual(other);
        expect(found!.upTo - found!.after).toBeLessThanOrEqual(4_096);
      }),
      { numRuns: 60 },
    );
  });

  it("agree when all entries do, and part where one is longer", () => {
    expect(firstDivergence(ladder(10_000), ladder(10_000))).toBeUndefined();
    expect(firstDivergence(ladder(10_000), ladder(10_001))).toEqual({ after: 8_192, upTo: 10_001 });
    expect(firstDivergence(emptyLadder(), emptyLadder())).toBeUndefined();
  });

  it("of any length share rungs: a full one drops every second and strides twice as far", () => {
    const long = ladder(70_000, 0, 4);
    expect(long.rungs.length).toBeLessThan(4);
    expect(long.stride).toBe(32_768);
    expect(long.rungs[0]).toBe(ladder(32_768).digest);
    // A ladder of full resolution and one that dropped rungs agree on what both hold.
    expect(firstDivergence(long, ladder(70_000))).toBeUndefined();
    expect(firstDivergence(long, ladder(70_000, 40_000))).toEqual({ after: 32_768, upTo: 65_536 });
  });

  it("thinned share the rungs that are left with the whole one", () => {
    const whole = ladder(70_000);
    const few = thinned(whole, 5);
    expect([few.stride, few.rungs.length, few.events, few.digest]).toEqual([16_384, 4, 70_000, whole.digest]);
    expect(few.rungs[3]).toBe(ladder(65_536).digest);
    expect(thinned(whole, 17)).toEqual(whole);
    expect(firstDivergence(few, ladder(70_000, 40_000))).toEqual({ after: 32_768, upTo: 49_152 });
  });

  it("begin with another stride where they are asked to", () => {
    const made = new Ladder(4, 3);
    for (let i = 1; i <= 7; i += 1) made.event(i);
    expect([made.stride, made.rungs.length]).toEqual([3, 2]);
  });
});
