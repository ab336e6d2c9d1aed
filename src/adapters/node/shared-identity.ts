/**
 * Who somebody is, where all that is known is the one key of `p2p_data_sync.conf` that both ends hold. Each name's pair is made of the key, so that a
 * client knows the main server's public half, and the server each host's, without a registry. Whoever holds the key can be anyone: where hosts are not
 * to be trusted with that, each has a pair of its own that is registered, and this is not used.
 */
import { assert } from "../../base/assert.ts";
import type { Secret } from "../../base/secret.ts";
import type { HostId } from "../../core/protocol/ids.ts";
import { ascii } from "../../core/sync/bytes.ts";
import { PUBLIC_BYTES } from "../../core/sync/crypto.ts";
import type { Identity } from "../../core/sync/handshake.ts";
import type { KeyedCrypto } from "./crypto.ts";

/** The main server's pair, or that of a host. `key`: 64 hexadecimal digits. */
export function sharedIdentity(crypto: KeyedCrypto, key: Secret, who: "main_server" | HostId): Identity {
  const bytes = Buffer.from(key.reveal(), "hex");
  assert(bytes.length === PUBLIC_BYTES, "the key of a conf has 32 bytes");
  const root = crypto.keyFrom(bytes);
  bytes.fill(0);
  const half = crypto.mac(root, ascii(who === "main_server" ? "peerstead/1 main server" : `peerstead/1 host ${who}`));
  crypto.forget(root);
  const pair = crypto.pairFrom(half.subarray(0, PUBLIC_BYTES));
  half.fill(0);
  assert(pair !== null, "a private half has its size");
  return pair;
}
