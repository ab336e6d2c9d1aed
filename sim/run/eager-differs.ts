/** DT1 for heartbeats: a run that computes them and one that schedules each must decide alike. */
import type { Options } from "../options.ts";
import type { RunOutcome, Violation } from "../outcome.ts";
import { runSeed } from "./run-seed.ts";

/** Broken when the two forms of heartbeats do not decide alike. */
export function eagerDiffers(options: Options, seed: number, lazy: Pick<RunOutcome, "decisions" | "virtual_s">): Violation[] {
  if (options.eagerHeartbeats) return [];
  const eager = runSeed({ ...options, eagerHeartbeats: true }, seed);
  if (eager.decisions === lazy.decisions) return [];
  const message = `with every heartbeat scheduled the coordinator decides otherwise: ${lazy.decisions} against ${eager.decisions}`;
  return [{ rule: "DT1", at_s: lazy.virtual_s, message }];
}
