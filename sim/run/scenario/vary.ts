/** What `--vary PATH --from A --to B` means: which number of a scenario is varied, between what, and how its values are written. */
import type { Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import type { Located, LocatedMap } from "./located.ts";
import { childOf } from "./located.ts";
import { TIME_UNITS } from "./quantity.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import { fieldNames, schemaUnder, unknownField } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";

/** A number of the scenario that can be varied. */
export type VariedField = {
  /** Path of the number itself; that of its mapping may have been asked for. */
  readonly path: string;
  readonly schema: Schema;
  /** What its values are: plain numbers, times with a unit, or rates. */
  readonly kind: Kind;
};

/** The values between which a field is varied. A value stands in the scenario as the number with `suffix` behind it. */
export type VariedRange = {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
  /** Unit of the numbers in words (players, ms, m for minutes); empty where they have none. */
  readonly unit: string;
  readonly suffix: string;
  /** What was changed of what was asked, in words; empty when nothing. */
  readonly notes: readonly string[];
};

type Kind = "number" | "time" | "rate";

/** The number that a mapping stands for, where it has one that anybody would mean. */
const NATURAL: Readonly<Record<string, string>> = { "fleet.hosts": "count", "fleet.maps": "count", vps: "slots" };
/** Units of rates, as events in an hour. */
const RATE_UNITS: Readonly<Record<string, number>> = { "/h": 1, "/m": 60, "/s": 3600 };
const FIELDS_SHOWN = 8;

/**
 * The field that a path means in a scenario: the number itself, or the natural one of its mapping: `fleet.players` is the peak, or the factor
 * `scale` where arrivals are given as rates and there is no peak. The error says what is wrong with the path.
 */
export function variedField(path: string, document: LocatedMap): Result<VariedField, string> {
  const schema = schemaAt(path);
  if (typeof schema === "string") return err(schema);
  const natural = naturalField(path, document);
  if (natural !== undefined) return variedField(`${path}.${natural}`, document);
  const kind = kindOf(schema);
  if (kind !== undefined) return ok({ path, schema, kind });
  const inner = fieldNames(schema).filter((name) => kindOf(schemaUnder(schema, name)!) !== undefined);
  if (inner.length > 0) {
    const shown = inner.slice(0, FIELDS_SHOWN).map((name) => `${path}.${name}`);
    return err(`${path} is a mapping; name one of its numbers: ${shown.join(", ")}${inner.length > FIELDS_SHOWN ? ", …" : ""}`);
  }
  return err(`${path} is no number that could be varied; it takes ${schema["x-expect"] ?? "other values"}`);
}

/** Reads `--from` and `--to` for a field. Times and rates are told in the finer unit of the two. The error names the argument. */
export function variedRange(field: VariedField, from: string, to: string): Result<VariedRange, string> {
  const a = quantityOf("--from", from, field);
  if (!a.ok) return a;
  const b = quantityOf("--to", to, field);
  if (!b.ok) return b;
  const units = unitsOf(field.kind);
  // A plain zero takes the unit of the other end.
  const given = [a.value.suffix, b.value.suffix].filter((suffix) => suffix !== "");
  const suffix = given.toSorted((x, y) => units[x]! - units[y]!)[0] ?? "";
  const notes: string[] = [];
  const [first, last] = [a.value, b.value].map(({ name, number, suffix: own }) => {
    // Twelve digits are all that anybody writes; the rest is the arithmetic of binary fractions.
    const value = own === "" ? number : Number((number * (units[own]! / units[suffix]!)).toPrecision(12));
    // "Down to none" is what one asks of slots; the least there can be is meant.
    if (value !== 0 || field.schema.minimum !== 1) return value;
    notes.push(`${name} 0: ${field.path} is at least 1, so the search ends there`);
    return 1;
  });
  if (first === last) return err(`--from ${from} --to ${to}: expected two values that differ`);
  return ok({
    path: field.path,
    from: first!,
    to: last!,
    whole: [field.schema.type ?? []].flat().includes("integer"),
    unit: field.kind === "number" ? (field.schema["x-unit"] ?? "") : suffix,
    suffix,
    notes,
  });
}

/** The schema at a path, or what is wrong with the path. */
function schemaAt(path: string): Schema | string {
  let schema: Schema = SCENARIO_SCHEMA;
  const keys = path.split(".");
  for (const [depth, key] of keys.entries()) {
    const below = schemaUnder(schema, key);
    const [above, known] = [keys.slice(0, depth).join("."), fieldNames(schema)];
    if (below === undefined) return known.length > 0 ? unknownField(key, above, known) : `${above} has no field "${key}"`;
    schema = below;
  }
  return schema;
}

function naturalField(path: string, document: LocatedMap): string | undefined {
  if (path !== "fleet.players") return NATURAL[path];
  const players = childOf(childOf(document, "fleet"), "players");
  return textOf(childOf(players, "executor")) === "ramping-arrival-rate" ? "scale" : "peak";
}

function textOf(node: Located | undefined): string | undefined {
  return node?.kind === "leaf" ? String(node.value) : undefined;
}

/** What values of a field are; undefined where they are no quantities. */
function kindOf(schema: Schema): Kind | undefined {
  if (schema.enum !== undefined) return undefined;
  const unit = schema["x-unit"] ?? "";
  if (unit === "per time") return "rate";
  if (unit === "time" || unit === "time with unit") return "time";
  const types = [schema.type ?? []].flat();
  if (types.includes("number") || types.includes("integer")) return "number";
  return schema["x-expect"]?.endsWith(" a time") === true ? "time" : undefined;
}

function unitsOf(kind: Kind): Readonly<Record<string, number>> {
  return kind === "time" ? TIME_UNITS : kind === "rate" ? RATE_UNITS : {};
}

type Quantity = { readonly name: string; readonly number: number; readonly suffix: string };

function quantityOf(name: string, text: string, field: VariedField): Result<Quantity, string> {
  const [, digits = "", suffix = ""] = /^([^a-z%/]*(?:e[+-]?[0-9]+)?)([a-z%/]*)$/.exec(text) ?? [];
  const number = decimal(digits);
  const expected = field.schema["x-expect"] ?? "a number";
  const wrong = err(`${name} ${text}: ${field.path} takes ${expected}`);
  if (number === undefined) return wrong;
  const units = unitsOf(field.kind);
  const isShare = field.kind === "number" && suffix === "%" && /^(share|probability)$/.test(field.schema["x-unit"] ?? "");
  if (isShare) return ok({ name, number: number / 100, suffix: "" });
  if (suffix === "" && field.kind !== "number" && number !== 0) return wrong;
  if (suffix !== "" && units[suffix] === undefined) return wrong;
  const whole = [field.schema.type ?? []].flat().includes("integer");
  return whole && !Number.isInteger(number) ? wrong : ok({ name, number, suffix });
}
