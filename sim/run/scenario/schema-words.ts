/** The words that the scenario schema is written in. Each gives one JSON Schema node (draft 2020-12). */
import { DURATION_PATTERN, RATE_PATTERN } from "./quantity.ts";

/**
 * A schema node. `x-expect` says in words what a value must look like, `x-unit` its unit, `x-preset` which presets may stand for it, `x-whole` that a
 * mapping replaces an inherited one instead of being merged into it, `x-instead` which fields beside it this one stands for, `x-words` which words
 * are no names of presets.
 */
export type Schema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly "x-expect"?: string;
  readonly "x-unit"?: string;
  readonly "x-preset"?: string;
  readonly "x-whole"?: true;
  readonly "x-instead"?: readonly string[];
  readonly "x-words"?: readonly string[];
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
};

/** Keywords beyond JSON Schema that the nodes carry. */
export const SCHEMA_VOCABULARY = ["x-expect", "x-unit", "x-preset", "x-whole", "x-instead", "x-words"] as const;

/** `$name`, which a sweep fills in. */
const SWEPT = "^\\$[A-Za-z][A-Za-z0-9_]*$";

type Bounds = { readonly min?: number; readonly max?: number; readonly above?: number };

function bounds(b: Bounds): Pick<Schema, "minimum" | "maximum" | "exclusiveMinimum"> {
  return {
    ...(b.min === undefined ? {} : { minimum: b.min }),
    ...(b.max === undefined ? {} : { maximum: b.max }),
    ...(b.above === undefined ? {} : { exclusiveMinimum: b.above }),
  };
}

function boundsText(b: Bounds): string {
  if (b.above !== undefined) return b.max === undefined ? ` above ${b.above}` : ` above ${b.above}, at most ${b.max}`;
  if (b.min !== undefined && b.max !== undefined) return ` from ${b.min} to ${b.max}`;
  if (b.min !== undefined) return ` of at least ${b.min}`;
  return b.max === undefined ? "" : ` of at most ${b.max}`;
}

/** A number with its unit in words ("ms", "count", "share"). A string is allowed only as a sweep's `$name`. */
export function number(description: string, unit: string, b: Bounds = {}): Schema {
  return { type: ["number", "string"], description, ...bounds(b), pattern: SWEPT, "x-expect": `a number${boundsText(b)}`, "x-unit": unit };
}

/** A whole number. */
export function whole(description: string, unit: string, b: Bounds = { min: 0 }): Schema {
  return {
    type: ["integer", "string"],
    description,
    ...bounds(b),
    pattern: SWEPT,
    "x-expect": `a whole number${boundsText(b)}`,
    "x-unit": unit,
  };
}

/** true or false; 1 and 0 as in the brace form of the conf. */
export function flag(description: string): Schema {
  return { enum: [true, false, 0, 1], description, "x-expect": "true or false" };
}

/** A text. */
export function text(description: string, pattern?: string, expect = "a text"): Schema {
  return { type: "string", description, ...(pattern === undefined ? {} : { pattern }), "x-expect": expect };
}

/** A time with its unit. */
export function duration(description: string): Schema {
  return {
    type: "string",
    description,
    pattern: `${DURATION_PATTERN}|${SWEPT}`,
    "x-expect": "a time such as 30s, 5m, 2h or 250ms",
    "x-unit": "time with unit",
  };
}

/** Events per time. */
export function rate(description: string): Schema {
  return {
    type: "string",
    description,
    pattern: `${RATE_PATTERN}|${SWEPT}`,
    "x-expect": "a rate such as 20/s, 300/m or 5/h",
    "x-unit": "per time",
  };
}

/** One of several words. */
export function word(description: string, words: readonly string[]): Schema {
  return { enum: words, description, "x-expect": `one of ${words.join(", ")}` };
}

/** A law: text, plain number, choice mapping, or one law per region. `unit` is that of the draws. */
export function law(description: string, unit: "time" | "MB" | "GHz" | "cores" | "Mbit/s" | "packets/s", preset?: string): Schema {
  const example = unit === "time" ? "30ms, weibull(0.59, 41.9m)" : "8, uniform(4, 16)";
  const presetText = preset === undefined ? "" : `, the name of a preset (${preset})`;
  return {
    type: ["string", "number", "object"],
    description,
    properties: {
      regions: {
        type: "object",
        description: "One law per region; draws follow the mixture by the regions' shares.",
        additionalProperties: { type: ["string", "number", "object"] },
      },
    },
    additionalProperties: { type: "number", minimum: 0, "x-expect": "the weight of this choice, a number of at least 0" },
    "x-expect": `a law such as ${example}${presetText}, or a mapping of value to weight`,
    "x-unit": unit,
    "x-whole": true,
    ...(preset === undefined ? {} : { "x-preset": preset }),
  };
}

/** The same law, or a word that stands for none. */
export function orWord(schema: Schema, word: string): Schema {
  return { ...schema, "x-expect": `${schema["x-expect"]}, or ${word}`, "x-words": [word] };
}

/** A field that stands for others beside it: it drops inherited ones, and beside it they have no effect. */
export function instead(schema: Schema, ...of: readonly string[]): Schema {
  return { ...schema, "x-instead": of };
}

/** A mapping with exactly these fields. */
export function fields(description: string, properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return {
    type: "object",
    description,
    properties,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    "x-expect": "a mapping of fields",
  };
}

/** A mapping with exactly these fields, or the name of a preset; `preset:` inside the mapping starts from one. */
export function presetFields(description: string, kind: string, properties: Readonly<Record<string, Schema>>): Schema {
  return {
    ...fields(description, { preset: text(`Start from this preset (${kind}) and override single fields.`), ...properties }),
    type: ["object", "string"],
    "x-preset": kind,
    "x-expect": `a mapping of fields, or the name of a preset (${kind})`,
  };
}

/** A mapping with free keys. */
export function mapping(description: string, values: Schema, keys?: string): Schema {
  return {
    type: "object",
    description,
    additionalProperties: values,
    ...(keys === undefined ? {} : { propertyNames: { pattern: keys } }),
    "x-expect": "a mapping",
  };
}

/** A list. */
export function list(description: string, items: Schema, minItems = 0): Schema {
  return { type: "array", description, items, ...(minItems === 0 ? {} : { minItems }), "x-expect": "a list" };
}
