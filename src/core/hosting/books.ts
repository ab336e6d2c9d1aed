/**
 * Owns the recount: what the room's counts must be, counted anew from owners, moves and players, and what must be under way while
 * anything is unfinished. Promises: reads only; empty when every count is true (HO7) and nothing is forgotten (HO5). Never mends: a
 * count that is wrong is a bug, and whoever asks says so.
 */
import { US_PER_MS } from "../../base/time.ts";
import { isVoluntary } from "../protocol/history.ts";
import { NO_HOST } from "../protocol/ids.ts";
import { type Hosting, type Move, TIMER, TIMER_KINDS } from "./state.ts";
import { LATE } from "./upkeep.ts";

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

/** When one of the coordinator's timers rings (us of its clock), by its number (subject · {@link TIMER_KINDS} + kind); undefined where it is not set. */
export type Rings = (timer: number) => number | undefined;

/** What must hold between two steps of the coordinator and does not, in words: whatever is unfinished is waited for, and the index offers what the table allows. */
export function restComplaints(h: Hosting, rings: Rings): string[] {
  return [...wakeComplaints(h, rings), ...waitComplaints(h, rings), ...offerComplaints(h)];
}

/** Moves, suspects and the intervals: each is woken by a timer, or by the store. */
function wakeComplaints(h: Hosting, rings: Rings): string[] {
  const wrong: string[] = [];
  const isSet = (kind: number, subject: number): boolean => rings(subject * TIMER_KINDS + kind) !== undefined;
  for (const move of h.moves.values()) {
    const asked = (move.phase === "claim" || move.phase === "resolve") && h.asked.has(move.request);
    const due = rings(move.id * TIMER_KINDS + TIMER.move);
    if (!asked && due === undefined) wrong.push(`move ${move.id} (${move.phase}): nothing wakes it`);
    if (due !== undefined && due - h.at > stepMaxUs(h, move)) wrong.push(`move ${move.id} (${move.phase}): woken in ${due - h.at} us`);
  }
  for (let slot = 0; slot < h.table.slots; slot++) {
    const host = h.table.hostOf(slot);
    const suspect = h.suspects.get(host);
    const judged = isSet(TIMER.suspect, host);
    if (suspect === undefined && judged) wrong.push(`host ${host}: a wait for its verdict outlives the suspicion`);
    if (suspect !== undefined && !judged && !(suspect.judged && isSet(TIMER.storm, 0))) wrong.push(`suspect ${host}: nothing judges it`);
  }
  if (h.restored && !h.started && !isSet(TIMER.start, 0)) wrong.push("nothing opens the coordinator");
  if (!h.started) return wrong;
  if (!isSet(TIMER.health, 0) && !isSet(TIMER.health, LATE)) wrong.push("no health check is due");
  if (!isSet(TIMER.reassign, 0)) wrong.push("no redistribution is due");
  if (!isSet(TIMER.validate, 0)) wrong.push("no look at verdicts is due");
  return wrong;
}

/** How long a move may wait in its phase for others (us). What a promotion loads depends on the state: it is left open. */
function stepMaxUs(h: Hosting, { phase }: Move): number {
  const { tuning, conf } = h.settings;
  switch (phase) {
    case "prepare":
      return conf.failover.migration_timeout * US_PER_MS;
    case "precopy":
      return tuning.precopyMaxMs * US_PER_MS;
    case "freeze":
      return Math.max(1, tuning.freezeMaxMs * US_PER_MS);
    case "promote":
      return Number.POSITIVE_INFINITY;
    default:
      return Math.max(1, tuning.storeRetryMaxMs * US_PER_MS);
  }
}

/** Maps that nobody serves wait or are on the move; who went away is remembered as gone, and who is here is not. */
function waitComplaints(h: Hosting, rings: Rings): string[] {
  const wrong: string[] = [];
  if (h.urgent.length > 0) wrong.push(`urgent maps left over: ${h.urgent.join()}`);
  for (let slot = 0; slot < h.table.slots; slot++) {
    const host = h.table.hostOf(slot);
    if (h.table.slotOf(host) !== slot) continue;
    const here = h.table.online[slot] === 1 || h.suspects.has(host);
    const leaves = h.table.leaving[slot] === 1;
    const busy = h.ownedBy(host).length > 0 || [...h.moves.values()].some((move) => move.from === host || move.to === host);
    if (h.leavers.has(host) && !leaves) wrong.push(`host ${host}: is let go though it stays`);
    if (h.restored && h.leavers.has(host) && !busy) wrong.push(`host ${host}: may go and was not told`);
    if (h.restored && busy && leaves && h.table.online[slot] === 1 && !h.leavers.has(host))
      wrong.push(`host ${host}: leaves, and nobody sees to it`);
    if (here === h.departed.has(host)) wrong.push(`host ${host}: ${here ? "here, and noted as gone" : "gone, and not noted so"}`);
  }
  if (!h.restored) return wrong;
  for (const state of h.maps) {
    const unserved = !state.serving && state.move === null;
    if (unserved !== h.waiting.has(state.map)) wrong.push(`map ${state.map}: ${unserved ? "unserved and forgotten" : "waits for nothing"}`);
    if (state.serving && state.move?.phase === "promote") wrong.push(`map ${state.map}: served by two`);
    const strange = state.warm.filter((host) => !state.standbys.includes(host));
    if (strange.length > 0) wrong.push(`map ${state.map}: warm on ${strange.join()}, who do not stand by`);
  }
  if (h.started && h.waiting.size > 0 && rings(TIMER.waiting) === undefined)
    wrong.push(`maps wait and nothing wakes them: ${[...h.waiting].join()}`);
  return wrong;
}

/** The index offers each host with the room and the scores that the table has; whose rest is over may wait for the next health check. */
function offerComplaints(h: Hosting): string[] {
  const wrong: string[] = [];
  const { table, index } = h;
  for (let slot = 0; slot < table.slots; slot++) {
    const host = table.hostOf(slot);
    if (table.slotOf(host) !== slot) continue;
    const room = table.headroom(slot, h.at);
    const told = index.offers(slot) ? (index.told.headroom[slot] as number) : -1;
    const rests = told < 0 && h.resting.has(host);
    if (told !== room && !rests) wrong.push(`host ${host}: offered with room for ${told}, has ${room}`);
    if (table.securityValid[slot] === 0 && !h.resting.has(host)) wrong.push(`host ${host}: blocked, and nothing ends it`);
    if (told < 0) continue;
    if (index.hostOf(slot) !== host) wrong.push(`host ${host}: offered as host ${index.hostOf(slot)}`);
    const scores = (column: Int32Array): string => column.subarray(slot * table.columns, (slot + 1) * table.columns).join();
    if (scores(index.told.score) !== scores(table.micro) || scores(index.told.latency) !== scores(table.latencyUs))
      wrong.push(`host ${host}: offered with scores it does not have`);
  }
  return wrong;
}
