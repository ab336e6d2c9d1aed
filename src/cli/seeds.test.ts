import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSeed, parseSeeds, parseWhole, seedsFrom } from "./seeds.ts";

describe("--seeds", () => {
  it("takes a range in either direction", () => {
    expect(parseSeeds("3..6", 1)).toEqual({ ok: true, value: [3, 4, 5, 6] });
    expect(parseSeeds("6..3", 1)).toEqual({ ok: true, value: [6, 5, 4, 3] });
    expect(parseSeeds("7..7", 1)).toEqual({ ok: true, value: [7] });
  });

  it("takes a number of seeds from the scenario's first", () => {
    expect(parseSeeds("3", 10)).toEqual({ ok: true, value: [10, 11, 12] });
  });

  it("gives the same seeds for a range and its reverse", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(200), (from, more) => {
        const up = parseSeeds(`${from}..${from + more}`, 1);
        const down = parseSeeds(`${from + more}..${from}`, 1);
        expect(up).toEqual({ ok: true, value: seedsFrom(from, more + 1) });
        expect(down).toEqual({ ok: true, value: seedsFrom(from, more + 1).toReversed() });
      }),
    );
  });

  it.each(["", "0", "-1", "1.5", "1..", "..3", "1...3", "a..b", "1e3", "0..9007199254740993", "0..2000000", "2000000"])(
    "refuses %j",
    (text) => {
      expect(parseSeeds(text, 1).ok).toBe(false);
    },
  );
});

describe("whole numbers", () => {
  it("keep to their limits", () => {
    expect([parseWhole("1", 1, 4), parseWhole("4", 1, 4)]).toEqual([1, 4]);
    expect([parseWhole("0", 1, 4), parseWhole("5", 1, 4), parseWhole("+1", 1, 4), parseWhole("1.0", 1, 4)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([parseSeed("0"), parseSeed("9007199254740991"), parseSeed("9007199254740992")]).toEqual([0, 9007199254740991, undefined]);
  });
});
