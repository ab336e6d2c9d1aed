/** What a bench measured, and how it is shown. */
import { median, noiseOf } from "./statistics.ts";

/** What a figure should be, in its own unit: the least or the most. */
export type Aim = { readonly least: number } | { readonly most: number };

/**
 * One figure of the bench. `x` is a ratio of two things measured in turns in one run; `x real time` is virtual over wall time, which belongs to one
 * machine, as MB and s do. `noise` is how much repetitions scattered, as a part of the value.
 */
export type BenchRow = {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: "x" | "x real time" | "MB" | "s";
  readonly aim: Aim | null;
  readonly noise: number;
};

/** A list of figures that explain rows and have no aim of their own. Values are shown with three digits. */
export type Detail = {
  readonly title: string;
  readonly items: readonly { readonly name: string; readonly value: number; readonly unit: string }[];
};

/** What one bench leaves. `absent` says in words which peers were not there, so that no row of theirs exists. */
export type BenchReport = { readonly rows: readonly BenchRow[]; readonly details: readonly Detail[]; readonly absent: readonly string[] };

/** How a bench is run. Smoke sizes only prove that everything runs and agrees; their figures say nothing, so their rows have no aim. */
export type BenchPlan = { readonly smoke: boolean; readonly log: (line: string) => void };

/** A row from the rounds of one measurement: their median and scatter. */
export function rowOf(id: string, what: string, unit: BenchRow["unit"], rounds: readonly number[], aim: Aim | null): BenchRow {
  return { id, what, unit, value: median(rounds), noise: noiseOf(rounds), aim };
}

/** Whether a row reaches its aim; a row without one does. */
export function reaches(row: BenchRow): boolean {
  if (row.aim === null) return true;
  return "least" in row.aim ? row.value >= row.aim.least : row.value <= row.aim.most;
}

/** A figure with three significant digits, or all of those before the point. */
export function figureText(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function aimText(row: BenchRow): string {
  if (row.aim === null) return "";
  const bound = "least" in row.aim ? `>= ${row.aim.least}` : `<= ${row.aim.most}`;
  return `${bound} ${reaches(row) ? "reached" : "MISSED"}`;
}

/** The rows as a table of aligned text: figure, aim and verdict, the kept figure of the same id, what was measured. */
export function rowsText(rows: readonly BenchRow[], kept: Readonly<Record<string, { readonly ratio: number }>>): string {
  const cells = rows.map((row) => {
    const was = kept[row.id];
    return [row.id, `${figureText(row.value)} ${row.unit}`, aimText(row), was === undefined ? "" : figureText(was.ratio), row.what];
  });
  const lines = [["bench", "figure", "aim", "baseline", "what"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(([id, figure, aim, was, what]) =>
      [id!.padEnd(widths[0]!), figure!.padStart(widths[1]!), aim!.padEnd(widths[2]!), was!.padStart(widths[3]!), what].join("  "),
    )
    .join("\n");
}

/** A detail as indented text under its title. */
export function detailText(detail: Detail): string {
  const width = Math.max(...detail.items.map((item) => item.name.length));
  const lines = detail.items.map((item) => `  ${item.name.padEnd(width)}  ${figureText(item.value).padStart(9)} ${item.unit}`);
  return [detail.title, ...lines].join("\n");
}
