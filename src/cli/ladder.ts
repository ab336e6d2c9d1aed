/** `peerstead ladder`: one run of one seed as a side of `diverge` leaves it. Hidden: `diverge` asks it, of this checkout, of another commit, of another Node. */
import type { Command } from "commander";
import type { LadderOf, Window } from "../../sim/run/diverge/event-ladder.ts";
import { Failure } from "./failure.ts";
import { collect } from "./flags.ts";
import { say, type Cli } from "./io.ts";
import { openScenario, pointOf } from "./scenario-file.ts";
import { parseSeed, parseWhole } from "./seeds.ts";
import { ladderOfOption, PROGRESS_MARK } from "./ladder-words.ts";

type Flags = {
  readonly seed: string;
  readonly of: LadderOf;
  readonly after?: string;
  readonly upTo?: string;
  readonly stride: string;
  readonly context?: string;
  readonly until?: string;
  readonly point?: string;
  readonly set?: readonly string[];
  readonly data?: string;
};

/** Wall time between two lines of progress, ms. */
const PROGRESS_MS = 200;

/** Adds the command to the program. */
export function addLadder(program: Command, cli: Cli): void {
  program
    .command("ladder", { hidden: true })
    .description("run one seed and leave the ladder of all it did; diverge asks this")
    .argument("<scenario>", "a shipped scenario's name or a path to a scenario file")
    .requiredOption("--seed <n>", "the seed")
    .addOption(ladderOfOption(["events", "decisions", "entries"]))
    .option("--after <n>", "with --up-to: the window from entry N + 1, counted from 1")
    .option("--up-to <n>", "to this entry")
    .option("--stride <n>", "entries between two rungs in the window", "4096")
    .option("--context <n>", "write the window out, with so many entries before it")
    .option("--until <us>", "virtual microseconds at which to stop")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--json", "answer errors with a JSON document, too")
    .addHelpText(
      "after",
      `
The answer is one JSON document on one line. Progress goes to stderr as lines
"${PROGRESS_MARK} <virtual microseconds>".

Example:
  peerstead ladder smoke/calm --seed 1 --of decisions`,
    )
    .action((scenario: string, flags: Flags) => ladder(scenario, flags, cli));
}

async function ladder(scenario: string, flags: Flags, cli: Cli): Promise<void> {
  const seed = parseSeed(flags.seed);
  if (seed === undefined) throw new Failure(`--seed ${flags.seed}: expected a whole number`);
  const until = flags.until === undefined ? null : wholeOf("--until", flags.until);
  const window = windowOf(flags);
  const { options } = pointOf(await openScenario(scenario, flags, cli), flags.point);
  const { ladderRun } = await import("../../sim/run/diverge/ladder-run.ts");
  let toldAt = 0;
  const progress = (virtualUs: number): void => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    say(cli.io.stderr, `${PROGRESS_MARK} ${virtualUs}`);
  };
  const answer = ladderRun(options, seed, { of: flags.of, window, until }, progress);
  cli.io.stdout.write(`${JSON.stringify(answer)}\n`);
}

function windowOf({ after, upTo, stride, context }: Flags): Window | null {
  if (after === undefined || upTo === undefined) return null;
  const wide = { after: wholeOf("--after", after), upTo: wholeOf("--up-to", upTo), stride: Math.max(1, wholeOf("--stride", stride)) };
  return { ...wide, lines: context !== undefined, context: context === undefined ? 0 : wholeOf("--context", context) };
}

function wholeOf(flag: string, text: string): number {
  const value = parseWhole(text, 0, Number.MAX_SAFE_INTEGER);
  if (value === undefined) throw new Failure(`${flag} ${text}: expected a whole number`);
  return value;
}
