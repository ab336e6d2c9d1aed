import type { Source } from "../../base/text/source.ts";
import { shown } from "../../base/text/source.ts";

/**
 * A token of the brace form. `bad` is a piece that cannot be read; `problem` says why. `text` of a string is its content.
 * `newLine` tells that a line end stands between this token and the one before.
 */
export type Token = {
  readonly kind: "word" | "string" | "mark" | "bad" | "end";
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly newLine: boolean;
  readonly problem?: string;
};

/**
 * Where a token is looked for. Before a separator `:` and `=` end a word; in a value they belong to it when something follows directly
 * (`relay.example.com:7000`, `a=b`).
 */
export type ScanMode = "key" | "value";

/** The text of the bad token that a comment without an end gives: nothing can follow it. */
export const OPEN_COMMENT = "/*";

const MARKS = "{}[],;:=";
const CLOSERS = "{}[],;";

/** The next token at or after `from`. Comments (`//`, `#` at the start of a word, block comments) and blanks are skipped. */
export function scan(source: Source, from: number, mode: ScanMode): Token {
  const { text } = source;
  let at = from;
  let newLine = false;
  for (;;) {
    while (at < text.length && isBlank(text[at]!)) {
      if (text[at] === "\n") newLine = true;
      at += 1;
    }
    if (text[at] === "#" || text.startsWith("//", at)) at = lineEnd(text, at);
    else if (text.startsWith("/*", at)) {
      const close = text.indexOf("*/", at + 2);
      if (close < 0) return openComment(text, at, newLine);
      newLine ||= text.slice(at, close).includes("\n");
      at = close + 2;
    } else break;
  }
  if (at >= text.length) return { kind: "end", text: "", at: text.length, end: text.length, newLine };
  const first = text[at]!;
  if (MARKS.includes(first)) return { kind: "mark", text: first, at, end: at + 1, newLine };
  if (first === '"' || first === "'") return scanString(text, at, newLine);
  return scanWord(text, at, mode, newLine);
}

/** What a token is, for a message that says what was found. */
export function tokenText(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  return token.kind === "mark" ? `'${token.text}'` : shown(token.text);
}

function openComment(text: string, at: number, newLine: boolean): Token {
  const problem = "expected '*/' to close this comment, found the end of the file";
  return { kind: "bad", text: OPEN_COMMENT, at, end: text.length, newLine, problem };
}

const WIDE_BLANK = /\s/;

/** Blanks are those of the other dialects: beyond ASCII the no-break space and its like, which editors insert and nobody sees. */
function isBlank(character: string): boolean {
  if (character === " " || character === "\t" || character === "\n" || character === "\f" || character === "\v") return true;
  return character > "\u007f" && WIDE_BLANK.test(character);
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at;
}

/** A quoted text ends on its own line. A backslash protects the quote and itself, and is a plain backslash before anything else. */
function scanString(text: string, at: number, newLine: boolean): Token {
  const quote = text[at]!;
  let content = "";
  let i = at + 1;
  while (i < text.length && text[i] !== "\n") {
    const escaped = text[i] === "\\" && (text[i + 1] === quote || text[i + 1] === "\\");
    if (text[i] === quote) return { kind: "string", text: content, at, end: i + 1, newLine };
    content += escaped ? text[i + 1] : text[i];
    i += escaped ? 2 : 1;
  }
  const found = i < text.length ? "the end of the line" : "the end of the file";
  return { kind: "bad", text: content, at, end: i, newLine, problem: `expected ${quote} to close this text, found ${found}` };
}

function scanWord(text: string, at: number, mode: ScanMode, newLine: boolean): Token {
  let i = at;
  while (i < text.length && !isBlank(text[i]!) && !CLOSERS.includes(text[i]!)) {
    const character = text[i]!;
    if (character === "/" && (text[i + 1] === "*" || (text[i + 1] === "/" && text[i - 1] !== ":"))) break;
    if (character === ":" || character === "=") {
      const next = text[i + 1];
      const joined = next !== undefined && !isBlank(next) && !CLOSERS.includes(next);
      if (mode === "key" || !joined) break;
    }
    i += 1;
  }
  return { kind: "word", text: text.slice(at, i), at, end: Math.max(i, at + 1), newLine };
}
