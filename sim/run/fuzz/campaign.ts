/** The parts of a campaign that are not seeds: its canary, the fingerprint of the whole, where its worker is. */
import { RollingHash } from "../../../src/base/hash.ts";
import type { Options, PlantedName } from "../../options.ts";
import { isFailure, swarmRun, type SwarmOutcome } from "./swarm-run.ts";

/** The bug that every seed must find. */
const CANARY: PlantedName = "canary";
/** Seeds that try to find it: as many as leave no doubt. */
const CANARY_SEEDS = 3;

/** Runs the canary: a campaign that does not find it has lost its rules, or runs nothing at all. */
export function canaryOf(options: Options, from: number): { readonly seeds: number; readonly caught: boolean } {
  for (let seeds = 1; seeds <= CANARY_SEEDS; seeds++) {
    if (isFailure(swarmRun({ ...options, planted: [CANARY] }, from + seeds - 1).result)) return { seeds, caught: true };
  }
  return { seeds: CANARY_SEEDS, caught: false };
}

/** One fingerprint of all seeds' in their order: equal campaigns are equal to the bit. */
export function campaignFingerprint(outcomes: readonly SwarmOutcome[]): string {
  const hash = new RollingHash();
  for (const { seed, fingerprint } of outcomes) {
    hash.mix(seed);
    hash.mixString(fingerprint);
  }
  return hash.digest();
}

/** The module that runs a campaign's seeds, in the form this module itself has: TypeScript unbuilt, or JavaScript in dist. */
export function swarmWorker(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
}
