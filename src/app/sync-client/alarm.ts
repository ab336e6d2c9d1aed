import type { Waking } from "../../runtime/waking.ts";

/** One alarm that is set to whatever comes first. Setting it anew moves it; the same time costs nothing. */
export class Alarm {
  private readonly waking: Waking;
  private readonly ring: () => void;
  private at = Number.POSITIVE_INFINITY;
  private takeBack: () => void = () => {};

  constructor(waking: Waking, ring: () => void) {
    this.waking = waking;
    this.ring = ring;
  }

  /** Rings at that time (us); Infinity: not at all. */
  set(at: number): void {
    if (at === this.at) return;
    this.stop();
    if (at === Number.POSITIVE_INFINITY) return;
    this.at = at;
    this.takeBack = this.waking.wake(at, () => {
      this.at = Number.POSITIVE_INFINITY;
      this.ring();
    });
  }

  stop(): void {
    this.takeBack();
    this.at = Number.POSITIVE_INFINITY;
  }
}
