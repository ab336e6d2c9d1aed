/**
 * A 64-bit hash of bytes under a key, for simulations: a changed bit gives another hash but for chance (2^-64). Each step permutes the state, as in
 * base/hash.ts, but takes four bytes at a time or eight. No cryptographic hash: who wants to forge it can.
 */
export class KeyedHash {
  private a: number;
  private b: number;

  constructor(keyA: number, keyB: number) {
    this.a = keyA ^ 0x243f6a88;
    this.b = keyB ^ 0x85a308d3;
    this.word(keyB);
    this.word(keyA);
  }

  /** Takes in 32 bits. */
  word(int: number): void {
    let a = Math.imul(this.a ^ int, 0x85ebca6b);
    a ^= a >>> 15;
    let b = Math.imul(this.b + a, 0xc2b2ae35);
    b ^= b >>> 13;
    a = (a + b) | 0;
    this.a = (a << 13) | (a >>> 19);
    this.b = b;
  }

  /** Takes in bytes, their length first. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.word(length);
    const words = wordsOf(bytes);
    // Two words at a time, one into each half, so that the halves need not wait for each other; this too permutes the state.
    const pairs = words.length & ~1;
    let { a: left, b: right } = this;
    for (let i = 0; i < pairs; i += 2) {
      left = Math.imul(left ^ words[i]!, 0x85ebca6b);
      right = Math.imul(right ^ words[i + 1]!, 0xc2b2ae35);
      left ^= left >>> 15;
      right = (right ^ (right >>> 13)) + left;
      left ^= (right << 7) | (right >>> 25);
    }
    this.a = left | 0;
    this.b = right | 0;
    if (pairs < words.length) this.word(words[pairs]!);
    for (let i = words.length * 4; i < length; i++) this.word(bytes[i]!);
  }

  /** The hash of all so far, another one for each `purpose`. */
  end(purpose: number): readonly [number, number] {
    let a = this.a ^ Math.imul(purpose + 1, 0x9e3779b9);
    let { b } = this;
    for (let i = 0; i < 3; i++) {
      a ^= Math.imul(b ^ (b >>> 16), 0x7feb352d);
      b ^= Math.imul(a ^ (a >>> 15), 0x846ca68b);
    }
    return [a ^ (a >>> 16), b ^ (b >>> 15)];
  }

  /** The hash as so many bytes, a multiple of eight. */
  stretched(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 8) {
      const [a, b] = this.end(at);
      for (let k = 0; k < 4; k++) {
        out[at + k] = a >>> (8 * k);
        out[at + 4 + k] = b >>> (8 * k);
      }
    }
    return out;
  }
}

/** Less than this is not worth a view. */
const VIEW_BYTES_MIN = 64;

/** The whole words of some bytes, little-endian: a view where they lie so that one is possible, as long bodies of envelopes do, else a copy. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const count = bytes.length >>> 2;
  if (bytes.length >= VIEW_BYTES_MIN && bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    words[i] = bytes[4 * i]! | (bytes[4 * i + 1]! << 8) | (bytes[4 * i + 2]! << 16) | (bytes[4 * i + 3]! << 24);
  }
  return words;
}
