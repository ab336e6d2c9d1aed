/**
 * Map names that the seed's files give a meaning to. The flat dialect writes `<map> = 1` both for a map that players may host and for one that
 * must stay on the VPS, and only the name tells which is meant. Source of both lists: the seed's `p2p_map_config.conf` (values 1 and 0) and the
 * town `morocc` that only its flat file and its eligibility file name.
 */

/** The 13 maps that the seed lets players host. */
export const SEED_ELIGIBLE_MAPS: readonly string[] = [
  "moc_fild01",
  "pay_fild03",
  "gef_fild07",
  "pay_dun01",
  "gef_dun02",
  "moc_pryd01",
  "iz_dun01",
  "morocc_fild12",
  "custom_housing",
  "player_base",
  "guild_room",
  "job_quest_room",
  "test_room",
];

/** The 39 maps that the seed keeps on the VPS. */
export const SEED_CRITICAL_MAPS: readonly string[] = [
  "prontera",
  "geffen",
  "payon",
  "alberta",
  "izlude",
  "aldebaran",
  "comodo",
  "yuno",
  "amatsu",
  "gonryun",
  "umbala",
  "niflheim",
  "louyang",
  "new_1-1",
  "new_2-1",
  "new_3-1",
  "new_4-1",
  "new_5-1",
  "pay_arche",
  "xmas",
  "jawaii",
  "ayothaya",
  "einbroch",
  "lighthalzen",
  "einbech",
  "hugel",
  "rachel",
  "veins",
  "moscovia",
  "mid_camp",
  "manuk",
  "splendide",
  "brasilis",
  "dicastes01",
  "mora",
  "dewata",
  "malangdo",
  "malaya",
  "eclage",
];

const eligible: ReadonlySet<string> = new Set(SEED_ELIGIBLE_MAPS);
const critical: ReadonlySet<string> = new Set([...SEED_CRITICAL_MAPS, "morocc"]);

/** What the seed's files say about a map: players may host it, it stays on the VPS, or nothing. */
export function seedOpinion(map: string): "eligible" | "critical" | undefined {
  return eligible.has(map) ? "eligible" : critical.has(map) ? "critical" : undefined;
}
