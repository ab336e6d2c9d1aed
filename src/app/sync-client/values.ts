/**
 * Owns what a client remembers of the main server's values, and what its caller puts aside. Promises: SY7 (a read after one's own acknowledged write
 * sees it, nothing is older than its expiry); everything is bounded. Never asks anybody.
 */
import { US_PER_S } from "../../base/time.ts";
import type { SyncType } from "../../core/protocol/operations.ts";
import { joined, readU64, writeU64 } from "../../core/sync/bytes.ts";
import { Cache, type CacheAsk, type CacheLimits } from "../../core/sync/cache.ts";
import type { SyncLimits } from "../../core/sync-settings.ts";
import type { ValueKey } from "../../runtime/main-server.ts";

const ENTRIES_MAX = 10_000;
const BYTES_MAX = 16_777_216;
const UNTIL_BYTES = 8;

/** See the head of this file. Each `at` is microseconds. */
export class Values {
  private readonly criticalTypes: readonly SyncType[];
  private readonly plain: Cache;
  private readonly critical: Cache;
  /** What the caller puts aside, each behind the time at which it expires. */
  private readonly own: Cache;

  /** `asksMax`: writes and reads that may be under way at once, so that none of them goes without its ask. */
  constructor({ cacheExpiryS, criticalCacheExpiryS, criticalTypes }: SyncLimits, asksMax: number) {
    const limits: CacheLimits = { expiryUs: cacheExpiryS * US_PER_S, entriesMax: ENTRIES_MAX, bytesMax: BYTES_MAX, asksMax };
    this.criticalTypes = criticalTypes;
    this.plain = new Cache(limits);
    this.critical = new Cache({ ...limits, expiryUs: criticalCacheExpiryS * US_PER_S });
    this.own = new Cache({ ...limits, asksMax: 1 });
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    const sizes = [this.plain.size, this.critical.size, this.own.size];
    return { entries: sizes.reduce((sum, size) => sum + size.entries, 0), bytes: sizes.reduce((sum, size) => sum + size.bytes, 0) };
  }

  /** What the main server was last known to have; null: not known. */
  get(at: number, key: ValueKey): Uint8Array | null {
    return this.cacheOf(key).get(at, nameOf(key));
  }

  begin(at: number, key: ValueKey): CacheAsk | null {
    return this.cacheOf(key).begin(at, nameOf(key));
  }

  /** Ends a read; false: what came must not be used, and the key be read anew. */
  end(at: number, key: ValueKey, ask: CacheAsk, value: Uint8Array | null): boolean {
    return this.cacheOf(key).end(at, ask, value);
  }

  /** A write has ended: `value` is what the key holds now; null: nobody knows. */
  wrote(key: ValueKey, ask: CacheAsk | null, value: Uint8Array | null): void {
    this.cacheOf(key).wrote(nameOf(key), ask, value);
  }

  /** Puts aside for `expiryS`, and never longer than the conf's cache_expiry_seconds. */
  put(at: number, key: string, value: Uint8Array, expiryS: number): void {
    const until = new Uint8Array(UNTIL_BYTES);
    writeU64(until, 0, Math.min(at + expiryS * US_PER_S, Number.MAX_SAFE_INTEGER));
    this.own.wrote(key, this.own.begin(at, key), joined(until, value));
  }

  /** What was put aside; null: nothing, or not any more. */
  putAside(at: number, key: string): Uint8Array | null {
    const kept = this.own.get(at, key);
    return kept === null || at >= readU64(kept, 0) ? null : kept.subarray(UNTIL_BYTES);
  }

  private cacheOf({ type }: ValueKey): Cache {
    return this.criticalTypes.includes(type) ? this.critical : this.plain;
  }
}

function nameOf({ map, type, player }: ValueKey): string {
  return `${map} ${type} ${player}`;
}
