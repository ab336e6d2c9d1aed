/** Delta debugging: the smallest part of a list that still does what the whole does. */

/**
 * A part of `items`, in their order, for which `still` holds and from which no single item can be left out; `items` itself must hold and is not
 * asked. Zeller & Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (IEEE TSE 2002), complements only: in lists as short as
 * these a subset alone seldom fails. Stops where it is when `spent` says that time is over.
 */
export function ddmin<T>(items: readonly T[], still: (part: readonly T[]) => boolean, spent: () => boolean): readonly T[] {
  let kept = items;
  let pieces = 2;
  if (kept.length > 0 && !spent() && still([])) return [];
  while (kept.length >= 1 && !spent()) {
    const size = Math.ceil(kept.length / Math.min(pieces, kept.length));
    const smaller = withoutOnePiece(kept, size, still, spent);
    if (smaller !== null) {
      kept = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) return kept;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  return kept;
}

function withoutOnePiece<T>(
  items: readonly T[],
  size: number,
  still: (part: readonly T[]) => boolean,
  spent: () => boolean,
): readonly T[] | null {
  // The last go first: what came late is least likely to have mattered.
  for (let from = Math.floor((items.length - 1) / size) * size; from >= 0 && !spent(); from -= size) {
    const rest = [...items.slice(0, from), ...items.slice(from + size)];
    if (rest.length > 0 && still(rest)) return rest;
  }
  return null;
}
