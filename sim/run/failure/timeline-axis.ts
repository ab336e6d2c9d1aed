/** A time axis on which instants keep their order, and stretches without news are drawn short. */

/** Places of instants on an axis. */
export type Axis = {
  /** All instants, ascending, and where each stands (px from the beginning). */
  readonly instants: readonly number[];
  readonly places: readonly number[];
  readonly length: number;
  /** The place of an instant; between two known ones it is interpolated, outside it is the nearest end. */
  place(us: number): number;
};

/** A stretch's least and additional length: the second for each power of ten of its milliseconds. */
type Scale = { readonly least: number; readonly decade: number };

/** Where a stretch of time is worth looking at by itself (ms): shorter ones differ little on paper. */
const LOG_FROM_MS = 1;

/**
 * An axis over instants (us, in any order). The stretch between neighbours of d milliseconds is `least + decade · log10(1 + d)` long, and all
 * are made longer or shorter alike so that the axis has the given length.
 */
export function compressedAxis(instants: readonly number[], scale: Scale, length: number): Axis {
  const sorted = [...new Set(instants)].sort((a, b) => a - b);
  const lengths = sorted.slice(1).map((us, i) => stretch(us - (sorted[i] as number), scale));
  const sum = lengths.reduce((all, each) => all + each, 0);
  const factor = sum > 0 ? length / sum : 1;
  const places = [0];
  for (const each of lengths) places.push((places.at(-1) as number) + each * factor);
  const place = (us: number): number => {
    const after = sorted.findIndex((instant) => instant >= us);
    if (after < 0) return places.at(-1) as number;
    if (after === 0 || sorted[after] === us) return places[after] as number;
    const [t0, t1] = [sorted[after - 1] as number, sorted[after] as number];
    const [p0, p1] = [places[after - 1] as number, places[after] as number];
    return p0 + ((p1 - p0) * (us - t0)) / (t1 - t0);
  };
  return { instants: sorted, places, length: places.at(-1) as number, place };
}

/** The length of a stretch of time (us). */
export function stretch(us: number, { least, decade }: Scale): number {
  return least + decade * Math.log10(1 + us / 1000 / LOG_FROM_MS);
}
