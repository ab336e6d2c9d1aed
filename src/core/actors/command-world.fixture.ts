/**
 * A coordinator alone with what commands do to it: a store, machines and players of a few lines each, and a clock. Everything the coordinator
 * asks or says stays pending until a command, or time that passes well, answers it. After each of its steps the rules are asked.
 */
import { US_PER_MS } from "../../base/time.ts";
import { TIMER, TIMER_KINDS } from "../hosting/state.ts";
import { actorKind, actorNumber, COORDINATOR, type HostId, hostActor, type MapId, type PlayerId, playerActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import type { StoreRequest } from "../protocol/store.ts";
import type { HostingSettings } from "../settings.ts";
import type { StoreMood } from "./command-kinds.fixture.ts";
import { Machine, type Said } from "./command-machines.fixture.ts";
import { BrokenRule } from "./command-broken.fixture.ts";
import type { Scope } from "./command-orders.fixture.ts";
import { CommandRules } from "./command-rules.fixture.ts";
import { CommandStore } from "./command-store.fixture.ts";
import { booksComplaints } from "./coordinator-books.fixture.ts";
import { CoordinatorActor } from "./coordinator.ts";

/** How long anything takes to be answered while all is well (us). */
const ANSWER_US = US_PER_MS;

/** Something that has not been answered yet. */
export type Pending = { readonly at: number } & (
  | { readonly what: "request"; readonly request: number; readonly ask: StoreRequest; readonly life: number }
  /** A claim that was answered "unknown", or whose asker is gone, and will still commit. */
  | { readonly what: "commit"; readonly ask: StoreRequest }
  | { readonly what: "order"; readonly host: HostId; readonly message: Message }
  | { readonly what: "ask again"; readonly player: PlayerId }
);
/** A player, and where it believes it plays. */
type Player = { map: MapId; host: HostId; epoch: number };

export class CommandWorld {
  at = 0;
  settings: HostingSettings;
  coordinator: CoordinatorActor;
  readonly store = new CommandStore();
  readonly rules: CommandRules;
  readonly machines = new Map<HostId, Machine>();
  readonly players = new Map<PlayerId, Player>();
  /** What is pending, oldest first. */
  pending: Pending[] = [];
  /** Told of each step: what was said to the coordinator and what it did. */
  watch: (input: Input, effects: readonly Effect[]) => void = () => {};
  readonly unanswered = new Set<number>();
  /** The last request that was answered. */
  answered: { readonly request: number; readonly ask: StoreRequest } | null = null;
  private life = 1;
  private order = 0;
  private readonly timers = new Map<number, { readonly at: number; readonly order: number }>();
  private readonly watched = new Set<HostId>();

  constructor(settings: HostingSettings) {
    this.settings = settings;
    this.coordinator = new CoordinatorActor(settings);
    this.rules = new CommandRules(settings, this.store);
    this.step({ kind: "start", at: 0 });
  }

  /** When a timer of the coordinator rings. */
  coordinatorTimer(timer: number): number | undefined {
    return this.timers.get(timer)?.at;
  }

  // Time

  /** Lets time pass; `well`: what is pending is answered as it should be, each thing a millisecond after it was asked, the store's in this mood. */
  pass(us: number, well: boolean, mood: StoreMood = "truly"): void {
    const until = this.at + us;
    for (;;) {
      const timer = this.nextTimer();
      const item = well ? this.pending[0] : undefined;
      const dueAt = item === undefined ? Infinity : Math.max(this.at, item.at + ANSWER_US);
      const ringsAt = timer === undefined ? Infinity : (this.timers.get(timer)?.at ?? Infinity);
      if (Math.min(dueAt, ringsAt) > until) break;
      if (item !== undefined && dueAt <= ringsAt) {
        this.at = dueAt;
        this.pending.shift();
        this.answerWell(item, mood);
      } else if (timer !== undefined) {
        this.at = Math.max(this.at, ringsAt);
        this.timers.delete(timer);
        this.step({ kind: "timer", at: this.at, timer });
      }
    }
    this.at = until;
  }

  private nextTimer(): number | undefined {
    let next: number | undefined;
    let best = { at: Infinity, order: 0 };
    for (const [timer, set] of this.timers) {
      if (set.at > best.at || (set.at === best.at && set.order > best.order)) continue;
      next = timer;
      best = set;
    }
    return next;
  }

  private answerWell(item: Pending, mood: StoreMood): void {
    if (item.what === "request") this.answer(item, mood);
    else if (item.what === "commit") this.store.apply(item.ask, this.at);
    else if (item.what === "order") this.obey(item.host, item.message);
    else this.askAgain(item.player);
  }

  // The store

  /** Answers a request in this mood. The request of a coordinator that is gone takes effect, or not, and nobody hears of it. */
  answer(item: Extract<Pending, { what: "request" }>, mood: StoreMood): void {
    const { answer, later } = this.store.answer(item.ask, mood, this.at);
    if (later !== undefined) this.pending.push({ what: "commit", at: this.at, ask: later });
    if (item.life !== this.life) return;
    this.unanswered.delete(item.request);
    this.answered = item;
    this.step({ kind: "store", at: this.at, request: item.request, answer }, item.ask);
  }

  /** An answer that nobody waits for. */
  answerStray(request: number, ask: StoreRequest, mood: StoreMood): void {
    this.step({ kind: "store", at: this.at, request, answer: this.store.answer(ask, mood, this.at).answer });
  }

  // Hosts

  /** A machine introduces itself as it says. */
  hear(said: readonly Said[]): void {
    for (const [host, message] of said) {
      const machine = this.machines.get(host);
      if (machine?.alive === true && machine.linked) this.say(hostActor(host), message);
    }
  }

  say(from: number, message: Message): void {
    this.step({ kind: "message", at: this.at, from, message });
  }

  /** The machine does as it was told, if it is there to hear it. */
  obey(host: HostId, message: Message): void {
    const machine = this.machines.get(host);
    if (machine === undefined || !machine.alive) return;
    // Its line has to stand before anything else is said on it.
    if (message.kind === "host/introduce") machine.linked = true;
    if (machine.linked) this.hear(machine.obey(message, this.machines));
  }

  /** The line to a host closes, or the detector hears nothing of it. */
  lose(host: HostId, how: "close" | "silence"): boolean {
    if (how === "silence") {
      if (!this.watched.delete(host)) return false;
      this.step({ kind: "host/silent", at: this.at, host });
    } else this.step({ kind: "link/down", at: this.at, peer: hostActor(host) });
    return true;
  }

  /** The detector does its duty: whoever is dead and watched is silent. */
  detect(): void {
    for (const { host, alive } of this.machines.values()) if (!alive) this.lose(host, "silence");
  }

  // Players

  /** A player wants onto a map, or says again where it is. */
  enter(player: PlayerId, map: MapId): void {
    this.players.set(player, { map, host: -1, epoch: 0 });
    this.say(playerActor(player), { kind: "play/enter", player, region: 0, map });
  }

  askAgain(player: PlayerId): void {
    const seat = this.players.get(player);
    if (seat === undefined) return;
    if (seat.epoch === 0) this.enter(player, seat.map);
    else this.say(playerActor(player), { kind: "play/resume", player, region: 0, map: seat.map, epoch: seat.epoch });
  }

  /** A player goes; it says so, or its line closes. */
  quit(player: PlayerId, how: "says" | "closes"): void {
    this.players.delete(player);
    if (how === "says") this.say(playerActor(player), { kind: "play/leave", player });
    else this.step({ kind: "link/down", at: this.at, peer: playerActor(player) });
  }

  // The coordinator

  /** The coordinator stops and another one begins at once, by these settings. Its requests under way may still take effect. */
  restart(settings: HostingSettings): void {
    this.settings = settings;
    this.life += 1;
    this.timers.clear();
    this.watched.clear();
    this.unanswered.clear();
    this.answered = null;
    this.pending = this.pending.filter((item) => item.what === "request" || item.what === "commit");
    this.coordinator = new CoordinatorActor(settings);
    this.rules.begin(settings);
    this.step({ kind: "start", at: this.at });
    for (const machine of this.machines.values()) if (machine.alive) this.introduceLater(machine.host);
    for (const player of this.players.keys()) this.pending.push({ what: "ask again", at: this.at, player });
  }

  /** The machine will introduce itself: its line breaks and stands again. */
  introduceLater(host: HostId): void {
    const machine = this.machines.get(host);
    if (machine !== undefined) machine.linked = false;
    this.pending.push({ what: "order", at: this.at, host, message: { kind: "host/introduce" } });
  }

  private step(input: Input, ask?: StoreRequest): void {
    const effects: Effect[] = [];
    this.rules.hear(input, input.kind === "timer" && input.timer % TIMER_KINDS === TIMER.start);
    const scope = this.scopeOf(input, ask);
    if (ask !== undefined && input.kind === "store") this.rules.books.learn(ask, input.answer);
    this.coordinator.step(input, effects);
    for (const effect of effects) this.perform(effect);
    this.watch(input, effects);
    this.rules.judge(input, effects, scope);
    // How many maps a host may be given is judged by decisions: a conf that allows fewer takes none away.
    const wrong = booksComplaints(this).filter((complaint) => !complaint.endsWith("over its maps"));
    if (wrong.length > 0) throw new BrokenRule(`books: ${wrong.join("; ")}`);
  }

  /** Which maps a step may be about. */
  private scopeOf(input: Input, ask: StoreRequest | undefined): Scope {
    switch (input.kind) {
      case "timer":
        return this.scopeOfTimer(Math.floor(input.timer / TIMER_KINDS), input.timer % TIMER_KINDS);
      case "store":
        if (ask?.verb === "restore") return "all";
        return new Set(ask !== undefined && "map" in ask ? [ask.map] : []);
      case "link/down":
        return this.rules.books.mapsOf(actorNumber(input.peer));
      case "host/silent":
        return this.rules.books.mapsOf(input.host);
      case "message":
        return this.scopeOfMessage(input.from, input.message);
      default:
        return new Set();
    }
  }

  private scopeOfMessage(from: number, message: Message): Scope {
    if (message.kind === "hosting/probed") return this.rules.books.mapsOf(message.suspect);
    if ("map" in message) return new Set([message.map]);
    if (message.kind === "host/hello") {
      const held = message.holds.map(({ map }) => map);
      return new Set([...held, ...this.rules.books.mapsOf(message.profile.host)]);
    }
    return message.kind === "host/leaving" && actorKind(from) === "host" ? this.rules.books.mapsOf(message.host) : new Set();
  }

  private scopeOfTimer(subject: number, kind: number): Scope {
    switch (kind) {
      case TIMER.move:
        return new Set([this.rules.books.moves.get(subject)?.map ?? -1]);
      case TIMER.suspect:
        return this.rules.books.mapsOf(subject);
      case TIMER.validate:
        return new Set(this.rules.books.dueForBlock().flatMap((host) => [...this.rules.books.mapsOf(host)]));
      case TIMER.adopt:
      case TIMER.again:
        return new Set([subject]);
      default:
        return "all";
    }
  }

  private perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.send(effect.to, effect.message);
      case "timer/set":
        this.order += 1;
        this.timers.set(effect.timer, { at: effect.at, order: this.order });
        return;
      case "timer/clear":
        this.timers.delete(effect.timer);
        return;
      case "store":
        this.unanswered.add(effect.request);
        this.pending.push({ what: "request", at: this.at, request: effect.request, ask: effect.ask, life: this.life });
        return;
      case "detector/watch":
        this.watched.add(effect.host);
        return;
      case "detector/unwatch":
        this.watched.delete(effect.host);
        return;
      default:
        return;
    }
  }

  private send(to: number, message: Message): void {
    if (actorKind(to) === "host") {
      if (message.kind !== "host/welcome") this.pending.push({ what: "order", at: this.at, host: actorNumber(to), message });
      return;
    }
    if (to === COORDINATOR) return;
    const player = actorNumber(to);
    if (message.kind === "play/refused") this.players.delete(player);
    if (message.kind === "play/assigned" || message.kind === "play/redirect")
      this.players.set(player, { map: message.map, host: message.host, epoch: message.epoch });
  }
}
