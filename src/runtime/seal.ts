/**
 * One actor's end of all its sealed channels. Owns the sessions with its peers, and what waits for them. Promises: nothing leaves but handshakes and
 * sealed envelopes; what the actor hears was sealed by that peer for it (SY8 to SY10); a key that ages or a map's new epoch takes the next one; a
 * handshake that is lost is repeated, two that cross leave one session; all that waits is bounded. Has no clock: time comes in (us, and never goes
 * back). Never waits: whoever drives it calls `flush` after each step and each receipt, and `tick` at {@link SealedEnd.wakeAt}.
 */
import { assert } from "../base/assert.ts";
import type { WireBounds } from "../core/protocol/codec.ts";
import type { ActorId, Epoch } from "../core/protocol/ids.ts";
import { decodeMessage, MESSAGE_BYTES_WHOLE_MAX, writeMessage } from "../core/protocol/message-bytes.ts";
import type { Message } from "../core/protocol/messages.ts";
import { mayPass } from "../core/protocol/passage.ts";
import { ByteWriter } from "../base/bytes.ts";
import { readU64, sameBytes } from "../core/sync/bytes.ts";
import { type CryptoPort, type Suite, SUITES } from "../core/sync/crypto.ts";
import { type Identity, Initiator, Responder } from "../core/sync/handshake.ts";
import { type SealingLimits, sealingLimits } from "../core/sync/limits.ts";
import type { Session } from "../core/sync/session.ts";
import { recordsOf, WHOLE } from "./pieces.ts";
import { Peer } from "./seal-peer.ts";

/** How a sealed end behaves. Times are microseconds. */
export type SealedLimits = {
  readonly suite: Suite;
  readonly sealing: SealingLimits;
  /** Messages for one peer that wait for a handshake, at most. */
  readonly waitingMax: number;
  /** A handshake's message is repeated after this time, then after twice, four times it, so many times in all; then what waits is lost. */
  readonly dialUs: number;
  readonly dialTries: number;
  /** Because of envelopes that cannot be opened a handshake is begun at most this often: whoever forges them makes us do it. */
  readonly healUs: number;
  /** A session carries many maps: it takes a key for a higher epoch at most this often, so that the epochs received stay few. */
  readonly epochUs: number;
  /** A peer of which nothing was heard or said for this time is forgotten; after half of it a new session is made first. */
  readonly idleUs: number;
  readonly peersMax: number;
};

/** Limits that fit players at home as well as servers. */
export function sealedLimits(change: Partial<SealingLimits> = {}): SealedLimits {
  const sealing = { ...sealingLimits(), ...change };
  return {
    suite: SUITES.A256GCM,
    sealing,
    waitingMax: 256,
    dialUs: 500_000,
    dialTries: 4,
    healUs: 1_000_000,
    epochUs: sealing.retiredUs / 8,
    idleUs: 3_600_000_000,
    peersMax: 65_536,
  };
}

/** What a sealed end is given. */
export type SealedOptions = {
  readonly self: ActorId;
  readonly identity: Identity;
  readonly crypto: CryptoPort;
  readonly bounds: WireBounds;
  readonly limits: SealedLimits;
  /** The public half that an actor was registered with; null for one that is not known. */
  readonly publicHalfOf: (actor: ActorId) => Uint8Array | null;
  /** A number higher than all before, across restarts too: see `Wish.stamp`. */
  readonly stamp: () => number;
  /** Puts bytes on the line. `messages`: what they carry, for accounts of what was lost; none for a handshake. */
  readonly carry: (to: ActorId, bytes: Uint8Array, messages: readonly Message[]) => void;
  /** A message was opened. */
  readonly heard: (from: ActorId, message: Message) => void;
  /** A message will never be sealed: no session came about, or too many waited. */
  readonly lost: (to: ActorId, message: Message) => void;
  /** Messages that share no envelope with others; none where it is left out. */
  readonly alone?: (message: Message) => boolean;
};

/** What came of bytes that were received. Whatever is refused is refused with the one word. */
export type Received = "opened" | "begun" | "agreed" | "rejected";

const NEVER = Number.POSITIVE_INFINITY;
/** Ticks are at least this far apart. */
const TICK_US_MIN = 1_000;
/** Bytes of messages that share an envelope. */
const SHARED_BYTES_MAX = 32_768;
/** So many envelopes in a row that cannot be opened say that the ends are out of step. */
const REFUSED_MAX = 3;
const NOTHING = [new Uint8Array(0)];
/** "H" and "E" of the magics PSHK and PSEV. */
const HANDSHAKE = 72;

/** See the head of this file. */
export class SealedEnd {
  /** When `tick` is to be called, at the latest. */
  wakeAt = NEVER;
  private readonly options: SealedOptions;
  private readonly responder: Responder;
  private readonly peers = new Map<ActorId, Peer>();
  private readonly restless = new Set<Peer>();
  private readonly writer = new ByteWriter();
  private dirty: Peer[] = [];
  private expected: ActorId = 0;
  private sweepAt = NEVER;

  constructor(options: SealedOptions) {
    this.options = options;
    const { crypto, identity, limits, publicHalfOf } = options;
    // Only the one whom the line names may be at its end: a handshake that somebody else passes on proves nothing about the line.
    const half = (actor: ActorId): Uint8Array | null => (actor === this.expected ? publicHalfOf(actor) : null);
    this.responder = new Responder(crypto, identity, half, [limits.suite]);
  }

  /** Takes a message to be sealed at the next `flush`. */
  send(at: number, to: ActorId, message: Message): void {
    const peer = this.peerOf(at, to);
    if (peer === null || (peer.current === null && peer.outbox.length >= this.options.limits.waitingMax))
      return this.options.lost(to, message);
    const { writer } = this;
    writer.reset();
    writer.byte(WHOLE);
    writeMessage(writer, message);
    assert(writer.length <= MESSAGE_BYTES_WHOLE_MAX, "a message is within its bounds");
    if (peer.outbox.length === 0) this.dirty.push(peer);
    peer.messages += 1;
    peer.outbox.push({ message, records: recordsOf(writer.take(), peer.messages) });
    const epoch = epochOf(message);
    if (epoch > peer.epoch) peer.epoch = epoch;
  }

  /** Seals what was sent, the small messages to one peer together; begins handshakes where there is nothing to seal with. */
  flush(at: number): void {
    if (this.dirty.length === 0) return;
    const { dirty } = this;
    this.dirty = [];
    for (const peer of dirty) if (peer.outbox.length > 0) this.sealAll(at, peer);
  }

  /** Takes bytes that came from `from`, as the line says. Whatever is refused changes no session. */
  receive(at: number, from: ActorId, bytes: Uint8Array): Received {
    const peer = this.peerOf(at, from);
    if (peer === null) return "rejected";
    if (bytes[2] !== HANDSHAKE) return this.open(at, peer, bytes);
    return bytes[6] === 1 ? this.begun(at, peer, bytes) : this.answered(at, peer, bytes);
  }

  /** The connection with a peer is gone, and with it what waited for it. What is sealed from now on is sealed under a new session. */
  drop(at: number, id: ActorId): void {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    peer.hangUp();
    peer.closePending();
    peer.retire(at + this.options.limits.sealing.retiredUs);
    this.loseAll(peer);
    this.rest(peer);
  }

  /** Does what time asks for: repeats handshakes, forgets keys and sessions whose time is over. */
  tick(at: number): void {
    for (const peer of this.restless) {
      if (peer.due() > at) continue;
      if (peer.begun !== null && at >= peer.begun.until) this.unproved(peer);
      if (peer.dial !== null && at >= peer.dial.again) this.repeat(at, peer);
      if (peer.older !== null && at >= peer.olderUntil) peer.closeOlder();
      peer.current?.tend(at);
      peer.older?.tend(at);
      if (peer.due() === NEVER) this.restless.delete(peer);
    }
    if (at >= this.sweepAt) this.sweep(at);
    this.flush(at);
    let next = this.sweepAt;
    for (const peer of this.restless) next = Math.min(next, peer.due());
    this.wakeAt = Math.max(next, at + TICK_US_MIN);
  }

  /** The process ends: every key is forgotten but the identity's. */
  close(): void {
    for (const peer of this.peers.values()) {
      peer.close();
      this.loseAll(peer);
    }
    this.peers.clear();
    this.restless.clear();
    this.dirty = [];
    this.wakeAt = NEVER;
  }

  /** What stands with a peer, for whoever watches that refusals change nothing: sessions, their windows, their keys. */
  standing(id: ActorId): string {
    const peer = this.peers.get(id);
    const of = (s: Session | null | undefined): string => (s ? [s.id.join("."), s.received, s.sent, s.kid, s.epoch, s.tendAt].join() : "-");
    return [of(peer?.current), of(peer?.older), of(peer?.pending)].join(" ");
  }

  /** Whether a session with this id is received of the peer: in force, older or asked for. */
  receives(id: ActorId, envelope: Uint8Array): boolean {
    return (this.peers.get(id)?.sessionOf(envelope) ?? null) !== null;
  }

  private peerOf(at: number, id: ActorId): Peer | null {
    const known = this.peers.get(id);
    if (known !== undefined) return known;
    const { publicHalfOf, limits, self } = this.options;
    const half = id === self || this.peers.size >= limits.peersMax ? null : publicHalfOf(id);
    if (half === null) return null;
    const peer = new Peer(id, half, at);
    this.peers.set(id, peer);
    if (this.sweepAt === NEVER) this.wake((this.sweepAt = at + limits.idleUs / 4));
    return peer;
  }

  private sealAll(at: number, peer: Peer): void {
    const { limits } = this.options;
    const stale = at - peer.usedAt > limits.idleUs / 2;
    if (peer.current === null || stale) {
      if (peer.dial === null && peer.pending === null) this.dial(at, peer);
      return;
    }
    const { outbox, current } = peer;
    peer.outbox = [];
    peer.usedAt = at;
    if (peer.epoch > current.epoch && at - peer.epochAt >= limits.epochUs) this.raise(at, peer, current, peer.epoch);
    let records: Uint8Array[] = [];
    let messages: Message[] = [];
    let bytes = 0;
    const seal = (): void => {
      if (records.length > 0) this.seal(at, peer, current, records, messages);
      [records, messages, bytes] = [[], [], 0];
    };
    for (const { message, records: own } of outbox) {
      const alone = own.length > 1 || this.options.alone?.(message) === true;
      if (alone || bytes + own[0]!.length > SHARED_BYTES_MAX) seal();
      for (let i = 0; i < own.length - 1; i++) this.seal(at, peer, current, [own[i]!], []);
      records.push(own.at(-1)!);
      messages.push(message);
      bytes += own.at(-1)!.length;
      if (alone) seal();
    }
    seal();
  }

  private seal(at: number, peer: Peer, session: Session, records: readonly Uint8Array[], messages: readonly Message[]): void {
    const sealed = session.seal(at, records);
    if (sealed.ok) {
      for (const envelope of sealed.value) this.options.carry(peer.id, envelope, messages);
      return;
    }
    // Its numbers are used up, after some hundreds of thousands of years: the next message makes a new session.
    for (const message of messages) this.options.lost(peer.id, message);
    peer.retire(at + this.options.limits.sealing.retiredUs);
    this.rest(peer);
  }

  private raise(at: number, peer: Peer, session: Session, epoch: Epoch): void {
    peer.epochAt = at;
    session.changeEpoch(at, epoch);
    this.rest(peer);
  }

  private open(at: number, peer: Peer, envelope: Uint8Array): Received {
    const session = peer.sessionOf(envelope);
    const opened = session?.open(at, envelope);
    if (session === null || opened === undefined || !opened.ok) {
      this.outOfStep(at, peer);
      return "rejected";
    }
    peer.refused = 0;
    peer.usedAt = at;
    if (session === peer.pending) this.proved(at, peer, session);
    else if (session === peer.current && peer.older !== null && peer.olderUntil === NEVER) {
      peer.olderUntil = at + this.options.limits.sealing.retiredUs;
    }
    const epoch = readU64(envelope, EPOCH_AT);
    if (epoch > session.epoch) session.changeEpoch(at, epoch);
    if (peer.due() !== NEVER) this.rest(peer);
    for (const record of opened.value) this.hear(peer, record);
    return "opened";
  }

  private hear(peer: Peer, record: Uint8Array): void {
    if (record.length === 0) return;
    const bytes = peer.joiner.take(record);
    const message = bytes === null ? null : decodeMessage(bytes, this.options.bounds);
    if (message !== null && mayPass(peer.id, this.options.self, message)) this.options.heard(peer.id, message);
  }

  /** The peer sealed with what it asked for: it is there, and the session is in force. */
  private proved(at: number, peer: Peer, session: Session): void {
    peer.pending = null;
    peer.begun = null;
    peer.replace(session, at + this.options.limits.sealing.retiredUs);
    if (peer.outbox.length > 0) this.dirty.push(peer);
  }

  /** The peer asks for a session. Of two handshakes that cross, that of the lower address goes on. */
  private begun(at: number, peer: Peer, message: Uint8Array): Received {
    const { limits, self, carry } = this.options;
    if (peer.dial !== null && self < peer.id) return "rejected";
    if (peer.begun !== null && sameBytes(peer.begun.message, message)) {
      carry(peer.id, peer.begun.answer, []);
      return "begun";
    }
    this.expected = peer.id;
    const accepted = this.responder.accept(at, message, limits.sealing);
    if (!accepted.ok) return "rejected";
    peer.hangUp();
    peer.closePending();
    peer.usedAt = at;
    const { session, answer } = accepted.value;
    this.made(peer, session);
    peer.pending = session;
    peer.begun = { message: new Uint8Array(message), answer, until: at + (limits.dialUs << limits.dialTries) };
    this.rest(peer);
    carry(peer.id, answer, []);
    return "begun";
  }

  private answered(at: number, peer: Peer, answer: Uint8Array): Received {
    const session = peer.dial?.initiator.finish(at, answer, this.options.limits.sealing);
    if (session === undefined || !session.ok) return "rejected";
    peer.dial = null;
    peer.usedAt = at;
    this.made(peer, session.value);
    peer.replace(session.value, NEVER);
    peer.refused = 0;
    if (peer.outbox.length === 0) this.seal(at, peer, session.value, NOTHING, []);
    else this.dirty.push(peer);
    return "agreed";
  }

  /** Each session passes here when it is made. */
  private made(peer: Peer, session: Session): void {
    assert(session.host === peer.id || session.host === this.options.self, "a session is between the two");
  }

  private dial(at: number, peer: Peer): void {
    const { crypto, identity, self, limits, stamp, carry } = this.options;
    const wish = { suite: limits.suite, host: self, epoch: peer.epoch, stamp: stamp() };
    const begun = Initiator.begin(crypto, identity, peer.publicHalf, wish);
    if (!begun.ok) return this.loseAll(peer);
    peer.dial = { initiator: begun.value, again: at + limits.dialUs, tries: 1 };
    this.rest(peer);
    carry(peer.id, begun.value.message, []);
  }

  private repeat(at: number, peer: Peer): void {
    const { limits, carry } = this.options;
    const { dial } = peer;
    assert(dial !== null, "only what was begun is repeated");
    if (dial.tries >= limits.dialTries) {
      peer.hangUp();
      return this.loseAll(peer);
    }
    dial.again = at + (limits.dialUs << dial.tries);
    dial.tries += 1;
    carry(peer.id, dial.initiator.message, []);
  }

  /** Nothing came under the session that the peer asked for; what waited for it makes a handshake of its own. */
  private unproved(peer: Peer): void {
    peer.closePending();
    if (peer.outbox.length > 0) this.dirty.push(peer);
  }

  /** What cannot be opened may be forged, or the ends are out of step: one of them began anew, or too much was lost on the way. */
  private outOfStep(at: number, peer: Peer): void {
    peer.refused += 1;
    if (peer.dial !== null || peer.pending !== null || at - peer.healedAt < this.options.limits.healUs) return;
    if (peer.current !== null && peer.refused < REFUSED_MAX) return;
    peer.healedAt = at;
    peer.refused = 0;
    this.dial(at, peer);
  }

  private loseAll(peer: Peer): void {
    const { outbox } = peer;
    peer.outbox = [];
    for (const { message } of outbox) this.options.lost(peer.id, message);
  }

  private sweep(at: number): void {
    const { idleUs } = this.options.limits;
    for (const [id, peer] of this.peers) {
      if (at - peer.usedAt < idleUs || peer.outbox.length > 0) continue;
      peer.close();
      this.restless.delete(peer);
      this.peers.delete(id);
      this.responder.forgetHost(id);
    }
    this.sweepAt = this.peers.size === 0 ? NEVER : at + idleUs / 4;
  }

  /** The peer has something due. */
  private rest(peer: Peer): void {
    const due = peer.due();
    if (due === NEVER) return;
    this.restless.add(peer);
    this.wake(due);
  }

  private wake(at: number): void {
    if (at < this.wakeAt) this.wakeAt = at;
  }
}

/** Where the epoch stands in an envelope's header. */
const EPOCH_AT = 28;

function epochOf(message: Message): Epoch {
  return "epoch" in message ? message.epoch : 0;
}
