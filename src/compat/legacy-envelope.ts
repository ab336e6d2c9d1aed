/**
 * The seed's bare envelope: base64 of IV ‖ AES-256-CBC, as its `encrypted_data` field holds it. It proves nothing of who wrote it or whether it was
 * changed, so it is a mode of its own, off unless a setting says so, for peers that know nothing else and inside TLS only. New code seals with
 * core/sync. Never tells why something cannot be opened: the difference would give the plaintext away, byte by byte.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { err, ok, type Result } from "../base/result.ts";

/** What a configuration must say for the mode to be there. */
export type LegacyEnvelopeSetting = "off" | "legacy_unauthenticated";

/** What holds where a configuration is silent. */
export const LEGACY_ENVELOPE_DEFAULT: LegacyEnvelopeSetting = "off";

/** Why there is no legacy envelope: it is not asked for, or the key is not the base64 of 32 bytes. */
export type LegacyEnvelopeRefusal = "legacy_envelope_off" | "encryption_key_invalid";

/** Writes and reads bare envelopes under one key. */
export type LegacyEnvelope = {
  /** The text for `encrypted_data`. `iv` is 16 random bytes, never used before: null for another size. */
  seal(iv: Uint8Array, plain: Uint8Array): string | null;
  /** What a text holds, or that it cannot be opened. What it gives may have been changed on the way. */
  open(text: string): Result<Uint8Array, "envelope_rejected">;
};

const KEY_BYTES = 32;
const IV_BYTES = 16;
/** Longest text that is read: that of a message of 64 KiB with its IV and padding. */
const TEXT_CHARS_MAX = 4 * Math.ceil((65_536 + 2 * IV_BYTES) / 3);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The mode, if the setting names it. `key` is `encryption_key` as configurations of the seed hold it. */
export function legacyEnvelope(
  key: string,
  setting: LegacyEnvelopeSetting = LEGACY_ENVELOPE_DEFAULT,
): Result<LegacyEnvelope, LegacyEnvelopeRefusal> {
  if (setting !== "legacy_unauthenticated") return err("legacy_envelope_off");
  const bytes = fromBase64(key);
  if (bytes === null || bytes.length !== KEY_BYTES) return err("encryption_key_invalid");
  const secret = createSecretKey(bytes);
  bytes.fill(0);
  return ok({ seal: (iv, plain) => sealed(secret, iv, plain), open: (text) => opened(secret, text) });
}

function sealed(key: KeyObject, iv: Uint8Array, plain: Uint8Array): string | null {
  if (iv.length !== IV_BYTES) return null;
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString("base64");
}

function opened(key: KeyObject, text: string): Result<Uint8Array, "envelope_rejected"> {
  const bytes = text.length <= TEXT_CHARS_MAX ? fromBase64(text) : null;
  if (bytes === null || bytes.length < 2 * IV_BYTES || bytes.length % IV_BYTES !== 0) return err("envelope_rejected");
  const decipher = createDecipheriv("aes-256-cbc", key, bytes.subarray(0, IV_BYTES));
  const plain = decipher.update(bytes.subarray(IV_BYTES));
  try {
    return ok(new Uint8Array(Buffer.concat([plain, decipher.final()])));
  } catch {
    return err("envelope_rejected");
  }
}

/** Bytes of a text in the one base64 form they have; null for anything else, which node's own reading would skip over. */
function fromBase64(text: string): Buffer | null {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
