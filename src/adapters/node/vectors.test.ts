/**
 * Vectors of others. The shared folder is used when it is there; `PEERSTEAD_VECTORS=<folder>` runs the files of another folder instead, and then
 * prints what each came to.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SUITES } from "../../core/sync/crypto.ts";
import { given } from "../contract/two-ends.fixture.ts";
import { productionCrypto } from "./crypto.ts";
import { runVectors } from "./wycheproof.fixture.ts";

const data = process.env["PEERSTEAD_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const shared = join(data, "crypto/wycheproof");
const asked = process.env["PEERSTEAD_VECTORS"];
const b3 = join(data, "crypto/rfc7518-b3.json");

const port = given(productionCrypto());
const outcomes = existsSync(asked ?? shared) ? runVectors(asked ?? shared, port) : [];

describe.skipIf(!existsSync(asked ?? shared))("Wycheproof (skipped where the shared data are absent)", () => {
  it("every vector comes out as it says, none throws, and other sizes are refused as values", () => {
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.flatMap(({ failed }) => failed)).toEqual([]);
    if (asked !== undefined) console.table(outcomes.map(({ failed, ...counts }) => ({ ...counts, failed: failed.length })));
  });

  it.skipIf(asked !== undefined)("the shared folder is run as a whole: nothing that this project uses is left out", () => {
    const ran = Object.fromEntries(
      outcomes.map(({ file, valid, invalid, acceptable, foreign }) => [file, [valid, invalid, acceptable, foreign]]),
    );
    expect(ran).toMatchObject({
      "a256cbc_hs512_test.json": [67, 27, 0, 0],
      "aes_gcm_test.json": [39, 27, 0, 250],
      "hkdf_sha512_test.json": [80, 3, 0, 0],
      "hmac_sha512_test.json": [66, 108, 0, 0],
      "x25519_test.json": [264, 0, 254, 0],
    });
  });
});

describe.skipIf(!existsSync(b3))(
  "RFC 7518, Appendix B.3, as others have written it down (skipped where the shared data are absent)",
  () => {
    it("is sealed and opened by the port", () => {
      const vector = JSON.parse(readFileSync(b3, "utf8")) as Record<string, string>;
      const [iv, aad, plain] = ["iv", "aad", "msg"].map((field) => new Uint8Array(Buffer.from(vector[field]!, "hex"))) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const key = port.keyFrom(Buffer.from(vector["key"]!, "hex"));
      const sealed = new Uint8Array(Buffer.from(vector["ct"]! + vector["tag"]!, "hex"));
      expect(port.seal(SUITES.A256CBC_HS512, key, iv, aad, plain)).toEqual(sealed);
      expect(port.open(SUITES.A256CBC_HS512, key, iv, aad, sealed)).toEqual(plain);
    });
  },
);
