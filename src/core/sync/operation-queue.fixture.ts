/** A queue on a bench: a store of a few lines whose answers are given by hand, and a book of everything that was said. */
import { assert } from "../../base/assert.ts";
import type { Epoch, MapId } from "../protocol/ids.ts";
import type { Operation, OperationBatch, OperationId } from "../protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import { defaultSyncTuning, type SyncTuning } from "../sync-settings.ts";
import { OperationQueue, type QueueOut, type QueueStats, type SubmitRefusal } from "./operation-queue.ts";
import type { OperationStatus } from "./results.ts";

/** How the store answers one attempt. `lost`: applied, but the answer is lost; `missed`: lost and not applied; `late`: lost, and applied some time later. */
export type Mood = "ok" | "failed" | "lost" | "missed" | "late";

/** Who asks. */
export const HOST = 7;

/** What was told of one operation, and what it was. */
export type Told = {
  readonly map: MapId;
  readonly epoch: Epoch;
  readonly critical: boolean;
  readonly at: number;
  readonly answers: { readonly at: number; readonly result: string; readonly reason: string }[];
};

/** It was told its end. */
export function ended({ answers }: Told): boolean {
  return ["done", "failed", "rejected"].includes(answers.at(-1)?.result ?? "");
}

/** A request that was not answered yet. */
export type Open = { readonly request: number; readonly ask: OperationBatch };

/** Small limits, so that each is met: 12 pending of which 3 places are for critical ones, batches of 3 operations or 16 bytes. */
export const SMALL: SyncTuning = {
  ...defaultSyncTuning(),
  pendingMax: 12,
  pendingCriticalMin: 3,
  tickMs: 100,
  batchOperationsMax: 3,
  batchBytesMax: 16,
  operationBytesMax: 9,
  bulkBatchesMax: 2,
  giveUpS: 3,
};

/** An operation of so many bytes. */
export function operation(id: OperationId, bytes = 1): Operation {
  return { id, type: "ITEM_DROP", number: 0, carried: null, player: -1, at: 0, data: new Uint8Array(bytes) };
}

/** See the head of this file. */
export class QueueBench implements QueueOut {
  at = 0;
  readonly queue: OperationQueue;
  readonly open: Open[] = [];
  readonly asks: (Open & { readonly at: number })[] = [];
  readonly told = new Map<OperationId, Told>();
  readonly refusals: SubmitRefusal[] = [];
  readonly drains: [MapId, Epoch][] = [];
  readonly fences: [MapId, Epoch][] = [];
  readonly lostGrants: [MapId, Epoch][] = [];
  readonly waits: [waiter: number, OperationId, OperationStatus][] = [];
  /** What the store applied, in its order; and the epochs it has for maps. */
  readonly applied: OperationId[] = [];
  readonly rows = new Map<MapId, Epoch>();
  /** The epochs that the host knows of; rows may have been raised behind its back. */
  private readonly granted = new Map<MapId, Epoch>();
  private readonly late: OperationBatch[] = [];
  private requests = 0;
  private calls = 0;

  constructor(tuning: SyncTuning = SMALL) {
    this.queue = new OperationQueue(HOST, tuning);
  }

  ask(ask: StoreRequest): number {
    assert(ask.verb === "operations" && ask.host === HOST, "a queue writes operations down and asks nothing else");
    this.requests += 1;
    const open = { request: this.requests, ask };
    this.open.push(open);
    this.asks.push({ ...open, at: this.at });
    return this.requests;
  }

  answered(map: MapId, epoch: Epoch, id: OperationId, answer: { readonly result: string; readonly reason?: string }): void {
    const told = this.told.get(id);
    assert(told !== undefined && told.map === map && told.epoch === epoch, "an answer is about something that was submitted");
    told.answers.push({ at: this.at, result: answer.result, reason: answer.reason ?? "" });
  }

  drained(map: MapId, epoch: Epoch): void {
    const left = [...this.told.values()].filter((t) => t.map === map && t.epoch === epoch && !ended(t));
    assert(left.length === 0, "a map is drained when each of its operations has ended");
    this.drains.push([map, epoch]);
  }

  fenced(map: MapId, epoch: Epoch): void {
    this.fences.push([map, epoch]);
  }

  grantLost(map: MapId, epoch: Epoch): void {
    this.lostGrants.push([map, epoch]);
  }

  waited(waiter: number, id: OperationId, status: OperationStatus): void {
    this.waits.push([waiter, id, status]);
  }

  /** The store gives the map to this host under a new epoch, and the host is told. */
  grant(map: MapId): Epoch {
    const epoch = this.claim(map);
    this.granted.set(map, epoch);
    this.queue.grant(this.at, map, epoch, this);
    return epoch;
  }

  /** The row's epoch is raised: whoever had the map is fenced. */
  claim(map: MapId): Epoch {
    const epoch = (this.rows.get(map) ?? 0) + 1;
    this.rows.set(map, epoch);
    return epoch;
  }

  /** The store fails over and loses the map's last grant, if nothing was written under it; what was to take effect late goes with it. */
  rollBack(map: MapId): void {
    const epoch = this.rows.get(map) ?? 0;
    this.late.length = 0;
    const wrote = this.applied.some((id) => this.told.get(id)?.map === map && this.told.get(id)?.epoch === epoch);
    if (epoch > 0 && !wrote) this.rows.set(map, epoch - 1);
  }

  /** What the host was granted last stands in the map's row again. */
  claimAgain(map: MapId): void {
    this.rows.set(map, Math.max(this.rows.get(map) ?? 0, this.granted.get(map) ?? 0));
  }

  submit(map: MapId, id: OperationId, critical = false, bytes = 1): SubmitRefusal | null {
    const epoch = this.granted.get(map) ?? 0;
    const before = this.told.get(id);
    const told = { map, epoch, critical, at: this.at, answers: [] };
    this.told.set(id, told);
    const answer = this.queue.submit(this.at, map, operation(id, bytes), critical, this);
    this.calls += 1;
    if (answer.ok) return null;
    if (before === undefined) this.told.delete(id);
    else this.told.set(id, before);
    this.refusals.push(answer.error);
    return answer.error;
  }

  /** Lets time pass, waking the queue whenever it asks for it. */
  pass(ms: number): void {
    const until = this.at + ms * 1_000;
    for (let next = this.queue.nextAt(); next <= until; next = this.queue.nextAt()) {
      this.at = Math.max(this.at, next);
      this.queue.due(this.at, this);
    }
    this.at = until;
  }

  /** The store answers the n-th open request. */
  reply(n: number, mood: Mood): void {
    const [open] = this.open.splice(n, 1);
    assert(open !== undefined, "there is such a request");
    const { request, ask } = open;
    this.queue.answered(this.at, request, this.answerTo(ask, mood), this);
    // What is answered once is answered; a second answer under the same number must be without effect.
    assert(!this.queue.answered(this.at, request, { result: "failed" }, this), "a late answer is nobody's");
  }

  private answerTo(ask: OperationBatch, mood: Mood): StoreAnswer {
    if (mood === "failed") return { result: "failed" };
    if (mood === "late") this.late.push(ask);
    if (mood === "late" || mood === "missed") return { result: "unknown" };
    const real = this.apply(ask);
    return mood === "lost" ? { result: "unknown" } : real;
  }

  /** The oldest of what was to take effect late does so now, if its host still owns the map. */
  commitLate(): void {
    const ask = this.late.shift();
    if (ask !== undefined) this.apply(ask);
  }

  private apply({ map, epoch, operations }: OperationBatch): StoreAnswer {
    const row: OwnershipRow = { map, owner: HOST, epoch: this.rows.get(map) ?? 0 };
    if (row.epoch !== epoch) return { result: "refused", row, known: operations.map(({ id }) => this.applied.includes(id)) };
    const verdicts = operations.map(({ id }) => (this.applied.includes(id) ? "duplicate" : "applied"));
    operations.forEach(({ id }, i) => void (verdicts[i] === "applied" && this.applied.push(id)));
    return { result: "ok", row, verdicts };
  }

  /** Answers everything well until nothing is asked any more. */
  clear(): void {
    for (let i = 0; i < 200 && (this.open.length > 0 || this.queue.stats().pending > 0); i++) {
      while (this.open.length > 0) this.reply(0, "ok");
      this.pass(2_000);
    }
    // A tick may still be set for what went before it.
    this.pass(2_000);
  }

  /** What was told of an operation, without times. */
  answersOf(id: OperationId): string[] {
    return (this.told.get(id)?.answers ?? []).map(({ result, reason }) => (reason === "" ? result : `${result}: ${reason}`));
  }

  /** The queue's sums, which must be those of what was given and told (SY4). */
  stats(): QueueStats {
    const stats = this.queue.stats();
    const ends = [...this.told.values()].map(({ answers }) => answers.at(-1)?.result ?? "pending");
    const count = (...results: string[]): number => ends.filter((end) => results.includes(end)).length;
    const own = {
      submitted: this.calls,
      completed: count("done"),
      failed: count("failed"),
      rejected: count("rejected") + this.refusals.length,
      pending: count("pending", "unknown"),
    };
    assert(JSON.stringify(own) === JSON.stringify(stats), `SY4: ${JSON.stringify(stats)} where ${JSON.stringify(own)} happened`);
    return stats;
  }
}
