/** The middle of some measurements: robust against a neighbour that woke up meanwhile. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median absolute deviation of a normal law, times this, is its standard deviation (1 / Φ⁻¹(3/4)). */
const DEVIATIONS = 1.4826;
/** What a measurement that was not repeated is believed to scatter by. */
const NOISE_OF_ONE = 0.1;

/**
 * How much repeated measurements scatter, as a part of their median: the standard deviation as their median absolute deviation tells it, which a
 * single slow round does not move. Fewer than three repetitions say too little: {@link NOISE_OF_ONE}.
 */
export function noiseOf(values: readonly number[]): number {
  if (values.length < 3) return NOISE_OF_ONE;
  const middle = median(values);
  return (DEVIATIONS * median(values.map((value) => Math.abs(value - middle)))) / Math.abs(middle);
}

/** The ratio of each round, above over below: a slow moment of the machine falls on both sides of a round, so it leaves the ratio alone. */
export function ratiosOf(above: readonly number[], below: readonly number[]): number[] {
  if (above.length !== below.length) throw new Error(`${above.length} rounds against ${below.length}`);
  return above.map((value, round) => value / below[round]!);
}
