/** YAML of plain values as people write it: what is small in one line, what is large line by line. */
import { decimal } from "../../../src/base/text/decimal.ts";

/** A value to write. Mappings are Maps, so that keys such as `16` and `4` keep their order. */
export type Yaml = string | number | boolean | null | readonly Yaml[] | ReadonlyMap<string, Yaml>;

/** A section of a file, with the comment that stands over it. */
export type YamlSection = { readonly key: string; readonly comment?: string; readonly value: Yaml };

const COLUMNS = 120;
/** Texts that are safe without quotes anywhere, and those that are so on a line of their own, unless they are words or numbers of YAML. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_./()%-]*$/;
const PLAIN_LINE = /^[A-Za-z0-9][A-Za-z0-9_./()%, -]*[A-Za-z0-9_./()%-]$/;
const YAML_WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;
const OTHER_NUMBER = /^0[xo][0-9a-fA-F]+$/;

/** A mapping of fields in this order; undefined ones are left out. */
export function fieldsOf(fields: Readonly<Record<string, Yaml | undefined>>): ReadonlyMap<string, Yaml> {
  return new Map(Object.entries(fields).filter((entry): entry is [string, Yaml] => entry[1] !== undefined));
}

/** The sections one below the other. */
export function yamlText(sections: readonly YamlSection[]): string {
  const texts = sections.map(({ key, comment, value }) => {
    const head = comment === undefined ? "" : `\n# ${comment}\n`;
    return `${head}${entryLines(key, value, "").join("\n")}\n`;
  });
  return texts.join("");
}

function isMap(value: Yaml): value is ReadonlyMap<string, Yaml> {
  return value instanceof Map;
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

/** Lists of mappings and of lists stand line by line, and so does what holds one. */
function isTall(value: Yaml): boolean {
  if (isList(value)) return value.some((item) => isList(item) || isMap(item));
  return isMap(value) && [...value.values()].some(isTall);
}

function entryLines(key: string, value: Yaml, indent: string): string[] {
  const head = `${indent}${scalarText(key)}:`;
  const flow = flowText(value);
  const fits = head.length + 1 + flow.length <= COLUMNS && !isTall(value);
  if (isMap(value) && value.size > 0 && !fits) {
    return [head, ...[...value].flatMap(([name, inner]) => entryLines(name, inner, `${indent}  `))];
  }
  if (isList(value) && isTall(value)) return [head, ...value.flatMap((item) => itemLines(item, `${indent}  `))];
  return [`${head} ${typeof value === "string" ? textText(value, PLAIN_LINE) : flow}`];
}

function itemLines(item: Yaml, indent: string): string[] {
  const flow = `${indent}- ${flowText(item)}`;
  if (!isMap(item) || (flow.length <= COLUMNS && !isTall(item))) return [flow];
  const lines = [...item].flatMap(([name, inner]) => entryLines(name, inner, `${indent}  `));
  return lines.map((line, i) => (i === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line));
}

function flowText(value: Yaml): string {
  if (isList(value)) return `[${value.map(flowText).join(", ")}]`;
  if (isMap(value)) return `{${[...value].map(([key, inner]) => `${scalarText(key)}: ${flowText(inner)}`).join(", ")}}`;
  return typeof value === "string" ? textText(value, PLAIN) : String(value);
}

/** A key: what looks like a number or a word is a text there without quotes. */
function scalarText(key: string): string {
  return PLAIN.test(key) ? key : quoted(key);
}

function textText(text: string, plain: RegExp): string {
  const other = YAML_WORDS.test(text) || OTHER_NUMBER.test(text) || decimal(text) !== undefined;
  return plain.test(text) && !other ? text : quoted(text);
}

/** JSON's quoted texts are YAML's, but for characters that YAML does not let stand as they are. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\ufeff\ufffe\uffff\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
