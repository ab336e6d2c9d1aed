/** What a bench asks of a process that runs scenarios, and what it is answered. */

/** One run of a scenario. `untilS`: virtual seconds after which it stops early, or null. */
export type RunJob = {
  readonly scenario: string;
  readonly sets: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly untilS: number | null;
};

/** Jobs for one process: one after the other on its main thread, or over that many worker threads, as the command does. */
export type RunRequest = { readonly jobs: readonly RunJob[]; readonly workers: number | null };

/** What is left of one run. CPU seconds count all threads of the process, the collector's too; they are 0 for runs on worker threads. */
export type RunFigures = {
  readonly wall_s: number;
  readonly cpu_s: number;
  readonly virtual_s: number;
  readonly events: number;
  readonly decisions: string;
  readonly fingerprint: string;
};

/**
 * What a process leaves: runs in the order of jobs, wall seconds from the first start to the last end (threads started within), its peak memory and
 * what it held before its first run, in MB, and the machines, maps and players at the start of the last job.
 */
export type RunReport = {
  readonly runs: readonly RunFigures[];
  readonly wall_s: number;
  readonly peak_mb: number;
  readonly before_mb: number;
  readonly entities: number;
};
