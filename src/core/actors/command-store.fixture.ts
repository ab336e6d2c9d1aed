/** The store of the commands' world: rows under compare-and-set, the registry, and everything that was ever committed. */
import type { HostProfile } from "../protocol/host-stats.ts";
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { StoreMood } from "./command-kinds.fixture.ts";

/** A store that answers as it is told to, and commits only what that answer means. */
export class CommandStore {
  readonly rows = new Map<MapId, OwnershipRow>();
  /** Who was granted which (map, epoch), and when the row was last written (us). */
  readonly committed = new Map<string, HostId>();
  readonly writtenAt = new Map<MapId, number>();
  floor = 0;
  private readonly registry = new Map<HostId, HostProfile>();

  row(map: MapId): OwnershipRow {
    return this.rows.get(map) ?? { map, owner: NO_HOST, epoch: 0 };
  }

  /** What the store says to a request; `later` is what commits after an answer of "unknown". */
  answer(ask: StoreRequest, mood: StoreMood, at: number): { readonly answer: StoreAnswer; readonly later?: StoreRequest } {
    const unknown: StoreAnswer = { result: "unknown" };
    switch (mood) {
      case "truly":
        return { answer: this.apply(ask, at) };
      case "refused":
        return { answer: ask.verb === "claim" ? { result: "refused", row: this.row(ask.map) } : { result: "failed" } };
      case "failed":
        return { answer: { result: "failed" } };
      case "committed":
        this.apply(ask, at);
        return { answer: unknown };
      case "missed":
        return { answer: unknown };
      case "delayed":
        return ask.verb === "claim" ? { answer: unknown, later: ask } : { answer: unknown };
    }
  }

  /** Does what is asked. */
  apply(ask: StoreRequest, at: number): StoreAnswer {
    if (ask.verb === "register") this.registry.set(ask.profile.host, ask.profile);
    if (ask.verb === "restore")
      return { result: "ok", restored: { rows: [...this.rows.values()], hosts: [...this.registry.values()], epochFloor: this.floor } };
    if (ask.verb === "read") return { result: "ok", row: this.row(ask.map) };
    if (ask.verb !== "claim") return { result: "ok" };
    if (this.row(ask.map).epoch !== ask.expect) return { result: "refused", row: this.row(ask.map) };
    const row = { map: ask.map, owner: ask.host, epoch: ask.epoch };
    this.rows.set(ask.map, row);
    this.committed.set(`${ask.map}@${ask.epoch}`, ask.host);
    this.writtenAt.set(ask.map, at);
    return { result: "ok", row };
  }
}
