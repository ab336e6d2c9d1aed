/** Runs that fail, for tests: a planted bug in a small world with most kinds of faults. */
import type { Fault, Options, PlantedName } from "../../options.ts";
import type { Violation } from "../../outcome.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { causalCone, type Cone } from "./cone.ts";
import type { FailureStory } from "./timeline.ts";
import { type TracedRun, traceRun } from "./trace.ts";

const SECOND = 1_000_000;

/** A planned fault, again and again unless told otherwise. */
export function fault(kind: Fault["kind"], atS: number, over: Partial<Fault> = {}): Fault {
  const share = { pick: "share", share: 0.2 } as const;
  return { id: kind, kind, atUs: atS * SECOND, everyUs: 90 * SECOND, forUs: 8 * SECOND, target: share, amount: 0.5, close: true, ...over };
}

/** Crashes, leaves, cuts, a store in trouble, a restart and failed validations, most of them again and again. */
export const FAULTS: readonly Fault[] = [
  fault("crash", 40),
  fault("leave", 47),
  fault("cut", 54),
  fault("store-unknown", 61),
  fault("store-fail", 68),
  fault("coordinator-restart", 300, { everyUs: null, forUs: 2 * SECOND }),
  fault("validation-fail", 60, { target: { pick: "busiest", count: 1 } }),
];

/** Bugs with a seed that shows them soon, and the rule they break. */
export const FAILING = {
  "no-fence": [3, "HO3"],
  "commit-before-freeze": [1, "HO1"],
  "orphan-on-failed-move": [5, "HO8"],
  "redirect-lost": [1, "LV2"],
  "release-lost": [3, "HO9"],
  "fallback-forgotten": [1, "LV1"],
  "blocked-host-keeps-maps": [1, "HO10"],
} as const satisfies Partial<Record<PlantedName, readonly [number, string]>>;

/** Name of a failing run. */
export type FailingName = keyof typeof FAILING;

/** The options of a failing run. */
export function failingOptions(name: FailingName): Options {
  const options = smallOptions({ faults: FAULTS, planted: [name] });
  // The fence at the checkpoint would stop a host that was never told to stop within a minute.
  return name === "release-lost" ? { ...options, tuning: { ...options.tuning, checkpointS: 3600 } } : options;
}

/** A failing run, traced, with its first violation of the rule that the bug breaks. */
export type Failing = {
  readonly options: Options;
  readonly seed: number;
  readonly run: TracedRun;
  readonly violation: Violation;
  readonly cone: Cone;
};

const known = new Map<FailingName, Failing>();

/** Runs one, once. Throws if the bug no longer shows itself in its seed. */
export function failing(name: FailingName): Failing {
  const made = known.get(name) ?? runFailing(name);
  known.set(name, made);
  return made;
}

function runFailing(name: FailingName): Failing {
  const [seed, rule] = FAILING[name];
  const options = failingOptions(name);
  const run = traceRun(options, seed);
  const violation = run.outcome.violations.find((v) => v.rule === rule);
  if (violation === undefined) throw new Error(`seed ${seed} with ${name} no longer breaks ${rule}`);
  return { options, seed, run, violation, cone: causalCone(run.events, violation) };
}

/** The story of a failing run, as a page wants it. */
export function storyOf({ options, seed, run, violation, cone }: Failing): FailureStory {
  return {
    scenario: options.scenario,
    seed,
    run,
    violation,
    cone,
    faults: options.faults,
    sites: options.vps.sites.length,
    command: `peerstead replay ${options.scenario} --seed ${seed}`,
    beside: [{ file: "trace.jsonl", what: "these steps as data" }],
  };
}
