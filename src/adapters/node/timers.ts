/**
 * Timers of actors over the event loop of Node. Owns: what each actor wants to be woken for. Promises: a timer fires once, never
 * before its time by the clock of this process; setting it again moves it; a cleared timer stays silent.
 */
import type { ActorId } from "../../core/protocol/ids.ts";
import type { TimerPort } from "../../runtime/env.ts";
import type { NodeClock } from "./clock.ts";

/** The longest wait that setTimeout knows (a 32-bit count of milliseconds); a longer one is waited for in parts. */
const WAIT_MAX_MS = 2_147_483_647;

/** Told that an actor's timer rings. */
export type Ring = (self: ActorId, timer: number) => void;

/** Serves any number of actors of one process. */
export class NodeTimers implements TimerPort {
  private readonly clock: NodeClock;
  private readonly ring: Ring;
  private readonly waiting = new Map<ActorId, Map<number, NodeJS.Timeout>>();

  constructor(clock: NodeClock, ring: Ring) {
    this.clock = clock;
    this.ring = ring;
  }

  /** How many timers wait. */
  get size(): number {
    let size = 0;
    for (const mine of this.waiting.values()) size += mine.size;
    return size;
  }

  /** `at` in microseconds of the clock; a time that has passed rings as soon as the event loop comes by. */
  set(self: ActorId, timer: number, at: number): void {
    this.clear(self, timer);
    const mine = this.waiting.get(self) ?? new Map<number, NodeJS.Timeout>();
    this.waiting.set(self, mine);
    // setTimeout counts whole milliseconds and may be early by a fraction of one: it is looked at again when it comes.
    const waitMs = Math.min(WAIT_MAX_MS, Math.max(0, Math.ceil((at - this.clock.now()) / 1000)));
    mine.set(
      timer,
      setTimeout(() => this.due(self, timer, at), waitMs),
    );
  }

  clear(self: ActorId, timer: number): void {
    const mine = this.waiting.get(self);
    clearTimeout(mine?.get(timer));
    mine?.delete(timer);
    if (mine?.size === 0) this.waiting.delete(self);
  }

  /** Forgets every timer: the process ends. */
  stop(): void {
    for (const mine of this.waiting.values()) for (const handle of mine.values()) clearTimeout(handle);
    this.waiting.clear();
  }

  private due(self: ActorId, timer: number, at: number): void {
    if (this.clock.now() < at) return this.set(self, timer, at);
    this.clear(self, timer);
    this.ring(self, timer);
  }
}
