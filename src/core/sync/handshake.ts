/**
 * Owns how two ends that know each other's public halves agree on a session: one message each way, of the shape of Noise IK on X25519 (→ e, es, s,
 * ss; ← e, ee, se). Promises SY10: a wrong half, a replayed, changed or misplaced message and points of small order are refused with one error
 * and change nothing. Never decides who may come: the responder asks for the public half of the host that introduces itself.
 *
 *     message: magic "PSHK", version u16, which u8 (1, 2), suite u8, public half 32 bytes; then the fields, sealed:
 *     1: the initiator's public half · host u64, epoch u64, stamp u64          2: the same three numbers
 */
import { err, ok, type Result } from "../../base/result.ts";
import type { Epoch, HostId } from "../protocol/ids.ts";
import { ascii, joined, readU64, sameBytes, writeU64 } from "./bytes.ts";
import { type CryptoPort, type KeyHandle, PUBLIC_BYTES, type Suite } from "./crypto.ts";
import { suiteOf } from "./header.ts";
import type { SealingLimits } from "./limits.ts";
import { Session } from "./session.ts";
import { fieldBytes, type Remembered, Transcript } from "./transcript.ts";

/** A pair that lasts: who somebody is. */
export type Identity = { readonly secret: KeyHandle; readonly public: Uint8Array };

/** The one answer to every handshake that is not accepted. */
export type HandshakeRefusal = "handshake_rejected";

/** What an initiator asks for. `stamp` rises from one try of a host to the next, across its restarts: a wall clock's microseconds do. */
export type Wish = { readonly suite: Suite; readonly host: HostId; readonly epoch: Epoch; readonly stamp: number };

/** The public half that a host was registered with; null for a host that is not known, or that has no business under that epoch. */
export type PublicHalfOf = (host: HostId, epoch: Epoch) => Uint8Array | null;

const NAME = ascii("peerstead/1 IK X25519 HKDF-SHA-512");
const MAGIC = ascii("PSHK");
const VERSION = 1;
const PREFIX_BYTES = 8;
const NUMBERS_BYTES = 24;

const bodyAt = PREFIX_BYTES + PUBLIC_BYTES;

function prefixOf(which: 1 | 2, suite: Suite): Uint8Array {
  return joined(MAGIC, Uint8Array.of(0, VERSION, which, suite));
}

/** Length of a message of either kind. */
function messageBytes(which: 1 | 2, suite: Suite): number {
  return bodyAt + (which === 1 ? fieldBytes(suite, PUBLIC_BYTES) : 0) + fieldBytes(suite, NUMBERS_BYTES);
}

/** The suite of a message of that kind; null if its beginning or its length is not that of one. */
function suiteIn(message: Uint8Array, which: 1 | 2): Suite | null {
  const suite = message.length > bodyAt ? suiteOf(message[PREFIX_BYTES - 1]!) : null;
  if (suite === null || message.length !== messageBytes(which, suite)) return null;
  return sameBytes(message.subarray(0, PREFIX_BYTES), prefixOf(which, suite)) ? suite : null;
}

function numbersOf({ host, epoch, stamp }: Wish): Uint8Array {
  const numbers = new Uint8Array(NUMBERS_BYTES);
  writeU64(numbers, 0, host);
  writeU64(numbers, 8, epoch);
  writeU64(numbers, 16, stamp);
  return numbers;
}

/** The beginning's end: who dials. Holds the ephemeral secret until an answer is accepted or the try is given up. */
export class Initiator {
  /** The first message, to be sent. */
  readonly message: Uint8Array;
  private readonly crypto: CryptoPort;
  private readonly self: Identity;
  private readonly wish: Wish;
  private readonly ephemeral: KeyHandle;
  private remembered: Remembered | null;

  private constructor(crypto: CryptoPort, self: Identity, wish: Wish, ephemeral: KeyHandle, remembered: Remembered, message: Uint8Array) {
    this.crypto = crypto;
    this.self = self;
    this.wish = wish;
    this.ephemeral = ephemeral;
    this.remembered = remembered;
    this.message = message;
  }

  /** Begins a handshake with whom that public half belongs to; refused if it is one of small order. */
  static begin(crypto: CryptoPort, self: Identity, responder: Uint8Array, wish: Wish): Result<Initiator, HandshakeRefusal> {
    const transcript = Transcript.begin(crypto, wish.suite, NAME, responder);
    const ephemeral = crypto.pair();
    const head = joined(prefixOf(1, wish.suite), ephemeral.public);
    transcript.mix(head);
    const fields = sealBeginning(transcript, self, ephemeral.secret, responder, wish);
    if (fields === null) {
      transcript.forget();
      crypto.forget(ephemeral.secret);
      return err("handshake_rejected");
    }
    const remembered = transcript.remember();
    transcript.forget();
    return ok(new Initiator(crypto, self, wish, ephemeral.secret, remembered, joined(head, fields)));
  }

  /** Takes the answer: the session, once. What is refused leaves the try as it was, so that a forged answer does not end it. */
  finish(at: number, answer: Uint8Array, limits: SealingLimits): Result<Session, HandshakeRefusal> {
    const { suite, host, epoch } = this.wish;
    if (this.remembered === null || suiteIn(answer, 2) !== suite) return err("handshake_rejected");
    const transcript = Transcript.resume(this.crypto, suite, this.remembered);
    const theirs = answer.subarray(PREFIX_BYTES, bodyAt);
    transcript.mix(answer.subarray(0, bodyAt));
    const agreed = transcript.mixAgreed(this.ephemeral, theirs) && transcript.mixAgreed(this.self.secret, theirs);
    const numbers = agreed ? transcript.open(answer.subarray(bodyAt)) : null;
    if (numbers === null || !sameBytes(numbers, numbersOf(this.wish))) {
      transcript.forget();
      return err("handshake_rejected");
    }
    const session = new Session(this.crypto, "initiator", { suite, host, epoch, ...transcript.split() }, limits, at);
    transcript.forget();
    this.giveUp();
    return ok(session);
  }

  /** Forgets the try. */
  giveUp(): void {
    if (this.remembered === null) return;
    this.crypto.forget(this.remembered.chain);
    this.crypto.forget(this.ephemeral);
    this.remembered = null;
  }
}

function sealBeginning(t: Transcript, self: Identity, ephemeral: KeyHandle, responder: Uint8Array, wish: Wish): Uint8Array | null {
  if (!t.mixAgreed(ephemeral, responder)) return null;
  const identity = t.seal(self.public);
  if (!t.mixAgreed(self.secret, responder)) return null;
  return joined(identity, t.seal(numbersOf(wish)));
}

/** What a responder accepted: the session, and the answer to be sent. */
export type Accepted = { readonly session: Session; readonly answer: Uint8Array };

/** The other end: who is dialled. Remembers the newest stamp of each host it knows, so that a first message is answered once. */
export class Responder {
  private readonly crypto: CryptoPort;
  private readonly self: Identity;
  private readonly publicHalfOf: PublicHalfOf;
  private readonly suites: readonly Suite[];
  private readonly stamps = new Map<HostId, number>();

  /** `suites` are those it agrees to. */
  constructor(crypto: CryptoPort, self: Identity, publicHalfOf: PublicHalfOf, suites: readonly Suite[]) {
    this.crypto = crypto;
    this.self = self;
    this.publicHalfOf = publicHalfOf;
    this.suites = suites;
  }

  /**
   * Answers a first message. The session is new and proves the host's presence only with its first envelope: an older session of the host is not
   * to be given up before, for whoever replays a first message after a restart of ours gets an answer that is of no use to him.
   */
  accept(at: number, message: Uint8Array, limits: SealingLimits): Result<Accepted, HandshakeRefusal> {
    const suite = suiteIn(message, 1);
    if (suite === null || !this.suites.includes(suite)) return err("handshake_rejected");
    const transcript = Transcript.begin(this.crypto, suite, NAME, this.self.public);
    const opened = this.openBeginning(transcript, message, suite);
    const accepted = opened === null ? null : this.answer(at, transcript, opened, limits);
    transcript.forget();
    if (accepted === null || opened === null) return err("handshake_rejected");
    this.stamps.set(opened.wish.host, opened.wish.stamp);
    return ok(accepted);
  }

  /** A host is not known any more: its stamp is forgotten with it. */
  forgetHost(host: HostId): void {
    this.stamps.delete(host);
  }

  private openBeginning(transcript: Transcript, message: Uint8Array, suite: Suite): Opened | null {
    const identityEnd = bodyAt + fieldBytes(suite, PUBLIC_BYTES);
    const ephemeral = message.subarray(PREFIX_BYTES, bodyAt);
    transcript.mix(message.subarray(0, bodyAt));
    if (!transcript.mixAgreed(this.self.secret, ephemeral)) return null;
    const identity = transcript.open(message.subarray(bodyAt, identityEnd));
    if (identity === null || !transcript.mixAgreed(this.self.secret, identity)) return null;
    const numbers = transcript.open(message.subarray(identityEnd));
    if (numbers === null || numbers.length !== NUMBERS_BYTES) return null;
    const wish = { suite, host: readU64(numbers, 0), epoch: readU64(numbers, 8), stamp: readU64(numbers, 16) };
    return this.welcomes(wish, identity) ? { wish, identity, ephemeral } : null;
  }

  private welcomes(wish: Wish, identity: Uint8Array): boolean {
    if (wish.host < 0 || wish.epoch < 0 || wish.stamp < 0) return false;
    const known = this.publicHalfOf(wish.host, wish.epoch);
    if (known === null || !sameBytes(known, identity)) return false;
    return wish.stamp > (this.stamps.get(wish.host) ?? -1);
  }

  private answer(
    at: number,
    transcript: Transcript,
    { wish, identity, ephemeral: theirs }: Opened,
    limits: SealingLimits,
  ): Accepted | null {
    const ephemeral = this.crypto.pair();
    const head = joined(prefixOf(2, wish.suite), ephemeral.public);
    transcript.mix(head);
    const agreed = transcript.mixAgreed(ephemeral.secret, theirs) && transcript.mixAgreed(ephemeral.secret, identity);
    this.crypto.forget(ephemeral.secret);
    if (!agreed) return null;
    const answer = joined(head, transcript.seal(numbersOf(wish)));
    const { suite, host, epoch } = wish;
    return { session: new Session(this.crypto, "responder", { suite, host, epoch, ...transcript.split() }, limits, at), answer };
  }
}

/** What a first message said, once it is proved. */
type Opened = { readonly wish: Wish; readonly identity: Uint8Array; readonly ephemeral: Uint8Array };
