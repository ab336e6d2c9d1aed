/** Where players sit and what they wait for: a few numbers a player, in columns that grow with the highest player id. */
import type { Epoch, HostId, MapId, PlayerId } from "../../src/core/protocol/ids.ts";

const NOWHERE = 0;
const WAITING = 1;
const SEATED = 2;
const PLAYERS_FIRST = 1024;

/** A player that plays: on this map, at this host, under this epoch. */
export type Seat = { readonly map: MapId; readonly host: HostId; readonly epoch: Epoch };
/** A player that entered a map and does not play yet, and the fair time it entered at. */
export type Waiting = { readonly map: MapId; readonly fair: number };

/** One place for each player: nowhere, waiting, or seated. */
export class Seats {
  #state = new Uint8Array(PLAYERS_FIRST);
  #map = new Int32Array(PLAYERS_FIRST);
  #host = new Int32Array(PLAYERS_FIRST);
  /** The epoch of a seat, the fair time of a wait. */
  #number = new Float64Array(PLAYERS_FIRST);

  wait(player: PlayerId, map: MapId, fair: number): void {
    this.#grow(player);
    this.#state[player] = WAITING;
    this.#map[player] = map;
    this.#number[player] = fair;
  }

  sit(player: PlayerId, map: MapId, host: HostId, epoch: Epoch): void {
    this.#grow(player);
    this.#state[player] = SEATED;
    this.#map[player] = map;
    this.#host[player] = host;
    this.#number[player] = epoch;
  }

  forget(player: PlayerId): void {
    if (player < this.#state.length) this.#state[player] = NOWHERE;
  }

  /** Everyone, lowest player id first. */
  each(seated: (player: PlayerId, seat: Seat) => void, waiting: (player: PlayerId, waiting: Waiting) => void): void {
    for (let player = 0; player < this.#state.length; player += 1) {
      const map = this.#map[player] as number;
      const number = this.#number[player] as number;
      if (this.#state[player] === SEATED) seated(player, { map, host: this.#host[player] as number, epoch: number });
      else if (this.#state[player] === WAITING) waiting(player, { map, fair: number });
    }
  }

  #grow(player: PlayerId): void {
    let size = this.#state.length;
    if (player < size) return;
    while (size <= player) size *= 2;
    const [state, map, host, number] = [new Uint8Array(size), new Int32Array(size), new Int32Array(size), new Float64Array(size)];
    state.set(this.#state);
    map.set(this.#map);
    host.set(this.#host);
    number.set(this.#number);
    this.#state = state;
    this.#map = map;
    this.#host = host;
    this.#number = number;
  }
}
