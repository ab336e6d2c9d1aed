/**
 * Owns what became of operations, and those who wait for it.
 * Promises: a result can be asked for until it expires and is then forgotten; every waiter is answered, and one without a time-out waits for ever.
 * Never decides what becomes of an operation.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { OperationId, OperationVerdict } from "../protocol/operations.ts";
import type { ClosedFor } from "./lane.ts";

/**
 * The end of an operation. `failed`: it did not take effect, though it was tried; `rejected`: it was refused. `fenced`: the map had another
 * owner or epoch; `revoked`: the map was taken from the host.
 */
export type OperationEnd =
  | { readonly result: "done"; readonly verdict: OperationVerdict }
  | { readonly result: "failed"; readonly reason: "store_failed" | ClosedFor }
  | { readonly result: "rejected"; readonly reason: ClosedFor };

/** What is known of an operation. `unknown`: it may have taken effect, and one of the ends follows. `not_known`: never heard of, or forgotten. */
export type OperationStatus = OperationEnd | { readonly result: "pending" | "unknown" | "not_known" };

/** Told to who waited: the end, or what is known when the time is over. */
export type TellWaiter<Status = OperationStatus> = (waiter: number, operation: OperationId, status: Status) => void;

/** The ends of operations, for a while. Whoever tells more of an end than the queue does brings its own `End`. */
export class Results<End = OperationEnd> {
  private readonly keptUs: number;
  private readonly max: number;
  /** Oldest end first. */
  private readonly ends = new Map<OperationId, { readonly end: End; readonly at: number }>();

  constructor(keptUs: number, max: number) {
    assert(keptUs > 0 && max >= 1, "results are kept for a while");
    this.keptUs = keptUs;
    this.max = max;
  }

  /** How many are kept. */
  get size(): number {
    return this.ends.size;
  }

  put(at: number, id: OperationId, end: End): void {
    assert(!this.ends.has(id), "an operation ends once");
    this.evict(at, this.max - 1);
    this.ends.set(id, { end, at });
  }

  get(at: number, id: OperationId): End | undefined {
    this.evict(at, this.max);
    return this.ends.get(id)?.end;
  }

  private evict(at: number, max: number): void {
    for (const [id, kept] of this.ends) {
      if (this.ends.size <= max && at < kept.at + this.keptUs) return;
      this.ends.delete(id);
    }
  }
}

type Waiting = { readonly waiter: number; readonly id: OperationId; readonly until: number };

/** Those who wait for an operation's end. */
export class Waiters<Status = OperationStatus> {
  private readonly max: number;
  private readonly of = new Map<OperationId, Set<Waiting>>();
  private readonly timed = new Set<Waiting>();
  private count = 0;
  /** No time-out falls due sooner; one that is answered meanwhile does not move it. */
  private soonest = Number.POSITIVE_INFINITY;

  constructor(max: number) {
    this.max = max;
  }

  /** When `due` has something to do, at the earliest (us). */
  get nextAt(): number {
    return this.soonest;
  }

  /** Waits from now on, for `timeoutMs`; 0: for ever. False: too many wait already. */
  add(at: number, id: OperationId, waiter: number, timeoutMs: number): boolean {
    assert(timeoutMs >= 0, "a time-out is not negative");
    if (this.count >= this.max) return false;
    const waiting = { waiter, id, until: timeoutMs === 0 ? Number.POSITIVE_INFINITY : at + timeoutMs * US_PER_MS };
    let all = this.of.get(id);
    if (all === undefined) this.of.set(id, (all = new Set()));
    all.add(waiting);
    this.count += 1;
    if (timeoutMs > 0) this.timed.add(waiting);
    this.soonest = Math.min(this.soonest, waiting.until);
    return true;
  }

  /** The operation has ended: all who waited for it are told, in the order in which they came. */
  settle(id: OperationId, end: Status, tell: TellWaiter<Status>): void {
    const all = this.of.get(id);
    if (all === undefined) return;
    this.of.delete(id);
    this.count -= all.size;
    for (const waiting of all) {
      this.timed.delete(waiting);
      tell(waiting.waiter, id, end);
    }
  }

  /** Tells those whose time is over what is known by now. */
  due(at: number, known: (id: OperationId) => Status, tell: TellWaiter<Status>): void {
    if (at < this.soonest) return;
    this.soonest = Number.POSITIVE_INFINITY;
    for (const waiting of this.timed) {
      if (waiting.until > at) {
        this.soonest = Math.min(this.soonest, waiting.until);
        continue;
      }
      this.timed.delete(waiting);
      this.forget(waiting);
      tell(waiting.waiter, waiting.id, known(waiting.id));
    }
  }

  private forget(waiting: Waiting): void {
    const all = this.of.get(waiting.id);
    assert(all !== undefined && all.delete(waiting), "who waits is known by its operation");
    if (all.size === 0) this.of.delete(waiting.id);
    this.count -= 1;
  }
}
