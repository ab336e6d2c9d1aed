import type { Complaint, Result } from "../../base/result.ts";
import { decimal } from "../../base/text/decimal.ts";
import { shown } from "../../base/text/source.ts";
import { Complaints } from "./complaints.ts";
import type { CsvRow } from "./csv.ts";
import { cellPlace, columnOf, readTable } from "./csv.ts";

/** A run of pings of one source. A lost ping is NaN. `at_s` holds the times in seconds, never falling, or null when the file has none. */
export type PingSeries = { readonly name: string; readonly rtt_ms: Float64Array; readonly at_s: Float64Array | null };

/**
 * Which columns of a CSV hold what. `rtt` is empty where the ping was lost; `series` tells runs apart that stand in one file; `time` is a number.
 * `rtt_unit_ms` and `time_unit_s` are the lengths of the file's units in milliseconds and seconds, 1 when left out.
 */
export type PingColumns = {
  readonly rtt: string;
  readonly series?: string;
  readonly time?: string;
  readonly rtt_unit_ms?: number;
  readonly time_unit_s?: number;
};

/** A round trip longer than this (ten minutes) is a wrong unit. */
const RTT_MS_MAX = 600_000;

type Columns = { readonly rtt: number; readonly series: number | null; readonly time: number | null };
type Run = { readonly rtt: number[]; readonly at: number[] };

/** Reads ping series from a CSV with one ping a row, in the order of time within each series. Series come in the order of their first row. In a file of one column an empty line is a lost ping. */
export function readPings(text: string, file: string, mapping: PingColumns): Result<PingSeries[], Complaint[]> {
  const complaints = new Complaints(file);
  const table = readTable(text, complaints, true);
  if (table === undefined) return complaints.answer([]);
  const rtt = columnOf(table, mapping.rtt, "round trip", complaints);
  const series = mapping.series === undefined ? null : columnOf(table, mapping.series, "series", complaints);
  const time = mapping.time === undefined ? null : columnOf(table, mapping.time, "time", complaints);
  if (rtt === undefined || series === undefined || time === undefined) return complaints.answer([]);
  const runs = new Map<string, Run>();
  for (const row of table.rows) {
    if (complaints.full) break;
    const name = series === null ? "" : row.cells[series]!;
    const run = runs.get(name) ?? { rtt: [], at: [] };
    runs.set(name, run);
    readPing(row, { rtt, series, time }, mapping, run, complaints);
  }
  if (table.rows.length === 0 && complaints.empty) complaints.add(1, 1, "expected at least one ping, found none");
  return complaints.answer(
    [...runs].map(([name, run]) => ({ name, rtt_ms: Float64Array.from(run.rtt), at_s: time === null ? null : Float64Array.from(run.at) })),
  );
}

function readPing(row: CsvRow, columns: Columns, mapping: PingColumns, run: Run, complaints: Complaints): void {
  const text = row.cells[columns.rtt]!;
  const value = text === "" ? Number.NaN : (decimal(text) ?? -1) * (mapping.rtt_unit_ms ?? 1);
  if (value < 0 || value > RTT_MS_MAX)
    complainAt(
      row,
      columns.rtt,
      `expected a round trip from 0 to ${RTT_MS_MAX} ms, or nothing for a lost ping, found ${shown(text)}`,
      complaints,
    );
  else run.rtt.push(value);
  if (columns.time === null) return;
  const written = row.cells[columns.time]!;
  const at = decimal(written);
  const before = run.at.at(-1) ?? Number.NEGATIVE_INFINITY;
  const seconds = (at ?? Number.NaN) * (mapping.time_unit_s ?? 1);
  if (at === undefined)
    complainAt(row, columns.time, `expected a time as a number, found ${written === "" ? "nothing" : shown(written)}`, complaints);
  else if (seconds < before) complainAt(row, columns.time, `expected a time of at least ${before} s, found ${seconds} s`, complaints);
  else run.at.push(seconds);
}

function complainAt(row: CsvRow, column: number, message: string, complaints: Complaints): void {
  const place = cellPlace(row, column);
  complaints.add(place.line, place.column, message);
}
