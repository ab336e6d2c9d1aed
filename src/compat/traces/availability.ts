import type { Complaint, Result } from "../../base/result.ts";
import { decimal } from "../../base/text/decimal.ts";
import { normalLineEnds, shown } from "../../base/text/source.ts";
import { Complaints } from "./complaints.ts";
import type { CsvRow } from "./csv.ts";
import { cellPlace, columnOf, readTable } from "./csv.ts";

/** When one machine was up: `times` holds start, end, start, end … in seconds, each greater than the one before. */
export type AvailabilityNode = { readonly name: string; readonly times: Float64Array };

/** Times later than this (about 3,000 years) are a wrong unit. */
const SECONDS_MAX = 1e11;

/**
 * Reads an availability trace: a line `index TAB count TAB start end start end …` a node, in seconds; `count` sessions have twice as many times.
 * Lines of `#` and empty lines are skipped. A node without sessions was never up.
 */
export function readAvailability(text: string, file: string): Result<AvailabilityNode[], Complaint[]> {
  const complaints = new Complaints(file);
  const nodes: AvailabilityNode[] = [];
  const lines = new Map<string, number>();
  for (const [index, raw] of normalLineEnds(text).split("\n").entries()) {
    if (raw.trim() === "" || raw.startsWith("#")) continue;
    if (complaints.full) break;
    const node = readNode(raw, index + 1, complaints);
    if (node === undefined) continue;
    const first = lines.get(node.name);
    if (first !== undefined) complaints.add(index + 1, 1, `node ${shown(node.name)} is given twice, first on line ${first}`);
    lines.set(node.name, index + 1);
    nodes.push(node);
  }
  if (nodes.length === 0 && complaints.empty) complaints.add(1, 1, "expected at least one node, found none");
  return complaints.answer(nodes);
}

function readNode(raw: string, line: number, complaints: Complaints): AvailabilityNode | undefined {
  const firstTab = raw.indexOf("\t");
  const secondTab = firstTab < 0 ? -1 : raw.indexOf("\t", firstTab + 1);
  const name = (firstTab < 0 ? raw : raw.slice(0, firstTab)).trim();
  if (firstTab < 0 || name === "") {
    complaints.add(line, 1, `expected "index TAB count TAB start end …", found ${shown(raw)}`);
    return undefined;
  }
  const countText = raw.slice(firstTab + 1, secondTab < 0 ? raw.length : secondTab).trim();
  const count = decimal(countText);
  if (count === undefined || !Number.isInteger(count) || count < 0) {
    complaints.add(line, firstTab + 2, `expected the number of sessions, found ${shown(countText)}`);
    return undefined;
  }
  const from = secondTab < 0 ? raw.length : secondTab + 1;
  const texts = raw
    .slice(from)
    .split(/[ \t]+/)
    .filter((word) => word !== "");
  if (texts.length !== 2 * count) {
    complaints.add(line, firstTab + 2, `expected ${2 * count} times for ${count} sessions, found ${texts.length}`);
    return undefined;
  }
  const times = new Float64Array(texts.length);
  for (const [index, word] of texts.entries()) {
    const time = secondsOf(word, 1);
    const before = index === 0 ? -1 : times[index - 1]!;
    if (time === undefined || time <= before) {
      const wanted = time === undefined ? "a time in seconds" : `a time after ${before}`;
      complaints.add(line, wordColumn(raw, from, index), `expected ${wanted}, found ${shown(word)}`);
      return undefined;
    }
    times[index] = time;
  }
  return { name, times };
}

/** The column of the n-th word behind an offset. */
function wordColumn(raw: string, from: number, index: number): number {
  let at = from;
  for (let i = 0; ; i += 1) {
    while (raw[at] === " " || raw[at] === "\t") at += 1;
    if (i === index) return at + 1;
    while (at < raw.length && raw[at] !== " " && raw[at] !== "\t") at += 1;
  }
}

/** Which columns of a CSV hold what. `unit_s` is the length of the file's unit of time in seconds (0.001 for milliseconds), 1 when left out. */
export type AvailabilityColumns = {
  readonly node: string;
  readonly start: string;
  readonly end?: string;
  readonly duration?: string;
  readonly unit_s?: number;
};

type Up = { readonly start: number; readonly end: number; readonly row: CsvRow };

/**
 * Reads an availability trace from a CSV with one session a row, in any order. Sessions of a node that overlap are complained about; where one
 * begins as another ends the node was up throughout, and they become one. Nodes come in the order of their first row.
 */
export function readAvailabilityCsv(text: string, file: string, columns: AvailabilityColumns): Result<AvailabilityNode[], Complaint[]> {
  const complaints = new Complaints(file);
  const sessions = new Map<string, Up[]>();
  const table = readTable(text, complaints);
  if ((columns.end === undefined) === (columns.duration === undefined))
    complaints.add(1, 1, "expected a column for either the end or the duration of sessions");
  if (table === undefined) return complaints.answer([]);
  const node = columnOf(table, columns.node, "node", complaints);
  const start = columnOf(table, columns.start, "start", complaints);
  const lasting = columns.end === undefined;
  const until = columnOf(table, columns.end ?? columns.duration ?? "", lasting ? "duration" : "end", complaints);
  if (node === undefined || start === undefined || until === undefined) return complaints.answer([]);
  for (const row of table.rows) {
    if (complaints.full) break;
    const name = row.cells[node]!;
    const from = cellSeconds(row, start, columns.unit_s ?? 1, complaints);
    const second = cellSeconds(row, until, columns.unit_s ?? 1, complaints);
    if (name === "") complainAt(row, node, "expected the name of a node, found nothing", complaints);
    if (name === "" || from === undefined || second === undefined) continue;
    const end = lasting ? from + second : second;
    if (end <= from)
      complainAt(
        row,
        until,
        lasting ? "expected a duration above 0" : `expected an end after the start ${row.cells[start]}, found ${row.cells[until]}`,
        complaints,
      );
    const list = sessions.get(name);
    if (list === undefined) sessions.set(name, [{ start: from, end, row }]);
    else list.push({ start: from, end, row });
  }
  if (table.rows.length === 0 && complaints.empty) complaints.add(1, 1, "expected at least one session, found none");
  return complaints.answer([...sessions].map(([name, list]) => ({ name, times: joinedTimes(name, list, start, complaints) })));
}

function joinedTimes(name: string, list: Up[], startColumn: number, complaints: Complaints): Float64Array {
  const times: number[] = [];
  let before: Up | undefined;
  for (const up of [...list].sort((a, b) => a.start - b.start || a.row.line - b.row.line)) {
    if (before !== undefined && up.start < before.end) {
      complainAt(
        up.row,
        startColumn,
        `node ${shown(name)} is up already: this session overlaps the one of line ${before.row.line}`,
        complaints,
      );
    } else if (before !== undefined && up.start === before.end) times[times.length - 1] = up.end;
    else times.push(up.start, up.end);
    before = up;
  }
  return Float64Array.from(times);
}

function cellSeconds(row: CsvRow, column: number, unit: number, complaints: Complaints): number | undefined {
  const text = row.cells[column]!;
  const seconds = secondsOf(text, unit);
  if (seconds === undefined)
    complainAt(row, column, `expected a time from 0 to ${SECONDS_MAX} s, found ${text === "" ? "nothing" : shown(text)}`, complaints);
  return seconds;
}

function complainAt(row: CsvRow, column: number, message: string, complaints: Complaints): void {
  const place = cellPlace(row, column);
  complaints.add(place.line, place.column, message);
}

function secondsOf(text: string, unit: number): number | undefined {
  const value = decimal(text);
  if (value === undefined || value < 0 || value * unit > SECONDS_MAX) return undefined;
  // A written -0 is 0.
  return value * unit + 0;
}
