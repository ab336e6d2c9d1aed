/** HO7: load plus reservations never exceed capacity, by the coordinator's own account and by ours. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";
import type { Picture } from "./picture.ts";
import { mapText } from "./words.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Judges the limits named in each decision, and counts the maps of each host from the grants alone. */
export class CapacityChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #options: CheckerOptions;
  readonly #picture: Picture;

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO7"]);
    this.#options = options;
    this.#picture = picture;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "move/decided") this.#decided(at, record);
    else if (record.kind === "map/granted") this.#granted(at, record);
  }

  #decided(at: number, record: Of<"move/decided">): void {
    const { to, toMaps, toMapsMax, toPlayers, toPlayersMax } = record;
    const what = (): string =>
      `move ${record.move} of ${mapText(this.#options.maps.names, record.map)} (${record.cause}, ${record.form}) gives host ${to}`;
    this.check("HO7", toMaps <= toMapsMax, at, () => `${what()} ${toMaps} maps of ${toMapsMax}`, record.map, to);
    const host = this.#picture.hostOf(to);
    if (record.toVps) {
      if (host.joined)
        this.check(
          "HO7",
          toMapsMax <= host.slots,
          at,
          () => `${what()} a limit of ${toMapsMax} maps; it has ${host.slots} slots`,
          record.map,
          to,
        );
      return;
    }
    this.check("HO7", toPlayers <= toPlayersMax, at, () => `${what()} ${toPlayers} players of ${toPlayersMax}`, record.map, to);
    const mapsMax = this.#options.conf.task_distribution.max_tasks_per_node;
    this.check("HO7", toMapsMax <= mapsMax, at, () => `${what()} a limit of ${toMapsMax} maps; the conf allows ${mapsMax}`, record.map, to);
    if (!host.joined) return;
    const kbps = toPlayersMax * this.#options.tuning.uploadKbpsPerPlayer;
    this.check(
      "HO7",
      kbps <= host.uploadKbps,
      at,
      () => `${what()} a limit of ${toPlayersMax} players, ${kbps} kbit/s of ${host.uploadKbps}`,
      record.map,
      to,
    );
  }

  #granted(at: number, record: Of<"map/granted">): void {
    const host = this.#picture.hostOf(record.host);
    if (record.vps && !host.joined) return;
    const limit = record.vps ? host.slots : this.#options.conf.task_distribution.max_tasks_per_node;
    // The load of a site is recounted only when the cheap upper bound (all newest grants) is past its limit.
    const within = (host.owns?.size ?? 0) <= limit || this.#picture.loadOf(host) <= limit;
    this.check(
      "HO7",
      within,
      at,
      () =>
        `with ${mapText(this.#options.maps.names, record.map)} host ${record.host} holds ${this.#picture.loadOf(host)} maps of ${limit}${this.#picture.trail(record.map)}`,
      record.map,
      record.host,
    );
  }
}
