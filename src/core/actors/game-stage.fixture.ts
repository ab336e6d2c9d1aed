/**
 * A small stage for hosts that run games: two or three of them, a store, clients, and a coordinator that does what a test tells it. Nothing is delivered,
 * answered or rung unless the test says so, in any order, so that every interleaving can be walked.
 */
import { testWorld } from "../game/game.fixture.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import { actorKind, type ActorId, COORDINATOR, hostActor, type HostId, type MapId, type PlayerId, playerActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Actor, Effect, Input } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import { defaultSyncSettings, type SyncTuning, syncTuningOf } from "../sync-settings.ts";
import { GameBooks } from "./game-books.fixture.ts";
import { GameStates } from "./game-states.ts";
import { HostActor } from "./host.ts";
import type { HostedMap } from "./hosted-map.ts";
import { machine } from "./machines.fixture.ts";
import { PlayerActor } from "./player.ts";

const CHECKPOINT_US = 20_000_000;
const ASK_AGAIN_US = 4_000_000;
const LOAD_US = 50_000;
export const TUNING: SyncTuning = syncTuningOf(defaultSyncSettings().limits);
/** All maps of a stage play the same. */
const WORLD = testWorld();

/** What a stage asks of its store: the memory table's two. */
export type Table = { row(map: MapId): OwnershipRow; apply(ask: StoreRequest): StoreAnswer };

type Running = { readonly actor: Actor; readonly timers: Map<number, number> };
/** A message under way, and a request that the store has not answered. */
export type Letter = { readonly from: ActorId; readonly to: ActorId; readonly message: Message };
export type Request = { readonly from: ActorId; readonly by: Actor; readonly request: number; readonly ask: StoreRequest };

/** What becomes of a request: `unknown` with and without having been done. */
export type Fate = "ok" | "failed" | "lost" | "undone";

/** See the head of this file. */
export class GameStage {
  readonly table: Table;
  readonly books = new GameBooks();
  readonly records: HistoryRecord[] = [];
  /** What hosts told the coordinator. */
  readonly told: Message[] = [];
  letters: Letter[] = [];
  requests: Request[] = [];
  at = 1_000_000;
  /** The move that each map is in: what is said of another comes too late. */
  readonly moving = new Map<MapId, number>();
  private moveIds = 0;
  private readonly running = new Map<ActorId, Running>();
  private readonly boots = new Map<HostId, number>();
  private readonly tuning: SyncTuning;

  constructor(table: Table, hosts: number, players: number, tuning: SyncTuning = TUNING) {
    this.table = table;
    this.tuning = tuning;
    for (let host = 1; host <= hosts; host += 1) this.boot(host);
    for (let player = 1; player <= players; player += 1) this.client(player);
  }

  /** Starts a host's process; what an earlier one remembered is gone, and its requests are nobody's. */
  boot(host: HostId): void {
    const boot = (this.boots.get(host) ?? 0) + 1;
    this.boots.set(host, boot);
    const games = { boot, programOf: () => new ReferenceGame(WORLD), tuning: this.tuning };
    const actor = new HostActor(machine(host), { boot, checkpointUs: CHECKPOINT_US }, (id, desk) => new GameStates(id, games, desk));
    this.running.set(actor.id, { actor, timers: new Map() });
    this.step(actor.id, { kind: "link/up", at: this.at, peer: COORDINATOR });
  }

  /** Starts a player's client. */
  client(player: PlayerId): PlayerActor {
    const actor = new PlayerActor(player, 0, ASK_AGAIN_US, true);
    this.running.set(actor.id, { actor, timers: new Map() });
    return actor;
  }

  host(host: HostId): HostActor {
    return this.running.get(hostActor(host))?.actor as HostActor;
  }

  player(player: PlayerId): PlayerActor {
    return this.running.get(playerActor(player))?.actor as PlayerActor;
  }

  /** A map as a host serves it. */
  served(host: HostId, map: MapId): HostedMap | undefined {
    return [...(this.host(host).states as GameStates).served()].find((one) => one.map === map);
  }

  /** The map as its owner by the store's row serves it. */
  owned(map: MapId): HostedMap | undefined {
    const { owner, epoch } = this.table.row(map);
    const hosted = owner > 0 ? this.served(owner, map) : undefined;
    return hosted?.epoch === epoch ? hosted : undefined;
  }

  game(host: HostId, map: MapId): ReferenceGame {
    return this.served(host, map)?.program as ReferenceGame;
  }

  of<K extends HistoryRecord["kind"]>(kind: K): Extract<HistoryRecord, { kind: K }>[] {
    return this.records.filter((record): record is Extract<HistoryRecord, { kind: K }> => record.kind === kind);
  }

  step(actor: ActorId, input: Input): void {
    const running = this.running.get(actor);
    if (running === undefined) return;
    const effects: Effect[] = [];
    running.actor.step(input, effects);
    for (const effect of effects) this.perform(actor, running, effect);
  }

  private perform(from: ActorId, { actor, timers }: Running, effect: Effect): void {
    switch (effect.kind) {
      case "send":
        if (effect.to === COORDINATOR) this.hear(from, effect.message);
        else this.letters.push({ from, to: effect.to, message: effect.message });
        return;
      case "store":
        this.requests.push({ from, by: actor, request: effect.request, ask: effect.ask });
        return;
      case "timer/set":
        timers.set(effect.timer, effect.at);
        return;
      case "timer/clear":
        timers.delete(effect.timer);
        return;
      case "record":
        this.records.push(effect.record);
        this.books.note(effect.record);
        return;
      default:
    }
  }

  /** The coordinator hears at once; it knows who owns a map, and tells players. */
  private hear(from: ActorId, message: Message): void {
    if (actorKind(from) === "host") this.told.push(message);
    if (message.kind === "hosting/active") this.redirect(message.map, message.host, message.epoch);
    if (message.kind !== "play/enter" && message.kind !== "play/resume") return;
    const { map } = message;
    const { owner, epoch } = this.table.row(map);
    if (owner > 0) this.order(from, { kind: message.kind === "play/enter" ? "play/assigned" : "play/redirect", map, host: owner, epoch });
  }

  private redirect(map: MapId, host: HostId, epoch: number): void {
    if (this.table.row(map).epoch !== epoch) return;
    for (const { actor } of this.running.values())
      if (actor instanceof PlayerActor && actor.map === map) this.order(actor.id, { kind: "play/redirect", map, host, epoch });
  }

  /** The coordinator says something. */
  order(to: ActorId, message: Message): void {
    this.letters.push({ from: COORDINATOR, to, message });
  }

  /** The store grants a map to a host and it is told to serve it; who had it is released. Players are sent there when it does. */
  grant(map: MapId, host: HostId, hash: string | null = null): void {
    const { owner, epoch: expect } = this.table.row(map);
    const epoch = expect + 1;
    this.moving.delete(map);
    this.table.apply({ verb: "claim", map, host, epoch, expect });
    this.order(hostActor(host), { kind: "hosting/promote", map, epoch, loadUs: LOAD_US, bytes: 0, hash });
    if (owner > 0 && owner !== host) this.order(hostActor(owner), { kind: "hosting/release", map, epoch: expect });
  }

  go(player: PlayerId, map: MapId): void {
    this.step(playerActor(player), { kind: "wish", at: this.at, wish: { verb: "go", map } });
  }

  say(player: PlayerId, data: Uint8Array): void {
    this.step(playerActor(player), { kind: "wish", at: this.at, wish: { verb: "do", data } });
  }

  /** Delivers the letter at this place; gives it. `again`: it stays under way. */
  deliver(index = 0, again = false): Letter | undefined {
    const letter = this.letters[index];
    if (letter === undefined) return undefined;
    if (!again) this.letters.splice(index, 1);
    const { from, to, message } = letter;
    this.step(to, { kind: "message", at: this.at, from, message });
    return letter;
  }

  /** Answers the request at this place. Who asked and runs no more hears nothing. */
  answer(index = 0, fate: Fate = "ok"): void {
    const [one] = this.requests.splice(index, 1);
    if (one === undefined) return;
    const real = fate === "ok" || fate === "lost" ? this.apply(one.ask) : null;
    const answer: StoreAnswer = fate === "failed" ? { result: "failed" } : fate === "ok" && real !== null ? real : { result: "unknown" };
    if (this.running.get(one.from)?.actor === one.by) this.step(one.from, { kind: "store", at: this.at, request: one.request, answer });
  }

  private apply(ask: StoreRequest): StoreAnswer {
    const answer = this.table.apply(ask);
    if (ask.verb === "operations" && answer.result === "ok")
      ask.operations.forEach((operation, i) => {
        if (answer.verdicts?.[i] === "applied") this.books.apply(ask.map, operation);
      });
    return answer;
  }

  /** Everything under way arrives and is answered, in order, until nothing is. */
  settle(): void {
    for (let turns = 0; this.letters.length + this.requests.length > 0; turns += 1) {
      if (turns > 50_000) throw new Error(`never quiet: ${this.letters[0]?.message.kind} ${this.requests[0]?.ask.verb}`);
      if (this.letters.length > 0) this.deliver();
      else this.answer();
    }
  }

  /** The next timer rings, if one does by then; gives whether. */
  ring(until: number): boolean {
    let next: { readonly actor: ActorId; readonly timer: number; readonly at: number } | undefined;
    for (const [actor, { timers }] of this.running)
      for (const [timer, at] of timers) if (at <= until && (next === undefined || at < next.at)) next = { actor, timer, at };
    if (next === undefined) return false;
    this.running.get(next.actor)?.timers.delete(next.timer);
    this.at = Math.max(this.at, next.at);
    this.step(next.actor, { kind: "timer", at: this.at, timer: next.timer });
    return true;
  }

  /** Time passes without anything under way getting anywhere. */
  wait(ms: number): void {
    const until = this.at + ms * 1000;
    while (this.ring(until));
    this.at = until;
  }

  /** Time passes, and everything arrives at once. */
  run(ms: number): void {
    const until = this.at + ms * 1000;
    this.settle();
    while (this.ring(until)) this.settle();
    this.at = until;
    this.settle();
  }

  /** A number for a move that none had. */
  moves(): number {
    this.moveIds += 1;
    return this.moveIds;
  }

  /** Room is made at a move's target, and its source begins to copy. */
  precopy(map: MapId, to: HostId, move: number): void {
    this.moving.set(map, move);
    const { owner, epoch } = this.table.row(map);
    this.order(hostActor(to), { kind: "hosting/prepare", map, epoch: epoch + 1, move, from: owner });
    this.order(hostActor(owner), { kind: "hosting/precopy", map, epoch, move, to, bytes: 0, dirtyBytesS: 0, roundMs: 100 });
  }

  freeze(map: MapId, to: HostId, move: number): void {
    const { owner, epoch } = this.table.row(map);
    this.order(hostActor(owner), { kind: "hosting/freeze", map, epoch, move, to });
  }

  /** The move is off. */
  resume(map: MapId): void {
    const { owner, epoch } = this.table.row(map);
    this.moving.delete(map);
    this.order(hostActor(owner), { kind: "hosting/resume", map, epoch });
  }

  /** What a move's two ends said of the state they have, by their words' kinds. */
  hashes(move: number): { readonly frozen: string | undefined; readonly ready: string | undefined } {
    let [frozen, ready]: [string | undefined, string | undefined] = [undefined, undefined];
    for (const message of this.told) {
      if (message.kind === "hosting/frozen" && message.move === move) frozen = message.hash;
      if (message.kind === "hosting/ready" && message.move === move) ready = message.hash;
    }
    return { frozen, ready };
  }

  /** All of a planned move. */
  handOver(map: MapId, to: HostId, move: number): void {
    this.precopy(map, to, move);
    this.run(400);
    this.freeze(map, to, move);
    this.run(100);
    const { frozen, ready } = this.hashes(move);
    if (frozen === undefined || frozen !== ready) throw new Error(`frozen with ${frozen}, ready with ${ready}`);
    this.grant(map, to, frozen);
    this.run(200);
  }

  /** What the books have to say of these maps. */
  judge(maps: readonly MapId[]): readonly string[] {
    return this.books.close(maps.map((map) => [map, this.owned(map)] as const));
  }
}
