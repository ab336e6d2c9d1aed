/**
 * Owns the rows of map ownership in memory, with what stands beside them: the store's rules without its delays.
 * Promises: HO1, HO2 (compare-and-set, epochs only rise), HO3 (a checkpoint passes only under the row's owner and epoch),
 * ST2 (a new timeline starts above every epoch granted before),
 * SY1 at the store's end (operations and images pass under the same fence, each id once for ever; who takes a map up is given all of them).
 */
import { assert } from "../../base/assert.ts";
import type { HostProfile } from "../../core/protocol/host-stats.ts";
import { type Epoch, epochOf, type HostId, type MapId, NO_HOST, type PlayerId } from "../../core/protocol/ids.ts";
import type { Operation, OperationBatch, OperationId, SyncType } from "../../core/protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import { KeptStates } from "./kept-states.ts";
import { PlayerPlaces } from "./player-places.ts";

/** What only the owner of the row may ask. */
type Fenced = Extract<StoreRequest, { verb: "checkpoint" | "keep" | "recover" | "admit" }>;

/** One row per map and one profile per registered host. */
export class OwnershipTable {
  private readonly rows = new Map<MapId, OwnershipRow>();
  private readonly hosts = new Map<HostId, HostProfile>();
  /** Every operation ever applied, every admission ever answered, and the map it was for. Grows as a database's table does: an id that is forgotten could be applied again. */
  private readonly operations = new Map<OperationId, MapId>();
  private readonly states = new KeptStates();
  private readonly places = new PlayerPlaces();
  /** The data of the last operation by map, type and player. */
  private readonly last = new Map<string, Uint8Array>();
  /** The last epoch of a map under which something lasting was written down. */
  private readonly writtenUnder = new Map<MapId, Epoch>();
  /** The highest epoch of a map whose claim was taken back. */
  private readonly undone = new Map<MapId, Epoch>();
  /** The latest start of each host that was heard. */
  private readonly boots = new Map<HostId, number>();
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

  /**
   * Takes back the last claim of a map, as a replica that lacks it does. False, and nothing is done, where something that lasts was written down under it:
   * whoever has that has the claim, which stands before it in the same log.
   */
  undoClaim(before: OwnershipRow): boolean {
    const { map, epoch } = this.row(before.map);
    if (this.writtenUnder.get(map) === epoch) return false;
    this.rows.set(map, before);
    this.undone.set(map, Math.max(this.undone.get(map) ?? 0, epoch));
    return true;
  }

  /** What is kept where it may vanish does (Redis' FLUSHALL). */
  forgetVolatile(): void {
    this.states.forgetVolatile();
  }

  /** Does what is asked, at once, and says what came of it: `ok` or `refused`. */
  apply(ask: StoreRequest): StoreAnswer {
    switch (ask.verb) {
      case "claim":
        return this.claim(ask.map, ask.host, ask.epoch, ask.expect);
      case "read":
        return { result: "ok", row: this.row(ask.map) };
      case "checkpoint":
      case "keep":
      case "recover":
      case "admit": {
        const row = this.row(ask.map);
        return this.passes(ask, row) ? this.fenced(ask, row) : { result: "refused", row };
      }
      case "operations":
        return this.write(ask);
      case "fetch":
        return { result: "ok", value: this.last.get(lastKey(ask.map, ask.type, ask.player)) ?? null };
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

  /** The fence: the row's owner, under its epoch, in the latest start of its process that was heard. */
  private passes({ map, host, epoch, boot }: Pick<Fenced, "map" | "host" | "epoch" | "boot">, row: OwnershipRow): boolean {
    if (row.owner !== host || row.epoch !== epoch || boot < (this.boots.get(host) ?? 0)) return false;
    this.boots.set(host, boot);
    const undone = this.undone.get(map) ?? 0;
    if (undone > epoch) this.states.goOn(map, epoch, undone);
    return true;
  }

  /** The row's owner asks. */
  private fenced(ask: Fenced, row: OwnershipRow): StoreAnswer {
    const { map, epoch } = ask;
    if (ask.verb === "checkpoint" && ask.image === null) return { result: "ok", row };
    const foreign = "image" in ask && (ask.image?.epoch !== epoch || ask.image.boot !== ask.boot);
    if (foreign) return { result: "refused", row };
    if (ask.verb === "keep") {
      this.states.keep(map, ask.image);
      return { result: "ok", row };
    }
    if (ask.verb === "admit") {
      const came = this.places.admit(ask.player, map, !this.operations.has(ask.id));
      this.operations.set(ask.id, map);
      this.writtenUnder.set(map, epoch);
      if ("carried" in came) return { result: "ok", row, carried: came.carried };
      return came.elsewhere === null ? { result: "refused", row } : { result: "refused", row, elsewhere: came.elsewhere };
    }
    this.writtenUnder.set(map, epoch);
    if (ask.verb === "recover") {
      const recovered = this.states.recover(ask, (id) => this.operations.has(id));
      return { result: "ok", row, recovered: { ...recovered, players: this.places.on(map) } };
    }
    if (ask.image !== null) this.states.checkpoint(map, ask.image);
    return { result: "ok", row };
  }

  private write(batch: OperationBatch): StoreAnswer {
    const { map, epoch, operations } = batch;
    const row = this.row(map);
    if (!this.passes(batch, row)) return { result: "refused", row, known: operations.map(({ id }) => this.operations.has(id)) };
    const before = this.operations.size;
    const verdicts = operations.map((operation) => {
      if (this.operations.has(operation.id)) return "duplicate";
      this.operations.set(operation.id, map);
      this.applied(map, epoch, operation);
      return "applied";
    });
    const applied = verdicts.filter((verdict) => verdict === "applied").length;
    assert(this.operations.size === before + applied, "each applied operation is a new one");
    return { result: "ok", row, verdicts };
  }

  private applied(map: MapId, epoch: Epoch, operation: Operation): void {
    const { type, player, data, carried } = operation;
    this.states.applied(map, operation);
    this.last.set(lastKey(map, type, player), data);
    if (carried !== null) this.places.end(player, map, carried);
    this.writtenUnder.set(map, epoch);
  }
}

function lastKey(map: MapId, type: SyncType, player: PlayerId): string {
  return `${map} ${type} ${player}`;
}
