/**
 * Owns what goes wrong on purpose: when each fault begins, whom it meets, how it ends, and whether it had any effect.
 * Promises: times and victims are keyed by (fault, occurrence), so that one fault moves no other; everything is healed when
 * faults stop. Never touches an actor: only machines, lines, the store and the processes' lives.
 */
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import { type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import type { HostFleet } from "../fleet/hosts.ts";
import type { PlayerFleet } from "../fleet/players.ts";
import type { Fault, Options } from "../options.ts";
import { CUT_IN, CUT_OUT } from "../world/machines.ts";
import { EVENT } from "../world/queue.ts";
import { SOURCE } from "../world/sources.ts";
import type { World } from "../world/world.ts";
import { Overlay } from "./overlay.ts";
import { victims } from "./victims.ts";

/** A client whose line is dead gives its connection up after this. */
const CLIENT_GIVES_UP_US = 5_000_000;
/** Host agents come back to a restarted coordinator within this. */
const AGENTS_RETURN_US = 1_000_000;
/** Clients that nobody closed do so within this, of themselves; how long people take who have to log in again is the scenario's. */
const CLIENTS_RETURN_US = 4_000_000;

/** How to undo one occurrence of a fault. */
type Undo = () => void;

/** Plays the fault plan of a run, and the background bursts of loss on home lines. */
export class Faults {
  private readonly world: World;
  private readonly fleet: HostFleet;
  private readonly people: PlayerFleet;
  private readonly options: Options;
  private readonly when: Stream;
  private readonly whom: Stream;
  private readonly back: Stream;
  private readonly reconnect: PreparedLaw;
  private readonly cuts: { in: Uint8Array; out: Uint8Array };
  private readonly overlay = new Overlay();
  private readonly open = new Map<number, Undo>();
  private occurrences = 0;
  private stopped = false;

  constructor(world: World, fleet: HostFleet, people: PlayerFleet, options: Options) {
    this.world = world;
    this.fleet = fleet;
    this.people = people;
    this.options = options;
    this.when = stream(world.root, "faults/when");
    this.whom = stream(world.root, "faults/whom");
    this.back = stream(world.root, "faults/back");
    this.reconnect = prepareLaw(options.reconnectS);
    const all = world.machines.up.length;
    this.cuts = { in: new Uint8Array(all), out: new Uint8Array(all) };
  }

  start(): void {
    this.options.faults.forEach((fault, i) => this.schedule(fault, i, fault.atUs, 0));
    const { burst } = this.options.network;
    if (burst !== null)
      for (let host = this.options.vps.sites.length + 1; host <= this.world.machines.hosts; host++) this.scheduleBurst(host, 0);
  }

  private schedule(fault: Fault, index: number, at: number, occurrence: number): void {
    this.world.schedule(Math.round(at), SOURCE.fault + index, 2 * occurrence, EVENT.fault, index, occurrence, fault);
  }

  /** An event of ours came up. */
  event(kind: number, target: number, number: number, object: unknown): void {
    if (kind === EVENT.fault) this.begin(object as Fault, target, number);
    else if (kind === EVENT.faultEnd) this.end(number, object as Fault);
    else if (kind === EVENT.burst) this.burst(target, number);
  }

  /** Faults are over: what is open is healed, nothing new begins. */
  heal(): void {
    this.stopped = true;
    for (const id of [...this.open.keys()].sort((a, b) => a - b)) this.undo(id);
  }

  /** At the end of a run: what is still open tells what it met so far. */
  report(): void {
    this.heal();
  }

  private begin(fault: Fault, index: number, occurrence: number): void {
    if (this.stopped) return;
    if (fault.everyUs !== null) {
      const gap = -Math.log(drawUnit(this.when, index, occurrence)) * fault.everyUs;
      this.schedule(fault, index, this.world.now + Math.max(1, gap), occurrence + 1);
    }
    this.world.observer.fault?.(this.world.now, fault.id, "begin", 1);
    const undo = this.apply(fault, index, occurrence);
    if (undo === null) return;
    this.occurrences += 1;
    this.open.set(this.occurrences, undo);
    this.world.schedule(
      this.world.now + Math.max(1, fault.forUs),
      SOURCE.fault + index,
      2 * occurrence + 1,
      EVENT.faultEnd,
      index,
      this.occurrences,
      fault,
    );
  }

  private end(id: number, fault: Fault): void {
    if (!this.open.has(id)) return;
    this.undo(id);
    this.world.observer.fault?.(this.world.now, fault.id, "end", 1);
  }

  private undo(id: number): void {
    const undo = this.open.get(id);
    this.open.delete(id);
    undo?.();
  }

  private met(fault: Fault, count: number): void {
    if (count > 0) this.world.observer.fault?.(this.world.now, fault.id, "effect", count);
  }

  /** Does it; gives how to undo it, or null when it is over at once. */
  private apply(fault: Fault, index: number, occurrence: number): Undo | null {
    switch (fault.kind) {
      case "store-slow":
      case "store-fail":
      case "store-unknown":
      case "store-refuse":
        return this.troubleStore(fault);
      case "coordinator-restart":
        return this.restartCoordinator(fault);
      case "player-drop":
        return this.dropPlayers(fault, index, occurrence);
      case "region-outage":
        return this.cutRegion(fault);
      default:
        return this.troubleHosts(fault, index, occurrence);
    }
  }

  private troubleHosts(fault: Fault, index: number, occurrence: number): Undo | null {
    const hosts = victims(this.world, this.options, fault.target, this.whom, index, occurrence);
    this.met(fault, hosts.length);
    const undos: Undo[] = [];
    for (const host of hosts) {
      const undo = this.troubleHost(fault, host);
      if (undo !== null) undos.push(undo);
    }
    return undos.length === 0 ? null : () => undos.forEach((undo) => undo());
  }

  private troubleHost(fault: Fault, host: HostId): Undo | null {
    switch (fault.kind) {
      case "crash":
        this.fleet.stop(host, fault.close ? "down-close" : "down-silent", fault.forUs > 0 ? fault.forUs : -1);
        return null;
      case "leave":
        this.fleet.leave(host);
        return null;
      case "pause":
        return this.pause(host, fault.forUs);
      case "cut":
        return this.cut(host, true, true);
      case "one-way-cut":
        return this.cut(host, !fault.close, fault.close);
      case "jitter-burst":
        return this.shake(host, fault.amount, 0, fault.forUs);
      case "loss-burst":
        return this.shake(host, 1, fault.amount, fault.forUs);
      default:
        return this.failValidation(host);
    }
  }

  private pause(host: HostId, forUs: number): Undo {
    const { world } = this;
    const boot = world.hosts[host];
    world.interrupt(host);
    world.machines.pausedUntil[host] = world.now + forUs;
    world.truth(host, "paused");
    const weather = world.heartbeats.begin(host, Number.POSITIVE_INFINITY, 1, 1);
    return () => {
      world.heartbeats.clear(host, weather);
      if (world.hosts[host] !== boot) return;
      world.machines.pausedUntil[host] = 0;
      world.truth(host, "resumed");
      if (forUs > world.heartbeats.silentAfterUs) this.comeBack(host);
    };
  }

  /** The machine notices that its connection died and makes a new one. */
  private comeBack(dense: number): void {
    if (this.world.machines.up[dense] === 0) return;
    this.world.disconnect(dense, false);
    this.world.connect(dense, 1);
  }

  private cut(host: HostId, inwards: boolean, outwards: boolean): Undo {
    const { world } = this;
    const began = world.now;
    if (inwards && outwards) world.interrupt(host);
    this.bar(host, inwards, outwards, 1);
    world.truth(host, inwards && outwards ? "cut" : "cut-one-way");
    const weather = outwards ? world.heartbeats.begin(host, Number.POSITIVE_INFINITY, 1, 1) : -1;
    return () => {
      if (weather >= 0) world.heartbeats.clear(host, weather);
      this.bar(host, inwards, outwards, -1);
      if (world.machines.cut[host] === 0) world.truth(host, "healed");
      if (world.now - began > world.heartbeats.silentAfterUs) this.comeBack(host);
    };
  }

  /** Cuts may overlap: a direction is open again when the last of them is healed. */
  private bar(dense: number, inwards: boolean, outwards: boolean, by: 1 | -1): void {
    const { cuts } = this;
    if (inwards) cuts.in[dense] = (cuts.in[dense] as number) + by;
    if (outwards) cuts.out[dense] = (cuts.out[dense] as number) + by;
    this.world.machines.cut[dense] = ((cuts.in[dense] as number) > 0 ? CUT_IN : 0) | ((cuts.out[dense] as number) > 0 ? CUT_OUT : 0);
  }

  private shake(host: HostId, jitter: number, loss: number, forUs: number): Undo {
    const { world } = this;
    const { network } = world;
    const calmJitter = this.overlay.raise(`jitter/${host}`, 1, jitter, (value) => (network.jitterFactor[host] = value));
    const calmLoss = this.overlay.raise(`loss/${host}`, 0, loss, (value) => (network.lossNow[host] = value));
    const weather = world.heartbeats.begin(host, world.now + forUs, loss, jitter);
    return () => {
      world.heartbeats.clear(host, weather);
      calmJitter();
      calmLoss();
    };
  }

  private failValidation(host: HostId): null {
    const { world } = this;
    if (!world.coordinatorUp) return null;
    for (let i = 0; i < this.options.tuning.validationsFailedMax; i++) {
      world.deliver(world.coordinator, {
        kind: "message",
        at: world.now,
        from: 0,
        message: { kind: "validation/verdict", host, valid: false },
      });
    }
    return null;
  }

  private troubleStore(fault: Fault): Undo {
    const { store } = this.world;
    const key =
      fault.kind === "store-slow" ? "slow" : fault.kind === "store-fail" ? "fail" : fault.kind === "store-unknown" ? "unknown" : "refuse";
    const metBefore = store.met[key];
    const calm = this.overlay.raise(`store/${key}`, key === "slow" ? 1 : 0, fault.amount, (value) => (store.weather[key] = value));
    return () => {
      calm();
      this.met(fault, store.met[key] - metBefore);
    };
  }

  private restartCoordinator(fault: Fault): Undo | null {
    const { world } = this;
    if (!world.coordinatorUp) return null;
    const linked: number[] = [];
    for (let dense = 1; dense < world.machines.up.length; dense++) if (world.machines.linked[dense] === 1) linked.push(dense);
    world.stopCoordinator();
    this.met(fault, linked.length);
    return () => {
      world.startCoordinator();
      for (const dense of linked) this.returnTo(dense);
    };
  }

  private returnTo(dense: number): void {
    const { world } = this;
    if (world.machines.up[dense] === 0 || world.machines.linked[dense] === 1) return;
    const u = drawUnit(this.back, dense, world.machines.generation[dense] as number);
    world.connect(dense, u * (dense <= world.machines.hosts ? AGENTS_RETURN_US : CLIENTS_RETURN_US));
  }

  private dropPlayers(fault: Fault, index: number, occurrence: number): null {
    const { world } = this;
    const { hosts } = world.machines;
    let met = 0;
    for (let i = 0; i < world.players.length; i++) {
      if (world.players[i] === undefined || drawUnit(this.whom, i, index * 1_000_003 + occurrence) >= fault.amount) continue;
      const generation = world.machines.generation[hosts + 1 + i] as number;
      const awayS = sampleLaw(this.reconnect, drawUnit(this.back, hosts + 1 + i, generation));
      this.people.drop(i, Math.round(awayS * 1_000_000));
      met += 1;
    }
    this.met(fault, met);
    return null;
  }

  /** A region falls off the net: its hosts and its players, both ways. */
  private cutRegion(fault: Fault): Undo {
    const { world } = this;
    const region = fault.target.pick === "region" ? fault.target.region : -1;
    const undos: Undo[] = [];
    let met = 0;
    for (let host = this.options.vps.sites.length + 1; host <= world.machines.hosts; host++) {
      if (world.machines.up[host] === 0 || this.fleet.profile(host).region !== region) continue;
      undos.push(this.cut(host, true, true));
      met += 1;
    }
    const first = world.machines.hosts + 1;
    world.players.forEach((player, i) => {
      if (player === undefined || player.region !== region) return;
      met += 1;
      this.bar(first + i, true, true, 1);
      const generation = world.machines.generation[first + i] as number;
      undos.push(() => this.healPlayer(first + i, generation));
      // The coordinator's side notices a dead client by its own time-out.
      if (fault.forUs > CLIENT_GIVES_UP_US)
        world.schedule(world.now + CLIENT_GIVES_UP_US, SOURCE.faultPlayer + i, generation, EVENT.linkDown, first + i, generation + 1, undefined);
    });
    this.met(fault, met);
    return () => undos.forEach((undo) => undo());
  }

  private healPlayer(dense: number, generation: number): void {
    this.bar(dense, true, true, -1);
    const { machines } = this.world;
    if (machines.up[dense] === 1 && machines.generation[dense] === generation) this.comeBack(dense);
    else if ((this.cuts.in[dense] as number) > 0 && machines.up[dense] === 0) this.cuts.in[dense] = this.cuts.out[dense] = 0;
  }

  /** Background bursts of loss on a host's line (Gilbert–Elliott): gaps and lengths exponential, keyed by host and number. */
  private scheduleBurst(host: number, n: number): void {
    const { burst } = this.options.network;
    if (burst === null) return;
    const gap = -Math.log(drawUnit(this.when, -1 - host, 2 * n)) * burst.everyUs;
    this.world.schedule(this.world.now + Math.max(1, Math.round(gap)), SOURCE.burst + host, n, EVENT.burst, host, n, undefined);
  }

  private burst(host: number, n: number): void {
    const { burst } = this.options.network;
    if (burst === null || this.stopped) return;
    const length = Math.max(1, Math.round(-Math.log(drawUnit(this.when, -1 - host, 2 * n + 1)) * burst.lengthUs));
    if (this.world.machines.up[host] === 1) this.world.heartbeats.begin(host, this.world.now + length, burst.loss, 1);
    this.scheduleBurst(host, n + 1);
  }
}
