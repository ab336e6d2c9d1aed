import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MapConf } from "../core/settings.ts";
import { MAP_CONF_KEYS, type KeySpec } from "./map-conf/keys.ts";
import { readMapConf } from "./map-conf-read.ts";

const BRACE = `general: {
  enable_p2p_maps: 1 // on
  "scoring": normalized
}
host_requirements: { cpu_min_ghz: 3.5, ram_min_mb: 4096 } # two
p2p_eligible_maps: { "moc_fild01": 1 prontera: 0 }
relays: { NA: na.example.com:7000 }
task_distribution: { priorities: { monster_ai: 1 } max_tasks_per_node: 2 }
`;
const YAML =
  "general:\n  enable_p2p_maps: yes\n  scoring: 'seed'\nhost_requirements: {cpu_min_cores: 8}\np2p_eligible_maps:\n  - moc_fild01\n";
const FLAT = "# flat\nram_min = 8\nmoc_fild01 = 1\nprontera = 1\nNA = na.example.com\nlatency_spike_threshold = 50\n";
const LEVELS = "p2p_test: 2\nrestricted_maps: {\n prontera\n}\nweights: { latency: 40 }\nrequirements: { Basic: { cpu_ghz: 3 } }\n";

const SIGNS = [
  "{",
  "}",
  "[",
  "]",
  ":",
  "=",
  ",",
  ";",
  '"',
  "'",
  "#",
  "//",
  "/*",
  "*/",
  "\n",
  "\r\n",
  "\t",
  " ",
  "- ",
  "---\n",
  "\\",
  "\0",
  "\ufeff",
  "\u2028",
  "&a",
  "*a",
  "!!x",
  "0x1",
  "NaN",
  "1e999",
  "-1",
  "general",
  "prontera",
];

const words = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 6 }), fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 60 })
  .map((parts) => parts.join(""));

/** A valid file with a few places replaced, removed or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(BRACE, YAML, FLAT, LEVELS),
    fc.array(
      fc.record({
        at: fc.nat(400),
        cut: fc.nat(12),
        put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.string({ maxLength: 4 })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce<string>((t, { at, cut, put }) => t.slice(0, at % (t.length + 1)) + put + t.slice((at % (t.length + 1)) + cut), text),
  );

const bools = (conf: MapConf): unknown[] => [
  ...Object.values(conf.p2p_eligible_maps),
  conf.general.enable_p2p_maps,
  conf.general.persistent_hosts,
  conf.failover.always_keep_vps_ready,
];

/** Whether every value that the key table knows is of its type and in its range. */
function isSound(conf: MapConf): boolean {
  const valueOf = (spec: KeySpec): unknown =>
    spec.section.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], conf);
  const inRange = MAP_CONF_KEYS.every((spec) => {
    const value = (valueOf(spec) as Record<string, unknown>)[spec.key];
    if (spec.type === "bool") return typeof value === "boolean";
    if (spec.type === "choice") return spec.choices.includes(value as string);
    return typeof value === "number" && value >= spec.min && value <= spec.max && (spec.type === "number" || Number.isInteger(value));
  });
  const names = Object.keys(conf.p2p_eligible_maps).every((name) => /^[a-z0-9_@#-]{1,24}$/.test(name));
  return inRange && names && bools(conf).every((value) => typeof value === "boolean");
}

/** The text's lines as an editor shows them. */
function linesOf(text: string): string[] {
  return text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
}

function check(text: string): void {
  const read = readMapConf(text, "f");
  const lines = linesOf(text);
  expect(isSound(read.settings)).toBe(true);
  for (const note of [...read.warnings, ...read.errors]) {
    expect(note.line).toBeGreaterThanOrEqual(1);
    expect(note.line).toBeLessThanOrEqual(lines.length);
    expect(note.column).toBeGreaterThanOrEqual(1);
    expect(note.column).toBeLessThanOrEqual(lines[note.line - 1]!.length + 1);
    expect(note.message).not.toBe("");
  }
  for (const place of read.positions.values()) expect(place.column).toBeLessThanOrEqual(lines[place.line - 1]!.length);
  expect(readMapConf(text, "f")).toEqual(read);
}

describe("readMapConf", () => {
  it("never throws, places every note inside the text and gives sound settings, whatever the text", () => {
    fc.assert(fc.property(words, check), { numRuns: 600 });
  });

  it("never throws, places every note inside the text and gives sound settings for damaged files", () => {
    fc.assert(fc.property(mutated, check), { numRuns: 1500 });
  });

  it("complains whenever one brace is lost or doubled", () => {
    const braces = [...BRACE.matchAll(/[{}]/g)].map((m) => m.index);
    for (const at of braces) {
      expect(readMapConf(BRACE.slice(0, at) + BRACE.slice(at + 1), "f").errors, `without the brace at ${at}`).not.toEqual([]);
      expect(readMapConf(BRACE.slice(0, at + 1) + BRACE.slice(at), "f").errors, `with two braces at ${at}`).not.toEqual([]);
    }
  });

  it("reads the same settings from the brace form and from YAML", () => {
    const entry = fc.constantFrom(...MAP_CONF_KEYS.filter((k) => k.type !== "choice" && k.section !== "task_distribution.priorities"));
    const value = (spec: KeySpec) =>
      spec.type === "bool"
        ? fc.constantFrom("1", "0", "yes", "off")
        : spec.type === "integer"
          ? fc.integer({ min: spec.min, max: Math.min(spec.max, 1e6) }).map(String)
          : fc.integer({ min: Math.ceil(spec.min * 10), max: spec.max * 10 }).map((n) => String(n / 10));
    const settings = fc
      .uniqueArray(entry, { minLength: 1, maxLength: 12, selector: (k) => `${k.section}.${k.key}` })
      .chain((specs) => fc.tuple(...specs.map((spec) => fc.tuple(fc.constant(spec), value(spec)))));
    fc.assert(
      fc.property(settings, (pairs) => {
        const sections = new Map(pairs.map(([spec]) => [spec.section, pairs.filter(([other]) => other.section === spec.section)]));
        const brace = [...sections].map(([name, list]) => `${name}: { ${list.map(([s, v]) => `${s.key}: ${v}`).join(" ")} }`).join("\n");
        const yaml = [...sections].map(([name, list]) => `${name}:\n${list.map(([s, v]) => `  ${s.key}: ${v}\n`).join("")}`).join("");
        const flat = pairs.map(([s, v]) => `${s.key} = ${v}\n`).join("");
        const read = readMapConf(brace, "f");
        expect(read.errors).toEqual([]);
        expect(readMapConf(yaml, "f")).toMatchObject({ settings: read.settings, errors: [] });
        expect(readMapConf(flat, "f")).toMatchObject({ settings: read.settings, errors: [] });
      }),
    );
  });
});
