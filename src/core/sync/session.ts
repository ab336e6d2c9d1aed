/**
 * Owns a session's two sides: what is sealed to the other end, and what is opened of it. Sequence, keys and the window of numbers seen.
 * Promises SY8 to SY12: what is not exactly what the other end sealed, once, under a key in force, is refused with one error and changes nothing.
 * Never reads a clock and never sees a key: time comes as `at` (microseconds), keys are handles of the port.
 */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Epoch, HostId } from "../protocol/ids.ts";
import { sameBytes, writeU32, writeU64 } from "./bytes.ts";
import { type CryptoPort, type KeyHandle, piecesOf, sealedBytes, type Suite, SUITE_SIZES, SUITES } from "./crypto.ts";
import { type Frame, FRAME_BYTES_MAX, framesOf, MESSAGE_BYTES_MAX, messagesOf } from "./frame.ts";
import { type Direction, DIRECTIONS, HEADER_BYTES, type Header, readHeader, writeHeader } from "./header.ts";
import { type Binding, ReceivingKeys, SendingKeys } from "./key-generations.ts";
import type { SealingLimits } from "./limits.ts";
import { ReplayWindow } from "./replay-window.ts";

/** What a handshake leaves to both ends. The chains belong to the session that is made of it. */
export type Agreed = {
  readonly suite: Suite;
  readonly host: HostId;
  readonly session: Uint8Array;
  readonly epoch: Epoch;
  readonly toResponder: KeyHandle;
  readonly toInitiator: KeyHandle;
};

/** Why nothing is sealed: the session is closed, its numbers are used up (begin a new one), or a message is longer than 64 KiB. */
export type SealRefusal = "session_closed" | "session_exhausted" | "message_too_long";

/** The one answer to whatever is not accepted, for every cause (SY10). */
export type OpenRefusal = "envelope_rejected";

/** Bytes of an envelope at most; what is longer need not be read. */
export const ENVELOPE_BYTES_MAX = HEADER_BYTES + ivBytes(SUITES.A256CBC_HS512) + sealedBytes(SUITES.A256CBC_HS512, FRAME_BYTES_MAX);

/** Bytes of IV that an envelope carries: none with GCM, whose nonce is told by direction and number. */
function ivBytes(suite: Suite): number {
  return suite === SUITES.A256CBC_HS512 ? SUITE_SIZES[suite].iv : 0;
}

/** One end of a session. */
export class Session {
  /** The session's id, the same at both ends. */
  readonly id: Uint8Array;
  readonly host: HostId;
  private readonly crypto: CryptoPort;
  private readonly limits: SealingLimits;
  private readonly sends: Binding;
  private readonly receives: Binding;
  private readonly sending: SendingKeys;
  private readonly receiving: ReceivingKeys;
  private readonly window = new ReplayWindow();
  private seq = 0;
  private closed = false;

  constructor(crypto: CryptoPort, role: "initiator" | "responder", agreed: Agreed, limits: SealingLimits, at: number) {
    const { suite, host, session, epoch, toResponder, toInitiator } = agreed;
    const initiates = role === "initiator";
    const binding = (direction: Direction): Binding => ({ suite, direction, host, session });
    this.id = session;
    this.host = host;
    this.crypto = crypto;
    this.limits = limits;
    this.sends = binding(initiates ? DIRECTIONS.toResponder : DIRECTIONS.toInitiator);
    this.receives = binding(initiates ? DIRECTIONS.toInitiator : DIRECTIONS.toResponder);
    this.sending = new SendingKeys(crypto, this.sends, limits, initiates ? toResponder : toInitiator, epoch, at);
    this.receiving = new ReceivingKeys(crypto, this.receives, limits, initiates ? toInitiator : toResponder, epoch);
  }

  /** The epoch under which this end seals. */
  get epoch(): Epoch {
    return this.sending.epoch;
  }

  /** The number of the key under which this end sealed last. */
  get kid(): number {
    return this.sending.kid;
  }

  /** The number of the last envelope that was sealed. */
  get sent(): number {
    return this.seq;
  }

  /** The highest number accepted from the other end. */
  get received(): number {
    return this.window.newest;
  }

  /** When {@link tend} should be called, at the latest: a replaced key is forgotten then. Infinite while there is none. */
  get tendAt(): number {
    return this.receiving.retiresAt;
  }

  /** Seals messages, the small ones together, in their order: gives the envelopes, or refuses all of them. */
  seal(at: number, messages: readonly Uint8Array[]): Result<Uint8Array[], SealRefusal> {
    if (this.closed) return err("session_closed");
    if (messages.some((message) => message.length > MESSAGE_BYTES_MAX)) return err("message_too_long");
    const frames = framesOf(messages);
    if (this.seq + frames.length > this.limits.seqMax || !this.sending.usable) return err("session_exhausted");
    this.receiving.retire(at);
    return ok(frames.map((frame) => this.sealFrame(at, frame)));
  }

  /** Opens an envelope: the messages in it, in their order. Whatever is refused changes nothing. */
  open(at: number, envelope: Uint8Array): Result<Uint8Array[], OpenRefusal> {
    const header = !this.closed && envelope.length <= ENVELOPE_BYTES_MAX ? readHeader(envelope) : null;
    if (header === null || !this.expects(header) || !this.window.fresh(header.seq)) return err("envelope_rejected");
    const aad = envelope.subarray(0, HEADER_BYTES);
    const ivEnd = HEADER_BYTES + ivBytes(header.suite);
    const iv = ivEnd > HEADER_BYTES ? envelope.subarray(HEADER_BYTES, ivEnd) : nonceOf(header.direction, header.seq);
    const sealed = envelope.subarray(ivEnd);
    const frame = this.receiving.open(at, header.kid, header.epoch, (key) => this.crypto.open(header.suite, key, iv, aad, sealed));
    if (frame === null) return err("envelope_rejected");
    this.window.accept(header.seq);
    // Proved but no frame: the other end is faulty. Its number is used up, and the answer is the same.
    const messages = messagesOf(frame);
    return messages.ok ? messages : err("envelope_rejected");
  }

  /** The map has a new, higher epoch: seals under it with a new key; of the other end older epochs are accepted for the retired keys' time. */
  changeEpoch(at: number, epoch: Epoch): void {
    if (this.closed) return;
    this.receiving.changeEpoch(at, epoch);
    if (epoch > this.sending.epoch && this.sending.usable) this.sending.changeEpoch(at, epoch);
  }

  /** Forgets replaced keys whose time is over. Sealing and opening do so too; a quiet session needs the call. */
  tend(at: number): void {
    this.receiving.retire(at);
  }

  /** Forgets every key. Nothing is sealed or opened any more. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sending.forget();
    this.receiving.forget();
  }

  private expects(header: Header): boolean {
    const { suite, direction, host, session } = this.receives;
    return header.suite === suite && header.direction === direction && header.host === host && sameBytes(header.session, session);
  }

  private sealFrame(at: number, frame: Frame): Uint8Array {
    const { suite, direction, host, session } = this.sends;
    const key = this.sending.take(at);
    // The number only rises, and a key seals under each number once: no pair of key and nonce comes twice (SY11).
    this.seq += 1;
    const ivLength = ivBytes(suite);
    const length = ivLength + sealedBytes(suite, piecesOf(frame).bytes);
    const { kid, epoch } = this.sending;
    const header = new Uint8Array(HEADER_BYTES);
    writeHeader(header, { suite, direction, kid, host, session, epoch, seq: this.seq, length });
    const iv = ivLength > 0 ? this.crypto.random(ivLength) : nonceOf(direction, this.seq);
    const envelope = this.crypto.seal(suite, key, iv, header, frame, HEADER_BYTES + ivLength);
    assert(envelope !== null && envelope.length === HEADER_BYTES + length, "a suite's own sizes are sealed");
    envelope.set(header);
    if (ivLength > 0) envelope.set(iv, HEADER_BYTES);
    return envelope;
  }
}

/** GCM's nonce, 12 bytes: direction ‖ number (RULES §4). */
function nonceOf(direction: Direction, seq: number): Uint8Array {
  const nonce = new Uint8Array(SUITE_SIZES[SUITES.A256GCM].iv);
  writeU32(nonce, 0, direction);
  writeU64(nonce, 4, seq);
  return nonce;
}
