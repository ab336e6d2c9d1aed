/**
 * Owns a map's change of hands, step by step (ARCHITECTURE, "The life of a map"): prepare, precopy, freeze, claim, promote, redirect, release; a lost
 * source starts at the claim. Promises: HO8 (with `move-end.ts`), SY2 (what is granted is what the source stopped with). Never chooses the target,
 * and leaves what the store is asked to `claim.ts`.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { isVoluntary, type MoveCause, type MoveForm } from "../protocol/history.ts";
import { type Epoch, type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { StateHash } from "../protocol/messages.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import { refreshStandbys, roomFor, scoreFor, setStandbys, stateBytes } from "./choose.ts";
import { claim, claimAgain, readRow, resolve } from "./claim.ts";
import { endMove, failMove, penalise, redirectPlayers, servesOn, step } from "./move-end.ts";
import { type Hosting, type MapState, type Move, TIMER } from "./state.ts";

/** The redistribution threshold in thousandths: 1.1 when real time is prioritised, else 1.2 (seed). */
export function theta(h: Hosting): number {
  const { betterRealtime, betterOtherwise } = h.settings.tuning;
  return Math.round(1000 * (h.settings.conf.realtime_gaming.prioritize_realtime ? betterRealtime : betterOtherwise));
}

/** Begins a move of `state` to `to`. `alive`: the owner serves and takes part; otherwise the claim comes first. */
export function beginMove(h: Hosting, state: MapState, to: HostId, cause: MoveCause, alive: boolean): void {
  assert(state.move === null, "a map has one move at a time");
  assert(to !== NO_HOST && to !== state.owner, "a move goes to another host");
  h.moveIds += 1;
  const reserved = roomFor(h, state.map);
  const move: Move = {
    id: h.moveIds,
    map: state.map,
    cause,
    form: formOf(h, state, to, alive),
    from: state.owner,
    to,
    epoch: Math.max(state.epoch, h.epochFloor) + 1,
    expect: state.epoch,
    over: state.epoch,
    phase: alive ? "prepare" : "claim",
    reserved,
    warm: holdsReplica(h, state, to),
    unsure: false,
    frozenHash: null,
    readyHash: null,
    request: 0,
    tries: 0,
  };
  h.moves.set(move.id, move);
  state.move = move;
  h.noteSlot(state);
  h.waiting.delete(state.map);
  if (isVoluntary(cause)) h.voluntary += 1;
  h.reserve(to, 1, reserved);
  recordDecision(h, state, move);
  if (alive) {
    h.tell(to, { kind: "hosting/prepare", map: move.map, epoch: move.epoch, move: move.id, from: move.from });
    h.wakeAt(TIMER.move, move.id, h.at + stepUs(h, h.settings.conf.failover.migration_timeout));
  } else claim(h, move);
}

function holdsReplica(h: Hosting, state: MapState, to: HostId): boolean {
  const warm = state.warm.includes(to) || (h.isVps(to) && h.settings.conf.failover.always_keep_vps_ready);
  return warm && !h.buggify("warm-as-cold");
}

/** How long a step may take, given how long it may take at most (us). */
function stepUs(h: Hosting, maxMs: number): number {
  const us = maxMs * US_PER_MS;
  return h.buggify("move-step-short") ? Math.ceil(us / 10) : us;
}

function formOf(h: Hosting, state: MapState, to: HostId, alive: boolean): MoveForm {
  if (state.owner === NO_HOST) return "placement";
  if (h.isVps(to)) return "fallback";
  return alive ? "handoff" : "failover";
}

function recordDecision(h: Hosting, state: MapState, move: Move): void {
  const { table } = h;
  const to = table.slotOf(move.to);
  const from = move.from === NO_HOST ? -1 : table.slotOf(move.from);
  const isVps = table.vps[to] === 1;
  h.record({
    kind: "move/decided",
    move: move.id,
    map: move.map,
    cause: move.cause,
    form: move.form,
    from: move.from,
    to: move.to,
    toVps: isVps,
    toEligible: isVps || table.reasons[to] === 0,
    epoch: move.epoch,
    scoreFrom: from >= 0 && table.vps[from] === 0 ? scoreFor(h, from, move.map) : 0,
    scoreTo: isVps ? 0 : scoreFor(h, to, move.map),
    theta: move.cause === "better" ? theta(h) : 0,
    players: h.roster.count(move.map),
    toMaps: (table.maps[to] as number) + (table.mapsReserved[to] as number),
    toMapsMax: table.mapsMax[to] as number,
    toPlayers: (table.players[to] as number) + (table.playersReserved[to] as number),
    toPlayersMax: table.playersMax[to] as number,
    sinceMoveUs: state.movedAt < 0 ? -1 : h.at - state.movedAt,
    voluntaryNow: h.voluntary,
    mapsHosted: h.hosted,
  });
}

/** The move of `map` in `phase` whose acting host is `host` under `epoch`, or undefined when the message is out of date. */
function moveIn(h: Hosting, map: MapId, host: HostId, epoch: Epoch, phase: Move["phase"]): Move | undefined {
  const move = h.maps[map]?.move;
  if (move === null || move === undefined || move.phase !== phase) return undefined;
  const source = phase === "precopy";
  return (source ? move.from : move.to) === host && (source || phase === "freeze" ? move.expect : move.epoch) === epoch ? move : undefined;
}

/** The move of `map` that is in its freeze, or undefined when the message is of another, or under another epoch. */
function frozenMove(h: Hosting, map: MapId, epoch: Epoch, id: number): Move | undefined {
  const move = h.maps[map]?.move;
  return move?.phase === "freeze" && move.id === id && move.expect === epoch ? move : undefined;
}

/** The target made room. */
export function prepared(h: Hosting, map: MapId, host: HostId, epoch: Epoch, id: number): void {
  const move = moveIn(h, map, host, epoch, "prepare");
  if (move?.id !== id) return;
  step(h, move, "prepared");
  move.phase = "precopy";
  const { dirtyBytesPerPlayerS, precopyMaxMs } = h.settings.tuning;
  h.tell(move.from, {
    kind: "hosting/precopy",
    map,
    epoch: move.expect,
    move: id,
    to: move.to,
    // A warm target already holds the state: only what is fresh is sent.
    bytes: move.warm ? 0 : stateBytes(h, map),
    dirtyBytesS: dirtyBytesPerPlayerS * h.roster.count(map),
    roundMs: h.settings.conf.failover.sync_interval,
  });
  h.wakeAt(TIMER.move, move.id, h.at + stepUs(h, precopyMaxMs));
}

/** The source copied enough: stop it and send the rest. */
export function copied(h: Hosting, map: MapId, host: HostId, epoch: Epoch, id: number): void {
  const move = moveIn(h, map, host, epoch, "precopy");
  if (move?.id !== id) return;
  step(h, move, "copied");
  move.phase = "freeze";
  h.tell(move.from, { kind: "hosting/freeze", map, epoch: move.expect, move: id, to: move.to });
  step(h, move, "frozen");
  const maxUs = h.buggify("freeze-timeout-at-once") ? 0 : h.settings.tuning.freezeMaxMs * US_PER_MS;
  h.wakeAt(TIMER.move, move.id, h.at + maxUs);
}

/** The source says what it stopped with. */
export function frozen(h: Hosting, map: MapId, host: HostId, epoch: Epoch, id: number, hash: StateHash): void {
  const move = frozenMove(h, map, epoch, id);
  if (move === undefined || move.from !== host || move.frozenHash !== null) return;
  move.frozenHash = hash;
  agreed(h, move);
}

/** The target says what it holds. */
export function ready(h: Hosting, map: MapId, host: HostId, epoch: Epoch, id: number, hash: StateHash): void {
  const move = frozenMove(h, map, epoch, id);
  if (move === undefined || move.to !== host || move.readyHash !== null) return;
  move.readyHash = hash;
  agreed(h, move);
}

/** Both ends have spoken: if they hold the same, the store is asked for the one point of no return; else the source serves on (SY2). */
function agreed(h: Hosting, move: Move): void {
  if (move.frozenHash === null || move.readyHash === null) return;
  if (move.frozenHash !== move.readyHash) {
    penalise(h, move.to);
    return failMove(h, move, "hash_mismatch");
  }
  step(h, move, "ready");
  h.noWake(TIMER.move, move.id);
  claim(h, move);
}

/** The target serves: tell the players, choose standbys, close the move. */
export function active(h: Hosting, map: MapId, host: HostId, epoch: Epoch): void {
  const state = h.maps[map] as MapState;
  const move = moveIn(h, map, host, epoch, "promote");
  if (move === undefined) {
    // An epoch that was never granted: a release of it would stop what the host rightly serves, or will.
    if (epoch > state.epoch) return h.refuse("hosting/active", "message_invalid", map, host);
    if (state.owner !== host || state.epoch !== epoch) h.tell(host, { kind: "hosting/release", map, epoch });
    else if (!state.serving) {
      servesOn(h, state);
      h.urgent.push(map);
    }
    return;
  }
  step(h, move, "active");
  h.setServing(state, true);
  endMove(h, move);
  state.movedAt = h.at;
  state.quietUntil = h.at + h.settings.tuning.cooldownS * US_PER_S;
  h.noteFallback(state);
  const players = redirectPlayers(h, state);
  h.record({ kind: "move/done", move: move.id, map, host, epoch, players });
  // Replicas came from the old owner: the new one begins them again. A VPS never does, so that it need not be told again after a broken line.
  state.warm = [];
  setStandbys(h, state, h.isVps(host) ? [] : state.standbys);
  refreshStandbys(h, state);
  // It may have begun to leave while the store was asked: then it hands the map over again.
  if (h.table.leaving[h.table.slotOf(host)] === 1) h.urgent.push(map);
}

/** The time a step may take is over. */
export function moveTimer(h: Hosting, id: number): void {
  const move = h.moves.get(id);
  if (move === undefined) return;
  switch (move.phase) {
    case "prepare":
    case "precopy":
    case "promote":
      penalise(h, move.to);
      return failMove(h, move, "timeout");
    case "freeze":
      penalise(h, move.to);
      return failMove(h, move, "freeze_timeout");
    case "claim":
      return claim(h, move);
    case "resolve":
      return resolve(h, move);
  }
}

/** A host refused its part of a move, or says that it was fenced. */
export function refused(h: Hosting, map: MapId, host: HostId, epoch: Epoch, reason: RefusalReason): void {
  const state = h.maps[map] as MapState;
  const move = state.move;
  h.refuse("take part", reason, map, host);
  // A claim under way is left to the store's answer: this may be a late word about an earlier attempt at the same epoch.
  if (move !== null && (move.phase === "claim" || move.phase === "resolve")) return;
  if (reason === "grant_lost") {
    if (state.owner === host && state.epoch === epoch) claimAgain(h, state);
    return;
  }
  if (move !== null && move.to === host && move.epoch === epoch) {
    penalise(h, host);
    return failMove(h, move, reason);
  }
  if (move !== null && move.from === host && move.expect === epoch && (move.phase === "precopy" || move.phase === "freeze")) {
    h.setServing(state, false);
    return failMove(h, move, reason);
  }
  if (move === null && state.owner === host && reason === "stale_epoch") readRow(h, map);
}
