/**
 * Owns the durable operations of one host, over all its maps, from the moment the game gives them until each has an answer.
 * Promises: SY1 (each attempt of a batch is the same batch), SY4, SY5, SY6 at the host's end; everything is bounded, and every operation ends.
 * Never decides who may write (the store's fence does), keeps nothing over a restart, and calls nobody back from inside another call.
 */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import type { Epoch, HostId, MapId } from "../protocol/ids.ts";
import { type Operation, operationBytes, type OperationId, type OperationVerdict } from "../protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { SyncTuning } from "../sync-settings.ts";
import { type Batch, Book, type ClosedFor, type Entry, type Lane } from "./lane.ts";
import { type OperationEnd, type OperationStatus, Results, Waiters } from "./results.ts";
import { SteadyClock } from "./steady-clock.ts";

/** Why an operation is not taken. The caller has its answer with that; it counts as rejected. */
export type SubmitRefusal = "queue_full" | "not_granted" | "draining" | "already_submitted" | "too_large";

/** Where the queue leaves what it asks and tells, in order. None of these may call the queue. */
export type QueueOut = {
  /** Asks the store; gives the number under which it will be answered. */
  ask(ask: StoreRequest): number;
  /** An operation has ended, or, critical ones only and once, is `unknown` and will end. */
  answered(map: MapId, epoch: Epoch, operation: OperationId, answer: OperationEnd | { readonly result: "unknown" }): void;
  /** A held map has nothing pending any more. */
  drained(map: MapId, epoch: Epoch): void;
  /** The store has another owner or epoch for the map: nothing is taken for it until it is granted anew. */
  fenced(map: MapId, epoch: Epoch, row: OwnershipRow): void;
  /** The store knows only of an older grant than this one: what waits is asked for again until this one stands there once more. */
  grantLost(map: MapId, epoch: Epoch, row: OwnershipRow): void;
  /** To who waited for an operation. */
  waited(waiter: number, operation: OperationId, status: OperationStatus): void;
};

/** How many operations there were, by what became of them (SY4). */
export type QueueStats = {
  readonly submitted: number;
  readonly completed: number;
  readonly failed: number;
  readonly rejected: number;
  readonly pending: number;
};

/**
 * The queue of one host. Each `at` is what the host's clock shows, in microseconds; it may be set. After each call `nextAt` tells when `due` is
 * to be called.
 */
export class OperationQueue {
  private readonly host: HostId;
  private readonly boot: number;
  private readonly tuning: SyncTuning;
  private readonly clock = new SteadyClock();
  private readonly books = new Map<MapId, Book>();
  private readonly pending = new Map<OperationId, Entry>();
  private readonly results: Results;
  private readonly waiters: Waiters;
  /** Batches under way by the number of their request, and those that wait to be asked again. */
  private readonly asked = new Map<number, Batch>();
  private readonly resting = new Set<Batch>();
  /** Critical operations by their deadline. */
  private readonly deadlines: Entry[] = [];
  /** Lanes that are ready and wait for one of the places for batches that are not critical. */
  private readonly queued = new Set<Lane>();
  private bulkBatches = 0;
  private tickAt = Number.POSITIVE_INFINITY;
  private restAt = Number.POSITIVE_INFINITY;
  private readonly counts = { submitted: 0, completed: 0, failed: 0, rejected: 0 };

  /** `boot` tells apart the starts of the host's process; 0 where it does not matter. */
  constructor(host: HostId, tuning: SyncTuning, boot = 0) {
    assert(tuning.operationBytesMax <= tuning.batchBytesMax, "an operation fits into a batch");
    assert(tuning.pendingCriticalMin < tuning.pendingMax && tuning.bulkBatchesMax >= 1, "both classes have room");
    this.host = host;
    this.boot = boot;
    this.tuning = tuning;
    this.results = new Results(tuning.resultsKeptS * US_PER_S, tuning.resultsMax);
    this.waiters = new Waiters(tuning.waitersMax);
  }

  /** The map is this host's under this epoch: operations are taken for it. */
  grant(at: number, map: MapId, epoch: Epoch, out: QueueOut): void {
    const before = this.books.get(map);
    if (before?.epoch === epoch) return;
    assert(before === undefined || before.epoch < epoch, "epochs of a map only rise");
    if (before !== undefined) this.revoke(at, map, out);
    this.books.set(map, new Book(map, epoch));
  }

  /** The map is taken away: what was not asked yet is rejected; what may have taken effect is still found out. */
  revoke(at: number, map: MapId, out: QueueOut): void {
    const book = this.books.get(map);
    if (book === undefined) return;
    this.books.delete(map);
    this.close(this.clock.read(at), book, "revoked", out);
  }

  /** Takes nothing new for the map and sends all that is pending; `drained` follows, at once where nothing is. */
  hold(at: number, map: MapId, out: QueueOut): void {
    const book = this.books.get(map);
    if (book === undefined || book.held || book.closed !== null) return;
    book.held = true;
    const now = this.clock.read(at);
    for (const lane of [book.critical, book.bulk]) {
      lane.release();
      this.pump(now, lane, out);
    }
    if (book.pending === 0) out.drained(map, book.epoch);
  }

  /** A held map goes on as before. */
  release(map: MapId): void {
    const book = this.books.get(map);
    if (book !== undefined) book.held = false;
  }

  /** How many more are taken: the measure by which a game slows down before it is refused. */
  room(critical: boolean): number {
    const { pendingMax, pendingCriticalMin } = this.tuning;
    return Math.max(0, pendingMax - (critical ? 0 : pendingCriticalMin) - this.pending.size);
  }

  /** Takes an operation for a map. Critical ones go at once, all others with the next tick. */
  submit(at: number, map: MapId, operation: Operation, critical: boolean, out: QueueOut): Result<null, SubmitRefusal> {
    const now = this.clock.read(at);
    this.counts.submitted += 1;
    const refusal = this.refusalOf(now, map, operation, critical);
    if (refusal !== null) {
      this.counts.rejected += 1;
      return err(refusal);
    }
    const book = this.books.get(map) as Book;
    const lane = critical ? book.critical : book.bulk;
    const deadline = critical ? now + this.tuning.criticalTimeoutMs * US_PER_MS : Number.POSITIVE_INFINITY;
    const entry: Entry = { operation, lane, deadline, doubted: false, ended: false };
    this.pending.set(operation.id, entry);
    book.pending += 1;
    lane.add(entry);
    if (critical) this.deadlines.push(entry);
    // A full batch does not wait for company.
    if (critical || lane.waiting >= this.tuning.batchOperationsMax) {
      lane.release();
      this.pump(now, lane, out);
    } else if (this.tickAt === Number.POSITIVE_INFINITY) this.tickAt = now + this.tuning.tickMs * US_PER_MS;
    assert(this.pending.size <= this.tuning.pendingMax, "the queue is bounded");
    return ok(null);
  }

  private refusalOf(at: number, map: MapId, operation: Operation, critical: boolean): SubmitRefusal | null {
    const book = this.books.get(map);
    if (book === undefined || book.closed !== null) return "not_granted";
    if (book.held) return "draining";
    if (operationBytes(operation) > this.tuning.operationBytesMax) return "too_large";
    const { id } = operation;
    if (this.pending.has(id) || this.results.get(at, id) !== undefined) return "already_submitted";
    return this.room(critical) === 0 ? "queue_full" : null;
  }

  /** What is known of an operation. */
  status(at: number, id: OperationId): OperationStatus {
    return this.known(this.clock.read(at), id);
  }

  private known(at: number, id: OperationId): OperationStatus {
    const entry = this.pending.get(id);
    if (entry !== undefined) return { result: entry.doubted ? "unknown" : "pending" };
    return this.results.get(at, id) ?? { result: "not_known" };
  }

  /** Tells `waiter` when the operation has ended, or what is known after `timeoutMs`; 0: waits for ever. What is not pending is told at once. */
  wait(at: number, id: OperationId, timeoutMs: number, waiter: number, out: QueueOut): Result<null, "too_many_waiters"> {
    const now = this.clock.read(at);
    if (!this.pending.has(id)) out.waited(waiter, id, this.known(now, id));
    else if (!this.waiters.add(now, id, waiter, timeoutMs)) return err("too_many_waiters");
    return ok(null);
  }

  /** When `due` has something to do, at the earliest (us); Infinity: nothing is waited for. */
  nextAt(): number {
    while (this.deadlines[0]?.ended === true) this.deadlines.shift();
    const deadline = this.deadlines[0]?.deadline ?? Number.POSITIVE_INFINITY;
    return this.clock.shows(Math.min(this.tickAt, this.restAt, deadline, this.waiters.nextAt));
  }

  /** Time has come as far as `at`. */
  due(at: number, out: QueueOut): void {
    const now = this.clock.read(at);
    this.doubt(now, out);
    this.again(now, out);
    if (now >= this.tickAt) this.tick(now, out);
    this.waiters.due(
      now,
      (id) => this.known(now, id),
      (waiter, id, status) => out.waited(waiter, id, status),
    );
  }

  /** Critical operations whose time is over are answered as unknown; they stay, and end later. */
  private doubt(at: number, out: QueueOut): void {
    for (;;) {
      const entry = this.deadlines[0];
      if (entry === undefined || (!entry.ended && entry.deadline > at)) return;
      this.deadlines.shift();
      if (entry.ended) continue;
      entry.doubted = true;
      const { map, epoch } = entry.lane.book;
      out.answered(map, epoch, entry.operation.id, { result: "unknown" });
    }
  }

  private again(at: number, out: QueueOut): void {
    if (at < this.restAt) return;
    this.restAt = Number.POSITIVE_INFINITY;
    for (const batch of this.resting) {
      if (batch.restsUntil > at) this.restAt = Math.min(this.restAt, batch.restsUntil);
      else {
        this.resting.delete(batch);
        this.ask(batch, out);
      }
    }
  }

  private tick(at: number, out: QueueOut): void {
    this.tickAt = Number.POSITIVE_INFINITY;
    const books = [...this.books.values()].filter(({ bulk }) => bulk.waiting > 0).sort((a, b) => a.map - b.map);
    for (const { bulk } of books) {
      bulk.release();
      this.pump(at, bulk, out);
    }
  }

  /** Makes and asks the lane's next batch, where it is ready and there is a place. Critical lanes need none (SY5), nor do those a move waits for. */
  private pump(at: number, lane: Lane, out: QueueOut): void {
    if (!lane.ready) return;
    if (!lane.critical && !lane.book.held && this.bulkBatches >= this.tuning.bulkBatchesMax) {
      this.queued.add(lane);
      return;
    }
    this.queued.delete(lane);
    if (!lane.critical) this.bulkBatches += 1;
    this.ask(lane.form(at, this.tuning.batchOperationsMax, this.tuning.batchBytesMax), out);
  }

  private ask(batch: Batch, out: QueueOut): void {
    const { map, epoch } = batch.lane.book;
    batch.attempts += 1;
    batch.restsUntil = Number.POSITIVE_INFINITY;
    const operations = batch.entries.map(({ operation }) => operation);
    const request = out.ask({ verb: "operations", map, host: this.host, boot: this.boot, epoch, operations });
    assert(!this.asked.has(request), "each request has a number of its own");
    this.asked.set(request, batch);
  }

  /** Takes the store's answer. False: the request is none of the queue's, or was answered before. */
  answered(at: number, request: number, answer: StoreAnswer, out: QueueOut): boolean {
    const batch = this.asked.get(request);
    if (batch === undefined) return false;
    this.asked.delete(request);
    const now = this.clock.read(at);
    switch (answer.result) {
      case "ok":
        this.applied(now, batch, answer.verdicts, out);
        break;
      case "refused":
        this.refused(now, batch, answer.row, answer.known, out);
        break;
      case "unknown":
        batch.doubtful = true;
        this.rest(now, batch);
        break;
      case "failed":
        this.failed(now, batch, out);
    }
    this.next(now, batch.lane, out);
    return true;
  }

  /** What may have taken effect is asked again until that is known; all else for as long as it is worth it. */
  private failed(at: number, batch: Batch, out: QueueOut): void {
    const { closed } = batch.lane.book;
    const worthIt = closed === null && at < batch.firstAt + this.tuning.giveUpS * US_PER_S;
    if (batch.doubtful || worthIt) return this.rest(at, batch);
    this.finish(batch);
    for (const entry of batch.entries) {
      if (closed !== null) this.reject(at, entry, closed, out);
      else this.end(at, entry, { result: "failed", reason: "store_failed" }, out);
    }
  }

  private applied(at: number, batch: Batch, verdicts: readonly OperationVerdict[] | undefined, out: QueueOut): void {
    assert(verdicts?.length === batch.entries.length, "the store says of each operation what became of it");
    this.finish(batch);
    batch.entries.forEach((entry, i) => this.end(at, entry, { result: "done", verdict: verdicts[i] as OperationVerdict }, out));
  }

  /** Fenced, unless the row is behind: what an attempt with a lost answer applied is done; the rest, and all that waits for this map, never will be. */
  private refused(at: number, batch: Batch, row: OwnershipRow, known: readonly boolean[] | undefined, out: QueueOut): void {
    assert(known?.length === batch.entries.length, "the store says of each operation whether it has it");
    const { book } = batch.lane;
    if (row.epoch < book.epoch) {
      this.failed(at, batch, out);
      return out.grantLost(book.map, book.epoch, row);
    }
    this.finish(batch);
    const first = book.closed === null;
    book.closed ??= "fenced";
    batch.entries.forEach((entry, i) => {
      if (known[i] === true) this.end(at, entry, { result: "done", verdict: "duplicate" }, out);
      else this.reject(at, entry, "fenced", out);
    });
    if (!first) return;
    this.close(at, book, "fenced", out);
    out.fenced(book.map, book.epoch, row);
  }

  /** Ends what waits for the book, in order. What is under way, or may have taken effect, is found out first. */
  private close(at: number, book: Book, reason: ClosedFor, out: QueueOut): void {
    book.closed ??= reason;
    for (const lane of [book.critical, book.bulk]) {
      this.queued.delete(lane);
      const { batch } = lane;
      if (batch !== null && this.resting.has(batch) && !batch.doubtful) {
        this.resting.delete(batch);
        this.finish(batch);
        for (const entry of batch.entries) this.reject(at, entry, reason, out);
      }
      for (const entry of lane.clear()) this.reject(at, entry, reason, out);
      this.next(at, lane, out);
    }
  }

  private rest(at: number, batch: Batch): void {
    const { retryMs, retryMaxMs } = this.tuning;
    let waitMs = retryMs;
    for (let i = 1; i < batch.attempts && waitMs < retryMaxMs; i++) waitMs *= 2;
    batch.restsUntil = at + Math.min(waitMs, retryMaxMs) * US_PER_MS;
    this.resting.add(batch);
    this.restAt = Math.min(this.restAt, batch.restsUntil);
  }

  private finish(batch: Batch): void {
    assert(batch.lane.batch === batch, "a lane's batch is finished once");
    batch.lane.batch = null;
    if (!batch.lane.critical) this.bulkBatches -= 1;
  }

  /** A batch of this lane has ended, perhaps: its next goes behind those of other maps that waited for a place. */
  private next(at: number, lane: Lane, out: QueueOut): void {
    if (lane.critical || lane.book.held) this.pump(at, lane, out);
    else if (lane.ready) this.queued.add(lane);
    for (const waiting of this.queued) {
      if (this.bulkBatches >= this.tuning.bulkBatchesMax) return;
      this.pump(at, waiting, out);
    }
  }

  /** Who was told that it may have taken effect is told that it did not. */
  private reject(at: number, entry: Entry, reason: ClosedFor, out: QueueOut): void {
    this.end(at, entry, { result: entry.doubted ? "failed" : "rejected", reason }, out);
  }

  private end(at: number, entry: Entry, end: OperationEnd, out: QueueOut): void {
    assert(!entry.ended && this.pending.delete(entry.operation.id), "an operation ends once");
    entry.ended = true;
    const { book } = entry.lane;
    const { id } = entry.operation;
    if (end.result === "done") this.counts.completed += 1;
    else this.counts[end.result] += 1;
    this.results.put(at, id, end);
    out.answered(book.map, book.epoch, id, end);
    this.waiters.settle(id, end, (waiter, operation, status) => out.waited(waiter, operation, status));
    book.pending -= 1;
    if (book.pending === 0 && book.held && book.closed === null) out.drained(book.map, book.epoch);
  }

  /** The sums, which agree at every instant (SY4). */
  stats(): QueueStats {
    const stats = { ...this.counts, pending: this.pending.size };
    assert(stats.submitted === stats.completed + stats.failed + stats.rejected + stats.pending, "no operation is lost or counted twice");
    return stats;
  }
}
