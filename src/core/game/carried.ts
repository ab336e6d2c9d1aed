/** What a player takes from map to map, as bytes: version, health, purse and bag. Nothing at all stands for somebody new. */
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { type Bag, LIMITS, type Purse, untracked } from "./entities.ts";
import { readBag, readPurse, writeBag, writePurse } from "./records.ts";

const VERSION = 1;

/** What was brought along. Cooldowns go on: they are written as ms left. */
export type Carried = { readonly hp: number; readonly purse: Purse; readonly bag: Bag };

/** A player's health, purse and bag at a time. */
export function writeCarried({ hp, purse, bag }: Carried, at: number): Uint8Array {
  const out = new ByteWriter();
  out.byte(VERSION);
  out.whole(hp);
  writePurse(out, { ...purse, cooldowns: purse.cooldowns.filter(({ until }) => until > at) }, at);
  writeBag(out, bag);
  return out.take();
}

/** Reads it at a time, which may be another map's; null for what makes no sense. `hp` 0: as much as there can be. */
export function readCarried(bytes: Uint8Array, at: number): Carried | null {
  if (bytes.length === 0) {
    const purse = { ...untracked(), level: 1, exp: 0, jobExp: 0, zeny: 0, cooldowns: [] };
    return { hp: 0, purse, bag: { ...untracked(), stacks: [] } };
  }
  const from = new ByteReader(bytes);
  if (from.byte() !== VERSION) from.fail();
  const hp = from.whole(LIMITS.hp);
  const purse = readPurse(from, from.byte(), at);
  const bag = readBag(from, from.byte());
  const cools = purse.cooldowns.every(({ until }) => until > at);
  return from.done && cools ? { hp, purse, bag } : null;
}
