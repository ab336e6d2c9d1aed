import type { DropSpec, MonsterSpec } from "../../core/protocol/game-data.ts";
import type { Section } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import type { BattleConf } from "./battle-conf.ts";
import { droppedRate } from "./battle-conf.ts";
import type { Database, Reading } from "./database.ts";
import { fieldOf, listOf, missing, numberField, switchOf, textField } from "./database.ts";
import type { Items } from "./items.ts";
import { itemNamed } from "./items.ts";

/** The keys of a monster entry that are read. */
export const MONSTER_KEYS: ReadonlySet<string> = new Set([
  ...["Id", "AegisName", "Name", "Level", "Hp", "BaseExp", "JobExp", "Attack", "Attack2", "Defense", "WalkSpeed", "AttackDelay"],
  ...["Class", "Modes", "RaceGroups", "Drops", "MvpDrops"],
]);

/** The most a number of rAthena's databases may be: 32 bits with sign. */
const INT_MAX = 2_147_483_647;
const SLOTS_MAX = 64;
const DROP_RATE_MAX = 10_000;
const WALK_SPEED_DEFAULT = 150;
/** rAthena's bounds of the time for a cell, ms (MIN_WALK_SPEED, MAX_WALK_SPEED). */
const WALK_SPEED_MIN = 20;
const WALK_SPEED_MAX = 1000;

type Slot = { readonly item: string; readonly rate: number };
type Rank = "normal" | "boss" | "mvp";

/** A monster as the databases say it together, before items and rates are known. */
type Draft = {
  readonly id: number;
  aegis: string;
  name: string;
  readonly numbers: Map<string, number>;
  mvp: boolean;
  boss: boolean;
  treasure: boolean;
  readonly drops: (Slot | undefined)[];
  readonly prizes: (Slot | undefined)[];
};

/** Monsters by number, and their numbers by AegisName in lower case. */
export type Monsters = { readonly byId: ReadonlyMap<number, MonsterSpec>; readonly idOf: ReadonlyMap<string, number> };

type NumberRange = { readonly name: string; readonly max: number };

const NUMBERS: readonly NumberRange[] = [
  { name: "Level", max: 65_535 },
  ...["Hp", "BaseExp", "JobExp", "Attack", "Attack2", "Defense", "WalkSpeed", "AttackDelay"].map((name) => ({ name, max: INT_MAX })),
];

/**
 * Collects monsters from their databases, in the order given: an entry whose number is known already changes only the fields that it has, as
 * rAthena's imports do. Defaults are rAthena's: Level 1, Hp 1, WalkSpeed 150, all else 0. In Renewal a monster's weapon attack is 80 to 120 % of
 * Attack (status_base_atk_min and _max); before it, Attack to Attack2.
 * The prizes of an MVP (MvpDrops) are further slots behind its drops, turned by `item_rate_mvp`.
 */
export function monstersOf(databases: readonly Database[], items: Items, conf: BattleConf, renewal: boolean): Monsters {
  const drafts = new Map<number, Draft>();
  for (const { reading, entries } of databases) for (const entry of entries) readMonster(reading, entry, drafts);
  const byId = new Map<number, MonsterSpec>();
  const idOf = new Map<string, number>();
  for (const draft of drafts.values()) {
    byId.set(draft.id, specOf(draft, items, conf, renewal));
    idOf.set(draft.aegis.toLowerCase(), draft.id);
  }
  return { byId, idOf };
}

function readMonster(reading: Reading, entry: Section, drafts: Map<number, Draft>): void {
  const id = numberField(reading, entry, "monster", "Id", 1, INT_MAX);
  if (id === undefined) {
    if (fieldOf(entry, "Id") === undefined) missing(reading, "monster", entry, "Id");
    return;
  }
  const path = `${id}`;
  const [aegis, name] = [textField(reading, entry, path, "AegisName"), textField(reading, entry, path, "Name")];
  let draft = drafts.get(id);
  if (draft === undefined) {
    if (aegis === undefined) missing(reading, path, entry, "AegisName");
    if (name === undefined) missing(reading, path, entry, "Name");
    if (aegis === undefined || name === undefined) return;
    draft = { id, aegis, name, numbers: new Map(), mvp: false, boss: false, treasure: false, drops: [], prizes: [] };
    drafts.set(id, draft);
  }
  draft.aegis = aegis ?? draft.aegis;
  draft.name = name ?? draft.name;
  for (const { name: field, max } of NUMBERS) {
    const value = numberField(reading, entry, path, field, 0, max);
    if (value !== undefined) draft.numbers.set(field, value);
  }
  const speed = draft.numbers.get("WalkSpeed");
  if (speed !== undefined && (speed < WALK_SPEED_MIN || speed > WALK_SPEED_MAX)) {
    const bounded = Math.min(WALK_SPEED_MAX, Math.max(WALK_SPEED_MIN, speed));
    reading.notes.add(`${path}.WalkSpeed`, fieldOf(entry, "WalkSpeed")?.at ?? entry.at, `WalkSpeed ${speed} is taken as ${bounded}`);
    draft.numbers.set("WalkSpeed", bounded);
  }
  const kind = textField(reading, entry, path, "Class");
  if (kind !== undefined) draft.boss = kind.toLowerCase() === "boss";
  draft.mvp = switchOf(entry, "Modes", "Mvp") ?? draft.mvp;
  draft.treasure = switchOf(entry, "RaceGroups", "Treasure") ?? draft.treasure;
  readSlots(reading, entry, path, "Drops", draft.drops);
  readSlots(reading, entry, path, "MvpDrops", draft.prizes);
}

/** Takes in a list of drops: into the slot of its Index, else into the first empty one. */
function readSlots(reading: Reading, entry: Section, owner: string, name: string, slots: (Slot | undefined)[]): void {
  const list = fieldOf(entry, name);
  if (list === undefined) return;
  for (const [number, item] of listOf(reading, `${owner}.${name}`, list).entries()) {
    const path = `${owner}.${name}[${number}]`;
    if (item.kind !== "section") {
      reading.errors.add(path, item.at, `expected a drop with Item and Rate, found ${describe(item)}`);
      continue;
    }
    const called = textField(reading, item, path, "Item");
    const rate = numberField(reading, item, path, "Rate", 0, DROP_RATE_MAX);
    const index = numberField(reading, item, path, "Index", 0, SLOTS_MAX - 1);
    if (called === undefined) missing(reading, path, item, "Item");
    if (rate === undefined && fieldOf(item, "Rate") === undefined) missing(reading, path, item, "Rate");
    if (called === undefined || rate === undefined) continue;
    const free = slots.findIndex((slot) => slot === undefined);
    const slot = index ?? (free < 0 ? slots.length : free);
    if (slot >= SLOTS_MAX) {
      reading.errors.add(path, item.at, `expected at most ${SLOTS_MAX} drops, found more`);
      return;
    }
    while (slots.length <= slot) slots.push(undefined);
    slots[slot] = { item: called, rate };
  }
}

function specOf(draft: Draft, items: Items, conf: BattleConf, renewal: boolean): MonsterSpec {
  const get = (name: string): number => draft.numbers.get(name) ?? 0;
  const attack = get("Attack");
  const drops: DropSpec[] = [];
  const rank: Rank = draft.mvp ? "mvp" : draft.boss ? "boss" : "normal";
  for (const slot of draft.drops) {
    if (slot === undefined) continue;
    const { id, kind } = itemNamed(items, slot.item);
    const bounds = draft.treasure ? conf.treasure : conf.rates[kind];
    const rate = droppedRate(slot.rate, bounds[rank], bounds);
    if (rate > 0) drops.push({ item: id, rate });
  }
  for (const slot of draft.prizes) {
    const rate = slot === undefined ? 0 : droppedRate(slot.rate, conf.prize.normal, conf.prize);
    if (slot !== undefined && rate > 0) drops.push({ item: itemNamed(items, slot.item).id, rate });
  }
  return {
    id: draft.id,
    name: draft.name,
    level: draft.numbers.get("Level") ?? 1,
    hp: Math.max(1, get("Hp")),
    attackMin: renewal ? Math.floor((attack * 80) / 100) : attack,
    attackMax: renewal ? Math.floor((attack * 120) / 100) : Math.max(attack, get("Attack2")),
    defense: get("Defense"),
    baseExp: get("BaseExp"),
    jobExp: get("JobExp"),
    walkSpeed: draft.numbers.get("WalkSpeed") ?? WALK_SPEED_DEFAULT,
    attackDelay: get("AttackDelay"),
    drops,
  };
}
