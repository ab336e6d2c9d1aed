/**
 * Every key of `p2p_data_sync.conf`: what it may be, what it does, who asks for it. The reader, `conf check` and the documentation go by this table.
 * Ranges are ours: they keep out what no operator means; defaults are in core/sync-settings.ts.
 */
import { SYNC_TIMEOUT_MS } from "../../core/sync-settings.ts";

/** What a value has to be. `bool` is on for 1, true or yes and off for anything else, as in the original; lists are separated by commas. */
export type SyncValueType = "bool" | "integer" | "host" | "url" | "types" | "maps" | "secret";

/** One key. */
export type SyncKeySpec = {
  readonly key: SyncKey;
  readonly type: SyncValueType;
  /** Unit as a message names it; empty when the value has none. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** `decision`: what is decided depends on it, simulated or real. `production`: only a real process reads it, since it leads outside. */
  readonly use: "decision" | "production";
  /** What the key does, in one sentence. */
  readonly about: string;
};

/** The keys that hold a secret. Each may be given as `<key>_file = path` instead, and through the environment. */
export const SECRET_KEYS = ["redis_password", "pg_connection_string", "openai_api_key", "azure_openai_key", "encryption_key"] as const;
/** The name of a key that holds a secret. */
export type SecretKey = (typeof SECRET_KEYS)[number];

/** The names of all keys. */
export type SyncKey =
  | SecretKey
  | "main_server_endpoint"
  | "redis_host"
  | "redis_port"
  | "redis_db"
  | "azure_openai_endpoint"
  | "use_azure_openai"
  | "critical_timeout_ms"
  | "critical_data_types"
  | "sync_interval_ms"
  | "cache_expiry_seconds"
  | "max_queue_size"
  | "worker_threads"
  | "vector_eligible_maps"
  | "debug_mode";

const HOUR_MS = 3_600_000;
const YEAR_S = 31_536_000;

function link(key: SyncKey, type: SyncValueType, about: string): SyncKeySpec {
  return { key, type, unit: "", min: 0, max: 0, use: "production", about };
}

function number(key: SyncKey, unit: string, min: number, max: number, about: string): SyncKeySpec {
  return { key, type: "integer", unit, min, max, use: "decision", about };
}

/** All keys, in the order of the shipped file. */
export const SYNC_CONF_KEYS: readonly SyncKeySpec[] = [
  link("main_server_endpoint", "url", "URL that hosts send their data to; a name in front of the main server, never its address."),
  link("redis_host", "host", "Machine of the Redis that caches."),
  { ...number("redis_port", "", 1, 65_535, "Port of Redis."), use: "production" },
  { ...number("redis_db", "", 0, 65_535, "Number of the database within Redis."), use: "production" },
  link("redis_password", "secret", "Password of Redis; empty for none."),
  link("pg_connection_string", "secret", "Where Postgres is, as whom and with which password."),
  link("openai_api_key", "secret", "Key for embeddings by OpenAI."),
  link("azure_openai_endpoint", "url", "URL of the Azure resource for embeddings."),
  link("azure_openai_key", "secret", "Key for embeddings by Azure."),
  link("use_azure_openai", "bool", "Asks Azure instead of OpenAI for embeddings."),
  link("encryption_key", "secret", "Key of 32 bytes under which data are sealed."),
  number("critical_timeout_ms", "ms", 1, SYNC_TIMEOUT_MS, "Within this a critical operation is answered: done, failed or unknown."),
  { ...link("critical_data_types", "types", "Kinds of data that go first."), use: "decision" },
  number("sync_interval_ms", "ms", 1, HOUR_MS, "How often what is not critical is written down."),
  number("cache_expiry_seconds", "s", 1, YEAR_S, "Age at which a cached value is no longer given out; critical ones after 60 s already."),
  number("max_queue_size", "operations", 1, 1_000_000, "Operations that may wait at once; more are refused."),
  number("worker_threads", "batches", 1, 256, "Batches that may be under way at once."),
  link("vector_eligible_maps", "maps", "Maps whose data go into the vector store."),
  link("debug_mode", "bool", "Records every operation and not only what failed."),
];

/** The keys by name. */
export const SYNC_KEYS_BY_NAME: ReadonlyMap<string, SyncKeySpec> = new Map(SYNC_CONF_KEYS.map((spec) => [spec.key, spec]));

/** The name under which a conf gives the file that holds a secret. */
export function fileKey(key: SecretKey): string {
  return `${key}_file`;
}

/** The environment variable that gives a secret; with `_FILE` behind it, the one that gives its file. */
export function variableOf(key: SecretKey): string {
  return `PEERSTEAD_${key.toUpperCase()}`;
}

/** Every name that may stand before `=`, files of secrets included. */
export const SYNC_NAMES: readonly string[] = [...SYNC_CONF_KEYS.map((spec) => spec.key), ...SECRET_KEYS.map(fileKey)];
