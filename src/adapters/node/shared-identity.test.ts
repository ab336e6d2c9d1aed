import { describe, expect, it } from "vitest";
import { Secret } from "../../base/secret.ts";
import { given } from "../contract/two-ends.fixture.ts";
import { productionCrypto } from "./crypto.ts";
import { sharedIdentity } from "./shared-identity.ts";

const KEY = new Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const crypto = given(productionCrypto());
const publicOf = (key: Secret, who: "main_server" | number): string => Buffer.from(sharedIdentity(crypto, key, who).public).toString("hex");

describe("pairs made of one key", () => {
  it("are the same at both ends, in every process and version", () => {
    expect(publicOf(KEY, "main_server")).toMatchInlineSnapshot(`"0f007fdfaef60e8746f5f3e396eff91b90c102476fa8f8f726cd4fde0c985a2d"`);
    expect(publicOf(KEY, 1_000_123)).toMatchInlineSnapshot(`"089a3ed43f8355920ac80d8ba6c902403c7c283aa47b41f98bab34a4c124cc6d"`);
  });

  it("differ by name and by key", () => {
    const other = new Secret("1".repeat(64));
    const names = ["main_server", 0, 1, 10] as const;
    expect(new Set(names.flatMap((who) => [publicOf(KEY, who), publicOf(other, who)])).size).toBe(8);
  });

  it("take a key of 32 bytes and no other", () => {
    expect(() => sharedIdentity(crypto, new Secret("00"), 1)).toThrow("32 bytes");
  });
});
