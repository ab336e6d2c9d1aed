/** The ratios kept in bench/baseline.json, and what moved against them. Times and sizes are not kept: they belong to one machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BenchRow, figureText } from "./rows.ts";
import type { Machine } from "./machine.ts";

/** Ratios move by themselves when the machine is busy; less than this part is never told. */
const MOVED_LEAST = 0.1;
/** A difference counts from this many times the scatter of both measurements on. */
const MOVED_NOISES = 3;

const FILE = fileURLToPath(new URL("../baseline.json", import.meta.url));

/** A kept ratio and how much its repetitions scattered, as a part of it. */
export type KeptRatio = { readonly ratio: number; readonly noise: number };

/** Ratios by row id, all of one machine. */
export type Baseline = { readonly machine: Machine; readonly ratios: Readonly<Record<string, KeptRatio>> };

/** The kept ratios; null when there is no file yet. A file of another form is an error. */
export function readBaseline(file = FILE): Baseline | null {
  if (!existsSync(file)) return null;
  const data = JSON.parse(readFileSync(file, "utf8")) as Partial<Baseline> | null;
  const kept = Object.values(data?.ratios ?? { none: null });
  const sound = typeof data?.machine?.model === "string" && typeof data.machine.cores === "number";
  if (!sound || !kept.every((one) => typeof one?.ratio === "number" && typeof one.noise === "number")) {
    throw new Error(`${file} is not a table of ratios with its machine; write it anew with --update`);
  }
  return data as Baseline;
}

/** Whether a row's figure is kept: ratios are, of two things side by side or of virtual to real time. */
function isKept(row: BenchRow): boolean {
  return row.unit === "x" || row.unit === "x real time";
}

/**
 * One line for each kept ratio that moved by more than its noise, and for each that is new. What was measured against real time is compared on the
 * machine of the baseline only.
 */
export function movedText(rows: readonly BenchRow[], baseline: Baseline, machine: Machine): string[] {
  const same = isSameMachine(baseline.machine, machine);
  const lines: string[] = [];
  for (const row of rows.filter(isKept)) {
    const was = baseline.ratios[row.id];
    if (was === undefined) lines.push(`${row.id}: new, ${figureText(row.value)} ${row.unit}`);
    else if ((same || row.unit === "x") && Math.abs(row.value / was.ratio - 1) > movedFrom(row.noise, was.noise)) {
      const percent = Math.round((row.value / was.ratio - 1) * 100);
      lines.push(
        `${row.id}: ${figureText(was.ratio)} before, ${figureText(row.value)} ${row.unit} now (${percent > 0 ? "+" : ""}${percent} %)`,
      );
    }
  }
  return lines;
}

/** The part by which a ratio must differ to have moved: independent scatters add as their squares do. */
function movedFrom(noise: number, was: number): number {
  return Math.max(MOVED_LEAST, MOVED_NOISES * Math.sqrt(noise * noise + was * was));
}

/** Same kind of machine: then figures against real time can be compared. */
function isSameMachine(a: Machine, b: Machine): boolean {
  return a.model === b.model && a.cores === b.cores;
}

/**
 * The baseline with these rows in it. Ratios of rows that did not run now stay, unless they are of another machine: a baseline is of one. Ids are
 * sorted and figures rounded, so that a change reads well.
 */
export function updatedBaseline(rows: readonly BenchRow[], baseline: Baseline | null, machine: Machine): Baseline {
  const ratios = new Map(baseline !== null && isSameMachine(baseline.machine, machine) ? Object.entries(baseline.ratios) : []);
  for (const row of rows.filter(isKept)) ratios.set(row.id, { ratio: Number(figureText(row.value)), noise: Number(row.noise.toFixed(3)) });
  return { machine, ratios: Object.fromEntries([...ratios].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Writes a baseline, in the form {@link readBaseline} reads. */
export function writeBaseline(baseline: Baseline, file = FILE): void {
  writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
}
