/**
 * The main server's end of sealed lines. Owns: the connections, each with its session. Promises: what is asked on a line is asked in the name that its
 * handshake proved, and answered there once; every buffer is bounded, and at the limit the line ends. Never judges what is asked.
 */
import { createServer, type Server } from "node:http";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { HostId } from "../../core/protocol/ids.ts";
import type { CryptoPort, Suite } from "../../core/sync/crypto.ts";
import { type Identity, type PublicHalfOf, Responder } from "../../core/sync/handshake.ts";
import type { SealingLimits } from "../../core/sync/limits.ts";
import type { Session } from "../../core/sync/session.ts";
import type { MainServerAnswer, MainServerAsk } from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";
import { decodeAsk, encodeAnswer } from "./main-server-codec.ts";
import { bytesOf, CODE_POLICY, SEALED_SOCKET_OPTIONS } from "./sealed-connection.ts";

/** The limits of a gate; times in milliseconds. */
export type SealedGateLimits = {
  readonly linesMax: number;
  /** Asks of one line that may be unanswered at once. */
  readonly asksMax: number;
  readonly bufferBytesMax: number;
  /** A connection whose handshake is not there within this time is closed. */
  readonly helloMs: number;
  /** So is a line on which nothing came for this long. */
  readonly idleMs: number;
};

/** Limits for one server process of ordinary size. */
export const SEALED_GATE_LIMITS: SealedGateLimits = {
  linesMax: 10_000,
  asksMax: 16_384,
  bufferBytesMax: 4_194_304,
  helloMs: 5_000,
  idleMs: 60_000,
};

/** Why a line was ended by the gate. */
export type GateRefusal =
  | "lines_limit"
  | "hello_missing"
  | "handshake_rejected"
  | "envelope_rejected"
  | "message_invalid"
  | "line_full"
  | "line_idle";

/** What a gate is given. */
export type SealedGateOptions = {
  /** Where to listen; port 0 takes any free one. */
  readonly address: string;
  readonly port: number;
  readonly crypto: CryptoPort;
  readonly self: Identity;
  readonly publicHalfOf: PublicHalfOf;
  readonly suites: readonly Suite[];
  readonly sealing: SealingLimits;
  readonly limits: SealedGateLimits;
  readonly waking: Waking;
  /** Does what a host asks and gives its answer, at once or later, once. */
  readonly serve: (host: HostId, ask: MainServerAsk, answer: (answer: MainServerAnswer) => void) => void;
  /** A line was ended for a reason, for counters. */
  readonly refused?: (reason: GateRefusal) => void;
};

type Line = { readonly socket: WebSocket; session: Session | null; heardAt: number; asks: number; over: boolean };

/** RFC 9110 §15.5.22. */
const UPGRADE_REQUIRED = 426;
/** Connections beyond the lines, so that one too many can be told so. */
const SPARE_CONNECTIONS = 64;
/** RFC 6455: try again later. */
const CODE_LATER = 1013;

/** See the head of this file. */
export class SealedGate {
  readonly #options: SealedGateOptions;
  readonly #http: Server;
  readonly #server: WebSocketServer;
  readonly #responder: Responder;
  readonly #lines = new Set<Line>();
  readonly #sweeping: NodeJS.Timeout;

  private constructor(options: SealedGateOptions, http: Server) {
    const { crypto, self, publicHalfOf, suites, limits } = options;
    this.#options = options;
    this.#http = http;
    this.#server = new WebSocketServer({ server: http, ...SEALED_SOCKET_OPTIONS });
    this.#responder = new Responder(crypto, self, publicHalfOf, suites);
    this.#server.on("connection", (socket) => this.#connected(socket));
    this.#sweeping = setInterval(() => this.#sweep(), Math.max(1, Math.min(limits.helloMs, limits.idleMs) / 2));
  }

  /** Begins to listen. Rejects with the system's error when it cannot. */
  static open(options: SealedGateOptions): Promise<SealedGate> {
    const { address, port, limits } = options;
    const http = createServer((_, response) => void response.writeHead(UPGRADE_REQUIRED).end());
    // Whoever connects and asks for nothing is bounded in time and number too.
    http.headersTimeout = limits.helloMs;
    http.requestTimeout = limits.helloMs;
    http.maxConnections = limits.linesMax + SPARE_CONNECTIONS;
    return new Promise((resolve, reject) => {
      http.once("error", reject);
      http.listen(port, address, () => {
        http.off("error", reject);
        resolve(new SealedGate(options, http));
      });
    });
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#http.address();
    assert(typeof address === "object" && address !== null, "a gate listens on a port");
    return address.port;
  }

  /** Connections, whether their handshake is over or not. */
  get size(): number {
    return this.#lines.size;
  }

  /** Breaks every line, as a network may; the gate listens on. */
  breakLines(): void {
    for (const line of this.#lines) line.socket.terminate();
  }

  /** Ends every line and stops listening. */
  close(): Promise<void> {
    clearInterval(this.#sweeping);
    this.breakLines();
    this.#server.close();
    return new Promise((resolve) => {
      this.#http.close(() => resolve());
      // A connection that never asked for anything would hold the end up for as long as it likes.
      this.#http.closeAllConnections();
    });
  }

  #connected(socket: WebSocket): void {
    const line: Line = { socket, session: null, heardAt: this.#options.waking.now(), asks: 0, over: false };
    this.#lines.add(line);
    // An error is followed by a close, which says all there is to say.
    socket.on("error", () => {});
    socket.on("close", () => this.#gone(line));
    if (this.#lines.size > this.#options.limits.linesMax) return this.#refuse(line, "lines_limit");
    socket.on("message", (data: RawData, isBinary) => this.#received(line, bytesOf(data, isBinary)));
    socket.on("ping", () => {
      line.heardAt = this.#options.waking.now();
    });
  }

  #received(line: Line, bytes: Uint8Array | null): void {
    if (line.over) return;
    const now = this.#options.waking.now();
    line.heardAt = now;
    if (bytes === null) return this.#refuse(line, "message_invalid");
    if (line.session === null) return this.#greeted(line, now, bytes);
    const opened = line.session.open(now, bytes);
    if (!opened.ok) return this.#refuse(line, "envelope_rejected");
    for (const message of opened.value) this.#asked(line, line.session, message);
  }

  #greeted(line: Line, now: number, bytes: Uint8Array): void {
    const accepted = this.#responder.accept(now, bytes, this.#options.sealing);
    if (!accepted.ok) return this.#refuse(line, "handshake_rejected");
    line.session = accepted.value.session;
    line.socket.send(accepted.value.answer);
  }

  #asked(line: Line, session: Session, message: Uint8Array): void {
    if (line.over) return;
    const read = decodeAsk(message);
    if (!read.ok) return this.#refuse(line, "message_invalid");
    const { number, ask } = read.value;
    const { asksMax, bufferBytesMax } = this.#options.limits;
    if (line.asks >= asksMax || line.socket.bufferedAmount > bufferBytesMax) return this.#refuse(line, "line_full");
    line.asks += 1;
    let answered = false;
    this.#options.serve(session.host, ask, (answer) => {
      assert(!answered, "an ask is answered once");
      answered = true;
      line.asks -= 1;
      this.#answer(line, session, number, answer);
    });
  }

  #answer(line: Line, session: Session, number: number, answer: MainServerAnswer): void {
    if (line.over) return;
    // A value may be longer than a message; it came here on another way, and cannot leave on this one.
    const bytes = encodeAnswer(number, answer) ?? encodeAnswer(number, { result: "refused", reason: "not_offered" });
    assert(bytes !== null, "a refusal fits into a message");
    const sealed = session.seal(this.#options.waking.now(), [bytes]);
    // A session whose numbers are used up ends; the client begins a new one.
    if (!sealed.ok) return line.socket.terminate();
    for (const envelope of sealed.value) line.socket.send(envelope);
  }

  #refuse(line: Line, reason: GateRefusal): void {
    this.#options.refused?.(reason);
    this.#end(line);
    // A reason would tell a stranger what was wrong with his handshake or envelope: one code for all that.
    if (reason === "line_full") line.socket.terminate();
    else line.socket.close(reason === "lines_limit" ? CODE_LATER : CODE_POLICY);
  }

  #gone(line: Line): void {
    this.#lines.delete(line);
    this.#end(line);
  }

  #end(line: Line): void {
    if (line.over) return;
    line.over = true;
    line.session?.close();
  }

  #sweep(): void {
    const { helloMs, idleMs } = this.#options.limits;
    const now = this.#options.waking.now();
    for (const line of this.#lines) {
      const quietMs = (now - line.heardAt) / US_PER_MS;
      if (line.over && quietMs > helloMs) line.socket.terminate();
      if (line.over) continue;
      line.session?.tend(now);
      if (line.session === null && quietMs > helloMs) this.#refuse(line, "hello_missing");
      else if (line.session !== null && quietMs > idleMs) this.#refuse(line, "line_idle");
    }
  }
}
