/**
 * Owns messages under way: delay, jitter, order, bandwidth, and what cuts and closed connections swallow.
 * Promises: at most once; in order on a connection; delays keyed by (sender, its message number), so that one sender's traffic
 * moves no draw of another. Links are never stored: nothing here is O(hosts²).
 */
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { NetworkPort } from "../../src/runtime/env.ts";
import type { Machines } from "./machines.ts";
import { METER, type Meter, Meters } from "./meters.ts";
import type { Observer } from "./observer.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";
import type { LostWhy, Tracing } from "./tracing.ts";

/** A segment that is lost is sent again after so long (the least of RFC 6298), then twice, four times as long …, this many times at most. */
const RETRY_US = 200_000;
const RETRIES_MAX = 6;
/** Draws of retransmissions are numbered apart from those of first sendings: 2^40 on for each time. */
const RETRY_STREAM = 1_099_511_627_776;

/** Columns of a machine's line. */
const LINE = 4;
const SENT = 0;
const LAST_UP = 1;
const LAST_DOWN = 2;
const UPLOAD_FREE = 3;

/** Draws about one message on a troubled line: does it come twice, is it held back, is it damaged; and by how much. */
const TROUBLE_DRAWS = 8;
const DRAW = { duplicate: 0, gap: 1, reorder: 2, damage: 3 } as const;
/** Of the packets on a line that mixes up their order this share is held back. */
const REORDERED = 0.5;
/** The second of two equal packets comes within this time of the first. */
const DUPLICATE_WITHIN_US = 50_000;

/** Uplink of a VPS site and of the coordinator's store of snapshots, kbit/s (an ordinary 1 Gbit/s server port). */
const VPS_UPLINK_KBPS = 1_000_000;

/** What is under way. */
export type Packet = { readonly from: number; readonly message: Message; readonly fromGeneration: number; readonly toGeneration: number };

/** What a line suffers from, beside cuts, jitter and loss: shares of packets, a time, a divisor; what is quiet is 0, and 1 for the divisor. */
export type LineTrouble = {
  readonly duplicate: Float64Array;
  readonly reorderUs: Float64Array;
  readonly corrupt: Float64Array;
  readonly slower: Float64Array;
};

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
  /** When a line that loses packets is to be whole again; one that still loses some by then stays so. */
  readonly lossUntil: Float64Array;
  /** By host. `troubled` lines have something of it: while there is none nobody asks. */
  readonly trouble: LineTrouble;
  troubled = 0;
  /** What hosts have said lately, for those of them who say it again; none is kept unless somebody will. */
  memory: { note(from: number, to: ActorId, message: Message): void } | undefined;
  private readonly meters: Meters;
  private readonly draws: Stream;

  /** `jitter` draws delays and losses, `draws` what else happens to packets. */
  constructor(
    machines: Machines,
    queue: EventQueue,
    observer: Observer,
    jitter: Stream,
    jitterMs: number,
    meters = new Meters(machines.hosts),
    draws = stream(jitter, "trouble"),
  ) {
    this.machines = machines;
    this.queue = queue;
    this.observer = observer;
    this.jitter = jitter;
    this.jitterUs = jitterMs * 1000;
    this.lines = new Float64Array(machines.up.length * LINE);
    this.jitterFactor = new Float64Array(machines.hosts + 1).fill(1);
    this.lossNow = new Float64Array(machines.hosts + 1);
    this.lossUntil = new Float64Array(machines.hosts + 1);
    const quiet = () => new Float64Array(machines.hosts + 1);
    this.trouble = { duplicate: quiet(), reorderUs: quiet(), corrupt: quiet(), slower: quiet().fill(1) };
    this.meters = meters;
    this.draws = draws;
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
    this.memory?.note(from, toActor, message);
    if (to >= m.up.length || !this.passes(from, to) || (connected && m.linked[from === 0 ? to : from] === 0)) {
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
    if (this.troubled > 0) return this.sendTroubled(arrival, n, to, packet, connected);
    this.queue.push(arrival, SOURCE.message + from, n, EVENT.message, to, 0, packet);
  }

  /** How many messages a host has sent so far. */
  sentBy(host: number): number {
    return this.lines[host * LINE + SENT] as number;
  }

  /** Do lines carry a packet between the two at this instant? Where they do not, the cut lines are blamed. */
  passes(from: number, to: number): boolean {
    const m = this.machines;
    if (m.reachable(from, to)) return true;
    if (m.isSevered(from)) this.meters.hit(METER.barred, from);
    if (m.isSevered(to)) this.meters.hit(METER.barred, to);
    return false;
  }

  /** Some line is troubled, perhaps one of these two. A connection keeps order and gives each message once: there only damage counts. */
  private sendTroubled(quiet: number, n: number, to: number, packet: Packet, connected: boolean): void {
    const { from } = packet;
    const arrival = connected ? quiet : quiet + this.heldBackUs(from, to, n);
    const kind = this.damages(from, to, n) ? EVENT.damaged : EVENT.message;
    this.queue.push(arrival, SOURCE.message + from, n, kind, to, 0, packet);
    if (connected || !this.repeats(from, to, n)) return;
    const gap = 1 + Math.floor(this.troubleDraw(from, n, DRAW.gap) * DUPLICATE_WITHIN_US);
    this.queue.push(arrival + gap, SOURCE.message + from, n, EVENT.message, to, 0, packet);
  }

  private troubleDraw(from: number, n: number, what: number): number {
    return drawUnit(this.draws, from, TROUBLE_DRAWS * n + what);
  }

  private heldBackUs(from: number, to: number, n: number): number {
    const us = this.worse(this.trouble.reorderUs, 0, from, to);
    if (us === 0 || this.troubleDraw(from, n, DRAW.reorder) >= REORDERED) return 0;
    this.blame(METER.reordered, this.trouble.reorderUs, 0, from, to, 1);
    return us;
  }

  private damages(from: number, to: number, n: number): boolean {
    const share = this.worse(this.trouble.corrupt, 0, from, to);
    if (share === 0 || this.troubleDraw(from, n, DRAW.damage) >= share) return false;
    this.blame(METER.damaged, this.trouble.corrupt, 0, from, to, 1);
    return true;
  }

  private repeats(from: number, to: number, n: number): boolean {
    const share = this.worse(this.trouble.duplicate, 0, from, to);
    if (share === 0 || this.troubleDraw(from, n, DRAW.duplicate) >= share) return false;
    this.blame(METER.duplicated, this.trouble.duplicate, 0, from, to, 1);
    return true;
  }

  /** Counts it to each end whose line is not quiet. */
  private blame(meter: Meter, column: Float64Array, quiet: number, from: number, to: number, count: number): void {
    const { hosts } = this.machines;
    if (from <= hosts && column[from] !== quiet) this.meters.hit(meter, from, count);
    if (to <= hosts && column[to] !== quiet) this.meters.hit(meter, to, count);
  }

  /** May the packet be taken in now? Lines and connections are looked at again on arrival. */
  arrives(to: number, packet: Packet): boolean {
    const m = this.machines;
    const whole = packet.fromGeneration === m.generation[packet.from] && packet.toGeneration === m.generation[to];
    if (whole && m.up[to] === 1 && this.passes(packet.from, to)) return true;
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

  /** Path delay with Laplace jitter around it, never under half the path; a lost segment costs retransmissions, until one is sent on a line that is whole. */
  private delayUs(from: number, to: number, n: number): number {
    const base = this.machines.oneWayUs(from, to);
    const factor = this.worse(this.jitterFactor, 1, from, to);
    const u = drawUnit(this.jitter, from, n);
    const spread = this.jitterUs * factor;
    const jitter = u < 0.5 ? spread * Math.log(2 * u) : -spread * Math.log(2 * (1 - u));
    let delay = Math.max(base / 2, base + jitter);
    if (factor > 1 && jitter !== 0) this.blame(METER.jittered, this.jitterFactor, 1, from, to, 1);
    const loss = this.worse(this.lossNow, 0, from, to);
    if (loss > 0) {
      const whole = this.worse(this.lossUntil, 0, from, to) - this.queue.now;
      let again = 0;
      let waited = 0;
      while (again < RETRIES_MAX && (whole <= 0 || waited < whole) && drawUnit(this.jitter, from, n + (again + 1) * RETRY_STREAM) < loss) {
        waited += RETRY_US << again;
        again += 1;
      }
      if (again > 0) this.blame(METER.resent, this.lossNow, 0, from, to, again);
      delay += waited;
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
    const slower = this.troubled > 0 && from <= this.machines.hosts ? (this.trouble.slower[from] as number) : 1;
    if (slower > 1) this.meters.hit(METER.slowed, from);
    const out = this.linkKbps(from) / slower;
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
