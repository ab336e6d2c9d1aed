import type { Source } from "../../base/text/source.ts";
import { shown } from "../../base/text/source.ts";
import type { Entry, List, Scalar, Section, Value } from "../text/tree.ts";
import { DEPTH_MAX } from "../text/tree.ts";
import type { NoteList } from "../text/notes.ts";

/** A value or key that begins with one of these is more than a plain word; the library reads it. */
const SPECIAL = "\"'[]{}&*!|>%@`#,?\t";
const QUOTED_DOUBLE = /^("(?:[^"\\]|\\.)*")[ \t]*(?:[ \t]#.*)?$/;
const QUOTED_SINGLE = /^'((?:[^']|'')*)'[ \t]*(?:[ \t]#.*)?$/;
/** What YAML forbids, ends lines for it or leaves to its escapes, and tabs, whose place decides what they are; a line with any of these is left to the library. */
const UNUSUAL = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u;

const MANY_KEYS = 32;
const SPACE = 32;
const DASH = 45;
const COLON = 58;

/**
 * Reads the plain part of YAML in which rAthena writes its databases, line by line: mappings, lists, plain and one-line quoted words, comments.
 * At least ten times as fast as the library, which takes seconds for a monster database. Whatever is more than that sets `strange` and stops; the
 * caller then gives the piece to the library.
 */
export class BlockLines {
  /** The current line's number from 0, the column of its first sign, and where its content begins and ends (comment taken off). */
  line = -1;
  indent = 0;
  start = 0;
  end = 0;
  /** Whether all lines are read. */
  done = false;
  /** Whether something was met that is left to the library. */
  strange = false;
  readonly #source: Source;
  readonly #twice: NoteList;
  #lineEnd = 0;
  /** The next number sign from here on. Kept, since most lines have none and the next may be far away. */
  #hash = -1;

  constructor(source: Source, twice: NoteList) {
    this.#source = source;
    this.#twice = twice;
    this.advance();
  }

  /** Goes to the next line that is neither blank nor a comment. */
  advance(): void {
    const { text, lineStarts } = this.#source;
    for (this.line += 1; this.line < lineStarts.length; this.line += 1) {
      const from = lineStarts[this.line]!;
      const next = lineStarts[this.line + 1];
      const lineEnd = next === undefined ? text.length : next - 1;
      let at = from;
      while (at < lineEnd && text.charCodeAt(at) === SPACE) at += 1;
      if (at === lineEnd || text[at] === "#") continue;
      this.indent = at - from;
      this.start = at;
      this.#lineEnd = lineEnd;
      this.end = this.#contentEnd(at, lineEnd);
      if (this.end === at) continue;
      return;
    }
    this.done = true;
  }

  /** Whether the line is an item of a list. */
  get dash(): boolean {
    const { text } = this.#source;
    return text.charCodeAt(this.start) === DASH && (this.start + 1 === this.end || text.charCodeAt(this.start + 1) === SPACE);
  }

  /** Offset of the colon behind the line's key, or -1 when the line has no plain key. */
  get colon(): number {
    const { text } = this.#source;
    if (SPECIAL.includes(text[this.start]!) || text.charCodeAt(this.start) === COLON || this.dash) return -1;
    // At the left margin these part documents, whatever stands behind them.
    if (this.indent === 0 && (text.startsWith("---", this.start) || text.startsWith("...", this.start))) return -1;
    for (let at = this.start + 1; at < this.end; at += 1)
      if (text.charCodeAt(at) === COLON && (at + 1 === this.end || text.charCodeAt(at + 1) === SPACE)) return at;
    return -1;
  }

  /** The mapping whose first key stands on this line. Of the keys outside `wanted` only the place is passed over. */
  map(depth: number, wanted?: ReadonlySet<string>): Section {
    const { indent, start: at } = this;
    const entries: Entry[] = [];
    let seen: Set<string> | undefined;
    while (!this.done && !this.strange && this.indent === indent) {
      const colon = this.colon;
      if (colon < 0 || depth > DEPTH_MAX) {
        this.strange = true;
        break;
      }
      const keyAt = this.start;
      const key = this.#source.text.slice(keyAt, colon).trimEnd();
      if (wanted !== undefined && !wanted.has(key)) {
        this.#pass(indent);
        continue;
      }
      if (this.#unusual()) break;
      const value = this.#valueBehind(colon, indent, depth);
      // A set costs more than it saves for the few keys that most mappings have.
      if (entries.length === MANY_KEYS) seen ??= new Set(entries.map((entry) => entry.key));
      if (seen?.has(key) ?? entries.some((entry) => entry.key === key)) {
        this.#twice.add(key, keyAt, `${shown(key)} is given twice; the first counts`);
        continue;
      }
      entries.push({ key, at: keyAt, value });
      seen?.add(key);
    }
    if (!this.done && this.indent > indent) this.strange = true;
    return { kind: "section", entries, at };
  }

  /** Whatever begins on this line. */
  block(depth: number): Value {
    return this.dash ? this.list(depth) : this.map(depth);
  }

  /** The list whose first item stands on this line. */
  list(depth: number): List {
    const { indent, start: at } = this;
    const items: Value[] = [];
    if (depth > DEPTH_MAX) this.strange = true;
    while (!this.done && !this.strange && this.indent === indent && this.dash) items.push(this.item(depth));
    if (!this.done && this.indent > indent) this.strange = true;
    return { kind: "list", items, at };
  }

  /** One item of a list; the dash counts as an indent. */
  item(depth: number, wanted?: ReadonlySet<string>): Value {
    const { text } = this.#source;
    const outer = this.indent;
    let at = this.start + 1;
    while (at < this.end && text.charCodeAt(at) === SPACE) at += 1;
    if (at >= this.end) {
      const empty = this.#empty(this.start);
      this.advance();
      if (this.done || this.indent <= outer) return empty;
      return !this.dash && wanted !== undefined ? this.map(depth + 1, wanted) : this.block(depth + 1);
    }
    this.indent += at - this.start;
    this.start = at;
    if (this.dash) return this.list(depth + 1);
    if (this.colon >= 0) return this.map(depth + 1, wanted);
    if (this.#unusual()) return this.#empty(at);
    const value = this.#scalar(at);
    this.advance();
    return value;
  }

  #valueBehind(colon: number, indent: number, depth: number): Value {
    const { text } = this.#source;
    let at = colon + 1;
    while (at < this.end && text.charCodeAt(at) === SPACE) at += 1;
    if (at < this.end) {
      const value = this.#scalar(at);
      this.advance();
      return value;
    }
    const empty = this.#empty(this.start);
    this.advance();
    const below = !this.done && (this.indent > indent || (this.indent === indent && this.dash));
    return below ? this.block(depth + 1) : empty;
  }

  /** Goes past a key and all that belongs to it, a text of several lines included. */
  #pass(indent: number): void {
    do this.advance();
    while (!this.done && (this.indent > indent || (this.indent === indent && this.dash)));
  }

  #scalar(at: number): Scalar {
    const { text } = this.#source;
    const sign = text[at]!;
    if (sign === '"' || sign === "'") return this.#quoted(at);
    const word = text.slice(at, this.end);
    const second = word[1];
    const reserved = (sign === "-" || sign === ":") && (second === undefined || second === " " || second === "\t");
    if (SPECIAL.includes(sign) || reserved || /:(?:[ \t]|$)/.test(word)) this.strange = true;
    return { kind: "scalar", text: word === "~" || word === "null" ? "" : word, quoted: false, at };
  }

  #quoted(at: number): Scalar {
    const rest = this.#source.text.slice(at, this.#lineEnd);
    const single = QUOTED_SINGLE.exec(rest)?.[1];
    const double = QUOTED_DOUBLE.exec(rest)?.[1];
    if (single !== undefined) return { kind: "scalar", text: single.replaceAll("''", "'"), quoted: true, at };
    if (double !== undefined && !double.includes("\\")) return { kind: "scalar", text: double.slice(1, -1), quoted: true, at };
    this.strange = true;
    return this.#empty(at);
  }

  /** Where a line's content ends: before its comment, and before the blanks in front of that. */
  #contentEnd(start: number, lineEnd: number): number {
    const { text } = this.#source;
    let end = lineEnd;
    for (let from = start; ; from = this.#hash + 1) {
      if (this.#hash < from) this.#hash = text.indexOf("#", from);
      if (this.#hash < 0) this.#hash = text.length;
      if (this.#hash >= lineEnd) break;
      if (!isBlank(text, this.#hash - 1)) continue;
      end = this.#hash;
      break;
    }
    while (end > start && isBlank(text, end - 1)) end -= 1;
    return end;
  }

  #empty(at: number): Scalar {
    return { kind: "scalar", text: "", quoted: false, at };
  }

  #unusual(): boolean {
    if (UNUSUAL.test(this.#source.text.slice(this.start, this.#lineEnd))) this.strange = true;
    return this.strange;
  }
}

function isBlank(text: string, at: number): boolean {
  return text.charCodeAt(at) === SPACE || text[at] === "\t";
}
