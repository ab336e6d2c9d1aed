/**
 * The keys of one direction of a session, generation after generation. A chain steps one way: its old link is forgotten, so that nobody who takes
 * a key later reads what was sent before. The key of a generation is bound to session, direction, host, kid and map epoch. The sender steps; the
 * receiver follows when a message proves it, and keeps the replaced keys for the messages still under way (SY12), then forgets them (SY10).
 */
import { assert } from "../../base/assert.ts";
import type { Epoch, HostId } from "../protocol/ids.ts";
import { ascii, joined, writeU32, writeU64 } from "./bytes.ts";
import { type CryptoPort, deriveKey, DIGEST_BYTES, type KeyHandle, type Suite, SUITE_SIZES } from "./crypto.ts";
import type { Direction } from "./header.ts";
import type { SealingLimits } from "./limits.ts";

/** What every key of a direction is bound to. */
export type Binding = { readonly suite: Suite; readonly direction: Direction; readonly host: HostId; readonly session: Uint8Array };

const NEXT = ascii("peerstead/1 next link");
const SEED = ascii("peerstead/1 seed");
const KEY = ascii("peerstead/1 key");
const KID_MAX = 4_294_967_295;
const NEVER_RETIRES = Number.POSITIVE_INFINITY;

type Link = { readonly seed: KeyHandle; readonly next: KeyHandle };

/** What a link of the chain gives: the seed of its generation's key, and the next link. The link itself stays with the caller. */
function linkOf(crypto: CryptoPort, link: KeyHandle, binding: Binding): Link {
  const seed = deriveKey(crypto, [link], binding.session, SEED, DIGEST_BYTES);
  return { seed, next: deriveKey(crypto, [link], binding.session, NEXT, DIGEST_BYTES) };
}

function keyOf(crypto: CryptoPort, seed: KeyHandle, binding: Binding, kid: number, epoch: Epoch): KeyHandle {
  const bound = new Uint8Array(22);
  bound[0] = binding.suite;
  bound[1] = binding.direction;
  writeU32(bound, 2, kid);
  writeU64(bound, 6, epoch);
  writeU64(bound, 14, binding.host);
  return deriveKey(crypto, [seed], binding.session, joined(KEY, bound), SUITE_SIZES[binding.suite].key);
}

/** The sending side: one key at a time. */
export class SendingKeys {
  private readonly crypto: CryptoPort;
  private readonly binding: Binding;
  private readonly limits: SealingLimits;
  private next: KeyHandle;
  private current: KeyHandle | null = null;
  private number = 0;
  private sealed = 0;
  private begunAt = 0;
  private epochNow: Epoch;

  /** `chain` belongs to this object from now on. */
  constructor(crypto: CryptoPort, binding: Binding, limits: SealingLimits, chain: KeyHandle, epoch: Epoch, at: number) {
    this.crypto = crypto;
    this.binding = binding;
    this.limits = limits;
    this.next = chain;
    this.epochNow = epoch;
    this.step(at);
  }

  get kid(): number {
    return this.number;
  }

  get epoch(): Epoch {
    return this.epochNow;
  }

  /** Whether a key for one more message can be had: kids end some day. */
  get usable(): boolean {
    return this.number < KID_MAX;
  }

  /** The key for the next message: a new one after `rekeyMessages` messages or `rekeyUs` microseconds of the last one. */
  take(at: number): KeyHandle {
    if (this.sealed >= this.limits.rekeyMessages || at - this.begunAt >= this.limits.rekeyUs) this.step(at);
    this.sealed += 1;
    assert(this.current !== null, "who sends has a key");
    return this.current;
  }

  /** A new epoch begins with a new key. Epochs never fall. */
  changeEpoch(at: number, epoch: Epoch): void {
    assert(epoch > this.epochNow, "an epoch rises");
    this.epochNow = epoch;
    this.step(at);
  }

  forget(): void {
    this.crypto.forget(this.next);
    if (this.current !== null) this.crypto.forget(this.current);
    this.current = null;
  }

  private step(at: number): void {
    assert(this.number < KID_MAX, "a kid has four bytes");
    const { seed, next } = linkOf(this.crypto, this.next, this.binding);
    this.forget();
    this.next = next;
    this.number += 1;
    this.current = keyOf(this.crypto, seed, this.binding, this.number, this.epochNow);
    this.crypto.forget(seed);
    this.sealed = 0;
    this.begunAt = at;
  }
}

/**
 * A generation that may still be received. Of one that was passed over only the seed is there: the epoch it was sealed under, within bounds, is
 * told by the first of its messages that proves it.
 */
type Generation = {
  readonly kid: number;
  seed: KeyHandle | null;
  key: KeyHandle | null;
  epochMin: Epoch;
  epochMax: Epoch;
  retiresAt: number;
};

/** A newer epoch is in force: older ones are received until then. */
type Fence = { readonly epoch: Epoch; readonly until: number };

/** Epochs that may begin within the time of a retired key; with more the oldest fence falls at once. */
const FENCES_MAX = 16;

/** Opens with a key: null unless the message is proved by it. */
export type Attempt = (key: KeyHandle) => Uint8Array | null;

/** The receiving side: the newest key proved, those it replaced for a while, and the way to the next ones. */
export class ReceivingKeys {
  private readonly crypto: CryptoPort;
  private readonly binding: Binding;
  private readonly limits: SealingLimits;
  private readonly generations: Generation[] = [];
  private readonly fences: Fence[] = [];
  private next: KeyHandle;
  private newestKid = 1;
  private newestEpoch: Epoch;
  /** No epoch below this is received any more. */
  private floor: Epoch = 0;

  /** `chain` belongs to this object from now on. */
  constructor(crypto: CryptoPort, binding: Binding, limits: SealingLimits, chain: KeyHandle, epoch: Epoch) {
    this.crypto = crypto;
    this.binding = binding;
    this.limits = limits;
    this.newestEpoch = epoch;
    const { seed, next } = linkOf(crypto, chain, binding);
    crypto.forget(chain);
    this.next = next;
    const key = keyOf(crypto, seed, binding, 1, epoch);
    crypto.forget(seed);
    this.generations.push({ kid: 1, seed: null, key, epochMin: epoch, epochMax: epoch, retiresAt: NEVER_RETIRES });
  }

  /** When {@link retire} has a key to forget next; infinite while none is replaced. */
  get retiresAt(): number {
    return this.generations.reduce((soonest, one) => Math.min(soonest, one.retiresAt), NEVER_RETIRES);
  }

  /** What `attempt` opens with the key of that kid and epoch. What it does not open changes nothing but what time changes. */
  open(at: number, kid: number, epoch: Epoch, attempt: Attempt): Uint8Array | null {
    this.retire(at);
    if (epoch < this.floor) return null;
    if (kid > this.newestKid) return this.openAhead(at, kid, epoch, attempt);
    const one = this.generations.find((each) => each.kid === kid);
    if (one === undefined || epoch < one.epochMin || epoch > one.epochMax) return null;
    return one.key === null ? this.openSkipped(one, epoch, attempt) : attempt(one.key);
  }

  /**
   * Earlier epochs are received for the time of a retired key, and no longer. Until then also under new keys: the sender, who was not told yet, may
   * have reason to step.
   */
  changeEpoch(at: number, epoch: Epoch): void {
    if (epoch <= (this.fences.at(-1)?.epoch ?? this.floor)) return;
    const until = at + this.limits.retiredUs;
    this.fences.push({ epoch, until });
    if (this.fences.length > FENCES_MAX) this.floor = this.fences.shift()!.epoch;
    for (const one of this.generations) if (one.epochMin < epoch) one.retiresAt = Math.min(one.retiresAt, until);
  }

  /** Forgets the keys whose time is over. */
  retire(at: number): void {
    while (this.fences.length > 0 && at >= this.fences[0]!.until) this.floor = this.fences.shift()!.epoch;
    for (let i = this.generations.length - 1; i >= 0; i--) {
      const one = this.generations[i]!;
      if (at < one.retiresAt) continue;
      this.forgetGeneration(one);
      this.generations.splice(i, 1);
    }
  }

  forget(): void {
    this.crypto.forget(this.next);
    for (const one of this.generations) this.forgetGeneration(one);
    this.generations.length = 0;
  }

  private openSkipped(one: Generation, epoch: Epoch, attempt: Attempt): Uint8Array | null {
    assert(one.seed !== null, "a generation that was passed over has its seed");
    const key = keyOf(this.crypto, one.seed, this.binding, one.kid, epoch);
    const plain = attempt(key);
    if (plain === null) {
      this.crypto.forget(key);
      return null;
    }
    this.crypto.forget(one.seed);
    one.seed = null;
    one.key = key;
    one.epochMin = epoch;
    one.epochMax = epoch;
    return plain;
  }

  /** Steps the chain on trial. Bounded, for whoever forges a kid makes us do it. */
  private openAhead(at: number, kid: number, epoch: Epoch, attempt: Attempt): Uint8Array | null {
    if (kid - this.newestKid > this.limits.kidsAhead || epoch < this.newestEpoch) return null;
    const seeds: KeyHandle[] = [];
    const links: KeyHandle[] = [this.next];
    for (let k = this.newestKid; k < kid; k++) {
      const { seed, next } = linkOf(this.crypto, links.at(-1)!, this.binding);
      seeds.push(seed);
      links.push(next);
    }
    const key = keyOf(this.crypto, seeds.at(-1)!, this.binding, kid, epoch);
    const plain = attempt(key);
    if (plain === null) {
      for (const one of [...seeds, ...links.slice(1), key]) this.crypto.forget(one);
      return null;
    }
    this.follow(at, epoch, seeds, key);
    for (const link of links.slice(0, -1)) this.crypto.forget(link);
    this.next = links.at(-1)!;
    return plain;
  }

  /** The sender went on: what it left behind retires, what was passed over may still come. */
  private follow(at: number, epoch: Epoch, seeds: readonly KeyHandle[], key: KeyHandle): void {
    const retiresAt = at + this.limits.retiredUs;
    for (const one of this.generations) one.retiresAt = Math.min(one.retiresAt, retiresAt);
    for (const seed of seeds.slice(0, -1)) {
      this.newestKid += 1;
      this.generations.push({ kid: this.newestKid, seed, key: null, epochMin: this.newestEpoch, epochMax: epoch, retiresAt });
    }
    this.crypto.forget(seeds.at(-1)!);
    this.newestKid += 1;
    this.newestEpoch = epoch;
    const until = this.fences.find((fence) => epoch < fence.epoch)?.until ?? NEVER_RETIRES;
    this.generations.push({ kid: this.newestKid, seed: null, key, epochMin: epoch, epochMax: epoch, retiresAt: until });
  }

  private forgetGeneration(one: Generation): void {
    if (one.seed !== null) this.crypto.forget(one.seed);
    if (one.key !== null) this.crypto.forget(one.key);
  }
}
