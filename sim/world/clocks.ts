/**
 * Owns the clocks of machines that tell the time wrongly: fast, slow, or set to another time. A machine's actor sees only its own
 * clock, in the `at` of what it is told and in its timers. Promises: whole microseconds, and a clock that is not set back never goes back.
 */

/** A wrong clock: it showed `base` at the instant `since`, and gains `ppm` millionths from then on. */
type Skew = { readonly since: number; readonly base: number; readonly ppm: number };

/** The wrong clocks of a run; every other machine's clock is right. */
export class Clocks {
  private readonly skews = new Map<number, Skew>();

  /** What a machine's clock shows at an instant. */
  local(machine: number, now: number): number {
    const skew = this.skews.get(machine);
    return skew === undefined ? now : skew.base + Math.round((now - skew.since) * (1 + skew.ppm / 1_000_000));
  }

  /** The first instant at which a machine's clock shows `local` or more. */
  instant(machine: number, local: number): number {
    const skew = this.skews.get(machine);
    return skew === undefined ? local : skew.since + Math.ceil((local - skew.base) / (1 + skew.ppm / 1_000_000));
  }

  /** Is the machine's clock wrong? */
  isWrong(machine: number): boolean {
    return this.skews.size > 0 && this.skews.has(machine);
  }

  /** From now on the clock gains `ppm`; 0: it runs true again, but keeps what it is ahead or behind. */
  drift(machine: number, now: number, ppm: number): void {
    this.skews.set(machine, { since: now, base: this.local(machine, now), ppm });
  }

  /** The clock is set forward by `us`, or back, but never before the beginning. */
  jump(machine: number, now: number, us: number): void {
    const ppm = this.skews.get(machine)?.ppm ?? 0;
    this.skews.set(machine, { since: now, base: Math.max(0, this.local(machine, now) + us), ppm });
  }
}
