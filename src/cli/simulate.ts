/** What `run` and `replay` share: a pool, a campaign over it, progress, and a clean end on Ctrl-C. */
import type { CampaignPoint, PointOutcome } from "../../sim/run/campaign.ts";
import type { Options } from "../../sim/options.ts";
import { EXIT_INTERRUPTED, Failure } from "./failure.ts";
import type { Cli } from "./io.ts";
import { Progress } from "./progress.ts";

/** A sweep point with its work. */
export type Assignment = { readonly options: Options; readonly point: CampaignPoint };

/** How the simulation is carried out. `timeoutS`: wall time after which a seed is given up, null for none. */
export type Manner = { readonly workers: number; readonly twice: boolean; readonly timeoutS: number | null };

/** Runs all assignments over worker threads and shows progress. Throws a {@link Failure} with exit code 130 on Ctrl-C. */
export async function simulate(assignments: readonly Assignment[], manner: Manner, cli: Cli): Promise<PointOutcome[]> {
  const { Interrupted, runCampaign, ticketCount } = await import("../../sim/run/campaign.ts");
  const { openPool } = await import("../../sim/run/pool.ts");
  const points = assignments.map((a) => a.point);
  const slots = ticketCount(points);
  const workers = Math.min(manner.workers, slots);
  const now = (): number => performance.now();
  const custom = cli.io.workerFile === undefined ? {} : { workerFile: cli.io.workerFile };
  const { twice, timeoutS } = manner;
  const pool = openPool({ workers, points: assignments.map((a) => a.options), slots, twice, timeoutS, stacks: cli.debug, ...custom });
  const progress = new Progress(cli.io, { slotUs: slotLengths(assignments), clockUs: pool.clockUs }, now);
  const interrupts = cli.io.watchInterrupts();
  // Workers are deep in a loop and hear nothing; only ending them ends the campaign.
  interrupts.signal.addEventListener("abort", () => void pool.close());
  progress.start();
  try {
    const done = (ticket: { readonly slot: number }): void => progress.finish(ticket.slot);
    return await runCampaign(points, pool.run, { lanes: workers, signal: interrupts.signal, now, done });
  } catch (error) {
    if (error instanceof Interrupted) throw new Failure("interrupted; nothing was written", [], EXIT_INTERRUPTED);
    throw error;
  } finally {
    progress.stop();
    interrupts.release();
    await pool.close();
  }
}

/** Virtual microseconds of every ticket, in the order of slots. */
function slotLengths(assignments: readonly Assignment[]): number[] {
  return assignments.flatMap(({ options, point }) => {
    const settle = options.modes.includes("liveness") ? options.settleUs : 0;
    const whole = options.durationUs + settle;
    return point.seeds.map(() => (point.until === null ? whole : Math.min(whole, point.until)));
  });
}
