/** How long things may take. Every bound is a formula over the options; SPEC.md states the same formulas with numbers. */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import type { CheckerOptions } from "./checker.ts";

/** All in microseconds of the fair clock (see fair-clock.ts), which stands still while nothing can be asked of the system. */
export type Bounds = {
  /** From the true loss of a host until the coordinator must act on it. */
  readonly detectUs: number;
  /** A map without a serving owner (HO5, HO8). */
  readonly unhostedUs: number;
  /** A move from its decision to its end (LV3); also how long a blocked host may keep a map (HO10). */
  readonly moveUs: number;
  /** From a grant until players must have followed, and from entering until playing (LV2). */
  readonly followUs: number;
  /** After a coordinator's start until its hosts have introduced themselves and it has begun to act. */
  readonly restartUs: number;
  /** After the store is itself again until requests that failed have been asked anew. */
  readonly storeUs: number;
  /** How long after news of the fleet a redistribution may still react to it (LV4). */
  readonly newsUs: number;
};

/** Message travel within one hand-over: a handful of one-way delays, jitter bursts included. */
const TRAVEL_US = US_PER_S;
/** The detector adapts to jitter; it may wait at most twice its plain allowance. */
const DETECT_STRETCH = 2;
/** How often a player may have to ask again until an answer gets through. */
const ASKS = 3;

/** Computes the bounds of one run. */
export function boundsOf(options: CheckerOptions): Bounds {
  const { conf, tuning } = options;
  const detectUs = tuning.heartbeatMs * (tuning.heartbeatsMissedMax + 1) * DETECT_STRETCH * US_PER_MS;
  const attempts = conf.failover.backup_hosts_count + 1;
  const attemptsUs = attempts * conf.failover.migration_timeout * US_PER_MS;
  const startUs = (tuning.loadMs + tuning.vpsColdStartMs) * US_PER_MS;
  const probeUs = (tuning.probeTimeoutMs + tuning.clearedGraceMs) * US_PER_MS;
  const claimUs = tuning.storeRetryMaxMs * US_PER_MS;
  const unhostedUs = detectUs + probeUs + claimUs + attemptsUs + startUs + TRAVEL_US;
  return {
    detectUs,
    unhostedUs,
    moveUs: unhostedUs + (tuning.precopyMaxMs + tuning.freezeMaxMs) * US_PER_MS,
    followUs: unhostedUs + ASKS * tuning.askAgainMs * US_PER_MS + TRAVEL_US,
    restartUs: tuning.startGraceMs * US_PER_MS + detectUs + TRAVEL_US,
    storeUs: claimUs + TRAVEL_US,
    newsUs: (2 * conf.task_distribution.reassignment_interval + tuning.cooldownS) * US_PER_S,
  };
}
