/** The document that `compare` leaves: both sides in short, every figure, and the verdict in words. */
import type { Options } from "../../options.ts";
import type { RunOutcome, RunResult } from "../../outcome.ts";
import { buildDocument, worstResult, type RunDocument, type RunLine, type ThresholdLine } from "../document.ts";
import { comparedRows, testsOf, type ComparedRow } from "./rows.ts";
import { settingDifferences, type SettingDifference } from "./settings-diff.ts";
import { CONFIDENCE, EXACT_PAIRS_MAX, FLIPS, pairsLeast, POWER, RESAMPLES } from "./statistics.ts";
import { verdictOf } from "./words.ts";

/** One of the two policies. */
export type ComparedSide = {
  /** What sets it apart, in a few words. */
  readonly label: string;
  /** What was changed of the scenario, as the command line said it. */
  readonly changes: readonly string[];
  /** The command that runs this side alone. */
  readonly command: string;
  readonly result: RunResult;
  /** Why the result can show nothing, where it cannot. */
  readonly inconclusive: readonly string[];
  readonly thresholds: readonly ThresholdLine[];
  readonly fingerprint: string;
  /** Runs that broke a rule or did not end, each with the command that shows it again. */
  readonly broken: readonly BrokenRun[];
};

/** A run that broke a rule or did not end. */
export type BrokenRun = Pick<RunLine, "seed" | "result" | "violations" | "violations_total" | "replay">;

/** How figures were compared; see `statistics.ts`. */
export type Method = {
  readonly interval: "expanded percentile bootstrap";
  readonly confidence: number;
  readonly resamples: number;
  readonly test: "sign-flip permutation";
  /** Patterns of signs that were drawn, or null where all were counted. */
  readonly patterns_drawn: number | null;
  readonly correction: "Holm";
  /** Rows that were tested: judged ones that differ in at least one seed. */
  readonly tests: number;
  /** With fewer seeds than this nothing can be told apart. */
  readonly seeds_least: number;
  /** For `seeds_needed`. */
  readonly power: number;
};

/** How many judged rows came out which way. */
export type Counts = { readonly better: number; readonly worse: number; readonly same: number; readonly equal: number };

/** Everything a comparison leaves. It depends on the scenario, both policies, the seeds and the code alone. */
export type Comparison = {
  readonly scenario: string;
  readonly title: string;
  readonly commit: string;
  readonly command: string;
  readonly seeds: readonly number[];
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Where the expanded options differ. */
  readonly settings: readonly SettingDifference[];
  readonly method: Method;
  /** The verdict in sentences, from B's point of view. */
  readonly verdict: string;
  readonly counts: Counts;
  readonly rows: readonly ComparedRow[];
};

/** What is known of one side before its runs are read. `outcomes` stand in seed order. */
export type SideParts = {
  readonly label: string;
  readonly changes: readonly string[];
  readonly command: string;
  readonly replay: (seed: number) => string;
  readonly options: Options;
  readonly outcomes: readonly RunOutcome[];
};

/** What a comparison is made of: both sides on the same seeds. `command` repeats it and names no workers. */
export type ComparisonParts = {
  readonly seeds: readonly number[];
  readonly commit: string;
  readonly command: string;
  readonly a: SideParts;
  readonly b: SideParts;
};

/** Compares what both sides left. */
export function buildComparison({ seeds, commit, command, a, b }: ComparisonParts): Comparison {
  const [left, right] = [documentOf(a, commit), documentOf(b, commit)];
  const rows = comparedRows(a.outcomes, b.outcomes);
  const tests = testsOf(rows);
  const count = (verdict: ComparedRow["verdict"]): number => rows.filter((row) => row.verdict === verdict).length;
  const counts = { better: count("better"), worse: count("worse"), same: count("same"), equal: count("equal") };
  const method: Method = {
    interval: "expanded percentile bootstrap",
    confidence: CONFIDENCE,
    resamples: RESAMPLES,
    test: "sign-flip permutation",
    patterns_drawn: seeds.length > EXACT_PAIRS_MAX ? FLIPS : null,
    correction: "Holm",
    tests,
    seeds_least: pairsLeast(Math.max(1, tests)),
    power: POWER,
  };
  return {
    scenario: left.scenario,
    title: left.title,
    commit,
    command,
    seeds,
    a: sideOf(a, left),
    b: sideOf(b, right),
    settings: settingDifferences(left.options, right.options),
    method,
    verdict: verdictOf({ counts, seeds: seeds.length, seedsLeast: method.seeds_least }),
    counts,
    rows,
  };
}

/** The result of both sides as far as it is about broken rules and runs that did not end: thresholds and vacuity are each side's own matter. */
export function resultOf({ a, b }: Pick<Comparison, "a" | "b">): RunResult {
  return worstResult([a.result, b.result].map((result) => (result === "threshold" || result === "inconclusive" ? "ok" : result)));
}

function documentOf({ options, outcomes, command, replay }: SideParts, commit: string): RunDocument {
  const seeds = outcomes.map((run) => run.seed);
  return buildDocument({ options, outcomes, seeds, commit, mode: options.modes.join("+"), command, replay });
}

function sideOf({ label, changes, command }: SideParts, document: RunDocument): ComparedSide {
  const { result, inconclusive, thresholds, fingerprint, runs } = document;
  const broken = runs
    .filter((run) => run.result !== "ok" && run.result !== "inconclusive")
    .map(
      ({ seed, result: ended, violations, violations_total, replay }): BrokenRun => ({
        seed,
        result: ended,
        violations,
        violations_total,
        replay,
      }),
    );
  return { label, changes, command, result, inconclusive, thresholds, fingerprint, broken };
}
