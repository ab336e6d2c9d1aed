/** The flags that commands over many seeds share, what they mean, and how a command line is written down so that it can be repeated. */
import { availableParallelism } from "node:os";
import type { CampaignPoint } from "../../sim/run/campaign.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { Failure } from "./failure.ts";
import type { ScenarioFlags } from "./scenario-file.ts";
import { parseSeeds, parseWhole, seedsFrom, WORKERS_MAX } from "./seeds.ts";

/** A week: what does not end by then does not end. */
const TIMEOUT_MAX_S = 604_800;

/** Flags of a command that runs many seeds of a scenario. */
export type CampaignFlags = ScenarioFlags & {
  readonly seeds?: string;
  readonly workers?: string;
  readonly timeout?: string;
};

/** `--workers`, or as many as the machine has cores. */
export function workersOf(text: string | undefined): number {
  if (text === undefined) return Math.min(WORKERS_MAX, availableParallelism());
  const workers = parseWhole(text, 1, WORKERS_MAX);
  if (workers === undefined) throw new Failure(`--workers ${text}: expected a whole number from 1 to ${WORKERS_MAX}`);
  return workers;
}

/** `--timeout` in seconds, or null for none. */
export function timeoutOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = parseWhole(text, 1, TIMEOUT_MAX_S);
  if (seconds === undefined) throw new Failure(`--timeout ${text}: expected a whole number of seconds from 1 to ${TIMEOUT_MAX_S}`);
  return seconds;
}

/**
 * The work of one point. Seeds asked for on the command line all run; only the scenario's own are under its budget. The first `stories` runs
 * leave their story.
 */
export function campaignPoint({ options, seeds }: Expanded, asked: string | undefined, stories: number): CampaignPoint {
  const common = { options, until: null, trace: null, stories };
  if (asked === undefined) return { ...common, seeds: seedsFrom(seeds.from, seeds.count), budgetS: seeds.budgetS };
  const chosen = parseSeeds(asked, seeds.from);
  if (!chosen.ok) throw new Failure(chosen.error);
  return { ...common, seeds: chosen.value, budgetS: null };
}

/** The words that ask for these seeds again: `--seeds A..B` where seeds were asked for, nothing where the scenario's own ran. */
export function seedWords(asked: string | undefined, seeds: readonly number[]): string[] {
  if (asked === undefined) return [];
  const sorted = seeds.toSorted((a, b) => a - b);
  return ["--seeds", `${sorted[0]}..${sorted.at(-1)}`];
}

/** The flags that change what a scenario is, as words of a command line. */
export function changeWords(flags: ScenarioFlags): string[] {
  const data = flags.data === undefined ? [] : ["--data", flags.data];
  return [...(flags.set ?? []).flatMap((set) => ["--set", set]), ...data];
}

/** A command line that a POSIX shell reads back as these words. */
export function shellText(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
