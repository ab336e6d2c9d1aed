/**
 * Owns when each map's volatile state goes to which standby, and what each of them is known to hold.
 * Promises: a standby is sent a delta only on top of what it has acknowledged, and else a snapshot; what waits is never a queue of deltas but
 * the newest state. Bounded bytes in each interval. Never makes or reads a state: the map's program does.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import type { SyncTuning } from "../sync-settings.ts";
import { SteadyClock } from "./steady-clock.ts";

/** Where states come from; every call gives the state of this very instant. */
export type ReplicaSource = {
  hash(map: MapId): bigint;
  /** What changed since the state with that hash; null where that is not known any more. */
  delta(map: MapId, since: bigint): Uint8Array | null;
  snapshot(map: MapId): Uint8Array;
};

/**
 * One copy to be sent: on top of the state `base`, or a snapshot with `base` null; `hash` is what the standby holds when it has taken it.
 * Numbers rise: a standby takes nothing with a lower one than it has taken from this host, so that what comes late never sets it back.
 */
export type Replica = {
  readonly map: MapId;
  readonly to: HostId;
  readonly seq: number;
  readonly base: bigint | null;
  readonly hash: bigint;
  readonly bytes: Uint8Array;
};

/** A copy under way, or given up for lost. */
type Sent = { readonly seq: number; readonly hash: bigint; readonly at: number };

type Copy = {
  readonly map: MapId;
  readonly to: HostId;
  /** The state it is known to hold, and when that was the map's state (us). */
  held: bigint | null;
  heldAt: number;
  /** What was sent since, the newest last. An answer that comes after its time still counts: a slow line is no broken one. */
  sent: Sent[];
};

/** Copies of which an answer is still believed; an older one is forgotten. */
const SENT_MAX = 4;

/** The standbys of one host's maps. Each `at` is what the host's clock shows (us); it may be set. `due` is called at `nextAt`. */
export class ReplicaSchedule {
  private readonly clock = new SteadyClock();
  private readonly everyUs: number;
  private readonly lostUs: number;
  private readonly bytesMax: number;
  /** In the order of their turns: who was sent something goes to the end. */
  private readonly copies = new Map<string, Copy>();
  private tickAt = Number.POSITIVE_INFINITY;
  /** Bytes that may be sent in this interval; below 0 what the last copy took beyond it. */
  private allowance = 0;
  private seq = 0;

  constructor(tuning: Pick<SyncTuning, "replicaMs" | "replicaLostMs" | "replicaBytesMax">) {
    assert(
      tuning.replicaMs >= 1 && tuning.replicaLostMs > 0 && tuning.replicaBytesMax > 0,
      "copies go at intervals, and some fit into one",
    );
    this.everyUs = tuning.replicaMs * US_PER_MS;
    this.lostUs = tuning.replicaLostMs * US_PER_MS;
    this.bytesMax = tuning.replicaBytesMax;
  }

  /** The standbys of a map from now on; none: the map is not copied any more. Those it had keep what they hold. */
  standbys(at: number, map: MapId, hosts: readonly HostId[]): void {
    for (const [key, copy] of this.copies) if (copy.map === map && !hosts.includes(copy.to)) this.copies.delete(key);
    for (const to of hosts) {
      const key = keyOf(map, to);
      if (!this.copies.has(key)) this.copies.set(key, { map, to, held: null, heldAt: Number.NEGATIVE_INFINITY, sent: [] });
    }
    if (this.copies.size === 0) this.tickAt = Number.POSITIVE_INFINITY;
    else if (this.tickAt === Number.POSITIVE_INFINITY) this.tickAt = this.clock.read(at);
  }

  /** When `due` has something to do (us); Infinity: there are no standbys. */
  nextAt(): number {
    return this.clock.shows(this.tickAt);
  }

  /** A new interval: sends what is due, as far as the allowance reaches. The next begins a whole interval later, however late this one is. */
  due(at: number, source: ReplicaSource, send: (replica: Replica) => void): void {
    const now = this.clock.read(at);
    if (now < this.tickAt) return;
    this.tickAt = now + this.everyUs;
    this.allowance = Math.min(this.allowance, 0) + this.bytesMax;
    const hashes = new Map<MapId, bigint>();
    for (const [key, copy] of [...this.copies]) {
      if (this.allowance <= 0) return;
      const last = copy.sent.at(-1);
      if (last !== undefined && now < last.at + this.lostUs) continue;
      let hash = hashes.get(copy.map);
      if (hash === undefined) hashes.set(copy.map, (hash = source.hash(copy.map)));
      if (hash === copy.held && last === undefined) {
        // Nothing changed, so what it holds is the state of now.
        copy.heldAt = now;
        continue;
      }
      this.allowance -= this.copyTo(now, copy, hash, source, send);
      this.copies.delete(key);
      this.copies.set(key, copy);
    }
  }

  private copyTo(at: number, copy: Copy, hash: bigint, source: ReplicaSource, send: (replica: Replica) => void): number {
    const { map, to, held } = copy;
    const delta = held === null ? null : source.delta(map, held);
    const bytes = delta ?? source.snapshot(map);
    this.seq += 1;
    copy.sent = [...copy.sent.slice(1 - SENT_MAX), { seq: this.seq, hash, at }];
    send({ map, to, seq: this.seq, base: delta === null ? null : held, hash, bytes });
    return bytes.length;
  }

  /** A standby says that it has taken the copy with this number. */
  holds(map: MapId, from: HostId, seq: number): void {
    const copy = this.copies.get(keyOf(map, from));
    const taken = copy?.sent.find((sent) => sent.seq === seq);
    if (copy === undefined || taken === undefined) return;
    copy.held = taken.hash;
    copy.heldAt = taken.at;
    copy.sent = copy.sent.filter((sent) => sent.seq > seq);
  }

  /** A standby could not take what it was sent, or has begun anew: it is sent a snapshot next. */
  lost(map: MapId, from: HostId): void {
    const copy = this.copies.get(keyOf(map, from));
    if (copy === undefined) return;
    copy.held = null;
    copy.heldAt = Number.NEGATIVE_INFINITY;
    copy.sent = [];
  }

  /** How much of a map's time the freshest of its standbys lacks (us); Infinity: none holds anything. What a failover now would lose (SY3). */
  behindUs(at: number, map: MapId): number {
    let freshest = Number.NEGATIVE_INFINITY;
    for (const copy of this.copies.values()) if (copy.map === map) freshest = Math.max(freshest, copy.heldAt);
    return this.clock.read(at) - freshest;
  }
}

function keyOf(map: MapId, to: HostId): string {
  return `${map} ${to}`;
}
