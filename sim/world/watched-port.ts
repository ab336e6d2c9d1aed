/** A crypto port with a witness: it tells under which key and nonce something is sealed, and what. Changes nothing of what the port does. */
import type { CryptoPort, KeyHandle, Plain, Suite } from "../../src/core/sync/crypto.ts";
import { hexOf } from "./canaries.ts";

/** A key by what it is, not by who holds it: both ends of a session have the same. */
export type KeyName = { readonly name: string };

/** Told of each sealing. */
export type SealWitness = (key: KeyName, nonce: Uint8Array, plain: Plain) => void;

const LABEL = Uint8Array.from("which key is this", (c) => c.charCodeAt(0));
const NAME_BYTES = 16;

/** All keys of a run, told apart by a hash of each that says nothing of it. */
export class KeyNames {
  private readonly byHandle = new WeakMap<KeyHandle, KeyName>();
  private readonly byName = new Map<string, KeyName>();

  of(port: CryptoPort, key: KeyHandle): KeyName {
    const known = this.byHandle.get(key);
    if (known !== undefined) return known;
    const name = hexOf(port.mac(key, LABEL).subarray(0, NAME_BYTES));
    const made = this.byName.get(name) ?? { name };
    this.byName.set(name, made);
    this.byHandle.set(key, made);
    return made;
  }
}

/** Puts a witness before a port. */
export function watchedPort(port: CryptoPort, keys: KeyNames, witness: SealWitness): CryptoPort {
  return {
    randomness: port.randomness,
    random: (length) => port.random(length),
    seal(suite: Suite, key: KeyHandle, iv: Uint8Array, aad: Uint8Array, plain: Plain, headroom?: number) {
      witness(keys.of(port, key), iv, plain);
      return port.seal(suite, key, iv, aad, plain, headroom);
    },
    open: (suite, key, iv, aad, sealed) => port.open(suite, key, iv, aad, sealed),
    pair: () => port.pair(),
    agree: (secret, other) => port.agree(secret, other),
    derive: (secrets, salt, info, length) => port.derive(secrets, salt, info, length),
    mac: (key, data) => port.mac(key, data),
    verify: (key, data, tag) => port.verify(key, data, tag),
    digest: (data) => port.digest(data),
    forget: (key) => port.forget(key),
  };
}
