/**
 * Says at a fixed period that this process runs. Owns one interval. Promises: the first beat comes at once, and one each period
 * until it is stopped; a process that stands still does not beat.
 */
export class Heartbeat {
  private readonly periodMs: number;
  private readonly beat: () => void;
  private interval: NodeJS.Timeout | undefined;

  constructor(periodMs: number, beat: () => void) {
    this.periodMs = periodMs;
    this.beat = beat;
  }

  /** Begins, or begins again. */
  start(): void {
    this.stop();
    this.beat();
    this.interval = setInterval(this.beat, this.periodMs);
  }

  stop(): void {
    clearInterval(this.interval);
    this.interval = undefined;
  }
}
