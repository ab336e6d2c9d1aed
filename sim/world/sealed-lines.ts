/**
 * Owns the sealed ends of a world's actors: what they send travels as envelopes. Promises: an actor hears what it would hear over plain lines, but for
 * what handshakes delay and what is refused; real ciphers and the counted fake give the same run. Plays the one who sits on a damaged line too: it
 * changes bits, cuts, puts another envelope in the place of one, and offers withheld ones late.
 */
import { drawU32, type Stream, stream } from "../../src/base/random.ts";
import { MemoryCrypto } from "../../src/adapters/memory/crypto.ts";
import { rehearsalCrypto } from "../../src/adapters/node/crypto.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { CryptoPort } from "../../src/core/sync/crypto.ts";
import type { Identity } from "../../src/core/sync/handshake.ts";
import { SealedEnd, type SealedLimits, sealedLimits } from "../../src/runtime/seal.ts";
import type { Options } from "../options.ts";
import { privateHalf } from "./canaries.ts";
import { type Change, changed, LineHand } from "./line-hand.ts";
import type { Machines } from "./machines.ts";
import { carriedBytes, type Envelope, type SimNetwork } from "./network.ts";
import type { Observer } from "./observer.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";
import { KeyNames, watchedPort } from "./watched-port.ts";

/** What sealed lines need of their world. */
export type SealedWorld = {
  readonly options: Options;
  readonly machines: Machines;
  readonly network: SimNetwork;
  readonly queue: EventQueue;
  readonly observer: Observer;
  readonly root: Stream;
  /** An actor hears a message. */
  hear(target: number, from: number, message: Message): void;
  readonly connections: { reconnect(dense: number): void };
};

/** What lasts of an actor while its processes come and go: its pair, and its port. */
type Owner = { readonly port: CryptoPort; readonly identity: Identity };

/** A process's end, and the event that will wake it. */
type Running = { readonly end: SealedEnd; readonly number: number; node: number; wakesAt: number };

/** All sealed ends, by dense number of the machine. */
export class SealedLines {
  readonly limits: SealedLimits;
  private readonly world: SealedWorld;
  private readonly plant: (end: SealedEnd) => void;
  private readonly secrets: Stream;
  private readonly keys = new KeyNames();
  private readonly owners: (Owner | undefined)[] = [];
  private readonly running: (Running | undefined)[] = [];
  private readonly stamps: Float64Array;
  private readonly turns: Float64Array;
  private readonly steps: Float64Array;
  private readonly hand: LineHand | null;
  private dirty: number[] = [];
  private made = 0;
  private serial = 0;
  private swallows = false;

  /** `plant`: an end was just made, and a planted bug may take hold of it. */
  constructor(world: SealedWorld, plant: (end: SealedEnd) => void) {
    const { options, machines, root } = world;
    this.world = world;
    this.plant = plant;
    world.network.sealing = this;
    this.limits = sealedLimits({ rekeyMessages: options.rekey.messages, rekeyUs: options.rekey.us });
    this.secrets = stream(root, "sealing/secrets");
    this.stamps = new Float64Array(machines.up.length);
    this.turns = new Float64Array(machines.up.length);
    this.steps = new Float64Array(machines.up.length);
    this.hand = options.swarm !== null || options.faults.some(({ kind }) => kind === "corrupt") ? new LineHand() : null;
  }

  /** Takes a message that the network would carry now. It leaves at the next `flush`. */
  send(from: number, to: ActorId, message: Message): void {
    const { queue } = this.world;
    const { end } = this.runningAt(from);
    this.steps[from] = queue.step;
    this.dirty.push(from);
    end.send(queue.now, to, message);
  }

  /** What was sent since the last time leaves; once for each event, so that what a step says to one peer shares an envelope. */
  flush(): void {
    if (this.dirty.length === 0) return;
    const { queue } = this.world;
    const { step } = queue;
    const { dirty } = this;
    this.dirty = [];
    for (const dense of dirty) {
      const running = this.running[dense];
      if (running === undefined) continue;
      queue.step = this.steps[dense] as number;
      running.end.flush(queue.now);
      this.rearm(dense, running);
    }
    queue.step = step;
  }

  /**
   * An envelope has come, changed on its way where `damage` is not 0. A connection ends by what was changed on it, as by a frame that a codec
   * refuses: nothing on it is lost without both ends seeing it close.
   */
  arrive(target: number, envelope: Envelope, damage: number): void {
    const { machines, observer, queue, connections } = this.world;
    const [from, to] = [machines.actor(envelope.from), machines.actor(target)];
    const change = damage === 0 ? null : this.change(target, envelope, damage);
    const received = this.offer(target, envelope, change?.bytes ?? envelope.bytes, change?.what ?? "whole");
    this.handAt(target, envelope, change === null, received);
    if (damage === 0) return;
    observer.dropped?.(queue.now, from, to);
    if (target === 0 || envelope.from === 0) connections.reconnect(target === 0 ? envelope.from : target);
  }

  /** Whoever sits on the line has seen an envelope pass, and offers what he has withheld for long. What is opened of it nobody hears. */
  private handAt(target: number, envelope: Envelope, whole: boolean, opened: boolean): void {
    const { hand } = this;
    if (hand === null) return;
    const { machines, queue } = this.world;
    if (whole) hand.saw(machines.actor(envelope.from), machines.actor(target), envelope.bytes, opened);
    for (const late of hand.late(envelope.from, target, queue.now)) {
      this.swallows = true;
      this.offer(target, late, late.bytes, "late");
      this.swallows = false;
    }
  }

  /** An end's time has come. */
  tick(dense: number, number: number): void {
    const running = this.running[dense];
    if (running === undefined || running.number !== number) return;
    const { queue, machines } = this.world;
    running.node = -1;
    running.wakesAt = Number.POSITIVE_INFINITY;
    const paused = dense <= machines.hosts ? (machines.pausedUntil[dense] as number) : 0;
    if (paused > queue.now) return paused === Number.POSITIVE_INFINITY ? undefined : this.wake(dense, running, paused);
    this.steps[dense] = queue.step;
    running.end.tick(queue.now);
    this.rearm(dense, running);
  }

  /** The end at `dense` sees that its connection with `peer` is gone. */
  drop(dense: number, peer: ActorId): void {
    const running = this.running[dense];
    if (running === undefined) return;
    running.end.drop(this.world.queue.now, peer);
    this.rearm(dense, running);
  }

  /** The process at `dense` is gone, and all that it remembered. */
  ended(dense: number): void {
    const running = this.running[dense];
    if (running === undefined) return;
    this.running[dense] = undefined;
    if (running.node >= 0) this.world.queue.cancel(running.node);
    running.end.close();
  }

  private change(target: number, envelope: Envelope, damage: number): Change {
    const { machines, queue } = this.world;
    const [from, to] = [machines.actor(envelope.from), machines.actor(target)];
    const change = changed(envelope.bytes, damage, this.hand?.others(from, to));
    this.hand?.withhold(from, to, target, envelope, queue.now);
    return change;
  }

  /** Gives bytes to the end at `target` and tells what came of it. */
  private offer(target: number, envelope: Envelope, bytes: Uint8Array, what: Change["what"] | "whole" | "late"): boolean {
    const { machines, queue, observer } = this.world;
    const running = this.runningAt(target);
    const [from, to] = [machines.actor(envelope.from), machines.actor(target)];
    const watch = what !== "whole" && observer.arrived !== undefined;
    const before = watch ? running.end.standing(from) : "";
    const held = running.end.receives(from, bytes);
    const answer = running.end.receive(queue.now, from, bytes);
    this.dirty.push(target);
    if (observer.arrived !== undefined) {
      const unchanged = !watch || running.end.standing(from) === before;
      observer.arrived(queue.now, { from, to, bytes, what, serial: envelope.serial, sentAt: envelope.sentAt, answer, held, unchanged });
    }
    this.rearm(target, running);
    return answer !== "rejected";
  }

  private heard(target: number, end: SealedEnd, from: ActorId, message: Message): void {
    // A message before this one may have ended the process.
    if (this.swallows || this.running[target]?.end !== end) return;
    this.world.hear(target, this.world.machines.dense(from), message);
  }

  private carry(from: number, to: ActorId, bytes: Uint8Array, messages: readonly Message[]): void {
    const { machines, network, observer, queue } = this.world;
    this.serial += 1;
    observer.left?.(queue.now, machines.actor(from), to, bytes);
    network.carry(from, machines.dense(to), bytes, messages, this.serial);
  }

  private runningAt(dense: number): Running {
    const known = this.running[dense];
    if (known !== undefined) return known;
    this.made += 1;
    const running: Running = { end: this.endOf(dense), number: this.made, node: -1, wakesAt: Number.POSITIVE_INFINITY };
    this.running[dense] = running;
    this.plant(running.end);
    return running;
  }

  private endOf(dense: number): SealedEnd {
    const { machines, options, network } = this.world;
    const { port, identity } = this.ownerAt(dense);
    const self = machines.actor(dense);
    const end: SealedEnd = new SealedEnd({
      self,
      identity,
      crypto: port,
      bounds: { maps: options.maps.names.length, regions: options.regions.length },
      limits: this.limits,
      publicHalfOf: (actor) => this.publicHalfOf(actor),
      stamp: () => (this.stamps[dense] = Math.max((this.stamps[dense] as number) + 1, this.world.queue.now)),
      carry: (to, bytes, messages) => this.carry(dense, to, bytes, messages),
      heard: (from, message) => this.heard(dense, end, from, message),
      lost: (to, message) => network.unsealed(self, to, message),
      alone: (message) => carriedBytes(message) > 0,
    });
    return end;
  }

  private publicHalfOf(actor: ActorId): Uint8Array | null {
    const dense = this.world.machines.dense(actor);
    return dense < this.stamps.length ? this.ownerAt(dense).identity.public : null;
  }

  private ownerAt(dense: number): Owner {
    const known = this.owners[dense];
    if (known !== undefined) return known;
    const made = this.makeOwner(this.world.machines.actor(dense));
    this.owners[dense] = made;
    return made;
  }

  private makeOwner(actor: ActorId): Owner {
    const { options, observer, queue, root } = this.world;
    const real = options.sealing === "real" ? rehearsalCrypto(drawn(stream(root, `crypto/${actor}`))) : null;
    const port: CryptoPort = real ?? new MemoryCrypto(root, `${actor}`);
    const identity = real?.pairFrom(privateHalf(this.secrets, actor)) ?? port.pair();
    if (observer.sealed === undefined) return { port, identity };
    const witness = watchedPort(port, this.keys, (key, nonce, plain) => observer.sealed?.(queue.now, actor, key, nonce, plain));
    return { port: witness, identity };
  }

  private rearm(dense: number, running: Running): void {
    if (running.end.wakeAt < running.wakesAt && this.running[dense] === running) this.wake(dense, running, running.end.wakeAt);
  }

  private wake(dense: number, running: Running, at: number): void {
    const { queue } = this.world;
    if (running.node >= 0) queue.cancel(running.node);
    const turn = ((this.turns[dense] as number) + 1) >>> 0;
    this.turns[dense] = turn;
    const when = Math.max(Math.ceil(at), queue.now + 1);
    running.node = queue.push(when, SOURCE.sealing + dense, turn, EVENT.sealTick, dense, running.number, undefined);
    running.wakesAt = at;
  }
}

/** Chance of a run for real ciphers: what production refuses (DT2), and what makes a run the same each time. */
function drawn(draws: Stream): { readonly seeded: boolean; fill(bytes: Uint8Array): void } {
  let n = 0;
  return {
    seeded: true,
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = drawU32(draws, 0, n++);
    },
  };
}
