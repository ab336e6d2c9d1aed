import type { Source } from "../../base/text/source.ts";

/** The syntaxes a map conf may be written in. */
export type Syntax = "brace" | "yaml" | "flat";

/** What a glance over the lines shows. */
type Signs = { braces: number; open: number; lists: boolean; nested: boolean; slashes: boolean };

/**
 * Tells the syntax of a conf from its shape:
 * a leading `---` or `%YAML` is YAML; a first character `{` is the brace form (JSON included); keys whose value is an indented block are YAML, unless
 * braces do not balance or `//` comments stand beside braces, for then it is a damaged brace form; any brace left is the brace form; the rest is flat.
 */
export function syntaxOf(source: Source): Syntax {
  const signs: Signs = { braces: 0, open: 0, lists: false, nested: false, slashes: false };
  let header = -1;
  let first = true;
  for (const [index, lineStart] of source.lineStarts.entries()) {
    const lineEnd = (source.lineStarts[index + 1] ?? source.text.length + 1) - 1;
    const line = source.text.slice(lineStart, lineEnd);
    const code = codeOf(line, signs);
    if (code === "") continue;
    if (first && (code.startsWith("---") || code.startsWith("%YAML"))) return "yaml";
    if (first && code.startsWith("{")) return "brace";
    first = false;
    const indent = line.search(/\S/);
    if (header >= 0 && ((indent > header && !/^[{[]/.test(code)) || code.startsWith("- "))) signs.nested = true;
    header = opensBlock(code) ? indent : -1;
  }
  const damagedBraces = signs.braces > 0 && (signs.open !== 0 || signs.slashes);
  if (signs.nested && !damagedBraces) return "yaml";
  return signs.braces > 0 || signs.lists ? "brace" : "flat";
}

/** Whether a line ends in a key that has no value yet, but for a YAML anchor or tag. */
function opensBlock(code: string): boolean {
  if (code.endsWith(":")) return true;
  const blank = code.lastIndexOf(" ");
  const mark = code[blank + 1];
  return blank > 0 && (mark === "&" || mark === "!") && code.slice(0, blank).trimEnd().endsWith(":");
}

/** A line without quoted texts, comments and outer blanks; counts what it meets on the way. */
function codeOf(line: string, signs: Signs): string {
  let code = "";
  let quote = "";
  let assigned = false;
  for (let i = 0; i < line.length; i += 1) {
    const character = line[i]!;
    const fresh = i === 0 || line[i - 1] === " " || line[i - 1] === "\t";
    if (quote !== "") {
      if (character === quote) quote = "";
      continue;
    }
    if (character === "#" && fresh) break;
    if (character === "/" && (line[i + 1] === "/" || line[i + 1] === "*") && fresh) {
      signs.slashes = true;
      break;
    }
    if (character === '"' || character === "'") quote = character;
    if (character === "{" || character === "}") {
      signs.braces += 1;
      signs.open += character === "{" ? 1 : -1;
    }
    // A flat value may hold brackets (the literal of an IPv6 relay); behind a colon they are a list.
    if (character === "=") assigned = true;
    if (character === "[" && !assigned) signs.lists = true;
    code += character;
  }
  return code.trim();
}
