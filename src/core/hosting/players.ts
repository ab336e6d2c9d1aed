/**
 * Owns players' requests to be on a map. Promises: HO7 (a host's player limit), every request is answered, or the answer comes
 * with the map's redirect, or when the coordinator has opened and is asked again. Never moves a map by itself, except that a full
 * host is reported to upkeep.
 */
import { type Epoch, type MapId, type PlayerId, playerActor, type RegionId } from "../protocol/ids.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { Hosting, MapState } from "./state.ts";
import { outgrown } from "./upkeep.ts";

/** A player wants onto a map. Answered with play/assigned, play/refused, or by the redirect of the move under way. */
export function enter(h: Hosting, player: PlayerId, region: RegionId, map: MapId): void {
  const state = h.maps[map];
  if (state === undefined || !isRegion(h, region)) {
    leave(h, player);
    return refuse(h, player, map, state === undefined ? "map_unknown" : "message_invalid");
  }
  // Before the coordinator has opened it knows of no map who serves it: the client asks again.
  if (!h.started) return;
  const before = h.roster.mapOfPlayer(player);
  if (before !== map) {
    if (before >= 0) h.book((h.maps[before] as MapState).owner, 0, -1);
    const no = admits(h, state);
    if (no !== null) {
      h.roster.leave(player);
      return refuse(h, player, map, no);
    }
    h.roster.enter(player, region, map);
    h.book(state.owner, 0, 1);
  }
  assign(h, player, state);
}

function isRegion(h: Hosting, region: RegionId): boolean {
  return h.settings.regions[region] !== undefined;
}

/** A player that was cut off says where it is. It keeps its place; if the map moved it learns the new host. */
export function resume(h: Hosting, player: PlayerId, region: RegionId, map: MapId, epoch: Epoch): void {
  const state = h.maps[map];
  if (state === undefined) return refuse(h, player, map, "map_unknown");
  if (!isRegion(h, region)) return refuse(h, player, map, "message_invalid");
  if (h.roster.mapOfPlayer(player) !== map) {
    // Whoever already plays there is let in above the limits: the load is already on the host.
    leave(h, player);
    h.roster.enter(player, region, map);
    h.book(state.owner, 0, 1);
  }
  if (epoch <= state.epoch) assign(h, player, state);
}

/** A player quits, or its connection is gone. */
export function leave(h: Hosting, player: PlayerId): void {
  const map = h.roster.leave(player);
  if (map >= 0) h.book((h.maps[map] as MapState).owner, 0, -1);
}

function admits(h: Hosting, state: MapState): RefusalReason | null {
  const count = h.roster.count(state.map);
  if (count >= h.playersMax(state.map)) return "map_full";
  if (h.buggify("enter-refused")) return "host_full";
  if (!state.serving && state.move === null) return "map_unhosted";
  const slot = h.table.slotOf(state.owner);
  if (state.move !== null && state.move.reserved > 0 && count >= state.move.reserved) return "host_full";
  if (slot >= 0 && h.table.playersLeft(slot) < 1) {
    outgrown(h, state.map);
    return "host_full";
  }
  return null;
}

function assign(h: Hosting, player: PlayerId, state: MapState): void {
  const phase = state.move?.phase;
  // While nobody serves the map, the redirect at the end of the move is the answer.
  if (!(state.serving || isBarred(h, state)) || phase === "freeze" || phase === "claim" || phase === "resolve" || phase === "promote")
    return;
  h.send(playerActor(player), { kind: "play/assigned", map: state.map, host: state.owner, epoch: state.epoch });
}

/** Its host failed validation and there is nowhere else: nobody new is let in, but who was may go on, for no redirect is near. */
function isBarred(h: Hosting, state: MapState): boolean {
  const slot = h.table.slotOf(state.owner);
  return state.move === null && slot >= 0 && h.isOnline(state.owner) && (h.table.blockedUntil[slot] as number) > h.at;
}

function refuse(h: Hosting, player: PlayerId, map: MapId, reason: RefusalReason): void {
  h.send(playerActor(player), { kind: "play/refused", map, reason });
}
