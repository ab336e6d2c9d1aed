/** The program of a process that runs scenarios (run-process.ts). Its argument is a request as JSON, its answer one report as JSON on stdout. */
import { readFileSync } from "node:fs";
import { runCampaign } from "../../sim/run/campaign.ts";
import { openPool } from "../../sim/run/pool.ts";
import { runSeed } from "../../sim/run/run-seed.ts";
import { loadScenario } from "../../sim/run/scenario/load.ts";
import type { Options } from "../../sim/options.ts";
import type { RunOutcome } from "../../sim/outcome.ts";
import { err } from "../../src/base/result.ts";
import { readText } from "../../src/compat/files.ts";
import type { RunFigures, RunJob, RunReport, RunRequest } from "./run-job.ts";

const US_PER_S = 1_000_000;
const MB = 1_048_576;

function optionsOf(job: RunJob): Options {
  const sets = Object.entries(job.sets).map(([path, value]) => ({ path, value }));
  const file = new URL(`../../scenarios/${job.scenario}.yaml`, import.meta.url).pathname;
  const read = (path: string) => {
    const text = readText(path);
    return text.ok ? text : err(text.error.message);
  };
  const loaded = loadScenario(decodeURIComponent(file), { sets, dataDir: null, readText: read });
  if (!loaded.ok) throw new Error(loaded.error.map((one) => `${one.file}:${one.line}: ${one.message}`).join("; "));
  return loaded.value[0]!.options;
}

function figuresOf(outcome: RunOutcome, wall_s: number, cpu_s: number): RunFigures {
  if (outcome.result === "crash") throw new Error(outcome.violations[0]?.message ?? "a run crashed");
  const { virtual_s, events, decisions, fingerprint } = outcome;
  return { wall_s, cpu_s, virtual_s, events, decisions, fingerprint };
}

async function runAlone(job: RunJob, options: Options): Promise<RunFigures> {
  // A long loop entered before the first await runs several times slower in V8; workers wait for the same reason.
  await Promise.resolve();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const outcome = runSeed(options, job.seed, job.untilS === null ? {} : { until: job.untilS * US_PER_S });
  const wall_s = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return figuresOf(outcome, wall_s, (user + system) / US_PER_S);
}

/** All jobs over worker threads, as the command runs them; each job is a sweep point of one seed. */
async function runPooled(jobs: readonly RunJob[], points: readonly Options[], workers: number): Promise<RunFigures[]> {
  const pool = openPool({ workers, slots: jobs.length, twice: false, timeoutS: null, stacks: true });
  const work = jobs.map(({ seed, untilS }, index) => ({
    options: points[index]!,
    seeds: [seed],
    budgetS: null,
    until: untilS === null ? null : untilS * US_PER_S,
    trace: null,
    stories: 0,
  }));
  try {
    const { signal } = new AbortController();
    const done = await runCampaign(work, pool.run, { lanes: workers, signal, now: () => performance.now() });
    return done.map(({ outcomes: [outcome] }) => figuresOf(outcome!, outcome!.wall_s, 0));
  } finally {
    await pool.close();
  }
}

/** Peak memory of this process in MB. The system's count over all its life would begin with the parent's, so Linux is asked for the program's own. */
function peakMb(): number {
  try {
    const own = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    if (own !== null) return Number(own[1]) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}

async function main({ jobs, workers }: RunRequest): Promise<void> {
  const points = jobs.map(optionsOf);
  const before_mb = process.memoryUsage.rss() / MB;
  const begun = performance.now();
  const runs: RunFigures[] = [];
  if (workers !== null) runs.push(...(await runPooled(jobs, points, workers)));
  else for (const [index, job] of jobs.entries()) runs.push(await runAlone(job, points[index]!));
  const wall_s = (performance.now() - begun) / 1000;
  const { hosts, players, maps } = points.at(-1)!;
  const entities = hosts.count + players.initial + maps.names.length;
  const report: RunReport = { runs, wall_s, peak_mb: peakMb(), before_mb, entities };
  process.stdout.write(JSON.stringify(report));
}

await main(JSON.parse(process.argv[2]!) as RunRequest);
