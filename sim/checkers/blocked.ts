/** HO10: a host that failed validation holds no map after its bound. */
import { US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, HostId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import type { HostPicture, Picture } from "./picture.ts";
import { mapText, secondsText } from "./words.ts";

const SWEEP_US = US_PER_S;

/** A blocked host that still holds maps: fair time spent so, and the fair instant up to which it was counted. */
type Watch = { readonly host: HostPicture; readonly from: number; spent: number; seen: number };

/** Watches each blocked host until it holds nothing, and judges grants to it meanwhile. */
export class BlockedChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #options: CheckerOptions;
  readonly #picture: Picture;
  readonly #clock: FairClock;
  readonly #boundUs: number;
  readonly #watched = new Map<HostId, Watch>();
  #nowhere = false;
  #nextSweep = 0;

  constructor(options: CheckerOptions, picture: Picture, clock: FairClock) {
    super(["HO10"]);
    this.#options = options;
    this.#picture = picture;
    this.#clock = clock;
    this.#boundUs = boundsOf(options).moveUs;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (at >= this.#nextSweep) this.#sweep(at);
    switch (record.kind) {
      case "host/blocked":
        this.#watched.set(record.host, { host: this.#picture.hostOf(record.host), from: at, spent: 0, seen: this.#clock.now(at) });
        return;
      case "coordinator/started":
        // Blocks live in the coordinator's memory; a new one learns of them from the next verdict.
        for (const _ of this.#watched) this.count("excused.HO10.restart");
        this.#watched.clear();
        return;
      case "refusal":
      case "map/unhosted":
        if (record.reason === "vps_full") this.#nowhere = true;
        return;
      case "map/granted":
        this.#nowhere = false;
        return this.#granted(at, record.host, record.map);
      default:
    }
  }

  finish(at: number): void {
    this.#sweep(at);
  }

  #granted(at: number, id: HostId, map: number): void {
    const host = this.#picture.hostOf(id);
    const blocked = host.blockedUntil > at && at - host.blockedAt > this.#boundUs;
    this.check(
      "HO10",
      !blocked,
      at,
      () =>
        `${mapText(this.#options.maps.names, map)} granted to host ${id}, blocked since ${secondsText(host.blockedAt)} until ${secondsText(host.blockedUntil)}`,
      map,
      id,
    );
  }

  #sweep(at: number): void {
    this.#nextSweep = at + SWEEP_US;
    for (const watch of this.#watched.values()) this.#judge(watch, at);
  }

  #judge(watch: Watch, at: number): void {
    const { host } = watch;
    const now = this.#clock.now(at);
    const passed = now - watch.seen;
    watch.seen = now;
    const held = host.owns?.size ?? 0;
    if (held === 0 || host.blockedUntil <= at) {
      this.check("HO10", true, at, () => "");
      this.#watched.delete(host.host);
      return;
    }
    const excuse = this.#excused(host);
    if (excuse !== null) return this.count(`excused.HO10.${excuse}`);
    watch.spent += passed;
    this.use("HO10", watch.spent / this.#boundUs);
    if (watch.spent <= this.#boundUs) return;
    this.#watched.delete(host.host);
    const maps = [...(host.owns ?? [])].map((map) => mapText(this.#options.maps.names, map)).join(", ");
    this.check(
      "HO10",
      false,
      at,
      () => `host ${host.host}, blocked at ${secondsText(watch.from)}, still holds ${maps}; the bound is ${secondsText(this.#boundUs)}`,
      [...(host.owns ?? [])][0],
      host.host,
    );
  }

  #excused(host: HostPicture): string | null {
    if (!this.#options.conf.general.enable_auto_migration) return "auto_migration_disabled";
    if (!this.#options.conf.general.enable_vps_fallback) return "fallback_disabled";
    if (this.#nowhere) return "vps_full";
    return host.down ? "host_down" : null;
  }
}
