import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultMapConf } from "../../core/settings.ts";
import { checkConf } from "../conf-check.ts";
import { FLAT_KEYS, MAP_CONF_KEYS, NAME_SECTIONS } from "./keys.ts";
import { SEED_CRITICAL_MAPS, SEED_ELIGIBLE_MAPS } from "./known-maps.ts";

const SHIPPED = join(import.meta.dirname, "../../../conf/p2p_map_config.conf");

/** Every path of the settings that is a key, by its section. */
function pathsOfSettings(): string[] {
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  const walk = (value: Record<string, unknown>, path: string): string[] =>
    Object.entries(value).flatMap(([key, inner]) => (isRecord(inner) ? walk(inner, `${path}${key}.`) : [`${path}${key}`]));
  return walk(defaultMapConf(), "");
}

describe("the key table", () => {
  it("names exactly the keys that the settings have", () => {
    expect(MAP_CONF_KEYS.map((k) => `${k.section}.${k.key}`).sort()).toEqual(pathsOfSettings().sort());
    expect(NAME_SECTIONS.every((name) => name in defaultMapConf())).toBe(true);
  });

  it("has every default within its range", () => {
    const conf = defaultMapConf() as unknown as Record<string, Record<string, unknown>>;
    for (const spec of MAP_CONF_KEYS) {
      const [outer, inner] = spec.section.split(".");
      const section = inner === undefined ? conf[outer!]! : (conf[outer!]![inner] as Record<string, unknown>);
      const value = section[spec.key];
      if (spec.type === "number" || spec.type === "integer") {
        expect(value, spec.key).toBeGreaterThanOrEqual(spec.min);
        expect(value, spec.key).toBeLessThanOrEqual(spec.max);
      } else if (spec.type === "choice") expect(spec.choices).toContain(value);
      else expect(typeof value, spec.key).toBe("boolean");
    }
  });

  it("says of each key what it does, and of each number its unit where it has one", () => {
    for (const spec of [...MAP_CONF_KEYS, ...[...FLAT_KEYS.values()].map((k) => k.spec)])
      expect(spec.about, spec.key).toMatch(/^[A-Z].*\.$/);
  });
});

describe("the shipped conf", () => {
  const text = readFileSync(SHIPPED, "utf8");
  const { settings, warnings, errors } = checkConf({ file: "conf/p2p_map_config.conf", text });

  it("has nothing to complain about and sets the seed's values with normalized scoring", () => {
    expect([warnings, errors]).toEqual([[], []]);
    const expected = defaultMapConf();
    expected.general.scoring = "normalized";
    for (const map of SEED_ELIGIBLE_MAPS) expected.p2p_eligible_maps[map] = true;
    for (const map of SEED_CRITICAL_MAPS) expected.p2p_eligible_maps[map] = false;
    expect(settings).toEqual(expected);
    expect([SEED_ELIGIBLE_MAPS.length, SEED_CRITICAL_MAPS.length]).toEqual([13, 39]);
  });

  it("mentions every key, and beside its range the range that is checked", () => {
    for (const spec of MAP_CONF_KEYS) {
      const before = text.slice(0, text.search(new RegExp(`\\b${spec.key}:`)));
      expect(before.length, spec.key).toBeGreaterThan(0);
      if ((spec.type === "number" || spec.type === "integer") && spec.effect) {
        const comments = before.slice(before.lastIndexOf("\n\n"));
        expect(comments, spec.key).toContain(`${spec.min} to ${spec.max}`);
      }
    }
  });
});
