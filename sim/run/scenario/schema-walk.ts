/** Finding one's way in the schema. */
import { nearest } from "../../../src/base/text/nearest.ts";
import type { Schema } from "./schema-words.ts";

/** The schema of a field or list item under `schema`, or undefined when it has no such field. */
export function schemaUnder(schema: Schema, key: string): Schema | undefined {
  const own = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  if (own !== undefined) return own;
  if (schema.items !== undefined && /^[0-9]+$/.test(key)) return schema.items;
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** Names of the fields a schema knows. */
export function fieldNames(schema: Schema): readonly string[] {
  return Object.keys(schema.properties ?? {});
}

/** `unknown field "duraton"; did you mean "duration"?` */
export function unknownField(key: string, where: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const inside = where === "" ? "" : ` in ${where}`;
  if (near !== undefined) return `unknown field "${key}"${inside}; did you mean "${near}"?`;
  return `unknown field "${key}"${inside}; known are ${known.slice(0, 12).join(", ")}${known.length > 12 ? ", …" : ""}`;
}
