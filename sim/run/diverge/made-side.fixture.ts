/** Sides for tests that run nothing: a list of made decisions, one of which may be another. */
import { COORDINATOR } from "../../../src/core/protocol/ids.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { EventLadder } from "./event-ladder.ts";
import { LADDER_SCHEMA, type LadderAnswer, type LadderAsk } from "./ladder-run.ts";
import type { Both, RunBoth } from "./search.ts";

/** A side of `entries` decisions, one each millisecond; those with the numbers `other` and `also` (from 1; 0 for none) are unlike the usual. */
export type Made = { readonly entries: number; readonly other: number; readonly also?: number };

/** What a made side answers; its ladders have few rungs, so that they soon drop some. */
export function madeAnswer({ entries, other, also = 0 }: Made, ask: LadderAsk, rungsMax: number): LadderAnswer {
  const watch = new EventLadder(ask.of, ask.window, rungsMax);
  const end = ask.until ?? entries * 1000;
  for (let i = 1; i <= entries && i * 1000 <= end; i += 1)
    watch.record(COORDINATOR, i * 1000, { kind: "storm/released", suspects: i === other || i === also ? -1 : i });
  const ladder = watch.whole();
  return {
    schema: LADDER_SCHEMA,
    scenario: "test/made",
    seed: 1,
    of: ask.of,
    end_us: end,
    result: "ok",
    fingerprint: ladder.digest,
    decisions: ladder.digest,
    ladder,
    recorded: ladder,
    window: watch.window(),
    options: smallOptions(),
  };
}

/** Both sides made, each round as `sides` gives them; counts the rounds. */
export function madeRuns(sides: (round: number) => Both<Made>, rungsMax = 4): { readonly run: RunBoth; rounds(): number } {
  let round = 0;
  return {
    run: async (asks) => {
      round += 1;
      const [a, b] = sides(round);
      return [madeAnswer(a, asks[0], rungsMax), madeAnswer(b, asks[1], rungsMax)];
    },
    rounds: () => round,
  };
}
