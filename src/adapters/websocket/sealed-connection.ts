/**
 * One connection of a sealed line: a WebSocket, the handshake on it and the session that comes of it. Owns both and the keys. Promises: `up` once,
 * then messages in order, then `ended` once, never from inside a call of its own but {@link SealedConnection.end}. Never opens another one.
 */
import { type RawData, WebSocket } from "ws";
import { Initiator } from "../../core/sync/handshake.ts";
import { ENVELOPE_BYTES_MAX, type Session } from "../../core/sync/session.ts";
import type { LineEnd } from "../../runtime/main-server.ts";
import type { SealedLineOptions } from "./sealed-options.ts";

/** What the owner of a connection is told. */
export type ConnectionOwner = {
  readonly up: () => void;
  readonly message: (bytes: Uint8Array) => void;
  readonly ended: (end: LineEnd) => void;
};

/** Options of `ws` for both ends of a sealed line: no message above an envelope's limit is read, and nothing is compressed. */
export const SEALED_SOCKET_OPTIONS = { maxPayload: ENVELOPE_BYTES_MAX, perMessageDeflate: false } as const;

/** RFC 6455: the other end's policy. */
export const CODE_POLICY = 1008;

/** A polite close waits this long for the other end. */
const CLOSE_MS = 1_000;

/** The bytes of a message; null for text, which nobody sends on a sealed line. */
export function bytesOf(data: RawData, isBinary: boolean): Uint8Array | null {
  if (!isBinary) return null;
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data as Buffer);
}

/** See the head of this file. */
export class SealedConnection {
  /** Resolves when the socket is gone. */
  readonly gone: Promise<void>;
  readonly #options: SealedLineOptions;
  readonly #owner: ConnectionOwner;
  readonly #socket: WebSocket;
  #initiator: Initiator | null = null;
  #session: Session | null = null;
  #keyNumber: number | null = null;
  #over = false;
  /** Something was heard since the last ping. */
  #lively = true;

  constructor(options: SealedLineOptions, stamp: number, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    const socket = new WebSocket(options.url.reveal(), { ...SEALED_SOCKET_OPTIONS, handshakeTimeout: options.limits.connectMs });
    this.#socket = socket;
    // An error is followed by a close. What it says names the address, and is not heard.
    socket.on("error", () => {});
    socket.on("open", () => this.#opened(stamp));
    socket.on("message", (data, isBinary) => this.#received(bytesOf(data, isBinary)));
    socket.on("pong", () => {
      this.#lively = true;
    });
    this.gone = new Promise((resolve) => {
      socket.on("close", (code) => {
        // A gate that does not accept a first message gives no answer but this code.
        this.end(code === CODE_POLICY && this.#session === null ? "handshake_rejected" : "unreachable");
        resolve();
      });
    });
  }

  /** The number of the key in use; null before there is one. */
  get keyNumber(): number | null {
    return this.#keyNumber;
  }

  /** Forgets what keys are past their time. */
  tend(at: number): void {
    this.#session?.tend(at);
  }

  /** Seals a message and sends it; false, and the connection ends, where it cannot: nothing of it was sent then. */
  send(bytes: Uint8Array): boolean {
    const session = this.#session;
    if (session === null || this.#over) return false;
    if (this.#socket.bufferedAmount > this.#options.limits.bufferBytesMax) return this.#endLater("full");
    const sealed = session.seal(this.#options.waking.now(), [bytes]);
    if (!sealed.ok) return this.#endLater("exhausted");
    for (const envelope of sealed.value) this.#socket.send(envelope);
    this.#keyNumber = session.kid;
    return true;
  }

  /** Asks for a sign of life; false: none came since the last time. */
  ping(): boolean {
    if (!this.#lively) return false;
    this.#lively = false;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
    return true;
  }

  /** Ends the connection, for this reason. */
  end(reason: LineEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#initiator?.giveUp();
    this.#session?.close();
    if (reason === "closed" && this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.close(1000);
      setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    } else this.#socket.terminate();
    this.#owner.ended(reason);
  }

  #endLater(reason: LineEnd): false {
    queueMicrotask(() => this.end(reason));
    return false;
  }

  #opened(stamp: number): void {
    const { crypto, self, mainServer, suite, host } = this.#options;
    const begun = Initiator.begin(crypto, self, mainServer, { suite, host, epoch: 0, stamp });
    if (this.#over) return;
    if (!begun.ok) return this.end("handshake_rejected");
    this.#initiator = begun.value;
    this.#socket.send(begun.value.message);
  }

  #received(bytes: Uint8Array | null): void {
    if (this.#over) return;
    this.#lively = true;
    if (bytes === null) return this.end("envelope_rejected");
    if (this.#session === null) return this.#answered(bytes);
    const opened = this.#session.open(this.#options.waking.now(), bytes);
    if (!opened.ok) return this.end("envelope_rejected");
    for (const message of opened.value) if (!this.#over) this.#owner.message(message);
  }

  #answered(bytes: Uint8Array): void {
    const { waking, sealing } = this.#options;
    const session = this.#initiator?.finish(waking.now(), bytes, sealing);
    if (session === undefined || !session.ok) return this.end("handshake_rejected");
    this.#session = session.value;
    this.#keyNumber = session.value.kid;
    this.#owner.up();
  }
}
