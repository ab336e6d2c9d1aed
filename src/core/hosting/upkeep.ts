/**
 * Owns what is done at intervals: health checks, standbys looked at again, the way back from the VPS, redistribution.
 * Promises: HO6 (threshold, cool-down, share limit), HO10 (a blocked host's last maps are taken from it). Never acts in a storm.
 */
import { US_PER_S } from "../../base/time.ts";
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import { bestPlayerHost, refreshStandbys, roomFor, scoreFor } from "./choose.ts";
import { reasonsOf } from "./eligibility.ts";
import { drain, isSlow } from "./health.ts";
import { type Bounds, boundForMix, boundsOf } from "./host-mix.ts";
import { beginMove, theta } from "./move.ts";
import { handOver, rescue, wakeWaiting } from "./rescue.ts";
import { backOff, forgetDeparted } from "./standing.ts";
import { type Hosting, type MapState, TIMER } from "./state.ts";

/** Subject of the health timer when its check was put off: it is not put off again. */
export const LATE = 1;

/** Every health_check_interval: rested hosts are offered again, bad ones lose their maps, standbys are checked. */
export function checkHealth(h: Hosting, late = false): void {
  const everyUs = h.settings.conf.monitoring.health_check_interval * US_PER_S;
  if (!late && h.buggify("health-check-late")) return h.wakeAt(TIMER.health, LATE, h.at + Math.ceil(everyUs / 3));
  h.wakeAt(TIMER.health, 0, h.at + everyUs);
  forgetDeparted(h);
  for (const host of [...h.resting].sort((a, b) => a - b)) offerRested(h, host);
  for (const host of [...h.mapsOf.keys()].sort((a, b) => a - b)) checkHost(h, host);
  for (const state of h.maps) if (state.serving && state.move === null) refreshStandbys(h, state);
  wakeWaiting(h, 1);
}

function offerRested(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if ((h.table.blockedUntil[slot] as number) <= h.at && h.table.securityValid[slot] === 0) h.table.setSecurityValid(slot, true);
  if ((h.table.blockedUntil[slot] as number) > h.at || (h.table.backoffUntil[slot] as number) > h.at) return;
  h.resting.delete(host);
  h.offer(slot);
}

/** One host that holds maps: blocked, leaving, degraded or no longer eligible hosts hand them over, and all hosts what belongs on the VPS. */
function checkHost(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (h.table.maps[slot] === 0 || h.table.vps[slot] === 1 || h.table.online[slot] === 0) return;
  if ((h.table.blockedUntil[slot] as number) > h.at) {
    for (const map of h.ownedBy(host)) rescue(h, h.maps[map] as MapState, "invalid");
    return;
  }
  if (h.table.leaving[slot] === 1) return drain(h, host);
  handOverCritical(h, host);
  const slow = isSlow(h, slot);
  const checks = h.badChecks.get(host) ?? 0;
  markDegraded(h, host, slot, slow && checks >= h.settings.tuning.failedChecksMax);
  if (checks < h.settings.tuning.failedChecksMax) return;
  if (!h.notGood.has(host)) noLongerGood(h, host, slow ? "frame_time_ms" : reasonsOf(h.table.reasons[slot] as number).join(", "));
  for (const map of h.ownedBy(host)) {
    const state = h.maps[map] as MapState;
    if (state.serving && state.move === null && roomForMoves(h)) handOver(h, state, "degraded");
  }
}

/** A coordinator that began under another conf may find maps with player hosts that must stay on the VPS by now (HO4): they go there. */
function handOverCritical(h: Hosting, host: HostId): void {
  for (const map of h.ownedBy(host)) {
    const state = h.maps[map] as MapState;
    if (!h.mayLeaveVps(map) && state.serving && state.move === null && roomForMoves(h)) handOver(h, state, "policy");
  }
}

/** Said once, until it measures well again: it is not asked for a while, or a host at the edge of a limit would take and give up maps for ever. */
function noLongerGood(h: Hosting, host: HostId, why: string): void {
  h.notGood.add(host);
  backOff(h, host);
  if (h.settings.conf.monitoring.detailed_logging) h.record({ kind: "alert", text: `host no longer good: ${why}`, host });
}

function markDegraded(h: Hosting, host: HostId, slot: number, degraded: boolean): void {
  if ((h.table.degraded[slot] === 1) === degraded) return;
  h.table.degraded[slot] = degraded ? 1 : 0;
  h.offer(slot);
  h.record({ kind: "host/degraded", host, degraded });
}

/** A degraded host that holds nothing is judged by its measurements when they come. */
export function recovered(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (!isSlow(h, slot) && h.ownedBy(host).length === 0) markDegraded(h, host, slot, false);
}

/** Maps that may be on the move before another one is held back from a move of our own will: the share of hosted maps, at least one. */
export function movesLimit(h: Hosting): number {
  return Math.max(1, Math.floor(h.settings.tuning.voluntaryShareMax * h.hosted));
}

function roomForMoves(h: Hosting): boolean {
  return h.moves.size < (h.buggify("moves-limit-one") ? 1 : movesLimit(h));
}

/** Every reassignment_interval: maps go back from the VPS, and to clearly better hosts. */
export function redistribute(h: Hosting): void {
  const { conf, tuning } = h.settings;
  const everyS = conf.task_distribution.reassignment_interval;
  h.wakeAt(TIMER.reassign, 0, h.at + everyS * US_PER_S);
  h.roster.average(Math.min(1, everyS / tuning.mixMemoryS));
  if (!mayRedistribute(h)) return;
  // Within this step offers only shrink: what is decided here takes room.
  const bounds = boundsOf(h.index);
  const first = h.nextMap + (h.buggify("redistribution-elsewhere") ? h.maps.length >> 1 : 0);
  for (let i = 0; i < h.maps.length; i++) {
    const state = h.maps[(first + i) % h.maps.length] as MapState;
    h.nextMap = state.map;
    if (!roomForMoves(h)) return;
    if (!mayBeMoved(h, state)) continue;
    const host = preferredHost(h, state, bounds);
    if (host !== NO_HOST) beginMove(h, state, host, h.isVps(state.owner) ? "return" : "better", true);
  }
}

/** Whether maps are moved of our own will at all right now: by the conf, and outside a storm. */
export function mayRedistribute(h: Hosting): boolean {
  return h.settings.conf.general.enable_auto_migration && h.at >= h.stormUntil;
}

/** Whether a map may be moved of our own will: it is served by a host that is here, may leave the VPS, and has rested. */
export function mayBeMoved(h: Hosting, state: MapState): boolean {
  return state.serving && state.move === null && h.mayLeaveVps(state.map) && h.at >= state.quietUntil && h.isOnline(state.owner);
}

/** Where a map that may be moved goes of our own will: back from the VPS, or to a clearly better host. NO_HOST: it stays. `bounds` are the index's of now or earlier in this step. */
export function preferredHost(h: Hosting, state: MapState, bounds: Bounds): HostId {
  if (!h.isVps(state.owner)) return betterHost(h, state, bounds);
  return h.at < returnDueAt(h, state) ? NO_HOST : bestPlayerHost(h, state.map, state.owner);
}

/** From when on a map on the VPS looks for a player host again (us). */
export function returnDueAt(h: Hosting, state: MapState): number {
  return state.fellBackAt + h.settings.tuning.returnAfterS * US_PER_S;
}

function betterHost(h: Hosting, state: MapState, bounds: Bounds): HostId {
  const old = scoreFor(h, h.table.slotOf(state.owner), state.map);
  // Most rounds end here: looking for the best host costs more than knowing that none can be good enough.
  if (boundForMix(bounds, h.mix(state.map), roomFor(h, state.map)) * 1000 <= old * theta(h)) return NO_HOST;
  const host = bestPlayerHost(h, state.map, state.owner);
  if (host === NO_HOST) return NO_HOST;
  return scoreFor(h, h.table.slotOf(host), state.map) * 1000 > old * theta(h) ? host : NO_HOST;
}

/** A map whose host has no room for one more player looks for a larger one, within the same restraint. */
export function outgrown(h: Hosting, map: MapId): void {
  const state = h.maps[map] as MapState;
  if (!state.serving || state.move !== null || h.at < state.quietUntil || !roomForMoves(h)) return;
  if (!handOver(h, state, "overload")) state.quietUntil = h.at + h.settings.tuning.cooldownS * US_PER_S;
}
