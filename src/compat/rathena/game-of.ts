import type { Complaint, Result } from "../../base/result.ts";
import { ok } from "../../base/result.ts";
import type { GameData, Ground, MonsterSpec, SkillSpec, SpawnSpec } from "../../core/protocol/game-data.ts";
import type { MapDrops } from "./map-drops.ts";
import type { Monsters } from "./monsters.ts";
import type { PackedMap } from "./map-cache.ts";
import type { SpawnLine } from "./spawns.ts";

/** A spawn line whose monster and map are known. */
export type KnownSpawn = { readonly line: SpawnLine; readonly monster: number };

/** All that is read and does not depend on the map that is asked for. */
export type Books = {
  readonly maps: ReadonlyMap<string, PackedMap>;
  readonly monsters: Monsters;
  readonly skills: ReadonlyMap<number, SkillSpec>;
  readonly mapDrops: ReadonlyMap<string, MapDrops>;
  readonly spawns: ReadonlyMap<string, readonly KnownSpawn[]>;
};

const WALL = 1;
const SHOOT_ONLY = 5;

/** One map's game: its ground unpacked, its spawns, the monsters of these with what the map adds to their drops, and all skills. */
export function gameOf(books: Books, map: string, packed: PackedMap): Result<GameData, Complaint> {
  const ground = packed.unpack();
  if (!ground.ok) return ground;
  const lines = books.spawns.get(map) ?? [];
  const names = new Map([...books.monsters.idOf].map(([name, id]) => [id, name]));
  const drops = books.mapDrops.get(map);
  const monsters = new Map<number, MonsterSpec>();
  for (const { monster } of lines) {
    const spec = books.monsters.byId.get(monster);
    if (spec === undefined || monsters.has(monster)) continue;
    const more = drops === undefined ? [] : [...drops.all, ...(drops.of.get(names.get(monster) ?? "") ?? [])];
    monsters.set(monster, more.length === 0 ? spec : { ...spec, drops: [...spec.drops, ...more] });
  }
  const spawns = lines.map(({ line, monster }) => spawnOf(line, monster, ground.value));
  return ok({ map, ground: ground.value, monsters, spawns, skills: books.skills });
}

/**
 * A line as the game takes it. Like npc_parse_mob: without a place, or at a single cell that cannot be walked on, it is for the whole map; a
 * coordinate of 0 or a negative span opens that axis to its whole length (then written as a rectangle around the middle).
 */
function spawnOf(line: SpawnLine, monster: number, { width, height, cells }: Ground): SpawnSpec {
  const { amount, delay, variance } = line;
  const openX = line.xs < 0 || (line.x === 0 && line.xs === 0);
  const openY = line.ys < 0 || (line.y === 0 && line.ys === 0);
  const cell = cells[line.x + line.y * width];
  const blocked = cell === WALL || cell === SHOOT_ONLY;
  const anywhere = (line.x === 0 && line.y === 0) || (openX && openY) || (blocked && !openX && !openY && line.xs <= 1 && line.ys <= 1);
  if (anywhere) return { monster, amount, x: 0, y: 0, xs: 0, ys: 0, delay, variance };
  const [x, xs] = openX ? [width >> 1, width] : [line.x, line.xs];
  const [y, ys] = openY ? [height >> 1, height] : [line.y, line.ys];
  return { monster, amount, x, y, xs, ys, delay, variance };
}
