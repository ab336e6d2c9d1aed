/** HO7: load plus reservations never exceed capacity, by the coordinator's own account and by ours. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId } from "../../src/core/protocol/ids.ts";
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
  /** What the coordinator that lives has decided last about each map, and in which life. */
  readonly #meant = new Map<MapId, { readonly host: HostId; readonly epoch: Epoch; readonly life: number }>();
  /** Epochs that maps got by a claim of an earlier coordinator, which took effect when the one that lives had already read the rows. */
  readonly #late = new Map<MapId, Epoch>();

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO7"]);
    this.#options = options;
    this.#picture = picture;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "move/decided") this.#decided(at, record);
    else if (record.kind === "map/granted") this.#granted(at, record);
  }

  committed(_at: number, map: MapId, host: HostId, epoch: Epoch): void {
    const meant = this.#meant.get(map);
    const own = meant?.host === host && meant.epoch === epoch && meant.life === this.#picture.starts;
    if (!own && this.#picture.starts > 1) this.#late.set(map, epoch);
  }

  #decided(at: number, record: Of<"move/decided">): void {
    this.#meant.set(record.map, { host: record.to, epoch: record.epoch, life: this.#picture.starts });
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
    const load = (host.owns?.size ?? 0) <= limit ? 0 : this.#picture.loadOf(host);
    const within = load <= limit || load - this.#lateOn(record.host) <= limit;
    if (within && load > limit) this.count("excused.HO7.late_commit");
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

  /** Maps of a host that nobody who knew of its load gave to it. */
  #lateOn(host: HostId): number {
    let count = 0;
    for (const map of this.#picture.hostOf(host).owns ?? []) if (this.#late.get(map) === this.#picture.mapOf(map).epoch) count += 1;
    return count;
  }
}
