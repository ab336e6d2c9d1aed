/**
 * The sealed way to the main server: one WebSocket at a time, a handshake on it, then envelopes. Owns: what is asked and not answered.
 * Promises: each ask is answered once and by its time; what may have been heard is `unknown`, never `failed`; a line that ends comes back by itself,
 * later and later. Never asks anything a second time (who asked knows whether that is wanted), and never says where the main server is (SY13).
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type {
  LineEnd,
  LinkStatus,
  MainServerAnswer,
  MainServerAsk,
  MainServerPort,
  TakeMainServerAnswer,
} from "../../runtime/main-server.ts";
import { answerNumber, decodeAnswer, encodeAsk } from "./main-server-codec.ts";
import { SealedConnection } from "./sealed-connection.ts";
import type { SealedLineOptions } from "./sealed-options.ts";

type Open = {
  readonly ask: MainServerAsk;
  readonly bytes: Uint8Array;
  readonly until: number;
  readonly answer: TakeMainServerAnswer;
  sent: boolean;
};

/** See the head of this file. */
export class SealedLine implements MainServerPort {
  readonly #options: SealedLineOptions;
  /** In the order of asking. */
  readonly #open = new Map<number, Open>();
  #connection: SealedConnection | null = null;
  #up = false;
  #closed = false;
  #numbers = 0;
  #stamp = 0;
  #connections = 0;
  #failures = 0;
  #lastEnd: LineEnd | null = null;
  #keyNumber: number | null = null;
  #retryAt: number;
  #pingAt = Number.POSITIVE_INFINITY;
  #armedAt = Number.POSITIVE_INFINITY;
  #takeBack: () => void = () => {};

  constructor(options: SealedLineOptions) {
    this.#options = options;
    this.#retryAt = options.waking.now();
    this.#arm();
  }

  ask(ask: MainServerAsk, until: number, answer: TakeMainServerAnswer): void {
    const number = this.#numbers + 1;
    const bytes = encodeAsk(number, ask);
    if (bytes === null) return queueMicrotask(() => answer({ result: "refused", reason: "ask_invalid" }));
    if (this.#closed || this.#open.size >= this.#options.limits.asksMax) return queueMicrotask(() => answer({ result: "failed" }));
    this.#numbers = number;
    const open: Open = { ask, bytes, until, answer, sent: false };
    this.#open.set(number, open);
    this.#send(open);
    if (until < this.#armedAt) this.#arm();
  }

  status(): LinkStatus {
    const state = this.#closed ? "closed" : this.#up ? "up" : this.#connection !== null ? "connecting" : "down";
    const keyNumber = this.#connection?.keyNumber ?? this.#keyNumber;
    return { kind: "sealed_websocket", state, connections: this.#connections, lastEnd: this.#lastEnd, keyNumber };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#takeBack();
    const connection = this.#connection;
    connection?.end("closed");
    for (const [number, open] of this.#open) this.#settle(number, { result: open.sent ? "unknown" : "failed" });
    await connection?.gone;
  }

  #dial(): void {
    const { waking, limits } = this.#options;
    assert(this.#connection === null, "a line has one connection at a time");
    // Two tries within a microsecond, or a wall clock that was set back, must not bring the same stamp twice.
    this.#stamp = Math.max(this.#stamp + 1, Math.floor(this.#options.stamp()));
    this.#retryAt = waking.now() + limits.connectMs * US_PER_MS;
    const connection = new SealedConnection(this.#options, this.#stamp, {
      up: () => this.#stands(connection),
      message: (bytes) => this.#heard(connection, bytes),
      ended: (end) => this.#ended(connection, end),
    });
    this.#connection = connection;
  }

  #stands(connection: SealedConnection): void {
    if (this.#connection !== connection) return;
    this.#up = true;
    this.#connections += 1;
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.#pingAt = this.#options.waking.now() + this.#options.limits.pingMs * US_PER_MS;
    this.#options.changed?.("up", null);
    for (const open of this.#open.values()) this.#send(open);
    this.#arm();
  }

  #send(open: Open): void {
    if (!this.#up || this.#connection === null || open.sent) return;
    open.sent = this.#connection.send(open.bytes);
  }

  #heard(connection: SealedConnection, bytes: Uint8Array): void {
    const number = answerNumber(bytes);
    if (number === null) return connection.end("answer_invalid");
    // An answer that came after its time is nobody's any more.
    const open = this.#open.get(number);
    if (open === undefined) return;
    const answer = decodeAnswer(bytes, open.ask);
    if (!answer.ok) return connection.end("answer_invalid");
    // Only whoever answers is a main server; one that merely shakes hands may not make us dial at full speed.
    this.#failures = 0;
    this.#settle(number, answer.value);
  }

  #ended(connection: SealedConnection, end: LineEnd): void {
    if (this.#connection !== connection) return;
    this.#keyNumber = connection.keyNumber ?? this.#keyNumber;
    this.#connection = null;
    this.#up = false;
    this.#lastEnd = end;
    this.#pingAt = Number.POSITIVE_INFINITY;
    this.#options.changed?.("down", end);
    for (const [number, open] of this.#open) if (open.sent) this.#settle(number, { result: "unknown" });
    if (this.#closed) return;
    this.#retryAt = this.#options.waking.now() + this.#waitUs();
    this.#failures += 1;
    this.#arm();
  }

  /** How long to wait before the next try. */
  #waitUs(): number {
    const { retryMs, retryMaxMs } = this.#options.limits;
    let waitMs = retryMs;
    for (let i = 0; i < this.#failures && waitMs < retryMaxMs; i++) waitMs *= 2;
    // Clients that lost the same server must not all come back at once.
    const chance = (this.#options.crypto.random(1)[0] ?? 0) / 512;
    return Math.floor(Math.min(waitMs, retryMaxMs) * (1 - chance) * US_PER_MS);
  }

  #settle(number: number, answer: MainServerAnswer): void {
    const open = this.#open.get(number);
    assert(open !== undefined && this.#open.delete(number), "an ask is answered once");
    open.answer(answer);
  }

  /** Sets the one alarm to whatever comes first. */
  #arm(): void {
    this.#takeBack();
    this.#armedAt = Number.POSITIVE_INFINITY;
    if (this.#closed) return;
    let at = Math.min(this.#retryAt, this.#pingAt);
    for (const { until } of this.#open.values()) at = Math.min(at, until);
    this.#armedAt = at;
    if (at < Number.POSITIVE_INFINITY) this.#takeBack = this.#options.waking.wake(at, () => this.#due());
  }

  #due(): void {
    const now = this.#options.waking.now();
    let late = false;
    for (const [number, open] of this.#open) {
      if (open.until > now) continue;
      late ||= open.sent;
      this.#settle(number, { result: open.sent ? "unknown" : "failed" });
    }
    // A standing line is tried every few seconds, so that no key is held much longer than its time.
    this.#connection?.tend(now);
    // A line that owes an answer, or whose time to be tried has come, must give a sign.
    if (this.#up && (late || now >= this.#pingAt)) this.#try(now);
    if (now >= this.#retryAt) {
      if (this.#connection === null) this.#dial();
      else if (!this.#up) this.#connection.end("idle");
    }
    this.#arm();
  }

  #try(now: number): void {
    const { pingMs } = this.#options.limits;
    this.#pingAt = now + pingMs * US_PER_MS;
    if (this.#connection?.ping() === false) this.#connection.end("idle");
  }
}
