import { decimal } from "../../base/text/decimal.ts";
import { nearest } from "../../base/text/nearest.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import { SYNC_TYPES, type SyncType } from "../../core/protocol/operations.ts";
import { isMapName } from "../map-conf/reading.ts";
import { SYNC_KEYS_BY_NAME, type SyncKey } from "./keys.ts";
import type { Line } from "./lines.ts";
import { found, lineOf, type Reading, remark } from "./reading.ts";

/** A whole number in the range of its key; `fallback` when the key is not given or its value is refused. */
export function readInteger(reading: Reading, key: SyncKey, fallback: number): number {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  const { min, max, unit } = SYNC_KEYS_BY_NAME.get(key)!;
  const value = decimal(line.value);
  // A written -0 is in range and would surprise whoever compares or prints it.
  if (value !== undefined && Number.isInteger(value) && value >= min && value <= max) return value === 0 ? 0 : value;
  const expected = `a whole number from ${min} to ${max}${unit === "" ? "" : ` ${unit}`}`;
  remark(reading, "error", { key, at: line.valueAt }, `expected ${expected}, found ${found(line.value)}`);
  return fallback;
}

const ON = ["1", "true", "yes"];
const OFF = ["0", "false", "no"];

/** A switch: on for 1, true and yes as they stand here, off for all else, and a warning where that is not plain. */
export function readSwitch(reading: Reading, key: SyncKey, fallback: boolean): boolean {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  if (ON.includes(line.value)) return true;
  if (!OFF.includes(line.value))
    remark(
      reading,
      "warning",
      { key, at: line.valueAt },
      `read as off: expected 1, true or yes, or else 0, false or no, found ${found(line.value)}`,
    );
  return false;
}

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}$/;

/** The name or address of a machine, without port. */
export function readHost(reading: Reading, key: SyncKey, fallback: string): string {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  const { value } = line;
  if (HOST.test(value) || (IPV6.test(value) && value.includes("::")) || (IPV6.test(value) && value.split(":").length === 8)) return value;
  remark(reading, "error", { key, at: line.valueAt }, `expected the name or address of a machine, found ${found(value)}`);
  return fallback;
}

/** One piece of a list with its offset. */
type Piece = { readonly text: string; readonly at: number };

/** The pieces between commas, without outer blanks; an empty value has none. */
function pieces(line: Line): Piece[] {
  const list: Piece[] = [];
  if (line.value === "") return list;
  let from = 0;
  for (const part of line.value.split(",")) {
    const text = part.trim();
    list.push({ text, at: line.valueAt + from + (text === "" ? 0 : part.search(/\S/)) });
    from += part.length + 1;
  }
  return list;
}

/** The pieces that `knows` lets pass, each once; what is refused or comes twice is an error. */
function readList<T extends string>(
  reading: Reading,
  line: Line,
  what: string,
  knows: (text: string) => text is T,
  hint: (text: string) => string,
): T[] {
  const seen = new Set<T>();
  for (const { text, at } of pieces(line)) {
    const place = { key: line.key, at };
    if (!knows(text)) remark(reading, "error", place, `expected ${what}, found ${found(text)}${hint(text)}`);
    else if (seen.has(text)) remark(reading, "error", place, `${shown(text)} is given twice`);
    else {
      seen.add(text);
      reading.positions.set(`${line.key}.${text}`, positionAt(reading.source, at));
    }
  }
  return [...seen];
}

const isSyncType = (text: string): text is SyncType => (SYNC_TYPES as readonly string[]).includes(text);
const isMap = (text: string): text is string => isMapName(text);

/** Kinds of synchronised data by their number on the wire. */
export function readTypes(reading: Reading, key: SyncKey, fallback: readonly SyncType[]): readonly SyncType[] {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  const hint = (text: string): string => {
    const meant = nearest(text, SYNC_TYPES);
    return meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
  };
  const given = readList(reading, line, `a kind of data (${SYNC_TYPES.slice(0, 3).join(", ")} …)`, isSyncType, hint);
  return SYNC_TYPES.filter((type) => given.includes(type));
}

/** Names of maps, sorted. */
export function readMaps(reading: Reading, key: SyncKey, fallback: readonly string[]): readonly string[] {
  const line = lineOf(reading, key);
  if (line === undefined) return fallback;
  return readList(reading, line, "a map name of 1 to 24 characters a-z 0-9 _ @ # -", isMap, () => "").sort();
}
