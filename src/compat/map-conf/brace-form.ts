import type { Source } from "../../base/text/source.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import type { NoteList } from "../text/notes.ts";
import type { Entry, List, Section, Value } from "../text/tree.ts";
import { DEPTH_MAX, ENTRIES_MAX } from "../text/tree.ts";
import type { ScanMode, Token } from "./brace-scan.ts";
import { OPEN_COMMENT, scan, tokenText } from "./brace-scan.ts";

/** The state of one reading: where it stands, and what it has to stop for. */
type Reader = {
  readonly source: Source;
  readonly errors: NoteList;
  readonly sectionNames: ReadonlySet<string>;
  at: number;
  entries: number;
  /** Nothing more is read and nothing more is complained about: the end was reached or a limit was hit. */
  stopped: boolean;
  /** The innermost sections end here because a top-level section begins. */
  unwinding: boolean;
  /** Line of the last complaint: one mistake often spoils the rest of its line, and one complaint says it. */
  lineBlamed: number;
};

/** A block that is being read. `opener` is the offset of its brace, -1 for the file itself. */
type Block = { readonly path: string; readonly opener: number; readonly depth: number };

/**
 * Reads the brace form: `name: { key: value }` with `:` or `=`, optional commas and semicolons, lists `[a, b]` and `{ a b }`, comments.
 * Complaints go to `errors`; what could be read around them is returned. A section of `sectionNames` that begins inside another one
 * is taken as the sign of a missing brace.
 */
export function readBraceForm(source: Source, sectionNames: ReadonlySet<string>, errors: NoteList): Section {
  const reader: Reader = { source, errors, sectionNames, at: 0, entries: 0, stopped: false, unwinding: false, lineBlamed: 0 };
  const first = scan(source, 0, "key");
  const wrapped = first.kind === "mark" && first.text === "{";
  if (wrapped) reader.at = first.end;
  const root = readBlock(reader, { path: "", opener: wrapped ? first.at : -1, depth: 0 });
  if (wrapped && !reader.stopped) {
    const rest = take(reader, "key");
    if (rest.kind !== "end") blame(reader, "", rest.at, `expected the end of the file after the closing '}', found ${tokenText(rest)}`);
  }
  return root.kind === "section" ? root : { kind: "section", entries: [], at: 0 };
}

function take(reader: Reader, mode: ScanMode): Token {
  const token = scan(reader.source, reader.at, mode);
  reader.at = token.end;
  if (token.kind === "bad" && token.text === OPEN_COMMENT) stop(reader, "", token.at, token.problem!);
  else if (token.kind === "bad") blame(reader, "", token.at, token.problem!);
  return token;
}

function blame(reader: Reader, key: string, at: number, message: string): void {
  const { line } = positionAt(reader.source, at);
  if (!reader.stopped && line !== reader.lineBlamed) reader.errors.add(key, at, message);
  reader.lineBlamed = line;
}

function stop(reader: Reader, key: string, at: number, message: string): void {
  if (!reader.stopped) reader.errors.add(key, at, message);
  reader.stopped = true;
  reader.at = reader.source.text.length;
}

/** A word without a separator, and what followed it. */
type LoneWord = { readonly token: Token; readonly followed: string };

/** Reads up to the closing brace. A sound block of words alone is a list, any other a section. */
function readBlock(reader: Reader, block: Block): Section | List {
  const entries: Entry[] = [];
  const seen = new Map<string, number>();
  const words: LoneWord[] = [];
  let sound = true;
  while (!reader.stopped && !reader.unwinding) {
    const token = take(reader, "key");
    if (token.kind === "end") {
      if (block.opener >= 0) stop(reader, block.path, token.at, `expected '}' to close ${named(reader, block)}, found the end of the file`);
      break;
    }
    if (token.kind === "mark") {
      if (token.text === "}" && block.opener >= 0) break;
      skipStray(reader, block, token);
      sound = false;
    } else if (token.kind === "bad") sound = false;
    else {
      const next = scan(reader.source, reader.at, "key");
      const separated = next.kind === "mark" && (next.text === ":" || next.text === "=");
      if (separated) reader.at = next.end;
      else if (next.kind === "mark" && next.text === "{")
        blame(reader, joined(block.path, token.text), token.at, lacksSeparator(token, tokenText(next)));
      if (separated || (next.kind === "mark" && next.text === "{")) sound = readEntry(reader, block, token, entries, seen) && sound;
      else {
        words.push({ token, followed: tokenText(next) });
        countEntry(reader, block, token);
      }
      if (!reader.unwinding) skipComma(reader);
    }
  }
  return blockOf(reader, block, entries, words, sound);
}

function blockOf(reader: Reader, block: Block, entries: Entry[], words: readonly LoneWord[], sound: boolean): Section | List {
  const at = Math.max(0, block.opener);
  if (sound && entries.length === 0 && words.length > 0 && block.depth > 0)
    return { kind: "list", at, items: words.map(({ token }) => scalarOf(token)) };
  for (const { token, followed } of words) blameLate(reader, joined(block.path, token.text), token.at, lacksSeparator(token, followed));
  return { kind: "section", entries, at };
}

function lacksSeparator(word: Token, found: string): string {
  return `expected ':' or '=' after ${shown(word.text)}, found ${found}`;
}

/** As {@link blame}, for what only shows at the end of a block: a stop that came in between must not hide it. */
function blameLate(reader: Reader, key: string, at: number, message: string): void {
  const { line } = positionAt(reader.source, at);
  if (line !== reader.lineBlamed) reader.errors.add(key, at, message);
  reader.lineBlamed = line;
}

/** Reads what follows a key and its separator; false when it gave no entry. */
function readEntry(reader: Reader, block: Block, key: Token, entries: Entry[], seen: Map<string, number>): boolean {
  const path = joined(block.path, key.text);
  const opening = scan(reader.source, reader.at, "value");
  if (block.depth > 0 && opening.text === "{" && opening.kind === "mark" && reader.sectionNames.has(key.text)) {
    blame(reader, path, key.at, `expected '}' to close ${named(reader, block)}, found section ${shown(key.text)}`);
    reader.at = key.at;
    reader.unwinding = true;
    return false;
  }
  const value = readValue(reader, { path, opener: key.at, depth: block.depth });
  // A top-level section that begins too deep ends every block around it; the file itself goes on with it.
  if (block.depth === 0) reader.unwinding = false;
  if (value === undefined) return false;
  const first = seen.get(key.text);
  if (first !== undefined) {
    reader.errors.add(path, key.at, `${shown(key.text)} is given twice, first on line ${positionAt(reader.source, first).line}`);
    return false;
  }
  seen.set(key.text, key.at);
  countEntry(reader, block, key);
  entries.push({ key: key.text, at: key.at, value });
  return true;
}

/** A value, or undefined when there is none to read; `place.opener` is where its key or list begins. */
function readValue(reader: Reader, place: Block): Value | undefined {
  const before = reader.at;
  const token = take(reader, "value");
  if (token.kind === "mark" && (token.text === "{" || token.text === "[")) {
    if (place.depth >= DEPTH_MAX) {
      stop(reader, place.path, token.at, `expected sections at most ${DEPTH_MAX} deep, found a deeper one`);
      return undefined;
    }
    const inner = { path: place.path, opener: token.at, depth: place.depth + 1 };
    return token.text === "{" ? readBlock(reader, inner) : readList(reader, inner);
  }
  if (token.kind === "bad") return undefined;
  if ((token.kind === "word" || token.kind === "string") && !token.newLine) return scalarOf(token);
  const found = token.newLine ? "the end of the line" : tokenText(token);
  blame(reader, place.path, place.opener, `expected a value for ${shown(place.path)}, found ${found}`);
  reader.at = token.newLine || token.text === "}" || token.text === "]" ? before : token.end;
  return undefined;
}

function readList(reader: Reader, block: Block): List {
  const items: Value[] = [];
  while (!reader.stopped && !reader.unwinding) {
    const token = scan(reader.source, reader.at, "value");
    if (token.kind === "mark" && token.text === "]") {
      reader.at = token.end;
      break;
    }
    if (token.kind === "end" || (token.kind === "mark" && !"{[".includes(token.text))) {
      blame(
        reader,
        block.path,
        token.at,
        `expected ']' to close the list opened on line ${positionAt(reader.source, block.opener).line}, found ${tokenText(token)}`,
      );
      if (token.kind === "end") reader.stopped = true;
      break;
    }
    countEntry(reader, block, token);
    if (token.kind === "mark") {
      const value = readValue(reader, { ...block, opener: token.at });
      if (value !== undefined) items.push(value);
    } else {
      take(reader, "value");
      if (token.kind !== "bad") items.push(scalarOf(token));
    }
    skipComma(reader);
  }
  return { kind: "list", items, at: block.opener };
}

/** Complains about a mark where a key belongs. A block behind it is read and dropped, so that its closing brace is not blamed too. */
function skipStray(reader: Reader, block: Block, token: Token): void {
  const message = token.text === "}" ? "unexpected '}': no section is open" : `expected a key, found '${token.text}'`;
  blame(reader, block.path, token.at, message);
  if (token.text !== "{" && token.text !== "[") return;
  reader.at = token.at;
  readValue(reader, { path: block.path, opener: token.at, depth: block.depth });
  if (block.depth === 0) reader.unwinding = false;
}

function skipComma(reader: Reader): void {
  const token = scan(reader.source, reader.at, "key");
  if (token.kind === "mark" && (token.text === "," || token.text === ";")) reader.at = token.end;
}

function countEntry(reader: Reader, block: Block, token: Token): void {
  reader.entries += 1;
  if (reader.entries > ENTRIES_MAX) stop(reader, block.path, token.at, `expected at most ${ENTRIES_MAX} keys, found more`);
}

function scalarOf(token: Token): Value {
  return { kind: "scalar", text: token.text, quoted: token.kind === "string", at: token.at };
}

function named(reader: Reader, block: Block): string {
  const { line } = positionAt(reader.source, block.opener);
  return block.path === "" ? `the '{' on line ${line}` : `section ${shown(block.path)} of line ${line}`;
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
