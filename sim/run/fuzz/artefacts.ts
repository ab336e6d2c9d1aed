/** What a failure leaves in its folder, so that it can be looked at, run again, and kept. */
import type { LadderReading } from "../../../src/base/hash.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome, RunResult } from "../../outcome.ts";
import { causalCone } from "../failure/cone.ts";
import { timelinePage } from "../failure/timeline.ts";
import { traceLines } from "../failure/trace-lines.ts";
import { traceRun } from "../failure/trace.ts";
import { scenarioHash } from "../scenario/scenario-hash.ts";
import { scenarioText } from "../scenario/write.ts";
import type { Minimal } from "../shrink/minimise.ts";
import { minimalLine, type MinimalLine, type Signature } from "./failures.ts";

/** failure.json: everything that gives the failure again. */
export type FailureDocument = {
  readonly schema: "peerstead-failure/1";
  readonly commit: string;
  /** Version of Node that ran it. */
  readonly node: string;
  readonly scenario: string;
  /** Of the options below: equal hashes are equal runs. */
  readonly scenario_hash: string;
  readonly seed: number;
  readonly result: RunResult;
  readonly rule: string;
  readonly message: string;
  readonly at_s: number;
  readonly signature: Signature;
  readonly fingerprint: string;
  readonly decisions: string;
  readonly ladder: LadderReading;
  /** The one command that runs it again, from the folder in which it was found. */
  readonly replay: string;
  /** Null when the failure could not be cut down. */
  readonly minimal: (MinimalLine & { readonly fingerprint: string; readonly scenario_hash: string; readonly replay: string }) | null;
  /** What the seed drew and everything else, expanded. */
  readonly options: Options;
};

/** A failure with all that is known of it. `options` are explicit; `folder` is where its files will stand, for the commands in them. */
export type Found = {
  readonly commit: string;
  readonly node: string;
  readonly options: Options;
  readonly outcome: RunOutcome;
  readonly signature: Signature;
  readonly minimal: Minimal | null;
  readonly folder: string;
};

/** A file of the folder. */
export type Artefact = { readonly name: string; readonly text: string };

/** Steps of a run that are kept for the cone. */
const EVENTS_MAX = 400_000;

/** The files of a failure: failure.json always; of a failure that was cut down minimal.yaml, and of a broken rule trace.jsonl and timeline.html too. */
export function artefactsOf(found: Found): Artefact[] {
  const { options, outcome, signature, minimal, folder } = found;
  const { seed } = outcome;
  const files: Artefact[] = [{ name: "failure.json", text: `${JSON.stringify(failureDocument(found), null, 2)}\n` }];
  const small = minimal?.options ?? options;
  const name = `${options.scenario}-${signature.rule.toLowerCase()}-${seed}`;
  if (minimal !== null) files.push({ name: "minimal.yaml", text: scenarioText({ ...small, scenario: name }, seed, notesOf(found)) });
  const traced = signature.rule === CRASHED ? null : tracedFiles({ ...small, scenario: name }, found, `${folder}/minimal.yaml`);
  return traced === null ? files : [...files, ...traced];
}

const CRASHED = "crash";

function failureDocument({ commit, node, options, outcome, signature, minimal, folder }: Found): FailureDocument {
  const violation = minimal === null ? undefined : minimal.violation;
  const first = outcome.violations.find(({ rule }) => rule === signature.rule) ?? violation;
  return {
    schema: "peerstead-failure/1",
    commit,
    node,
    scenario: options.scenario,
    scenario_hash: scenarioHash(options),
    seed: outcome.seed,
    result: outcome.result,
    rule: signature.rule,
    message: first?.message ?? "",
    at_s: first?.at_s ?? 0,
    signature,
    fingerprint: outcome.fingerprint,
    decisions: outcome.decisions,
    ladder: outcome.ladder,
    replay: `peerstead replay ${folder}/failure.json`,
    minimal:
      minimal === null
        ? null
        : {
            ...minimalLine(minimal),
            fingerprint: minimal.outcome.fingerprint,
            scenario_hash: scenarioHash(minimal.options),
            replay: `peerstead replay ${folder}/minimal.yaml --seed ${outcome.seed}`,
          },
    options,
  };
}

function notesOf({ commit, outcome, minimal, signature }: Found): string[] {
  const message = minimal?.violation.message.replace(/; before: .*/s, "") ?? "";
  return [
    `The smallest run found that breaks ${signature.rule}: ${message}`,
    `Cut out of seed ${outcome.seed} at commit ${commit}; everything it depends on stands here.`,
  ];
}

/** The causal cone as lines and as a page; null when the violation was found outside the run, as a difference between two runs is. */
function tracedFiles(options: Options, { outcome, signature, minimal }: Found, file: string): Artefact[] | null {
  const { seed } = outcome;
  const run = traceRun(options, seed, { eventsMax: EVENTS_MAX, rule: signature.rule });
  const violation = run.outcome.violations.find(({ rule }) => rule === signature.rule);
  if (violation === undefined) return null;
  const cone = causalCone(run.events, violation);
  const { scenario } = options;
  const lines = traceLines({ scenario, seed, run, violation, cone });
  const page = timelinePage({
    scenario,
    seed,
    run,
    violation,
    cone,
    faults: options.faults,
    sites: options.vps.sites.length,
    command:
      minimal === null ? `peerstead replay ${file.replace(/minimal\.yaml$/, "failure.json")}` : `peerstead replay ${file} --seed ${seed}`,
    beside: [
      { file: "failure.json", what: "the seed as it failed first, with all its options" },
      ...(minimal === null ? [] : [{ file: "minimal.yaml", what: "the smallest run that fails alike, as a scenario" }]),
      { file: "trace.jsonl", what: "the steps that led there" },
    ],
  });
  return [
    { name: "trace.jsonl", text: `${lines.join("\n")}\n` },
    { name: "timeline.html", text: page },
  ];
}
