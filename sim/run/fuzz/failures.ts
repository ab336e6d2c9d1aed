/** Failures of a campaign, gathered by what they have in common, so that a hundred failing seeds are a handful of things to look at. */
import type { Fault, Options } from "../../options.ts";
import type { RunResult, Violation } from "../../outcome.ts";
import { machinesOf } from "../shrink/machines.ts";
import type { Minimal } from "../shrink/minimise.ts";
import type { SwarmOutcome } from "./swarm-run.ts";

/** What makes two failures one: the rule, the kinds of things it is about, and the kinds of faults that the smallest run needs. */
export type Signature = { readonly rule: string; readonly entities: readonly string[]; readonly faults: readonly string[] };

/** The smallest run that still fails. */
export type MinimalLine = {
  readonly faults: number;
  readonly hosts: number;
  readonly players: number;
  readonly maps: number;
  readonly duration_s: number;
  readonly runs: number;
  readonly verified: boolean;
  readonly unfinished: boolean;
  readonly message: string;
  readonly at_s: number;
};

/** Failures of one signature. */
export type FuzzFailure = {
  readonly signature: Signature;
  readonly result: RunResult;
  /** Failing seeds of this kind, lowest first; the first is the one that was cut down. */
  readonly seeds: readonly number[];
  readonly message: string;
  readonly at_s: number;
  /** Null when there was nothing to cut: the first run again did not fail. */
  readonly minimal: MinimalLine | null;
  /** Folder beneath the report with failure.json, minimal.yaml, trace.jsonl and timeline.html. */
  readonly folder: string;
};

/** Failing seeds that look alike before anything is known of them: the same rule, said in the same words but for numbers and names. */
export type Suspects = {
  readonly rule: string;
  readonly result: RunResult;
  readonly first: SwarmOutcome;
  readonly seeds: readonly number[];
};

/** Gathers failing seeds by rule and wording; the order is that of the first seed of each. */
export function gathered(failed: readonly SwarmOutcome[]): Suspects[] {
  const groups = new Map<string, { rule: string; result: RunResult; first: SwarmOutcome; seeds: number[] }>();
  for (const outcome of failed) {
    const violation = outcome.violations[0];
    if (violation === undefined) continue;
    const key = `${violation.rule} ${wording(violation)}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { rule: violation.rule, result: outcome.result, first: outcome, seeds: [outcome.seed] });
    else known.seeds.push(outcome.seed);
  }
  return [...groups.values()];
}

/** A message without what differs from run to run. */
function wording({ message }: Violation): string {
  return message
    .replace(/; before: .*/s, "")
    .replaceAll(/\([a-z0-9_@#-]+\)/g, "()")
    .replaceAll(/[0-9a-f]{16}|\d+(\.\d+)*/g, "#");
}

/** The signature of a failure that was cut down. */
export function signatureOf(rule: string, violation: Violation, options: Options): Signature {
  return { rule, entities: entitiesOf(violation, options), faults: [...new Set(options.faults.map((fault: Fault) => fault.kind))].sort() };
}

/** Kinds of things a violation is about: critical or other map, VPS site or player host, player. */
function entitiesOf(violation: Violation, { maps, vps }: Options): string[] {
  const kinds: string[] = [];
  if (violation.map !== undefined) kinds.push(maps.eligible[violation.map] === true ? "map" : "critical map");
  if (violation.host !== undefined) kinds.push(violation.host <= vps.sites.length ? "VPS site" : "player host");
  if (violation.player !== undefined) kinds.push("player");
  return kinds;
}

/** The figures of a minimal run. */
export function minimalLine({ options, violation, runs, verified, unfinished }: Minimal): MinimalLine {
  return {
    faults: options.faults.length,
    hosts: machinesOf(options).length,
    players: options.players.initial,
    maps: options.maps.names.length,
    duration_s: options.durationUs / 1e6,
    runs,
    verified,
    unfinished,
    message: violation.message,
    at_s: violation.at_s,
  };
}

/** Failures of equal signature become one: the first keeps its seed and its folder, the others give their seeds. */
export function merged(failures: readonly FuzzFailure[]): FuzzFailure[] {
  const bySignature = new Map<string, FuzzFailure>();
  for (const failure of failures) {
    const key = JSON.stringify(failure.signature);
    const known = bySignature.get(key);
    if (known === undefined) bySignature.set(key, failure);
    else bySignature.set(key, { ...known, seeds: [...known.seeds, ...failure.seeds].sort((a, b) => a - b) });
  }
  return [...bySignature.values()];
}
