/**
 * Maps over time: who serves each, whether it stands in an outage, a freeze or a move, how many VPS slots that takes, and
 * how many players play where. It follows what hosts say of themselves and what the world knows of the hosts.
 */
import type { Epoch, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { roomFor } from "./columns.ts";
import type { Fleet } from "./fleet.ts";
import { Level } from "./level.ts";
import { ENDED, FROZEN, GONE, LOST, NO_SERVICE, RUNNING, Services, type Stop } from "./services.ts";
import type { Reached, Tally } from "./tally.ts";

/** Where a map stands. Each map is in exactly one of these. */
const UNHOSTED = 0;
const MOVING = 1;
const ON_PLAYERS = 2;
const ON_VPS = 3;

/** Owns maps' columns and the services; `eligible[map]`: the map may leave the VPS. */
export class Hosting {
  readonly services = new Services();
  /** Maps by where they stand. */
  readonly unhosted: Level;
  readonly moving = new Level();
  readonly onPlayers = new Level();
  readonly onVps = new Level();
  /** Of those on player hosts, the ones that may leave the VPS (all of them, unless a rule is broken). */
  readonly eligibleOnPlayers = new Level();
  /** VPS slots in use: served there or on the way there. */
  readonly slots = new Level();
  /** Players whose map is served to them right now, by kind of host. */
  readonly playersOnPlayers = new Level();
  readonly playersOnVps = new Level();
  /** Highest sum of slots in use and demand that found none. */
  slotsNeeded = 0;
  /** Sum of all outages so far, microseconds. */
  outageUs = 0;
  readonly #eligible: readonly boolean[];
  readonly #fleet: Fleet;
  readonly #tally: Tally;
  readonly #reached: Reached;
  readonly #levels: readonly Level[];
  readonly #where: Uint8Array;
  readonly #current: Int32Array;
  readonly #previous: Int32Array;
  readonly #inMove: Uint8Array;
  readonly #toVps: Uint8Array;
  /** 1 while a map without host waits for a VPS slot. */
  readonly #waits: Uint8Array;
  #waiting = 0;
  /** Maps that are served, yet were refused a slot at instant `#refusedAt`. */
  #refusedNow = 0;
  #refusedAt = -1;
  /** The last instant a served map was refused a slot: the same refusal, recorded twice, counts once. */
  readonly #refusedMapAt: Float64Array;
  #playersOfHost = new Int32Array(0);
  #servicesOfHost = new Int32Array(0);

  constructor(eligible: readonly boolean[], fleet: Fleet, tally: Tally, reached: Reached) {
    const maps = eligible.length;
    this.#eligible = eligible;
    this.#fleet = fleet;
    this.#tally = tally;
    this.#reached = reached;
    this.unhosted = new Level(maps);
    this.#levels = [this.unhosted, this.moving, this.onPlayers, this.onVps];
    this.#where = new Uint8Array(maps);
    this.#current = new Int32Array(maps).fill(NO_SERVICE);
    this.#previous = new Int32Array(maps).fill(NO_SERVICE);
    this.#inMove = new Uint8Array(maps);
    this.#toVps = new Uint8Array(maps);
    this.#waits = new Uint8Array(maps);
    this.#refusedMapAt = new Float64Array(maps).fill(-1);
  }

  /** Each player host that serves at least one map, by id, with the players on it right now. */
  eachServingPlayerHost(visit: (host: HostId, players: number) => void): void {
    for (let host = 0; host < this.#servicesOfHost.length; host++) {
      if ((this.#servicesOfHost[host] as number) > 0 && !this.#fleet.isVps(host)) visit(host, this.#playersOfHost[host] as number);
    }
  }

  /** The service of (map, host, epoch) if it is the map's present or last one. */
  find(map: MapId, host: HostId, epoch: Epoch): number {
    const current = this.#current[map] as number;
    if (this.#is(current, host, epoch)) return current;
    const previous = this.#previous[map] as number;
    return this.#is(previous, host, epoch) ? previous : NO_SERVICE;
  }

  /** A host says that it serves the map under `epoch`. Claims below the present epoch are a checker's business and change nothing. */
  serving(at: number, host: HostId, map: MapId, epoch: Epoch): void {
    const current = this.#current[map] as number;
    if (this.#is(current, host, epoch)) {
      if (this.services.state[current] !== RUNNING) this.#resume(at, current);
      return;
    }
    if (current !== NO_SERVICE && epoch < (this.services.epoch[current] as number)) return;
    const first = current === NO_SERVICE;
    if (first) this.#tally.of("first_host_ms").add(at);
    else if (this.services.state[current] === RUNNING) this.#stop(at, current, ENDED);
    else this.#endOutage(at, current, host);
    const previous = this.#previous[map] as number;
    if (previous !== NO_SERVICE) this.services.unpin(previous);
    this.#previous[map] = current;
    this.#playersOfHost = roomFor(this.#playersOfHost, host, 0);
    this.#servicesOfHost = roomFor(this.#servicesOfHost, host, 0);
    const service = this.services.open(host, map, epoch);
    this.#run(host, 1);
    this.#current[map] = service;
    this.#bound(at, map, false);
    this.#settleWait(map);
    this.#place(at, map);
    if (!this.#fleet.serves(host)) this.#stop(at, service, LOST);
  }

  /** A host says that it stopped. */
  stopped(at: number, host: HostId, map: MapId, epoch: Epoch, why: "freeze" | "release" | "stale"): void {
    const service = this.find(map, host, epoch);
    if (service !== NO_SERVICE && this.services.state[service] === RUNNING) this.#stop(at, service, why === "freeze" ? FROZEN : ENDED);
  }

  /** The world says the host cannot serve (any more); `ended`: its process is no more. */
  hostLost(at: number, host: HostId, ended: boolean): void {
    for (let s = this.services.firstOf(host); s !== NO_SERVICE; s = this.services.after(s)) {
      const state = this.services.state[s];
      if (state === RUNNING) this.#stop(at, s, ended ? GONE : LOST);
      // A frozen source that is lost turns the freeze into an outage.
      else if (this.#isCurrent(s) && (state === FROZEN || (state === LOST && ended))) this.services.stopFor(s, GONE);
    }
  }

  /** The same process serves on: its pause or cut is over. */
  hostHealed(at: number, host: HostId): void {
    for (let s = this.services.firstOf(host); s !== NO_SERVICE; s = this.services.after(s)) {
      if (this.services.state[s] === LOST && this.#isCurrent(s)) this.#resume(at, s);
    }
  }

  /** A move of the map was decided. */
  decided(at: number, map: MapId, toVps: boolean): void {
    this.#inMove[map] = 1;
    this.#bound(at, map, toVps);
    this.#place(at, map);
  }

  /** The move is over, well or not. */
  settled(at: number, map: MapId): void {
    this.#inMove[map] = 0;
    this.#bound(at, map, false);
    this.#place(at, map);
  }

  /** A new coordinator: what was on its way is no longer. */
  forgotten(at: number): void {
    for (let map = 0; map < this.#inMove.length; map++) if (this.#inMove[map] === 1) this.settled(at, map);
  }

  /**
   * The map was refused a VPS slot. It waits if nobody serves it, and asking again while it waits is no new refusal (false);
   * the demand of a map that is served counts for this instant.
   */
  refusedSlot(at: number, map: MapId): boolean {
    if ((this.#where[map] as number) < ON_PLAYERS) {
      if (this.#waits[map] === 1) return false;
      this.#waits[map] = 1;
      this.#waiting++;
    } else {
      if (this.#refusedMapAt[map] === at) return false;
      if (at !== this.#refusedAt) this.#refusedNow = 0;
      this.#refusedMapAt[map] = at;
      this.#refusedAt = at;
      this.#refusedNow++;
    }
    this.#need(at);
    return true;
  }

  /** A player plays on this service from now on. */
  attach(at: number, service: number): void {
    this.services.attach(service);
    if (this.services.state[service] === RUNNING) this.#play(at, this.services.host[service] as number, 1);
  }

  /** A player leaves it. */
  detach(at: number, service: number): void {
    if (this.services.state[service] === RUNNING) this.#play(at, this.services.host[service] as number, -1);
    this.services.detach(service);
  }

  /** The run is over: open outages count up to now. */
  finish(at: number): void {
    for (let map = 0; map < this.#current.length; map++) {
      const current = this.#current[map] as number;
      if (current === NO_SERVICE) this.#tally.of("first_host_ms").add(at);
      else if (this.services.state[current] !== RUNNING && this.services.state[current] !== FROZEN) {
        this.#outage(at - (this.services.stoppedAt[current] as number));
      } else continue;
      this.#reached.hit("map.unhostedAtEnd");
    }
  }

  #is(service: number, host: HostId, epoch: Epoch): boolean {
    return service !== NO_SERVICE && this.services.host[service] === host && this.services.epoch[service] === epoch;
  }

  #isCurrent(service: number): boolean {
    return this.#current[this.services.map[service] as number] === service;
  }

  #stop(at: number, service: number, why: Stop): void {
    this.services.stop(service, at, why);
    this.#run(this.services.host[service] as number, -1);
    this.#play(at, this.services.host[service] as number, -(this.services.players[service] as number));
    if (this.#isCurrent(service)) this.#place(at, this.services.map[service] as number);
  }

  #resume(at: number, service: number): void {
    const us = at - (this.services.stoppedAt[service] as number);
    const players = this.services.players[service] as number;
    if (this.services.state[service] === FROZEN) this.#reached.hit("freeze.aborted");
    else this.#outage(us);
    if (players > 0) this.#tally.of("stall_ms").add(us, players);
    this.services.resume(service);
    this.#run(this.services.host[service] as number, 1);
    this.#play(at, this.services.host[service] as number, players);
    this.#settleWait(this.services.map[service] as number);
    this.#place(at, this.services.map[service] as number);
  }

  /** Another host takes over from `last`, which had stopped. */
  #endOutage(at: number, last: number, host: HostId): void {
    const us = at - (this.services.stoppedAt[last] as number);
    if (this.services.state[last] === FROZEN) {
      this.#tally.of("handoff_freeze_ms").add(us);
      return;
    }
    this.#outage(us);
    if (this.services.state[last] !== ENDED && this.services.host[last] !== host) this.#tally.of("failover_ms").add(us);
  }

  #outage(us: number): void {
    this.outageUs += us;
    this.#tally.of("unhosted_ms").add(us);
  }

  /** Moves the map to the class it belongs to now. */
  #place(at: number, map: MapId): void {
    const current = this.#current[map] as number;
    const before = this.#where[map] as number;
    let after = this.#inMove[map] === 1 ? MOVING : UNHOSTED;
    if (current !== NO_SERVICE && this.services.state[current] === RUNNING) {
      after = this.#fleet.isVps(this.services.host[current] as number) ? ON_VPS : ON_PLAYERS;
    }
    if (after === before) return;
    this.#where[map] = after;
    (this.#levels[before] as Level).add(at, -1);
    (this.#levels[after] as Level).add(at, 1);
    if (this.#eligible[map] === true) this.eligibleOnPlayers.add(at, Number(after === ON_PLAYERS) - Number(before === ON_PLAYERS));
    this.#take(at, Number(after === ON_VPS) - Number(before === ON_VPS));
  }

  /** Reserves or frees the slot a map needs on its way to the VPS. */
  #bound(at: number, map: MapId, toVps: boolean): void {
    if (toVps) this.#settleWait(map);
    const delta = Number(toVps) - (this.#toVps[map] as number);
    this.#toVps[map] = Number(toVps);
    this.#take(at, delta);
  }

  #take(at: number, slots: number): void {
    if (slots === 0) return;
    this.slots.add(at, slots);
    if (slots > 0) this.#need(at);
  }

  #need(at: number): void {
    const refused = at === this.#refusedAt ? this.#refusedNow : 0;
    this.slotsNeeded = Math.max(this.slotsNeeded, this.slots.value + this.#waiting + refused);
  }

  #settleWait(map: MapId): void {
    if (this.#waits[map] === 0) return;
    this.#waits[map] = 0;
    this.#waiting--;
  }

  #run(host: HostId, services: number): void {
    this.#servicesOfHost[host] = (this.#servicesOfHost[host] as number) + services;
  }

  #play(at: number, host: HostId, players: number): void {
    if (players === 0) return;
    this.#playersOfHost[host] = (this.#playersOfHost[host] as number) + players;
    (this.#fleet.isVps(host) ? this.playersOnVps : this.playersOnPlayers).add(at, players);
  }
}
