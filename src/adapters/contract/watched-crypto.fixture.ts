import { assert } from "../../base/assert.ts";
import type { CryptoPort, KeyHandle } from "../../core/sync/crypto.ts";

/** A port with a witness: it knows which keys are held, and stops the test when a key seals under the same nonce twice (SY11). */
export type WatchedCrypto = CryptoPort & {
  /** Keys that were made and not forgotten. */
  readonly held: ReadonlySet<KeyHandle>;
  /** How many pairs of key and nonce were sealed under. */
  readonly pairs: () => number;
};

/** Puts a witness before a port. */
export function watched(port: CryptoPort): WatchedCrypto {
  const held = new Set<KeyHandle>();
  const nonces = new Map<KeyHandle, Set<string>>();
  let pairs = 0;
  const hold = <K extends KeyHandle | null>(key: K): K => {
    if (key !== null) held.add(key);
    return key;
  };
  return {
    randomness: port.randomness,
    held,
    pairs: () => pairs,
    random: (length) => port.random(length),
    seal(suite, key, iv, aad, plain, headroom) {
      const seen = nonces.get(key) ?? new Set();
      const nonce = Buffer.from(iv).toString("hex");
      assert(!seen.has(nonce), `SY11: a key sealed under the nonce ${nonce} twice`);
      nonces.set(key, seen.add(nonce));
      pairs += 1;
      return port.seal(suite, key, iv, aad, plain, headroom);
    },
    open: (suite, key, iv, aad, sealed) => port.open(suite, key, iv, aad, sealed),
    pair() {
      const pair = port.pair();
      hold(pair.secret);
      return pair;
    },
    agree: (secret, other) => hold(port.agree(secret, other)),
    derive: (secrets, salt, info, length) => hold(port.derive(secrets, salt, info, length)),
    mac: (key, data) => port.mac(key, data),
    verify: (key, data, tag) => port.verify(key, data, tag),
    digest: (data) => port.digest(data),
    forget(key) {
      assert(held.delete(key), "what is forgotten was held");
      port.forget(key);
    },
  };
}
