/** One run of a seed with its ladder, as one side of a search for the first difference sees it. */
import type { LadderReading } from "../../../src/base/hash.ts";
import { type Options, runLengthUs } from "../../options.ts";
import type { RunResult } from "../../outcome.ts";
import type { World } from "../../world/world.ts";
import { runSeed } from "../run-seed.ts";
import { EventLadder, type LadderOf, type TimedLadder, type Window, type WindowReading } from "./event-ladder.ts";

/** The form of the answer. A side that answers in another form is of a commit that cannot be compared with this one. */
export const LADDER_SCHEMA = "peerstead-ladder/1";

/** What a side is asked: a ladder of the whole run, or a window of it. `until`: virtual microseconds at which the run may stop, null for its end. */
export type LadderAsk = { readonly of: LadderOf; readonly window: Window | null; readonly until: number | null };

/** What a run leaves of itself; `options` are those that it ran with. Of a run that stopped early, fingerprint and decisions tell nothing but the part that ran. */
export type LadderAnswer = {
  readonly schema: typeof LADDER_SCHEMA;
  readonly scenario: string;
  readonly seed: number;
  readonly of: LadderOf;
  readonly end_us: number;
  readonly result: RunResult;
  readonly fingerprint: string;
  readonly decisions: string;
  readonly ladder: TimedLadder;
  /** The ladder of the fingerprint, as reports keep it. */
  readonly recorded: LadderReading;
  readonly window: WindowReading | null;
  readonly options: Options;
};

/** Runs a seed. `progress` is told the virtual microseconds reached. Throws what the simulator throws. */
export function ladderRun(given: Options, seed: number, ask: LadderAsk, progress: (virtualUs: number) => void): LadderAnswer {
  const watch = new EventLadder(ask.of, ask.window);
  const until = ask.until === null ? {} : { until: ask.until };
  // Of a swarm each seed draws options of its own.
  let options = given;
  const begun = (world: World): void => {
    ({ options } = world);
    watch.listen(world);
  };
  const outcome = runSeed(given, seed, { progress, watch, begun, ...until });
  return {
    schema: LADDER_SCHEMA,
    scenario: options.scenario,
    seed,
    of: ask.of,
    end_us: Math.min(ask.until ?? Number.POSITIVE_INFINITY, runLengthUs(options)),
    result: outcome.result,
    fingerprint: outcome.fingerprint,
    decisions: outcome.decisions,
    ladder: watch.whole(),
    recorded: outcome.ladder,
    window: watch.window(),
    options,
  };
}
