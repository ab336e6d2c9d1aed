/** The parts of the options that describe the world: regions, network, hosts, players, maps, VPS. */
import type { Law } from "../../../src/base/laws.ts";
import { withHosts } from "../../fleet/listed.ts";
import { lawMean } from "../../../src/base/laws.ts";
import type { Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { HostOptions, MapOptions, NetworkOptions, PlayerOptions, RegionOptions, VpsOptions } from "../../options.ts";
import { arrivalsFor, dailyCurve, steadyArrivals } from "./arrivals.ts";
import type { Arrivals } from "./arrivals.ts";
import type { TextFault } from "./law-text.ts";
import { listedAvailability, listedHosts, listedMaps, placeOf } from "./listed.ts";
import type { NamedPlace } from "./listed.ts";
import { parseZipf } from "./law-text.ts";
import { mapsOf } from "./map-names.ts";
import { timeIn } from "./quantity.ts";
import type { Section, Weights } from "./section.ts";

/** Regions with shares that sum to 1; complains when a sum is not positive. */
export function regionsOf(section: Section): RegionOptions[] {
  const raw = section.keys().map((name) => {
    const both = section.child(name);
    return both.node?.kind === "map"
      ? { name, players: both.number("players"), hosts: both.number("hosts") }
      : { name, players: section.number(name), hosts: section.number(name) };
  });
  const players = raw.reduce((sum, r) => sum + r.players, 0);
  const hosts = raw.reduce((sum, r) => sum + r.hosts, 0);
  if (raw.length === 0 || !(players > 0) || !(hosts > 0)) {
    section.complaints.push({ ...section.at, message: `${section.path}: the shares of players and of hosts must have positive sums` });
    return raw;
  }
  return raw.map((r) => ({ name: r.name, players: shareOf(r.players, players), hosts: shareOf(r.hosts, hosts) }));
}

/** Shares that sum to 1 up to rounding stay as they are written, so that expanded options read again are the same to the last bit. */
function shareOf(part: number, total: number): number {
  return Math.abs(total - 1) < 1e-9 ? part : part / total;
}

/** Shares of the hosts and of the players by region. */
export function weightsOf(regions: readonly RegionOptions[], of: "players" | "hosts"): Weights {
  return regions.map((region) => ({ name: region.name, weight: region[of] }));
}

/** Index of a region by name; complains with the nearest known name and gives 0 when there is none. */
function regionIndex(section: Section, key: string, regions: readonly RegionOptions[]): number {
  const name = section.text(key);
  const index = regions.findIndex((region) => region.name === name);
  if (index >= 0) return index;
  const names = regions.map((region) => region.name);
  const near = nearest(name, names);
  section.complain(key, `unknown region "${name}"; ${near === undefined ? `known are ${names.join(", ")}` : `did you mean "${near}"?`}`);
  return 0;
}

/** The network over the places of the scenario's regions. `heartbeatMs` turns a chance per heartbeat into spells of time. */
export function networkOf(section: Section, regions: readonly RegionOptions[], heartbeatMs: number): NetworkOptions {
  const spell = section.parsed("loss", parseLoss(heartbeatMs), { loss: 0, burst: null });
  const burst = section.child("burst");
  if (section.has("burst") && spell.burst !== null) section.complain("burst", "gilbert(…) in loss already says how bursts are");
  return {
    ...placesOf(section.child("rtt"), regions),
    playerAccessMs: section.law("playerAccess", "ms", weightsOf(regions, "players")),
    hostAccessMs: section.law("hostAccess", "ms", weightsOf(regions, "hosts")),
    jitterMs: section.parsed("jitter", parseJitter, 0),
    loss: spell.loss,
    burst: section.has("burst") ? { everyUs: burst.us("every"), lengthUs: burst.us("for"), loss: burst.number("loss") } : spell.burst,
  };
}

/** Places of the matrix whose region the scenario has, and the part of the matrix between them. */
function placesOf(section: Section, regions: readonly RegionOptions[]): Pick<NetworkOptions, "placeRegion" | "rttMs"> {
  const places = section.items("places").map((place) => place.text("region"));
  const rows = section.child("ms").node;
  const matrix =
    rows?.kind === "list"
      ? rows.items.map((row) => (row.kind === "list" ? row.items.map((cell) => (cell.kind === "leaf" ? Number(cell.value) : 0)) : []))
      : [];
  if (matrix.length !== places.length || matrix.some((row) => row.length !== places.length)) {
    section.complain("ms", `expected a matrix of ${places.length} rows of ${places.length}, one for each place`);
    return { placeRegion: [], rttMs: [] };
  }
  const kept = places.flatMap((region, place) => {
    const index = regions.findIndex((known) => known.name === region);
    return index < 0 ? [] : [{ place, region: index }];
  });
  for (const [index, { name }] of regions.entries()) {
    if (!kept.some((k) => k.region === index)) section.complain("places", `no place in region ${name}`);
  }
  return { placeRegion: kept.map((k) => k.region), rttMs: kept.flatMap((from) => kept.map((to) => matrix[from.place]![to.place]!)) };
}

/** The machines; a trace of availability comes later, from the data folder. */
export function hostsOf(section: Section, regions: readonly RegionOptions[], places: readonly NamedPlace[]): HostOptions {
  const common = { uploadShare: section.number("uploadShare"), leave: leaveOf(section), metricsNoise: section.number("metricsNoise") };
  if (section.has("list")) return withHosts(common, listedHosts(section, places));
  const weights = weightsOf(regions, "hosts");
  const hardware = section.child("hardware");
  return {
    ...common,
    list: null,
    count: section.number("count"),
    cpuGhz: hardware.law("cpuGhz", "plain", weights),
    cpuCores: hardware.law("cpuCores", "plain", weights),
    freeRamMb: hardware.law("freeRamMb", "plain", weights),
    uploadMbps: section.law("upload", "plain", weights),
    jitterMs: section.law("jitter", "ms", weights),
    packetRate: hardware.law("packetRate", "plain", weights),
    frameTimeMs: hardware.law("frameTime", "ms", weights),
    ...livesOf(section, weights),
  };
}

/** How machines come and go: by laws, by a list, or by faults alone. */
function livesOf(section: Section, weights: Weights): Pick<HostOptions, "uptimeS" | "downtimeS" | "availability"> {
  if (section.has("availability")) {
    return { uptimeS: null, downtimeS: null, availability: listedAvailability(section.child("availability")) };
  }
  const uptimeS = section.text("uptime", "") === "always" ? null : section.lifeLaw("uptime", weights);
  const downtimeS = section.text("downtime", "") === "forever" ? null : section.lifeLaw("downtime", weights);
  if (uptimeS !== null && downtimeS === null) section.complain("downtime", "forever needs uptime: always");
  return { uptimeS, downtimeS, availability: null };
}

function leaveOf(section: Section): HostOptions["leave"] {
  const leave = section.child("leave");
  const [polite, close, silent] = [leave.number("polite"), leave.number("close"), leave.number("silent")];
  const total = polite + close + silent;
  if (!(total > 0)) section.complain("leave", "the shares must have a positive sum");
  return { polite: shareOf(polite, total), close: shareOf(close, total), silent: shareOf(silent, total) };
}

/** Fields that only one way of making arrivals understands. */
const EXECUTOR_FIELDS: Readonly<Record<string, readonly string[]>> = {
  constant: ["peak"],
  "daily-curve": ["peak", "peakAt", "peakToTrough"],
  "ramping-arrival-rate": ["initial", "start", "stages"],
};

/** Who plays. */
export function playersOf(section: Section, regions: readonly RegionOptions[], durationUs: number): PlayerOptions {
  const weights = weightsOf(regions, "players");
  const sessionS = section.lifeLaw("session", weights);
  const stayS = section.lifeLaw("stay", weights);
  const quit = section.child("quit");
  if (!(lawMean(sessionS) > 0)) section.complain("session", "the mean length must be positive");
  if (!(lawMean(stayS) > 0)) section.complain("stay", "the mean length must be positive");
  return {
    ...arrivalsOf(section, sessionS, durationUs),
    sessionS,
    stayS,
    quit: {
      rtt: quit.number("rtt"),
      jitter: quit.number("jitter"),
      loss: quit.number("loss"),
      outage: quit.number("outage"),
      perHour: quit.number("perHour"),
    },
  };
}

function arrivalsOf(section: Section, sessionS: Law, durationUs: number): Arrivals {
  const executor = section.text("executor");
  const understood = EXECUTOR_FIELDS[executor] ?? [];
  for (const key of new Set(Object.values(EXECUTOR_FIELDS).flat())) {
    if (section.has(key) && !understood.includes(key))
      section.complain(key, `has no effect with executor ${executor}; write null to drop an inherited value`);
  }
  const scale = section.number("scale");
  if (executor === "ramping-arrival-rate") {
    const initial = Math.round(section.number("initial", 0) * scale);
    const stages = section.items("stages").map((stage) => ({ forUs: stage.us("for"), toPerS: stage.perSecond("to") * scale }));
    const startPerS = section.has("start") ? section.perSecond("start") * scale : steadyArrivals(initial, sessionS).startPerS;
    return { initial, startPerS, stages };
  }
  const peak = section.number("peak") * scale;
  if (executor === "constant") return steadyArrivals(Math.round(peak), sessionS);
  return arrivalsFor(dailyCurve(peak, section.number("peakToTrough"), section.us("peakAt")), durationUs, sessionS);
}

/** The maps; `listed` are those the conf names. */
export function mapOptions(section: Section, listed: Readonly<Record<string, boolean>>): MapOptions {
  if (section.has("list")) return listedMaps(section);
  const count = section.number("count");
  const critical = section.number("critical");
  const names = section.items("names").map((item) => (item.node?.kind === "leaf" ? String(item.node.value) : ""));
  if (critical > count) section.complain("critical", `${critical} of ${count} maps cannot be critical`);
  if (new Set(names).size < names.length) section.complain("names", "a name is given twice");
  const zipf = section.parsed("popularity", parseZipf, 1);
  return mapsOf({ count, critical: Math.min(critical, count), zipf, names, listed });
}

/** The VPS sites: as listed, or `slots` spread over the regions by their players, or room for every map. */
export function vpsOf(section: Section, regions: readonly RegionOptions[], maps: number, places: readonly NamedPlace[]): VpsOptions {
  if (section.has("sites")) {
    if (section.has("slots")) section.complain("slots", "give either slots or sites; write null to drop an inherited value");
    return { sites: section.items("sites").map((site) => siteOf(site, regions, places)) };
  }
  return { sites: sitesFor(regions, section.number("slots", maps)) };
}

function siteOf(section: Section, regions: readonly RegionOptions[], places: readonly NamedPlace[]): VpsOptions["sites"][number] {
  const site = { region: regionIndex(section, "region", regions), slots: section.number("slots") };
  if (!section.has("place")) return site;
  const place = placeOf(section, "place", places);
  if (places[place] !== undefined && places[place].region !== site.region)
    section.complain("place", `does not lie in region ${regions[site.region]?.name}`);
  return { ...site, place };
}

/** Slots spread over the regions by their players; regions that get none have no site. */
export function sitesFor(regions: readonly Pick<RegionOptions, "players">[], slots: number): VpsOptions["sites"] {
  const exact = regions.map((region) => region.players * slots);
  const sites = exact.map((part, region) => ({ region, slots: Math.floor(part) }));
  // What rounding down left over goes to the regions that lost most by it.
  const byLoss = exact
    .map((part, region) => ({ region, loss: part - Math.floor(part) }))
    .sort((a, b) => b.loss - a.loss || a.region - b.region);
  let left = slots - sites.reduce((sum, site) => sum + site.slots, 0);
  for (const { region } of byLoss) {
    if (left <= 0) break;
    sites[region]!.slots += 1;
    left -= 1;
  }
  return sites.filter((site) => site.slots > 0);
}

function parseJitter(text: string): Result<number, TextFault> {
  const inner = /^laplace\((.*)\)$/.exec(text)?.[1];
  const offset = inner === undefined ? 0 : "laplace(".length;
  const ms = timeIn((inner ?? text).trim(), "ms");
  return ms === undefined ? err({ offset, message: `expected laplace(4ms) or a time, found ${JSON.stringify(text)}` }) : ok(ms);
}

/**
 * A probability, or gilbert(p, r): at each heartbeat the chance p to enter and r to leave a spell in which everything is lost (Gilbert 1960).
 * Spells then come every 1/p heartbeats and last 1/r heartbeats in the mean.
 */
function parseLoss(heartbeatMs: number): (text: string) => Result<Pick<NetworkOptions, "loss" | "burst">, TextFault> {
  return (text) => {
    const plain = decimal(text);
    if (plain !== undefined) return ok({ loss: plain, burst: null });
    const parts = /^gilbert\(([^,]*),([^,]*)\)$/.exec(text);
    const [enter, leave] = [decimal(parts?.[1]?.trim() ?? ""), decimal(parts?.[2]?.trim() ?? "")];
    if (enter === undefined || leave === undefined || !(enter > 0 && enter <= 1 && leave > 0 && leave <= 1)) {
      return err({
        offset: 0,
        message: `expected a probability or gilbert(p, r) with p and r above 0 and at most 1, found ${JSON.stringify(text)}`,
      });
    }
    const beatUs = heartbeatMs * 1000;
    return ok({ loss: 0, burst: { everyUs: Math.round(beatUs / enter), lengthUs: Math.round(beatUs / leave), loss: 1 } });
  };
}
