/**
 * What the simulated world tells whoever looks on: the history that actors record, and the truth about machines and
 * links that no actor can know. Checkers and metrics are observers; nothing they do reaches the run.
 */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../../src/core/protocol/ids.ts";
import type { Plain } from "../../src/core/sync/crypto.ts";
import type { KeyName } from "./watched-port.ts";

/**
 * The truth about a host's machine or its line. `down` variants name how an up-time ended. `cut`: nobody is reached; `cut-one-way`: one
 * direction is lost; `cut-in-part`: some reach it and others do not, both ways.
 */
export type HostTruth =
  | "up"
  | "down-polite"
  | "down-close"
  | "down-silent"
  | "paused"
  | "resumed"
  | "cut"
  | "cut-one-way"
  | "cut-in-part"
  | "healed";

/**
 * Bytes that came. `what`: whole as they were sent (perhaps not for the first time), changed on the line as line-hand.ts says, or whole and `late`,
 * after they were withheld. `serial` and `sentAt` are those of what was sent, `bytes` what came. `held`: the receiver had the session they name.
 * `unchanged`: nothing of its sessions, windows and keys differs from before; looked at where `what` is not whole.
 */
export type Arrival = {
  readonly from: ActorId;
  readonly to: ActorId;
  readonly bytes: Uint8Array;
  readonly what: "whole" | "flipped" | "cut" | "other" | "reflected" | "again" | "late";
  readonly serial: number;
  readonly sentAt: number;
  readonly answer: string;
  readonly held: boolean;
  readonly unchanged: boolean;
};

/** Receives a run, in time order. All times are virtual microseconds. Unused parts may be left out. */
export type Observer = {
  /** Kinds of records it has no use for: of the many records of players and measurements each, most observers want none. */
  readonly ignores?: ReadonlySet<HistoryRecord["kind"]>;
  /** The only kinds it has use for, where those are few. */
  readonly wants?: ReadonlySet<HistoryRecord["kind"]>;
  /** An actor recorded something. */
  record?(self: ActorId, at: number, record: HistoryRecord): void;
  /** A machine came, went, stopped or lost its line. */
  host?(at: number, host: HostId, truth: HostTruth): void;
  /** A player's client joined a host: RTT to it, and what it would have been to the best VPS site, on the same draws. */
  joined?(at: number, player: PlayerId, host: HostId, vps: boolean, rttUs: number, vpsRttUs: number): void;
  /** A player's session began or ended (for online counts). */
  online?(at: number, player: PlayerId, delta: 1 | -1): void;
  /** A fault was applied, ended, or met something (`effect` counts what it met: lost messages, killed hosts, delayed requests …). */
  fault?(at: number, id: string, what: "begin" | "end" | "effect", count: number): void;
  /** A coordinator's process began with nothing remembered, or ended. */
  coordinator?(at: number, up: boolean): void;
  /** The store committed a claim: from now on the row says so, whether or not the answer arrives. */
  committed?(at: number, map: MapId, host: HostId, epoch: Epoch): void;
  /** A message about a map was refused or dropped by the world (cut, closed link, unknown address). */
  dropped?(at: number, from: ActorId, to: ActorId): void;
  /** An actor sealed something under a key and a nonce; `plain` is what nobody else is to read. Told only where lines are sealed, as the next two. */
  sealed?(at: number, self: ActorId, key: KeyName, nonce: Uint8Array, plain: Plain): void;
  /** Bytes were put on a line, as anybody on it sees them. */
  left?(at: number, from: ActorId, to: ActorId, bytes: Uint8Array): void;
  /** Bytes came and were opened or refused. */
  arrived?(at: number, arrival: Arrival): void;
  /** Faults are over; the liveness phase begins. */
  settling?(at: number): void;
  /** The run is over. */
  finish?(at: number): void;
};
