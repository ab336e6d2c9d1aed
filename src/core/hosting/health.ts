/**
 * Owns who is here and how well: introductions, measurements, polite farewells.
 * Promises: HO4 (a host is offered maps only while eligible and in good standing). Never
 * counts what hosts say of their own disconnects against what was observed: the worse holds.
 */
import { assert } from "../../base/assert.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import type { HostId } from "../protocol/ids.ts";
import type { Holding } from "../protocol/messages.ts";
import { tellStandbys } from "./choose.ts";
import { REASON_BIT, reasonsOf } from "./eligibility.ts";
import { indexHost } from "./host-index.ts";
import { reawaken } from "./claim.ts";
import { failMove, servesOn, thaw } from "./move-end.ts";
import { handOver, wakeWaiting } from "./rescue.ts";
import { observed } from "./standing.ts";
import { TIMER, type Hosting, type MapState, type Move } from "./state.ts";

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
  welcome(h, host, slot);
  if (h.buggify("introduce-again")) h.tell(host, { kind: "host/introduce" });
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
  for (const { map, epoch, frozen } of holds) {
    const state = h.maps[map];
    if (state === undefined) continue;
    if (state.owner !== host || state.epoch !== epoch)
      h.tell(host, { kind: "hosting/release", map, epoch: state.owner === host ? epoch : Math.max(epoch, state.epoch) });
    else if (state.move === null) {
      // Who froze it and never came to say more was this coordinator on a broken line, or one before it.
      if (frozen) thaw(h, state);
      else if (!state.serving) servesOn(h, state);
    }
  }
  for (const map of h.ownedBy(host)) {
    const state = h.maps[map] as MapState;
    if (holds.some((held) => held.map === map && held.epoch === state.epoch)) {
      if (h.table.vps[h.table.slotOf(host)] === 0) tellStandbys(h, state);
      continue;
    }
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

/** The owner wants the machine back: hand everything over, then let it go. */
export function leaving(h: Hosting, host: HostId): void {
  const slot = h.table.slotOf(host);
  if (slot < 0) return;
  if (h.table.leaving[slot] === 0) h.record({ kind: "host/leaving", host });
  h.table.leaving[slot] = 1;
  h.offer(slot);
  for (const move of [...h.moves.values()])
    if (move.to === host && move.phase !== "promote" && move.phase !== "claim" && move.phase !== "resolve") failMove(h, move, "superseded");
  // Before the rows are known it seems to hold nothing.
  if (h.restored) drain(h, host);
}

/** Moves on what a leaving host still holds; says goodbye when nothing is left. */
export function drain(h: Hosting, host: HostId): void {
  // Before the store has said what it owns nobody knows that nothing is left on it.
  if (!h.restored) return void h.leavers.add(host);
  const maps = h.ownedBy(host);
  if (mayGo(h, host)) return goodbye(h, host);
  h.leavers.add(host);
  for (const map of maps) {
    const state = h.maps[map] as MapState;
    if (state.serving) handOver(h, state, "drain");
  }
}

/** Nothing is left on a host, what it gave away is served elsewhere or its move has ended otherwise, and no claim for it is before the store. */
export function mayGo(h: Hosting, host: HostId): boolean {
  if (h.ownedBy(host).length > 0) return false;
  for (const move of h.moves.values()) if (move.from === host || move.to === host) return false;
  return true;
}

/** Nothing is left on a leaving host: it is told so, once. */
export function goodbye(h: Hosting, host: HostId): void {
  assert(h.ownedBy(host).length === 0, "who may go holds nothing");
  h.leavers.delete(host);
  h.tell(host, { kind: "host/goodbye" });
}
