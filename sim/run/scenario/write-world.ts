/** The parts of a scenario file that describe the world: the way back from `world.ts` and `listed.ts`. */
import type { HostOptions, ListedHost, NetworkOptions, Options, RegionOptions } from "../../options.ts";
import { lawYaml } from "./write-law.ts";
import { rateText, timeInText, timeText } from "./write-quantity.ts";
import { allWritten } from "./write-rest.ts";
import { fieldsOf } from "./write-yaml.ts";
import type { Yaml } from "./write-yaml.ts";

/** The section `fleet`. */
export function fleetYaml(options: Pick<Options, "regions" | "hosts" | "players" | "maps" | "reconnectS" | "network">): Yaml {
  const { regions, hosts, network } = options;
  return fieldsOf({
    regions: new Map(regions.map(regionEntry)),
    hosts: hostsYaml(hosts, placeNames(network, regions)),
    players: playersYaml(options),
    maps: mapsYaml(options.maps),
  });
}

function regionEntry({ name, players, hosts, ...rest }: RegionOptions): [string, Yaml] {
  allWritten(rest);
  return [name, players === hosts ? players : fieldsOf({ players, hosts })];
}

function hostsYaml(hosts: HostOptions, places: readonly string[]): Yaml {
  const { list, count, cpuGhz, cpuCores, freeRamMb, uploadMbps, uploadShare, jitterMs, packetRate, frameTimeMs, ...others } = hosts;
  const { uptimeS, downtimeS, availability, leave, metricsNoise, ...rest } = others;
  allWritten(rest);
  const common = { leave: fieldsOf(leave), metricsNoise };
  if (list !== null) return fieldsOf({ list: list.map((host) => hostYaml(host, places)), uploadShare, ...common });
  return fieldsOf({
    count,
    hardware: fieldsOf({
      cpuGhz: lawYaml(cpuGhz, "plain"),
      cpuCores: lawYaml(cpuCores, "plain"),
      freeRamMb: lawYaml(freeRamMb, "plain"),
      packetRate: lawYaml(packetRate, "plain"),
      frameTime: lawYaml(frameTimeMs, "ms"),
    }),
    upload: lawYaml(uploadMbps, "plain"),
    uploadShare,
    jitter: lawYaml(jitterMs, "ms"),
    ...livesYaml({ uptimeS, downtimeS, availability }),
    ...common,
  });
}

/** How machines come and go. */
function livesYaml({
  uptimeS,
  downtimeS,
  availability,
}: Pick<HostOptions, "uptimeS" | "downtimeS" | "availability">): Record<string, Yaml> {
  if (availability === null) {
    return {
      uptime: uptimeS === null ? "always" : lawYaml(uptimeS, "s"),
      downtime: downtimeS === null ? "forever" : lawYaml(downtimeS, "s"),
    };
  }
  const { nodes, fromS, ...rest } = availability;
  allWritten(rest);
  return { availability: fieldsOf({ from: timeInText(fromS, "s"), nodes }) };
}

function hostYaml(host: ListedHost, places: readonly string[]): Yaml {
  const { place, cpuGhz, cpuCores, freeRamMb, uploadMbps, jitterMs, packetRate, frameTimeMs, accessMs, upS, comesS, ...rest } = host;
  allWritten(rest);
  return fieldsOf({
    place: places[place],
    cpuGhz,
    cpuCores,
    freeRamMb,
    upload: uploadMbps,
    jitter: timeInText(jitterMs, "ms"),
    packetRate,
    frameTime: timeInText(frameTimeMs, "ms"),
    access: timeInText(accessMs, "ms"),
    up: upS === 0 ? undefined : timeInText(upS, "s"),
    comes: comesS === 0 ? undefined : timeInText(comesS, "s"),
  });
}

function playersYaml({ players, reconnectS }: Pick<Options, "players" | "reconnectS">): Yaml {
  const { initial, startPerS, stages, sessionS, stayS, quit, ...rest } = players;
  allWritten(rest);
  return fieldsOf({
    executor: "ramping-arrival-rate",
    initial,
    scale: 1,
    start: rateText(startPerS),
    stages: stages.length === 0 ? undefined : stages.map(stageYaml),
    session: lawYaml(sessionS, "s"),
    stay: lawYaml(stayS, "s"),
    reconnect: lawYaml(reconnectS, "s"),
    quit: fieldsOf(quit),
  });
}

function stageYaml({ forUs, toPerS, ...rest }: Options["players"]["stages"][number]): Yaml {
  allWritten(rest);
  return fieldsOf({ for: timeText(forUs), to: rateText(toPerS) });
}

function mapsYaml({ names, eligible, popularity, ...rest }: Options["maps"]): Yaml {
  allWritten(rest);
  return fieldsOf({
    list: names.map((name, i) => fieldsOf({ name, eligible: eligible[i] === true, popularity: popularity[i]! })),
  });
}

/** The section `network`. */
export function networkYaml(network: NetworkOptions, regions: readonly RegionOptions[]): Yaml {
  const { placeRegion, rttMs, playerAccessMs, hostAccessMs, jitterMs, loss, burst, ...rest } = network;
  allWritten(rest);
  const names = placeNames(network, regions);
  const size = placeRegion.length;
  return fieldsOf({
    rtt: fieldsOf({
      places: names.map((name, place) => fieldsOf({ name, region: regions[placeRegion[place]!]!.name })),
      ms: names.map((_, place) => rttMs.slice(place * size, (place + 1) * size)),
    }),
    playerAccess: lawYaml(playerAccessMs, "ms"),
    hostAccess: lawYaml(hostAccessMs, "ms"),
    jitter: `laplace(${timeInText(jitterMs, "ms")})`,
    loss,
    burst: burst === null ? null : burstYaml(burst),
  });
}

function burstYaml({ everyUs, lengthUs, loss, ...rest }: NonNullable<NetworkOptions["burst"]>): Yaml {
  allWritten(rest);
  return fieldsOf({ every: timeText(everyUs), for: timeText(lengthUs), loss });
}

/** A name for each place: its region's where it is the only one, else with a number that no region's name can end in. */
function placeNames({ placeRegion }: NetworkOptions, regions: readonly RegionOptions[]): string[] {
  const seen = regions.map(() => 0);
  return placeRegion.map((region) => {
    const { name } = regions[region]!;
    seen[region]! += 1;
    return placeRegion.indexOf(region) === placeRegion.lastIndexOf(region) ? name : `${name}.${seen[region]}`;
  });
}

/** The section `vps`. */
export function vpsYaml({ vps, network, regions }: Pick<Options, "vps" | "network" | "regions">): Yaml {
  const { sites, ...rest } = vps;
  allWritten(rest);
  const places = placeNames(network, regions);
  return fieldsOf({
    sites: sites.map(({ region, slots, place, ...others }) => {
      allWritten(others);
      return fieldsOf({ region: regions[region]!.name, slots, place: place === undefined ? undefined : places[place] });
    }),
  });
}
