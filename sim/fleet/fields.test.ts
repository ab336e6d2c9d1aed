import { describe, expect, it } from "vitest";
import { rootStream, stream } from "../../src/base/random.ts";
import type { GameData } from "../../src/core/protocol/game-data.ts";
import { drawnField } from "./fields.ts";

describe("fields", () => {
  const draws = stream(rootStream(1, 2), "fields");
  const line = { monster: 2001, amount: 20, x: 3, y: 3, xs: 2, ys: 2, delay: 5_000, variance: 0 };
  const like: GameData = {
    map: "somewhere",
    ground: { width: 1, height: 1, cells: Uint8Array.of(0) },
    monsters: new Map(),
    spawns: [line, { ...line, monster: 2002, amount: 60, delay: 9_000 }, { ...line, monster: 2003, amount: 1, variance: 7 }],
    skills: new Map(),
  };

  it("are drawn by map and walled in, with most cells free", () => {
    const { map, ground } = drawnField(like, "a_field", 100, draws, 4);
    expect([map, ground.width, ground.height, ground.cells.length]).toEqual(["a_field", 100, 100, 10_000]);
    expect(drawnField(like, "a_field", 100, draws, 4).ground.cells).toEqual(ground.cells);
    expect(drawnField(like, "a_field", 100, draws, 5).ground.cells).not.toEqual(ground.cells);
    const open = ground.cells.reduce((sum, code) => sum + (code === 0 ? 1 : 0), 0);
    expect([open > 8_000, open < 9_604]).toEqual([true, true]);
    for (let i = 0; i < 100; i += 1) for (const cell of [i, 9_900 + i, 100 * i, 100 * i + 99]) expect(ground.cells[cell]).toBe(1);
  });

  it("have the monsters of the map they are like, anywhere, as many as their size asks for, one of each line at least", () => {
    const anywhere = { x: 0, y: 0, xs: 0, ys: 0 };
    expect(drawnField(like, "a_field", 300, draws, 1).spawns).toEqual([
      { ...anywhere, monster: 2001, amount: 46, delay: 5_000, variance: 0 },
      { ...anywhere, monster: 2002, amount: 139, delay: 9_000, variance: 0 },
      { ...anywhere, monster: 2003, amount: 2, delay: 5_000, variance: 7 },
    ]);
    expect(drawnField(like, "a_field", 20, draws, 1).spawns.map(({ amount }) => amount)).toEqual([1, 1, 1]);
    expect(drawnField({ ...like, spawns: [] }, "a_field", 300, draws, 1).spawns).toEqual([]);
  });
});
