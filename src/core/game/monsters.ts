/**
 * Monsters: they come, walk about while a player is near, follow who hit them, bite, and come again. One that nobody is near sleeps: it stands still,
 * nothing of it falls due, and it costs nothing. A player who comes near wakes it.
 */
import { drawU32 } from "../../base/random.ts";
import { KIND, keyOf, type Monster, monsterAt, NEVER, NOBODY, PHASE, type Player } from "./entities.ts";
import type { Play } from "./play.ts";
import { cellsBetween } from "./terrain.ts";
import { endAt, halt, placeAt, put, setOut, stopAt } from "./walk.ts";
import { drawnCell, type Slot } from "./world.ts";

/** How far a monster strays at once (rAthena's random walk: up to 7), bites, and follows (its view), cells. */
const STRAY_CELLS = 7;
const BITE_CELLS = 1;
const FOLLOW_CELLS = 14;
/** Rest between two walks (rAthena's MIN_RANDOMWALKTIME is 4 s), and the span of chance on top of it, ms. */
const REST_MS = 4_000;
/** How long it follows a way before it looks again, ms. */
const LOOK_MS = 800;
/** rAthena's floor between two acts, ms. */
const BITE_FLOOR_MS = 100;
/** A player that died rises after this, ms. */
const RISE_MS = 5_000;
/** Draws that one decision may use; a decision is numbered by its time. */
const DRAWS = 4;

/** Fills all places at the map's beginning. */
export function spawnAll(play: Play): void {
  play.world.slots.forEach((slot, number) => {
    const one = monsterAt(number);
    play.state.monsters.push(one);
    spawn(play, one, slot);
  });
}

function spawn(play: Play, one: Monster, slot: Slot): void {
  one.life += 1;
  one.hp = slot.spec.hp;
  one.target = NOBODY;
  put(one, drawnCell(play.world, slot.area, play.world.draws.place, one.slot, one.life));
  one.due = play.players.anyNear(one.to) ? play.now + waitMs(play, one) : NEVER;
  play.state.counters.spawned += 1;
  play.monsters.add(one.slot, one.to);
  play.touchMonster(one);
  show(play, one);
}

/** A monster is gone from the ground until its next life: `delay` to `delay + variance` ms, at least one. Its life's number keys the draw. */
export function bury(play: Play, one: Monster, slot: Slot): void {
  const { delay, variance } = slot.spawn;
  play.monsters.remove(one.slot, one.to);
  play.tellNear(play.placeOfMonster(one), { news: "gone", key: keyOf(KIND.monster, one.slot) });
  put(one, 0);
  one.hp = 0;
  one.target = NOBODY;
  one.due = play.now + Math.max(1, delay + (drawU32(play.world.draws.respawn, one.slot, one.life) % (variance + 1)));
  play.touchMonster(one);
}

/** What a monster does when it falls due. */
export function monsterDue(play: Play, one: Monster): void {
  const slot = play.world.slots[one.slot] as Slot;
  if (one.hp === 0) return spawn(play, one, slot);
  const prey = play.state.players.get(one.target);
  if (prey !== undefined && prey.phase !== PHASE.dead && hunt(play, one, prey, slot)) return;
  one.target = NOBODY;
  if (play.players.anyNear(one.to)) stray(play, one, slot);
  else sleep(play, one, slot);
}

/** Wakes who sleeps near a cell to which a player goes. */
export function wakeNear(play: Play, cell: number): void {
  for (const number of play.monsters.near(cell)) {
    const one = play.state.monsters[number] as Monster;
    if (one.due !== NEVER) continue;
    one.due = play.now + waitMs(play, one);
    play.touchMonster(one);
  }
}

/** A monster was hit and lives: unless it is after somebody already, it goes for who did it. */
export function anger(play: Play, one: Monster, by: number): void {
  if (one.target === NOBODY) {
    one.target = by;
    one.due = play.now + BITE_FLOOR_MS;
  }
  play.touchMonster(one);
}

/** Bites if it can, else follows. False when the prey got away. */
function hunt(play: Play, one: Monster, prey: Player, slot: Slot): boolean {
  const { terrain } = play.world;
  const place = play.placeOf(prey);
  const mine = placeAt(terrain, one, slot.speed, play.now);
  const cells = cellsBetween(terrain.width, mine, place);
  if (cells > FOLLOW_CELLS) return false;
  if (cells <= BITE_CELLS) {
    bite(play, one, prey, slot);
    return true;
  }
  const stop = stopAt(terrain, one, slot.speed, play.now);
  const way = terrain.way(stop.cell, place);
  if (way === null) return false;
  const before = one.to;
  setOut(one, stop, place, way);
  one.due = Math.max(play.now + 1, Math.min(endAt(terrain, one, slot.speed), play.now + LOOK_MS));
  moved(play, one, before);
  return true;
}

function bite(play: Play, one: Monster, prey: Player, slot: Slot): void {
  const { attackMin, attackMax, attackDelay } = slot.spec;
  const chance = drawU32(play.world.draws.bite, one.slot, play.now);
  const damage = Math.max(1, attackMin + (chance % (attackMax - attackMin + 1)) - prey.purse.level);
  const before = one.to;
  halt(play.world.terrain, one, slot.speed, play.now);
  one.due = play.now + Math.max(BITE_FLOOR_MS, attackDelay);
  prey.hp = Math.max(0, prey.hp - damage);
  if (prey.hp === 0) die(play, prey);
  if (before === one.to) play.touchMonster(one);
  else moved(play, one, before);
  play.touchPlayer(prey);
  const by = keyOf(KIND.monster, one.slot);
  play.tellNear(prey.to, { news: "hit", by, on: keyOf(KIND.player, prey.id), damage, hp: prey.hp });
}

/** A player is dead: it lies where it can first stand, until it rises. */
function die(play: Play, player: Player): void {
  const before = player.to;
  player.phase = PHASE.dead;
  player.due = play.now + RISE_MS;
  player.target = NOBODY;
  player.targetLife = 0;
  player.skill = 0;
  player.skillLevel = 0;
  put(player, play.placeOf(player));
  if (play.players.move(player.id, before, player.to)) wakeNear(play, player.to);
}

/** Walks somewhere near in a straight line, or stays where the drawn place cannot be reached so. */
function stray(play: Play, one: Monster, slot: Slot): void {
  const { terrain, draws } = play.world;
  const before = one.to;
  const stop = stopAt(terrain, one, slot.speed, play.now);
  const span = 2 * STRAY_CELLS + 1;
  const x = (stop.cell % terrain.width) + (drawU32(draws.walk, one.slot, DRAWS * play.now) % span) - STRAY_CELLS;
  const y = Math.floor(stop.cell / terrain.width) + (drawU32(draws.walk, one.slot, DRAWS * play.now + 1) % span) - STRAY_CELLS;
  const to = x + y * terrain.width;
  const way = x >= 0 && x < terrain.width && to !== stop.cell ? terrain.straightWay(stop.cell, to) : null;
  if (way === null) halt(terrain, one, slot.speed, play.now);
  else setOut(one, stop, to, way);
  one.due = Math.max(play.now, endAt(terrain, one, slot.speed)) + REST_MS + waitMs(play, one);
  if (one.from === one.to && before === one.to) play.touchMonster(one);
  else moved(play, one, before);
}

function sleep(play: Play, one: Monster, slot: Slot): void {
  const before = one.to;
  halt(play.world.terrain, one, slot.speed, play.now);
  one.due = NEVER;
  moved(play, one, before);
}

function moved(play: Play, one: Monster, before: number): void {
  play.monsters.move(one.slot, before, one.to);
  play.touchMonster(one);
  show(play, one);
}

function show(play: Play, one: Monster): void {
  play.tellNear(one.to, { news: "shown", key: keyOf(KIND.monster, one.slot), part: one });
}

/** 1 to 4,000 ms, drawn by the present time. */
function waitMs(play: Play, one: Monster): number {
  return 1 + (drawU32(play.world.draws.wait, one.slot, play.now) % REST_MS);
}
