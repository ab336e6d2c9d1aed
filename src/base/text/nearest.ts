/** Words longer than this are not compared: no key or map name is, and the comparison costs length times length. */
const LENGTH_MAX = 64;

/**
 * The candidate that `word` was probably meant to be, or undefined when none is close. Upper and lower case count as equal.
 * Close means: insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance) make up at most a third of
 * the longer word, and at least one is always forgiven. Among equally close candidates the first one wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LENGTH_MAX) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const longer = Math.max(lower.length, candidate.length);
    const allowed = Math.min(Math.max(1, Math.floor(longer / 3)), bestDistance - 1);
    if (Math.abs(lower.length - candidate.length) > allowed || candidate.length > LENGTH_MAX) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance > allowed || distance >= longer) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Optimal string alignment distance between two short words: a swap of neighbours counts as one edit. */
function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  let beforeLast = new Array<number>(width).fill(0);
  let last = Array.from({ length: width }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = new Array<number>(width).fill(i);
    for (let j = 1; j < width; j += 1) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + differs);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, beforeLast[j - 2]! + 1);
      row[j] = least;
    }
    beforeLast = last;
    last = row;
  }
  return last[width - 1]!;
}
