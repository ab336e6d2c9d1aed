/** `peerstead replay`: one seed of a scenario again, with its ladder, its violations and, on request, every event. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { PointOutcome } from "../../sim/run/campaign.ts";
import type { Options } from "../../sim/options.ts";
import type { RunOutcome } from "../../sim/outcome.ts";
import { complaintText } from "../base/result.ts";
import { clock } from "../base/text/clock.ts";
import { US_PER_S } from "../base/time.ts";
import { writeWhole } from "../compat/files.ts";
import { changeWords, shellText } from "./campaign-flags.ts";
import type { FailureDocument } from "../../sim/run/fuzz/artefacts.ts";
import { counted, Failure } from "./failure.ts";
import { isFailureFile, readFailure } from "./failure-file.ts";
import { collect } from "./flags.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { openScenario, pointOf } from "./scenario-file.ts";
import { parseSeed } from "./seeds.ts";
import { simulate } from "./simulate.ts";

type Flags = {
  readonly seed?: string;
  readonly until?: string;
  readonly trace?: string;
  readonly look?: string;
  readonly point?: string;
  readonly set?: readonly string[];
  readonly data?: string;
  readonly json?: boolean;
};

const RUNGS_SHOWN = 8;

/** Adds the command to the program. */
export function addReplay(program: Command, cli: Cli): void {
  program
    .command("replay")
    .description("run one seed again and show what it left")
    .argument("<scenario>", "a shipped scenario's name, a path to a scenario file, or a failure.json")
    .option("--seed <n>", "the seed; a failure.json brings its own")
    .option("--until <time>", "stop at this virtual time, for example 10m")
    .option("--trace <file>", "write every event to this file, one JSON document per line")
    .option("--look <file>", "write a page to this file: who served which map when, each move's steps")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--json", "answer with one JSON document")
    .addHelpText("after", "\nExample:\n  peerstead replay chaos/region-outage --seed 7 --until 10m --trace trace.jsonl")
    .action((scenario: string, flags: Flags) => replay(scenario, flags, cli));
}

async function replay(scenario: string, flags: Flags, cli: Cli): Promise<void> {
  const asked = askedSeed(flags.seed, scenario);
  const until = await parseUntil(flags.until);
  const points = await openScenario(scenario, flags, cli);
  const found = isFailureFile(scenario) ? await readFailure(resolve(cli.io.cwd, scenario)) : null;
  const seed = asked ?? found?.seed ?? 0;
  const { exitCode } = await import("../../sim/run/document.ts");
  const { options } = pointOf(points, flags.point);
  const target = flags.trace === undefined ? null : traceTarget(resolve(cli.io.cwd, flags.trace));
  let outcome: RunOutcome;
  try {
    const point = {
      options,
      seeds: [seed],
      budgetS: null,
      until,
      trace: target === null ? null : target.partial,
      stories: flags.look === undefined ? 0 : 1,
    };
    outcome = onlyOutcome(await simulate([point], { workers: 1, twice: false, timeoutS: null }, cli));
    if (target !== null && existsSync(target.partial)) renameSync(target.partial, target.path);
  } finally {
    if (target !== null) rmSync(target.partial, { force: true });
  }
  // The story is for its page; printed it would be most of the answer.
  const told = { ...outcome, story: undefined };
  if (flags.json === true) sayJson(cli.io, { scenario: options.scenario, until_s: until === null ? null : until / US_PER_S, ...told });
  else sayOutcome(options.scenario, outcome, cli);
  if (found !== null && until === null) sayWhetherSame(found, outcome, cli);
  if (target !== null) say(cli.io.stderr, `trace: ${target.path}`);
  if (flags.look !== undefined) await writeLook(resolve(cli.io.cwd, flags.look), options, outcome, replayWords(scenario, flags), cli);
  cli.exit(exitCode(outcome.result));
}

/** The seed that is asked for, or null where the failing run brings its own. */
function askedSeed(text: string | undefined, scenario: string): number | null {
  if (text === undefined && isFailureFile(scenario)) return null;
  if (text === undefined) throw new Failure("--seed is missing: which of the scenario's seeds is to be run again?");
  const seed = parseSeed(text);
  if (seed === undefined) throw new Failure(`--seed ${text}: expected a whole number`);
  return seed;
}

/** A failure is the same run to the bit at its own commit; elsewhere it may be another. */
function sayWhetherSame(found: FailureDocument, outcome: RunOutcome, cli: Cli): void {
  if (outcome.seed !== found.seed) return;
  const same = outcome.fingerprint === found.fingerprint;
  const here = `found at commit ${found.commit} by Node ${found.node.replace(/^v/, "")}`;
  say(cli.io.stderr, same ? `the same run to the bit, ${here}` : `not the same run: ${here}; minimal.yaml is what replays elsewhere`);
}

/** Writes the page to look into the run, if it left its story: a run that crashed has none. */
async function writeLook(path: string, options: Options, outcome: RunOutcome, command: string, cli: Cli): Promise<void> {
  if (outcome.story === null) throw new Failure("the run left nothing to look into");
  const { lookText } = await import("../../sim/run/report/run-report.ts");
  const written = writeWhole(path, lookText({ options, replay: () => command }, outcome, null));
  if (!written.ok) throw new Failure(complaintText(written.error));
  say(cli.io.stderr, `page: ${path}`);
}

function replayWords(scenario: string, flags: Flags): string {
  const seed = flags.seed === undefined ? [] : ["--seed", flags.seed];
  const until = flags.until === undefined ? [] : ["--until", flags.until];
  const point = flags.point === undefined ? [] : ["--point", flags.point];
  return shellText(["peerstead", "replay", scenario, ...seed, ...until, ...point, ...changeWords(flags)]);
}

async function parseUntil(text: string | undefined): Promise<number | null> {
  if (text === undefined) return null;
  const { microseconds } = await import("../../sim/run/scenario/quantity.ts");
  const us = microseconds(text);
  if (us === undefined || !(us > 0)) throw new Failure(`--until ${text}: expected a time such as 90s, 10m or 2h`);
  return Math.round(us);
}

/** A trace is written beside its place and takes it when it is whole (ST3). */
function traceTarget(path: string): { readonly path: string; readonly partial: string } {
  mkdirSync(dirname(path), { recursive: true });
  return { path, partial: `${path}.partial-${process.pid}` };
}

function onlyOutcome(results: readonly PointOutcome[]): RunOutcome {
  const outcome = results[0]?.outcomes[0];
  if (outcome === undefined) throw new Error("a campaign of one seed left no outcome");
  return outcome;
}

function sayOutcome(scenario: string, outcome: RunOutcome, cli: Cli): void {
  const { stdout } = cli.io;
  say(stdout, `${scenario}, seed ${outcome.seed}: ${outcome.result}`);
  say(stdout, `fingerprint  ${outcome.fingerprint || "none"}`);
  say(stdout, `decisions    ${outcome.decisions || "none"}`);
  say(stdout, `events       ${outcome.events} in ${clock(outcome.virtual_s)} of virtual time`);
  const ladder = outcome.ladder.rungs;
  const shown = ladder.slice(-RUNGS_SHOWN).join(" ");
  const before = Math.max(0, ladder.length - RUNGS_SHOWN);
  say(stdout, `ladder       ${counted(ladder.length, "rung")}${shown === "" ? "" : `: ${before > 0 ? "… " : ""}${shown}`}`);
  say(stdout, `violations   ${outcome.violationsTotal}`);
  for (const violation of outcome.violations) say(stdout, `  ${violation.rule} at ${clock(violation.at_s)}: ${violation.message}`);
}
