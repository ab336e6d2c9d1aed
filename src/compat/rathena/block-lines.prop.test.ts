/** The quick reader of block YAML against the library: what it takes, it takes as the library does; the rest it leaves alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceOf } from "../../base/text/source.ts";
import { NoteList } from "../text/notes.ts";
import type { Value } from "../text/tree.ts";
import { readYamlForm } from "../text/yaml-form.ts";
import { BlockLines } from "./block-lines.ts";

const WHOLE = `Header:
  Type: MOB_DB   # the kind
Body:
  - Id: 1002
    Name: Scorpion's "Tail"
    Quoted: "[Event] # no comment: none"
    Single: 'it''s'
    Empty:
    Modes:
      Mvp: true
      Mvp: false
    Drops:
    - Item: Jellopy
      Rate: 70
    -   Item: A#b
        Rate: -1
  -
    Id: 7
    List:
      - - 1
        - two
      - ~
# the end
Footer:
  Imports:
  - Path: db/import/mob_db.yml
`;
const SIGNS = [
  "\t",
  " ",
  "  ",
  ":",
  ": ",
  "- ",
  '"',
  "'",
  "\n",
  "\n  ",
  "\r\n",
  "{",
  "]",
  "#",
  " #",
  "&a",
  "*a",
  "!!x",
  "| ",
  ">",
  "? ",
  "---",
  "...",
  "~",
  "null",
  "\0",
  "\u2028",
  "\u0085",
  "\ufeff",
  "\ud800",
  "%",
  "@",
  ",",
  "\\",
  "a: b",
];

const edits = fc.array(
  fc.record({ at: fc.nat(600), cut: fc.nat(8), put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.string({ maxLength: 3 })) }),
  { minLength: 1, maxLength: 3 },
);
const damaged = edits.map((list) =>
  list.reduce<string>((t, { at, cut, put }) => t.slice(0, at % (t.length + 1)) + put + t.slice((at % (t.length + 1)) + cut), WHOLE),
);
const anyText = fc
  .array(fc.constantFrom(...SIGNS, "key", "7", "\nkey: x", "\n  - key: 1", "\n    b:"), { maxLength: 25 })
  .map((parts) => parts.join(""));

/** A value without its places. */
function plain(value: Value): unknown {
  if (value.kind === "scalar") return [value.text, value.quoted];
  if (value.kind === "list") return value.items.map(plain);
  return { entries: value.entries.map(({ key, value: below }) => [key, plain(below)]) };
}

/** What the quick reader makes of a text, or undefined where it leaves it to the library. */
function quick(text: string): { value: unknown; twice: number } | undefined {
  const source = sourceOf("f", text);
  const twice = new NoteList(source);
  const lines = new BlockLines(source, twice);
  if (lines.done) return undefined;
  const value = lines.map(0);
  return lines.strange || !lines.done ? undefined : { value: plain(value), twice: twice.list().length };
}

function library(text: string): { value: unknown; twice: number; errors: string[] } {
  const source = sourceOf("f", text);
  const [errors, twice] = [new NoteList(source), new NoteList(source)];
  const value = readYamlForm(source, errors, twice);
  return { value: value && plain(value), twice: twice.list().length, errors: errors.list().map(({ message }) => message) };
}

describe("the quick reader", () => {
  it("reads a database's form by itself", () => {
    expect(quick(WHOLE)).toEqual({ value: library(WHOLE).value, twice: 1 });
  });

  it("takes nothing that the library reads otherwise or refuses", () => {
    let [taken, left] = [0, 0];
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: damaged }, anyText), (text) => {
        const found = quick(text);
        if (found === undefined) left += 1;
        else {
          taken += 1;
          expect({ ...found, errors: [] }, JSON.stringify(text)).toEqual(library(text));
        }
      }),
      { numRuns: 1500, seed: 20_061_107 },
    );
    expect(taken).toBeGreaterThan(200);
    expect(left).toBeGreaterThan(200);
  });

  it.each(["- a: [1]\n", "a: |\n  text\n", "a: b: c\n", "a: x\n  more\n", "a:\n    b: 1\n  c: 2\n", "\ta: 1\n", "a: 'x\n", 'a: "\\n"\n'])(
    "leaves %j to the library",
    (text) => expect(quick(text)).toBeUndefined(),
  );
});
