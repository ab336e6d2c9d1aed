/** What tells one map's data, seed and rules from another's. */
import { RollingHash } from "../../base/hash.ts";
import type { GameData, MonsterSpec, SkillSpec, SpawnSpec } from "../protocol/game-data.ts";

/** Rises whenever the same data and inputs would be played in another way, or states be hashed or written in another. */
export const RULES_VERSION = 1;

/**
 * 64 bits over all that play depends on: the rolling hash of base/hash.ts over version, seed, map name, ground, spawn lines with their monsters
 * (each drop as item, rate and what the rate is counted in, 10,000 where it does not say), and skills by number.
 */
export function worldDigest(data: GameData, seed: { readonly high: number; readonly low: number }): { high: number; low: number } {
  const hash = new RollingHash();
  const mixAll = (values: readonly number[]): void => {
    hash.mix(values.length);
    for (const value of values) hash.mix(value);
  };
  mixAll([RULES_VERSION, seed.high | 0, seed.low | 0, data.ground.width, data.ground.height, data.spawns.length, data.skills.size]);
  hash.mixString(data.map);
  for (const cell of data.ground.cells) hash.mix(cell);
  for (const spawn of data.spawns) {
    mixAll(spawnFigures(spawn));
    const spec = data.monsters.get(spawn.monster);
    if (spec !== undefined) mixAll(monsterFigures(spec));
  }
  const skills = [...data.skills.values()].sort((a, b) => a.id - b.id);
  for (const skill of skills) for (const list of skillFigures(skill)) mixAll(list);
  const digest = hash.digest();
  return { high: Number.parseInt(digest.slice(0, 8), 16), low: Number.parseInt(digest.slice(8), 16) };
}

function spawnFigures(spawn: SpawnSpec): number[] {
  return [spawn.monster, spawn.amount, spawn.x, spawn.y, spawn.xs, spawn.ys, spawn.delay, spawn.variance];
}

function monsterFigures(spec: MonsterSpec): number[] {
  const drops = spec.drops.flatMap(({ item, rate, of }) => [item, rate, of ?? 10_000]);
  const { id, level, hp, attackMin, attackMax, defense, baseExp, jobExp, walkSpeed, attackDelay } = spec;
  return [id, level, hp, attackMin, attackMax, defense, baseExp, jobExp, walkSpeed, attackDelay, ...drops];
}

function skillFigures(spec: SkillSpec): (readonly number[])[] {
  const { range, castTime, fixedCastTime, afterCastActDelay, afterCastWalkDelay, cooldown, damage } = spec;
  return [[spec.id, spec.maxLevel], range, castTime, fixedCastTime, afterCastActDelay, afterCastWalkDelay, cooldown, damage];
}
