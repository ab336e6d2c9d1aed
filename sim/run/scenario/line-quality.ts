/**
 * What a ping series says about a line: jitter, loss, and spells of loss, in the simulator's own terms.
 * Pure: numbers in, numbers out.
 */

/** Pings of one source in their order, a lost one NaN. `at_s` holds their times in seconds, or is null. */
export type Pings = { readonly rtt_ms: Float64Array; readonly at_s: Float64Array | null };

/** How runs of lost pings lie in a series. `singles` have one ping, `longer` more; `lostInLonger` counts the pings of the longer ones. */
type Runs = {
  readonly pings: number;
  readonly lost: number;
  readonly singles: number;
  readonly longer: number;
  readonly lostInLonger: number;
  /** Neighbours in one piece, and how many of them are a lost ping with a successor, a lost ping with a predecessor, and both lost. */
  readonly pairs: { readonly all: number; readonly lostFirst: number; readonly lostSecond: number; readonly lostBoth: number };
};

/**
 * A line's loss as Gilbert's model reads it: `outside` is the probability of loss between spells; within a spell everything is lost. Spells
 * begin every `everyPings` pings and last `lengthPings` pings in the mean. Null without spells.
 */
export type LineLoss = { readonly outside: number; readonly spells: { readonly everyPings: number; readonly lengthPings: number } | null };

/** A longer silence than this many intervals between two pings is a pause of the measurement: no run of losses goes through it. */
const PAUSE_INTERVALS = 3;
/** Chi-square with one degree of freedom that chance alone exceeds once in a thousand. */
const CHI_SQUARE_ONE_IN_THOUSAND = 10.83;

/**
 * The scale, in milliseconds, of a Laplace law around each series' own centre: its maximum likelihood estimate, the mean absolute deviation
 * from the median (Johnson, Kotz, Balakrishnan, "Continuous Univariate Distributions 2", 1995, chapter 24). Lost pings say nothing;
 * undefined when none was answered.
 */
export function jitterScaleMs(series: readonly Pings[]): number | undefined {
  let sum = 0;
  let answered = 0;
  for (const { rtt_ms } of series) {
    const sorted = rtt_ms.filter((ms) => !Number.isNaN(ms)).sort();
    if (sorted.length === 0) continue;
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    for (const ms of sorted) sum += Math.abs(ms - median);
    answered += sorted.length;
  }
  return answered === 0 ? undefined : sum / answered;
}

/** The usual time between two pings in seconds: the median of the differences above 0; undefined when the series have no times. */
export function pingIntervalS(series: readonly Pings[]): number | undefined {
  const gaps: number[] = [];
  for (const { at_s } of series) {
    if (at_s === null) continue;
    for (let i = 1; i < at_s.length; i += 1) {
      const gap = at_s[i]! - at_s[i - 1]!;
      if (gap > 0) gaps.push(gap);
    }
  }
  return gaps.length === 0 ? undefined : Float64Array.from(gaps).sort()[gaps.length >> 1];
}

/**
 * Fits the loss of Gilbert's two states (Gilbert, Bell System Technical Journal 39, 1960, with everything lost in the bad one) together with
 * independent losses outside. Two or more losses in a row belong to a spell. Spells have geometric lengths, so that the mean length is one
 * less than the mean of the runs of two and more, and as many spells of a single ping are to be expected as that law says; the other
 * single losses are the independent ones. The share of lost pings is kept. Where a loss after a loss is no more frequent than chance explains
 * (chi-square of the pairs of neighbours, one in a thousand), there are no spells.
 */
export function fitLoss(series: readonly Pings[], intervalS: number | undefined): LineLoss {
  const { pings, lost, singles, longer, lostInLonger, pairs } = runsOf(series, intervalS);
  if (longer === 0 || !clustered(pairs)) return { outside: pings === 0 ? 0 : lost / pings, spells: null };
  const geometricMean = lostInLonger / longer - 1;
  const shortSpells = geometricMean > 1 ? Math.min(singles, longer / (geometricMean - 1)) : singles;
  const spells = longer + shortSpells;
  const inSpells = lostInLonger + shortSpells;
  const outside = pings > inSpells ? (lost - inSpells) / (pings - inSpells) : 0;
  return { outside, spells: { everyPings: pings / spells, lengthPings: inSpells / spells } };
}

function runsOf(series: readonly Pings[], intervalS: number | undefined): Runs {
  const pauseS = PAUSE_INTERVALS * (intervalS ?? Number.POSITIVE_INFINITY);
  const pairs = { all: 0, lostFirst: 0, lostSecond: 0, lostBoth: 0 };
  let [pings, lost, singles, longer, lostInLonger] = [0, 0, 0, 0, 0];
  for (const { rtt_ms, at_s } of series) {
    let run = 0;
    const endRun = () => {
      if (run === 1) singles += 1;
      else if (run > 1) [longer, lostInLonger] = [longer + 1, lostInLonger + run];
      run = 0;
    };
    for (let i = 0; i < rtt_ms.length; i += 1) {
      const joined = i > 0 && (at_s === null || at_s[i]! - at_s[i - 1]! <= pauseS);
      const isLost = Number.isNaN(rtt_ms[i]!);
      if (joined) {
        const wasLost = Number.isNaN(rtt_ms[i - 1]!);
        pairs.all += 1;
        if (wasLost) pairs.lostFirst += 1;
        if (isLost) pairs.lostSecond += 1;
        if (wasLost && isLost) pairs.lostBoth += 1;
      }
      if (!joined || !isLost) endRun();
      if (isLost) [lost, run] = [lost + 1, run + 1];
    }
    endRun();
    pings += rtt_ms.length;
  }
  return { pings, lost, singles, longer, lostInLonger, pairs };
}

/** Whether losses follow losses more often than independent ones would: the chi-square test of the fourfold table of neighbours. */
function clustered({ all, lostFirst, lostSecond, lostBoth }: Runs["pairs"]): boolean {
  const excess = all * lostBoth - lostFirst * lostSecond;
  const spread = lostFirst * lostSecond * (all - lostFirst) * (all - lostSecond);
  return excess > 0 && spread > 0 && (all * excess * excess) / spread > CHI_SQUARE_ONE_IN_THOUSAND;
}
