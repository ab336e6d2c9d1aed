/** `peerstead compare`: two policies on the same seeds, what is better, what is worse, and what cannot be told apart. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CampaignPoint } from "../../sim/run/campaign.ts";
import type { Comparison, SideParts } from "../../sim/run/compare/document.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import type { RunOutcome } from "../../sim/outcome.ts";
import { changeWords, seedWords, shellText, timeoutOf, workersOf, type CampaignFlags } from "./campaign-flags.ts";
import { EXIT_USAGE, Failure } from "./failure.ts";
import { collect } from "./flags.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { heldFolder, reportFolder } from "./places.ts";
import { sayFiles, writeAll } from "./report-files.ts";
import { openScenario, parseSets, pointOf, type Setting } from "./scenario-file.ts";
import { parseSeeds, seedsFrom } from "./seeds.ts";
import { simulate } from "./simulate.ts";

type Flags = CampaignFlags & {
  readonly a?: string;
  readonly b?: string;
  readonly setA?: readonly string[];
  readonly setB?: readonly string[];
  readonly point?: string;
  readonly report: string;
  readonly json?: boolean;
};

/** One side as the command line has it: a conf in place of the scenario's, and fields that are changed. */
type Side = { readonly name: "a" | "b"; readonly conf: string | undefined; readonly sets: readonly string[] };

/** With fewer, few figures can be told apart: all seeds but one or two would have to agree. */
const SEEDS_MIN = 12;

/** Adds the command to the program. `commit` says which Peerstead this is; it is asked when the work begins. */
export function addCompare(program: Command, cli: Cli, commit: () => string): void {
  program
    .command("compare")
    .description("simulate a scenario under two policies, A and B, and say what B makes better or worse")
    .argument("<scenario>", "a shipped scenario's name or a path to a scenario file")
    .option("--a <file>", "a p2p_map_config.conf that is A's whole conf, in place of the scenario's")
    .option("--b <file>", "the same for B")
    .option("--set-a <path=value>", "change a field of the scenario for A; may be given several times", collect)
    .option("--set-b <path=value>", "the same for B", collect)
    .option("--set <path=value>", "change a field for both; may be given several times", collect)
    .option(
      "--seeds <seeds>",
      `A..B for the seeds from A to B, N for the first N; the scenario's own, at least ${SEEDS_MIN}, when not given`,
    )
    .option("--point <n>", "which point of the scenario's sweep, counted from 0; the first when not given")
    .option("--workers <n>", "worker threads; as many as the machine has cores when not given")
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--report <dir>", "folder for reports", "reports")
    .option("--timeout <seconds>", "wall time after which a seed is given up (result timeout); none when not given")
    .option("--json", "answer with one JSON document, the one that is written to the report folder")
    .addHelpText(
      "after",
      "\nA side of which nothing is said is the scenario as it is. Thresholds are shown\n" +
        "and decide nothing: the exit code is 0 whatever is better, and tells of broken\n" +
        "rules only.\n" +
        "\nExample:\n  peerstead compare capacity/evening-peak --set-a conf.general.scoring=seed --set-b conf.general.scoring=normalized",
    )
    .action((scenario: string, flags: Flags) => compare(scenario, flags, cli, commit));
}

async function compare(scenario: string, flags: Flags, cli: Cli, commit: () => string): Promise<void> {
  const { io } = cli;
  const workers = workersOf(flags.workers);
  const timeoutS = timeoutOf(flags.timeout);
  const sides: readonly [Side, Side] = [
    { name: "a", conf: flags.a, sets: flags.setA ?? [] },
    { name: "b", conf: flags.b, sets: flags.setB ?? [] },
  ];
  if (sides.every(({ conf, sets }) => conf === undefined && sets.length === 0))
    throw new Failure("nothing to compare: say what sets B apart from A with --b, --set-b, --a or --set-a");
  const a = await openSide(scenario, sides[0], flags, cli);
  const b = await openSide(scenario, sides[1], flags, cli);
  mustBePaired(a, b);
  const seeds = seedsOf(a, flags.seeds);
  const { buildComparison, resultOf } = await import("../../sim/run/compare/document.ts");
  const { exitCode } = await import("../../sim/run/document.ts");
  const folder = reportFolder(resolve(io.cwd, flags.report), a.options.scenario);
  const made = commit();
  // Before the work, so that a folder that cannot be written to costs no run.
  const held = heldFolder(folder);
  const ran = await simulate([campaignOf(a, seeds), campaignOf(b, seeds)], { workers, twice: false, timeoutS }, cli).catch(
    (error: unknown) => {
      held.release();
      throw error;
    },
  );
  const parts = (side: Side, { options }: Expanded, outcomes: readonly RunOutcome[]): SideParts => ({
    label: labelOf(side),
    changes: changesOf(side).map(({ said }) => said),
    command: shellText(["peerstead", "run", scenario, ...seedWords("", seeds), ...alone(side, flags)]),
    replay: (seed) => shellText(["peerstead", "replay", scenario, "--seed", `${seed}`, ...pointWords(flags), ...alone(side, flags)]),
    options,
    outcomes,
  });
  const comparison = buildComparison({
    seeds: seeds.toSorted((x, y) => x - y),
    commit: made,
    command: commandText(scenario, flags, sides, seeds),
    a: parts(sides[0], a, ran[0]?.outcomes ?? []),
    b: parts(sides[1], b, ran[1]?.outcomes ?? []),
  });
  const written = await writeAndSay(comparison, folder, flags.json === true, cli);
  cli.exit(written ? exitCode(resultOf(comparison)) : EXIT_USAGE);
}

/** Leaves the document and its page in the folder and prints the answer; false where the disk refused. */
async function writeAndSay(comparison: Comparison, folder: string, json: boolean, cli: Cli): Promise<boolean> {
  const { io } = cli;
  const { comparisonText } = await import("../../sim/run/compare/text.ts");
  const { comparePage } = await import("../../sim/run/report/compare-page.ts");
  const files = [
    { name: "compare.json", text: `${JSON.stringify(comparison, null, 2)}\n` },
    { name: "compare.html", text: await comparePage(comparison) },
  ];
  const written = writeAll(folder, files, io);
  if (json) sayJson(io, comparison);
  else say(io.stdout, comparisonText(comparison, { width: widthOf(io.stdout), color: mayColor(io, io.stdout) }));
  if (written) sayFiles(folder, files, io);
  return written;
}

async function openSide(scenario: string, side: Side, flags: Flags, cli: Cli): Promise<Expanded> {
  const conf = confSetting(side, side.conf === undefined ? "" : resolve(cli.io.cwd, side.conf));
  const sets = [...conf, ...parseSets("--set", flags.set), ...changesOf({ ...side, conf: undefined })];
  return pointOf(await openScenario(scenario, flags, cli, sets), flags.point);
}

/** The side's conf as a setting of the scenario: the file in place of all that the scenario says of it. */
function confSetting({ name, conf }: Side, path: string): Setting[] {
  return conf === undefined ? [] : [{ path: "conf", value: JSON.stringify({ file: path }), said: `--${name} ${conf}` }];
}

function changesOf(side: Side): Setting[] {
  return [...confSetting(side, side.conf ?? ""), ...parseSets(`--set-${side.name}`, side.sets)];
}

function labelOf({ conf, sets }: Side): string {
  const words = [...(conf === undefined ? [] : [conf]), ...sets];
  return words.length === 0 ? "the scenario as it is" : words.join(", ");
}

/** Flags with which `run` and `replay` run one side alone. */
function alone(side: Side, flags: Flags): string[] {
  const conf = confSetting(side, side.conf ?? "").map(({ path, value }) => `${path}=${value}`);
  return changeWords({ ...flags, set: [...conf, ...(flags.set ?? []), ...side.sets] });
}

function commandText(scenario: string, flags: Flags, sides: readonly Side[], seeds: readonly number[]): string {
  const timeout = flags.timeout === undefined ? [] : ["--timeout", flags.timeout];
  const own = sides.flatMap(({ name, conf, sets }) => [
    ...(conf === undefined ? [] : [`--${name}`, conf]),
    ...sets.flatMap((set) => [`--set-${name}`, set]),
  ]);
  const words = [...own, ...seedWords(flags.seeds, seeds), ...pointWords(flags), ...timeout, ...changeWords(flags)];
  return shellText(["peerstead", "compare", scenario, ...words]);
}

function pointWords({ point }: Flags): string[] {
  return point === undefined ? [] : ["--point", point];
}

/** Seeds give the same draws to both sides only if what draws hang on is the same. */
function mustBePaired(a: Expanded, b: Expanded): void {
  const [one, other] = [a.options.scenario, b.options.scenario];
  if (one !== other) throw new Failure(`both sides must have one name, on which all draws depend; A is ${one}, B is ${other}`);
  if (a.seeds.from !== b.seeds.from || a.seeds.count !== b.seeds.count)
    throw new Failure("both sides run the same seeds; say which with --seeds, not with seeds.from or seeds.count of one side");
}

function seedsOf({ seeds }: Expanded, asked: string | undefined): readonly number[] {
  if (asked === undefined) return seedsFrom(seeds.from, Math.max(SEEDS_MIN, seeds.count));
  const chosen = parseSeeds(asked, seeds.from);
  if (!chosen.ok) throw new Failure(chosen.error);
  return chosen.value;
}

/** All seeds run, whatever the scenario's time budget: a seed counts only if both sides ran it. */
function campaignOf({ options }: Expanded, seeds: readonly number[]): CampaignPoint {
  return { options, seeds, budgetS: null, until: null, trace: null, stories: 0 };
}
