/** What a campaign leaves: which rules were put to the test, which faults truly met something, what was reached, and what failed. */
import type { Fault } from "../../options.ts";
import type { RunResult } from "../../outcome.ts";
import { isLivenessRule } from "../../checkers/hosting.ts";
import { worstResult } from "../document.ts";
import { SWARM_KINDS } from "../swarm/draw-faults.ts";
import type { FuzzFailure } from "./failures.ts";
import { GOALS } from "./goals.ts";
import { isFailure, type SwarmOutcome } from "./swarm-run.ts";

/** One rule: how often it was evaluated, in how many seeds it was broken, and, where it has a bound in time, how much of it was used at most. */
export type RuleLine = {
  readonly rule: string;
  readonly evaluated: number;
  readonly broken: number;
  /** `share` 1 is the bound itself; `seed` came nearest to it. Null for rules without a bound. */
  readonly used: { readonly share: number; readonly seed: number } | null;
};

/** One kind of fault. `planned` and `applied` count occurrences, `effects` what they met; `seeds` had it in their plan. */
export type FaultLine = {
  readonly kind: Fault["kind"];
  readonly seeds: number;
  readonly planned: number;
  readonly applied: number;
  readonly effects: number;
};

/** One goal: in how many seeds it was hit, and whether it must have been by now. */
export type GoalLine = {
  readonly name: string;
  readonly what: string;
  readonly seeds: number;
  readonly times: number;
  readonly within: number;
  readonly state: "reached" | "not yet" | "missed" | "not asked";
};

/** The campaign as `--json` prints it and fuzz.json keeps it. Only `wall_s` depends on the machine. */
export type FuzzDocument = {
  readonly schema: "peerstead-fuzz/1";
  readonly scenario: string;
  readonly commit: string;
  readonly command: string;
  readonly result: RunResult;
  /** Why a campaign without a broken rule proves less than it seems; empty when it does not. */
  readonly inconclusive: readonly string[];
  readonly seeds: {
    readonly first: number;
    readonly last: number;
    readonly ran: number;
    readonly asked: number | null;
    readonly twice: boolean;
  };
  readonly virtual_s: number;
  readonly events: number;
  readonly wall_s: number;
  /** A bug that every seed must find was planted and run first. */
  readonly canary: { readonly seeds: number; readonly caught: boolean };
  readonly rules: readonly RuleLine[];
  readonly faults: readonly FaultLine[];
  readonly goals: readonly GoalLine[];
  /** Everything that was counted by name: in how many seeds, and how often. */
  readonly reached: Readonly<Record<string, { readonly seeds: number; readonly times: number }>>;
  /** How far things went at most, and in which seed first. */
  readonly most: Readonly<Record<string, { readonly value: number; readonly seed: number }>>;
  readonly failures: readonly FuzzFailure[];
  /** Fingerprint of the whole: of every seed's, in order. */
  readonly fingerprint: string;
};

/** What a document is made of, besides the outcomes in the order of their seeds. */
export type FuzzParts = Pick<FuzzDocument, "scenario" | "commit" | "command" | "wall_s" | "canary" | "failures" | "fingerprint"> & {
  readonly outcomes: readonly SwarmOutcome[];
  readonly asked: number | null;
  readonly twice: boolean;
  /** The world is drawn, so that the goals of the default campaign can be asked of it. */
  readonly drawn: boolean;
};

/** Rules that every seed puts to the test, and those that need an occasion, which a campaign of some length has. */
const RULES_OF_ALL = ["OR1", "HO1", "HO2", "HO3", "HO4", "HO5", "HO7", "HO9", "HO10", "LV1", "LV2", "LV3", "LV4"];
const RULES_OF_MANY = ["HO6", "HO8", "HO11", "ST2"];
/** From so many seeds on a campaign has had every occasion: each kind of fault is in half of them. */
const MANY = 60;
/** A fault that was applied so often and never met anything does nothing. */
const APPLIED_MANY = 20;

/** Builds the document. */
export function fuzzDocument(parts: FuzzParts): FuzzDocument {
  const { outcomes, failures } = parts;
  const rules = rulesOf(outcomes);
  const faults = faultsOf(outcomes);
  const reached = reachedOf(outcomes);
  const goals = goalsOf(reached, outcomes.length, parts.drawn);
  const inconclusive = whyInconclusive({ seeds: outcomes.length, drawn: parts.drawn, canary: parts.canary, rules, faults, goals });
  const results: RunResult[] = outcomes.map((outcome) => outcome.result);
  if (inconclusive.length > 0) results.push("inconclusive");
  return {
    schema: "peerstead-fuzz/1",
    scenario: parts.scenario,
    commit: parts.commit,
    command: parts.command,
    result: worstResult(results),
    inconclusive,
    seeds: {
      first: outcomes[0]?.seed ?? 0,
      last: outcomes.at(-1)?.seed ?? 0,
      ran: outcomes.length,
      asked: parts.asked,
      twice: parts.twice,
    },
    virtual_s: outcomes.reduce((sum, outcome) => sum + outcome.virtual_s, 0),
    events: outcomes.reduce((sum, outcome) => sum + outcome.events, 0),
    wall_s: parts.wall_s,
    canary: parts.canary,
    rules,
    faults,
    goals,
    reached,
    most: mostOf(outcomes),
    failures,
    fingerprint: parts.fingerprint,
  };
}

function rulesOf(outcomes: readonly SwarmOutcome[]): RuleLine[] {
  type Line = { evaluated: number; broken: number; used: RuleLine["used"] };
  const lines = new Map<string, Line>();
  const line = (rule: string): Line => {
    const known = lines.get(rule) ?? { evaluated: 0, broken: 0, used: null };
    lines.set(rule, known);
    return known;
  };
  for (const rule of [...RULES_OF_ALL, ...RULES_OF_MANY]) line(rule);
  for (const outcome of outcomes) {
    for (const [rule, times] of Object.entries(outcome.evaluated)) line(rule).evaluated += times;
    for (const [rule, share] of Object.entries(outcome.used)) {
      const known = line(rule);
      if (share > (known.used?.share ?? 0)) known.used = { share, seed: outcome.seed };
    }
    for (const rule of new Set(outcome.violations.map((violation) => violation.rule))) line(rule).broken += 1;
  }
  const order = (rule: string): string => `${isLivenessRule(rule) ? 1 : 0}${rule.replace(/\d+/, (n) => n.padStart(3, "0"))}`;
  return [...lines].map(([rule, of]) => ({ rule, ...of })).sort((a, b) => (order(a.rule) < order(b.rule) ? -1 : 1));
}

function faultsOf(outcomes: readonly SwarmOutcome[]): FaultLine[] {
  const kinds = new Map(SWARM_KINDS.map((kind) => [kind, { seeds: 0, planned: 0, applied: 0, effects: 0 }]));
  for (const outcome of outcomes) {
    for (const [kind, planned] of Object.entries(outcome.planned)) {
      const line = kinds.get(kind as Fault["kind"]);
      if (line === undefined) continue;
      line.seeds += 1;
      line.planned += planned;
    }
    for (const { kind, applied, effects } of outcome.faults) {
      const line = kinds.get(kind as Fault["kind"]);
      if (line === undefined) continue;
      line.applied += applied;
      line.effects += effects;
    }
  }
  return [...kinds].map(([kind, line]) => ({ kind, ...line }));
}

function reachedOf(outcomes: readonly SwarmOutcome[]): FuzzDocument["reached"] {
  const reached: Record<string, { seeds: number; times: number }> = {};
  for (const outcome of outcomes) {
    for (const [name, times] of Object.entries(outcome.reached)) {
      if (times === 0) continue;
      const line = (reached[name] ??= { seeds: 0, times: 0 });
      line.seeds += 1;
      line.times += times;
    }
  }
  return Object.fromEntries(Object.entries(reached).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function goalsOf(reached: FuzzDocument["reached"], seeds: number, drawn: boolean): GoalLine[] {
  return GOALS.map(({ name, what, seeds: within }) => {
    const hit = reached[name] ?? { seeds: 0, times: 0 };
    const missing = !drawn ? "not asked" : seeds < within ? "not yet" : "missed";
    return { name, what, ...hit, within, state: hit.times > 0 ? "reached" : missing };
  });
}

function mostOf(outcomes: readonly SwarmOutcome[]): FuzzDocument["most"] {
  const most: Record<string, { value: number; seed: number }> = {};
  for (const { seed, most: own } of outcomes) {
    for (const [name, value] of Object.entries(own)) if (value > (most[name]?.value ?? 0)) most[name] = { value, seed };
  }
  return Object.fromEntries(Object.entries(most).sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Evidence = Pick<FuzzDocument, "rules" | "faults" | "goals" | "canary"> & { readonly seeds: number; readonly drawn: boolean };

/** Nothing here is a broken rule; everything here means that unbroken rules say little. */
function whyInconclusive({ seeds, drawn, canary, rules, faults, goals }: Evidence): string[] {
  const why: string[] = [];
  if (!canary.caught) why.push("the canary, a bug that every seed must find, was not found: nothing this campaign says can be trusted");
  const needed = [...RULES_OF_ALL, ...(seeds >= MANY && drawn ? RULES_OF_MANY : [])];
  for (const { rule, evaluated } of rules) if (evaluated === 0 && needed.includes(rule)) why.push(`rule ${rule} was never put to the test`);
  if (faults.every((fault) => fault.effects === 0)) why.push("no fault had any effect");
  for (const { kind, planned, applied, effects } of faults) {
    if (planned === 0 && seeds >= MANY) why.push(`the fault ${kind} was never drawn`);
    else if (planned > 0 && applied === 0) why.push(`the fault ${kind} was planned ${planned} times and never began`);
    else if (applied >= APPLIED_MANY && effects === 0) why.push(`the fault ${kind} began ${applied} times and never had an effect`);
  }
  for (const { name, what, within, state } of goals)
    if (state === "missed") why.push(`${name} (${what}) was not reached, which takes ${within} seeds at most`);
  return why;
}

/** Seeds that failed, lowest first. */
export function failedSeeds(outcomes: readonly SwarmOutcome[]): SwarmOutcome[] {
  return outcomes.filter((outcome) => isFailure(outcome.result));
}
