/** The bugs of the seed's queue, each by its name: none of them may come back. The random key stands in init.live.test.ts. */
import { describe, expect, it } from "vitest";
import { ClientBench } from "./bench.fixture.ts";

describe("bugs of the seed's queue", () => {
  it("one critical operation at a time process-wide: those of other maps do not wait for it, nor do twenty of one map for each other", async () => {
    const { client, port, time } = new ClientBench();
    for (const map of ["a", "b", "c"])
      expect(client.syncCriticalData({ type: "MAP_STATE", account_id: -1, map_name: map, data: "x" }).ok).toBe(true);
    expect(port.open.map(({ ask }) => ask.verb === "write" && ask.map)).toEqual(["a", "b", "c"]);
    for (let i = 0; i < 20; i++) client.syncCriticalData({ type: "MAP_STATE", account_id: -1, map_name: "a", data: "y" });
    port.reply(0, "ok");
    await time.pass(0);
    expect(port.open.map(({ ask }) => ask.verb === "write" && ask.operations.length)).toEqual([1, 1, 20]);
  });

  it("LIFO among priorities: operations of a class take effect in the order in which they were given (SY6)", async () => {
    const bench = new ClientBench();
    bench.port.mood = "ok";
    const critical = Array.from({ length: 30 }, (_, i) => bench.chat("a", `c${i}`, true));
    const plain = Array.from({ length: 30 }, (_, i) => bench.chat("a", `p${i}`));
    await bench.time.pass(2_000);
    expect(bench.port.applied.filter((id) => critical.includes(id))).toEqual(critical);
    expect(bench.port.applied.filter((id) => plain.includes(id))).toEqual(plain);
  });

  it("a full queue drops the newest priority operation: it is refused by name, places are kept for critical ones, and nothing taken is dropped", async () => {
    const bench = new ClientBench({ queueMax: 20, workers: 2 });
    const write = (priority: boolean): string => {
      const given = bench.client.syncToMainServer({ type: "CHAT_MESSAGE", account_id: 1, map_name: "a", data: "x", priority });
      return given.ok ? given.value : given.error;
    };
    const plain = Array.from({ length: 19 }, () => write(false));
    expect(plain.slice(17)).toEqual(["op-18", "queue_full"]);
    const critical = [write(true), write(true), write(true)];
    expect(critical[2]).toBe("queue_full");
    bench.port.mood = "ok";
    while (bench.port.open.length > 0) bench.port.reply(0, "ok");
    await bench.time.pass(5_000);
    expect(bench.port.applied.toSorted()).toEqual([...plain.slice(0, 18), ...critical.slice(0, 2)].toSorted());
    expect(bench.client.getStatus().operations).toEqual({ submitted: 22, completed: 20, failed: 0, rejected: 2, pending: 0 });
  });

  it("dropped operations never answer: whoever waits for a refused, rejected, failed or lost operation is told", async () => {
    const bench = new ClientBench({}, { giveUpS: 1 });
    const { client, port, time } = bench;
    client.grantMap("a", 1);
    const ids = ["a", "b"].map((map_name) => {
      const given = client.syncToMainServer({ type: "MAP_STATE", account_id: -1, map_name, data: "x", priority: false });
      return given.ok ? given.value : "";
    });
    const [rejected, failed] = ids.map((id) => bench.waiting(id));
    const [never] = [bench.waiting("nobody")];
    client.revokeMap("a");
    port.mood = "failed";
    await time.pass(10_000);
    expect([rejected?.told, failed?.told, never?.told]).toEqual([
      [{ result: "rejected", reason: "revoked" }],
      [{ result: "failed", reason: "store_failed" }],
      [{ result: "not_known" }],
    ]);
    const stuck = bench.chat("b", "x", true);
    const lost = bench.waiting(stuck);
    port.mood = "missed";
    const closing = client.close(1_000);
    await time.pass(2_000);
    expect([lost.told, await closing]).toEqual([[{ result: "unknown" }], { unknown: 1 }]);
  });

  it("results never evicted: after cache_expiry_seconds a result is forgotten", async () => {
    const bench = new ClientBench({ cacheExpiryS: 60, criticalCacheExpiryS: 60 });
    bench.port.mood = "ok";
    const write = bench.chat("a", "x");
    const read = bench.client.syncFromMainServer({ type: "NPC_STATE", account_id: -1, map_name: "a" });
    await bench.time.pass(1_500);
    const ids = [write, read.ok ? read.value : ""];
    expect(ids.map((id) => bench.result(id))).toEqual(["done", "done"]);
    await bench.time.pass(59_000);
    expect(ids.map((id) => bench.result(id))).toEqual(["done", "not_known"]);
    await bench.time.pass(1_000);
    expect(ids.map((id) => bench.result(id))).toEqual(["not_known", "not_known"]);
  });

  it("wait(0) returns at once though documented as forever: it waits until the end, however long that takes", async () => {
    const bench = new ClientBench();
    const id = bench.chat("a", "x");
    const [forever, brief] = [bench.waiting(id), bench.waiting(id, 1_500)];
    bench.port.mood = "missed";
    await bench.time.pass(3_600_000);
    expect([forever.told, brief.told]).toEqual([[], [{ result: "pending" }]]);
    bench.port.mood = "ok";
    await bench.time.pass(5_000);
    expect(forever.told).toEqual([{ result: "done", verdict: "applied" }]);
  });
});
