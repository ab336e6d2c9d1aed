/**
 * Which sequence numbers were accepted: the newest {@link WINDOW} of them as bits in a ring of words, so that sliding clears words and shifts
 * nothing (RFC 6479). Owns nothing else. Promises SY9: what was accepted, or is too old to tell, is not accepted. Never changes on a check.
 */
import { assert } from "../../base/assert.ts";

/** How far behind the newest number another may be: as many numbers, the newest included. */
export const WINDOW = 1_024;

const WORD_BITS = 32;
/** Twice the window, so that the word into which the newest number falls never holds bits that still count. A power of two. */
const WORDS = 64;

/** Numbers count from 1. Check first, verify the message, and only then accept: whoever forges a number must not move the window. */
export class ReplayWindow {
  private readonly words = new Uint32Array(WORDS);
  private highest = 0;

  /** The highest number accepted; 0 before the first. */
  get newest(): number {
    return this.highest;
  }

  /** Whether this number may be accepted: it is a safe integer from 1, not too old, and new. */
  fresh(seq: number): boolean {
    if (!Number.isSafeInteger(seq) || seq < 1 || seq + WINDOW <= this.highest) return false;
    return seq > this.highest || (this.words[wordOf(seq)]! & bitOf(seq)) === 0;
  }

  /** Accepts a number that is {@link fresh}. */
  accept(seq: number): void {
    assert(this.fresh(seq), "a number is accepted once");
    if (seq > this.highest) {
      const passed = Math.min(blockOf(seq) - blockOf(this.highest), WORDS);
      for (let i = 0; i < passed; i++) this.words[(blockOf(seq) - i) % WORDS] = 0;
      this.highest = seq;
    }
    this.words[wordOf(seq)]! |= bitOf(seq);
  }
}

const blockOf = (seq: number): number => Math.floor(seq / WORD_BITS);
const wordOf = (seq: number): number => blockOf(seq) % WORDS;
const bitOf = (seq: number): number => 1 << (seq % WORD_BITS);
