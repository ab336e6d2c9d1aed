/** Named values under scenarios/presets, each figure with its source beside it. A field takes them by name. */
import { resolve } from "node:path";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { ReadText } from "./documents.ts";
import { SCENARIOS_DIR, shownPath } from "./documents.ts";
import type { Located, LocatedMap } from "./located.ts";
import { childOf, complain, merged, readYaml } from "./located.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import { schemaUnder } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";

const BARE_NAME = /^[a-z][a-z0-9-]*$/;

/** Gives the presets of one kind, read at first need. */
export type PresetShelf = (kind: string) => Result<LocatedMap, Complaint[]>;

/** A shelf over scenarios/presets/<kind>.yaml. */
export function presetShelf(readText: ReadText): PresetShelf {
  const read = new Map<string, Result<LocatedMap, Complaint[]>>();
  return (kind) => {
    const known = read.get(kind) ?? readPresets(kind, readText);
    read.set(kind, known);
    return known;
  };
}

function readPresets(kind: string, readText: ReadText): Result<LocatedMap, Complaint[]> {
  const path = resolve(SCENARIOS_DIR, `presets/${kind}.yaml`);
  const at = { file: shownPath(path), line: 1, column: 1 };
  const text = readText(path);
  if (!text.ok) return err([complain(at, `cannot read the presets: ${text.error}`)]);
  const document = readYaml(at.file, text.value);
  if (!document.ok) return document;
  const presets = childOf(document.value, "presets");
  return presets?.kind === "map" ? ok(presets) : err([complain(at, "expected a mapping `presets`")]);
}

/** The document with every preset's name replaced by what it stands for. Unknown names are complaints. */
export function withPresets(document: LocatedMap, shelf: PresetShelf): Result<LocatedMap, Complaint[]> {
  const complaints: Complaint[] = [];
  const done = resolved(document, SCENARIO_SCHEMA, shelf, complaints) as LocatedMap;
  return complaints.length > 0 ? err(complaints) : ok(done);
}

function resolved(node: Located, schema: Schema, shelf: PresetShelf, complaints: Complaint[]): Located {
  const kind = schema["x-preset"];
  const isWord = node.kind === "leaf" && schema["x-words"]?.includes(String(node.value)) === true;
  if (node.kind === "leaf") return kind === undefined || isWord ? node : named(node, kind, shelf, complaints);
  if (node.kind === "list") {
    const items = schema.items;
    return items === undefined ? node : { ...node, items: node.items.map((item) => resolved(item, items, shelf, complaints)) };
  }
  const start = kind === undefined ? undefined : node.entries.get("preset")?.value;
  const base = start?.kind === "leaf" ? named(start, kind!, shelf, complaints) : undefined;
  const own = base === undefined ? node : { ...node, entries: new Map([...node.entries].filter(([key]) => key !== "preset")) };
  const whole = base?.kind === "map" ? (merged(base, own, schema) as LocatedMap) : own;
  const entries = new Map(whole.entries);
  for (const [key, entry] of entries) {
    const below = schemaUnder(schema, key);
    if (below !== undefined) entries.set(key, { ...entry, value: resolved(entry.value, below, shelf, complaints) });
  }
  return { ...whole, entries };
}

function named(node: Located, kind: string, shelf: PresetShelf, complaints: Complaint[]): Located {
  if (node.kind !== "leaf" || typeof node.value !== "string" || !BARE_NAME.test(node.value)) return node;
  const presets = shelf(kind);
  if (!presets.ok) {
    complaints.push(...presets.error);
    return node;
  }
  const found = presets.value.entries.get(node.value)?.value;
  if (found !== undefined) return found;
  const names = [...presets.value.entries.keys()];
  const near = nearest(node.value, names);
  complaints.push(
    complain(
      node.at,
      `unknown preset "${node.value}" (${kind}); ${near === undefined ? `known are ${names.join(", ")}` : `did you mean "${near}"?`}`,
    ),
  );
  return node;
}
