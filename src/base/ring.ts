import { assert } from "./assert.ts";

/** A first-in first-out queue that never holds more than `capacity` items; when full it says no. */
export class Ring<T> {
  private readonly slots: (T | undefined)[];
  private head = 0;
  private count = 0;

  /** `capacity` is a whole number of at least 1; memory for it is taken at once. */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1, "ring: capacity is a whole number above 0");
    this.slots = new Array<T | undefined>(capacity).fill(undefined);
  }

  /** How many items wait. */
  get length(): number {
    return this.count;
  }

  /** How many items may wait at most. */
  get capacity(): number {
    return this.slots.length;
  }

  /** Appends an item; false, and nothing changes, when the ring is full. */
  offer(item: T): boolean {
    if (this.count === this.slots.length) return false;
    const end = this.head + this.count;
    this.slots[end < this.slots.length ? end : end - this.slots.length] = item;
    this.count++;
    return true;
  }

  /** The oldest item, taken out; undefined when none waits. The ring keeps no reference to it. */
  take(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.slots[this.head];
    this.slots[this.head] = undefined;
    this.head = this.head + 1 === this.slots.length ? 0 : this.head + 1;
    this.count--;
    return item;
  }
}
