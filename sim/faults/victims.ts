/** Whom a fault meets: chosen among the player hosts that are up, by keyed draws that are the same for a seed. */
import { drawU32, type Stream } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { FaultTarget, Options } from "../options.ts";
import type { World } from "../world/world.ts";

type DrawnTarget = Exclude<FaultTarget, { readonly pick: "move" }>;

/** The hosts that occurrence `occurrence` of fault `index` meets, lowest id first. */
export function victims(world: World, options: Options, target: DrawnTarget, draws: Stream, index: number, occurrence: number): HostId[] {
  const sites = options.vps.sites.length;
  if (target.pick === "host") return victims(world, options, { pick: "hosts", indices: [target.index] }, draws, index, occurrence);
  if (target.pick === "hosts") {
    const named = [...new Set(target.indices)].map((index) => sites + 1 + index).sort((a, b) => a - b);
    return named.filter((host) => host <= world.machines.hosts && world.machines.up[host] === 1);
  }
  const up: HostId[] = [];
  for (let host = sites + 1; host <= world.machines.hosts; host++) if (world.machines.up[host] === 1) up.push(host);
  switch (target.pick) {
    case "all":
      return up;
    case "busiest":
      return busiest(world, up, target.count);
    case "region": {
      const there = up.filter((host) => options.network.placeRegion[world.machines.place[host] as number] === target.region);
      return drawn(there, Math.ceil(there.length * target.share), draws, index, occurrence);
    }
    case "share":
      return drawn(up, Math.ceil(up.length * target.share), draws, index, occurrence);
    case "count":
      return drawn(up, target.count, draws, index, occurrence);
  }
}

/** `count` of the hosts, in the order of a keyed draw each. */
function drawn(hosts: readonly HostId[], count: number, draws: Stream, index: number, occurrence: number): HostId[] {
  const keyed = hosts.map((host) => ({ host, key: drawU32(draws, host, index * 1_000_003 + occurrence) }));
  keyed.sort((a, b) => a.key - b.key || a.host - b.host);
  return keyed
    .slice(0, count)
    .map((k) => k.host)
    .sort((a, b) => a - b);
}

/** The hosts that serve most players now, ties by id. */
function busiest(world: World, up: readonly HostId[], count: number): HostId[] {
  const players = new Map<HostId, number>();
  for (const player of world.players)
    if (player !== undefined && player.stage === "playing") players.set(player.host, (players.get(player.host) ?? 0) + 1);
  return [...up].sort((a, b) => (players.get(b) ?? 0) - (players.get(a) ?? 0) || a - b).slice(0, count);
}
