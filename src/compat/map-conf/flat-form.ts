import type { Source } from "../../base/text/source.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import type { NoteList } from "../text/notes.ts";
import type { Entry, Scalar, Section } from "../text/tree.ts";
import { ENTRIES_MAX } from "../text/tree.ts";

/**
 * Reads the flat dialect: one `key = value` a line (`:` is taken too), comments behind `#` or `//` at the start of a line or after a blank.
 * The value is the rest of the line; it may be quoted, and may be missing (then its text is empty and whoever knows the key judges).
 */
export function readFlatForm(source: Source, errors: NoteList): Section {
  const entries: Entry[] = [];
  const seen = new Map<string, number>();
  for (const [index, lineStart] of source.lineStarts.entries()) {
    const lineEnd = source.lineStarts[index + 1] ?? source.text.length + 1;
    const line = source.text.slice(lineStart, lineEnd - 1);
    const entry = readLine(line, lineStart, errors);
    if (entry === undefined) continue;
    const first = seen.get(entry.key);
    if (first !== undefined) {
      errors.add(entry.key, entry.at, `${shown(entry.key)} is given twice, first on line ${positionAt(source, first).line}`);
      continue;
    }
    if (entries.length >= ENTRIES_MAX) {
      errors.add("", entry.at, `expected at most ${ENTRIES_MAX} keys, found more`);
      break;
    }
    seen.set(entry.key, entry.at);
    entries.push(entry);
  }
  return { kind: "section", entries, at: 0 };
}

function readLine(line: string, lineStart: number, errors: NoteList): Entry | undefined {
  const code = withoutComment(line);
  const from = code.search(/\S/);
  if (from < 0) return undefined;
  const at = lineStart + from;
  const separator = code.search(/[=:]/);
  if (separator <= from) {
    const found = separator < 0 ? shown(code.trim()) : `'${code[separator]}'`;
    errors.add("", at, `expected "key = value", found ${found}`);
    return undefined;
  }
  const written = code.slice(from, separator).trimEnd();
  const key = unquoted(written)?.text ?? written;
  const rest = code.slice(separator + 1);
  const text = rest.trim();
  const valueAt = text === "" ? at : lineStart + separator + 1 + rest.search(/\S/);
  if (/\s/.test(key)) {
    errors.add("", at, `expected one word before '${code[separator]}', found ${shown(key)}`);
    return undefined;
  }
  const quoted = unquoted(text);
  if (quoted === undefined && (text.startsWith('"') || text.startsWith("'"))) {
    errors.add(key, valueAt, `expected ${text[0]} to close this text, found the end of the line`);
    return undefined;
  }
  const value: Scalar = { kind: "scalar", text: quoted?.text ?? text, quoted: quoted !== undefined, at: valueAt };
  return { key, at, value };
}

/** The line up to its comment. A quote hides comment signs up to the next quote of its kind. */
function withoutComment(line: string): string {
  let quote = "";
  for (let i = 0; i < line.length; i += 1) {
    const character = line[i]!;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "#" || (character === "/" && line[i + 1] === "/")) {
      if (i === 0 || line[i - 1] === " " || line[i - 1] === "\t") return line.slice(0, i);
    }
  }
  return line;
}

function unquoted(text: string): { readonly text: string } | undefined {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text.at(-1) !== quote) return undefined;
  return { text: text.slice(1, -1) };
}
