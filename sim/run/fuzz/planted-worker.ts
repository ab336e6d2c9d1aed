/** The inside of a worker thread that looks for a planted bug, seed after seed. */
import { compareRuns } from "../../checkers/determinism.ts";
import type { Options, PlantedName } from "../../options.ts";
import { isFailure, swarmRun } from "./swarm-run.ts";

/** A bug to look for, which the options have planted: from a seed on, in so many seeds at most. `twice`: it may show as a difference between two runs of a seed. */
export type Hunt = {
  readonly options: Options;
  readonly name: PlantedName;
  readonly from: number;
  readonly most: number;
  readonly twice: boolean;
};

/** What came of it: the seed that found it and the rule it broke, or nulls. `seeds`: how many were run. */
export type Caught = {
  readonly name: PlantedName;
  readonly seeds: number;
  readonly seed: number | null;
  readonly rule: string | null;
  readonly message: string;
};

/** Looks for one bug; called by this name. */
export async function hunt({ options, name, from, most, twice }: Hunt): Promise<Caught> {
  await Promise.resolve();
  for (let seeds = 1; seeds <= most; seeds++) {
    const seed = from + seeds - 1;
    const broken = brokenIn(options, seed, twice);
    if (broken !== null) return { name, seeds, seed, ...broken };
  }
  return { name, seeds: most, seed: null, rule: null, message: "" };
}

function brokenIn(options: Options, seed: number, twice: boolean): { readonly rule: string; readonly message: string } | null {
  try {
    const first = swarmRun(options, seed);
    const violation = isFailure(first.result) ? first.violations[0] : undefined;
    const found = violation ?? (twice ? compareRuns(first, swarmRun(options, seed))[0] : undefined);
    return found === undefined ? null : { rule: found.rule, message: found.message };
  } catch (error) {
    // A bug that trips an assertion is found, too.
    return { rule: "crash", message: error instanceof Error ? error.message : String(error) };
  }
}
