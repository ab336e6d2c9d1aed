/**
 * What both ends of a handshake have said and agreed so far: a hash of every byte, and a chain of secrets mixed with it. Whoever saw or sent
 * another byte, or holds another secret, has other keys from there on (Noise, revision 34, §5.2 SymmetricState, with HKDF-SHA-512 over chain ‖
 * secret salted by the hash). Owns the keys it makes until they are taken; promises that {@link Transcript.forget} leaves none behind.
 */
import { assert } from "../../base/assert.ts";
import { ascii, joined } from "./bytes.ts";
import { type CryptoPort, deriveKey, DIGEST_BYTES, type KeyHandle, sealedBytes, type Suite, SUITE_SIZES, SUITES } from "./crypto.ts";
import { SESSION_ID_BYTES } from "./header.ts";

const CHAIN = ascii("peerstead/1 chain");
const SEALING = ascii("peerstead/1 handshake key");
const TO_RESPONDER = ascii("peerstead/1 to responder");
const TO_INITIATOR = ascii("peerstead/1 to initiator");
const SESSION = ascii("peerstead/1 session");

/** Bytes of a field that {@link Transcript.seal} gives for so many. */
export function fieldBytes(suite: Suite, plainBytes: number): number {
  return fieldIvBytes(suite) + sealedBytes(suite, plainBytes);
}

/** With GCM the nonce is zero and not sent: a handshake's key seals one field. */
function fieldIvBytes(suite: Suite): number {
  return suite === SUITES.A256GCM ? 0 : SUITE_SIZES[suite].iv;
}

/** What can be gone on from later: see {@link Transcript.resume}. The chain stays with whoever holds this. */
export type Remembered = { readonly hash: Uint8Array; readonly chain: KeyHandle };

/** One end's view of a handshake, or of an attempt to go on with one. */
export class Transcript {
  private readonly crypto: CryptoPort;
  private readonly suite: Suite;
  private readonly made: KeyHandle[] = [];
  private hash: Uint8Array;
  private chain: KeyHandle | null;
  private key: KeyHandle | null = null;

  private constructor(crypto: CryptoPort, suite: Suite, hash: Uint8Array, chain: KeyHandle | null) {
    this.crypto = crypto;
    this.suite = suite;
    this.hash = hash;
    this.chain = chain;
  }

  /** Begins with what both ends know: the name of the handshake and the responder's public half. */
  static begin(crypto: CryptoPort, suite: Suite, name: Uint8Array, responder: Uint8Array): Transcript {
    return new Transcript(crypto, suite, crypto.digest(joined(name, responder)), null);
  }

  /** Goes on from a remembered state, which stays as it is. */
  static resume(crypto: CryptoPort, suite: Suite, { hash, chain }: Remembered): Transcript {
    return new Transcript(crypto, suite, hash, chain);
  }

  /** Everything sent in clear is mixed in. */
  mix(bytes: Uint8Array): void {
    this.hash = this.crypto.digest(joined(this.hash, bytes));
  }

  /** A public half of `other` and our secret: both ends get the same. False if they give none; then nothing is changed. */
  mixAgreed(secret: KeyHandle, other: Uint8Array): boolean {
    const agreed = this.crypto.agree(secret, other);
    if (agreed === null) return false;
    this.made.push(agreed);
    const secrets = this.chain === null ? [agreed] : [this.chain, agreed];
    this.chain = this.derived(secrets, CHAIN, DIGEST_BYTES);
    this.key = this.derived(secrets, SEALING, SUITE_SIZES[this.suite].key);
    return true;
  }

  /** Seals a field under the newest key, which is used up by it, and mixes in what is sent. */
  seal(plain: Uint8Array): Uint8Array {
    const ivBytes = fieldIvBytes(this.suite);
    const iv = ivBytes > 0 ? this.crypto.random(ivBytes) : new Uint8Array(SUITE_SIZES[this.suite].iv);
    const sealed = this.crypto.seal(this.suite, this.takeKey(), iv, this.hash, plain);
    assert(sealed !== null, "a suite's own sizes are sealed");
    const field = joined(iv.subarray(0, ivBytes), sealed);
    this.mix(field);
    return field;
  }

  /** Opens what the other end sealed at this point; null for anything else. */
  open(field: Uint8Array): Uint8Array | null {
    const ivBytes = fieldIvBytes(this.suite);
    const iv = ivBytes > 0 ? field.subarray(0, ivBytes) : new Uint8Array(SUITE_SIZES[this.suite].iv);
    const plain = this.crypto.open(this.suite, this.takeKey(), iv, this.hash, field.subarray(ivBytes));
    if (plain !== null) this.mix(field);
    return plain;
  }

  /** Ends the handshake: a chain of keys for each direction and the session's id. The chains belong to the caller. */
  split(): { readonly toResponder: KeyHandle; readonly toInitiator: KeyHandle; readonly session: Uint8Array } {
    assert(this.chain !== null, "a handshake has agreed on something");
    const chain = [this.chain];
    return {
      toResponder: deriveKey(this.crypto, chain, this.hash, TO_RESPONDER, DIGEST_BYTES),
      toInitiator: deriveKey(this.crypto, chain, this.hash, TO_INITIATOR, DIGEST_BYTES),
      session: new Uint8Array(this.crypto.digest(joined(this.hash, SESSION)).subarray(0, SESSION_ID_BYTES)),
    };
  }

  /** The state to go on from; its chain belongs to the caller. */
  remember(): Remembered {
    assert(this.chain !== null, "there is something to remember");
    const chain = this.chain;
    this.made.splice(this.made.indexOf(chain), 1);
    return { hash: this.hash, chain };
  }

  /** Forgets every key made on the way and not taken by the caller. */
  forget(): void {
    for (const key of this.made.splice(0)) this.crypto.forget(key);
  }

  private takeKey(): KeyHandle {
    assert(this.key !== null, "a field is sealed after something was agreed");
    const key = this.key;
    this.key = null;
    return key;
  }

  private derived(secrets: readonly KeyHandle[], label: Uint8Array, length: number): KeyHandle {
    const key = deriveKey(this.crypto, secrets, this.hash, label, length);
    this.made.push(key);
    return key;
  }
}
