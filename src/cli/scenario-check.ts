/** `peerstead scenario check`: whether a scenario file is right, and what it comes to. */
import type { Command } from "commander";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { complaintText, type Complaint } from "../base/result.ts";
import { clock } from "../base/text/clock.ts";
import { US_PER_S } from "../base/time.ts";
import { counted, EXIT_USAGE, Failure } from "./failure.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { openScenario } from "./scenario-file.ts";
import { collect } from "./flags.ts";

type Flags = { readonly set?: readonly string[]; readonly data?: string; readonly json?: boolean };

/** Adds the command below `scenario`. */
export function addScenarioCheck(scenario: Command, cli: Cli): void {
  scenario
    .command("check")
    .description("check a scenario file with everything it extends")
    .argument("<scenario>", "a path to a scenario file or a shipped scenario's name")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--json", "answer with one JSON document: {ok, errors, points}")
    .addHelpText("after", "\nExample:\n  peerstead scenario check my-evening.yaml")
    .action((file: string, flags: Flags) => check(file, flags, cli));
}

async function check(file: string, flags: Flags, cli: Cli): Promise<void> {
  const { io } = cli;
  let points: readonly Expanded[] = [];
  let errors: readonly Complaint[] = [];
  try {
    points = await openScenario(file, flags, cli);
  } catch (error) {
    // Complaints are this command's answer; anything else is an error of the call.
    if (!(error instanceof Failure) || error.complaints.length === 0) throw error;
    errors = error.complaints;
  }
  if (flags.json === true) sayJson(io, { ok: errors.length === 0, errors, points: points.map(pointSummary) });
  for (const complaint of errors) say(io.stderr, complaintText(complaint));
  if (flags.json !== true && errors.length > 0) say(io.stderr, `${file}: ${counted(errors.length, "error")}`);
  if (flags.json !== true && errors.length === 0) sayPoints(file, points, cli);
  if (errors.length > 0) cli.exit(EXIT_USAGE);
}

function pointSummary(point: Expanded): unknown {
  return { scenario: point.options.scenario, sweep_point: point.sweepPoint, seeds: point.seeds, options: point.options };
}

function sayPoints(file: string, points: readonly Expanded[], cli: Cli): void {
  say(cli.io.stdout, `${file}: ok, ${counted(points.length, "point")}`);
  for (const { options, seeds, sweepPoint } of points) {
    const sweep = Object.entries(sweepPoint).map(([name, value]) => `${name}=${String(value)}`);
    const parts = [
      `${options.modes.join("+")} for ${clock(options.durationUs / US_PER_S)}`,
      counted(seeds.count, "seed"),
      `${options.hosts.count} hosts`,
      `${options.maps.names.length} maps`,
      counted(options.faults.length, "fault"),
    ];
    say(cli.io.stdout, `  ${[...sweep, parts.join(", ")].join("  ")}`);
  }
}
