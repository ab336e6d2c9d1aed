/**
 * Whole capacity runs: how much faster than life they go, what they hold in memory, where the time goes, how cost grows with
 * the number of hosts, what a second worker brings, and what computed heartbeats spare. Every run has a process of its own.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CpuProfile, profileShares } from "./lib/profile.ts";
import type { Aim, BenchPlan, BenchReport, BenchRow, Detail } from "./lib/rows.ts";
import { rowOf } from "./lib/rows.ts";
import type { RunFigures, RunJob, RunReport } from "./lib/run-job.ts";
import { runJobs } from "./lib/run-process.ts";
import { median, ratiosOf } from "./lib/statistics.ts";

const ROOT = new URL("../", import.meta.url).href;
const MB = 1_048_576;

type Part = { readonly rows: BenchRow[]; readonly details: Detail[] };
type Job = Partial<RunJob> & Pick<RunJob, "scenario">;
type Sized = {
  readonly job: Job;
  readonly rounds: number;
  readonly realTime: Aim | null;
  readonly wallS: Aim | null;
  readonly memoryMb: Aim | null;
};

/** What is run: the sizes that are asked about, or the same shapes small enough for seconds. */
type Sizes = {
  readonly runs: readonly Sized[];
  readonly profiled: Job;
  /** Hosts of the growth runs, from few to many, and virtual seconds; each size runs as many seeds as make up the hosts of the largest, at most `seedsMax`. */
  readonly growth: { readonly hosts: readonly number[]; readonly untilS: number; readonly seedsMax: number };
  readonly workers: { readonly job: Job; readonly seeds: number; readonly rounds: number; readonly aim: Aim | null };
  readonly heartbeats: { readonly job: Job; readonly rounds: number };
};

const TINY = { "fleet.hosts.count": "60", "fleet.players.peak": "300", "fleet.maps.count": "20", "vps.slots": "16" };

const FULL: Sizes = {
  runs: [
    { job: { scenario: "capacity/five-hundred" }, rounds: 5, realTime: null, wallS: { most: 20 }, memoryMb: null },
    { job: { scenario: "capacity/hundred-thousand" }, rounds: 3, realTime: { least: 200 }, wallS: null, memoryMb: { most: 2048 } },
    // Twenty hosts, sixty maps with a game on each, a thousand players: the whole run, with everything that judges it.
    { job: { scenario: "capacity/games" }, rounds: 3, realTime: { least: 20 }, wallS: null, memoryMb: null },
    { job: { scenario: "capacity/million" }, rounds: 1, realTime: { least: 10 }, wallS: null, memoryMb: { most: 2048 } },
  ],
  profiled: { scenario: "capacity/hundred-thousand" },
  growth: { hosts: [1_000, 10_000, 100_000], untilS: 600, seedsMax: 10 },
  // Long enough that starting a thread, and compiling in it, weighs little: as in a real campaign.
  workers: { job: { scenario: "capacity/evening-peak" }, seeds: 4, rounds: 1, aim: { least: 1.6 } },
  heartbeats: { job: { scenario: "capacity/five-hundred" }, rounds: 3 },
};

const SMOKE: Sizes = {
  runs: [{ job: { scenario: "capacity/five-hundred", sets: TINY, untilS: 300 }, rounds: 1, realTime: null, wallS: null, memoryMb: null }],
  profiled: { scenario: "capacity/five-hundred", sets: TINY, untilS: 300 },
  growth: { hosts: [100, 200], untilS: 30, seedsMax: 1 },
  workers: { job: { scenario: "capacity/five-hundred", sets: TINY, untilS: 120 }, seeds: 2, rounds: 1, aim: null },
  heartbeats: { job: { scenario: "capacity/five-hundred", sets: TINY, untilS: 120 }, rounds: 1 },
};

function jobOf({ sets = {}, seed = 1, untilS = null, scenario }: Job): RunJob {
  return { scenario, sets, seed, untilS };
}

function alone(job: Job, flags: readonly string[] = []): Promise<RunReport> {
  return runJobs({ jobs: [jobOf(job)], workers: null }, flags);
}

/** Speed and memory of one scenario: each round a new process, start-up left out. */
async function runPart({ job, rounds, realTime, wallS, memoryMb }: Sized, log: BenchPlan["log"]): Promise<Part> {
  const reports: RunReport[] = [];
  for (let round = 0; round < rounds; round++) {
    log(`${job.scenario}: run ${round + 1} of ${rounds}`);
    reports.push(await alone(job));
  }
  const runs = reports.map((report) => report.runs[0]!);
  const entities = reports[0]!.entities;
  const held = median(reports.map((report) => report.peak_mb - report.before_mb));
  const figure = (name: string, of: (run: RunFigures) => number, unit: string) => ({ name, value: median(runs.map(of)), unit });
  const id = job.scenario;
  return {
    rows: [
      rowOf(id, "virtual seconds per wall second", "x real time", speeds(runs, "wall_s"), realTime),
      rowOf(`${id}/cpu`, "virtual seconds per second of processor time, all threads", "x real time", speeds(runs, "cpu_s"), null),
      rowOf(`${id}/wall`, "wall time of a run", "s", column(runs, "wall_s"), wallS),
      rowOf(
        `${id}/memory`,
        "peak memory of the process",
        "MB",
        reports.map((report) => report.peak_mb),
        memoryMb,
      ),
    ],
    details: [
      {
        title: `A run of ${id}: ${entities} machines, maps and players at its start`,
        items: [
          figure("events", (run) => run.events, "in all"),
          figure("events a second", (run) => run.events / run.wall_s, "1/s"),
          figure("processor time of an event", (run) => (1e6 * run.cpu_s) / run.events, "us"),
          { name: "memory of a machine, map or player", value: (held * MB) / entities, unit: "bytes" },
        ],
      },
    ],
  };
}

function column(runs: readonly RunFigures[], key: "wall_s" | "cpu_s"): number[] {
  return runs.map((run) => run[key]);
}

function speeds(runs: readonly RunFigures[], key: "wall_s" | "cpu_s"): number[] {
  return runs.map((run) => run.virtual_s / run[key]);
}

/** Where the time of a run goes: by folder, and the functions that take most. */
async function profilePart(job: Job, log: BenchPlan["log"]): Promise<Part> {
  log(`${job.scenario}: where the time goes`);
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  try {
    await alone(job, ["--cpu-prof", "--cpu-prof-dir", folder]);
    const profile = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8")) as CpuProfile;
    const { folders, functions } = profileShares(profile, ROOT);
    return {
      rows: [],
      details: [
        { title: `Where the time of ${job.scenario} goes`, items: folders },
        { title: "Functions that take most of it", items: functions },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A world of that many hosts, ten players each; all sizes have one shape, so that only the size differs. */
function grownJob(hosts: number, untilS: number, seed: number): RunJob {
  const sets = {
    "fleet.hosts.count": `${hosts}`,
    "fleet.players.peak": `${hosts * 10}`,
    "fleet.maps.count": `${hosts / 5}`,
    "fleet.maps.critical": `${Math.round(hosts / 200)}`,
    "vps.slots": `${Math.round(hosts * 0.16)}`,
  };
  return { scenario: "capacity/million", sets, seed, untilS };
}

/** Processor time of a host-hour by number of hosts, against the smallest number. A first run of the smallest size warms each process up. */
async function growthPart({ hosts, untilS, seedsMax }: Sizes["growth"], log: BenchPlan["log"]): Promise<Part> {
  const costs: number[] = [];
  for (const count of hosts) {
    log(`cost by number of hosts: ${count}`);
    const seeds = Math.min(seedsMax, hosts.at(-1)! / count);
    const jobs = [grownJob(hosts[0]!, untilS, 1), ...Array.from({ length: seeds }, (_, i) => grownJob(count, untilS, 1 + i))];
    const { runs } = await runJobs({ jobs, workers: null });
    const cpuS = column(runs.slice(1), "cpu_s").reduce((sum, s) => sum + s, 0);
    costs.push((1000 * cpuS) / ((seeds * count * untilS) / 3600));
  }
  return {
    rows: hosts
      .slice(1)
      .map((count, i) =>
        rowOf(
          `capacity/growth/${count}`,
          `cost of a host-hour at ${count} hosts against ${hosts[0]}`,
          "x",
          [costs[i + 1]! / costs[0]!],
          null,
        ),
      ),
    details: [
      {
        title: "Processor time of a host-hour, ten players a host",
        items: hosts.map((count, i) => ({ name: `${count} hosts`, value: costs[i]!, unit: "ms" })),
      },
    ],
  };
}

/** Wall time of the same seeds with one worker and with two, in turns. Throws when the runs are not equal. */
async function workersPart({ job, seeds, rounds, aim }: Sizes["workers"], log: BenchPlan["log"]): Promise<Part> {
  const jobs = Array.from({ length: seeds }, (_, i) => jobOf({ ...job, seed: 1 + i }));
  const walls: [number[], number[]] = [[], []];
  const prints = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    log(`one worker and two: ${seeds} seeds of ${job.scenario}, round ${round + 1} of ${rounds}`);
    for (const workers of [1, 2] as const) {
      const { runs, wall_s } = await runJobs({ jobs, workers });
      walls[workers - 1]!.push(wall_s);
      prints.add(runs.map((run) => run.fingerprint).join());
    }
  }
  if (prints.size > 1) throw new Error("one worker and two left different runs of the same seeds");
  const what = `${seeds} seeds of ${job.scenario}: how much sooner two workers are done than one`;
  return {
    rows: [rowOf("capacity/two-workers", what, "x", ratiosOf(walls[0], walls[1]), aim)],
    details: [
      {
        title: `${seeds} seeds of ${job.scenario}, wall time with starting up`,
        items: walls.map((wall, i) => ({ name: `${i + 1} worker${i === 0 ? "" : "s"}`, value: median(wall), unit: "s" })),
      },
    ],
  };
}

/** Processor time of a run with every heartbeat scheduled against one with computed heartbeats. Throws when decisions differ. */
async function heartbeatsPart({ job, rounds }: Sizes["heartbeats"], log: BenchPlan["log"]): Promise<Part> {
  const lazy: RunFigures[] = [];
  const eager: RunFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    log(`computed heartbeats and scheduled ones: ${job.scenario}, round ${round + 1} of ${rounds}`);
    lazy.push((await alone(job)).runs[0]!);
    eager.push((await alone({ ...job, sets: { ...job.sets, heartbeats: "eager" } })).runs[0]!);
  }
  if (new Set([...lazy, ...eager].map((run) => run.decisions)).size > 1) throw new Error("computed heartbeats led to other decisions");
  const ratios = ratiosOf(column(eager, "cpu_s"), column(lazy, "cpu_s"));
  const events = (runs: readonly RunFigures[]): number => runs[0]!.events;
  return {
    rows: [rowOf("capacity/lazy-heartbeats", `${job.scenario}: how much less processor time computed heartbeats take`, "x", ratios, null)],
    details: [
      {
        title: `Events of ${job.scenario}`,
        items: [
          { name: "heartbeats computed", value: events(lazy), unit: "" },
          { name: "heartbeats scheduled", value: events(eager), unit: "" },
        ],
      },
    ],
  };
}

/** All capacity measurements, one process at a time (smoke: all at once). Throws when a run fails or runs that must agree do not. */
export async function capacityBench({ smoke, log }: BenchPlan): Promise<BenchReport> {
  const sizes = smoke ? SMOKE : FULL;
  const steps: (() => Promise<Part>)[] = [
    ...sizes.runs.map((run) => () => runPart(run, log)),
    () => profilePart(sizes.profiled, log),
    () => growthPart(sizes.growth, log),
    () => workersPart(sizes.workers, log),
    () => heartbeatsPart(sizes.heartbeats, log),
  ];
  const parts: Part[] = smoke ? await Promise.all(steps.map((step) => step())) : [];
  if (!smoke) for (const step of steps) parts.push(await step());
  return { rows: parts.flatMap((part) => part.rows), details: parts.flatMap((part) => part.details), absent: [] };
}
