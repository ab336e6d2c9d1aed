/** The inside of a worker thread that cuts failures down. */
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import type { Observer } from "../../world/observer.ts";
import { eagerDiffers } from "../eager-differs.ts";
import { runSeed } from "../run-seed.ts";
import { minimise, type Minimal } from "./minimise.ts";

/** A failure to cut down: explicit options that break `rule` under `seed`, and how long it may take (ms of wall time). */
export type ShrinkTask = { readonly options: Options; readonly seed: number; readonly rule: string; readonly limitMs: number };

/** Cuts one failure down; called by this name. Null when it does not fail again. */
export async function shrink({ options, seed, rule, limitMs }: ShrinkTask): Promise<Minimal | null> {
  await Promise.resolve();
  const began = performance.now();
  const run = (candidate: Options, watch?: Observer): RunOutcome => {
    const outcome = runSeed(candidate, seed, watch === undefined ? {} : { watch });
    // Two forms of the same run are compared only where their difference is what is looked for.
    return rule === "DT1" ? { ...outcome, violations: eagerDiffers(candidate, seed, outcome) } : outcome;
  };
  return minimise(options, seed, rule, run, () => performance.now() - began > limitMs);
}
