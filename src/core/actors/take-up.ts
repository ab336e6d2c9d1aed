/**
 * Owns how a map is taken up by a host that was promoted: which state it begins with, and what is put on top of it.
 * Promises: SY1 over a failover (whatever the store has applied is in the state that is served, once), SY3 (the freshest state there is).
 * Never serves before the store has said that the map is this host's, unless a hand-over left it.
 */
import type { Epoch, HostId, MapId, PlayerId } from "../protocol/ids.ts";
import type { StateHash } from "../protocol/messages.ts";
import type { OperationId } from "../protocol/operations.ts";
import type { Recovered, StoreRequest } from "../protocol/store.ts";
import { type Held, type HeldStates, type ProgramOf } from "./held-states.ts";
import type { PendingDeed } from "./map-image.ts";

/** Whence a state was taken up. */
export type TakenFrom = "handoff" | "replica" | "store" | "beginning";

/** A state that is ready to be served: as it was found, and what was put on top. */
export type Ready = Held & {
  readonly from: TakenFrom;
  /** The highest number that a deed of the map has; the next one's is above. */
  readonly number: number;
  readonly redone: readonly OperationId[];
  /** Deeds in the state of which nobody knows that they are written down; under ids of this host, because their own are void with the epoch. */
  readonly pending: readonly PendingDeed[];
  /** Who is on the map by the store's word and has not left in the state, and what it carried when it came. */
  readonly players: Recovered["players"];
};

/** Images that the store may give, one better than the other, before it is asked for none any more. */
const IMAGES_MAX = 3;

/** One map on its way to be served. Asks the store until what is held is known to be the freshest. */
export class TakeUp {
  readonly map: MapId;
  readonly epoch: Epoch;
  private readonly host: HostId;
  private readonly boot: number;
  private held: Held | null;
  private from: TakenFrom;
  /** The store's image made no sense, or there is always a better one: what is held is the best there is. */
  private alone = false;
  private given = 0;

  constructor(host: HostId, boot: number, map: MapId, epoch: Epoch, held: Held | null) {
    this.host = host;
    this.boot = boot;
    this.map = map;
    this.epoch = epoch;
    this.held = held;
    this.from = held === null ? "beginning" : "replica";
  }

  /** What a hand-over left, if it is held: ready at once, for its source had nothing under way any more. */
  static handed(held: HeldStates, map: MapId, hash: StateHash): Ready | null {
    const left = held.moved(map, hash);
    if (left === null || left.image.pending.length > 0) return null;
    return { ...left, from: "handoff", number: left.image.number, redone: [], pending: [], players: [] };
  }

  /** What the store is asked. */
  ask(): StoreRequest {
    const { map, host, boot, epoch, held } = this;
    const holds =
      held === null ? null : { epoch: held.image.epoch, boot: held.image.boot, number: held.image.number, at: held.image.mapMs };
    const pending = held === null ? [] : held.image.pending.map(({ operation }) => operation);
    return { verb: "recover", map, host, boot, epoch, holds, pending, imageless: this.alone };
  }

  /** Takes the store's answer: the state that is ready, or null where it is to be asked once more, about the fresher image that it gave. */
  take(recovered: Recovered, states: HeldStates, programOf: ProgramOf, makeId: () => OperationId): Ready | null {
    if (recovered.image !== null && !this.alone) {
      const better = states.read(this.map, recovered.image.bytes);
      this.given += 1;
      if (better === null || this.given === IMAGES_MAX) this.alone = true;
      else {
        this.held = better;
        this.from = "store";
      }
      return null;
    }
    // What is held does not count where the map went on from something older.
    if (recovered.from === "beginning") this.from = "beginning";
    const { program, image } = this.from === "beginning" || this.held === null ? begun(programOf(this.map)) : this.held;
    const redone: OperationId[] = [];
    for (const operation of recovered.operations) if (program.redo(operation).ok) redone.push(operation.id);
    const pending = image.pending
      .filter((_, i) => recovered.known[i] !== true)
      .map(({ operation, critical }) => ({ critical, operation: { ...operation, id: makeId() } }));
    const number = Math.max(image.number, recovered.number);
    return {
      program,
      image,
      from: this.from,
      number,
      redone,
      pending,
      players: recovered.players.filter(({ player }) => !goes(pending, player)),
    };
  }
}

/** Whether somebody has left in a state, and only the store does not know it yet: what it came with is not what it has. */
function goes(pending: readonly PendingDeed[], player: PlayerId): boolean {
  return pending.some(({ operation }) => operation.player === player && operation.carried !== null);
}

function begun(program: Held["program"]): Held {
  const image = {
    epoch: 0,
    boot: 0,
    number: 0,
    mapMs: program.at,
    hash: program.hash(),
    base: null,
    program: program.snapshot(),
    taken: [],
    pending: [],
  };
  return { program, image };
}
