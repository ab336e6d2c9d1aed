/**
 * Owns: who is the best host to offer a map to, over all hosts, kept ready in tournament trees.
 * Promises: the same answer as a scan of all hosts (SPEC HO11: ties by host id), at the price of a few tree nodes.
 * Never: scores or judges a host itself; it is told scores and headroom.
 */
import { assert } from "../../base/assert.ts";
import type { HostId, RegionId } from "../protocol/ids.ts";
import type { HostTable } from "./host-table.ts";
import { NO_LATENCY, NO_SCORE, type Told, Tournament } from "./tournament.ts";

const SLOTS_FIRST = 64;
/** prefer_low_latency: hosts within one part in this of the best score compete by latency: 1 %. */
const NEAR_BEST_PART = 100;
/** Depth-first search holds at most one sibling a level, and slots are fewer than 2^31. */
const STACK_LENGTH = 64;

/** Headrooms below 16 are a class each; from there on eight classes an octave; 4,096 and more are one. */
const SINGLE_CLASSES = 16;
const HEADROOM_OPEN = 4096;
/** Number of headroom classes. */
export const HEADROOM_CLASSES = SINGLE_CLASSES + 8 * 8 + 1;

/** Whether a slot must be passed over in one query. Pure, and may not ask the index again. */
export type Exclude = (slot: number) => boolean;

/** The class of a headroom (players, ≥ 0): never decreasing in it. */
export function headroomClass(players: number): number {
  if (players < SINGLE_CLASSES) return players > 0 ? players : 0;
  if (players >= HEADROOM_OPEN) return HEADROOM_CLASSES - 1;
  const octave = 31 - Math.clz32(players);
  return SINGLE_CLASSES + (octave - 4) * 8 + ((players >> (octave - 3)) & 7);
}

/** The lowest score (micro-points) that counts as near the best: best - 1 % of its magnitude, so that the best itself always counts. */
export function nearBest(best: number): number {
  return best - Math.floor(Math.abs(best) / NEAR_BEST_PART);
}

/**
 * One {@link Tournament} for each class of headroom, each over all score columns. Why classes: the best hosts fill up first, and in
 * one tree every query would walk over all of them before it meets one with room; apart by headroom, a query leaves whole trees of
 * full hosts out, and every tree above its own class holds only hosts that fit. With one column every region reads it; with more, the
 * last one ranks for a map without players.
 */
export class HostIndex {
  readonly columns: number;
  readonly preferLowLatency: boolean;
  /** What was told of each slot. */
  readonly told: Told;
  /** By headroom class. */
  readonly trees: readonly Tournament[];
  private capacity = SLOTS_FIRST;
  /** Where a slot stands in the tree of its headroom's class. */
  private position = new Int32Array(SLOTS_FIRST);
  /** The trees' roots by `column * HEADROOM_CLASSES + class`, side by side so that a query reads them in one go. */
  private readonly rootTop: Int32Array;
  private readonly rootLow: Int32Array;
  private readonly stack = new Int32Array(STACK_LENGTH);
  // The best answer of the query under way.
  private answer = -1;
  private answerScore = NO_SCORE;
  private answerLatency = NO_LATENCY;

  constructor(columns: number, preferLowLatency: boolean) {
    assert(columns >= 1, "an index has a column");
    this.columns = columns;
    this.preferLowLatency = preferLowLatency;
    this.told = {
      ids: new Float64Array(SLOTS_FIRST),
      score: new Int32Array(SLOTS_FIRST * columns).fill(NO_SCORE),
      latency: new Int32Array(SLOTS_FIRST * columns).fill(NO_LATENCY),
      headroom: new Int32Array(SLOTS_FIRST).fill(-1),
    };
    this.trees = Array.from({ length: HEADROOM_CLASSES }, () => new Tournament(columns, this.told));
    this.rootTop = new Int32Array(HEADROOM_CLASSES * columns).fill(NO_SCORE);
    this.rootLow = new Int32Array(HEADROOM_CLASSES * columns).fill(NO_LATENCY);
  }

  /** Gives a slot to a host, not offered yet. Call before anything else about the slot, and again when another host takes it over. */
  setHost(slot: number, id: HostId): void {
    while (slot >= this.capacity) this.grow();
    this.setHeadroom(slot, -1);
    this.told.ids[slot] = id;
  }

  /** The host a slot was given to, -1 when there is none yet. */
  hostOf(slot: number): HostId {
    return slot < this.capacity ? (this.told.ids[slot] as number) : -1;
  }

  /** A host's score (micro-points) and latency (us) for one region. */
  setScore(slot: number, region: RegionId, micro: number, latencyUs: number): void {
    const column = this.columnOf(region);
    this.told.score[slot * this.columns + column] = micro;
    this.told.latency[slot * this.columns + column] = latencyUs;
    this.refresh(slot, column, column + 1);
  }

  /** A host's scores and latencies for all columns, read from `offset` on: one walk to the root instead of one per region. */
  setScores(slot: number, micro: Int32Array, latencyUs: Int32Array, offset: number): void {
    const cell = slot * this.columns;
    for (let c = 0; c < this.columns; c++) {
      this.told.score[cell + c] = micro[offset + c] as number;
      this.told.latency[cell + c] = latencyUs[offset + c] as number;
    }
    this.refresh(slot, 0, this.columns);
  }

  /** Whether the slot's host is on offer. */
  offers(slot: number): boolean {
    return slot < this.capacity && (this.told.headroom[slot] as number) >= 0;
  }

  /** How many players the host may still take with one more map; -1 takes it out of every answer. */
  setHeadroom(slot: number, players: number): void {
    assert(players >= -1, "headroom is a number of players, or -1");
    const headroom = this.told.headroom;
    const before = headroom[slot] as number;
    if (players === before) return;
    const from = before < 0 ? -1 : headroomClass(before);
    const to = players < 0 ? -1 : headroomClass(players);
    headroom[slot] = players;
    if (from === to) {
      this.tree(to).setRoom(this.position[slot] as number);
      return;
    }
    if (from >= 0) {
      this.tree(from).withdraw(this.position[slot] as number);
      this.copyRoot(from);
    }
    if (to >= 0) {
      this.position[slot] = this.tree(to).enter(slot);
      this.copyRoot(to);
    }
  }

  /**
   * The best slot with headroom for `needPlayers`, or -1: highest score, ties to the lower host id. Under prefer_low_latency, of all
   * such hosts within 1 % of that score the one with the lowest latency, ties to the higher score, then to the lower id.
   */
  best(region: RegionId, needPlayers: number, exclude?: Exclude): number {
    const column = this.columnOf(region);
    const best = this.highest(column, needPlayers, exclude);
    if (best < 0 || !this.preferLowLatency) return best;
    const floor = nearBest(this.answerScore);
    this.answerLatency = this.told.latency[best * this.columns + column] as number;
    for (let k = headroomClass(needPlayers); k < HEADROOM_CLASSES; k++) {
      const root = column * HEADROOM_CLASSES + k;
      if ((this.rootTop[root] as number) < floor || (this.rootLow[root] as number) > this.answerLatency) continue;
      this.searchNearest(this.tree(k), column, needPlayers, floor, exclude);
    }
    return this.answer;
  }

  /** The first k of the ranking that asking {@link best} again and again without the earlier answers gives; fewer when fewer fit. */
  topK(region: RegionId, needPlayers: number, k: number, exclude?: Exclude): number[] {
    const chosen: number[] = [];
    const taken: Exclude = (slot) => chosen.includes(slot) || (exclude !== undefined && exclude(slot));
    while (chosen.length < k) {
      const slot = this.best(region, needPlayers, taken);
      if (slot < 0) break;
      chosen.push(slot);
    }
    return chosen;
  }

  /** The highest score (micro-points) of a column among hosts of one headroom class, NO_SCORE where there is none. */
  top(headroom: number, column: number): number {
    return this.rootTop[column * HEADROOM_CLASSES + headroom] as number;
  }

  /** The best slot of a column by score and id alone, or -1. */
  highest(column: number, needPlayers: number, exclude?: Exclude): number {
    this.answer = -1;
    this.answerScore = NO_SCORE;
    for (let k = headroomClass(needPlayers); k < HEADROOM_CLASSES; k++) {
      const top = this.rootTop[column * HEADROOM_CLASSES + k] as number;
      if (top >= this.answerScore && top !== NO_SCORE) this.searchHighest(this.tree(k), column, needPlayers, exclude);
    }
    return this.answer;
  }

  private columnOf(region: RegionId): number {
    return this.columns === 1 ? 0 : region;
  }

  private tree(headroom: number): Tournament {
    return this.trees[headroom] as Tournament;
  }

  /** Branch and bound on (score, id): a subtree whose winner fits is answered by it, one whose winner cannot beat the answer is cut. */
  private searchHighest(tree: Tournament, column: number, need: number, exclude: Exclude | undefined): void {
    const { winner, top, room, columns, capacity } = tree;
    const { ids, headroom } = this.told;
    const stack = this.stack;
    let depth = 0;
    stack[depth++] = 1;
    while (depth > 0) {
      const node = stack[--depth] as number;
      const slot = winner[node * columns + column] as number;
      if (slot < 0 || (room[node] as number) < need) continue;
      const score = top[node * columns + column] as number;
      const same = score === this.answerScore && this.answer >= 0;
      if (score < this.answerScore || (same && (ids[slot] as number) >= (ids[this.answer] as number))) continue;
      if ((headroom[slot] as number) >= need && !(exclude !== undefined && exclude(slot))) {
        this.answer = slot;
        this.answerScore = score;
      } else if (node < capacity) {
        const left = 2 * node;
        const leftFirst = (top[left * columns + column] as number) >= (top[(left + 1) * columns + column] as number);
        stack[depth++] = leftFirst ? left + 1 : left;
        stack[depth++] = leftFirst ? left : left + 1;
      }
    }
  }

  /** Branch and bound on (latency, score, id) among hosts of score ≥ `floor`. */
  private searchNearest(tree: Tournament, column: number, need: number, floor: number, exclude: Exclude | undefined): void {
    const { winner, top, low, room, columns, capacity } = tree;
    const ids = this.told.ids;
    const stack = this.stack;
    let depth = 0;
    stack[depth++] = 1;
    while (depth > 0) {
      const node = stack[--depth] as number;
      const cell = node * columns + column;
      const slot = winner[cell] as number;
      const score = top[cell] as number;
      const latency = low[cell] as number;
      if (slot < 0 || score < floor || latency > this.answerLatency || (room[node] as number) < need) continue;
      const lower = score < this.answerScore || (score === this.answerScore && (ids[slot] as number) >= (ids[this.answer] as number));
      if (latency === this.answerLatency && lower) continue;
      if (node < capacity) {
        const left = 2 * node;
        const leftFirst = (low[left * columns + column] as number) <= (low[(left + 1) * columns + column] as number);
        stack[depth++] = leftFirst ? left + 1 : left;
        stack[depth++] = leftFirst ? left : left + 1;
      } else if (!(exclude !== undefined && exclude(slot))) {
        this.answer = slot;
        this.answerScore = score;
        this.answerLatency = latency;
      }
    }
  }

  /** Lets a slot's tree take over its told scores, if it stands in one. */
  private refresh(slot: number, from: number, to: number): void {
    const players = this.told.headroom[slot] as number;
    if (players < 0) return;
    const k = headroomClass(players);
    this.tree(k).refresh(this.position[slot] as number, from, to);
    this.copyRoot(k);
  }

  private copyRoot(k: number): void {
    const { top, low, columns } = this.tree(k);
    for (let c = 0; c < columns; c++) {
      this.rootTop[c * HEADROOM_CLASSES + k] = top[columns + c] as number;
      this.rootLow[c * HEADROOM_CLASSES + k] = low[columns + c] as number;
    }
  }

  /** Doubles the slots. The trees share `told` and see the wider arrays. */
  private grow(): void {
    const { told, position, columns } = this;
    const before = { ...told };
    this.capacity *= 2;
    told.ids = new Float64Array(this.capacity);
    told.score = new Int32Array(this.capacity * columns).fill(NO_SCORE);
    told.latency = new Int32Array(this.capacity * columns).fill(NO_LATENCY);
    told.headroom = new Int32Array(this.capacity).fill(-1);
    told.ids.set(before.ids);
    told.score.set(before.score);
    told.latency.set(before.latency);
    told.headroom.set(before.headroom);
    this.position = new Int32Array(this.capacity);
    this.position.set(position);
  }
}

/** An index that fits a table: its columns, and prefer_low_latency of its conf. */
export function indexFor(table: HostTable): HostIndex {
  return new HostIndex(table.columns, table.settings.conf.general.prefer_low_latency);
}

/** Tells the index a host's scores and headroom as the table has them at `at` (us): after `add`, `renew`, `measure` or `score`. */
export function indexHost(index: HostIndex, table: HostTable, slot: number, at: number): void {
  const headroom = table.headroom(slot, at);
  const host = table.hostOf(slot);
  if (index.hostOf(slot) !== host) index.setHost(slot, host);
  // The scores of a host that is not offered interest nobody; whoever offers it later tells them then.
  if (headroom < 0) return index.setHeadroom(slot, -1);
  index.setScores(slot, table.micro, table.latencyUs, slot * table.columns);
  index.setHeadroom(slot, headroom);
}

/** Tells the index a host's headroom, and its scores if it was not offered before: after a change of load or standing, when a block or back-off ends, and after `remove`. */
export function offerHost(index: HostIndex, table: HostTable, slot: number, at: number): void {
  const headroom = table.headroom(slot, at);
  if (headroom >= 0 && !index.offers(slot)) {
    table.score(slot, at);
    return indexHost(index, table, slot, at);
  }
  index.setHeadroom(slot, headroom);
}
