/** HO9 and LV1 to LV3: what must be true once the system is quiet, judged at the end of the run. */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import {
  type ActorId,
  actorKind,
  actorNumber,
  COORDINATOR,
  type HostId,
  type MapId,
  NO_HOST,
  type PlayerId,
} from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf, type Bounds } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_GAMES, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import type { MapPicture, Picture } from "./picture.ts";
import { type Seat, Seats, type Waiting } from "./seats.ts";
import { epochText, mapText, secondsText } from "./words.ts";

/** Why a map without a serving owner is no fault of the system. */
const NOWHERE: ReadonlySet<string> = new Set(["vps_full", "no_candidate", "auto_migration_disabled", "p2p_disabled"]);

/** A host leads out who has been silent for 8 s; it looks each second, and what it leads out is then written down. */
const LED_OUT_US = 10 * US_PER_S;
/** Whom the store lets in, and whose stay has ended. */
const OF_STAYS: ReadonlySet<HistoryRecord["kind"]> = new Set(["player/admitted", "player/parted"]);

/** Follows each player's seat, and compares everything with the picture when the run is over. */
export class SettledChecker extends RuleChecker implements Checker, Observer {
  readonly ignores: ReadonlySet<HistoryRecord["kind"]> = new Set(["host/measured", ...OF_GAMES.filter((kind) => !OF_STAYS.has(kind))]);
  readonly #options: CheckerOptions;
  readonly #picture: Picture;
  readonly #clock: FairClock;
  readonly #bounds: Bounds;
  readonly #seats = new Seats();
  /** Per map: fair time of the last grant, decision or loss of its owner. Younger than the bound is not quiet yet. */
  readonly #stirred = new Map<MapId, number>();
  readonly #nowhere = new Map<MapId, string>();
  /** Players whose last word to or from the coordinator was lost on the way, and when. */
  readonly #unheard = new Map<PlayerId, number>();
  /** The host that a client could not reach, or that could not reach it, and when that was last so. */
  readonly #unreached = new Map<PlayerId, { readonly host: HostId; readonly at: number }>();
  /** Where games run: the map that a player is on by the store's word, or those that it asked for since; the host that asked the store may not have lived to say so. */
  readonly #stays = new Map<PlayerId, Set<MapId>>();
  /** Fair time at which a player's last stay ended. */
  readonly #freed = new Map<PlayerId, number>();
  #settled = false;

  constructor(options: CheckerOptions, picture: Picture, clock: FairClock) {
    super(["HO9", "LV1", "LV2", "LV3"]);
    this.#options = options;
    this.#picture = picture;
    this.#clock = clock;
    this.#bounds = boundsOf(options);
  }

  settling(): void {
    this.#settled = true;
  }

  host(at: number, host: HostId): void {
    for (const map of this.#picture.hostOf(host).owns ?? []) this.#stirred.set(map, this.#clock.now(at));
  }

  online(_at: number, player: PlayerId, delta: 1 | -1): void {
    if (delta < 0) this.#forget(player);
  }

  /** A player without a line to the coordinator can neither ask nor be told. */
  dropped(at: number, from: ActorId, to: ActorId): void {
    if (from !== COORDINATOR && to !== COORDINATOR) return this.#missed(at, from, to);
    const actor = from === COORDINATOR ? to : from;
    if (actorKind(actor) === "player") this.#unheard.set(actorNumber(actor), at);
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "player/entered":
        if (this.#options.fidelity === "game") this.#stay(record.player).add(record.map);
        return this.#seats.wait(record.player, record.map, this.#clock.now(at));
      case "player/playing":
        if (this.#unheard.size > 0) this.#unheard.delete(record.player);
        return this.#seats.sit(record.player, record.map, record.host, record.epoch);
      case "player/refused":
      case "player/left":
        return this.#forget(record.player);
      case "player/admitted":
        this.#stays.set(record.player, new Set([record.map]));
        return;
      case "player/parted":
        this.#stays.delete(record.player);
        this.#freed.set(record.player, this.#clock.now(at));
        return;
      case "map/granted":
      case "move/decided":
        this.#nowhere.delete(record.map);
        this.#stirred.set(record.map, this.#clock.now(at));
        return;
      case "map/unhosted":
        this.#nowhere.set(record.map, record.reason);
        return;
      case "refusal":
        if (NOWHERE.has(record.reason)) this.#nowhere.set(record.map, record.reason);
        return;
      default:
    }
  }

  finish(at: number): void {
    for (let map = 0; map < this.#options.maps.names.length; map += 1) this.#map(at, this.#picture.mapOf(map));
    this.#otherServers(at);
    if (!this.#settled) return;
    this.#players(at);
    this.#moves(at);
    this.#strangers(at);
  }

  /** Whoever is up, can be reached and was left in peace for long enough has introduced itself: nobody well stands outside. */
  #strangers(at: number): void {
    for (const host of this.#picture.hosts.values()) {
      if (!host.joined || host.down || host.paused || host.cut || host.cutOneWay) continue;
      const quiet = Math.min(this.#clock.now(at), at - Math.max(host.troubledAt, host.goneAt, this.#picture.startedAt));
      if (quiet <= this.#bounds.moveUs) continue;
      const message = (): string =>
        `at the end host ${host.host} is up and whole, and the coordinator does not know it; it was given up at ${secondsText(Math.max(0, host.goneAt))}`;
      this.check("LV3", host.here, at, message, -1, host.host);
    }
  }

  #map(at: number, map: MapPicture): void {
    const hosted = this.#picture.hosted(map);
    if (!hosted && this.#excused(at, map)) return;
    const message = (): string => {
      const owner =
        map.owner === NO_HOST
          ? "was never granted"
          : `was granted to host ${map.owner} at ${epochText(map.epoch)}, which ${this.#picture.reachable(map.owner) ? "does not serve it" : "is not there"}`;
      return `at the end ${mapText(this.#options.maps.names, map.map)} ${owner}${this.#picture.trail(map.map)}`;
    };
    this.check("HO9", hosted, at, message, map.map, map.owner);
    if (this.#settled) this.check("LV1", hosted, at, message, map.map, map.owner);
  }

  #excused(at: number, map: MapPicture): boolean {
    const stirred = this.#stirred.get(map.map);
    if (stirred !== undefined && this.#clock.now(at) - stirred <= this.#bounds.unhostedUs) {
      this.count("excused.HO9.not_quiet");
      return true;
    }
    const reason = this.#nowhere.get(map.map);
    if (reason === undefined || !this.#truly(reason)) return false;
    this.count(`excused.HO9.${reason}`);
    return true;
  }

  /** The conf forbids what the map would need; a full VPS is weighed by HO5 over the whole gap. */
  #truly(reason: string): boolean {
    const general = this.#options.conf.general;
    if (reason === "no_candidate") return !general.enable_vps_fallback;
    if (reason === "auto_migration_disabled") return !general.enable_auto_migration;
    if (reason === "p2p_disabled") return !general.enable_p2p_maps;
    return reason === "vps_full";
  }

  /** Nobody serves the map; or who does believes in a line that is gone, and the conf leaves nobody else to ask. */
  #isDark(map: MapPicture): boolean {
    if (!this.#picture.hosted(map)) return true;
    const reason = this.#nowhere.get(map.map);
    return this.#picture.hostOf(map.owner).cutOneWay && reason !== undefined && this.#truly(reason);
  }

  /** No other reachable host believes that it serves the map. */
  #otherServers(at: number): void {
    for (const host of this.#picture.hosts.values()) {
      if (host.down || host.paused || host.cut || host.cutOneWay || host.serves === null) continue;
      for (const [map, epoch] of host.serves) {
        const picture = this.#picture.mapOf(map);
        const owner = picture.owner === host.host && picture.epoch === epoch;
        if (!owner && this.#quietFor(at, map, host.troubledAt) <= this.#bounds.moveUs) {
          this.count("excused.HO9.not_quiet");
          continue;
        }
        this.check(
          "HO9",
          owner,
          at,
          () =>
            `at the end host ${host.host} still serves ${mapText(this.#options.maps.names, map)} at ${epochText(epoch)}, which belongs to host ${picture.owner} at ${epochText(picture.epoch)}${this.#picture.trail(map)}`,
          map,
          host.host,
        );
      }
    }
  }

  /** Fair time since the map was last stirred, real time since the host's last trouble: the shorter. */
  #quietFor(at: number, map: MapId, troubledAt: number): number {
    const stirred = this.#stirred.get(map);
    const quiet = stirred === undefined ? Number.POSITIVE_INFINITY : this.#clock.now(at) - stirred;
    return troubledAt < 0 ? quiet : Math.min(quiet, at - troubledAt);
  }

  #players(at: number): void {
    this.#seats.each(
      (player, seat) => this.#seated(at, player, seat),
      (player, waiting) => this.#waited(at, player, waiting),
    );
  }

  /** A client and a host could not reach each other. */
  #missed(at: number, from: ActorId, to: ActorId): void {
    const [client, host] = actorKind(from) === "player" ? [from, to] : [to, from];
    if (actorKind(client) === "player") this.#unreached.set(actorNumber(client), { host: actorNumber(host), at });
  }

  /** The way between a client and its map's host was found broken the last time it was tried: nobody knows yet who can reach whom. */
  #hasNoWay(at: number, player: PlayerId, host: HostId): boolean {
    const unreached = this.#unreached.get(player);
    return unreached?.host === host && at - unreached.at <= 2 * this.#options.tuning.askAgainMs * US_PER_MS;
  }

  #seated(at: number, player: PlayerId, seat: Seat): void {
    const map = this.#picture.mapOf(seat.map);
    const current = seat.host === map.owner && seat.epoch === map.epoch;
    if (!current) {
      if (this.#quietFor(at, seat.map, -1) <= this.#bounds.followUs) return this.count("excused.LV2.not_quiet");
      // Without a serving owner there is nowhere to follow to; LV1 has named the map.
      if (this.#isDark(map)) return this.count("excused.LV2.map_unhosted");
      if ((this.#unheard.get(player) ?? -1) >= map.grantedAt) return this.count("excused.LV2.no_line");
      if (this.#hasNoWay(at, player, map.owner)) return this.count("excused.LV2.no_way_to_host");
    }
    this.check(
      "LV2",
      current,
      at,
      () =>
        `at the end player ${player} plays ${mapText(this.#options.maps.names, seat.map)} on host ${seat.host} at ${epochText(seat.epoch)}, not on host ${map.owner} at ${epochText(map.epoch)}${this.#picture.trail(seat.map)}`,
      seat.map,
      seat.host,
      player,
    );
  }

  #waited(at: number, player: PlayerId, waiting: Waiting): void {
    const map = this.#picture.mapOf(waiting.map);
    // Before its last stay had ended it could be let in nowhere.
    const waited = this.#clock.now(at) - Math.max(waiting.fair, this.#freed.get(player) ?? 0);
    if (waited <= this.#bounds.followUs) {
      if (!this.#isDark(map)) this.use("LV2", waited / this.#bounds.followUs);
      return this.count("excused.LV2.just_entered");
    }
    if (this.#quietFor(at, waiting.map, -1) <= this.#bounds.followUs) return this.count("excused.LV2.not_quiet");
    if (this.#isDark(map)) return this.count("excused.LV2.map_unhosted");
    // It asks again and again; if its latest question was lost, its line is still gone.
    const lastAsked = 2 * this.#options.tuning.askAgainMs * US_PER_MS;
    if (at - (this.#unheard.get(player) ?? Number.NEGATIVE_INFINITY) <= lastAsked) return this.count("excused.LV2.no_line");
    if (this.#hasNoWay(at, player, map.owner)) return this.count("excused.LV2.no_way_to_host");
    if (this.#isHeld(at, player, waiting.map, waited)) return this.count("excused.LV2.stay_elsewhere");
    this.check(
      "LV2",
      false,
      at,
      () =>
        `at the end player ${player} has waited ${secondsText(waited)} for ${mapText(this.#options.maps.names, waiting.map)}, which host ${map.owner} serves${this.#picture.trail(waiting.map)}`,
      waiting.map,
      map.owner,
      player,
    );
  }

  /**
   * It is on another map still: no map lets it in before its stay there has ended (GA3). Who went without a word is led out in its time, once somebody
   * has served that map for long enough.
   */
  #isHeld(at: number, player: PlayerId, map: MapId, waited: number): boolean {
    const { followUs } = this.#bounds;
    const elsewhere = [...this.#stay(player)].filter((on) => on !== map);
    if (elsewhere.length > 0 && waited <= followUs + LED_OUT_US) return true;
    return elsewhere.some((on) => this.#isDark(this.#picture.mapOf(on)) || this.#quietFor(at, on, -1) <= followUs + LED_OUT_US);
  }

  #stay(player: PlayerId): Set<MapId> {
    let maps = this.#stays.get(player);
    if (maps === undefined) this.#stays.set(player, (maps = new Set()));
    return maps;
  }

  /** Queues have drained: no move is open longer than a move may take. */
  #moves(at: number): void {
    for (const map of this.#picture.maps.values()) {
      const move = map.move;
      if (move === null) continue;
      const open = move.closedAt < 0 ? this.#quietFor(at, map.map, -1) : 0;
      const stuck = open > this.#bounds.moveUs;
      if (Number.isFinite(open)) this.use("LV3", open / this.#bounds.moveUs);
      this.check(
        "LV3",
        !stuck,
        at,
        () =>
          `at the end move ${move.id} of ${mapText(this.#options.maps.names, map.map)}, decided at ${secondsText(move.at)}, is still open; the bound is ${secondsText(this.#bounds.moveUs)}${this.#picture.trail(map.map)}`,
        map.map,
        move.to,
      );
    }
  }

  #forget(player: PlayerId): void {
    this.#seats.forget(player);
    if (this.#unreached.size > 0) this.#unreached.delete(player);
    if (this.#unheard.size > 0) this.#unheard.delete(player);
  }
}
