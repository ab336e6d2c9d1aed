/** DT1: the same scenario, seed and commit leave the same fingerprint, in whatever order and on however many workers. */
import type { RunOutcome, Violation } from "../outcome.ts";

/** Events per rung of a fingerprint ladder (SIM §1). */
export const RUNG_EVENTS = 4096;

/**
 * Compares two runs of one seed and names the first rung in which they part. Empty when they are equal. Wall time is not
 * compared; the outcome's figures follow from the fingerprint, so violations are compared only by number.
 */
export function compareRuns(a: RunOutcome, b: RunOutcome): Violation[] {
  const found: Violation[] = [];
  const at_s = Math.min(a.virtual_s, b.virtual_s);
  const differ = (message: string): void => void found.push({ rule: "DT1", at_s, message: `seed ${a.seed}: ${message}` });
  if (a.seed !== b.seed) differ(`compared with a run of seed ${b.seed}`);
  const rung = firstDifferentRung(a.ladder, b.ladder);
  if (rung >= 0) {
    differ(
      `the runs part in rung ${rung} (events ${rung * RUNG_EVENTS} to ${(rung + 1) * RUNG_EVENTS - 1}): ${a.ladder[rung] ?? "none"} against ${b.ladder[rung] ?? "none"}`,
    );
  }
  if (a.fingerprint !== b.fingerprint) differ(`fingerprint ${a.fingerprint} against ${b.fingerprint}`);
  if (a.decisions !== b.decisions) differ(`digest of decisions ${a.decisions} against ${b.decisions}`);
  if (a.events !== b.events) differ(`${a.events} events against ${b.events}`);
  if (a.violationsTotal !== b.violationsTotal) differ(`${a.violationsTotal} violations against ${b.violationsTotal}`);
  return found;
}

/** Index of the first rung that differs or that only one ladder has; -1 when the ladders are equal. */
export function firstDifferentRung(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let rung = 0; rung < length; rung += 1) if (a[rung] !== b[rung]) return rung;
  return -1;
}
