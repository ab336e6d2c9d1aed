/**
 * The ground as walkers see it: cells, the eight directions and the way from one cell to another. A way is bounded (rAthena's 17 cells a click,
 * MAX_WALKPATH), never cuts a corner, and depends on nothing but the ground, so whoever knows both ends knows the way.
 */
import type { Ground } from "../protocol/game-data.ts";

/** The most cells one click or one decision of a monster covers. */
export const WAY_CELLS_MAX = 17;
/** Costs in tenths of a straight cell: a diagonal one takes 14/10 of the time. */
const STRAIGHT = 10;
const DIAGONAL = 14;
const COST_MAX = WAY_CELLS_MAX * DIAGONAL;

/** Directions 0 to 7, clockwise from north; odd ones are diagonal. North is the larger y, as in rAthena. */
const DX: readonly number[] = [0, 1, 1, 1, 0, -1, -1, -1];
const DY: readonly number[] = [1, 1, 0, -1, -1, -1, 0, 1];

/** A way as its directions. Empty: already there. */
export type Way = Uint8Array;

/** Direction by the signs of the distances along y and x, each plus one; in the middle nothing. */
const TOWARDS: readonly number[] = [5, 4, 3, 6, 0, 2, 7, 0, 1];

/** The window of a search: nothing costs less than a straight cell, so no search within the cost leaves it. */
const REACH = Math.floor(COST_MAX / STRAIGHT);
const SIDE = 2 * REACH + 1;
const NODES = SIDE * SIDE;
const NODE_STEP: readonly number[] = DX.map((dx, d) => dx + (DY[d] as number) * SIDE);
/** Above every node's number, so that cost and node share one integer. */
const NODE_SCALE = 4096;

/** rAthena's map cache: 1 is a wall, 5 stops feet but not arrows; 0, 2, 3, 4 and 6 are walked on. */
const isOpen = (code: number): boolean => code === 0 || code === 2 || code === 3 || code === 4 || code === 6;

/** Larger of the distances along x and y: how many steps it takes where nothing is in the way. */
export function cellsBetween(width: number, a: number, b: number): number {
  const dx = (a % width) - (b % width);
  const dy = Math.floor(a / width) - Math.floor(b / width);
  return Math.max(Math.abs(dx), Math.abs(dy));
}

/** A map's ground, prepared for walking. May be shared by all games of the map: searches leave nothing behind. */
export class Terrain {
  readonly width: number;
  readonly height: number;
  /** How many cells can be walked on. */
  readonly openCells: number;
  private readonly open: Uint8Array;
  /** By cell: a bit for each direction in which one step is free. */
  private readonly exits: Uint8Array;
  private readonly cellStep: readonly number[];
  private readonly cells = new Int32Array(NODES);
  private readonly cost = new Int32Array(NODES);
  private readonly came = new Int8Array(NODES);
  private readonly seen = new Int32Array(NODES);
  private search = 0;
  private readonly heap: number[] = [];

  constructor(ground: Ground) {
    this.width = ground.width;
    this.height = ground.height;
    this.open = new Uint8Array(ground.cells.length);
    let openCells = 0;
    for (let cell = 0; cell < this.open.length; cell += 1) {
      if (!isOpen(ground.cells[cell] as number)) continue;
      this.open[cell] = 1;
      openCells += 1;
    }
    this.openCells = openCells;
    this.cellStep = DX.map((dx, d) => dx + (DY[d] as number) * this.width);
    this.exits = new Uint8Array(this.open.length);
    for (let cell = 0; cell < this.open.length; cell += 1) if (this.open[cell] === 1) this.exits[cell] = this.exitsOf(cell);
  }

  /** Whether feet may stand on a cell; false for cells that do not exist. */
  walkable(cell: number): boolean {
    return this.open[cell] === 1;
  }

  /** The cell one step on, or -1 where that leaves the map, meets a wall or cuts a corner. */
  step(cell: number, direction: number): number {
    return (((this.exits[cell] ?? 0) >> direction) & 1) === 1 ? cell + (this.cellStep[direction] as number) : -1;
  }

  /** The straight way: diagonal while both distances are left, then along one. Null where something stands in it or it is too long. */
  straightWay(from: number, to: number): Way | null {
    if (!this.walkable(from) || !this.walkable(to)) return null;
    let dx = (to % this.width) - (from % this.width);
    let dy = Math.floor(to / this.width) - Math.floor(from / this.width);
    const cells = Math.max(Math.abs(dx), Math.abs(dy));
    if (cells > WAY_CELLS_MAX) return null;
    const way = new Uint8Array(cells);
    let cell = from;
    for (let i = 0; i < cells; i += 1) {
      const direction = TOWARDS[3 * Math.sign(dy) + Math.sign(dx) + 4] as number;
      cell = this.step(cell, direction);
      if (cell < 0) return null;
      way[i] = direction;
      dx -= Math.sign(dx);
      dy -= Math.sign(dy);
    }
    return way;
  }

  /** The straight way where it is free, else the cheapest of at most 17 cells (A*, ties by place in the window); null where there is none. */
  way(from: number, to: number): Way | null {
    const straight = this.straightWay(from, to);
    if (straight !== null) return straight;
    if (!this.walkable(from) || !this.walkable(to) || cellsBetween(this.width, from, to) > WAY_CELLS_MAX) return null;
    return this.explore(from, to);
  }

  private exitsOf(cell: number): number {
    const { width, open } = this;
    const x = cell % width;
    let bits = 0;
    for (let d = 0; d < 8; d += 1) {
      const dx = DX[d] as number;
      const along = (DY[d] as number) * width;
      if (x + dx < 0 || x + dx >= width || open[cell + dx + along] !== 1) continue;
      if ((d & 1) === 0 || (open[cell + dx] === 1 && open[cell + along] === 1)) bits |= 1 << d;
    }
    return bits;
  }

  private explore(from: number, to: number): Way | null {
    const { width, exits, cellStep } = this;
    const start = REACH + REACH * SIDE;
    const goal = start + (to % width) - (from % width) + (Math.floor(to / width) - Math.floor(from / width)) * SIDE;
    this.search += 1;
    this.heap.length = 0;
    this.reach(start, from, 0, -1, goal);
    for (let next = this.cheapest(); next >= 0; next = this.cheapest()) {
      if (next === goal) return this.wayBack(goal, start);
      const cell = this.cells[next] as number;
      const spent = this.cost[next] as number;
      const free = exits[cell] as number;
      for (let d = 0; d < 8; d += 1) {
        if (((free >> d) & 1) === 0) continue;
        this.reach(next + (NODE_STEP[d] as number), cell + (cellStep[d] as number), spent + ((d & 1) === 1 ? DIAGONAL : STRAIGHT), d, goal);
      }
    }
    return null;
  }

  private reach(node: number, cell: number, cost: number, came: number, goal: number): void {
    if (this.seen[node] === this.search && (this.cost[node] as number) <= cost) return;
    const total = cost + leastCost(node, goal);
    if (total > COST_MAX) return;
    this.seen[node] = this.search;
    this.cells[node] = cell;
    this.cost[node] = cost;
    this.came[node] = came;
    push(this.heap, total * NODE_SCALE + node);
  }

  /** The node to go on from, -1 when none is left. An outdated entry of a node is met again without harm: nothing gets cheaper by it. */
  private cheapest(): number {
    const top = pop(this.heap);
    return top < 0 ? -1 : top % NODE_SCALE;
  }

  private wayBack(goal: number, start: number): Way | null {
    const directions: number[] = [];
    for (let node = goal; node !== start; ) {
      const d = this.came[node] as number;
      directions.push(d);
      node -= NODE_STEP[d] as number;
    }
    return directions.length > WAY_CELLS_MAX ? null : Uint8Array.from(directions.reverse());
  }
}

/** What the rest of a way costs at least: diagonals while they help, then straight cells. */
function leastCost(node: number, goal: number): number {
  const dx = Math.abs((node % SIDE) - (goal % SIDE));
  const dy = Math.abs(Math.floor(node / SIDE) - Math.floor(goal / SIDE));
  return DIAGONAL * Math.min(dx, dy) + STRAIGHT * Math.abs(dx - dy);
}

function push(heap: number[], value: number): void {
  let i = heap.length;
  heap.push(value);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if ((heap[parent] as number) <= value) break;
    heap[i] = heap[parent] as number;
    i = parent;
  }
  heap[i] = value;
}

/** The smallest value, or -1. */
function pop(heap: number[]): number {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined) return -1;
  const length = heap.length;
  let i = 0;
  for (let child = 1; child < length; child = 2 * i + 1) {
    if (child + 1 < length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= last) break;
    heap[i] = heap[child] as number;
    i = child;
  }
  if (length > 0) heap[i] = last;
  return top;
}

/** The cell after one step in a direction that is known to be free. */
export function stepped(width: number, cell: number, direction: number): number {
  return cell + (DX[direction] as number) + (DY[direction] as number) * width;
}
