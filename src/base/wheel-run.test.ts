import { describe, expect, it } from "vitest";
import { CHUNK, ENTRY, LOW, NODE, SEQ, SOURCE, WheelEntries } from "./wheel-entries.ts";
import { WheelRun } from "./wheel-run.ts";

/** Writes a list of entries with these lower 24 bits of the time, its own number as source; gives its end. */
function listOf(entries: WheelEntries, lows: readonly number[]): number {
  let end = 0;
  for (const [i, low] of lows.entries()) {
    if (end % CHUNK === 0) end = entries.newChunk(end);
    const at = end * ENTRY;
    entries.data[at] = 0;
    entries.data[at + LOW] = low;
    entries.data[at + NODE] = i;
    entries.data[at + SOURCE] = i;
    entries.data[at + SEQ] = 0;
    end++;
  }
  return end;
}

function takeAll(run: WheelRun): number[] {
  const lows: number[] = [];
  while (!run.isDone) {
    run.select();
    lows.push(run.timeUs);
    run.drop();
  }
  return lows;
}

describe("a run (DT1)", () => {
  it("holds its memory only while it is under way", () => {
    const entries = new WheelEntries(8);
    const run = new WheelRun(entries);
    const held = entries.data.length;
    for (let round = 0; round < 200; round++) {
      const lows = Array.from({ length: 3 * CHUNK }, (_, i) => (i * 37) % 96);
      run.fill(listOf(entries, lows), 0, 1);
      for (let i = 0; i < CHUNK + 3; i++) run.pushLate(0, i, i, 0, 0);
      expect(takeAll(run)).toHaveLength(4 * CHUNK + 3);
    }
    expect(entries.data.length).toBe(held);
  });

  it("uses the places of the late again", () => {
    const entries = new WheelEntries(2);
    const run = new WheelRun(entries);
    const held = entries.data.length;
    run.fill(listOf(entries, [50_000]), 0, 2);
    for (let i = 0; i < 10_000; i++) {
      run.pushLate(0, i, 0, 0, 0);
      run.pushLate(0, i, 1, 1, 0);
      for (const node of [0, 1]) {
        run.select();
        expect(run.node).toBe(node);
        run.drop();
      }
    }
    expect(entries.data.length).toBe(held);
    expect(takeAll(run)).toEqual([50_000]);
  });

  it("grows with its list, and the memory with what is late", () => {
    const entries = new WheelEntries(1);
    const run = new WheelRun(entries);
    run.fill(listOf(entries, new Array<number>(5_000).fill(9)), 0, 0);
    for (let i = 0; i < 5_000; i++) run.pushLate(0, i % 9, 0, i, 0);
    const lows = takeAll(run);
    expect(lows).toHaveLength(10_000);
    expect(lows).toEqual(lows.toSorted((a, b) => a - b));
  });

  // Lengths at which the way of sorting changes, and one above all of them.
  it.each([1, 2, 8, 9, 256, 257, 3_000])("of %i entries is in order, whatever their times", (length) => {
    const entries = new WheelEntries(4);
    const run = new WheelRun(entries);
    for (const [bytes, span] of [
      [0, 1],
      [1, 256],
      [2, 65_536],
      [2, 5],
    ] as const) {
      run.fill(
        listOf(
          entries,
          Array.from({ length }, (_, i) => (i * 40_503) % span),
        ),
        7,
        bytes,
      );
      const keys: number[][] = [];
      const { endUs } = run;
      while (!run.isDone) {
        run.select();
        keys.push([run.timeUs, run.source]);
        run.drop();
      }
      expect(keys).toEqual(keys.toSorted(([a, b], [c, d]) => a! - c! || b! - d!));
      expect(new Set(keys.map((key) => key[1])).size).toBe(length);
      expect(endUs).toBe(keys.at(-1)![0]!);
    }
  });
});
