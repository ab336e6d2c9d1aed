/**
 * Owns one machine's maps: which it serves, under which epoch, and what it refuses.
 * Promises: HO1 and HO3 at the host's end (nothing below the floor is served), HO8 (one map's end leaves the others alone).
 * Never decides who hosts what, and never raises an epoch by itself.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { type Buggify, NEVER } from "../protocol/buggify.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { actorNumber, COORDINATOR, type ActorId, type Epoch, type HostId, hostActor, type MapId } from "../protocol/ids.ts";
import type { Message, StateHash } from "../protocol/messages.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { Actor, Input, Out } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import { SizedStates } from "./sized-states.ts";
import { type Copy, type Freeze, HOST_TIMER, HOST_TIMER_KINDS, type Portion, type States, type StatesDesk } from "./states.ts";

/** Precopy ends when a round would carry less than this, or after this many rounds. */
const ROUND_SMALL_BYTES = 16_384;
const ROUNDS_MAX = 3;
/** What a host serves, and how far it is. `timeUp`: it has loaded for as long as that takes; `fetched`: the state is at hand. */
type Serving = {
  epoch: Epoch;
  stage: "loading" | "active" | "frozen";
  copy: Copy | null;
  replicas: readonly HostId[];
  timeUp: boolean;
  fetched: boolean;
};

/** What a host agent is given besides its profile. */
export type HostLimits = { readonly checkpointUs: number; readonly boot: number };

/** Makes who holds the states of a host's maps; left out, they are sizes. */
export type StatesOf = (host: HostId, desk: StatesDesk) => States;

const sized: StatesOf = (host, desk) => new SizedStates(host, desk);

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
  private readonly expected = new Map<MapId, { readonly from: HostId; readonly move: number; readonly epoch: Epoch }>();
  /** Maps of which it said that it holds a copy, and the epoch that copy is of. */
  private readonly warm = new Map<MapId, Epoch>();
  /** Suspects it probes for the coordinator. */
  private readonly probing = new Set<HostId>();
  /** Store requests under way: request → the map it is about. */
  private readonly asked = new Map<number, MapId>();
  private requests = 0;
  private connected = false;
  private leaving = false;
  private slowed = false;
  private checkpointSet = false;
  readonly states: States;

  constructor(profile: HostProfile, limits: HostLimits, statesOf: StatesOf = sized, buggify: Buggify = NEVER) {
    assert(limits.checkpointUs >= US_PER_S, "checkpoints are seconds apart at least");
    this.id = hostActor(profile.host);
    this.profile = profile;
    this.limits = limits;
    this.buggify = buggify;
    this.states = statesOf(profile.host, {
      ask: (ask, out) => this.ask(ask, out),
      fetched: (at, map, out) => this.fetched(at, map, out),
      frozen: (freeze, hash, final, out) => this.frozen(freeze, hash, final, out),
      fenced: (at, map, epoch, row, out) => this.fenced(at, map, epoch, row, out),
    });
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
        return this.written(input.at, input.request, input.answer, out);
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
    if (message.kind === "play/join") return this.join(at, from, message, out);
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
        return this.resume(at, message.map, message.epoch, out);
      case "hosting/promote":
        return this.promote(at, message.map, message.epoch, message.loadUs, out, message.hash);
      case "hosting/release":
        return this.release(at, message.map, message.epoch, "release", out);
      case "hosting/replicate":
        return this.replicate(at, message, out);
      case "state/copy":
        return this.take(from, message, out);
      case "state/final":
        return this.complete(actorNumber(from), message, out);
      case "state/replica":
        return this.standBy(from, message, out);
      case "state/lost":
        return this.lost(at, from, message, out);
      case "state/held":
      case "play/input":
      case "play/exit":
        return this.states.hear(at, from, message, out);
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
    this.expected.set(map, { from, move, epoch });
    this.tell(out, { kind: "hosting/prepared", host: this.profile.host, map, epoch, move });
  }

  /** The last of the state came. What an earlier move sent late is not it: its source has served on since. */
  private complete(source: HostId, message: Extract<Message, { kind: "state/final" }>, out: Out): void {
    const { map, epoch, move } = message;
    const expected = this.expected.get(map);
    if (expected?.from !== source || expected.move !== move) return;
    const hash = this.states.receive(message);
    if (hash === null) return this.refuse(map, expected.epoch, "not_prepared", out);
    this.tell(out, { kind: "hosting/ready", host: this.profile.host, map, epoch, move, hash });
  }

  /** A round of a precopy; without the state that it goes on top of, the source is told to send the whole. */
  private take(from: ActorId, message: Extract<Message, { kind: "state/copy" }>, out: Out): void {
    const { map, epoch, move, round } = message;
    const held = this.states.receive(message) !== null;
    const answer: Message = held ? { kind: "state/copied", map, epoch, move, round } : { kind: "state/lost", map, epoch, seq: 0 };
    out.push({ kind: "send", to: from, message: answer });
  }

  /** A standby's copy. */
  private standBy(from: ActorId, message: Extract<Message, { kind: "state/replica" }>, out: Out): void {
    const { map, epoch, seq, data } = message;
    const held = this.states.receive(message) !== null;
    if (data !== null) out.push({ kind: "send", to: from, message: { kind: held ? "state/held" : "state/lost", map, epoch, seq } });
    if (held && this.warm.get(map) !== epoch) {
      if (data !== null) this.warm.set(map, epoch);
      this.tell(out, { kind: "hosting/warm", host: this.profile.host, map, epoch });
    }
  }

  private precopy(at: number, m: Extract<Message, { kind: "hosting/precopy" }>, out: Out): void {
    const s = this.serving.get(m.map);
    if (s === undefined || s.epoch !== m.epoch || s.stage !== "active") return this.refuse(m.map, m.epoch, "not_owner", out);
    const { move, to, bytes, dirtyBytesS, roundMs } = m;
    s.copy = { move, to, bytes, dirtyBytesS, roundUs: roundMs * US_PER_MS, round: 1, sentAt: at };
    this.sendRound(at, m.map, s, s.copy, out);
  }

  private sendRound(at: number, map: MapId, s: Serving, copy: Copy, out: Out): void {
    assert(copy.round <= ROUNDS_MAX, "a precopy has few rounds");
    const portion = this.states.portion(at, map, copy);
    copy.sentAt = at;
    const { move, to, round } = copy;
    const message: Message = { kind: "state/copy", map, epoch: s.epoch, move, from: this.profile.host, round, ...portion };
    out.push({ kind: "send", to: hostActor(to), message });
  }

  private roundCopied(at: number, by: HostId, m: Extract<Message, { kind: "state/copied" }>, out: Out): void {
    const { map, epoch, move, round } = m;
    const s = this.serving.get(map);
    const copy = s?.copy ?? null;
    if (s === undefined || copy === null || copy.to !== by || copy.move !== move || s.epoch !== epoch || copy.round !== round) return;
    const dirty = this.states.waiting(at, map, copy);
    if (round >= ROUNDS_MAX || (dirty < ROUND_SMALL_BYTES && !this.buggify("precopy-again"))) {
      this.tell(out, { kind: "hosting/copied", host: this.profile.host, map, epoch, move });
      return;
    }
    out.push({ kind: "timer/set", timer: map * HOST_TIMER_KINDS + HOST_TIMER.round, at: Math.max(at + 1, copy.sentAt + copy.roundUs) });
  }

  private nextRound(at: number, map: MapId, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.copy === null || s.stage !== "active") return;
    s.copy.round += 1;
    this.sendRound(at, map, s, s.copy, out);
  }

  /** The target of a precopy, or a standby, cannot take what it was sent. */
  private lost(at: number, from: ActorId, message: Extract<Message, { kind: "state/lost" }>, out: Out): void {
    this.states.hear(at, from, message, out);
    const s = this.serving.get(message.map);
    if (s !== undefined && s.copy !== null && s.stage === "active" && s.copy.to === actorNumber(from))
      this.sendRound(at, message.map, s, s.copy, out);
  }

  private freeze(at: number, { map, epoch, move, to }: Extract<Message, { kind: "hosting/freeze" }>, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.epoch !== epoch || s.stage !== "active") return this.refuse(map, epoch, "not_owner", out);
    const { copy } = s;
    s.stage = "frozen";
    s.copy = null;
    out.push({ kind: "record", record: { kind: "host/stopped", host: this.profile.host, map, epoch, why: "freeze" } });
    this.states.freeze(at, { map, epoch, move, to }, copy, out);
  }

  private frozen({ map, epoch, move, to }: Freeze, hash: StateHash, final: Portion, out: Out): void {
    assert(this.serving.get(map)?.stage === "frozen", "only what stands still has a last state");
    this.tell(out, { kind: "hosting/frozen", host: this.profile.host, map, epoch, move, hash });
    const message: Message = { kind: "state/final", map, epoch, move, from: this.profile.host, ...final, hash };
    out.push({ kind: "send", to: hostActor(to), message });
  }

  private resume(at: number, map: MapId, epoch: Epoch, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.epoch !== epoch) return;
    s.copy = null;
    if (s.stage === "frozen") {
      s.stage = "active";
      out.push({ kind: "record", record: { kind: "host/serving", host: this.profile.host, map, epoch } });
      this.states.resume(at, map, out);
    }
    if (s.stage === "active") this.tell(out, { kind: "hosting/active", host: this.profile.host, map, epoch });
  }

  private promote(at: number, map: MapId, epoch: Epoch, loadUs: number, out: Out, hash: StateHash | null): void {
    const s = this.serving.get(map);
    if (s !== undefined && s.epoch === epoch) {
      // Asked again: the answer may have been lost.
      if (s.stage === "active") this.tell(out, { kind: "hosting/active", host: this.profile.host, map, epoch });
      return;
    }
    if (this.below(map, epoch)) return this.refuse(map, epoch, "stale_epoch", out);
    if (s !== undefined) this.stop(at, map, s, "stale", out);
    this.expected.delete(map);
    this.floor.set(map, epoch - 1);
    this.begin(at, map, epoch, hash, out);
    // Once: each load of a row of hosts that took longer than its time would keep the map from everybody beyond its bound.
    const slow = !this.slowed && this.buggify("load-slow");
    if (slow) this.slowed = true;
    const slowUs = slow ? Math.min(9 * loadUs, US_PER_S) : 0;
    out.push({ kind: "timer/set", timer: map * HOST_TIMER_KINDS + HOST_TIMER.loaded, at: at + Math.max(1, loadUs) + slowUs });
  }

  private begin(at: number, map: MapId, epoch: Epoch, hash: StateHash | null, out: Out): void {
    const s: Serving = { epoch, stage: "loading", copy: null, replicas: [], timeUp: false, fetched: false };
    this.serving.set(map, s);
    s.fetched = this.states.take(at, map, epoch, hash, out);
  }

  private loaded(at: number, map: MapId, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.stage !== "loading") return;
    s.timeUp = true;
    if (s.fetched) this.serve(at, map, s, out);
  }

  private fetched(at: number, map: MapId, out: Out): void {
    const s = this.serving.get(map);
    assert(s?.stage === "loading", "a state is got for a map that loads");
    s.fetched = true;
    if (s.timeUp) this.serve(at, map, s, out);
  }

  private serve(at: number, map: MapId, s: Serving, out: Out): void {
    s.stage = "active";
    this.warm.delete(map);
    this.states.open(at, map, out);
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

  private stop(at: number, map: MapId, s: Serving, why: "release" | "stale", out: Out): void {
    if (s.stage === "loading") out.push({ kind: "timer/clear", timer: map * HOST_TIMER_KINDS + HOST_TIMER.loaded });
    out.push({ kind: "record", record: { kind: "host/stopped", host: this.profile.host, map, epoch: s.epoch, why } });
    this.serving.delete(map);
    this.states.close(at, map, out);
  }

  private release(at: number, map: MapId, epoch: Epoch, why: "release" | "stale", out: Out): void {
    this.expected.delete(map);
    this.warm.delete(map);
    if (epoch > (this.floor.get(map) ?? -1)) this.floor.set(map, epoch);
    this.states.forget(map, epoch);
    const s = this.serving.get(map);
    if (s !== undefined && s.epoch <= epoch) this.stop(at, map, s, why, out);
  }

  private replicate(at: number, m: Extract<Message, { kind: "hosting/replicate" }>, out: Out): void {
    const s = this.serving.get(m.map);
    if (s === undefined || s.epoch !== m.epoch) return;
    this.states.replicate(at, m, s.replicas, out);
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
      case HOST_TIMER.checkpoint:
        return this.checkpoint(at, out);
      default:
        return this.states.wake(at, timer, out);
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
      const image = this.states.image(map);
      const request = this.ask({ verb: "checkpoint", map, host: this.profile.host, epoch: s.epoch, image, boot: this.limits.boot }, out);
      this.asked.set(request, map);
    }
    this.checkpointSet = this.serving.size > 0;
    if (this.checkpointSet) out.push({ kind: "timer/set", timer: HOST_TIMER.checkpoint, at: at + this.limits.checkpointUs });
  }

  private ask(ask: StoreRequest, out: Out): number {
    this.requests += 1;
    out.push({ kind: "store", request: this.requests, ask });
    return this.requests;
  }

  private written(at: number, request: number, answer: StoreAnswer, out: Out): void {
    if (this.states.answered(at, request, answer, out)) return;
    const map = this.asked.get(request);
    this.asked.delete(request);
    const epoch = map === undefined ? undefined : this.serving.get(map)?.epoch;
    if (map !== undefined && epoch !== undefined && answer.result === "refused") this.fenced(at, map, epoch, answer.row, out);
  }

  /** The store has the map under a higher epoch than ours, which is void; or under a lower one, and then it has lost our grant and is to have it again. */
  private fenced(at: number, map: MapId, epoch: Epoch, row: OwnershipRow, out: Out): void {
    const s = this.serving.get(map);
    if (s === undefined || s.epoch !== epoch || s.epoch === row.epoch) return;
    if (row.epoch < s.epoch) return this.refuse(map, epoch, "grant_lost", out);
    this.release(at, map, row.epoch - 1, "stale", out);
    this.refuse(map, epoch, "stale_epoch", out);
  }

  private join(at: number, from: ActorId, { player, map, epoch, next }: Extract<Message, { kind: "play/join" }>, out: Out): void {
    const s = this.serving.get(map);
    const serves = s !== undefined && s.stage === "active" && s.epoch === epoch;
    if (serves && !this.buggify("join-turned-away")) return this.states.join(at, from, player, map, epoch, next, out);
    const reason = s !== undefined && epoch < s.epoch ? "stale_epoch" : "not_owner";
    out.push({ kind: "send", to: from, message: { kind: "play/turned-away", map, epoch, reason } });
  }
}
