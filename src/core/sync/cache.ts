/**
 * Owns copies of what a slower store holds, for a while and within bounds.
 * Promises: SY7 (a read after one's own acknowledged write sees it; nothing is older than its expiry).
 * Never asks a store: it says that it has nothing, and is given what the store answered.
 */
import { assert } from "../../base/assert.ts";
import { SteadyClock } from "./steady-clock.ts";

/** Limits: age in microseconds, entries, their bytes together (keys not counted), and asks under way at once. */
export type CacheLimits = {
  readonly expiryUs: number;
  readonly entriesMax: number;
  readonly bytesMax: number;
  readonly asksMax: number;
};

/** A read or write that was begun. What it brings counts as old as this; `void` as soon as another write of the key was acknowledged. */
export type CacheAsk = { readonly key: string; readonly at: number; void: boolean };

type Kept = { readonly value: Uint8Array; readonly until: number };

/** A cache in front of a store. Each `at` is what the machine's clock shows (us). Values are shared, not copied: nobody changes what is in them. */
export class Cache {
  private readonly limits: CacheLimits;
  private readonly clock = new SteadyClock();
  /** Least recently used first. */
  private readonly kept = new Map<string, Kept>();
  private readonly asks = new Map<string, Set<CacheAsk>>();
  private asking = 0;
  private total = 0;

  constructor(limits: CacheLimits) {
    assert(limits.expiryUs > 0 && limits.entriesMax >= 1 && limits.asksMax >= 1, "a cache keeps something for a while");
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
    if (this.clock.read(at) >= kept.until) {
      this.drop(key);
      return null;
    }
    this.kept.delete(key);
    this.kept.set(key, kept);
    return kept.value;
  }

  /**
   * Begins to ask the store for a key: to read it after `get` gave nothing, or to write it. Null: too many asks are under way; a write may be
   * made all the same.
   */
  begin(at: number, key: string): CacheAsk | null {
    if (this.asking >= this.limits.asksMax) return null;
    const ask = { key, at: this.clock.read(at), void: false };
    let all = this.asks.get(key);
    if (all === undefined) this.asks.set(key, (all = new Set()));
    all.add(ask);
    this.asking += 1;
    return ask;
  }

  /**
   * Ends a read with what the store answered; null: it has nothing, or did not answer. False: it must not be used, and the
   * key be read anew: it was written while the read was under way, so that this may be older than what the writer was told is done, or the
   * read took longer than anything may be old.
   */
  end(at: number, ask: CacheAsk, value: Uint8Array | null): boolean {
    this.over(ask);
    const until = ask.at + this.limits.expiryUs;
    if (ask.void || this.clock.read(at) >= until) return false;
    if (value !== null) this.keep(ask.key, value, until);
    return true;
  }

  /**
   * One's own write of the key was acknowledged: `value` is what it holds now. The key is only forgotten with null, where nobody knows whether
   * the write was done; where the write was not begun here; and where two were under way at once, of which either may have been the last.
   */
  wrote(key: string, ask: CacheAsk | null, value: Uint8Array | null): void {
    assert(ask === null || ask.key === key, "a write is of its own key");
    if (ask !== null) this.over(ask);
    for (const other of this.asks.get(key) ?? []) other.void = true;
    this.drop(key);
    if (value !== null && ask !== null && !ask.void) this.keep(key, value, ask.at + this.limits.expiryUs);
  }

  private over(ask: CacheAsk): void {
    const all = this.asks.get(ask.key);
    assert(all !== undefined && all.delete(ask), "an ask ends once");
    if (all.size === 0) this.asks.delete(ask.key);
    this.asking -= 1;
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
