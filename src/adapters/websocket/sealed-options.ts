/** What a sealed line is given. */
import type { Secret } from "../../base/secret.ts";
import type { HostId } from "../../core/protocol/ids.ts";
import type { CryptoPort, Suite } from "../../core/sync/crypto.ts";
import type { Identity } from "../../core/sync/handshake.ts";
import type { SealingLimits } from "../../core/sync/limits.ts";
import type { LineEnd } from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";

/** Limits of a line; times in milliseconds. */
export type SealedLineLimits = {
  /** Asks that may wait for their answers at once. */
  readonly asksMax: number;
  /** Bytes that may wait to be sent. */
  readonly bufferBytesMax: number;
  /** A connection with its handshake takes at most this long. */
  readonly connectMs: number;
  /** How often a standing line is tried; one that gave no sign from one try to the next is given up. */
  readonly pingMs: number;
  /** First wait before a line that ended is opened again, and its ceiling; doubles in between, and up to half of it is left off by chance. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
};

/** Limits for one client. */
export const SEALED_LINE_LIMITS: SealedLineLimits = {
  asksMax: 16_384,
  bufferBytesMax: 4_194_304,
  connectMs: 5_000,
  pingMs: 5_000,
  retryMs: 100,
  retryMaxMs: 10_000,
};

/** What a line is given. */
export type SealedLineOptions = {
  /** Of the main server: `ws://…` or `wss://…`. */
  readonly url: Secret;
  readonly crypto: CryptoPort;
  /** Who dials, by which pair, and whom: the public half of the main server. */
  readonly host: HostId;
  readonly self: Identity;
  readonly mainServer: Uint8Array;
  readonly suite: Suite;
  readonly sealing: SealingLimits;
  readonly limits: SealedLineLimits;
  readonly waking: Waking;
  /** A wall clock's microseconds: see `Wish` of the handshake. */
  readonly stamp: () => number;
  /** The line came to stand, or ended. */
  readonly changed?: (state: "up" | "down", end: LineEnd | null) => void;
};
