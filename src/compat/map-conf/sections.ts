import { truth } from "../../base/text/truth.ts";
import type { MapConf } from "../../core/settings.ts";
import type { KeySpec } from "./keys.ts";
import { KEYS_BY_SECTION, MAP_CONF_KEYS, NAME_SECTIONS } from "./keys.ts";
import type { Entry, Section, Value } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import type { Reading } from "./reading.ts";
import { readInto, sectionEntries, setAssistance, setEligible, setRelay, warnUnknown } from "./reading.ts";

const PRIORITIES = "task_distribution.priorities";

/** The sections of the brace form, those with names of the operator's choice included. */
export const SECTION_NAMES: readonly string[] = [...new Set(MAP_CONF_KEYS.map((k) => k.section)), ...NAME_SECTIONS].filter(
  (s) => s !== PRIORITIES,
);

/** Reads the brace form's sections, from whichever syntax they came. */
export function readSections(reading: Reading, root: Section): void {
  for (const entry of root.entries) {
    if (entry.key === "p2p_eligible_maps") readEligibleMaps(reading, entry.value);
    else if (entry.key === "relays")
      for (const e of sectionEntries(reading, entry.key, entry.value)) setRelay(reading, e, `relays.${e.key}`);
    else if (entry.key === "assistance_levels") {
      for (const e of sectionEntries(reading, entry.key, entry.value)) setAssistance(reading, e, `assistance_levels.${e.key}`);
    } else if (KEYS_BY_SECTION.has(entry.key)) readKeys(reading, entry.key, sectionEntries(reading, entry.key, entry.value));
    else warnStray(reading, entry);
  }
}

function readKeys(reading: Reading, section: string, entries: readonly Entry[]): void {
  const specs = KEYS_BY_SECTION.get(section)!;
  for (const entry of entries) {
    const path = `${section}.${entry.key}`;
    const known = specs.get(entry.key);
    if (known !== undefined) readInto(reading, known, path, entry);
    else if (path === PRIORITIES) readKeys(reading, PRIORITIES, sectionEntries(reading, PRIORITIES, entry.value));
    else warnUnknown(reading, "key", path, entry, [...specs.keys()]);
  }
}

/** `map: 1` and `map: 0`, or a list of the maps that players may host. */
function readEligibleMaps(reading: Reading, value: Value): void {
  if (value.kind === "list") {
    for (const item of value.items) {
      const name = item.kind === "scalar" ? item.text : "";
      if (item.kind === "scalar") setEligible(reading, name, item.at, `p2p_eligible_maps.${name}`, true);
      else reading.errors.add("p2p_eligible_maps", item.at, `expected the name of a map, found ${describe(item)}`);
    }
    return;
  }
  for (const entry of sectionEntries(reading, "p2p_eligible_maps", value)) {
    const path = `p2p_eligible_maps.${entry.key}`;
    const eligible = entry.value.kind === "scalar" ? truth(entry.value.text) : undefined;
    if (eligible !== undefined) setEligible(reading, entry.key, entry.at, path, eligible);
    else
      reading.errors.add(
        path,
        entry.value.at,
        `expected 1 (players may host it) or 0 (it stays on the VPS), found ${describe(entry.value)}`,
      );
  }
}

/** A top-level key that is no section: perhaps a misspelt one, perhaps a key that lost its section. */
function warnStray(reading: Reading, entry: Entry): void {
  const home = entry.value.kind === "scalar" ? MAP_CONF_KEYS.find((k: KeySpec) => k.key === entry.key) : undefined;
  if (home === undefined) warnUnknown(reading, entry.value.kind === "scalar" ? "key" : "section", entry.key, entry, SECTION_NAMES);
  else reading.warnings.add(entry.key, entry.at, `"${entry.key}" is ignored outside of its section "${home.section}"`);
}

/** The five weights of the score. */
const WEIGHTS = [
  "latency_weight",
  "network_speed_weight",
  "cpu_weight",
  "ram_weight",
  "stability_weight",
] as const satisfies readonly (keyof MapConf["realtime_gaming"])[];
/** Weights written in two decimals may miss 1 by this much without a remark. */
const WEIGHTS_TOLERANCE = 0.01;

/** Warns, at the first weight that the file gives, when the five do not add up to 1. */
export function checkWeights(reading: Reading): void {
  const sum = WEIGHTS.reduce((total, key) => total + reading.settings.realtime_gaming[key], 0);
  const path = WEIGHTS.map((key) => `realtime_gaming.${key}`).find((p) => reading.positions.has(p));
  if (path === undefined || Math.abs(sum - 1) <= WEIGHTS_TOLERANCE) return;
  const place = reading.positions.get(path)!;
  const at = reading.source.lineStarts[place.line - 1]! + place.column - 1;
  reading.warnings.add(path, at, `the five weights add up to ${Math.round(sum * 1000) / 1000}, expected 1`);
}
