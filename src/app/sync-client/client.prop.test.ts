import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert } from "../../base/assert.ts";
import type { SyncResult } from "./answers.ts";
import { ClientBench, HOST, type Mood } from "./bench.fixture.ts";

const MAPS = ["moc_fild01", "prontera", ""] as const;
const MOODS: readonly Mood[] = ["ok", "failed", "lost", "missed", "late"];

type Command =
  | { readonly kind: "write"; readonly map: number; readonly said: boolean; readonly priority: boolean; readonly believed: boolean }
  | { readonly kind: "read"; readonly map: number }
  | { readonly kind: "reply"; readonly n: number; readonly mood: Mood }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "commitLate" | "give" | "lose" | "revoke" | "drain" };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      map: fc.nat(2),
      said: fc.boolean(),
      priority: fc.boolean(),
      believed: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), map: fc.nat(2) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("reply" as const), n: fc.nat(9), mood: fc.constantFrom(...MOODS) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(1_500) }) },
  { weight: 1, arbitrary: fc.constantFrom("commitLate", "give", "lose", "revoke").map((kind) => ({ kind }) as Command) },
);

/** A client between random callers and a main server in random moods, and what each write was told. */
class Story {
  readonly bench = new ClientBench({ queueMax: 12, workers: 2 });
  readonly told = new Map<string, { readonly told: (SyncResult | { readonly result: "not_waited" })[] }>();
  readonly data = new Map<string, string>();
  readonly refused: unknown[] = [];
  private number = 0;

  async run(commands: readonly Command[]): Promise<void> {
    for (const one of commands) await this.do(one);
  }

  private async do(one: Command): Promise<void> {
    const { client, port, time } = this.bench;
    switch (one.kind) {
      case "write":
        return this.write(one);
      case "read": {
        const read = client.syncFromMainServer({ type: "ITEM_DROP", account_id: 7, map_name: MAPS[one.map] ?? "" });
        if (read.ok) this.told.set(read.value, this.bench.waiting(read.value));
        return;
      }
      case "reply":
        if (one.n < port.open.length) port.reply(one.n, one.mood);
        return;
      case "pass":
        return time.pass(one.ms);
      case "commitLate":
        return port.commitLate();
      case "give":
        return void client.grantMap("moc_fild01", port.server.give("moc_fild01", HOST));
      case "lose":
        return void port.server.give("moc_fild01", HOST + 1);
      case "revoke":
        return void client.revokeMap("moc_fild01");
      case "drain":
        return void client.drain(1_000);
    }
  }

  private write({ map, said, priority, believed }: Extract<Command, { readonly kind: "write" }>): void {
    this.number += 1;
    const data = `value ${this.number}`;
    const type = said ? "CHAT_MESSAGE" : "ITEM_DROP";
    const given = this.bench.client.syncToMainServer({ type, account_id: 7, map_name: MAPS[map] ?? "", data, priority });
    if (!given.ok) return void this.refused.push(given.error);
    if (!believed) this.bench.port.unbelieved.add(given.value);
    this.told.set(given.value, this.bench.waiting(given.value));
    this.data.set(given.value, data);
  }

  /** Every operation's one end, as it was told to who waited for it. */
  ends(): [id: string, end: SyncResult][] {
    return [...this.told].map(([id, { told }]) => {
      assert(told.length === 1, `${id} was told once, not ${told.length} times`);
      return [id, told[0] as SyncResult];
    });
  }
}

describe("any callers, any main server", () => {
  it("SY1 SY4 CL1 CL3: what is done took effect once, what failed or was rejected never did, and everybody is told, whatever the moods", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 80 }), fc.boolean(), async (commands, heals) => {
        const story = new Story();
        const { client, port, time } = story.bench;
        await story.run(commands);
        if (heals) port.mood = "ok";
        while (heals && port.open.length > 0) port.reply(0, "ok");
        const closing = client.close(20_000);
        await time.pass(20_001);
        const { unknown } = await closing;
        for (let i = 0; i < 100; i++) port.commitLate();
        const ends = story.ends();
        const writes = ends.filter(([id]) => story.data.has(id));
        expect(new Set(port.applied).size).toBe(port.applied.length);
        for (const [id, end] of writes) {
          if (end.result === "done") expect(port.applied.filter((one) => one === id)).toHaveLength(1);
          else if (end.result !== "unknown") expect(port.applied).not.toContain(id);
        }
        expect(unknown).toBe(writes.filter(([, { result }]) => result === "unknown").length);
        if (heals) expect(unknown).toBe(0);
        const { operations, waiting } = client.getStatus();
        const count = (result: string): number => writes.filter(([, end]) => end.result === result).length;
        expect([operations, waiting, time.size]).toEqual([
          {
            submitted: writes.length + story.refused.filter((reason) => reason !== "draining").length,
            completed: count("done"),
            failed: count("failed"),
            rejected: count("rejected") + story.refused.filter((reason) => reason !== "draining").length,
            pending: unknown,
          },
          0,
          0,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it("SY7: a read that begins after a write was told done sees it, or something newer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const story = new Story();
        const { client, port, time } = story.bench;
        await story.run(commands);
        port.mood = "ok";
        while (port.open.length > 0) port.reply(0, "ok");
        await time.pass(20_000);
        const read = client.syncFromMainServer({ type: "ITEM_DROP", account_id: 7, map_name: "prontera" });
        expect(read.ok).toBe(true);
        await time.pass(100);
        const seen = client.getSyncResult(read.ok ? read.value : "");
        // One writer, one main server: what is there is the newest that took effect there.
        const there = port.server.apply(HOST, { verb: "fetch", critical: false, map: "prontera", type: "ITEM_DROP", player: 7 });
        const value = there.result === "fetched" && there.value !== null ? new TextDecoder().decode(there.value) : null;
        expect(seen).toEqual({ result: "done", data: value });
      }),
      { numRuns: 200 },
    );
  });
});
