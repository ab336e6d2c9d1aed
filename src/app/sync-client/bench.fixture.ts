/** A client on a bench: time that passes when a test says so, and a main server whose answers a test gives. */
import { assert } from "../../base/assert.ts";
import { hashedEmbedding } from "../../adapters/embedding/hashed.ts";
import { MemoryMainServer } from "../../adapters/memory/main-server.ts";
import type { OperationId } from "../../core/protocol/operations.ts";
import { defaultSyncSettings, type SyncLimits } from "../../core/sync-settings.ts";
import type { LinkStatus, MainServerAnswer, MainServerAsk, MainServerPort, TakeMainServerAnswer } from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";
import type { SyncRecord, SyncResult } from "./answers.ts";
import { type ClientParts, SyncClient } from "./client.ts";
import { Records } from "./records.ts";

/** Who hosts. */
export const HOST = 1_000_123;

/** Lets every promise that can go on do so. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Time by hand, in microseconds; begins at one second. */
export class HandTime implements Waking {
  at = 1_000_000;
  private readonly waiting = new Map<number, { readonly at: number; readonly run: () => void }>();
  private last = 0;

  now(): number {
    return this.at;
  }

  wake(at: number, run: () => void): () => void {
    this.last += 1;
    const number = this.last;
    this.waiting.set(number, { at, run });
    return () => void this.waiting.delete(number);
  }

  /** How many wait to be woken. */
  get size(): number {
    return this.waiting.size;
  }

  /** Lets time pass, alarm by alarm. */
  async pass(ms: number): Promise<void> {
    const until = this.at + ms * 1_000;
    await turns();
    for (;;) {
      const [next] = [...this.waiting].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
      if (next === undefined) break;
      this.waiting.delete(next[0]);
      this.at = Math.max(this.at, next[1].at);
      next[1].run();
      await turns();
    }
    this.at = until;
  }
}

/** How the main server answers one ask. `lost`: done, but the answer is lost; `missed`: lost and not done; `late`: lost, and done when a test says so. */
export type Mood = "ok" | "failed" | "lost" | "missed" | "late";

/** An ask that was not answered yet. */
export type OpenAsk = { readonly ask: MainServerAsk; readonly until: number; readonly answer: TakeMainServerAnswer };

/** A way to a main server in memory that answers by hand; or, with `mood`, by itself in the next turn. */
export class HandPort implements MainServerPort {
  readonly server = new MemoryMainServer({ judge: (_host, _map, operation) => !this.unbelieved.has(operation.id) });
  readonly open: OpenAsk[] = [];
  readonly asks: MainServerAsk[] = [];
  /** Operations in the order in which they took effect. */
  readonly applied: OperationId[] = [];
  readonly unbelieved = new Set<OperationId>();
  mood: Mood | "hand" = "hand";
  private readonly late: MainServerAsk[] = [];
  private closed = false;

  ask(ask: MainServerAsk, until: number, answer: TakeMainServerAnswer): void {
    this.asks.push(ask);
    this.open.push({ ask, until, answer });
    if (this.mood !== "hand" || this.closed)
      queueMicrotask(() => this.open.length > 0 && this.reply(0, this.closed ? "failed" : (this.mood as Mood)));
  }

  /** Answers the n-th open ask. */
  reply(n: number, mood: Mood): void {
    const [open] = this.open.splice(n, 1);
    assert(open !== undefined, "there is such an ask");
    open.answer(this.answerTo(open.ask, mood));
  }

  private answerTo(ask: MainServerAsk, mood: Mood): MainServerAnswer {
    if (mood === "failed") return { result: "failed" };
    if (mood === "late") this.late.push(ask);
    if (mood === "late" || mood === "missed") return { result: "unknown" };
    const real = this.apply(ask);
    return mood === "lost" ? { result: "unknown" } : real;
  }

  private apply(ask: MainServerAsk): MainServerAnswer {
    const before = new Set(this.applied);
    const answer = this.server.apply(HOST, ask);
    if (ask.verb === "write") for (const { id } of ask.operations) if (this.server.applied(id) && !before.has(id)) this.applied.push(id);
    return answer;
  }

  /** The oldest of what was to take effect late does so now. */
  commitLate(): void {
    const ask = this.late.shift();
    if (ask !== undefined) this.apply(ask);
  }

  status(): LinkStatus {
    return { kind: "memory", state: this.closed ? "closed" : "up", connections: 1, lastEnd: null, keyNumber: null };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { answer } of this.open.splice(0)) answer({ result: "unknown" });
  }
}

/** See the head of this file. */
export class ClientBench {
  readonly time = new HandTime();
  readonly port = new HandPort();
  readonly records: SyncRecord[] = [];
  readonly client: SyncClient;
  private ids = 0;

  constructor(limits: Partial<SyncLimits> = {}, parts: Partial<ClientParts> = {}) {
    this.client = new SyncClient({
      host: HOST,
      limits: { ...defaultSyncSettings().limits, ...limits },
      vectorMaps: ["moc_fild01"],
      debug: false,
      mainServer: this.port,
      embedding: hashedEmbedding(),
      waking: this.time,
      wallMs: () => 1_700_000_000_000 + this.time.at / 1_000,
      uuid: () => `op-${(this.ids += 1)}`,
      records: new Records((record) => void this.records.push(record)),
      ...parts,
    });
  }

  /** Writes a chat line, which is critical only if asked to be; gives its id. */
  chat(map: string, text: string, priority = false): OperationId {
    const given = this.client.syncToMainServer({ type: "CHAT_MESSAGE", account_id: 1, map_name: map, data: text, priority });
    assert(given.ok, given.ok ? "" : given.error);
    return given.value;
  }

  /** Waits without holding the test up: what was told so far stands in the answer. */
  waiting(id: OperationId, timeoutMs = 0): { told: (SyncResult | { readonly result: "not_waited" })[] } {
    const told: (SyncResult | { readonly result: "not_waited" })[] = [];
    void this.client.waitForSyncResult(id, timeoutMs).then((result) => void told.push(result));
    return { told };
  }

  result(id: OperationId): string {
    const known = this.client.getSyncResult(id);
    return "reason" in known ? `${known.result}: ${known.reason}` : known.result;
  }
}
