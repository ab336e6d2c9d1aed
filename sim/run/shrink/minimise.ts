/**
 * Cuts a failing run down to what it needs to fail: first its end, then faults, machines, players and maps, then strengths and settings, then the
 * noise around them. A cut stands if the same rule is still broken; whatever else changes with it does not matter.
 */
import { US_PER_S } from "../../../src/base/time.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome, Violation } from "../../outcome.ts";
import { Attempts, brokenBy, type RunOnce } from "./attempts.ts";
import { cutEntities } from "./cut-entities.ts";
import { cutFaults, cutHorizon } from "./cut-faults.ts";
import { cutSettings, quieten } from "./cut-noise.ts";
import { listMachines } from "./list-machines.ts";
import { comes } from "./machines.ts";

/** Times round; most failures are as small as they get after two. */
const ROUNDS_MAX = 6;

/** A failure that was cut down. */
export type Minimal = {
  readonly options: Options;
  readonly violation: Violation;
  readonly outcome: RunOutcome;
  /** Runs made, the two that verify included. */
  readonly runs: number;
  /** The minimal run was made twice more, and both times was the same to the bit and broke the rule. */
  readonly verified: boolean;
  /** Time was over before nothing more could be left out. */
  readonly unfinished: boolean;
};

/**
 * Minimises. `options` are explicit (a swarm's drawn ones) and break `rule` under `run`; `spent` says when to stop. Gives null when the first run does
 * not break the rule, which then was no failure of these options.
 */
export function minimise(options: Options, seed: number, rule: string, run: RunOnce, spent: () => boolean): Minimal | null {
  const attempts = new Attempts(options, seed, rule, run, spent);
  if (!attempts.still({})) return null;
  // Round again: what is smaller now may let go what was needed before.
  for (let round = 0; round < ROUNDS_MAX; round++) {
    listMachines(attempts);
    const before = weight(attempts.options);
    for (const pass of [cutHorizon, cutFaults, cutEntities, cutSettings, quieten]) pass(attempts);
    if (weight(attempts.options) === before) break;
  }
  const verified = [0, 1].every(() => {
    const again = attempts.once(attempts.options);
    return again !== null && again.fingerprint === attempts.outcome.fingerprint && brokenBy(again, rule) !== undefined;
  });
  return {
    options: attempts.options,
    violation: brokenBy(attempts.outcome, rule) as Violation,
    outcome: attempts.outcome,
    runs: attempts.runs,
    verified,
    unfinished: spent(),
  };
}

/** How much there is to read in a run: when it no longer falls, nothing more can be left out. */
function weight(options: Options): number {
  const hosts = options.hosts.list?.filter((host) => comes(host, options)).length ?? options.hosts.count;
  return options.faults.length + hosts + options.players.initial + options.maps.names.length + options.durationUs / US_PER_S;
}
