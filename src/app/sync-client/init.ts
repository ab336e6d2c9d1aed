/**
 * Where a program that embeds data synchronisation begins: reads `p2p_data_sync.conf`, and puts a client together from what it says and from the
 * process's own clock, timers and chance. Never starts with a key made up: what it sealed could never be opened again.
 */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { err, ok, type Complaint, type Result } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";
import { hashedEmbedding } from "../../adapters/embedding/hashed.ts";
import { type Fetch, serviceEmbedding } from "../../adapters/embedding/http.ts";
import { NodeClock } from "../../adapters/node/clock.ts";
import { type KeyedCrypto, productionCrypto } from "../../adapters/node/crypto.ts";
import { sharedIdentity } from "../../adapters/node/shared-identity.ts";
import { nodeWaking } from "../../adapters/node/waking.ts";
import { SealedLine } from "../../adapters/websocket/sealed-line.ts";
import { SEALED_LINE_LIMITS, type SealedLineLimits } from "../../adapters/websocket/sealed-options.ts";
import { readText } from "../../compat/files.ts";
import { legacyEnvelope } from "../../compat/legacy-envelope.ts";
import { secretSources } from "../../compat/secret-files.ts";
import { readSyncConf } from "../../compat/sync-conf-read.ts";
import type { HostId } from "../../core/protocol/ids.ts";
import { PUBLIC_BYTES, SUITES } from "../../core/sync/crypto.ts";
import type { Identity } from "../../core/sync/handshake.ts";
import { type SealingLimits, sealingLimits } from "../../core/sync/limits.ts";
import type { EmbeddingLink, SyncSettings } from "../../core/sync-settings.ts";
import type { EmbeddingPort } from "../../runtime/embedding.ts";
import type { MainServerPort } from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";
import type { SyncRecord } from "./answers.ts";
import { SyncClient } from "./client.ts";
import { LEGACY_BATCH_OPERATIONS, LegacyHttp } from "./legacy-http.ts";
import { Records } from "./records.ts";

/** How a client is begun. Only `conf` and `host` are needed. */
export type InitOptions = {
  /** Path of a `p2p_data_sync.conf`. */
  readonly conf: string;
  /** account_id of the machine's owner. */
  readonly host: HostId;
  /** Maps that this host runs, and under which epoch it was granted each. */
  readonly hosted?: readonly { readonly map_name: string; readonly epoch: number }[];
  /** Holds the conf to what production asks: https, a key and a password of one's own. */
  readonly production?: boolean;
  /**
   * Who this host is, where it was registered with a pair of its own: 32 bytes of the private half, and the main server's public half. Without it both
   * are made of the conf's encryption_key, which then makes everybody who holds it equal.
   */
  readonly identity?: { readonly secret: Uint8Array; readonly mainServer: Uint8Array };
  /** Speaks to a server of the seed, in its unauthenticated form, instead of the sealed line. */
  readonly legacy?: "legacy_unauthenticated";
  /** Takes what happens, for a log. */
  readonly record?: (record: SyncRecord) => void;
  /** What a test or another runtime brings in place of the process's own. */
  readonly world?: Partial<ClientWorld>;
};

/** What a client needs of the world around it. */
export type ClientWorld = {
  readonly waking: Waking;
  readonly wallMs: () => number;
  readonly uuid: () => string;
  readonly crypto: KeyedCrypto;
  readonly fetch: Fetch;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sealing: SealingLimits;
  readonly line: SealedLineLimits;
  /** In place of any way that the conf leads to. */
  readonly mainServer: MainServerPort;
  readonly embedding: EmbeddingPort;
};

/** Why there is no client. The complaints are about the conf, say where and what, and repeat no secret. */
export type InitRefusal =
  | { readonly reason: "conf_unreadable" | "conf_invalid"; readonly complaints: readonly Complaint[] }
  | {
      readonly reason:
        | "host_invalid"
        | "identity_invalid"
        /** Neither encryption_key nor an identity: nothing can be sealed. */
        | "encryption_key_missing"
        | "hosted_invalid";
    };

/**
 * Begins a client. It is of use at once: what is asked before the main server is reached waits. Close it when the program ends. Options that are none
 * are a programming error and throw; whatever a conf or an operator may get wrong is refused by name.
 */
export function init(options: InitOptions): Result<SyncClient, InitRefusal> {
  const { conf, host, production = false } = options;
  if (!Number.isSafeInteger(host) || host < 0) return err({ reason: "host_invalid" });
  const text = readText(resolve(conf));
  if (!text.ok) return err({ reason: "conf_unreadable", complaints: [{ ...text.error, file: conf }] });
  const world = { ...processWorld(), ...options.world };
  const reading = readSyncConf(text.value, conf, { production, sources: secretSources(conf, process.cwd(), world.environment) });
  if (reading.errors.length > 0) return err({ reason: "conf_invalid", complaints: reading.errors });
  const { settings } = reading;
  const records = new Records(options.record);
  const way = options.world?.mainServer ?? wayTo(options, settings, world, records);
  if (typeof way === "string") return err({ reason: way });
  const legacy = options.legacy !== undefined;
  const client = new SyncClient({
    host,
    limits: settings.limits,
    vectorMaps: settings.vectorMaps,
    debug: settings.debug,
    mainServer: way,
    embedding: options.world?.embedding ?? embeddingOf(settings.links.embedding, world.fetch, settings.limits.timeoutMs),
    waking: world.waking,
    wallMs: world.wallMs,
    uuid: world.uuid,
    records,
    ...(legacy ? { batchOperationsMax: LEGACY_BATCH_OPERATIONS, giveUpS: settings.limits.timeoutMs / 1_000 } : {}),
  });
  const granted = (options.hosted ?? []).map(({ map_name, epoch }) => client.grantMap(map_name, epoch));
  if (granted.every(({ ok: done }) => done)) return ok(client);
  void client.close(0);
  return err({ reason: "hosted_invalid" });
}

/** The process's own world. */
function processWorld(): Omit<ClientWorld, "mainServer" | "embedding"> {
  const crypto = productionCrypto();
  // The system's own chance is never refused (DT2).
  if (!crypto.ok) throw new Error(crypto.error.reason);
  return {
    waking: nodeWaking(new NodeClock()),
    wallMs: () => Date.now(),
    uuid: randomUUID,
    crypto: crypto.value,
    fetch: (url, init) => fetch(url, init),
    environment: process.env,
    sealing: sealingLimits(),
    line: SEALED_LINE_LIMITS,
  };
}

type World = Omit<ClientWorld, "mainServer" | "embedding">;

function wayTo(
  options: InitOptions,
  settings: SyncSettings,
  world: World,
  records: Records,
): MainServerPort | "identity_invalid" | "encryption_key_missing" {
  const { links } = settings;
  const { crypto, waking } = world;
  if (options.legacy !== undefined) {
    const key = links.encryptionKey;
    if (key === null) return "encryption_key_missing";
    const envelope = legacyEnvelope(Buffer.from(key.reveal(), "hex").toString("base64"), options.legacy);
    if (!envelope.ok) return "encryption_key_missing";
    const endpoint = new Secret(links.mainServerEndpoint);
    return new LegacyHttp({ endpoint, envelope: envelope.value, iv: () => crypto.random(16), fetch: world.fetch, waking });
  }
  const ends = endsOf(options, links.encryptionKey, crypto);
  if (typeof ends === "string") return ends;
  return new SealedLine({
    // The conf names the server as the web does; the line is a WebSocket to the same place.
    url: new Secret(links.mainServerEndpoint.replace(/^http/i, "ws")),
    crypto,
    host: options.host,
    ...ends,
    suite: SUITES.A256CBC_HS512,
    sealing: world.sealing,
    limits: world.line,
    waking,
    stamp: () => world.wallMs() * 1_000,
    changed: (state, end) => records.take({ kind: "line", state, reason: end ?? "" }),
  });
}

/** Our pair, and the public half of the main server. */
function endsOf(
  { host, identity }: InitOptions,
  key: Secret | null,
  crypto: KeyedCrypto,
): { readonly self: Identity; readonly mainServer: Uint8Array } | "identity_invalid" | "encryption_key_missing" {
  if (identity !== undefined) {
    const { secret, mainServer } = identity;
    const self = secret instanceof Uint8Array && mainServer instanceof Uint8Array ? crypto.pairFrom(secret) : null;
    return self === null || mainServer.length !== PUBLIC_BYTES ? "identity_invalid" : { self, mainServer };
  }
  if (key === null) return "encryption_key_missing";
  const server = sharedIdentity(crypto, key, "main_server");
  crypto.forget(server.secret);
  return { self: sharedIdentity(crypto, key, host), mainServer: server.public };
}

/** Who turns texts into vectors: the conf's service where it has a key, else the offline provider. */
function embeddingOf({ service, openaiKey, azureKey, azureEndpoint }: EmbeddingLink, fetch: Fetch, timeoutMs: number): EmbeddingPort {
  if (service === "openai" && openaiKey !== null) return serviceEmbedding({ kind: "openai", key: openaiKey }, fetch, timeoutMs);
  if (service === "azure" && azureKey !== null && azureEndpoint !== null)
    return serviceEmbedding({ kind: "azure", key: azureKey, endpoint: azureEndpoint }, fetch, timeoutMs);
  return hashedEmbedding();
}
