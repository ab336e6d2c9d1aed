/**
 * Services: a host serving a map under one epoch, from its start until it can serve no longer. Each player is attached to
 * the service it last joined, so that what a move cost it is known when it joins the next one. Numbers in columns, slots
 * are used again once no player and no map looks at them: memory follows players and maps, not the length of the run.
 */
import type { Epoch, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { roomFor } from "./columns.ts";

/** No service. */
export const NO_SERVICE = -1;

/** Why a service does not run. `RUNNING` while it does. */
export const RUNNING = 0;
/** Frozen for a handoff. */
export const FROZEN = 1;
/** Its host paused or lost its line, and serves on when it comes back. */
export const LOST = 2;
/** Another host serves the map under a higher epoch, or the host was told to stop. */
export const ENDED = 3;

/** Its host died, or was lost while the service was frozen: when the host comes back the service does not run. */
export const GONE = 4;

/** Why a service does not run. */
export type Stop = typeof FROZEN | typeof LOST | typeof ENDED | typeof GONE;

/** The pool. `host`, `map`, `epoch`, `state`, `stoppedAt` and `players` are columns by service; read them, change them only here. */
export class Services {
  host = new Int32Array(0);
  map = new Int32Array(0);
  epoch = new Float64Array(0);
  state = new Uint8Array(0);
  stoppedAt = new Float64Array(0);
  players = new Int32Array(0);
  #pins = new Uint8Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #headOfHost = new Int32Array(0);
  #used = 0;
  #free = NO_SERVICE;

  /** A running service without players, pinned once. */
  open(host: HostId, map: MapId, epoch: Epoch): number {
    let service = this.#free;
    if (service === NO_SERVICE) {
      service = this.#used++;
      this.#widen(service);
    } else {
      this.#free = this.#next[service] as number;
    }
    this.host[service] = host;
    this.map[service] = map;
    this.epoch[service] = epoch;
    this.state[service] = RUNNING;
    this.players[service] = 0;
    this.#pins[service] = 1;
    this.#headOfHost = roomFor(this.#headOfHost, host, NO_SERVICE);
    const head = this.#headOfHost[host] as number;
    this.#next[service] = head;
    this.#previous[service] = NO_SERVICE;
    if (head !== NO_SERVICE) this.#previous[head] = service;
    this.#headOfHost[host] = service;
    return service;
  }

  /** The first service of a host, and the one after another: a host's services, running or not. */
  firstOf(host: HostId): number {
    return host >= 0 && host < this.#headOfHost.length ? (this.#headOfHost[host] as number) : NO_SERVICE;
  }

  /** See {@link firstOf}. */
  after(service: number): number {
    return this.#next[service] as number;
  }

  stop(service: number, at: number, why: Stop): void {
    this.state[service] = why;
    this.stoppedAt[service] = at;
  }

  /** A stopped service gets another reason; its instant stays. */
  stopFor(service: number, why: Stop): void {
    this.state[service] = why;
  }

  resume(service: number): void {
    this.state[service] = RUNNING;
  }

  attach(service: number): void {
    this.players[service] = (this.players[service] as number) + 1;
  }

  detach(service: number): void {
    this.players[service] = (this.players[service] as number) - 1;
    this.#recycle(service);
  }

  /** The map looks at this service no longer. */
  unpin(service: number): void {
    this.#pins[service] = 0;
    this.#recycle(service);
  }

  #recycle(service: number): void {
    if (this.#pins[service] !== 0 || this.players[service] !== 0) return;
    const next = this.#next[service] as number;
    const previous = this.#previous[service] as number;
    if (next !== NO_SERVICE) this.#previous[next] = previous;
    if (previous === NO_SERVICE) this.#headOfHost[this.host[service] as number] = next;
    else this.#next[previous] = next;
    this.#next[service] = this.#free;
    this.#free = service;
  }

  #widen(service: number): void {
    this.host = roomFor(this.host, service, 0);
    this.map = roomFor(this.map, service, 0);
    this.epoch = roomFor(this.epoch, service, 0);
    this.state = roomFor(this.state, service, 0);
    this.stoppedAt = roomFor(this.stoppedAt, service, 0);
    this.players = roomFor(this.players, service, 0);
    this.#pins = roomFor(this.#pins, service, 0);
    this.#next = roomFor(this.#next, service, NO_SERVICE);
    this.#previous = roomFor(this.#previous, service, NO_SERVICE);
  }
}
