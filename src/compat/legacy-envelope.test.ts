import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LegacyEnvelope, LEGACY_ENVELOPE_DEFAULT, legacyEnvelope } from "./legacy-envelope.ts";
import { sharedData, sharedText } from "./shared-data.fixture.ts";

const KEY = Buffer.alloc(32, "peerstead legacy test key").toString("base64");
const IV = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
const REJECTED = { ok: false, error: "envelope_rejected" };

function mode(key = KEY): LegacyEnvelope {
  const made = legacyEnvelope(key, "legacy_unauthenticated");
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

describe("the legacy envelope", () => {
  it("is off unless the setting names it", () => {
    expect(LEGACY_ENVELOPE_DEFAULT).toBe("off");
    expect(legacyEnvelope(KEY)).toEqual({ ok: false, error: "legacy_envelope_off" });
    expect(legacyEnvelope(KEY, "off")).toEqual({ ok: false, error: "legacy_envelope_off" });
    expect(legacyEnvelope(KEY, "legacy_unauthenticated").ok).toBe(true);
  });

  it("takes keys of 32 bytes in base64 only, and says nothing of a bad one", () => {
    for (const key of ["", "short", KEY.slice(0, -4), `${KEY} `, KEY.replace("=", ""), `${KEY.slice(0, -2)}/=`, "*".repeat(44)])
      expect(legacyEnvelope(key, "legacy_unauthenticated")).toEqual({ ok: false, error: "encryption_key_invalid" });
  });

  it("is IV and AES-256-CBC in base64 (checked against `openssl enc -aes-256-cbc`)", () => {
    expect(mode().seal(IV, new TextEncoder().encode('{"type":0}'))).toBe("oKGio6SlpqeoqaqrrK2ur3+/KGUPLULxWdjL++2cDh4=");
  });

  it("gives back what was sealed, of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ minLength: 16, maxLength: 16 }), (plain, iv) => {
        expect(mode().open(mode().seal(iv, plain)!)).toEqual({ ok: true, value: plain });
      }),
    );
    const largest = mode().seal(IV, new Uint8Array(65_536))!;
    expect(mode().open(largest).ok).toBe(true);
    expect(mode().open(`${largest.slice(0, -4)}AAAAAAAAAAAA${largest.slice(-4)}`.padEnd(90_000, "A"))).toEqual(REJECTED);
    expect(mode().seal(new Uint8Array(12), IV)).toBeNull();
  });

  it("refuses what is none with one error, and never throws", () => {
    const text = mode().seal(IV, new Uint8Array(20))!;
    for (const bad of [
      "",
      "AAAA",
      text.slice(0, -4),
      `${text}\n`,
      text.replace(/.$/, "*"),
      text.slice(4),
      Buffer.from(IV).toString("base64"),
    ])
      expect(mode().open(bad)).toEqual(REJECTED);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.uint8Array().map((b) => Buffer.from(b).toString("base64")),
        ),
        (bad) => {
          const opened = mode().open(bad);
          if (!opened.ok) expect(opened).toEqual(REJECTED);
        },
      ),
    );
  });
});

describe.skipIf(sharedData === undefined)("the seed's example (skipped where the shared data are absent)", () => {
  it("is written and read", () => {
    const example = JSON.parse(sharedText("crypto/seed-cbc-envelope.json")) as {
      readonly encryption_key: string;
      readonly iv: string;
      readonly plaintext: string;
      readonly request: { readonly encrypted_data: string };
    };
    const seed = mode(example.encryption_key);
    const plain = new TextEncoder().encode(example.plaintext);
    expect(seed.seal(Buffer.from(example.iv, "hex"), plain)).toBe(example.request.encrypted_data);
    expect(seed.open(example.request.encrypted_data)).toEqual({ ok: true, value: plain });
  });
});
