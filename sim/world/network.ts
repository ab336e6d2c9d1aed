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

/** Draws of retransmissions are numbered apart from those of first sendings: 2^40 on for each time. */
const RETRY_STREAM = 1_099_511_627_776;

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
  /** Per machine: messages sent, the last arrivals on its connection (up and down), and when its upload is free again. */
  private readonly sent: Float64Array;
  private readonly lastUp: Float64Array;
  private readonly lastDown: Float64Array;
  private readonly uploadFree: Float64Array;
  /** Jitter factor of a machine's line, 1 when quiet, and the probability that a packet must be sent again. */
  readonly jitterFactor: Float64Array;
  readonly lossNow: Float64Array;

  constructor(machines: Machines, queue: EventQueue, observer: Observer, jitter: Stream, jitterMs: number) {
    const all = machines.up.length;
    this.machines = machines;
    this.queue = queue;
    this.observer = observer;
    this.jitter = jitter;
    this.jitterUs = jitterMs * 1000;
    this.sent = new Float64Array(all);
    this.lastUp = new Float64Array(all);
    this.lastDown = new Float64Array(all);
    this.uploadFree = new Float64Array(all);
    this.jitterFactor = new Float64Array(all).fill(1);
    this.lossNow = new Float64Array(all);
  }

  /** A planted bug in the way of messages, if any. */
  tamper: ((from: ActorId, to: ActorId, message: Message) => Message | null) | undefined;

  send(fromActor: ActorId, toActor: ActorId, sent: Message): void {
    const message = this.tamper === undefined ? sent : this.tamper(fromActor, toActor, sent);
    if (message === null) return;
    const m = this.machines;
    const from = m.dense(fromActor);
    const to = m.dense(toActor);
    const connected = from === 0 || to === 0;
    if (to >= m.up.length || !m.reachable(from, to) || (connected && m.linked[from === 0 ? to : from] === 0)) {
      this.observer.dropped?.(this.queue.now, fromActor, toActor);
      return;
    }
    const n = this.sent[from] as number;
    this.sent[from] = n + 1;
    let arrival = this.queue.now + this.transferUs(from, to, message) + this.delayUs(from, to, n);
    if (to === 0) arrival = this.lastUp[from] = Math.max(arrival, (this.lastUp[from] as number) + 1);
    else if (from === 0) arrival = this.lastDown[to] = Math.max(arrival, (this.lastDown[to] as number) + 1);
    const packet: Packet = { from, message, fromGeneration: m.generation[from] as number, toGeneration: m.generation[to] as number };
    this.queue.push(arrival, SOURCE.message + from, n, EVENT.message, to, 0, packet);
  }

  /** May the packet be taken in now? Lines and connections are looked at again on arrival. */
  arrives(to: number, packet: Packet): boolean {
    const m = this.machines;
    const whole = packet.fromGeneration === m.generation[packet.from] && packet.toGeneration === m.generation[to];
    if (whole && m.up[to] === 1 && m.reachable(packet.from, to)) return true;
    this.observer.dropped?.(this.queue.now, m.actor(packet.from), m.actor(to));
    return false;
  }

  /** Path delay with Laplace jitter around it, never under half the path; a lost segment costs a retransmission (200 ms at least, RFC 6298). */
  private delayUs(from: number, to: number, n: number): number {
    const base = this.machines.oneWayUs(from, to);
    const factor = Math.max(this.jitterFactor[from] as number, this.jitterFactor[to] as number);
    const u = drawUnit(this.jitter, from, n);
    const spread = this.jitterUs * factor;
    const jitter = u < 0.5 ? spread * Math.log(2 * u) : -spread * Math.log(2 * (1 - u));
    let delay = Math.max(base / 2, base + jitter);
    const loss = Math.max(this.lossNow[from] as number, this.lossNow[to] as number);
    if (loss > 0) {
      let again = 0;
      while (again < 6 && drawUnit(this.jitter, from, n + (again + 1) * RETRY_STREAM) < loss) again += 1;
      // Retransmission time-outs double: 200, 400, 800 … ms.
      delay += 200_000 * ((1 << again) - 1);
    }
    return Math.max(1, Math.round(delay));
  }

  /** Time on the sender's upload for messages that carry state; sizes queue behind each other. */
  private transferUs(from: number, to: number, message: Message): number {
    const bytes = carriedBytes(message);
    if (bytes === 0) return 0;
    const out = this.linkKbps(from);
    const kbps = Math.min(out, this.linkKbps(to));
    const now = this.queue.now;
    const start = from === 0 ? now : Math.max(now, this.uploadFree[from] as number);
    const lasts = Math.ceil((bytes * 8_000) / kbps);
    if (from !== 0) this.uploadFree[from] = start + lasts;
    return start + lasts - now;
  }

  private linkKbps(machine: number): number {
    const kbps = this.machines.uploadKbps[machine] as number;
    return kbps > 0 ? kbps : VPS_UPLINK_KBPS;
  }

  /** Forgets a machine's queue on its line: its process or connection is gone. */
  reset(machine: number): void {
    this.uploadFree[machine] = 0;
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
