/** What the state of a map's game is made of. Each part is hashed, compared and sent on its own, and known by a key. Times are map time, ms. */
import type { PlayerId } from "../protocol/ids.ts";
import type { Walker } from "./walk.ts";

/** Kinds of parts. A player is three, because its walking changes every second and its bag rarely. The map's own figures have no key. */
export const KIND = { monster: 0, player: 1, purse: 2, bag: 3, item: 4, map: 5 } as const;
/** A kind of part. */
export type Kind = (typeof KIND)[keyof typeof KIND];

const KINDS = 8;

/** The key of a part: small, ordered by id, then kind. */
export function keyOf(kind: Kind, id: number): number {
  return id * KINDS + kind;
}

/** The kind in a key; may be a number that is no kind when the key comes from outside. */
export function kindOf(key: number): number {
  return key % KINDS;
}

/** The id in a key. */
export function idOf(key: number): number {
  return Math.floor(key / KINDS);
}

/** No time: asleep, or nothing to do. */
export const NEVER = -1;
/** No player, no monster. */
export const NOBODY = -1;

/** What the ledger of changes keeps with a part: its share in the state's hash as it was last counted, and whether it changed since. */
export type Tracked = { sumHigh: number; sumLow: number; dirty: boolean };

/**
 * A place in a spawn line, alive or waiting to be so; `slot` counts through all lines. `life`: how many there were, this one included. `hp` 0:
 * dead, and `due` is when the next one comes. Alive, `due` is when it decides again, NEVER while it sleeps because nobody is near.
 */
export type Monster = Tracked & Walker & { readonly slot: number; life: number; hp: number; target: PlayerId; due: number };

/** What a player is doing; what it waits for is its `due`. */
export const PHASE = { idle: 0, attacking: 1, casting: 2, dead: 3 } as const;

/**
 * A player's body. `due`: the next hit, the cast's end or the rising again, NEVER when idle. `target` (a monster's slot) and its `life`, `skill`
 * and `skillLevel` belong to attacking and casting. `hitAt`, `actAt`, `walkAt`, `sayAt`: not before then may it hit, act, walk or speak; 0: at once.
 */
export type Player = Tracked &
  Walker & {
    readonly id: PlayerId;
    hp: number;
    phase: number;
    due: number;
    target: number;
    targetLife: number;
    skill: number;
    skillLevel: number;
    hitAt: number;
    actAt: number;
    walkAt: number;
    sayAt: number;
    purse: Purse;
    bag: Bag;
  };

/** A skill that cools down until a time. */
export type Cooldown = { readonly skill: number; readonly until: number };

/** What a player has earned. `exp` counts within the level. `cooldowns` ascend by skill. */
export type Purse = Tracked & { level: number; exp: number; jobExp: number; zeny: number; cooldowns: readonly Cooldown[] };

/** So many of one item. */
export type Stack = { readonly item: number; readonly amount: number };

/** What a player carries, ascending by item. */
export type Bag = Tracked & { stacks: readonly Stack[] };

/** Something on the floor. `id` is unique on its map for ever; `due` is when it goes. */
export type FloorItem = Tracked & {
  readonly id: number;
  readonly item: number;
  readonly amount: number;
  readonly cell: number;
  readonly due: number;
};

/** Any part with a key. */
export type Part = Monster | Player | Purse | Bag | FloorItem;

/**
 * The map's own figures, which only grow. With them it can be checked that nothing comes from nowhere: dropped + brought = on the floor + in bags +
 * expired + used + carriedOff, and zenyMinted + zenyBrought = in purses + zenyCarriedOff. `thrown` and `picked` only move between bag and floor.
 */
export const COUNTERS = [
  "items",
  "spawned",
  "killed",
  "dropped",
  "picked",
  "thrown",
  "expired",
  "used",
  "brought",
  "carriedOff",
  "zenyMinted",
  "zenyBrought",
  "zenyCarriedOff",
  "entered",
  "left",
] as const;

/** The name of one of the figures; `items` is how many ids of floor items were given. */
export type Counter = (typeof COUNTERS)[number];
/** All of them. */
export type Counters = Record<Counter, number>;

/** All at 0. */
export function noCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}

/** Whether all figures are equal. Written out, because it is asked at every hash. */
export function sameCounters(a: Counters, b: Counters): boolean {
  return (
    a.items === b.items &&
    a.spawned === b.spawned &&
    a.killed === b.killed &&
    a.dropped === b.dropped &&
    a.picked === b.picked &&
    a.thrown === b.thrown &&
    a.expired === b.expired &&
    a.used === b.used &&
    a.brought === b.brought &&
    a.carriedOff === b.carriedOff &&
    a.zenyMinted === b.zenyMinted &&
    a.zenyBrought === b.zenyBrought &&
    a.zenyCarriedOff === b.zenyCarriedOff &&
    a.entered === b.entered &&
    a.left === b.left
  );
}

/** Limits of what bytes may say and play may reach. Amounts above are cut off at them, and so is experience. */
export const LIMITS = {
  /** 2^44 ms are 557 years. */
  timeMs: 17_592_186_044_416,
  players: 1_000,
  /** An account id with a kind beside it is still a safe integer. */
  player: 281_474_976_710_655,
  floorItems: 2_000,
  stacks: 100,
  stackAmount: 30_000,
  cooldowns: 32,
  level: 250,
  hp: 4_294_967_295,
  exp: 1_000_000_000_000,
  zeny: 2_147_483_647,
  number: 4_294_967_295,
  counter: 9_007_199_254_740_991,
  sayBytes: 200,
} as const;

/** A part's beginning for the ledger: in no sum yet. */
export function untracked(): Tracked {
  return { sumHigh: 0, sumLow: 0, dirty: false };
}

/** A monster's place before its first monster. All are made here, so that they are alike to the machine too. */
export function monsterAt(slot: number): Monster {
  return { sumHigh: 0, sumLow: 0, dirty: false, from: 0, to: 0, start: 0, way: null, slot, life: 0, hp: 0, target: NOBODY, due: NEVER };
}

/** A player at rest on cell 0, without health. */
export function playerOf(id: PlayerId, purse: Purse, bag: Bag): Player {
  return {
    ...{
      sumHigh: 0,
      sumLow: 0,
      dirty: false,
      from: 0,
      to: 0,
      start: 0,
      way: null,
      id,
      hp: 0,
      phase: PHASE.idle,
      due: NEVER,
      target: NOBODY,
    },
    ...{ targetLife: 0, skill: 0, skillLevel: 0, hitAt: 0, actAt: 0, walkAt: 0, sayAt: 0, purse, bag },
  };
}
