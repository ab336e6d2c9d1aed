/**
 * The search for the largest load that holds (or the least provision that suffices): which values to try next, and when the answer is there.
 * It knows nothing of scenarios and runs; it is given what was tried and says what to try.
 */
import { assert } from "../../../src/base/assert.ts";

/** Between which values is searched, in either order; `precision` is relative to the value (0.02: to 2 %). `whole`: only whole values exist. */
export type SearchRange = { readonly from: number; readonly to: number; readonly whole: boolean; readonly precision: number };

/** A value that was tried, and whether all held there. */
export type Tried = { readonly value: number; readonly holds: boolean };

/** What a search found. "Milder" means nearer to the end that holds. */
export type Found = {
  /** up: more is harder, down: less is harder. Where both ends agree, the way from `from` to `to`. */
  readonly direction: "up" | "down";
  /** The last value, seen from the milder end, up to which everything tried holds; null when that end itself does not hold. */
  readonly holds: number | null;
  /** The first tried value beyond it, which does not hold; null when the harder end holds, too. */
  readonly breaks: number | null;
  /** Values that hold although a milder one does not, from mild to hard; empty when the answer is monotone. */
  readonly exceptions: readonly number[];
};

/** Values to try next, all of them at once, or what was found. */
export type SearchStep = { readonly done: false; readonly next: readonly number[] } | { readonly done: true; readonly found: Found };

/** Inner points of the first look. */
const GRID = [0.25, 0.5, 0.75];
/** How far, in shares of the way between two values, a point of the first look and a middle may be moved to be round numbers. */
const GRID_SLACK = 0.005;
const MIDDLE_SLACK = 0.05;
/** Ends that lie further apart than this are looked at on a scale of ratios. */
const RATIO_WIDE = 10;

/**
 * The next step of a search. First come both ends with a few points between them, which draw the curve and show answers that are not
 * monotone; then the bracket next to the milder end is halved until it is as narrow as was asked, or nothing lies between.
 */
export function nextStep(range: SearchRange, tried: readonly Tried[]): SearchStep {
  assert(range.from !== range.to && range.precision > 0, "there is something to search, to some precision");
  const known = new Map(tried.map((each) => [each.value, each.holds]));
  const opening = openers(range).filter((value) => !known.has(value));
  if (opening.length > 0) return { done: false, next: opening };
  const ends = { from: known.get(range.from) === true, to: known.get(range.to) === true };
  const mild = ends.from || !ends.to ? range.from : range.to;
  const direction = mild === Math.min(range.from, range.to) ? "up" : "down";
  const sign = direction === "up" ? 1 : -1;
  const line = tried.toSorted((a, b) => sign * (a.value - b.value));
  const first = line.findIndex((each) => !each.holds);
  const holds = first < 0 ? line.at(-1) : line[first - 1];
  const breaks = first < 0 ? undefined : line[first];
  if (holds !== undefined && breaks !== undefined && !isNarrow(range, holds.value, breaks.value)) {
    const middle = between(holds.value, breaks.value, range.whole);
    if (middle !== null) return { done: false, next: [middle] };
  }
  const exceptions = first < 0 ? [] : line.slice(first).filter((each) => each.holds);
  return {
    done: true,
    found: { direction, holds: holds?.value ?? null, breaks: breaks?.value ?? null, exceptions: exceptions.map((each) => each.value) },
  };
}

/** How many values will have been tried in the end if the milder half of what is open holds: an estimate for people. */
export function probesExpected(range: SearchRange, tried: readonly Tried[]): number {
  const all = [...tried];
  const middle = (range.from + range.to) / 2;
  for (let step = nextStep(range, all); !step.done; step = nextStep(range, all)) {
    const opening = step.next.length > 1 || all.length === 0;
    for (const value of step.next) {
      const mild = range.from < range.to ? value <= middle : value >= middle;
      all.push({ value, holds: opening ? mild : true });
    }
  }
  return all.length;
}

/** Both ends and the points of the first look, in the order from `from` to `to`. */
export function openers(range: SearchRange): number[] {
  const { from, to, whole } = range;
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const ratios = low > 0 && high / low > RATIO_WIDE;
  const inner = GRID.map((share) => roundish(from, to, share, GRID_SLACK, ratios, whole));
  return [...new Set([from, ...inner.filter((value) => value > low && value < high), to])];
}

/** Relative to the value that holds. Where a bracket reaches zero nothing is relative: there the precision of the precision of the range must do. */
function isNarrow(range: SearchRange, holds: number, breaks: number): boolean {
  const { from, to, precision } = range;
  const scale = holds * breaks > 0 ? Math.abs(holds) : precision * Math.max(Math.abs(from), Math.abs(to));
  return Math.abs(holds - breaks) <= precision * scale;
}

/** A round value near the middle of two others, strictly between them, or null where there is none. */
function between(a: number, b: number, whole: boolean): number | null {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const value = roundish(a, b, 0.5, MIDDLE_SLACK, low > 0, whole);
  return value > low && value < high ? value : null;
}

/** The roundest number within `slack` of `share` of the way from `a` to `b`, on a scale of ratios or of differences. */
function roundish(a: number, b: number, share: number, slack: number, ratios: boolean, whole: boolean): number {
  const at = (t: number): number => (ratios ? Math.exp(Math.log(a) * (1 - t) + Math.log(b) * t) : a * (1 - t) + b * t);
  const ends = [at(share - slack), at(share + slack)];
  const [low, high, middle] = [Math.min(...ends), Math.max(...ends), at(share)];
  // A step no longer than the room surely has a multiple there; a longer one may.
  for (let power = exponentOf(high - low) + 1; !(whole && power < 0); power -= 1) {
    const value = Number(`${Math.round(middle / Number(`1e${power}`))}e${power}`);
    if ((value >= low && value <= high) || power < exponentOf(high - low)) return value;
  }
  return Math.round(middle);
}

/** The power of ten of a number's first digit, exactly as it is written. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split("e")[1]);
}
