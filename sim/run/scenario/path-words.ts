/** Words that complete the path of a scenario's field: `fleet.players.peak=` and the values that have names, or a number to vary. */
import { KNOWN_METRICS } from "./known-names.ts";
import type { Located, LocatedMap } from "./located.ts";
import { childOf } from "./located.ts";
import type { PresetShelf } from "./presets.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import { fieldNames, schemaUnder } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";
import { variedField } from "./vary.ts";

/** A word with what it is about. It ends in `.` or `=` where more must follow. */
export type PathWord = { readonly word: string; readonly about: string };

/**
 * Paths and values as `--set` takes them: everything that may follow the last dot, or the `=`, of what is typed; not yet compared with what
 * stands after it. `document` is the scenario with all it extends: it tells items of lists, free names such as those of regions, and present
 * values. Unknown paths give nothing.
 */
export function setWords(typed: string, document: LocatedMap, shelf: PresetShelf): PathWord[] {
  const equals = typed.indexOf("=");
  if (equals < 0)
    return fieldsUnder(typed, document).flatMap((field) => [...(isSettable(field) ? [worded(field, "=")] : []), ...further(field)]);
  const path = typed.slice(0, equals);
  const field = descend(path, document);
  return field === undefined ? [] : valueWords(field, shelf).map((each) => ({ ...each, word: `${path}=${each.word}` }));
}

/** Paths as `--vary` takes them: numbers, and mappings that stand for one of their numbers; otherwise as {@link setWords}. */
export function variedWords(typed: string, document: LocatedMap): PathWord[] {
  return fieldsUnder(typed, document).flatMap((field) => [
    ...(variedField(field.path, document).ok ? [worded(field, "")] : []),
    ...further(field),
  ]);
}

/** A field in schema and document; `above` is the schema of the mapping or list it stands in. */
type Field = { readonly path: string; readonly schema: Schema; readonly above: Schema; readonly node: Located | undefined };

function descend(path: string, document: LocatedMap): Field | undefined {
  let field: Field | undefined = { path: "", schema: SCENARIO_SCHEMA, above: SCENARIO_SCHEMA, node: document };
  for (const key of path === "" ? [] : path.split(".")) field = field && fieldIn(field, key);
  return field;
}

function fieldIn({ path, schema, node }: Field, key: string): Field | undefined {
  const below = schemaUnder(schema, key);
  if (below === undefined) return undefined;
  const child = node?.kind === "list" ? node.items[Number(key)] : childOf(node, key);
  return { path: path === "" ? key : `${path}.${key}`, schema: below, above: schema, node: child };
}

/** The fields beside the one that is being typed. */
function fieldsUnder(typed: string, document: LocatedMap): Field[] {
  const around = descend(typed.slice(0, Math.max(0, typed.lastIndexOf("."))), document);
  return around === undefined ? [] : keysIn(around).flatMap((key) => fieldIn(around, key) ?? []);
}

/** The keys the schema knows, and the names or items that the document has where any name or number will do. */
function keysIn({ schema, node }: Field): string[] {
  const own = node?.kind === "map" ? [...node.entries.keys()] : node?.kind === "list" ? node.items.map((_, index) => String(index)) : [];
  const elsewhere = schema === SCENARIO_SCHEMA.properties?.["thresholds"] ? KNOWN_METRICS : [];
  return [...new Set([...fieldNames(schema), ...elsewhere, ...own])];
}

/** Whether its value can be given in one word; a mapping could too, but nobody would write it so. */
function isSettable({ schema }: Field): boolean {
  return schema.enum !== undefined || [schema.type ?? []].flat().some((type) => type !== "object");
}

/** The way further down, where there is one; a list that the document does not have holds no items. */
function further(field: Field): PathWord[] {
  const { schema, node } = field;
  const open = schema.properties !== undefined || typeof schema.additionalProperties === "object" || node?.kind === "list";
  return open ? [worded(field, ".")] : [];
}

function worded({ path, schema, node }: Field, end: string): PathWord {
  const what = schema.description ?? "";
  return { word: `${path}${end}`, about: node?.kind === "leaf" && node.value !== null ? `now ${String(node.value)}. ${what}` : what };
}

/** Values that have names: choices, switches and presets. */
function valueWords({ path, schema, above, node }: Field, shelf: PresetShelf): PathWord[] {
  const now = node?.kind === "leaf" ? node.value : null;
  const listed = schema.enum ?? schema.items?.enum ?? [];
  // A switch may be written 1 and 0, too; true and false say it better.
  const choices = listed.includes(true) ? listed.filter((value) => typeof value === "boolean") : listed;
  const kind = /(?:^|\.)preset$/.test(path) ? above["x-preset"] : schema["x-preset"];
  const presets = kind === undefined ? undefined : shelf(kind);
  const names = presets?.ok === true ? [...presets.value.entries.keys()] : [];
  return [
    ...choices.map((value) => ({ word: String(value), about: value === now ? "as it is now" : "" })),
    ...names.map((word) => ({ word, about: word === now ? "as it is now" : `preset (${kind})` })),
  ];
}
