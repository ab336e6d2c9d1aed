/**
 * Owns what happens to a map that nobody serves, or whose host must give it up: the policy of the three enables.
 * Promises: HO5 (a way back to service is tried until it is found; the VPS is always a candidate when fallback is on),
 * HO8 (the host's other maps are left alone). Never grants anything itself.
 */
import { US_PER_S } from "../../base/time.ts";
import type { MoveCause } from "../protocol/history.ts";
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import { bestPlayerHost, bestStandby, vpsFor } from "./choose.ts";
import { reawaken } from "./claim.ts";
import { beginMove } from "./move.ts";
import { TIMER, type Hosting, type MapState } from "./state.ts";

/** How often maps without an owner try again by themselves; a host that joins or a slot that frees asks at once. */
const WAITING_US = US_PER_S;

/** A target, or why there is none. */
export type Target = HostId | RefusalReason;

/**
 * Where a map goes whose host is gone. By the enables (auto = enable_auto_migration, vps = enable_vps_fallback):
 * auto+vps: best standby, else VPS, else any player host. auto only: best standby, else any player host. vps only: VPS.
 * Neither: nowhere; it waits for its own host. Critical maps, and all maps when P2P is off: VPS.
 */
export function targetForLost(h: Hosting, state: MapState): Target {
  const { general } = h.settings.conf;
  if (!h.mayLeaveVps(state.map)) return vpsFor(h, state.map, state.owner);
  // A map whose row is of an older timeline has no host of its own to wait for: where nobody else could take it, it is like one that never had any.
  const fresh = state.epoch === 0 || (state.epoch < h.epochFloor && !general.enable_vps_fallback);
  if (general.enable_auto_migration) {
    const standby = bestStandby(h, state, state.owner);
    if (standby !== NO_HOST) return standby;
  }
  if (fresh || (general.enable_auto_migration && !general.enable_vps_fallback)) {
    const host = bestPlayerHost(h, state.map, state.owner);
    if (host !== NO_HOST) return host;
  }
  if (!general.enable_vps_fallback) return general.enable_auto_migration || fresh ? "no_candidate" : "auto_migration_disabled";
  const site = vpsFor(h, state.map, state.owner);
  if (typeof site === "number" || !general.enable_auto_migration) return site;
  const host = bestPlayerHost(h, state.map, state.owner);
  return host === NO_HOST ? site : host;
}

/** Where a map goes whose host lives but must give it up (drain, degraded, overload): a player host, else the VPS. */
export function targetForHanded(h: Hosting, state: MapState): Target {
  const { general } = h.settings.conf;
  if (h.mayLeaveVps(state.map) && general.enable_auto_migration) {
    const standby = bestStandby(h, state, state.owner);
    if (standby !== NO_HOST) return standby;
    const host = bestPlayerHost(h, state.map, state.owner);
    if (host !== NO_HOST) return host;
  }
  if (h.mayLeaveVps(state.map) && !general.enable_vps_fallback)
    return general.enable_auto_migration ? "no_candidate" : "auto_migration_disabled";
  return vpsFor(h, state.map, state.owner);
}

/** The map's owner does not serve it any more and will not: find another now, or let it wait. */
export function rescue(h: Hosting, state: MapState, cause: MoveCause): void {
  h.setServing(state, false);
  if (state.move !== null) return;
  const target = targetForLost(h, state);
  if (typeof target === "number") return beginMove(h, state, target, state.epoch === 0 ? "placement" : cause, false);
  letWait(h, state, target);
}

/** Nobody can be asked right now: the refusal is named and counted, and the map tries again. */
function letWait(h: Hosting, state: MapState, reason: RefusalReason): void {
  if (!h.waiting.has(state.map)) h.record({ kind: "map/unhosted", map: state.map, reason });
  h.refuse("place", reason, state.map, state.owner);
  h.waiting.add(state.map);
  wakeWaiting(h, WAITING_US);
}

/** Hands a map over from a living owner. Gives false when there is nowhere to go; it then stays where it is. */
export function handOver(h: Hosting, state: MapState, cause: MoveCause): boolean {
  if (state.move !== null) return true;
  const target = targetForHanded(h, state);
  if (typeof target !== "number") {
    h.refuse("hand over", target, state.map, state.owner);
    return false;
  }
  beginMove(h, state, target, cause, true);
  return true;
}

/** Makes sure that the maps that wait are looked at within `afterUs`. */
export function wakeWaiting(h: Hosting, afterUs: number): void {
  if (h.waiting.size === 0 || h.waitingTimer) return;
  h.waitingTimer = true;
  h.wakeAt(TIMER.waiting, 0, h.at + afterUs);
}

/** Tries every waiting map again, critical maps first, then by id. A map whose owner was just told to serve is given its time. */
export function serveWaiting(h: Hosting): void {
  h.waitingTimer = false;
  const ids = [...h.waiting].sort((a, b) => Number(h.mayLeaveVps(a)) - Number(h.mayLeaveVps(b)) || a - b);
  for (const map of ids) retry(h, map);
  wakeWaiting(h, WAITING_US);
}

/** Looks again at maps whose move failed in this step: they wait no longer than they must. */
export function serveUrgent(h: Hosting): void {
  for (let round = 0; h.urgent.length > 0 && round < 4; round++) {
    const maps = h.urgent;
    h.urgent = [];
    for (const map of maps) {
      const state = h.maps[map] as MapState;
      if (!h.waiting.has(map)) {
        if (state.serving && state.move === null && h.at >= state.drainAt && isLeaving(h, state.owner)) handOver(h, state, "drain");
      } else if (!h.buggify("urgent-look-late")) retry(h, map);
    }
  }
  h.urgent = [];
  wakeWaiting(h, WAITING_US);
}

function isLeaving(h: Hosting, host: HostId): boolean {
  const slot = h.table.slotOf(host);
  return slot >= 0 && h.table.leaving[slot] === 1;
}

function retry(h: Hosting, map: MapId): void {
  const state = h.maps[map] as MapState;
  if (state.move !== null || state.serving) {
    h.waiting.delete(map);
    return;
  }
  if (!h.started || h.at < state.promisedUntil || h.suspects.has(state.owner)) return;
  const target = targetForLost(h, state);
  if (typeof target === "number") beginMove(h, state, target, state.epoch === 0 ? "placement" : "lost", false);
  else {
    h.refuse("place", target, map, state.owner);
    if (canServeAgain(h, state.owner)) reawaken(h, state);
  }
}

/** An owner that is here and trusted is asked again when there is nobody else: what it was told before may never have reached it. */
function canServeAgain(h: Hosting, owner: HostId): boolean {
  const slot = h.table.slotOf(owner);
  return slot >= 0 && h.isOnline(owner) && (h.table.blockedUntil[slot] as number) <= h.at;
}
