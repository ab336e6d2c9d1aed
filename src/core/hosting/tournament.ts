/**
 * Owns: one tournament tree over some of the hosts, in typed arrays.
 * Promises: every inner node knows its subtree's winner, lowest latency and largest headroom.
 * Never: knows which hosts belong in it or what is asked of it; that is the index's.
 */
import { assert } from "../../base/assert.ts";

/** "No host": the score of an empty subtree, below every score; its latency is above every latency. */
export const NO_SCORE = -2_147_483_648;
export const NO_LATENCY = 2_147_483_647;

const LEAVES_FIRST = 8;

/**
 * What is told of every host, by slot; shared by all trees of an index, and replaced by wider arrays as the fleet grows. Scores
 * (micro-points) and latencies (us) by `slot * columns + column`; headroom in players, -1 when not offered.
 */
export type Told = { ids: Float64Array; score: Int32Array; latency: Int32Array; headroom: Int32Array };

/**
 * A tree per column, interleaved: node n of column c stands at `n * columns + c`, so that one walk to the root serves all columns
 * from the same cache lines. Node 1 is the root, node n has children 2n and 2n + 1, position p is leaf `capacity + p`.
 */
export class Tournament {
  readonly columns: number;
  private readonly told: Told;
  /** Leaves; doubles when all are taken. */
  capacity = LEAVES_FIRST;
  /** Per node and column: the slot with the best (score, then lower id) or -1, its score, and the lowest latency of any slot. */
  winner: Int32Array;
  top: Int32Array;
  low: Int32Array;
  /** Per node: the largest headroom of any slot, -1 when there is none. */
  room: Int32Array;
  private used = 0;
  private readonly free: number[] = [];

  constructor(columns: number, told: Told) {
    this.columns = columns;
    this.told = told;
    const cells = 2 * LEAVES_FIRST * columns;
    this.winner = new Int32Array(cells).fill(-1);
    this.top = new Int32Array(cells).fill(NO_SCORE);
    this.low = new Int32Array(cells).fill(NO_LATENCY);
    this.room = new Int32Array(2 * LEAVES_FIRST).fill(-1);
  }

  /** Takes a slot in, as told, and gives its position. */
  enter(slot: number): number {
    const position = this.free.pop() ?? this.used++;
    if (position >= this.capacity) this.grow();
    const cell = (this.capacity + position) * this.columns;
    for (let c = 0; c < this.columns; c++) this.winner[cell + c] = slot;
    this.refresh(position, 0, this.columns);
    this.setRoom(position);
    return position;
  }

  /** Lets go of the slot at a position. */
  withdraw(position: number): void {
    const node = this.capacity + position;
    const cell = node * this.columns;
    assert((this.winner[cell] as number) >= 0, "a position that is let go was taken");
    for (let c = 0; c < this.columns; c++) {
      this.winner[cell + c] = -1;
      this.top[cell + c] = NO_SCORE;
      this.low[cell + c] = NO_LATENCY;
    }
    this.lift(node >> 1, 0, this.columns);
    this.liftRoom(node, -1);
    this.free.push(position);
  }

  /** Takes over the told scores and latencies of some columns for the slot at a position. */
  refresh(position: number, from: number, to: number): void {
    const node = this.capacity + position;
    const cell = node * this.columns;
    const told = (this.winner[cell] as number) * this.columns;
    for (let c = from; c < to; c++) {
      this.top[cell + c] = this.told.score[told + c] as number;
      this.low[cell + c] = this.told.latency[told + c] as number;
    }
    this.lift(node >> 1, from, to);
  }

  /** Takes over the told headroom of the slot at a position. */
  setRoom(position: number): void {
    const node = this.capacity + position;
    this.liftRoom(node, this.told.headroom[this.winner[node * this.columns] as number] as number);
  }

  /** Recomputes nodes up to the root, and stops where nothing changes any more. */
  private lift(node: number, from: number, to: number): void {
    for (let n = node; n >= 1; n >>= 1) if (!this.recompute(n, from, to)) return;
  }

  /** One node from its children; says whether any of its columns changed. */
  private recompute(node: number, from: number, to: number): boolean {
    const { winner, top, low, columns } = this;
    const ids = this.told.ids;
    const cell = node * columns;
    let changed = false;
    for (let c = from; c < to; c++) {
      const left = 2 * cell + c;
      const right = left + columns;
      const leftTop = top[left] as number;
      const rightTop = top[right] as number;
      const leftLow = low[left] as number;
      const rightLow = low[right] as number;
      let slot = winner[leftTop >= rightTop ? left : right] as number;
      if (leftTop === rightTop && leftTop !== NO_SCORE) {
        const other = winner[right] as number;
        if ((ids[other] as number) < (ids[slot] as number)) slot = other;
      }
      const score = leftTop >= rightTop ? leftTop : rightTop;
      const latency = leftLow <= rightLow ? leftLow : rightLow;
      if (slot === winner[cell + c] && score === top[cell + c] && latency === low[cell + c]) continue;
      winner[cell + c] = slot;
      top[cell + c] = score;
      low[cell + c] = latency;
      changed = true;
    }
    return changed;
  }

  private liftRoom(leaf: number, players: number): void {
    const { room } = this;
    room[leaf] = players;
    for (let n = leaf >> 1; n >= 1; n >>= 1) {
      const left = room[2 * n] as number;
      const right = room[2 * n + 1] as number;
      const most = left >= right ? left : right;
      if (most === room[n]) return;
      room[n] = most;
    }
  }

  /** Doubles the leaves. Positions stay; inner nodes are built anew. */
  private grow(): void {
    const { columns, winner, top, low, room, capacity: before } = this;
    const capacity = (this.capacity = 2 * before);
    this.winner = new Int32Array(2 * capacity * columns).fill(-1);
    this.top = new Int32Array(2 * capacity * columns).fill(NO_SCORE);
    this.low = new Int32Array(2 * capacity * columns).fill(NO_LATENCY);
    this.room = new Int32Array(2 * capacity).fill(-1);
    this.winner.set(winner.subarray(before * columns), capacity * columns);
    this.top.set(top.subarray(before * columns), capacity * columns);
    this.low.set(low.subarray(before * columns), capacity * columns);
    this.room.set(room.subarray(before), capacity);
    for (let n = capacity - 1; n >= 1; n--) {
      this.recompute(n, 0, columns);
      this.room[n] = Math.max(this.room[2 * n] as number, this.room[2 * n + 1] as number);
    }
  }
}
