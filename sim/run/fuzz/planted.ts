/** How soon a campaign finds bugs that are known to be there: the measure of its checkers and of what it draws. */
import { Piscina } from "piscina";
import type { Options, PlantedName } from "../../options.ts";
import type { RunResult } from "../../outcome.ts";
import { type Planted, withPlanted } from "../../planted/entry.ts";
import { PLANTED } from "../../planted/planted.ts";
import { counted, UNBROKEN, wrapped } from "../summary-words.ts";
import type { Caught, Hunt } from "./planted-worker.ts";

/** Seeds tried for a bug before it counts as not found, and how many the half of the bugs may take. */
const SEEDS_MOST = 1000;
const MEDIAN_MOST = 100;

/** One bug: what is wrong, the rules that are expected to name it, what was found and how soon. */
export type PlantedLine = Caught & { readonly what: string; readonly expected: readonly string[] };

/** The answer of `fuzz --planted`. */
export type PlantedDocument = {
  readonly schema: "peerstead-planted/1";
  readonly scenario: string;
  readonly commit: string;
  readonly command: string;
  /** ok when every bug was found and half of them within {@link MEDIAN_MOST} seeds; else inconclusive: what finds no bugs proves nothing. */
  readonly result: RunResult;
  readonly found: number;
  /** Seeds to find, over the bugs found; null when none was. */
  readonly median: number | null;
  readonly bugs: readonly PlantedLine[];
};

/** The bugs that a text names: `all`, or names with commas between; the name that is not known. */
export function plantedBugs(text: string): readonly Planted[] | { readonly unknown: string } {
  if (text === "all") return PLANTED;
  const bugs: Planted[] = [];
  for (const name of text.split(",").map((part) => part.trim())) {
    const bug = PLANTED.find((known) => known.name === name);
    if (bug === undefined) return { unknown: name };
    bugs.push(bug);
  }
  return bugs;
}

/** Names of all planted bugs. */
export function plantedNames(): readonly PlantedName[] {
  return PLANTED.map((bug) => bug.name);
}

/** Looks for each bug over worker threads; `done` hears of each as it is found or given up. Ends early when `signal` aborts. */
export async function huntAll(
  options: Options,
  bugs: readonly Planted[],
  how: { readonly from: number; readonly workers: number; readonly signal: AbortSignal; readonly done: (caught: Caught) => void },
): Promise<PlantedLine[]> {
  const piscina = new Piscina<Hunt, Caught>({
    filename: new URL(import.meta.url.endsWith(".ts") ? "./planted-worker.ts" : "./planted-worker.js", import.meta.url).href,
    name: "hunt",
    minThreads: 1,
    maxThreads: how.workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
  });
  try {
    return await Promise.all(
      bugs.map(async ({ name, what, rules, given }): Promise<PlantedLine> => {
        const task = {
          options: withPlanted(options, { name, given }),
          name,
          from: how.from,
          most: SEEDS_MOST,
          twice: rules.includes("DT1"),
        };
        const caught = await piscina.run(task, { signal: how.signal });
        how.done(caught);
        return { ...caught, what, expected: rules };
      }),
    );
  } finally {
    await piscina.destroy();
  }
}

/** Builds the document. */
export function plantedDocument(parts: Pick<PlantedDocument, "scenario" | "commit" | "command" | "bugs">): PlantedDocument {
  const needed = parts.bugs.filter((bug) => bug.seed !== null).map((bug) => bug.seeds);
  const sorted = needed.toSorted((a, b) => a - b);
  const median = sorted.length === 0 ? null : (sorted[Math.floor((sorted.length - 1) / 2)] as number);
  const all = needed.length === parts.bugs.length;
  const result = all && median !== null && median <= MEDIAN_MOST ? "ok" : "inconclusive";
  return { schema: "peerstead-planted/1", ...parts, result, found: needed.length, median };
}

/** The answer in words: how many were found, how soon, and a line for each. */
export function plantedText(document: PlantedDocument, width: number): string {
  const { bugs, found, median } = document;
  const missed = bugs.filter((bug) => bug.seed === null);
  const head =
    missed.length === 0
      ? `All ${counted(bugs.length, "planted bug")} found, half of them within ${counted(median ?? 0, "seed")}.`
      : `${found} of ${counted(bugs.length, "planted bug")} found. Not found in ${SEEDS_MOST} seeds: ${missed.map((bug) => bug.name).join(", ")}.`;
  const longest = Math.max(...bugs.map((bug) => bug.name.length));
  const lines = bugs.map((bug) => {
    const seeds = bug.seed === null ? "not found" : `${bug.seeds}`.padStart(5);
    const other = bug.rule !== null && !bug.expected.includes(bug.rule) ? ` (expected ${bug.expected.join(", ")})` : "";
    return `${bug.name.padEnd(longest)}  ${seeds}  ${bug.rule ?? ""}${other}`.trimEnd();
  });
  return [...wrapped(head, width), "", `${"bug".padEnd(longest)}  seeds  found by`, ...lines].join("\n").replaceAll(UNBROKEN, " ");
}
