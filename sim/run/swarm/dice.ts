/** Draws for making things up: one named stream each, taken one after the other. */
import { type Stream, drawUnit, stream } from "../../../src/base/random.ts";

/** Throws of one purpose. Two purposes never move each other's throws. */
export class Dice {
  private readonly draws: Stream;
  private thrown = 0;

  constructor(root: Stream, purpose: string) {
    this.draws = stream(root, purpose);
  }

  /** In the open interval (0, 1). */
  unit(): number {
    this.thrown += 1;
    return drawUnit(this.draws, 0, this.thrown);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1));
  }

  /** Between `min` and `max` (above 0), every doubling as likely as the next: small and large are both worth a try. */
  spread(min: number, max: number): number {
    return Math.exp(Math.log(min) + this.unit() * (Math.log(max) - Math.log(min)));
  }

  /** One of the items. */
  of<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.unit() * items.length)] as T;
  }
}
