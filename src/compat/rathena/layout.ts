/** Renewal or the rules before it, by the names of rAthena's folders. */
export type Mode = "re" | "pre-re";

/** Which files of a folder play which part; each list in the order in which it is read, later ones changing what earlier ones say. */
export type Layout = {
  readonly mode: Mode;
  readonly caches: readonly string[];
  readonly mapTexts: readonly string[];
  readonly monsters: readonly string[];
  readonly items: readonly string[];
  readonly skills: readonly string[];
  readonly mapDrops: readonly string[];
  readonly spawns: readonly string[];
  readonly battle: readonly string[];
};

/** Texts that stand beside spawn files and are none. */
const NO_SPAWNS = /(?:^|\/)(?:map_index|mob_skill_db|readme|license)[^/]*\.txt$|\.map\.txt$/i;

/**
 * Sorts the files of a folder by rAthena's own layout: `db/`, then `db/re/` or `db/pre-re/`, then `db/import/`; spawns below `npc/re/mobs/` (or
 * `npc/pre-re/mobs/`) and `npc/mobs/`; `conf/battle/`, then `conf/import/battle_conf.txt`. A part that has no file there is looked for flat in the
 * folder itself, where names may be longer (`mob_db_p2p.yml`) and every other `.txt` counts as a spawn file. `mode` is Renewal where it is there.
 */
export function layoutOf(paths: readonly string[], asked?: Mode): Layout {
  const sorted = [...paths].sort();
  const has = (start: string): boolean => sorted.some((path) => path.startsWith(start));
  const older = !has("db/re/") && !has("npc/re/") && (has("db/pre-re/") || has("npc/pre-re/"));
  const mode = asked ?? (older ? "pre-re" : "re");
  const matching = (pattern: RegExp): string[] => sorted.filter((path) => pattern.test(path));
  const orFlat = (found: string[], flat: RegExp): string[] => (found.length > 0 ? found : matching(flat));
  const layers = (name: string): string[] =>
    ["db", `db/${mode}`, "db/import"].flatMap((folder) => matching(new RegExp(`^${folder}/${name}$`)));
  const spawns = [...matching(new RegExp(`^npc/${mode}/mobs/.*\\.txt$`)), ...matching(/^npc\/mobs\/.*\.txt$/)];
  const battle = [...matching(/^conf\/battle\/[^/]*\.conf$/), ...matching(/^conf\/import\/battle_conf\.txt$/)];
  return {
    mode,
    caches: orFlat(layers("map_cache\\.dat"), /^map_cache[^/]*\.dat$/),
    mapTexts: matching(/\.map\.txt$/),
    monsters: orFlat(layers("mob_db\\.yml"), /^mob_db[^/]*\.yml$/),
    items: orFlat(layers("item_db(?:_[a-z]+)?\\.yml"), /^item_db[^/]*\.yml$/),
    skills: orFlat(layers("skill_db\\.yml"), /^skill_db[^/]*\.yml$/),
    mapDrops: orFlat(layers("map_drops\\.yml"), /^map_drops[^/]*\.yml$/),
    spawns: (spawns.length > 0 ? spawns : matching(/^(?:[^/]*|npc\/[^/]*|mobs\/.*)\.txt$/)).filter((path) => !NO_SPAWNS.test(path)),
    battle: orFlat(battle, /^(?:battle|drops|monster)[^/]*\.conf$/),
  };
}
