/** What a scenario says one by one instead of by laws: its machines, their up-times, its maps, where a VPS site stands. */
import { nearest } from "../../../src/base/text/nearest.ts";
import type { HostOptions, ListedHost, MapOptions, RegionOptions } from "../../options.ts";
import type { Section } from "./section.ts";

/** A place of `network.rtt`: its name, and the index of its region. Their order is that of `NetworkOptions.placeRegion`. */
export type NamedPlace = { readonly name: string; readonly region: number };

/** The places of a section `network.rtt` that lie in the scenario's regions. */
export function namedPlaces(section: Section, regions: readonly RegionOptions[]): NamedPlace[] {
  return section.items("places").flatMap((place) => {
    const region = regions.findIndex((known) => known.name === place.text("region"));
    return region < 0 ? [] : [{ name: place.text("name"), region }];
  });
}

/** Index of the place that a field names; complains with the nearest known name and gives 0 when there is none. */
export function placeOf(section: Section, key: string, places: readonly NamedPlace[]): number {
  const name = section.text(key);
  const index = places.findIndex((place) => place.name === name);
  if (index >= 0) return index;
  const names = places.map((place) => place.name);
  const near = nearest(name, names);
  const shown = `${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`;
  section.complain(key, `unknown place "${name}" of network.rtt; ${near === undefined ? `known are ${shown}` : `did you mean "${near}"?`}`);
  return 0;
}

/** `fleet.hosts.list`. */
export function listedHosts(section: Section, places: readonly NamedPlace[]): ListedHost[] {
  return section.items("list").map((host) => ({
    place: placeOf(host, "place", places),
    cpuGhz: host.number("cpuGhz"),
    cpuCores: host.number("cpuCores"),
    freeRamMb: host.number("freeRamMb"),
    uploadMbps: host.number("upload"),
    jitterMs: host.time("jitter", "ms"),
    packetRate: host.number("packetRate"),
    frameTimeMs: host.time("frameTime", "ms"),
    accessMs: host.time("access", "ms"),
    upS: host.time("up", "s", 0),
    comesS: comesS(host),
  }));
}

function comesS(host: Section): number {
  const comes = host.time("comes", "s", 0);
  if (comes > 0 && host.time("up", "s", 0) > 0) host.complain("up", "has no effect on a machine that comes later");
  return comes;
}

/** `fleet.hosts.availability`: start, end, start, end … of each node's up-times, rising. */
export function listedAvailability(section: Section): NonNullable<HostOptions["availability"]> {
  const nodes = section.items("nodes").map((node) => {
    const times = node.node?.kind === "list" ? node.node.items.map((item) => (item.kind === "leaf" ? Number(item.value) : 0)) : [];
    const falls = times.findIndex((time, i) => i > 0 && !(time > times[i - 1]!));
    if (times.length % 2 !== 0) node.itemComplaint(times.length - 1, "has no end; a node's times are start, end, start, end, …");
    if (falls >= 0) node.itemComplaint(falls, `${times[falls]} does not come after ${times[falls - 1]}`);
    return times;
  });
  return { nodes, fromS: section.time("from", "s") };
}

/** `fleet.maps.list`. */
export function listedMaps(section: Section): MapOptions {
  const items = section.items("list");
  const names = items.map((item) => item.text("name"));
  for (const [index, item] of items.entries()) {
    if (names.indexOf(names[index]!) < index) item.complain("name", `the map ${names[index]} is given twice`);
  }
  const popularity = items.map((item) => item.number("popularity", 1));
  if (!popularity.some((weight) => weight > 0)) section.complain("list", "some map must have a popularity above 0");
  return { names, eligible: items.map((item) => item.flag("eligible", true)), popularity };
}
