import { decimal } from "../../base/text/decimal.ts";
import { shown } from "../../base/text/source.ts";
import { truth } from "../../base/text/truth.ts";
import type { Reading } from "./database.ts";
import type { ItemKind } from "./items.ts";

/** One kind's drop rate: percent of the database's rate for normal monsters, bosses and MVPs, and the bounds of what comes out (in 10,000). */
export type DropRate = { normal: number; boss: number; mvp: number; min: number; max: number };

/** What `conf/battle` says about spawns and drops, with rAthena's defaults. */
export type BattleConf = {
  readonly rates: Readonly<Record<ItemKind, DropRate>>;
  /** Treasure chests and the prizes of MVPs have one percentage each. */
  readonly treasure: DropRate;
  readonly prize: DropRate;
  /** Least respawn delay, ms; a shorter one becomes 5,000. */
  mobRespawnTime: number;
  /** Whose respawns vary: 1 bosses, 2 other monsters, 3 both. */
  mobSpawnVariance: number;
  /** Percent of the amounts in spawn files. */
  mobCountRate: number;
  /** Whether map drops count. */
  bonusMapDrops: boolean;
};

/** Settings that change drops or spawns and are not followed, with the value that changes nothing. */
const UNFOLLOWED: Readonly<Record<string, number>> = {
  item_logarithmic_drops: 0,
  drop_rateincrease: 0,
  item_drop_mvp_mode: 0,
  mob_spawn_delay: 100,
  plant_spawn_delay: 100,
  boss_spawn_delay: 100,
  monster_hp_rate: 100,
  mvp_hp_rate: 100,
  mob_size_influence: 0,
  force_random_spawn: 0,
};
const RATE_MAX = 1_000_000;
const DROP_MAX = 10_000;

function plainRate(): DropRate {
  return { normal: 100, boss: 100, mvp: 100, min: 1, max: DROP_MAX };
}

/** rAthena's own defaults, which its shipped files repeat. */
export function defaultBattleConf(): BattleConf {
  return {
    rates: { common: plainRate(), heal: plainRate(), use: plainRate(), equip: plainRate(), card: plainRate() },
    treasure: plainRate(),
    prize: plainRate(),
    mobRespawnTime: 1000,
    mobSpawnVariance: 1,
    mobCountRate: 100,
    bonusMapDrops: true,
  };
}

type Setting = { readonly min: number; readonly max: number; readonly set: (value: number) => void };

/** The settings that count, each with its bounds and its place. */
function settingsOf(conf: BattleConf): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  const add = (name: string, min: number, max: number, set: Setting["set"]): void => void settings.set(name, { min, max, set });
  const bounds = (name: string, rate: DropRate): void => {
    add(`item_drop_${name}_min`, 0, DROP_MAX, (value) => (rate.min = value));
    add(`item_drop_${name}_max`, 1, DROP_MAX, (value) => (rate.max = value));
  };
  for (const [kind, rate] of Object.entries(conf.rates)) {
    add(`item_rate_${kind}`, 0, RATE_MAX, (value) => (rate.normal = value));
    add(`item_rate_${kind}_boss`, 0, RATE_MAX, (value) => (rate.boss = value));
    add(`item_rate_${kind}_mvp`, 0, RATE_MAX, (value) => (rate.mvp = value));
    bounds(kind, rate);
  }
  for (const [name, rate] of [["treasure", conf.treasure] as const, ["mvp", conf.prize] as const]) {
    add(`item_rate_${name}`, 0, RATE_MAX, (value) => (rate.normal = rate.boss = rate.mvp = value));
    bounds(name, rate);
  }
  add("mob_respawn_time", 1000, 2_147_483_647, (value) => (conf.mobRespawnTime = value));
  add("mob_spawn_variance", 0, 3, (value) => (conf.mobSpawnVariance = value));
  add("mob_count_rate", 0, 2_147_483_647, (value) => (conf.mobCountRate = value));
  add("enable_bonus_map_drops", 0, 1, (value) => (conf.bonusMapDrops = value === 1));
  return settings;
}

/**
 * Reads one file of `conf/battle` into `conf`: `name: value` a line, `//` comments. Settings that have nothing to do with spawns and drops are
 * passed over; those that have and are not followed are a note when they are changed. A value outside its bounds is complained about.
 */
export function readBattleConf(reading: Reading, conf: BattleConf): void {
  const { text, lineStarts } = reading.source;
  const settings = settingsOf(conf);
  for (const [line, from] of lineStarts.entries()) {
    const code = text.slice(from, (lineStarts[line + 1] ?? text.length + 1) - 1);
    const found = /^[ \t]*([a-z0-9_]+)[ \t]*:[ \t]*([^\s/]+)/i.exec(code);
    if (found === null) continue;
    const name = found[1]!.toLowerCase();
    const word = found[2]!;
    const setting = settings.get(name);
    const harmless = Object.hasOwn(UNFOLLOWED, name) ? UNFOLLOWED[name] : undefined;
    if (setting === undefined && harmless === undefined) continue;
    const said = decimal(word) ?? (truth(word) === undefined ? undefined : truth(word) ? 1 : 0);
    const at = from + code.lastIndexOf(word, found[0].length);
    if (setting === undefined) {
      if (said !== harmless) reading.notes.add(name, at, `"${name}" is not followed, as if it were ${harmless}; found ${shown(word)}`);
    } else if (said !== undefined && Number.isInteger(said) && said >= setting.min && said <= setting.max) setting.set(said);
    else reading.errors.add(name, at, `expected a whole number from ${setting.min} to ${setting.max} for "${name}", found ${shown(word)}`);
  }
}

/**
 * A drop's chance in 10,000 under a server's rates, 0 for none: clamp(rate · percent / 100, min, max), cut to a whole number (rAthena's
 * mob_drop_adjust). A rate of 0, or a percentage of 0, means that the item does not drop.
 */
export function droppedRate(rate: number, percent: number, bounds: DropRate): number {
  if (rate === 0 || percent === 0) return 0;
  return Math.min(bounds.max, Math.max(bounds.min, Math.floor((rate * percent) / 100)));
}
