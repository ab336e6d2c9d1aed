/** Items: how they come to lie on the floor, go into bags, are used and are lost. Every way in and out is counted. */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { deedOf } from "./deeds.ts";
import { type Bag, type FloorItem, LIMITS, PHASE, type Player, type Stack, untracked } from "./entities.ts";
import type { Play } from "./play.ts";
import type { ProgramRefusal } from "./program.ts";
import { maxHp } from "./growth.ts";
import { cellsBetween } from "./terrain.ts";

/** rAthena's flooritem_lifetime: a minute. */
const FLOOR_LIFE_MS = 60_000;
/** From how far an item is picked up, cells. */
const REACH_CELLS = 2;
/** What one item that is used heals. The reference game knows no other use. */
const HEAL_HP = 30;

type Answer = Result<null, ProgramRefusal>;

/** Lays something on the floor and gives its number. On a full floor the oldest makes room, which counts as expired. */
export function lay(play: Play, item: number, amount: number, cell: number): FloorItem {
  return layAs(play, play.state.counters.items + 1, { item, amount }, cell);
}

/** The same under a number of one's own, above all that were given. */
export function layAs(play: Play, id: number, { item, amount }: Stack, cell: number): FloorItem {
  const { items, counters } = play.state;
  assert(id > counters.items && amount > 0, "a number for something on the floor is given once");
  if (items.size >= LIMITS.floorItems) expire(play, oldest(items));
  counters.items = id;
  const one = { ...untracked(), id, item, amount, cell, due: play.now + FLOOR_LIFE_MS };
  play.addItem(one);
  return one;
}

function oldest(items: ReadonlyMap<number, FloorItem>): FloorItem {
  let found: FloorItem | null = null;
  for (const one of items.values()) if (found === null || one.id < found.id) found = one;
  return found as FloorItem;
}

/** Takes away what nobody picked up. */
export function expire(play: Play, one: FloorItem): void {
  play.state.counters.expired += one.amount;
  play.removeItem(one);
}

/** A player picks something up. Of a stack that has no room for it all, nothing is taken. */
export function pick(play: Play, player: Player, id: number): Answer {
  const one = play.state.items.get(id);
  if (one === undefined) return err("no_such_target");
  if (cellsBetween(play.world.terrain.width, play.placeOf(player), one.cell) > REACH_CELLS) return err("too_far");
  const stacks = withMore(player.bag.stacks, one.item, one.amount);
  if (stacks === null) return err("too_many");
  play.state.counters.picked += one.amount;
  play.removeItem(one);
  fill(play, player, stacks);
  play.deed(deedOf(player.id, { deed: "pick", id, item: one.item, amount: one.amount }));
  return ok(null);
}

/** A player lays down some of what it carries. */
export function throwDown(play: Play, player: Player, item: number, amount: number): Answer {
  if (amount === 0) return err("malformed");
  const stacks = withLess(player.bag.stacks, item, amount);
  if (stacks === null) return err("no_such_target");
  const cell = play.placeOf(player);
  fill(play, player, stacks);
  play.state.counters.thrown += amount;
  const { id } = lay(play, item, amount, cell);
  play.deed(deedOf(player.id, { deed: "throw", id, item, amount, cell }));
  return ok(null);
}

/** A player uses up one of an item: it heals. */
export function use(play: Play, player: Player, item: number): Answer {
  if (player.phase === PHASE.casting) return err("casting");
  const stacks = withLess(player.bag.stacks, item, 1);
  if (stacks === null) return err("no_such_target");
  fill(play, player, stacks);
  play.state.counters.used += 1;
  heal(play, player, 1);
  play.deed(deedOf(player.id, { deed: "use", item, amount: 1 }));
  return ok(null);
}

/** What so many items do when they are used. */
export function heal(play: Play, player: Player, amount: number): void {
  player.hp = Math.min(maxHp(player.purse.level), player.hp + HEAL_HP * amount);
  play.touchPlayer(player);
}

/** A player's bag holds this from now on. */
export function fill(play: Play, player: Player, stacks: Bag["stacks"]): void {
  player.bag.stacks = stacks;
  play.touchBag(player);
}

/** The stacks with more of an item, or null where that is too much. */
export function withMore(stacks: readonly Stack[], item: number, amount: number): Stack[] | null {
  const found = stacks.find((stack) => stack.item === item);
  const sum = (found?.amount ?? 0) + amount;
  if (sum > LIMITS.stackAmount || (found === undefined && stacks.length >= LIMITS.stacks)) return null;
  return [...stacks.filter((stack) => stack.item !== item), { item, amount: sum }].sort((a, b) => a.item - b.item);
}

/** The stacks with less of an item, or null where there is not so much. */
export function withLess(stacks: readonly Stack[], item: number, amount: number): Stack[] | null {
  const found = stacks.find((stack) => stack.item === item);
  if (found === undefined || found.amount < amount) return null;
  const rest = { item, amount: found.amount - amount };
  return stacks.flatMap((stack) => (stack.item !== item ? [stack] : rest.amount > 0 ? [rest] : []));
}
