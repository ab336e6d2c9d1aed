/**
 * Owns the recount: what the room's counts must be, counted anew from owners, moves and players. Promises: reads only; empty when
 * every count is true (HO7). Never mends: a count that is wrong is a bug, and whoever asks says so.
 */
import { isVoluntary } from "../protocol/history.ts";
import { NO_HOST } from "../protocol/ids.ts";
import type { Hosting } from "./state.ts";

/** Every count of the books that differs from what it counts, in words. For tests and for runs that watch themselves: it walks over all maps and hosts. */
export function accountComplaints(h: Hosting): string[] {
  return [...loadComplaints(h), ...countComplaints(h)];
}

function loadComplaints(h: Hosting): string[] {
  const wrong: string[] = [];
  for (let slot = 0; slot < h.table.slots; slot++) {
    const host = h.table.hostOf(slot);
    // The slot of a host that was forgotten keeps its name until it is taken again.
    if (h.table.slotOf(host) !== slot) continue;
    const owned = h.maps.filter((state) => state.owner === host);
    const players = owned.reduce((sum, state) => sum + h.roster.count(state.map), 0);
    const kept = [...h.moves.values()].filter((move) => move.to === host && move.reserved > 0);
    const told = [h.table.maps[slot], h.table.players[slot], h.table.mapsReserved[slot], h.table.playersReserved[slot]];
    const truth = [owned.length, players, kept.length, kept.reduce((sum, move) => sum + move.reserved, 0)];
    if (told.join() !== truth.join()) wrong.push(`host ${host}: books say ${told.join()}, truth is ${truth.join()}`);
    const listed = h.ownedBy(host).join();
    if (listed !== owned.map((state) => state.map).join()) wrong.push(`host ${host}: mapsOf says ${listed}`);
    const online = h.table.online[slot] === 1;
    if (online && h.suspects.has(host)) wrong.push(`host ${host}: online and suspect`);
    const standby = h.maps.filter((state) => state.standbys.includes(host)).length;
    if ((h.standbyCount.get(host) ?? 0) !== standby) wrong.push(`host ${host}: stands by for ${standby}`);
  }
  return wrong;
}

function countComplaints(h: Hosting): string[] {
  const wrong: string[] = [];
  const equal = (what: string, told: number, truth: number): void => {
    if (told !== truth) wrong.push(`${what}: books say ${told}, truth is ${truth}`);
  };
  const moving = h.maps.filter((state) => state.move !== null);
  equal("moves", h.moves.size, moving.length);
  for (const { move, map } of moving)
    if (move === null || h.moves.get(move.id) !== move || move.map !== map) wrong.push(`map ${map}: not its move`);
  equal("voluntary", h.voluntary, [...h.moves.values()].filter((move) => isVoluntary(move.cause)).length);
  equal("hosted", h.hosted, h.maps.filter((state) => state.serving).length);
  const slotless = h.maps.filter((state) => state.owner === NO_HOST && state.move === null && !h.mayLeaveVps(state.map));
  equal("without a slot", h.slotless, slotless.length);
  equal("online", h.online, [...Array(h.table.slots).keys()].filter((slot) => h.table.online[slot] === 1).length);
  for (const state of h.maps) {
    if (state.serving && state.owner === NO_HOST) wrong.push(`map ${state.map}: served by nobody`);
    if (state.standbys.includes(state.owner)) wrong.push(`map ${state.map}: its owner stands by`);
  }
  return wrong;
}
