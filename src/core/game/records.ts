/**
 * One part of the state as bytes. A tag says what follows, so that what is at rest is short: a monster that stands and is whole takes seven bytes. Times
 * are written as distances from the map's time, which the reader knows. One part has one spelling; whatever else comes is not read.
 */
import type { ByteReader, ByteWriter } from "../../base/bytes.ts";
import {
  type Bag,
  type Cooldown,
  type FloorItem,
  idOf,
  KIND,
  kindOf,
  LIMITS,
  type Monster,
  monsterAt,
  NEVER,
  NOBODY,
  type Part,
  PHASE,
  type Player,
  playerOf,
  type Purse,
  type Stack,
  untracked,
} from "./entities.ts";
import { WAY_CELLS_MAX } from "./terrain.ts";
import type { Walker } from "./walk.ts";
import type { World } from "./world.ts";

/** Bits of a tag; 0 as a whole says that nothing stands here any more. */
const HERE = 1;
const WALKS = 2;
const STARTS = 4;
/** Of a monster. */
const DEAD = 8;
const HURT = 16;
const ANGRY = 32;
const AWAKE = 64;
/** Of a player. */
const BUSY = 8;
const WAITS = 16;
/** Of a purse. */
const COOLS = 2;

/** Writes a part, its tag first. */
export function writePart(out: ByteWriter, key: number, part: Part, world: World, at: number): void {
  switch (kindOf(key)) {
    case KIND.monster:
      return writeMonster(out, part as Monster, world, at);
    case KIND.player:
      return writePlayer(out, part as Player, world, at);
    case KIND.purse:
      return writePurse(out, part as Purse, at);
    case KIND.bag:
      return writeBag(out, part as Bag);
    default:
      return writeItem(out, part as FloorItem, at);
  }
}

/** Writes that a part is gone. */
export function writeGone(out: ByteWriter): void {
  out.byte(0);
}

/** Reads a part, null for one that is gone. What is given by a failed reader means nothing. A player read has no purse and bag yet. */
export function readPart(from: ByteReader, key: number, world: World, at: number): Part | null {
  const tag = from.byte();
  if (tag === 0) return null;
  if ((tag & HERE) === 0) from.fail();
  switch (kindOf(key)) {
    case KIND.monster:
      return readMonster(from, tag, idOf(key), world, at);
    case KIND.player:
      return readPlayer(from, tag, idOf(key), world, at);
    case KIND.purse:
      return readPurse(from, tag, at);
    case KIND.bag:
      return readBag(from, tag);
    case KIND.item:
      return readItem(from, tag, idOf(key), world, at);
    default:
      from.fail();
      return null;
  }
}

function writeTime(out: ByteWriter, time: number, at: number): void {
  out.signed(time - at);
}

function readTime(from: ByteReader, at: number): number {
  const time = at + from.signed(LIMITS.timeMs);
  return time < 0 || time > LIMITS.timeMs ? from.fail() : time;
}

function walkTag(walker: Walker): number {
  return walker.from !== walker.to ? WALKS : walker.start !== 0 ? STARTS : 0;
}

function writeWalk(out: ByteWriter, walker: Walker, world: World, at: number): void {
  const width = world.terrain.width;
  out.whole(walker.from);
  if (walker.from !== walker.to) {
    out.signed((walker.to % width) - (walker.from % width));
    out.signed(Math.floor(walker.to / width) - Math.floor(walker.from / width));
  }
  if (walkTag(walker) !== 0) writeTime(out, walker.start, at);
}

function readWalk(from: ByteReader, tag: number, into: Walker, world: World, at: number): void {
  const { width, height } = world.terrain;
  const cell = from.whole(width * height);
  let x = cell % width;
  let y = Math.floor(cell / width);
  if ((tag & WALKS) !== 0) {
    x += from.signed(WAY_CELLS_MAX);
    y += from.signed(WAY_CELLS_MAX);
  }
  into.from = cell;
  into.to = x + y * width;
  into.start = (tag & (WALKS | STARTS)) === 0 ? 0 : readTime(from, at);
  const sound = x >= 0 && x < width && world.terrain.walkable(cell) && world.terrain.walkable(into.to);
  if (!sound || walkTag(into) !== (tag & (WALKS | STARTS))) from.fail();
}

function writeMonster(out: ByteWriter, one: Monster, world: World, at: number): void {
  const full = world.slots[one.slot]?.spec.hp;
  if (one.hp === 0) {
    out.byte(HERE | DEAD);
    out.whole(one.life);
    writeTime(out, one.due, at);
    return;
  }
  const tag = HERE | walkTag(one) | (one.hp === full ? 0 : HURT) | (one.target === NOBODY ? 0 : ANGRY) | (one.due === NEVER ? 0 : AWAKE);
  out.byte(tag);
  out.whole(one.life);
  writeWalk(out, one, world, at);
  if ((tag & HURT) !== 0) out.whole(one.hp);
  if ((tag & ANGRY) !== 0) out.whole(one.target);
  if ((tag & AWAKE) !== 0) writeTime(out, one.due, at);
}

function readMonster(from: ByteReader, tag: number, slot: number, world: World, at: number): Monster {
  const full = world.slots[slot]?.spec.hp ?? from.fail();
  const one = monsterAt(slot);
  one.life = from.whole(LIMITS.number);
  if ((tag & DEAD) !== 0) {
    if (tag !== (HERE | DEAD)) from.fail();
    one.due = readTime(from, at);
    return one;
  }
  if ((tag & 128) !== 0) from.fail();
  readWalk(from, tag, one, world, at);
  one.hp = (tag & HURT) !== 0 ? from.whole(full) : full;
  if ((tag & HURT) !== 0 && (one.hp === 0 || one.hp === full)) from.fail();
  if ((tag & ANGRY) !== 0) one.target = from.whole(LIMITS.player);
  if ((tag & AWAKE) !== 0) one.due = readTime(from, at);
  return one;
}

/** Which of a player's waits are on, as bits; only these are written. */
function waitsOf(one: Player): number {
  return (one.hitAt > 0 ? 1 : 0) | (one.actAt > 0 ? 2 : 0) | (one.walkAt > 0 ? 4 : 0) | (one.sayAt > 0 ? 8 : 0);
}

function writePlayer(out: ByteWriter, one: Player, world: World, at: number): void {
  const waits = waitsOf(one);
  out.byte(HERE | walkTag(one) | (one.phase === PHASE.idle ? 0 : BUSY) | (waits === 0 ? 0 : WAITS));
  writeWalk(out, one, world, at);
  out.whole(one.hp);
  if (one.phase !== PHASE.idle) {
    out.byte(one.phase);
    writeTime(out, one.due, at);
    if (one.phase !== PHASE.dead) {
      out.whole(one.target);
      out.whole(one.targetLife);
    }
    if (one.phase === PHASE.casting) {
      out.whole(one.skill);
      out.whole(one.skillLevel);
    }
  }
  if (waits === 0) return;
  out.byte(waits);
  for (const time of [one.hitAt, one.actAt, one.walkAt, one.sayAt]) if (time > 0) writeTime(out, time, at);
}

function readPlayer(from: ByteReader, tag: number, id: number, world: World, at: number): Player {
  if (tag > 31 || id > LIMITS.player) from.fail();
  const one = playerOf(id, NO_PURSE, NO_BAG);
  readWalk(from, tag, one, world, at);
  one.hp = from.whole(LIMITS.hp);
  if ((tag & BUSY) !== 0) readPhase(from, one, world, at);
  if ((one.phase === PHASE.dead) !== (one.hp === 0)) from.fail();
  if ((tag & WAITS) === 0) return one;
  const waits = from.byte();
  if ((waits & 1) !== 0) one.hitAt = readTime(from, at);
  if ((waits & 2) !== 0) one.actAt = readTime(from, at);
  if ((waits & 4) !== 0) one.walkAt = readTime(from, at);
  if ((waits & 8) !== 0) one.sayAt = readTime(from, at);
  if (waits === 0 || waits !== waitsOf(one)) from.fail();
  return one;
}

function readPhase(from: ByteReader, one: Player, world: World, at: number): void {
  one.phase = from.byte();
  if (one.phase < PHASE.attacking || one.phase > PHASE.dead) from.fail();
  one.due = readTime(from, at);
  if (one.phase === PHASE.dead) return;
  one.target = from.whole(world.slots.length - 1);
  one.targetLife = from.whole(LIMITS.number);
  if (one.phase !== PHASE.casting) return;
  one.skill = from.whole(LIMITS.number);
  one.skillLevel = from.whole(LIMITS.level);
  const spec = world.skills.get(one.skill);
  if (spec === undefined || one.skillLevel < 1 || one.skillLevel > spec.maxLevel) from.fail();
}

/** What a player has who was read alone; never part of a state. */
const NO_PURSE: Purse = { ...untracked(), level: 1, exp: 0, jobExp: 0, zeny: 0, cooldowns: [] };
const NO_BAG: Bag = { ...untracked(), stacks: [] };

/** Writes a purse; also part of what a player carries away. */
export function writePurse(out: ByteWriter, purse: Purse, at: number): void {
  out.byte(HERE | (purse.cooldowns.length === 0 ? 0 : COOLS));
  out.whole(purse.level);
  out.whole(purse.exp);
  out.whole(purse.jobExp);
  out.whole(purse.zeny);
  if (purse.cooldowns.length === 0) return;
  out.whole(purse.cooldowns.length);
  let before = -1;
  for (const { skill, until } of purse.cooldowns) {
    out.whole(skill - before - 1);
    writeTime(out, until, at);
    before = skill;
  }
}

/** Reads what {@link writePurse} wrote after its tag. */
export function readPurse(from: ByteReader, tag: number, at: number): Purse {
  if (tag !== HERE && tag !== (HERE | COOLS)) from.fail();
  const level = from.whole(LIMITS.level);
  const exp = from.whole(LIMITS.exp);
  const jobExp = from.whole(LIMITS.exp);
  const zeny = from.whole(LIMITS.zeny);
  const count = tag === HERE ? 0 : from.whole(LIMITS.cooldowns);
  if (level === 0 || (tag !== HERE && count === 0)) from.fail();
  const cooldowns: Cooldown[] = [];
  let before = -1;
  for (let i = 0; i < count && !from.failed; i += 1) {
    const skill = before + 1 + from.whole(LIMITS.number - before - 1);
    cooldowns.push({ skill, until: readTime(from, at) });
    if (skill >= LIMITS.number && i + 1 < count) from.fail();
    before = skill;
  }
  return { ...untracked(), level, exp, jobExp, zeny, cooldowns };
}

/** Writes a bag; also part of what a player carries away. */
export function writeBag(out: ByteWriter, bag: Bag): void {
  out.byte(HERE);
  out.whole(bag.stacks.length);
  let before = -1;
  for (const { item, amount } of bag.stacks) {
    out.whole(item - before - 1);
    out.whole(amount);
    before = item;
  }
}

/** Reads what {@link writeBag} wrote after its tag. */
export function readBag(from: ByteReader, tag: number): Bag {
  if (tag !== HERE) from.fail();
  const count = from.whole(LIMITS.stacks);
  const stacks: Stack[] = [];
  let before = -1;
  for (let i = 0; i < count && !from.failed; i += 1) {
    const item = before + 1 + from.whole(LIMITS.number - before - 1);
    const amount = from.whole(LIMITS.stackAmount);
    if (amount === 0 || (item >= LIMITS.number && i + 1 < count)) from.fail();
    stacks.push({ item, amount });
    before = item;
  }
  return { ...untracked(), stacks };
}

function writeItem(out: ByteWriter, one: FloorItem, at: number): void {
  out.byte(HERE);
  out.whole(one.item);
  out.whole(one.amount);
  out.whole(one.cell);
  writeTime(out, one.due, at);
}

function readItem(from: ByteReader, tag: number, id: number, world: World, at: number): FloorItem {
  if (tag !== HERE) from.fail();
  const item = from.whole(LIMITS.number);
  const amount = from.whole(LIMITS.stackAmount);
  const cell = from.whole(world.terrain.width * world.terrain.height);
  const due = readTime(from, at);
  if (amount === 0 || !world.terrain.walkable(cell)) from.fail();
  return { ...untracked(), id, item, amount, cell, due };
}
