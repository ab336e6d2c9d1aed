/**
 * Owns how moves end, and what an owner that serves on is told. Promises: HO8 (a move that fails leaves the map with whoever owned it, or lets it be
 * looked at again within the step). Never decides that a move has failed, and grants nothing.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { type HistoryRecord, isVoluntary, type MoveStep } from "../protocol/history.ts";
import { type HostId, NO_HOST, playerActor } from "../protocol/ids.ts";
import { tellStandbys } from "./choose.ts";
import { type Hosting, type MapState, type Move, TIMER } from "./state.ts";

/** A hand-over that failed at the store waits as long as a claim that was asked this often. */
const STORE_TRIES = 3;

/** Why a move ended without its end. */
export type MoveFailure = Extract<HistoryRecord, { kind: "move/failed" }>["reason"];

/** Steps are for those who look closely (detailed_logging); a move's decision and outcome are always recorded. */
export function step(h: Hosting, move: Move, name: MoveStep): void {
  if (!h.settings.conf.monitoring.detailed_logging) return;
  h.record({ kind: "move/step", move: move.id, map: move.map, step: name });
}

/** The owner is known to serve again, without a grant: who asked meanwhile, or still plays at an earlier owner, is told so now. */
export function servesOn(h: Hosting, state: MapState): void {
  assert(state.owner !== NO_HOST, "somebody serves");
  assert(!state.serving, "that the owner serves is news");
  h.setServing(state, true);
  redirectPlayers(h, state);
  if (!h.isVps(state.owner)) tellStandbys(h, state);
}

/** Tells everyone on the map where it is now; gives how many that are. */
export function redirectPlayers(h: Hosting, state: MapState): number {
  const players = h.roster.sorted(state.map);
  for (const player of players)
    h.send(playerActor(player), { kind: "play/redirect", map: state.map, host: state.owner, epoch: state.epoch });
  return players.length;
}

/** Takes a move off the books: what was kept and set for it is free again. */
export function endMove(h: Hosting, move: Move): void {
  const state = h.maps[move.map] as MapState;
  assert(state.move === move, "a move is its map's move");
  state.move = null;
  h.noteSlot(state);
  h.moves.delete(move.id);
  h.asked.delete(move.request);
  h.noWake(TIMER.move, move.id);
  if (isVoluntary(move.cause)) h.voluntary -= 1;
  if (move.reserved > 0) h.reserve(move.to, -1, -move.reserved);
}

/**
 * Ends a move without its end. A frozen source serves on; the target gives its promised room back. What the map needs next is
 * the caller's business, except that a map nobody serves joins those that wait.
 */
export function failMove(h: Hosting, move: Move, reason: MoveFailure): void {
  const state = h.maps[move.map] as MapState;
  endMove(h, move);
  h.record({ kind: "move/failed", move: move.id, map: move.map, reason });
  state.quietUntil = Math.max(state.quietUntil, h.at + h.settings.tuning.cooldownS * US_PER_S);
  if (move.phase !== "promote") h.tell(move.to, { kind: "hosting/release", map: move.map, epoch: move.expect });
  if (state.serving && (move.phase === "freeze" || move.phase === "claim")) thaw(h, state);
  if (!state.serving) h.waiting.add(state.map);
  h.urgent.push(state.map);
  if (reason !== "store") return;
  // What the store did not take is not tried again at once: each attempt freezes the map for a moment.
  state.drainAt = h.at + h.storeRetryUs(STORE_TRIES);
  h.wakeAt(TIMER.again, state.map, state.drainAt);
}

/** Tells a frozen owner to serve on. Until it says that it does, it may not have heard: then the map finds another. */
export function thaw(h: Hosting, state: MapState): void {
  h.setServing(state, false);
  h.waiting.add(state.map);
  state.promisedUntil = h.at + h.settings.conf.failover.migration_timeout * US_PER_MS;
  h.tell(state.owner, { kind: "hosting/resume", map: state.map, epoch: state.epoch });
}

/** A target that did not do its part, or that the source cannot reach, is not asked again for a while: the next one is. */
export function penalise(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (slot < 0 || h.table.vps[slot] === 1) return;
  h.table.backoffUntil[slot] = Math.max(h.table.backoffUntil[slot] as number, h.at + h.settings.tuning.backoffFirstS * US_PER_S);
  h.resting.add(host);
  h.offer(slot);
}
