/**
 * Owns virtual time: what happens next, in the order (time, source, sequence), so that ties never depend on who was first to ask.
 * An event is a kind, a target, a number and perhaps an object, in arrays parallel to the wheel's nodes. Never calls anyone.
 */
import { TimingWheel } from "../../src/base/wheel.ts";

/** What an event is. The world gives each kind its handler. */
export const EVENT = {
  message: 1,
  timer: 2,
  store: 3,
  linkUp: 4,
  linkDown: 5,
  silent: 6,
  beat: 7,
  beatHeard: 8,
  horizon: 9,
  measure: 10,
  uptimeEnds: 11,
  downtimeEnds: 12,
  arrival: 13,
  habit: 14,
  fault: 15,
  faultEnd: 16,
  burst: 17,
  sample: 18,
  storeApply: 19,
  end: 20,
  damaged: 21,
  turn: 22,
  rewatch: 23,
  faultStep: 24,
  storeLate: 25,
  click: 26,
  sealed: 27,
  sealTick: 28,
} as const;

/** The virtual clock and its events. */
export class EventQueue {
  private readonly wheel = new TimingWheel({ capacity: 65_536, capacityMax: 67_108_864 });
  private kinds = new Uint8Array(65_536);
  private targets = new Int32Array(65_536);
  private numbers = new Float64Array(65_536);
  private objects: unknown[] = [];
  /** The event popped last. */
  kind = 0;
  target = 0;
  number = 0;
  object: unknown = undefined;
  /** The traced step that is going on, or that scheduled the event popped last; 0: none. */
  step = 0;
  /** By node: the step in which it was scheduled. Null while nobody traces. */
  private causes: number[] | null = null;

  /** Microseconds. */
  get now(): number {
    return this.wheel.now;
  }

  get pending(): number {
    return this.wheel.size;
  }

  /** From now on each event carries the step in which it was scheduled, and `step` tells it when the event comes up. */
  traceCauses(): void {
    this.causes = [];
  }

  /**
   * Schedules an event. `source` and `seq` order events of one instant and must be the source's own, so that no other source's
   * doings change them. Gives a handle for {@link cancel}.
   */
  push(time: number, source: number, seq: number, kind: number, target: number, number: number, object: unknown): number {
    const node = this.wheel.push(time, source, seq);
    if (node >= this.kinds.length) this.grow(node);
    this.kinds[node] = kind;
    this.targets[node] = target;
    this.numbers[node] = number;
    this.objects[node] = object;
    if (this.causes !== null) this.causes[node] = this.step;
    return node;
  }

  cancel(node: number): void {
    this.objects[node] = undefined;
    this.wheel.cancel(node);
  }

  /** The time of the next event, or Infinity. */
  next(): number {
    const node = this.wheel.peek();
    return node < 0 ? Number.POSITIVE_INFINITY : this.wheel.time(node);
  }

  /** Moves to the next event and shows it in kind, target, number and object; false when none is left. */
  pop(): boolean {
    const node = this.wheel.pop();
    if (node < 0) return false;
    this.kind = this.kinds[node] as number;
    this.target = this.targets[node] as number;
    this.number = this.numbers[node] as number;
    this.object = this.objects[node];
    this.objects[node] = undefined;
    if (this.causes !== null) this.step = this.causes[node] ?? 0;
    this.wheel.free(node);
    return true;
  }

  private grow(node: number): void {
    const size = Math.max(this.wheel.capacity, node + 1);
    const kinds = new Uint8Array(size);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const targets = new Int32Array(size);
    targets.set(this.targets);
    this.targets = targets;
    const numbers = new Float64Array(size);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}
