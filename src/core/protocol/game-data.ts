/**
 * What a map's game is made of: ground, monsters, spawns, drops and skills, in the terms and units of rAthena (its databases' names where they
 * have one). Plain data: compat reads it from an operator's files, the reference game plays by it.
 */

/** A map's ground. `cells[x + y * width]`: 0 walkable and shootable, 1 wall, 5 shoot-only (rAthena's map cache; its 2, 3, 4, 6 are walkable). */
export type Ground = { readonly width: number; readonly height: number; readonly cells: Uint8Array };

/**
 * One slot of a monster's drops: an independent roll of `rate` in 10,000 at each kill, or in `of` where that is given (what a map adds is counted
 * in 100,000). `item` is the item's number.
 */
export type DropSpec = { readonly item: number; readonly rate: number; readonly of?: number };

/** A kind of monster. Times in milliseconds; `walkSpeed` is the time for one straight cell. */
export type MonsterSpec = {
  readonly id: number;
  readonly name: string;
  readonly level: number;
  readonly hp: number;
  readonly attackMin: number;
  readonly attackMax: number;
  readonly defense: number;
  readonly baseExp: number;
  readonly jobExp: number;
  readonly walkSpeed: number;
  readonly attackDelay: number;
  readonly drops: readonly DropSpec[];
};

/** A line of a spawn file: `amount` of a monster within a rectangle (x = y = 0: anywhere), each back `delay` to `delay + variance` ms after its death. */
export type SpawnSpec = {
  readonly monster: number;
  readonly amount: number;
  readonly x: number;
  readonly y: number;
  readonly xs: number;
  readonly ys: number;
  readonly delay: number;
  readonly variance: number;
};

/** A skill; each list by level, the last value standing for all higher ones. Milliseconds. `damage` is the power in percent of an ordinary hit. */
export type SkillSpec = {
  readonly id: number;
  readonly name: string;
  readonly maxLevel: number;
  readonly range: readonly number[];
  readonly castTime: readonly number[];
  readonly fixedCastTime: readonly number[];
  readonly afterCastActDelay: readonly number[];
  readonly afterCastWalkDelay: readonly number[];
  readonly cooldown: readonly number[];
  readonly damage: readonly number[];
};

/** All that one map's game needs. Monsters and skills by number. */
export type GameData = {
  readonly map: string;
  readonly ground: Ground;
  readonly monsters: ReadonlyMap<number, MonsterSpec>;
  readonly spawns: readonly SpawnSpec[];
  readonly skills: ReadonlyMap<number, SkillSpec>;
};
