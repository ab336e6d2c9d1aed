/** `data:` of a scenario: trace files that replace laws when a run is given a folder of them. */
import { resolve } from "node:path";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { US_PER_S } from "../../../src/base/time.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import type { AvailabilityNode } from "../../../src/compat/traces/availability.ts";
import { readAvailability, readAvailabilityCsv } from "../../../src/compat/traces/availability.ts";
import { Complaints } from "../../../src/compat/traces/complaints.ts";
import { columnOf, readTable } from "../../../src/compat/traces/csv.ts";
import { readQuantiles } from "../../../src/compat/traces/quantiles.ts";
import { readRttMatrix } from "../../../src/compat/traces/rtt-matrix.ts";
import type { Law } from "../../../src/base/laws.ts";
import type { NetworkOptions, Options, RegionOptions, VpsOptions } from "../../options.ts";
import { regionOfCity, regionOfCode } from "./countries.ts";
import type { ReadText } from "./documents.ts";
import { shownPath } from "./documents.ts";
import { mixture } from "./mixture.ts";
import type { Section } from "./section.ts";

/** The options with whatever the section names taken from files under `dir`. What is wrong goes to the section's complaints. */
export function withData(options: Options, section: Section, dir: string, readText: ReadText): Options {
  let changed = options;
  if (section.has("availability")) {
    const nodes = availabilityOf(section.child("availability"), options, dir, readText);
    if (nodes !== undefined) changed = { ...changed, hosts: { ...changed.hosts, uptimeS: null, downtimeS: null, availability: nodes } };
  }
  if (section.has("rtt")) {
    const network = citiesOf(section.child("rtt"), options.regions, dir, readText);
    if (network !== undefined) changed = { ...changed, network: { ...changed.network, ...network }, vps: atHubs(changed.vps, network) };
  }
  if (section.has("upload")) {
    const law = uploadOf(section.child("upload"), options.regions, dir, readText);
    if (law !== undefined) changed = { ...changed, hosts: { ...changed.hosts, uploadMbps: law } };
  }
  return changed;
}

function availabilityOf(section: Section, options: Options, dir: string, readText: ReadText): Options["hosts"]["availability"] | undefined {
  const file = fileOf(section, "file", dir, readText);
  if (file === undefined) return undefined;
  const columns = section.child("columns");
  const optional = (key: "end" | "duration") => (columns.has(key) ? { [key]: columns.text(key) } : {});
  const csv = () =>
    readAvailabilityCsv(file.text, file.name, {
      node: columns.text("node", "node"),
      start: columns.text("start", "start"),
      ...(columns.has("duration") ? optional("duration") : { end: columns.text("end", "end") }),
    });
  const nodes = taken(section, section.text("format") === "csv" ? csv() : readAvailability(file.text, file.name));
  if (nodes === undefined) return undefined;
  const fromS = section.us("from") / US_PER_S;
  const untilS = fromS + (options.durationUs + options.settleUs) / US_PER_S;
  const lastS = nodes.reduce((last, node) => Math.max(last, node.times.at(-1) ?? 0), 0);
  if (untilS > lastS) {
    section.complain("from", `the trace ends ${Math.round(lastS)} s after its start; the run would need it until ${Math.round(untilS)} s`);
    return undefined;
  }
  return { nodes: nodes.map((node) => window(node, fromS, untilS)), fromS };
}

/** The up-times of a node that touch the window, whole: how long a machine has been up counts from where it really began. */
function window(node: AvailabilityNode, fromS: number, untilS: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i + 1 < node.times.length; i += 2) {
    const [start, end] = [node.times[i]!, node.times[i + 1]!];
    if (end > fromS && start < untilS) kept.push(start, end);
  }
  return kept;
}

function citiesOf(
  section: Section,
  regions: readonly RegionOptions[],
  dir: string,
  readText: ReadText,
): Pick<NetworkOptions, "placeRegion" | "rttMs"> | undefined {
  const file = fileOf(section, "file", dir, readText);
  const cities = fileOf(section, "cities", dir, readText);
  if (file === undefined || cities === undefined) return undefined;
  const matrix = taken(section, readRttMatrix(file.text, file.name));
  const cityRegions = taken(section, readCityRegions(cities.text, cities.name));
  if (matrix === undefined || cityRegions === undefined) return undefined;
  if (cityRegions.length !== matrix.size) {
    section.complain("cities", `${cityRegions.length} cities for a matrix of ${matrix.size}`);
    return undefined;
  }
  const kept = cityRegions.flatMap((name, place) => {
    const region = regions.findIndex((known) => known.name.toUpperCase() === name);
    return region < 0 ? [] : [{ place, region }];
  });
  for (const [index, { name }] of regions.entries()) {
    if (!kept.some((k) => k.region === index))
      section.complain("cities", `no city in region ${name}; cities belong to NA, EU, ASIA, SA, AFRICA, OCEANIA`);
  }
  return {
    placeRegion: kept.map((k) => k.region),
    rttMs: kept.flatMap((from) => kept.map((to) => matrix.ms[from.place * matrix.size + to.place]!)),
  };
}

function readCityRegions(text: string, name: string): Result<string[], Complaint[]> {
  const complaints = new Complaints(name);
  const table = readTable(text, complaints);
  if (table === undefined) return complaints.answer([]);
  const [country, latitude, longitude] = ["country", "latitude", "longitude"].map((column) => columnOf(table, column, column, complaints));
  if (country === undefined || latitude === undefined || longitude === undefined) return complaints.answer([]);
  const found: string[] = [];
  for (const row of table.rows) {
    const lat = decimal(row.cells[latitude]!);
    const lon = decimal(row.cells[longitude]!);
    if (lat === undefined || lon === undefined || Math.abs(lat) > 90 || Math.abs(lon) > 360)
      complaints.add(row.line, 1, "expected a latitude and a longitude in degrees");
    else found.push(regionOfCity(row.cells[country]!, lat, lon));
  }
  return complaints.answer(found);
}

/** VPS sites stand where an operator would rent them: in the city with the least median RTT to its region. */
function atHubs(vps: VpsOptions, network: Pick<NetworkOptions, "placeRegion" | "rttMs">): VpsOptions {
  const size = network.placeRegion.length;
  const hub = (region: number): number | undefined => {
    const places = network.placeRegion.flatMap((of, place) => (of === region ? [place] : []));
    const medians = places.map((from) => ({
      from,
      ms: median(places.filter((to) => to !== from).map((to) => network.rttMs[from * size + to]!)),
    }));
    return medians.sort((a, b) => a.ms - b.ms || a.from - b.from)[0]?.from;
  };
  return {
    sites: vps.sites.map((site) => {
      const place = hub(site.region);
      return place === undefined ? site : { ...site, place };
    }),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function uploadOf(section: Section, regions: readonly RegionOptions[], dir: string, readText: ReadText): Law | undefined {
  const file = fileOf(section, "file", dir, readText);
  if (file === undefined) return undefined;
  const rows = taken(section, readQuantiles(file.text, file.name));
  if (rows === undefined) return undefined;
  const [metric, column] = [section.text("metric"), section.text("weight")];
  const parts = rows.flatMap((row) => {
    const region = regions.find((known) => known.name.toUpperCase() === regionOfCode(row.name));
    const quantiles = row.metrics.get(metric);
    const tests = decimal(row.other.get(column) ?? "");
    return region === undefined || quantiles === undefined || tests === undefined || tests <= 0 ? [] : [{ region, quantiles, tests }];
  });
  for (const region of regions) {
    if (region.hosts > 0 && !parts.some((part) => part.region === region))
      section.complain("file", `no country of region ${region.name} has ${metric} and ${column}`);
  }
  // Countries share their region by tests; regions share the hosts as the scenario says.
  const total = (region: RegionOptions) => parts.reduce((sum, part) => sum + (part.region === region ? part.tests : 0), 0);
  return mixture(
    parts
      .map(({ region, quantiles, tests }) => ({
        law: { law: "quantiles" as const, ...quantiles },
        weight: (region.hosts * tests) / total(region),
      }))
      .filter((part) => part.weight > 0),
  );
}

function fileOf(
  section: Section,
  key: string,
  dir: string,
  readText: ReadText,
): { readonly name: string; readonly text: string } | undefined {
  const path = resolve(dir, section.text(key));
  const read = readText(path);
  if (read.ok) return { name: shownPath(path), text: read.value };
  section.complain(key, `cannot read ${shownPath(path)}: ${read.error}`);
  return undefined;
}

function taken<T>(section: Section, read: Result<T, Complaint[]>): T | undefined {
  if (read.ok) return read.value;
  section.complaints.push(...read.error);
  return undefined;
}
