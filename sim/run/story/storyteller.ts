/** All that looks on for pages: the remarkable moves of every run, and the whole story of those that are asked for it. */
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import type { Observer } from "../../world/observer.ts";
import { type Changed, MapWatch } from "./map-watch.ts";
import { MoveTracer } from "./move-trace.ts";
import { RemarkableMoves } from "./remarkable.ts";
import { StoryKeeper } from "./story.ts";

/** Observers of one run, in the order in which they must hear it, and what they leave when it is over. */
export type Storyteller = {
  readonly observers: readonly Observer[];
  outcome(): Pick<RunOutcome, "moves" | "story">;
};

/** Opens it; `wanted` is whether the run leaves its story. `changed` is told of changes of hands, too. */
export function storyteller(options: Pick<Options, "maps">, wanted: boolean, changed: Changed): Storyteller {
  const moves = new RemarkableMoves();
  const watch = new MapWatch((at, map, host) => {
    changed(at, map, host);
    keeper?.changed(at, map, host);
  });
  const keeper = wanted ? new StoryKeeper(options, watch) : null;
  const tracer = new MoveTracer(watch, (trace) => {
    moves.add(trace);
    keeper?.ended(trace);
  });
  return {
    observers: keeper === null ? [watch, tracer] : [watch, tracer, keeper],
    outcome: () => ({ moves: moves.outcome(), story: keeper?.outcome() ?? null }),
  };
}
