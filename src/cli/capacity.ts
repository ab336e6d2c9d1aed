/** `peerstead capacity`: the largest load at which all thresholds hold, or the least provision that suffices, and what breaks beyond it. */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { RunOutcome } from "../../sim/outcome.ts";
import type { CapacityDocument } from "../../sim/run/capacity/document.ts";
import type { CapacityProbe } from "../../sim/run/capacity/probe.ts";
import type { Found, SearchRange } from "../../sim/run/capacity/search.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { timeoutOf, workersOf } from "./campaign-flags.ts";
import { KeptProbes } from "./capacity-kept.ts";
import { openStudy, type Study, type StudyFlags } from "./capacity-study.ts";
import { counted, EXIT_USAGE } from "./failure.ts";
import { collect } from "./flags.ts";
import { mayColor, say, sayJson, widthOf, type Cli } from "./io.ts";
import { heldFolder, reportFolder } from "./places.ts";
import { sayFiles, writeAll } from "./report-files.ts";
import { withSimulation, type Simulate } from "./simulate.ts";

type Flags = StudyFlags & {
  readonly report: string;
  readonly twice?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
};

const ABOUT = `
Tries both ends and a few values between, then halves the bracket next to the
end that holds, with the same seeds at every value. Which end that is, it finds
out: players are harder to carry the more there are, slots and hosts the fewer.
What is done is kept after a Ctrl-C, and the same command goes on from there.

Examples:
  peerstead capacity capacity/evening-peak --vary fleet.players --from 10000 --to 60000
  peerstead capacity capacity/evening-peak --vary vps.slots --from 160 --to 1 --precision 5%`;

/** Adds the command to the program. `commit` says which Peerstead this is; it is asked when the work begins. */
export function addCapacity(program: Command, cli: Cli, commit: () => string): void {
  program
    .command("capacity")
    .description("find the largest load, or the least provision, at which all thresholds of a scenario hold")
    .argument("<scenario>", "a shipped scenario's name or a path to a scenario file")
    .requiredOption(
      "--vary <path>",
      "number of the scenario to vary, such as fleet.players, fleet.hosts, vps.slots or tuning.mapPlayersMax",
    )
    .requiredOption("--from <value>", "one end of the search; where both ends agree, load grows from here")
    .requiredOption("--to <value>", "the other end, above or below")
    .option("--precision <share>", "how narrow the bracket around the answer must be, relative to the value", "2%")
    .option("--seeds <seeds>", "A..B for the seeds from A to B, N for the first N; the scenario's own when not given")
    .option("--workers <n>", "worker threads; as many as the machine has cores when not given")
    .option("--set <path=value>", "change a field of the scenario; may be given several times", collect)
    .option("--data <dir>", "folder with trace files that the scenario may use")
    .option("--point <n>", "which point of the scenario's sweep, counted from 0")
    .option("--report <dir>", "folder for reports", "reports")
    .option("--timeout <seconds>", "wall time after which a seed is given up; the value then counts as one that breaks")
    .option("--twice", "run every seed twice and compare the fingerprints")
    .option("--fresh", "run everything anew, whatever an interrupted call has kept")
    .option("--json", "answer with one JSON document, the one that is written to the report folder")
    .addHelpText("after", ABOUT)
    .action((scenario: string, flags: Flags) => capacity(scenario, flags, cli, commit));
}

async function capacity(scenario: string, flags: Flags, cli: Cli, commit: () => string): Promise<void> {
  const { io } = cli;
  const manner = { workers: workersOf(flags.workers), twice: flags.twice === true, timeoutS: timeoutOf(flags.timeout) };
  const study = await openStudy(scenario, flags, cli);
  for (const note of study.range.notes) say(io.stderr, note);
  const range: SearchRange = { ...study.range, precision: study.precision };
  const { openers } = await import("../../sim/run/capacity/search.ts");
  const opening = openers(range);
  // A value that makes no valid scenario is found before anything is run.
  const ends = await Promise.all(opening.map((value) => study.at(value)));
  const name = `capacity-${flags.vary.replaceAll(/[^A-Za-z0-9_-]+/g, "-")}`;
  const folder = reportFolder(resolve(io.cwd, flags.report), study.first.options.scenario);
  const made = commit();
  const held = heldFolder(folder);
  try {
    const key = await keyOf(study, [study.first, ends.at(-1) ?? study.first], manner, made);
    const kept = await KeptProbes.open(join(folder, `${name}.progress.json`), key, made, flags.fresh === true, cli);
    const slots = opening.length * study.seeds.length;
    const interrupted = (): string =>
      kept.count === 0 ? "no probe was done" : `${counted(kept.count, "probe")} kept; the same command goes on from there`;
    const searched = await withSimulation({ ...manner, slots, interrupted }, cli, (run) => search(study, range, kept, run, made));
    const document = await documentOf(study, flags, searched, made);
    const { capacityPage } = await import("../../sim/run/report/capacity-page.ts");
    const files = [
      { name: `${name}.json`, text: `${JSON.stringify(document, null, 2)}\n` },
      { name: `${name}.html`, text: await capacityPage(document) },
    ];
    const written = writeAll(folder, files, io);
    await answer(document, flags.json === true, cli);
    if (written) {
      kept.remove();
      sayFiles(folder, files, io);
    }
    const { exitCode } = await import("../../sim/run/document.ts");
    cli.exit(written ? exitCode(document.result) : EXIT_USAGE);
  } finally {
    held.release();
  }
}

async function keyOf(
  study: Study,
  ends: readonly [Expanded, Expanded],
  manner: { readonly twice: boolean; readonly timeoutS: number | null },
  commit: string,
): Promise<string> {
  const { searchKey } = await import("../../sim/run/capacity/kept.ts");
  const { twice, timeoutS } = manner;
  const { range, seeds } = study;
  return searchKey({
    path: range.path,
    ends: [ends[0].options, ends[1].options],
    seeds,
    commit,
    timeoutS,
    twice,
    command: study.run(range.from),
  });
}

type Searched = { readonly found: Found; readonly probes: readonly CapacityProbe[] };

/** Tries what the search asks for, step by step, until it is done. */
async function search(study: Study, range: SearchRange, kept: KeptProbes, run: Simulate, commit: string): Promise<Searched> {
  const { nextStep, probesExpected } = await import("../../sim/run/capacity/search.ts");
  const probes: CapacityProbe[] = [];
  for (;;) {
    const step = nextStep(range, probes);
    if (step.done) return { found: step.found, probes };
    const missing = step.next.filter((value) => kept.of(value) === undefined);
    const before = probes.length + step.next.length - missing.length;
    const all = Math.max(probesExpected(range, probes), before + missing.length);
    if (missing.length > 0) await runProbes(study, missing, { before, all }, kept, run, commit);
    for (const value of step.next) {
      const probe = kept.of(value);
      if (probe === undefined) throw new Error("a probe was run and left nothing");
      probes.push(probe);
    }
  }
}

/** Runs all seeds of some values as one campaign and keeps each value as soon as its last seed is done. */
async function runProbes(
  study: Study,
  values: readonly number[],
  place: { readonly before: number; readonly all: number },
  kept: KeptProbes,
  run: Simulate,
  commit: string,
): Promise<void> {
  const [{ buildDocument }, { probeOf }] = await Promise.all([
    import("../../sim/run/document.ts"),
    import("../../sim/run/capacity/probe.ts"),
  ]);
  const points = await Promise.all(values.map((value) => study.at(value)));
  const outcomes: RunOutcome[][] = values.map(() => []);
  const done = (index: number, outcome: RunOutcome): void => {
    const ran = outcomes[index];
    const [value, point] = [values[index], points[index]];
    if (ran === undefined || value === undefined || point === undefined) return;
    ran.push(outcome);
    if (ran.length < study.seeds.length) return;
    const sorted = ran.toSorted((a, b) => a.seed - b.seed);
    const { options } = point;
    const parts = { options, outcomes: sorted, seeds: sorted.map((each) => each.seed), commit, mode: options.modes.join("+") };
    const replay = (seed: number): string => study.replay(value, seed);
    kept.add(probeOf(value, buildDocument({ ...parts, command: study.run(value), replay })));
  };
  const laterSeeds = (place.all - place.before - values.length) * study.seeds.length;
  await run(points.map(study.work), noteOf(study, values, place), { laterSeeds, done });
}

/** `probe 6 of about 11, fleet.players.peak = 31250`. */
function noteOf({ range }: Study, values: readonly number[], { before, all }: { readonly before: number; readonly all: number }): string {
  const which = values.length === 1 ? `probe ${before + 1}` : `probes ${before + 1} to ${before + values.length}`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const at = values.length === 1 ? `= ${least}${range.suffix}` : `from ${least}${range.suffix} to ${most}${range.suffix}`;
  return `${which} of about ${all}, ${range.path} ${at}`;
}

async function documentOf(study: Study, flags: Flags, { found, probes }: Searched, commit: string): Promise<CapacityDocument> {
  const [{ buildDocument }, { capacityDocument }] = await Promise.all([
    import("../../sim/run/document.ts"),
    import("../../sim/run/capacity/document.ts"),
  ]);
  const { options } = study.first;
  const mode = options.modes.join("+");
  // What a document says of the scenario itself does not depend on runs.
  const frame = buildDocument({ options, outcomes: [], seeds: study.seeds, commit, mode, command: study.command });
  const { scenario, title, definitions, size } = frame;
  return capacityDocument({
    scenario,
    title,
    mode,
    commit,
    command: study.command,
    definitions,
    size,
    options: frame.options,
    vary: flags.vary,
    seeds: study.seeds.toSorted((a, b) => a - b),
    range: study.range,
    precision: study.precision,
    found,
    probes,
  });
}

async function answer(document: CapacityDocument, json: boolean, cli: Cli): Promise<void> {
  const { io } = cli;
  if (json) return sayJson(io, document);
  const { capacityText } = await import("../../sim/run/capacity/summary.ts");
  say(io.stdout, capacityText(document, { width: widthOf(io.stdout), color: mayColor(io, io.stdout) }));
}
