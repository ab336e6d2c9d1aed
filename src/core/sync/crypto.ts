/**
 * The port to ciphers, hashes and true randomness. Synchronous, because core is. The real one is node:crypto; simulation may use a counted fake
 * of the same sizes. Keys are handles: who holds one can use it and cannot read it, so that no secret gets into a message, record or log (SY13).
 */

/** A secret that stays inside the port. */
export type KeyHandle = { readonly kind: "key" };

/** AEAD suites by their number in the envelope's header (RULES §4). */
export const SUITES = { A256CBC_HS512: 1, A256GCM: 2 } as const;
export type Suite = (typeof SUITES)[keyof typeof SUITES];

/** Everything that needs a cipher, a hash or chance. Lengths are bytes. */
export type CryptoPort = {
  /** Random bytes. In production never seeded (DT2). */
  random(length: number): Uint8Array;
  /** Seals: gives ciphertext followed by its tag (32 bytes with A256CBC-HS512, RFC 7518 §5.2.5; 16 with A256GCM). `iv`: 16 or 12 bytes. */
  seal(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Opens what `seal` gave; null for whatever is not exactly that, after one comparison in constant time and before anything is decrypted. */
  open(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  /** A pair for X25519: the public half travels. */
  pair(): { readonly secret: KeyHandle; readonly public: Uint8Array };
  /** A secret both sides share; null for a public half that would give none (small order). */
  agree(secret: KeyHandle, other: Uint8Array): KeyHandle | null;
  /** HKDF-SHA-512 (RFC 5869): extract with `salt`, expand to `length` bytes with `info`. The result is a key again. */
  derive(secrets: readonly KeyHandle[], salt: Uint8Array, info: Uint8Array, length: number): KeyHandle;
  /** HMAC-SHA-512 of `data`, for what is proved but not hidden. */
  mac(key: KeyHandle, data: Uint8Array): Uint8Array;
  /** SHA-512. */
  digest(data: Uint8Array): Uint8Array;
  /** Forgets a key. Using it afterwards is a bug. */
  forget(key: KeyHandle): void;
};
