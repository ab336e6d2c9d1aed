/** What one tried value left: whether all held there, and if not, what broke and by how much. */
import type { RunResult } from "../../outcome.ts";
import type { MetricSummary, RunDocument, ThresholdLine } from "../document.ts";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { parseThreshold } from "../thresholds.ts";

/** One thing that did not hold: a threshold, a rule, or that anything was shown at all. Fields that say nothing of it are null. */
export type Breach = {
  readonly metric: string | null;
  readonly expression: string | null;
  readonly actual: number | null;
  readonly limit: number | null;
  /** Unit of `actual` and `limit`. */
  readonly unit: string | null;
  /** How far beyond its limit, as a share of the limit; null where the limit is 0 and for all but thresholds. */
  readonly excess: number | null;
  /** The broken rule; `crash` and `timeout` for runs that left nothing; null for thresholds and where nothing was shown. */
  readonly rule: string | null;
  readonly message: string | null;
  readonly seed: number | null;
  /** The command that runs that seed again. */
  readonly replay: string | null;
};

/** One tried value. Metrics are over all seeds. `wall_s` is the only field that depends on the machine. */
export type CapacityProbe = {
  readonly value: number;
  readonly result: RunResult;
  readonly holds: boolean;
  /** What no run put to the test; a threshold without a sample holds, for nothing broke it. */
  readonly inconclusive: readonly string[];
  readonly thresholds: readonly ThresholdLine[];
  /** What did not hold, the gravest first; empty when all held. */
  readonly breaches: readonly Breach[];
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly fingerprint: string;
  /** The command that repeats the probe. */
  readonly run: string;
  readonly wall_s: number;
};

/** Results that say a rule was broken, or that a run left nothing, from the gravest on. */
export const RULE_RESULTS: readonly RunResult[] = ["crash", "timeout", "nondeterminism", "safety", "liveness"];
/** Rules of one probe that are named. */
const RULES_MAX = 6;

/** The probe that a document of runs at `value` makes. */
export function probeOf(value: number, document: RunDocument): CapacityProbe {
  const breaches = [...rulesBroken(document), ...thresholdsBroken(document)];
  if (breaches.length === 0 && !isShown(document))
    breaches.push({ ...NOTHING, message: document.inconclusive[0] ?? "nothing was put to the test" });
  return {
    value,
    result: document.result,
    holds: breaches.length === 0,
    inconclusive: document.inconclusive,
    thresholds: document.thresholds,
    breaches,
    metrics: document.metrics,
    fingerprint: document.fingerprint,
    run: document.command,
    wall_s: Math.round(document.runs.reduce((sum, run) => sum + run.wall_s, 0) * 1000) / 1000,
  };
}

/** The unit of what a threshold compares: that of its metric, but samples are counted, and a rate is for an hour. */
export function thresholdUnit({ metric, expression }: Pick<ThresholdLine, "metric" | "expression">): string {
  const unit = DEFINITIONS.find((definition) => definition.name === metric)?.unit ?? "";
  const parsed = parseThreshold(expression);
  const statistic = parsed.ok ? parsed.value.statistic : null;
  if (statistic === "count") return "samples";
  return statistic === "rate" ? `${unit}/h` : unit;
}

/** The limit of a threshold; null for one that cannot be read. */
export function thresholdLimit(expression: string): number | null {
  const parsed = parseThreshold(expression);
  return parsed.ok ? parsed.value.limit : null;
}

const NOTHING: Breach = {
  metric: null,
  expression: null,
  actual: null,
  limit: null,
  unit: null,
  excess: null,
  rule: null,
  message: null,
  seed: null,
  replay: null,
};

/** Whether the runs show what they seem to: they do when they ended well, and all they lack is samples of thresholds. */
function isShown(document: RunDocument): boolean {
  if (document.result === "ok") return true;
  const unsampled = document.thresholds.filter((line) => line.ok && line.actual === null).length;
  return document.runs.length > 0 && document.runs.every((run) => run.result === "ok") && document.inconclusive.length === unsampled;
}

/** Each broken rule once, with the first run that broke it; the gravest results first. */
function rulesBroken(document: RunDocument): Breach[] {
  const found = new Map<string, Breach>();
  for (const result of RULE_RESULTS) {
    for (const run of document.runs.filter((each) => each.result === result)) {
      for (const { rule, message } of run.violations) {
        if (rule === "vacuous" || found.has(rule)) continue;
        found.set(rule, { ...NOTHING, rule, message, seed: run.seed, replay: run.replay });
      }
    }
  }
  return [...found.values()].slice(0, RULES_MAX);
}

/** Thresholds that do not hold, the one furthest beyond its limit first; with a limit of 0 any excess is beyond measure. */
function thresholdsBroken(document: RunDocument): Breach[] {
  return document.thresholds
    .filter((line) => !line.ok)
    .map((line): Breach => {
      const excess = line.actual === null ? null : excessOf(line.expression, line.actual);
      const { metric, expression, actual } = line;
      return { ...NOTHING, metric, expression, actual, limit: thresholdLimit(expression), unit: thresholdUnit(line), excess };
    })
    .toSorted((a, b) => beyond(b) - beyond(a) || 0);
}

/** Infinities do not subtract, so the largest number stands for what is beyond measure. */
function beyond({ excess }: Breach): number {
  return excess ?? Number.MAX_VALUE;
}

function excessOf(expression: string, actual: number): number | null {
  const parsed = parseThreshold(expression);
  if (!parsed.ok || parsed.value.limit === 0) return null;
  const { comparison, limit } = parsed.value;
  const over = comparison.startsWith(">") ? limit - actual : actual - limit;
  const share = (comparison === "==" ? Math.abs(over) : over) / Math.abs(limit);
  return Math.round(share * 1e6) / 1e6;
}
