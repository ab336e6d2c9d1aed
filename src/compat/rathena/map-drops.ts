import type { DropSpec } from "../../core/protocol/game-data.ts";
import type { Section, Value } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import type { Database, Reading } from "./database.ts";
import { fieldOf, listOf, missing, numberField, textField } from "./database.ts";
import type { Items } from "./items.ts";
import { itemNamed } from "./items.ts";

/** The keys of a map's entry that are read. */
export const MAP_DROP_KEYS: ReadonlySet<string> = new Set(["Map", "GlobalDrops", "SpecificDrops"]);

const RATE_MAX = 100_000;
const INDEX_MAX = 65_535;

type Slots = Map<number, { item: string; rate: number }>;
type Draft = { readonly all: Slots; readonly of: Map<string, Slots> };

/** What monsters of a map drop beside their own drops: each of them, and those of one kind by AegisName in lower case. In 100,000. */
export type MapDrops = { readonly all: readonly DropSpec[]; readonly of: ReadonlyMap<string, readonly DropSpec[]> };

/** Collects map drops by map. An Index given again changes its drop, and a Rate of 0 takes it away. The server's drop rates do not turn them. */
export function mapDropsOf(databases: readonly Database[], items: Items): ReadonlyMap<string, MapDrops> {
  const maps = new Map<string, Draft>();
  for (const { reading, entries } of databases) for (const entry of entries) readMap(reading, entry, maps);
  const specs = (slots: Slots): DropSpec[] =>
    [...slots.values()].map(({ item, rate }) => ({ item: itemNamed(items, item).id, rate, of: RATE_MAX }));
  return new Map(
    [...maps].map(([map, { all, of }]) => [map, { all: specs(all), of: new Map([...of].map(([name, slots]) => [name, specs(slots)])) }]),
  );
}

function readMap(reading: Reading, entry: Section, maps: Map<string, Draft>): void {
  const map = textField(reading, entry, "map", "Map");
  if (map === undefined) {
    missing(reading, "map", entry, "Map");
    return;
  }
  const draft = maps.get(map) ?? { all: new Map(), of: new Map() };
  maps.set(map, draft);
  const all = fieldOf(entry, "GlobalDrops");
  if (all !== undefined) readSlots(reading, `${map}.GlobalDrops`, all, draft.all);
  const specific = fieldOf(entry, "SpecificDrops");
  for (const [number, item] of specific === undefined ? [] : listOf(reading, `${map}.SpecificDrops`, specific).entries()) {
    const path = `${map}.SpecificDrops[${number}]`;
    if (item.kind !== "section") {
      reading.errors.add(path, item.at, `expected Monster and Drops, found ${describe(item)}`);
      continue;
    }
    const monster = textField(reading, item, path, "Monster")?.toLowerCase();
    const drops = fieldOf(item, "Drops");
    if (monster === undefined) missing(reading, path, item, "Monster");
    if (drops === undefined) missing(reading, path, item, "Drops");
    if (monster === undefined || drops === undefined) continue;
    const slots: Slots = draft.of.get(monster) ?? new Map();
    draft.of.set(monster, slots);
    readSlots(reading, `${path}.Drops`, drops, slots);
  }
}

function readSlots(reading: Reading, path: string, list: Value, slots: Slots): void {
  for (const [number, drop] of listOf(reading, path, list).entries()) {
    const at = `${path}[${number}]`;
    if (drop.kind !== "section") {
      reading.errors.add(at, drop.at, `expected a drop with Index, Item and Rate, found ${describe(drop)}`);
      continue;
    }
    const index = numberField(reading, drop, at, "Index", 0, INDEX_MAX);
    if (index === undefined) {
      if (fieldOf(drop, "Index") === undefined) missing(reading, at, drop, "Index");
      continue;
    }
    const before = slots.get(index);
    const item = textField(reading, drop, at, "Item") ?? before?.item;
    const rate = fieldOf(drop, "Rate") === undefined ? before?.rate : numberField(reading, drop, at, "Rate", before ? 0 : 1, RATE_MAX);
    if (item === undefined) missing(reading, at, drop, "Item");
    if (rate === undefined && fieldOf(drop, "Rate") === undefined) missing(reading, at, drop, "Rate");
    if (item === undefined || rate === undefined) continue;
    if (rate === 0) slots.delete(index);
    else slots.set(index, { item, rate });
  }
}
