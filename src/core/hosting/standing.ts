/**
 * Owns what is remembered of each host's conduct: observed disconnects, losses and the back-off they earn, clearances, bad
 * measurements; and the forgetting of hosts that stay away. Promises: memory follows the hosts of the last while, not all that
 * ever came. Never moves a map.
 */
import { US_PER_HOUR, US_PER_S } from "../../base/time.ts";
import type { HostStats } from "../protocol/host-stats.ts";
import type { HostId } from "../protocol/ids.ts";
import type { Hosting } from "./state.ts";

/** Clearances count for this long. */
const CLEARED_FOR_US = 10 * US_PER_S;
/** A host cleared this often within that time and still silent is given up: others may reach it, we do not. */
const CLEARANCES_MAX = 2;
/** Losses are forgiven after this many of the longest back-offs without another. */
const FORGIVEN_AFTER = 2;

/** The worse of what a host reports and what was observed in the last hour (conf: counted from what is observed). */
export function observed(h: Hosting, host: HostId, stats: HostStats): HostStats {
  const times = h.disconnects.get(host);
  if (times === undefined) return stats;
  const recent = times.filter((t) => t > h.at - US_PER_HOUR);
  if (recent.length === 0) h.disconnects.delete(host);
  else h.disconnects.set(host, recent);
  return recent.length > stats.disconnects_per_hour ? { ...stats, disconnects_per_hour: recent.length } : stats;
}

/** A disconnect was seen: it counts for an hour. */
export function noteDisconnect(h: Hosting, host: HostId): void {
  const times = h.disconnects.get(host);
  if (times === undefined) h.disconnects.set(host, [h.at]);
  else times.push(h.at);
}

/** A suspicion proved wrong. */
export function noteCleared(h: Hosting, host: HostId): void {
  const before = h.clearances.get(host);
  const times = before !== undefined && before.until > h.at ? before.times + 1 : 1;
  h.clearances.set(host, { times, until: h.at + CLEARED_FOR_US });
}

/** Whether the host was cleared so often just now that one more clearance would tell nothing. */
export function clearedOften(h: Hosting, host: HostId): boolean {
  const cleared = h.clearances.get(host);
  return cleared !== undefined && cleared.until > h.at && cleared.times >= CLEARANCES_MAX;
}

/** A host that lost maps, or had to give them up, is not asked again for a while; each further time doubles the while. */
export function backOff(h: Hosting, host: HostId): void {
  const { backoffFirstS, backoffMaxS } = h.settings.tuning;
  const before = h.failures.get(host);
  const forgiven = before === undefined || before.at + FORGIVEN_AFTER * backoffMaxS * US_PER_S < h.at;
  const times = forgiven ? 1 : before.times + 1;
  h.failures.set(host, { times, at: h.at });
  const seconds = Math.min(backoffMaxS, backoffFirstS * (1 << Math.min(times - 1, 20)));
  const slot = h.table.slotOf(host);
  h.table.backoffUntil[slot] = h.at + seconds * US_PER_S;
  h.resting.add(host);
  h.offer(slot);
}

/** The host went away: if it stays away it is forgotten some day. */
export function noteDeparted(h: Hosting, host: HostId): void {
  // Set anew, so that the map stays in the order of departures.
  h.departed.delete(host);
  h.departed.set(host, h.at);
}

/** Forgets player hosts that went away long ago and hold nothing. VPS sites are never forgotten. */
export function forgetDeparted(h: Hosting): void {
  const before = h.at - h.settings.tuning.forgetAfterS * US_PER_S;
  for (const [host, at] of h.departed) {
    if (at > before) return;
    const slot = h.table.slotOf(host);
    const { table } = h;
    const kept =
      table.vps[slot] === 1 ||
      (table.maps[slot] as number) + (table.mapsReserved[slot] as number) > 0 ||
      (h.standbyCount.get(host) ?? 0) > 0 ||
      (table.blockedUntil[slot] as number) > h.at ||
      (table.backoffUntil[slot] as number) > h.at ||
      wasLostLately(h, host);
    // A VPS site, one that a map waits for or names as standby, or one whose conduct still counts, is looked at again after another while.
    if (kept) noteDeparted(h, host);
    else forget(h, host, slot);
  }
}

/** Disconnects count for an hour, also of a machine that stays away for a while in between. */
function wasLostLately(h: Hosting, host: HostId): boolean {
  return (h.disconnects.get(host)?.at(-1) ?? Number.NEGATIVE_INFINITY) > h.at - US_PER_HOUR;
}

function forget(h: Hosting, host: HostId, slot: number): void {
  h.index.setHeadroom(slot, -1);
  h.table.remove(slot);
  for (const memory of [h.departed, h.disconnects, h.clearances, h.failures, h.badChecks, h.verdicts, h.standbyCount, h.mapsOf])
    memory.delete(host);
  h.resting.delete(host);
  h.notGood.delete(host);
  h.seldom.delete(host);
  h.record({ kind: "host/forgotten", host });
}
