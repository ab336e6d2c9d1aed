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
const DRAW = { duplicate: 0, gap: 1, reorder: 2, damage: 3, how: 4 } as const;
/** Of the packets on a line that mixes up their order this share is held back. */
const REORDERED = 0.5;
/** The second of two equal packets comes within this time of the first. */
const DUPLICATE_WITHIN_US = 50_000;

/** An envelope of more bytes is part of a state: it queues behind others of its kind. Smaller ones pass them, as they do on a line that is shared fairly. */
const BULK_BYTES = 4_096;

/** Uplink of a VPS site and of the coordinator's store of snapshots, kbit/s (an ordinary 1 Gbit/s server port). */
const VPS_UPLINK_KBPS = 1_000_000;

/** What is under way. */
export type Packet = { readonly from: number; readonly message: Message; readonly fromGeneration: number; readonly toGeneration: number };

/** Sealed bytes under way, and what they carry: nothing reads that but whoever notes what was lost. */
export type Envelope = {
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly messages: readonly Message[];
  readonly serial: number;
  readonly sentAt: number;
  readonly fromGeneration: number;
  readonly toGeneration: number;
};

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

  /** Seals what is sent; null: it travels as it is. */
  sealing: { send(from: number, to: ActorId, message: Message): void } | null = null;

  send(fromActor: ActorId, toActor: ActorId, sent: Message): void {
    const message = this.tamper === undefined ? sent : this.tamper(fromActor, toActor, sent);
    if (message === null) {
      this.tracing?.lost(fromActor, toActor, sent, "planted");
      return;
    }
    const m = this.machines;
    const from = m.dense(fromActor);
    const to = m.dense(toActor);
    this.memory?.note(from, toActor, message);
    if (!this.carries(from, to)) {
      this.tracing?.lost(fromActor, toActor, message, this.whyLost(from, to));
      this.observer.dropped?.(this.queue.now, fromActor, toActor);
      return;
    }
    if (this.sealing !== null) {
      this.count(from);
      return this.sealing.send(from, toActor, message);
    }
    const n = this.count(from);
    const arrival = this.arrival(from, to, n, this.transferUs(from, to, carriedBytes(message)));
    const packet: Packet = { from, message, fromGeneration: m.generation[from] as number, toGeneration: m.generation[to] as number };
    if (this.troubled > 0) return this.sendTroubled(arrival, n, to, packet, EVENT.message);
    this.queue.push(arrival, SOURCE.message + from, n, EVENT.message, to, 0, packet);
  }

  /** Puts sealed bytes on the line. A state that is only a size travels behind the envelope that should hold it. */
  carry(from: number, to: number, bytes: Uint8Array, messages: readonly Message[], serial: number): void {
    const m = this.machines;
    const sentAt = this.queue.now;
    const [fromGeneration, toGeneration] = [m.generation[from] as number, m.generation[to] as number];
    const envelope: Envelope = { from, bytes, messages, serial, sentAt, fromGeneration, toGeneration };
    if (!this.carries(from, to)) return this.lose(to, envelope);
    const n = this.count(from);
    const arrival = this.arrival(from, to, n, this.envelopeUs(from, to, bytes.length + unsentBytes(messages)));
    if (this.troubled > 0) return this.sendTroubled(arrival, n, to, envelope, EVENT.sealed);
    this.queue.push(arrival, SOURCE.message + from, n, EVENT.sealed, to, 0, envelope);
  }

  /** A message that was to be sealed never was. */
  unsealed(from: ActorId, to: ActorId, message: Message): void {
    this.tracing?.lost(from, to, message, "closed");
    this.observer.dropped?.(this.queue.now, from, to);
  }

  /** Would what leaves now be on its way: does a line lead there, and a connection, if one end is the coordinator's? */
  private carries(from: number, to: number): boolean {
    const m = this.machines;
    if (to >= m.up.length || !this.passes(from, to)) return false;
    return (from !== 0 && to !== 0) || m.linked[from === 0 ? to : from] === 1;
  }

  /** The number of the next that a machine sends. */
  private count(from: number): number {
    const n = this.lines[from * LINE + SENT] as number;
    this.lines[from * LINE + SENT] = n + 1;
    return n;
  }

  /** When the `n`-th that `from` sends arrives. On a connection nothing overtakes. */
  private arrival(from: number, to: number, n: number, transferUs: number): number {
    const at = this.queue.now + transferUs + this.delayUs(from, to, n);
    if (from !== 0 && to !== 0) return at;
    const last = to === 0 ? from * LINE + LAST_UP : to * LINE + LAST_DOWN;
    return (this.lines[last] = Math.max(at, (this.lines[last] as number) + 1));
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
  private sendTroubled(quiet: number, n: number, to: number, packet: Packet | Envelope, kind: number): void {
    const { from } = packet;
    const connected = from === 0 || to === 0;
    const arrival = connected ? quiet : quiet + this.heldBackUs(from, to, n);
    const damaged = this.damages(from, to, n);
    const how = damaged ? 1 + Math.floor(this.troubleDraw(from, n, DRAW.how) * 4_294_967_295) : 0;
    this.queue.push(arrival, SOURCE.message + from, n, damaged && kind === EVENT.message ? EVENT.damaged : kind, to, how, packet);
    if (connected || !this.repeats(from, to, n)) return;
    const gap = 1 + Math.floor(this.troubleDraw(from, n, DRAW.gap) * DUPLICATE_WITHIN_US);
    this.queue.push(arrival + gap, SOURCE.message + from, n, kind, to, 0, packet);
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
  arrives(to: number, packet: Packet | Envelope): boolean {
    const m = this.machines;
    const whole = packet.fromGeneration === m.generation[packet.from] && packet.toGeneration === m.generation[to];
    if (whole && m.up[to] === 1 && this.passes(packet.from, to)) return true;
    this.lose(to, packet);
    return false;
  }

  private lose(to: number, packet: Packet | Envelope): void {
    const [from, target] = [this.machines.actor(packet.from), this.machines.actor(to)];
    const why = this.whyLost(packet.from, to);
    if ("message" in packet) this.tracing?.lost(from, target, packet.message, why);
    else for (const message of packet.messages) this.tracing?.lost(from, target, message, why);
    this.observer.dropped?.(this.queue.now, from, target);
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
  private transferUs(from: number, to: number, bytes: number): number {
    if (bytes === 0) return 0;
    const lasts = this.lastsUs(from, to, bytes);
    const now = this.queue.now;
    const start = from === 0 ? now : Math.max(now, this.lines[from * LINE + UPLOAD_FREE] as number);
    if (from !== 0) this.lines[from * LINE + UPLOAD_FREE] = start + lasts;
    return start + lasts - now;
  }

  /** The same for envelopes. A small one waits for none, and makes those on their way that much later. */
  private envelopeUs(from: number, to: number, bytes: number): number {
    if (bytes > BULK_BYTES) return this.transferUs(from, to, bytes);
    const lasts = this.lastsUs(from, to, bytes);
    const free = from * LINE + UPLOAD_FREE;
    if (from !== 0 && (this.lines[free] as number) > this.queue.now) this.lines[free]! += lasts;
    return lasts;
  }

  /** How long so many bytes are on the sender's upload. */
  private lastsUs(from: number, to: number, bytes: number): number {
    const slower = this.troubled > 0 && from <= this.machines.hosts ? (this.trouble.slower[from] as number) : 1;
    if (slower > 1) this.meters.hit(METER.slowed, from);
    const kbps = Math.min(this.linkKbps(from) / slower, this.linkKbps(to));
    return Math.ceil((bytes * 8_000) / kbps);
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
export function carriedBytes(message: Message): number {
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

/** What of that size is no bytes of the message. */
function unsentBytes(messages: readonly Message[]): number {
  let bytes = 0;
  for (const message of messages) {
    const carried = carriedBytes(message);
    if (carried > 0) bytes += Math.max(0, carried - ("data" in message && message.data !== null ? message.data.length : 0));
  }
  return bytes;
}
