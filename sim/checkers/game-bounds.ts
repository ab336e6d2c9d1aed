/** How long things of a game may take, and how much a failover may lose. SPEC.md states the same formulas with numbers. */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import { defaultSyncTuning, type SyncTuning } from "../../src/core/sync-settings.ts";
import { boundsOf } from "./bounds.ts";
import type { CheckerOptions } from "./checker.ts";

/** What hosts go by where a game runs: the tuning of their queues and copies, and how often a map's image goes to where it may vanish (ms). */
export type GameLimits = { readonly sync: SyncTuning; readonly keepMs: number };

/** Limits where nobody says otherwise. */
export function defaultGameLimits(): GameLimits {
  return { sync: defaultSyncTuning(), keepMs: 1000 };
}

/** All in microseconds. */
export type GameBounds = {
  /** From submitting a critical operation until its first answer (SY5). */
  readonly criticalUs: number;
  /** Fair time from submitting an operation until it has ended, on a host that is well (LV5). */
  readonly operationUs: number;
  /** Volatile time that one failover may lose: to a host that kept a replica, and in all cases (SY3). */
  readonly warmUs: number;
  readonly coldUs: number;
  /** Fair time until an input is settled, once its player plays on the map's current host (LV6). */
  readonly inputUs: number;
};

/** A timer is set on a clock that counts whole microseconds and may run a little slow; nobody cares for less. */
const TIMER_US = 10 * US_PER_MS;
/** Message travel, jitter bursts included. */
const TRAVEL_US = US_PER_S;
/** How often a client may have to say an input again until it gets through. */
const ASKS = 3;

/** Computes the bounds of one run. */
export function gameBoundsOf(options: CheckerOptions, { sync, keepMs }: GameLimits): GameBounds {
  const { storeUs } = boundsOf(options);
  const copyUs = (sync.replicaMs + 2 * sync.replicaLostMs) * US_PER_MS;
  return {
    criticalUs: sync.criticalTimeoutMs * US_PER_MS + TIMER_US,
    operationUs: (sync.tickMs + 2 * sync.retryMaxMs) * US_PER_MS + storeUs,
    warmUs: copyUs + TRAVEL_US,
    coldUs: 2 * keepMs * US_PER_MS + storeUs,
    inputUs: ASKS * options.tuning.askAgainMs * US_PER_MS + TRAVEL_US,
  };
}
