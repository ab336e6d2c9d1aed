/**
 * Owns copies of what a slower store holds, for a while and within bounds.
 * Promises: SY7 (a read after one's own acknowledged write sees it; nothing is older than its expiry).
 * Never asks a store: it says that it has nothing, and is given what the store answered.
 */
import { assert } from "../../base/assert.ts";

/** Limits: age in microseconds, entries, their bytes together (keys not counted), and reads under way at once. */
export type CacheLimits = {
  readonly expiryUs: number;
  readonly entriesMax: number;
  readonly bytesMax: number;
  readonly readsMax: number;
};

/** A read that was begun. What it brings counts as old as this; `void` as soon as the key was written meanwhile. */
export type CacheRead = { readonly key: string; readonly at: number; void: boolean };

type Kept = { readonly value: Uint8Array; readonly until: number };

/** A cache in front of a store. Values are shared, not copied: nobody changes what is in them. */
export class Cache {
  private readonly limits: CacheLimits;
  /** Least recently used first. */
  private readonly kept = new Map<string, Kept>();
  private readonly reads = new Map<string, Set<CacheRead>>();
  private reading = 0;
  private total = 0;

  constructor(limits: CacheLimits) {
    assert(limits.expiryUs > 0 && limits.entriesMax >= 1 && limits.readsMax >= 1, "a cache keeps something for a while");
    this.limits = limits;
  }

  /** How many entries and bytes it holds. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.kept.size, bytes: this.total };
  }

  /** The value, if there is one that is young enough. */
  get(at: number, key: string): Uint8Array | null {
    const kept = this.kept.get(key);
    if (kept === undefined) return null;
    if (at >= kept.until) {
      this.drop(key);
      return null;
    }
    this.kept.delete(key);
    this.kept.set(key, kept);
    return kept.value;
  }

  /** Begins to read a key from the store, after `get` gave nothing. Null: too many reads are under way. */
  begin(at: number, key: string): CacheRead | null {
    if (this.reading >= this.limits.readsMax) return null;
    const read = { key, at, void: false };
    let all = this.reads.get(key);
    if (all === undefined) this.reads.set(key, (all = new Set()));
    all.add(read);
    this.reading += 1;
    return read;
  }

  /**
   * Ends a read with what the store answered; null: it has nothing, or did not answer. False: the key was written while the read was under
   * way, so that this may be older than what its writer was told is done; it must not be used, and the key be read anew.
   */
  end(at: number, read: CacheRead, value: Uint8Array | null): boolean {
    const all = this.reads.get(read.key);
    assert(all !== undefined && all.delete(read), "a read ends once");
    if (all.size === 0) this.reads.delete(read.key);
    this.reading -= 1;
    if (read.void) return false;
    const until = read.at + this.limits.expiryUs;
    if (value !== null && at < until) this.keep(read.key, value, until);
    return true;
  }

  /**
   * One's own write of the key was acknowledged; `since` is when it was asked, from which on others may have written too. With null the key
   * is forgotten: where it is not known whether a write was done, and where two writes of a key were under way at once.
   */
  wrote(since: number, key: string, value: Uint8Array | null): void {
    for (const read of this.reads.get(key) ?? []) read.void = true;
    this.drop(key);
    if (value !== null) this.keep(key, value, since + this.limits.expiryUs);
  }

  private keep(key: string, value: Uint8Array, until: number): void {
    this.drop(key);
    const { entriesMax, bytesMax } = this.limits;
    if (value.length > bytesMax) return;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < entriesMax && this.total + value.length <= bytesMax) break;
      this.drop(oldest);
    }
    this.kept.set(key, { value, until });
    this.total += value.length;
    assert(this.kept.size <= entriesMax && this.total <= bytesMax, "a cache is bounded");
  }

  private drop(key: string): void {
    const kept = this.kept.get(key);
    if (kept === undefined) return;
    this.kept.delete(key);
    this.total -= kept.value.length;
  }
}
