import * as real from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { SUITES } from "../../core/sync/crypto.ts";
import { hkdfSha512, hmacMatches, hmacSha512, openWith, sealWith, suiteKey, x25519, x25519Private, x25519Public } from "./ciphers.ts";
import { RFC_7518_B3 as B3 } from "./rfc7518.fixture.ts";
import { SMALL_ORDER } from "./small-order.fixture.ts";

/** Calls in the order in which they were made. */
const calls: string[] = [];

vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof real>();
  const told = <F extends (...args: never[]) => unknown>(name: string, call: F): F =>
    ((...args: Parameters<F>) => {
      calls.push(name);
      return call(...args);
    }) as F;
  return {
    ...crypto,
    timingSafeEqual: told("timingSafeEqual", crypto.timingSafeEqual),
    createDecipheriv: told("createDecipheriv", crypto.createDecipheriv as (...args: never[]) => unknown),
  };
});

beforeEach(() => void calls.splice(0));

const NOTHING = new Uint8Array(0);
const key = suiteKey(SUITES.A256CBC_HS512, B3.key)!;
const sealedB3 = new Uint8Array([...B3.ciphertext, ...B3.tag]);

describe("A256CBC-HS512", () => {
  it("is that of RFC 7518, Appendix B.3", () => {
    expect(sealWith(key, B3.iv, B3.aad, B3.plain)).toEqual(sealedB3);
    expect(openWith(key, B3.iv, B3.aad, sealedB3)).toEqual(B3.plain);
  });

  it("SY10: compares the tag in constant time, and deciphers nothing that has not the right one", () => {
    expect(openWith(key, B3.iv, B3.aad, sealedB3)).not.toBeNull();
    expect(calls).toEqual(["timingSafeEqual", "createDecipheriv"]);
    for (const at of [0, 100, B3.ciphertext.length, sealedB3.length - 1]) {
      calls.splice(0);
      expect(
        openWith(
          key,
          B3.iv,
          B3.aad,
          sealedB3.map((byte, i) => (i === at ? byte ^ 1 : byte)),
        ),
      ).toBeNull();
      expect(calls).toEqual(["timingSafeEqual"]);
    }
  });

  it("SY10: a right tag over what no sealing gives is refused like a wrong one: no block, a part of one, bad padding", () => {
    const tagged = (body: Uint8Array): Uint8Array => {
      const al = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0);
      const tag = hmacSha512(B3.key.subarray(0, 32), Buffer.concat([B3.iv, body, al])).subarray(0, 32);
      return new Uint8Array([...body, ...tag]);
    };
    const cipher = (padded: Uint8Array): Uint8Array =>
      real.createCipheriv("aes-256-cbc", B3.key.subarray(32), B3.iv).setAutoPadding(false).update(padded);
    const paddedBy = (last: number, before = last): Uint8Array => new Uint8Array(32).fill(before, 16, 31).fill(last, 31);
    expect(openWith(key, B3.iv, NOTHING, tagged(cipher(paddedBy(16))))).toEqual(new Uint8Array(16));
    expect(openWith(key, B3.iv, NOTHING, tagged(cipher(paddedBy(1, 9))))).toHaveLength(31);
    for (const padded of [paddedBy(0), paddedBy(17), paddedBy(255), paddedBy(2, 3), paddedBy(16, 15)])
      expect(openWith(key, B3.iv, NOTHING, tagged(cipher(padded)))).toBeNull();
    for (const body of [NOTHING, new Uint8Array(15), new Uint8Array(17)]) expect(openWith(key, B3.iv, NOTHING, tagged(body))).toBeNull();
  });
});

describe("keys, tags and points", () => {
  it("of other sizes are answered with null or no, never thrown", () => {
    for (const size of [0, 16, 24, 31, 33, 63, 65]) {
      if (size !== 32) expect(suiteKey(SUITES.A256GCM, new Uint8Array(size))).toBeNull();
      expect(suiteKey(SUITES.A256CBC_HS512, new Uint8Array(size))).toBeNull();
      if (size !== 32) expect(x25519Private(new Uint8Array(size))).toBeNull();
    }
    expect(suiteKey(SUITES.A256CBC_HS512, new Uint8Array(32))).toBeNull();
    for (const length of [-1, 1.5, Number.NaN, 16_321]) expect(hkdfSha512(NOTHING, NOTHING, NOTHING, length)).toBeNull();
    expect(hmacMatches(NOTHING, NOTHING, new Uint8Array(65))).toBe(false);
    expect(hmacMatches(NOTHING, NOTHING, hmacSha512(NOTHING, NOTHING))).toBe(true);
  });

  it("HKDF-SHA-512 agrees with node's own, and takes more info than that does", () => {
    for (const length of [1, 63, 64, 65, 1_000, 16_320]) {
      const [secret, salt, info] = [real.randomBytes(length % 90), real.randomBytes(length % 70), real.randomBytes(length % 1_000)];
      expect(hkdfSha512(secret, salt, info, length)).toEqual(new Uint8Array(real.hkdfSync("sha512", secret, salt, info, length)));
    }
    expect(hkdfSha512(NOTHING, NOTHING, new Uint8Array(5_000), 64)).toHaveLength(64);
    expect(hkdfSha512(NOTHING, NOTHING, NOTHING, 0)).toHaveLength(0);
  });

  it("SY10: points of small order give no secret", () => {
    const secret = x25519Private(real.randomBytes(32))!;
    for (const point of SMALL_ORDER) {
      expect(x25519(secret, point)).toBeNull();
      // The highest bit of a point is not read (RFC 7748 §5).
      expect(
        x25519(
          secret,
          point.map((byte, i) => (i === 31 ? byte | 0x80 : byte)),
        ),
      ).toBeNull();
    }
    expect(x25519(secret, x25519Public(secret))).toHaveLength(32);
  });
});
