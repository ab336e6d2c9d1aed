/** `--set fleet.players.peak=30000`: values laid over the document, before it is judged. */
import { parse } from "yaml";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import type { Leaf, Located, LocatedMap, Place } from "./located.ts";
import { argumentPlace, complain, emptyMap, leafAt, withChild, withoutReplaced } from "./located.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import { fieldNames, schemaUnder, unknownField } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";

/**
 * Sets one path. Unknown paths are complaints with the nearest known field; `null` takes the value away. `said` is the argument that
 * complaints name.
 */
export function setPath(
  document: LocatedMap,
  path: string,
  value: string,
  said = `--set ${path}=${value}`,
): Result<LocatedMap, Complaint[]> {
  const at = argumentPlace(said);
  let parsed: unknown;
  try {
    parsed = parse(value, { prettyErrors: false });
  } catch (error) {
    return err([complain(at, `cannot read the value: ${error instanceof Error ? error.message.split("\n")[0] : "not YAML"}`)]);
  }
  const done = put(document, SCENARIO_SCHEMA, path.split("."), 0, locate(parsed, at), at);
  return done.ok ? ok(done.value as LocatedMap) : done;
}

function put(
  node: Located,
  schema: Schema,
  keys: readonly string[],
  depth: number,
  value: Located,
  at: Place,
): Result<Located, Complaint[]> {
  if (depth === keys.length) return ok(value);
  const key = keys[depth]!;
  const below = schemaUnder(schema, key);
  if (below === undefined) return err([complain(at, unknownField(key, keys.slice(0, depth).join("."), fieldNames(schema)))]);
  const next = (child: Located) => put(child, below, keys, depth + 1, value, at);
  if (node.kind === "list") {
    const item = node.items[Number(key)];
    if (item === undefined) return err([complain(at, `the list has ${node.items.length} items; there is no item ${key} (the first is 0)`)]);
    const changed = next(item);
    return changed.ok ? ok({ ...node, items: node.items.map((old, index) => (index === Number(key) ? changed.value : old)) }) : changed;
  }
  // A preset's name becomes a mapping that starts from it, so that one of its fields can be set alone.
  const named =
    node.kind === "leaf" && schema.properties?.["preset"] !== undefined ? withChild(emptyMap(node.at), "preset", node.at, node) : undefined;
  const map = node.kind === "map" ? node : (named ?? emptyMap(node.at));
  const changed = next(map.entries.get(key)?.value ?? emptyMap(at));
  if (!changed.ok) return changed;
  if (changed.value.kind !== "leaf" || changed.value.value !== null) {
    const kept = { ...map, entries: withoutReplaced(map.entries, below) };
    return ok(withChild(kept, key, map.entries.get(key)?.keyAt ?? at, changed.value));
  }
  return ok({ ...map, entries: new Map([...map.entries].filter(([name]) => name !== key)) });
}

function locate(value: unknown, at: Place): Located {
  if (Array.isArray(value)) return { kind: "list", at, items: value.map((item) => locate(item, at)) };
  if (typeof value === "object" && value !== null) {
    return { kind: "map", at, entries: new Map(Object.entries(value).map(([key, item]) => [key, { keyAt: at, value: locate(item, at) }])) };
  }
  return leafAt(at, isLeaf(value) ? value : null);
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
