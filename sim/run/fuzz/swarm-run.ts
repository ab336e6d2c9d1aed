/** One seed of a campaign: run, watched for what it came to, now and then compared with the run that schedules every heartbeat; and made small. */
import { emptyLadder } from "../../../src/base/hash.ts";
import { Reach } from "../../checkers/reach.ts";
import type { Fault, Options } from "../../options.ts";
import type { FaultOutcome, RunOutcome, RunResult } from "../../outcome.ts";
import { eagerDiffers } from "../eager-differs.ts";
import { type RunHooks, runSeed } from "../run-seed.ts";
import { drawSwarm } from "../swarm/draw.ts";

/** What a seed of a campaign leaves: an outcome without its figures, and how far things went at most. */
export type SwarmOutcome = RunOutcome & {
  /** By kind: faults that the seed had in its plan. */
  readonly planned: Readonly<Record<string, number>>;
  readonly most: Readonly<Record<string, number>>;
};

/** Of so many seeds one is compared with eager heartbeats: those take two to three times as long. */
const EAGER_EVERY = 8;
/** Violations of a seed that are kept: the first names the failure, the others are its consequences. */
const VIOLATIONS_KEPT = 5;

/** Runs one seed. What only a campaign as a whole can say, that nothing was vacuous, is left to it. */
export function swarmRun(given: Options, seed: number, hooks: RunHooks = {}): SwarmOutcome {
  const options = drawSwarm(given, seed);
  const reach = new Reach();
  const outcome = runSeed(options, seed, { ...hooks, watch: reach });
  const violations = outcome.violations.filter((violation) => violation.rule !== "vacuous");
  if (seed % EAGER_EVERY === 0 && hooks.until === undefined && violations.length === 0)
    violations.push(...eagerDiffers(options, seed, outcome));
  const result = violations.length === 0 && outcome.result === "inconclusive" ? "ok" : outcome.result;
  return {
    ...outcome,
    result: violations.some((violation) => violation.rule === "DT1") ? "nondeterminism" : result,
    violations,
    violationsTotal: Math.max(outcome.violationsTotal, violations.length),
    reached: { ...outcome.reached, ...reach.counts },
    planned: planOf(options.faults),
    most: reach.most,
  };
}

function planOf(faults: readonly Fault[]): Record<string, number> {
  const planned: Record<string, number> = {};
  for (const { kind } of faults) planned[kind] = (planned[kind] ?? 0) + 1;
  return planned;
}

/** Without what no campaign asks for, which would fill its memory: metrics, series, regions, moves, ladder. */
export function slim(outcome: SwarmOutcome): SwarmOutcome {
  return {
    ...outcome,
    ladder: emptyLadder(),
    violations: outcome.violations.slice(0, VIOLATIONS_KEPT),
    metrics: [],
    series: { step_s: 0, rows: [] },
    faults: byKind(outcome.faults),
    ineligible: {},
    refused: {},
    regions: [],
    moves: { slowest: [], worst: [], failed: [] },
    story: null,
  };
}

function byKind(faults: readonly FaultOutcome[]): FaultOutcome[] {
  const kinds = new Map<FaultOutcome["kind"], FaultOutcome>();
  for (const { kind, applied, effects } of faults) {
    const before = kinds.get(kind);
    kinds.set(kind, { id: kind, kind, applied: applied + (before?.applied ?? 0), effects: effects + (before?.effects ?? 0) });
  }
  return [...kinds.values()];
}

/** Whether a seed's result is a failure that can be cut down: a broken rule, a difference, or a crash. */
export function isFailure(result: RunResult): boolean {
  return result === "safety" || result === "liveness" || result === "nondeterminism" || result === "crash";
}
