/**
 * The present as far as records and the world's truth tell it: who was granted what, who serves, who is up.
 * One picture is kept per run and read by the checkers; it holds one small entry per map and per host, never the history.
 */
import { US_PER_HOUR, US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord, MoveCause, MoveForm } from "../../src/core/protocol/history.ts";
import type { HostStats } from "../../src/core/protocol/host-stats.ts";
import { type ActorId, type Epoch, type HostId, type MapId, NO_HOST } from "../../src/core/protocol/ids.ts";
import type { Fault } from "../options.ts";
import type { HostTruth, Observer } from "../world/observer.ts";
import { type Checker, OF_PLAYERS, RuleChecker } from "./checker.ts";
import { recordText, secondsText } from "./words.ts";

/** Losses count for an hour; a second less, so that the window's edge is never in dispute. */
const OBSERVED_US = US_PER_HOUR - US_PER_S;

/** Records kept per map for the message of a violation. */
const TRAIL_LENGTH = 6;

/** The last move decided for a map. `closedAt` is -1 while it runs. */
export type MovePicture = {
  readonly id: number;
  readonly cause: MoveCause;
  readonly form: MoveForm;
  readonly from: HostId;
  readonly to: HostId;
  readonly toVps: boolean;
  readonly at: number;
  closedAt: number;
};

/** A map as the checkers see it: its newest grant, whether the owner serves, the open move, and the last records about it. */
export type MapPicture = {
  readonly map: MapId;
  /** The host of the newest grant, or NO_HOST before the first. */
  owner: HostId;
  epoch: Epoch;
  grantedAt: number;
  /** The coordinator start (1, 2, …) under which the newest grant came. */
  grantedIn: number;
  /** The owner said that it serves `epoch`, and neither stopped nor went down since. */
  serving: boolean;
  move: MovePicture | null;
  /** The store's answer to a claim was lost, or a coordinator started, since the newest grant: an unrecorded commit may stand. */
  unsure: boolean;
  /** The newest claim that the store committed, recorded by a coordinator or not; null before the first. */
  committed: { readonly host: HostId; readonly epoch: Epoch } | null;
  readonly trail: { at: number; record: HistoryRecord }[];
};

/** A host as the checkers see it: what the coordinator knows of it and what is true of its machine and line. */
export type HostPicture = {
  readonly host: HostId;
  /** Known from its introduction; false until then. */
  vps: boolean;
  joined: boolean;
  /** It introduced itself to the coordinator that lives, and was not given up since. */
  here: boolean;
  /** It said that it leaves. */
  leaving: boolean;
  slots: number;
  uploadKbps: number;
  stats: HostStats | null;
  down: boolean;
  paused: boolean;
  cut: boolean;
  cutOneWay: boolean;
  /** When its machine or line last changed, or it was last suspected; -1 never. */
  troubledAt: number;
  /** When it was last suspected, lost, degraded or blocked, or a move to it failed; -1 never. */
  blemishedAt: number;
  /** Observed losses (close or silence) of the last hour, oldest first. */
  lost: number[] | null;
  /** When the coordinator last gave it up; what it was granted before counts only if it serves again. */
  goneAt: number;
  blockedAt: number;
  blockedUntil: number;
  /** Maps whose newest grant names it. Null until the first: most offered hosts never hold one. */
  owns: Set<MapId> | null;
  /** Maps it serves by its own account. */
  serves: Map<MapId, Epoch> | null;
};

/** Keeps the picture. An observer without rules; it comes before the checkers that read it. */
export class Picture extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS;
  readonly maps = new Map<MapId, MapPicture>();
  readonly hosts = new Map<HostId, HostPicture>();
  /** Coordinator starts so far; from the second on it is a restart. */
  starts = 0;
  /** When the last of them was; -1 before the first. */
  startedAt = -1;

  /** Faults that make the store lose commits, by id. */
  readonly #rollbacks: ReadonlySet<string>;
  /** It did so since the last coordinator start; and grants up to this start are void, for the one that followed found them so. */
  #rolledBack = false;
  #voidIn = -1;

  constructor(faults: readonly Pick<Fault, "id" | "kind">[]) {
    super([]);
    this.#rollbacks = new Set(faults.filter(({ kind }) => kind === "store-rollback").map(({ id }) => id));
  }

  fault(_at: number, id: string, what: "begin" | "end" | "effect"): void {
    if (what === "begin" && this.#rollbacks.has(id)) this.#rolledBack = true;
  }

  mapOf(map: MapId): MapPicture {
    let picture = this.maps.get(map);
    if (picture === undefined) {
      picture = {
        map,
        owner: NO_HOST,
        epoch: -1,
        grantedAt: -1,
        grantedIn: 0,
        serving: false,
        move: null,
        unsure: false,
        committed: null,
        trail: [],
      };
      this.maps.set(map, picture);
    }
    return picture;
  }

  hostOf(host: HostId): HostPicture {
    let picture = this.hosts.get(host);
    if (picture === undefined) {
      picture = newHost(host);
      this.hosts.set(host, picture);
    }
    return picture;
  }

  /** The machine runs and its line works both ways. */
  reachable(host: HostId): boolean {
    const picture = this.hosts.get(host);
    return picture === undefined || !(picture.down || picture.paused || picture.cut);
  }

  /** Its newest owner truly serves it under the newest epoch. */
  hosted(map: MapPicture): boolean {
    return map.owner !== NO_HOST && map.serving && this.reachable(map.owner);
  }

  /** Maps that count as a host's load: granted since it was last given up, or served again. */
  loadOf(host: HostPicture): number {
    let load = 0;
    for (const map of host.owns ?? []) {
      const picture = this.mapOf(map);
      // A store that failed over makes all earlier grants void for the next coordinator: it grants each map anew.
      if (picture.grantedIn <= this.#voidIn) continue;
      if (picture.grantedAt > host.goneAt || picture.serving) load += 1;
    }
    return load;
  }

  /** Losses of a host that the coordinator observed within the hour before `at`. */
  lossesOf(host: HostPicture, at: number): number {
    const lost = host.lost;
    if (lost === null) return 0;
    while (lost.length > 0 && (lost[0] as number) <= at - OBSERVED_US) lost.shift();
    return lost.length;
  }

  /** The last records about a map, for a message. */
  trail(map: MapId): string {
    const trail = this.mapOf(map).trail;
    if (trail.length === 0) return "";
    return `; before: ${trail.map((entry) => `${secondsText(entry.at)} ${recordText(entry.record)}`).join(" | ")}`;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "coordinator/started":
        return this.#started(at);
      case "host/joined":
        return this.#joined(record);
      case "host/leaving":
        this.hostOf(record.host).leaving = true;
        return;
      case "host/measured":
        this.hostOf(record.host).stats = record.stats;
        return;
      case "host/gone":
        return this.#gone(at, record);
      case "host/forgotten":
        this.hostOf(record.host).here = false;
        return;
      case "host/suspected":
        return this.#trouble(this.hostOf(record.host), at);
      case "host/degraded":
        this.hostOf(record.host).blemishedAt = at;
        return;
      case "host/blocked":
        return this.#blocked(at, record);
      case "host/serving":
        return this.#serving(at, record);
      case "host/stopped":
        return this.#stopped(at, record);
      default:
        return this.#mapRecord(at, record);
    }
  }

  committed(_at: number, map: MapId, host: HostId, epoch: Epoch): void {
    this.mapOf(map).committed = { host, epoch };
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    const picture = this.hostOf(host);
    picture.troubledAt = at;
    // Coming up is no blemish in itself; whoever comes back up went down before.
    if (truth !== "up") picture.blemishedAt = at;
    if (truth === "up") picture.down = picture.paused = false;
    else if (truth === "paused") picture.paused = true;
    else if (truth === "resumed") picture.paused = false;
    else if (truth === "cut") picture.cut = true;
    else if (truth === "cut-one-way" || truth === "cut-in-part") picture.cutOneWay = true;
    else if (truth === "healed") picture.cut = picture.cutOneWay = false;
    else this.#down(picture);
  }

  #down(picture: HostPicture): void {
    picture.down = true;
    picture.paused = false;
    // A stopped process serves nothing, and forgets what it served.
    picture.serves?.clear();
    for (const map of picture.owns ?? []) this.mapOf(map).serving = false;
  }

  #trouble(picture: HostPicture, at: number): void {
    picture.troubledAt = at;
    picture.blemishedAt = at;
  }

  #started(at: number): void {
    if (this.#rolledBack) this.#voidIn = this.starts;
    this.#rolledBack = false;
    this.startedAt = at;
    for (const map of this.maps.values()) {
      map.unsure = true;
      // The new coordinator has read the rows: what was committed without an answer stands in them.
      const { committed } = map;
      if (committed !== null && committed.epoch > map.epoch) this.#owns(map, at, committed.host, committed.epoch);
      // Whatever the old coordinator had under way, nobody pursues now.
      if (map.move !== null && map.move.closedAt < 0) map.move.closedAt = at;
    }
    this.starts += 1;
  }

  /** The coordinator keeps observed losses and blocks in memory only; hosts may introduce themselves before it has read the store. */
  coordinator(): void {
    for (const host of this.hosts.values()) {
      host.here = false;
      host.lost = null;
      host.blockedUntil = -1;
    }
  }

  #joined(record: Extract<HistoryRecord, { kind: "host/joined" }>): void {
    const picture = this.hostOf(record.profile.host);
    picture.joined = true;
    picture.here = true;
    picture.leaving = false;
    picture.vps = record.profile.kind === "vps";
    picture.slots = record.profile.slots;
    picture.uploadKbps = record.profile.upload_kbps;
    picture.stats = { ...record.profile.stats };
  }

  #gone(at: number, record: Extract<HistoryRecord, { kind: "host/gone" }>): void {
    const picture = this.hostOf(record.host);
    picture.here = false;
    picture.goneAt = at;
    picture.blemishedAt = at;
    if (record.how !== "leave") (picture.lost ??= []).push(at);
  }

  #blocked(at: number, record: Extract<HistoryRecord, { kind: "host/blocked" }>): void {
    const picture = this.hostOf(record.host);
    picture.blemishedAt = at;
    picture.blockedAt = at;
    picture.blockedUntil = record.untilUs;
  }

  #serving(at: number, record: Extract<HistoryRecord, { kind: "host/serving" }>): void {
    const host = this.hostOf(record.host);
    const map = this.#note(record.map, at, record);
    (host.serves ??= new Map()).set(record.map, record.epoch);
    // A grant whose answer was lost, and which a coordinator found in the row later: nobody said so, but it stands.
    const { committed } = map;
    if (record.epoch > map.epoch && committed?.host === record.host && committed.epoch === record.epoch)
      this.#owns(map, at, record.host, record.epoch);
    if (map.owner === record.host && map.epoch === record.epoch) map.serving = true;
  }

  #stopped(at: number, record: Extract<HistoryRecord, { kind: "host/stopped" }>): void {
    const host = this.hostOf(record.host);
    const map = this.#note(record.map, at, record);
    if (host.serves?.get(record.map) === record.epoch) host.serves.delete(record.map);
    if (map.owner === record.host && map.epoch === record.epoch) map.serving = false;
  }

  #mapRecord(at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "move/decided": {
        const { move: id, cause, form, from, to, toVps } = record;
        this.#note(record.map, at, record).move = { id, cause, form, from, to, toVps, at, closedAt: -1 };
        return;
      }
      case "move/done":
      case "move/failed": {
        const map = this.#note(record.map, at, record);
        if (map.move === null || map.move.id !== record.move) return;
        map.move.closedAt = at;
        if (record.kind === "move/failed") this.hostOf(map.move.to).blemishedAt = at;
        return;
      }
      case "map/granted":
        return this.#granted(at, record);
      case "claim/lost":
        this.#note(record.map, at, record).unsure = true;
        return;
      case "move/step":
      case "map/unhosted":
        this.#note(record.map, at, record);
        return;
      default:
    }
  }

  #granted(at: number, record: Extract<HistoryRecord, { kind: "map/granted" }>): void {
    const map = this.#note(record.map, at, record);
    this.#owns(map, at, record.host, record.epoch);
    map.unsure = false;
  }

  #owns(map: MapPicture, at: number, owner: HostId, epoch: Epoch): void {
    this.hosts.get(map.owner)?.owns?.delete(map.map);
    const host = this.hostOf(owner);
    (host.owns ??= new Set()).add(map.map);
    map.owner = owner;
    map.epoch = epoch;
    map.grantedAt = at;
    map.grantedIn = this.starts;
    map.serving = host.serves?.get(map.map) === epoch;
  }

  #note(map: MapId, at: number, record: HistoryRecord): MapPicture {
    const picture = this.mapOf(map);
    picture.trail.push({ at, record });
    if (picture.trail.length > TRAIL_LENGTH) picture.trail.shift();
    return picture;
  }
}

function newHost(host: HostId): HostPicture {
  return {
    host,
    vps: false,
    joined: false,
    here: false,
    leaving: false,
    slots: 0,
    uploadKbps: 0,
    stats: null,
    down: false,
    paused: false,
    cut: false,
    cutOneWay: false,
    troubledAt: -1,
    blemishedAt: -1,
    lost: null,
    goneAt: -1,
    blockedAt: -1,
    blockedUntil: -1,
    owns: null,
    serves: null,
  };
}
