/**
 * Runs files of test vectors in the form of Project Wycheproof (C2SP/wycheproof, testvectors and testvectors_v1) through the primitives and, where
 * keys are handles, through the port as well. What the project has no use for (other ciphers, other key sizes, other encodings) is counted apart.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CryptoPort, KeyHandle, Suite } from "../../core/sync/crypto.ts";
import { SUITES } from "../../core/sync/crypto.ts";
import { hkdfSha512, hmacMatches, hmacSha512, openWith, sealWith, suiteKey, x25519, x25519Private } from "./ciphers.ts";
import type { KeyedCrypto } from "./crypto.ts";

/** What one file came to. `foreign`: vectors of what this project does not use. `failed`: those that came out otherwise, in words. */
export type VectorOutcome = {
  readonly file: string;
  valid: number;
  invalid: number;
  acceptable: number;
  foreign: number;
  readonly failed: string[];
};

type Vector = { readonly tcId: number; readonly result: "valid" | "invalid" | "acceptable"; readonly flags?: readonly string[] } & {
  readonly [field: string]: unknown;
};
type Group = { readonly type?: string; readonly tests: readonly Vector[] } & { readonly [field: string]: unknown };
type VectorFile = { readonly algorithm: string; readonly testGroups: readonly Group[] };

/** Whether a vector comes out as it says; null for one that is foreign. */
type Check = (vector: Vector, group: Group, port: KeyedCrypto) => boolean | null;

const bytes = (vector: Vector, field: string): Uint8Array => new Uint8Array(Buffer.from((vector[field] ?? "") as string, "hex"));
const same = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && Buffer.compare(a, b) === 0;

/** Whether two handles of one port stand for the same key: what they prove of some data is the same. */
function sameKey(port: CryptoPort, key: KeyHandle | null, other: KeyHandle): boolean {
  const data = Uint8Array.of(1, 2, 3);
  return key !== null && same(port.mac(key, data), port.mac(other, data));
}

function aead(suite: Suite): Check {
  return (vector, group, port) => {
    const [key, iv, aad, plain] = ["key", "iv", "aad", "msg"].map((field) => bytes(vector, field)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const sealed = new Uint8Array(Buffer.concat([bytes(vector, "ct"), bytes(vector, "tag")]));
    const ready = suiteKey(suite, key);
    const handle = port.keyFrom(key);
    const opened = [ready === null ? null : openWith(ready, iv, aad, sealed), port.open(suite, handle, iv, aad, sealed)];
    const made = [ready === null ? null : sealWith(ready, iv, aad, plain), port.seal(suite, handle, iv, aad, plain)];
    const ours = ready !== null && group["tagSize"] === (suite === SUITES.A256GCM ? 128 : 256) && made[0] !== null;
    // Of another size: refused as a value, whatever the vector says of it.
    if (!ours) return opened.every((one) => one === null) ? null : false;
    if (vector.result === "invalid") return opened.every((one) => one === null);
    return opened.every((one) => same(one!, plain)) && made.every((one) => same(one!, sealed));
  };
}

const hkdf: Check = (vector, _group, port) => {
  const [secret, salt, info] = [bytes(vector, "ikm"), bytes(vector, "salt"), bytes(vector, "info")];
  const size = vector["size"] as number;
  const derived = hkdfSha512(secret, salt, info, size);
  const handle = port.derive([port.keyFrom(secret)], salt, info, size);
  if (vector.result === "invalid") return derived === null && handle === null;
  return same(derived, bytes(vector, "okm")) && sameKey(port, handle, port.keyFrom(bytes(vector, "okm")));
};

const hmac: Check = (vector, _group, port) => {
  const [key, data, tag] = [bytes(vector, "key"), bytes(vector, "msg"), bytes(vector, "tag")];
  const right = vector.result !== "invalid";
  const handle = port.keyFrom(key);
  const begins = same(hmacSha512(key, data).subarray(0, tag.length), tag) && same(port.mac(handle, data).subarray(0, tag.length), tag);
  return hmacMatches(key, data, tag) === right && port.verify(handle, data, tag) === right && begins === right;
};

const xdh: Check = (vector, group, port) => {
  if (group["curve"] !== "curve25519" || group.type !== "XdhComp") return null;
  const [theirs, shared, secret] = [bytes(vector, "public"), bytes(vector, "shared"), bytes(vector, "private")];
  const half = x25519Private(secret);
  const pair = port.pairFrom(secret);
  const agreed = half === null ? null : x25519(half, theirs);
  const handle = pair === null ? null : port.agree(pair.secret, theirs);
  const none = shared.every((byte) => byte === 0);
  // Small order gives zero: the vectors leave open whether that is refused, we always refuse it (RFC 7748 §6.1).
  if (vector.result === "invalid" || none) return agreed === null && handle === null;
  return same(agreed, shared) && sameKey(port, handle, port.keyFrom(shared));
};

const CHECKS: Readonly<Record<string, Check>> = {
  "A256CBC-HS512": aead(SUITES.A256CBC_HS512),
  "AES-GCM": aead(SUITES.A256GCM),
  "HKDF-SHA-512": hkdf,
  HMACSHA512: hmac,
  XDH: xdh,
  X25519: xdh,
};

/** Runs one file. A vector that makes something throw has failed. */
function runFile(path: string, file: string, port: KeyedCrypto): VectorOutcome {
  const { algorithm, testGroups } = JSON.parse(readFileSync(path, "utf8")) as VectorFile;
  const outcome: VectorOutcome = { file, valid: 0, invalid: 0, acceptable: 0, foreign: 0, failed: [] };
  const check = CHECKS[algorithm];
  for (const group of testGroups) {
    for (const vector of group.tests) {
      const held = check === undefined ? null : tried(() => check(vector, group, port));
      if (held === null) outcome.foreign += 1;
      else outcome[vector.result] += 1;
      if (held !== null && held !== true) {
        outcome.failed.push(
          `${file} ${vector.tcId} (${vector.result} ${(vector.flags ?? []).join(" ")}): ${held === false ? "came out otherwise" : held}`,
        );
      }
    }
  }
  return outcome;
}

function tried(check: () => boolean | null): boolean | null | string {
  try {
    return check();
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

/** Runs every file of a folder whose name ends in `_test.json`, by name. */
export function runVectors(folder: string, port: KeyedCrypto): VectorOutcome[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith("_test.json"))
    .sort();
  return files.map((file) => runFile(join(folder, file), file, port));
}
