/** Judges what callers give, whatever they give: programs without types call too. */
import { err, ok, type Result } from "../../base/result.ts";
import { SYNC_TYPES, type SyncType } from "../../core/protocol/operations.ts";
import { ASK_DATA_BYTES_MAX, type ValueKey } from "../../runtime/main-server.ts";
import type { InputRefusal } from "./answers.ts";

/** What is synced, or asked for: a kind of data, of an account (-1: of the map alone), on a map (empty: on none). In the seed's names. */
export type SyncKey = { readonly type: SyncType; readonly account_id: number; readonly map_name: string };

/** A cache's key has so many characters at most, and a value so many bytes. */
export const CACHE_KEY_CHARS_MAX = 256;
/** RULES §4: 64 KiB. */
export const CACHE_VALUE_BYTES_MAX = 65_536;

const MAP_NAME = /^[a-z0-9_@#-]{1,24}$/;
/** With the flag u a surrogate matches only where its other half is missing. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether it is a map's name. */
export function isMapName(name: unknown): name is string {
  return typeof name === "string" && MAP_NAME.test(name);
}

/** The bytes of a text; refused where it is none, has a NUL or half a surrogate pair, or more bytes than may be. */
export function textBytes(text: unknown, bytesMax: number): Result<Uint8Array, "invalid" | "too_large"> {
  if (typeof text !== "string") return err("invalid");
  // A text has at least as many bytes as characters: what is far too long is not looked through.
  if (text.length > bytesMax) return err("too_large");
  if (text.includes("\0") || LONE_SURROGATE.test(text)) return err("invalid");
  const bytes = new TextEncoder().encode(text);
  return bytes.length > bytesMax ? err("too_large") : ok(bytes);
}

/** Judges a key. */
export function judgeKey(key: SyncKey): Result<ValueKey, InputRefusal> {
  // Spoilt by nobody's hand but a caller's without types.
  const { type, account_id: player, map_name: map } = (key ?? {}) as SyncKey;
  if (!SYNC_TYPES.includes(type)) return err("type_unknown");
  if (!Number.isSafeInteger(player) || player < -1) return err("account_id_invalid");
  if (map !== "" && !isMapName(map)) return err("map_name_invalid");
  return ok({ type, player, map });
}

/** Judges data of an operation: a text, in the seed JSON. */
export function judgeData(data: unknown): Result<Uint8Array, InputRefusal> {
  const bytes = textBytes(data, ASK_DATA_BYTES_MAX);
  return bytes.ok ? bytes : err(bytes.error === "invalid" ? "data_invalid" : "data_too_large");
}
