/** `peerstead run`: all seeds of a scenario over worker threads, the report on disk, the answer on the terminal. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CampaignPoint, PointOutcome } from "../../sim/run/campaign.ts";
import type { RunDocument } from "../../sim/run/document.ts";
import type { RunResult } from "../../sim/outcome.ts";
import type { ReportFile } from "../../sim/run/report/run-report.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { campaignPoint, changeWords, seedWords, shellText, timeoutOf, workersOf, type CampaignFlags } from "./campaign-flags.ts";
import { counted, EXIT_USAGE } from "./failure.ts";
import { collect } from "./flags.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { heldFolder, reportFolder } from "./places.ts";
import { sayFiles, writeAll } from "./report-files.ts";
import { openScenario } from "./scenario-file.ts";
import { simulate } from "./simulate.ts";

type Flags = CampaignFlags & { readonly report: string; readonly twice?: boolean; readonly json?: boolean };

/** Adds the command to the program. `commit` says which Peerstead this is; it is asked when the work begins. */
export function addRun(program: Command, cli: Cli, commit: () => string): void {
  program
    .command("run")
    .description("simulate a scenario and answer its questions")
    .argument("<scenario>", "a shipped scenario's name or a path to a scenario file")
    .option("--seeds <seeds>", "A..B for the seeds from A to B, N for the first N; all of these run, whatever the scenario's time budget")
    .option("--workers <n>", "worker threads; as many as the machine has cores when not given")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--report <dir>", "folder for reports", "reports")
    .option("--timeout <seconds>", "wall time after which a seed is given up (result timeout); none when not given")
    .option("--twice", "run every seed twice and compare the fingerprints")
    .option("--json", "answer with one JSON document, the one that is written to the report folder")
    .addHelpText("after", "\nExample:\n  peerstead run capacity/evening-peak --seeds 1..4 --workers 2 --set fleet.hosts.count=500")
    .action((scenario: string, flags: Flags) => run(scenario, flags, cli, commit));
}

async function run(scenario: string, flags: Flags, cli: Cli, commit: () => string): Promise<void> {
  const { io } = cli;
  const workers = workersOf(flags.workers);
  const timeoutS = timeoutOf(flags.timeout);
  const points = await openScenario(scenario, flags, cli);
  const { exitCode, SERIES_RUNS_MAX } = await import("../../sim/run/document.ts");
  const folder = reportFolder(resolve(io.cwd, flags.report), points[0]?.options.scenario ?? "");
  const made = commit();
  const work = points.map((point) => campaignPoint(point, flags.seeds, SERIES_RUNS_MAX));
  // Before the work, so that a folder that cannot be written to costs no run.
  const held = heldFolder(folder);
  const outcomes = await simulate(work, { workers, twice: flags.twice === true, timeoutS }, cli).catch((error: unknown) => {
    held.release();
    throw error;
  });
  for (const { outcomes: ran, asked } of outcomes) {
    if (ran.length < asked) say(io.stderr, `the time budget is spent: ${ran.length} of ${counted(asked, "seed")} ran`);
  }
  const again: Again = {
    command: commandText(scenario, flags, work),
    replay: (seed, point) => replayText(scenario, flags, seed, points.length > 1 ? point : null),
  };
  const report = await reportOf(points, outcomes, made, again);
  const files = [
    { name: "run.json", text: `${JSON.stringify(report.document, null, 2)}\n` },
    ...(await pagesOf(points, outcomes, report, again)),
  ];
  const written = writeAll(folder, files, io);
  if (flags.json === true) sayJson(io, report.document);
  else await sayAnswer(report.parts, cli);
  if (written) sayFiles(folder, files, io);
  cli.exit(written ? exitCode(report.result) : EXIT_USAGE);
}

/** One point's document with what the command knows besides. */
type PointDocument = RunDocument & { readonly sweep_point: Expanded["sweepPoint"]; readonly seeds_asked: number };
/** Command lines that repeat what was done: all of it, or one seed of one point. */
type Again = { readonly command: string; readonly replay: (seed: number, point: number) => string };
type Report = { readonly document: unknown; readonly parts: readonly PointDocument[]; readonly result: RunResult };

/**
 * What is printed and written: the document of the one point, or for a sweep `{scenario, title, result, sweep: [document, …]}` in the
 * order of the sweep, each with its `sweep_point`. The result of a sweep is the worst of its points'.
 */
async function reportOf(points: readonly Expanded[], outcomes: readonly PointOutcome[], commit: string, again: Again): Promise<Report> {
  const { buildDocument, worstResult } = await import("../../sim/run/document.ts");
  const parts = points.map(({ options, sweepPoint }, index): PointDocument => {
    const { outcomes: ran, asked } = outcomes[index] ?? { outcomes: [], asked: 0 };
    const mode = options.modes.join("+");
    const replay = (seed: number): string => again.replay(seed, index);
    const built = buildDocument({
      options,
      outcomes: ran,
      seeds: ran.map((run) => run.seed),
      commit,
      mode,
      command: again.command,
      ...(points.length > 1 ? { point: index } : {}),
      replay,
    });
    return { ...built, sweep_point: sweepPoint, seeds_asked: asked };
  });
  const [first] = parts;
  const result = worstResult(parts.map((part) => part.result));
  if (first === undefined || parts.length === 1) return { document: first, parts, result };
  return {
    document: { scenario: first.scenario, title: first.title, commit, command: again.command, result, sweep: parts },
    parts,
    result,
  };
}

/** The pages of the report, each point with the setting that a sweep gave it. */
async function pagesOf(
  points: readonly Expanded[],
  outcomes: readonly PointOutcome[],
  report: Report,
  again: Again,
): Promise<ReportFile[]> {
  const { runReport } = await import("../../sim/run/report/run-report.ts");
  const reported = report.parts.map((document, index) => ({
    document,
    options: (points[index] as Expanded).options,
    outcomes: outcomes[index]?.outcomes ?? [],
    setting: settingText(document.sweep_point),
    replay: (seed: number) => again.replay(seed, index),
  }));
  return runReport(reported, report.result, again.command);
}

async function sayAnswer(parts: readonly PointDocument[], cli: Cli): Promise<void> {
  const { summaryText } = await import("../../sim/run/summary.ts");
  const { stdout } = cli.io;
  for (const [index, part] of parts.entries()) {
    if (index > 0) say(stdout, "");
    const setting = settingText(part.sweep_point);
    if (setting !== "") say(stdout, `[${setting}]`);
    say(stdout, summaryText(part, { width: widthOf(stdout), color: mayColor(cli.io, stdout) }));
  }
}

/** A point of a sweep in words; nothing for a scenario without one. */
function settingText(point: Expanded["sweepPoint"]): string {
  return Object.entries(point)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");
}

/** The command line that repeats this run. It names neither workers nor folders for output: they change nothing (DT1). */
function commandText(scenario: string, flags: Flags, points: readonly CampaignPoint[]): string {
  const timeout = flags.timeout === undefined ? [] : ["--timeout", flags.timeout];
  return shellText(["peerstead", "run", scenario, ...seedWords(flags.seeds, points[0]?.seeds ?? []), ...timeout, ...changeWords(flags)]);
}

/** The command line that runs one seed alone again; `point` is null for a scenario without a sweep. */
function replayText(scenario: string, flags: Flags, seed: number, point: number | null): string {
  const which = point === null ? [] : ["--point", `${point}`];
  return shellText(["peerstead", "replay", scenario, "--seed", `${seed}`, ...which, ...changeWords(flags)]);
}
