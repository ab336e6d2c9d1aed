import { nearest } from "../../base/text/nearest.ts";
import type { Position } from "../../base/text/source.ts";
import { normalLineEnds, shown } from "../../base/text/source.ts";
import type { Complaints } from "./complaints.ts";

/** One record. `line` is where it begins; `raw` is its text when no cell is quoted; `places` says where each cell begins when one is. */
export type CsvRow = {
  readonly line: number;
  readonly cells: readonly string[];
  readonly raw: string;
  readonly places: readonly Position[] | null;
};

/** Where the content of a cell begins. */
export function cellPlace(row: CsvRow, index: number): Position {
  if (row.places !== null) return row.places[index] ?? { line: row.line, column: 1 };
  const before = row.raw.split(",").slice(0, index + 1);
  const cell = before.pop() ?? "";
  const column = before.reduce((sum, text) => sum + text.length + 1, 1) + (cell.length - cell.trimStart().length);
  return { line: row.line, column };
}

/**
 * Reads comma-separated records (RFC 4180: a cell in double quotes may hold commas, line ends and doubled quotes). Blanks around unquoted cells
 * are cut, empty lines skipped, but for those that `emptyCells` asks for: in a file of one column an empty line is an empty cell. Complains about
 * quotes that do not close and about text beside them.
 */
export function readCsv(text: string, complaints: Complaints, emptyCells = false): CsvRow[] {
  const lines = normalLineEnds(text).split("\n");
  // The end of the last line begins no other one.
  if (lines.at(-1) === "") lines.pop();
  const rows: CsvRow[] = [];
  for (let index = 0; index < lines.length && !complaints.full; index += 1) {
    const raw = lines[index]!;
    if (raw.includes('"')) {
      const { row, last } = readQuoted(lines, index, complaints);
      rows.push(row);
      index = last;
    } else if (raw.trim() !== "" || (emptyCells && rows[0]?.cells.length === 1))
      rows.push({ line: index + 1, cells: raw.split(",").map((cell) => cell.trim()), raw, places: null });
  }
  return rows;
}

/** A record with quoted cells; `last` is the index of the line that it ends on. */
function readQuoted(lines: readonly string[], first: number, complaints: Complaints): { row: CsvRow; last: number } {
  const cells: string[] = [];
  const places: Position[] = [];
  let index = first;
  let at = 0;
  for (;;) {
    while (isBlank(lines[index]![at])) at += 1;
    places.push({ line: index + 1, column: at + 1 });
    if (lines[index]![at] === '"') {
      const cell = readQuotedCell(lines, index, at, complaints);
      cells.push(cell.text);
      ({ index, at } = cell);
    } else {
      const line = lines[index]!;
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      const content = line.slice(at, end).trim();
      if (content.includes('"')) complaints.add(index + 1, at + 1, `expected quotes around the whole cell, found ${shown(content)}`);
      cells.push(content);
      at = end;
    }
    if (lines[index]![at] !== ",") break;
    at += 1;
  }
  return { row: { line: first + 1, cells, raw: "", places }, last: index };
}

/** A quoted cell; `index` and `at` are where reading goes on: at a comma or behind the end of the line. */
function readQuotedCell(
  lines: readonly string[],
  first: number,
  from: number,
  complaints: Complaints,
): { text: string; index: number; at: number } {
  const parts: string[] = [];
  let index = first;
  let at = from + 1;
  for (;;) {
    const line = lines[index]!;
    const quote = line.indexOf('"', at);
    parts.push(line.slice(at, quote < 0 ? line.length : quote));
    if (quote >= 0 && line[quote + 1] === '"') {
      parts.push('"');
      at = quote + 2;
    } else if (quote >= 0) {
      at = quote + 1;
      break;
    } else if (index + 1 >= lines.length) {
      complaints.add(first + 1, from + 1, `expected '"' to close this cell, found the end of the file`);
      return { text: parts.join(""), index, at: line.length };
    } else {
      parts.push("\n");
      index += 1;
      at = 0;
    }
  }
  const line = lines[index]!;
  while (isBlank(line[at])) at += 1;
  if (at < line.length && line[at] !== ",") {
    const comma = line.indexOf(",", at);
    const end = comma < 0 ? line.length : comma;
    complaints.add(index + 1, at + 1, `expected ',' or the end of the line after the closing '"', found ${shown(line.slice(at, end))}`);
    at = end;
  }
  return { text: parts.join(""), index, at };
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** A table may have this many columns; the widest one known here has about a hundred. */
const COLUMNS_MAX = 4096;

/** A CSV file with a header: its column names and its other rows, each of which has as many cells as the header. */
export type CsvTable = { readonly header: CsvRow; readonly rows: readonly CsvRow[] };

/** Reads a CSV file whose first record names the columns. Rows of another width and columns named twice are complained about. */
export function readTable(text: string, complaints: Complaints, emptyCells = false): CsvTable | undefined {
  const [header, ...rows] = readCsv(text, complaints, emptyCells);
  if (header === undefined) {
    complaints.add(1, 1, "expected a header with the names of the columns, found an empty file");
    return undefined;
  }
  const width = header.cells.length;
  if (width > COLUMNS_MAX) {
    complaints.add(header.line, 1, `expected at most ${COLUMNS_MAX} columns, found ${width}`);
    return undefined;
  }
  header.cells.forEach((name, index) => {
    if (header.cells.indexOf(name) === index) return;
    const place = cellPlace(header, index);
    complaints.add(place.line, place.column, `column ${shown(name)} is given twice`);
  });
  for (const row of rows) {
    if (row.cells.length !== width) complaints.add(row.line, 1, `expected ${width} cells as in the header, found ${row.cells.length}`);
  }
  return { header, rows: rows.filter((row) => row.cells.length === width) };
}

/** The index of a column; a complaint at the header and undefined when there is none. `role` says what the column is wanted for. */
export function columnOf(table: CsvTable, name: string, role: string, complaints: Complaints): number | undefined {
  const index = table.header.cells.indexOf(name);
  if (index >= 0) return index;
  const meant = nearest(name, table.header.cells);
  const hint = meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
  complaints.add(
    table.header.line,
    1,
    `expected a column ${shown(name)} for the ${role}, found ${table.header.cells.slice(0, 12).map(shown).join(", ")}${hint}`,
  );
  return undefined;
}
