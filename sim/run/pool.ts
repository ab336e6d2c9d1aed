/** The worker threads that run seeds: a fixed number, started once and kept. */
import { Piscina } from "piscina";
import type { SeedRunner } from "./campaign.ts";
import type { RunOutcome } from "../outcome.ts";
import { failedOutcome, type Ticket, type WorkerSetup } from "./ticket.ts";

/** What a pool is opened with. */
export type PoolRequest = {
  /** Number of worker threads, at least 1. One worker is a thread too, so that the caller stays free to show progress and to be interrupted. */
  readonly workers: number;
  /** The most tickets of one campaign: the number of progress clocks. */
  readonly slots: number;
  readonly twice: boolean;
  /** Seconds of wall time after which a seed is given up and its worker replaced; null for no limit. */
  readonly timeoutS: number | null;
  readonly stacks: boolean;
  /** Module that exports `runTicket`; tests bring their own. */
  readonly workerFile?: URL;
};

/** An open pool. */
export type Pool = {
  /** Runs one ticket. Rejects when its worker dies or the pool is closed; a dead worker is replaced. */
  readonly run: SeedRunner;
  /** Virtual microseconds that the run in `slot` has reached, 0 before it starts. */
  clockUs(slot: number): number;
  /** Sets all clocks to 0, before another campaign. */
  rewind(): void;
  /** Ends all workers at once, whatever they do. */
  close(): Promise<void>;
};

/** Opens a pool. Workers start at once and stay until `close`. */
export function openPool(request: PoolRequest): Pool {
  const clocks = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT * Math.max(1, request.slots));
  const seen = new Float64Array(clocks);
  const setup: WorkerSetup = { clocks, twice: request.twice, stacks: request.stacks };
  const piscina = new Piscina<Ticket, RunOutcome>({
    filename: (request.workerFile ?? ownWorker()).href,
    name: "runTicket",
    minThreads: request.workers,
    maxThreads: request.workers,
    // An isolate that is dropped takes its compiled code with it, so no worker ever retires for idleness.
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
    workerData: setup,
  });
  const limitS = request.timeoutS;
  return {
    run: (ticket) => (limitS === null ? piscina.run(ticket) : within(limitS, ticket, (signal) => piscina.run(ticket, { signal }))),
    clockUs: (slot) => seen[slot] ?? 0,
    rewind: () => void seen.fill(0),
    close: () => piscina.destroy(),
  };
}

/** A seed that ends within its wall time, or an outcome of result `timeout`; a worker deep in a loop hears nothing, so it is ended. */
async function within(limitS: number, ticket: Ticket, run: (signal: AbortSignal) => Promise<RunOutcome>): Promise<RunOutcome> {
  const signal = AbortSignal.timeout(limitS * 1000);
  try {
    return await run(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return failedOutcome(ticket.seed, "timeout", "timeout", `given up after ${limitS} s of wall time`);
  }
}

/** The worker beside this module, in the form this module itself has: TypeScript unbuilt, or JavaScript in dist. */
function ownWorker(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
}
