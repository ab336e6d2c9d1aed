import type { SkillSpec } from "../../core/protocol/game-data.ts";
import type { Section, Value } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import type { Database, Reading } from "./database.ts";
import { fieldOf, missing, numberField, numberOf, switchOf, textField } from "./database.ts";

/** The lists of a skill entry: the key, the key of a level's value within it, and its bounds. Unmeasured times are -1 in the files and mean 0. */
const LISTS = [
  { name: "Range", each: "Size", min: -1000, max: 1000 },
  { name: "HitCount", each: "Count", min: -1000, max: 1000 },
  { name: "CastTime", each: "Time", min: -1, max: 86_400_000 },
  { name: "FixedCastTime", each: "Time", min: -1, max: 86_400_000 },
  { name: "AfterCastActDelay", each: "Time", min: -1, max: 86_400_000 },
  { name: "AfterCastWalkDelay", each: "Time", min: -1, max: 86_400_000 },
  { name: "Cooldown", each: "Time", min: -1, max: 86_400_000 },
] as const;

/** The keys of a skill entry that are read. */
export const SKILL_KEYS: ReadonlySet<string> = new Set([
  ...["Id", "Name", "MaxLevel", "TargetType", "DamageFlags"],
  ...LISTS.map(({ name }) => name),
]);

/** rAthena's numbers for skills are 16 bits wide. */
const SKILL_ID_MAX = 65_535;
const LEVEL_MAX = 100;
/** Targets at which no skill is aimed to hurt. */
const HARMLESS = new Set(["passive", "support"]);

type Draft = {
  readonly id: number;
  name: string;
  maxLevel: number;
  target: string;
  noDamage: boolean;
  readonly lists: Map<string, readonly number[]>;
};

/**
 * Collects skills from their databases; an entry whose number is known already changes only the fields it has. A value stands for all levels, a
 * list for each level it names; levels that it leaves out below its highest have 0, as in rAthena. A negative range (that of the weapon) counts as
 * its amount, which is what rAthena does by default.
 *
 * The databases say how often a skill hits, not how hard: `damage` is 100 % for each hit, 100 % where several hits only split it (a negative
 * HitCount), and 0 for passive and supporting skills and those flagged NoDamage.
 */
export function skillsOf(databases: readonly Database[]): ReadonlyMap<number, SkillSpec> {
  const drafts = new Map<number, Draft>();
  for (const { reading, entries } of databases) for (const entry of entries) readSkill(reading, entry, drafts);
  return new Map([...drafts].map(([id, draft]) => [id, specOf(draft)]));
}

function readSkill(reading: Reading, entry: Section, drafts: Map<number, Draft>): void {
  const id = numberField(reading, entry, "skill", "Id", 1, SKILL_ID_MAX);
  if (id === undefined) {
    if (fieldOf(entry, "Id") === undefined) missing(reading, "skill", entry, "Id");
    return;
  }
  const path = `${id}`;
  const name = textField(reading, entry, path, "Name");
  const maxLevel = numberField(reading, entry, path, "MaxLevel", 1, LEVEL_MAX);
  let draft = drafts.get(id);
  if (draft === undefined) {
    if (name === undefined) missing(reading, path, entry, "Name");
    if (maxLevel === undefined && fieldOf(entry, "MaxLevel") === undefined) missing(reading, path, entry, "MaxLevel");
    if (name === undefined || maxLevel === undefined) return;
    draft = { id, name, maxLevel, target: "passive", noDamage: false, lists: new Map() };
    drafts.set(id, draft);
  }
  draft.name = name ?? draft.name;
  draft.maxLevel = maxLevel ?? draft.maxLevel;
  draft.target = textField(reading, entry, path, "TargetType")?.toLowerCase() ?? draft.target;
  draft.noDamage = switchOf(entry, "DamageFlags", "NoDamage") ?? draft.noDamage;
  for (const list of LISTS) {
    const value = fieldOf(entry, list.name);
    if (value !== undefined) draft.lists.set(list.name, levels(reading, `${path}.${list.name}`, value, list));
  }
}

function levels(reading: Reading, path: string, value: Value, list: (typeof LISTS)[number]): readonly number[] {
  if (value.kind === "scalar") {
    const one = value.text === "" ? 0 : numberOf(reading, path, list.name, value, list.min, list.max);
    return [one ?? 0];
  }
  if (value.kind === "section") {
    reading.errors.add(path, value.at, `expected a number or a list of levels for "${list.name}", found ${describe(value)}`);
    return [0];
  }
  const byLevel: number[] = [];
  for (const [number, item] of value.items.entries()) {
    const itemPath = `${path}[${number}]`;
    if (item.kind !== "section") {
      reading.errors.add(itemPath, item.at, `expected Level and ${list.each}, found ${describe(item)}`);
      continue;
    }
    const level = numberField(reading, item, itemPath, "Level", 1, LEVEL_MAX);
    const amount = numberField(reading, item, itemPath, list.each, list.min, list.max);
    if (level === undefined && fieldOf(item, "Level") === undefined) missing(reading, itemPath, item, "Level");
    if (amount === undefined && fieldOf(item, list.each) === undefined) missing(reading, itemPath, item, list.each);
    if (level === undefined || amount === undefined) continue;
    while (byLevel.length < level) byLevel.push(0);
    byLevel[level - 1] = amount;
  }
  return byLevel.length === 0 ? [0] : byLevel;
}

function specOf(draft: Draft): SkillSpec {
  const times = (name: string): readonly number[] => (draft.lists.get(name) ?? [0]).map((ms) => Math.max(0, ms));
  const harmless = draft.noDamage || HARMLESS.has(draft.target);
  return {
    id: draft.id,
    name: draft.name,
    maxLevel: draft.maxLevel,
    range: (draft.lists.get("Range") ?? [0]).map(Math.abs),
    castTime: times("CastTime"),
    fixedCastTime: times("FixedCastTime"),
    afterCastActDelay: times("AfterCastActDelay"),
    afterCastWalkDelay: times("AfterCastWalkDelay"),
    cooldown: times("Cooldown"),
    damage: harmless ? [0] : (draft.lists.get("HitCount") ?? [1]).map((hits) => 100 * Math.max(1, hits)),
  };
}
