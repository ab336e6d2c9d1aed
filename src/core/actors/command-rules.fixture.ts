/**
 * What the coordinator alone can be judged by, after each of its steps: the HO rules over what it was told and what it does. Knows the messages
 * and the conf, nothing of core/hosting.
 */
import { US_PER_S } from "../../base/time.ts";
import { type HistoryRecord, isVoluntary } from "../protocol/history.ts";
import { actorKind, actorNumber, type Epoch, type HostId, hostActor, type MapId, NO_HOST, type PlayerId } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { HostingSettings } from "../settings.ts";
import { broken, isOwnWord, judgeForeign } from "./command-broken.fixture.ts";
import { FrozenSources } from "./command-frozen.fixture.ts";
import { KnownHost } from "./command-reference.fixture.ts";
import type { CommandStore } from "./command-store.fixture.ts";

type Decided = Extract<HistoryRecord, { kind: "move/decided" }>;
/** A move that was decided and is not over. `placed`: its target holds the map by the store's word. */
type OpenMove = Decided & { placed: boolean };

/** Whom a step may concern: these maps, or all of them. */
export type Scope = ReadonlySet<MapId> | "all";

/** The books of whoever judges. */
export class CommandRules {
  settings: HostingSettings;
  readonly hosts = new Map<HostId, KnownHost>();
  readonly moves = new Map<number, OpenMove>();
  /** What the coordinator that acts now was last told of each row. */
  readonly told = new Map<MapId, OwnershipRow>();
  /** Where each player is, and which are owed an answer. */
  readonly seats = new Map<PlayerId, MapId>();
  readonly owed = new Set<PlayerId>();
  /** The intervals run: enters are answered. */
  open = false;
  restored = false;
  private readonly store: CommandStore;
  private readonly promoted = new Map<string, HostId>();
  private readonly grantedEpoch = new Map<MapId, Epoch>();
  private readonly ledTo = new Map<MapId, Epoch>();
  private readonly toldEpochs = new Map<MapId, Set<Epoch>>();
  private readonly unresolved = new Set<MapId>();
  private readonly frozen = new FrozenSources();
  private readonly requests = new Set<number>();
  private readonly movedAt = new Map<MapId, number>();
  private readonly claimedBefore = new Set<number>();
  /** The player that asks was not on the map it asks for. */
  private fresh = false;
  private openAt = 0;
  private restoredAt = 0;
  private floor = 0;
  private at = 0;

  constructor(settings: HostingSettings, store: CommandStore) {
    this.settings = settings;
    this.store = store;
  }

  /** Another coordinator begins: nothing that was said to the last one is known to it. */
  begin(settings: HostingSettings): void {
    this.settings = settings;
    for (const books of [
      this.hosts,
      this.moves,
      this.told,
      this.seats,
      this.owed,
      this.toldEpochs,
      this.unresolved,
      this.requests,
      this.movedAt,
      this.claimedBefore,
      this.frozen,
    ])
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
    this.frozen.heard(from, message);
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

  private rise(player: PlayerId): void {
    this.seats.delete(player);
    this.owed.delete(player);
  }

  // What the coordinator does

  /** Judges everything a step left. */
  judge(input: Input, effects: readonly Effect[], scope: Scope): void {
    if (input.kind === "message" && !isOwnWord(input.from, input.message)) judgeForeign(effects);
    for (const effect of effects) {
      if (effect.kind === "record") this.recorded(effect.record);
      else if (effect.kind === "store") this.asks(effect.request, effect.ask, scope);
      else if (effect.kind === "send") this.sends(actorNumber(effect.to), effect.message, scope);
    }
    if (input.kind === "message" && input.message.kind === "host/hello") this.judgeHello(input.message, effects);
    if (input.kind === "message" && input.message.kind === "play/enter" && this.open)
      this.judgeEnter(input.message.player, input.message.map);
    for (const [id, host] of this.hosts) this.judgeVerdicts(id, host);
    const moving = new Set([...this.moves.values()].map(({ map }) => map));
    this.frozen.judge(
      (map) => moving.has(map),
      (host) => this.hosts.get(host)?.online === true,
    );
  }

  /** Hosts that failed validation often enough to be blocked at the next data check. */
  dueForBlock(): HostId[] {
    return [...this.hosts].filter(([, { badVerdicts }]) => badVerdicts >= this.settings.tuning.validationsFailedMax).map(([id]) => id);
  }

  /** HO10: who failed validation often enough is blocked at the next data check. */
  private judgeVerdicts(id: HostId, host: KnownHost): void {
    if (host.badVerdicts < this.settings.tuning.validationsFailedMax || !this.open) return;
    const dueAt = Math.max(this.openAt, host.badVerdictAt) + this.settings.conf.general.data_check_interval * US_PER_S;
    if (this.at > dueAt) broken("HO10", `host ${id} failed validation ${host.badVerdicts} times and is not blocked`);
  }

  /** HO8, HO9: what a host wrongly believes to serve is ended as soon as it says so. */
  private judgeHello(hello: Extract<Message, { kind: "host/hello" }>, effects: readonly Effect[]): void {
    if (!this.restored) return;
    const { host } = hello.profile;
    for (const { map, epoch } of hello.holds) {
      const row = this.told.get(map);
      if (row?.owner === host && row.epoch === epoch) continue;
      const ended = effects.some(
        (e) =>
          e.kind === "send" &&
          e.to === hostActor(host) &&
          e.message.kind === "hosting/release" &&
          e.message.map === map &&
          e.message.epoch >= epoch,
      );
      if (!ended) broken("HO9", `host ${host} says it holds map ${map} at epoch ${epoch}, which is not its own, and is not told to stop`);
    }
  }

  /** Who comes to a map is answered at once, unless the end of a move under way will be the answer. */
  private judgeEnter(player: PlayerId, map: MapId): void {
    if (!this.owed.has(player) || !this.fresh || [...this.moves.values()].some((move) => move.map === map)) return;
    broken("HO5", `player ${player} asked for map ${map} and was not answered`);
  }

  private asks(request: number, ask: StoreRequest, scope: Scope): void {
    if (this.requests.has(request)) broken("ST1", `store request ${request} was asked before`);
    this.requests.add(request);
    if (ask.verb === "read") this.unresolved.delete(ask.map);
    if (ask.verb === "read" || ask.verb === "claim") this.within(ask.map, scope, `a ${ask.verb}`);
    if (ask.verb !== "claim") return;
    const { map, host, epoch, expect } = ask;
    const claim = `the claim of map ${map} for host ${host} at epoch ${epoch} expecting ${expect}`;
    if (this.unresolved.has(map)) broken("HO1", `${claim} comes before the row was read, after an answer of "unknown"`);
    if (this.toldEpochs.get(map)?.has(expect) !== true && expect !== 0) broken("HO2", `${claim} expects what the store never said`);
    if (!(epoch > expect)) broken("HO2", `${claim} does not raise the epoch`);
    if (!(epoch > this.floor)) broken("HO2", `${claim} is not above the store's floor of ${this.floor}`);
    const move = [...this.moves.values()].find((open) => open.map === map && open.to === host && open.epoch === epoch);
    if (move === undefined) broken("HO4", `${claim} was never decided`);
    const target = this.hosts.get(host);
    if (
      target !== undefined &&
      this.at < target.blockedUntil &&
      this.at > target.blockedUntil - this.settings.tuning.blockedS * US_PER_S &&
      !this.claimedBefore.has(move.move)
    )
      broken("HO10", `${claim} is for a blocked host`);
    this.claimedBefore.add(move.move);
  }

  private within(map: MapId, scope: Scope, what: string): void {
    if (scope !== "all" && !scope.has(map)) broken("HO8", `${what} about map ${map}, which has nothing to do with what happened`);
  }

  private sends(to: number, message: Message, scope: Scope): void {
    this.frozen.told(to, message);
    switch (message.kind) {
      case "hosting/probe": {
        const suspect = this.hosts.get(message.suspect);
        if (suspect !== undefined && suspect.suspicion !== null) suspect.suspicion.prober = to;
        return;
      }
      case "hosting/promote":
        this.within(message.map, scope, message.kind);
        return this.promotes(to, message.map, message.epoch);
      case "hosting/resume":
        if (this.unresolved.has(message.map)) broken("HO1", `the source of map ${message.map} resumes before the row was read`);
        return this.within(message.map, scope, message.kind);
      case "hosting/prepare":
      case "hosting/precopy":
      case "hosting/freeze":
      case "hosting/release":
        return this.within(message.map, scope, message.kind);
      case "play/assigned":
      case "play/redirect":
        return this.leads(to, message.map, message.host, message.epoch);
      case "play/refused":
        return this.rise(to);
      default:
        return;
    }
  }

  /** HO1: what is told to serve was granted, and to one host alone. */
  private promotes(host: HostId, map: MapId, epoch: Epoch): void {
    const key = `${map}@${epoch}`;
    const before = this.promoted.get(key) ?? host;
    if (before !== host) broken("HO1", `hosts ${before} and ${host} are both told to serve map ${map} at epoch ${epoch}`);
    if (this.store.committed.get(key) !== host)
      broken("HO1", `host ${host} is told to serve map ${map} at epoch ${epoch}, which the store never granted to it`);
    this.promoted.set(key, host);
  }

  /** ST2: players are led to what was granted, never back. */
  private leads(player: PlayerId, map: MapId, host: HostId, epoch: Epoch): void {
    this.owed.delete(player);
    if (this.store.committed.get(`${map}@${epoch}`) !== host)
      broken("ST2", `player ${player} is led to host ${host} for map ${map} at epoch ${epoch}, which was never granted to it`);
    const before = this.ledTo.get(map) ?? 0;
    if (epoch < before) broken("ST2", `player ${player} is led to epoch ${epoch} of map ${map} after others were led to ${before}`);
    this.ledTo.set(map, epoch);
  }

  private recorded(record: HistoryRecord): void {
    switch (record.kind) {
      case "host/joined":
        return this.judgeEligible(record.profile.host, record.eligible);
      case "host/measured":
        return this.judgeEligible(record.host, record.eligible);
      case "host/gone":
        return this.hosts.get(record.host)?.giveUp(this.owns(record.host) > 0, this.settings.tuning, this.at);
      case "host/cleared":
        if (this.hosts.get(record.host)?.online !== true) broken("HO4", `host ${record.host} is cleared and nothing speaks for it`);
        return;
      case "host/degraded":
        return void Object.assign(this.hosts.get(record.host) ?? {}, { degraded: record.degraded, clean: false });
      case "host/forgotten":
        return void this.hosts.delete(record.host);
      case "host/blocked":
        return this.blocked(record.host, record.untilUs);
      case "move/decided":
        return this.decided(record);
      case "move/failed":
      case "move/done":
        return this.ended(record);
      case "map/granted":
        return this.granted(record);
      default:
        return;
    }
  }

  private judgeEligible(id: HostId, says: boolean): void {
    const host = this.hosts.get(id);
    if (host !== undefined && !host.everBlocked && host.eligible !== says)
      broken("HO4", `host ${id} is called ${says ? "" : "not "}eligible, and by the conf it is ${host.eligible ? "" : "not"}`);
  }

  private blocked(id: HostId, until: number): void {
    const host = this.hosts.get(id);
    if (host === undefined) broken("HO10", `host ${id} is blocked and was never here`);
    if (host.badVerdicts < this.settings.tuning.validationsFailedMax)
      broken("HO10", `host ${id} is blocked after ${host.badVerdicts} bad verdicts`);
    Object.assign(host, { blockedUntil: until, everBlocked: true, badVerdicts: 0, clean: false });
  }

  private ended(record: Extract<HistoryRecord, { kind: "move/failed" | "move/done" }>): void {
    const move = this.moves.get(record.move);
    if (move === undefined) broken("HO8", `move ${record.move} ends and was not under way`);
    this.moves.delete(record.move);
    const target = this.hosts.get(move.to);
    if (record.kind === "move/failed" && target !== undefined) target.clean = false;
    if (record.kind === "move/done") this.movedAt.set(record.map, this.at);
  }

  private granted({ map, host, epoch }: Extract<HistoryRecord, { kind: "map/granted" }>): void {
    if (epoch <= (this.grantedEpoch.get(map) ?? 0))
      broken("HO2", `map ${map} is granted at epoch ${epoch} after ${this.grantedEpoch.get(map)}`);
    this.grantedEpoch.set(map, epoch);
    if (this.store.committed.get(`${map}@${epoch}`) !== host)
      broken("HO1", `map ${map} counts as granted to host ${host} at epoch ${epoch}, and the store never did that`);
    for (const move of this.moves.values()) if (move.map === map) move.placed = true;
  }

  private decided(move: Decided): void {
    const { map, to, cause } = move;
    const what = `map ${map} to host ${to} (${cause})`;
    if ([...this.moves.values()].some((open) => open.map === map)) broken("HO8", `${what}: the map is on its way already`);
    const host = this.hosts.get(to);
    if (host === undefined) broken("HO4", `${what}: it never introduced itself`);
    const objection = host.objection(this.at);
    if (objection !== "") broken("HO4", `${what}: it ${objection}`);
    const mayLeave = this.settings.conf.general.enable_p2p_maps && this.settings.eligible[map] === true;
    if (!mayLeave && !host.isVps) broken("HO4", `${what}: the map must stay on the VPS`);
    this.judgeRoom(what, map, to, host);
    if (isVoluntary(cause)) this.judgeRestraint(what, move, host);
    if (!host.isVps && (cause === "placement" || isVoluntary(cause))) this.judgeTie(what, move, host);
    this.moves.set(move.move, { ...move, placed: false });
  }

  /** HO7: by what the store said and the moves under way. */
  private judgeRoom(what: string, map: MapId, to: HostId, host: KnownHost): void {
    const { conf, tuning } = this.settings;
    const coming = [...this.moves.values()].filter((move) => move.to === to && !move.placed);
    // A row's owner that came too late, when its map was on its way to another already, holds it no more.
    const held = this.ownedBy(to).filter((own) => ![...this.moves.values()].some((open) => open.map === own && open.from !== to));
    const maps = held.length + coming.length + 1;
    const mapsMax = host.isVps ? host.profile.slots : conf.task_distribution.max_tasks_per_node;
    if (maps > mapsMax) broken("HO7", `${what}: with it the host has ${maps} maps of ${mapsMax}`);
    const here = new Set([map, ...coming.map((move) => move.map), ...held]);
    const players = [...this.seats.values()].filter((seat) => here.has(seat)).length;
    const playersMax = host.isVps ? Infinity : Math.floor(host.profile.upload_kbps / tuning.uploadKbpsPerPlayer);
    if (players > playersMax) broken("HO7", `${what}: with it the host has ${players} players of ${playersMax}`);
  }

  /** HO6: threshold, cool-down, share, and the wait on the VPS. */
  private judgeRestraint(what: string, move: Decided, host: KnownHost): void {
    const { conf, tuning } = this.settings;
    const open = [...this.moves.values()].filter(({ cause }) => isVoluntary(cause)).length + 1;
    const limit = Math.max(1, Math.floor(tuning.voluntaryShareMax * this.settings.maps.length));
    if (open > limit) broken("HO6", `${what}: ${open} maps in voluntary moves at once`);
    const movedAt = this.movedAt.get(move.map);
    if (movedAt !== undefined && this.at - movedAt < tuning.cooldownS * US_PER_S)
      broken("HO6", `${what}: it moved ${(this.at - movedAt) / US_PER_S} s ago`);
    if (move.cause === "return") {
      // What was written behind the coordinator's back it cannot know.
      const writtenAt = this.store.row(move.map).owner === move.from ? this.store.writtenAt.get(move.map) : undefined;
      const since = Math.max(this.restoredAt, writtenAt ?? 0);
      if (this.at - since < tuning.returnAfterS * US_PER_S)
        broken("HO6", `${what}: it is on the VPS for ${(this.at - since) / US_PER_S} s only`);
      return;
    }
    const from = this.hosts.get(move.from);
    if (from === undefined || from.isVps) return broken("HO6", `${what}: better than no player host`);
    const theta = conf.realtime_gaming.prioritize_realtime ? tuning.betterRealtime : tuning.betterOtherwise;
    // Each of the two may be rounded by half a micro-point.
    if (host.score + 1 <= theta * (from.score - 1)) broken("HO6", `${what}: ${host.score} is not ${theta} times ${from.score}`);
  }

  /** HO11: of two hosts that nothing tells apart the lower id is taken. */
  private judgeTie(what: string, move: Decided, host: KnownHost): void {
    if (!host.clean || this.load(move.to) !== "0,0") return;
    for (const [id, other] of this.hosts) {
      if (id >= move.to || id === move.from || !other.clean || other.isVps || other.objection(this.at) !== "") continue;
      const alike = JSON.stringify([other.stats, other.profile.upload_kbps]) === JSON.stringify([host.stats, host.profile.upload_kbps]);
      if (alike && this.load(id) === "0,0") broken("HO11", `${what}: host ${id} is its equal and has the lower id`);
    }
  }

  private load(host: HostId): string {
    return `${this.owns(host)},${[...this.moves.values()].filter((move) => move.to === host).length}`;
  }

  private ownedBy(host: HostId): MapId[] {
    return [...this.told.values()].filter((row) => row.owner === host).map((row) => row.map);
  }

  private owns(host: HostId): number {
    return this.ownedBy(host).length;
  }

  /** The maps that have to do with a host: its own, and those that come to it or leave it. */
  mapsOf(host: HostId): Set<MapId> {
    const moving = [...this.moves.values()].filter((move) => move.from === host || move.to === host);
    return new Set([...this.ownedBy(host), ...moving.map((move) => move.map)]);
  }
}
