/**
 * The port to the main server: where what a program syncs is written down, read back and found again. In the domain's words; who speaks is
 * known to the port, because a name in a message could be anybody's.
 */
import type { Epoch, HostId, PlayerId } from "../core/protocol/ids.ts";
import type { Operation, OperationId, SyncType } from "../core/protocol/operations.ts";

/**
 * Operations for one map, all of them under one right or none. With an `epoch` they are applied whole, if the caller owns the map under it, or not
 * at all. Without one they need no owner: each is applied, or refused by itself if it would change the state of a map that somebody owns.
 */
export type WriteAsk = {
  readonly verb: "write";
  /** Its name; empty: no map. */
  readonly map: string;
  readonly epoch: Epoch | null;
  readonly critical: boolean;
  readonly operations: readonly Operation[];
};

/**
 * Types that are said about a map and are not its state: anybody may say them, whoever owns the map, and a host's word outlasts its right. All other
 * types are a map's state, which only its owner changes where there is one.
 */
export const SAID_ABOUT: readonly SyncType[] = ["CHAT_MESSAGE", "VECTOR_EMBEDDING", "SECURITY_VALIDATION", "HOST_METRICS"];

/** By what a value is known: the latest operation of that type for that player (-1: the map alone) on that map. */
export type ValueKey = { readonly map: string; readonly type: SyncType; readonly player: PlayerId };

/** Asks for the data of the latest operation. */
export type FetchAsk = { readonly verb: "fetch"; readonly critical: boolean } & ValueKey;

/** Asks for the stored vectors nearest to this one. Those that another model made cannot be compared and are left out. */
export type SearchAsk = {
  readonly verb: "search";
  readonly model: string;
  readonly vector: Float32Array;
  readonly count: number;
  /** Of this map alone; null: of all. */
  readonly map: string | null;
};

/** Whatever is asked of a main server. Asking the same again is always safe: an operation's id is applied once. */
export type MainServerAsk = WriteAsk | FetchAsk | SearchAsk;

/** What became of an operation. `duplicate`: applied before. `refused`: the server's own judgement, final. */
export type WriteVerdict = "applied" | "duplicate" | "refused";

/** A stored text by the cosine distance of its vector: 0 the same direction, 1 nothing in common, 2 the opposite. */
export type Found = {
  readonly id: OperationId;
  readonly map: string;
  readonly player: PlayerId;
  readonly text: string;
  readonly distance: number;
};

/**
 * The one answer. `written`, `fetched`, `found`: done. `fenced`: the map has this owner and epoch, nothing of the write was applied, and `known` says
 * which of its operations had been before. `refused`: it was not done and never will be. `failed`: it was not done. `unknown`: it may have been.
 */
export type MainServerAnswer =
  | { readonly result: "written"; readonly verdicts: readonly WriteVerdict[] }
  | { readonly result: "fetched"; readonly value: Uint8Array | null }
  | { readonly result: "found"; readonly found: readonly Found[] }
  | { readonly result: "fenced"; readonly owner: HostId; readonly epoch: Epoch; readonly known: readonly boolean[] }
  | { readonly result: "refused"; readonly reason: AskRefusal }
  | { readonly result: "failed" }
  | { readonly result: "unknown" };

/** Why a main server will not do it: the ask breaks a limit or makes no sense, or this kind of server cannot. */
export type AskRefusal = "ask_invalid" | "not_offered";

/** Takes the one answer to an ask. */
export type TakeMainServerAnswer = (answer: MainServerAnswer) => void;

/** Why a line to the main server ended, or did not come to stand. No address stands in it. */
export type LineEnd =
  | "unreachable"
  | "handshake_rejected"
  | "envelope_rejected"
  | "answer_invalid"
  | "idle"
  | "full"
  | "exhausted"
  | "closed";

/** How things stand with the way to the main server. */
export type LinkStatus = {
  readonly kind: "memory" | "sealed_websocket" | "legacy_http";
  readonly state: "up" | "connecting" | "down" | "closed";
  /** How often a line came to stand, and why the last one ended. */
  readonly connections: number;
  readonly lastEnd: LineEnd | null;
  /** Number of the key under which this end seals; null where nothing is sealed. */
  readonly keyNumber: number | null;
};

/** Limits of one message and of what is in it. RULES §4: 64 KiB a message; what describes the operations has the rest of it. */
export const ASK_DATA_BYTES_MAX = 49_152;
export const ASK_OPERATIONS_MAX = 128;
export const OPERATION_ID_CHARS_MAX = 64;
export const SEARCH_COUNT_MAX = 20;
/** Of a text that is found so many bytes come back at most. */
export const FOUND_TEXT_BYTES_MAX = 2_048;

/** See the head of this file. */
export type MainServerPort = {
  /** Answers once, never from inside the call, and by `until` (us of the port's clock) with `unknown` or `failed` where nothing was heard. */
  ask(ask: MainServerAsk, until: number, answer: TakeMainServerAnswer): void;
  status(): LinkStatus;
  /** Ends the way. What is open is answered first: `unknown` where it may have been heard, else `failed`. */
  close(): Promise<void>;
};
