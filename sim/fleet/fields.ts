/**
 * Owns the fields of a run: maps that no database has, as large as is asked for, drawn from the seed. Promises: every draw is keyed by (map, number).
 * What lives there is what lives on a map that the databases know.
 */
import { drawU32, type Stream } from "../../src/base/random.ts";
import type { GameData, Ground, SpawnSpec } from "../../src/core/protocol/game-data.ts";
import type { MapId } from "../../src/core/protocol/ids.ts";

const WALL = 1;
/** Cells to one rock, and its longest side. Rocks, and the border, leave about nine cells of ten free. */
const CELLS_A_ROCK = 128;
const ROCK_SIDE_MAX = 6;
/** Draws of one rock. */
const DRAWS = 4;
/** rAthena's renewal spawns put 66,112 monsters on 384 maps (FACTS §3), and the 1,288 maps of its cache have 106 M cells: 172 on 82,300 cells. */
const CELLS_A_MONSTER = 480;

/** A field of `side` × `side` cells with a wall around it and rocks on it, and the monsters of `like` all over it. */
export function drawnField(like: GameData, name: string, side: number, draws: Stream, map: MapId): GameData {
  return { ...like, map: name, ground: drawnGround(side, draws, map), spawns: spread(like.spawns, side) };
}

function drawnGround(side: number, draws: Stream, map: MapId): Ground {
  const cells = new Uint8Array(side * side);
  const build = (left: number, top: number, width: number, height: number): void => {
    for (let y = top; y < Math.min(side, top + height); y += 1) cells.fill(WALL, left + y * side, Math.min(side, left + width) + y * side);
  };
  const rocks = Math.floor((side * side) / CELLS_A_ROCK);
  for (let rock = 0; rock < rocks; rock += 1) {
    const draw = (n: number, below: number): number => drawU32(draws, map, DRAWS * rock + n) % below;
    build(draw(0, side), draw(1, side), 1 + draw(2, ROCK_SIDE_MAX), 1 + draw(3, ROCK_SIDE_MAX));
  }
  build(0, 0, side, 1);
  build(0, side - 1, side, 1);
  build(0, 0, 1, side);
  build(side - 1, 0, 1, side);
  return { width: side, height: side, cells };
}

/** The same lines anywhere on the field, in the same shares of as many monsters as a field of that size has; one at least. */
function spread(spawns: readonly SpawnSpec[], side: number): SpawnSpec[] {
  const known = spawns.reduce((sum, { amount }) => sum + amount, 0);
  const wanted = (side * side) / CELLS_A_MONSTER;
  return spawns.map(({ monster, amount, delay, variance }) => ({
    ...{ monster, delay, variance, x: 0, y: 0, xs: 0, ys: 0 },
    amount: Math.max(1, Math.round((amount * wanted) / Math.max(1, known))),
  }));
}
