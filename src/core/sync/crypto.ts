/**
 * The port to ciphers, hashes and true randomness. Synchronous, because core is. The real one is node:crypto; simulation may use a counted fake
 * of the same sizes. Keys are handles: who holds one can use it and cannot read it, so that no secret gets into a message, record or log (SY13).
 */
import { assert } from "../../base/assert.ts";

/** A secret that stays inside the port. */
export type KeyHandle = { readonly kind: "key" };

/** AEAD suites by their number in the envelope's header (RULES §4). */
export const SUITES = { A256CBC_HS512: 1, A256GCM: 2 } as const;
/** A suite's number. */
export type Suite = (typeof SUITES)[keyof typeof SUITES];

/** Sizes of a suite in bytes. A256CBC-HS512: RFC 7518 §5.2.5, its key is MAC_KEY ‖ ENC_KEY; A256GCM: RFC 7518 §5.3. */
export type SuiteSizes = { readonly key: number; readonly iv: number; readonly tag: number };

/** The sizes of each suite. */
export const SUITE_SIZES: Readonly<Record<Suite, SuiteSizes>> = {
  [SUITES.A256CBC_HS512]: { key: 64, iv: 16, tag: 32 },
  [SUITES.A256GCM]: { key: 32, iv: 12, tag: 16 },
};

/** Bytes of a public half of X25519, and of a SHA-512. */
export const PUBLIC_BYTES = 32;
export const DIGEST_BYTES = 64;
/** HKDF-SHA-512 gives at most 255 blocks (RFC 5869 §2.3). */
export const DERIVED_BYTES_MAX = 255 * DIGEST_BYTES;

/** How many bytes `seal` gives for so many: CBC pads up to its next whole block (PKCS #7), GCM does not pad; the tag follows. */
export function sealedBytes(suite: Suite, plainBytes: number): number {
  const { iv, tag } = SUITE_SIZES[suite];
  return suite === SUITES.A256CBC_HS512 ? plainBytes - (plainBytes % iv) + iv + tag : plainBytes + tag;
}

/** What is to be sealed: one array, or several that are taken for one. */
export type Plain = Uint8Array | readonly Uint8Array[];

/** The pieces of a plaintext, and how many bytes they are together. */
export function piecesOf(plain: Plain): { readonly pieces: readonly Uint8Array[]; readonly bytes: number } {
  if (plain instanceof Uint8Array) return { pieces: [plain], bytes: plain.length };
  return { pieces: plain, bytes: plain.reduce((sum, piece) => sum + piece.length, 0) };
}

/** Everything that needs a cipher, a hash or chance. Lengths are bytes. */
export type CryptoPort = {
  /** Where its chance comes from. Production is given none but the system's (DT2). */
  readonly randomness: "system" | "seeded";
  /** Random bytes. In production never seeded (DT2). */
  random(length: number): Uint8Array;
  /**
   * Seals: gives ciphertext followed by its tag (32 bytes with A256CBC-HS512, RFC 7518 §5.2.5; 16 with A256GCM). `iv`: 16 or 12 bytes. Null for a
   * key or an `iv` that has not the suite's size. What is sealed may come in pieces, and so many bytes of `headroom`, zeros, are left before the
   * ciphertext for the caller to write: both spare a copy of all of it.
   */
  seal(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, plain: Plain, headroom?: number): Uint8Array | null;
  /** Opens what `seal` gave; null for whatever is not exactly that, after one comparison in constant time and before anything decrypted is used. */
  open(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  /** A pair for X25519: the public half travels. */
  pair(): { readonly secret: KeyHandle; readonly public: Uint8Array };
  /** A secret both sides share; null for a public half that would give none (small order), or that has another size. */
  agree(secret: KeyHandle, other: Uint8Array): KeyHandle | null;
  /**
   * HKDF-SHA-512 (RFC 5869): extract with `salt` from the secrets one after the other, expand to `length` bytes with `info`. The result is a key
   * again; null for more than {@link DERIVED_BYTES_MAX}.
   */
  derive(secrets: readonly KeyHandle[], salt: Uint8Array, info: Uint8Array, length: number): KeyHandle | null;
  /** HMAC-SHA-512 of `data`, for what is proved but not hidden. */
  mac(key: KeyHandle, data: Uint8Array): Uint8Array;
  /** Whether `tag` is the beginning, 16 to 64 bytes long, of that HMAC. Compared in constant time. */
  verify(key: KeyHandle, data: Uint8Array, tag: Uint8Array): boolean;
  /** SHA-512. */
  digest(data: Uint8Array): Uint8Array;
  /** Forgets a key. Using it afterwards is a bug. */
  forget(key: KeyHandle): void;
};

/** {@link CryptoPort.derive} for lengths that are always possible. */
export function deriveKey(
  crypto: CryptoPort,
  secrets: readonly KeyHandle[],
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): KeyHandle {
  const key = crypto.derive(secrets, salt, info, length);
  assert(key !== null, "a key of this length can be derived");
  return key;
}
