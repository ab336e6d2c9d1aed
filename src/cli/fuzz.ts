/** `peerstead fuzz`: swarm testing. Many seeds, each another small world with other faults; what fails is cut down and explained. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { SwarmOutcome } from "../../sim/run/fuzz/swarm-run.ts";
import type { FuzzDocument } from "../../sim/run/fuzz/document.ts";
import type { Options } from "../../sim/options.ts";
import { changeWords, shellText, timeoutOf, workersOf, type CampaignFlags } from "./campaign-flags.ts";
import { EXIT_USAGE, Failure } from "./failure.ts";
import { collect } from "./flags.ts";
import { cutDown } from "./fuzz-failures.ts";
import { fuzzPlanted } from "./fuzz-planted.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { heldFolder, reportFolder } from "./places.ts";
import { sayFiles, writeAll } from "./report-files.ts";
import { openScenario, pointOf } from "./scenario-file.ts";
import { parseSeeds, seedsFrom } from "./seeds.ts";
import { withSimulation } from "./simulate.ts";

/** Flags of the command. */
export type FuzzFlags = CampaignFlags & {
  readonly budget?: string;
  readonly once?: boolean;
  readonly planted?: string;
  readonly report: string;
  readonly point?: string;
  readonly json?: boolean;
};

const DEFAULT_SCENARIO = "chaos/swarm";
/** Seeds take this long where nothing else is asked, so that the answer, with failures cut down, is there within a minute. */
const BUDGET_S = 40;
/** More seeds than any budget allows. */
const SEEDS_IN_BUDGET = 200_000;

/** Adds the command to the program. `commit` says which Peerstead this is; it is asked when the work begins. */
export function addFuzz(program: Command, cli: Cli, commit: () => string): void {
  program
    .command("fuzz")
    .description("look for failures in many small worlds with drawn faults, and cut down what is found")
    .argument("[scenario]", "a shipped scenario's name or a path to a scenario file", DEFAULT_SCENARIO)
    .option("--seeds <seeds>", "A..B for the seeds from A to B, N for the first N; without, as many as the budget allows")
    .option("--budget <time>", `wall time for the seeds, for example 60s (default: ${BUDGET_S}s unless --seeds is given)`)
    .option("--workers <n>", "worker threads; as many as the machine has cores when not given")
    .option("--planted <bugs>", "put known bugs in, one at a time, and say how soon each is found: all, or names with commas")
    .option("--once", "run every seed once; without, each is run twice and the fingerprints are compared")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--report <dir>", "folder for reports", "reports")
    .option("--timeout <seconds>", "wall time after which a seed is given up (result timeout)", "60")
    .option("--json", "answer with one JSON document, the one that is written to the report folder")
    .addHelpText(
      "after",
      `
A scenario without faults.swarm keeps its world and gets drawn faults besides
its own. A campaign in which a rule was never evaluated, a fault never had an
effect or a goal was never reached is inconclusive (exit code 13), not green.

Examples:
  peerstead fuzz
  peerstead fuzz chaos/swarm --seeds 1..500 --workers 2
  peerstead fuzz --planted all`,
    )
    .action((scenario: string, flags: FuzzFlags) => fuzz(scenario, flags, cli, commit));
}

/** What is run: explicit about seeds or about time. */
type Work = { readonly options: Options; readonly seeds: readonly number[]; readonly budgetS: number | null };

async function fuzz(scenario: string, flags: FuzzFlags, cli: Cli, commit: () => string): Promise<void> {
  const { io } = cli;
  const workers = workersOf(flags.workers);
  const timeoutS = timeoutOf(flags.timeout);
  const work = await workOf(scenario, flags, cli);
  const { options } = work;
  if (flags.planted !== undefined) {
    const from = work.seeds[0] ?? 1;
    const command = shellText(["peerstead", "fuzz", scenario, "--planted", flags.planted, ...changeWords(flags)]);
    return fuzzPlanted({ text: flags.planted, options, from, workers, commit: commit(), command, json: flags.json === true }, cli);
  }
  const { campaignFingerprint, canaryOf, swarmWorker } = await import("../../sim/run/fuzz/campaign.ts");
  const folder = reportFolder(resolve(io.cwd, flags.report), options.scenario);
  const made = commit();
  const held = heldFolder(folder);
  const twice = flags.once !== true;
  const began = performance.now();
  try {
    const canary = canaryOf(options, work.seeds[0] ?? 1);
    const outcomes = await seedsRun(work, { workers, twice, timeoutS, worker: swarmWorker() }, cli);
    const { failures, files } = await cutDown(
      options,
      outcomes,
      { workers, folder, shown: reportFolder(flags.report, options.scenario), commit: made },
      cli,
    );
    const { fuzzDocument } = await import("../../sim/run/fuzz/document.ts");
    const document = fuzzDocument({
      scenario: options.scenario,
      commit: made,
      command: commandText(scenario, flags, outcomes),
      wall_s: Math.round(performance.now() - began) / 1000,
      canary,
      failures,
      fingerprint: campaignFingerprint(outcomes),
      outcomes,
      asked: work.budgetS === null ? work.seeds.length : null,
      twice,
      drawn: options.swarm?.world === "random",
    });
    const { fuzzPage } = await import("../../sim/run/fuzz/page.ts");
    const all = [
      ...files,
      { name: "fuzz.json", text: `${JSON.stringify(document, null, 2)}\n` },
      { name: "fuzz.html", text: fuzzPage(document) },
    ];
    const written = writeAll(folder, all, io);
    await answer(document, flags, cli);
    if (written) sayFiles(folder, all.slice(files.length), io);
    const { exitCode } = await import("../../sim/run/document.ts");
    cli.exit(written ? exitCode(document.result) : EXIT_USAGE);
  } finally {
    held.release();
  }
}

/** The scenario with a swarm, and the seeds or the time. */
async function workOf(scenario: string, flags: FuzzFlags, cli: Cli): Promise<Work> {
  const point = pointOf(await openScenario(scenario, flags, cli), flags.point);
  const { options } = point;
  const swarmed: Options = options.swarm === null ? { ...options, swarm: { subset: "random", world: "fixed" } } : options;
  const modes = [...new Set([...swarmed.modes, "safety" as const, "liveness" as const])].filter(
    (mode) => mode !== "capacity" && mode !== "soak",
  );
  const judged = { ...swarmed, modes, thresholds: [], require: { faultsEffective: "none" as const, sometimes: [] } };
  const { from } = point.seeds;
  const budgetS = flags.budget === undefined ? null : await secondsOf(flags.budget);
  if (flags.seeds === undefined) return { options: judged, seeds: seedsFrom(from, SEEDS_IN_BUDGET), budgetS: budgetS ?? BUDGET_S };
  const seeds = parseSeeds(flags.seeds, from);
  if (!seeds.ok) throw new Failure(seeds.error);
  return { options: judged, seeds: seeds.value, budgetS };
}

async function secondsOf(text: string): Promise<number> {
  const { microseconds } = await import("../../sim/run/scenario/quantity.ts");
  const us = microseconds(text);
  if (us === undefined || !(us > 0)) throw new Failure(`--budget ${text}: expected a time such as 60s or 5m`);
  return us / 1e6;
}

/** Runs the seeds and gives their outcomes, lowest seed first. */
async function seedsRun(
  { options, seeds, budgetS }: Work,
  manner: { readonly workers: number; readonly twice: boolean; readonly timeoutS: number | null; readonly worker: URL },
  cli: Cli,
): Promise<readonly SwarmOutcome[]> {
  const point = { options, seeds, budgetS, until: null, trace: null, stories: 0 };
  const interrupted = (): string => "nothing was written";
  const [ran] = await withSimulation({ ...manner, slots: seeds.length, interrupted }, cli, (run) =>
    run([point], "fuzz", { laterSeeds: 0, budgetS, done: () => {} }),
  );
  return (ran?.outcomes ?? []) as readonly SwarmOutcome[];
}

/** The command that runs the same seeds again, whatever time they take. */
function commandText(scenario: string, flags: FuzzFlags, outcomes: readonly SwarmOutcome[]): string {
  const seeds = `${outcomes[0]?.seed ?? 1}..${outcomes.at(-1)?.seed ?? 1}`;
  const point = flags.point === undefined ? [] : ["--point", flags.point];
  return shellText([
    "peerstead",
    "fuzz",
    scenario,
    "--seeds",
    seeds,
    ...(flags.once === true ? ["--once"] : []),
    ...point,
    ...changeWords(flags),
  ]);
}

async function answer(document: FuzzDocument, flags: FuzzFlags, cli: Cli): Promise<void> {
  const { io } = cli;
  if (flags.json === true) return sayJson(io, document);
  const { fuzzText } = await import("../../sim/run/fuzz/summary.ts");
  const layout = { width: widthOf(io.stdout), color: mayColor(io, io.stdout) };
  say(io.stdout, fuzzText(document, layout, reportFolder(flags.report, document.scenario)));
}
