import { assert } from "../../base/assert.ts";
import type { Result } from "../../base/result.ts";
import { type CryptoPort, type Suite, SUITES } from "../../core/sync/crypto.ts";
import { type Identity, Initiator, Responder } from "../../core/sync/handshake.ts";
import { type SealingLimits, sealingLimits } from "../../core/sync/limits.ts";
import type { Session } from "../../core/sync/session.ts";
import { type WatchedCrypto, watched } from "./watched-crypto.fixture.ts";

/** A port under test, and points of small order as it knows them. */
export type CryptoRig = { readonly make: (name: string) => CryptoPort; readonly smallOrder: readonly Uint8Array[] };

/** Both suites, for `it.each`. */
export const BOTH_SUITES: readonly Suite[] = [SUITES.A256CBC_HS512, SUITES.A256GCM];

/** The host that dials, and the epoch of its map, unless a test says otherwise. */
export const HOST = 1_000_123;
export const EPOCH = 1_099_511_627_777;

/** What must not be refused. */
export function given<T>(result: Result<T, unknown>): T {
  assert(result.ok, `not refused: ${result.ok ? "" : JSON.stringify(result.error)}`);
  return result.value;
}

/** A host and a gateway that know each other's public halves, before they speak. */
export type TwoEnds = {
  readonly host: { readonly port: WatchedCrypto; readonly self: Identity };
  readonly gateway: { readonly port: WatchedCrypto; readonly self: Identity };
  readonly responder: Responder;
  /** Begins a handshake of the host. */
  begin(stamp?: number, suite?: Suite): Initiator;
};

/** Two ends, each with a port of its own and a witness before it. */
export function twoEnds(rig: CryptoRig): TwoEnds {
  const end = (name: string): TwoEnds["host"] => {
    const port = watched(rig.make(name));
    return { port, self: port.pair() };
  };
  const [host, gateway] = [end("host"), end("gateway")];
  const known = (id: number, epoch: number): Uint8Array | null => (id === HOST && epoch >= EPOCH ? host.self.public : null);
  return {
    host,
    gateway,
    responder: new Responder(gateway.port, gateway.self, known, BOTH_SUITES),
    begin: (stamp = 1, suite = SUITES.A256CBC_HS512) =>
      given(Initiator.begin(host.port, host.self, gateway.self.public, { suite, host: HOST, epoch: EPOCH, stamp })),
  };
}

/** A session of two ends. */
export type TwoSessions = TwoEnds & { readonly ours: Session; readonly theirs: Session };

/** Two ends after their handshake: `ours` is the host's, `theirs` the gateway's. */
export function twoSessions(rig: CryptoRig, suite: Suite, change: Partial<SealingLimits> = {}): TwoSessions {
  const limits = { ...sealingLimits(), ...change };
  const ends = twoEnds(rig);
  const initiator = ends.begin(1, suite);
  const { session: theirs, answer } = given(ends.responder.accept(0, initiator.message, limits));
  return { ...ends, ours: given(initiator.finish(0, answer, limits)), theirs };
}

/** A text as bytes, and back. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The same bytes with one bit changed. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}
