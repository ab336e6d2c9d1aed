/** What a campaign does with the seeds that failed: gathers them, cuts one of each kind down, and makes its files. */
import { join } from "node:path";
import type { Options } from "../../sim/options.ts";
import type { FuzzFailure, Suspects } from "../../sim/run/fuzz/failures.ts";
import type { SwarmOutcome } from "../../sim/run/fuzz/swarm-run.ts";
import type { ReportFile } from "../../sim/run/report/run-report.ts";
import type { Minimal } from "../../sim/run/shrink/minimise.ts";
import { counted } from "./failure.ts";
import { say, type Cli } from "./io.ts";

/** Kinds of failures that are cut down; the others are told with their seeds. */
const KINDS_MAX = 12;
/** Wall time for one of them. */
const LIMIT_MS = 10_000;

/** Where the files will stand, as an absolute path and as it is shown in commands. */
export type Place = { readonly workers: number; readonly folder: string; readonly shown: string; readonly commit: string };

/** Failures by signature, and the files that they leave beneath the report folder. */
export async function cutDown(
  base: Options,
  outcomes: readonly SwarmOutcome[],
  place: Place,
  cli: Cli,
): Promise<{ readonly failures: readonly FuzzFailure[]; readonly files: readonly ReportFile[] }> {
  const { failedSeeds } = await import("../../sim/run/fuzz/document.ts");
  const { gathered, merged } = await import("../../sim/run/fuzz/failures.ts");
  const suspects = gathered(failedSeeds(outcomes));
  if (suspects.length === 0) return { failures: [], files: [] };
  say(cli.io.stderr, `peerstead: ${counted(suspects.length, "kind")} of failure to cut down, at most ${LIMIT_MS / 1000} s each`);
  const minimals = await minimalsOf(base, suspects.slice(0, KINDS_MAX), place.workers);
  const told: { failure: FuzzFailure; files: ReportFile[] }[] = [];
  for (const [index, suspect] of suspects.entries()) told.push(await explained(base, suspect, minimals[index] ?? null, place));
  const failures = merged(told.map(({ failure }) => failure));
  const kept = new Set(failures.map((failure) => failure.folder));
  return { failures, files: told.flatMap(({ failure, files }) => (kept.has(failure.folder) ? files : [])) };
}

async function minimalsOf(base: Options, suspects: readonly Suspects[], workers: number): Promise<(Minimal | null)[]> {
  const { openShrinker } = await import("../../sim/run/shrink/shrinker.ts");
  const { drawSwarm } = await import("../../sim/run/swarm/draw.ts");
  const shrinker = openShrinker(Math.min(workers, suspects.length));
  try {
    return await Promise.all(
      suspects.map(({ rule, first }) =>
        shrinker.shrink({ options: drawSwarm(base, first.seed), seed: first.seed, rule, limitMs: LIMIT_MS }),
      ),
    );
  } finally {
    await shrinker.close();
  }
}

async function explained(
  base: Options,
  suspect: Suspects,
  minimal: Minimal | null,
  place: Place,
): Promise<{ failure: FuzzFailure; files: ReportFile[] }> {
  const { rule, result, first, seeds } = suspect;
  const { minimalLine, signatureOf } = await import("../../sim/run/fuzz/failures.ts");
  const { drawSwarm } = await import("../../sim/run/swarm/draw.ts");
  const options = drawSwarm(base, first.seed);
  const violation = first.violations[0];
  const signature = signatureOf(rule, minimal?.violation ?? violation ?? { rule, at_s: 0, message: "" }, minimal?.options ?? options);
  const folder = `failures/${rule.toLowerCase()}-seed-${first.seed}`;
  const failure: FuzzFailure = {
    signature,
    result,
    seeds,
    message: violation?.message ?? "",
    at_s: violation?.at_s ?? 0,
    minimal: minimal === null ? null : minimalLine(minimal),
    folder,
  };
  const { artefactsOf } = await import("../../sim/run/fuzz/artefacts.ts");
  const { runSeed } = await import("../../sim/run/run-seed.ts");
  // The whole run again, for its ladder: a campaign keeps none. A crash has left none.
  const outcome = result === "crash" ? first : { ...runSeed(options, first.seed), result: first.result, violations: first.violations };
  const found = { commit: place.commit, node: process.version, options, outcome, signature, minimal, folder: join(place.shown, folder) };
  return { failure, files: artefactsOf(found).map(({ name, text }) => ({ name: join(folder, name), text })) };
}
