/** One line of the bench: a ratio between two things measured in the same run, and the least it should be (null: only told). */
export type BenchRow = { id: string; what: string; ratio: number; aim: number | null; unit: "x" };

/** Whether every row that has an aim reaches it. */
export function aimsReached(rows: readonly BenchRow[]): boolean {
  return rows.every((row) => row.aim === null || row.ratio >= row.aim);
}

/** The rows as aligned text, one a line: id, ratio, aim and verdict, what was compared. */
export function rowsText(rows: readonly BenchRow[]): string {
  const width = Math.max(0, ...rows.map((row) => row.id.length));
  return rows
    .map((row) => {
      const aim = row.aim === null ? "" : `aim ${row.aim}x ${row.ratio >= row.aim ? "reached" : "MISSED"}`;
      return `${row.id.padEnd(width)}  ${`${ratioText(row.ratio)}x`.padStart(9)}  ${aim.padEnd(17)}  ${row.what}`;
    })
    .join("\n");
}

/** A ratio with three significant digits. */
export function ratioText(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/** The middle of some measurements: robust against a neighbour that woke up meanwhile. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
