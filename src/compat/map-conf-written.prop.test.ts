import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMapConf } from "./map-conf-read.ts";
import type { KeySpec } from "./map-conf/keys.ts";
import { MAP_CONF_KEYS } from "./map-conf/keys.ts";

/** A key with a value as some hand writes it, and what it means. */
type Written = { readonly spec: KeySpec; readonly text: string; readonly value: boolean | number | string };

const KEYS = MAP_CONF_KEYS.filter((spec) => spec.section !== "task_distribution.priorities");

function writtenValue(spec: KeySpec): fc.Arbitrary<Written> {
  if (spec.type === "choice") return fc.constantFrom(...spec.choices).map((text) => ({ spec, text, value: text }));
  if (spec.type === "bool") {
    const words = [
      ...["1", "true", "yes", "on", "True", "YES", "On"].map((t) => [t, true] as const),
      ...["0", "false", "no", "off", "False", "NO"].map((t) => [t, false] as const),
    ];
    return fc.constantFrom(...words).map(([text, value]) => ({ spec, text, value }));
  }
  const whole = fc
    .integer({ min: Math.ceil(spec.min), max: Math.min(spec.max, 5000) })
    .chain((n) =>
      fc
        .constantFrom(`${n}`, `+${n}`, `${n}.`, `${n}.0`, `0${n}`, `${n}e0`, `${n * 10}e-1`, `${n}E+0`)
        .map((text) => ({ spec, text, value: n })),
    );
  if (spec.type === "integer") return whole;
  const half = fc
    .integer({ min: Math.ceil(spec.min), max: Math.min(spec.max - 1, 5000) })
    .map((n) => ({ spec, text: n === 0 ? ".5" : `${n}.50`, value: n + 0.5 }));
  return fc.oneof(whole, half);
}

const settings = fc
  .uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 10, selector: (spec) => spec.key })
  .chain((specs) => fc.tuple(...specs.map(writtenValue)));

/** Choices of layout, taken in turn: any list of numbers is one way to write a file. */
const layouts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 });
type Pick = (...options: readonly string[]) => string;
function picker(layout: readonly number[]): Pick {
  let turn = 0;
  return (...options) => options[layout[turn++ % layout.length]! % options.length]!;
}

function sections(list: readonly Written[]): Map<string, Written[]> {
  const found = new Map<string, Written[]>();
  for (const one of list) found.set(one.spec.section, [...(found.get(one.spec.section) ?? []), one]);
  return found;
}

function quotedOrNot(pick: Pick, text: string): string {
  return pick(text, text, text, `"${text}"`, `'${text}'`);
}

function braceForm(list: readonly Written[], pick: Pick): string {
  const end = pick("\n", "\r\n");
  const note = () => pick("", "", " // c", " # it's } {", " /* a: 1 } */", ' # "open', `${end}/* over${end}lines } */`, `${end}// c`, "//");
  const body = [...sections(list)].map(([name, keys]) => {
    const entries = keys.map(({ spec, text }) => {
      const value = quotedOrNot(pick, text);
      return (
        pick("  ", "\t", "", "\u00a0") +
        pick(spec.key, `"${spec.key}"`) +
        pick(": ", ":", " = ", "=", ":\t") +
        value +
        pick("", ",", ";", " ,") +
        note() +
        end
      );
    });
    return `${pick(name, name, `"${name}"`)}${pick(": ", ":", " : ", "=")}${pick("", end)}{${note()}${end}${entries.join("")}}${pick("", ",", ";")}${note()}${end}`;
  });
  const text = pick("", "\ufeff", "// head\n", "/* head */\n", "\n\n") + body.join(pick("", end));
  return pick(text, text.trimEnd());
}

function yamlForm(list: readonly Written[], pick: Pick): string {
  const end = pick("\n", "\r\n");
  const note = () => pick("", "", " # c", " # } {", ' # "open');
  const indent = pick("  ", " ", "    ");
  const body = [...sections(list)].map(([name, keys]) => {
    const entries = keys.map(
      ({ spec, text }) =>
        `${indent}${pick(spec.key, `"${spec.key}"`)}${pick(": ", ":  ", ": \t")}${quotedOrNot(pick, text)}${note()}${end}${pick("", end, `${indent}# c${end}`)}`,
    );
    return `${pick(name, `'${name}'`)}:${note()}${end}${entries.join("")}`;
  });
  return pick("", "\ufeff", "---\n", "# head\n", "%YAML 1.2\n---\n") + body.join("") + pick("", `...${end}`);
}

function flatForm(list: readonly Written[], pick: Pick): string {
  const end = pick("\n", "\r\n", "\r");
  const lines = list.map(
    ({ spec, text }) =>
      pick("", " ", "\t") +
      pick(spec.key, `"${spec.key}"`) +
      pick(" = ", "=", " =", "\t=\t", ": ") +
      quotedOrNot(pick, text) +
      pick("", " ", " # a = b", " // {", "\t// c") +
      end,
  );
  return pick("", "\ufeff", `# head${end}`, `// head${end}`) + lines.join(pick("", end));
}

const FORMS = { braces: braceForm, YAML: yamlForm, "flat lines": flatForm } as const;

/** What no number is, though it looks like one. */
const NO_NUMBERS = ["0x10", "0b1", "NaN", "Infinity", "1e999", "1_0", "1/2", "8GB", "--1", "1e", "true", "\u0663"];

describe.each(Object.entries(FORMS))("a map conf in %s", (_, form) => {
  const valueOf = (read: ReturnType<typeof readMapConf>, spec: KeySpec): unknown =>
    (read.settings[spec.section as "general"] as unknown as Record<string, unknown>)[spec.key];

  it("means the same however it is laid out", () => {
    fc.assert(
      fc.property(settings, layouts, (list, layout) => {
        const text = form(list, picker(layout));
        const read = readMapConf(text, "f");
        expect(read.errors, text).toEqual([]);
        for (const { spec, value } of list) expect(valueOf(read, spec), `${spec.key} in ${text}`).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it("is refused where a number is none, and its setting keeps its default", () => {
    const usual = readMapConf("", "f");
    const numeric = settings.filter((list) => list.some(({ spec }) => spec.type === "integer" || spec.type === "number"));
    fc.assert(
      fc.property(numeric, layouts, fc.constantFrom(...NO_NUMBERS), (list, layout, bad) => {
        const at = list.findIndex(({ spec }) => spec.type === "integer" || spec.type === "number");
        const { spec } = list[at]!;
        const read = readMapConf(form(list.with(at, { spec, text: bad, value: 0 }), picker(layout)), "f");
        expect(read.errors.map((note) => note.key.split(".").at(-1))).toEqual([spec.key]);
        expect(valueOf(read, spec)).toBe(valueOf(usual, spec));
      }),
      { numRuns: 200 },
    );
  });

  it("is refused where a key stands twice", () => {
    fc.assert(
      fc.property(settings, layouts, (list, layout) => {
        const read = readMapConf(form([...list, list[0]!], picker(layout)), "f");
        expect(read.errors.some((note) => note.message.includes("given twice"))).toBe(true);
        expect(valueOf(read, list[0]!.spec)).toBe(list[0]!.value);
      }),
      { numRuns: 200 },
    );
  });
});

describe("names that every object has", () => {
  const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
  const places = [
    "general",
    "p2p_eligible_maps",
    "relays",
    "assistance_levels",
    "task_distribution",
    "weights",
    "requirements",
    "fallback",
    "security",
    "restricted_maps",
    "p2p_assist_maps",
    "relay_servers",
  ];

  it("are names like others, in every section of every dialect", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom(...NAMES),
        fc.constantFrom("1", "0", "relay.example.com", "{ a: 1 }"),
        (section, name, value) => {
          for (const text of [
            `${section}: {\n  ${name}: ${value}\n}\n`,
            `${section}:\n  ${name}: ${value}\n`,
            `${name}: ${value}\n`,
            `${name} = ${value}\n`,
            `requirements: { Basic: { ${name}: ${value} } }\n`,
          ])
            expect(() => readMapConf(text, "f")).not.toThrow();
        },
      ),
      { numRuns: 240 },
    );
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe("a second YAML document", () => {
  it("is refused, for only the first would count", () => {
    const read = readMapConf("general:\n  enable_p2p_maps: 0\n---\ngeneral:\n  enable_p2p_maps: 1\n", "f");
    expect(read.errors.map((note) => `${note.line}:${note.column} ${note.message}`)).toEqual([
      "3:1 expected the end of the file, found another YAML document",
    ]);
  });
});
