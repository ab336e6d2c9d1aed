import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultMapConf, defaultTuning } from "../../../src/core/settings.ts";
import { schemaText, SCENARIO_SCHEMA } from "./schema.ts";
import { fieldNames, schemaUnder } from "./schema-walk.ts";
import type { Schema } from "./schema-words.ts";

/** Every field's schema with its path. */
function everyField(schema: Schema, path = ""): [string, Schema][] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, field]): [string, Schema][] => [
    [`${path}.${key}`, field],
    ...everyField(field, `${path}.${key}`),
  ]);
  const items = schema.items === undefined ? [] : everyField(schema.items, `${path}[]`);
  const values = typeof schema.additionalProperties === "object" ? everyField(schema.additionalProperties, `${path}.*`) : [];
  return [...inner, ...items, ...values];
}

describe("the schema", () => {
  it("is the one that is published", () => {
    expect(readFileSync(new URL("../../../scenarios/scenario.schema.json", import.meta.url), "utf8")).toBe(schemaText());
  });

  it("describes every field, numbers with their unit", () => {
    const fields = everyField(SCENARIO_SCHEMA);
    expect(fields.length).toBeGreaterThan(150);
    expect(fields.filter(([, field]) => (field.description ?? "") === "").map(([path]) => path)).toEqual([]);
    const numeric = fields.filter(([, field]) => [field.type].flat().some((type) => type === "number" || type === "integer"));
    const unitless = numeric.filter(
      ([path, field]) => field["x-unit"] === undefined && !path.endsWith(".target") && !path.endsWith("regions"),
    );
    expect(unitless.map(([path]) => path)).toEqual([]);
  });

  it("knows exactly the keys of the settings", () => {
    const conf = schemaUnder(SCENARIO_SCHEMA, "conf")!;
    const usual: Readonly<Record<string, object>> = defaultMapConf();
    expect(fieldNames(conf).toSorted()).toEqual(["file", ...Object.keys(usual)].toSorted());
    for (const [section, keys] of Object.entries(usual)) {
      const known = schemaUnder(conf, section)!;
      if (known.additionalProperties === false) expect(fieldNames(known).toSorted()).toEqual(Object.keys(keys).toSorted());
    }
    expect(fieldNames(schemaUnder(SCENARIO_SCHEMA, "tuning")!).toSorted()).toEqual(Object.keys(defaultTuning()).toSorted());
  });
});
