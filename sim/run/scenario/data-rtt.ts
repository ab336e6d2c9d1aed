/** `data.rtt`: round trips between places, from a square matrix, and where its VPS sites then stand. */
import type { Complaint, Result } from "../../../src/base/result.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import { US_PER_MS } from "../../../src/base/time.ts";
import { Complaints } from "../../../src/compat/traces/complaints.ts";
import { cellPlace, columnOf, readTable } from "../../../src/compat/traces/csv.ts";
import type { RttMatrix } from "../../../src/compat/traces/rtt-matrix.ts";
import { readRttMatrix } from "../../../src/compat/traces/rtt-matrix.ts";
import type { NetworkOptions, RegionOptions, VpsOptions } from "../../options.ts";
import { isStandardRegion, regionOfCity, regionOfCode } from "./countries.ts";
import type { DataFolder } from "./data-file.ts";
import { fileOf, taken, unitMs } from "./data-file.ts";
import type { Section } from "./section.ts";

/** Places and the round trips between them. */
export type Places = Pick<NetworkOptions, "placeRegion" | "rttMs">;
type City = { readonly names: readonly string[]; readonly region: string };

/** The places of the matrix that lie in the scenario's regions, or undefined after complaints. */
export function placesFrom(section: Section, regions: readonly RegionOptions[], folder: DataFolder): Places | undefined {
  const ways = ["cities", "places", "by"].filter((key) => section.has(key));
  if (ways.length !== 1) {
    section.complain(ways[1] ?? "file", "needs one of cities, places or by, which say what region each row of the matrix belongs to");
    return undefined;
  }
  const file = fileOf(section, "file", folder);
  const matrix = file && taken(section, readRttMatrix(file.text, file.name, { unit_ms: unitMs(section, "unit", US_PER_MS) }));
  const names = matrix && (ways[0] === "cities" ? regionsByCity(section, matrix, folder) : regionsByLabel(section, matrix, regions));
  if (matrix === undefined || names === undefined) return undefined;
  const kept = names.flatMap((name, place) => {
    const region = regions.findIndex((known) => known.name.toUpperCase() === name.toUpperCase());
    return region < 0 ? [] : [{ place, region }];
  });
  for (const [index, { name }] of regions.entries()) {
    if (!kept.some((k) => k.region === index)) section.complain(ways[0]!, `no place of the matrix lies in region ${name}`);
  }
  return {
    placeRegion: kept.map((k) => k.region),
    rttMs: kept.flatMap((from) => kept.map((to) => matrix.ms[from.place * matrix.size + to.place]!)),
  };
}

/** The region of each row by the matrix's labels: through the mapping `places`, or because they name countries or regions. */
function regionsByLabel(section: Section, matrix: RttMatrix, regions: readonly RegionOptions[]): string[] | undefined {
  if (matrix.labels === null) {
    section.complain("file", "the matrix names no places; cities can say in a file of its own where its rows lie");
    return undefined;
  }
  const places = section.child("places");
  const known = (name: string) => isStandardRegion(name) || regions.some((region) => region.name.toUpperCase() === name.toUpperCase());
  if (section.has("places")) {
    for (const key of places.keys()) {
      if (!matrix.labels.includes(key)) places.complain(key, `the matrix has no place ${JSON.stringify(key)}`);
      else if (!known(places.text(key))) places.complain(key, `unknown region ${JSON.stringify(places.text(key))}`);
    }
  }
  const byCountry = section.text("by", "region") === "country";
  const found = matrix.labels.map((label) => {
    if (section.has("places")) return places.has(label) ? places.text(label) : undefined;
    return byCountry ? regionOfCode(label) : known(label) ? label : undefined;
  });
  const missing = matrix.labels.filter((_, place) => found[place] === undefined);
  if (missing.length === 0) return found.map((name) => name!);
  const what = section.has("places") ? "has no region here" : byCountry ? "is no ISO code of a country" : "is no region";
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : "";
  section.complain(section.has("places") ? "places" : "by", `the matrix's place ${JSON.stringify(missing[0])} ${what}${more}`);
  return undefined;
}

/** The region of each row by a list of cities: in the order of the rows, or found by the matrix's labels when it has any. */
function regionsByCity(section: Section, matrix: RttMatrix, folder: DataFolder): string[] | undefined {
  const file = fileOf(section, "cities", folder);
  const cities = file && taken(section, readCities(file.text, file.name));
  if (cities === undefined) return undefined;
  if (matrix.labels === null) {
    if (cities.length === matrix.size) return cities.map((city) => city.region);
    section.complain("cities", `${cities.length} cities for a matrix of ${matrix.size}`);
    return undefined;
  }
  const byName = new Map(cities.flatMap((city) => city.names.map((name) => [name, city.region] as const)));
  const missing = matrix.labels.find((label) => !byName.has(label));
  if (missing === undefined) return matrix.labels.map((label) => byName.get(label)!);
  section.complain("cities", `the matrix's place ${JSON.stringify(missing)} is neither the id nor the title of a city`);
  return undefined;
}

function readCities(text: string, name: string): Result<City[], Complaint[]> {
  const complaints = new Complaints(name);
  const table = readTable(text, complaints);
  if (table === undefined) return complaints.answer([]);
  const [country, latitude, longitude] = ["country", "latitude", "longitude"].map((column) => columnOf(table, column, column, complaints));
  if (country === undefined || latitude === undefined || longitude === undefined) return complaints.answer([]);
  const named = ["id", "title"].map((column) => table.header.cells.indexOf(column)).filter((index) => index >= 0);
  const degrees = (cells: readonly string[], column: number, most: number) => {
    const value = decimal(cells[column]!);
    return value !== undefined && Math.abs(value) <= most ? value : undefined;
  };
  const cities: City[] = [];
  for (const row of table.rows) {
    const lat = degrees(row.cells, latitude, 90);
    const lon = degrees(row.cells, longitude, 360);
    if (lat === undefined || lon === undefined) {
      const { line, column } = cellPlace(row, lat === undefined ? latitude : longitude);
      complaints.add(line, column, `expected a ${lat === undefined ? "latitude from -90 to 90" : "longitude from -360 to 360"} degrees`);
    } else cities.push({ names: named.map((index) => row.cells[index]!), region: regionOfCity(row.cells[country]!, lat, lon) });
  }
  return complaints.answer(cities);
}

/**
 * VPS sites stand where an operator would rent them: the first of a region in the place with the least median RTT to its region, each
 * further one where it lowers that median, taken to the nearest site, most.
 */
export function atHubs(vps: VpsOptions, network: Places): VpsOptions {
  const size = network.placeRegion.length;
  const chosen = new Map<number, number[]>();
  const rtt = (from: number, to: number) => network.rttMs[from * size + to]!;
  const next = (region: number): number | undefined => {
    const places = network.placeRegion.flatMap((of, place) => (of === region ? [place] : []));
    const standing = chosen.get(region) ?? [];
    const free = places.filter((place) => !standing.includes(place));
    const medians = (free.length > 0 ? free : places).map((from) => ({
      from,
      ms: median(places.filter((to) => to !== from).map((to) => Math.min(rtt(from, to), ...standing.map((site) => rtt(site, to))))),
    }));
    const best = medians.sort((a, b) => a.ms - b.ms || a.from - b.from)[0]?.from;
    if (best !== undefined) chosen.set(region, [...standing, best]);
    return best;
  };
  return {
    sites: vps.sites.map((site) => {
      const place = next(site.region);
      return place === undefined ? site : { ...site, place };
    }),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
