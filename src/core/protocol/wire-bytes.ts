/**
 * Bytes as messages are written in them: numbers of variable length, figures, flags, texts of digits, lists. A field is a pair of ways, to put and
 * to take. Taking never throws: what is not there, not whole or out of bounds marks the reader as failed, and what is taken after that counts for nothing.
 */
import { assert } from "../../base/assert.ts";

const BITS = 7;
const MORE = 128;
/** Bytes of the longest whole number: 53 bits. */
const VARINT_MAX = 8;
const LENGTH_FIRST = 256;

/** Grows as it is written to, and is written to again and again. */
export class ByteWriter {
  length = 0;
  bytes = new Uint8Array(LENGTH_FIRST);
  private view = new DataView(this.bytes.buffer);

  /** Room for so many bytes more. */
  room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  whole(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, "a whole number is written as one");
    this.room(VARINT_MAX);
    const { bytes } = this;
    let at = this.length;
    let rest = value;
    while (rest >= MORE) {
      const high = Math.floor(rest / MORE);
      bytes[at++] = rest - high * MORE + MORE;
      rest = high;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  float(value: number): void {
    this.room(8);
    this.view.setFloat64(this.length, value);
    this.length += 8;
  }

  u32(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value);
    this.length += 4;
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written since the last time, as bytes of its own. */
  done(): Uint8Array {
    const bytes = this.bytes.slice(0, this.length);
    this.length = 0;
    return bytes;
  }
}

/** Reads bytes from outside. `failed` once anything was not as it should be. */
export class ByteReader {
  readonly maps: number;
  readonly regions: number;
  failed = false;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array, bounds: { readonly maps: number; readonly regions: number }) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.maps = bounds.maps;
    this.regions = bounds.regions;
  }

  /** Whether everything was read, and well. */
  get whole(): boolean {
    return !this.failed && this.at === this.bytes.length;
  }

  fail(): void {
    this.failed = true;
  }

  byte(): number {
    if (this.at < this.bytes.length) return this.bytes[this.at++]!;
    this.failed = true;
    return 0;
  }

  /** A whole number up to `max`, in the one form that the writer gives it. */
  number(max: number): number {
    const { bytes } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_MAX; i++) {
      const byte = this.at < bytes.length ? bytes[this.at++]! : MORE;
      value += (byte & (MORE - 1)) * scale;
      if (byte < MORE) {
        if (value > max || (byte === 0 && i > 0)) this.failed = true;
        return this.failed ? 0 : value;
      }
      scale *= 1 << BITS;
    }
    this.failed = true;
    return 0;
  }

  float(): number {
    if (this.lacks(8)) return 0;
    const value = this.view.getFloat64(this.at);
    this.at += 8;
    return value;
  }

  u32(): number {
    if (this.lacks(4)) return 0;
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  /** So many bytes, as a copy. */
  raw(length: number): Uint8Array {
    if (this.lacks(length)) return new Uint8Array(0);
    this.at += length;
    return new Uint8Array(this.bytes.subarray(this.at - length, this.at));
  }

  private lacks(length: number): boolean {
    if (this.at + length > this.bytes.length) this.failed = true;
    return this.failed;
  }
}

/** How a value of one kind is put and taken. */
export type Field<T> = { readonly put: (w: ByteWriter, value: T) => void; readonly take: (r: ByteReader) => T };

/** A whole number from 0 to `max`. */
export function wholeUpTo(max: number): Field<number> {
  return { put: (w, value) => w.whole(value), take: (r) => r.number(max) };
}

/** A whole number below one that both ends know. */
export function below(known: (r: ByteReader) => number): Field<number> {
  return { put: (w, value) => w.whole(value), take: (r) => r.number(known(r) - 1) };
}

/** A figure from 0 to `max`. */
export function figureUpTo(max: number): Field<number> {
  return { put: (w, value) => w.float(value), take: (r) => bounded(r, r.float(), max) };
}

function bounded(r: ByteReader, value: number, max: number): number {
  if (!(value >= 0 && value <= max)) r.fail();
  return value;
}

/** The same, or `nothing`, which is written as NaN. */
export function figureOr<T extends null | number>(max: number, nothing: T): Field<number | T> {
  return {
    put: (w, value) => w.float(value ?? Number.NaN),
    take(r) {
      const value = r.float();
      return Number.isNaN(value) ? nothing : bounded(r, value, max);
    },
  };
}

/** True or false. */
export const flagField: Field<boolean> = {
  put: (w, value) => w.byte(value ? 1 : 0),
  take(r) {
    const byte = r.byte();
    if (byte > 1) r.fail();
    return byte === 1;
  },
};

/** 16 small hexadecimal digits. */
export const hashField: Field<string> = {
  put(w, value) {
    w.u32(Number.parseInt(value.slice(0, 8), 16));
    w.u32(Number.parseInt(value.slice(8), 16));
  },
  take: (r) => r.u32().toString(16).padStart(8, "0") + r.u32().toString(16).padStart(8, "0"),
};

/** One of the names a table holds, by its place in it; the table's type sees to it that none is missing. */
export function nameField<T extends string>(names: Readonly<Record<T, true>>): Field<T> {
  const listed = Object.keys(names) as T[];
  const places = new Map(listed.map((name, i) => [name, i]));
  return {
    put(w, value) {
      const place = places.get(value);
      assert(place !== undefined, "a name that is known is written");
      w.byte(place);
    },
    take(r) {
      const name = listed[r.byte()];
      if (name === undefined) r.fail();
      return name ?? listed[0]!;
    },
  };
}

/** A word of 1 to `max` small letters and underscores. */
export function wordField(max: number): Field<string> {
  return {
    put(w, value) {
      w.whole(value.length);
      for (let i = 0; i < value.length; i++) w.byte(value.charCodeAt(i));
    },
    take(r) {
      const length = r.number(max);
      if (length === 0) r.fail();
      let word = "";
      for (let i = 0; i < length && !r.failed; i++) {
        const code = r.byte();
        if (code !== 95 && (code < 97 || code > 122)) r.fail();
        word += String.fromCharCode(code);
      }
      return word;
    },
  };
}

/** At most `max` bytes. */
export function bytesField(max: number): Field<Uint8Array> {
  return {
    put(w, value) {
      w.whole(value.length);
      w.raw(value);
    },
    take: (r) => r.raw(r.number(max)),
  };
}

/** The value or null. */
export function orNull<T>(field: Field<T>): Field<T | null> {
  return {
    put(w, value) {
      w.byte(value === null ? 0 : 1);
      if (value !== null) field.put(w, value);
    },
    take(r) {
      const there = flagField.take(r);
      return there && !r.failed ? field.take(r) : null;
    },
  };
}

/** At most `max` items. */
export function listField<T>(item: Field<T>, max: (r: ByteReader) => number): Field<readonly T[]> {
  return {
    put(w, value) {
      w.whole(value.length);
      for (let i = 0; i < value.length; i++) item.put(w, value[i]!);
    },
    take(r) {
      const items: T[] = [];
      const length = r.number(max(r));
      for (let i = 0; i < length && !r.failed; i++) items.push(item.take(r));
      return items;
    },
  };
}

/** The fields of an object, each of its own kind. */
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** An object with exactly these fields, in the table's order. `first`: what it holds besides. */
export function objectField<T extends object>(fields: FieldsOf<T>, first: object = {}): Field<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const each = names.map((name) => fields[name] as Field<T[keyof T & string]>);
  return {
    put(w, value) {
      for (let i = 0; i < names.length; i++) each[i]!.put(w, value[names[i]!]);
    },
    take(r) {
      const value = { ...first } as T;
      for (let i = 0; i < names.length && !r.failed; i++) value[names[i]!] = each[i]!.take(r);
      return value;
    },
  };
}
