/**
 * Owns the operations of one class of one map that wait to be sent, in the order in which they were given (SY6).
 * Promises: at most one batch of a lane is under way, and a batch is never made anew. Never asks a store and never answers anybody.
 */
import { assert } from "../../base/assert.ts";
import type { Epoch, MapId } from "../protocol/ids.ts";
import { type Operation, operationBytes } from "../protocol/operations.ts";

/** A pending operation. */
export type Entry = {
  readonly operation: Operation;
  readonly lane: Lane;
  /** When it must have been answered as done, failed or unknown (us); Infinity unless it is critical. */
  readonly deadline: number;
  /** It was answered as unknown. */
  doubted: boolean;
  ended: boolean;
};

/** What is asked of the store in one request. It stays as it is over all attempts, so that each attempt means the same. */
export type Batch = {
  readonly lane: Lane;
  readonly entries: readonly Entry[];
  /** When it was asked first (us). */
  readonly firstAt: number;
  attempts: number;
  /** The answer to an attempt was lost: it may have taken effect, or still may. */
  doubtful: boolean;
  /** It is asked again then (us); Infinity while it is under way. */
  restsUntil: number;
};

/** Why a book takes nothing any more: the store has another owner or epoch for the map, or it was taken from the host. */
export type ClosedFor = "fenced" | "revoked";

/** Space in front of the first waiting entry that is worth giving back. */
const SPENT_MAX = 256;

/** See the head of this file. */
export class Lane {
  readonly book: Book;
  readonly critical: boolean;
  /** The one batch under way or resting, if any. */
  batch: Batch | null = null;
  private entries: Entry[] = [];
  private first = 0;
  private due = 0;

  constructor(book: Book, critical: boolean) {
    this.book = book;
    this.critical = critical;
  }

  /** How many wait. */
  get waiting(): number {
    return this.entries.length - this.first;
  }

  /** A batch may be made now. */
  get ready(): boolean {
    return this.batch === null && this.due > 0;
  }

  add(entry: Entry): void {
    assert(entry.lane === this, "an operation waits in its own lane");
    this.entries.push(entry);
  }

  /** All that wait now may go. */
  release(): void {
    this.due = this.waiting;
  }

  /** Takes the oldest of those that may go, within both limits, as the lane's batch. */
  form(at: number, operationsMax: number, bytesMax: number): Batch {
    assert(this.ready, "a lane has one batch at a time");
    const from = this.first;
    const until = from + Math.min(this.due, operationsMax);
    let bytes = 0;
    while (this.first < until) {
      bytes += operationBytes((this.entries[this.first] as Entry).operation);
      if (bytes > bytesMax && this.first > from) break;
      this.first += 1;
    }
    const entries = this.entries.slice(from, this.first);
    this.due -= entries.length;
    this.shrink();
    this.batch = { lane: this, entries, firstAt: at, attempts: 0, doubtful: false, restsUntil: Number.POSITIVE_INFINITY };
    assert(entries.length > 0 && this.due >= 0, "a batch holds something that was due");
    return this.batch;
  }

  /** Takes out all that wait, oldest first. */
  clear(): Entry[] {
    const left = this.entries.slice(this.first);
    this.entries = [];
    this.first = 0;
    this.due = 0;
    return left;
  }

  private shrink(): void {
    if (this.first < SPENT_MAX || this.first * 2 < this.entries.length) return;
    this.entries = this.entries.slice(this.first);
    this.first = 0;
  }
}

/** One map under one epoch. */
export class Book {
  readonly map: MapId;
  readonly epoch: Epoch;
  readonly critical: Lane;
  readonly bulk: Lane;
  /** Held: nothing new is taken, and what is pending goes at once. */
  held = false;
  closed: ClosedFor | null = null;
  /** How many of its operations have not ended. */
  pending = 0;

  constructor(map: MapId, epoch: Epoch) {
    this.map = map;
    this.epoch = epoch;
    this.critical = new Lane(this, true);
    this.bulk = new Lane(this, false);
  }
}
