/** Which seeds `--seeds` means, and other numbers of the command line. */
import { err, ok, type Result } from "../base/result.ts";

/** More seeds than this in one call are a slip of the finger; their tickets would also not fit the memory kept for progress. */
const SEEDS_MAX = 1_000_000;
/** Seeds are whole numbers that survive a trip through JSON. */
const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** More workers than this help nobody. */
export const WORKERS_MAX = 256;

/** `count` seeds from `from` upwards. */
export function seedsFrom(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/**
 * The seeds of `text`: `A..B` from A to B (downwards when A > B, which changes only the order of work), or `N` for the first N seeds
 * of the scenario, which begin at `scenarioFrom`. The error says what was expected.
 */
export function parseSeeds(text: string, scenarioFrom: number): Result<number[], string> {
  const range = /^(\d{1,16})\.\.(\d{1,16})$/.exec(text);
  if (range !== null) {
    const from = Number(range[1]);
    const to = Number(range[2]);
    const count = Math.abs(to - from) + 1;
    if (Math.max(from, to) > SEED_MAX || count > SEEDS_MAX)
      return err(`--seeds ${text}: at most ${SEEDS_MAX} seeds, each at most ${SEED_MAX}`);
    return ok(from <= to ? seedsFrom(from, count) : seedsFrom(to, count).toReversed());
  }
  const count = parseWhole(text, 1, SEEDS_MAX);
  if (count !== undefined) return ok(seedsFrom(scenarioFrom, count));
  return err(`--seeds ${text}: expected A..B (the seeds from A to B) or a number of seeds from 1 to ${SEEDS_MAX}`);
}

/** A whole number within limits, or undefined. */
export function parseWhole(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** A seed of `--seed`, or undefined. */
export function parseSeed(text: string): number | undefined {
  return parseWhole(text, 0, SEED_MAX);
}
