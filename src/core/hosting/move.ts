/**
 * Owns a map's change of hands, step by step (ARCHITECTURE, "The life of a map"): prepare, precopy, freeze, claim, promote, redirect, release; a lost
 * source starts at the claim. Promises: HO1 and HO2 (only the store's compare-and-set grants, epochs rise), HO8 (a move that
 * fails leaves the map with whoever owned it, or starts the next attempt at once). Never chooses the target.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { isVoluntary, type HistoryRecord, type MoveCause, type MoveForm, type MoveStep } from "../protocol/history.ts";
import { type Epoch, type HostId, type MapId, NO_HOST, playerActor } from "../protocol/ids.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { StateHash } from "../protocol/messages.ts";
import type { OwnershipRow, StoreAnswer } from "../protocol/store.ts";
import { refreshStandbys, roomFor, scoreFor, setStandbys, stateBytes, tellStandbys } from "./choose.ts";
import { TIMER, type Hosting, type MapState, type Move } from "./state.ts";

/** A hand-over that failed at the store waits as long as a claim that was asked this often. */
const STORE_TRIES = 3;

/** Why a move ended without its end. */
export type MoveFailure = Extract<HistoryRecord, { kind: "move/failed" }>["reason"];

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

/** Steps are for those who look closely (detailed_logging); a move's decision and outcome are always recorded. */
function step(h: Hosting, move: Move, name: MoveStep): void {
  if (!h.settings.conf.monitoring.detailed_logging) return;
  h.record({ kind: "move/step", move: move.id, map: move.map, step: name });
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

function claim(h: Hosting, move: Move): void {
  move.phase = "claim";
  move.request = h.ask(
    { about: "claim", move: move.id },
    { verb: "claim", map: move.map, host: move.to, epoch: move.epoch, expect: move.over },
  );
}

/** The store answered a claim. */
export function claimed(h: Hosting, move: Move, answer: StoreAnswer): void {
  if (answer.result === "ok") return answerArrives(h, move);
  // Refused because it stands already: an earlier asking of this very claim was committed after its row had been read.
  if (answer.result === "refused" && answer.row.epoch === move.epoch && answer.row.owner === move.to) return granted(h, move);
  h.record({ kind: "claim/lost", map: move.map, host: move.to, epoch: move.epoch, how: answer.result });
  if (answer.result === "unknown") {
    move.unsure = true;
    return resolve(h, move);
  }
  if (answer.result === "refused" && wentBack(move, answer.row)) return claim(h, move);
  if (answer.result === "refused" && answer.row.epoch !== move.over) {
    // Somebody was quicker, or an older claim of ours arrived late: what stands in the row is the truth.
    failMove(h, move, "superseded");
    return adopt(h, move.map, answer.row.owner, answer.row.epoch);
  }
  if (move.unsure) {
    // This asking came to nothing, but an earlier one may not have: who let the source serve on might revive what it no longer owns.
    move.phase = "resolve";
    return retryLater(h, move);
  }
  if (move.from !== NO_HOST && (h.maps[move.map] as MapState).serving) return failMove(h, move, "store");
  // Nothing was granted and nobody serves: ask again, later and later.
  retryLater(h, move);
}

/** The map is ours by the store's word: if that word is lost, the row or the claim asked again says the same. */
function answerArrives(h: Hosting, move: Move): void {
  const how = h.buggify("claim-answer-lost") ? resolve : h.buggify("claim-asked-twice") ? claim : null;
  if (how === null) return granted(h, move);
  move.unsure = true;
  h.record({ kind: "claim/lost", map: move.map, host: move.to, epoch: move.epoch, how: "unknown" });
  how(h, move);
}

/**
 * A row behind an epoch that was granted: the store failed over and lost commits. Ours is still the newest epoch that ever was, so it is
 * claimed over what stands (HO2). Gives whether that is so.
 */
function wentBack(move: Move, row: OwnershipRow): boolean {
  if (row.epoch >= move.over) return false;
  assert(move.epoch > move.expect && move.over <= move.expect, "an epoch only rises");
  move.over = row.epoch;
  return true;
}

/** Asks the row itself what became of an unanswered claim. */
function resolve(h: Hosting, move: Move): void {
  move.phase = "resolve";
  move.request = h.ask({ about: "read", move: move.id }, { verb: "read", map: move.map });
}

/** The row of an unanswered claim. */
export function resolved(h: Hosting, move: Move, answer: StoreAnswer): void {
  if (answer.result !== "ok" || answer.row === undefined) return retryLater(h, move);
  const { row } = answer;
  if (row.epoch === move.epoch && row.owner === move.to) return h.buggify("row-read-early") ? claim(h, move) : granted(h, move);
  if (row.epoch === move.over || wentBack(move, row)) return claim(h, move);
  failMove(h, move, "superseded");
  adopt(h, move.map, row.owner, row.epoch);
}

function retryLater(h: Hosting, move: Move): void {
  h.wakeAt(TIMER.move, move.id, h.at + h.storeRetryUs(move.tries));
  move.tries += 1;
}

function granted(h: Hosting, move: Move): void {
  const state = h.maps[move.map] as MapState;
  step(h, move, "claimed");
  h.record({ kind: "map/granted", map: move.map, host: move.to, epoch: move.epoch, expect: move.over, vps: h.isVps(move.to) });
  h.reserve(move.to, -1, -move.reserved);
  move.reserved = 0;
  h.setServing(state, false);
  h.setOwner(state, move.to, move.epoch);
  // Counted from here even if its word that it serves comes after the move was given up.
  h.noteFallback(state);
  if (move.from !== NO_HOST) h.tell(move.from, { kind: "hosting/release", map: move.map, epoch: move.expect });
  if (!h.isOnline(move.to)) {
    move.phase = "promote";
    return failMove(h, move, "target_lost");
  }
  promote(h, move);
}

function promote(h: Hosting, move: Move): void {
  const { tuning, conf } = h.settings;
  move.phase = "promote";
  const handed =
    move.form === "handoff" || (move.form === "fallback" && h.isOnline(move.from) && move.cause !== "lost" && move.cause !== "invalid");
  const ready = handed || move.warm;
  const vps = h.isVps(move.to);
  const loadUs = (vps && !ready ? tuning.vpsColdStartMs : tuning.loadMs) * US_PER_MS;
  const bytes = ready || move.form === "placement" ? 0 : stateBytes(h, move.map);
  h.tell(move.to, { kind: "hosting/promote", map: move.map, epoch: move.epoch, loadUs: handed ? 1 : loadUs, bytes });
  const slot = h.table.slotOf(move.to);
  const transferUs = vps ? 0 : Math.ceil((bytes * 8000) / Math.max(1, h.table.profileOf(slot).upload_kbps));
  const maxUs = conf.failover.migration_timeout * US_PER_MS + loadUs + transferUs;
  h.wakeAt(TIMER.move, move.id, h.at + (h.buggify("promote-timeout-short") ? Math.ceil(maxUs / 10) : maxUs));
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

/** The owner is known to serve again, without a grant: who asked meanwhile, or still plays at an earlier owner, is told so now. */
export function servesOn(h: Hosting, state: MapState): void {
  assert(state.owner !== NO_HOST, "somebody serves");
  assert(!state.serving, "that the owner serves is news");
  h.setServing(state, true);
  redirectPlayers(h, state);
  if (!h.isVps(state.owner)) tellStandbys(h, state);
}

/** Tells everyone on the map where it is now; gives how many that are. */
function redirectPlayers(h: Hosting, state: MapState): number {
  const players = h.roster.sorted(state.map);
  for (const player of players)
    h.send(playerActor(player), { kind: "play/redirect", map: state.map, host: state.owner, epoch: state.epoch });
  return players.length;
}

function endMove(h: Hosting, move: Move): void {
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
function penalise(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (slot < 0 || h.table.vps[slot] === 1) return;
  h.table.backoffUntil[slot] = Math.max(h.table.backoffUntil[slot] as number, h.at + h.settings.tuning.backoffFirstS * US_PER_S);
  h.resting.add(host);
  h.offer(slot);
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

/** Asks the store who owns a map by now, because its owner says that it was fenced. */
export function readRow(h: Hosting, map: MapId): void {
  h.ask({ about: "adopt", map }, { verb: "read", map });
}

/** The row of a map whose owner was fenced. Without an answer it is asked for again: until then nobody serves, though we believe so. */
export function rowRead(h: Hosting, map: MapId, answer: StoreAnswer): void {
  if (answer.result === "ok" && answer.row !== undefined) adopt(h, map, answer.row.owner, answer.row.epoch);
  else h.wakeAt(TIMER.adopt, map, h.at + h.settings.tuning.storeRetryMaxMs * US_PER_MS);
}

/** Takes the row's word over ours: another owner, a higher epoch. The owner is told to serve, or the map waits. */
function adopt(h: Hosting, map: MapId, owner: HostId, epoch: Epoch): void {
  const state = h.maps[map] as MapState;
  if (epoch <= state.epoch || state.move !== null) return;
  if (state.owner !== NO_HOST && state.owner !== owner) h.tell(state.owner, { kind: "hosting/release", map, epoch: epoch - 1 });
  h.setServing(state, false);
  h.takeRow(state, owner, epoch);
  h.noteFallback(state);
  reawaken(h, state);
}

/** Asks an owner that is here to serve what it owns, under the epoch it was granted; until it answers the map waits. */
export function reawaken(h: Hosting, state: MapState): void {
  h.waiting.add(state.map);
  if (!h.isOnline(state.owner)) return;
  const patienceUs = h.settings.conf.failover.migration_timeout * US_PER_MS;
  const first = h.at - state.promisedUntil > 10 * patienceUs;
  state.promisedUntil = h.at + patienceUs;
  if (first && h.buggify("reawaken-untold")) return;
  h.tell(state.owner, {
    kind: "hosting/promote",
    map: state.map,
    epoch: state.epoch,
    loadUs: h.settings.tuning.loadMs * US_PER_MS,
    bytes: 0,
  });
}
