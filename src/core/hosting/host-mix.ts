/**
 * Owns: the best host for a map whose players come from several regions.
 * Promises: exact while a search stays small (small fleets always), and never worse than the best of the regions' own best hosts beyond.
 * Never: ranks by anything but the mean over players: of the scores, and under prefer_low_latency of the latencies.
 */
import { type Exclude, headroomClass, type HostIndex, nearBest } from "./host-index.ts";
import { NO_SCORE, type Tournament } from "./tournament.ts";

/** Tree nodes one pass may open. */
const MIX_NODES_MAX = 4096;

/** The regions that hold players, their players, and all players together. */
type Mix = { readonly columns: number[]; readonly weights: number[]; readonly total: number };

function mixOf(playersByRegion: ArrayLike<number>): Mix {
  const columns: number[] = [];
  const weights: number[] = [];
  let total = 0;
  for (let r = 0; r < playersByRegion.length; r++) {
    const players = playersByRegion[r] as number;
    if (!(players > 0)) continue;
    columns.push(r);
    weights.push(players);
    total += players;
  }
  return { columns, weights, total };
}

/** The mean of one row's values over a mix, in whole numbers. It grows with each of the values, rounding included. */
function meanOf(values: Int32Array, row: number, { columns, weights, total }: Mix): number {
  let sum = 0;
  for (let i = 0; i < columns.length; i++) sum += (values[row + (columns[i] as number)] as number) * (weights[i] as number);
  return Math.floor(sum / total);
}

/** What a row of `columns` values, one for each region and the last for a map without players, gives for these players: their mean. */
export function valueForMix(values: Int32Array, row: number, columns: number, playersByRegion: ArrayLike<number>): number {
  if (columns === 1) return values[row] as number;
  // It is asked for each map in each round, so it makes no lists of its own.
  let sum = 0;
  let total = 0;
  for (let r = 0; r < playersByRegion.length; r++) {
    const players = playersByRegion[r] as number;
    if (!(players > 0)) continue;
    sum += (values[row + r] as number) * players;
    total += players;
  }
  return total === 0 ? (values[row + columns - 1] as number) : Math.floor(sum / total);
}

/** The best answer so far. */
type Answer = { slot: number; score: number; latency: number };

/** What is asked, and how many nodes the pass may still open. */
type Query = {
  readonly index: HostIndex;
  readonly mix: Mix;
  readonly need: number;
  readonly exclude: Exclude | undefined;
  nodesLeft: number;
};

/** One pass over the trees of all classes with room. */
function searchAll(query: Query, floor: number, byLatency: boolean, answer: Answer): void {
  query.nodesLeft = MIX_NODES_MAX;
  for (let k = headroomClass(query.need); k < query.index.trees.length; k++) {
    searchMix(query, query.index.trees[k] as Tournament, floor, byLatency, answer);
  }
}

/**
 * Branch and bound in one tree. A mean grows with each of its values, so that of a subtree's regional maxima bounds the scores of all of the
 * subtree, and that of its regional minima the latencies.
 * Improves `answer` among hosts of score ≥ `floor`: by latency first when `byLatency`, then by score, then by lower id.
 */
function searchMix(query: Query, tree: Tournament, floor: number, byLatency: boolean, answer: Answer): void {
  const { mix, need, exclude } = query;
  const { capacity, columns, winner, top, low, room } = tree;
  const ids = query.index.told.ids;
  const stack: number[] = [1];
  for (; stack.length > 0 && query.nodesLeft > 0; query.nodesLeft--) {
    const node = stack.pop() as number;
    if ((room[node] as number) < need) continue;
    const score = meanOf(top, node * columns, mix);
    const latency = byLatency ? meanOf(low, node * columns, mix) : 0;
    if (score < floor || latency > answer.latency || (latency === answer.latency && score < answer.score)) continue;
    if (node < capacity) {
      const left = 2 * node;
      const values = byLatency ? low : top;
      const a = meanOf(values, left * columns, mix);
      const b = meanOf(values, (left + 1) * columns, mix);
      const leftFirst = byLatency ? a <= b : a >= b;
      stack.push(leftFirst ? left + 1 : left, leftFirst ? left : left + 1);
      continue;
    }
    const slot = winner[node * columns] as number;
    const same = latency === answer.latency && score === answer.score && answer.slot >= 0;
    if (same && (ids[slot] as number) >= (ids[answer.slot] as number)) continue;
    if (exclude !== undefined && exclude(slot)) continue;
    answer.slot = slot;
    answer.score = score;
    answer.latency = latency;
  }
}

/** Scores (micro-points) that no host on offer exceeds now, by headroom class and column; offers that only shrink keep them true. */
export type Bounds = { readonly columns: number; readonly scores: Int32Array };

/** The bounds of an index as it is. */
export function boundsOf(index: HostIndex): Bounds {
  const { columns } = index;
  const classes = index.trees.length;
  const scores = new Int32Array(classes * columns);
  for (let k = classes - 1; k >= 0; k--) {
    for (let c = 0; c < columns; c++) {
      // Who has room for many has room for few.
      const roomier = k + 1 < classes ? (scores[(k + 1) * columns + c] as number) : NO_SCORE;
      scores[k * columns + c] = Math.max(roomier, index.top(k, c));
    }
  }
  return { columns, scores };
}

/** A score that {@link bestForMix} cannot exceed for these players and this need, from {@link boundsOf}: the mean of the regions' own bounds. */
export function boundForMix(bounds: Bounds, playersByRegion: ArrayLike<number>, needPlayers: number): number {
  const { columns, scores } = bounds;
  return valueForMix(scores, headroomClass(needPlayers) * columns, columns, playersByRegion);
}

/**
 * The best slot for a map with `playersByRegion[r]` players in region r and headroom for `needPlayers`, or -1. Ranking and ties as in
 * {@link HostIndex.best}, with the means of score and latency over these players. Where all come from one region its own column answers
 * exactly; a map without players is answered by the last column. Otherwise a search bounded by {@link MIX_NODES_MAX} nodes a pass starts from
 * each present region's own best host: exact when it ends by itself, else the best host it met, which is at least as good as every one
 * it started from.
 */
export function bestForMix(index: HostIndex, playersByRegion: ArrayLike<number>, needPlayers: number, exclude?: Exclude): number {
  const last = index.columns - 1;
  if (last === 0) return index.best(0, needPlayers, exclude);
  const mix = mixOf(playersByRegion);
  if (mix.total === 0) return index.best(last, needPlayers, exclude);
  if (mix.columns.length === 1) return index.best(mix.columns[0] as number, needPlayers, exclude);
  const query: Query = { index, mix, need: needPlayers, exclude, nodesLeft: 0 };
  const { ids, score: scores, latency } = index.told;
  const answer: Answer = { slot: -1, score: NO_SCORE, latency: 0 };
  for (const column of mix.columns) {
    const slot = index.highest(column, needPlayers, exclude);
    if (slot < 0) return -1;
    const score = meanOf(scores, slot * index.columns, mix);
    if (answer.slot < 0 || score > answer.score || (score === answer.score && (ids[slot] as number) < (ids[answer.slot] as number))) {
      answer.slot = slot;
      answer.score = score;
    }
  }
  searchAll(query, NO_SCORE + 1, false, answer);
  if (!index.preferLowLatency) return answer.slot;
  const floor = nearBest(answer.score);
  answer.latency = meanOf(latency, answer.slot * index.columns, mix);
  searchAll(query, floor, true, answer);
  return answer.slot;
}
