/** How players grow: experience, levels, strength. Formulas are the reference game's own, whole numbers throughout, and mean nothing elsewhere. */
import { LIMITS, type Purse } from "./entities.ts";

/** Health of a level. */
export function maxHp(level: number): number {
  return 100 + 20 * level;
}

/** Strength of a level, before chance. */
export function strength(level: number): number {
  return 20 + 6 * level;
}

/** ms between two hits: from 800 down to 200, which is rAthena's attack speed 190. */
export function hitDelayMs(level: number): number {
  return Math.max(200, 800 - 4 * level);
}

/** Experience that leads from a level to the next. */
function neededExp(level: number): number {
  return 30 * level * level;
}

/** What a purse is with more experience; whole levels are gained at once, and what is above the last is cut off. */
export function grown(purse: Purse, baseExp: number, jobExp: number): { level: number; exp: number; jobExp: number } {
  let { level } = purse;
  let exp = Math.min(LIMITS.exp, purse.exp + baseExp);
  while (level < LIMITS.level && exp >= neededExp(level)) {
    exp -= neededExp(level);
    level += 1;
  }
  return { level, exp, jobExp: Math.min(LIMITS.exp, purse.jobExp + jobExp) };
}
