/**
 * The primitives behind the port, over node:crypto. Whatever has a size that the standard does not know is answered with null, never thrown: what
 * comes from outside is not a bug. Owns no key and no chance.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  type Hmac,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { assert } from "../../base/assert.ts";
import {
  DERIVED_BYTES_MAX,
  DIGEST_BYTES,
  piecesOf,
  type Plain,
  PUBLIC_BYTES,
  sealedBytes,
  type Suite,
  SUITE_SIZES,
  SUITES,
} from "../../core/sync/crypto.ts";

type CbcKey = { readonly suite: typeof SUITES.A256CBC_HS512; readonly mac: KeyObject; readonly cipher: KeyObject };

/** A suite's key, ready for use. */
export type SuiteKey = CbcKey | { readonly suite: typeof SUITES.A256GCM; readonly cipher: KeyObject };

const CBC = SUITE_SIZES[SUITES.A256CBC_HS512];
const GCM = SUITE_SIZES[SUITES.A256GCM];
const HALF = CBC.key / 2;

/** The key of a suite from its bytes (A256CBC-HS512: MAC_KEY ‖ ENC_KEY); null for another size. */
export function suiteKey(suite: Suite, bytes: Uint8Array): SuiteKey | null {
  if (bytes.length !== SUITE_SIZES[suite].key) return null;
  if (suite === SUITES.A256GCM) return { suite, cipher: createSecretKey(bytes) };
  return { suite, mac: createSecretKey(bytes.subarray(0, HALF)), cipher: createSecretKey(bytes.subarray(HALF)) };
}

/** `headroom` zeros ‖ ciphertext ‖ tag; null for an `iv` of another size. */
export function sealWith(key: SuiteKey, iv: Uint8Array, aad: Uint8Array, plain: Plain, headroom = 0): Uint8Array | null {
  if (iv.length !== SUITE_SIZES[key.suite].iv) return null;
  const { pieces, bytes } = piecesOf(plain);
  // Not cleared first: every byte of it is written below.
  const out = Buffer.allocUnsafeSlow(headroom + sealedBytes(key.suite, bytes));
  out.fill(0, 0, headroom);
  const end =
    key.suite === SUITES.A256GCM ? sealGcm(key.cipher, iv, aad, pieces, out, headroom) : sealCbc(key, iv, aad, pieces, out, headroom);
  assert(end === out.length, "a cipher gives as many bytes as its standard says");
  return plainBytes(out);
}

function sealGcm(key: KeyObject, iv: Uint8Array, aad: Uint8Array, pieces: readonly Uint8Array[], out: Buffer, from: number): number {
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: GCM.tag });
  cipher.setAAD(aad);
  let at = from;
  for (const piece of pieces) at += put(out, cipher.update(piece), at);
  at += put(out, cipher.final(), at);
  return at + put(out, cipher.getAuthTag(), at);
}

function sealCbc(key: CbcKey, iv: Uint8Array, aad: Uint8Array, pieces: readonly Uint8Array[], out: Buffer, from: number): number {
  const cipher = createCipheriv("aes-256-cbc", key.cipher, iv);
  let at = from;
  for (const piece of pieces) at += put(out, cipher.update(piece), at);
  at += put(out, cipher.final(), at);
  const tag = createHmac("sha512", key.mac).update(aad).update(iv).update(out.subarray(from, at)).update(bitLength(aad)).digest();
  return at + put(out, tag.subarray(0, CBC.tag), at);
}

function put(into: Uint8Array, bytes: Uint8Array, at: number): number {
  into.set(bytes, at);
  return bytes.length;
}

/** What was sealed; null for whatever {@link sealWith} did not give with this key, `iv` and `aad`. */
export function openWith(key: SuiteKey, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const { iv: ivBytes, tag: tagBytes } = SUITE_SIZES[key.suite];
  if (iv.length !== ivBytes || sealed.length < tagBytes) return null;
  const body = sealed.subarray(0, sealed.length - tagBytes);
  const tag = sealed.subarray(sealed.length - tagBytes);
  return key.suite === SUITES.A256GCM ? openGcm(key.cipher, iv, aad, body, tag) : openCbc(key.mac, key.cipher, iv, aad, body, tag);
}

/** RFC 7518 §5.2.2.2: the tag is compared first; a ciphertext without a right tag is not even given to the cipher. */
function openCbc(mac: KeyObject, cipher: KeyObject, iv: Uint8Array, aad: Uint8Array, body: Uint8Array, tag: Uint8Array): Uint8Array | null {
  const right = createHmac("sha512", mac).update(aad).update(iv).update(body).update(bitLength(aad)).digest().subarray(0, CBC.tag);
  if (!timingSafeEqual(right, tag)) return null;
  if (body.length === 0 || body.length % CBC.iv !== 0) return null;
  // Without OpenSSL's own padding all blocks come from one call, and the plaintext is a view of them, not a copy.
  const decipher = createDecipheriv("aes-256-cbc", cipher, iv).setAutoPadding(false);
  const padded = decipher.update(body);
  decipher.final();
  const padding = padded[padded.length - 1]!;
  if (padding < 1 || padding > CBC.iv) return null;
  for (let i = padded.length - padding; i < padded.length; i++) if (padded[i] !== padding) return null;
  return plainBytes(padded.subarray(0, padded.length - padding));
}

/** OpenSSL deciphers as it reads and compares at the end; nothing of it is given away unless the tag is right. */
function openGcm(cipher: KeyObject, iv: Uint8Array, aad: Uint8Array, body: Uint8Array, tag: Uint8Array): Uint8Array | null {
  const decipher = createDecipheriv("aes-256-gcm", cipher, iv, { authTagLength: GCM.tag });
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  const plain = decipher.update(body);
  try {
    decipher.final();
  } catch {
    plain.fill(0);
    return null;
  }
  return plainBytes(plain);
}

/** AL of RFC 7518 §5.2.2.1: how many bits of AAD there are, in eight bytes. */
function bitLength(aad: Uint8Array): Uint8Array {
  const bits = aad.length * 8;
  const al = new Uint8Array(8);
  for (let i = 7, rest = bits; rest > 0; i--, rest = Math.floor(rest / 256)) al[i] = rest % 256;
  return al;
}

/** The same bytes without the ways of a Buffer, whose `slice` shares where an array's copies. */
function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.length);
}

/** HMAC-SHA-512, 64 bytes (RFC 2104). */
export function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array {
  return plainBytes(hmacOf(key).update(data).digest());
}

/** Given bytes, node looks for the key in many forms before it takes them for what they are: a key object costs a quarter of that. */
function hmacOf(key: Uint8Array): Hmac {
  return createHmac("sha512", createSecretKey(key));
}

/** A truncated tag below this says too little (RFC 2104 §5 asks for more, RFC 6151 and FIPS 198 for at least so much). */
const TAG_BYTES_MIN = 16;

/** Whether `tag` is the beginning, 16 to 64 bytes, of the HMAC-SHA-512. */
export function hmacMatches(key: Uint8Array, data: Uint8Array, tag: Uint8Array): boolean {
  if (tag.length < TAG_BYTES_MIN || tag.length > DIGEST_BYTES) return false;
  return timingSafeEqual(hmacSha512(key, data).subarray(0, tag.length), tag);
}

/**
 * HKDF-SHA-512 (RFC 5869) of any secret, salt and info; null for more than 255 blocks. Written out because node's own takes at most 1,024 bytes
 * of info.
 */
export function hkdfSha512(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array | null {
  if (!Number.isInteger(length) || length < 0 || length > DERIVED_BYTES_MAX) return null;
  const extracted = hmacSha512(salt, secret);
  const key = createSecretKey(extracted);
  extracted.fill(0);
  const blocks = Math.ceil(length / DIGEST_BYTES);
  const out = new Uint8Array(blocks * DIGEST_BYTES);
  for (let i = 0; i < blocks; i++) {
    const before = i === 0 ? out.subarray(0, 0) : out.subarray((i - 1) * DIGEST_BYTES, i * DIGEST_BYTES);
    const hmac = createHmac("sha512", key)
      .update(before)
      .update(info)
      .update(Uint8Array.of(i + 1));
    out.set(hmac.digest(), i * DIGEST_BYTES);
  }
  return out.subarray(0, length);
}

/** SHA-512. */
export function sha512(data: Uint8Array): Uint8Array {
  return plainBytes(createHash("sha512").update(data).digest());
}

/** What stands before the raw key in the DER forms of RFC 8410 §10.3 (PKCS #8) and §4 (SubjectPublicKeyInfo). */
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI = Buffer.from("302a300506032b656e032100", "hex");

/** The private half of X25519 from its 32 bytes; null for another size. */
export function x25519Private(bytes: Uint8Array): KeyObject | null {
  if (bytes.length !== PUBLIC_BYTES) return null;
  const der = Buffer.concat([PKCS8, bytes]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

/** The public half that belongs to a private one. */
export function x25519Public(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(SPKI.length));
}

/** The shared secret of RFC 7748 §6.1; null for a half of another size, and where it would be zero (§6.1 asks to abort: small order). */
export function x25519(secret: KeyObject, other: Uint8Array): Uint8Array | null {
  if (other.length !== PUBLIC_BYTES) return null;
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, other]), format: "der", type: "spki" });
    const shared = diffieHellman({ privateKey: secret, publicKey });
    return shared.some((byte) => byte !== 0) ? shared : null;
  } catch {
    // OpenSSL says by an error that the secret would be zero.
    return null;
  }
}
