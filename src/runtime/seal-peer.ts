/**
 * One peer of a sealed end: the sessions with it, the handshake that is under way, and what waits for it. Owns its sessions and closes them. Promises:
 * at most three sessions stand with a peer, the one in force, an older one that is still received, and one the peer asked for and has not proved yet.
 */
import type { ActorId } from "../core/protocol/ids.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { Initiator } from "../core/sync/handshake.ts";
import type { Session } from "../core/sync/session.ts";
import { Joiner } from "./pieces.ts";

/** A message on its way out, and its records. */
export type Outgoing = { readonly message: Message; readonly records: readonly Uint8Array[] };

/** A handshake that this end began: when its message is repeated, and how often that was done. */
export type Dial = { readonly initiator: Initiator; again: number; tries: number };

/** A handshake that the peer began: its message, our answer, and until when we wait for the proof. */
export type Begun = { readonly message: Uint8Array; readonly answer: Uint8Array; readonly until: number };

const NEVER = Number.POSITIVE_INFINITY;
/** Where a session's id stands in an envelope: see the header's form. */
const ID_AT = 20;

/** See the head of this file. All times are microseconds. */
export class Peer {
  readonly id: ActorId;
  readonly publicHalf: Uint8Array;
  current: Session | null = null;
  older: Session | null = null;
  olderUntil = NEVER;
  pending: Session | null = null;
  begun: Begun | null = null;
  dial: Dial | null = null;
  /** What is to be sealed, or waits until something can be. */
  outbox: Outgoing[] = [];
  /** The highest epoch of what was sent, and when the session's was last raised by it. */
  epoch = 0;
  epochAt = Number.NEGATIVE_INFINITY;
  /** Envelopes refused since one was opened. */
  refused = 0;
  healedAt = Number.NEGATIVE_INFINITY;
  usedAt: number;
  messages = 0;
  readonly joiner = new Joiner();

  constructor(id: ActorId, publicHalf: Uint8Array, at: number) {
    this.id = id;
    this.publicHalf = publicHalf;
    this.usedAt = at;
  }

  /** The session that an envelope says it is of. */
  sessionOf(envelope: Uint8Array): Session | null {
    if (this.current !== null && names(envelope, this.current)) return this.current;
    if (this.pending !== null && names(envelope, this.pending)) return this.pending;
    return this.older !== null && names(envelope, this.older) ? this.older : null;
  }

  /** When something is to be done about this peer at the latest. */
  due(): number {
    return Math.min(
      this.dial?.again ?? NEVER,
      this.begun?.until ?? NEVER,
      this.older === null ? NEVER : this.olderUntil,
      this.older?.tendAt ?? NEVER,
      this.current?.tendAt ?? NEVER,
    );
  }

  /** A new session is in force. The one before is received until `until`. */
  replace(session: Session, until: number): void {
    this.retire(until);
    this.current = session;
  }

  /** None is in force any more; the one that was is received until then. */
  retire(until: number): void {
    if (this.current === null) return;
    this.older?.close();
    this.older = this.current;
    this.olderUntil = until;
    this.current = null;
  }

  /** The older session's time is over. */
  closeOlder(): void {
    this.older?.close();
    this.older = null;
    this.olderUntil = NEVER;
  }

  /** What the peer asked for is not waited for any more. */
  closePending(): void {
    this.pending?.close();
    this.pending = null;
    this.begun = null;
  }

  hangUp(): void {
    this.dial?.initiator.giveUp();
    this.dial = null;
  }

  close(): void {
    this.hangUp();
    this.closePending();
    this.closeOlder();
    this.current?.close();
    this.current = null;
  }
}

function names(envelope: Uint8Array, { id }: Session): boolean {
  for (let i = 0; i < id.length; i++) if (envelope[ID_AT + i] !== id[i]) return false;
  return true;
}
