/** One time series over several runs: step by step the middle of the runs, and the ends between which all of them lie. */
import type { RunDocument } from "./document.ts";

/** Steps in which no run has a value are null. */
export type OverSeeds = {
  readonly unit: string;
  readonly median: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
};

/** The row of that name over the document's runs, or null if no run has it. */
export function overSeeds(document: Pick<RunDocument, "series">, name: string): OverSeeds | null {
  const rows = document.series.flatMap((run) => run.rows.filter((row) => row.name === name));
  const unit = rows[0]?.unit;
  if (unit === undefined) return null;
  const steps = Math.max(...rows.map((row) => row.values.length));
  const columns = Array.from({ length: steps }, (_, step) => rows.map((row) => row.values[step] ?? null).filter((v) => v !== null));
  const each = (give: (sorted: readonly number[]) => number): (number | null)[] =>
    columns.map((values) => (values.length === 0 ? null : Math.round(give(values.toSorted((a, b) => a - b)) * 1000) / 1000));
  return {
    unit,
    median: each((v) => ((v[(v.length - 1) >> 1] as number) + (v[v.length >> 1] as number)) / 2),
    mean: each((v) => v.reduce((sum, one) => sum + one, 0) / v.length),
    low: each((v) => v[0] as number),
    high: each((v) => v.at(-1) as number),
  };
}
