/**
 * The clock of a process: whole microseconds since 1970 by the machine's monotonic timer. Promises: never goes back, whatever the
 * wall clock does; it may stand still between two readings. The wall clock is read once, at the start of the process.
 */

/** A reading of a clock in milliseconds, fractions included. */
export type ReadMs = () => number;

const monotonic: ReadMs = () => performance.timeOrigin + performance.now();

/** Gives the `at` of inputs. `read` is replaced by tests alone. */
export class NodeClock {
  private readonly read: ReadMs;
  private last = 0;

  constructor(read: ReadMs = monotonic) {
    this.read = read;
  }

  /** Microseconds; a safe integer until the year 2255. */
  now(): number {
    const us = Math.floor(this.read() * 1000);
    if (us > this.last) this.last = us;
    return this.last;
  }
}
