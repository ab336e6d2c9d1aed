/**
 * A small world around one coordinator, for tests: the real hosts and players, lines of one fixed delay, a store of plain rows.
 * A test may drop or hold back any message and any store request, lose hosts and find them again, and start the coordinator anew.
 * It has no randomness: what is not told to happen does not happen.
 */
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { type Buggify, NEVER } from "../protocol/buggify.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import {
  type ActorId,
  actorKind,
  actorNumber,
  COORDINATOR,
  type HostId,
  hostActor,
  type MapId,
  NO_HOST,
  type PlayerId,
  playerActor,
} from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Actor, Effect, Input } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { HostingSettings } from "../settings.ts";
import { CoordinatorActor } from "./coordinator.ts";
import { HostActor } from "./host.ts";
import { PlayerActor } from "./player.ts";

/** One way of every line, and each half of a store request (us). */
const LINE_US = US_PER_MS;
/** How long a host is silent before the detector says so: three heartbeats of 250 ms. */
export const SILENCE_US = 750 * US_PER_MS;

/** What becomes of a message, judged when it is sent. */
export type Passage = "pass" | "drop" | "hold";
/** What becomes of a store request: `lost` answers "unknown" after the commit, `missed` answers "unknown" without one. */
export type StoreMood = "ok" | "failed" | "refused" | "lost" | "missed" | "hold";

export type Sent = { readonly at: number; readonly from: ActorId; readonly to: ActorId; readonly message: Message };
type Event = { readonly at: number; readonly run: () => void };
type Request = { readonly asker: Actor; readonly request: number; readonly ask: StoreRequest };
type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

export class Stage {
  readonly settings: HostingSettings;
  readonly buggify: Buggify;
  coordinator: CoordinatorActor;
  at = 0;
  readonly hosts = new Map<HostId, HostActor>();
  readonly players = new Map<PlayerId, PlayerActor>();
  /** Everything recorded and everything sent since the last {@link forget}. */
  records: { readonly at: number; readonly by: ActorId; readonly record: HistoryRecord }[] = [];
  sent: Sent[] = [];
  /** Judges each message and each store request; tests replace them. */
  passage: (message: Message, to: ActorId, from: ActorId) => Passage = () => "pass";
  mood: (ask: StoreRequest) => StoreMood = () => "ok";
  /** How long a message travels (us). Messages of one line keep their order whatever this says. */
  travelUs: (message: Message, to: ActorId, from: ActorId) => number = () => LINE_US;
  /** Called after each step of the coordinator. */
  afterStep: () => void = () => {};
  /** Held back by `passage` and `mood`. */
  heldMessages: Sent[] = [];
  heldRequests: Request[] = [];
  readonly rows = new Map<MapId, OwnershipRow>();
  readonly watched = new Set<HostId>();
  /** Hosts nobody can reach and who reach nobody. */
  readonly cutOff = new Set<HostId>();
  epochFloor = 0;
  /** Store requests of the coordinator that have no answer yet. */
  readonly unanswered = new Set<number>();
  /** The coordinator runs. */
  private up = true;
  private readonly registry = new Map<HostId, HostProfile>();
  private readonly profiles = new Map<HostId, HostProfile>();
  private readonly timers = new Map<Actor, Map<number, Event>>();
  private events: Event[] = [];
  /** When the last message of each line arrives. */
  private readonly lines = new Map<string, number>();

  constructor(settings: HostingSettings, buggify: Buggify = NEVER) {
    this.settings = settings;
    this.buggify = buggify;
    this.coordinator = new CoordinatorActor(settings, buggify);
    this.step(this.coordinator, { kind: "start", at: 0 });
  }

  // Time

  /** Lets `us` pass. */
  run(us: number): void {
    const until = this.at + us;
    for (let next = this.events[0]; next !== undefined && next.at <= until; next = this.events[0]) {
      this.events.shift();
      this.at = next.at;
      next.run();
    }
    this.at = until;
  }

  runS(seconds: number): void {
    this.run(Math.round(seconds * US_PER_S));
  }

  /** Lets time pass until `done` holds; false if that takes more than `us`. */
  runUntil(done: () => boolean, us = 10 * US_PER_S): boolean {
    const until = this.at + us;
    while (!done()) {
      const next = this.events[0];
      if (next === undefined || next.at > until) return false;
      this.events.shift();
      this.at = next.at;
      next.run();
    }
    return true;
  }

  private later(us: number, run: () => void): Event {
    const event = { at: this.at + us, run };
    let place = this.events.length;
    while (place > 0 && (this.events[place - 1] as Event).at > event.at) place -= 1;
    this.events.splice(place, 0, event);
    return event;
  }

  // Hosts

  /** A machine comes (again, with nothing remembered, if it is known). */
  join(profile: HostProfile): void {
    const host = new HostActor(profile, { boot: 0, checkpointUs: 60 * US_PER_S }, undefined, this.buggify);
    const before = this.hosts.get(profile.host);
    if (before !== undefined) this.timers.delete(before);
    this.hosts.set(profile.host, host);
    this.profiles.set(profile.host, profile);
    this.back(profile.host);
  }

  /** The machine runs on, but its connection to the coordinator closes; `back` opens it again. */
  close(host: HostId): void {
    this.give(hostActor(host), { kind: "link/down", at: this.at, peer: COORDINATOR });
    this.later(LINE_US, () => this.step(this.coordinator, { kind: "link/down", at: this.at, peer: hostActor(host) }));
  }

  /** Nobody reaches the machine any more; the coordinator learns it by a close, or by silence. */
  lose(host: HostId, how: "close" | "silence" = "close"): void {
    this.cutOff.add(host);
    if (how === "close") this.close(host);
    else this.later(SILENCE_US, () => this.cutOff.has(host) && this.silence(host));
  }

  /** The detector's word, if it was asked to watch. */
  silence(host: HostId): boolean {
    if (!this.watched.delete(host)) return false;
    this.step(this.coordinator, { kind: "host/silent", at: this.at, host });
    return true;
  }

  /** The machine reaches the coordinator again and introduces itself, with what it remembers. */
  back(host: HostId): void {
    this.cutOff.delete(host);
    this.later(LINE_US, () => this.give(hostActor(host), { kind: "link/up", at: this.at, peer: COORDINATOR }));
  }

  /** The machine restarts at once and remembers nothing. */
  reboot(host: HostId): void {
    this.close(host);
    this.join(this.profiles.get(host) as HostProfile);
  }

  /** Its owner wants the machine back. */
  leave(host: HostId): void {
    this.give(hostActor(host), { kind: "wish", at: this.at, wish: { verb: "stop-hosting" } });
  }

  /** The machine measures itself anew. */
  measure(host: HostId, part: Partial<HostStats>): void {
    const before = this.profiles.get(host) as HostProfile;
    const profile = { ...before, stats: { ...before.stats, ...part } };
    this.profiles.set(host, profile);
    this.give(hostActor(host), {
      kind: "measured",
      at: this.at,
      stats: profile.stats,
      regional_latency_ms: profile.regional_latency_ms,
    });
  }

  /** A validator's verdict over a host. */
  verdict(host: HostId, valid: boolean): void {
    this.say(COORDINATOR, { kind: "validation/verdict", host, valid });
  }

  // Players

  /** A player wants onto a map. */
  go(player: PlayerId, map: MapId, region = 0): void {
    const known = this.players.get(player);
    const actor = known ?? new PlayerActor(player, region, this.settings.tuning.askAgainMs * US_PER_MS, false, this.buggify);
    this.players.set(player, actor);
    this.step(actor, { kind: "wish", at: this.at, wish: { verb: "go", map } });
  }

  quit(player: PlayerId): void {
    this.give(playerActor(player), { kind: "wish", at: this.at, wish: { verb: "quit" } });
    this.players.delete(player);
  }

  // The coordinator

  /** The coordinator stops; a new one begins from the store. Everyone's line to it breaks and stands again `awayUs` later. */
  restart(awayUs = 0, settings = this.settings): void {
    this.timers.delete(this.coordinator);
    this.watched.clear();
    this.unanswered.clear();
    this.up = false;
    this.heldMessages = this.heldMessages.filter((m) => m.to !== COORDINATOR && m.from !== COORDINATOR);
    this.coordinator = new CoordinatorActor(settings, this.buggify);
    const begin = this.coordinator;
    for (const host of this.hosts.keys()) this.give(hostActor(host), { kind: "link/down", at: this.at, peer: COORDINATOR });
    this.later(awayUs, () => {
      this.up = true;
      this.step(begin, { kind: "start", at: this.at });
      for (const host of this.hosts.keys()) if (!this.cutOff.has(host)) this.back(host);
      for (const player of this.players.values())
        this.later(LINE_US, () => this.step(player, { kind: "link/up", at: this.at, peer: COORDINATOR }));
    });
  }

  /** A message to the coordinator as if `from` had sent it, heard at once. */
  say(from: ActorId, message: Message): void {
    this.step(this.coordinator, { kind: "message", at: this.at, from, message });
  }

  /** Lets go of the messages held back, in the order `order` gives (as sent by default). */
  releaseMessages(order: (held: Sent[]) => Sent[] = (held) => held): void {
    const held = order(this.heldMessages);
    this.heldMessages = [];
    for (const { to, from, message } of held) this.carry(from, to, message);
  }

  /** Answers the store requests held back, all in this mood. */
  releaseRequests(mood: Exclude<StoreMood, "hold"> = "ok"): void {
    const held = this.heldRequests;
    this.heldRequests = [];
    for (const request of held) this.serve(request, mood);
  }

  // What is there

  /** The records of one kind, in order. */
  of<K extends HistoryRecord["kind"]>(kind: K): Of<K>[] {
    return this.records.map((r) => r.record).filter((r): r is Of<K> => r.kind === kind);
  }

  /** The messages of one kind that were sent, in order. */
  said<K extends Message["kind"]>(kind: K): (Sent & { readonly message: Extract<Message, { kind: K }> })[] {
    return this.sent.filter((s): s is Sent & { readonly message: Extract<Message, { kind: K }> } => s.message.kind === kind);
  }

  forget(): void {
    this.records = [];
    this.sent = [];
  }

  row(map: MapId): OwnershipRow {
    return this.rows.get(map) ?? { map, owner: NO_HOST, epoch: 0 };
  }

  /** Hosts within reach that serve the map, with the epoch. */
  servers(map: MapId): { readonly host: HostId; readonly epoch: number }[] {
    const all = [...this.hosts].filter(([host]) => !this.cutOff.has(host));
    return all.flatMap(([host, actor]) => {
      const serving = actor.serving.get(map);
      return serving?.stage === "active" ? [{ host, epoch: serving.epoch }] : [];
    });
  }

  /** When the timer of the coordinator rings, or undefined. */
  coordinatorTimer(timer: number): number | undefined {
    return this.timers.get(this.coordinator)?.get(timer)?.at;
  }

  // The ends of the effects

  private give(to: ActorId, input: Input): void {
    const actor = this.actorAt(to);
    if (actor !== undefined) this.step(actor, input);
  }

  private actorAt(id: ActorId): Actor | undefined {
    const kind = actorKind(id);
    if (kind === "coordinator") return this.coordinator;
    return kind === "host" ? this.hosts.get(actorNumber(id)) : this.players.get(actorNumber(id));
  }

  private step(actor: Actor, input: Input): void {
    const effects: Effect[] = [];
    actor.step(input, effects);
    for (const effect of effects) this.perform(actor, effect);
    if (actor === this.coordinator) this.afterStep();
  }

  private perform(actor: Actor, effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.send(actor.id, effect.to, effect.message);
      case "timer/set":
        return this.setTimer(actor, effect.timer, effect.at);
      case "timer/clear":
        this.timers.get(actor)?.delete(effect.timer);
        return;
      case "store":
        return this.askStore({ asker: actor, request: effect.request, ask: effect.ask });
      case "detector/watch":
        this.watched.add(effect.host);
        return;
      case "detector/unwatch":
        this.watched.delete(effect.host);
        return;
      case "record":
        this.records.push({ at: this.at, by: actor.id, record: effect.record });
    }
  }

  private send(from: ActorId, to: ActorId, message: Message): void {
    const sent = { at: this.at, from, to, message };
    this.sent.push(sent);
    const passage = this.passage(message, to, from);
    if (passage === "hold") this.heldMessages.push(sent);
    else if (passage === "pass") this.carry(from, to, message);
  }

  /** A message arrives unless an end is out of reach, or was started anew meanwhile. A player's last word outlives it. */
  private carry(from: ActorId, to: ActorId, message: Message): void {
    const [sender, receiver] = [this.actorAt(from), this.actorAt(to)];
    if (!this.up && (from === COORDINATOR || to === COORDINATOR)) return;
    const line = `${from} ${to}`;
    const arrives = Math.max(this.at + this.travelUs(message, to, from), this.lines.get(line) ?? 0);
    this.lines.set(line, arrives);
    this.later(arrives - this.at, () => {
      const lost = [from, to].some((end) => actorKind(end) === "host" && this.cutOff.has(actorNumber(end)));
      const renewed = this.actorAt(to) !== receiver || (actorKind(from) !== "player" && this.actorAt(from) !== sender);
      if (lost || receiver === undefined || renewed) return;
      this.step(receiver, { kind: "message", at: this.at, from, message });
    });
  }

  private setTimer(actor: Actor, timer: number, at: number): void {
    const mine = this.timers.get(actor) ?? new Map<number, Event>();
    this.timers.set(actor, mine);
    const event = this.later(Math.max(0, at - this.at), () => {
      if (this.timers.get(actor)?.get(timer) !== event) return;
      mine.delete(timer);
      this.step(actor, { kind: "timer", at: this.at, timer });
    });
    mine.set(timer, event);
  }

  private askStore(request: Request): void {
    if (request.asker === this.coordinator) this.unanswered.add(request.request);
    const mood = this.mood(request.ask);
    if (mood === "hold") this.heldRequests.push(request);
    else this.serve(request, mood);
  }

  private serve(request: Request, mood: Exclude<StoreMood, "hold">): void {
    this.later(LINE_US, () => {
      const answer = this.answer(request.ask, mood);
      this.later(LINE_US, () => {
        if (this.actorAt(request.asker.id) !== request.asker) return;
        if (request.asker === this.coordinator) this.unanswered.delete(request.request);
        this.step(request.asker, { kind: "store", at: this.at, request: request.request, answer });
      });
    });
  }

  private answer(ask: StoreRequest, mood: Exclude<StoreMood, "hold">): StoreAnswer {
    if (mood === "failed") return { result: "failed" };
    if (mood === "missed") return { result: "unknown" };
    if (mood === "refused" && (ask.verb === "claim" || ask.verb === "checkpoint")) return { result: "refused", row: this.row(ask.map) };
    const real = this.apply(ask);
    return mood === "lost" ? { result: "unknown" } : real;
  }

  private apply(ask: StoreRequest): StoreAnswer {
    switch (ask.verb) {
      case "restore": {
        const rows = [...this.rows.values()].sort((a, b) => a.map - b.map);
        const hosts = [...this.registry.values()].sort((a, b) => a.host - b.host);
        return { result: "ok", restored: { rows, hosts, epochFloor: this.epochFloor } };
      }
      case "register":
        this.registry.set(ask.profile.host, ask.profile);
        return { result: "ok" };
      case "read":
        return { result: "ok", row: this.row(ask.map) };
      case "checkpoint": {
        const row = this.row(ask.map);
        return row.owner === ask.host && row.epoch === ask.epoch ? { result: "ok", row } : { result: "refused", row };
      }
      case "operations":
      case "keep":
      case "recover":
      case "admit":
      case "fetch":
        // No game runs on this stage.
        return { result: "failed" };
      case "claim": {
        const before = this.row(ask.map);
        if (before.epoch !== ask.expect || ask.epoch <= before.epoch) return { result: "refused", row: before };
        const row = { map: ask.map, owner: ask.host, epoch: ask.epoch };
        this.rows.set(ask.map, row);
        return { result: "ok", row };
      }
    }
  }
}
