import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryMainServer } from "../../adapters/memory/main-server.ts";
import { SEALED_LINE_LIMITS } from "../../adapters/websocket/sealed-options.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import type { SyncClient } from "./client.ts";
import { init } from "./init.ts";
import { openMainServer, type RunningMainServer } from "./main-server.ts";

const KEY = "5e".repeat(4) + "00112233445566778899aabbccddeeff0123456789abcdef01234567";
const HOST = 1_000_123;
const MAPS = ["moc_fild01", "pay_fild03"];
/** Keys change all the time. */
const SEALING = { ...sealingLimits(), rekeyMessages: 7 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-client-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function opened(server: MemoryMainServer, port = 0): Promise<RunningMainServer> {
  const running = await openMainServer({ key: KEY, port, server, sealing: SEALING });
  if (!running.ok) throw new Error(running.error);
  return running.value;
}

function begun(endpoint: string, criticalMs: number, hosted: readonly { readonly map_name: string; readonly epoch: number }[]): SyncClient {
  const conf = join(folder, "p2p_data_sync.conf");
  writeFileSync(
    conf,
    `main_server_endpoint = ${endpoint}\nencryption_key = ${KEY}\nsync_interval_ms = 5\ncritical_timeout_ms = ${criticalMs}\n`,
  );
  const line = { ...SEALED_LINE_LIMITS, retryMs: 5, retryMaxMs: 40 };
  const made = init({ conf, host: HOST, hosted, world: { environment: {}, sealing: SEALING, line } });
  if (!made.ok) throw new Error(made.error.reason);
  return made.value;
}

describe("a client over a real line", () => {
  it("SY1 SY6 CL1: loses nothing and does nothing twice while lines break, keys change and the main server is away", async () => {
    // The server notes what it applies, in its order: whatever it believes and has not applied yet it applies now.
    const applied: string[] = [];
    const server: MemoryMainServer = new MemoryMainServer({
      judge: (_host, map, { data }) => {
        applied.push(`${map} ${Buffer.from(data).toString("utf8")}`);
        // The line breaks while the answer is being made: it took effect, and nobody is told.
        if (applied.length % 50 === 0) running.gate.breakLines();
        return true;
      },
    });
    let running = await opened(server);
    const { port } = running.gate;
    const client = begun(
      running.endpoint,
      200,
      MAPS.map((map_name) => ({ map_name, epoch: server.give(map_name, HOST) })),
    );
    const given: { readonly id: string; readonly text: string; readonly lane: string }[] = [];
    for (let i = 0; i < 400; i++) {
      const map_name = MAPS[i % 2] as string;
      const priority = i % 3 === 0;
      const data = `${priority ? "critical" : "plain"} ${i}`;
      const write = client.syncToMainServer({ type: "ITEM_DROP", account_id: i % 5, map_name, data, priority });
      if (write.ok) given.push({ id: write.value, text: `${map_name} ${data}`, lane: `${map_name} ${priority}` });
      if (i % 100 === 20) running.gate.breakLines();
      if (i === 200) {
        await running.close();
        await sleep(30);
        running = await opened(server, port);
      }
      if (i % 10 === 0) await sleep(2);
    }
    expect(await client.drain(20_000)).toEqual({ result: "drained" });
    expect(given).toHaveLength(400);
    const results = given.map(({ id }) => client.getSyncResult(id));
    expect(results.filter(({ result }) => result !== "done")).toEqual([]);
    expect(results.filter((result) => "verdict" in result && result.verdict === "duplicate").length).toBeGreaterThan(0);
    expect(given.every(({ id }) => server.applied(id))).toBe(true);
    expect(applied).toHaveLength(400);
    for (const lane of new Set(given.map((one) => one.lane))) {
      const mine = given.filter((one) => one.lane === lane).map(({ text }) => text);
      expect(applied.filter((text) => mine.includes(text))).toEqual(mine);
    }
    const { link, operations } = client.getStatus();
    expect(operations).toEqual({ submitted: 400, completed: 400, failed: 0, rejected: 0, pending: 0 });
    expect(link.connections).toBeGreaterThan(1);
    expect(await client.close()).toEqual({ unknown: 0 });
    await running.close();
  });

  it("CL2 SY10: a host that lost its map to another writes nothing more to it, and cannot speak in the other's name", async () => {
    const server = new MemoryMainServer();
    const running = await opened(server);
    const first = server.give("moc_fild01", HOST);
    const client = begun(running.endpoint, 5_000, [{ map_name: "moc_fild01", epoch: first }]);
    const next = server.give("moc_fild01", HOST + 1);
    const write = (): Promise<unknown> => {
      const given = client.syncCriticalData({ type: "MAP_STATE", account_id: -1, map_name: "moc_fild01", data: "{}" });
      return given.ok ? client.waitForSyncResult(given.value) : Promise.resolve(given.error);
    };
    expect(await write()).toEqual({ result: "rejected", reason: "fenced" });
    expect(client.grantMap("moc_fild01", next)).toEqual({ ok: true, value: null });
    expect(await write()).toEqual({ result: "rejected", reason: "fenced" });
    await client.close(100);
    await running.close();
  });
});
