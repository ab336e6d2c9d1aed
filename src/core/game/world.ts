/** A map's data prepared for playing: checked, with every place of a monster numbered, and known by a digest. Shared by all games of one map. */
import { drawU32, rootStream, type Stream, stream } from "../../base/random.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { GameData, MonsterSpec, SkillSpec, SpawnSpec } from "../protocol/game-data.ts";
import { LIMITS } from "./entities.ts";
import { Terrain } from "./terrain.ts";
import { worldDigest } from "./world-digest.ts";

/** The largest side of a map in rAthena (MAX_MAP_SIZE is 512 × 512). */
const SIDE_MAX = 512;
const SLOTS_MAX = 10_000;
const SLOT_DROPS_MAX = 64;
/** Ten is rAthena's most; a foreign database may have a few more. */
const SKILL_LEVELS_MAX = 100;
const DELAY_MAX_MS = 1_000_000_000;
/** What a drop's rate is counted in unless it says otherwise, and the most it may say. */
const RATE_WHOLE = 10_000;
const RATE_WHOLE_MAX = 1_000_000;
/** Below it walking would be faster than anything in the databases (their least is 50). */
const MONSTER_SPEED_FLOOR_MS = 20;
/** How often a place is drawn before the first free cell of the rectangle is taken. */
const PLACE_TRIES = 48;

/** One monster's place in the spawns. */
export type Slot = { readonly spec: MonsterSpec; readonly spawn: SpawnSpec; readonly speed: number; readonly area: Area };

/** A rectangle, borders included, and the first cell in it (else on the map) where feet can stand. */
type Area = { readonly left: number; readonly top: number; readonly width: number; readonly height: number; readonly first: number };

/** The draws of a map, one stream a purpose. Entities are slots or players; numbers are said where they are drawn. */
type Draws = Readonly<Record<"place" | "walk" | "wait" | "hit" | "bite" | "drop" | "respawn" | "entry", Stream>>;

/** Seed of a map's draws: two halves of 64 bits. */
export type Seed = { readonly high: number; readonly low: number };

/** The prepared data. `digest` tells apart data, seed and rules; states of different digests never mix. */
export type World = {
  readonly map: string;
  readonly terrain: Terrain;
  readonly slots: readonly Slot[];
  readonly skills: ReadonlyMap<number, SkillSpec>;
  readonly draws: Draws;
  readonly whole: Area;
  readonly digest: { readonly high: number; readonly low: number };
};

/** Prepares a map's data, or says in words what is wrong with it. */
export function worldOf(data: GameData, seed: Seed): Result<World, string> {
  const complaint = groundComplaint(data) ?? spawnComplaint(data) ?? skillComplaint(data);
  if (complaint !== null) return err(complaint);
  const terrain = new Terrain(data.ground);
  if (terrain.openCells === 0) return err("the ground has no cell to stand on");
  const whole = areaOf(terrain, { x: 0, y: 0, xs: 0, ys: 0 });
  const slots: Slot[] = [];
  for (const spawn of data.spawns) {
    const spec = data.monsters.get(spawn.monster);
    if (spec === undefined) return err(`no monster has the number ${spawn.monster}`);
    const slot = { spec, spawn, speed: Math.max(MONSTER_SPEED_FLOOR_MS, spec.walkSpeed), area: areaOf(terrain, spawn) };
    for (let i = 0; i < spawn.amount; i += 1) slots.push(slot);
  }
  const digest = worldDigest(data, seed);
  return ok({ map: data.map, terrain, slots, skills: data.skills, draws: drawsOf(data.map, seed), whole, digest });
}

function drawsOf(map: string, seed: Seed): Draws {
  const root = stream(rootStream(seed.high, seed.low), `game/${map}`);
  const of = (purpose: string): Stream => stream(root, purpose);
  return {
    place: of("place"),
    walk: of("walk"),
    wait: of("wait"),
    hit: of("hit"),
    bite: of("bite"),
    drop: of("drop"),
    respawn: of("respawn"),
    entry: of("entry"),
  };
}

/** A cell of an area for somebody's `n`-th coming. Draws 128·n to 128·n + 95 of the entity are its own. */
export function drawnCell(world: World, area: Area, draws: Stream, entity: number, n: number): number {
  for (let i = 0; i < PLACE_TRIES; i += 1) {
    const x = area.left + (drawU32(draws, entity, 128 * n + 2 * i) % area.width);
    const y = area.top + (drawU32(draws, entity, 128 * n + 2 * i + 1) % area.height);
    const cell = x + y * world.terrain.width;
    if (world.terrain.walkable(cell)) return cell;
  }
  return area.first;
}

function areaOf(terrain: Terrain, at: Pick<SpawnSpec, "x" | "y" | "xs" | "ys">): Area {
  const anywhere = at.x === 0 && at.y === 0;
  const left = anywhere ? 0 : Math.max(0, at.x - at.xs);
  const top = anywhere ? 0 : Math.max(0, at.y - at.ys);
  const right = anywhere ? terrain.width - 1 : Math.min(terrain.width - 1, at.x + at.xs);
  const bottom = anywhere ? terrain.height - 1 : Math.min(terrain.height - 1, at.y + at.ys);
  let first = -1;
  for (let y = top; y <= bottom && first < 0; y += 1) {
    for (let x = left; x <= right && first < 0; x += 1) if (terrain.walkable(x + y * terrain.width)) first = x + y * terrain.width;
  }
  for (let cell = 0; first < 0; cell += 1) if (terrain.walkable(cell)) first = cell;
  return { left, top, width: right - left + 1, height: bottom - top + 1, first };
}

const isWhole = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

function groundComplaint({ ground }: GameData): string | null {
  const { width, height, cells } = ground;
  if (!isWhole(width, 1, SIDE_MAX) || !isWhole(height, 1, SIDE_MAX))
    return `the ground is ${width} × ${height} cells, at most 512 × 512 can be played`;
  return cells.length === width * height ? null : `the ground has ${cells.length} cells, not ${width} × ${height}`;
}

function spawnComplaint({ ground, monsters, spawns }: GameData): string | null {
  let slots = 0;
  for (const spawn of spawns) {
    const inside = isWhole(spawn.x, 0, ground.width - 1) && isWhole(spawn.y, 0, ground.height - 1);
    if (!inside || !isWhole(spawn.xs, 0, SIDE_MAX) || !isWhole(spawn.ys, 0, SIDE_MAX))
      return `monster ${spawn.monster} spawns outside the ground`;
    if (!isWhole(spawn.delay, 0, DELAY_MAX_MS) || !isWhole(spawn.variance, 0, DELAY_MAX_MS))
      return `monster ${spawn.monster} has no proper delay`;
    if (!isWhole(spawn.amount, 0, SLOTS_MAX)) return `monster ${spawn.monster} has no proper amount`;
    slots += spawn.amount;
    const spec = monsters.get(spawn.monster);
    const complaint = spec === undefined ? `no monster has the number ${spawn.monster}` : monsterComplaint(spec);
    if (complaint !== null) return complaint;
  }
  return slots <= SLOTS_MAX ? null : `${slots} monsters spawn, at most ${SLOTS_MAX} can`;
}

function monsterComplaint(spec: MonsterSpec): string | null {
  const numbers = [
    spec.id,
    spec.level,
    spec.attackMin,
    spec.attackMax,
    spec.defense,
    spec.baseExp,
    spec.jobExp,
    spec.walkSpeed,
    spec.attackDelay,
  ];
  if (!numbers.every((value) => isWhole(value, 0, LIMITS.number)) || !isWhole(spec.hp, 1, LIMITS.hp))
    return `monster ${spec.id} has a figure out of bounds`;
  if (spec.attackMax < spec.attackMin) return `monster ${spec.id} attacks with more at least than at most`;
  if (spec.drops.length > SLOT_DROPS_MAX) return `monster ${spec.id} has more than ${SLOT_DROPS_MAX} drops`;
  const sound = spec.drops.every(
    ({ item, rate, of = RATE_WHOLE }) => isWhole(item, 0, LIMITS.number) && isWhole(of, 1, RATE_WHOLE_MAX) && isWhole(rate, 0, of),
  );
  return sound ? null : `monster ${spec.id} has a drop out of bounds`;
}

function skillComplaint({ skills }: GameData): string | null {
  for (const [id, spec] of skills) {
    const { range, castTime, fixedCastTime, afterCastActDelay, afterCastWalkDelay, cooldown, damage } = spec;
    const times = [castTime, fixedCastTime, afterCastActDelay, afterCastWalkDelay, cooldown];
    const sound =
      isWhole(id, 0, LIMITS.number) &&
      id === spec.id &&
      isWhole(spec.maxLevel, 1, SKILL_LEVELS_MAX) &&
      range.every((cells) => isWhole(cells, -100, 100)) &&
      damage.every((percent) => isWhole(percent, 0, 1_000_000)) &&
      times.every((list) => list.every((ms) => isWhole(ms, 0, DELAY_MAX_MS)));
    if (!sound) return `skill ${id} has a figure out of bounds`;
  }
  return null;
}
