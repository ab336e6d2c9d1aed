/** Quantities with units, as scenario files write them. */
import { decimal } from "../../../src/base/text/decimal.ts";
import { US_PER_HOUR, US_PER_MINUTE, US_PER_MS, US_PER_S } from "../../../src/base/time.ts";

/** Units of time, in microseconds. */
export const TIME_UNITS: Readonly<Record<string, number>> = {
  us: 1,
  ms: US_PER_MS,
  s: US_PER_S,
  m: US_PER_MINUTE,
  h: US_PER_HOUR,
  d: 24 * US_PER_HOUR,
};

/** Shape of a duration, for the JSON Schema. */
export const DURATION_PATTERN = "^[0-9]+(\\.[0-9]+)?(us|ms|s|m|h|d)$";
/** Shape of a rate, for the JSON Schema. */
export const RATE_PATTERN = "^[0-9]+(\\.[0-9]+)?/(s|m|h)$";

const DURATION = new RegExp(DURATION_PATTERN);
const RATE = new RegExp(RATE_PATTERN);

/** Microseconds, not rounded, of `30s`, `5m`, `2h`, `250ms`, `1.5d`, `40us`; undefined for anything else, a bare number and more than any number holds included. */
export function microseconds(text: string): number | undefined {
  const unit = DURATION.exec(text)?.[2];
  return unit === undefined ? undefined : finite(Number(text.slice(0, -unit.length)) * TIME_UNITS[unit]!);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The number of `unit` (`ms` or `s`) in a time, not rounded; undefined as for {@link microseconds}. A time written in that very unit keeps
 * its digits, so that any number has a text that says it exactly.
 */
export function timeIn(text: string, unit: "ms" | "s"): number | undefined {
  if (DURATION.exec(text)?.[2] === unit) return finite(Number(text.slice(0, -unit.length)));
  const us = microseconds(text);
  return us === undefined ? undefined : us / TIME_UNITS[unit]!;
}

/** Events a second of `20/s`, `300/m`, `5/h`; undefined for anything else. */
export function perSecond(text: string): number | undefined {
  const unit = RATE.exec(text)?.[2];
  if (unit === undefined) return undefined;
  const events = Number(text.slice(0, -2));
  return finite(unit === "s" ? events : (events * US_PER_S) / TIME_UNITS[unit]!);
}

/** The share (0..1) of `10%`; undefined for anything else. */
export function share(text: string): number | undefined {
  const number = text.endsWith("%") ? decimal(text.slice(0, -1)) : undefined;
  return number !== undefined && number >= 0 && number <= 100 ? number / 100 : undefined;
}
