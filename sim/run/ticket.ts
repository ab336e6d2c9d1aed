/**
 * One seed served inside a worker thread: what the worker is told once, what it is told per seed, and how a seed that
 * breaks becomes an outcome instead of ending the run of all others.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { emptyLadder } from "../../src/base/hash.ts";
import { compareRuns } from "../checkers/determinism.ts";
import type { Options } from "../options.ts";
import type { RunOutcome, RunResult } from "../outcome.ts";

/** What every worker of a pool is told once, when it starts. */
export type WorkerSetup = {
  /** One float per ticket slot: virtual microseconds its run has reached, written by workers and read by whoever shows progress. */
  readonly clocks: SharedArrayBuffer;
  /** Runs each seed twice and compares (DT1). */
  readonly twice: boolean;
  /** Puts the stack of a crash into its message. */
  readonly stacks: boolean;
};

/** One seed to run. */
export type Ticket = {
  /** What is run: tickets of one pool may differ in it, so that a search can ask for points nobody knew of when the pool was opened. */
  readonly options: Options;
  readonly point: number;
  readonly seed: number;
  /** Index into `clocks`, unique among all tickets of a pool. */
  readonly slot: number;
  /** Virtual microseconds at which to stop early, or null for the whole run. */
  readonly until: number | null;
  /** File that receives the run's full trace, one JSON document per line, or null for none. */
  readonly trace: string | null;
  /** Whether the run leaves its story: who served which map when, for the page that is looked into. */
  readonly story: boolean;
};

/** The simulator's entry, as `run-seed.ts` offers it. */
export type RunSeed = (
  options: Options,
  seed: number,
  hooks: { progress?: (virtualUs: number) => void; until?: number; trace?: (line: string) => void; story?: boolean },
) => RunOutcome;

const MS_PER_S = 1000;

/**
 * Runs one ticket and measures its `wall_s`, which the simulator itself cannot know. Whatever `runSeed` throws becomes an outcome of
 * result `crash`; nothing is thrown from here.
 */
export function serveTicket(setup: WorkerSetup, ticket: Ticket, runSeed: RunSeed): RunOutcome {
  const { options, story } = ticket;
  const clocks = new Float64Array(setup.clocks);
  const progress = (virtualUs: number): void => {
    clocks[ticket.slot] = virtualUs;
  };
  const until = ticket.until === null ? {} : { until: ticket.until };
  try {
    const startedAt = performance.now();
    const left = traced(ticket.trace, (trace) => runSeed(options, ticket.seed, { progress, story, ...until, ...trace }));
    const first = { ...left, wall_s: Math.round(performance.now() - startedAt) / MS_PER_S };
    return setup.twice ? compared(first, runSeed(options, ticket.seed, until)) : first;
  } catch (error) {
    return failedOutcome(ticket.seed, "crash", "crash", crashText(error, setup.stacks));
  }
}

/** An outcome for a seed that left nothing of its own: no events, no metrics, and one violation that says why. */
export function failedOutcome(seed: number, result: RunResult, rule: string, message: string): RunOutcome {
  return {
    seed,
    fingerprint: "",
    decisions: "",
    ladder: emptyLadder(),
    events: 0,
    virtual_s: 0,
    wall_s: 0,
    result,
    violations: [{ rule, at_s: 0, message }],
    violationsTotal: 1,
    metrics: [],
    series: { step_s: 0, rows: [] },
    faults: [],
    ineligible: {},
    evaluated: {},
    used: {},
    reached: {},
    refused: {},
    regions: [],
    moves: { slowest: [], worst: [], failed: [] },
    story: null,
  };
}

/** What a crash says for itself: one line, or the whole stack. */
export function crashText(error: unknown, stacks: boolean): string {
  if (!(error instanceof Error)) return String(error);
  return stacks ? (error.stack ?? error.message) : `${error.name}: ${error.message}`;
}

/** DT1: the first of two runs of one seed; where they differ, its result says so and its violations say in what. */
function compared(first: RunOutcome, second: RunOutcome): RunOutcome {
  const differences = compareRuns(first, second);
  if (differences.length === 0) return first;
  return {
    ...first,
    result: "nondeterminism",
    violations: [...differences, ...first.violations],
    violationsTotal: first.violationsTotal + differences.length,
  };
}

const TRACE_BUFFER_CHARS = 1 << 20;

/** Calls `run` with a trace hook that appends to `path`, in large pieces, or with none. */
function traced(path: string | null, run: (hook: { trace?: (line: string) => void }) => RunOutcome): RunOutcome {
  if (path === null) return run({});
  const file = openSync(path, "w");
  let pending = "";
  try {
    const outcome = run({
      trace: (line) => {
        pending += `${line}\n`;
        if (pending.length < TRACE_BUFFER_CHARS) return;
        writeSync(file, pending);
        pending = "";
      },
    });
    writeSync(file, pending);
    return outcome;
  } finally {
    closeSync(file);
  }
}
