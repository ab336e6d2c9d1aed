/** A run that is only known by what it left in a file: the report of `run`, or the answer of `replay --json`. */
import type { LadderReading } from "../../../src/base/hash.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { US_PER_S } from "../../../src/base/time.ts";

/**
 * What a file says of one run. `ladder` is that of the fingerprint, null where the file has none; `command` repeats the run, or a campaign it was part of;
 * `point` is that of a sweep, `until_us` where the run was stopped early.
 */
export type Recorded = {
  readonly seed: number;
  readonly fingerprint: string;
  readonly decisions: string;
  readonly result: string;
  readonly ladder: LadderReading | null;
  readonly commit: string | null;
  readonly command: string | null;
  readonly point: number | null;
  readonly until_us: number | null;
};

type Group = Readonly<Record<string, unknown>>;

/**
 * The run of `seed` that a file tells of; without a seed the first that did not end well, or else the first. `point` is that of a sweep, counted
 * from 0, null for the first that has such a run. The error says what was expected.
 */
export function readRecorded(json: string, seed: number | null, point: number | null): Result<Recorded, string> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    return err(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isGroup(document)) return err(expected);
  const reports = Array.isArray(document["sweep"]) ? document["sweep"].filter(isGroup) : [document];
  const chosen = point === null ? reports : reports.slice(point, point + 1);
  const runs = chosen.flatMap((report) => runsOf(report).map((run) => recordedOf(run, { ...document, ...report })));
  const known = runs.filter((run) => run !== null);
  if (known.length === 0) return err(expected);
  const found = seed === null ? (known.find((run) => run.result !== "ok") ?? known[0]) : known.find((run) => run.seed === seed);
  return found === undefined ? err(`tells of no run of seed ${seed}`) : ok(found);
}

const expected = "expected a run.json of `run` or the answer of `replay --json`, with seed, fingerprint and decisions of a run";

/** The runs of a report; what is none is one run itself. */
function runsOf(report: Group): Group[] {
  return Array.isArray(report["runs"]) ? report["runs"].filter(isGroup) : [report];
}

function recordedOf(run: Group, report: Group): Recorded | null {
  const { seed, fingerprint, decisions, result } = run;
  if (!Number.isSafeInteger(seed) || typeof fingerprint !== "string" || typeof decisions !== "string") return null;
  return {
    seed: seed as number,
    fingerprint,
    decisions,
    result: typeof result === "string" ? result : "unknown",
    ladder: ladderOf(run["ladder"]),
    commit: typeof report["commit"] === "string" ? report["commit"] : null,
    command: [run["replay"], report["command"]].find((words) => typeof words === "string") ?? null,
    point: typeof report["point"] === "number" ? report["point"] : null,
    until_us: typeof run["until_s"] === "number" ? Math.round(run["until_s"] * US_PER_S) : null,
  };
}

/** A ladder that a run left; a run that crashed left an empty one, which says nothing. */
function ladderOf(value: unknown): LadderReading | null {
  if (!isGroup(value)) return null;
  const { events, stride, rungs, digest } = value;
  const whole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1;
  const strings = Array.isArray(rungs) && rungs.every((rung) => typeof rung === "string");
  if (!whole(events) || !whole(stride) || !strings || typeof digest !== "string") return null;
  return { events, stride, rungs, digest };
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The words that a POSIX shell makes of a command line: plain ones, and parts in single quotes. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}
