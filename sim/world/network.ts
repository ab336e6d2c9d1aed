/**
 * Owns messages under way: delay, jitter, order, bandwidth, and what cuts and closed connections swallow.
 * Promises: at most once; in order on a connection; delays keyed by (sender, its message number), so that one sender's traffic
 * moves no draw of another. Links are never stored: nothing here is O(hosts²).
 */
import { drawUnit, type Stream } from "../../src/base/random.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { NetworkPort } from "../../src/runtime/env.ts";
import type { Machines } from "./machines.ts";
import type { Observer } from "./observer.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";
import type { LostWhy, Tracing } from "./tracing.ts";

/** Draws of retransmissions are numbered apart from those of first sendings: 2^40 on for each time. */
const RETRY_STREAM = 1_099_511_627_776;

/** Columns of a machine's line. */
const LINE = 4;
const SENT = 0;
const LAST_UP = 1;
const LAST_DOWN = 2;
const UPLOAD_FREE = 3;

/** Uplink of a VPS site and of the coordinator's store of snapshots, kbit/s (an ordinary 1 Gbit/s server port). */
const VPS_UPLINK_KBPS = 1_000_000;

/** What is under way. */
export type Packet = { readonly from: number; readonly message: Message; readonly fromGeneration: number; readonly toGeneration: number };

/** The network port of a simulated world. */
export class SimNetwork implements NetworkPort {
  private readonly machines: Machines;
  private readonly queue: EventQueue;
  private readonly observer: Observer;
  private readonly jitter: Stream;
  private readonly jitterUs: number;
  /**
   * Per machine, side by side so that one line of the processor's cache holds them: messages sent, the last arrivals on its connection
   * (up and down), and when its upload is free again. See SENT and those after it.
   */
  private readonly lines: Float64Array;
  /** Jitter factor of a host's line, 1 when quiet, and the probability that a packet must be sent again. Players' lines are quiet. */
  readonly jitterFactor: Float64Array;
  readonly lossNow: Float64Array;

  constructor(machines: Machines, queue: EventQueue, observer: Observer, jitter: Stream, jitterMs: number) {
    this.machines = machines;
    this.queue = queue;
    this.observer = observer;
    this.jitter = jitter;
    this.jitterUs = jitterMs * 1000;
    this.lines = new Float64Array(machines.up.length * LINE);
    this.jitterFactor = new Float64Array(machines.hosts + 1).fill(1);
    this.lossNow = new Float64Array(machines.hosts + 1);
  }

  /** A planted bug in the way of messages, if any. */
  tamper: ((from: ActorId, to: ActorId, message: Message) => Message | null) | undefined;

  tracing: Tracing | null = null;

  send(fromActor: ActorId, toActor: ActorId, sent: Message): void {
    const message = this.tamper === undefined ? sent : this.tamper(fromActor, toActor, sent);
    if (message === null) {
      this.tracing?.lost(fromActor, toActor, sent, "planted");
      return;
    }
    const m = this.machines;
    const from = m.dense(fromActor);
    const to = m.dense(toActor);
    const connected = from === 0 || to === 0;
    if (to >= m.up.length || !m.reachable(from, to) || (connected && m.linked[from === 0 ? to : from] === 0)) {
      this.tracing?.lost(fromActor, toActor, message, this.whyLost(from, to));
      this.observer.dropped?.(this.queue.now, fromActor, toActor);
      return;
    }
    const { lines } = this;
    const n = lines[from * LINE + SENT] as number;
    lines[from * LINE + SENT] = n + 1;
    let arrival = this.queue.now + this.transferUs(from, to, message) + this.delayUs(from, to, n);
    if (connected) {
      const last = to === 0 ? from * LINE + LAST_UP : to * LINE + LAST_DOWN;
      arrival = lines[last] = Math.max(arrival, (lines[last] as number) + 1);
    }
    const packet: Packet = { from, message, fromGeneration: m.generation[from] as number, toGeneration: m.generation[to] as number };
    this.queue.push(arrival, SOURCE.message + from, n, EVENT.message, to, 0, packet);
  }

  /** May the packet be taken in now? Lines and connections are looked at again on arrival. */
  arrives(to: number, packet: Packet): boolean {
    const m = this.machines;
    const whole = packet.fromGeneration === m.generation[packet.from] && packet.toGeneration === m.generation[to];
    if (whole && m.up[to] === 1 && m.reachable(packet.from, to)) return true;
    this.tracing?.lost(m.actor(packet.from), m.actor(to), packet.message, this.whyLost(packet.from, to));
    this.observer.dropped?.(this.queue.now, m.actor(packet.from), m.actor(to));
    return false;
  }

  /** Why a message that is lost now was lost. */
  private whyLost(from: number, to: number): LostWhy {
    const m = this.machines;
    if (m.up[to] !== 1) return "down";
    return m.reachable(from, to) ? "closed" : "cut";
  }

  /** Path delay with Laplace jitter around it, never under half the path; a lost segment costs a retransmission (200 ms at least, RFC 6298). */
  private delayUs(from: number, to: number, n: number): number {
    const base = this.machines.oneWayUs(from, to);
    const factor = this.worse(this.jitterFactor, 1, from, to);
    const u = drawUnit(this.jitter, from, n);
    const spread = this.jitterUs * factor;
    const jitter = u < 0.5 ? spread * Math.log(2 * u) : -spread * Math.log(2 * (1 - u));
    let delay = Math.max(base / 2, base + jitter);
    const loss = this.worse(this.lossNow, 0, from, to);
    if (loss > 0) {
      let again = 0;
      while (again < 6 && drawUnit(this.jitter, from, n + (again + 1) * RETRY_STREAM) < loss) again += 1;
      // Retransmission time-outs double: 200, 400, 800 … ms.
      delay += 200_000 * ((1 << again) - 1);
    }
    return Math.max(1, Math.round(delay));
  }

  /** The worse of both ends' lines; `quiet` is what a player's line has. */
  private worse(column: Float64Array, quiet: number, from: number, to: number): number {
    const { hosts } = this.machines;
    const a = from <= hosts ? (column[from] as number) : quiet;
    const b = to <= hosts ? (column[to] as number) : quiet;
    return a > b ? a : b;
  }

  /** Time on the sender's upload for messages that carry state; sizes queue behind each other. */
  private transferUs(from: number, to: number, message: Message): number {
    const bytes = carriedBytes(message);
    if (bytes === 0) return 0;
    const out = this.linkKbps(from);
    const kbps = Math.min(out, this.linkKbps(to));
    const now = this.queue.now;
    const start = from === 0 ? now : Math.max(now, this.lines[from * LINE + UPLOAD_FREE] as number);
    const lasts = Math.ceil((bytes * 8_000) / kbps);
    if (from !== 0) this.lines[from * LINE + UPLOAD_FREE] = start + lasts;
    return start + lasts - now;
  }

  private linkKbps(machine: number): number {
    const kbps = this.machines.uploadKbps[machine] as number;
    return kbps > 0 ? kbps : VPS_UPLINK_KBPS;
  }

  /** Forgets a machine's queue on its line: its process or connection is gone. */
  reset(machine: number): void {
    this.lines[machine * LINE + UPLOAD_FREE] = 0;
  }
}

/** The state a message carries itself; orders to send state name a size too, but carry none. */
function carriedBytes(message: Message): number {
  switch (message.kind) {
    case "hosting/promote":
    case "state/copy":
    case "state/final":
    case "state/replica":
      return message.bytes;
    default:
      return 0;
  }
}
