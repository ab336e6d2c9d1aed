import type { Complaint, Result } from "../../base/result.ts";
import { decimal } from "../../base/text/decimal.ts";
import { shown } from "../../base/text/source.ts";
import { Complaints } from "./complaints.ts";
import type { CsvRow } from "./csv.ts";
import { cellPlace, columnOf, readCsv, readTable } from "./csv.ts";

/** Round trips between `size` places: `ms[from * size + to]`. `labels` name the places, in order, when anything names them. */
export type RttMatrix = { readonly size: number; readonly labels: readonly string[] | null; readonly ms: Float64Array };

/** A round trip longer than this (a minute) is a wrong unit. */
const RTT_MS_MAX = 60_000;
const SIZE_MAX = 4096;

/** How to read a matrix: names from elsewhere, and the length of the file's unit in milliseconds (1 when left out). */
export type RttOptions = { readonly labels?: readonly string[]; readonly unit_ms?: number };

/**
 * Reads a square CSV matrix of round trips. A first row and a first column of names are recognised, and go before names given in `options`.
 * The diagonal may be empty (0); every other cell needs a number of at least 0.
 */
export function readRttMatrix(text: string, file: string, options: RttOptions = {}): Result<RttMatrix, Complaint[]> {
  const complaints = new Complaints(file);
  const all = readCsv(text, complaints);
  const shape = shapeOf(all);
  const rows = shape.header ? all.slice(1) : all;
  const size = rows.length;
  if (size === 0) complaints.add(1, 1, "expected a square matrix of round trips, found no rows");
  if (size > SIZE_MAX) complaints.add(1, 1, `expected at most ${SIZE_MAX} places, found ${size}`);
  if (size === 0 || size > SIZE_MAX) return complaints.answer({ size, labels: null, ms: new Float64Array(0) });
  const skip = shape.names ? 1 : 0;
  const ms = new Float64Array(size * size);
  for (const [from, row] of rows.entries()) {
    if (complaints.full) break;
    if (row.cells.length === size + skip) {
      for (let to = 0; to < size; to += 1) ms[from * size + to] = cellMs(row, to + skip, from === to, options.unit_ms ?? 1, complaints);
    } else complaints.add(row.line, 1, `expected ${size + skip} cells in a matrix of ${size} rows, found ${row.cells.length}`);
  }
  const labels = labelsOf(shape.header ? all[0] : undefined, shape.names ? rows : undefined, options.labels, size, complaints);
  return complaints.answer({ size, labels, ms });
}

/**
 * Whether the first row and the first column hold names. Names are cells that are no numbers; numbers count as names only around an empty
 * corner, and only when the next diagonal cell is filled, for else the empty corner is an empty diagonal.
 */
function shapeOf(all: readonly CsvRow[]): { header: boolean; names: boolean } {
  const first = all[0];
  const second = all[1];
  if (first === undefined || second === undefined || first.cells.length < 2) return { header: false, names: false };
  const numbered = first.cells[0] === "" && isNumber(first.cells[1]!) && isNumber(second.cells[1] ?? "");
  const header = numbered || first.cells.slice(1).every(isName);
  const names = numbered || isName((header ? second : first).cells[0]!);
  return { header, names };
}

function isNumber(text: string): boolean {
  return decimal(text) !== undefined;
}

function isName(text: string): boolean {
  return text !== "" && !isNumber(text);
}

function cellMs(row: CsvRow, column: number, diagonal: boolean, unit: number, complaints: Complaints): number {
  const text = row.cells[column]!;
  if (text === "" && diagonal) return 0;
  const value = decimal(text);
  if (value !== undefined && value >= 0 && value * unit <= RTT_MS_MAX) return value * unit;
  const place = cellPlace(row, column);
  complaints.add(
    place.line,
    place.column,
    `expected a round trip from 0 to ${RTT_MS_MAX} ms, found ${text === "" ? "nothing" : shown(text)}`,
  );
  return 0;
}

/** The names of the places: the file's own, else those given. Names must be as many as places, each once, and the same in row and column. */
function labelsOf(
  header: CsvRow | undefined,
  rows: readonly CsvRow[] | undefined,
  given: readonly string[] | undefined,
  size: number,
  complaints: Complaints,
): readonly string[] | null {
  const across = header?.cells.slice(header.cells.length > size ? 1 : 0);
  const down = rows?.map((row) => row.cells[0]!);
  const line = header?.line ?? rows?.[0]?.line ?? 1;
  if (across !== undefined && across.length !== size)
    complaints.add(line, 1, `expected ${size} names for ${size} rows, found ${across.length}`);
  if (across !== undefined && down !== undefined) {
    const differing = down.findIndex((name, index) => name !== across[index]);
    if (differing >= 0)
      complaints.add(rows![differing]!.line, 1, `expected the row of ${shown(across[differing] ?? "")}, found ${shown(down[differing]!)}`);
  }
  const own = across ?? down;
  const labels = own ?? given;
  if (labels === undefined) return null;
  if (own === undefined && labels.length !== size)
    complaints.add(1, 1, `expected ${size} names for ${size} rows, found a list of ${labels.length}`);
  if (own !== undefined && new Set(labels).size !== labels.length) {
    const twice = labels.find((name, index) => labels.indexOf(name) !== index)!;
    complaints.add(line, 1, `the name ${shown(twice)} is given twice`);
  }
  return labels;
}

/** The cells of one column of a CSV file with a header, for names that stand in a file of their own. */
export function readColumn(text: string, file: string, column: string): Result<string[], Complaint[]> {
  const complaints = new Complaints(file);
  const table = readTable(text, complaints);
  const index = table === undefined ? undefined : columnOf(table, column, "names", complaints);
  return complaints.answer(table === undefined || index === undefined ? [] : table.rows.map((row) => row.cells[index]!));
}
