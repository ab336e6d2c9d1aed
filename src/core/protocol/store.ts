/** What is asked of the ownership store, and how it answers. Each request is answered exactly once. */
import type { HostProfile } from "./host-stats.ts";
import type { Epoch, HostId, MapId } from "./ids.ts";
import type { OperationBatch, OperationVerdict } from "./operations.ts";

/** One row of map ownership. `owner` is NO_HOST while nobody serves the map. */
export type OwnershipRow = { readonly map: MapId; readonly owner: HostId; readonly epoch: Epoch };

/** A request, told apart by its verb. */
export type StoreRequest =
  /** Compare-and-set: owner and epoch change only if the row's epoch is still `expect`. */
  | { readonly verb: "claim"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch; readonly expect: Epoch }
  /** The row as it is: how "unknown" is resolved. */
  | { readonly verb: "read"; readonly map: MapId }
  /** All rows, the epoch timeline and the host registry: what a new coordinator starts from. */
  | { readonly verb: "restore" }
  /** A host writes its map's state down. Applied only if the row still carries this owner and epoch (HO3); refused means fenced. */
  | { readonly verb: "checkpoint"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch }
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
  | { readonly result: "ok"; readonly row?: OwnershipRow; readonly restored?: Restored; readonly verdicts?: readonly OperationVerdict[] }
  | { readonly result: "refused"; readonly row: OwnershipRow; readonly known?: readonly boolean[] }
  | { readonly result: "failed" }
  | { readonly result: "unknown" };

/** What the store kept over a restart. `epochFloor` is the first epoch of the store's present timeline. */
export type Restored = {
  readonly rows: readonly OwnershipRow[];
  readonly hosts: readonly HostProfile[];
  readonly epochFloor: Epoch;
};
