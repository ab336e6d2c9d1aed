/** Laws as scenario files write them: `weibull(0.59, 41.9m)`, `30ms`, `quantiles(5: 1ms, 50: 10ms, 95: 60ms)`. */
import type { Law } from "../../../src/base/laws.ts";
import type { Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import { TIME_UNITS, timeIn } from "./quantity.ts";

/** What a law's draws are measured in: milliseconds, seconds, or the field's own unit written as plain numbers. */
export type LawUnit = "ms" | "s" | "plain";
/** Something wrong in a text; `offset` counts characters from its start. */
export type TextFault = { readonly offset: number; readonly message: string };
type Part = { readonly text: string; readonly offset: number };

const SHAPES: Readonly<Record<string, string>> = {
  uniform: "uniform(1ms, 5ms)",
  exponential: "exponential(14h)",
  weibull: "weibull(0.59, 41.9m)",
  lognormal: "lognormal(1.597, 1.566, h)",
  quantiles: "quantiles(5: 1ms, 50: 10ms, 95: 60ms)",
};

/** Reads a law; in time units the law's numbers come out in `unit`. */
export function parseLaw(text: string, unit: LawUnit): Result<Law, TextFault> {
  const open = text.indexOf("(");
  if (open < 0) {
    const value = quantity({ text: text.trim(), offset: 0 }, unit);
    return value.ok ? ok({ law: "constant", value: value.value }) : value;
  }
  const name = text.slice(0, open).trim();
  if (!text.trimEnd().endsWith(")")) return fault(text.length, "expected `)` at the end of the law");
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  if (shape === undefined) {
    const near = nearest(name, Object.keys(SHAPES));
    return fault(0, `unknown law "${name}"; ${near ? `did you mean "${near}"?` : `known are ${Object.keys(SHAPES).join(", ")}`}`);
  }
  const parts = partsOf(text.slice(open + 1, text.lastIndexOf(")")), open + 1);
  if (name === "quantiles") return quantiles(parts, unit);
  return simpleLaw(name, shape, parts, unit);
}

/** Reads `zipf(1.1)`: the exponent of a popularity law. */
export function parseZipf(text: string): Result<number, TextFault> {
  const exponent = text.startsWith("zipf(") && text.endsWith(")") ? decimal(text.slice(5, -1).trim()) : undefined;
  if (exponent === undefined || exponent < 0) return fault(0, `expected a popularity law such as zipf(1.1), found ${JSON.stringify(text)}`);
  return ok(exponent);
}

/** A law that takes one of several values, from a mapping of value to weight. Weights must have a positive sum. */
export function choiceLaw(weights: readonly (readonly [value: string, weight: number])[], unit: LawUnit): Result<Law, TextFault> {
  const values: number[] = [];
  for (const [text] of weights) {
    const value = quantity({ text, offset: 0 }, unit);
    if (!value.ok) return value;
    values.push(value.value);
  }
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(total > 0)) return fault(0, "the weights of a choice must have a positive sum");
  return ok({ law: "choice", values, weights: weights.map(([, weight]) => weight) });
}

function simpleLaw(name: string, shape: string, parts: readonly Part[], unit: LawUnit): Result<Law, TextFault> {
  // A log-normal's mu and sigma are pure numbers; in time fields a third part says which unit the draws come in.
  const kinds = { uniform: "qq", exponential: "q", weibull: "nq", lognormal: unit === "plain" ? "nn" : "nnu" }[name] ?? "";
  const last = parts.at(-1);
  if (parts.length !== kinds.length) {
    return fault(
      last?.offset ?? 0,
      `${name} takes ${kinds.length} part${kinds.length === 1 ? "" : "s"}, found ${parts.length}; write it as ${shape}`,
    );
  }
  const numbers: number[] = [];
  for (const [index, part] of parts.entries()) {
    const value = kinds[index] === "q" ? quantity(part, unit) : kinds[index] === "n" ? pureNumber(part) : unitFactor(part, unit);
    if (!value.ok) return value;
    numbers.push(value.value);
  }
  return checked(name, numbers, parts);
}

function checked(name: string, numbers: readonly number[], parts: readonly Part[]): Result<Law, TextFault> {
  const [a = 0, b = 0, c = 1] = numbers;
  const at = (index: number) => parts[index]!.offset;
  switch (name) {
    case "uniform":
      return b < a ? fault(at(1), "the greater end of uniform stands second") : ok({ law: "uniform", min: a, max: b });
    case "exponential":
      return a > 0 ? ok({ law: "exponential", mean: a }) : fault(at(0), "the mean must be positive");
    case "weibull":
      if (!(a > 0)) return fault(at(0), "the shape must be positive");
      return b > 0 ? ok({ law: "weibull", shape: a, scale: b }) : fault(at(1), "the scale must be positive");
    default:
      // A draw in another unit is the draw times a factor, which adds the factor's logarithm to mu.
      return b < 0 ? fault(at(1), "sigma must not be negative") : ok({ law: "lognormal", mu: a + Math.log(c), sigma: b });
  }
}

function quantiles(parts: readonly Part[], unit: LawUnit): Result<Law, TextFault> {
  const p: number[] = [];
  const values: number[] = [];
  for (const part of parts) {
    const colon = part.text.indexOf(":");
    if (colon < 0) return fault(part.offset, "expected percent: value, such as 50: 10ms");
    const percent = pureNumber({ text: part.text.slice(0, colon).trim(), offset: part.offset });
    const rest = part.text.slice(colon + 1);
    const value = quantity({ text: rest.trim(), offset: part.offset + colon + 1 + rest.length - rest.trimStart().length }, unit);
    if (!percent.ok) return percent;
    if (!value.ok) return value;
    if (percent.value >= 100 || percent.value / 100 <= (p.at(-1) ?? 0))
      return fault(part.offset, "percents rise and lie between 0 and 100, both excluded");
    if (value.value < (values.at(-1) ?? 0)) return fault(part.offset, "values of quantiles must not fall");
    p.push(percent.value / 100);
    values.push(value.value);
  }
  return p.length < 2 ? fault(0, "quantiles needs at least two points") : ok({ law: "quantiles", p, values });
}

function partsOf(inner: string, offset: number): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const raw of inner.split(",")) {
    parts.push({ text: raw.trim(), offset: offset + from + (raw.length - raw.trimStart().length) });
    from += raw.length + 1;
  }
  return parts;
}

function quantity(part: Part, unit: LawUnit): Result<number, TextFault> {
  if (unit === "plain") return pureNumber(part);
  const time = part.text === "0" ? 0 : timeIn(part.text, unit);
  if (time !== undefined) return ok(time);
  const bare = decimal(part.text);
  const hint = bare === undefined ? "a time such as 250ms or 2h" : `a time with its unit, such as ${part.text}ms or ${part.text}s`;
  return fault(part.offset, `expected ${hint}, found ${JSON.stringify(part.text)}`);
}

function pureNumber(part: Part): Result<number, TextFault> {
  const value = decimal(part.text);
  if (value === undefined) return fault(part.offset, `expected a number, found ${JSON.stringify(part.text)}`);
  return ok(value);
}

function unitFactor(part: Part, unit: LawUnit): Result<number, TextFault> {
  const factor = Object.hasOwn(TIME_UNITS, part.text) ? TIME_UNITS[part.text] : undefined;
  if (factor === undefined)
    return fault(part.offset, `expected a unit (${Object.keys(TIME_UNITS).join(", ")}), found ${JSON.stringify(part.text)}`);
  return ok(factor / TIME_UNITS[unit]!);
}

function fault(offset: number, message: string): { ok: false; error: TextFault } {
  return err({ offset, message });
}
