import { RollingHash } from "../../base/hash.ts";
import type { Database } from "./database.ts";
import { missing, numberField, textField } from "./database.ts";

/** By which of the server's drop rates an item's drops are turned (`item_rate_<kind>`). */
export type ItemKind = "common" | "heal" | "use" | "equip" | "card";

/** What drops need to know of an item. */
export type Item = { readonly id: number; readonly kind: ItemKind };

/** The items of the databases, by AegisName in lower case, and those that are asked for and not known. */
export type Items = {
  readonly known: ReadonlyMap<string, Item>;
  readonly kinds: ReadonlyMap<number, ItemKind>;
  /** Names that no database has, in the order in which they were asked for. */
  readonly unknown: Map<string, Item>;
};

/** The keys of an item entry that are read. */
export const ITEM_KEYS: ReadonlySet<string> = new Set(["Id", "AegisName", "Type"]);

const ID_MAX = 0x3fff_ffff;
/** rAthena's kinds (mob.cpp, drop ratio adjustment); every other type counts as common. */
const KINDS: ReadonlyMap<string, ItemKind> = new Map([
  ["healing", "heal"],
  ["usable", "use"],
  ["delayconsume", "use"],
  ["cash", "use"],
  ["weapon", "equip"],
  ["armor", "equip"],
  ["petarmor", "equip"],
  ["card", "card"],
]);

/** Collects items from their databases; an entry whose number is known already changes what it says. */
export function itemsOf(databases: readonly Database[]): Items {
  const known = new Map<string, Item>();
  const names = new Map<number, string>();
  const kinds = new Map<number, ItemKind>();
  for (const { reading, entries } of databases)
    for (const entry of entries) {
      const id = numberField(reading, entry, "item", "Id", 1, ID_MAX);
      if (id === undefined) {
        if (reading.errors.empty) missing(reading, "item", entry, "Id");
        continue;
      }
      const name = textField(reading, entry, `${id}`, "AegisName")?.toLowerCase();
      const type = textField(reading, entry, `${id}`, "Type");
      const kind = type === undefined ? (kinds.get(id) ?? "common") : (KINDS.get(type.toLowerCase()) ?? "common");
      const called = name ?? names.get(id);
      if (called === undefined) missing(reading, `${id}`, entry, "AegisName");
      else {
        known.set(called, { id, kind });
        names.set(id, called);
        kinds.set(id, kind);
      }
    }
  return { known, kinds, unknown: new Map() };
}

/**
 * The item of a name or number. A name that no database has gets a number made from it, the same on every machine and beyond all numbers that
 * databases may give (from 2^30 on), and is remembered in `unknown`.
 */
export function itemNamed(items: Items, text: string): Item {
  if (/^[1-9]\d{0,8}$/.test(text)) {
    const id = Number(text);
    return { id, kind: items.kinds.get(id) ?? "common" };
  }
  const name = text.toLowerCase();
  const found = items.known.get(name) ?? items.unknown.get(text);
  if (found !== undefined) return found;
  const hash = new RollingHash();
  hash.mixString(name);
  const item: Item = { id: ID_MAX + 1 + (Number.parseInt(hash.digest().slice(0, 8), 16) & ID_MAX), kind: "common" };
  items.unknown.set(text, item);
  return item;
}
