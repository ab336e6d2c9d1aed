/**
 * Owns the games of the maps that a host serves, and when what of them is sent, written down and kept. Promises: SY2 (what a hand-over leaves is what it
 * froze with), SY3 (the freshest state is taken up; standbys and the store have it within their intervals), SY14 (inputs once, in order).
 * Never decides what is served: the hallway (`host.ts`) says so.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { MapProgram } from "../game/program.ts";
import { type ActorId, actorNumber, type Epoch, type HostId, hostActor, type MapId, type PlayerId, playerActor } from "../protocol/ids.ts";
import type { Message, StateHash } from "../protocol/messages.ts";
import { systemOperationId } from "../protocol/operations.ts";
import type { Out } from "../protocol/step.ts";
import type { KeptImage, StoreAnswer } from "../protocol/store.ts";
import { type Replica, ReplicaSchedule, type ReplicaSource } from "../sync/replica-schedule.ts";
import { SteadyClock } from "../sync/steady-clock.ts";
import type { SyncTuning } from "../sync-settings.ts";
import { DeedWriter } from "./deed-writer.ts";
import { Guests } from "./guests.ts";
import { HeldStates, hashText, type ProgramOf } from "./held-states.ts";
import { HostedMap } from "./hosted-map.ts";
import {
  type Copy,
  type Freeze,
  HOST_TIMER,
  HOST_TIMER_KINDS,
  type Portion,
  type Received,
  type StateMessage,
  type States,
  type StatesDesk,
} from "./states.ts";
import { type Ready, TakeUp } from "./take-up.ts";

/** What a host needs to run games. `boot` tells apart the starts of its process and only rises. */
export type GameHost = {
  readonly boot: number;
  readonly programOf: ProgramOf;
  readonly tuning: SyncTuning;
};

/** A player of whom nothing was heard for so long is led out: what it carries is written down, and it may come again. */
const SILENT_US = 8_000_000;
/** How often the store is given a map's state that may vanish, so that who has no replica lacks a second at most (SY3), the way there included. */
const KEEP_US = 900_000;
/** How often silent players are looked for. */
const LOOK_US = 1_000_000;
/** Wait before the store is asked again about what a map is taken up from. */
const AGAIN_US = 100_000;

/** A map that is served: its game, and how far what goes with it is. */
type Serving = {
  readonly hosted: HostedMap;
  freeze: { readonly freeze: Freeze; readonly base: bigint | null; held: boolean; done: boolean } | null;
  /** The hash of the last portion of a precopy. */
  copied: bigint | null;
  lookAt: number;
  keptAt: number;
  keptHash: bigint | null;
};

/** See the head of this file. */
export class GameStates implements States {
  private readonly host: HostId;
  private readonly game: GameHost;
  private readonly desk: StatesDesk;
  private readonly clock = new SteadyClock();
  private readonly held: HeldStates;
  private readonly writer: DeedWriter;
  private readonly schedule: ReplicaSchedule;
  private readonly guests: Guests;
  private readonly loading = new Map<MapId, { readonly takeUp: TakeUp; ready: Ready | null; standbys: readonly HostId[] }>();
  private readonly maps = new Map<MapId, Serving>();
  /** Requests about what a map is taken up from, and about states that are kept. */
  private readonly asked = new Map<number, { readonly map: MapId; readonly epoch: Epoch; readonly what: "recover" | "keep" }>();
  private operations = 0;
  private ticking = false;

  constructor(host: HostId, game: GameHost, desk: StatesDesk) {
    this.host = host;
    this.game = game;
    this.desk = desk;
    this.held = new HeldStates(game.programOf);
    this.schedule = new ReplicaSchedule(game.tuning);
    this.writer = new DeedWriter(host, game.boot, game.tuning, (ask, out) => desk.ask(ask, out), {
      written: (_at, map, operation, out) => this.written(map, operation, out),
      drained: (_at, map, out) => this.drained(map, out),
      fenced: (at, map, epoch, row, out) => desk.fenced(at, map, epoch, row, out),
    });
    this.guests = new Guests({
      host,
      boot: game.boot,
      served: (map) => this.maps.get(map)?.hosted,
      ask: (ask, out) => desk.ask(ask, out),
      makeId: () => this.makeId(),
      write: (at, hosted, out) => this.write(at, hosted, out),
    });
  }

  /** The maps that are served, for who looks on. */
  *served(): Iterable<HostedMap> {
    for (const { hosted } of this.maps.values()) yield hosted;
  }

  /** The game of a map that is served, for who looks on. */
  gameOf(map: MapId): MapProgram | undefined {
    return this.maps.get(map)?.hosted.program;
  }

  /** A state that an earlier start of the process left in a file: one to be compared with the store's, as a standby's is. */
  remember(map: MapId, bytes: Uint8Array): void {
    const held = this.held.read(map, bytes);
    if (held !== null) this.held.keep(map, held);
  }

  take(_at: number, map: MapId, epoch: Epoch, hash: StateHash | null, out: Out): boolean {
    const ready = hash === null ? null : TakeUp.handed(this.held, map, hash);
    const takeUp = new TakeUp(this.host, this.game.boot, map, epoch, this.held.freshest(map));
    this.loading.set(map, { takeUp, ready, standbys: [] });
    this.held.release(map);
    if (ready === null) this.recover(map, takeUp, out);
    return ready !== null;
  }

  private recover(map: MapId, takeUp: TakeUp, out: Out): void {
    this.asked.set(this.desk.ask(takeUp.ask(), out), { map, epoch: takeUp.epoch, what: "recover" });
  }

  private recovered(at: number, map: MapId, answer: StoreAnswer, out: Out): void {
    const one = this.loading.get(map);
    if (one === undefined || one.ready !== null) return;
    if (answer.result === "refused") this.desk.fenced(at, map, one.takeUp.epoch, answer.row, out);
    if (answer.result === "refused" && answer.row.epoch >= one.takeUp.epoch) return;
    if (answer.result !== "ok" || answer.recovered === undefined) {
      out.push({ kind: "timer/set", timer: map * HOST_TIMER_KINDS + HOST_TIMER.recover, at: at + AGAIN_US });
      return;
    }
    one.ready = one.takeUp.take(answer.recovered, this.held, this.game.programOf, () => this.makeId());
    if (one.ready === null) this.recover(map, one.takeUp, out);
    else this.desk.fetched(at, map, out);
  }

  open(at: number, map: MapId, out: Out): void {
    const now = this.clock.read(at);
    const one = this.loading.get(map);
    const ready = one?.ready ?? null;
    assert(one !== undefined && ready !== null, "what is opened is at hand");
    this.loading.delete(map);
    const { takeUp } = one;
    const { image, number, pending, program } = ready;
    const hosted = new HostedMap(map, takeUp.epoch, this.game.boot, program, { number, taken: image.taken, pending }, () => this.makeId());
    const serving: Serving = {
      hosted,
      freeze: null,
      copied: null,
      lookAt: now + LOOK_US,
      keptAt: Number.NEGATIVE_INFINITY,
      keptHash: null,
    };
    this.maps.set(map, serving);
    const { from, redone } = ready;
    const about = { host: this.host, map, epoch: takeUp.epoch };
    const found = { number: image.number, mapMs: image.mapMs };
    out.push({
      kind: "record",
      record: { kind: "state/taken-up", ...about, from, of: image.epoch, hash: hashText(program.hash()), ...found, redone },
    });
    hosted.start(now);
    this.writer.grant(at, hosted, out);
    this.guests.takeOver(hosted);
    this.write(at, hosted, out);
    for (const { player, carried } of ready.players) this.guests.restore(at, now, hosted, player, carried, out);
    this.schedule.standbys(at, map, one.standbys);
    this.tickOn(at, out);
  }

  close(at: number, map: MapId, out: Out): void {
    this.loading.delete(map);
    this.schedule.standbys(at, map, []);
    this.guests.forget(map);
    if (!this.maps.delete(map)) return;
    this.writer.revoke(at, map, out);
  }

  portion(_at: number, map: MapId, copy: Copy): Portion {
    const serving = this.serving(map);
    const { image, bytes } = serving.hosted.image(copy.round === 1 ? null : serving.copied);
    serving.copied = image.hash;
    return { bytes: bytes.length, data: bytes };
  }

  waiting(_at: number, map: MapId): number {
    const serving = this.serving(map);
    return serving.hosted.image(serving.copied).bytes.length;
  }

  freeze(at: number, freeze: Freeze, copy: Copy | null, out: Out): void {
    const serving = this.serving(freeze.map);
    const { hosted } = serving;
    const now = this.clock.read(at);
    hosted.stop(now);
    this.tellNews(now, hosted, out);
    for (const [player] of hosted.players())
      out.push({ kind: "send", to: playerActor(player), message: { kind: "play/hold", map: hosted.map, epoch: hosted.epoch } });
    serving.freeze = { freeze, base: copy === null ? null : serving.copied, held: false, done: false };
    this.write(at, hosted, out);
    this.holdOn(at, serving, out);
  }

  /** A map that is to be frozen is held as soon as all its deeds are with the queue. */
  private holdOn(at: number, { hosted, freeze }: Serving, out: Out): void {
    if (freeze === null || freeze.held || this.guests.expects(hosted.map) || !this.writer.submit(at, hosted, out)) return;
    freeze.held = true;
    this.writer.hold(at, hosted.map, out);
  }

  private drained(map: MapId, out: Out): void {
    const serving = this.maps.get(map);
    if (serving === undefined || serving.freeze === null) return;
    const { freeze, base } = serving.freeze;
    serving.freeze.done = true;
    const { hosted } = serving;
    assert(hosted.pending.size === 0, "a drained map has nothing under way");
    const { image, bytes } = serving.hosted.image(base);
    const { epoch, number, mapMs } = image;
    const hash = hashText(image.hash);
    out.push({ kind: "record", record: { kind: "state/frozen", host: this.host, map, epoch, hash, number, mapMs } });
    this.desk.frozen(freeze, hash, { bytes: bytes.length, data: bytes }, out);
  }

  resume(at: number, map: MapId, out: Out): void {
    const serving = this.serving(map);
    const { hosted } = serving;
    const stopped = serving.freeze?.done === true;
    serving.freeze = null;
    serving.copied = null;
    this.writer.release(map);
    const hash = hashText(hosted.program.hash());
    if (stopped) out.push({ kind: "record", record: { kind: "state/resumed", host: this.host, map, epoch: hosted.epoch, hash } });
    hosted.start(this.clock.read(at));
    for (const [player, taken] of hosted.players()) this.guests.joined(hosted, player, taken, out);
  }

  receive(message: Received): StateHash | null {
    return this.held.receive(message);
  }

  forget(map: MapId, epoch: Epoch): void {
    this.held.forget(map, epoch);
  }

  replicate(at: number, { map, to }: Extract<Message, { kind: "hosting/replicate" }>): void {
    // There is nothing to copy before the map is served.
    const loading = this.loading.get(map);
    if (loading === undefined) this.schedule.standbys(at, map, to);
    else loading.standbys = to;
  }

  image(map: MapId): KeptImage | null {
    const serving = this.maps.get(map);
    if (serving === undefined) return null;
    const { image, bytes } = serving.hosted.image(null);
    return { epoch: image.epoch, boot: image.boot, number: image.number, at: image.mapMs, bytes };
  }

  join(at: number, from: ActorId, player: PlayerId, map: MapId, epoch: Epoch, next: number, out: Out): void {
    const serving = this.running(map);
    if (serving === undefined || from !== playerActor(player)) return;
    assert(serving.hosted.epoch === epoch, "who joins was told this epoch");
    this.guests.join(this.clock.read(at), serving.hosted, player, next, out);
  }

  hear(at: number, from: ActorId, message: StateMessage, out: Out): void {
    const serving = this.maps.get(message.map);
    if (serving === undefined || serving.hosted.epoch !== message.epoch) return this.turnAway(from, message, out);
    switch (message.kind) {
      case "state/held":
        return this.schedule.holds(message.map, actorNumber(from), message.seq);
      case "state/lost":
        // What a standby lost says nothing of what the target of a precopy holds.
        if (message.seq === 0) serving.copied = null;
        else this.schedule.lost(message.map, actorNumber(from));
        return;
      case "play/input":
        if (from === playerActor(message.player)) this.input(at, serving, message, out);
        return;
      case "play/exit":
        if (from !== playerActor(message.player)) return;
        if (serving.hosted.runs) this.guests.exit(at, this.clock.read(at), serving.hosted, message.player, out);
    }
  }

  private turnAway(from: ActorId, { kind, map, epoch }: StateMessage, out: Out): void {
    if (kind !== "play/input" && kind !== "play/exit") return;
    out.push({ kind: "send", to: from, message: { kind: "play/turned-away", map, epoch, reason: "not_owner" } });
  }

  private input(at: number, { hosted }: Serving, message: Extract<Message, { kind: "play/input" }>, out: Out): void {
    const { map, epoch, player, seq } = message;
    if (!hosted.hasJoined(player)) {
      out.push({ kind: "send", to: playerActor(player), message: { kind: "play/turned-away", map, epoch, reason: "player_unknown" } });
      return;
    }
    // What comes while the map stands still is kept by the client, which was told to, or says it again.
    if (!hosted.runs || !this.writer.roomy) return;
    if (!hosted.input(this.clock.read(at), player, message)) return;
    out.push({ kind: "record", record: { kind: "input/taken", host: this.host, map, epoch, player, input: seq } });
    this.write(at, hosted, out);
  }

  wake(at: number, timer: number, out: Out): void {
    const map = Math.floor(timer / HOST_TIMER_KINDS);
    switch (timer % HOST_TIMER_KINDS) {
      case HOST_TIMER.play:
        return this.tick(at, out);
      case HOST_TIMER.queue:
        return this.writer.due(at, out);
      default: {
        const loading = this.loading.get(map);
        if (loading?.ready === null) this.recover(map, loading.takeUp, out);
      }
    }
  }

  answered(at: number, request: number, answer: StoreAnswer, out: Out): boolean {
    if (this.writer.answered(at, request, answer, out)) return true;
    if (this.guests.answered(at, this.clock.read(at), request, answer, out)) {
      // A move may wait for who was about to come.
      for (const serving of this.maps.values()) this.holdOn(at, serving, out);
      return true;
    }
    const one = this.asked.get(request);
    if (one === undefined) return false;
    this.asked.delete(request);
    if (one.what === "recover") {
      if (this.loading.get(one.map)?.takeUp.epoch === one.epoch) this.recovered(at, one.map, answer, out);
      return true;
    }
    const serving = this.maps.get(one.map);
    if (serving === undefined || serving.hosted.epoch !== one.epoch) return true;
    if (answer.result === "refused") this.desk.fenced(at, one.map, one.epoch, answer.row, out);
    return true;
  }

  /** A moment of play: time passes on every map, players are told what happened, standbys and the store what changed. */
  private tick(at: number, out: Out): void {
    this.ticking = false;
    const now = this.clock.read(at);
    for (const serving of [...this.maps.values()]) {
      const { hosted } = serving;
      if (!hosted.runs) this.holdOn(at, serving, out);
      else if (this.writer.roomy) hosted.advance(now);
      else hosted.skip(now);
      if (hosted.runs && now >= serving.lookAt) {
        serving.lookAt = now + LOOK_US;
        this.guests.leadOut(at, now, hosted, now - SILENT_US, out);
      }
      this.write(at, hosted, out);
      this.tellNews(now, hosted, out);
      this.keep(now, serving, out);
    }
    this.guests.again(out);
    this.schedule.due(at, this.replicaSource(), (replica) => this.sendReplica(replica, out));
    this.tickOn(at, out);
  }

  private tickOn(at: number, out: Out): void {
    if (this.ticking || this.maps.size === 0) return;
    this.ticking = true;
    out.push({ kind: "timer/set", timer: HOST_TIMER.play, at: at + this.game.tuning.replicaMs * US_PER_MS });
  }

  private tellNews(now: number, hosted: HostedMap, out: Out): void {
    const { map, epoch } = hosted;
    for (const { player, taken, refused, news } of hosted.tellings(now))
      out.push({ kind: "send", to: playerActor(player), message: { kind: "play/news", map, epoch, taken, refused, news } });
  }

  private keep(now: number, serving: Serving, out: Out): void {
    if (now < serving.keptAt + KEEP_US) return;
    serving.keptAt = now;
    const { map, epoch, program } = serving.hosted;
    const hash = program.hash();
    if (hash === serving.keptHash) return;
    serving.keptHash = hash;
    const image = this.image(map);
    assert(image !== null, "a served map has an image");
    const request = this.desk.ask({ verb: "keep", map, host: this.host, boot: this.game.boot, epoch, image }, out);
    this.asked.set(request, { map, epoch, what: "keep" });
  }

  /** States of this instant; standbys that hold the same are sent the same bytes. */
  private replicaSource(): ReplicaSource {
    const made = new Map<string, Uint8Array | null>();
    const once = (key: string, make: () => Uint8Array | null): Uint8Array | null => {
      let bytes = made.get(key);
      if (bytes === undefined) made.set(key, (bytes = make()));
      return bytes;
    };
    return {
      hash: (map) => this.serving(map).hosted.program.hash(),
      delta: (map, since) =>
        once(`${map} ${since}`, () => {
          const { image, bytes } = this.serving(map).hosted.image(since);
          return image.base === null ? null : bytes;
        }),
      snapshot: (map) => once(`${map}`, () => this.serving(map).hosted.image(null).bytes) as Uint8Array,
    };
  }

  private sendReplica({ map, to, seq, bytes }: Replica, out: Out): void {
    const { epoch } = this.serving(map).hosted;
    const message: Message = { kind: "state/replica", map, epoch, from: this.host, seq, bytes: bytes.length, data: bytes };
    out.push({ kind: "send", to: hostActor(to), message });
  }

  private written(map: MapId, operation: string, out: Out): void {
    const serving = this.maps.get(map);
    if (serving === undefined) return;
    serving.hosted.pending.delete(operation);
    this.guests.written(serving.hosted, operation, out);
  }

  private write(at: number, hosted: HostedMap, out: Out): void {
    this.writer.submit(at, hosted, out);
  }

  private makeId(): string {
    this.operations += 1;
    return systemOperationId(this.host, this.game.boot, this.operations);
  }

  private serving(map: MapId): Serving {
    const serving = this.maps.get(map);
    assert(serving !== undefined, "the map is served");
    return serving;
  }

  private running(map: MapId): Serving | undefined {
    const serving = this.maps.get(map);
    return serving?.hosted.runs === true ? serving : undefined;
  }
}
