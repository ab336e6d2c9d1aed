/**
 * Owns the failure detector of the simulation: hosts beat every period, the coordinator's side listens, and says once when
 * nothing was heard for too long. Two forms give the same answers (SPEC DT1): eager schedules every beat and is the oracle;
 * lazy computes, from the same keyed draws, the first silence that will come, and looks again only when a line's weather changes.
 * Promises: equal silences in both forms. Valid because beats touch nothing but the detector.
 */
import { assert } from "../../src/base/assert.ts";
import { drawU32, type Stream } from "../../src/base/random.ts";
import type { Machines } from "./machines.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";

/** A stretch of a host's line: beats sent in [from, to) are lost with `loss` and jittered `jitter` times as much. `loss` 1 is a cut or a stopped process. */
type Weather = { readonly id: number; readonly from: number; to: number; readonly loss: number; readonly jitter: number };

/** A late beat is at most this late: the connection's own time-outs would have ended it. */
const LATE_MAX_US = 2_000_000;
/** Lazy: how far ahead the first silence is looked for. */
const HORIZON_US = 600_000_000;
const UINT32 = 4_294_967_296;
const sourceOf = (host: number): number => SOURCE.heartbeat + host;

/** How hosts beat: the period, how many may be missed, scale of the delays (ms), loss of a beat (probability), and the form. */
export type HeartbeatOptions = {
  readonly periodUs: number;
  readonly missedMax: number;
  readonly jitterMs: number;
  readonly loss: number;
  readonly eager: boolean;
};

/** All heartbeats of a run, and the detector at the coordinator's end. Hosts are named by their dense number, which is their id. */
export class Heartbeats {
  private readonly machines: Machines;
  private readonly queue: EventQueue;
  private readonly draws: Stream;
  private readonly phases: Stream;
  private readonly options: HeartbeatOptions;
  /** Silence after this long without a beat: the missed periods and what jitter alone can add. */
  readonly silentAfterUs: number;
  private readonly weather: Weather[][];
  private readonly watched: Uint8Array;
  private readonly heardAt: Float64Array;
  /** When listening to a host last ended. */
  private readonly deafAt: Float64Array;
  /** The first beat sent after listening began: earlier ones do not count, in either form. */
  private readonly firstBeat: Float64Array;
  /** Lazy: the pending silence or horizon event. Eager: the deadline event. -1: none. */
  private readonly node: Int32Array;
  private readonly beatNode: Int32Array;
  private readonly normalAbove: number;
  private ids = 0;

  constructor(machines: Machines, queue: EventQueue, draws: Stream, phases: Stream, options: HeartbeatOptions) {
    this.machines = machines;
    this.queue = queue;
    this.draws = draws;
    this.phases = phases;
    this.options = options;
    const n = machines.hosts + 1;
    this.weather = Array.from({ length: n }, () => []);
    this.watched = new Uint8Array(n);
    this.heardAt = new Float64Array(n);
    this.deafAt = new Float64Array(n);
    this.firstBeat = new Float64Array(n);
    this.node = new Int32Array(n).fill(-1);
    this.beatNode = new Int32Array(n).fill(-1);
    const margin = Math.round(4 * options.jitterMs * 1000);
    this.silentAfterUs = options.periodUs * options.missedMax + margin;
    // A beat whose draw is above this is neither lost nor later than a period: between two such, two periods apart, no silence fits.
    assert(this.silentAfterUs >= 3 * options.periodUs, "the stride of the lazy scan needs three periods of patience");
    const late = options.jitterMs > 0 ? Math.exp(-options.periodUs / (options.jitterMs * 1000)) : 0;
    this.normalAbove = Math.ceil((options.loss + (1 - options.loss) * late) * UINT32);
  }

  /** Listens to a host from now on, anew if it was listened to; it counts as heard now. */
  watch(host: number): void {
    this.unwatch(host);
    this.watched[host] = 1;
    this.heardAt[host] = this.queue.now;
    this.firstBeat[host] = Math.floor((this.queue.now - this.phase(host)) / this.options.periodUs) + 1;
    if (this.options.eager) {
      this.setDeadline(host);
      this.scheduleBeat(host);
    } else this.plan(host, this.queue.now);
  }

  unwatch(host: number): void {
    if (this.watched[host] === 1) this.deafAt[host] = this.queue.now;
    this.watched[host] = 0;
    this.drop(this.node, host);
    this.drop(this.beatNode, host);
  }

  /** Changes a line's weather from now until `until` (Infinity: until {@link clear}); gives its id. */
  begin(host: number, until: number, loss: number, jitter: number): number {
    const now = this.queue.now;
    this.settle(host, now);
    this.ids += 1;
    const list = this.weather[host] as Weather[];
    for (let i = list.length - 1; i >= 0; i--) if ((list[i] as Weather).to < now - 2 * LATE_MAX_US) list.splice(i, 1);
    // From the next instant on, so that a beat sent in this very instant is the same whichever of the two is handled first.
    list.push({ id: this.ids, from: now + 1, to: until, loss, jitter });
    this.replan(host, now);
    return this.ids;
  }

  /** Ends a stretch of weather now. */
  clear(host: number, id: number): void {
    const now = this.queue.now;
    this.settle(host, now);
    for (const w of this.weather[host] as Weather[]) if (w.id === id && w.to > now) w.to = now + 1;
    this.replan(host, now);
  }

  /** Beats sent up to now, while somebody listened, that a stretch of weather lost or made later: with it against without it. */
  spoilt(host: number, id: number): number {
    const list = this.weather[host] as Weather[];
    const stretch = list.find((w) => w.id === id);
    if (stretch === undefined) return 0;
    const { periodUs } = this.options;
    const phase = this.phase(host);
    const until = Math.min(stretch.to, this.watched[host] === 1 ? this.queue.now : (this.deafAt[host] as number));
    const first = Math.max(this.firstBeat[host] as number, Math.ceil((stretch.from - phase) / periodUs));
    const others = list.filter((w) => w !== stretch);
    let count = 0;
    for (let n = first; phase + n * periodUs < until; n++) if (this.arrivalOf(host, n) > this.arrivalOf(host, n, others)) count += 1;
    return count;
  }

  /** A `silent` event came: is the host really silent now? Ends the watch if so. */
  silent(host: number): boolean {
    this.node[host] = -1;
    if (this.watched[host] === 0) return false;
    this.unwatch(host);
    return true;
  }

  /** Lazy: the horizon was reached without silence. */
  horizon(host: number): void {
    this.node[host] = -1;
    if (this.watched[host] === 0) return;
    this.settle(host, this.queue.now);
    this.plan(host, this.queue.now);
  }

  /** Eager: a beat is sent now. */
  beat(host: number, n: number): void {
    this.beatNode[host] = -1;
    if (this.watched[host] === 0) return;
    const arrival = this.arrivalOf(host, n);
    if (arrival !== Number.POSITIVE_INFINITY) this.queue.push(arrival, sourceOf(host), 2 + n, EVENT.beatHeard, host, n, undefined);
    this.scheduleBeat(host);
  }

  /** Eager: a beat arrived. */
  heard(host: number, n: number): void {
    // A beat sent before listening began tells of the time before it.
    if (this.watched[host] === 0 || n < (this.firstBeat[host] as number) || this.queue.now <= (this.heardAt[host] as number)) return;
    this.heardAt[host] = this.queue.now;
    this.setDeadline(host);
  }

  private drop(nodes: Int32Array, host: number): void {
    const node = nodes[host] as number;
    if (node >= 0) this.queue.cancel(node);
    nodes[host] = -1;
  }

  private setDeadline(host: number): void {
    this.drop(this.node, host);
    this.node[host] = this.queue.push(
      (this.heardAt[host] as number) + this.silentAfterUs,
      sourceOf(host),
      1,
      EVENT.silent,
      host,
      0,
      undefined,
    );
  }

  private phase(host: number): number {
    return drawU32(this.phases, host, 0) % this.options.periodUs;
  }

  private scheduleBeat(host: number): void {
    const phase = this.phase(host);
    const n = Math.floor((this.queue.now - phase) / this.options.periodUs) + 1;
    this.beatNode[host] = this.queue.push(phase + n * this.options.periodUs, sourceOf(host), 0, EVENT.beat, host, n, undefined);
  }

  /** When beat n is heard; Infinity if never. One draw decides loss first, lateness with what is left of it. */
  private arrivalOf(host: number, n: number, weather = this.weather[host] as readonly Weather[]): number {
    const sent = this.phase(host) + n * this.options.periodUs;
    let loss = this.options.loss;
    let jitter = 1;
    for (const w of weather) {
      if (sent < w.from || sent >= w.to) continue;
      loss = Math.max(loss, w.loss);
      jitter = Math.max(jitter, w.jitter);
    }
    const u = (drawU32(this.draws, host, n) + 0.5) / UINT32;
    if (u < loss) return Number.POSITIVE_INFINITY;
    const rest = (u - loss) / (1 - loss);
    const late = -Math.log(rest) * this.options.jitterMs * 1000 * jitter;
    return sent + this.machines.oneWayUs(host, 0) + Math.round(Math.min(LATE_MAX_US, late));
  }

  private replan(host: number, now: number): void {
    if (this.options.eager || this.watched[host] === 0) return;
    this.drop(this.node, host);
    this.plan(host, now);
  }

  /** Lazy: brings heardAt up to now, under the weather as it was. */
  private settle(host: number, now: number): void {
    if (this.options.eager || this.watched[host] === 0) return;
    this.heardAt[host] = Math.max(this.heardAt[host] as number, this.lastHeardBefore(host, now));
  }

  /** The latest arrival at or before `now` of a beat sent since listening began. */
  private lastHeardBefore(host: number, now: number): number {
    const { periodUs } = this.options;
    const phase = this.phase(host);
    const oneWay = this.machines.oneWayUs(host, 0);
    let last = 0;
    const first = Math.max(
      this.firstBeat[host] as number,
      Math.floor((now - phase - oneWay - LATE_MAX_US - this.silentAfterUs) / periodUs),
    );
    for (let n = Math.floor((now - phase) / periodUs); n >= first; n--) {
      const arrival = this.arrivalOf(host, n);
      if (arrival <= now && arrival > last) last = arrival;
    }
    return last;
  }

  /** The first arrival after `after`; looks only as far as matters for a silence. */
  private nextArrival(host: number, after: number): number {
    const { periodUs } = this.options;
    const phase = this.phase(host);
    const oneWay = this.machines.oneWayUs(host, 0);
    const first = Math.max(this.firstBeat[host] as number, Math.floor((after - phase - oneWay - LATE_MAX_US) / periodUs));
    const last = Math.ceil((after + this.silentAfterUs - phase) / periodUs);
    let best = Number.POSITIVE_INFINITY;
    for (let n = first; n <= last; n++) {
      if (phase + n * periodUs + oneWay > best) break;
      const arrival = this.arrivalOf(host, n);
      if (arrival > after && arrival < best) best = arrival;
    }
    return best;
  }

  private plan(host: number, now: number): void {
    const silence = this.firstSilence(host, now, now + HORIZON_US);
    const kind = silence === Number.POSITIVE_INFINITY ? EVENT.horizon : EVENT.silent;
    const at = kind === EVENT.silent ? silence : now + HORIZON_US;
    this.node[host] = this.queue.push(at, sourceOf(host), 1, kind, host, 0, undefined);
  }

  /** The first instant at or after `now` at which nothing was heard for silentAfterUs; Infinity if none up to `until`. */
  private firstSilence(host: number, now: number, until: number): number {
    const { periodUs } = this.options;
    const phase = this.phase(host);
    const oneWay = this.machines.oneWayUs(host, 0);
    let heard = this.heardAt[host] as number;
    while (heard < until) {
      const next = this.nextArrival(host, heard);
      // A beat in the very instant in which patience ends is too late, as the eager form has it.
      if (next >= heard + this.silentAfterUs) return Math.max(now, heard + this.silentAfterUs);
      heard = next;
      // Skip in strides of two while beats are ordinary and the weather is quiet: no silence fits between them.
      let n = Math.floor((heard - oneWay - phase) / periodUs) + 1;
      const start = n;
      const quietUntil = this.quietUntil(host, phase + n * periodUs);
      while (phase + n * periodUs < quietUntil && heard < until && drawU32(this.draws, host, n) >= this.normalAbove) {
        heard = phase + n * periodUs + oneWay;
        n += 2;
      }
      if (n !== start) {
        // `heard` is when the last ordinary beat could be heard at the earliest; take its real arrival.
        heard = Math.max(next, this.arrivalOf(host, n - 2));
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Until when no weather touches beats sent from `sent` on; `sent` itself if some does. */
  private quietUntil(host: number, sent: number): number {
    let until = Number.POSITIVE_INFINITY;
    for (const w of this.weather[host] as Weather[]) {
      if (w.to <= sent) continue;
      if (w.from <= sent) return sent;
      until = Math.min(until, w.from);
    }
    return until;
  }
}
