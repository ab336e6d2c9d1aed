/** Who serves each map, instant by instant: what hosts say of themselves and what the world knows of the hosts, put together. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "../../checkers/checker.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";

/** Nobody serves the map, or an instant that never was. */
export const NONE = -1;

/** `lost`: its host is gone or out of reach, and serves again if it comes back as the same process. */
type Service = { host: HostId; epoch: Epoch; serves: boolean; lost: boolean; since: number; awayFrom: number };

/** An observer that says whenever a map changes hands, {@link NONE} for nobody. Put it before those who ask it. */
export class MapWatch implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #changed: (at: number, map: MapId, host: HostId) => void;
  readonly #services = new Map<MapId, Service>();
  readonly #mapsOf = new Map<HostId, Set<MapId>>();
  /** Hosts that cannot serve right now. */
  readonly #away = new Set<HostId>();

  constructor(changed: (at: number, map: MapId, host: HostId) => void) {
    this.#changed = changed;
  }

  /** When the present host began, or {@link NONE} while nobody serves. */
  servedSince(map: MapId): number {
    const service = this.#services.get(map);
    return service?.serves === true ? service.since : NONE;
  }

  /** When the map was left last: it still is if nobody serves it. {@link NONE} if it never was. */
  lastLeft(map: MapId): number {
    return this.#services.get(map)?.awayFrom ?? NONE;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "host/serving") this.#serving(at, record.host, record.map, record.epoch);
    else if (record.kind === "host/stopped") this.#stopped(at, record.host, record.map, record.epoch);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (truth === "up") this.#away.delete(host);
    else if (truth === "resumed" || truth === "healed") this.#back(at, host);
    else if (truth !== "cut-one-way") this.#lost(at, host);
  }

  #serving(at: number, host: HostId, map: MapId, epoch: Epoch): void {
    const before = this.#services.get(map);
    if (before !== undefined && epoch < before.epoch) return;
    if (before !== undefined && before.host !== host) this.#mapsOf.get(before.host)?.delete(map);
    const serves = !this.#away.has(host);
    const again = before?.serves === true && before.host === host;
    const awayFrom = before?.awayFrom ?? NONE;
    this.#services.set(map, { host, epoch, serves, lost: !serves, since: again ? before.since : at, awayFrom: serves ? awayFrom : at });
    const maps = this.#mapsOf.get(host) ?? new Set();
    this.#mapsOf.set(host, maps.add(map));
    if (!again) this.#changed(at, map, serves ? host : NONE);
  }

  #stopped(at: number, host: HostId, map: MapId, epoch: Epoch): void {
    const service = this.#services.get(map);
    if (service === undefined || service.host !== host || service.epoch !== epoch) return;
    service.lost = false;
    this.#leave(at, map, service);
  }

  #lost(at: number, host: HostId): void {
    this.#away.add(host);
    for (const map of this.#mapsOf.get(host) ?? []) {
      const service = this.#services.get(map) as Service;
      if (!service.serves) continue;
      service.lost = true;
      this.#leave(at, map, service);
    }
  }

  #back(at: number, host: HostId): void {
    this.#away.delete(host);
    for (const map of this.#mapsOf.get(host) ?? []) {
      const service = this.#services.get(map) as Service;
      if (!service.lost) continue;
      Object.assign(service, { lost: false, serves: true, since: at });
      this.#changed(at, map, host);
    }
  }

  #leave(at: number, map: MapId, service: Service): void {
    if (!service.serves) return;
    service.serves = false;
    service.awayFrom = at;
    this.#changed(at, map, NONE);
  }
}
