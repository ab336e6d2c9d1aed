/**
 * Compact binary: whole numbers as little-endian base-128 (LEB128), seven bits a byte, the shortest form only, so that one value has one
 * spelling. A reader never throws and never reads beyond its bytes: what does not fit makes it `failed`, and everything after that is 0.
 */
import { assert } from "./assert.ts";

const BITS = 128;

/** Writes into one growing buffer, which it keeps for the next use. */
export class ByteWriter {
  private bytes = new Uint8Array(64);
  private used = 0;

  /** How many bytes stand there. */
  get length(): number {
    return this.used;
  }

  /** Begins anew in the same buffer. */
  reset(): void {
    this.used = 0;
  }

  /** One byte. */
  byte(value: number): void {
    if (this.used === this.bytes.length) this.grow(1);
    this.bytes[this.used++] = value;
  }

  /** A safe integer of at least 0: one byte below 128, eight at most. */
  whole(value: number): void {
    assert(value >= 0 && Number.isSafeInteger(value), "a number that is written is whole and not negative");
    let rest = value;
    while (rest >= BITS) {
      this.byte((rest % BITS) + BITS);
      rest = Math.floor(rest / BITS);
    }
    this.byte(rest);
  }

  /** A whole number of either sign below 2^52 in size; its sign stands in the lowest bit, so small ones stay short. */
  signed(value: number): void {
    this.whole(value >= 0 ? 2 * value : -2 * value - 1);
  }

  /** Four bytes, little-endian, of a uint32. */
  word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255);
  }

  /** Eight bytes of a figure (IEEE 754), big-endian. */
  float(value: number): void {
    if (this.used + 8 > this.bytes.length) this.grow(8);
    new DataView(this.bytes.buffer).setFloat64(this.used, value);
    this.used += 8;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }

  private grow(more: number): void {
    const wider = new Uint8Array(Math.max(2 * this.bytes.length, this.used + more));
    wider.set(this.bytes);
    this.bytes = wider;
  }
}

/** Reads what {@link ByteWriter} wrote, or anything else without harm. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private next: number;
  /** Whether something asked for was not there, not in its shortest form, or above its bound. Stays so. */
  failed = false;

  constructor(bytes: Uint8Array, from = 0) {
    this.bytes = bytes;
    this.next = from;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.next;
  }

  /** Whether all was read, and well. */
  get done(): boolean {
    return !this.failed && this.left === 0;
  }

  /** Says that a value makes no sense. Gives 0, as every failed read does. */
  fail(): 0 {
    this.failed = true;
    return 0;
  }

  /** One byte. */
  byte(): number {
    if (this.failed || this.next >= this.bytes.length) return this.fail();
    return this.bytes[this.next++] as number;
  }

  /** A whole number from 0 to `max`. */
  whole(max: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count += 1) {
      const byte = this.byte();
      if (this.failed) return 0;
      value += (byte % BITS) * scale;
      if (byte < BITS) return value > max || (byte === 0 && count > 0) ? this.fail() : value;
      scale *= BITS;
    }
    return this.fail();
  }

  /** A whole number from -`max` to `max`. */
  signed(max: number): number {
    const raw = this.whole(2 * max);
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  /** A uint32 of four bytes. */
  word(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 8) value |= this.byte() << shift;
    return value >>> 0;
  }

  /** A figure of eight bytes; whatever bytes there are make one, be it no number. */
  float(): number {
    if (this.failed || this.left < 8) return this.fail();
    this.next += 8;
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.next - 8).getFloat64(0);
  }

  /** A copy of the next `length` bytes. */
  raw(length: number): Uint8Array {
    if (this.failed || length > this.left) {
      this.fail();
      return new Uint8Array(0);
    }
    this.next += length;
    return this.bytes.slice(this.next - length, this.next);
  }
}
