/**
 * Owns the operations of a client, from when they are given until each has an end: the core's queue, driven by callbacks instead of an actor. Promises
 * what the queue does (SY1, SY4 to SY6), and SY7 at the writer's end. Never sets a timer and never answers a caller: it says when it wants to be woken.
 */
import { assert, unreachable } from "../../base/assert.ts";
import { err, type Result } from "../../base/result.ts";
import type { Epoch, HostId } from "../../core/protocol/ids.ts";
import type { Operation, OperationBatch, OperationId } from "../../core/protocol/operations.ts";
import type { StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import type { CacheAsk } from "../../core/sync/cache.ts";
import { OperationQueue, type QueueOut, type QueueStats, type SubmitRefusal } from "../../core/sync/operation-queue.ts";
import type { OperationEnd } from "../../core/sync/results.ts";
import type { SyncTuning } from "../../core/sync-settings.ts";
import type { MainServerAnswer, ValueKey, WriteAsk } from "../../runtime/main-server.ts";
import type { SyncEnd } from "./answers.ts";
import { Ledgers } from "./ledgers.ts";
import type { Values } from "./values.ts";

/** An operation that is judged and may be given to the queue. */
export type Write = { readonly key: ValueKey; readonly data: Uint8Array; readonly critical: boolean; readonly madeAtMs: number };

/** Whom writes ask and tell. */
export type WritesDesk = {
  /** Microseconds. */
  now(): number;
  ask(ask: WriteAsk, taken: (answer: MainServerAnswer) => void): void;
  /** An operation has ended; or, with `unknown`, a critical one is late and its end follows. */
  ended(id: OperationId, key: ValueKey, end: SyncEnd | { readonly result: "unknown" }): void;
};

type Pending = { readonly write: Write; readonly ask: CacheAsk | null };

/** The epoch under which the queue knows ledgers without a right; no owner ever has it. */
const NO_EPOCH: Epoch = 0;

/** See the head of this file. Each `at` is microseconds. */
export class Writes {
  private readonly desk: WritesDesk;
  private readonly values: Values;
  private readonly queue: OperationQueue;
  private readonly ledgers: Ledgers;
  private readonly pending = new Map<OperationId, Pending>();
  /** What the queue left, to be done once it has returned. */
  private readonly left: (() => void)[] = [];
  /** Operations of the answer at hand that the main server refused. */
  private readonly refused = new Set<OperationId>();
  private readonly out: QueueOut;
  private requests = 0;
  private refusals = 0;

  constructor(host: HostId, tuning: SyncTuning, mapsMax: number, values: Values, desk: WritesDesk) {
    this.desk = desk;
    this.values = values;
    this.queue = new OperationQueue(host, tuning);
    this.ledgers = new Ledgers(mapsMax);
    this.out = {
      ask: (request) => this.asked(request),
      answered: (_map, _epoch, id, answer) => void this.left.push(() => this.answeredOne(id, answer)),
      drained: () => {},
      grantLost: () => undefined,
      fenced: (ledger) => void this.left.push(() => this.ledgers.lose(this.ledgers.of(ledger).map)),
      waited: () => {},
    };
  }

  /** Takes an operation under that id. */
  submit(at: number, id: OperationId, write: Write): Result<null, SubmitRefusal | "too_many_maps"> {
    const { map, type, player } = write.key;
    const found = this.ledgers.forWrite(map, type);
    if (!found.ok) return err(found.error);
    const { ledger, isNew } = found.value;
    if (isNew) this.queue.grant(at, ledger.number, NO_EPOCH, this.out);
    const operation: Operation = { id, type, number: 0, carried: null, player, at: write.madeAtMs, data: write.data };
    const taken = this.queue.submit(at, ledger.number, operation, write.critical, this.out);
    if (taken.ok) this.pending.set(id, { write, ask: this.values.begin(at, write.key) });
    return taken;
  }

  /** See {@link Ledgers.grant}. */
  grant(at: number, map: string, epoch: Epoch): Result<null, "too_many_maps" | "stale_epoch"> {
    const ledger = this.ledgers.grant(map, epoch);
    if (!ledger.ok) return ledger;
    this.queue.grant(at, ledger.value.number, epoch, this.out);
    return { ok: true, value: null };
  }

  /** The map is taken away. False: it was never granted. */
  revoke(at: number, map: string): boolean {
    const ledger = this.ledgers.lose(map);
    if (ledger === undefined) return false;
    this.queue.revoke(at, ledger.number, this.out);
    return true;
  }

  /** Takes nothing more, and sends all that is pending. */
  hold(at: number): void {
    for (const { number } of this.ledgers.list()) this.queue.hold(at, number, this.out);
  }

  /** Gives up: what was not asked yet is rejected, what may have been heard stays as it is. */
  abandon(at: number): void {
    for (const { number } of this.ledgers.list()) this.queue.revoke(at, number, this.out);
  }

  due(at: number): void {
    this.queue.due(at, this.out);
  }

  /** Does what the calls since the last time left to be done: asks the main server and tells who ended. */
  settle(): void {
    for (let next = this.left.shift(); next !== undefined; next = this.left.shift()) next();
  }

  /** When `due` is wanted (us). */
  nextAt(): number {
    return this.queue.nextAt();
  }

  /** Pending, or late and not known to have ended; undefined: neither. */
  status(at: number, id: OperationId): "pending" | "unknown" | undefined {
    const { result } = this.queue.status(at, id);
    return result === "pending" || result === "unknown" ? result : undefined;
  }

  /** The queue's sums. What the main server refused has ended for the queue, and failed for who gave it. */
  stats(): QueueStats {
    const stats = this.queue.stats();
    return { ...stats, completed: stats.completed - this.refusals, failed: stats.failed + this.refusals };
  }

  maps(): { readonly map_name: string; readonly epoch: number; readonly state: "granted" | "lost" }[] {
    return this.ledgers
      .granted()
      .map(({ ledger, lost }) => ({ map_name: ledger.map, epoch: ledger.epoch ?? NO_EPOCH, state: lost ? "lost" : "granted" }));
  }

  private asked(request: StoreRequest): number {
    assert(request.verb === "operations", "a queue writes operations down and asks nothing else");
    this.requests += 1;
    const number = this.requests;
    this.left.push(() => this.ask(number, request));
    return number;
  }

  private ask(number: number, batch: OperationBatch): void {
    const { map } = this.ledgers.of(batch.map);
    const epoch = batch.epoch === NO_EPOCH ? null : batch.epoch;
    const critical = batch.operations.some(({ id }) => this.pending.get(id)?.write.critical === true);
    this.desk.ask({ verb: "write", map, epoch, critical, operations: batch.operations }, (answer) => this.answer(number, batch, answer));
  }

  private answer(number: number, batch: OperationBatch, answer: MainServerAnswer): void {
    const told = this.inWordsOfTheQueue(batch, answer);
    assert(this.queue.answered(this.desk.now(), number, told, this.out), "each request is answered once");
  }

  private inWordsOfTheQueue({ map, epoch, operations }: OperationBatch, answer: MainServerAnswer): StoreAnswer {
    switch (answer.result) {
      case "written":
        answer.verdicts.forEach((verdict, i) => void (verdict === "refused" && this.refused.add(operations[i]!.id)));
        return { result: "ok", verdicts: answer.verdicts.map((verdict) => (verdict === "applied" ? "applied" : "duplicate")) };
      case "refused":
        for (const { id } of operations) this.refused.add(id);
        return { result: "ok", verdicts: operations.map(() => "duplicate") };
      case "fenced":
        // Who claims no right cannot be fenced: a server that says so is asked again, and given up like one that fails.
        if (epoch === NO_EPOCH) return { result: "failed" };
        return { result: "refused", row: { map, owner: answer.owner, epoch: answer.epoch }, known: answer.known };
      case "failed":
      case "unknown":
        return { result: answer.result };
      case "fetched":
      case "found":
        return { result: "unknown" };
      default:
        return unreachable(answer);
    }
  }

  private answeredOne(id: OperationId, answer: OperationEnd | { readonly result: "unknown" }): void {
    const pending = this.pending.get(id);
    assert(pending !== undefined, "an operation that ends was pending");
    const { key, data } = pending.write;
    if (answer.result === "unknown") return this.desk.ended(id, key, answer);
    this.pending.delete(id);
    const end: SyncEnd = this.refused.delete(id) ? { result: "failed", reason: "refused_by_server" } : answer;
    if (end.result === "failed" && end.reason === "refused_by_server") this.refusals += 1;
    // A duplicate was applied earlier, and something newer may have been applied since.
    const isNewest = end.result === "done" && "verdict" in end && end.verdict === "applied";
    this.values.wrote(key, pending.ask, isNewest ? data : null);
    this.desk.ended(id, key, end);
  }
}
