/**
 * The crypto port of a process, over node:crypto. Owns the bytes behind key handles. Promises: a handle shows nothing of its key, in whatever way it
 * is printed; production draws from the system alone (DT2); a forgotten key is overwritten as far as it was ours. Never gives a key's bytes away.
 */
import { randomFillSync, type KeyObject } from "node:crypto";
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type CryptoPort, type KeyHandle, type Plain, PUBLIC_BYTES, type Suite, SUITE_SIZES } from "../../core/sync/crypto.ts";
import {
  hkdfSha512,
  hmacMatches,
  hmacSha512,
  openWith,
  sealWith,
  sha512,
  type SuiteKey,
  suiteKey,
  x25519,
  x25519Private,
  x25519Public,
} from "./ciphers.ts";

/** A source of chance. `fill` overwrites all of `bytes`. */
export type RandomSource = { readonly seeded: boolean; fill(bytes: Uint8Array): void };

/** The operating system's generator. */
export const systemRandom: RandomSource = {
  seeded: false,
  fill(bytes) {
    randomFillSync(bytes);
  },
};

/** Production was given chance that is not the system's. */
export type RandomRefusal = { readonly reason: "random_seeded" };

/** A port whose keys may be taken in from outside, by whoever puts a process together. */
export type KeyedCrypto = CryptoPort & {
  /** A key from its bytes, which are copied; the caller overwrites his own. */
  keyFrom(bytes: Uint8Array): KeyHandle;
  /** A pair from the 32 bytes of its private half; null for another size. */
  pairFrom(bytes: Uint8Array): { readonly secret: KeyHandle; readonly public: Uint8Array } | null;
};

/**
 * The port of production (DT2). Any source but {@link systemRandom} itself is refused: what a source says of itself is not asked, for one that is
 * seeded by mistake would not know.
 */
export function productionCrypto(random: RandomSource = systemRandom): Result<KeyedCrypto, RandomRefusal> {
  return random === systemRandom ? ok(new NodeCrypto(random, "system")) : err({ reason: "random_seeded" });
}

/** The same ciphers with chance that can be repeated: for tests and measurements, never for keys that anybody relies on. */
export function rehearsalCrypto(random: RandomSource): KeyedCrypto {
  return new NodeCrypto(random, "seeded");
}

/** Random bytes are fetched so many at a time: a call to the system for each IV would cost more than the IV is worth. */
const POOL_BYTES = 4_096;

/** What a handle stands for: bytes, made ready for each suite when first used with it; or the private half of a pair. */
type Secret = { readonly bytes: Uint8Array; readonly suites: Map<Suite, SuiteKey>; readonly half: KeyObject | null };

/** Its fields are the language's own private ones: printing a port, or whatever holds it, must not show what it will draw next. */
class NodeCrypto implements KeyedCrypto {
  readonly randomness: "system" | "seeded";
  readonly #source: RandomSource;
  readonly #secrets = new WeakMap<KeyHandle, Secret>();
  readonly #pool = new Uint8Array(POOL_BYTES);
  #left = 0;

  constructor(source: RandomSource, randomness: "system" | "seeded") {
    this.#source = source;
    this.randomness = randomness;
  }

  random(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (length > POOL_BYTES) {
      this.#source.fill(bytes);
      return bytes;
    }
    if (this.#left < length) {
      this.#source.fill(this.#pool);
      this.#left = POOL_BYTES;
    }
    const from = this.#left - length;
    bytes.set(this.#pool.subarray(from, this.#left));
    this.#pool.fill(0, from, this.#left);
    this.#left = from;
    return bytes;
  }

  seal(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, plain: Plain, headroom = 0): Uint8Array | null {
    const ready = this.readyFor(suite, key);
    return ready === null ? null : sealWith(ready, iv, aad, plain, headroom);
  }

  open(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const ready = this.readyFor(suite, key);
    return ready === null ? null : openWith(ready, iv, aad, sealed);
  }

  pair(): { readonly secret: KeyHandle; readonly public: Uint8Array } {
    const bytes = this.random(PUBLIC_BYTES);
    const pair = this.pairFrom(bytes);
    bytes.fill(0);
    assert(pair !== null, "a private half has its size");
    return pair;
  }

  pairFrom(bytes: Uint8Array): { readonly secret: KeyHandle; readonly public: Uint8Array } | null {
    const half = x25519Private(bytes);
    return half === null ? null : { secret: this.handle(new Uint8Array(0), half), public: x25519Public(half) };
  }

  keyFrom(bytes: Uint8Array): KeyHandle {
    return this.handle(new Uint8Array(bytes), null);
  }

  agree(secret: KeyHandle, other: Uint8Array): KeyHandle | null {
    const { half } = this.secretOf(secret);
    assert(half !== null, "who agrees has a pair");
    const shared = x25519(half, other);
    return shared === null ? null : this.handle(shared, null);
  }

  derive(secrets: readonly KeyHandle[], salt: Uint8Array, info: Uint8Array, length: number): KeyHandle | null {
    const together = Buffer.concat(secrets.map((secret) => this.bytesOf(secret)));
    const derived = hkdfSha512(together, salt, info, length);
    together.fill(0);
    return derived === null ? null : this.handle(derived, null);
  }

  mac(key: KeyHandle, data: Uint8Array): Uint8Array {
    return hmacSha512(this.bytesOf(key), data);
  }

  verify(key: KeyHandle, data: Uint8Array, tag: Uint8Array): boolean {
    return hmacMatches(this.bytesOf(key), data, tag);
  }

  digest(data: Uint8Array): Uint8Array {
    return sha512(data);
  }

  forget(key: KeyHandle): void {
    this.secretOf(key).bytes.fill(0);
    this.#secrets.delete(key);
  }

  private handle(bytes: Uint8Array, half: KeyObject | null): KeyHandle {
    const handle: KeyHandle = Object.freeze({ kind: "key" });
    this.#secrets.set(handle, { bytes, suites: new Map(), half });
    return handle;
  }

  private secretOf(key: KeyHandle): Secret {
    const secret = this.#secrets.get(key);
    assert(secret !== undefined, "a key is of this port and not forgotten");
    return secret;
  }

  private bytesOf(key: KeyHandle): Uint8Array {
    const { bytes, half } = this.secretOf(key);
    assert(half === null, "a pair's secret agrees and does nothing else");
    return bytes;
  }

  private readyFor(suite: Suite, key: KeyHandle): SuiteKey | null {
    const { bytes, suites, half } = this.secretOf(key);
    const ready = suites.get(suite);
    if (ready !== undefined) return ready;
    if (half !== null || bytes.length !== SUITE_SIZES[suite].key) return null;
    const made = suiteKey(suite, bytes);
    if (made !== null) suites.set(suite, made);
    return made;
  }
}
