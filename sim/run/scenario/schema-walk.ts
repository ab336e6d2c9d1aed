/** Finding one's way in the schema. */
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
