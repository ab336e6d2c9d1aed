import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyLadder, Ladder, type LadderReading } from "../../../src/base/hash.ts";
import { type Made, madeRuns } from "./made-side.fixture.ts";
import { type Both, FOLLOWING, search, stretchOf, timed, untilOf } from "./search.ts";

/** Small, so that stretches must be narrowed; with four rungs a ladder of 20,000 entries strides over 8,192. */
const LIMITS = { lines: 1_000, rungs: 20 };

/** The first number that two made sides do not share, by looking at each; undefined when they share all. */
function bruteForce(a: Made, b: Made): number | undefined {
  for (let i = 1; i <= Math.max(a.entries, b.entries); i += 1) {
    if (i > a.entries || i > b.entries || (i === a.other) !== (i === b.other)) return i;
  }
  return undefined;
}

async function found(a: Made, b: Made, context = 3) {
  const sides = madeRuns(() => [a, b]);
  const result = await search(sides.run, "decisions", context, LIMITS);
  expect(sides.rounds()).toBe(result.runs);
  return result;
}

function numbers(lines: readonly string[] | undefined): unknown[] {
  return (lines ?? []).map((line) => (JSON.parse(line) as { record: { suspects: number } }).record.suspects);
}

describe("DT1: the search for the first difference", () => {
  it("finds in at most three runs of each side what looking at every entry finds", async () => {
    const side = fc.record({ entries: fc.integer({ min: 1, max: 20_000 }), other: fc.constant(0) });
    const other = fc.integer({ min: 1, max: 20_000 });
    await fc.assert(
      fc.asyncProperty(
        side,
        fc.oneof(other, fc.constant(0)),
        fc.oneof(fc.constant(0), fc.integer({ min: -300, max: 300 })),
        async (a, at, more) => {
          const b = { entries: Math.max(1, a.entries + more), other: at };
          const first = bruteForce(a, b);
          const result = await found(a, b);
          expect(result.parting?.number).toBe(first);
          expect(result.stretch === null).toBe(first === undefined);
          expect(result.runs).toBeLessThanOrEqual(3);
          const { context = [], lines = [[], []] } = result.parting ?? {};
          expect(context.length + Math.max(lines[0].length, lines[1].length)).toBeLessThanOrEqual(LIMITS.lines + FOLLOWING + 3);
          expect(result.unsteady).toEqual([null, null]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ["the first entry", 1],
    ["the last of a rung", 8_192],
    ["the first after a rung", 8_193],
    ["the last", 20_000],
  ])("finds %s, with what stands before it and what follows on each side", async (_, at) => {
    const { parting, runs } = await found({ entries: 20_000, other: 0 }, { entries: 20_000, other: at });
    expect([parting?.number, runs]).toEqual([at, 3]);
    const before = [at - 3, at - 2, at - 1].filter((n) => n > 0);
    expect(numbers(parting?.context).slice(-3)).toEqual(before);
    expect(numbers(parting?.lines[0]).slice(0, 2)).toEqual([at, at + 1].filter((n) => n <= 20_000));
    expect(numbers(parting?.lines[1])[0]).toBe(-1);
  });

  it.each([
    [16_384, 16_385],
    [9_000, 20_000],
    [20_000, 16_384],
    [4_096, 4_097],
  ])("finds the entry after the end of the shorter, of %i and %i", async (a, b) => {
    const { parting, stretch } = await found({ entries: a, other: 0 }, { entries: b, other: 0 });
    const shorter = Math.min(a, b);
    expect(parting?.number).toBe(shorter + 1);
    expect(stretch?.upTo).toBe(shorter + 1);
    const ends = a < b ? 0 : 1;
    expect(parting?.lines[ends]).toEqual([]);
    expect(numbers(parting?.lines[1 - ends])[0]).toBe(shorter + 1);
  });

  it("needs one run for equal sides and two where the first ladder is fine enough", async () => {
    expect((await found({ entries: 7_000, other: 0 }, { entries: 7_000, other: 0 })).runs).toBe(1);
    const sides = madeRuns(() => [
      { entries: 7_000, other: 0 },
      { entries: 7_000, other: 5_000 },
    ]);
    expect(await search(sides.run, "decisions", 0)).toMatchObject({ runs: 2, parting: { number: 5_000 } });
  });
});

describe("DT1: a side that is not the same from run to run", () => {
  const steady = { entries: 20_000, other: 0 };

  it("is named, with the stretch in which its own runs part, where the difference was not there again", async () => {
    const sides = madeRuns((round) => [steady, round === 1 ? { entries: 20_000, other: 3_000 } : steady]);
    const { parting, unsteady, runs } = await search(sides.run, "decisions", 3, LIMITS);
    expect([parting, runs]).toEqual([null, 2]);
    expect(unsteady).toEqual([null, { after: 0, upTo: 8_192, from_us: 0, to_us: 8_192_000 }]);
  });

  it("is named where its runs part before the window, which then shows no first difference whatever is in it", async () => {
    const sides = madeRuns((round) => [steady, { entries: 20_000, other: 17_000, also: round === 1 ? 0 : 100 }]);
    const { parting, unsteady } = await search(sides.run, "decisions", 3, LIMITS);
    expect(parting).toBeNull();
    expect(unsteady[1]).toMatchObject({ after: 0, upTo: 8_192 });
  });

  it("is named even where the difference of its later runs can be shown", async () => {
    const sides = madeRuns((round): Both<Made> => [steady, { entries: 20_000, other: 900 + round }]);
    const { parting, unsteady, runs } = await search(sides.run, "decisions", 3, LIMITS);
    expect([parting?.number, runs]).toEqual([903, 3]);
    expect(unsteady[0]).toBeNull();
    expect(unsteady[1]).toMatchObject({ after: 0, upTo: 8_192 });
  });
});

describe("stretches", () => {
  const ladder = (events: number, stride = 4_096): LadderReading => {
    const made = new Ladder(1_024, stride);
    for (let i = 1; i <= events; i += 1) made.event(i);
    return made.read();
  };

  it("end with the entry after the end of the shorter ladder", () => {
    expect(stretchOf(ladder(100), ladder(100_000))).toEqual({ after: 0, upTo: 101 });
    expect(stretchOf(ladder(8_192), ladder(8_193))).toEqual({ after: 8_192, upTo: 8_193 });
    expect(stretchOf(emptyLadder(), { ...ladder(5) })).toEqual({ after: 0, upTo: 1 });
    expect(stretchOf(ladder(9_000), ladder(9_000))).toBeUndefined();
  });

  it("have the times of the rungs around them, and a run that shows them may stop just after", () => {
    const made = { ...ladder(250, 100), times: [10, 20] };
    expect([untilOf(made, 1), untilOf(made, 100), untilOf(made, 101), untilOf(made, 201)]).toEqual([11, 11, 21, null]);
    expect(timed({ after: 100, upTo: 200 }, made)).toEqual({ after: 100, upTo: 200, from_us: 10, to_us: 20 });
    expect(timed({ after: 0, upTo: 230 }, made, { ...made, times: [5, 20, 30] })).toEqual({ after: 0, upTo: 230, from_us: 0, to_us: null });
  });
});
