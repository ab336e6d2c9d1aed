/**
 * Owns the choice: which host for which map, by score under capacity, and who stands by.
 * Promises: HO4 (only fit, eligible hosts, or a VPS), HO7 (only where there is room), HO11 (ties by id).
 * Never moves anything.
 */
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import { bestForMix, valueForMix } from "./host-mix.ts";
import { meanRtt } from "./score.ts";
import type { Hosting, MapState } from "./state.ts";

/** Room asked for beyond the players of now, so that a map does not outgrow its host at once: a quarter and four. */
const SPARE_DIVISOR = 4;
const SPARE_PLAYERS = 4;
/** A host stands by for at most this many times the maps it may hold: the best host is not everybody's standby. */
const STANDBY_FACTOR = 2;

/** Players to keep room for when a map with `players` is placed; never more than one map admits. */
export function roomFor(h: Hosting, map: MapId): number {
  const players = h.roster.count(map);
  return Math.max(players, Math.min(h.playersMax(map), players + Math.ceil(players / SPARE_DIVISOR) + SPARE_PLAYERS));
}

/** A host's score for a map's players of now, micro-points: the same number the index ranks by. */
export function scoreFor(h: Hosting, slot: number, map: MapId): number {
  const { micro, columns } = h.table;
  return valueForMix(micro, slot * columns, columns, h.mix(map));
}

/** The best player host for a map, or NO_HOST. `not` is never chosen (the present owner). */
export function bestPlayerHost(h: Hosting, map: MapId, not: HostId): HostId {
  const slot = bestForMix(h.index, h.mix(map), roomFor(h, map), (s) => h.table.hostOf(s) === not);
  return slot < 0 ? NO_HOST : h.table.hostOf(slot);
}

/** Whether a host may take this map now: fit, with room. Asked again whenever an older choice is used (standbys). */
function canTake(h: Hosting, host: HostId, map: MapId): boolean {
  const slot = h.table.slotOf(host);
  return slot >= 0 && h.table.headroom(slot, h.at) >= roomFor(h, map);
}

/** The best standby that is still good: warm ones first, then by score, ties by id. `not` is the owner that is lost. */
export function bestStandby(h: Hosting, state: MapState, not: HostId): HostId {
  let best = NO_HOST;
  let bestWarm = false;
  let bestScore = 0;
  for (const host of state.standbys) {
    if (host === not || !canTake(h, host, state.map)) continue;
    const warm = state.warm.includes(host);
    const score = scoreFor(h, h.table.slotOf(host), state.map);
    const better = best === NO_HOST || (warm !== bestWarm ? warm : score > bestScore || (score === bestScore && host < best));
    if (!better) continue;
    best = host;
    bestWarm = warm;
    bestScore = score;
  }
  return best;
}

/** A VPS site with a slot for the map that is not itself on its way out: nearest to its players, ties by id. Slots are kept for critical maps that have none yet. */
export function vpsFor(h: Hosting, map: MapId, not: HostId): HostId | RefusalReason {
  let free = 0;
  let best = NO_HOST;
  let bestLatency = Number.POSITIVE_INFINITY;
  const mix = h.mix(map);
  for (const slot of h.sites) {
    const left = h.table.isFit(slot, h.at) ? h.table.mapsLeft(slot) : 0;
    free += left;
    const host = h.table.hostOf(slot);
    if (left < 1 || host === not) continue;
    const profile = h.table.profileOf(slot);
    const latency = meanRtt(profile.regional_latency_ms, mix, profile.stats.latency_ms);
    if (latency < bestLatency || (latency === bestLatency && host < best)) {
      best = host;
      bestLatency = latency;
    }
  }
  const kept = h.mayLeaveVps(map) ? h.slotless : 0;
  return best === NO_HOST || free <= kept ? "vps_full" : best;
}

/** Chooses a map's standbys anew where one is missing or no longer good, and tells the owner whom to keep a replica on. */
export function refreshStandbys(h: Hosting, state: MapState): void {
  const wanted =
    h.mayLeaveVps(state.map) && h.settings.conf.general.enable_auto_migration && !h.isVps(state.owner)
      ? h.settings.conf.failover.backup_hosts_count
      : 0;
  if (h.buggify("standbys-none")) return setStandbys(h, state, []);
  if (state.standbys.length === wanted && allGood(h, state)) return;
  const kept = state.standbys.filter((host) => host !== state.owner && canTake(h, host, state.map)).slice(0, wanted);
  const missing = wanted - kept.length;
  const short = missing > 0 && h.buggify("standbys-one-short") ? 1 : 0;
  const fresh = candidates(h, state, kept, missing - short);
  if (fresh.length === 0 && kept.length === state.standbys.length) return;
  setStandbys(h, state, [...kept, ...fresh]);
}

function allGood(h: Hosting, state: MapState): boolean {
  for (const host of state.standbys) if (host === state.owner || !canTake(h, host, state.map)) return false;
  return true;
}

/** Replaces a map's standbys; an empty list ends them. */
export function setStandbys(h: Hosting, state: MapState, hosts: readonly HostId[]): void {
  if (hosts.length === 0 && state.standbys.length === 0) return;
  for (const host of state.standbys) h.standbyCount.set(host, (h.standbyCount.get(host) ?? 1) - 1);
  for (const host of hosts) h.standbyCount.set(host, (h.standbyCount.get(host) ?? 0) + 1);
  state.standbys = hosts;
  state.warm = state.warm.filter((host) => hosts.includes(host));
  h.record({ kind: "standby/chosen", map: state.map, hosts });
  tellStandbys(h, state);
}

/** Tells a serving owner whom to keep a replica on: when that changes, and when it is back from where it could not be told. */
export function tellStandbys(h: Hosting, state: MapState): void {
  if (!state.serving || !h.isOnline(state.owner)) return;
  const { conf } = h.settings;
  h.tell(state.owner, {
    kind: "hosting/replicate",
    map: state.map,
    epoch: state.epoch,
    to: state.standbys,
    bytes: stateBytes(h, state.map),
    intervalMs: conf.realtime_gaming.realtime_sync_interval_ms,
  });
}

/** The size of a map's state: a fixed part and a part per player. */
export function stateBytes(h: Hosting, map: MapId): number {
  const { stateBytesBase, stateBytesPerPlayer } = h.settings.tuning;
  return stateBytesBase + stateBytesPerPlayer * h.roster.count(map);
}

function candidates(h: Hosting, state: MapState, kept: readonly HostId[], missing: number): HostId[] {
  const limit = STANDBY_FACTOR * h.settings.conf.task_distribution.max_tasks_per_node;
  const chosen: HostId[] = [];
  const need = roomFor(h, state.map);
  const mix = h.mix(state.map);
  for (let i = 0; i < missing; i++) {
    const slot = bestForMix(h.index, mix, need, (s) => {
      const host = h.table.hostOf(s);
      return host === state.owner || kept.includes(host) || chosen.includes(host) || (h.standbyCount.get(host) ?? 0) >= limit;
    });
    if (slot < 0) break;
    chosen.push(h.table.hostOf(slot));
  }
  return chosen;
}
