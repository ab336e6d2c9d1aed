/** `peerstead diverge`: two runs of one seed, by two commits, Nodes or settings, and the first thing in which they differ. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { DivergeDocument } from "../../sim/run/diverge/document.ts";
import type { LadderOf } from "../../sim/run/diverge/event-ladder.ts";
import type { LadderAnswer } from "../../sim/run/diverge/ladder-run.ts";
import type { Both, RunBoth } from "../../sim/run/diverge/search.ts";
import { changeWords, shellText, timeoutOf } from "./campaign-flags.ts";
import type { SideRun } from "./diverge-child.ts";
import { type Place, Places } from "./diverge-places.ts";
import { betweenRecorded, type RecordedRun, recordedRun, type View, wordsOfSide } from "./diverge-recorded.ts";
import { type RunSides, sideRunner } from "./diverge-run.ts";
import { parseSide, type Side } from "./diverge-side.ts";
import { Failure } from "./failure.ts";
import { collect } from "./flags.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { ladderOfOption } from "./ladder-words.ts";
import { packageRoot, scenarioPath } from "./places.ts";
import { openScenario, parseSets, pointOf } from "./scenario-file.ts";
import { parseSeed, parseWhole } from "./seeds.ts";

type Flags = {
  readonly scenario?: string;
  readonly seed?: string;
  readonly of: LadderOf;
  readonly events: string;
  readonly point?: string;
  readonly set?: readonly string[];
  readonly data?: string;
  readonly timeout?: string;
  readonly json?: boolean;
};

/** Which run both sides make: what the flags say, and what a file says where they do not. */
type Which = {
  readonly scenario: string;
  readonly seed: number;
  readonly point: string | undefined;
  readonly set: readonly string[];
  readonly data: string | undefined;
};

const SHOWN_MAX = 1_000;

/** Adds the command to the program. */
export function addDiverge(program: Command, cli: Cli): void {
  program
    .command("diverge")
    .description("find the first event in which two runs of a seed differ")
    .argument("<a>", "a side, see below")
    .argument("[b]", "the other side", ".")
    .option("--scenario <scenario>", "a shipped scenario's name or a path to a scenario file; a file's own when not given")
    .option("--seed <n>", "the seed; a file's first that failed when not given")
    .addOption(ladderOfOption(["events", "decisions"]))
    .option("--events <n>", "how many entries before the difference to show", "10")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--set <path=value>", "change a field for both sides; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--timeout <seconds>", "wall time after which a run of a side is given up; none when not given")
    .option("--json", "answer with one JSON document")
    .addHelpText(
      "after",
      `
A side is one of
  .                this checkout, as it is
  COMMIT           a commit, branch or tag of this checkout's repository
  FOLDER           another checkout, with node_modules of its own
  FILE             a run that is over: run.json, or the answer of replay --json
and may have behind it, or alone for this checkout, each part after a +
  node:PATH        run by another Node
  set:PATH=VALUE   with fields changed, parted by commas

A scenario that is named by its name is each side's own. Heartbeats that are
computed and such that are sent (heartbeats=eager) differ in events and agree in
decisions: --of decisions. The exit code is 0 for equal runs and 14 for others.

Examples:
  peerstead diverge HEAD~1 . --scenario smoke/calm --seed 1
  peerstead diverge v1.0+node:/opt/node-26/bin/node HEAD --scenario smoke/calm --seed 1
  peerstead diverge . set:heartbeats=eager --scenario smoke/calm --seed 1 --of decisions
  peerstead diverge set:tuning.loadMs=60,tuning.heartbeatMs=300 --scenario smoke/calm --seed 1
  peerstead diverge reports/smoke/calm/run.json --seed 2`,
    )
    .action((a: string, b: string, flags: Flags) => diverge([a, b], flags, cli));
}

async function diverge(texts: Both<string>, flags: Flags, cli: Cli): Promise<void> {
  const { io } = cli;
  const sides: Both<Side> = [sideOf(texts[0]), sideOf(texts[1])];
  const shown = parseWhole(flags.events, 0, SHOWN_MAX);
  if (shown === undefined) throw new Failure(`--events ${flags.events}: expected a whole number from 0 to ${SHOWN_MAX}`);
  if (flags.seed !== undefined && parseSeed(flags.seed) === undefined) throw new Failure(`--seed ${flags.seed}: expected a whole number`);
  const timeoutS = timeoutOf(flags.timeout);
  const places = new Places(io.cwd);
  const recorded = await recordedRun(sides, places, flags);
  const which = whichRun(flags, recorded);
  const lengthUs = await openHere(sides, recorded, which, cli);
  const { LADDER_SCHEMA } = await import("../../sim/run/diverge/ladder-run.ts");
  const { exitCode } = await import("../../sim/run/document.ts");
  const interrupts = io.watchInterrupts();
  try {
    const run = sideRunner({ interrupts, lengthUs, timeoutS, schema: LADDER_SCHEMA }, cli);
    const view = { of: flags.of, shown, command: shellText(["peerstead", "diverge", ...texts, ...whichWords(flags)]) };
    const { document, answer } = await compared(sides, recorded, places, run, which, view, cli);
    if (flags.json === true) sayJson(io, document);
    else {
      const { divergeText } = await import("../../sim/run/diverge/text.ts");
      say(io.stdout, divergeText(document, answer.options.maps.names, { width: widthOf(io.stdout), color: mayColor(io, io.stdout) }));
    }
    // Whoever asks for decisions has asked no more than that they are equal.
    const same = document.equal && (document.fingerprints_equal || flags.of === "decisions");
    cli.exit(same ? 0 : exitCode("nondeterminism"));
  } finally {
    interrupts.release();
    places.remove();
  }
}

function sideOf(text: string): Side {
  const side = parseSide(text);
  if (!side.ok) throw new Failure(`side ${text}: ${side.error}`);
  return side.value;
}

function whichRun(flags: Flags, recorded: RecordedRun | null): Which {
  const own = flags.scenario === undefined ? (recorded?.words ?? null) : null;
  const scenario = flags.scenario ?? own?.scenario;
  if (scenario === undefined)
    throw new Failure(
      recorded === null
        ? "--scenario is missing: which run?"
        : `side ${recorded.side.text} does not say of which scenario it is; say it with --scenario`,
    );
  const seed = flags.seed === undefined ? recorded?.run.seed : parseSeed(flags.seed);
  if (seed === undefined) throw new Failure("--seed is missing: which run?");
  return {
    scenario,
    seed,
    point: flags.point ?? own?.point,
    set: [...(own?.set ?? []), ...(flags.set ?? [])],
    data: flags.data ?? own?.data,
  };
}

/** Opens the scenario as this checkout has it, so that a slip is told before anything runs; gives the length of the run (us). */
async function openHere(sides: Both<Side>, recorded: RecordedRun | null, which: Which, cli: Cli): Promise<number> {
  const { runLengthUs } = await import("../../sim/options.ts");
  const data = which.data === undefined ? {} : { data: which.data };
  const common = parseSets("--set", which.set);
  const { options } = pointOf(await openScenario(which.scenario, data, cli, common), which.point);
  for (const { base, sets } of sides) {
    if (base !== "." || sets.length === 0 || recorded?.side.base === base) continue;
    const own = parseSets("set", sets).map((each) => ({ ...each, said: each.said.replace("set ", "set:") }));
    pointOf(await openScenario(which.scenario, data, cli, [...common, ...own]), which.point);
  }
  return runLengthUs(options);
}

/** The words for `ladder` that say which run; a file is named so that it is found from anywhere, a shipped scenario by its name. */
function runWords(which: Which, side: Side, cli: Cli): string[] {
  const { cwd } = cli.io;
  const path = scenarioPath(which.scenario, cwd, packageRoot());
  const scenario = path === resolve(cwd, which.scenario) ? path : which.scenario;
  const data = which.data === undefined ? {} : { data: resolve(cwd, which.data) };
  const point = which.point === undefined ? [] : ["--point", which.point];
  return [scenario, "--seed", `${which.seed}`, ...point, ...changeWords({ set: [...which.set, ...side.sets], ...data })];
}

async function compared(
  sides: Both<Side>,
  recorded: RecordedRun | null,
  places: Places,
  run: RunSides,
  which: Which,
  view: View,
  cli: Cli,
): Promise<{ document: DivergeDocument; answer: LadderAnswer }> {
  const sideRun = (side: Side, name: string, place: Place): SideRun => ({ name, place, words: runWords(which, side, cli) });
  if (recorded !== null) {
    const other = sides[recorded.index === 0 ? 1 : 0];
    const again = againAt(recorded, places);
    const mine = (name: string, place: Place): SideRun => sideRun(recorded.side, name, place);
    return betweenRecorded(recorded, sideRun(other, other.text, places.place(other)), again, run, mine, view);
  }
  const [a, b] = [sideRun(sides[0], sides[0].text, places.place(sides[0])), sideRun(sides[1], sides[1].text, places.place(sides[1]))];
  const { search } = await import("../../sim/run/diverge/search.ts");
  const { divergeDocument } = await import("../../sim/run/diverge/document.ts");
  const both: RunBoth = async (asks) => {
    const [one, two] = (await run([
      { side: a, ask: asks[0] },
      { side: b, ask: asks[1] },
    ])) as [LadderAnswer, LadderAnswer];
    if (one.options.draws !== two.options.draws)
      throw new Failure(`both sides must draw by one name; A draws by ${one.options.draws}, B by ${two.options.draws}`);
    return [one, two];
  };
  const found = await search(both, view.of, view.shown);
  const document = divergeDocument(found, { sides: [wordsOfSide(a), wordsOfSide(b)], command: view.command, shown: view.shown });
  return { document, answer: found.first[0] };
}

/** Where the commit of a recorded run can be run again, or why it cannot. */
function againAt({ side, run }: RecordedRun, places: Places): Place | string {
  const { commit, until_us } = run;
  if (commit === null) return "the file does not say of which commit it is";
  if (commit.endsWith("+dirty")) return `it was made by ${commit}, a checkout with changes of its own`;
  if (until_us !== null) return "it was stopped early";
  if (places.commit(commit) === null) return `its commit ${commit} is not here`;
  try {
    return places.place({ ...side, base: commit });
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

/** The flags that say which runs are compared, and how. */
function whichWords(flags: Flags): string[] {
  const given: readonly (readonly [string, string | undefined])[] = [
    ["--scenario", flags.scenario],
    ["--seed", flags.seed],
    ["--of", flags.of === "events" ? undefined : flags.of],
    ["--point", flags.point],
  ];
  return [...given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])), ...changeWords(flags)];
}
