/**
 * Finds where two runs part, in at most three runs of each: a ladder of each gives a stretch of entries; where that is too long to be written
 * out, a finer ladder inside it gives a shorter one; then both write the stretch out and the first entry that differs is seen.
 */
import { firstDivergence, type LadderReading } from "../../../src/base/hash.ts";
import type { LadderOf, Stretch, TimedLadder, Window } from "./event-ladder.ts";
import type { LadderAnswer, LadderAsk } from "./ladder-run.ts";

/** The longest stretch that is written out, some 10 MB a side, and the rungs of a finer ladder, fewer than those at which a ladder drops some. */
export type Limits = { readonly lines: number; readonly rungs: number };
const LIMITS: Limits = { lines: 50_000, rungs: 1_000 };

/** Entries that are shown from the first difference on, so that some are known even where it is the last of its stretch: what follows is mostly its consequence. */
export const FOLLOWING = 5;

/** A pair of one thing of each side. */
export type Both<T> = readonly [a: T, b: T];

/** Runs both sides and gives what they leave. */
export type RunBoth = (asks: Both<LadderAsk>) => Promise<Both<LadderAnswer>>;

/** The entries around the first difference: `number` is the first entry's that differs (from 1), `lines` go from it on, `context` ends before it. */
export type Parting = { readonly number: number; readonly context: readonly string[]; readonly lines: Both<readonly string[]> };

/** A stretch with the virtual times (us) between which it lies; `to_us` is null for the end of the run. */
export type TimedStretch = Stretch & { readonly from_us: number; readonly to_us: number | null };

/**
 * What a search found. `parting` is null for runs that are equal and where a side was not the same from run to run, so that the difference was
 * not there again. `unsteady`: where two runs of one side part, null for a side whose runs agree. `runs`: runs made of each side.
 */
export type Found = {
  readonly first: Both<LadderAnswer>;
  readonly stretch: TimedStretch | null;
  readonly parting: Parting | null;
  readonly unsteady: Both<TimedStretch | null>;
  readonly runs: number;
};

/** Searches; `context` entries before the difference are kept. */
export async function search(run: RunBoth, of: LadderOf, context: number, limits = LIMITS): Promise<Found> {
  const whole: LadderAsk = { of, window: null, until: null };
  const first = await run([whole, whole]);
  const coarse = stretchOf(first[0].ladder, first[1].ladder);
  if (coarse === undefined) return { first, stretch: null, parting: null, unsteady: [null, null], runs: 1 };
  const stretch = timed(coarse, first[0].ladder, first[1].ladder);
  let { after, upTo } = coarse;
  let runs = 1;
  let again: Both<LadderAnswer>;
  if (upTo - after > limits.lines) {
    const finer = { after, upTo, stride: Math.ceil((upTo - after) / limits.rungs), lines: false, context: 0 };
    again = await run(asksOf(of, finer, first));
    runs += 1;
    const found = sameStart(again) ? stretchOf(fineOf(again[0]), fineOf(again[1])) : undefined;
    if (found === undefined) return { first, stretch, parting: null, unsteady: unsteadiness(first, again), runs };
    upTo = after + found.upTo;
    after += found.after;
  }
  again = await run(asksOf(of, { after, upTo: upTo + FOLLOWING, stride: limits.lines, lines: true, context }, first));
  runs += 1;
  return { first, stretch, parting: partingOf(again, after), unsteady: unsteadiness(first, again), runs };
}

/**
 * Where two ladders part: the first entry that differs, or that only one has, has a number in (`after`, `upTo`]. Undefined when they are equal.
 * When one ends early this is never longer than from its last rung to the entry after its end.
 */
export function stretchOf(a: LadderReading, b: LadderReading): Stretch | undefined {
  const found = firstDivergence(a, b);
  return found && { after: found.after, upTo: Math.min(found.upTo, Math.min(a.events, b.events) + 1) };
}

/** When a run may stop so that entry `upTo` is in it: an instant after its next rung, because what is told between two phases of a run has the time of both. */
export function untilOf(ladder: TimedLadder, upTo: number): number | null {
  const at = ladder.times[Math.ceil(upTo / ladder.stride) - 1];
  return at === undefined ? null : at + 1;
}

/** A stretch with the times between which it lies in either run. */
export function timed({ after, upTo }: Stretch, ...ladders: readonly TimedLadder[]): TimedStretch {
  const from = ladders.map(({ times, stride }) => (after === 0 ? 0 : (times[Math.floor(after / stride) - 1] ?? 0)));
  const to = ladders.map(({ times, stride }) => times[Math.ceil(upTo / stride) - 1] ?? Number.POSITIVE_INFINITY);
  const latest = Math.max(...to);
  return { after, upTo, from_us: Math.min(...from), to_us: Number.isFinite(latest) ? latest : null };
}

function asksOf(of: LadderOf, window: Window, [a, b]: Both<LadderAnswer>): Both<LadderAsk> {
  return [
    { of, window, until: untilOf(a.ladder, window.upTo) },
    { of, window, until: untilOf(b.ladder, window.upTo) },
  ];
}

function fineOf({ window }: LadderAnswer): LadderReading {
  if (window === null) throw new Error("a side was asked for a window and left none");
  return window.ladder;
}

/** Whether two runs are equal up to their windows; if not, one of them is not the run that its first ladder was of. */
function sameStart([a, b]: Both<LadderAnswer>): boolean {
  return a.window?.before === b.window?.before;
}

/** The first lines that differ, whatever the ladders before said of other runs; null where there are none. */
function partingOf(again: Both<LadderAnswer>, after: number): Parting | null {
  if (!sameStart(again)) return null;
  const [a, b] = [again[0].window?.lines ?? [], again[1].window?.lines ?? []];
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i += 1;
  if (i === a.length && i === b.length) return null;
  const context = [...(again[0].window?.context ?? []), ...a.slice(0, i)];
  return { number: after + i + 1, context, lines: [a.slice(i), b.slice(i)] };
}

function unsteadiness(first: Both<LadderAnswer>, again: Both<LadderAnswer>): Both<TimedStretch | null> {
  return [partsFromItself(first[0], again[0]), partsFromItself(first[1], again[1])];
}

/** Where two runs of one side part, as far as the second went; null when they agree. */
function partsFromItself(first: LadderAnswer, again: LadderAnswer): TimedStretch | null {
  const [a, b] = [first.ladder, again.ladder];
  const whole = again.end_us === first.end_us;
  // Both of one stride, or of one that doubled: a shorter run has fewer rungs dropped.
  const stride = Math.max(a.stride, b.stride);
  const events = Math.min(a.events, b.events);
  for (let upTo = stride; upTo <= events; upTo += stride) {
    if (a.rungs[upTo / a.stride - 1] !== b.rungs[upTo / b.stride - 1]) return timed({ after: upTo - stride, upTo }, a, b);
  }
  if (!whole || (a.events === b.events && a.digest === b.digest)) return null;
  const after = Math.floor(events / stride) * stride;
  return timed({ after, upTo: a.events === b.events ? events : events + 1 }, a, b);
}
