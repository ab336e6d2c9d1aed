/**
 * Owns one simulated world: it takes the next event, hands it to whom it concerns, and gives every actor its Env.
 * Promises: DT1 (order by time, source, sequence; all draws keyed). What happens to machines and lines is done through the
 * methods of {@link Control}; what people do comes from the fleet's handlers. Never decides anything about hosting.
 */
import { assert } from "../../src/base/assert.ts";
import { type Stream, stream } from "../../src/base/random.ts";
import { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import { GameStates } from "../../src/core/actors/game-states.ts";
import type { ProgramOf } from "../../src/core/actors/held-states.ts";
import { HostActor, type StatesOf } from "../../src/core/actors/host.ts";
import { PlayerActor } from "../../src/core/actors/player.ts";
import { type Buggify, NEVER } from "../../src/core/protocol/buggify.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { HostProfile } from "../../src/core/protocol/host-stats.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { RefusalReason } from "../../src/core/protocol/refusal.ts";
import { type ActorId, COORDINATOR, hostActor, type HostId } from "../../src/core/protocol/ids.ts";
import type { Actor, Input } from "../../src/core/protocol/step.ts";
import type { StoreAnswer } from "../../src/core/protocol/store.ts";
import type { HostingSettings } from "../../src/core/settings.ts";
import type { SyncTuning } from "../../src/core/sync-settings.ts";
import { Drive } from "../../src/runtime/drive.ts";
import type { Options } from "../options.ts";
import { Backlog } from "./backlog.ts";
import { Clocks } from "./clocks.ts";
import { Connections } from "./connections.ts";
import type { Handlers } from "./handlers.ts";
import { Heartbeats } from "./heartbeats.ts";
import { HostFiles } from "./host-files.ts";
import { Machines } from "./machines.ts";
import { METER, Meters } from "./meters.ts";
import { type Envelope, type Packet, SimNetwork } from "./network.ts";
import type { HostTruth, Observer } from "./observer.ts";
import type { PlantsOf } from "./plants.ts";
import { portsOf } from "./ports.ts";
import { EVENT, EventQueue } from "./queue.ts";
import { SealedLines } from "./sealed-lines.ts";
import { SOURCE } from "./sources.ts";
import { type Answered, type Asked, SimStore } from "./store.ts";
import type { Tracing } from "./tracing.ts";
import { Timers } from "./timers.ts";

/** Who asks at the sites of the loop itself, which is no actor: no address is as high. */
const LOOP: ActorId = Number.MAX_SAFE_INTEGER;

/** Where a planted bug may take hold of this world. */
export type Plants = PlantsOf<World>;

/** What the hosts of a world run on their maps, and how it is written down and copied. */
export type Games = { readonly programOf: ProgramOf; readonly tuning: SyncTuning };

/** One simulated world: the clock, all actors, and everything between them. */
export class World {
  readonly options: Options;
  readonly queue = new EventQueue();
  readonly machines: Machines;
  readonly network: SimNetwork;
  readonly store: SimStore;
  readonly heartbeats: Heartbeats;
  readonly meters: Meters;
  readonly backlog: Backlog;
  readonly connections: Connections;
  readonly clocks = new Clocks();
  readonly timers: Timers;
  readonly files: HostFiles;
  readonly root: Stream;
  readonly observer: Observer;
  readonly hosts: (HostActor | undefined)[];
  readonly players: (PlayerActor | undefined)[];
  coordinator: CoordinatorActor;
  coordinatorUp = true;
  events = 0;
  /** Told of every event just before it is handled; only a search for the first difference of two runs listens. */
  seen: ((kind: number, target: number, number: number, object: unknown) => void) | undefined;
  /** Per map: when it last stopped being served (us), by any cause. */
  readonly stoppedAt: Float64Array;
  private readonly settings: HostingSettings;
  /** Null: states are sizes. */
  private readonly games: Games | null;
  private readonly plants: Plants;
  private readonly tracing: Tracing | null;
  /** What an actor or the loop is given to ask at its BUGGIFY sites. */
  readonly buggifyOf: (actor: ActorId) => Buggify;
  private readonly drive: Drive;
  private readonly sealed: SealedLines | null;
  private handlers: Handlers | undefined;

  constructor(
    options: Options,
    settings: HostingSettings,
    root: Stream,
    observer: Observer,
    hosts: number,
    players: number,
    plants: Plants = {},
    tracing: Tracing | null = null,
    games: Games | null = null,
    buggifyOf: (actor: ActorId) => Buggify = () => NEVER,
  ) {
    this.options = options;
    this.plants = plants;
    this.tracing = tracing;
    this.games = games;
    this.buggifyOf = buggifyOf;
    this.settings = plants.settings?.(settings) ?? settings;
    this.root = root;
    this.observer = observer;
    this.machines = new Machines(hosts, players, options.network, options.vps.sites.length);
    this.meters = new Meters(hosts);
    this.files = new HostFiles(this.meters);
    const { machines, queue, meters } = this;
    const jitter = stream(root, "net/jitter");
    this.network = new SimNetwork(machines, queue, observer, jitter, options.network.jitterMs, meters, stream(root, "net/trouble"));
    this.store = new SimStore(machines, queue, observer, stream(root, "store"), options.store, (asker) => this.network.passes(asker, 0));
    this.backlog = new Backlog(queue, meters, hosts, (kind, target, number, object) => this.perform(kind, target, number, object));
    this.heartbeats = new Heartbeats(this.machines, this.queue, stream(root, "net/beats"), stream(root, "net/phases"), {
      periodUs: options.tuning.heartbeatMs * 1000,
      missedMax: options.tuning.heartbeatsMissedMax,
      jitterMs: options.network.jitterMs,
      loss: options.network.loss,
      eager: options.eagerHeartbeats,
    });
    plants.heartbeats?.(this.heartbeats, options.eagerHeartbeats);
    this.connections = new Connections(this.network, this.heartbeats, queue, machines, meters, (dense) => this.sawClose(dense));
    this.stoppedAt = new Float64Array(options.maps.names.length);
    this.hosts = new Array(hosts + 1).fill(undefined);
    this.players = new Array(players).fill(undefined);
    this.timers = new Timers(queue, this.clocks, hosts, players);
    if (plants.message !== undefined) this.network.tamper = (from, to, message) => plants.message?.(this, from, to, message) ?? null;
    if (plants.store !== undefined) this.store.tamper = plants.store;
    this.sealed = options.sealing === "off" ? null : new SealedLines(this, (end) => plants.sealing?.(end, this));
    this.network.tracing = tracing;
    this.store.tracing = tracing;
    tracing?.begin(this.queue, this.machines);
    this.coordinator = this.makeCoordinator();
    this.drive = new Drive(
      portsOf(this, (self, record) => this.recorded(self, this.now, record)),
      undefined,
      buggifyOf(LOOP),
    );
  }

  get now(): number {
    return this.queue.now;
  }

  /** Plugs in fleet and faults; once, before the run. */
  attach(handlers: Handlers): void {
    this.handlers = handlers;
  }

  /** Begins: the coordinator reads its store. */
  start(): void {
    this.deliver(this.coordinator, { kind: "start", at: this.now });
  }

  private makeCoordinator(): CoordinatorActor {
    const coordinator = new CoordinatorActor(this.settings, this.buggifyOf(COORDINATOR));
    this.plants.coordinator?.(coordinator);
    return coordinator;
  }

  /** Runs until no event at or before `until` is left. The clock then stands at `until`: what is done next is done then. */
  run(until: number, progress: (now: number) => void): void {
    const { queue, tracing } = this;
    this.sealed?.flush();
    queue.push(Math.max(until, this.now), SOURCE.end, 0, EVENT.end, 0, 0, undefined);
    while (queue.next() <= until) {
      queue.pop();
      this.events += 1;
      if ((this.events & 0x3fff) === 0) progress(queue.now);
      if (tracing !== null) tracing.event(queue.kind, queue.object);
      if (this.seen !== undefined) this.seen(queue.kind, queue.target, queue.number, queue.object);
      this.handle(queue.kind, queue.target, queue.number, queue.object);
      this.sealed?.flush();
    }
    tracing?.event(0, undefined);
  }

  /** Schedules something of the fleet or the faults. `source` is of the caller's own range. */
  schedule(at: number, source: number, seq: number, kind: number, target: number, number: number, object: unknown): number {
    return this.queue.push(Math.max(at, this.now + 1), source, seq, kind, target, number, object);
  }

  deliver(actor: Actor, input: Input): void {
    assert(this.offer(actor, input) === undefined, "only messages find an inbox full");
  }

  private offer(actor: Actor, input: Input): RefusalReason | undefined {
    this.tracing?.enter(actor.id, input);
    const refused = this.drive.deliver(actor, input);
    this.tracing?.leave();
    return refused;
  }

  private handle(kind: number, target: number, number: number, object: unknown): void {
    if (this.backlog.any && this.backlog.takes(kind, target, number, object)) return;
    this.perform(kind, target, number, object);
  }

  private perform(kind: number, target: number, number: number, object: unknown): void {
    switch (kind) {
      case EVENT.message:
      case EVENT.sealed:
        return this.arrive(kind, target, number, object as Packet | Envelope);
      case EVENT.damaged:
        return this.damaged(target, object as Packet);
      case EVENT.sealTick:
        return this.sealed?.tick(target, number);
      case EVENT.turn:
        return this.backlog.turn(target);
      case EVENT.storeLate:
        return this.store.applyLate(object as Asked);
      case EVENT.timer:
        return this.fire(target, number);
      case EVENT.storeApply:
        return this.store.apply(object as Asked, number);
      case EVENT.store:
        return this.answer(target, object as Answered);
      case EVENT.linkUp:
        return this.linkUp(target, number);
      case EVENT.linkDown:
        // A close that one coordinator would have seen, had it not stood still, is none of its successor's.
        if (object !== undefined && object !== this.machines.generation[0]) return;
        // A client that gave up may have come back, or its number may be another person's by now.
        if (number > 0 && this.machines.generation[target] !== number - 1) return;
        if (this.stands(0)) return this.later(EVENT.linkDown, target, number, object, 0);
        return this.tellLinkDown(target);
      case EVENT.silent:
        return this.silent(target);
      case EVENT.rewatch:
        if (this.machines.generation[0] === number) this.heartbeats.watch(target);
        return;
      case EVENT.beat:
        return this.heartbeats.beat(target, number);
      case EVENT.beatHeard:
        return this.heartbeats.heard(target, number);
      case EVENT.horizon:
        return this.heartbeats.horizon(target);
      case EVENT.end:
        return;
      default:
        this.handlers?.event(kind, target, number, object);
    }
  }

  /** The coordinator's end of a machine's connection sees it close. */
  private tellLinkDown(dense: number): void {
    if (!this.coordinatorUp) return;
    const peer = this.machines.actor(dense);
    this.sealed?.drop(0, peer);
    this.deliver(this.coordinator, { kind: "link/down", at: this.now, peer });
  }

  /** The actor behind a dense number, if its process runs. */
  private actorAt(dense: number): Actor | undefined {
    if (dense === 0) return this.coordinatorUp ? this.coordinator : undefined;
    const { hosts } = this.machines;
    return dense <= hosts ? this.hosts[dense] : this.players[dense - hosts - 1];
  }

  /** Does the process of a host, or of the coordinator, stand still? */
  private stands(target: number): boolean {
    return target <= this.machines.hosts && (this.machines.pausedUntil[target] as number) > this.now;
  }

  /** The process `who` stands still: what it is told waits until it goes on; if it never does, for ever. */
  private later(kind: number, target: number, number: number, object: unknown, who: number): void {
    const paused = this.machines.pausedUntil[who] as number;
    this.meters.hit(METER.stalled, who);
    if (paused === Number.POSITIVE_INFINITY) return;
    this.queue.push(paused, SOURCE.world, this.connections.turn(), kind, target, number, object);
  }

  /** The detector says so; a coordinator that stood still does not hold against a host what it could not hear in time. */
  private silent(host: number): void {
    if (!this.heartbeats.silent(host) || !this.coordinatorUp) return;
    if (this.stands(0)) return this.later(EVENT.rewatch, host, this.machines.generation[0] as number, undefined, 0);
    this.deliver(this.coordinator, { kind: "host/silent", at: this.now, host });
  }

  /** A frame that the codec refuses: a connection ends by it and is made anew, elsewhere nothing came. */
  private damaged(target: number, packet: Packet): void {
    if (!this.network.arrives(target, packet)) return;
    this.observer.dropped?.(this.now, this.machines.actor(packet.from), this.machines.actor(target));
    if (target === 0 || packet.from === 0) this.connections.reconnect(target === 0 ? packet.from : target);
  }

  /** `damage`: sealed bytes were changed on the line. */
  private arrive(kind: number, target: number, damage: number, packet: Packet | Envelope): void {
    if (this.stands(target)) return this.later(kind, target, damage, packet, target);
    if (!this.network.arrives(target, packet) || this.actorAt(target) === undefined) return;
    if ("message" in packet) this.hear(target, packet.from, packet.message);
    else this.sealed?.arrive(target, packet, damage);
  }

  /** The process at `target`, if it runs, is told a message. */
  hear(target: number, dense: number, message: Message): void {
    const actor = this.actorAt(target);
    if (actor === undefined) return;
    if (message.kind === "host/goodbye") this.handlers?.goodbye(target);
    const refused = this.offer(actor, { kind: "message", at: this.clockOf(target), from: this.machines.actor(dense), message });
    if (refused !== undefined) this.overflow(target === 0 ? dense : target);
  }

  /** An inbox took no more: the line on which the message came is closed, as gateway and line do, and its end makes a new one. */
  private overflow(dense: number): void {
    if (this.machines.up[dense] === 1) this.connections.reconnect(dense);
    else this.tellLinkDown(dense);
  }

  private fire(target: number, timer: number): void {
    this.timers.rang(target, timer);
    const actor = this.actorAt(target);
    if (actor === undefined) return;
    if (this.stands(target)) {
      this.meters.hit(METER.stalled, target);
      const paused = this.machines.pausedUntil[target] as number;
      return paused === Number.POSITIVE_INFINITY ? undefined : this.timers.set(target, timer, paused);
    }
    this.deliver(actor, { kind: "timer", at: this.clockOf(target), timer });
  }

  /** What a machine's clock shows now: what its actor is told. */
  clockOf(dense: number): number {
    if (!this.clocks.isWrong(dense)) return this.now;
    this.meters.hit(METER.skewed, dense);
    return this.clocks.local(dense, this.now);
  }

  private answer(target: number, answered: Answered): void {
    const actor = this.actorAt(target);
    const { generation, boots, hosts } = this.machines;
    if (actor === undefined || (target <= hosts && answered.boot !== boots[target])) return;
    const lost = answered.generation !== generation[target];
    // A process that lives on is told at least that it will not be told; where states are sizes nothing waits for that.
    if (lost && (this.games === null || target === 0)) return;
    if (this.stands(target)) return this.later(EVENT.store, target, 0, answered, target);
    const answer: StoreAnswer = lost ? { result: "unknown" } : answered.answer;
    this.deliver(actor, { kind: "store", at: this.clockOf(target), request: answered.request, answer });
  }

  private linkUp(target: number, generation: number): void {
    const m = this.machines;
    if (m.generation[target] !== generation || m.up[target] === 0 || m.linked[target] === 1) return;
    const open = this.coordinatorUp && !this.stands(0) && !this.backlog.isClogged(target);
    if (!open || !this.network.passes(target, 0) || !this.network.passes(0, target)) return this.connections.connect(target, 1_000_000);
    this.connections.made(target);
    const actor = this.actorAt(target);
    if (actor !== undefined) this.deliver(actor, { kind: "link/up", at: this.clockOf(target), peer: COORDINATOR });
  }

  /** A planted bug's own message from the coordinator, past the hook that made it. */
  schedulePlanted(to: ActorId, message: Message): void {
    const { tamper } = this.network;
    this.network.tamper = undefined;
    this.network.send(COORDINATOR, to, message);
    this.network.tamper = tamper;
  }

  // What Control does to machines and lines.

  /** The machine's end of its connection sees it close. */
  private sawClose(dense: number): void {
    const actor = this.actorAt(dense);
    this.sealed?.drop(dense, COORDINATOR);
    if (actor !== undefined) this.deliver(actor, { kind: "link/down", at: this.clockOf(dense), peer: COORDINATOR });
  }

  /** A verdict over what a host reported, from the validator beside the coordinator. */
  judge(host: HostId, valid: boolean): void {
    if (!this.coordinatorUp) return;
    this.meters.hit(METER.judged, host);
    const message = { kind: "validation/verdict", host, valid } as const;
    this.deliver(this.coordinator, { kind: "message", at: this.now, from: COORDINATOR, message });
  }

  /** A host's process starts with nothing remembered. */
  bootHost(profile: HostProfile, afterUs: number): void {
    const { host } = profile;
    assert(this.machines.up[host] === 0, "a running machine is not booted");
    this.machines.up[host] = 1;
    this.machines.uploadKbps[host] = profile.upload_kbps;
    const { tuning } = this.options;
    const boot = (this.machines.boots[host] as number) + 1;
    this.machines.boots[host] = boot;
    const limits = { boot, checkpointUs: tuning.checkpointS * 1_000_000 };
    const { games } = this;
    const statesOf: StatesOf | undefined =
      games === null ? undefined : (id, desk) => new GameStates(id, { boot, programOf: games.programOf, tuning: games.tuning }, desk);
    const actor = new HostActor(profile, limits, statesOf, this.buggifyOf(hostActor(host)));
    this.plants.host?.(actor);
    this.hosts[host] = actor;
    this.truth(host, "up");
    for (const { map, epoch } of this.files.believe(host, actor, this.gamesOf(host)))
      this.recorded(actor.id, this.now, { kind: "host/serving", host, map, epoch });
    this.connections.connect(host, afterUs);
  }

  /** A host's process ends: politely done, with a closing connection, or silently (power, line). */
  stopHost(host: HostId, truth: "down-polite" | "down-close" | "down-silent"): void {
    if (this.machines.up[host] === 0) return;
    this.machines.up[host] = 0;
    this.machines.pausedUntil[host] = 0;
    this.meters.hit(METER.ended, host);
    this.interrupt(host);
    this.truth(host, truth);
    this.timers.clearAll(host);
    this.connections.disconnect(host, truth !== "down-silent");
    this.sealed?.ended(host);
    this.hosts[host] = undefined;
  }

  /** The games of the maps that a host serves; none where states are sizes, or nobody runs. */
  gamesOf(host: HostId): GameStates | undefined {
    const states = this.hosts[host]?.states;
    return states instanceof GameStates ? states : undefined;
  }

  /** A person starts a client; it connects at once. */
  startPlayer(index: number, actor: PlayerActor): void {
    const dense = this.machines.hosts + 1 + index;
    assert(this.players[index] === undefined, "a client runs once");
    // Numbers are used again: nothing meant for the one before reaches this one.
    this.machines.generation[dense] = ((this.machines.generation[dense] as number) + 1) >>> 0;
    this.plants.player?.(actor);
    this.players[index] = actor;
    this.machines.up[dense] = 1;
    this.machines.linked[dense] = 1;
    this.meters.hit(METER.began, dense);
    this.observer.online?.(this.now, index, 1);
  }

  /** The client ends; what is still under way to it is lost, what it sent before still arrives: its goodbye among it. */
  stopPlayer(index: number): void {
    const dense = this.machines.hosts + 1 + index;
    this.timers.clear(dense, 0);
    this.sealed?.ended(dense);
    this.machines.up[dense] = 0;
    this.machines.linked[dense] = 0;
    this.machines.cut[dense] = 0;
    this.players[index] = undefined;
    this.meters.hit(METER.ended, dense);
    this.observer.online?.(this.now, index, -1);
  }

  /** Notes that a host's maps stop being served now. */
  interrupt(host: HostId): void {
    for (const map of this.hosts[host]?.serving.keys() ?? []) this.stoppedAt[map] = this.now;
  }

  truth(host: HostId, truth: HostTruth): void {
    this.observer.host?.(this.now, host, truth);
  }

  /** The coordinator's process dies; everything it remembered is gone, every connection closes. */
  stopCoordinator(): void {
    this.coordinatorUp = false;
    this.sealed?.ended(0);
    this.observer.coordinator?.(this.now, false);
    const m = this.machines;
    this.timers.clearAll(0);
    m.pausedUntil[0] = 0;
    m.generation[0] = ((m.generation[0] as number) + 1) >>> 0;
    for (let host = 1; host <= m.hosts; host++) this.heartbeats.unwatch(host);
    for (let dense = 1; dense < m.up.length; dense++) if (m.linked[dense] === 1) this.connections.disconnect(dense, false);
  }

  /** A new coordinator starts from the store. */
  startCoordinator(): void {
    this.coordinatorUp = true;
    this.observer.coordinator?.(this.now, true);
    this.coordinator = this.makeCoordinator();
    this.start();
  }

  private recorded(self: ActorId, at: number, record: HistoryRecord): void {
    this.observer.record?.(self, at, record);
    if (record.kind === "host/stopped") this.stoppedAt[record.map] = at;
    else if (record.kind === "player/playing" || record.kind === "player/refused")
      this.handlers?.player(this.machines.dense(self), at, record);
    else if (record.kind === "move/decided" || record.kind === "move/step") this.handlers?.moved(record);
  }
}
