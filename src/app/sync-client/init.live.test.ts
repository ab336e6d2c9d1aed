import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemRandom, productionCrypto } from "../../adapters/node/crypto.ts";
import { SEALED_GATE_LIMITS, SealedGate } from "../../adapters/websocket/sealed-gate.ts";
import { MemoryMainServer } from "../../adapters/memory/main-server.ts";
import { NodeClock } from "../../adapters/node/clock.ts";
import { nodeWaking } from "../../adapters/node/waking.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import type { SyncClient, SyncRequest } from "./client.ts";
import { init, type InitOptions } from "./init.ts";
import { legacyServer } from "./legacy-server.fixture.ts";
import { openMainServer } from "./main-server.ts";

const KEY = "a1".repeat(8) + "0123456789abcdef0123456789abcdef0011223344556677";
const HOST = 1_000_123;
const CHAT: SyncRequest = { type: "CHAT_MESSAGE", account_id: 7, map_name: "moc_fild01", data: "hello", priority: true };

let folder = "";
const closing: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-init-"));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A conf of these lines. On a machine that stands still for a moment a critical operation shall not be late. */
function conf(...lines: string[]): string {
  const path = join(folder, "p2p_data_sync.conf");
  writeFileSync(path, `${[...lines, "critical_timeout_ms = 5000"].join("\n")}\n`);
  return path;
}

/** A client, which is closed after the test. */
function begun(options: Omit<InitOptions, "host"> & Partial<InitOptions>): SyncClient {
  const made = init({ host: HOST, ...options, world: { environment: {}, ...options.world } });
  if (!made.ok) throw new Error(made.error.reason);
  closing.push(() => made.value.close(100));
  return made.value;
}

async function mainServer(key = KEY) {
  const opened = await openMainServer({ key });
  if (!opened.ok) throw new Error(opened.error);
  closing.push(() => opened.value.close());
  return opened.value;
}

const done = async (client: SyncClient, request: SyncRequest): Promise<unknown> => {
  const given = client.syncToMainServer(request);
  return given.ok ? client.waitForSyncResult(given.value) : given.error;
};

describe("init", () => {
  it("a random key at start (a bug of the seed's queue): without a key there is no client, and with one two clients are the same host", async () => {
    const endpoint = "main_server_endpoint = http://127.0.0.1:9/p2p-sync";
    const none = init({ conf: conf(endpoint), host: HOST, world: { environment: {} } });
    expect(none).toEqual({ ok: false, error: { reason: "encryption_key_missing" } });
    const { endpoint: real } = await mainServer();
    const path = conf(`main_server_endpoint = ${real}`, `encryption_key = ${KEY}`);
    for (const _ of [1, 2]) expect(await done(begun({ conf: path }), CHAT)).toEqual({ result: "done", verdict: "applied" });
  });

  it("says where a conf is wrong, and that it is not there", () => {
    const wrong = init({
      conf: conf("sync_interval_ms = soon", "encryption_key = hunter2hunter2"),
      host: HOST,
      world: { environment: {} },
    });
    expect(wrong).toMatchObject({ ok: false, error: { reason: "conf_invalid", complaints: [{ line: 1 }, { line: 2 }] } });
    expect(JSON.stringify(wrong)).not.toContain("hunter2");
    const none = init({ conf: join(folder, "none.conf"), host: HOST });
    expect(none).toMatchObject({ ok: false, error: { reason: "conf_unreadable", complaints: [{ file: join(folder, "none.conf") }] } });
    const open = init({
      conf: conf("main_server_endpoint = http://sync.shop.net/p2p"),
      host: HOST,
      production: true,
      world: { environment: {} },
    });
    expect(open).toMatchObject({ ok: false, error: { reason: "conf_invalid" } });
  });

  it.each([
    [{ host: -1 }, "host_invalid"],
    [{ host: 0.5 }, "host_invalid"],
    [{ identity: { secret: new Uint8Array(31), mainServer: new Uint8Array(32) } }, "identity_invalid"],
    [{ identity: { secret: new Uint8Array(32), mainServer: new Uint8Array(3) } }, "identity_invalid"],
    [{ hosted: [{ map_name: "A", epoch: 1 }] }, "hosted_invalid"],
    [{ hosted: [{ map_name: "a", epoch: 0 }] }, "hosted_invalid"],
  ])("refuses %j as %s, and leaves nothing running", (change, reason) => {
    const path = conf("main_server_endpoint = http://127.0.0.1:9/p2p-sync", `encryption_key = ${KEY}`);
    expect(init({ conf: path, host: HOST, world: { environment: {} }, ...change })).toEqual({ ok: false, error: { reason } });
  });

  it("the secrets of the environment and of files count, as for every reader of the conf", async () => {
    const { endpoint } = await mainServer();
    const path = conf(`main_server_endpoint = ${endpoint}`);
    const client = begun({ conf: path, world: { environment: { PEERSTEAD_ENCRYPTION_KEY: KEY } } });
    expect(await done(client, CHAT)).toEqual({ result: "done", verdict: "applied" });
  });

  it("a host that is registered with a pair of its own needs no key of the conf", async () => {
    const crypto = productionCrypto(systemRandom);
    if (!crypto.ok) throw new Error(crypto.error.reason);
    const secret = new Uint8Array(randomBytes(32));
    const registered = crypto.value.pairFrom(secret)!.public;
    const self = crypto.value.pair();
    const server = new MemoryMainServer();
    const gate = await SealedGate.open({
      address: "127.0.0.1",
      port: 0,
      crypto: crypto.value,
      self,
      publicHalfOf: (host) => (host === HOST ? registered : null),
      suites: [1],
      sealing: sealingLimits(),
      limits: SEALED_GATE_LIMITS,
      waking: nodeWaking(new NodeClock()),
      serve: (host, ask, answer) => answer(server.apply(host, ask)),
    });
    closing.push(() => gate.close());
    const path = conf(`main_server_endpoint = http://127.0.0.1:${gate.port}/p2p-sync`);
    const identity = { secret, mainServer: self.public };
    expect(await done(begun({ conf: path, identity }), CHAT)).toEqual({ result: "done", verdict: "applied" });
    const other = begun({ conf: path, identity, host: HOST + 1 });
    other.syncToMainServer(CHAT);
    while (other.getStatus().link.lastEnd === null) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(other.getStatus().link).toMatchObject({ connections: 0, lastEnd: "handshake_rejected" });
  });

  it("no service is asked for vectors without a key for it; with one it is", async () => {
    const urls: string[] = [];
    const fetch = async (url: string): Promise<Response> => {
      urls.push(url);
      return new Response("{}", { status: 500 });
    };
    const base = ["main_server_endpoint = http://127.0.0.1:9/p2p-sync", `encryption_key = ${KEY}`];
    const azure = "azure_openai_endpoint = https://azure.shop.net";
    const ways: [string[], string, boolean][] = [
      [[], "hashed-ngrams-1", false],
      [["use_azure_openai = 1", "openai_api_key = sk-1"], "hashed-ngrams-1", false],
      [["use_azure_openai = 1", azure], "hashed-ngrams-1", false],
      [["openai_api_key = sk-1"], "openai/text-embedding-ada-002", true],
      [["use_azure_openai = 1", azure, "azure_openai_key = k"], "azure/text-embedding-ada-002", true],
    ];
    for (const [lines, model, semantic] of ways) {
      const before = urls.length;
      const client = begun({ conf: conf(...base, ...lines), world: { fetch } });
      expect(client.getStatus().embedding).toMatchObject({ model, semantic });
      expect((await client.createEmbedding("a text")).ok).toBe(!semantic);
      expect(urls.length - before).toBe(semantic ? 1 : 0);
    }
    expect(urls).toEqual([
      "https://api.openai.com/v1/embeddings",
      "https://azure.shop.net/openai/deployments/text-embedding-ada-002/embeddings?api-version=2023-05-15",
    ]);
  });
});

describe("the legacy mode", () => {
  it("is there only where an option names it; then each operation arrives once, in order, over lost answers", async () => {
    const server = await legacyServer(Buffer.from(KEY, "hex").toString("base64"));
    closing.push(() => server.close());
    const path = conf(`main_server_endpoint = ${server.endpoint}`, `encryption_key = ${KEY}`, "sync_interval_ms = 10");
    const sealed = begun({ conf: path });
    sealed.syncToMainServer(CHAT);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([sealed.getStatus().link.kind, server.applied.size]).toEqual(["sealed_websocket", 0]);

    const client = begun({ conf: path, legacy: "legacy_unauthenticated" });
    server.lose = 2;
    const ids = ["one", "two", "lie", "three"].map((data) => {
      const given = client.syncToMainServer({ ...CHAT, data, priority: false });
      return given.ok ? given.value : "";
    });
    const ends = await Promise.all(ids.map((id) => client.waitForSyncResult(id)));
    expect(ends.map((end) => ("reason" in end ? end.reason : end.result))).toEqual(["done", "done", "refused_by_server", "done"]);
    expect([...server.applied.values()].map(({ data }) => data)).toEqual(["one", "two", "three"]);
    const read = client.syncFromMainServer({ ...CHAT, type: "NPC_STATE" });
    expect(await client.waitForSyncResult(read.ok ? read.value : "")).toEqual({ result: "failed", reason: "not_offered" });
  });
});

describe("a whole session", () => {
  it("SY13 CL5: shows no secret and no address of the main server, in no answer, status, record, error or print of the client", async () => {
    const openai = "sk-canary-openai-1234567890";
    const seen: unknown[] = [];
    const consoles = (["log", "error", "warn", "info", "debug"] as const).map((name) => {
      const before = console[name];
      console[name] = (...told: unknown[]) => void seen.push(told);
      return () => {
        console[name] = before;
      };
    });
    const running = await mainServer();
    const port = new URL(running.endpoint).port;
    const path = conf(
      `main_server_endpoint = ${running.endpoint}`,
      `encryption_key = ${KEY}`,
      `openai_api_key = ${openai}`,
      "redis_password = canary-redis",
      "pg_connection_string = postgresql://canary-user:canary-pg@localhost/db",
      "vector_eligible_maps = moc_fild01",
      "sync_interval_ms = 10",
      "debug_mode = 1",
    );
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      throw new Error(`connect ${url} ${JSON.stringify(init.headers)} ${running.endpoint}`);
    };
    const wrong = init({ conf: path, host: -1 });
    const client = begun({ conf: path, world: { fetch, environment: {} }, record: (record) => void seen.push(record) });
    const look = (what: unknown): void => void seen.push(what, inspect(client, { depth: 12, showHidden: true }), client.getStatus());
    look(wrong);
    look(await done(client, CHAT));
    look(await done(client, { ...CHAT, data: "\0" }));
    look(await client.createEmbedding("a text"));
    running.gate.breakLines();
    look(await done(client, { ...CHAT, priority: false }));
    await running.close();
    const lost = client.syncToMainServer(CHAT);
    look(lost);
    look(await client.waitForSyncResult(lost.ok ? lost.value : "", 700));
    look(client.syncFromMainServer(CHAT));
    const stranger = await mainServer("9".repeat(63) + "0");
    const misled = begun({
      conf: conf(`main_server_endpoint = ${stranger.endpoint}`, `encryption_key = ${KEY}`),
      record: (record) => void seen.push(record),
    });
    misled.syncToMainServer(CHAT);
    while (misled.getStatus().link.lastEnd === null) await new Promise((resolve) => setTimeout(resolve, 5));
    look(misled.getStatus());
    seen.push(inspect(misled, { depth: 12, showHidden: true }));
    look(await client.close(100));
    for (const restore of consoles) restore();
    const text = seen.map((one) => (typeof one === "string" ? one : `${JSON.stringify(one)} ${inspect(one, { depth: 12 })}`)).join("\n");
    const base64 = Buffer.from(KEY, "hex").toString("base64");
    for (const canary of [
      KEY,
      base64,
      openai,
      "canary-redis",
      "canary-pg",
      "127.0.0.1",
      "p2p-sync",
      `:${port}`,
      new URL(stranger.endpoint).port,
    ])
      expect(text.includes(canary), `a session shows ${canary}`).toBe(false);
    expect(text).toContain("provider_unreachable");
    expect(text).toContain("handshake_rejected");
  });
});
