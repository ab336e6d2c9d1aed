/**
 * Owns what follows from failed validation: verdicts counted, hosts blocked, their maps taken from them untrusted (HO10).
 * Promises: a blocked host keeps no map and takes part in no move that can still be undone. Never judges a report itself.
 */
import { US_PER_S } from "../../base/time.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import { failMove } from "./move-end.ts";
import { rescue } from "./rescue.ts";
import type { Hosting, MapState } from "./state.ts";

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
