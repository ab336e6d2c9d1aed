/** What is asked of the ownership store, and how it answers. Each request is answered exactly once. */
import type { HostProfile } from "./host-stats.ts";
import type { Epoch, HostId, MapId, PlayerId } from "./ids.ts";
import type { Operation, OperationBatch, OperationId, OperationVerdict, SyncType } from "./operations.ts";

/** One row of map ownership. `owner` is NO_HOST while nobody serves the map. */
export type OwnershipRow = { readonly map: MapId; readonly owner: HostId; readonly epoch: Epoch };

/**
 * Which state of a map: `epoch` and `boot` are those of the owner that had it, `number` that of the last deed in it, counted on over all owners; `at` is
 * map time, ms. Of two the fresher is the one of the higher epoch, then boot, then with the later `at`, then with the higher number.
 */
export type ImageMark = { readonly epoch: Epoch; readonly boot: number; readonly number: number; readonly at: number };

/** A map's whole state, as bytes (core/actors/map-image.ts). */
export type KeptImage = ImageMark & { readonly bytes: Uint8Array };

/** What a game begins with: older than every image, and with nothing in it. */
export const BEGINNING: ImageMark = { epoch: 0, boot: 0, number: 0, at: 0 };

/**
 * What a new owner takes a map up from. `from`: its own replica, an image of the store (`image`, else null; the host asks again with that one) or the
 * game's beginning, whichever is the freshest that counts. A state does not count where an owner after it took the map up from something older.
 * `operations` are all that are not in it, in the order to do them again. The owner's first own deed gets the number after `number`: it is at least that of
 * all it was given. `known`, in the order of `pending`, says which of those were applied, be it under the id of an owner who wrote them down for the
 * first one: with the new epoch none of the others ever will be. `players` are those whose stay is on this map, by their ids, and what they carried
 * when they came.
 */
export type Recovered = {
  readonly from: "replica" | "store" | "beginning";
  readonly image: KeptImage | null;
  readonly operations: readonly Operation[];
  readonly number: number;
  readonly known: readonly boolean[];
  readonly players: readonly { readonly player: PlayerId; readonly carried: Uint8Array }[];
};

/** A request, told apart by its verb. */
export type StoreRequest =
  /** Compare-and-set: owner and epoch change only if the row's epoch is still `expect`. */
  | { readonly verb: "claim"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly expect: Epoch }
  /** The row as it is: how "unknown" is resolved. */
  | { readonly verb: "read"; readonly map: MapId }
  /** All rows, the epoch timeline and the host registry: what a new coordinator starts from. */
  | { readonly verb: "restore" }
  /**
   * A host writes its map's state down. Applied only if the row still carries this owner and epoch (HO3), no later start of the host was heard, and the
   * image is of the same epoch and start; refused means fenced. One that is older than what is kept changes nothing. No image: a state that is a size.
   */
  | {
      readonly verb: "checkpoint";
      readonly map: MapId;
      readonly host: HostId;
      readonly boot: number;
      readonly epoch: Epoch;
      readonly image: KeptImage | null;
    }
  /** The same for what may vanish at any moment (RULES §1): newer and more often, and no promise that it is still there when it is asked for. */
  | {
      readonly verb: "keep";
      readonly map: MapId;
      readonly host: HostId;
      readonly boot: number;
      readonly epoch: Epoch;
      readonly image: KeptImage;
    }
  /**
   * What the map's new owner needs to go on, under the same fence, before it does or writes anything; asked again until nothing fresher comes. From then on
   * no earlier start of the same host (`boot`) passes the fence, and states of earlier owners that are fresher than what it was given count no more.
   * `holds`: what the host's own image is, null: it has none; `pending`: deeds in it that are not known to be written down. `imageless`: no image,
   * it could not be read.
   */
  | {
      readonly verb: "recover";
      readonly map: MapId;
      readonly host: HostId;
      readonly boot: number;
      readonly epoch: Epoch;
      readonly holds: ImageMark | null;
      readonly pending: readonly Pick<Operation, "id" | "number">[];
      readonly imageless: boolean;
    }
  /**
   * Lets a player onto the map, under the same fence: it is on one map at a time (`elsewhere` names another where its stay has not ended). Who is on
   * this map already is let in again. Answered with what it carried when it came; empty: it is new. `id` is one of operations: with one id a player is let in
   * once, and one that arrives late brings nobody back who was let in with it, or turned away, and has gone since (then it is refused).
   */
  | {
      readonly verb: "admit";
      readonly map: MapId;
      readonly host: HostId;
      readonly boot: number;
      readonly epoch: Epoch;
      readonly player: PlayerId;
      readonly id: OperationId;
    }
  /** The data of the operation of a type that was applied last for a player of a map (-1: for the map alone); null: there is none. No fence. */
  | { readonly verb: "fetch"; readonly map: MapId; readonly type: SyncType; readonly player: PlayerId }
  /**
   * A host's durable operations for one map (RULES §1): applied whole if the row carries this owner and epoch, else fenced and nothing of
   * it is applied. An id that was applied before, by whomever and under whatever epoch, is not applied again. Asking again is always safe.
   */
  | ({ readonly verb: "operations" } & OperationBatch)
  /** Write a host into the registry (persistent_hosts). */
  | { readonly verb: "register"; readonly profile: HostProfile };

/**
 * The one answer. `unknown`: it may or may not have happened. `failed`: it did not. `refused`: the condition did not hold, `row` is what stands.
 * Of operations, in the batch's order: `verdicts` what became of each; `known` which had been applied before they were fenced, so that who
 * asks again after an unknown answer learns for certain what took effect.
 */
export type StoreAnswer =
  | {
      readonly result: "ok";
      readonly row?: OwnershipRow;
      readonly restored?: Restored;
      readonly verdicts?: readonly OperationVerdict[];
      readonly recovered?: Recovered;
      readonly carried?: Uint8Array;
      readonly value?: Uint8Array | null;
    }
  | { readonly result: "refused"; readonly row: OwnershipRow; readonly known?: readonly boolean[]; readonly elsewhere?: MapId }
  | { readonly result: "failed" }
  | { readonly result: "unknown" };

/** What the store kept over a restart. `epochFloor` is the first epoch of the store's present timeline. */
export type Restored = {
  readonly rows: readonly OwnershipRow[];
  readonly hosts: readonly HostProfile[];
  readonly epochFloor: Epoch;
};
