/**
 * Typed settings of data synchronisation: what `p2p_data_sync.conf` says, in names that carry their unit. What decides (`limits`) stands apart from
 * what leads outside (`links`: addresses and secrets), so that whoever needs the one is never handed the other (SPEC SY13).
 */
import { assert } from "../base/assert.ts";
import { Secret } from "../base/secret.ts";
import type { SyncType } from "./protocol/operations.ts";

/** By what the queue, the deadlines and the cache are set. */
export type SyncLimits = {
  /** Within this a critical operation is answered: done, failed or unknown (SY5). */
  readonly criticalTimeoutMs: number;
  /** The same for any other operation; the original's 10 s, no key of the conf. */
  readonly timeoutMs: number;
  /** How often what is not critical is written down. */
  readonly syncIntervalMs: number;
  /** Age at which a cached value is no longer given out (SY7). */
  readonly cacheExpiryS: number;
  /** The same for critical values: 60 s as in the original, and never more than `cacheExpiryS`. */
  readonly criticalCacheExpiryS: number;
  /** Operations that may wait at once (SY4); more are refused by name. */
  readonly queueMax: number;
  /** Batches that may be under way at once. */
  readonly workers: number;
  /** Kinds of data that are critical, by their number on the wire, each once. */
  readonly criticalTypes: readonly SyncType[];
};

/** Where Redis is reached, and what it asks for. */
export type RedisLink = { readonly host: string; readonly port: number; readonly database: number; readonly password: Secret | null };

/** Who turns texts into vectors. Without a key for the chosen service the offline provider does. */
export type EmbeddingLink = {
  readonly service: "openai" | "azure";
  readonly openaiKey: Secret | null;
  readonly azureKey: Secret | null;
  /** URL of the Azure resource. */
  readonly azureEndpoint: string | null;
};

/** What leads outside. Null: not given. */
export type SyncLinks = {
  /** URL that hosts send to. */
  readonly mainServerEndpoint: string;
  readonly redis: RedisLink;
  /** `postgresql://user:password@host:port/database`; secret as a whole, because the password stands in it. */
  readonly postgres: Secret | null;
  readonly embedding: EmbeddingLink;
  /** 32 bytes as 64 lower-case hexadecimal digits, however they were written. Without it nothing can be sealed; none is ever made up. */
  readonly encryptionKey: Secret | null;
};

/** Everything `p2p_data_sync.conf` sets. */
export type SyncSettings = {
  readonly limits: SyncLimits;
  readonly links: SyncLinks;
  /** Maps whose data go into the vector store; sorted, each once. */
  readonly vectorMaps: readonly string[];
  /** Records every operation and not only what failed. */
  readonly debug: boolean;
};

/** Time within which an operation that is not critical is answered (the original's constant). */
export const SYNC_TIMEOUT_MS = 10_000;
/** Age of critical values in the cache (the original's constant). */
export const CRITICAL_CACHE_EXPIRY_S = 60;

/** The seed's way to Postgres. Everybody knows its password: production refuses it. */
const SEED_POSTGRES = "postgresql://postgres:postgres@localhost:5432/rathena_p2p";

/** The seed document's values; secrets that it leaves empty are null, and no map is named. */
export function defaultSyncSettings(): SyncSettings {
  return {
    limits: {
      criticalTimeoutMs: 500,
      timeoutMs: SYNC_TIMEOUT_MS,
      syncIntervalMs: 1000,
      cacheExpiryS: 3600,
      criticalCacheExpiryS: CRITICAL_CACHE_EXPIRY_S,
      queueMax: 10_000,
      workers: 4,
      criticalTypes: ["MAP_STATE", "MONSTER_DATA", "PLAYER_POSITION"],
    },
    links: {
      mainServerEndpoint: "https://sync-proxy.example.com/p2p-sync",
      redis: { host: "localhost", port: 6379, database: 0, password: null },
      postgres: new Secret(SEED_POSTGRES),
      embedding: { service: "openai", openaiKey: null, azureKey: null, azureEndpoint: null },
      encryptionKey: null,
    },
    vectorMaps: [],
    debug: false,
  };
}

/** How what a host's game does is written down and copied. Units stand in the names; in brackets the key of a conf, where one says it. */
export type SyncTuning = {
  /** Operations of a host that may be pending at once; more are refused (max_queue_size). */
  pendingMax: number;
  /** Of these places so many are kept for critical operations. */
  pendingCriticalMin: number;
  /** How often what is not critical is sent: the tick of a host (sync_interval_ms). */
  tickMs: number;
  /** A critical operation is answered as done, failed or unknown within this (critical_timeout_ms). */
  criticalTimeoutMs: number;
  /** Limits of one batch, and of the data of one operation (RULES §4: 64 KiB a message). */
  batchOperationsMax: number;
  batchBytesMax: number;
  operationBytesMax: number;
  /** Batches under way at once that are not critical, over all maps of a host (worker_threads). */
  bulkBatchesMax: number;
  /** First wait before a batch is asked again, and its ceiling; doubles in between. */
  retryMs: number;
  retryMaxMs: number;
  /** A batch of which each attempt failed for this long is given up; one that may have taken effect never is. */
  giveUpS: number;
  /** How long results can be asked for, and how many are kept (cache_expiry_seconds). */
  resultsKeptS: number;
  resultsMax: number;
  /** Those who wait for results at once. */
  waitersMax: number;
  /** How often each map's volatile state goes to its standbys (realtime_sync_interval_ms). */
  replicaMs: number;
  /** An unanswered copy counts as lost after this. */
  replicaLostMs: number;
  /** Bytes of copies a host sends in one interval, one copy beyond it at most. */
  replicaBytesMax: number;
};

/** The share of a queue's places that is kept for critical operations. */
const CRITICAL_SHARE = 0.1;
/** How often volatile state is copied where nobody says otherwise: the seed's realtime_sync_interval_ms. */
const REPLICA_MS = 50;

/** What the sync room decides by: the conf's limits, and what Peerstead adds to them. */
export function syncTuningOf(limits: SyncLimits, replicaMs = REPLICA_MS): SyncTuning {
  return {
    pendingMax: limits.queueMax,
    pendingCriticalMin: Math.floor(limits.queueMax * CRITICAL_SHARE),
    tickMs: limits.syncIntervalMs,
    criticalTimeoutMs: limits.criticalTimeoutMs,
    batchOperationsMax: 256,
    batchBytesMax: 262_144,
    operationBytesMax: 65_536,
    bulkBatchesMax: limits.workers,
    retryMs: 100,
    retryMaxMs: 2000,
    giveUpS: 60,
    resultsKeptS: limits.cacheExpiryS,
    resultsMax: 100_000,
    waitersMax: 10_000,
    replicaMs,
    replicaLostMs: 500,
    replicaBytesMax: 65_536,
  };
}

/** The same where no conf is given. */
export function defaultSyncTuning(): SyncTuning {
  return syncTuningOf(defaultSyncSettings().limits);
}

/** A limit that another one forbids: `field` may be at most `most`, because of `bound`. */
export type BrokenRelation = { readonly field: keyof SyncLimits; readonly bound: keyof SyncLimits; readonly most: number };

/** The limits that do not stand to each other as the queue needs them. */
export function brokenRelations(limits: SyncLimits): BrokenRelation[] {
  const pairs = [
    ["criticalTimeoutMs", "timeoutMs"],
    ["criticalCacheExpiryS", "cacheExpiryS"],
    ["workers", "queueMax"],
  ] as const;
  return pairs.filter(([field, bound]) => limits[field] > limits[bound]).map(([field, bound]) => ({ field, bound, most: limits[bound] }));
}

/** Stops with a bug unless every number is positive and all stand to each other as they must. */
export function assertSyncLimits(limits: SyncLimits): void {
  const { criticalTypes, ...numbers } = limits;
  for (const [name, value] of Object.entries(numbers))
    assert(Number.isSafeInteger(value) && value > 0, `${name} is a whole number above 0`);
  assert(new Set(criticalTypes).size === criticalTypes.length, "each critical type is named once");
  const [broken] = brokenRelations(limits);
  assert(broken === undefined, `${broken?.field} is at most ${broken?.bound}`);
}
