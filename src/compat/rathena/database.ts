import type { Source } from "../../base/text/source.ts";
import { positionAt, shown, sourceOf } from "../../base/text/source.ts";
import { truth } from "../../base/text/truth.ts";
import { decimal } from "../../base/text/decimal.ts";
import { NoteList } from "../text/notes.ts";
import type { Section, Value } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import { readYamlForm } from "../text/yaml-form.ts";
import { BlockLines } from "./block-lines.ts";

/** One file while it is read: its text, what is wrong with it (it is refused), and what is remarked about it (it is read all the same). */
export type Reading = { readonly source: Source; readonly errors: NoteList; readonly notes: NoteList };

/** Another file that a database asks to be read after it. `mode` is empty where the file is for both. */
export type Import = { readonly path: string; readonly mode: string; readonly at: number };

/** A database file: the entries of its Body, and the imports of its Footer. */
export type Database = { readonly reading: Reading; readonly entries: readonly Section[]; readonly imports: readonly Import[] };

/** The library takes seconds for millions of signs; files in a form that only it can read may be this long. */
const STRANGE_CHARS_MAX = 4_000_000;
const ENTRIES_MAX = 200_000;

/** A file to be read, with empty lists of complaints and notes. */
export function readingOf(file: string, text: string): Reading {
  const source = sourceOf(file, text);
  return { source, errors: new NoteList(source), notes: new NoteList(source) };
}

/**
 * Reads a database file of rAthena: `Header` with a Type, `Body` with a list of entries, `Footer` with Imports. Of each entry only the keys in
 * `wanted` are read. A key given twice is a note and the first counts, as with rAthena's own reader. A file of another type is complained about.
 *
 * Each entry is read by {@link BlockLines}; one that uses more of YAML than rAthena's own files do goes through the library by itself.
 */
export function readDatabase(reading: Reading, type: string, wanted: ReadonlySet<string>): Database {
  const parts = new Map<string, Value>();
  const entries: Section[] = [];
  if (!readParts(reading, wanted, parts, entries)) {
    parts.clear();
    entries.length = 0;
    if (reading.source.text.length > STRANGE_CHARS_MAX)
      reading.errors.add(
        "",
        0,
        `expected rAthena's plain block form or at most ${STRANGE_CHARS_MAX} characters of other YAML, found neither`,
      );
    else readWhole(reading, parts, entries);
  }
  if (reading.errors.empty) checkHeader(reading, parts.get("Header"), type);
  return { reading, entries, imports: importsOf(reading, parts.get("Footer")) };
}

/** Gives false when the file as a whole is written in another form. */
function readParts(reading: Reading, wanted: ReadonlySet<string>, parts: Map<string, Value>, entries: Section[]): boolean {
  const twice = new NoteList(reading.source);
  const lines = new BlockLines(reading.source, twice);
  const pieces: Piece[] = [];
  const { text } = reading.source;
  if (!lines.done && text.slice(lines.start, lines.end) === "---" && lines.indent === 0) lines.advance();
  while (!lines.done) {
    const colon = lines.colon;
    if (lines.indent !== 0 || colon < 0) return false;
    const key = text.slice(lines.start, colon);
    if (parts.has(key)) return false;
    if (colon + 1 < lines.end) return false;
    const at = lines.start;
    lines.advance();
    const below = !lines.done && (lines.indent > 0 || lines.dash);
    if (!below) parts.set(key, { kind: "scalar", text: "", quoted: false, at });
    else if (key === "Body") {
      const read = lines.dash && readBody(reading, lines, wanted, entries, pieces);
      // What is complained about already is not read a second time in another way.
      if (!reading.errors.empty) return true;
      if (!read) return false;
      parts.set(key, { kind: "list", items: [], at });
    } else {
      parts.set(key, lines.block(1));
      if (lines.strange) return false;
    }
  }
  // What the library read it has noted itself.
  for (const { key, line, column, message } of twice.list())
    if (!pieces.some(({ from, to }) => line > from && line <= to))
      reading.notes.add(key, (reading.source.lineStarts[line - 1] ?? 0) + column - 1, message);
  return true;
}

/** An entry that went through the library: its lines, counted from 0, without the last. */
type Piece = { readonly from: number; readonly to: number };

function readBody(reading: Reading, lines: BlockLines, wanted: ReadonlySet<string>, entries: Section[], pieces: Piece[]): boolean {
  const { indent } = lines;
  const { lineStarts, text } = reading.source;
  let strangeChars = 0;
  while (!lines.done && lines.indent === indent && lines.dash) {
    const from = lines.line;
    const value = lines.item(1, wanted);
    if (lines.strange) {
      lines.strange = false;
      while (!lines.done && (lines.line === from || lines.indent > indent)) lines.advance();
      const to = lines.done ? lineStarts.length : lines.line;
      pieces.push({ from, to });
      strangeChars += (lineStarts[to] ?? text.length) - lineStarts[from]!;
      if (strangeChars > STRANGE_CHARS_MAX) {
        reading.errors.add(
          "Body",
          lineStarts[from]!,
          `expected at most ${STRANGE_CHARS_MAX} characters in other than rAthena's plain form, found more`,
        );
        return true;
      }
      readPiece(reading, { from, to }, indent, entries);
    } else if (value.kind === "section") entries.push(value);
    else if (value.kind !== "scalar" || value.text !== "")
      reading.errors.add("Body", value.at, `expected an entry with fields, found ${describe(value)}`);
    if (entries.length > ENTRIES_MAX) {
      reading.errors.add("Body", value.at, `expected at most ${ENTRIES_MAX} entries, found more`);
      return true;
    }
  }
  return lines.done || lines.indent === 0;
}

/** Reads one entry with the library. */
function readPiece(reading: Reading, lines: Piece, indent: number, entries: Section[]): void {
  const { text, lineStarts, file } = reading.source;
  const from = lineStarts[lines.from]!;
  const piece = text.slice(from, lineStarts[lines.to] ?? text.length);
  // The list's dash becomes a blank, so that columns stay and the entry is a document of its own.
  const source = sourceOf(file, `${piece.slice(0, indent)} ${piece.slice(indent + 1)}`);
  const [errors, twice] = [new NoteList(source), new NoteList(source)];
  const section = readYamlForm(source, errors, twice);
  const move = (list: NoteList, to: NoteList): void => {
    for (const { key, line, column, message } of list.list())
      to.add(key, (lineStarts[lines.from + line - 1] ?? text.length) + column - 1, message);
  };
  move(errors, reading.errors);
  move(twice, reading.notes);
  if (section !== undefined && errors.empty) entries.push(shifted(section, from) as Section);
}

/** A value with all its places moved by so many characters. */
function shifted(value: Value, by: number): Value {
  const at = value.at + by;
  if (value.kind === "scalar") return { ...value, at };
  if (value.kind === "list") return { ...value, at, items: value.items.map((item) => shifted(item, by)) };
  return { ...value, at, entries: value.entries.map((entry) => ({ ...entry, at: entry.at + by, value: shifted(entry.value, by) })) };
}

function readWhole(reading: Reading, parts: Map<string, Value>, entries: Section[]): void {
  const root = readYamlForm(reading.source, reading.errors, reading.notes);
  for (const { key, value } of root?.entries ?? []) parts.set(key, value);
  const body = reading.errors.empty ? parts.get("Body") : undefined;
  for (const item of body === undefined ? [] : listOf(reading, "Body", body)) {
    if (entries.length >= ENTRIES_MAX) {
      reading.errors.add("Body", item.at, `expected at most ${ENTRIES_MAX} entries, found more`);
      return;
    }
    if (item.kind === "section") entries.push(item);
    else reading.errors.add("Body", item.at, `expected an entry with fields, found ${describe(item)}`);
  }
}

function checkHeader(reading: Reading, header: Value | undefined, type: string): void {
  if (header?.kind !== "section") {
    reading.errors.add("Header", header?.at ?? 0, `expected a "Header" with the Type ${type}, found ${header ? describe(header) : "none"}`);
    return;
  }
  const found = fieldOf(header, "Type");
  if (found?.kind === "scalar" && found.text === type) return;
  reading.errors.add("Header.Type", found?.at ?? header.at, `expected the type ${type}, found ${found ? describe(found) : "none"}`);
}

function importsOf(reading: Reading, footer: Value | undefined): Import[] {
  if (footer?.kind !== "section") return [];
  const list = fieldOf(footer, "Imports");
  const imports: Import[] = [];
  for (const item of list === undefined ? [] : listOf(reading, "Footer.Imports", list)) {
    if (item.kind !== "section") continue;
    const path = textField(reading, item, "Footer.Imports", "Path");
    const mode = textField(reading, item, "Footer.Imports", "Mode");
    if (path !== undefined) imports.push({ path, mode: mode ?? "", at: item.at });
  }
  return imports;
}

/** The value of a section's field, or undefined. */
export function fieldOf(section: Section, name: string): Value | undefined {
  return section.entries.find((entry) => entry.key === name)?.value;
}

/** The items of a list; nothing at all is an empty list, anything else is complained about. */
export function listOf(reading: Reading, path: string, value: Value): readonly Value[] {
  if (value.kind === "list") return value.items;
  if (value.kind !== "scalar" || value.text !== "")
    reading.errors.add(path, value.at, `expected a list for "${path}", found ${describe(value)}`);
  return [];
}

/** The text of a field, or undefined where it is absent or empty. A list or section is complained about. */
export function textField(reading: Reading, section: Section, path: string, name: string): string | undefined {
  const value = fieldOf(section, name);
  if (value === undefined) return undefined;
  if (value.kind === "scalar") return value.text === "" ? undefined : value.text;
  reading.errors.add(`${path}.${name}`, value.at, `expected a word for "${name}", found ${describe(value)}`);
  return undefined;
}

/** The whole number of a field, or undefined where it is absent. Anything but a whole number from `min` to `max` is complained about. */
export function numberField(reading: Reading, section: Section, path: string, name: string, min: number, max: number): number | undefined {
  const value = fieldOf(section, name);
  if (value === undefined || (value.kind === "scalar" && value.text === "" && !value.quoted)) return undefined;
  return numberOf(reading, `${path}.${name}`, name, value, min, max);
}

/** The whole number that a value writes; anything else, or one outside `min` to `max`, is complained about and undefined. */
export function numberOf(reading: Reading, path: string, name: string, value: Value, min: number, max: number): number | undefined {
  const number = value.kind === "scalar" ? decimal(value.text) : undefined;
  if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) return number === 0 ? 0 : number;
  reading.errors.add(path, value.at, `expected a whole number from ${min} to ${max} for "${name}", found ${describe(value)}`);
  return undefined;
}

/** How one switch of a group (`Modes`, `DamageFlags`) stands, or undefined where it is not named. */
export function switchOf(section: Section, group: string, name: string): boolean | undefined {
  const value = fieldOf(section, group);
  const found = value?.kind === "section" ? fieldOf(value, name) : undefined;
  return found?.kind === "scalar" ? truth(found.text) : undefined;
}

/** Complains that a field is missing, naming what stands there. */
export function missing(reading: Reading, path: string, section: Section, name: string): void {
  const { line } = positionAt(reading.source, section.at);
  reading.errors.add(
    `${path}.${name}`,
    section.at,
    `expected the field "${name}" in the entry of line ${line} (${shown(path)}), found none`,
  );
}
