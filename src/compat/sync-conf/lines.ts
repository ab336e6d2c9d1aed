import type { Source } from "../../base/text/source.ts";
import { positionAt } from "../../base/text/source.ts";
import type { NoteList } from "../text/notes.ts";
import { ENTRIES_MAX } from "../text/tree.ts";
import { SYNC_NAMES } from "./keys.ts";

/** One `key = value`. Offsets are those of the source; an empty value stands where its key does. */
export type Line = { readonly key: string; readonly at: number; readonly value: string; readonly valueAt: number };

/** A line without blanks around it that opens with one of these is a comment. A sign further on is part of the value. */
const COMMENT_SIGNS = ["#", "/"];

const NAMES: ReadonlySet<string> = new Set(SYNC_NAMES);

/**
 * Reads `key = value` a line. The value is all behind the first `=` but for outer blanks: `#`, `=` and quotes belong to it.
 * What is no such line is complained about without repeating it: it may be the torn-off end of a secret. So is a key given twice, named only if it is a known one.
 */
export function readLines(source: Source, errors: NoteList): Line[] {
  const lines: Line[] = [];
  const seen = new Map<string, number>();
  for (const [index, lineStart] of source.lineStarts.entries()) {
    const lineEnd = source.lineStarts[index + 1] ?? source.text.length + 1;
    const line = readLine(source.text.slice(lineStart, lineEnd - 1), lineStart, errors);
    if (line === undefined) continue;
    const first = seen.get(line.key);
    if (first !== undefined) {
      const name = NAMES.has(line.key) ? line.key : "";
      const what = name === "" ? "a key" : `"${name}"`;
      errors.add(name, line.at, `${what} is given twice, first on line ${positionAt(source, first).line}`);
      continue;
    }
    if (lines.length >= ENTRIES_MAX) {
      errors.add("", line.at, `expected at most ${ENTRIES_MAX} keys, found more`);
      break;
    }
    seen.set(line.key, line.at);
    lines.push(line);
  }
  return lines;
}

function readLine(text: string, lineStart: number, errors: NoteList): Line | undefined {
  const code = text.trim();
  if (code === "" || COMMENT_SIGNS.includes(code[0]!)) return undefined;
  const at = lineStart + text.search(/\S/);
  const equals = code.indexOf("=");
  const key = (equals < 0 ? code : code.slice(0, equals)).trimEnd();
  if (equals < 0 || /\s/.test(key)) {
    const [word = ""] = key.split(/[\s:]/, 1);
    const known = NAMES.has(word) ? word : "";
    if (known !== "") errors.add(known, at, `expected '=' after "${known}", found something else`);
    else errors.add("", at, `expected "key = value", found ${equals < 0 ? "a line without '='" : "several words before '='"}`);
    return undefined;
  }
  if (key === "") {
    errors.add("", at, "expected a key before '=', found none");
    return undefined;
  }
  const rest = code.slice(equals + 1);
  const value = rest.trim();
  return { key, at, value, valueAt: value === "" ? at : at + equals + 1 + rest.search(/\S/) };
}

/**
 * Whether a text has a line that begins with one of this conf's keys: no other conf has keys of these names. Damaged lines count too, lest a
 * reader that knows of no secrets repeats what stands in them.
 */
export function hasSyncKeys(source: Source): boolean {
  return source.lineStarts.some((lineStart) => {
    const [, word = ""] = /^[ \t]*([a-z_]+)/.exec(source.text.slice(lineStart, lineStart + LOOKED_AT)) ?? [];
    return NAMES.has(word);
  });
}

/** Characters of a line that are looked at for a key; the longest has less than half of them. */
const LOOKED_AT = 80;
