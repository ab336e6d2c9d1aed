/** `peerstead explain`: why a map of a run is on its host at an instant, who else could have it, and what would make it move. */
import { styleText } from "node:util";
import type { Command } from "commander";
import type { ExplainDocument } from "../../sim/run/explain/document.ts";
import type { ExplainRequest } from "../../sim/run/explain/explain-run.ts";
import type { Options } from "../../sim/options.ts";
import { clock } from "../base/text/clock.ts";
import { nearest } from "../base/text/nearest.ts";
import { US_PER_S } from "../base/time.ts";
import { counted, EXIT_INTERRUPTED, Failure } from "./failure.ts";
import { collect } from "./flags.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { Progress } from "./progress.ts";
import { openScenario, pointOf } from "./scenario-file.ts";
import { parseSeed, parseWhole } from "./seeds.ts";

type Flags = {
  readonly seed: string;
  readonly map: string;
  readonly at?: string;
  readonly top: string;
  readonly point?: string;
  readonly set?: readonly string[];
  readonly data?: string;
  readonly json?: boolean;
};

const TOP_MAX = 10_000;

/** Adds the command to the program. */
export function addExplain(program: Command, cli: Cli): void {
  program
    .command("explain")
    .description("say why a map is on its host at an instant of a run, and what would make it move")
    .argument("<scenario>", "a shipped scenario's name or a path to a scenario file")
    .requiredOption("--seed <n>", "the seed")
    .requiredOption("--map <map>", "the map's name, or its number counted from 0")
    .option("--at <time>", "the virtual time to look at, for example 10m or 2:41:10; the end of the run when not given")
    .option("--top <n>", "how many candidates to show", "8")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--json", "answer with one JSON document")
    .addHelpText("after", "\nExample:\n  peerstead explain capacity/evening-peak --seed 2 --map moc_fild01 --at 3h")
    .action((scenario: string, flags: Flags) => explain(scenario, flags, cli));
}

async function explain(scenario: string, flags: Flags, cli: Cli): Promise<void> {
  const seed = parseSeed(flags.seed);
  if (seed === undefined) throw new Failure(`--seed ${flags.seed}: expected a whole number`);
  const top = parseWhole(flags.top, 1, TOP_MAX);
  if (top === undefined) throw new Failure(`--top ${flags.top}: expected a whole number from 1 to ${TOP_MAX}`);
  const asked = await parseTime(flags.at);
  const { options } = pointOf(await openScenario(scenario, flags, cli), flags.point);
  const { runLengthUs } = await import("../../sim/options.ts");
  const end = runLengthUs(options);
  if (asked !== null && asked > end) throw new Failure(`--at ${flags.at}: the run ends at ${clock(end / US_PER_S)} of virtual time`);
  const document = await answer({ options, seed, map: mapOf(flags.map, options), at: asked ?? end, top }, cli);
  const { explainJson, explainText } = await import("../../sim/run/explain/text.ts");
  if (flags.json === true) return sayJson(cli.io, explainJson(document));
  const { io } = cli;
  const color = mayColor(io, io.stdout);
  const bold = (text: string): string => (color ? styleText("bold", text, { validateStream: false }) : text);
  say(io.stdout, explainText(document, { width: widthOf(io.stdout), bold }));
}

/** Microseconds of `90s`, `10m`, `2h` or of clock time, `2:41:10`, `0:00:31.185`; null for the end of the run. */
async function parseTime(text: string | undefined): Promise<number | null> {
  if (text === undefined) return null;
  const { microseconds } = await import("../../sim/run/scenario/quantity.ts");
  const told = /^(\d{1,6}):([0-5]\d):([0-5]\d(?:\.\d{1,6})?)$/.exec(text);
  const us = told === null ? microseconds(text) : (Number(told[1]) * 3600 + Number(told[2]) * 60 + Number(told[3])) * US_PER_S;
  if (us === undefined) throw new Failure(`--at ${text}: expected a time such as 90s, 10m, 2h or 2:41:10`);
  return Math.round(us);
}

/** The number of the map that is meant: by name, else by number. */
function mapOf(text: string, { maps }: Options): number {
  const { names } = maps;
  const index = names.indexOf(text);
  if (index >= 0) return index;
  const all = counted(names.length, "map");
  const number = parseWhole(text, 0, Number.MAX_SAFE_INTEGER);
  if (number !== undefined && number < names.length) return number;
  if (number !== undefined) throw new Failure(`--map ${text}: the scenario has ${all}, numbered from 0`);
  const meant = nearest(text, names);
  const hint = meant === undefined ? `it has ${all}, such as ${names[0]} and ${names.at(-1)}` : `did you mean ${meant}?`;
  throw new Failure(`--map ${text}: the scenario has no such map; ${hint}`);
}

/** Runs up to the instant on a thread of its own and shows progress. Throws a {@link Failure} with exit code 130 on Ctrl-C. */
async function answer(request: ExplainRequest, { io }: Cli): Promise<ExplainDocument> {
  const { startExplaining } = await import("../../sim/run/explain/explainer.ts");
  const explaining = startExplaining(request);
  const interrupts = io.watchInterrupts();
  const progress = new Progress(io, { slotUs: [request.at], clockUs: explaining.clockUs, note: "" }, () => performance.now());
  interrupts.signal.addEventListener("abort", () => void explaining.close());
  progress.start();
  try {
    return await explaining.answer;
  } catch (error) {
    if (interrupts.signal.aborted) throw new Failure("interrupted", [], EXIT_INTERRUPTED);
    throw error;
  } finally {
    progress.stop();
    interrupts.release();
    await explaining.close();
  }
}
