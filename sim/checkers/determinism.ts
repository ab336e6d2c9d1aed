/** DT1: the same scenario, seed and commit leave the same fingerprint, in whatever order and on however many workers. */
import { firstDivergence } from "../../src/base/hash.ts";
import type { RunOutcome, Violation } from "../outcome.ts";

/**
 * Compares two runs of one seed and names the stretch of the decisions in which they part. Empty when they are equal. Wall time is not
 * compared; the outcome's figures follow from the fingerprint, so violations are compared only by number.
 */
export function compareRuns(a: RunOutcome, b: RunOutcome): Violation[] {
  const found: Violation[] = [];
  const at_s = Math.min(a.virtual_s, b.virtual_s);
  const differ = (message: string): void => void found.push({ rule: "DT1", at_s, message: `seed ${a.seed}: ${message}` });
  if (a.seed !== b.seed) differ(`compared with a run of seed ${b.seed}`);
  const parted = firstDivergence(a.ladder, b.ladder);
  if (parted !== undefined) differ(`the ladders of decisions part at an entry from ${parted.after + 1} to ${parted.upTo}`);
  if (a.fingerprint !== b.fingerprint) differ(`fingerprint ${a.fingerprint} against ${b.fingerprint}`);
  if (a.decisions !== b.decisions) differ(`digest of decisions ${a.decisions} against ${b.decisions}`);
  if (a.events !== b.events) differ(`${a.events} events against ${b.events}`);
  if (a.violationsTotal !== b.violationsTotal) differ(`${a.violationsTotal} violations against ${b.violationsTotal}`);
  return found;
}
