/**
 * The line of one host or player to the gateway. Owns: one connection at a time. Promises: `link/up` once a connection stands, then
 * messages in order, then one `link/down`; at most one of each for an opening. Never beats or reconnects by itself: whoever opened
 * it beats while it stands, learns that it ended and decides when to try again.
 */
import { type RawData, WebSocket } from "ws";
import { assert } from "../../base/assert.ts";
import { WIRE_VERSION, type WireBounds, wireComplaintText } from "../../core/protocol/codec.ts";
import { type ActorId, COORDINATOR } from "../../core/protocol/ids.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { mayPass } from "../../core/protocol/passage.ts";
import type { RefusalReason } from "../../core/protocol/refusal.ts";
import type { Input } from "../../core/protocol/step.ts";
import type { NetworkPort } from "../../runtime/env.ts";
import { closeFor, type LineRefusal, read, SOCKET_OPTIONS, write } from "./socket.ts";

/** What a line is given; times in milliseconds. */
export type LineOptions = {
  /** Of the gateway: `ws://…` or `wss://…`. */
  readonly url: string;
  readonly actor: ActorId;
  readonly bounds: WireBounds;
  /** Bytes that may wait to be sent. */
  readonly bufferBytesMax: number;
  /** A gateway that answers no heartbeat for this long is gone, and so is one that takes as long to connect to. */
  readonly idleMs: number;
  /** The clock of the actor's inputs (us). */
  readonly now: () => number;
  /** Hands an input to the actor; a reason when it cannot take more. */
  readonly deliver: (input: Input) => RefusalReason | undefined;
  /** The connection of the last opening is over, or never stood: the code and reason of the close. */
  readonly ended: (code: number, reason: string) => void;
};

/** The network port of a host or player: everything goes through the gateway, which relays. */
export class Line implements NetworkPort {
  private readonly options: LineOptions;
  private socket: WebSocket | undefined;
  private stands = false;
  private heardAt = 0;

  constructor(options: LineOptions) {
    this.options = options;
  }

  /** Opens a connection; the one before must have ended. */
  open(): void {
    assert(this.socket === undefined, "a line has one connection at a time");
    const socket = new WebSocket(this.options.url, { ...SOCKET_OPTIONS, handshakeTimeout: this.options.idleMs });
    this.socket = socket;
    // An error is followed by a close, which says all there is to say.
    socket.on("error", () => {});
    socket.on("open", () => this.opened(socket));
    socket.on("message", (data, isBinary) => this.received(socket, data, isBinary));
    socket.on("pong", () => this.heard());
    socket.on("close", (code, reason) => this.closed(socket, code, reason.toString()));
  }

  /** Sends through the gateway; while no connection stands it is lost, as on any network. */
  send(from: ActorId, to: ActorId, message: Message): void {
    assert(from === this.options.actor, "a line speaks for its own actor");
    if (!this.stands || this.socket === undefined) return;
    if (!write(this.socket, { frame: "message", peer: to, message }, this.options.bufferBytesMax))
      this.refuse(this.socket, "line_full", "");
  }

  /**
   * Tells the gateway's detector that this process runs, and pings the gateway: one that answers nothing for too long has gone
   * without a close. Without a connection it does nothing.
   */
  beat(): void {
    const { socket } = this;
    if (socket === undefined || !this.stands) return;
    if (this.options.now() - this.heardAt > this.options.idleMs * 1000) {
      this.refuse(socket, "line_idle", "");
      return socket.terminate();
    }
    if (!write(socket, { frame: "beat" }, this.options.bufferBytesMax)) return this.refuse(socket, "line_full", "");
    socket.ping();
  }

  /** Ends the connection politely. */
  close(): void {
    this.socket?.close(1000);
    this.down();
  }

  /** Destroys the connection, as a machine that loses power or its line does. */
  destroy(): void {
    this.socket?.terminate();
    this.down();
  }

  private opened(socket: WebSocket): void {
    const { actor, bufferBytesMax, now } = this.options;
    this.stands = true;
    this.heard();
    write(socket, { frame: "hello", version: WIRE_VERSION, actor }, bufferBytesMax);
    this.tell({ kind: "link/up", at: now(), peer: COORDINATOR });
  }

  private received(socket: WebSocket, data: RawData, isBinary: boolean): void {
    if (!this.stands) return;
    this.heard();
    const { actor, bounds, deliver, now } = this.options;
    const frame = read(data, isBinary, bounds);
    if (!frame.ok) return this.refuse(socket, "message_invalid", wireComplaintText(frame.error));
    if (frame.value.frame !== "message") return this.refuse(socket, "message_invalid", `a gateway sends no ${frame.value.frame}`);
    const { peer, message } = frame.value;
    if (!mayPass(peer, actor, message)) return this.refuse(socket, "message_invalid", `${message.kind} from ${peer}`);
    if (deliver({ kind: "message", at: now(), from: peer, message }) !== undefined) this.refuse(socket, "inbox_full", "");
  }

  private heard(): void {
    this.heardAt = this.options.now();
  }

  private refuse(socket: WebSocket, reason: LineRefusal, detail: string): void {
    closeFor(socket, reason, detail);
    this.down();
  }

  private closed(socket: WebSocket, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.down();
    this.socket = undefined;
    this.options.ended(code, reason);
  }

  /** The connection carries nothing more; the actor learns it once, if it ever stood. */
  private down(): void {
    if (!this.stands) return;
    this.stands = false;
    this.tell({ kind: "link/down", at: this.options.now(), peer: COORDINATOR });
  }

  /** An input that must not get lost: if the inbox is full it has been emptied by the next turn of the event loop. */
  private tell(input: Input): void {
    if (this.options.deliver(input) !== undefined) setImmediate(() => this.tell(input));
  }
}
