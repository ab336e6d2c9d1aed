/** ST2: a restart never resurrects an older epoch, neither in a grant nor before players. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, MapId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_GAMES, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import type { Picture } from "./picture.ts";
import { epochText, mapText } from "./words.ts";

/** Per map: the newest epoch that was ever granted and the fair time of that grant. */
type Newest = { epoch: Epoch; fair: number; at: number };

/** Judges grants and playing players from the second coordinator start on. */
export class RestartChecker extends RuleChecker implements Checker, Observer {
  readonly ignores: ReadonlySet<HistoryRecord["kind"]> = new Set([
    "host/measured",
    "player/entered",
    "player/refused",
    "player/left",
    ...OF_GAMES,
  ]);
  readonly #names: readonly string[];
  readonly #picture: Picture;
  readonly #clock: FairClock;
  readonly #followUs: number;
  readonly #newest = new Map<MapId, Newest>();

  constructor(options: CheckerOptions, picture: Picture, clock: FairClock) {
    super(["ST2"]);
    this.#names = options.maps.names;
    this.#picture = picture;
    this.#clock = clock;
    this.#followUs = boundsOf(options).followUs;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "map/granted") this.#granted(at, record.map, record.host, record.epoch);
    else if (record.kind === "player/playing" && this.#picture.starts > 1) this.#playing(at, record);
  }

  #granted(at: number, map: MapId, host: number, epoch: Epoch): void {
    const newest = this.#newest.get(map);
    const fair = this.#clock.now(at);
    if (newest === undefined) {
      this.#newest.set(map, { epoch, fair, at });
      return;
    }
    if (this.#picture.starts > 1) {
      const before = newest.epoch;
      this.check(
        "ST2",
        epoch > before,
        at,
        () =>
          `after a restart ${mapText(this.#names, map)} was granted to host ${host} at ${epochText(epoch)}, though ${epochText(before)} had been granted${this.#picture.trail(map)}`,
        map,
        host,
      );
    }
    if (epoch > newest.epoch) Object.assign(newest, { epoch, fair, at });
  }

  /** A player that joins under an older epoch was sent there by somebody who forgot; messages under way and troubled hosts aside. */
  #playing(at: number, record: Extract<HistoryRecord, { kind: "player/playing" }>): void {
    const newest = this.#newest.get(record.map);
    if (newest === undefined) return;
    const older = record.epoch < newest.epoch;
    if (older && this.#clock.now(at) - newest.fair <= this.#followUs) return this.count("excused.ST2.under_way");
    if (older && this.#picture.hostOf(record.host).troubledAt >= newest.at) return this.count("excused.ST2.host_in_trouble");
    this.check(
      "ST2",
      !older,
      at,
      () =>
        `after a restart player ${record.player} plays ${mapText(this.#names, record.map)} on host ${record.host} at ${epochText(record.epoch)}, older than ${epochText(newest.epoch)}${this.#picture.trail(record.map)}`,
      record.map,
      record.host,
      record.player,
    );
  }
}
