/** Quantities as scenario files write them, in the shortest text that reads back as the very same number. */
import { assert } from "../../../src/base/assert.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import { microseconds, perSecond, timeIn, TIME_UNITS } from "./quantity.ts";

/** Digits that a number written by hand has at most; more are the arithmetic of binary fractions. */
const DIGITS = 15;
/** Percents are tried this many steps of a double around the hundredfold, until one reads back. */
const STEPS = 8;
const RATE_UNITS: readonly (readonly [unit: string, perHour: number])[] = [
  ["h", 1],
  ["m", 60],
  ["s", 3600],
];

/** A finite number of at least 0 without an exponent, with all of its digits. */
export function plainDecimal(value: number): string {
  assert(Number.isFinite(value) && value >= 0, `scenario text: ${value} is no quantity`);
  const [digits = "", exponent = "0"] = String(value).split("e");
  const shift = Number(exponent);
  if (shift === 0) return digits;
  const [whole = "", part = ""] = digits.split(".");
  if (shift < 0) return `0.${"0".repeat(-shift - whole.length)}${whole}${part}`;
  return `${whole}${part.padEnd(shift, "0")}`;
}

/** A whole number of microseconds as a time: `90s`, `1.5h`, `2500us`. */
export function timeText(us: number): string {
  if (us === 0) return "0s";
  assert(Number.isSafeInteger(us) && us >= 0, `scenario text: ${us} is no number of microseconds`);
  return shortest(timesLike(us), (text) => Math.round(microseconds(text) ?? -1) === us, `${us}us`);
}

/** A number of `ms` or `s`, whole or not, as a time. */
export function timeInText(value: number, unit: "ms" | "s"): string {
  if (value === 0) return "0s";
  return shortest(timesLike(value * TIME_UNITS[unit]!), (text) => timeIn(text, unit) === value, `${plainDecimal(value)}${unit}`);
}

/** Events a second as a rate: `20/s`, `1.5/m`. */
export function rateText(value: number): string {
  if (value === 0) return "0/s";
  const candidates = RATE_UNITS.map(([unit, perHour]) => `${rounded((value * 3600) / perHour)}/${unit}`);
  return shortest(candidates, (text) => perSecond(text) === value, `${plainDecimal(value)}/s`);
}

/** The percent, without its sign, that is read as this share of 1. */
export function percentText(share: number): string {
  const near = share * 100;
  const step = near * Number.EPSILON;
  const texts = [rounded(near), ...Array.from({ length: 2 * STEPS + 1 }, (_, i) => plainDecimal(near + (i - STEPS) * 0.5 * step))];
  const found = texts.find((text) => decimal(text)! / 100 === share);
  assert(found !== undefined, `scenario text: no percent is read as the share ${share}`);
  return found;
}

function timesLike(us: number): string[] {
  return Object.entries(TIME_UNITS)
    .toReversed()
    .map(([unit, length]) => `${rounded(us / length)}${unit}`);
}

/** What a person would write; too large a number has only its exact text. */
function rounded(value: number): string {
  return Number.isFinite(value) ? plainDecimal(Number(value.toPrecision(DIGITS))) : "";
}

/** The candidate that reads back and is the shortest; nobody writes 0.25s for 250ms. Of equally short ones the first. */
function shortest(candidates: readonly string[], readsBack: (text: string) => boolean, exact: string): string {
  const cost = (text: string): number => text.length + (text.startsWith("0.") ? 2 : 0);
  const fitting = candidates.filter(readsBack);
  return fitting.toSorted((a, b) => cost(a) - cost(b))[0] ?? exact;
}
