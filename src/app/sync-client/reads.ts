/**
 * Owns what is asked of the main server and changes nothing there: values and searches. Promises: each ends within its time, with an answer or a
 * reason; a lost or failed answer is asked again until then; SY7 at the reader's end. Never sets a timer: it says when it wants to be woken.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { CacheAsk } from "../../core/sync/cache.ts";
import type { FetchAsk, MainServerAnswer, SearchAsk } from "../../runtime/main-server.ts";
import type { Values } from "./values.ts";

/** How a read ends. */
export type ReadEnd =
  | { readonly ok: true; readonly answer: Extract<MainServerAnswer, { readonly result: "fetched" | "found" }> }
  | { readonly ok: false; readonly reason: "timeout" | "not_offered" | "closed" };

/** How reads are asked. */
export type ReadLimits = {
  readonly pendingMax: number;
  /** One attempt waits this long at most. */
  readonly attemptMs: number;
  readonly retryMs: number;
  readonly retryMaxMs: number;
};

/** Asks the main server; its answer comes by `until` (us), never from inside the call. */
export type AskRead = (ask: FetchAsk | SearchAsk, until: number, taken: (answer: MainServerAnswer) => void) => void;

type Read = {
  readonly ask: FetchAsk | SearchAsk;
  readonly deadline: number;
  readonly told: (end: ReadEnd) => void;
  attempts: number;
  /** It is asked again then; Infinity while an answer is awaited. */
  restsUntil: number;
  cacheAsk: CacheAsk | null;
};

/** See the head of this file. Times are microseconds. */
export class Reads {
  private readonly limits: ReadLimits;
  private readonly values: Values;
  private readonly ask: AskRead;
  private readonly clock: () => number;
  private readonly open = new Set<Read>();
  private readonly counts = { begun: 0, done: 0, failed: 0 };

  constructor(limits: ReadLimits, values: Values, clock: () => number, ask: AskRead) {
    this.limits = limits;
    this.values = values;
    this.clock = clock;
    this.ask = ask;
  }

  get pending(): number {
    return this.open.size;
  }

  stats(): { readonly begun: number; readonly done: number; readonly failed: number; readonly pending: number } {
    return { ...this.counts, pending: this.open.size };
  }

  /** A value that was found in the cache is a read too. */
  countCached(): void {
    this.counts.begun += 1;
    this.counts.done += 1;
  }

  /** Begins a read that ends within `withinMs`. False: too many are under way. */
  begin(ask: FetchAsk | SearchAsk, withinMs: number, told: (end: ReadEnd) => void): boolean {
    if (this.open.size >= this.limits.pendingMax) return false;
    const deadline = this.clock() + withinMs * US_PER_MS;
    const read: Read = { ask, deadline, told, attempts: 0, restsUntil: Number.POSITIVE_INFINITY, cacheAsk: null };
    this.counts.begun += 1;
    this.open.add(read);
    this.attempt(read);
    return true;
  }

  /** When `due` is wanted (us). */
  nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { deadline, restsUntil } of this.open) at = Math.min(at, deadline, restsUntil);
    return at;
  }

  due(): void {
    const now = this.clock();
    for (const read of this.open) {
      if (read.deadline <= now) this.end(read, { ok: false, reason: "timeout" });
      else if (read.restsUntil <= now) this.attempt(read);
    }
  }

  /** Ends everything. */
  close(): void {
    for (const read of this.open) this.end(read, { ok: false, reason: "closed" });
  }

  private attempt(read: Read): void {
    const now = this.clock();
    read.attempts += 1;
    read.restsUntil = Number.POSITIVE_INFINITY;
    read.cacheAsk = read.ask.verb === "fetch" ? this.values.begin(now, read.ask) : null;
    const { attempts } = read;
    const until = Math.min(read.deadline, now + this.limits.attemptMs * US_PER_MS);
    this.ask(read.ask, until, (answer) => {
      if (this.open.has(read) && read.attempts === attempts) this.answered(read, answer);
    });
  }

  private answered(read: Read, answer: MainServerAnswer): void {
    const fits = (read.ask.verb === "fetch" && answer.result === "fetched") || (read.ask.verb === "search" && answer.result === "found");
    // An answer that is older than what was written meanwhile is none.
    const usable = this.endCacheAsk(read, answer.result === "fetched" ? answer.value : null);
    if (fits && usable) return this.end(read, { ok: true, answer: answer as Extract<MainServerAnswer, { result: "fetched" | "found" }> });
    if (answer.result === "refused") return this.end(read, { ok: false, reason: "not_offered" });
    const { retryMs, retryMaxMs } = this.limits;
    let waitMs = fits ? 0 : retryMs;
    for (let i = 1; i < read.attempts && waitMs < retryMaxMs && waitMs > 0; i++) waitMs *= 2;
    read.restsUntil = this.clock() + Math.min(waitMs, retryMaxMs) * US_PER_MS;
  }

  private endCacheAsk(read: Read, value: Uint8Array | null): boolean {
    const { ask, cacheAsk } = read;
    read.cacheAsk = null;
    return cacheAsk === null || ask.verb !== "fetch" || this.values.end(this.clock(), ask, cacheAsk, value);
  }

  private end(read: Read, end: ReadEnd): void {
    assert(this.open.delete(read), "a read ends once");
    this.endCacheAsk(read, null);
    this.counts[end.ok ? "done" : "failed"] += 1;
    read.told(end);
  }
}
