/** The maps of a scenario: names, which are critical, and how popular each is. */
import { SEED_CRITICAL_MAPS, SEED_ELIGIBLE_MAPS } from "../../../src/compat/map-conf/known-maps.ts";
import type { MapOptions } from "../../options.ts";

/** What decides the maps. `listed` are those of the conf: name → eligible. */
export type MapsWanted = {
  readonly count: number;
  readonly critical: number;
  readonly zipf: number;
  readonly names: readonly string[];
  readonly listed: Readonly<Record<string, boolean>>;
};

/**
 * Maps in the order of popularity, the critical ones first. Names come from `names`, then the conf, then the seed's, then are numbered.
 * Popularity of rank r is r^−zipf. `critical` ≤ `count` is the caller's to see to.
 */
export function mapsOf(wanted: MapsWanted): MapOptions {
  const taken = new Set<string>();
  const own = wanted.names.filter((name) => wanted.listed[name] !== false);
  const listedAs = (eligible: boolean) => Object.keys(wanted.listed).filter((name) => wanted.listed[name] === eligible);
  const critical = take(
    wanted.critical,
    [...listedAs(false), ...SEED_CRITICAL_MAPS.filter((name) => !Object.hasOwn(wanted.listed, name) && !own.includes(name))],
    "town",
    taken,
  );
  const eligible = take(
    wanted.count - wanted.critical,
    [...own, ...listedAs(true), ...SEED_ELIGIBLE_MAPS.filter((name) => !Object.hasOwn(wanted.listed, name))],
    "fild",
    taken,
  );
  const names = [...critical, ...eligible];
  return {
    names,
    eligible: names.map((_, index) => index >= critical.length),
    popularity: names.map((_, index) => Math.exp(-wanted.zipf * Math.log(index + 1))),
  };
}

function take(count: number, known: readonly string[], stem: string, taken: Set<string>): string[] {
  const names: string[] = [];
  for (const name of known) {
    if (names.length === count) return names;
    if (!taken.has(name)) names.push(name);
    taken.add(name);
  }
  for (let number = 1; names.length < count; number += 1) {
    const name = `${stem}_${String(number).padStart(4, "0")}`;
    if (!taken.has(name)) names.push(name);
    taken.add(name);
  }
  return names;
}
