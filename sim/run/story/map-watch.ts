/** Who serves each map, instant by instant: what hosts say of themselves and what the world knows of the hosts, put together. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "../../checkers/checker.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import { roomFor } from "../metrics/columns.ts";

/** Nobody serves the map, or an instant that never was. */
export const NONE = -1;

/** `lost`: its host is paused or out of reach, and serves again when it comes back as the same process. */
type Service = { host: HostId; epoch: Epoch; serves: boolean; lost: boolean; since: number; awayFrom: number };

/** What can keep a host from serving; several things can at once. */
const DOWN = 1;
const PAUSED = 2;
const CUT = 4;

/** Whoever is told of each change of hands: who serves the map from now on, {@link NONE} for nobody. */
export type Changed = (at: number, map: MapId, host: HostId) => void;

/** An observer that says whenever a map changes hands. Put it before those who ask it. */
export class MapWatch implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #changed: Changed;
  readonly #services = new Map<MapId, Service>();
  readonly #mapsOf = new Map<HostId, Set<MapId>>();
  /** What keeps each host from serving right now, as bits. */
  #trouble = new Uint8Array(0);

  constructor(changed: Changed) {
    this.#changed = changed;
  }

  /** Since when somebody serves the map without a gap, or {@link NONE} while nobody does. */
  servedSince(map: MapId): number {
    const service = this.#services.get(map);
    return service?.serves === true ? service.since : NONE;
  }

  /** When the map was left last: it still is if nobody serves it. {@link NONE} if it never was. */
  lastLeft(map: MapId): number {
    return this.#services.get(map)?.awayFrom ?? NONE;
  }

  /** Whether the host is down, paused or out of reach. */
  isAway(host: HostId): boolean {
    return host < this.#trouble.length && this.#trouble[host] !== 0;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "host/serving") this.#serving(at, record.host, record.map, record.epoch);
    else if (record.kind === "host/stopped") this.#stopped(at, record.host, record.map, record.epoch);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    this.#trouble = roomFor(this.#trouble, host, 0);
    const before = this.#trouble[host] as number;
    const after = troubleAfter(before, truth);
    this.#trouble[host] = after;
    // A process that ends takes what it served with it, even if it was out of reach before.
    if ((after & DOWN) !== 0) this.#lost(at, host, false);
    else if (after !== 0) this.#lost(at, host, true);
    else if (before !== 0) this.#back(at, host);
  }

  #serving(at: number, host: HostId, map: MapId, epoch: Epoch): void {
    const before = this.#services.get(map);
    if (before !== undefined && epoch < before.epoch) return;
    if (before !== undefined && before.host !== host) this.#mapsOf.get(before.host)?.delete(map);
    const was = before?.serves === true ? before.host : NONE;
    const serves = !this.isAway(host);
    const since = was === NONE ? at : (before?.since ?? at);
    const awayFrom = was !== NONE && !serves ? at : (before?.awayFrom ?? NONE);
    this.#services.set(map, { host, epoch, serves, lost: !serves, since, awayFrom });
    const maps = this.#mapsOf.get(host) ?? new Set();
    this.#mapsOf.set(host, maps.add(map));
    const now = serves ? host : NONE;
    if (now !== was) this.#changed(at, map, now);
  }

  #stopped(at: number, host: HostId, map: MapId, epoch: Epoch): void {
    const service = this.#services.get(map);
    if (service === undefined || service.host !== host || service.epoch !== epoch) return;
    service.lost = false;
    this.#leave(at, map, service);
  }

  #lost(at: number, host: HostId, comesBack: boolean): void {
    for (const map of this.#mapsOf.get(host) ?? []) {
      const service = this.#services.get(map) as Service;
      service.lost = comesBack && (service.serves || service.lost);
      this.#leave(at, map, service);
    }
  }

  #back(at: number, host: HostId): void {
    for (const map of this.#mapsOf.get(host) ?? []) {
      const service = this.#services.get(map) as Service;
      if (!service.lost) continue;
      service.lost = false;
      service.serves = true;
      service.since = at;
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

/** A line cut in one direction or in part only keeps the host from the coordinator, not from its players. */
function troubleAfter(before: number, truth: HostTruth): number {
  switch (truth) {
    case "up":
      return before & ~(DOWN | PAUSED);
    case "paused":
      return before | PAUSED;
    case "resumed":
      return before & ~PAUSED;
    case "cut":
      return before | CUT;
    case "healed":
      return before & ~CUT;
    case "cut-one-way":
    case "cut-in-part":
      return before;
    default:
      return (before | DOWN) & ~PAUSED;
  }
}
