/**
 * The gateway: the end of all lines, where the coordinator lives. Owns: which line is whose, and who was heard when.
 * Promises: a line speaks for one actor and in its name only; what is for another actor is relayed at most once and in order; a line
 * that is closed, by whomever, is one `link/down`. Every buffer is bounded, and at the limit the line ends with a named refusal.
 * Never looks into a message further than its way. Who may claim which actor is not judged here: lines are not authenticated yet.
 */
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { assert } from "../../base/assert.ts";
import { type Frame, WIRE_VERSION, type WireBounds, wireComplaintText } from "../../core/protocol/codec.ts";
import { type ActorId, actorKind, actorNumber, COORDINATOR, type HostId } from "../../core/protocol/ids.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { mayPass } from "../../core/protocol/passage.ts";
import type { RefusalReason } from "../../core/protocol/refusal.ts";
import type { Input } from "../../core/protocol/step.ts";
import type { NetworkPort } from "../../runtime/env.ts";
import { BUFFER_BYTES_MAX, closeFor, type LineRefusal, read, SOCKET_OPTIONS, write } from "./socket.ts";

/** The limits of a gateway; times in milliseconds. */
export type GatewayLimits = {
  readonly linesMax: number;
  /** Bytes that may wait for one slow reader. */
  readonly bufferBytesMax: number;
  /** A connection that does not greet within this time is closed. */
  readonly helloMs: number;
  /** So is a line on which nothing came for this long; several heartbeats of the slowest client. */
  readonly idleMs: number;
};

/** Limits for one server process of ordinary size. */
export const GATEWAY_LIMITS: GatewayLimits = { linesMax: 50_000, bufferBytesMax: BUFFER_BYTES_MAX, helloMs: 5_000, idleMs: 30_000 };

/** What a gateway is given. */
export type GatewayOptions = {
  /** Where to listen; port 0 takes any free one. */
  readonly address: string;
  readonly port: number;
  readonly bounds: WireBounds;
  readonly limits: GatewayLimits;
  /** The clock of the coordinator's inputs (us). */
  readonly now: () => number;
  /** Hands an input to the coordinator; a reason when it cannot take more. */
  readonly deliver: (input: Input) => RefusalReason | undefined;
  /** A sign of life of a host, for the failure detector. */
  readonly heard: (host: HostId) => void;
  /** A line was refused, for logs and counters. `actor` is undefined before the greeting. */
  readonly refused: (reason: LineRefusal, actor: ActorId | undefined, detail: string) => void;
};

/** A connection; `actor` is undefined until it greets. */
type Line = { readonly socket: WebSocket; actor: ActorId | undefined; heardAt: number; closed: boolean };

/** The network port of the coordinator, and the relay between everybody else. */
export class Gateway implements NetworkPort {
  private readonly options: GatewayOptions;
  private readonly server: WebSocketServer;
  private readonly lines = new Map<ActorId, Line>();
  private readonly all = new Set<Line>();
  private readonly sweeping: NodeJS.Timeout;
  private ending = false;

  private constructor(options: GatewayOptions, server: WebSocketServer) {
    this.options = options;
    this.server = server;
    server.on("connection", (socket) => this.connected(socket));
    const { helloMs, idleMs } = options.limits;
    this.sweeping = setInterval(() => this.sweep(), Math.max(1, Math.min(helloMs, idleMs) / 2));
  }

  /** Begins to listen. Rejects with the system's error when it cannot. */
  static open(options: GatewayOptions): Promise<Gateway> {
    return new Promise((resolve, reject) => {
      const server = new WebSocketServer({ host: options.address, port: options.port, ...SOCKET_OPTIONS });
      server.once("error", reject);
      server.once("listening", () => {
        server.off("error", reject);
        resolve(new Gateway(options, server));
      });
    });
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.server.address();
    assert(typeof address === "object" && address !== null, "a gateway listens on a port");
    return address.port;
  }

  /** Lines that have greeted. */
  get size(): number {
    return this.lines.size;
  }

  /** Sends to whoever has a line; what is for nobody is lost, as on any network. */
  send(from: ActorId, to: ActorId, message: Message): void {
    const line = this.lines.get(to);
    if (line === undefined || line.closed) return;
    if (!write(line.socket, { frame: "message", peer: from, message }, this.options.limits.bufferBytesMax))
      this.refuse(line, "line_full", "");
  }

  /** Ends every line and stops listening. The coordinator's process ends with it, so it is told nothing more. */
  close(): Promise<void> {
    this.ending = true;
    clearInterval(this.sweeping);
    for (const line of this.all) line.socket.terminate();
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }

  private connected(socket: WebSocket): void {
    const line: Line = { socket, actor: undefined, heardAt: this.options.now(), closed: false };
    this.all.add(line);
    // An error is followed by a close, which says all there is to say.
    socket.on("error", () => {});
    socket.on("close", () => this.lost(line));
    if (this.all.size > this.options.limits.linesMax) return this.refuse(line, "lines_limit", "");
    socket.on("message", (data, isBinary) => this.received(line, data, isBinary));
  }

  private received(line: Line, data: RawData, isBinary: boolean): void {
    if (line.closed) return;
    const frame = read(data, isBinary, this.options.bounds);
    if (!frame.ok) return this.refuse(line, "message_invalid", wireComplaintText(frame.error));
    if (line.actor === undefined) return this.greeted(line, frame.value);
    this.alive(line);
    if (frame.value.frame === "message") this.carry(line, line.actor, frame.value.peer, frame.value.message);
    else if (frame.value.frame === "hello") this.refuse(line, "message_invalid", "a line greets once");
  }

  private greeted(line: Line, frame: Frame): void {
    if (frame.frame !== "hello") return this.refuse(line, "hello_missing", "");
    if (frame.version !== WIRE_VERSION) return this.refuse(line, "version_unknown", `expected ${WIRE_VERSION}, found ${frame.version}`);
    if (frame.actor === COORDINATOR) return this.refuse(line, "message_invalid", "nobody else is the coordinator");
    const before = this.lines.get(frame.actor);
    if (before !== undefined) this.refuse(before, "line_replaced", "");
    line.actor = frame.actor;
    this.lines.set(frame.actor, line);
    this.alive(line);
  }

  private carry(line: Line, from: ActorId, to: ActorId, message: Message): void {
    if (!mayPass(from, to, message)) return this.refuse(line, "message_invalid", `${message.kind} to ${to}`);
    if (to !== COORDINATOR) return this.send(from, to, message);
    const full = this.options.deliver({ kind: "message", at: this.options.now(), from, message });
    if (full !== undefined) this.refuse(line, "inbox_full", "");
  }

  private alive(line: Line): void {
    line.heardAt = this.options.now();
    if (line.actor !== undefined && actorKind(line.actor) === "host") this.options.heard(actorNumber(line.actor));
  }

  private refuse(line: Line, reason: LineRefusal, detail: string): void {
    this.options.refused(reason, line.actor, detail);
    closeFor(line.socket, reason, detail);
    this.end(line);
  }

  /** The socket is gone, whoever closed it. */
  private lost(line: Line): void {
    this.all.delete(line);
    this.end(line);
  }

  /** From now on the line carries nothing; the coordinator learns it once, if the line had greeted. */
  private end(line: Line): void {
    if (line.closed) return;
    line.closed = true;
    if (line.actor === undefined) return;
    this.lines.delete(line.actor);
    if (!this.ending) this.tellDown(line.actor);
  }

  /** An input that must not get lost: if the inbox is full it has been emptied by the next turn of the event loop. */
  private tellDown(peer: ActorId): void {
    const full = this.options.deliver({ kind: "link/down", at: this.options.now(), peer });
    if (full !== undefined) setImmediate(() => this.tellDown(peer));
  }

  private sweep(): void {
    const { helloMs, idleMs } = this.options.limits;
    const now = this.options.now();
    for (const line of this.all) {
      if (line.closed) continue;
      const quietMs = (now - line.heardAt) / 1000;
      if (line.actor === undefined && quietMs > helloMs) this.refuse(line, "hello_missing", "");
      else if (line.actor !== undefined && quietMs > idleMs) this.refuse(line, "line_idle", "");
    }
  }
}
