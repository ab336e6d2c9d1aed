import { describe, expect, it } from "vitest";
import { hashedVector } from "../../adapters/embedding/hashed.ts";
import { SYNC_TYPES } from "../../core/protocol/operations.ts";
import { ClientBench, HOST } from "./bench.fixture.ts";
import { SyncClient, type SyncRequest } from "./client.ts";
import { Records } from "./records.ts";

/** A request that is right, with parts of it changed to whatever a caller without types may give. */
const request = (change: Record<string, unknown> = {}): SyncRequest =>
  ({ type: "ITEM_DROP", account_id: 7, map_name: "moc_fild01", data: "{}", ...change }) as SyncRequest;

const valueOf = (given: { readonly ok: boolean; readonly value?: unknown; readonly error?: unknown }): unknown =>
  given.ok ? given.value : given.error;

describe("writing and reading", () => {
  it.each(SYNC_TYPES)("%s goes to the main server and comes back, whatever the type", async (type) => {
    const { client, port, time } = new ClientBench();
    port.mood = "ok";
    const given = client.syncToMainServer(request({ type, data: `{"of":"${type}"}` }));
    const id = String(valueOf(given));
    await time.pass(1_500);
    expect(client.getSyncResult(id)).toEqual({ result: "done", verdict: "applied" });
    const other = new ClientBench({}, { mainServer: port, uuid: () => "read" });
    expect(other.client.syncFromMainServer(request({ type })).ok).toBe(true);
    await other.time.pass(10);
    expect(other.client.getSyncResult("read")).toEqual({ result: "done", data: `{"of":"${type}"}` });
  });

  it("tells pending from failed, and both from what nobody knows of", async () => {
    const bench = new ClientBench();
    const [first, second] = [bench.chat("a", "x", true), bench.chat("b", "y", true)];
    bench.port.unbelieved.add(second);
    expect([first, second, "op-9"].map((id) => bench.result(id))).toEqual(["pending", "pending", "not_known"]);
    bench.port.reply(0, "ok");
    bench.port.reply(0, "ok");
    expect([first, second].map((id) => bench.result(id))).toEqual(["done", "failed: refused_by_server"]);
    expect(bench.client.getStatus().operations).toEqual({ submitted: 2, completed: 1, failed: 1, rejected: 0, pending: 0 });
    await bench.time.pass(0);
  });

  it("SY5 a critical operation is known to be late after critical_timeout_ms, and ends later", async () => {
    const bench = new ClientBench({ criticalTimeoutMs: 500 });
    const id = bench.chat("a", "x", true);
    await bench.time.pass(499);
    expect(bench.result(id)).toBe("pending");
    await bench.time.pass(1);
    expect(bench.result(id)).toBe("unknown");
    bench.port.reply(0, "lost");
    await bench.time.pass(100);
    bench.port.reply(0, "ok");
    expect(bench.client.getSyncResult(id)).toEqual({ result: "done", verdict: "duplicate" });
    expect(bench.records.map((record) => "result" in record && record.result)).toEqual(["unknown"]);
  });

  it("the conf's critical_data_types go first unless priority says otherwise; syncCriticalData always does", async () => {
    const { client, port } = new ClientBench({ criticalTypes: ["MAP_STATE"] });
    client.syncToMainServer(request({ type: "MAP_STATE", priority: false }));
    client.syncToMainServer(request());
    expect(port.open).toHaveLength(0);
    client.syncToMainServer(request({ type: "MAP_STATE" }));
    client.syncToMainServer(request({ map_name: "b", priority: true }));
    client.syncCriticalData({ ...request({ map_name: "c" }) });
    expect(port.open.map(({ ask }) => "critical" in ask && ask.critical)).toEqual([true, true, true]);
  });

  it("SY7 a read sees one's own acknowledged write, also where it was under way before", async () => {
    const bench = new ClientBench();
    const { client, port, time } = bench;
    const read = (): string => String(valueOf(client.syncFromMainServer(request())));
    const early = read();
    const asked = port.open.splice(0, 1)[0]!;
    client.syncToMainServer(request({ data: "new", priority: true }));
    port.reply(0, "ok");
    asked.answer({ result: "fetched", value: null });
    await time.pass(0);
    port.reply(0, "ok");
    expect(client.getSyncResult(early)).toEqual({ result: "done", data: "new" });
    expect(client.getSyncResult(read())).toEqual({ result: "done", data: "new" });
    expect(port.open).toHaveLength(0);
    await time.pass(3_600_000);
    const late = read();
    expect([port.open.length, bench.result(late)]).toEqual([1, "pending"]);
  });

  it("a read is asked again while it has time, and then fails by name", async () => {
    const bench = new ClientBench();
    const id = String(valueOf(bench.client.syncFromMainServer(request())));
    bench.port.mood = "missed";
    bench.port.reply(0, "failed");
    await bench.time.pass(9_999);
    expect([bench.result(id), bench.port.asks.length > 5]).toEqual(["pending", true]);
    await bench.time.pass(1);
    expect(bench.client.getSyncResult(id)).toEqual({ result: "failed", reason: "timeout" });
    expect(bench.client.getStatus().reads).toEqual({ begun: 1, done: 0, failed: 1, pending: 0 });
  });

  it("every ask has a time by which it is answered: critical ones critical_timeout_ms, others 10 s, a read's attempt 2 s and no longer than the read", async () => {
    const { client, port, time } = new ClientBench({ criticalTimeoutMs: 300 });
    client.syncToMainServer(request({ priority: true }));
    client.syncFromMainServer(request({ map_name: "a", priority: true }));
    client.syncFromMainServer(request({ map_name: "b" }));
    client.syncToMainServer(request({ map_name: "c" }));
    const begun = time.at;
    await time.pass(1_000);
    expect(port.open.map(({ until }) => (until - begun) / 1_000)).toEqual([300, 300, 2_000, 11_000]);
  });

  it("what is read and is no text is told, not guessed at", async () => {
    const bench = new ClientBench();
    const id = String(valueOf(bench.client.syncFromMainServer(request())));
    bench.port.open[0]?.answer({ result: "fetched", value: Uint8Array.of(0xff) });
    expect(bench.result(id)).toBe("failed: value_not_text");
  });
});

describe("maps of one's own", () => {
  it("CL2 their state is written under the epoch; when that is lost the state is, and what is said about the map is not", async () => {
    const bench = new ClientBench();
    const { client, port, time } = bench;
    const epoch = port.server.give("moc_fild01", HOST);
    expect(client.grantMap("moc_fild01", epoch)).toEqual({ ok: true, value: null });
    port.mood = "ok";
    const before = String(valueOf(client.syncToMainServer(request())));
    await time.pass(1_000);
    port.server.give("moc_fild01", HOST + 1);
    const state = String(valueOf(client.syncToMainServer(request())));
    const said = String(valueOf(client.syncToMainServer(request({ type: "SECURITY_VALIDATION" }))));
    await time.pass(1_500);
    expect([before, state, said].map((id) => bench.result(id))).toEqual(["done", "rejected: fenced", "done"]);
    expect(valueOf(client.syncToMainServer(request()))).toBe("not_granted");
    expect(client.getStatus().maps).toEqual([{ map_name: "moc_fild01", epoch, state: "lost" }]);
    expect([valueOf(client.grantMap("moc_fild01", epoch)), valueOf(client.grantMap("moc_fild01", epoch + 5))]).toEqual([
      "stale_epoch",
      null,
    ]);
    expect(client.syncToMainServer(request()).ok).toBe(true);
  });

  it("CL2 who hosts nothing writes the state of maps that nobody owns, and of no others", async () => {
    const bench = new ClientBench();
    bench.port.mood = "ok";
    bench.port.server.give("moc_fild01", HOST + 1);
    const ids = ["moc_fild01", "prontera", ""].map((map_name) => String(valueOf(bench.client.syncToMainServer(request({ map_name })))));
    await bench.time.pass(1_500);
    expect(ids.map((id) => bench.result(id))).toEqual(["failed: refused_by_server", "done", "done"]);
  });

  it("a map that is taken away: what was not sent is rejected, what may have been heard is found out", async () => {
    const bench = new ClientBench();
    const { client, port, time } = bench;
    client.grantMap("a", port.server.give("a", HOST));
    const sent = String(valueOf(client.syncToMainServer(request({ map_name: "a", priority: true }))));
    const waiting = String(valueOf(client.syncToMainServer(request({ map_name: "a" }))));
    expect([client.revokeMap("a"), client.revokeMap("b")]).toEqual([true, false]);
    port.reply(0, "lost");
    await time.pass(100);
    port.reply(0, "ok");
    expect([sent, waiting].map((id) => bench.result(id))).toEqual(["done", "rejected: revoked"]);
  });

  it.each([
    ["Moc", 1, "map_name_invalid"],
    ["", 1, "map_name_invalid"],
    ["a", 0, "epoch_invalid"],
    ["a", 1.5, "epoch_invalid"],
  ])("grantMap(%j, %j) is refused as %s", (map, epoch, reason) => {
    expect(valueOf(new ClientBench().client.grantMap(map, epoch))).toBe(reason);
  });

  it("as many maps as may be, and one more is refused by name", () => {
    const { client } = new ClientBench();
    for (let i = 0; i < 4_096; i++) client.grantMap(`m${i}`, 1);
    expect(valueOf(client.grantMap("one_more", 1))).toBe("too_many_maps");
    expect(valueOf(client.syncToMainServer(request({ map_name: "another" })))).toBe("too_many_maps");
  });
});

describe("whatever is given", () => {
  it.each([
    [{ type: "POSITION" }, "type_unknown"],
    [{ type: 0 }, "type_unknown"],
    [{ account_id: -2 }, "account_id_invalid"],
    [{ account_id: "7" }, "account_id_invalid"],
    [{ account_id: Number.NaN }, "account_id_invalid"],
    [{ map_name: "Prontera" }, "map_name_invalid"],
    [{ map_name: "a".repeat(25) }, "map_name_invalid"],
    [{ map_name: undefined }, "map_name_invalid"],
    [{ data: "a\0b" }, "data_invalid"],
    [{ data: "\ud800" }, "data_invalid"],
    [{ data: { a: 1 } }, "data_invalid"],
    [{ data: "x".repeat(49_153) }, "data_too_large"],
    [{ data: "ü".repeat(24_577) }, "data_too_large"],
    [{ type: "VECTOR_EMBEDDING", map_name: "prontera" }, "map_not_vector_eligible"],
  ])("%j is refused as %s", (change, reason) => {
    const { client } = new ClientBench();
    expect(valueOf(client.syncToMainServer(request(change)))).toBe(reason);
    expect(valueOf(client.syncCriticalData(request(change)))).toBe(reason);
    expect(client.getStatus().operations.submitted).toBe(0);
  });

  it("takes the largest data and a text with every other character", () => {
    const { client } = new ClientBench();
    for (const data of ["x".repeat(49_152), "", "\u0001\u007f\ufeff😀"]) expect(client.syncToMainServer(request({ data })).ok).toBe(true);
  });

  it("nothing at all does not throw either", async () => {
    const { client } = new ClientBench();
    const nothing = undefined as never;
    expect(valueOf(client.syncToMainServer(nothing))).toBe("type_unknown");
    expect(valueOf(client.syncFromMainServer(nothing))).toBe("type_unknown");
    expect(client.getSyncResult(nothing)).toEqual({ result: "not_known" });
    expect(await client.waitForSyncResult(nothing)).toEqual({ result: "not_known" });
    expect(valueOf(client.cacheData(nothing, nothing))).toBe("key_invalid");
    expect(client.getCachedData(nothing)).toBeNull();
    expect(valueOf(await client.createEmbedding(nothing))).toBe("data_invalid");
    expect(valueOf(await client.searchSimilarEmbeddings(nothing))).toBe("vector_invalid");
    expect(valueOf(client.grantMap(nothing, nothing))).toBe("map_name_invalid");
    expect(client.revokeMap(nothing)).toBe(false);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 3e9, "1"])("a wait of %j is none", async (timeout) => {
    const bench = new ClientBench();
    const id = bench.chat("a", "x");
    expect(await bench.client.waitForSyncResult(id, timeout as number)).toEqual({ result: "not_waited", reason: "timeout_invalid" });
  });

  it("an id that comes twice is refused, for reads too", async () => {
    const bench = new ClientBench({}, { uuid: () => "same" });
    bench.port.mood = "ok";
    expect(valueOf(bench.client.syncToMainServer(request()))).toBe("same");
    expect(valueOf(bench.client.syncFromMainServer(request()))).toBe("already_submitted");
    await bench.time.pass(1_500);
    expect(valueOf(bench.client.syncToMainServer(request()))).toBe("already_submitted");
    const other = new ClientBench({}, { uuid: () => "same" });
    expect(valueOf(other.client.syncFromMainServer(request()))).toBe("same");
    for (const given of [other.client.syncToMainServer(request()), other.client.syncFromMainServer(request())])
      expect(valueOf(given)).toBe("already_submitted");
  });

  it("an id that is none is a bug of who brought its source", () => {
    const { client } = new ClientBench({}, { uuid: () => "not an id" });
    expect(() => client.syncToMainServer(request())).toThrow("an id");
    expect(client.getStatus().operations.submitted).toBe(0);
  });

  it("a log that throws is counted and stops nothing", async () => {
    const records = new Records(() => {
      throw new Error("a log");
    });
    const bench = new ClientBench({}, { records, debug: true });
    bench.port.mood = "ok";
    const id = bench.chat("a", "x");
    await bench.time.pass(1_500);
    expect([bench.result(id), bench.client.getStatus().records_lost]).toEqual(["done", 1]);
  });
});

describe("putting aside", () => {
  it("keeps a text for its time, at most cache_expiry_seconds, and the newest", async () => {
    const { client, time } = new ClientBench({ cacheExpiryS: 100, criticalCacheExpiryS: 60 });
    expect(client.cacheData("map_state:moc_fild01", "old", 10)).toEqual({ ok: true, value: null });
    expect(client.cacheData("map_state:moc_fild01", "new", 20).ok).toBe(true);
    expect(client.cacheData("long", "ü", 1_000).ok).toBe(true);
    await time.pass(19_999);
    expect([client.getCachedData("map_state:moc_fild01"), client.getCachedData("none")]).toEqual(["new", null]);
    await time.pass(1);
    expect([client.getCachedData("map_state:moc_fild01"), client.getCachedData("long")]).toEqual([null, "ü"]);
    await time.pass(80_000);
    expect(client.getCachedData("long")).toBeNull();
  });

  it.each([
    ["", "x", 1, "key_invalid"],
    ["k".repeat(257), "x", 1, "key_invalid"],
    ["k\0", "x", 1, "key_invalid"],
    ["k", "\udc00", 1, "value_invalid"],
    ["k", "x".repeat(65_537), 1, "value_too_large"],
    ["k", "x", 0, "expiry_invalid"],
    ["k", "x", 1.5, "expiry_invalid"],
  ])("refuses %.9j, %.9j for %d s as %s", (key, value, expiry, reason) => {
    expect(valueOf(new ClientBench().client.cacheData(key, value, expiry))).toBe(reason);
  });
});

describe("vectors", () => {
  it("CL4 are stored of eligible maps alone, and found by distance", async () => {
    const { client, port, time } = new ClientBench();
    port.mood = "ok";
    expect(valueOf(await client.createEmbedding("x", { map_name: "prontera", account_id: 1 }))).toBe("map_not_vector_eligible");
    const made = await client.createEmbedding("poring drops jellopy", { map_name: "moc_fild01", account_id: 1 });
    expect(made).toMatchObject({ ok: true, value: { model: "hashed-ngrams-1", semantic: false, operation: "op-1" } });
    await client.createEmbedding("nothing of the sort", { map_name: "moc_fild01", account_id: 2 });
    await time.pass(1_500);
    const searching = client.searchSimilarEmbeddings({ model: "hashed-ngrams-1", vector: hashedVector("a poring dropped jellopy") }, 2);
    await time.pass(10);
    const found = await searching;
    expect(found).toMatchObject({
      ok: true,
      value: [{ id: "op-1", map: "moc_fild01", player: 1, text: "poring drops jellopy" }, { id: "op-2" }],
    });
    const other = client.searchSimilarEmbeddings({ model: "openai/other", vector: hashedVector("poring drops jellopy") });
    await time.pass(10);
    expect(await other).toEqual({ ok: true, value: [] });
  });

  it.each([
    [{ model: "m", vector: new Float32Array(3) }, 5, null, "vector_invalid"],
    [{ model: "m", vector: new Float32Array(1_536) }, 5, null, "vector_invalid"],
    [{ model: "m", vector: new Float32Array(1_536).fill(Number.NaN) }, 5, null, "vector_invalid"],
    [{ model: "m", vector: hashedVector("x") }, 0, null, "count_invalid"],
    [{ model: "m", vector: hashedVector("x") }, 21, null, "count_invalid"],
    [{ model: "m", vector: hashedVector("x") }, 5, "Nowhere", "map_name_invalid"],
  ])("a search that makes no sense is refused by name", async (embedding, count, map, reason) => {
    expect(valueOf(await new ClientBench().client.searchSimilarEmbeddings(embedding, count, map))).toBe(reason);
  });
});

describe("the end", () => {
  it("CL3 a drain takes nothing new, sends what is pending at once, and is told when all has ended", async () => {
    const bench = new ClientBench();
    const { client, port, time } = bench;
    const ids = [bench.chat("a", "x"), bench.chat("b", "y")];
    const draining = client.drain(5_000);
    expect(port.open).toHaveLength(2);
    expect([valueOf(client.syncToMainServer(request())), valueOf(client.syncFromMainServer(request()))]).toEqual(["draining", "draining"]);
    port.reply(0, "ok");
    port.reply(0, "ok");
    await time.pass(0);
    expect(valueOf(await client.searchSimilarEmbeddings({ model: "m", vector: hashedVector("x") }))).toBe("draining");
    expect([await draining, ids.map((id) => bench.result(id))]).toEqual([{ result: "drained" }, ["done", "done"]]);
  });

  it("CL3 closing tells everybody: what was not sent is rejected, what may have been heard is unknown, reads fail", async () => {
    const bench = new ClientBench({ workers: 1 });
    const { client, time } = bench;
    const [sent, queued] = [bench.chat("a", "x"), bench.chat("b", "y")];
    await time.pass(1_000);
    const behind = bench.chat("a", "z");
    const read = String(valueOf(client.syncFromMainServer(request())));
    const told = [sent, queued, behind, read].map((id) => bench.waiting(id));
    expect(client.getStatus().waiting).toBe(4);
    const [first, again] = [client.close(2_000), client.close()];
    await time.pass(2_001);
    expect(told.map((waiting) => waiting.told)).toEqual([
      [{ result: "unknown" }],
      [{ result: "unknown" }],
      [{ result: "rejected", reason: "revoked" }],
      [{ result: "failed", reason: "closed" }],
    ]);
    expect([await first, await again]).toEqual([{ unknown: 2 }, { unknown: 2 }]);
    expect(bench.result(sent)).toBe("unknown");
    expect([valueOf(client.syncToMainServer(request())), valueOf(client.grantMap("a", 9))]).toEqual(["closed", "closed"]);
    expect(await client.drain()).toEqual({ result: "timeout", pending: 2 });
    expect(await client.waitForSyncResult(sent)).toEqual({ result: "unknown" });
    expect([client.getStatus().state, client.getStatus().waiting, time.size]).toEqual(["closed", 0, 0]);
  });

  it("an idle client closes at once and leaves no timer", async () => {
    const { client, time } = new ClientBench();
    const closing = client.close();
    await time.pass(0);
    expect([await closing, time.size]).toEqual([{ unknown: 0 }, 0]);
    expect(client).toBeInstanceOf(SyncClient);
  });
});
