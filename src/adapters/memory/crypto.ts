/**
 * A crypto port for simulations: the sizes of the real one, at a small part of its cost, and counted. Owns its keys, of 64 bits each. Promises what a
 * simulation can see of ciphers: whatever was changed, or sealed under another key, is not opened; both ends agree; equal seeds give equal bytes.
 * Never protects anything: it is no cipher, and says so (`randomness` is "seeded").
 */
import { assert } from "../../base/assert.ts";
import { drawU32, rootStream, type Stream, stream } from "../../base/random.ts";
import {
  type CryptoPort,
  DERIVED_BYTES_MAX,
  DIGEST_BYTES,
  type KeyHandle,
  piecesOf,
  type Plain,
  PUBLIC_BYTES,
  sealedBytes,
  type Suite,
  SUITE_SIZES,
  SUITES,
} from "../../core/sync/crypto.ts";
import { KeyedHash } from "./keyed-hash.ts";

/** What was asked of the port so far. `refused` counts what was not opened, `bytes` what was sealed and opened. */
export type CryptoCounts = { seals: number; opens: number; refused: number; agreed: number; derived: number; bytes: number };

/** A key: 64 bits, the size it claims to have, and the public half if it is the secret of a pair. */
type Secret = { readonly a: number; readonly b: number; readonly length: number; readonly half: Uint8Array | null };

const TAG_BYTES_MIN = 16;

/** The counted fake. Draws from a stream of its own: give each actor another name. */
export class MemoryCrypto implements CryptoPort {
  readonly randomness = "seeded";
  readonly counts: CryptoCounts = { seals: 0, opens: 0, refused: 0, agreed: 0, derived: 0, bytes: 0 };
  private readonly draws: Stream;
  private readonly secrets = new Map<KeyHandle, Secret>();
  private drawn = 0;

  /** Who draws from the same parent under the same name gets the same bytes. */
  constructor(parent: Stream, name: string) {
    this.draws = stream(parent, `crypto/${name}`);
  }

  /** How many keys are held: what is not forgotten stays. */
  get keys(): number {
    return this.secrets.size;
  }

  random(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const draw = drawU32(this.draws, 0, this.drawn++);
      for (let k = i; k < i + 4 && k < length; k++) bytes[k] = draw >>> (8 * (k - i));
    }
    return bytes;
  }

  seal(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, plain: Plain, headroom = 0): Uint8Array | null {
    const secret = this.secretOf(key);
    if (!fits(suite, secret, iv)) return null;
    const { tag } = SUITE_SIZES[suite];
    const { pieces, bytes } = piecesOf(plain);
    const sealed = new Uint8Array(headroom + sealedBytes(suite, bytes));
    // Where the ciphertext will stand, if a whole word begins there: sealing is all that busy simulations do beside their own work.
    const end = sealed.length - tag;
    const body = headroom % 4 === 0 ? sealed.subarray(headroom, end) : new Uint8Array(end - headroom);
    let at = 0;
    for (const piece of pieces) {
      body.set(piece, at);
      at += piece.length;
    }
    // PKCS #7, so that lengths can be told again; GCM has none.
    body.fill(body.length - bytes, bytes);
    veil(body, secret, iv);
    if (headroom % 4 !== 0) sealed.set(body, headroom);
    sealed.set(tagOf(secret, suite, iv, aad, body), headroom + body.length);
    this.counts.seals += 1;
    this.counts.bytes += bytes;
    return sealed;
  }

  open(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const secret = this.secretOf(key);
    const plain = fits(suite, secret, iv) ? opened(suite, secret, iv, aad, sealed) : null;
    if (plain === null) this.counts.refused += 1;
    else {
      this.counts.opens += 1;
      this.counts.bytes += plain.length;
    }
    return plain;
  }

  pair(): { readonly secret: KeyHandle; readonly public: Uint8Array } {
    const half = this.random(PUBLIC_BYTES);
    // No half is all zeros: that one stands for the points of small order.
    half[0]! |= 1;
    return { secret: this.handle({ ...digested(0, [half]), length: 0, half }), public: half };
  }

  agree(secret: KeyHandle, other: Uint8Array): KeyHandle | null {
    const { half } = this.secretOf(secret);
    assert(half !== null, "who agrees has a pair");
    if (other.length !== PUBLIC_BYTES || other.every((byte) => byte === 0)) return null;
    this.counts.agreed += 1;
    return this.handle({ ...digested(1, before(half, other) ? [half, other] : [other, half]), length: PUBLIC_BYTES, half: null });
  }

  derive(secrets: readonly KeyHandle[], salt: Uint8Array, info: Uint8Array, length: number): KeyHandle | null {
    if (length > DERIVED_BYTES_MAX) return null;
    const hash = new KeyedHash(2, length);
    for (const secret of secrets) {
      const { a, b } = this.usable(secret);
      hash.word(a);
      hash.word(b);
    }
    hash.bytes(salt);
    hash.bytes(info);
    this.counts.derived += 1;
    const [a, b] = hash.end(0);
    return this.handle({ a, b, length, half: null });
  }

  mac(key: KeyHandle, data: Uint8Array): Uint8Array {
    const { a, b } = this.usable(key);
    const hash = new KeyedHash(a, b);
    hash.bytes(data);
    return hash.stretched(DIGEST_BYTES);
  }

  verify(key: KeyHandle, data: Uint8Array, tag: Uint8Array): boolean {
    if (tag.length < TAG_BYTES_MIN || tag.length > DIGEST_BYTES) return false;
    const right = this.mac(key, data);
    return tag.every((byte, i) => byte === right[i]);
  }

  digest(data: Uint8Array): Uint8Array {
    const hash = new KeyedHash(3, 0);
    hash.bytes(data);
    return hash.stretched(DIGEST_BYTES);
  }

  forget(key: KeyHandle): void {
    assert(this.secrets.delete(key), "a key is forgotten once");
  }

  private handle(secret: Secret): KeyHandle {
    const handle: KeyHandle = Object.freeze({ kind: "key" });
    this.secrets.set(handle, secret);
    return handle;
  }

  private secretOf(key: KeyHandle): Secret {
    const secret = this.secrets.get(key);
    assert(secret !== undefined, "a key is of this port and not forgotten");
    return secret;
  }

  private usable(key: KeyHandle): Secret {
    const secret = this.secretOf(key);
    assert(secret.half === null, "a pair's secret agrees and does nothing else");
    return secret;
  }
}

/** The fake for an end that needs no stream of its own, such as a test's. */
export function memoryCrypto(name: string, seed = 1): MemoryCrypto {
  return new MemoryCrypto(rootStream(seed, 0), name);
}

function fits(suite: Suite, secret: Secret, iv: Uint8Array): boolean {
  const sizes = SUITE_SIZES[suite];
  return secret.length === sizes.key && secret.half === null && iv.length === sizes.iv;
}

function opened(suite: Suite, secret: Secret, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const sizes = SUITE_SIZES[suite];
  const length = sealed.length - sizes.tag;
  if (length < 0) return null;
  const right = tagOf(secret, suite, iv, aad, sealed.subarray(0, length));
  for (let i = 0; i < sizes.tag; i++) if (right[i] !== sealed[length + i]) return null;
  const body = new Uint8Array(length);
  body.set(sealed.subarray(0, length));
  veil(body, secret, iv);
  return suite === SUITES.A256GCM ? body : body.subarray(0, length - body[length - 1]!);
}

function tagOf(secret: Secret, suite: Suite, iv: Uint8Array, aad: Uint8Array, body: Uint8Array): Uint8Array {
  const hash = new KeyedHash(secret.a, secret.b);
  hash.word(suite);
  hash.bytes(aad);
  hash.bytes(iv);
  hash.bytes(body);
  return hash.stretched(SUITE_SIZES[suite].tag);
}

/** Makes plaintext unlike itself and back: a search for it in what leaves finds nothing. `body` begins at a whole word of its buffer. */
function veil(body: Uint8Array, secret: Secret, iv: Uint8Array): void {
  const hash = new KeyedHash(secret.a, secret.b);
  hash.bytes(iv);
  const [a, b] = hash.end(0);
  const words = new Int32Array(body.buffer, body.byteOffset, body.length >>> 2);
  for (let i = 0; i < words.length; i++) words[i]! ^= i & 1 ? b + i : a + i;
  for (let i = words.length * 4; i < body.length; i++) body[i]! ^= a >>> (8 * (i & 3));
}

function digested(purpose: number, parts: readonly Uint8Array[]): { readonly a: number; readonly b: number } {
  const hash = new KeyedHash(purpose, 0);
  for (const part of parts) hash.bytes(part);
  const [a, b] = hash.end(0);
  return { a, b };
}

function before(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return one[i]! < other[i]!;
  return true;
}
