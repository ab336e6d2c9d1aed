/**
 * Owns the passing of time where the machine's clock may be set back. Promises: what it reads never goes back, and goes on with the clock from
 * there: a wait that is under way is made longer by what passed unread before the clock was set, not by the hour that it lost. Set forward, time
 * has passed: waits end early, which is safe.
 */

/** See the head of this file. All times are microseconds. */
export class SteadyClock {
  private last = Number.NEGATIVE_INFINITY;
  private ahead = 0;

  /** Time, when the machine's clock shows `at`. */
  read(at: number): number {
    if (at + this.ahead < this.last) this.ahead = this.last - at;
    this.last = at + this.ahead;
    return this.last;
  }

  /** Time, when the clock showed `at` some while ago; one that it does not show yet was read before the clock was set back. */
  past(at: number): number {
    return Math.min(at + this.ahead, this.last);
  }

  /** What the machine's clock will show then. */
  shows(time: number): number {
    return time - this.ahead;
  }
}
