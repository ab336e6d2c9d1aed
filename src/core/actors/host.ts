/**
 * Owns one machine's maps: which it serves, under which epoch, and what it refuses.
 * Promises: HO1 and HO3 at the host's end (nothing below the floor is served), HO8 (one map's end leaves the others alone).
 * Never decides who hosts what, and never raises an epoch by itself.
 */
import { assert } from "../../base/assert.ts";
import { RollingHash } from "../../base/hash.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { type Buggify, NEVER } from "../protocol/buggify.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { actorNumber, COORDINATOR, type ActorId, type Epoch, type HostId, hostActor, type MapId } from "../protocol/ids.ts";
import type { Message, PlayerHost, StateHash } from "../protocol/messages.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { Actor, Input, Out } from "../protocol/step.ts";
import type { StoreAnswer } from "../protocol/store.ts";

/** Precopy ends when a round would carry less than this, or after this many rounds. */
const ROUND_SMALL_BYTES = 16_384;
const ROUNDS_MAX = 3;
/** Timers of a host: the kind in the lowest bits, the map or suspect above (timer = subject · {@link HOST_TIMER_KINDS} + kind). */
export const HOST_TIMER = { loaded: 0, round: 1, probe: 2, checkpoint: 3 } as const;
export const HOST_TIMER_KINDS = 4;

type Serving = { epoch: Epoch; stage: "loading" | "active" | "frozen"; copy: Copy | null; replicas: readonly HostId[] };
/** A running precopy: what was sent in the last round and when. */
type Copy = {
  readonly move: number;
  readonly to: HostId;
  readonly dirtyBytesS: number;
  readonly roundUs: number;
  round: number;
  sentAt: number;
};

/** What a host agent is given besides its profile. */
export type HostLimits = { readonly checkpointUs: number };

/** A host agent: the machine of a player, or a VPS site. */
export class HostActor implements Actor {
  readonly id: ActorId;
  /** How often the coordinator asks for measurements (s); 0 until it has said so. */
  metricsIntervalS = 0;
  readonly serving = new Map<MapId, Serving>();
  readonly buggify: Buggify;
  private profile: HostProfile;
  private readonly limits: HostLimits;
  /** Per map: refuse what is below. Raised by every grant and release that passes here. */
  private readonly floor = new Map<MapId, Epoch>();
  /** Maps it made room for: the host that will send each, and in which move. */
  private readonly expected = new Map<MapId, { readonly from: HostId; readonly move: number }>();
  /** Suspects it probes for the coordinator. */
  private readonly probing = new Set<HostId>();
  /** Store requests under way: request → the map it is about. */
  private readonly asked = new Map<number, MapId>();
  private requests = 0;
  private connected = false;
  private leaving = false;
  private slowed = false;
  private checkpointSet = false;

  constructor(profile: HostProfile, limits: HostLimits, buggify: Buggify = NEVER) {
    assert(limits.checkpointUs >= US_PER_S, "checkpoints are seconds apart at least");
    this.id = hostActor(profile.host);
    this.profile = profile;
    this.limits = limits;
    this.buggify = buggify;
  }

  /** Its owner wants the machine back. */
  get leaves(): boolean {
    return this.leaving;
  }

  step(input: Input, out: Out): void {
    switch (input.kind) {
      case "message":
        return this.hear(input.at, input.from, input.message, out);
      case "timer":
        return this.wake(input.at, input.timer, out);
      case "store":
        return this.written(input.request, input.answer, out);
      case "link/up":
        return this.introduce(input.at, input.peer, out);
      case "link/down":
        if (input.peer === COORDINATOR) this.connected = false;
        return;
      case "measured":
        return this.measured(input.stats, input.regional_latency_ms, out);
      case "wish":
        if (input.wish.verb !== "stop-hosting") return;
        this.leaving = true;
        if (this.connected) out.push({ kind: "send", to: COORDINATOR, message: { kind: "host/leaving", host: this.profile.host } });
        return;
      default:
        return;
    }
  }

  /** Tells the coordinator who it is and what it still serves; at each connection anew. */
  private introduce(at: number, peer: ActorId, out: Out): void {
    if (peer !== COORDINATOR) return;
    this.connected = true;
    // What it took up from a file it writes down from now on, and hears from the store if it is not its own any more.
    this.setCheckpoint(at, out);
    const holds = [...this.serving]
      .map(([map, s]) => ({ map, epoch: s.epoch, frozen: s.stage === "frozen" }))
      .sort((a, b) => a.map - b.map);
    out.push({ kind: "send", to: COORDINATOR, message: { kind: "host/hello", profile: this.profile, holds } });
    if (this.leaving) out.push({ kind: "send", to: COORDINATOR, message: { kind: "host/leaving", host: this.profile.host } });
  }

  private measured(stats: HostStats, regional: readonly number[], out: Out): void {
    this.profile = { ...this.profile, stats, regional_latency_ms: regional };
    if (!this.connected) return;
    out.push({
      kind: "send",
      to: COORDINATOR,
      message: { kind: "host/metrics", host: this.profile.host, stats, regional_latency_ms: regional },
    });
  }

  private hear(at: number, from: ActorId, message: Message, out: Out): void {
    if (message.kind === "play/join") return this.join(from, message.map, message.epoch, out);
    // Orders (host/…, hosting/…) are the coordinator's alone: another host may not end or begin anything here.
    if (from !== COORDINATOR && message.kind.startsWith("host")) return;
    switch (message.kind) {
      case "host/introduce":
        return this.introduce(at, from, out);
      case "host/goodbye":
        // Who is sent away and does not leave was misunderstood: an old word of its own came twice.
        if (!this.leaving) this.introduce(at, from, out);
        return;
      case "host/welcome":
        this.metricsIntervalS = message.metricsIntervalS;
        return;
      case "hosting/prepare":
        return this.prepare(message, out);
      case "hosting/precopy":
        return this.precopy(at, message, out);
      case "state/copied":
        return this.roundCopied(at, actorNumber(from), message, out);
      case "hosting/freeze":
        return this.freeze(at, message, out);
      case "hosting/resume":
        return this.resume(message.map, message.epoch, out);
      case "hosting/promote":
        return this.promote(at, message.map, message.epoch, message.loadUs, out);
      case "hosting/release":
        return this.release(message.map, message.epoch, "release", out);
      case "hosting/replicate":
        return this.replicate(message, out);
      case "state/copy":
        out.push({
          kind: "send",
          to: from,
          message: { kind: "state/copied", map: message.map, epoch: message.epoch, move: message.move, round: message.round },
        });
        return;
      case "state/final":
        return this.complete(actorNumber(from), message, out);
      case "state/replica":
        this.tell(out, { kind: "hosting/warm", host: this.profile.host, map: message.map, epoch: message.epoch });
        return;
      case "hosting/probe":
        this.probing.add(message.suspect);
        if (!this.buggify("probe-unsent"))
          out.push({ kind: "send", to: hostActor(message.suspect), message: { kind: "probe/ping", from: this.profile.host } });
        out.push({
          kind: "timer/set",
          timer: message.suspect * HOST_TIMER_KINDS + HOST_TIMER.probe,
          at: at + message.withinMs * US_PER_MS,
        });
        return;
      case "probe/ping":
        out.push({ kind: "send", to: from, message: { kind: "probe/pong", from: this.profile.host } });
        return;
      case "probe/pong":
        return this.probed(actorNumber(from), true, out);
      default:
        return;
    }
  }

  private tell(out: Out, message: Message): void {
    out.push({ kind: "send", to: COORDINATOR, message });
  }

  private refuse(map: MapId, epoch: Epoch, reason: RefusalReason, out: Out): void {
    this.tell(out, { kind: "hosting/refused", host: this.profile.host, map, epoch, reason });
  }

  private below(map: MapId, epoch: Epoch): boolean {
    return epoch <= (this.floor.get(map) ?? -1);
  }

  private prepare({ map, epoch, move, from }: Extract<Message, { kind: "hosting/prepare" }>, out: Out): void {
    if (this.leaving) return this.refuse(map, epoch, "host_leaving", out);
    if (this.below(map, epoch)) return this.refuse(map, epoch, "stale_epoch", out);
    if (this.buggify("prepare-busy")) return this.refuse(map, epoch, "host_busy", out);
    this.expected.set(map, { from, move });
    this.tell(out, { kind: "hosting/prepared", host: this.profile.host, map, epoch, move });
  }

  /** The last of the state came. What an earlier move sent late is not it: its source has served on since. */
  private complete(source: HostId, { map, epoch, move, hash }: Extract<Message, { kind: "state/final" }>, out: Out): void {
    const expected = this.expected.get(map);
    if (expected?.from !== source || expected.move !== move) return;
    this.tell(out, { kind: "hosting/ready", host: this.profile.host, map, epoch, move, hash });
  }

  private precopy(at: number, m: Extract<Message, { kind: "hosting/precopy" }>, out: Out): void {
    const s = this.serving.get(m.map);
    if (s === undefined || s.epoch !== m.epoch || s.stage !== "active") return this.refuse(m.map, m.epoch, "not_owner", out);
    s.copy = { move: m.move, to: m.to, dirtyBytesS: m.dirtyBytesS, roundUs: m.roundMs * US_PER_MS, round: 1, sentAt: at };
    this.sendRound(m.map, s, m.bytes, out);
  }

  private sendRound(map: MapId, s: Serving, bytes: number, out: Out): void {
    assert(s.copy !== null && s.copy.round <= ROUNDS_MAX, "a round belongs to a running precopy");
    out.push({
      kind: "send",
      to: hostActor(s.copy.to),
      message: {
        kind: "state/copy",
        map,
        epoch: s.epoch,
        move: s.copy.move,
        from: this.profile.host,
        round: s.copy.round,
        bytes,
        data: null,
      },
    });
  }

  private roundCopied(at: number, by: HostId, m: Extract<Message, { kind: "state/copied" }>, out: Out): void {
    const { map, epoch, move, round } = m;
    const s = this.serving.get(map);
    if (s === undefined || s.copy === null || s.copy.to !== by || s.copy.move !== move || s.epoch !== epoch || s.copy.round !== round)
      return;
    const dirty = dirtyBytes(s.copy, at);
    if (round >= ROUNDS_MAX || (dirty < ROUND_SMALL_BYTES && !this.buggify("precopy-again"))) {
      this.tell(out, { kind: "hosting/copied", host: this.profile.host, map, epoch, move });
      return;
    }
    out.push({ kind: "timer/set", timer: map * HOST_TIMER_KINDS + HOST_TIMER.round, at: Math.max(at + 1, s.copy.sentAt + s.copy.roundUs) });
  }

  private nextRound(at: number, map: MapId, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.copy === null || s.stage !== "active") return;
    const bytes = dirtyBytes(s.copy, at);
    s.copy.round += 1;
    s.copy.sentAt = at;
    this.sendRound(map, s, bytes, out);
  }

  private freeze(at: number, { map, epoch, move, to }: Extract<Message, { kind: "hosting/freeze" }>, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.epoch !== epoch || s.stage !== "active") return this.refuse(map, epoch, "not_owner", out);
    const bytes = s.copy === null ? 0 : dirtyBytes(s.copy, at);
    s.stage = "frozen";
    s.copy = null;
    out.push({ kind: "record", record: { kind: "host/stopped", host: this.profile.host, map, epoch, why: "freeze" } });
    const hash = sizeHash(this.profile.host, map, epoch, move);
    this.tell(out, { kind: "hosting/frozen", host: this.profile.host, map, epoch, move, hash });
    out.push({
      kind: "send",
      to: hostActor(to),
      message: { kind: "state/final", map, epoch, move, from: this.profile.host, bytes, hash, data: null },
    });
  }

  private resume(map: MapId, epoch: Epoch, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.epoch !== epoch) return;
    s.copy = null;
    if (s.stage === "frozen") {
      s.stage = "active";
      out.push({ kind: "record", record: { kind: "host/serving", host: this.profile.host, map, epoch } });
    }
    if (s.stage === "active") this.tell(out, { kind: "hosting/active", host: this.profile.host, map, epoch });
  }

  private promote(at: number, map: MapId, epoch: Epoch, loadUs: number, out: Out): void {
    const s = this.serving.get(map);
    if (s !== undefined && s.epoch === epoch) {
      // Asked again: the answer may have been lost.
      if (s.stage === "active") this.tell(out, { kind: "hosting/active", host: this.profile.host, map, epoch });
      return;
    }
    if (this.below(map, epoch)) return this.refuse(map, epoch, "stale_epoch", out);
    if (s !== undefined) this.stop(map, s, "stale", out);
    this.expected.delete(map);
    this.floor.set(map, epoch - 1);
    this.serving.set(map, { epoch, stage: "loading", copy: null, replicas: [] });
    // Once: each load of a row of hosts that took longer than its time would keep the map from everybody beyond its bound.
    const slow = !this.slowed && this.buggify("load-slow");
    if (slow) this.slowed = true;
    const slowUs = slow ? Math.min(9 * loadUs, US_PER_S) : 0;
    out.push({ kind: "timer/set", timer: map * HOST_TIMER_KINDS + HOST_TIMER.loaded, at: at + Math.max(1, loadUs) + slowUs });
  }

  private loaded(at: number, map: MapId, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.stage !== "loading") return;
    s.stage = "active";
    out.push({ kind: "record", record: { kind: "host/serving", host: this.profile.host, map, epoch: s.epoch } });
    this.tell(out, { kind: "hosting/active", host: this.profile.host, map, epoch: s.epoch });
    this.setCheckpoint(at, out);
  }

  private setCheckpoint(at: number, out: Out): void {
    if (this.checkpointSet || this.serving.size === 0) return;
    this.checkpointSet = true;
    out.push({
      kind: "timer/set",
      timer: HOST_TIMER.checkpoint,
      at: at + (this.buggify("checkpoint-early") ? 1 : this.limits.checkpointUs),
    });
  }

  private stop(map: MapId, s: Serving, why: "release" | "stale", out: Out): void {
    if (s.stage === "loading") out.push({ kind: "timer/clear", timer: map * HOST_TIMER_KINDS + HOST_TIMER.loaded });
    out.push({ kind: "record", record: { kind: "host/stopped", host: this.profile.host, map, epoch: s.epoch, why } });
    this.serving.delete(map);
  }

  private release(map: MapId, epoch: Epoch, why: "release" | "stale", out: Out): void {
    this.expected.delete(map);
    if (epoch > (this.floor.get(map) ?? -1)) this.floor.set(map, epoch);
    const s = this.serving.get(map);
    if (s !== undefined && s.epoch <= epoch) this.stop(map, s, why, out);
  }

  private replicate(m: Extract<Message, { kind: "hosting/replicate" }>, out: Out): void {
    const s = this.serving.get(m.map);
    if (s === undefined || s.epoch !== m.epoch) return;
    for (const to of m.to) {
      if (s.replicas.includes(to)) continue;
      out.push({
        kind: "send",
        to: hostActor(to),
        message: { kind: "state/replica", map: m.map, epoch: m.epoch, from: this.profile.host, seq: 0, bytes: m.bytes, data: null },
      });
    }
    s.replicas = m.to;
  }

  private wake(at: number, timer: number, out: Out): void {
    const subject = Math.floor(timer / HOST_TIMER_KINDS);
    switch (timer % HOST_TIMER_KINDS) {
      case HOST_TIMER.loaded:
        return this.loaded(at, subject, out);
      case HOST_TIMER.round:
        return this.nextRound(at, subject, out);
      case HOST_TIMER.probe:
        return this.probed(subject, false, out);
      default:
        return this.checkpoint(at, out);
    }
  }

  private probed(suspect: HostId, alive: boolean, out: Out): void {
    if (!this.probing.delete(suspect)) return;
    if (alive) out.push({ kind: "timer/clear", timer: suspect * HOST_TIMER_KINDS + HOST_TIMER.probe });
    this.tell(out, { kind: "hosting/probed", host: this.profile.host, suspect, alive });
  }

  /** Writes each served map down under its epoch; the store refuses a fenced one (HO3). */
  private checkpoint(at: number, out: Out): void {
    for (const [map, s] of this.serving) {
      if (s.stage !== "active" || this.buggify("checkpoint-skipped")) continue;
      this.requests += 1;
      this.asked.set(this.requests, map);
      out.push({
        kind: "store",
        request: this.requests,
        ask: { verb: "checkpoint", map, host: this.profile.host, boot: 0, epoch: s.epoch, image: null },
      });
    }
    this.checkpointSet = this.serving.size > 0;
    if (this.checkpointSet) out.push({ kind: "timer/set", timer: HOST_TIMER.checkpoint, at: at + this.limits.checkpointUs });
  }

  private written(request: number, answer: StoreAnswer, out: Out): void {
    const map = this.asked.get(request);
    this.asked.delete(request);
    if (map === undefined || answer.result !== "refused") return;
    const s = this.serving.get(map);
    if (s === undefined || s.epoch >= answer.row.epoch) return;
    const epoch = s.epoch;
    this.release(map, answer.row.epoch - 1, "stale", out);
    this.refuse(map, epoch, "stale_epoch", out);
  }

  private join(from: ActorId, map: MapId, epoch: Epoch, out: Out): void {
    assert(actorNumber(from) >= 0, "players have addresses");
    const s = this.serving.get(map);
    let answer: PlayerHost;
    const serves = s !== undefined && s.stage === "active" && s.epoch === epoch;
    if (serves && !this.buggify("join-turned-away")) answer = { kind: "play/joined", map, epoch, taken: 0 };
    else answer = { kind: "play/turned-away", map, epoch, reason: s !== undefined && epoch < s.epoch ? "stale_epoch" : "not_owner" };
    out.push({ kind: "send", to: from, message: answer });
  }
}

/** Stands for the hash of a state that is a size alone: nobody but its source can tell it, and each freeze has another. */
function sizeHash(host: HostId, map: MapId, epoch: Epoch, move: number): StateHash {
  const hash = new RollingHash();
  for (const part of [host, map, epoch, move]) hash.mix(part);
  return hash.digest();
}

/** Bytes that changed since the last round began; none by a clock that was set back. */
function dirtyBytes(copy: Copy, at: number): number {
  return Math.ceil((copy.dirtyBytesS * Math.max(0, at - copy.sentAt)) / US_PER_S);
}
