/**
 * Durable operations: what a map's game has done that must never be lost or done twice (RULES §1, SY1). Written down in batches, fenced by the
 * map's epoch, each known by its id for ever.
 */
import type { Epoch, HostId, MapId, PlayerId } from "./ids.ts";

/** Kinds of synchronised data by their number on the wire: nine of seed 001, and two that it uses without declaring. */
export const SYNC_TYPES = [
  "MAP_STATE",
  "MONSTER_DATA",
  "PLAYER_POSITION",
  "ITEM_DROP",
  "NPC_STATE",
  "QUEST_PROGRESS",
  "CRITICAL_GAME_STATE",
  "CHAT_MESSAGE",
  "VECTOR_EMBEDDING",
  "SECURITY_VALIDATION",
  "HOST_METRICS",
] as const;

/** A kind of synchronised data. */
export type SyncType = (typeof SYNC_TYPES)[number];

/** An operation's id: unique for ever. UUIDv4 where a person's program makes it, `<host>.<boot>.<n>` where the system does. */
export type OperationId = string;

/** The id of the n-th operation that a host's agent makes of itself since its start number `boot`, which no two starts of a host share. */
export function systemOperationId(host: HostId, boot: number, n: number): OperationId {
  return `${host}.${boot}.${n}`;
}

/** One durable operation. `data` is opaque to everybody but the game; `at` is the map's own time when it was done, milliseconds. */
export type Operation = {
  readonly id: OperationId;
  readonly type: SyncType;
  /** Its place among the deeds of its map, from 1: who takes up an older state does again those that came after it. 0: it is none of a map's game. */
  readonly number: number;
  /** It ends its player's stay on the map: with this the player comes to its next one. Null: it does not. */
  readonly carried: Uint8Array | null;
  /** Whom it belongs to; -1: the map alone. */
  readonly player: PlayerId;
  readonly at: number;
  readonly data: Uint8Array;
};

/** The bytes that an operation brings along. */
export function operationBytes({ data, carried }: Operation): number {
  return data.length + (carried?.length ?? 0);
}

/** What became of one operation of a batch. `duplicate`: it was applied before, and is as good as applied now. */
export type OperationVerdict = "applied" | "duplicate";

/** A batch of one host for one map: applied whole under the row's owner and epoch, or not at all. */
export type OperationBatch = {
  readonly map: MapId;
  readonly host: HostId;
  /** Tells apart the starts of the host's process and only rises: what an earlier start sent is fenced as soon as a later one was heard (0: none). */
  readonly boot: number;
  readonly epoch: Epoch;
  readonly operations: readonly Operation[];
};
