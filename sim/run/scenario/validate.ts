/** Judges a merged document by the schema and says at the line what was expected and what was found. */
import type { ErrorObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Complaint } from "../../../src/base/result.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { Located, LocatedMap, Place } from "./located.ts";
import { complain, describe, plainOf } from "./located.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import { fieldNames, schemaUnder, unknownField } from "./schema-walk.ts";
import { SCHEMA_VOCABULARY } from "./schema-words.ts";
import type { Schema } from "./schema-words.ts";

const ajv = new Ajv2020({ allErrors: true, verbose: true, strictTypes: false, allowUnionTypes: true });
ajv.addVocabulary([...SCHEMA_VOCABULARY]);
const judge = ajv.compile(SCENARIO_SCHEMA);

/** Everything the schema finds wrong, each at its place; empty when nothing. */
export function validate(document: LocatedMap): Complaint[] {
  return [...judged(document), ...replacedBeside(document, SCENARIO_SCHEMA, "")];
}

/** Fields without effect, because another one beside them stands for them. */
function replacedBeside(node: Located, schema: Schema, path: string): Complaint[] {
  if (node.kind !== "map") return [];
  return [...node.entries].flatMap(([key, { value }]) => {
    const below = schemaUnder(schema, key);
    if (below === undefined) return [];
    const beside = (below["x-instead"] ?? []).flatMap((other) => {
      const keyAt = node.entries.get(other)?.keyAt;
      const message = `${path}${other}: has no effect beside ${key}; write null to drop an inherited value`;
      return keyAt === undefined ? [] : [complain(keyAt, message)];
    });
    return [...beside, ...replacedBeside(value, below, `${path}${key}.`)];
  });
}

function judged(document: LocatedMap): Complaint[] {
  if (judge(plainOf(document))) return [];
  const seen = new Set<string>();
  const complaints: Complaint[] = [];
  for (const error of judge.errors ?? []) {
    // What is wrong with a key comes twice, the second time as `propertyNames` of the mapping that holds it.
    if (error.propertyName !== undefined) continue;
    const complaint = complaintOf(document, error);
    // Several keywords can fail for one value; the first one says enough.
    const key = `${complaint.file}:${complaint.line}:${complaint.column}:${error.keyword === "additionalProperties" ? complaint.message : ""}`;
    if (!seen.has(key)) complaints.push(complaint);
    seen.add(key);
  }
  return complaints;
}

function complaintOf(document: LocatedMap, error: ErrorObject): Complaint {
  const path = error.instancePath.split("/").slice(1).map(unescaped);
  const { node, at } = find(document, path);
  const schema = (error.parentSchema ?? {}) as Schema;
  const where = path.join(".");
  if (error.keyword === "additionalProperties" || error.keyword === "propertyNames") {
    const params = error.params as { additionalProperty?: string; propertyName?: string };
    const key = params.additionalProperty ?? params.propertyName ?? "";
    const keyAt = node.kind === "map" ? (node.entries.get(key)?.keyAt ?? at) : at;
    if (error.keyword === "propertyNames") return complain(keyAt, `"${key}" cannot be a name in ${where}`);
    return complain(keyAt, unknownField(key, where, fieldNames(schema)));
  }
  if (error.keyword === "required") {
    return complain(
      at,
      `missing field "${(error.params as { missingProperty: string }).missingProperty}"${where === "" ? "" : ` in ${where}`}`,
    );
  }
  const expected = schema["x-expect"] ?? error.message ?? "another value";
  // One word may stand for a list of one, as in `mode`.
  const choices = schema.enum ?? schema.items?.enum ?? [];
  const near = node.kind === "leaf" ? nearest(String(node.value), choices.map(String)) : undefined;
  return complain(at, `${where}: expected ${expected}, found ${describe(node)}${near === undefined ? "" : `; did you mean "${near}"?`}`);
}

function find(document: LocatedMap, path: readonly string[]): { node: Located; at: Place } {
  let node: Located = document;
  for (const key of path) {
    const next: Located | undefined =
      node.kind === "map" ? node.entries.get(key)?.value : node.kind === "list" ? node.items[Number(key)] : undefined;
    if (next === undefined) break;
    node = next;
  }
  return { node, at: node.at };
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
