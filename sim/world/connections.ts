/**
 * Owns the connections between machines and the coordinator: how they are made, and who sees them break.
 * Promises: nothing of a connection that broke arrives any more, heartbeats included. Never asks why one breaks.
 */
import type { Heartbeats } from "./heartbeats.ts";
import type { Machines } from "./machines.ts";
import { METER, type Meters } from "./meters.ts";
import type { SimNetwork } from "./network.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";

/** A connection is made by three handshakes' worth of round trips (TCP, TLS 1.3, WebSocket upgrade). */
const CONNECT_ROUND_TRIPS = 3;

/** All connections, by dense number of the machine that has one to the coordinator. */
export class Connections {
  private readonly queue: EventQueue;
  private readonly machines: Machines;
  private readonly network: SimNetwork;
  private readonly meters: Meters;
  private readonly heartbeats: Heartbeats;
  private readonly told: (dense: number) => void;
  /** Hosts that have lost their connection beat in vain until they have another. */
  private readonly unheard = new Map<number, number>();
  private turns = 0;

  /** `told`: the machine's own end sees its connection close. */
  constructor(
    network: SimNetwork,
    heartbeats: Heartbeats,
    queue: EventQueue,
    machines: Machines,
    meters: Meters,
    told: (dense: number) => void,
  ) {
    this.network = network;
    this.heartbeats = heartbeats;
    this.queue = queue;
    this.machines = machines;
    this.meters = meters;
    this.told = told;
  }

  /** The next number of the events that come from connections, and from inputs that a standstill held back. */
  turn(): number {
    this.turns += 1;
    return this.turns;
  }

  /** The machine tries to connect to the coordinator `afterUs` from now; it tries again each second while it cannot. */
  connect(dense: number, afterUs: number): void {
    const takes = CONNECT_ROUND_TRIPS * 2 * this.machines.oneWayUs(dense, 0);
    const at = this.queue.now + Math.max(1, Math.round(afterUs)) + takes;
    this.queue.push(at, SOURCE.world, this.turn(), EVENT.linkUp, dense, this.machines.generation[dense] as number, undefined);
  }

  /** The machine has its connection. */
  made(dense: number): void {
    this.machines.linked[dense] = 1;
    const weather = this.unheard.get(dense);
    if (weather === undefined) return;
    this.heartbeats.clear(dense, weather);
    this.unheard.delete(dense);
  }

  /** The connection breaks: nothing of it arrives any more. `told`: the coordinator's side sees the close. */
  disconnect(dense: number, told: boolean): void {
    if (!this.breaks(dense)) return;
    if (this.machines.up[dense] === 1) this.told(dense);
    if (told) this.closeSeen(dense);
  }

  /** The connection breaks, both ends see it, and the machine makes a new one at once. */
  reconnect(dense: number): void {
    if (this.machines.up[dense] === 0) return;
    this.disconnect(dense, true);
    this.connect(dense, 1);
  }

  /** The connection breaks and one end alone sees it: the machine's, or the coordinator's. */
  closeAtOneEnd(dense: number, machineSees: boolean): void {
    if (!this.breaks(dense)) return;
    if (machineSees) this.told(dense);
    else this.closeSeen(dense);
  }

  /** The machine finds out that its connection is gone, and makes a new one. */
  wakeUp(dense: number): void {
    this.told(dense);
    this.connect(dense, 1);
  }

  private breaks(dense: number): boolean {
    const m = this.machines;
    m.generation[dense] = ((m.generation[dense] as number) + 1) >>> 0;
    const was = m.linked[dense] === 1;
    m.linked[dense] = 0;
    this.network.reset(dense);
    if (!was) return false;
    this.meters.hit(METER.closed, dense);
    if (dense <= m.hosts) this.unheard.set(dense, this.heartbeats.begin(dense, Number.POSITIVE_INFINITY, 1, 1));
    return true;
  }

  /** The coordinator's end sees it, one way later. */
  private closeSeen(dense: number): void {
    const at = this.queue.now + this.machines.oneWayUs(dense, 0);
    this.queue.push(at, SOURCE.world, this.turn(), EVENT.linkDown, dense, 0, this.machines.generation[0]);
  }
}
