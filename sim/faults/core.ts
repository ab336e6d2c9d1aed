/**
 * Owns the end of faults for those who are not healed: the core is well again, the others are lost for good.
 * Promises: who belongs to the core is drawn by the seed and the host alone. Never touches VPS sites, store, coordinator and players.
 */
import { drawU32, drawUnit, stream } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import { cut } from "./lines.ts";
import type { Tools } from "./part.ts";

/** The player hosts that are healed when faults stop, or null: all of them are. */
export function coreOf({ world, options }: Tools): ReadonlySet<HostId> | null {
  const { heal } = options;
  if (heal >= 1) return null;
  const draws = stream(world.root, "faults/core");
  const sites = options.vps.sites.length;
  const keyed = Array.from({ length: world.machines.hosts - sites }, (_, i) => ({
    host: sites + 1 + i,
    key: drawU32(draws, sites + 1 + i, 0),
  }));
  keyed.sort((a, b) => a.key - b.key || a.host - b.host);
  return new Set(keyed.slice(0, Math.round(heal * keyed.length)).map(({ host }) => host));
}

/** The hosts outside the core: what stands still stands still for good, and of those that are well some are cut off, some stop, some stay. */
export function abandon(tools: Tools, core: ReadonlySet<HostId>): void {
  const { world, cuts, options } = tools;
  const { machines } = world;
  const draws = stream(world.root, "faults/core");
  for (let host = options.vps.sites.length + 1; host <= machines.hosts; host++) {
    if (core.has(host) || machines.up[host] === 0) continue;
    if ((machines.pausedUntil[host] as number) > world.now) machines.pausedUntil[host] = Number.POSITIVE_INFINITY;
    else if (!machines.isSevered(host) && !cuts.isTroubled(host)) strike(tools, host, drawUnit(draws, host, 1));
  }
}

function strike(tools: Tools, host: HostId, u: number): void {
  if (u < 1 / 3) cut(tools, host, true, true);
  else if (u < 2 / 3) tools.world.stopHost(host, "down-silent");
}
