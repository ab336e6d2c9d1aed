/**
 * Owns the states that a host holds of maps it does not serve: what a hand-over brings, what it keeps as a standby, what a file of an earlier start says.
 * Promises: a state held is one that its source had (its hash says so); what comes late never sets it back. Never decides to serve one.
 */
import type { MapProgram } from "../game/program.ts";
import type { Epoch, HostId, MapId } from "../protocol/ids.ts";
import type { StateHash } from "../protocol/messages.ts";
import { type MapImage, readImage } from "./map-image.ts";
import type { Received } from "./states.ts";

/** A state that is held: the program at rest in it, and what its image said besides. */
export type Held = { readonly program: MapProgram; readonly image: MapImage };

type Kept = Held & { readonly from: HostId; readonly seq: number };

/** A fresh program of a map, at its beginning. */
export type ProgramOf = (map: MapId) => MapProgram;

/** 64 bits as messages and records have them. */
export function hashText(hash: bigint): StateHash {
  return hash.toString(16).padStart(16, "0");
}

type Mark = Pick<MapImage, "epoch" | "boot" | "mapMs">;

/** Which of two images is the fresher: that of the later owner, then of the later map time. */
function isFresher(a: Mark, b: Mark): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.boot !== b.boot ? a.boot > b.boot : a.mapMs > b.mapMs;
}

/** Whether something else came in between. Who starts anew numbers its copies anew; what a move brings has no numbers, but the map's time only goes on. */
function isLate(image: MapImage, from: HostId, seq: number, kept: Kept): boolean {
  if (image.epoch !== kept.image.epoch) return image.epoch < kept.image.epoch;
  if (from !== kept.from || image.boot !== kept.image.boot) return false;
  return seq > 0 ? seq <= kept.seq : image.mapMs < kept.image.mapMs || image.number < kept.image.number;
}

/** See the head of this file. What a move brings and what a standby keeps stand apart: each goes on from what its own source sent before. */
export class HeldStates {
  private readonly programOf: ProgramOf;
  private readonly moving = new Map<MapId, Kept>();
  private readonly standing = new Map<MapId, Kept>();

  constructor(programOf: ProgramOf) {
    this.programOf = programOf;
  }

  /** Takes a portion in; gives the hash of the state held then, null where nothing could be made of it. */
  receive(message: Received): StateHash | null {
    const { map, from, data } = message;
    const place = message.kind === "state/replica" ? this.standing : this.moving;
    const kept = place.get(map);
    const image = data === null ? null : readImage(data);
    if (image === null || image.epoch !== message.epoch) return null;
    const seq = message.kind === "state/replica" ? message.seq : 0;
    if (kept !== undefined && isLate(image, from, seq, kept)) return hashText(kept.image.hash);
    const program = this.programFor(map, image, kept);
    if (program === null) {
      // What a failed portion left of the program is nobody's state.
      if (image.base !== null && kept?.image.hash === image.base) place.delete(map);
      return null;
    }
    place.set(map, { program, image, from, seq });
    return hashText(image.hash);
  }

  /** Holds what an image says, as a file or a store gives it; null where nothing could be made of it. */
  read(map: MapId, bytes: Uint8Array): Held | null {
    const image = readImage(bytes);
    const program = image === null || image.base !== null ? null : this.programFor(map, image, undefined);
    return program === null || image === null ? null : { program, image };
  }

  /** Keeps what was read, as a standby would. */
  keep(map: MapId, held: Held): void {
    this.standing.set(map, { ...held, from: -1, seq: 0 });
  }

  /** The state with this hash that a move brought. */
  moved(map: MapId, hash: StateHash): Held | null {
    const kept = this.moving.get(map);
    return kept !== undefined && hashText(kept.image.hash) === hash ? kept : null;
  }

  /** The freshest state held of a map. */
  freshest(map: MapId): Held | null {
    const [moving, standing] = [this.moving.get(map), this.standing.get(map)];
    if (moving === undefined || standing === undefined) return moving ?? standing ?? null;
    return isFresher(standing.image, moving.image) ? standing : moving;
  }

  /** The map is taken up here: nothing that was held is a copy any more. */
  release(map: MapId): void {
    this.moving.delete(map);
    this.standing.delete(map);
  }

  /** What is held of a map is void up to this epoch. */
  forget(map: MapId, epoch: Epoch): void {
    for (const place of [this.moving, this.standing]) if ((place.get(map)?.image.epoch ?? epoch + 1) <= epoch) place.delete(map);
  }

  private programFor(map: MapId, image: MapImage, kept: Kept | undefined): MapProgram | null {
    if (image.base !== null && kept?.image.hash !== image.base) return null;
    const program = image.base === null ? this.programOf(map) : (kept as Kept).program;
    return program.apply(image.program).ok && program.hash() === image.hash ? program : null;
  }
}
