/**
 * Owns what a player's client has said to its map's game and is not known to be taken. Promises: SY14 at the client's end (everything said is kept until
 * its end is known, in order, and within bounds). Sends nothing.
 */
import { assert } from "../../base/assert.ts";

/** An input; numbers rise within a stay, and from each stay to the next. `after` is the number of the one that was kept before it. */
export type Said = { readonly seq: number; readonly after: number; readonly data: Uint8Array };

/** What became of an input. */
export type Settled = { readonly seq: number; readonly result: "taken" | "refused"; readonly reason: string };

/** Inputs that a client keeps; a person who clicks on while nothing answers is told that more is too many. */
export const INPUTS_MAX = 32;

const NONE: readonly Settled[] = [];

/** The inputs of one stay on a map. */
export class InputWindow {
  private said = 0;
  private last = 0;
  private waiting: Said[] = [];

  /** The number of the first input that waits, or of the next one. */
  get next(): number {
    return this.waiting[0]?.seq ?? this.said + 1;
  }

  /** What waits, in order. */
  get kept(): readonly Said[] {
    return this.waiting;
  }

  /**
   * A new stay, whose inputs are numbered above this: a host that has not yet noticed the end of the last one, of this process or one before, must not
   * take them for that one's. What waits of the last one must have been settled.
   */
  begin(above: number): void {
    assert(this.waiting.length === 0, "a stay ends with its inputs");
    this.said = Math.max(this.said, above);
    this.last = this.said;
  }

  /** Numbers an input and keeps it; without room for it, it is only numbered: then `kept` is null. */
  add(data: Uint8Array): { readonly seq: number; readonly kept: Said | null } {
    this.said += 1;
    const seq = this.said;
    if (this.waiting.length >= INPUTS_MAX) return { seq, kept: null };
    const kept = { seq, after: this.last, data };
    this.last = seq;
    this.waiting.push(kept);
    return { seq, kept };
  }

  /** The host has taken inputs up to `taken`; `refused` are those of them that its game did not obey. */
  settle(taken: number, refused: readonly { readonly seq: number; readonly reason: string }[]): readonly Settled[] {
    const [first] = this.waiting;
    if (first === undefined || first.seq > taken) return NONE;
    const ended = this.waiting.filter(({ seq }) => seq <= taken);
    this.waiting = this.waiting.slice(ended.length);
    return ended.map(({ seq }) => {
      const no = refused.find((one) => one.seq === seq);
      return { seq, result: no === undefined ? "taken" : "refused", reason: no?.reason ?? "" };
    });
  }

  /** Nothing of what waits will be taken any more. */
  giveUp(reason: string): Settled[] {
    const ended = this.waiting;
    this.waiting = [];
    return ended.map(({ seq }) => ({ seq, result: "refused", reason }));
  }
}
