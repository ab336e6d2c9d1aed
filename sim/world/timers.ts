/**
 * Owns the timers of all actors: what each has set, and when it rings, in the time of the actor's own machine.
 * Promises: a timer is set once at a time; ties are ordered by the setter's own count (DT1). Never wakes anyone: the world does.
 */
import type { Clocks } from "./clocks.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";

/** A timer that is set: its event, and when it rings. */
type Ring = { readonly node: number; readonly at: number };

/** Timers by dense number of the machine: any number for the coordinator (0) and hosts, one for each player. */
export class Timers {
  private readonly queue: EventQueue;
  private readonly clocks: Clocks;
  private readonly hosts: number;
  private readonly rings: Map<number, Ring>[];
  private readonly playerNodes: Int32Array;
  private readonly seq: Float64Array;

  constructor(queue: EventQueue, clocks: Clocks, hosts: number, players: number) {
    this.queue = queue;
    this.clocks = clocks;
    this.hosts = hosts;
    this.rings = Array.from({ length: hosts + 1 }, () => new Map<number, Ring>());
    this.playerNodes = new Int32Array(players).fill(-1);
    this.seq = new Float64Array(1 + hosts + players);
  }

  /** Sets a timer to an instant of the world's time; one in the past rings next. */
  set(dense: number, timer: number, instant: number): void {
    const seq = this.seq[dense] as number;
    this.seq[dense] = seq + 1;
    const at = Math.max(Math.round(instant), this.queue.now + 1);
    const node = this.queue.push(at, SOURCE.timer + dense, seq, EVENT.timer, dense, timer, undefined);
    if (dense > this.hosts) this.playerNodes[dense - this.hosts - 1] = node;
    else (this.rings[dense] as Map<number, Ring>).set(timer, { node, at });
  }

  /** Sets a timer to a time of the machine's own clock, in place of what it was set to. */
  setByClock(dense: number, timer: number, local: number): void {
    this.clear(dense, timer);
    this.set(dense, timer, this.clocks.instant(dense, local));
  }

  clear(dense: number, timer: number): void {
    if (dense > this.hosts) {
      const node = this.playerNodes[dense - this.hosts - 1] as number;
      if (node >= 0) this.queue.cancel(node);
      this.playerNodes[dense - this.hosts - 1] = -1;
      return;
    }
    const ring = this.rings[dense]?.get(timer);
    if (ring === undefined) return;
    this.queue.cancel(ring.node);
    this.rings[dense]?.delete(timer);
  }

  /** The process of a host, or of the coordinator, is gone, and its timers with it. */
  clearAll(host: number): void {
    const rings = this.rings[host] as Map<number, Ring>;
    for (const { node } of rings.values()) this.queue.cancel(node);
    rings.clear();
  }

  /** When a timer of a host, or of the coordinator, rings in the world's time; undefined where it is not set. */
  due(dense: number, timer: number): number | undefined {
    return this.rings[dense]?.get(timer)?.at;
  }

  /** The timer's event has come up. */
  rang(dense: number, timer: number): void {
    if (dense > this.hosts) this.playerNodes[dense - this.hosts - 1] = -1;
    else this.rings[dense]?.delete(timer);
  }

  /** Changes a host's clock; what was set to a time of that clock rings at the instant that this time now is. */
  skew(host: number, change: (clocks: Clocks) => void): void {
    const due = [...(this.rings[host] as Map<number, Ring>)].map(([timer, { at }]) => ({ timer, local: this.clocks.local(host, at) }));
    change(this.clocks);
    for (const { timer, local } of due) this.setByClock(host, timer, local);
  }
}
