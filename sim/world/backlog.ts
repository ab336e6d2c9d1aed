/**
 * Owns what has to wait at a host: everything on a clogged line until it is free, and what a slow process has not come to yet.
 * Promises: nothing is lost and nothing overtakes; a line's whole load is let go in the order in which it came. Never knows what it holds.
 */
import type { Meters } from "./meters.ts";
import { METER } from "./meters.ts";
import type { Packet } from "./network.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";

/** An event that waits. */
type Waiting = { readonly kind: number; readonly target: number; readonly from: number; readonly number: number; readonly object: unknown };

/** Does what an event says. */
type Perform = (kind: number, target: number, number: number, object: unknown) => void;

/** All that waits, by host. */
export class Backlog {
  private readonly queue: EventQueue;
  private readonly meters: Meters;
  private readonly hosts: number;
  private readonly perform: Perform;
  private readonly lines = new Map<number, Waiting[]>();
  private readonly desks = new Map<number, { readonly us: number; readonly waiting: Waiting[]; node: number }>();
  private turns = 0;

  constructor(queue: EventQueue, meters: Meters, hosts: number, perform: Perform) {
    this.queue = queue;
    this.meters = meters;
    this.hosts = hosts;
    this.perform = perform;
  }

  /** Is there any line or process that makes others wait? */
  get any(): boolean {
    return this.lines.size + this.desks.size > 0;
  }

  /** Does the line of this machine carry nothing? */
  isClogged(machine: number): boolean {
    return this.lines.has(machine);
  }

  /** From now on nothing passes the host's line. */
  clog(host: number): void {
    if (!this.lines.has(host)) this.lines.set(host, []);
  }

  /** The line is free: what waited passes at once, in order. */
  unclog(host: number): void {
    const waiting = this.lines.get(host) ?? [];
    this.lines.delete(host);
    // What a line let go may have to wait at the other end.
    for (const { kind, target, from, number, object } of waiting)
      if (!this.holds(kind, target, from, number, object)) this.perform(kind, target, number, object);
  }

  /** From now on the process takes `us` for each thing it is told; 0: as quick as ever, and what waited is done at once. */
  slow(host: number, us: number): void {
    const desk = this.desks.get(host);
    if (desk !== undefined && desk.node >= 0) this.queue.cancel(desk.node);
    this.desks.delete(host);
    const waiting = desk?.waiting ?? [];
    if (us > 0) {
      this.desks.set(host, { us, waiting, node: -1 });
      if (waiting.length > 0) this.nextTurn(host);
    } else for (const each of waiting) this.perform(each.kind, each.target, each.number, each.object);
  }

  /** An event has come up. Takes it if it comes by a line or is for a process to do, and has to wait for it; gives whether it does. */
  takes(kind: number, target: number, number: number, object: unknown): boolean {
    switch (kind) {
      case EVENT.message:
      case EVENT.damaged:
      case EVENT.sealed:
        return this.holds(kind, target, (object as Packet).from, number, object);
      case EVENT.store:
      case EVENT.storeApply:
      case EVENT.linkDown:
        return this.holds(kind, target, -1, number, object);
      default:
        return false;
    }
  }

  /** An event of `target` has come, from another machine if `from` is not negative. Keeps it if it has to wait; gives whether it does. */
  holds(kind: number, target: number, from: number, number: number, object: unknown): boolean {
    const line = this.lines.get(target) ?? (from >= 0 ? this.lines.get(from) : undefined);
    if (line !== undefined) {
      line.push({ kind, target, from, number, object });
      this.meters.hit(METER.clogged, this.lines.has(target) ? target : from);
      return true;
    }
    const desk = target >= 1 && target <= this.hosts && kind !== EVENT.linkDown && kind !== EVENT.storeApply && this.desks.get(target);
    if (!desk) return false;
    desk.waiting.push({ kind, target, from, number, object });
    this.meters.hit(METER.late, target);
    if (desk.node < 0) this.nextTurn(target);
    return true;
  }

  /** The process has come to the next thing. */
  turn(host: number): void {
    const desk = this.desks.get(host);
    const next = desk?.waiting.shift();
    if (desk === undefined || next === undefined) return;
    desk.node = -1;
    if (desk.waiting.length > 0) this.nextTurn(host);
    this.perform(next.kind, next.target, next.number, next.object);
  }

  private nextTurn(host: number): void {
    const desk = this.desks.get(host);
    if (desk === undefined) return;
    this.turns += 1;
    desk.node = this.queue.push(this.queue.now + desk.us, SOURCE.backlog + host, this.turns, EVENT.turn, host, 0, undefined);
  }
}
