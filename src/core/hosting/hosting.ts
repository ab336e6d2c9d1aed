/**
 * The hosting room's door: start and restore, and which of its parts answers which input.
 * Owns: the order of things at a (re)start. Promises: ST2 (what the store says is the beginning; no older epoch returns), HO2.
 * Never decides by itself.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { actorKind, actorNumber, type ActorId, COORDINATOR, hostActor, NO_HOST, playerActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Restored, StoreAnswer } from "../protocol/store.ts";
import { drain, goodbye, hello, leaving, mayGo, measured, reconcile } from "./health.ts";
import { indexHost } from "./host-index.ts";
import { claimed, claimedAgain, readRow, resolved, rowRead } from "./claim.ts";
import { active, copied, frozen, moveTimer, prepared, ready, refused } from "./move.ts";
import { enter, leave, resume } from "./players.ts";
import { noteDeparted } from "./standing.ts";
import { serveUrgent, serveWaiting } from "./rescue.ts";
import { cleared, probed, stormOver, suspect, suspectTimer } from "./suspicion.ts";
import { actOnVerdicts, verdict } from "./verdicts.ts";
import { type Hosting, type MapState, TIMER, TIMER_KINDS } from "./state.ts";
import { checkHealth, LATE, recovered, redistribute } from "./upkeep.ts";

/**
 * A coordinator numbers its moves from this many a second of its clock on, more than it makes: so it uses no number again that one before it
 * gave, whose state may still be on its way between two hosts.
 */
const MOVES_PER_S_MAX = 1000;

/** Begins: everything known comes from the store. */
export function start(h: Hosting): void {
  h.ask({ about: "restore" }, { verb: "restore" });
}

/** The store's answer to the restore: rows and registry, then a grace for hosts to introduce themselves. */
function restored(h: Hosting, answer: StoreAnswer): void {
  if (answer.result !== "ok" || answer.restored === undefined) {
    h.wakeAt(TIMER.restore, 0, h.at + h.storeRetryUs(h.restoreTries));
    h.restoreTries += 1;
    return;
  }
  const { rows, hosts, epochFloor } = answer.restored;
  h.epochFloor = epochFloor;
  h.moveIds = Math.floor(h.at / US_PER_S) * MOVES_PER_S_MAX;
  if (h.settings.conf.general.persistent_hosts) restoreHosts(h, hosts);
  for (const row of rows) {
    const state = h.maps[row.map];
    if (state === undefined) continue;
    // A row of an older timeline may have been replaced by a grant that the store has lost: nobody may serve by it any more (ST2).
    h.takeRow(state, row.epoch < epochFloor ? NO_HOST : row.owner, row.epoch);
    // How long it has been on the VPS nobody remembers: the wait for its return begins anew.
    h.noteFallback(state);
  }
  h.record({ kind: "coordinator/started", maps: rows.length, hosts: h.table.size });
  h.restored = true;
  for (const [host, holds] of [...h.claimedHoldings].sort((a, b) => a[0] - b[0])) {
    // Who has gone meanwhile serves nothing, whatever it said when it came.
    if (!h.isOnline(host)) continue;
    reconcile(h, host, holds);
    if (h.table.leaving[h.table.slotOf(host)] === 1) drain(h, host);
  }
  h.claimedHoldings.clear();
  const graceUs = h.settings.tuning.startGraceMs * US_PER_MS;
  h.opensAt = h.at + (h.buggify("start-grace-short") ? Math.ceil(graceUs / 4) : graceUs);
  for (const state of h.maps) if (!state.serving) h.waiting.add(state.map);
  h.wakeAt(TIMER.start, 0, h.opensAt);
}

function restoreHosts(h: Hosting, hosts: Restored["hosts"]): void {
  for (const profile of hosts) {
    if (h.table.slotOf(profile.host) >= 0) continue;
    const slot = h.table.add(profile, h.at);
    if (profile.kind === "vps") h.sites.push(slot);
    indexHost(h.index, h.table, slot, h.at);
    noteDeparted(h, profile.host);
  }
}

/** The grace is over: hosts that did not come are not waited for, every map is looked at, the intervals begin. */
function open(h: Hosting): void {
  const { conf } = h.settings;
  h.started = true;
  for (const state of h.maps)
    if (!state.serving && state.owner === NO_HOST && state.move === null)
      h.record({ kind: "map/unhosted", map: state.map, reason: "start" });
  serveWaiting(h);
  // Maps found served have no standbys yet: they are not left without until the interval is over.
  checkHealth(h);
  h.wakeAt(TIMER.reassign, 0, h.at + conf.task_distribution.reassignment_interval * US_PER_S);
  h.wakeAt(TIMER.validate, 0, h.at + conf.general.data_check_interval * US_PER_S);
}

/**
 * A message came. One that speaks in another's name is refused, and so is a host's about a map that does not exist. Hosts that are
 * not known (any more) are asked to introduce themselves before they are listened to.
 */
export function hear(h: Hosting, from: ActorId, message: Message): void {
  if (speakerOf(message) !== from) return h.refuse(message.kind, "message_invalid", -1, NO_HOST);
  if (actorKind(from) === "host" && message.kind !== "host/hello" && !heard(h, from)) return;
  if (actorKind(from) === "host" && "map" in message && h.maps[message.map] === undefined)
    return h.refuse(message.kind, "map_unknown", -1, actorNumber(from));
  // Whose a map is nobody knows before the rows do. What its introduction said is compared with them then.
  if (actorKind(from) === "host" && "map" in message && !h.restored) return;
  // Players first, in what is asked and in what is tried: they are the many.
  switch (message.kind) {
    case "play/enter":
      return enter(h, message.player, message.region, message.map);
    case "play/resume":
      return resume(h, message.player, message.region, message.map, message.epoch);
    case "play/leave":
      return leave(h, message.player);
    case "host/hello":
      return hello(h, message.profile, message.holds);
    case "host/metrics":
      measured(h, message.host, message.stats, message.regional_latency_ms);
      return recovered(h, message.host);
    case "host/leaving":
      return leaving(h, message.host);
    case "hosting/prepared":
      return prepared(h, message.map, message.host, message.epoch, message.move);
    case "hosting/copied":
      return copied(h, message.map, message.host, message.epoch, message.move);
    case "hosting/ready":
      return ready(h, message.map, message.host, message.epoch, message.move, message.hash);
    case "hosting/frozen":
      return frozen(h, message.map, message.host, message.epoch, message.move, message.hash);
    case "hosting/active":
      return active(h, message.map, message.host, message.epoch);
    case "hosting/refused":
      return refused(h, message.map, message.host, message.epoch, message.reason);
    case "hosting/warm":
      return warm(h, message.map, message.host, message.epoch);
    case "hosting/probed":
      return probed(h, message.host, message.suspect, message.alive);
    case "validation/verdict":
      return verdict(h, message.host, message.valid);
    default:
      return h.refuse(message.kind, "message_invalid", -1, NO_HOST);
  }
}

/** Who a message says it is from: nobody for what is not for the coordinator, the coordinator's own side for verdicts. */
function speakerOf(message: Message): ActorId | undefined {
  switch (message.kind) {
    case "play/enter":
    case "play/resume":
    case "play/leave":
      return playerActor(message.player);
    case "host/hello":
      return hostActor(message.profile.host);
    case "host/metrics":
    case "host/leaving":
    case "hosting/prepared":
    case "hosting/refused":
    case "hosting/copied":
    case "hosting/frozen":
    case "hosting/ready":
    case "hosting/active":
    case "hosting/warm":
    case "hosting/probed":
      return hostActor(message.host);
    case "validation/verdict":
      return COORDINATOR;
    default:
      return undefined;
  }
}

/** A host that speaks is alive. Gives false when it is a stranger: it was given up or never known. */
function heard(h: Hosting, from: ActorId): boolean {
  const host = actorNumber(from);
  const s = h.suspects.get(host);
  if (s !== undefined && s.how === "silence") cleared(h, host);
  if (h.isOnline(host) || s !== undefined) return true;
  h.send(from, { kind: "host/introduce" });
  return false;
}

function warm(h: Hosting, map: number, host: number, epoch: number): void {
  const state = h.maps[map] as MapState;
  if (state.epoch === epoch && state.standbys.includes(host) && !state.warm.includes(host)) state.warm = [...state.warm, host];
}

/** Leaving hosts that hold nothing more may go. */
function goodbyes(h: Hosting): void {
  for (const host of [...h.leavers].sort((a, b) => a - b)) if (mayGo(h, host)) goodbye(h, host);
}

/** A connection closed. */
export function linkDown(h: Hosting, peer: ActorId): void {
  if (actorKind(peer) === "host") suspect(h, actorNumber(peer), "close");
  else if (peer !== COORDINATOR) leave(h, actorNumber(peer));
}

/** The failure detector heard nothing of a host. */
export function silent(h: Hosting, host: number): void {
  suspect(h, host, "silence");
}

/** A timer fired. */
export function wake(h: Hosting, timer: number): void {
  const subject = Math.floor(timer / TIMER_KINDS);
  switch (timer % TIMER_KINDS) {
    case TIMER.health:
      return checkHealth(h, subject === LATE);
    case TIMER.reassign:
      return redistribute(h);
    case TIMER.validate:
      h.wakeAt(TIMER.validate, 0, h.at + h.settings.conf.general.data_check_interval * US_PER_S);
      return actOnVerdicts(h);
    case TIMER.move:
      return moveTimer(h, subject);
    case TIMER.suspect:
      return suspectTimer(h, subject);
    case TIMER.storm:
      return stormOver(h);
    case TIMER.start:
      return open(h);
    case TIMER.waiting:
      return serveWaiting(h);
    case TIMER.restore:
      return start(h);
    case TIMER.adopt:
      return readRow(h, subject);
    case TIMER.again:
      h.urgent.push(subject);
      return;
    default:
      assert(false, "every timer has its part");
  }
}

/** The store answered. An answer to a question no longer asked is dropped: the row is read again when it matters. */
export function answered(h: Hosting, request: number, answer: StoreAnswer): void {
  const about = h.asked.get(request);
  h.asked.delete(request);
  if (about === undefined || about.about === "register") return;
  if (about.about === "restore") return restored(h, answer);
  if (about.about === "adopt") return rowRead(h, about.map, answer);
  if (about.about === "again") return claimedAgain(h, about.map, answer);
  const move = h.moves.get(about.move);
  if (move === undefined || move.request !== request) return;
  if (about.about === "claim") claimed(h, move, answer);
  else resolved(h, move, answer);
}

/** After every input: who may go is told so, maps whose move just failed are looked at before the step ends, and those that wait are not forgotten. */
export function settle(h: Hosting): void {
  if (h.restored && h.leavers.size > 0) goodbyes(h);
  if (h.urgent.length > 0 || (h.started && h.waiting.size > 0)) serveUrgent(h);
}
