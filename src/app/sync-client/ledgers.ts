/**
 * Owns which operations stand under a right and which under none. A map that this host was ever granted has a ledger of its own for its state, written
 * under the epoch; whatever is said about a map, and the state of maps that are nobody's business of ours, stand in a ledger without a right. The queue
 * knows ledgers by number, as it knows maps. Never decides whether a right still holds: the main server does.
 */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Epoch, MapId } from "../../core/protocol/ids.ts";
import type { SyncType } from "../../core/protocol/operations.ts";
import { SAID_ABOUT } from "../../runtime/main-server.ts";

/** A row of operations, each class of which keeps its order. `epoch` null: without a right. */
export type Ledger = { readonly number: MapId; readonly map: string; readonly epoch: Epoch | null };

/** A map that was granted. Lost: fenced or revoked. */
export type Grant = { ledger: Ledger; lost: boolean };

/** See the head of this file. */
export class Ledgers {
  private readonly max: number;
  private readonly all: Ledger[] = [];
  private readonly free = new Map<string, Ledger>();
  private readonly grants = new Map<string, Grant>();

  constructor(max: number) {
    this.max = max;
  }

  /** The ledger of an operation, and whether it is new to the queue. Where the right was lost nothing is written, not even without one. */
  forWrite(map: string, type: SyncType): Result<{ readonly ledger: Ledger; readonly isNew: boolean }, "too_many_maps" | "not_granted"> {
    const grant = SAID_ABOUT.includes(type) ? undefined : this.grants.get(map);
    if (grant !== undefined) return grant.lost ? err("not_granted") : ok({ ledger: grant.ledger, isNew: false });
    const known = this.free.get(map);
    if (known !== undefined) return ok({ ledger: known, isNew: false });
    if (this.all.length >= this.max) return err("too_many_maps");
    const ledger = this.add({ number: this.all.length, map, epoch: null });
    this.free.set(map, ledger);
    return ok({ ledger, isNew: true });
  }

  /** The map is this host's under this epoch. Epochs of a map only rise. */
  grant(map: string, epoch: Epoch): Result<Ledger, "too_many_maps" | "stale_epoch"> {
    const grant = this.grants.get(map);
    if (grant === undefined && this.all.length >= this.max) return err("too_many_maps");
    const before = grant?.ledger.epoch ?? 0;
    if (epoch < before || (epoch === before && grant?.lost === true)) return err("stale_epoch");
    const number = grant?.ledger.number ?? this.all.length;
    const ledger = this.add({ number, map, epoch });
    this.grants.set(map, { ledger, lost: false });
    return ok(ledger);
  }

  /** The right to a map is gone; undefined: there was none. */
  lose(map: string): Ledger | undefined {
    const grant = this.grants.get(map);
    if (grant === undefined) return undefined;
    grant.lost = true;
    return grant.ledger;
  }

  /** By number, under the right it has now. */
  of(number: MapId): Ledger {
    const ledger = this.all[number];
    assert(ledger !== undefined, "a ledger is known by its number");
    return ledger;
  }

  list(): readonly Ledger[] {
    return this.all;
  }

  /** Every map that was ever granted, by name. */
  granted(): readonly Grant[] {
    return [...this.grants.values()].sort((a, b) => (a.ledger.map < b.ledger.map ? -1 : 1));
  }

  private add(ledger: Ledger): Ledger {
    this.all[ledger.number] = ledger;
    return ledger;
  }
}
