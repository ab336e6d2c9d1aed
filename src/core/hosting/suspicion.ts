/**
 * Owns doubt: a host whose connection closed or whose heartbeats stopped is suspected, probed through another, cleared or given up;
 * in a storm of suspicions every verdict is held. Promises: nobody is given up without a second opinion where there is one, except who was
 * cleared often just now (ARCHITECTURE, "Storm guard"). Never measures a host.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import { type HostId, NO_HOST } from "../protocol/ids.ts";
import { tellStandbys } from "./choose.ts";
import { failMove } from "./move-end.ts";
import { rescue } from "./rescue.ts";
import { rttTo } from "./score.ts";
import { backOff, clearedOften, noteCleared, noteDeparted, noteDisconnect } from "./standing.ts";
import { TIMER, type Hosting, type MapState, type Suspect } from "./state.ts";

/** Slack for the coordinator's own wait, beyond what the prober was given. */
const PROBE_SLACK_US = 60 * US_PER_MS;
/** A probe waits for at least this many of the round trips that its path was measured to take. */
const PATH_TIMES = 1.5;

/** The connection closed or heartbeats stopped: probe, then judge. */
export function suspect(h: Hosting, host: HostId, how: "close" | "silence"): void {
  const slot = h.table.slotOf(host);
  if (slot < 0 || h.table.online[slot] === 0 || h.suspects.has(host)) return;
  h.table.online[slot] = 0;
  h.offer(slot);
  h.out.push({ kind: "detector/unwatch", host });
  h.record({ kind: "host/suspected", host, how });
  if (how === "close") noteDisconnect(h, host);
  const s: Suspect = { how, prober: NO_HOST, judged: false, cleared: false };
  h.suspects.set(host, s);
  guardStorm(h);
  h.online -= 1;
  const { tuning } = h.settings;
  if (h.table.leaving[slot] === 1 && how === "close") return judge(h, host);
  if (how === "silence" && clearedOften(h, host)) return judge(h, host);
  const prober = h.buggify("suspect-unprobed") ? NO_HOST : proberFor(h, host);
  if (prober === NO_HOST) return judge(h, host);
  s.prober = prober;
  // An answer cannot come sooner than the path between the two allows.
  const patienceMs = how === "close" ? tuning.probeCloseTimeoutMs : tuning.probeTimeoutMs;
  const withinMs = Math.ceil(Math.max(patienceMs, PATH_TIMES * pathMs(h, host, prober)));
  h.tell(prober, { kind: "hosting/probe", suspect: host, withinMs });
  // The question goes to the prober and its answer comes back, on top of what the probe itself may take.
  const latencyMs = h.table.profileOf(h.table.slotOf(prober)).stats.latency_ms;
  h.wakeAt(TIMER.suspect, host, h.at + Math.round((withinMs + latencyMs) * US_PER_MS) + PROBE_SLACK_US);
}

/** Someone else to ask: the nearest to it of the standbys of its maps (they have a line to it), else the nearest VPS site. */
function proberFor(h: Hosting, host: HostId): HostId {
  const standbys = h.ownedBy(host).flatMap((map) => (h.maps[map] as MapState).standbys);
  const nearest = nearestTo(h, host, standbys);
  if (nearest !== NO_HOST) return nearest;
  return nearestTo(
    h,
    host,
    h.sites.map((slot) => h.table.hostOf(slot)),
  );
}

/** Of those online the one whose region the host measured the least RTT to; ties by id. */
function nearestTo(h: Hosting, host: HostId, candidates: readonly HostId[]): HostId {
  let best = NO_HOST;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate === host || !h.isOnline(candidate)) continue;
    const ms = pathMs(h, host, candidate);
    if (ms > bestMs || (ms === bestMs && candidate > best)) continue;
    best = candidate;
    bestMs = ms;
  }
  return best;
}

/** RTT between two hosts as far as the first one measured it: to the other's region. */
function pathMs(h: Hosting, host: HostId, other: HostId): number {
  const { regional_latency_ms: regional, stats } = h.table.profileOf(h.table.slotOf(host));
  return rttTo(regional, h.table.profileOf(h.table.slotOf(other)).region, stats.latency_ms);
}

/** The prober's answer; nobody else is believed. A "no" judges at once only when silence is certain anyway; a "yes" clears. */
export function probed(h: Hosting, prober: HostId, host: HostId, alive: boolean): void {
  const s = h.suspects.get(host);
  if (s === undefined || s.prober !== prober || s.judged || s.cleared || h.buggify("probe-answer-lost")) return;
  if (!alive) return judge(h, host);
  if (s.how === "silence") return cleared(h, host);
  // It runs but its connection closed: it has a moment to come back by itself.
  s.cleared = true;
  h.wakeAt(TIMER.suspect, host, h.at + h.settings.tuning.clearedGraceMs * US_PER_MS);
}

/** The wait for a suspect is over. */
export function suspectTimer(h: Hosting, host: HostId): void {
  if (h.suspects.has(host)) judge(h, host);
}

/** The suspicion was wrong: the host is heard, or seen by others. */
export function cleared(h: Hosting, host: HostId): void {
  if (!h.suspects.delete(host)) return;
  const slot = h.table.slotOf(host);
  h.noWake(TIMER.suspect, host);
  h.table.online[slot] = 1;
  h.online += 1;
  h.offer(slot);
  noteCleared(h, host);
  h.record({ kind: "host/cleared", host });
  h.out.push({ kind: "detector/watch", host });
  // What changed meanwhile it was not told.
  if (h.table.vps[slot] === 0) for (const map of h.ownedBy(host)) tellStandbys(h, h.maps[map] as MapState);
}

/** If too many turn suspect at once the fault is more likely ours: hold every verdict for a while (ARCHITECTURE, "Storm guard"). */
function guardStorm(h: Hosting): void {
  const { stormShare, stormWindowMs, stormHoldMs, stormHostsMin } = h.settings.tuning;
  h.suspectedAt.push(h.at);
  if (h.suspectedAt.length > 64 || (h.suspectedAt[0] as number) < h.at - stormWindowMs * US_PER_MS) {
    h.suspectedAt = h.suspectedAt.filter((t) => t > h.at - stormWindowMs * US_PER_MS);
  }
  const recent = h.suspectedAt.length;
  // `online` still counts the host that just turned suspect; those before it in the window are added back.
  const hosts = h.online + recent - 1;
  if (h.at < h.stormUntil) return;
  if ((hosts < stormHostsMin || recent <= stormShare * hosts) && !h.buggify("storm-early")) return;
  const holdUs = stormHoldMs * US_PER_MS;
  h.stormUntil = h.at + (h.buggify("storm-short") ? Math.ceil(holdUs / 10) : holdUs);
  h.record({ kind: "storm/held", suspects: h.suspects.size, hosts });
  h.wakeAt(TIMER.storm, 0, h.stormUntil);
}

/** The storm guard lets go: who is still suspect is judged, lowest id first. */
export function stormOver(h: Hosting): void {
  h.record({ kind: "storm/released", suspects: h.suspects.size });
  for (const host of [...h.suspects.keys()].sort((a, b) => a - b)) if (h.suspects.get(host)?.judged === true) gone(h, host);
}

function judge(h: Hosting, host: HostId): void {
  const s = h.suspects.get(host);
  assert(s !== undefined, "only suspects are judged");
  h.noWake(TIMER.suspect, host);
  s.judged = true;
  if (h.at < h.stormUntil) h.refuse("fail over", "storm_hold", -1, host);
  else gone(h, host);
}

/** The host is lost: back-off, and each of its maps finds another. */
function gone(h: Hosting, host: HostId): void {
  const s = h.suspects.get(host);
  assert(s !== undefined, "only suspects are given up");
  h.suspects.delete(host);
  h.leavers.delete(host);
  // What it said it serves, before the store had said who owns what, is not so any more.
  h.claimedHoldings.delete(host);
  const slot = h.table.slotOf(host);
  const polite = h.table.leaving[slot] === 1;
  noteDeparted(h, host);
  if (s.how === "silence") {
    noteDisconnect(h, host);
    // If it lives after all, it has just been told.
    h.tell(host, { kind: "host/introduce" });
  }
  h.record({ kind: "host/gone", host, how: polite ? "leave" : s.how });
  const maps = h.ownedBy(host);
  if (!polite && maps.length > 0) backOff(h, host);
  if (!polite && h.settings.conf.monitoring.alert_on_failure) h.record({ kind: "alert", text: `host lost (${s.how})`, host });
  for (const move of [...h.moves.values()]) {
    // A claim under way is left to the store's answer.
    if (move.phase === "claim" || move.phase === "resolve") continue;
    if (move.to === host) failMove(h, move, "target_lost");
    else if (move.from === host && move.phase !== "promote") failMove(h, move, "source_lost");
  }
  for (const map of maps) rescue(h, h.maps[map] as MapState, "lost");
}
