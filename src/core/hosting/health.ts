/**
 * Owns who is here and how well: introductions, measurements, suspicion, loss, back-off, blocking, the storm guard.
 * Promises: HO4 (a host is offered maps only while eligible and in good standing), HO10 (a blocked host gives up its maps),
 * restraint in storms (ARCHITECTURE, "Storm guard"). Never counts what hosts say of their own disconnects against what was observed: the worse holds.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { Holding } from "../protocol/messages.ts";
import { REASON_BIT, reasonsOf } from "./eligibility.ts";
import { rttTo } from "./score.ts";
import { backOff, clearedOften, noteCleared, noteDeparted, noteDisconnect, observed } from "./standing.ts";
import { indexHost } from "./host-index.ts";
import { failMove, reawaken, servesOn } from "./move.ts";
import { handOver, rescue, wakeWaiting } from "./rescue.ts";
import { TIMER, type Hosting, type MapState, type Move, type Suspect } from "./state.ts";

/** Slack for the coordinator's own wait, beyond what the prober was given. */
const PROBE_SLACK_US = 60 * US_PER_MS;
/** A probe waits for at least this many of the round trips that its path was measured to take. */
const PATH_TIMES = 1.5;

/** Reasons that seldom change from one minute to the next, and how much more rarely hosts with one of them report. */
const OF_THE_MACHINE = REASON_BIT.cpu_ghz | REASON_BIT.cpu_cores | REASON_BIT.network_speed_mbps;
const WEAK_TIMES = 10;

/** Whether a host's frames take longer than players bear (max_frame_time_ms); unknown counts as quick enough. */
export function isSlow(h: Hosting, slot: number): boolean {
  const { frame_time_ms } = h.table.profileOf(slot).stats;
  return frame_time_ms !== null && frame_time_ms > h.settings.conf.realtime_gaming.max_frame_time_ms;
}

/** A host introduces itself: new, back again, or after a reconnection. */
export function hello(h: Hosting, profile: HostProfile, holds: readonly Holding[]): void {
  const { host } = profile;
  const seen = { ...profile, stats: observed(h, host, profile.stats) };
  let slot = h.table.slotOf(host);
  if (slot < 0 && h.table.size >= h.settings.tuning.hostsMax) return h.refuse("host/hello", "hosts_limit", -1, host);
  h.departed.delete(host);
  if (slot < 0) {
    slot = h.table.add(seen, h.at);
    if (profile.kind === "vps") h.sites.push(slot);
  } else h.table.renew(slot, seen, h.at);
  if (h.table.online[slot] === 0) h.online += 1;
  h.table.online[slot] = 1;
  h.table.leaving[slot] = 0;
  h.leavers.delete(host);
  if (h.suspects.delete(host)) {
    h.noWake(TIMER.suspect, host);
    h.record({ kind: "host/cleared", host });
  }
  indexHost(h.index, h.table, slot, h.at);
  h.out.push({ kind: "detector/unwatch", host });
  h.out.push({ kind: "detector/watch", host });
  const { conf } = h.settings;
  h.seldom.delete(host);
  welcome(h, host, slot);
  if (conf.general.persistent_hosts) h.ask({ about: "register" }, { verb: "register", profile });
  const reasons = profile.kind === "vps" ? [] : reasonsOf(h.table.reasons[slot] as number);
  h.record({ kind: "host/joined", profile: seen, eligible: reasons.length === 0, reasons });
  if (!h.restored) h.claimedHoldings.set(host, holds);
  else reconcile(h, host, holds);
  wakeWaiting(h, 1);
}

/** Compares what a host says it serves with what it owns: stale holdings are ended, missing ones begun again. */
export function reconcile(h: Hosting, host: HostId, holds: readonly Holding[]): void {
  h.takeAwaited(host);
  for (const { map, epoch } of holds) {
    const state = h.maps[map];
    if (state === undefined) continue;
    if (state.owner !== host || state.epoch !== epoch)
      h.tell(host, { kind: "hosting/release", map, epoch: state.owner === host ? epoch : Math.max(epoch, state.epoch) });
    else if (!state.serving && state.move === null) servesOn(h, state);
  }
  for (const map of h.ownedBy(host)) {
    const state = h.maps[map] as MapState;
    if (holds.some((held) => held.map === map && held.epoch === state.epoch)) continue;
    // It restarted and remembers nothing: its own maps are begun again under the epoch it was granted.
    if (state.move === null) {
      h.setServing(state, false);
      reawaken(h, state);
    } else if (state.move.from === host) forgottenBySource(h, state, state.move);
  }
}

/** The source of a move restarted: it neither serves nor has anything to copy. A claim under way is left to the store's answer. */
function forgottenBySource(h: Hosting, state: MapState, move: Move): void {
  h.setServing(state, false);
  if (move.phase === "prepare" || move.phase === "precopy" || move.phase === "freeze") failMove(h, move, "source_lost");
}

/** Whether the machine or line itself is too weak to host and holds nothing: what else it measures cannot matter then. */
function isWeak(h: Hosting, slot: number): boolean {
  return ((h.table.reasons[slot] as number) & OF_THE_MACHINE) !== 0 && h.table.vps[slot] === 0 && h.table.maps[slot] === 0;
}

/** Tells a host how often it shall report: seldom while it is too weak. */
function welcome(h: Hosting, host: HostId, slot: number): void {
  const every = h.settings.conf.monitoring.metrics_interval;
  const weak = isWeak(h, slot);
  if (weak) h.seldom.add(host);
  else h.seldom.delete(host);
  h.tell(host, { kind: "host/welcome", metricsIntervalS: weak ? every * WEAK_TIMES : every });
}

/** New measurements. */
export function measured(h: Hosting, host: HostId, stats: HostStats, regional: readonly number[]): void {
  const slot = h.table.slotOf(host);
  assert(slot >= 0, "measurements come from known hosts");
  const seen = observed(h, host, stats);
  h.table.measure(slot, seen, regional, h.at);
  if (isWeak(h, slot) !== h.seldom.has(host)) welcome(h, host, slot);
  indexHost(h.index, h.table, slot, h.at);
  if (h.table.vps[slot] === 1) return;
  // Counted by measurement, not by look: looking three times at one bad measurement tells nothing new.
  if (isSlow(h, slot) || h.table.reasons[slot] !== 0) h.badChecks.set(host, (h.badChecks.get(host) ?? 0) + 1);
  else {
    h.badChecks.delete(host);
    h.notGood.delete(host);
  }
  h.record({
    kind: "host/measured",
    host,
    stats: seen,
    eligible: h.table.reasons[slot] === 0,
    reasons: reasonsOf(h.table.reasons[slot] as number),
  });
}

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
  const prober = proberFor(h, host);
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
  if (s === undefined || s.prober !== prober || s.judged || s.cleared) return;
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
  if (h.at < h.stormUntil || hosts < stormHostsMin || recent <= stormShare * hosts) return;
  h.stormUntil = h.at + stormHoldMs * US_PER_MS;
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

/** The owner wants the machine back: hand everything over, then let it go. */
export function leaving(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (slot < 0) return;
  h.table.leaving[slot] = 1;
  h.offer(slot);
  for (const move of [...h.moves.values()])
    if (move.to === host && move.phase !== "promote" && move.phase !== "claim" && move.phase !== "resolve") failMove(h, move, "superseded");
  drain(h, host);
}

/** Moves on what a leaving host still holds; says goodbye when nothing is left. */
export function drain(h: Hosting, host: HostId): void {
  const maps = h.ownedBy(host);
  if (maps.length === 0) return goodbye(h, host);
  h.leavers.add(host);
  for (const map of maps) {
    const state = h.maps[map] as MapState;
    if (state.serving) handOver(h, state, "drain");
  }
}

/** Nothing is left on a leaving host: it is told so, once. */
export function goodbye(h: Hosting, host: HostId): void {
  assert(h.ownedBy(host).length === 0, "who may go holds nothing");
  h.leavers.delete(host);
  h.tell(host, { kind: "host/goodbye" });
}

/** A validator's verdict; acted upon at the next data check. */
export function verdict(h: Hosting, host: HostId, valid: boolean): void {
  if (!h.settings.conf.general.enable_p2p_security_checks || h.table.slotOf(host) < 0) return;
  if (valid) h.verdicts.delete(host);
  else h.verdicts.set(host, (h.verdicts.get(host) ?? 0) + 1);
}

/** Every data_check_interval: hosts that failed too often are blocked and give up their maps, untrusted (HO10). */
export function actOnVerdicts(h: Hosting): void {
  const { validationsFailedMax, blockedS } = h.settings.tuning;
  for (const [host, failed] of [...h.verdicts].sort((a, b) => a[0] - b[0])) {
    if (failed < validationsFailedMax) continue;
    h.verdicts.delete(host);
    const slot = h.table.slotOf(host);
    const until = h.at + blockedS * US_PER_S;
    h.table.blockedUntil[slot] = until;
    h.table.setSecurityValid(slot, false);
    h.resting.add(host);
    h.offer(slot);
    h.record({ kind: "host/blocked", host, untilUs: until });
    for (const move of [...h.moves.values()]) if (move.to === host || move.from === host) abandon(h, move.map, host);
    for (const map of h.ownedBy(host)) rescue(h, h.maps[map] as MapState, "invalid");
  }
}

/** Ends a move that a blocked host takes part in, unless the store has already been asked: then its answer decides. */
function abandon(h: Hosting, map: MapId, host: HostId): void {
  const { move } = h.maps[map] as MapState;
  if (move === null || move.phase === "claim" || move.phase === "resolve") return;
  if (move.to === host || move.phase !== "promote") failMove(h, move, "superseded");
}
