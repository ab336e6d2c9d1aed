/** What is asked of the ownership store, and how it answers. Each request is answered exactly once. */
import type { HostProfile } from "./host-stats.ts";
import type { Epoch, HostId, MapId, PlayerId } from "./ids.ts";
import type { Operation, OperationBatch, OperationVerdict, SyncType } from "./operations.ts";

/** One row of map ownership. `owner` is NO_HOST while nobody serves the map. */
export type OwnershipRow = { readonly map: MapId; readonly owner: HostId; readonly epoch: Epoch };

/**
 * A map's whole state at an instant, as bytes (core/actors/map-image.ts). `number`: how many deeds of the map are in it; `at`: map time, ms. Of two
 * the fresher is the one with the higher epoch, then with the later `at`.
 */
export type KeptImage = { readonly epoch: Epoch; readonly number: number; readonly at: number; readonly bytes: Uint8Array };

/** What a new owner takes a map up from, besides what it holds itself: the freshest image that is kept, and deeds that came after it, by number. */
export type Recovered = { readonly image: KeptImage | null; readonly operations: readonly Operation[] };

/** A request, told apart by its verb. */
export type StoreRequest =
  /** Compare-and-set: owner and epoch change only if the row's epoch is still `expect`. */
  | { readonly verb: "claim"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly expect: Epoch }
  /** The row as it is: how "unknown" is resolved. */
  | { readonly verb: "read"; readonly map: MapId }
  /** All rows, the epoch timeline and the host registry: what a new coordinator starts from. */
  | { readonly verb: "restore" }
  /** A host writes its map's state down. Applied only if the row still carries this owner and epoch (HO3); refused means fenced. No image: a state that is a size. */
  | { readonly verb: "checkpoint"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly image: KeptImage | null }
  /** The same for what may vanish at any moment (RULES §1): newer and more often, and no promise that it is still there when it is asked for. */
  | { readonly verb: "keep"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly image: KeptImage }
  /**
   * What the map's new owner needs to go on, under the same fence. `holds`: what its own image is, null: it has none. `recovered.image` is null where
   * the host's own is the freshest; operations are those numbered above the freshest one's number.
   */
  | {
      readonly verb: "recover";
      readonly map: MapId;
      readonly host: HostId;
      readonly epoch: Epoch;
      readonly holds: { readonly epoch: Epoch; readonly number: number; readonly at: number } | null;
    }
  /**
   * Lets a player onto the map, under the same fence: it is on one map at a time (`elsewhere` names another where its stay has not ended). Who is on
   * this map already is let in again. Answered with what it carried from its last map; empty: it is new.
   */
  | { readonly verb: "admit"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly player: PlayerId }
  /** The data of the operation of a type that was applied last for a player of a map (-1: for the map alone); null: there is none. */
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
