import { US_PER_MINUTE, US_PER_S } from "../../base/time.ts";

/** How long keys live, and how far they may run apart. Times are microseconds. */
export type SealingLimits = {
  /** Messages sealed under one key, and its age, before the sender takes the next one (RULES §4: 2^20, 10 minutes). */
  readonly rekeyMessages: number;
  readonly rekeyUs: number;
  /** How long a replaced key is still received (RULES §4: 60 s). */
  readonly retiredUs: number;
  /** How many keys the receiver may be behind the sender. Each costs a forger's victim two derivations. */
  readonly kidsAhead: number;
  /** The last sequence number. A session that reached it seals nothing more. */
  readonly seqMax: number;
};

/** The limits of RULES §4. */
export function sealingLimits(): SealingLimits {
  return {
    rekeyMessages: 1_048_576,
    rekeyUs: 10 * US_PER_MINUTE,
    retiredUs: 60 * US_PER_S,
    kidsAhead: 4,
    seqMax: Number.MAX_SAFE_INTEGER,
  };
}
