/** What a sync client tells its caller. Everything that can be refused is a value with a name; no text of a server or provider is passed on. */
import type { HostId } from "../../core/protocol/ids.ts";
import type { OperationId, SyncType } from "../../core/protocol/operations.ts";
import type { QueueStats } from "../../core/sync/operation-queue.ts";
import type { EmbeddingRefusal } from "../../runtime/embedding.ts";
import type { LineEnd, LinkStatus } from "../../runtime/main-server.ts";

/** Something is wrong with what was given. */
export type InputRefusal =
  | "type_unknown"
  | "account_id_invalid"
  | "map_name_invalid"
  /** No text, or with a NUL or half a surrogate pair in it. */
  | "data_invalid"
  | "data_too_large"
  /** The map does not stand in `vector_eligible_maps`. */
  | "map_not_vector_eligible";

/** Why nothing was begun. It counts as rejected (SY4), except for what was wrong with the input and after the end. */
export type SyncRefusal =
  | InputRefusal
  /** As many operations are pending as may be: the caller slows down and tries again. */
  | "queue_full"
  | "too_many_maps"
  /** The map was this host's and is not any more. */
  | "not_granted"
  /** The source of ids gave one that was used. */
  | "already_submitted"
  | "draining"
  | "closed";

/** The end of an operation. */
export type SyncEnd =
  /** Written down. `duplicate`: it had been before, by an attempt whose answer was lost. */
  | { readonly result: "done"; readonly verdict: "applied" | "duplicate" }
  /** Read. Null: the main server has nothing under that key. */
  | { readonly result: "done"; readonly data: string | null }
  /** It did not take effect, or could not be read. */
  | { readonly result: "failed"; readonly reason: FailReason }
  /** It was never tried: the map was fenced or taken away before. */
  | { readonly result: "rejected"; readonly reason: "fenced" | "revoked" };

/** Why an operation failed. */
export type FailReason =
  /** Every attempt failed for certain, for as long as it was worth it. */
  | "store_failed"
  | "fenced"
  | "revoked"
  /** The main server judged it and said no, or does not offer such a thing. */
  | "refused_by_server"
  | "not_offered"
  /** A read found no answer in its time. */
  | "timeout"
  /** What was read is no text. */
  | "value_not_text"
  | "closed";

/**
 * What is known of an operation. `pending`: no end yet. `unknown`: it may have taken effect; its end follows, except after the client was closed.
 * `not_known`: never heard of, or so long ago that it was forgotten.
 */
export type SyncResult = SyncEnd | { readonly result: "pending" | "unknown" | "not_known" };

/** Why nobody waits for a result. */
export type NotWaited = { readonly result: "not_waited"; readonly reason: "timeout_invalid" | "too_many_waiters" };

/** Why nothing is cached. */
export type CacheRefusal = "key_invalid" | "value_invalid" | "value_too_large" | "expiry_invalid";

/** A vector, who made it, and under which operation it was stored, if it was. */
export type Embedding = {
  readonly model: string;
  /** False: near vectors mean like letters, not like meanings. */
  readonly semantic: boolean;
  readonly vector: Float32Array;
  readonly operation: OperationId | null;
};

/** Why there is no vector, or why it is not stored. */
export type EmbedRefusal = SyncRefusal | EmbeddingRefusal;

/** Why nothing is searched or found. */
export type SearchRefusal =
  | "vector_invalid"
  | "count_invalid"
  | "map_name_invalid"
  | "queue_full"
  | "timeout"
  | "not_offered"
  | "draining"
  | "closed";

/** Why a map is not taken as this host's. `stale_epoch`: it was this host's under a higher epoch, or lost under this one. */
export type GrantRefusal = "map_name_invalid" | "epoch_invalid" | "stale_epoch" | "too_many_maps" | "draining" | "closed";

/** How a drain ended. With `timeout` so many had not ended. */
export type DrainReport = { readonly result: "drained" } | { readonly result: "timeout"; readonly pending: number };

/** What is left after the end: operations of which nobody will find out any more whether they took effect. */
export type CloseReport = { readonly unknown: number };

/** How things stand. Holds no secret and no address, and may be printed as it is. */
export type ClientStatus = {
  readonly state: "open" | "draining" | "closed";
  readonly host: HostId;
  readonly link: LinkStatus;
  /** Of what is written: the sums agree at every instant (SY4). */
  readonly operations: QueueStats;
  readonly reads: { readonly begun: number; readonly done: number; readonly failed: number; readonly pending: number };
  readonly waiting: number;
  readonly maps: readonly { readonly map_name: string; readonly epoch: number; readonly state: "granted" | "lost" }[];
  readonly cache: { readonly entries: number; readonly bytes: number };
  readonly embedding: { readonly model: string; readonly semantic: boolean; readonly eligible_maps: number };
  /** Records that whoever takes them threw back. */
  readonly records_lost: number;
};

/** Something that happened, for a log. With `debug_mode` every operation's end is told, without it only what did not succeed. */
export type SyncRecord =
  | {
      readonly kind: "operation";
      readonly id: OperationId;
      readonly type: SyncType;
      readonly map_name: string;
      readonly result: "done" | "failed" | "rejected" | "unknown";
      readonly reason: string;
    }
  | { readonly kind: "line"; readonly state: "up" | "down"; readonly reason: LineEnd | "" };
