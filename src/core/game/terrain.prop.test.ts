import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groundOf } from "./game.fixture.ts";
import { cellsBetween, stepped, Terrain, WAY_CELLS_MAX } from "./terrain.ts";
import { endAt, halt, placeAt, setOut, stopAt, type Walker } from "./walk.ts";

/** Grounds of 24 × 20 cells with a part of them walled. */
const grounds = fc
  .tuple(fc.constantFrom(0, 10, 25, 40), fc.array(fc.nat(99), { minLength: 480, maxLength: 480 }))
  .map(([part, chances]) => {
    const cells = Uint8Array.from(chances, (chance, i) => (chance < part ? (i % 3 === 0 ? 5 : 1) : [0, 2, 3, 4, 6][i % 5]!));
    return new Terrain({ width: 24, height: 20, cells });
  });
const cell = fc.nat(479);
const costOf = (way: Uint8Array): number => way.reduce((sum, d) => sum + (d % 2 === 1 ? 14 : 10), 0);

/** The cheapest way's cost the slow way: everything relaxed until nothing changes. Infinity where there is none. */
function cheapest(terrain: Terrain, from: number, to: number): number {
  const costs = new Map([[from, 0]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [at, cost] of costs) {
      for (let d = 0; d < 8; d += 1) {
        const next = terrain.step(at, d);
        const sum = cost + (d % 2 === 1 ? 14 : 10);
        if (next < 0 || sum >= (costs.get(next) ?? Infinity) || sum > 238) continue;
        costs.set(next, sum);
        changed = true;
      }
    }
  }
  return costs.get(to) ?? Infinity;
}

describe("VA2: ways over the ground", () => {
  it("lead from cell to cell, over open ones only, round no corner, in at most 17 steps", () => {
    let found = 0;
    fc.assert(
      fc.property(grounds, cell, cell, (terrain, from, to) => {
        const way = terrain.way(from, to);
        if (way === null) return;
        found += 1;
        let at = from;
        for (const direction of way) {
          const next = stepped(24, at, direction);
          const [side, other] = [(next % 24) + Math.floor(at / 24) * 24, (at % 24) + Math.floor(next / 24) * 24];
          expect([at, next, side, other].every((one) => terrain.walkable(one))).toBe(true);
          expect(cellsBetween(24, at, next)).toBe(1);
          at = next;
        }
        expect(at).toBe(to);
        expect(way.length).toBeLessThanOrEqual(WAY_CELLS_MAX);
      }),
      { numRuns: 400 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it("are the cheapest there are, and missing only where every one is too long", () => {
    let searched = 0;
    fc.assert(
      fc.property(grounds, cell, cell, (terrain, from, to) => {
        if (!terrain.walkable(from) || !terrain.walkable(to) || cellsBetween(24, from, to) > WAY_CELLS_MAX) {
          expect(terrain.way(from, to)).toBeNull();
          return;
        }
        const way = terrain.way(from, to);
        const least = cheapest(terrain, from, to);
        if (way !== null) expect(costOf(way)).toBe(least);
        else expect(least).toBeGreaterThan(WAY_CELLS_MAX * 10);
        if (way !== null && terrain.straightWay(from, to) === null) searched += 1;
      }),
      { numRuns: 500 },
    );
    expect(searched).toBeGreaterThan(5);
  });

  it("keep to the map's edges and go round a wall with a shoot-only cell in it", () => {
    const ground = groundOf("......", "###~#.", "......");
    const terrain = new Terrain(ground);
    expect([terrain.step(0, 6), terrain.step(0, 4), terrain.step(5, 2), terrain.step(17, 0), terrain.step(5, 1)]).toEqual([
      -1, -1, -1, -1, -1,
    ]);
    expect(terrain.openCells).toBe(13);
    // Not across the corners beside the gate: straight east, straight north, straight west.
    expect([...terrain.way(3, 15)!]).toEqual([2, 2, 0, 0, 6, 6]);
    expect(terrain.way(3, 9)).toBeNull();
    expect(terrain.way(3, 18)).toBeNull();
  });
});

describe("VA2: walking", () => {
  const terrain = new Terrain({ width: 40, height: 40, cells: new Uint8Array(1_600) });
  const standing = (at: number): Walker => ({ from: at, to: at, start: 0, way: null });

  it("takes 150 ms a straight cell and 210 a diagonal one", () => {
    const walker = standing(0);
    setOut(walker, { cell: 0, at: 1_000 }, 3 + 2 * 40, terrain.way(0, 3 + 2 * 40)!);
    expect(endAt(terrain, walker, 150)).toBe(1_000 + 2 * 210 + 150);
    expect([999, 1_209, 1_210, 1_419, 1_420, 1_570, 9_999].map((at) => placeAt(terrain, walker, 150, at))).toEqual([
      0, 0, 41, 41, 82, 83, 83,
    ]);
    expect(stopAt(terrain, walker, 150, 1_211)).toEqual({ cell: 82, at: 1_420 });
    halt(terrain, walker, 150, 1_211);
    expect(walker).toEqual({ from: 82, to: 82, start: 1_420, way: null });
    expect(stopAt(terrain, walker, 150, 1_300)).toEqual({ cell: 82, at: 1_420 });
  });

  it("is no quicker for who clicks or stops often", () => {
    const click = fc.record({ after: fc.nat(400), to: fc.nat(1_599), stop: fc.boolean() });
    fc.assert(
      fc.property(fc.array(click, { minLength: 10, maxLength: 60 }), (clicks) => {
        const walker = standing(820);
        let time = 0;
        const seen: { at: number; cell: number }[] = [{ at: 0, cell: 820 }];
        for (const { after, to, stop } of clicks) {
          time += after;
          seen.push({ at: time, cell: placeAt(terrain, walker, 150, time) });
          const from = stopAt(terrain, walker, 150, time);
          const way = terrain.way(from.cell, to);
          if (stop) halt(terrain, walker, 150, time);
          else if (way !== null) setOut(walker, from, to, way);
        }
        // One cell because places are whole ones, one because who turns in a step is shown where the step ends.
        const allowed = (ms: number): number => 2 + ms / 150;
        for (const a of seen) {
          for (const b of seen) if (b.at >= a.at) expect(cellsBetween(40, a.cell, b.cell)).toBeLessThanOrEqual(allowed(b.at - a.at));
        }
      }),
      { numRuns: 100 },
    );
  });
});
