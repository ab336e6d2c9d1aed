/**
 * Walking without a tick: a walker has both ends of its way and when it set out; where it is follows for any time. A straight cell takes the
 * walker's speed in ms, a diagonal one 14/10 of it, rounded down.
 */
import { stepped, type Terrain, type Way } from "./terrain.ts";

/** rAthena's DEFAULT_WALK_SPEED, ms a cell. Nothing in the reference game changes it; a game that does keeps above rAthena's floor of 50 ms. */
export const PLAYER_SPEED_MS = 150;

const NO_WAY: Way = new Uint8Array(0);

/**
 * Somebody who can walk. `from`, `to`: cells; `start`: ms when it stands on `from`, at most one step in the future; 0 for who has long stood
 * there. `way` is worked out when first needed and is no state.
 */
export type Walker = { from: number; to: number; start: number; way: Way | null };

/** Where and when a walker can turn. */
export type Stop = { readonly cell: number; readonly at: number };

/** ms that a step takes. */
function stepMs(speed: number, direction: number): number {
  return (direction & 1) === 1 ? Math.floor((speed * 14) / 10) : speed;
}

/** A walker's way. Empty for one that stands, and where the ground knows none (only bytes from outside can ask for that). */
function wayOf(terrain: Terrain, walker: Walker): Way {
  if (walker.from === walker.to) return NO_WAY;
  walker.way ??= terrain.way(walker.from, walker.to) ?? NO_WAY;
  return walker.way;
}

/** The cell it stands on or left last. Who turned or halted within a step is already where that step ends, at most one cell ahead. */
export function placeAt(terrain: Terrain, walker: Walker, speed: number, at: number): number {
  const way = wayOf(terrain, walker);
  let cell = walker.from;
  let time = walker.start;
  for (let i = 0; i < way.length; i += 1) {
    const direction = way[i] as number;
    time += stepMs(speed, direction);
    if (time > at) break;
    cell = stepped(terrain.width, cell, direction);
  }
  return cell;
}

/** The first cell it reaches at or after a time; who stands can turn at once. So nobody gets on faster by clicking more often. */
export function stopAt(terrain: Terrain, walker: Walker, speed: number, at: number): Stop {
  const way = wayOf(terrain, walker);
  let cell = walker.from;
  let time = walker.start;
  for (let i = 0; i < way.length && time < at; i += 1) {
    const direction = way[i] as number;
    time += stepMs(speed, direction);
    cell = stepped(terrain.width, cell, direction);
  }
  return { cell, at: Math.max(time, at) };
}

/** ms when it arrives, or has. */
export function endAt(terrain: Terrain, walker: Walker, speed: number): number {
  let time = walker.start;
  for (const direction of wayOf(terrain, walker)) time += stepMs(speed, direction);
  return time;
}

/** Sets out from a stop. */
export function setOut(walker: Walker, stop: Stop, to: number, way: Way): void {
  walker.from = stop.cell;
  walker.start = stop.at;
  walker.to = to;
  walker.way = way;
}

/** Stays where it can first stand. */
export function halt(terrain: Terrain, walker: Walker, speed: number, at: number): void {
  const stop = stopAt(terrain, walker, speed, at);
  put(walker, stop.cell);
  if (stop.at > at) walker.start = stop.at;
}

/** Stands on a cell and has long stood there. */
export function put(walker: Walker, cell: number): void {
  walker.from = cell;
  walker.to = cell;
  walker.start = 0;
  walker.way = null;
}
