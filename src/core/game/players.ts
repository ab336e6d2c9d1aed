/** Players: they come and go, walk, hit what they chose until it is dead, die and rise. */
import { err, ok, type Result } from "../../base/result.ts";
import { type Carried, readCarried, writeCarried } from "./carried.ts";
import { amountOf, deedOf } from "./deeds.ts";
import { KIND, keyOf, LIMITS, type Monster, NEVER, NOBODY, PHASE, type Player, playerOf } from "./entities.ts";
import { hit } from "./fight.ts";
import { hitDelayMs, maxHp } from "./growth.ts";
import { wakeNear } from "./monsters.ts";
import type { Play } from "./play.ts";
import type { ProgramRefusal } from "./program.ts";
import { cellsBetween } from "./terrain.ts";
import { halt, PLAYER_SPEED_MS, put, setOut, stopAt } from "./walk.ts";
import { drawnCell } from "./world.ts";

/** How far an ordinary hit reaches, cells. */
const HIT_CELLS = 1;
/** Between two sayings of one player, ms. */
const SAY_PAUSE_MS = 500;

type Answer = Result<null, ProgramRefusal>;

/** A player comes to a place drawn by its id and the time. */
export function enter(play: Play, id: number, bytes: Uint8Array): Answer {
  const { state } = play;
  if (state.players.has(id)) return err("already_here");
  if (state.players.size >= LIMITS.players) return err("too_many");
  const carried = isPlayer(id) ? readCarried(bytes, play.now) : null;
  if (carried === null) return err("malformed");
  arrive(play, id, carried);
  play.deed(deedOf(id, { deed: "enter", carried: bytes }));
  return ok(null);
}

/** Whether a number can be a player's. */
export function isPlayer(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= LIMITS.player;
}

/** Somebody new stands there with what it brought, and both is counted. */
export function arrive(play: Play, id: number, { hp, purse, bag }: Carried): void {
  const { state, world } = play;
  const most = maxHp(purse.level);
  const cell = drawnCell(world, world.whole, world.draws.entry, id, play.now);
  const one = playerOf(id, purse, bag);
  put(one, cell);
  one.hp = hp === 0 ? most : Math.min(most, hp);
  state.players.set(id, one);
  state.counters.entered += 1;
  state.counters.brought += amountOf(bag.stacks);
  state.counters.zenyBrought += purse.zeny;
  play.players.add(id, cell);
  play.touchPlayer(one);
  play.touchPurse(one);
  play.touchBag(one);
  wakeNear(play, cell);
  show(play, one, id);
}

/** Tells a player what it has and all that it sees. */
export function look(play: Play, one: Player): void {
  tellOf(play, one.id, keyOf(KIND.purse, one.id), true);
  tellOf(play, one.id, keyOf(KIND.bag, one.id), true);
  const { players, monsters, items } = play;
  showTo(play, one.id, { players: players.near(one.to), monsters: monsters.near(one.to), items: items.near(one.to) }, true);
}

/** A player goes, and what it has goes with it. */
export function leave(play: Play, one: Player): Uint8Array {
  const carried = writeCarried(one, play.now);
  const cell = play.placeOf(one);
  depart(play, one);
  play.deed(deedOf(one.id, { deed: "leave", cell }, carried));
  return carried;
}

/** Somebody stands there no more; it and what it had are counted as gone. */
export function depart(play: Play, one: Player): void {
  const { state } = play;
  state.players.delete(one.id);
  play.players.remove(one.id, one.to);
  state.gone(keyOf(KIND.player, one.id), one);
  state.gone(keyOf(KIND.purse, one.id), one.purse);
  state.gone(keyOf(KIND.bag, one.id), one.bag);
  state.counters.left += 1;
  state.counters.carriedOff += amountOf(one.bag.stacks);
  state.counters.zenyCarriedOff += one.purse.zeny;
  play.tellNear(one.to, { news: "gone", key: keyOf(KIND.player, one.id) });
}

/** A player walks, from where it can first turn; what it was hitting is left alone. */
export function walk(play: Play, one: Player, cell: number): Answer {
  const { terrain } = play.world;
  if (one.phase === PHASE.casting) return err("casting");
  if (one.walkAt > play.now) return err("too_fast");
  if (!terrain.walkable(cell)) return err("not_walkable");
  const stop = stopAt(terrain, one, PLAYER_SPEED_MS, play.now);
  const way = terrain.way(stop.cell, cell);
  if (way === null) return err("too_far");
  const before = one.to;
  if (way.length === 0) halt(terrain, one, PLAYER_SPEED_MS, play.now);
  else setOut(one, stop, cell, way);
  idle(one);
  play.touchPlayer(one);
  moved(play, one, before);
  return ok(null);
}

/** A player begins to hit a monster, and goes on until one of them is dead, out of reach or something else is asked. */
export function attack(play: Play, one: Player, slot: number): Answer {
  if (one.phase === PHASE.casting) return err("casting");
  const monster = play.state.monsters[slot];
  if (monster === undefined || monster.hp === 0) return err("no_such_target");
  if (one.phase === PHASE.attacking && one.target === slot && one.targetLife === monster.life) return ok(null);
  if (!reaches(play, one, monster, HIT_CELLS)) return err("too_far");
  const before = one.to;
  halt(play.world.terrain, one, PLAYER_SPEED_MS, play.now);
  const waits = Math.max(one.hitAt, one.actAt) > play.now;
  one.phase = PHASE.attacking;
  one.target = slot;
  one.targetLife = monster.life;
  if (waits) {
    one.due = Math.max(one.hitAt, one.actAt);
    play.touchPlayer(one);
  } else {
    strike(play, one, monster);
  }
  moved(play, one, before);
  return ok(null);
}

/** Whether a monster is within so many cells of a player. */
export function reaches(play: Play, one: Player, monster: Monster, cells: number): boolean {
  return cellsBetween(play.world.terrain.width, play.placeOf(one), play.placeOfMonster(monster)) <= cells;
}

/** The next hit of who attacks. */
export function attackDue(play: Play, one: Player): void {
  const monster = play.state.monsters[one.target];
  const stands = monster !== undefined && monster.hp > 0 && monster.life === one.targetLife;
  if (stands && reaches(play, one, monster, HIT_CELLS)) return strike(play, one, monster);
  idle(one);
  play.touchPlayer(one);
}

function strike(play: Play, one: Player, monster: Monster): void {
  one.hitAt = play.now + hitDelayMs(one.purse.level);
  one.due = one.hitAt;
  hit(play, one, monster, 100);
  if (monster.hp === 0) idle(one);
  play.touchPlayer(one);
}

/** Does nothing any more. */
export function idle(one: Player): void {
  one.phase = PHASE.idle;
  one.due = NEVER;
  one.target = NOBODY;
  one.targetLife = 0;
  one.skill = 0;
  one.skillLevel = 0;
}

/** A dead player stands up again, whole, at a place drawn anew. */
export function rise(play: Play, one: Player): void {
  const before = one.to;
  idle(one);
  one.hp = maxHp(one.purse.level);
  put(one, drawnCell(play.world, play.world.whole, play.world.draws.entry, one.id, play.now));
  play.touchPlayer(one);
  moved(play, one, before);
}

/** What a player says is heard by everybody near. */
export function say(play: Play, one: Player, text: Uint8Array): Answer {
  if (one.sayAt > play.now) return err("too_fast");
  one.sayAt = play.now + SAY_PAUSE_MS;
  play.touchPlayer(one);
  play.tellNear(one.to, { news: "said", player: one.id, text });
  return ok(null);
}

/** A player's way changed: whoever can see it is told, and it of what comes into view. */
export function moved(play: Play, one: Player, before: number): void {
  if (play.players.move(one.id, before, one.to)) {
    wakeNear(play, one.to);
    const [players, monsters, items] = [play.players, play.monsters, play.items].map((blocks) => blocks.nearOnly(one.to, before));
    showTo(play, one.id, { players: players ?? [], monsters: monsters ?? [], items: items ?? [] }, false);
  }
  show(play, one);
}

function show(play: Play, one: Player, except = -1): void {
  play.tellNear(one.to, { news: "shown", key: keyOf(KIND.player, one.id), part: one }, except);
}

type Seen = { readonly players: readonly number[]; readonly monsters: readonly number[]; readonly items: readonly number[] };

function showTo(play: Play, player: number, seen: Seen, near: boolean): void {
  for (const id of seen.players) tellOf(play, player, keyOf(KIND.player, id), near);
  for (const slot of seen.monsters) tellOf(play, player, keyOf(KIND.monster, slot), near);
  for (const id of seen.items) tellOf(play, player, keyOf(KIND.item, id), near);
}

function tellOf(play: Play, player: number, key: number, near: boolean): void {
  const part = play.state.part(key);
  if (part !== undefined) play.tell(player, { news: "shown", key, part }, near);
}
