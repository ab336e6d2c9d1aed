/** Two hand-made sides over the same seeds. The figures are plausible, none is a result. */
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import { someMetrics, someOptions, someOutcome } from "../document.fixture.ts";
import { buildComparison, type Comparison } from "./document.ts";

/** Values of single metrics in one run, in the metrics' units. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/** One outcome per seed, 1 upwards, with these figures. */
export function runsOf(seeds: number, figures: (seed: number) => Figures): RunOutcome[] {
  return Array.from({ length: seeds }, (_, i) => someOutcome(i + 1, { metrics: someMetrics(figures(i + 1)) }));
}

/** A comparison of these runs; `changes` are the options of B. */
export function compared(a: readonly RunOutcome[], b: readonly RunOutcome[], changes: Partial<Options> = {}): Comparison {
  const side = (label: string, outcomes: readonly RunOutcome[], options: Options) => ({
    label,
    changes: [`--set-${label}`],
    command: `peerstead run x --set ${label}`,
    replay: (seed: number) => `peerstead replay x --seed ${seed} --set ${label}`,
    options,
    outcomes,
  });
  return buildComparison({
    seeds: a.map((run) => run.seed),
    commit: "c0ffee",
    command: "peerstead compare x",
    a: side("one=1", a, someOptions()),
    b: side("one=2", b, someOptions(changes)),
  });
}
