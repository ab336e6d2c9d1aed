/**
 * All seeds of all sweep points of one scenario: hands them to workers, keeps to the time budget, and merges in seed
 * order, so that what comes out does not depend on the number of workers or on who was done first (DT1).
 */
import { assert } from "../../src/base/assert.ts";
import type { Options } from "../options.ts";
import type { RunOutcome } from "../outcome.ts";
import { crashText, failedOutcome, type Ticket } from "./ticket.ts";

/** The seeds of one sweep point. */
export type CampaignPoint = {
  readonly options: Options;
  /** In the order they are handed out; each once. */
  readonly seeds: readonly number[];
  /** Seconds of wall time after which no further seed of this point starts; null for no limit. Its first seed always runs. */
  readonly budgetS: number | null;
  /** Virtual microseconds at which its runs stop early, or null. */
  readonly until: number | null;
  /** File for a full trace of its runs, or null. Only sensible with a single seed. */
  readonly trace: string | null;
  /** How many of its runs, by the lowest seeds, leave their story. */
  readonly stories: number;
};

/** What became of one sweep point. */
export type PointOutcome = {
  /** One outcome per seed that ran, by ascending seed. */
  readonly outcomes: readonly RunOutcome[];
  /** Seeds that were asked for; more than `outcomes` when the budget ended the point early. */
  readonly asked: number;
};

/** Runs one seed somewhere. A rejection means that the worker died; it becomes an outcome of result `crash`. */
export type SeedRunner = (ticket: Ticket) => Promise<RunOutcome>;

/** How a campaign is carried out and watched. */
export type CampaignWatch = {
  /** Seeds that run at once. */
  readonly lanes: number;
  /** Aborting ends the campaign with {@link Interrupted}; whoever aborts also closes the pool. */
  readonly signal: AbortSignal;
  /** Wall clock in milliseconds, for budgets only. */
  readonly now: () => number;
  /** Called when a seed starts and when it is done. */
  readonly started?: (ticket: Ticket) => void;
  readonly done?: (ticket: Ticket, outcome: RunOutcome) => void;
};

/** The campaign was aborted; what had run is dropped. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Number of tickets a campaign can hand out: one per seed of every point. */
export function ticketCount(points: readonly Pick<CampaignPoint, "seeds">[]): number {
  return points.reduce((sum, point) => sum + point.seeds.length, 0);
}

/** Runs all points, in order, and answers one outcome per point. Throws {@link Interrupted} only. */
export async function runCampaign(points: readonly CampaignPoint[], run: SeedRunner, watch: CampaignWatch): Promise<PointOutcome[]> {
  assert(watch.lanes >= 1, "a campaign needs a lane");
  const outcomes: RunOutcome[][] = points.map(() => []);
  const next = ticketSource(points, watch.now);
  const lane = async (): Promise<void> => {
    for (let ticket = next(); ticket !== null && !watch.signal.aborted; ticket = next()) {
      watch.started?.(ticket);
      const outcome = await settled(run, ticket);
      if (watch.signal.aborted) return;
      outcomes[ticket.point]?.push(outcome);
      watch.done?.(ticket, outcome);
    }
  };
  await Promise.all(Array.from({ length: watch.lanes }, lane));
  if (watch.signal.aborted) throw new Interrupted("interrupted");
  return points.map((point, index) => ({
    outcomes: (outcomes[index] ?? []).toSorted((a, b) => a.seed - b.seed),
    asked: point.seeds.length,
  }));
}

/** The outcome of one ticket, also when its worker dies under it. */
async function settled(run: SeedRunner, ticket: Ticket): Promise<RunOutcome> {
  try {
    return await run(ticket);
  } catch (error) {
    return failedOutcome(ticket.seed, "crash", "crash", `the worker died: ${crashText(error, false)}`);
  }
}

/** Whether fewer than `count` of the seeds are lower: the same seeds, in whatever order they are handed out. */
function isAmongLowest(seed: number, seeds: readonly number[], count: number): boolean {
  let lower = 0;
  for (const other of seeds) if (other < seed && ++lower >= count) return false;
  return lower < count;
}

/**
 * Hands out tickets point by point, seed by seed; null when there are no more. A point's budget begins with its first
 * ticket, and what is left of a point whose budget is spent is passed over.
 */
function ticketSource(points: readonly CampaignPoint[], now: () => number): () => Ticket | null {
  let index = 0;
  let position = 0;
  let firstSlot = 0;
  let startedAt = 0;
  return () => {
    for (let point = points[index]; point !== undefined; point = points[index]) {
      if (position === 0) startedAt = now();
      const spent = position > 0 && point.budgetS !== null && now() - startedAt >= point.budgetS * 1000;
      const seed = spent ? undefined : point.seeds[position];
      if (seed !== undefined) {
        const slot = firstSlot + position;
        position += 1;
        const { options, until, trace } = point;
        return { options, point: index, seed, slot, until, trace, story: isAmongLowest(seed, point.seeds, point.stories) };
      }
      firstSlot += point.seeds.length;
      index += 1;
      position = 0;
    }
    return null;
  };
}
