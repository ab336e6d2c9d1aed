import { nearest } from "../../base/text/nearest.ts";
import type { Position, Source } from "../../base/text/source.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import type { Note, NoteList } from "../text/notes.ts";
import { SYNC_NAMES } from "./keys.ts";
import type { Line } from "./lines.ts";

/** What the parts of the reader share: the lines they ask for, and what they have to say. */
export type Reading = {
  readonly source: Source;
  /** Known and unknown keys alike. */
  readonly lines: ReadonlyMap<string, Line>;
  /** Held to what production asks. */
  readonly production: boolean;
  /** Where each key that the file gives stands; each map of a list of maps as `<key>.<map>`. */
  readonly positions: Map<string, Position>;
  readonly notes: NoteList;
  readonly warnings: NoteList;
  readonly errors: NoteList;
  /** What there is to say about the environment, which is no place in the file. Few: there are five secrets. */
  readonly outside: { readonly warnings: Note[]; readonly errors: Note[] };
};

/** Where a value was given: an offset of the conf, or a variable of the environment. */
export type Place = { readonly key: string; readonly at: number } | { readonly key: string; readonly variable: string };

/** How much a remark weighs. `unready`: an error in production, where nobody may go on like this, and a warning elsewhere. */
export type Weight = "error" | "warning" | "unready";

/** Notes something about a place. */
export function remark(reading: Reading, weight: Weight, place: Place, message: string): void {
  const list = weight === "error" || (weight === "unready" && reading.production) ? "errors" : "warnings";
  if ("at" in place) reading[list].add(place.key, place.at, message);
  else reading.outside[list].push({ key: place.key, file: place.variable, line: 0, column: 0, message });
}

/** Where a key is written; the beginning of the file when it is not. */
export function placeOf(reading: Reading, key: string): Place {
  const line = reading.lines.get(key);
  return { key, at: line === undefined ? 0 : line.value === "" ? line.at : line.valueAt };
}

/** The line of a key, its place noted. */
export function lineOf(reading: Reading, key: string): Line | undefined {
  const line = reading.lines.get(key);
  if (line !== undefined) reading.positions.set(key, positionAt(reading.source, line.at));
  return line;
}

/** Longer texts than this are not repeated: the names a conf knows are shorter, keys and passwords in the wrong line often longer. */
const FOUND_MAX = 24;

/** What was found, as a message may show it: never a long text, nor one that may hold a password. */
export function found(text: string): string {
  if (text === "") return "nothing";
  if (text.includes("@") || text.includes("://")) return "a text that may hold a password";
  return text.length > FOUND_MAX ? `a text of ${text.length} characters` : shown(text);
}

/** Warns of keys nobody knows. They are named only where they come near a known one: what stands before `=` may be a part of a secret. */
export function warnUnknown(reading: Reading): void {
  for (const line of reading.lines.values()) {
    if (SYNC_NAMES.includes(line.key)) continue;
    const meant = reading.warnings.full ? undefined : nearest(line.key, SYNC_NAMES);
    if (meant === undefined) reading.warnings.add("", line.at, "unknown key, ignored");
    else reading.warnings.add(line.key, line.at, `unknown key ${shown(line.key)}, ignored; did you mean ${shown(meant)}?`);
  }
}

/** Warns of values between quotes: other dialects take these away, this one does not. */
export function warnQuoted(reading: Reading): void {
  for (const { key, value, valueAt } of reading.lines.values()) {
    const quote = value[0];
    if (!SYNC_NAMES.includes(key) || value.length < 2 || (quote !== '"' && quote !== "'") || value.at(-1) !== quote) continue;
    reading.warnings.add(key, valueAt, "the quotes around this value are part of it; in this file values are written without");
  }
}
