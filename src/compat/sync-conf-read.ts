import { assert } from "../base/assert.ts";
import { Secret } from "../base/secret.ts";
import type { Position } from "../base/text/source.ts";
import { sourceOf } from "../base/text/source.ts";
import type { EmbeddingLink, SyncLimits, SyncLinks, SyncSettings } from "../core/sync-settings.ts";
import { assertSyncLimits, brokenRelations, CRITICAL_CACHE_EXPIRY_S, defaultSyncSettings } from "../core/sync-settings.ts";
import { fileKey, SECRET_KEYS, SYNC_KEYS_BY_NAME, type SyncKey } from "./sync-conf/keys.ts";
import { readLines } from "./sync-conf/lines.ts";
import { postgresLink } from "./sync-conf/postgres.ts";
import { type Reading, found, placeOf, remark, warnQuoted, warnUnknown } from "./sync-conf/reading.ts";
import { apiKey, encryptionKey, findSecret, type SecretSources } from "./sync-conf/secrets.ts";
import { judgeMainServer, readEndpoint } from "./sync-conf/urls.ts";
import { readHost, readInteger, readMaps, readSwitch, readTypes } from "./sync-conf/values.ts";
import type { Note } from "./text/notes.ts";
import { NoteList } from "./text/notes.ts";

/** A conf file may be this long, in characters. */
export const SYNC_CONF_CHARS_MAX = 1024 * 1024;

/** How a conf is read: what production asks for, and where secrets may come from besides the file. */
export type SyncConfOptions = { readonly production: boolean; readonly sources: SecretSources };

/** What a data sync conf says. With errors present, `settings` holds what could be read and defaults for the rest; it should not be run with. */
export type SyncConfReading = {
  readonly file: string;
  readonly settings: SyncSettings;
  /** Where each key that the file gives stands; each map of `vector_eligible_maps` as `vector_eligible_maps.<map>`. */
  readonly positions: ReadonlyMap<string, Position>;
  /** What needs no change: keys that only production uses. */
  readonly notes: readonly Note[];
  readonly warnings: readonly Note[];
  readonly errors: readonly Note[];
};

/**
 * Reads `p2p_data_sync.conf`. Keys that the file leaves out have the seed's values. Never throws, whatever the text, and no remark holds a secret (SPEC SY13):
 * a file that cannot be read as meant is told by place, not by content, wherever the content may be one.
 */
export function readSyncConf(text: string, file: string, { production, sources }: SyncConfOptions): SyncConfReading {
  const tooLong = text.length > SYNC_CONF_CHARS_MAX;
  const source = sourceOf(file, tooLong ? "" : text);
  const errors = new NoteList(source);
  if (tooLong) errors.add("", 0, `expected at most ${SYNC_CONF_CHARS_MAX} characters, found ${text.length}`);
  const reading: Reading = {
    source,
    lines: new Map(readLines(source, errors).map((line) => [line.key, line])),
    production,
    positions: new Map(),
    notes: new NoteList(source),
    warnings: new NoteList(source),
    errors,
    outside: { warnings: [], errors: [] },
  };
  const settings = readSettings(reading, sources);
  warnUnknown(reading);
  warnQuoted(reading);
  noteProductionOnly(reading);
  const told = {
    warnings: [...reading.warnings.list(), ...reading.outside.warnings],
    errors: [...errors.list(), ...reading.outside.errors],
  };
  if (told.errors.length === 0) assertSyncLimits(settings.limits);
  return { file, settings, positions: reading.positions, notes: reading.notes.list(), ...told };
}

function readSettings(reading: Reading, sources: SecretSources): SyncSettings {
  const before = defaultSyncSettings();
  if (reading.lines.size === 0) reading.warnings.add("", 0, "the file sets nothing; every key has its default");
  return {
    limits: readLimits(reading, before.limits),
    links: readLinks(reading, sources, before.links),
    vectorMaps: readMaps(reading, "vector_eligible_maps", before.vectorMaps),
    debug: readSwitch(reading, "debug_mode", before.debug),
  };
}

/** Which key sets which limit. */
const KEY_OF_LIMIT: Partial<Record<keyof SyncLimits, SyncKey>> = {
  criticalTimeoutMs: "critical_timeout_ms",
  syncIntervalMs: "sync_interval_ms",
  cacheExpiryS: "cache_expiry_seconds",
  queueMax: "max_queue_size",
  workers: "worker_threads",
};

const MS_PER_S = 1000;

function readLimits(reading: Reading, before: SyncLimits): SyncLimits {
  const cacheExpiryS = readInteger(reading, "cache_expiry_seconds", before.cacheExpiryS);
  const limits: SyncLimits = {
    criticalTimeoutMs: readInteger(reading, "critical_timeout_ms", before.criticalTimeoutMs),
    timeoutMs: before.timeoutMs,
    syncIntervalMs: readInteger(reading, "sync_interval_ms", before.syncIntervalMs),
    cacheExpiryS,
    criticalCacheExpiryS: Math.min(CRITICAL_CACHE_EXPIRY_S, cacheExpiryS),
    queueMax: readInteger(reading, "max_queue_size", before.queueMax),
    workers: readInteger(reading, "worker_threads", before.workers),
    criticalTypes: readTypes(reading, "critical_data_types", before.criticalTypes),
  };
  for (const { field, bound, most } of brokenRelations(limits)) {
    const [key, other] = [KEY_OF_LIMIT[field], KEY_OF_LIMIT[bound]];
    assert(key !== undefined && other !== undefined, "ranges keep limits without a key of their own in order");
    const at = placeOf(reading, reading.lines.has(key) ? key : other);
    remark(reading, "error", at, `expected "${key}" of at most ${most}, as "${other}" says, found ${found(String(limits[field]))}`);
  }
  if (limits.syncIntervalMs > cacheExpiryS * MS_PER_S)
    remark(
      reading,
      "warning",
      placeOf(reading, "sync_interval_ms"),
      `longer than "cache_expiry_seconds": what is cached is gone before it is written again`,
    );
  return limits;
}

function readLinks(reading: Reading, sources: SecretSources, before: SyncLinks): SyncLinks {
  const endpoint = readEndpoint(reading, "main_server_endpoint", before.mainServerEndpoint);
  judgeMainServer(reading, endpoint);
  const password = findSecret(reading, sources, "redis_password");
  return {
    mainServerEndpoint: endpoint ?? before.mainServerEndpoint,
    redis: {
      host: readHost(reading, "redis_host", before.redis.host),
      port: readInteger(reading, "redis_port", before.redis.port),
      database: readInteger(reading, "redis_db", before.redis.database),
      password: password === null || password === undefined ? null : new Secret(password.text),
    },
    postgres: postgresLink(
      reading,
      findSecret(reading, sources, "pg_connection_string"),
      placeOf(reading, "pg_connection_string"),
      before.postgres,
    ),
    embedding: readEmbedding(reading, sources, before.embedding),
    encryptionKey: encryptionKey(reading, findSecret(reading, sources, "encryption_key"), placeOf(reading, "encryption_key")),
  };
}

function readEmbedding(reading: Reading, sources: SecretSources, before: EmbeddingLink): EmbeddingLink {
  const openai = findSecret(reading, sources, "openai_api_key");
  const azure = findSecret(reading, sources, "azure_openai_key");
  const wantsAzure = readSwitch(reading, "use_azure_openai", before.service === "azure");
  const link: EmbeddingLink = {
    service: wantsAzure ? "azure" : "openai",
    openaiKey: apiKey(reading, openai),
    azureKey: apiKey(reading, azure),
    azureEndpoint: readEndpoint(reading, "azure_openai_endpoint", before.azureEndpoint) ?? null,
  };
  const idle = wantsAzure ? openai : azure;
  if (idle !== null && idle !== undefined)
    remark(reading, "warning", idle.place, `accepted without effect: "use_azure_openai" is ${wantsAzure ? "on" : "off"}`);
  if (!wantsAzure && link.azureEndpoint !== null)
    remark(reading, "warning", placeOf(reading, "azure_openai_endpoint"), 'accepted without effect: "use_azure_openai" is off');
  if (wantsAzure && (link.azureKey === null || link.azureEndpoint === null))
    remark(
      reading,
      "unready",
      placeOf(reading, "use_azure_openai"),
      'expected "azure_openai_endpoint" and "azure_openai_key" beside it, found not both',
    );
  return link;
}

/** The key whose secret a file's key stands for. */
const SECRET_OF_FILE: ReadonlyMap<string, SyncKey> = new Map(SECRET_KEYS.map((key) => [fileKey(key), key]));

/** Says outside of production which keys of the file are not used there; a key without a value needs no remark. */
function noteProductionOnly(reading: Reading): void {
  if (reading.production) return;
  for (const line of reading.lines.values()) {
    const spec = SYNC_KEYS_BY_NAME.get(line.key) ?? SYNC_KEYS_BY_NAME.get(SECRET_OF_FILE.get(line.key) ?? "");
    if (spec?.use === "production" && line.value !== "") reading.notes.add(line.key, line.at, `"${line.key}" is used in production only`);
  }
}
