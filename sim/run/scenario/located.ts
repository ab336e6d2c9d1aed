/**
 * A YAML document in which every value still knows where it was written. Merging, `--set` and sweeps work on this form, so that
 * whatever is wrong in the end can be shown at the line that said it.
 */
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Node as YamlNode } from "yaml";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { schemaUnder } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";

/** Where a value was written. Lines and columns count from 1; for `--set` the file is the argument itself and both are 0. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };
/** What a leaf of a document can be. */
export type Leaf = string | number | boolean | null;
/** A leaf; `inset` is the number of columns before its text (1 inside quotes), so that errors can point into the text. */
export type LocatedLeaf = { readonly kind: "leaf"; readonly at: Place; readonly value: Leaf; readonly inset: number };
/** A list in the order of the text. */
export type LocatedList = { readonly kind: "list"; readonly at: Place; readonly items: readonly Located[] };
/** A mapping in the order of its keys; `keyAt` is where the key stands. */
export type LocatedMap = {
  readonly kind: "map";
  readonly at: Place;
  readonly entries: ReadonlyMap<string, { readonly keyAt: Place; readonly value: Located }>;
};
/** A value of a scenario file with its place in it. */
export type Located = LocatedLeaf | LocatedList | LocatedMap;

/** A complaint about a place. */
export function complain(at: Place, message: string): Complaint {
  return { file: at.file, line: at.line, column: at.column, message };
}

/** The place of everything that an argument of the command line says. */
export function argumentPlace(argument: string): Place {
  return { file: argument, line: 0, column: 0 };
}

/** An empty mapping at a place. */
export function emptyMap(at: Place): LocatedMap {
  return { kind: "map", at, entries: new Map() };
}

/** A leaf with the place of another value. */
export function leafAt(at: Place, value: Leaf): LocatedLeaf {
  return { kind: "leaf", at, value, inset: 0 };
}

/** The plain value, as the JSON Schema judges it. */
export function plainOf(node: Located): unknown {
  if (node.kind === "leaf") return node.value;
  if (node.kind === "list") return node.items.map(plainOf);
  // Without a prototype, so that a key such as `__proto__` is an ordinary, and then unknown, field.
  const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) plain[key] = plainOf(entry.value);
  return plain;
}

/** The value under a key of a mapping, or undefined when the node is no mapping or has no such key. */
export function childOf(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value : undefined;
}

/** The mapping with one entry added or replaced; a replaced entry keeps its place in the order. */
export function withChild(map: LocatedMap, key: string, keyAt: Place, value: Located): LocatedMap {
  const entries = new Map(map.entries);
  entries.set(key, { keyAt, value });
  return { ...map, entries };
}

/**
 * `over` laid on `under`: mappings merge key by key, everything else of `over` replaces, and so do mappings that the schema marks as whole
 * (shares of regions, choices). A field that stands for others drops those of `under`. A null in `over` takes a known key away, so that a scenario can drop what it inherits; unknown keys stay, to
 * be complained about.
 */
export function merged(under: Located, over: Located, schema: Schema | undefined): Located {
  if (over.kind !== "map") return over;
  const whole = under.kind !== "map" || schema?.["x-whole"] === true;
  let inherited: LocatedMap["entries"] = whole ? new Map() : under.entries;
  for (const [key, { value }] of over.entries) {
    const given = value.kind !== "leaf" || value.value !== null;
    if (given && schema !== undefined) inherited = withoutReplaced(inherited, schemaUnder(schema, key));
  }
  const entries = new Map(inherited);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)?.value;
    const inner = schema === undefined ? undefined : schemaUnder(schema, key);
    const dropped = inner !== undefined && entry.value.kind === "leaf" && entry.value.value === null;
    if (dropped) entries.delete(key);
    else entries.set(key, { keyAt: entry.keyAt, value: merged(below ?? leafAt(entry.value.at, null), entry.value, inner) });
  }
  return { kind: "map", at: over.at, entries };
}

/** Entries without the fields that one of them, by its schema, stands for. */
export function withoutReplaced(entries: LocatedMap["entries"], schema: Schema | undefined): LocatedMap["entries"] {
  const replaced = schema?.["x-instead"];
  return replaced === undefined ? entries : new Map([...entries].filter(([key]) => !replaced.includes(key)));
}

/** Reads a YAML text whose top is a mapping. Errors of syntax, duplicate keys, aliases and unknown tags are complaints. */
export function readYaml(file: string, text: string): Result<LocatedMap, Complaint[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const complaints = [...document.errors, ...document.warnings].map((e) => complain(placeAt(e.pos[0]), e.message));
  if (complaints.length > 0) return err(complaints);
  const root = locatedNode(document.contents, placeAt, placeAt(0), complaints);
  if (complaints.length > 0) return err(complaints);
  if (root.kind !== "map") return err([complain(root.at, `expected a mapping of fields, found ${describe(root)}`)]);
  return ok(root);
}

function locatedNode(node: YamlNode | null, placeAt: (offset: number) => Place, fallback: Place, complaints: Complaint[]): Located {
  const at = node?.range ? placeAt(node.range[0]) : fallback;
  if (isMap<YamlNode, YamlNode | null>(node)) {
    const entries = new Map<string, { keyAt: Place; value: Located }>();
    for (const pair of node.items) {
      const keyAt = pair.key.range ? placeAt(pair.key.range[0]) : at;
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      entries.set(key, { keyAt, value: locatedNode(pair.value, placeAt, keyAt, complaints) });
    }
    return { kind: "map", at, entries };
  }
  if (isSeq<YamlNode | null>(node))
    return { kind: "list", at, items: node.items.map((item) => locatedNode(item, placeAt, at, complaints)) };
  if (isAlias(node)) complaints.push(complain(at, "aliases are not part of the format; use `extends` or a preset instead"));
  if (!isScalar(node)) return leafAt(at, null);
  const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
  const value = node.value;
  const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  return { kind: "leaf", at, value: plain, inset: quoted ? 1 : 0 };
}

/** What stands there, in words, for messages. */
export function describe(node: Located): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  const text = JSON.stringify(node.value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
