/**
 * Owns the rows of map ownership in memory: the store's rules without its delays.
 * Promises: HO1, HO2 (compare-and-set, epochs only rise), HO3 (a checkpoint passes only under the row's owner and epoch),
 * ST2 (a new timeline starts above every epoch granted before),
 * SY1 at the store's end (operations pass under the same fence, and each id once for ever).
 */
import { assert } from "../../base/assert.ts";
import type { HostProfile } from "../../core/protocol/host-stats.ts";
import { epochOf, type HostId, type MapId, NO_HOST } from "../../core/protocol/ids.ts";
import type { OperationBatch, OperationId } from "../../core/protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";

/** One row per map and one profile per registered host. */
export class OwnershipTable {
  private readonly rows = new Map<MapId, OwnershipRow>();
  private readonly hosts = new Map<HostId, HostProfile>();
  /** Every operation ever applied, and the map it was for. Grows as a database's table does: an id that is forgotten could be applied again. */
  private readonly operations = new Map<OperationId, MapId>();
  private timeline = 1;

  /** The row of a map; one that nobody ever owned has epoch 0, below every epoch that is granted. */
  row(map: MapId): OwnershipRow {
    return this.rows.get(map) ?? { map, owner: NO_HOST, epoch: 0 };
  }

  /** The map for which an operation was applied; undefined: it was not. */
  appliedFor(operation: OperationId): MapId | undefined {
    return this.operations.get(operation);
  }

  /** Starts a new timeline, as a promoted replica of a database does: every epoch to come is above all before. */
  promote(): void {
    this.timeline += 1;
  }

  /** Writes a row as it is told, past every rule: for restoring a copy, and for bugs planted on purpose. */
  overwrite(row: OwnershipRow): void {
    this.rows.set(row.map, row);
  }

  /** Does what is asked, at once, and says what came of it: `ok` or `refused`. */
  apply(ask: StoreRequest): StoreAnswer {
    switch (ask.verb) {
      case "claim":
        return this.claim(ask.map, ask.host, ask.epoch, ask.expect);
      case "read":
        return { result: "ok", row: this.row(ask.map) };
      case "checkpoint": {
        const row = this.row(ask.map);
        return row.owner === ask.host && row.epoch === ask.epoch ? { result: "ok", row } : { result: "refused", row };
      }
      case "operations":
        return this.write(ask);
      case "keep":
      case "recover":
      case "admit":
      case "fetch":
        return { result: "refused", row: this.row(ask.map) };
      case "register":
        this.hosts.set(ask.profile.host, ask.profile);
        return { result: "ok" };
      case "restore": {
        const rows = [...this.rows.values()].sort((a, b) => a.map - b.map);
        const hosts = [...this.hosts.values()].sort((a, b) => a.host - b.host);
        return { result: "ok", restored: { rows, hosts, epochFloor: epochOf(this.timeline, 0) } };
      }
    }
  }

  private claim(map: MapId, owner: HostId, epoch: number, expect: number): StoreAnswer {
    const before = this.row(map);
    if (before.epoch !== expect || epoch <= before.epoch) return { result: "refused", row: before };
    const row = { map, owner, epoch };
    this.rows.set(map, row);
    assert(row.epoch > before.epoch, "an epoch only rises");
    return { result: "ok", row };
  }

  private write({ map, host, epoch, operations }: OperationBatch): StoreAnswer {
    const row = this.row(map);
    if (row.owner !== host || row.epoch !== epoch)
      return { result: "refused", row, known: operations.map(({ id }) => this.operations.has(id)) };
    const before = this.operations.size;
    const verdicts = operations.map(({ id }) => {
      if (this.operations.has(id)) return "duplicate";
      this.operations.set(id, map);
      return "applied";
    });
    const applied = verdicts.filter((verdict) => verdict === "applied").length;
    assert(this.operations.size === before + applied, "each applied operation is a new one");
    return { result: "ok", row, verdicts };
  }
}
