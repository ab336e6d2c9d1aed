import type { Complaint, Result } from "../../base/result.ts";
import { decimal } from "../../base/text/decimal.ts";
import { shown } from "../../base/text/source.ts";
import { Complaints } from "./complaints.ts";
import type { CsvRow } from "./csv.ts";
import { cellPlace, columnOf, readTable } from "./csv.ts";

/** Points of a quantile function: `values[i]` is exceeded by the share `1 - p[i]`. `p` rises strictly within 0..1, `values` never fall. */
export type Quantiles = { readonly p: readonly number[]; readonly values: readonly number[] };

/** One row of a quantile table: its name, where it begins, its metrics, and the cells of its other columns as text. */
export type QuantileRow = {
  readonly name: string;
  readonly line: number;
  readonly metrics: ReadonlyMap<string, Quantiles>;
  readonly other: ReadonlyMap<string, string>;
};

type Point = { readonly column: number; readonly p: number };

const PERCENT_COLUMN = /^(.{1,64})_p(\d{1,3}(?:\.\d{1,6})?)$/;

/**
 * Reads a CSV quantile table: a column of names (`nameColumn`, the first one when left out) and columns `<metric>_p<percent>`. Each metric of a row has all
 * of its points or none; a metric without any is left out of that row. Values below 0, or that fall as the percent rises, are complained about.
 */
export function readQuantiles(text: string, file: string, nameColumn?: string): Result<QuantileRow[], Complaint[]> {
  const complaints = new Complaints(file);
  const table = readTable(text, complaints);
  if (table === undefined) return complaints.answer([]);
  const nameIndex = nameColumn === undefined ? 0 : columnOf(table, nameColumn, "names", complaints);
  const metrics = metricsOf(table.header, complaints);
  if (nameIndex === undefined) return complaints.answer([]);
  const others = table.header.cells
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => index !== nameIndex && !PERCENT_COLUMN.test(name));
  const rows: QuantileRow[] = [];
  const lines = new Map<string, number>();
  for (const row of table.rows) {
    if (complaints.full) break;
    const name = row.cells[nameIndex]!;
    const first = lines.get(name);
    if (name === "" || first !== undefined) {
      const place = cellPlace(row, nameIndex);
      complaints.add(
        place.line,
        place.column,
        name === "" ? "expected a name, found nothing" : `${shown(name)} is given twice, first on line ${first}`,
      );
    }
    lines.set(name, row.line);
    const read = new Map<string, Quantiles>();
    for (const [metric, points] of metrics) {
      const quantiles = readMetric(row, points, table.header, complaints);
      if (quantiles !== undefined) read.set(metric, quantiles);
    }
    rows.push({ name, line: row.line, metrics: read, other: new Map(others.map(({ name: key, index }) => [key, row.cells[index]!])) });
  }
  if (table.rows.length === 0 && complaints.empty) complaints.add(1, 1, "expected at least one row, found none");
  return complaints.answer(rows);
}

/** The metrics that the header names, each with its columns by rising percent. */
function metricsOf(header: CsvRow, complaints: Complaints): Map<string, Point[]> {
  const metrics = new Map<string, Point[]>();
  for (const [column, name] of header.cells.entries()) {
    const match = PERCENT_COLUMN.exec(name);
    if (match === null) continue;
    const p = Number(match[2]) / 100;
    const points = metrics.get(match[1]!) ?? [];
    const place = cellPlace(header, column);
    if (p > 1) complaints.add(place.line, place.column, `expected a percent from 0 to 100, found ${shown(name)}`);
    else if (points.some((point) => point.p === p))
      complaints.add(place.line, place.column, `the percent of ${shown(name)} is given twice`);
    else metrics.set(match[1]!, [...points, { column, p }]);
  }
  if (metrics.size === 0) complaints.add(header.line, 1, 'expected columns "<metric>_p<percent>", found none');
  for (const points of metrics.values()) points.sort((a, b) => a.p - b.p);
  return metrics;
}

function readMetric(row: CsvRow, points: readonly Point[], header: CsvRow, complaints: Complaints): Quantiles | undefined {
  if (points.every(({ column }) => row.cells[column] === "")) return undefined;
  const values: number[] = [];
  for (const { column } of points) {
    const text = row.cells[column]!;
    const value = decimal(text);
    const before = values.at(-1);
    const wrong = (expected: string, found: string) => {
      const place = cellPlace(row, column);
      complaints.add(place.line, place.column, `expected ${expected}, found ${found}`);
    };
    const name = header.cells[column]!;
    if (value === undefined || value < 0) wrong(`a number of at least 0 for ${shown(name)}`, text === "" ? "nothing" : shown(text));
    else if (before !== undefined && value < before) wrong(`at least ${before} for ${shown(name)}, as for the percent below it`, text);
    else values.push(value);
  }
  return { p: points.map((point) => point.p), values };
}
