/** What the commands that run seeds share: a pool, campaigns over it, progress, and a clean end on Ctrl-C. */
import type { RunOutcome } from "../../sim/outcome.ts";
import type { CampaignPoint, PointOutcome } from "../../sim/run/campaign.ts";
import type { Ticket } from "../../sim/run/ticket.ts";
import { EXIT_INTERRUPTED, Failure } from "./failure.ts";
import type { Cli } from "./io.ts";
import { Progress } from "./progress.ts";

/** How seeds are run. `timeoutS`: wall time after which a seed is given up, null for none. `worker`: what runs a seed, where it is not the plain run. */
export type Manner = { readonly workers: number; readonly twice: boolean; readonly timeoutS: number | null; readonly worker?: URL };

/**
 * A campaign as a part of more: `laterSeeds` as long as its first are expected after it; `done` hears of each seed as soon as it is done. `budgetS`:
 * it runs as many of its seeds as this time allows, which then is what progress counts.
 */
export type PartOfMore = { readonly laterSeeds: number; readonly budgetS?: number | null; done(point: number, outcome: RunOutcome): void };

/** Runs one campaign and shows its progress; `note` stands before the progress. Throws a {@link Failure} with exit code 130 on Ctrl-C. */
export type Simulate = (points: readonly CampaignPoint[], note?: string, part?: PartOfMore) => Promise<PointOutcome[]>;

/** Runs all points over worker threads and shows progress. Throws a {@link Failure} with exit code 130 on Ctrl-C. */
export async function simulate(points: readonly CampaignPoint[], manner: Manner, cli: Cli): Promise<PointOutcome[]> {
  const slots = points.reduce((sum, point) => sum + point.seeds.length, 0);
  return withSimulation({ ...manner, slots, interrupted: () => "nothing was written" }, cli, (run) => run(points));
}

/**
 * Gives `work` a way to run one campaign after another on the same workers, which stay compiled. `slots` is the most seeds of one
 * campaign; `interrupted` says what a Ctrl-C left behind.
 */
export async function withSimulation<T>(
  manner: Manner & { readonly slots: number; readonly interrupted: () => string },
  cli: Cli,
  work: (simulate: Simulate) => Promise<T>,
): Promise<T> {
  const { Interrupted, runCampaign } = await import("../../sim/run/campaign.ts");
  const { openPool } = await import("../../sim/run/pool.ts");
  const { slots, twice, timeoutS } = manner;
  const workers = Math.min(manner.workers, slots);
  const now = (): number => performance.now();
  const workerFile = cli.io.workerFile ?? manner.worker;
  const custom = workerFile === undefined ? {} : { workerFile };
  const pool = openPool({ workers, slots, twice, timeoutS, stacks: cli.debug, ...custom });
  const interrupts = cli.io.watchInterrupts();
  // Workers are deep in a loop and hear nothing; only ending them ends the campaign.
  interrupts.signal.addEventListener("abort", () => void pool.close());
  const run: Simulate = async (points, note = "", part) => {
    pool.rewind();
    const slotUs = await slotLengths(points);
    const laterUs = part === undefined ? null : part.laterSeeds * (slotUs[0] ?? 0);
    const budgetMs = part?.budgetS === undefined || part.budgetS === null ? null : part.budgetS * 1000;
    const progress = new Progress(cli.io, { slotUs, clockUs: pool.clockUs, note, laterUs, budgetMs }, now);
    const done = (ticket: Ticket, outcome: RunOutcome): void => {
      progress.finish(ticket.slot);
      part?.done(ticket.point, outcome);
    };
    progress.start();
    try {
      return await runCampaign(points, pool.run, { lanes: workers, signal: interrupts.signal, now, done });
    } finally {
      progress.stop();
    }
  };
  try {
    return await work(run);
  } catch (error) {
    if (error instanceof Interrupted) throw new Failure(`interrupted; ${manner.interrupted()}`, [], EXIT_INTERRUPTED);
    throw error;
  } finally {
    interrupts.release();
    await pool.close();
  }
}

/** Virtual microseconds of every ticket, in the order of slots. */
async function slotLengths(points: readonly CampaignPoint[]): Promise<number[]> {
  const { runLengthUs } = await import("../../sim/options.ts");
  return points.flatMap(({ options, seeds, until }) => {
    const whole = runLengthUs(options);
    return seeds.map(() => (until === null ? whole : Math.min(whole, until)));
  });
}
