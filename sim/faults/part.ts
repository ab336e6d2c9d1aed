/** What a fault under way is made of, and what all faults have at hand to do their work. */
import type { PreparedLaw } from "../../src/base/laws.ts";
import type { Stream } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { HostFleet } from "../fleet/hosts.ts";
import type { PlayerFleet } from "../fleet/players.ts";
import type { Fault, Options } from "../options.ts";
import type { World } from "../world/world.ts";
import type { Cuts } from "./cuts.ts";
import type { Overlay } from "./overlay.ts";

/** One machine's share in a fault, or the fault's only one. */
export type Part = {
  /** The host that it ails; null: the store, the coordinator, players. These are always healed when faults stop. */
  readonly host: HostId | null;
  /** Ends it; null where nothing is left to end. */
  readonly undo: (() => void) | null;
  /** How often it truly had an effect so far, as counted where that took place. Asked after it was ended. */
  readonly met: () => number;
};

/** The two ends of a move. */
export type Ends = { readonly from: HostId; readonly to: HostId };

/**
 * An occurrence of a fault: `index` is its place in the plan, `n` counts how often it came before. Draws are keyed by both. `ends` are those of the
 * move whose step it waited for.
 */
export type Occurrence = { readonly fault: Fault; readonly index: number; readonly n: number; readonly ends: Ends | null };

/** Everything faults work with. */
export type Tools = {
  readonly world: World;
  readonly fleet: HostFleet;
  readonly people: PlayerFleet;
  readonly options: Options;
  readonly overlay: Overlay;
  readonly cuts: Cuts;
  readonly when: Stream;
  readonly whom: Stream;
  readonly back: Stream;
  readonly reconnect: PreparedLaw;
  /** Does something at an instant, unless faults have stopped by then. */
  readonly later: (index: number, at: number, act: () => void) => void;
};

/** Draws of occurrence `n` of fault `index` in the streams `whom` and `when` are numbered from here. */
export function drawNumber({ index, n }: Occurrence): number {
  return index * 1_000_003 + n;
}
