/**
 * Owns what the store is asked about a map's owner: the claim of a move, the row where an answer was lost or an owner was fenced, and what follows from it.
 * Promises: HO1 and HO2 (only the store's compare-and-set grants, epochs rise). Never chooses a target, and believes no host about who owns what.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import { type Epoch, type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { OwnershipRow, StoreAnswer } from "../protocol/store.ts";
import { stateBytes } from "./choose.ts";
import { failMove, step } from "./move-end.ts";
import { type Hosting, type MapState, type Move, TIMER } from "./state.ts";

/** Asks the store to grant the map to the target of its move. */
export function claim(h: Hosting, move: Move): void {
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
export function resolve(h: Hosting, move: Move): void {
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
  h.tell(move.to, { kind: "hosting/promote", map: move.map, epoch: move.epoch, loadUs: handed ? 1 : loadUs, bytes, hash: move.readyHash });
  const slot = h.table.slotOf(move.to);
  const transferUs = vps ? 0 : Math.ceil((bytes * 8000) / Math.max(1, h.table.profileOf(slot).upload_kbps));
  const maxUs = conf.failover.migration_timeout * US_PER_MS + loadUs + transferUs;
  h.wakeAt(TIMER.move, move.id, h.at + (h.buggify("promote-timeout-short") ? Math.ceil(maxUs / 10) : maxUs));
}

/**
 * The store has lost a grant in a failover (RULES §1), and the owner that serves by it can write nothing down. The same grant is claimed once more, over
 * whatever older one stands there: owner and epoch stay, so that nobody has to hear of it. `over`: the epoch of that row; our own, until the row is known.
 */
export function claimAgain(h: Hosting, state: MapState, over = state.epoch): void {
  const { map, owner, epoch } = state;
  if (over === epoch) h.ask({ about: "again", map }, { verb: "read", map });
  else h.ask({ about: "again", map }, { verb: "claim", map, host: owner, epoch, expect: over });
}

/** What stands in the row of a map whose owner says that its grant was lost. Any other answer: the owner says it again. */
export function claimedAgain(h: Hosting, map: MapId, answer: StoreAnswer): void {
  const state = h.maps[map] as MapState;
  if (answer.result !== "ok" || answer.row === undefined || state.owner === NO_HOST) return;
  // The claim of a move finds the older row by itself.
  if (state.move?.phase === "claim" || state.move?.phase === "resolve") return;
  if (answer.row.epoch < state.epoch) claimAgain(h, state, answer.row.epoch);
  else if (answer.row.epoch > state.epoch) adopt(h, map, answer.row.owner, answer.row.epoch);
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
    hash: null,
  });
}
