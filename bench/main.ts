/**
 * `npm run bench`: runs the benches named, or all; figures on stdout, progress on stderr. Ends with 1 when a bench cannot
 * be believed (peers that disagree, a run that broke); an aim that is missed is told and is no error, because it may be
 * the machine's.
 */
import { parseArgs } from "node:util";
import { capacityBench } from "./capacity.bench.ts";
import { movedText, readBaseline, updatedBaseline, writeBaseline } from "./lib/baseline.ts";
import { loadNow, thisMachine } from "./lib/machine.ts";
import { gameBench } from "./game.bench.ts";
import { type BenchPlan, type BenchReport, detailText, reaches, rowsText } from "./lib/rows.ts";
import { partsBench } from "./parts.bench.ts";
import { queueBench } from "./queue.bench.ts";
import { scoringBench } from "./scoring.bench.ts";
import { sealBench } from "./seal.bench.ts";
import { syncBench } from "./sync.bench.ts";

const BENCHES: ReadonlyMap<string, (plan: BenchPlan) => Promise<BenchReport>> = new Map([
  ["queue", queueBench],
  ["scoring", scoringBench],
  ["parts", partsBench],
  ["seal", sealBench],
  ["game", gameBench],
  ["sync", syncBench],
  ["capacity", capacityBench],
]);

const HELP = `Usage: npm run bench -- [${[...BENCHES.keys()].join(" | ")}]... [--smoke] [--json] [--update]

  --smoke    tiny sizes, a few seconds: everything runs and agrees; the figures say nothing
  --json     the report as one JSON document
  --update   writes the ratios to bench/baseline.json
`;

type Flags = { readonly smoke: boolean; readonly json: boolean; readonly update: boolean };

/** Runs benches one after the other, so that none takes another's core. */
async function runAll(names: readonly string[], plan: BenchPlan): Promise<BenchReport> {
  const reports: BenchReport[] = [];
  for (const name of names) reports.push(await BENCHES.get(name)!(plan));
  const report = {
    rows: reports.flatMap((one) => one.rows),
    details: reports.flatMap((one) => one.details),
    absent: reports.flatMap((one) => one.absent),
  };
  for (const row of report.rows) {
    if (!Number.isFinite(row.value) || row.value <= 0) throw new Error(`${row.id} has no figure: ${row.value}`);
  }
  return report;
}

function show(report: BenchReport, flags: Flags, loads: readonly number[]): void {
  const machine = thisMachine();
  const baseline = flags.smoke ? null : readBaseline();
  const moved = baseline === null ? [] : movedText(report.rows, baseline, machine);
  if (flags.update && !flags.smoke) writeBaseline(updatedBaseline(report.rows, baseline, machine));
  if (flags.json) {
    console.log(JSON.stringify({ smoke: flags.smoke, machine, load: loads, ...report, moved }, null, 2));
    return;
  }
  if (flags.smoke) {
    // The figures of tiny sizes say nothing, so they are not shown.
    console.log([...report.absent.map(absence), `${report.rows.length} figures: every bench ran, and all sides agreed.`].join("\n"));
    return;
  }
  const said = [
    `${machine.cores} cores, ${machine.model}, Node ${machine.node}; load ${loads.map((load) => load.toFixed(1)).join(" before, ")} after`,
    ...report.details.map(detailText),
    rowsText(report.rows, baseline?.ratios ?? {}),
    ...report.absent.map(absence),
  ];
  if (baseline !== null) said.push(["Moved against the baseline:", ...(moved.length === 0 ? ["nothing"] : moved)].join("\n  "));
  console.log([...said, verdict(report)].join("\n\n"));
}

function absence(what: string): string {
  return `Not measured against ${what}.`;
}

function verdict(report: BenchReport): string {
  const aimed = report.rows.filter((row) => row.aim !== null);
  const missed = aimed.filter((row) => !reaches(row));
  if (aimed.length === 0) return "These figures have no aims.";
  if (missed.length === 0) return `All ${aimed.length} aims are reached.`;
  return `${missed.length} of ${aimed.length} aims missed: ${missed.map((row) => row.id).join(", ")}.`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const unknown = positionals.find((name) => !BENCHES.has(name));
if (values.help) {
  console.log(HELP);
} else if (unknown !== undefined) {
  console.error(`no bench is called ${unknown}\n\n${HELP}`);
  process.exitCode = 1;
} else {
  const begun = performance.now();
  const log = (line: string): void => console.error(`[${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s] ${line}`);
  const before = loadNow();
  const report = await runAll(positionals.length > 0 ? positionals : [...BENCHES.keys()], { smoke: values.smoke, log });
  show(report, values, [before, loadNow()]);
}
