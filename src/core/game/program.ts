/**
 * What runs on a hosted map. A real game plugs in here; the reference game beside it is one. A program is synchronous and deterministic: the same
 * snapshot and the same inputs at the same times give the same state, operations and hash on every machine. It has no clock but its own:
 * map time, whole milliseconds, which goes on where it stopped when the map moves.
 */
import type { Result } from "../../base/result.ts";
import type { SyncType } from "../protocol/operations.ts";
import type { PlayerId } from "../protocol/ids.ts";

/**
 * Something the program did that must never be lost: written down before anyone is told that it is done. `carried`: it ends the player's stay, and with
 * these bytes the player enters its next map; null: it does not.
 */
export type Deed = {
  readonly type: SyncType;
  readonly player: PlayerId;
  readonly critical: boolean;
  readonly data: Uint8Array;
  readonly carried: Uint8Array | null;
};

/**
 * Where a program leaves what it did, in order: what must be written down, and what players are told. `near`: it is the player's own or happens close
 * to it; what is further off may wait a little, and whatever comes later waits behind it or takes it along.
 */
export type ProgramOut = {
  deed(deed: Deed): void;
  tell(player: PlayerId, news: Uint8Array, near: boolean): void;
};

/** Why a program does not take something in; each stands for one cause. */
export type ProgramRefusal =
  | "not_here"
  | "already_here"
  | "malformed"
  | "too_far"
  | "not_walkable"
  | "too_fast"
  | "dead"
  | "no_such_target"
  | "cooling_down"
  | "casting"
  | "too_many";

/** A map's game. Everything that reads bytes is bounded and refuses what it cannot read; nothing of a refused input has an effect. */
export type MapProgram = {
  /** Map time now, ms. */
  readonly at: number;
  /** Who is on the map, ascending. */
  players(): PlayerId[];
  /** Lets map time pass up to `at`, doing what falls due in its order. */
  advance(at: number, out: ProgramOut): void;
  /** When something falls due next, ms; Infinity while nothing does. */
  nextAt(): number;
  /** A player comes, with what it brings (empty: new), or is gone. Both at the present map time. */
  enter(player: PlayerId, carried: Uint8Array, out: ProgramOut): Result<null, ProgramRefusal>;
  leave(player: PlayerId, out: ProgramOut): Result<Uint8Array, ProgramRefusal>;
  /** Tells a player all that it can see by now, itself included: it has just begun to play here, or lost what it was told. */
  look(player: PlayerId, out: ProgramOut): void;
  /** A player's input, opaque to all but the program. */
  input(player: PlayerId, data: Uint8Array, out: ProgramOut): Result<null, ProgramRefusal>;
  /**
   * Does again what the program once did (a deed's `player`, `data` and `carried`), on a state that lacks it because it is older: afterwards what the deed
   * says holds, and nothing else was made or lost. Deeds come in the order in which they were done, some may be missing. No deed and no news come of
   * it. Refused is what is no deed of this program.
   */
  redo(deed: Pick<Deed, "player" | "data" | "carried">): Result<null, string>;
  /** The whole state, compact and versioned. */
  snapshot(): Uint8Array;
  /** What changed since the state whose hash that was, or null where the program no longer knows: then a snapshot is due. */
  delta(since: bigint): Uint8Array | null;
  /** Takes a snapshot or a delta on top of the state it was made for. Refused bytes leave the state as it was. */
  apply(bytes: Uint8Array): Result<null, string>;
  /** 64 bits over the whole state: equal states, equal hashes, on every machine. */
  hash(): bigint;
};
