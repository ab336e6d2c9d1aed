/** What every crypto port promises, whatever it is made of: one suite, run by the real one and by the counted fake. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert } from "../../base/assert.ts";
import {
  type CryptoPort,
  DERIVED_BYTES_MAX,
  type KeyHandle,
  sealedBytes,
  type Suite,
  SUITE_SIZES,
  SUITES,
} from "../../core/sync/crypto.ts";

/** A new port; ports of different names draw differently. */
export type MakeCrypto = (name: string) => CryptoPort;

const SUITE_LIST: readonly Suite[] = [SUITES.A256CBC_HS512, SUITES.A256GCM];
const NOTHING = new Uint8Array(0);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

/** A key that both ports have, of any length. */
function agreedKey(port: CryptoPort, length: number, info = "a key"): KeyHandle {
  const pair = port.pair();
  const secret = port.agree(pair.secret, pair.public);
  assert(secret !== null, "a pair agrees with itself");
  const key = port.derive([secret], text("salt"), text(info), length);
  assert(key !== null, "a key is derived");
  return key;
}

/** The suite for a port. */
export function cryptoContract(name: string, make: MakeCrypto): void {
  describe(`crypto port: ${name}`, () => {
    describe("seals and opens", () => void sealing(make));
    describe("refuses", () => void refusing(make));
    describe("agrees and derives", () => void agreeing(make));
    describe("keeps", () => void keeping(make));
  });
}

function sealing(make: MakeCrypto): void {
  it.each(SUITE_LIST)("suite %i: what was sealed, in the sizes of the standard, nothing and no AAD included", (suite) => {
    const port = make("a");
    const key = agreedKey(port, SUITE_SIZES[suite].key);
    const { iv: ivBytes } = SUITE_SIZES[suite];
    fc.assert(
      fc.property(bytes(300), bytes(80), fc.uint8Array({ minLength: ivBytes, maxLength: ivBytes }), (plain, aad, iv) => {
        const sealed = port.seal(suite, key, iv, aad, plain);
        expect(sealed).toHaveLength(sealedBytes(suite, plain.length));
        expect(port.open(suite, key, iv, aad, sealed!)).toEqual(plain);
      }),
      { examples: [[NOTHING, NOTHING, new Uint8Array(ivBytes)]], numRuns: 60 },
    );
  });

  it.each(SUITE_LIST)("suite %i: the same whether it comes in pieces or in one, behind as many zeros as are asked for", (suite) => {
    const port = make("a");
    const sizes = SUITE_SIZES[suite];
    const key = agreedKey(port, sizes.key);
    const [iv, aad, plain] = [port.random(sizes.iv), text("header"), port.random(5_000)];
    const whole = port.seal(suite, key, iv, aad, plain)!;
    for (const cuts of [[0], [3], [16, 17], [1, 2, 4_999], [5_000], [2_500, 2_500]]) {
      const pieces = [0, ...cuts].map((from, i) => plain.subarray(from, cuts[i] ?? plain.length));
      const sealed = port.seal(suite, key, iv, aad, pieces, 64)!;
      expect(sealed.subarray(0, 64)).toEqual(new Uint8Array(64));
      expect(Buffer.compare(sealed.subarray(64), whole)).toBe(0);
    }
    expect(port.seal(suite, key, iv, aad, [], 3)).toHaveLength(3 + sealedBytes(suite, 0));
  });

  it.each(SUITE_LIST)("SY8: suite %i: not with any bit of key's info, IV, AAD, ciphertext or tag changed, nor cut short", (suite) => {
    const port = make("a");
    const sizes = SUITE_SIZES[suite];
    const key = agreedKey(port, sizes.key);
    const aad = text("header");
    const iv = port.random(sizes.iv);
    for (const length of [0, 1, 16, 33]) {
      const sealed = port.seal(suite, key, iv, aad, port.random(length))!;
      const parts = [iv, aad, sealed];
      for (const [which, part] of parts.entries()) {
        for (let bit = 0; bit < part.length * 8; bit++) {
          const changed = parts.map((each, i) =>
            i === which ? each.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) : each,
          );
          expect(port.open(suite, key, changed[0]!, changed[1]!, changed[2]!)).toBeNull();
        }
      }
      for (let cut = 0; cut < sealed.length; cut++) expect(port.open(suite, key, iv, aad, sealed.subarray(0, cut))).toBeNull();
      expect(port.open(suite, agreedKey(port, sizes.key, "another"), iv, aad, sealed)).toBeNull();
      expect(port.open(suite, key, iv, aad, sealed)).toHaveLength(length);
    }
  });
}

function refusing(make: MakeCrypto): void {
  it.each(SUITE_LIST)("suite %i: keys and IVs of other sizes, with null", (suite) => {
    const port = make("a");
    const sizes = SUITE_SIZES[suite];
    const key = agreedKey(port, sizes.key);
    for (const length of [0, 1, sizes.iv - 1, sizes.iv + 1, 64]) {
      expect(port.seal(suite, key, new Uint8Array(length), NOTHING, NOTHING)).toBeNull();
      expect(port.open(suite, key, new Uint8Array(length), NOTHING, new Uint8Array(64))).toBeNull();
    }
    for (const length of [0, 16, sizes.key - 1, sizes.key + 1]) {
      const other = agreedKey(port, length);
      expect(port.seal(suite, other, new Uint8Array(sizes.iv), NOTHING, NOTHING)).toBeNull();
      expect(port.open(suite, other, new Uint8Array(sizes.iv), NOTHING, new Uint8Array(64))).toBeNull();
    }
    expect(port.seal(suite, port.pair().secret, new Uint8Array(sizes.iv), NOTHING, NOTHING)).toBeNull();
  });

  it("more than 255 blocks of a derivation, public halves of another size, and the half that is zero", () => {
    const port = make("a");
    const { secret } = port.pair();
    for (const size of [0, 31, 33]) expect(port.agree(secret, new Uint8Array(size).fill(9))).toBeNull();
    expect(port.agree(secret, new Uint8Array(32))).toBeNull();
    expect(port.derive([], NOTHING, NOTHING, DERIVED_BYTES_MAX)).not.toBeNull();
    expect(port.derive([], NOTHING, NOTHING, DERIVED_BYTES_MAX + 1)).toBeNull();
  });

  it("a tag shorter than 16 bytes, longer than 64, or of other data", () => {
    const port = make("a");
    const key = agreedKey(port, 32);
    const tag = port.mac(key, text("data"));
    expect(tag).toHaveLength(64);
    for (const length of [16, 32, 64]) expect(port.verify(key, text("data"), tag.subarray(0, length))).toBe(true);
    for (const length of [0, 15]) expect(port.verify(key, text("data"), tag.subarray(0, length))).toBe(false);
    expect(port.verify(key, text("data"), Buffer.concat([tag, Buffer.of(0)]))).toBe(false);
    expect(port.verify(key, text("date"), tag)).toBe(false);
    for (let bit = 0; bit < 128; bit++) {
      expect(
        port.verify(
          key,
          text("data"),
          tag.subarray(0, 16).map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
        ),
      ).toBe(false);
    }
  });
}

function agreeing(make: MakeCrypto): void {
  /** Shows which key it is without showing the key. */
  const shown = (port: CryptoPort, key: KeyHandle | null): string => {
    assert(key !== null, "there is a key");
    return Buffer.from(port.mac(key, text("shown"))).toString("hex");
  };

  it("two ends on the same secret, and no third on it", () => {
    const [one, other, third] = [make("one"), make("other"), make("third")];
    const [a, b, c] = [one.pair(), other.pair(), third.pair()];
    const secret = shown(one, one.agree(a.secret, b.public));
    expect(shown(other, other.agree(b.secret, a.public))).toBe(secret);
    expect(shown(third, third.agree(c.secret, a.public))).not.toBe(secret);
    expect(shown(one, one.agree(a.secret, c.public))).not.toBe(secret);
  });

  it("another key for each secret, their order, salt, info and length", () => {
    const port = make("a");
    const [one, other] = [agreedKey(port, 32, "one"), agreedKey(port, 32, "other")];
    const keys = [
      port.derive([one], text("salt"), text("info"), 64),
      port.derive([other], text("salt"), text("info"), 64),
      port.derive([one, other], text("salt"), text("info"), 64),
      port.derive([other, one], text("salt"), text("info"), 64),
      port.derive([one], text("salz"), text("info"), 64),
      port.derive([one], text("salt"), text("infi"), 64),
      port.derive([one], NOTHING, text("info"), 64),
      port.derive([one], text("salt"), text("info"), 32),
    ].map((key) => shown(port, key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(shown(port, port.derive([one], text("salt"), text("info"), 64))).toBe(keys[0]);
  });

  it("random bytes of any length, not the same twice; digests of 64 bytes that tell data apart", () => {
    const port = make("a");
    for (const length of [0, 1, 7, 32, 4_096, 10_000]) expect(port.random(length)).toHaveLength(length);
    const drawn = new Set(Array.from({ length: 2_000 }, () => Buffer.from(port.random(12)).toString("hex")));
    expect(drawn.size).toBe(2_000);
    expect(port.digest(text("a"))).toHaveLength(64);
    expect(port.digest(text("a"))).toEqual(port.digest(text("a")));
    expect(port.digest(text("a"))).not.toEqual(port.digest(text("b")));
  });
}

function keeping(make: MakeCrypto): void {
  it("SY13: a handle shows nothing of its key", () => {
    const port = make("a");
    const key = agreedKey(port, 64);
    expect(JSON.stringify(key)).toBe('{"kind":"key"}');
    expect(inspect(key, { depth: null, showHidden: true })).toBe("{ kind: 'key' }");
  });

  it("a forgotten key is not used again, and is forgotten once", () => {
    const port = make("a");
    const key = agreedKey(port, 32);
    port.forget(key);
    expect(() => port.seal(SUITES.A256GCM, key, new Uint8Array(12), NOTHING, NOTHING)).toThrow("forgotten");
    expect(() => port.mac(key, NOTHING)).toThrow("forgotten");
    expect(() => port.derive([key], NOTHING, NOTHING, 32)).toThrow("forgotten");
    expect(() => port.forget(key)).toThrow("forgotten");
    expect(() => make("b").mac(agreedKey(port, 32), NOTHING)).toThrow("of this port");
  });
}
