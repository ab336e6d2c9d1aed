/** Thresholds of a scenario: `p(99)<=1500`, `max<5`, `avg>=0.2`, `sum==0`, `rate<=3/h`. */
import { decimal } from "../../src/base/text/decimal.ts";
import { nearest } from "../../src/base/text/nearest.ts";
import type { Result } from "../../src/base/result.ts";
import { err, ok } from "../../src/base/result.ts";

/** What of a metric is compared. `p` takes a percent, `rate` is the sum per virtual hour. */
export type Statistic = "p" | "med" | "avg" | "min" | "max" | "sum" | "count" | "rate";
/** How the statistic stands to the limit. */
export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** A parsed threshold. `percent` is null except for `p`. */
export type ThresholdExpression = {
  readonly statistic: Statistic;
  readonly percent: number | null;
  readonly comparison: Comparison;
  readonly limit: number;
};

/** What a metric came to. `quantile` takes a share from 0 to 1; values of a metric without samples are NaN, its sum and count 0. */
export type MetricFacts = {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  quantile(share: number): number;
  /** Virtual hours over which the samples were taken, all runs together. */
  readonly hours: number;
};

/** Why an expression is not one; `offset` counts characters from its start. */
export type ThresholdFault = { readonly offset: number; readonly message: string };

const STATISTICS: readonly Statistic[] = ["p", "med", "avg", "min", "max", "sum", "count", "rate"];
const PARTS = /^(\s*)([A-Za-z]+)\s*(\([^)]*\))?\s*(<=|>=|==|!=|<|>)\s*(.*)$/;

/** Reads an expression. */
export function parseThreshold(expression: string): Result<ThresholdExpression, ThresholdFault> {
  const parts = PARTS.exec(expression);
  if (parts === null)
    return fault(0, `expected a statistic, a comparison and a number, such as p(99)<=1500 or max<5, found ${JSON.stringify(expression)}`);
  const [, blank = "", name = "", argument, comparison = "", rest = ""] = parts;
  const statistic = STATISTICS.find((known) => known === name);
  if (statistic === undefined) {
    const near = nearest(name, STATISTICS);
    return fault(
      blank.length,
      `unknown statistic "${name}"; ${near === undefined ? `known are p(percent), ${STATISTICS.slice(1).join(", ")}` : `did you mean "${near}"?`}`,
    );
  }
  const argumentAt = blank.length + name.length;
  const percent = statistic === "p" ? decimal((argument ?? "").slice(1, -1).trim()) : undefined;
  if (statistic === "p" && (percent === undefined || percent < 0 || percent > 100))
    return fault(argumentAt, "p needs a percent from 0 to 100, such as p(99)");
  if (statistic !== "p" && argument !== undefined) return fault(argumentAt, `${name} takes nothing in brackets`);
  const limit = limitOf(rest.trim(), statistic);
  if (typeof limit === "string") return fault(expression.length - rest.length, limit);
  return ok({ statistic, percent: percent ?? null, comparison: comparison as Comparison, limit });
}

/** Compares. `actual` is NaN for a metric without samples (sum, count and rate are 0 then), and then nothing holds. */
export function evaluateThreshold(expression: ThresholdExpression, facts: MetricFacts): { readonly actual: number; readonly ok: boolean } {
  const actual = actualOf(expression, facts);
  return { actual, ok: holds(actual, expression.comparison, expression.limit) };
}

/**
 * How far a threshold is from breaking, as a share of its limit: above 0 there is room, below 0 it is broken by that much. Null without an
 * actual value, for a limit of 0, and for equalities, which have no room.
 */
export function roomOf(line: { readonly expression: string; readonly actual: number | null; readonly ok: boolean }): number | null {
  const parsed = parseThreshold(line.expression);
  if (!parsed.ok || line.actual === null) return null;
  const { comparison, limit } = parsed.value;
  if (limit === 0 || comparison === "==" || comparison === "!=") return null;
  const room = comparison.startsWith("<") ? limit - line.actual : line.actual - limit;
  return room / Math.abs(limit);
}

function limitOf(text: string, statistic: Statistic): number | string {
  const perHour = text.endsWith("/h");
  if (perHour && statistic !== "rate") return `only rate is compared with a number per hour; write ${text.slice(0, -2)}`;
  const limit = decimal(perHour ? text.slice(0, -2).trim() : text);
  return limit ?? `expected a number${statistic === "rate" ? " per hour, such as 3/h" : ""}, found ${JSON.stringify(text)}`;
}

function actualOf(expression: ThresholdExpression, facts: MetricFacts): number {
  switch (expression.statistic) {
    case "p":
      return facts.quantile((expression.percent ?? 0) / 100);
    case "med":
      return facts.quantile(0.5);
    case "avg":
      return facts.mean;
    case "min":
      return facts.min;
    case "max":
      return facts.max;
    case "sum":
      return facts.sum;
    case "count":
      return facts.count;
    case "rate":
      return facts.hours > 0 ? facts.sum / facts.hours : Number.NaN;
  }
}

function holds(actual: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case "<":
      return actual < limit;
    case "<=":
      return actual <= limit;
    case ">":
      return actual > limit;
    case ">=":
      return actual >= limit;
    case "==":
      return actual === limit;
    case "!=":
      // Nothing is known of a metric without samples, not even that it differs.
      return !Number.isNaN(actual) && actual !== limit;
  }
}

function fault(offset: number, message: string): { readonly ok: false; readonly error: ThresholdFault } {
  return err({ offset, message });
}
