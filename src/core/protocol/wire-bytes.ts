/**
 * Bytes as messages are written in them: numbers of variable length, figures, flags, texts of digits, lists. A field is a pair of ways, to put and
 * to take. Taking never throws: what is not there, not whole or out of bounds marks the reader as failed, and what is taken after that counts for nothing.
 */
import { assert } from "../../base/assert.ts";
import { ByteReader, type ByteWriter } from "../../base/bytes.ts";

/** Reads bytes from outside, by the bounds that both ends know. */
export class WireReader extends ByteReader {
  readonly maps: number;
  readonly regions: number;

  constructor(bytes: Uint8Array, bounds: { readonly maps: number; readonly regions: number }) {
    super(bytes);
    this.maps = bounds.maps;
    this.regions = bounds.regions;
  }
}

/** How a value of one kind is put and taken. */
export type Field<T> = { readonly put: (w: ByteWriter, value: T) => void; readonly take: (r: WireReader) => T };

/** A whole number from 0 to `max`. */
export function wholeUpTo(max: number): Field<number> {
  return { put: (w, value) => w.whole(value), take: (r) => r.whole(max) };
}

/** A whole number below one that both ends know. */
export function below(known: (r: WireReader) => number): Field<number> {
  return { put: (w, value) => w.whole(value), take: (r) => r.whole(known(r) - 1) };
}

/** A figure from 0 to `max`. */
export function figureUpTo(max: number): Field<number> {
  return { put: (w, value) => w.float(value), take: (r) => bounded(r, r.float(), max) };
}

function bounded(r: WireReader, value: number, max: number): number {
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
    w.word(Number.parseInt(value.slice(0, 8), 16));
    w.word(Number.parseInt(value.slice(8), 16));
  },
  take: (r) => r.word().toString(16).padStart(8, "0") + r.word().toString(16).padStart(8, "0"),
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
      const length = r.whole(max);
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
    take: (r) => r.raw(r.whole(max)),
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
export function listField<T>(item: Field<T>, max: (r: WireReader) => number): Field<readonly T[]> {
  return {
    put(w, value) {
      w.whole(value.length);
      for (let i = 0; i < value.length; i++) item.put(w, value[i]!);
    },
    take(r) {
      const items: T[] = [];
      const length = r.whole(max(r));
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
