/** What the passes of a minimisation share: they try a change, and keep it if the same rule is still broken. */
import { US_PER_S } from "../../../src/base/time.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome, Violation } from "../../outcome.ts";
import type { Observer } from "../../world/observer.ts";
import { crashText, failedOutcome } from "../ticket.ts";

/** Runs options with the failing seed; `watch` looks on. */
export type RunOnce = (options: Options, watch?: Observer) => RunOutcome;

/** What the passes share: they try, and keep what still fails. */
export class Attempts {
  options: Options;
  /** The run of these options; of the first attempt on. */
  outcome: RunOutcome;
  runs = 0;
  readonly seed: number;
  readonly rule: string;
  readonly spent: () => boolean;
  private readonly run: RunOnce;

  constructor(options: Options, seed: number, rule: string, run: RunOnce, spent: () => boolean) {
    this.options = options;
    this.seed = seed;
    this.outcome = failedOutcome(seed, "ok", "not run", "not run yet");
    this.rule = rule;
    this.run = run;
    this.spent = spent;
  }

  /** When the rule is broken first in the run that stands (us). */
  get brokenAtUs(): number {
    return Math.round((brokenBy(this.outcome, this.rule)?.at_s ?? 0) * US_PER_S);
  }

  /** Takes the change if the rule is still broken with it. */
  still(change: Partial<Options>): boolean {
    if (this.spent()) return false;
    const options = { ...this.options, ...change };
    const outcome = this.once(options);
    if (outcome === null || brokenBy(outcome, this.rule) === undefined) return false;
    this.options = options;
    this.outcome = outcome;
    return true;
  }

  /** One run; null for options with which the simulator itself breaks, unless that is what is looked for. */
  once(options: Options, watch?: Observer): RunOutcome | null {
    this.runs += 1;
    try {
      return this.run(options, watch);
    } catch (error) {
      if (this.rule === CRASH) return crashed(this.seed, error);
      return null;
    }
  }
}

/** The name under which a crash counts as a broken rule. */
const CRASH = "crash";

/** The first violation of a rule in a run. */
export function brokenBy(outcome: RunOutcome, rule: string): Violation | undefined {
  return outcome.violations.find((violation) => violation.rule === rule);
}

function crashed(seed: number, error: unknown): RunOutcome {
  return failedOutcome(seed, "crash", CRASH, crashText(error, false));
}
