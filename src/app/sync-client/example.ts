/**
 * How a program embeds data synchronisation, from beginning to end, on this machine alone. Run it with `npm run example`; it ends by itself.
 * A program of yours imports `init` from "peerstead/sync-client", and has a main server elsewhere.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sealingLimits } from "../../core/sync/limits.ts";
import { init } from "./init.ts";
import { openMainServer } from "./main-server.ts";

/** The key that both ends hold. A real one is 32 random bytes and stands in a file that nobody else reads. */
const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const HOST = 1_000_123;
const MAP = "moc_fild01";
/** Three messages a key, so that keys change while one looks on; otherwise a million. */
const SEALING = { ...sealingLimits(), rekeyMessages: 3 };

/** Runs the example; says what happens line by line. */
export async function example(say: (line: string) => void): Promise<void> {
  // 1. A main server. It has given our host a map, and the epoch says so.
  const opened = await openMainServer({ key: KEY, sealing: SEALING });
  if (!opened.ok) return say(`no main server: ${opened.error}`);
  const { server, gate, endpoint } = opened.value;
  const epoch = server.give(MAP, HOST);

  // 2. The client, from a conf.
  const folder = mkdtempSync(join(tmpdir(), "peerstead-example-"));
  const conf = join(folder, "p2p_data_sync.conf");
  writeFileSync(
    conf,
    `main_server_endpoint = ${endpoint}\nencryption_key = ${KEY}\nvector_eligible_maps = ${MAP}\nsync_interval_ms = 50\ncritical_timeout_ms = 5000\n`,
  );
  const begun = init({ conf, host: HOST, hosted: [{ map_name: MAP, epoch }], world: { sealing: SEALING, environment: {} } });
  rmSync(folder, { recursive: true });
  if (!begun.ok) return say(`no client: ${begun.error.reason}`);
  const client = begun.value;

  // 3. Write down, and wait for the end. What is refused is a value, nothing throws.
  const state = client.syncCriticalData({ type: "MAP_STATE", account_id: -1, map_name: MAP, data: '{"monsters":12}' });
  if (state.ok) say(`map state: ${JSON.stringify(await client.waitForSyncResult(state.value))}`);
  const metrics = client.syncToMainServer({ type: "HOST_METRICS", account_id: HOST, map_name: "", data: '{"cpu":0.4}' });
  if (metrics.ok)
    say(`metrics: ${client.getSyncResult(metrics.value).result}, then ${(await client.waitForSyncResult(metrics.value)).result}`);

  // 4. The line breaks. It comes back by itself; what is given meanwhile waits.
  gate.breakLines();
  const later = client.syncToMainServer({ type: "QUEST_PROGRESS", account_id: 2_000_001, map_name: MAP, data: '{"quest":7,"step":3}' });
  if (later.ok) say(`after a broken line: ${JSON.stringify(await client.waitForSyncResult(later.value))}`);

  // 5. Read back. Another program's write would be seen once the cached value is older than cache_expiry_seconds.
  const read = client.syncFromMainServer({ type: "QUEST_PROGRESS", account_id: 2_000_001, map_name: MAP });
  if (read.ok) say(`read back: ${JSON.stringify(await client.waitForSyncResult(read.value))}`);

  // 6. Texts as vectors. Without a key for a service the offline provider knows letters and no meaning.
  for (const text of ["poring drops a jellopy", "the guild hall is open"]) {
    const made = await client.createEmbedding(text, { map_name: MAP, account_id: -1 });
    if (made.ok && made.value.operation !== null) await client.waitForSyncResult(made.value.operation);
  }
  const asked = await client.createEmbedding("a poring dropped jellopies");
  const found = asked.ok ? await client.searchSimilarEmbeddings(asked.value, 1) : asked;
  if (found.ok) say(`nearest text: ${JSON.stringify(found.value[0]?.text)}`);

  // 7. Nothing that is printed says where the main server is.
  const { link, operations } = client.getStatus();
  say(`line: ${link.state}, stood ${link.connections} times, key ${link.keyNumber}`);
  say(`operations: ${JSON.stringify(operations)}`);
  say(`closed: ${JSON.stringify(await client.close())}`);
  await opened.value.close();
}

if (import.meta.main) await example((line) => void process.stdout.write(`${line}\n`));
