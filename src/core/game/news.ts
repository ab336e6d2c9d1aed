/**
 * What players are told, as bytes. Each begins with its code and the lower 16 bits of the map's time in ms, little-endian, from which the reader, who
 * knows the time to half a minute, has the whole. Parts of the state travel as in deltas (records.ts).
 */
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { KIND, keyOf, LIMITS, type Part } from "./entities.ts";
import { readPart, writePart } from "./records.ts";
import type { World } from "./world.ts";

/** One piece of news. `by` and `on` are keys of the two parties; `hp` is what the one that was hit has left. */
export type News =
  | { readonly news: "shown"; readonly key: number; readonly part: Part }
  | { readonly news: "gone"; readonly key: number }
  | { readonly news: "hit"; readonly by: number; readonly on: number; readonly damage: number; readonly hp: number }
  | {
      readonly news: "casts";
      readonly player: number;
      readonly skill: number;
      readonly level: number;
      readonly slot: number;
      readonly ms: number;
    }
  | { readonly news: "said"; readonly player: number; readonly text: Uint8Array };

const CODES = ["shown", "gone", "hit", "casts", "said"] as const;
const KEY_MAX = keyOf(KIND.bag, LIMITS.player);
const TIME_SPAN = 65_536;

/** The bytes of a piece of news at a time. `out` may be kept for the next. */
export function writeNews(news: News, world: World, at: number, out = new ByteWriter()): Uint8Array {
  out.reset();
  out.byte(CODES.indexOf(news.news) + 1);
  out.byte(at % 256);
  out.byte(Math.floor(at / 256) % 256);
  switch (news.news) {
    case "shown":
      out.whole(news.key);
      writePart(out, news.key, news.part, world, at);
      break;
    case "gone":
      out.whole(news.key);
      break;
    case "hit":
      for (const value of [news.by, news.on, news.damage, news.hp]) out.whole(value);
      break;
    case "casts":
      for (const value of [news.player, news.skill, news.level, news.slot, news.ms]) out.whole(value);
      break;
    case "said":
      out.whole(news.player);
      out.raw(news.text);
  }
  return out.take();
}

/** Reads news that was written near the time `about`, ms; null for what is none. `at` is when it was written. */
export function readNews(data: Uint8Array, world: World, about: number): { readonly at: number; readonly news: News } | null {
  const from = new ByteReader(data);
  const code = CODES[from.byte() - 1];
  const low = from.byte() + 256 * from.byte();
  const at = low + TIME_SPAN * Math.round((about - low) / TIME_SPAN);
  const news = from.failed || at < 0 ? null : readBody(from, code, world, at);
  return from.done && news !== null ? { at, news } : null;
}

function readBody(from: ByteReader, code: News["news"] | undefined, world: World, at: number): News | null {
  const key = (): number => from.whole(KEY_MAX);
  const number = (): number => from.whole(LIMITS.number);
  switch (code) {
    case "shown": {
      const which = key();
      const part = readPart(from, which, world, at);
      return part === null ? null : { news: code, key: which, part };
    }
    case "gone":
      return { news: code, key: key() };
    case "hit":
      return { news: code, by: key(), on: key(), damage: number(), hp: number() };
    case "casts":
      return { news: code, player: from.whole(LIMITS.player), skill: number(), level: number(), slot: number(), ms: number() };
    case "said": {
      const player = from.whole(LIMITS.player);
      return { news: code, player, text: from.raw(Math.min(from.left, LIMITS.sayBytes)) };
    }
    default:
      return null;
  }
}
