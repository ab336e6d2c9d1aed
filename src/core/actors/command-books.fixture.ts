/**
 * What the coordinator that acts now was told, as whoever judges it keeps it: hosts, rows, moves under way, players. Takes in; judges nothing.
 */
import { actorKind, actorNumber, type Epoch, type HostId, type MapId, NO_HOST, type PlayerId } from "../protocol/ids.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import type { Message } from "../protocol/messages.ts";
import type { Input } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { HostingSettings } from "../settings.ts";
import { isOwnWord } from "./command-broken.fixture.ts";
import { KnownHost } from "./command-reference.fixture.ts";

/** A decision, as it is recorded. */
export type Decided = Extract<HistoryRecord, { kind: "move/decided" }>;
/** A move that was decided and is not over. `placed`: its target holds the map by the store's word. */
type OpenMove = Decided & { placed: boolean };

/** The books of whoever judges. */
export class CommandBooks {
  settings: HostingSettings;
  readonly hosts = new Map<HostId, KnownHost>();
  readonly moves = new Map<number, OpenMove>();
  /** What the coordinator that acts now was last told of each row. */
  readonly told = new Map<MapId, OwnershipRow>();
  readonly toldEpochs = new Map<MapId, Set<Epoch>>();
  /** Maps whose claim was answered with "unknown" and whose row was not read since. */
  readonly unresolved = new Set<MapId>();
  /** When each map's last move was done. */
  readonly movedAt = new Map<MapId, number>();
  /** Where each player is, and which are owed an answer. */
  readonly seats = new Map<PlayerId, MapId>();
  readonly owed = new Set<PlayerId>();
  /** The player that asks was not on the map it asks for. */
  fresh = false;
  /** The intervals run: enters are answered. */
  open = false;
  openAt = 0;
  restored = false;
  restoredAt = 0;
  /** No epoch at or below it is granted any more. */
  floor = 0;
  at = 0;

  constructor(settings: HostingSettings) {
    this.settings = settings;
  }

  /** Another coordinator begins: nothing that was said to the last one is known to it. */
  begin(settings: HostingSettings): void {
    this.settings = settings;
    for (const books of [this.hosts, this.moves, this.told, this.seats, this.owed, this.toldEpochs, this.unresolved, this.movedAt])
      books.clear();
    this.open = this.restored = false;
    this.floor = 0;
  }

  /** Takes in what the coordinator is about to be told. */
  hear(input: Input, opens: boolean): void {
    this.at = input.at;
    if (opens) {
      this.open = true;
      this.openAt = input.at;
    }
    if (input.kind === "message") this.heard(input.from, input.message);
    if (input.kind === "link/down" && actorKind(input.peer) === "player") this.rise(actorNumber(input.peer));
    const lost =
      input.kind === "link/down" && actorKind(input.peer) === "host"
        ? actorNumber(input.peer)
        : input.kind === "host/silent"
          ? input.host
          : -1;
    const host = this.hosts.get(lost);
    if (host?.online === true) host.doubt(input.kind === "link/down" ? "close" : "silence", input.at);
  }

  /** Takes in the store's answer to a request that was asked. */
  learn(ask: StoreRequest, answer: StoreAnswer): void {
    if (ask.verb === "claim" && answer.result === "unknown") this.unresolved.add(ask.map);
    if (answer.result === "refused") this.knowRow(answer.row);
    if (answer.result !== "ok") return;
    if (answer.row !== undefined) this.knowRow(answer.row);
    if (answer.restored === undefined) return;
    this.restored = true;
    this.restoredAt = this.at;
    this.floor = answer.restored.epochFloor;
    // Nobody may serve by a row of an older timeline: what replaced it may be lost.
    for (const row of answer.restored.rows) this.knowRow(row.epoch < this.floor ? { ...row, owner: NO_HOST } : row);
    if (!this.settings.conf.general.persistent_hosts) return;
    for (const profile of answer.restored.hosts) {
      if (this.hosts.has(profile.host)) continue;
      const host = new KnownHost(profile);
      host.online = host.clean = false;
      this.hosts.set(profile.host, host);
    }
  }

  private knowRow(row: OwnershipRow): void {
    this.told.set(row.map, row);
    const epochs = this.toldEpochs.get(row.map) ?? new Set([0]);
    this.toldEpochs.set(row.map, epochs.add(row.epoch));
  }

  private heard(from: number, message: Message): void {
    if (!isOwnWord(from, message)) return;
    if (message.kind === "validation/verdict") return this.judged(message.host, message.valid);
    if (actorKind(from) === "player") return this.asked(message);
    const id = actorNumber(from);
    if (message.kind === "host/hello") {
      const host = this.hosts.get(id) ?? new KnownHost(message.profile);
      this.hosts.set(id, host);
      host.profile = message.profile;
      host.online = true;
      host.leaving = false;
      host.suspicion = null;
      return host.report(this.settings.conf, message.profile.stats, this.at);
    }
    const host = this.hosts.get(id);
    if (host === undefined) return;
    if (host.suspicion?.how === "silence") this.trust(host);
    if (!host.online && host.suspicion === null) return;
    if (message.kind === "host/metrics") host.report(this.settings.conf, message.stats, this.at);
    if (message.kind === "host/leaving") host.leaving = true;
    if (message.kind === "hosting/refused") host.clean = false;
    if (message.kind !== "hosting/probed" || !message.alive) return;
    const suspect = this.hosts.get(message.suspect);
    if (suspect?.suspicion?.how === "silence" && suspect.suspicion.prober === id) this.trust(suspect);
  }

  private trust(host: KnownHost): void {
    host.suspicion = null;
    host.online = true;
  }

  private judged(id: HostId, valid: boolean): void {
    const host = this.hosts.get(id);
    if (host === undefined || !this.settings.conf.general.enable_p2p_security_checks) return;
    host.badVerdicts = valid ? 0 : host.badVerdicts + 1;
    host.badVerdictAt = this.at;
  }

  private asked(message: Message): void {
    if (message.kind === "play/leave") return this.rise(message.player);
    if (message.kind !== "play/enter" && message.kind !== "play/resume") return;
    this.owed.add(message.player);
    this.fresh = this.seats.get(message.player) !== message.map;
    if (message.kind === "play/enter" && !this.open) return;
    if (this.settings.maps[message.map] === undefined) this.seats.delete(message.player);
    else this.seats.set(message.player, message.map);
  }

  /** A player is nowhere any more, and owed nothing. */
  rise(player: PlayerId): void {
    this.seats.delete(player);
    this.owed.delete(player);
  }

  // Asked of the books

  /** The move of a map that is under way, if any. */
  moveOf(map: MapId): OpenMove | undefined {
    return [...this.moves.values()].find((open) => open.map === map);
  }

  /** Hosts that failed validation often enough to be blocked at the next data check. */
  dueForBlock(): HostId[] {
    return [...this.hosts].filter(([, { badVerdicts }]) => badVerdicts >= this.settings.tuning.validationsFailedMax).map(([id]) => id);
  }

  /** How much a host has: maps it owns, and maps that come to it. */
  load(host: HostId): string {
    return `${this.owns(host)},${[...this.moves.values()].filter((move) => move.to === host).length}`;
  }

  /** The maps that are a host's by the store's word. */
  ownedBy(host: HostId): MapId[] {
    return [...this.told.values()].filter((row) => row.owner === host).map((row) => row.map);
  }

  /** How many maps are a host's by the store's word. */
  owns(host: HostId): number {
    return this.ownedBy(host).length;
  }

  /** The maps that have to do with a host: its own, and those that come to it or leave it. */
  mapsOf(host: HostId): Set<MapId> {
    const moving = [...this.moves.values()].filter((move) => move.from === host || move.to === host);
    return new Set([...this.ownedBy(host), ...moving.map((move) => move.map)]);
  }
}
