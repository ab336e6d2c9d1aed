/** Words longer than this are not compared: no key or map name is, and the comparison costs length times length. */
const LENGTH_MAX = 64;

/** Three rows of the table of distances, lent out for one comparison after the other. */
type Rows = readonly [Uint8Array, Uint8Array, Uint8Array];

/**
 * The candidate that `word` was probably meant to be, or undefined when none is close. Upper and lower case count as equal.
 * Close means: insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance) make up at most a third of
 * the longer word, and at least one is always forgiven. Among equally close candidates the first one wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LENGTH_MAX) return undefined;
  const lower = word.toLowerCase();
  const rows: Rows = [new Uint8Array(LENGTH_MAX + 1), new Uint8Array(LENGTH_MAX + 1), new Uint8Array(LENGTH_MAX + 1)];
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const longer = Math.max(lower.length, candidate.length);
    const allowed = Math.min(Math.max(1, Math.floor(longer / 3)), bestDistance - 1);
    if (Math.abs(lower.length - candidate.length) > allowed || candidate.length > LENGTH_MAX) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), allowed, rows);
    if (distance > allowed || distance >= longer) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Optimal string alignment distance between two short words, or any number above `limit` once it is sure to exceed that. */
function editDistance(a: string, b: string, limit: number, rows: Rows): number {
  const width = b.length + 1;
  let [beforeLast, last, row] = rows;
  for (let j = 0; j < width; j += 1) last[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    row[0] = i;
    let least = i;
    for (let j = 1; j < width; j += 1) {
      const differs = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + differs);
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row[j] = cost;
      least = Math.min(least, cost);
    }
    // A swap reaches back two rows, but costs one more than the cell it reaches, so no later row can fall below this one's least.
    if (least > limit) return least;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[width - 1]!;
}
