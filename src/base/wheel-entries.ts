import { Bug } from "./assert.ts";

// The memory in which a timing wheel's entries lie. Moving entries is bound by cache misses, so they lie in chunks of consecutive memory (following
// links through a hundred thousand of them took three times as long), and each holds its whole key.

/** Entries per chunk, a power of two, and its logarithm. */
export const CHUNK_BITS = 5;
export const CHUNK = 1 << CHUNK_BITS;

/** An entry is five integers: the upper 24 bits of its time, the lower 24, the node, source and seq (uint32 as int32). */
export const ENTRY = 5;
export const LOW = 1;
export const NODE = 2;
export const SOURCE = 3;
export const SEQ = 4;

/** No chunk, no place, no node. */
export const NONE = -1;

/**
 * Entries by place, an index into {@link data}. A list of entries is known by its end: one past its last entry, counted in entries over all chunks, 0
 * when it is empty. All its chunks but the last are full.
 */
export class WheelEntries {
  data: Int32Array;
  /** The chunk filled before this one in its list, or the next free one. */
  private chunkBefore: Int32Array;
  private chunkFree = NONE;
  private chunkFresh = 0;

  constructor(chunks: number) {
    this.data = new Int32Array(chunks * CHUNK * ENTRY);
    this.chunkBefore = new Int32Array(chunks);
  }

  /** Whether the entry at `a` comes before the one at `b`. */
  before(a: number, b: number): boolean {
    const data = this.data;
    const high = data[a]! - data[b]!;
    if (high !== 0) return high < 0;
    const low = data[a + LOW]! - data[b + LOW]!;
    return low !== 0 ? low < 0 : this.beforeAtOnce(a, b);
  }

  /** The same for two entries of one instant. */
  beforeAtOnce(a: number, b: number): boolean {
    const data = this.data;
    const sa = data[a + SOURCE]!;
    const sb = data[b + SOURCE]!;
    return sa !== sb ? sa >>> 0 < sb >>> 0 : data[a + SEQ]! >>> 0 < data[b + SEQ]! >>> 0;
  }

  /** Another chunk for the list that ends at `end`, a full chunk or nothing. The answer is its end as long as nothing is written there. */
  newChunk(end: number): number {
    let chunk = this.chunkFree;
    if (chunk !== NONE) {
      this.chunkFree = this.chunkBefore[chunk]!;
    } else {
      chunk = this.chunkFresh++;
      if (chunk === this.chunkBefore.length) this.grow(2 * chunk);
    }
    this.chunkBefore[chunk] = end === 0 ? NONE : (end - 1) >> CHUNK_BITS;
    return chunk << CHUNK_BITS;
  }

  /** The end of the list without its last chunk. */
  endBefore(end: number): number {
    return (this.chunkBefore[(end - 1) >> CHUNK_BITS]! + 1) << CHUNK_BITS;
  }

  /** Gives back the last chunk of a list; the answer is the end of what is left. */
  freeLast(end: number): number {
    const chunk = (end - 1) >> CHUNK_BITS;
    const before = this.chunkBefore[chunk]!;
    this.chunkBefore[chunk] = this.chunkFree;
    this.chunkFree = chunk;
    return (before + 1) << CHUNK_BITS;
  }

  /** Gives back all chunks of a list. */
  freeAll(end: number): void {
    while (end > 0) end = this.freeLast(end);
  }

  /** Whether a list that is not empty has at most so many chunks. */
  isWithin(end: number, chunks: number): boolean {
    for (let i = 0; i < chunks; i++) {
      end = this.endBefore(end);
      if (end === 0) return true;
    }
    return false;
  }

  /** Makes room for `chunks` at once. */
  grow(chunks: number): void {
    if (chunks <= this.chunkBefore.length) return;
    this.data = grown(this.data, new Int32Array(chunks * CHUNK * ENTRY));
    this.chunkBefore = grown(this.chunkBefore, new Int32Array(chunks));
  }
}

/** The place of the first entry in the last chunk of a list. */
export function firstOfLast(end: number): number {
  return (((end - 1) >> CHUNK_BITS) << CHUNK_BITS) * ENTRY;
}

/** The position of the lowest set bit; the word must not be 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** `to` with the contents of `from` at its start. */
export function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  if (to.length < from.length) throw new Bug("wheel: an array never shrinks");
  to.set(from);
  return to;
}
