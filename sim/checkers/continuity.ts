/** HO5 and the first half of HO8: how long a map goes without a serving owner, and what excuses it. */
import { US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, type HostId, type MapId, NO_HOST } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import type { Picture } from "./picture.ts";
import { mapText, secondsText } from "./words.ts";

/** Open gaps are looked at this often, so that one that never closes is named too. */
const SWEEP_US = US_PER_S;

/** One stretch of time in which a map has no serving owner. */
type Gap = {
  readonly map: MapId;
  readonly from: number;
  /** Fair time spent without excuse, and the fair instant up to which it was counted. */
  spent: number;
  seen: number;
  /** Why the coordinator says nobody can be asked, if it says so. */
  excuse: string | null;
  /** A move of this map failed within the gap: then HO8 is what breaks. */
  failed: boolean;
  reported: boolean;
};

/** Opens a gap when a map loses its serving owner, closes it when the newest owner serves. */
export class ContinuityChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #options: CheckerOptions;
  readonly #picture: Picture;
  readonly #clock: FairClock;
  readonly #unhostedUs: number;
  readonly #gaps = new Map<MapId, Gap>();
  /** Maps that may leave the VPS and presently are on one; with all critical maps they tell when the VPS is full. */
  readonly #lentToVps = new Set<MapId>();
  readonly #criticalMaps: number;
  readonly #slots: number;
  #nextSweep = 0;
  #begun = false;

  constructor(options: CheckerOptions, picture: Picture, clock: FairClock) {
    super(["HO5", "HO8"]);
    this.#options = options;
    this.#picture = picture;
    this.#clock = clock;
    this.#unhostedUs = boundsOf(options).unhostedUs;
    this.#criticalMaps = options.maps.names.filter((_, map) => options.maps.eligible[map] !== true).length;
    this.#slots = options.vps.sites.reduce((sum, site) => sum + site.slots, 0);
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    this.#tick(at);
    switch (record.kind) {
      case "coordinator/started":
        return this.#started(at);
      case "map/granted":
        if (record.vps && this.#options.maps.eligible[record.map] === true) this.#lentToVps.add(record.map);
        else this.#lentToVps.delete(record.map);
        this.#excuse(record.map, at, null);
        return this.#refresh(record.map, at);
      case "host/serving":
      case "host/stopped":
        return this.#refresh(record.map, at);
      case "move/decided":
        return this.#excuse(record.map, at, null);
      case "map/unhosted":
        this.#refresh(record.map, at);
        return this.#excuse(record.map, at, record.reason);
      case "refusal":
        if (this.#gaps.has(record.map)) this.#excuse(record.map, at, record.reason);
        return;
      case "move/failed":
        return this.#failed(record.map, at);
      default:
    }
  }

  host(at: number, host: HostId): void {
    this.#tick(at);
    for (const map of this.#picture.hostOf(host).owns ?? []) this.#refresh(map, at);
  }

  fault(at: number): void {
    this.#tick(at);
  }

  finish(at: number): void {
    this.#sweep(at);
    // A gap that is open and still young was put to the test too: it kept its bound so far.
    for (const gap of this.#gaps.values()) if (!gap.reported) this.check(ruleOf(gap), true, at, () => "");
  }

  #started(at: number): void {
    if (!this.#begun) {
      this.#begun = true;
      for (let map = 0; map < this.#options.maps.names.length; map += 1) this.#refresh(map, at);
      return;
    }
    // A new coordinator gets the whole bound again for what it finds.
    for (const gap of this.#gaps.values()) {
      gap.spent = 0;
      gap.seen = this.#clock.now(at);
      gap.excuse = null;
      this.count("excused.HO5.restart");
    }
  }

  #refresh(map: MapId, at: number): void {
    const gap = this.#gaps.get(map);
    const hosted = this.#picture.hosted(this.#picture.mapOf(map));
    if (hosted && gap !== undefined) {
      this.#judge(gap, at);
      if (!gap.reported) this.check(ruleOf(gap), true, at, () => "");
      this.#gaps.delete(map);
    } else if (!hosted && gap === undefined) {
      this.#gaps.set(map, { map, from: at, spent: 0, seen: this.#clock.now(at), excuse: null, failed: false, reported: false });
    }
  }

  #excuse(map: MapId, at: number, reason: string | null): void {
    const gap = this.#gaps.get(map);
    if (gap === undefined) return;
    this.#judge(gap, at);
    gap.excuse = reason;
  }

  /** After a failed move the old owner serves on (put to the test at once) or the gap must close within its bound. */
  #failed(map: MapId, at: number): void {
    const gap = this.#gaps.get(map);
    if (gap === undefined) {
      this.check("HO8", true, at, () => "");
      return;
    }
    gap.failed = true;
  }

  #tick(at: number): void {
    if (at >= this.#nextSweep) this.#sweep(at);
  }

  #sweep(at: number): void {
    for (const gap of this.#gaps.values()) this.#judge(gap, at);
    this.#nextSweep = at + SWEEP_US;
  }

  #judge(gap: Gap, at: number): void {
    const now = this.#clock.now(at);
    const passed = now - gap.seen;
    gap.seen = now;
    const excuse = passed > 0 ? this.#excused(gap) : null;
    if (excuse !== null) this.count(`excused.HO5.${excuse}`);
    else gap.spent += passed;
    this.use(ruleOf(gap), gap.spent / this.#unhostedUs);
    if (gap.spent <= this.#unhostedUs || gap.reported) return;
    gap.reported = true;
    const { owner } = this.#picture.mapOf(gap.map);
    const whose = owner === NO_HOST ? "never granted" : `last granted to host ${owner}`;
    this.check(
      ruleOf(gap),
      false,
      at,
      () =>
        `${mapText(this.#options.maps.names, gap.map)} without a serving owner since ${secondsText(gap.from)}, ${secondsText(gap.spent)} of it unexcused; the bound is ${secondsText(this.#unhostedUs)}${gap.failed ? ", and a move had failed" : ""} (${whose})${this.#picture.trail(gap.map)}`,
      gap.map,
      owner,
    );
  }

  /** The excuse's name while it truly holds: what the conf forbids, or a VPS that our own count finds full. */
  #excused(gap: Gap): string | null {
    const general = this.#options.conf.general;
    switch (gap.excuse) {
      case "vps_full":
        return this.#criticalMaps + this.#lentToVps.size >= this.#slots ? "vps_full" : null;
      case "no_candidate":
        return general.enable_vps_fallback ? null : "no_candidate";
      case "auto_migration_disabled":
        return general.enable_auto_migration ? null : "auto_migration_disabled";
      case "p2p_disabled":
        return general.enable_p2p_maps ? null : "p2p_disabled";
      default:
        return null;
    }
  }
}

function ruleOf(gap: Gap): string {
  return gap.failed ? "HO8" : "HO5";
}
