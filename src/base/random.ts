// Randomness without a state: every draw is a hash of (stream, entity, n), as in Salmon et al., "Parallel Random Numbers:
// As Easy as 1, 2, 3" (SC 2011). So a draw depends on nothing drawn elsewhere, and can be computed out of order.
//
// The hash is a keyed Feistel network over the 64 bits (entity, n). A Feistel network is a permutation, so two entities
// of a stream never share a sequence; a hash that narrows to 32 bits on the way would, from about 65,000 entities on.
// The rounds multiply by odd constants from published 32-bit mixers: murmur3's finalizer (Appleby, 2010) and
// "lowbias32" (Wellons, 2018). What the tests measure is what is promised; this is no cipher.

const TWO_MINUS_32 = 1 / 4_294_967_296;

/** A named source of draws: a 64-bit key as two int32, signed because V8 keeps those unboxed (a third faster). */
export type Stream = { readonly k0: number; readonly k1: number };

function round(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** The stream that a run's seed gives; `hi` and `lo` are its two halves, taken modulo 2^32. */
export function rootStream(hi: number, lo: number): Stream {
  return key(hi | 0, lo | 0);
}

/**
 * The child stream of that name. Children of one parent, and equal names under different parents, are unrelated; so a
 * new stream moves nothing elsewhere. Names are compared by UTF-16 code unit.
 */
export function stream(parent: Stream, name: string): Stream {
  let a = parent.k0 ^ 0x9e3779b9;
  let b = parent.k1 ^ name.length;
  for (let i = 0; i < name.length; i++) {
    a = round((a + name.charCodeAt(i)) | 0) ^ b;
    b = (b + round(a ^ 0x85ebca6b)) | 0;
  }
  return key(a, b);
}

function key(hi: number, lo: number): Stream {
  let a = hi;
  let b = lo;
  for (let i = 1; i <= 4; i++) {
    a ^= round((b + Math.imul(i, 0x9e3779b9)) | 0);
    b ^= round((a + Math.imul(i, 0xc2b2ae35)) | 0);
  }
  return { k0: a, k1: b };
}

/** The `n`-th draw of an entity in a stream: a uint32. `entity` and `n` are whole numbers in [0, 2^53). */
export function drawU32(s: Stream, entity: number, n: number): number {
  // The upper words join as round keys, between rounds: added at the start they would only exchange entities.
  const upper = Math.imul((entity * TWO_MINUS_32) | 0, 0x9e3779b1) ^ Math.imul((n * TWO_MINUS_32) | 0, 0x85ebca77);
  let a = (entity | 0) ^ s.k0;
  let b = (n | 0) ^ s.k1;
  let h = Math.imul(a ^ (a >>> 16), 0x7feb352d);
  b ^= h ^ (h >>> 15);
  h = Math.imul((b ^ (b >>> 15)) + upper, 0x846ca68b);
  a ^= h ^ (h >>> 14);
  h = Math.imul((a ^ (a >>> 16)) + s.k1, 0x85ebca6b);
  b ^= h ^ (h >>> 13) ^ upper;
  h = Math.imul((b ^ (b >>> 16)) + s.k0, 0xc2b2ae35);
  a ^= h ^ (h >>> 16);
  h = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 16)) >>> 0;
}

/** As {@link drawU32}, in the open interval (0, 1): steps of 2^-32, never 0 and never 1. */
export function drawUnit(s: Stream, entity: number, n: number): number {
  return (drawU32(s, entity, n) + 0.5) * TWO_MINUS_32;
}
