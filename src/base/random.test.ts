import { describe, expect, it } from "vitest";
import { drawU32, drawUnit, rootStream, stream } from "./random.ts";

const ROOT = rootStream(1, 2);
const DRAWS = 65_536;
const TWO_32 = 4_294_967_296;

/** Chi-square of `draws` counts over equal bins, as standard deviations from its mean. */
function chiSquareSigmas(bins: number, draws: number, binOf: (i: number) => number): number {
  const counts = new Float64Array(bins);
  for (let i = 0; i < draws; i++) counts[binOf(i)]!++;
  const expected = draws / bins;
  let sum = 0;
  for (const count of counts) sum += ((count - expected) * (count - expected)) / expected;
  return (sum - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

/** The correlation of two sequences of uniforms, as standard deviations from 0. */
function correlationSigmas(draws: number, x: (i: number) => number, y: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += (x(i) - 0.5) * (y(i) - 0.5) * 12;
  return Math.abs(sum) / Math.sqrt(draws);
}

function bitsSet(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

describe("DT1: keyed draws", () => {
  it("keep their golden values, whatever the machine", () => {
    expect(ROOT).toEqual({ k0: -2003279834, k1: -596764749 });
    expect(stream(ROOT, "fleet")).toEqual({ k0: 1869857845, k1: -699774532 });
    expect(stream(stream(ROOT, "host/7"), "net/7-9")).toEqual({ k0: 716300764, k1: 814598161 });
    expect([0, 1, 2].map((n) => drawU32(ROOT, 0, n))).toEqual([212098141, 3017851715, 2823350576]);
    expect(drawU32(ROOT, 123_456, 7_890)).toBe(298594798);
    expect(drawU32(ROOT, 4_503_599_627_370_497, Number.MAX_SAFE_INTEGER)).toBe(557510715);
  });

  it.each([
    ["over n", (i: number) => [5, i]],
    ["over entities", (i: number) => [i, 5]],
    ["over entities far apart", (i: number) => [i * TWO_32, 0]],
    ["along the diagonal", (i: number) => [i, i]],
    ["over entities that are multiples of 4,096", (i: number) => [i * 4_096, 1]],
  ] as const)("are even in their upper, lower and paired bits, %s", (_, at) => {
    const draw = (i: number): number => drawU32(ROOT, at(i)[0]!, at(i)[1]!);
    expect(Math.abs(chiSquareSigmas(256, DRAWS, (i) => draw(i) >>> 24))).toBeLessThan(5);
    expect(Math.abs(chiSquareSigmas(256, DRAWS, (i) => draw(i) & 255))).toBeLessThan(5);
    const pair = (i: number): number => (draw(i) >>> 28) * 16 + (draw(i + 1) >>> 28);
    expect(Math.abs(chiSquareSigmas(256, DRAWS, pair))).toBeLessThan(5);
  });

  it("do not follow their neighbours: entity, n, streams and seeds beside one another", () => {
    const base = (i: number): number => drawUnit(ROOT, i, 0);
    expect(correlationSigmas(DRAWS, base, (i) => drawUnit(ROOT, i + 1, 0))).toBeLessThan(5);
    expect(correlationSigmas(DRAWS, base, (i) => drawUnit(ROOT, i, 1))).toBeLessThan(5);
    expect(correlationSigmas(DRAWS, base, (i) => drawUnit(ROOT, i + TWO_32, 0))).toBeLessThan(5);
    const named = [stream(ROOT, "host/1"), stream(ROOT, "host/2"), rootStream(1, 3), rootStream(2, 2)];
    for (const other of named) {
      expect(correlationSigmas(DRAWS, base, (i) => drawUnit(other, i, 0))).toBeLessThan(5);
    }
    expect(
      correlationSigmas(
        DRAWS,
        (i) => drawUnit(named[0]!, 1, i),
        (i) => drawUnit(named[1]!, 1, i),
      ),
    ).toBeLessThan(5);
  });

  it("give seeds and names that are alike unrelated streams", () => {
    const first = (i: number): number => drawUnit(rootStream(0, i), 0, 0);
    expect(correlationSigmas(DRAWS, first, (i) => first(i + 1))).toBeLessThan(5);
    const keys = new Set<string>();
    for (let i = 0; i < 10_000; i++) {
      const { k0, k1 } = stream(ROOT, `host/${i}`);
      keys.add(`${k0}/${k1}`);
    }
    expect(keys.size).toBe(10_000);
  });

  it("change half of their bits when one bit of any argument changes", () => {
    const flips = { entity: 53, n: 53 } as const;
    for (const argument of ["entity", "n"] as const) {
      for (let bit = 0, power = 1; bit < flips[argument]; bit++, power *= 2) {
        let changed = 0;
        for (let i = 0; i < 400; i++) {
          const other = Math.floor(i / power) % 2 === 0 ? i + power : i - power;
          const moved = argument === "n" ? drawU32(ROOT, 9, other) : drawU32(ROOT, other, 9);
          changed += bitsSet(moved ^ (argument === "n" ? drawU32(ROOT, 9, i) : drawU32(ROOT, i, 9)));
        }
        // 400 trials of 32 fair bits: the mean is 16 with a deviation of 0.14.
        expect(Math.abs(changed / 400 - 16), `${argument}, bit ${bit}`).toBeLessThan(1);
      }
    }
  });

  it("give no two entities the same sequence", () => {
    // In a hash that narrows to 32 bits, 200,000 entities would share about five sequences.
    const sequences = new Float64Array(200_000);
    for (let entity = 0; entity < sequences.length; entity++) {
      sequences[entity] = drawU32(ROOT, entity, 0) * 2_097_152 + (drawU32(ROOT, entity, 1) & 0x1fffff);
    }
    expect(new Set(sequences).size).toBe(200_000);
  });

  it("stay inside the open interval", () => {
    let least = 1;
    let most = 0;
    for (let i = 0; i < DRAWS; i++) {
      const u = drawUnit(ROOT, i, 3);
      least = Math.min(least, u);
      most = Math.max(most, u);
    }
    expect(least).toBeGreaterThan(0);
    expect(most).toBeLessThan(1);
    expect((0xffffffff + 0.5) / TWO_32).toBeLessThan(1);
  });
});
