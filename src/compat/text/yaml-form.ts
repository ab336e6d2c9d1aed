import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { YAMLParseError } from "yaml";
import type { Source } from "../../base/text/source.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import type { NoteList } from "./notes.ts";
import type { Entry, Section, Value } from "./tree.ts";
import { DEPTH_MAX } from "./tree.ts";

type Reader = { readonly source: Source; readonly errors: NoteList; readonly twice: NoteList };

/**
 * Reads a YAML document whose root is a mapping. Keys given twice, aliases, keys that are no scalars and syntax errors are complained about;
 * nothing is returned when the text is not YAML at all or its root is something else. Of a key given twice the first counts; a format that allows
 * it gives a list of its own for these, `twice`.
 */
export function readYamlForm(source: Source, errors: NoteList, twice: NoteList = errors): Section | undefined {
  const reader: Reader = { source, errors, twice };
  if (tooDeep(source.text)) {
    errors.add("", 0, `expected sections at most ${DEPTH_MAX} deep, found deeper ones`);
    return undefined;
  }
  let root: unknown;
  try {
    // The library looks for double keys by comparing each with each; readMap() does it in one pass.
    const document = parseDocument(source.text, { uniqueKeys: false, prettyErrors: false, logLevel: "error", merge: false });
    for (const problem of document.errors) errors.add("", problem.pos[0], complaintOf(problem));
    root = document.contents;
  } catch (problem) {
    // Foreign text must never stop us; what the library throws (a stack it ran out of, a bug of its own) becomes a complaint.
    errors.add("", 0, `not YAML: ${firstLine(String(problem))}`);
    return undefined;
  }
  if (root === null || root === undefined || (isScalar(root) && root.source === "")) return { kind: "section", entries: [], at: 0 };
  const value = readNode(reader, root, "", 0, 0);
  if (value === undefined) return undefined;
  if (value.kind === "section") return value;
  if (errors.empty) errors.add("", value.at, "expected a mapping of keys to values, found something else");
  return undefined;
}

function readNode(reader: Reader, node: unknown, path: string, keyAt: number, depth: number): Value | undefined {
  if (node === null || node === undefined) return { kind: "scalar", text: "", quoted: false, at: keyAt };
  if (isScalar(node)) {
    const quoted =
      node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" || node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
    const text = quoted ? String(node.value) : (node.source ?? "");
    return {
      kind: "scalar",
      text: !quoted && (text === "~" || text === "null") ? "" : text,
      quoted,
      at: text === "" && !quoted ? keyAt : (node.range?.[0] ?? keyAt),
    };
  }
  const at = isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? keyAt) : keyAt;
  if (isAlias(node)) {
    reader.errors.add(path, at, "expected a value, found an alias of one");
    return undefined;
  }
  if (depth >= DEPTH_MAX) {
    reader.errors.add(path, at, `expected sections at most ${DEPTH_MAX} deep, found a deeper one`);
    return undefined;
  }
  if (isMap(node)) return readMap(reader, node.items, path, at, depth);
  if (!isSeq(node)) return undefined;
  const items = node.items.map((item, index) => readNode(reader, item, `${path}[${index}]`, at, depth + 1));
  return { kind: "list", items: items.filter((item) => item !== undefined), at };
}

function readMap(reader: Reader, pairs: readonly { key: unknown; value: unknown }[], path: string, mapAt: number, depth: number): Section {
  const entries: Entry[] = [];
  const seen = new Map<string, number>();
  for (const pair of pairs) {
    if (!isScalar(pair.key)) {
      reader.errors.add(path, mapAt, "expected keys that are words, found a key that is a list, a mapping or an alias");
      continue;
    }
    const key = pair.key.source ?? String(pair.key.value);
    const at = pair.key.range?.[0] ?? mapAt;
    const keyPath = path === "" ? key : `${path}.${key}`;
    const value = readNode(reader, pair.value, keyPath, at, depth + 1);
    if (value === undefined) continue;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, at);
      entries.push({ key, at, value });
    } else reader.twice.add(keyPath, at, `${shown(key)} is given twice, first on line ${positionAt(reader.source, first).line}`);
  }
  return { kind: "section", entries, at: mapAt };
}

/** Collections inside each other (`[[[[`, `- - - -`, ever deeper indents), counted roughly before a library that recurses sees them. */
function tooDeep(text: string): boolean {
  const limit = 4 * DEPTH_MAX;
  const indents: number[] = [];
  for (let start = 0; start >= 0; start = text.indexOf("\n", start) + 1 || -1) {
    let at = start;
    while (text[at] === " ") at += 1;
    while ((indents.at(-1) ?? -1) >= at - start) indents.pop();
    indents.push(at - start);
    if (indents.length > limit) return true;
  }
  let flow = 0;
  let signs = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i]!;
    if (character === "[" || character === "{") flow += 1;
    else if (character === "]" || character === "}") flow = Math.max(0, flow - 1);
    if ((character === "-" || character === "?" || character === ":") && text[i + 1] === " ") signs += 1;
    else if (character !== " ") signs = 0;
    if (flow > limit || signs > limit) return true;
  }
  return false;
}

/** A problem of the library in words; the one that it answers with advice to programmers is said in ours. */
function complaintOf(problem: YAMLParseError): string {
  if (problem.code === "MULTIPLE_DOCS") return "expected the end of the file, found another YAML document";
  return `not YAML: ${firstLine(problem.message)}`;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]!.slice(0, 160);
}
