/**
 * Owns on which map each player is, with what it came there and with what it left its last one. Promises: a player is on one map at a time, from being
 * let in until an operation ends its stay. Never: knows who may ask.
 */
import type { MapId, PlayerId } from "../../core/protocol/ids.ts";

const NOTHING = new Uint8Array(0);

/** `map` null: it is nowhere, and carries what it left with. */
type Place = { readonly map: MapId | null; readonly carried: Uint8Array };

/** Everybody's place. Who was never let in anywhere is nowhere and carries nothing. */
export class PlayerPlaces {
  private readonly places = new Map<PlayerId, Place>();

  /** Lets a player in, unless that is not to begin anew (`begins`); gives what it came with, or where it is instead: on another map, or nowhere. */
  admit(player: PlayerId, map: MapId, begins: boolean): { readonly carried: Uint8Array } | { readonly elsewhere: MapId | null } {
    const { map: at, carried } = this.places.get(player) ?? { map: null, carried: NOTHING };
    if (at !== map && (at !== null || !begins)) return { elsewhere: at };
    if (at === null) this.places.set(player, { map, carried });
    return { carried };
  }

  /** Who is on a map, ascending, and what each came with. */
  on(map: MapId): { readonly player: PlayerId; readonly carried: Uint8Array }[] {
    const here = [...this.places].filter(([, place]) => place.map === map);
    return here.map(([player, { carried }]) => ({ player, carried })).sort((a, b) => a.player - b.player);
  }

  /** A stay on a map ends. Who is not there has none that could end. */
  end(player: PlayerId, map: MapId, carried: Uint8Array): void {
    if (this.places.get(player)?.map === map) this.places.set(player, { map: null, carried });
  }
}
