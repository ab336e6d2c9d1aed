import { assert } from "./assert.ts";

// A log-linear histogram, in the manner of HdrHistogram: below 256 every integer has its own bucket, above that every
// power of two is cut into 128 buckets of equal width. A bucket is never wider than 1/128 of its lowest value.

const PARTS = 128;
const PART_BITS = 7;
const TWO_32 = 4_294_967_296;
/** Sums are kept as high * SUM_UNIT + low, so that they are exact beyond 2^53. */
const SUM_UNIT = 1_125_899_906_842_624;

/** The largest value a histogram takes: 2^50, about 35 years in microseconds. */
const HISTOGRAM_VALUE_MAX = 1_125_899_906_842_624;

/** A histogram as plain data: `buckets` are pairs of bucket index and count, rising; `sum` is [multiples of 2^50, rest]. */
export type HistogramData = {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: readonly [number, number];
  readonly buckets: readonly (readonly [number, number])[];
};

/**
 * Counts of non-negative whole values up to 2^50. Count, sum, min and max are exact; a quantile is off by at most 1/128
 * of the value. Merging is exact, so parts give the same result in any order and grouping.
 */
export class Histogram {
  private counts = new Float64Array(256);
  private total = 0;
  private least = Infinity;
  private most = 0;
  private sumHigh = 0;
  private sumLow = 0;

  /** Adds `value` `count` times. A value or count that is no whole number in range is a Bug. */
  add(value: number, count = 1): void {
    assert(Number.isInteger(value) && value >= 0 && value <= HISTOGRAM_VALUE_MAX, "histogram: whole values from 0 to 2^50");
    assert(Number.isSafeInteger(count) && count >= 0, "histogram: a count is a whole number");
    if (count === 0) return;
    const bucket = bucketOf(value);
    if (bucket >= this.counts.length) this.widen(bucket);
    this.counts[bucket]! += count;
    this.total += count;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    const product = value * count;
    if (product <= SUM_UNIT) this.addSum(0, product);
    else {
      const exact = BigInt(value) * BigInt(count);
      this.addSum(Number(exact / BigInt(SUM_UNIT)), Number(exact % BigInt(SUM_UNIT)));
    }
  }

  /** Adds everything `other` holds. */
  merge(other: Histogram): void {
    if (other.total === 0) return;
    if (other.counts.length > this.counts.length) this.widen(other.counts.length - 1);
    for (let i = 0; i < other.counts.length; i++) this.counts[i]! += other.counts[i]!;
    this.total += other.total;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
    this.addSum(other.sumHigh, other.sumLow);
  }

  /** How many values were added. */
  get count(): number {
    return this.total;
  }

  /** The exact sum, rounded once to a double where it exceeds 2^53. */
  get sum(): number {
    return this.sumHigh * SUM_UNIT + this.sumLow;
  }

  /** The least value; 0 when empty. */
  get min(): number {
    return this.total === 0 ? 0 : this.least;
  }

  /** The largest value; 0 when empty. */
  get max(): number {
    return this.most;
  }

  /** The sum over the count; 0 when empty. */
  get mean(): number {
    return this.total === 0 ? 0 : this.sum / this.total;
  }

  /**
   * The value that a share `p` of all values does not exceed: the nearest rank, ceil(p * count), told by the middle of
   * its bucket and never outside [min, max]. 0 when empty; p = 0 is the minimum and p = 1 the maximum, exactly.
   */
  quantile(p: number): number {
    assert(p >= 0 && p <= 1, "histogram: p lies in [0, 1]");
    if (this.total === 0) return 0;
    const rank = Math.ceil(p * this.total);
    if (rank <= 1) return this.least;
    if (rank >= this.total) return this.most;
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i]!;
      if (seen >= rank) return Math.min(Math.max(bucketMiddle(i), this.least), this.most);
    }
    return this.most;
  }

  /** How many values are at most `value`, off by those of its own bucket: 1/128 of the value. */
  countUpTo(value: number): number {
    assert(Number.isInteger(value) && value >= 0 && value <= HISTOGRAM_VALUE_MAX, "histogram: whole values from 0 to 2^50");
    const last = Math.min(bucketOf(value), this.counts.length - 1);
    let count = 0;
    for (let i = 0; i <= last; i++) count += this.counts[i]!;
    return count;
  }

  /** Plain data for reports and other threads; {@link Histogram.fromJSON} reads it back. */
  toJSON(): HistogramData {
    const buckets: [number, number][] = [];
    for (let i = 0; i < this.counts.length; i++) if (this.counts[i]! > 0) buckets.push([i, this.counts[i]!]);
    return { count: this.total, min: this.min, max: this.most, sum: [this.sumHigh, this.sumLow], buckets };
  }

  /** A histogram from what {@link toJSON} gave. Buckets that do not add up to `count` are a Bug. */
  static fromJSON(data: HistogramData): Histogram {
    const h = new Histogram();
    for (const [bucket, count] of data.buckets) {
      assert(Number.isInteger(bucket) && bucket >= 0 && bucket <= LAST_BUCKET, "histogram: an unknown bucket");
      if (bucket >= h.counts.length) h.widen(bucket);
      h.counts[bucket]! += count;
      h.total += count;
    }
    assert(h.total === data.count, "histogram: the buckets do not add up to the count");
    if (h.total === 0) return h;
    h.least = data.min;
    h.most = data.max;
    h.addSum(data.sum[0], data.sum[1]);
    return h;
  }

  private addSum(high: number, low: number): void {
    this.sumHigh += high;
    this.sumLow += low;
    if (this.sumLow < SUM_UNIT) return;
    // Below 2^50 before, and at most 2^50 added: one carry is enough.
    this.sumHigh++;
    this.sumLow -= SUM_UNIT;
  }

  private widen(bucket: number): void {
    const wider = new Float64Array((Math.floor(bucket / PARTS) + 2) * PARTS);
    wider.set(this.counts);
    this.counts = wider;
  }
}

/** Bucket of a value: its highest bit says which power of two, the seven bits below it which part. */
function bucketOf(value: number): number {
  if (value < 2 * PARTS) return value;
  const upper = Math.floor(value / TWO_32);
  const highest = upper > 0 ? 63 - Math.clz32(upper) : 31 - Math.clz32(value);
  const shift = highest - PART_BITS;
  return shift * PARTS + Math.floor(value / powerOfTwo(shift));
}

const LAST_BUCKET = bucketOf(HISTOGRAM_VALUE_MAX);

function bucketMiddle(bucket: number): number {
  if (bucket < 2 * PARTS) return bucket;
  const shift = Math.floor(bucket / PARTS) - 1;
  const width = powerOfTwo(shift);
  return (bucket - shift * PARTS) * width + Math.floor(width / 2);
}

/** 2^exponent for an exponent from 0 to 60, exactly. */
function powerOfTwo(exponent: number): number {
  return exponent < 31 ? 1 << exponent : (1 << 30) * (1 << (exponent - 30));
}
