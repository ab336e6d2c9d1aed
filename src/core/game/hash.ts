/**
 * The hash of a game's state, defined so that anybody can compute it again (SY2).
 *
 * The state is a set of records, each a list of whole numbers from 0 to 2^53 - 1. The hash is the sum of the hashes of all records modulo 2^64; so a
 * part that changes takes its old share off and adds its new one, and nothing else is touched.
 *
 * Hash of a record [v0, v1, …]. All is unsigned 32-bit; `*` is the lower half of the product, `>>` fills with zeros:
 *
 *     a = 0x243f6a88, b = 0x85a308d3
 *     for each v, with low = v mod 2^32 and high = floor(v / 2^32):
 *         a = (a ^ low) * 0x85ebca6b;          a = a ^ (a >> 15)
 *         b = ((b + a) ^ high) * 0xc2b2ae35;   b = b ^ (b >> 13)
 *         a = a + b;                           a = (a << 13) | (a >> 19)
 *     a = a ^ (the number of values)
 *     three times: a = a ^ ((b ^ (b >> 16)) * 0x7feb352d);  b = b ^ ((a ^ (a >> 15)) * 0x846ca68b)
 *     a = a ^ (a >> 16);  b = b ^ (b >> 15)
 *     the hash is a * 2^32 + b
 *
 * The records, in the words of entities.ts; `x + 1` stands for values of which -1 means "none":
 *
 *     monster  0, slot, life, hp, from, to, start, target + 1, due + 1             every slot of every spawn line, dead ones too
 *     player   1, id, from, to, start, hp, phase, due + 1, target + 1, targetLife, skill, skillLevel, hitAt, actAt, walkAt, sayAt
 *     purse    2, player's id, level, exp, jobExp, zeny, then skill, until of each cooldown, ascending by skill
 *     bag      3, player's id, then item, amount of each stack, ascending by item
 *     item     4, id, item, amount, cell, due
 *     map      5, digest's upper half, digest's lower half (world-digest.ts), at, then the counters in the order of COUNTERS
 *
 * A check against accidents and other programs' errors, not a secret: whoever chooses records freely can make two states of one hash.
 */
import { assert } from "../../base/assert.ts";
import {
  type Bag,
  type Counters,
  type FloorItem,
  idOf,
  KIND,
  kindOf,
  type Monster,
  type Part,
  type Player,
  type Purse,
} from "./entities.ts";

const TWO_32 = 4_294_967_296;
const TWO_MINUS_32 = 1 / TWO_32;

/** A sum of record hashes, modulo 2^64, in two unsigned halves. */
export class HashSum {
  high = 0;
  low = 0;

  /** Adds a hash. */
  add(high: number, low: number): void {
    const sum = this.low + low;
    this.low = sum >>> 0;
    this.high = (this.high + high + (sum >= TWO_32 ? 1 : 0)) >>> 0;
  }

  /** Takes a hash off. */
  subtract(high: number, low: number): void {
    const rest = this.low - low;
    this.low = rest >>> 0;
    this.high = (this.high - high - (rest < 0 ? 1 : 0)) >>> 0;
  }

  /** The sum as one number. */
  get value(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }
}

/** Hashes one record after the other; the halves of the last one stand in `high` and `low`. */
export class RecordHasher {
  high = 0;
  low = 0;
  private readonly values: number[] = [];

  /** Hashes the record of the part with that key. */
  part(key: number, part: Part): void {
    this.values.length = 0;
    partRecord(key, part, this.values);
    this.hash(this.values);
  }

  /** Hashes the map's own record. */
  map(digest: { readonly high: number; readonly low: number }, at: number, counters: Counters): void {
    this.values.length = 0;
    mapRecord(digest, at, counters, this.values);
    this.hash(this.values);
  }

  private hash(values: readonly number[]): void {
    let a = 0x243f6a88;
    let b = 0x85a308d3 | 0;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as number;
      a = Math.imul(a ^ value, 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul((b + a) ^ Math.floor(value * TWO_MINUS_32), 0xc2b2ae35);
      b ^= b >>> 13;
      a = (a + b) | 0;
      a = (a << 13) | (a >>> 19);
    }
    a ^= values.length;
    for (let i = 0; i < 3; i += 1) {
      a ^= Math.imul(b ^ (b >>> 16), 0x7feb352d);
      b ^= Math.imul(a ^ (a >>> 15), 0x846ca68b);
    }
    this.high = (a ^ (a >>> 16)) >>> 0;
    this.low = (b ^ (b >>> 15)) >>> 0;
  }
}

/** The record of a part, appended to `out`. */
export function partRecord(key: number, part: Part, out: number[]): void {
  const kind = kindOf(key);
  out.push(kind, idOf(key));
  switch (kind) {
    case KIND.monster: {
      const { life, hp, from, to, start, target, due } = part as Monster;
      out.push(life, hp, from, to, start, target + 1, due + 1);
      break;
    }
    case KIND.player: {
      const one = part as Player;
      out.push(one.from, one.to, one.start, one.hp, one.phase, one.due + 1, one.target + 1, one.targetLife);
      out.push(one.skill, one.skillLevel, one.hitAt, one.actAt, one.walkAt, one.sayAt);
      break;
    }
    case KIND.purse: {
      const { level, exp, jobExp, zeny, cooldowns } = part as Purse;
      out.push(level, exp, jobExp, zeny);
      for (const { skill, until } of cooldowns) out.push(skill, until);
      break;
    }
    case KIND.bag:
      for (const { item, amount } of (part as Bag).stacks) out.push(item, amount);
      break;
    default: {
      assert(kind === KIND.item, "a part is of a kind");
      const { item, amount, cell, due } = part as FloorItem;
      out.push(item, amount, cell, due);
    }
  }
}

/** The map's own record, appended to `out`. */
export function mapRecord(digest: { readonly high: number; readonly low: number }, at: number, counters: Counters, out: number[]): void {
  const c = counters;
  out.push(KIND.map, digest.high, digest.low, at, c.items, c.spawned, c.killed, c.dropped, c.picked, c.thrown, c.expired, c.used);
  out.push(c.brought, c.carriedOff, c.zenyMinted, c.zenyBrought, c.zenyCarriedOff, c.entered, c.left);
}
