/**
 * Owns: the best host for a map whose players are spread over regions with no majority in any.
 * Promises: exact while a search stays small (small fleets always), and never worse than the best of the regions' own best hosts beyond.
 * Never: ranks differently from `medianRtt`: the weighted median over regions.
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

/** The weighted median of one row's values over a mix; `sign` 1 takes the smallest value half of the players are at or below, -1 the largest at or above. */
function medianOf(values: Int32Array, row: number, mix: Mix, sign: 1 | -1): number {
  const { columns, weights, total } = mix;
  let median = Infinity;
  for (let i = 0; i < columns.length; i++) {
    const value = sign * (values[row + (columns[i] as number)] as number);
    if (value >= median) continue;
    let within = 0;
    for (let j = 0; j < columns.length; j++) {
      if (sign * (values[row + (columns[j] as number)] as number) <= value) within += weights[j] as number;
    }
    if (within * 2 >= total) median = value;
  }
  return sign * median;
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
 * Branch and bound in one tree. Each host's score for a mix is the weighted median of its regional scores, because a score falls as the
 * RTT grows; a median grows with each of its values, so the median of a subtree's regional maxima bounds all of the subtree.
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
    const score = medianOf(top, node * columns, mix, -1);
    const latency = byLatency ? medianOf(low, node * columns, mix, 1) : 0;
    if (score < floor || latency > answer.latency || (latency === answer.latency && score < answer.score)) continue;
    if (node < capacity) {
      const left = 2 * node;
      const values = byLatency ? low : top;
      const sign = byLatency ? 1 : -1;
      const a = sign * medianOf(values, left * columns, mix, sign);
      const b = sign * medianOf(values, (left + 1) * columns, mix, sign);
      stack.push(a <= b ? left + 1 : left, a <= b ? left : left + 1);
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

/**
 * A score that {@link bestForMix} cannot exceed for these players and this need, from {@link boundsOf}: the weighted median of the
 * regions' own bounds, since a median grows with each of its values.
 */
export function boundForMix(bounds: Bounds, playersByRegion: ArrayLike<number>, needPlayers: number): number {
  const { columns, scores } = bounds;
  const row = headroomClass(needPlayers) * columns;
  if (columns === 1) return scores[row] as number;
  const mix = mixOf(playersByRegion);
  return mix.total === 0 ? (scores[row + columns - 1] as number) : medianOf(scores, row, mix, -1);
}

/**
 * The best slot for a map with `playersByRegion[r]` players in region r and headroom for `needPlayers`, or -1. Ranking and ties as in
 * {@link HostIndex.best}, with the score and latency that the weighted median RTT to these players gives. A region with more than
 * half of the players IS the median, so its own tree answers exactly; a map without players is answered by the last column.
 * Otherwise a search bounded by {@link MIX_NODES_MAX} nodes a pass starts from each present region's own best host: exact when it
 * ends by itself, else the best host it met, which is at least as good as every one it started from.
 */
export function bestForMix(index: HostIndex, playersByRegion: ArrayLike<number>, needPlayers: number, exclude?: Exclude): number {
  const last = index.columns - 1;
  if (last === 0) return index.best(0, needPlayers, exclude);
  const mix = mixOf(playersByRegion);
  if (mix.total === 0) return index.best(last, needPlayers, exclude);
  for (let i = 0; i < mix.columns.length; i++) {
    if ((mix.weights[i] as number) * 2 > mix.total) return index.best(mix.columns[i] as number, needPlayers, exclude);
  }
  const query: Query = { index, mix, need: needPlayers, exclude, nodesLeft: 0 };
  const { ids, score: scores, latency } = index.told;
  const answer: Answer = { slot: -1, score: NO_SCORE, latency: 0 };
  for (const column of mix.columns) {
    const slot = index.highest(column, needPlayers, exclude);
    if (slot < 0) return -1;
    const score = medianOf(scores, slot * index.columns, mix, -1);
    if (answer.slot < 0 || score > answer.score || (score === answer.score && (ids[slot] as number) < (ids[answer.slot] as number))) {
      answer.slot = slot;
      answer.score = score;
    }
  }
  searchAll(query, NO_SCORE + 1, false, answer);
  if (!index.preferLowLatency) return answer.slot;
  const floor = nearBest(answer.score);
  answer.latency = medianOf(latency, answer.slot * index.columns, mix, 1);
  searchAll(query, floor, true, answer);
  return answer.slot;
}
