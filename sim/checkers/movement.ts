/** HO6 and LV4: voluntary moves are restrained, and come to rest. */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import { type HistoryRecord, isVoluntary } from "../../src/core/protocol/history.ts";
import { type ActorId, type HostId, type MapId, NO_HOST } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_GAMES, RuleChecker } from "./checker.ts";
import type { Picture } from "./picture.ts";
import { mapText, secondsText } from "./words.ts";

/** Share of all maps that may be redistributed in the last third of settling: players still come and go, and scores with them. */
const RESTLESS_SHARE = 0.25;

/** A redistributing move, remembered to notice one that goes back the way it came. */
type Better = { readonly from: HostId; readonly to: HostId; readonly at: number };

/** The last change of host a map went through; under which coordinator start tells whether it may be forgotten. */
type LastMove = { readonly decidedAt: number; readonly fallback: boolean; readonly start: number };

/** When a host was given up with maps on it, or failed its part of a move; and under which coordinator start. */
type Failed = { readonly at: number; readonly start: number; readonly how: string };

/** A target that did not do its part in time, or had no time for it. */
const TARGET_FAILED: ReadonlySet<string> = new Set(["timeout", "freeze_timeout", "hash_mismatch", "host_busy"]);

type Decided = Extract<HistoryRecord, { kind: "move/decided" }>;

/** Judges each decision; keeps per map when it last moved, and which maps are in voluntary moves. */
export class MovementChecker extends RuleChecker implements Checker, Observer {
  readonly ignores: ReadonlySet<HistoryRecord["kind"]> = new Set(["host/measured", "player/playing", "player/refused", ...OF_GAMES]);
  readonly #options: CheckerOptions;
  readonly #picture: Picture;
  readonly #newsUs: number;
  readonly #last = new Map<MapId, LastMove>();
  readonly #voluntary = new Set<MapId>();
  /** Hosts that the present coordinator calls degraded. */
  readonly #degraded = new Set<HostId>();
  #newsAt = 0;
  readonly #better = new Map<MapId, Better>();
  readonly #failed = new Map<HostId, Failed>();
  /** When a move of the map last failed, and under which coordinator start. */
  readonly #tried = new Map<MapId, { readonly at: number; readonly start: number }>();
  /** Under which coordinator start a move of the map was last done. */
  readonly #ended = new Map<MapId, number>();
  /** Until when the storm guard holds; a coordinator that stood still says late that it let go. */
  #stormUntil = -1;
  /** When a player last entered or left a map; kept from the settling phase on. */
  readonly #playersAt = new Map<MapId, number>();
  #settlingAt = -1;
  readonly #late = new Set<MapId>();

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO6", "LV4"]);
    this.#options = options;
    this.#picture = picture;
    this.#newsUs = boundsOf(options).newsUs;
  }

  settling(at: number): void {
    this.#settlingAt = at;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "coordinator/started":
        this.#voluntary.clear();
        this.#degraded.clear();
        this.#newsAt = at;
        this.#stormUntil = -1;
        return;
      case "storm/held":
        this.#stormUntil = at + this.#options.tuning.stormHoldMs * US_PER_MS;
        return;
      case "storm/released":
        this.#stormUntil = -1;
        return;
      case "host/gone":
        this.#newsAt = at;
        if (record.how !== "leave" && this.#holdsByNow(record.host)) this.#fails(record.host, at, "was given up with maps on it");
        return;
      case "host/degraded":
        if (record.degraded) this.#degraded.add(record.host);
        else this.#degraded.delete(record.host);
        this.#newsAt = at;
        return;
      case "host/forgotten":
        this.#degraded.delete(record.host);
        return;
      case "host/joined":
      case "host/blocked":
        this.#newsAt = at;
        return;
      case "player/entered":
      case "player/left":
        if (this.#settlingAt >= 0) this.#playersAt.set(record.map, at);
        return;
      case "move/decided":
        return this.#decided(at, record);
      case "move/done":
      case "move/failed":
        this.#voluntary.delete(record.map);
        if (record.kind === "move/done") this.#done(record.map);
        else this.#attempted(at, record.map, record.reason);
        return;
      case "map/granted":
        return this.#granted(record.map, record.host);
      default:
    }
  }

  /** LV4 is judged at the end: a phase without any move is a phase at rest. */
  finish(at: number): void {
    if (this.#settlingAt < 0) return;
    const maps = this.#options.maps.names.length;
    const most = Math.max(1, Math.floor(RESTLESS_SHARE * maps));
    const late = this.#late.size;
    this.check(
      "LV4",
      late <= most,
      at,
      () => `${late} of ${maps} maps redistributed in the last third of the settling phase; ${most} allowed`,
    );
  }

  /** A move came to nothing: the map rests, and so does the target where it was to blame. */
  #attempted(at: number, map: MapId, reason: string): void {
    this.#tried.set(map, { at, start: this.#picture.starts });
    const { move } = this.#picture.mapOf(map);
    if (move !== null && !move.toVps && TARGET_FAILED.has(reason)) this.#fails(move.to, at, `failed its part of a move (${reason})`);
  }

  #fails(host: HostId, at: number, how: string): void {
    this.#failed.set(host, { at, start: this.#picture.starts, how });
  }

  #decided(at: number, record: Decided): void {
    this.#rested(at, record);
    this.#enabled(at, record);
    const sound = !this.#degraded.has(record.to);
    this.check("HO6", sound, at, () => `${this.#what(record)} to host ${record.to}, which is degraded`, record.map, record.to);
    if (!isVoluntary(record.cause)) {
      this.#voluntary.delete(record.map);
      return;
    }
    this.#voluntary.add(record.map);
    this.#share(at, record);
    this.#cooldown(at, record);
    this.check("HO6", at >= this.#stormUntil, at, () => `${this.#what(record)} while the storm guard holds`, record.map, record.to);
    if (record.cause === "better") {
      this.#threshold(at, record);
      this.#fixpoint(at, record);
    } else {
      this.#waited(at, record);
    }
  }

  #what(record: Decided): string {
    return `move ${record.move} (${record.cause}) of ${mapText(this.#options.maps.names, record.map)}`;
  }

  /** With migration off no map goes from its host to another player's; with the fallback off none that may leave the VPS goes there. */
  #enabled(at: number, record: Decided): void {
    const { enable_auto_migration, enable_vps_fallback, enable_p2p_maps } = this.#options.conf.general;
    const migrates = record.from !== NO_HOST && !record.toVps;
    const what = (name: string) => (): string => `${this.#what(record)} to host ${record.to}, though ${name} is off`;
    this.check("HO6", enable_auto_migration || !migrates, at, what("enable_auto_migration"), record.map, record.to);
    const lent = record.toVps && enable_p2p_maps && this.#options.maps.eligible[record.map] === true;
    this.check("HO6", enable_vps_fallback || !lent, at, what("enable_vps_fallback"), record.map, record.to);
  }

  #threshold(at: number, record: Decided): void {
    const { conf, tuning } = this.#options;
    const theta = Math.round((conf.realtime_gaming.prioritize_realtime ? tuning.betterRealtime : tuning.betterOtherwise) * 1000);
    const { scoreFrom, scoreTo } = record;
    const what = (): string => `move ${record.move} of ${mapText(this.#options.maps.names, record.map)} ${record.from} -> ${record.to}`;
    this.check(
      "HO6",
      record.theta === theta,
      at,
      () => `${what()} applied a threshold of ${record.theta} thousandths instead of ${theta}`,
      record.map,
      record.to,
    );
    this.check(
      "HO6",
      scoreTo * 1000 > theta * scoreFrom,
      at,
      () => `${what()}: score ${scoreTo} is not above ${theta} thousandths of ${scoreFrom}`,
      record.map,
      record.to,
    );
  }

  #cooldown(at: number, record: Decided): void {
    const cooldownUs = this.#options.tuning.cooldownS * US_PER_S;
    const what = (): string => this.#what(record);
    const tried = this.#tried.get(record.map);
    if (tried !== undefined && tried.start === this.#picture.starts)
      this.check(
        "HO6",
        at - tried.at >= cooldownUs,
        at,
        () => `${what()} only ${secondsText(at - tried.at)} after one failed; the cool-down is ${secondsText(cooldownUs)}`,
        record.map,
        record.to,
      );
    this.check(
      "HO6",
      record.sinceMoveUs < 0 || record.sinceMoveUs >= cooldownUs,
      at,
      () => `${what()} only ${secondsText(record.sinceMoveUs)} after the last, by the coordinator's own count`,
      record.map,
      record.to,
    );
    this.check(
      "HO6",
      record.sinceMoveUs >= 0 || this.#ended.get(record.map) !== this.#picture.starts,
      at,
      () => `${what()}, which never moved by the coordinator's own count`,
      record.map,
      record.to,
    );
    const last = this.#last.get(record.map);
    if (last === undefined) return;
    if (last.start !== this.#picture.starts) return this.count("excused.HO6.restart");
    const since = at - last.decidedAt;
    this.check(
      "HO6",
      since >= cooldownUs,
      at,
      () =>
        `${what()} only ${secondsText(since)} after the last was decided; the cool-down is ${secondsText(cooldownUs)}${this.#picture.trail(record.map)}`,
      record.map,
      record.to,
    );
  }

  /** It holds a map that the present coordinator granted: what one before it granted, a store that lost commits may have kept from this one. */
  #holdsByNow(host: HostId): boolean {
    for (const map of this.#picture.hostOf(host).owns ?? []) if (this.#picture.mapOf(map).grantedIn === this.#picture.starts) return true;
    return false;
  }

  /** Who lost its maps, or failed its part of a move, is not asked again at once, for whatever cause. */
  #rested(at: number, record: Decided): void {
    const failed = this.#failed.get(record.to);
    if (failed === undefined || record.toVps) return;
    if (failed.start !== this.#picture.starts) return this.count("excused.HO6.restart");
    const restUs = this.#options.tuning.backoffFirstS * US_PER_S;
    this.check(
      "HO6",
      at - failed.at >= restUs,
      at,
      () =>
        `move ${record.move} (${record.cause}) gives ${mapText(this.#options.maps.names, record.map)} to host ${record.to} ${secondsText(at - failed.at)} after it ${failed.how}; the back-off is ${secondsText(restUs)}`,
      record.map,
      record.to,
    );
  }

  #waited(at: number, record: Decided): void {
    const last = this.#last.get(record.map);
    if (last === undefined || !last.fallback) return;
    const waitUs = this.#options.tuning.returnAfterS * US_PER_S;
    // A restarted coordinator begins the wait anew.
    const since = at - (last.start === this.#picture.starts ? last.decidedAt : this.#picture.startedAt);
    this.check(
      "HO6",
      since >= waitUs,
      at,
      () =>
        `${mapText(this.#options.maps.names, record.map)} returns from the VPS ${secondsText(since)} after it fell back, or the coordinator began; the wait is ${secondsText(waitUs)}`,
      record.map,
      record.to,
    );
  }

  #share(at: number, record: Decided): void {
    const share = this.#options.tuning.voluntaryShareMax;
    const allowed = Math.max(1, Math.floor(share * record.mapsHosted));
    this.check(
      "HO6",
      record.voluntaryNow <= allowed,
      at,
      () => `${record.voluntaryNow} maps in voluntary moves of ${record.mapsHosted} hosted; ${allowed} allowed`,
      record.map,
      record.to,
    );
    const counted = this.#voluntary.size;
    const most = Math.max(1, Math.floor(share * this.#options.maps.names.length));
    this.check(
      "HO6",
      counted <= most,
      at,
      () => `${counted} maps in voluntary moves by our count; ${most} allowed of ${this.#options.maps.names.length} maps`,
      record.map,
      record.to,
    );
  }

  /** In the last third of settling no map goes back the way it came, unless its players or the fleet gave a reason in between. */
  #fixpoint(at: number, record: Decided): void {
    const last = this.#better.get(record.map);
    this.#better.set(record.map, { from: record.from, to: record.to, at });
    if (this.#settlingAt < 0 || at < this.#settlingAt + Math.floor((2 * this.#options.settleUs) / 3)) return;
    if (this.#hasRested(at, record.to)) return this.count("excused.LV4.rested");
    if (at - this.#newsAt <= this.#newsUs) return this.count("excused.LV4.news");
    // The first better host a map finds is how a fleet settles, one map after another under the limit, and what is found while news of the faults
    // themselves is fresh may prove false; a second one after that is unrest.
    if (last === undefined || last.at < this.#settlingAt + this.#newsUs) return this.count("excused.LV4.first");
    this.#late.add(record.map);
    if (last === undefined || last.from !== record.to || last.to !== record.from) return;
    if (last.at < this.#settlingAt || at - this.#newsAt <= this.#newsUs) return this.count("excused.LV4.news");
    if ((this.#playersAt.get(record.map) ?? -1) >= last.at) return this.count("excused.LV4.players");
    const message = (): string =>
      `${mapText(this.#options.maps.names, record.map)} goes back from host ${last.to} to host ${last.from} ${secondsText(at - last.at)} after it came, though no player came or went and the fleet gave no reason${this.#picture.trail(record.map)}`;
    this.check("LV4", false, at, message, record.map, record.to);
  }

  /** The target was not to be asked until now, or may not have been: its block or its back-off ended within the time that news of the fleet has. */
  #hasRested(at: number, host: number): boolean {
    const { blockedUntil, blemishedAt } = this.#picture.hostOf(host);
    if (blemishedAt < 0) return false;
    return at - Math.max(blockedUntil, blemishedAt + this.#options.tuning.backoffMaxS * US_PER_S) <= this.#newsUs;
  }

  #granted(map: MapId, host: number): void {
    const move = this.#picture.mapOf(map).move;
    // The first host a map gets is no move; whatever else was granted starts the cool-down.
    if (move === null || move.cause === "placement" || move.to !== host) return;
    this.#last.set(map, { decidedAt: move.at, fallback: move.form === "fallback", start: this.#picture.starts });
  }

  #done(map: MapId): void {
    this.#ended.set(map, this.#picture.starts);
    const cause = this.#picture.mapOf(map).move?.cause;
    if (cause === "better") this.count("redistribution.moved");
    if (cause === "return") this.count("redistribution.returned");
  }
}
