import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BenchRow, ratioText } from "./rows.ts";

/** Ratios move by themselves when the machine is busy; less than this part is not told. */
export const MOVED_PART = 0.15;

const FILE = fileURLToPath(new URL("../baseline.json", import.meta.url));

/** Ratios by row id, as `bench/baseline.json` keeps them. Times are not kept: they belong to one machine. */
export type Baseline = Readonly<Record<string, number>>;

/** The kept ratios; empty when there is no file yet. A file that is no table of numbers is an error. */
export function readBaseline(file = FILE): Baseline {
  if (!existsSync(file)) return {};
  const data: unknown = JSON.parse(readFileSync(file, "utf8"));
  const isTable = typeof data === "object" && data !== null && Object.values(data).every((v) => typeof v === "number");
  if (!isTable) throw new Error(`${file} is not a table of ratios`);
  return data as Baseline;
}

/** One sentence for each row that moved by more than {@link MOVED_PART}, and for each that the baseline does not know. */
export function movedText(rows: readonly BenchRow[], baseline: Baseline): string[] {
  const lines: string[] = [];
  for (const row of rows) {
    const was = baseline[row.id];
    if (was === undefined) lines.push(`${row.id}: new, ${ratioText(row.ratio)}x`);
    else if (Math.abs(row.ratio - was) > was * MOVED_PART) {
      const percent = Math.round((row.ratio / was - 1) * 100);
      lines.push(`${row.id}: ${ratioText(was)}x before, ${ratioText(row.ratio)}x now (${percent > 0 ? "+" : ""}${percent} %)`);
    }
  }
  return lines;
}

/** Writes the rows over the kept ratios; those of rows that did not run now stay. Ids are sorted, ratios rounded. */
export function updateBaseline(rows: readonly BenchRow[], file = FILE): void {
  const merged = new Map(Object.entries(readBaseline(file)));
  for (const row of rows) merged.set(row.id, Number(ratioText(row.ratio)));
  const sorted = [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/** What a bench prints at its end: what moved against the baseline, or the note that `--update` wrote it. */
export function reportBaseline(rows: readonly BenchRow[], update: boolean): void {
  const moved = movedText(rows, readBaseline());
  console.log(moved.length === 0 ? "\nNothing moved against the baseline." : `\nMoved against the baseline:\n${moved.join("\n")}`);
  if (!update) return;
  updateBaseline(rows);
  console.log("bench/baseline.json is updated.");
}
