/**
 * What happens to lines: cut, clogged, lossy, slow, and connections that break. Each gives its parts, host by host.
 * Promises: nothing is counted that a line would have done by itself; a line is as it was when the last of its troubles ends.
 */
import { drawUnit } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Fault } from "../options.ts";
import { EVENT } from "../world/queue.ts";
import { METER, type Meter } from "../world/meters.ts";
import type { LineTrouble } from "../world/network.ts";
import { SOURCE } from "../world/sources.ts";
import { cutBits } from "./cuts.ts";
import { drawNumber, type Occurrence, type Part, type Tools } from "./part.ts";

/** A client whose line is dead gives its connection up after this. */
export const CLIENT_GIVES_UP_US = 5_000_000;

/** How much more a meter says of a host than it says now. */
function since(tools: Tools, meter: Meter, host: HostId): () => number {
  const { meters } = tools.world;
  const before = meters.of(meter, host);
  return () => meters.of(meter, host) - before;
}

/** Weather over a host's heartbeats: how to end it, and how many beats it spoilt, known when it has ended. */
function weather(tools: Tools, host: HostId, until: number, loss: number, jitter: number): { end: () => void; spoilt: () => number } {
  const { heartbeats } = tools.world;
  const id = heartbeats.begin(host, until, loss, jitter);
  let spoilt: number | null = null;
  const end = () => {
    spoilt = heartbeats.spoilt(host, id);
    heartbeats.clear(host, id);
  };
  return { end, spoilt: () => spoilt ?? heartbeats.spoilt(host, id) };
}

/** The machine notices that its connection died and makes a new one. */
function comeBack({ world }: Tools, dense: number): void {
  if (world.machines.up[dense] === 0) return;
  world.connections.disconnect(dense, false);
  world.connections.connect(dense, 1);
}

/** What heartbeats need of a line: they go to the coordinator. */
const BEATS = cutBits("vps", false, true);

/** A cut in these directions, from those that `shape` names. */
export function cut(tools: Tools, host: HostId, inwards: boolean, outwards: boolean, shape: Fault["shape"] = "all"): Part {
  const { world, cuts } = tools;
  const began = world.now;
  const bits = cutBits(shape, inwards, outwards);
  const barred = since(tools, METER.barred, host);
  if (inwards && outwards && shape === "all") world.interrupt(host);
  cuts.bar(host, bits, 1);
  const both = inwards && outwards;
  world.truth(host, shape !== "all" ? "cut-in-part" : both ? "cut" : "cut-one-way");
  const beats = (bits & BEATS) !== 0 ? weather(tools, host, Number.POSITIVE_INFINITY, 1, 1) : null;
  const undo = () => {
    beats?.end();
    cuts.bar(host, bits, -1);
    cuts.ended(host);
    const parted = shape === "all" || shape === "vps";
    // A connection is in order or it is gone: one on which something was lost does not go on as if nothing had been.
    if (parted && (barred() > 0 || world.now - began > world.heartbeats.silentAfterUs)) comeBack(tools, host);
  };
  return { host, undo, met: () => barred() + (beats?.spoilt() ?? 0) };
}

/** The hosts reach each other, and nobody else reaches them. */
export function isolate(tools: Tools, hosts: readonly HostId[]): Part[] {
  const { world, cuts } = tools;
  const began = world.now;
  for (const host of hosts) world.interrupt(host);
  const bit = cuts.strand(hosts);
  return hosts.map((host) => {
    const barred = since(tools, METER.barred, host);
    world.truth(host, "cut");
    const beats = weather(tools, host, Number.POSITIVE_INFINITY, 1, 1);
    const undo = () => {
      beats.end();
      cuts.rejoin(host, bit);
      cuts.ended(host);
      if (barred() > 0 || world.now - began > world.heartbeats.silentAfterUs) comeBack(tools, host);
    };
    return { host, undo, met: () => barred() + beats.spoilt() };
  });
}

/** Delays and losses of a host's packets and beats. `meter` says by which of the two the fault is judged. */
export function shake(tools: Tools, host: HostId, jitter: number, loss: number, forUs: number): Part {
  const { world, overlay } = tools;
  const { network } = world;
  const shaken = since(tools, loss > 0 ? METER.resent : METER.jittered, host);
  const calmJitter = overlay.raise(`jitter/${host}`, 1, jitter, (value) => (network.jitterFactor[host] = value));
  const calmLoss = overlay.raise(`loss/${host}`, 0, loss, (value) => (network.lossNow[host] = value));
  const whole = loss === 0 ? null : overlay.raise(`whole/${host}`, 0, world.now + forUs, (at) => (network.lossUntil[host] = at));
  const beats = weather(tools, host, world.now + forUs, loss, jitter);
  const undo = () => {
    beats.end();
    calmJitter();
    calmLoss();
    whole?.();
  };
  return { host, undo, met: () => shaken() + beats.spoilt() };
}

/** One of the troubles that a line has by itself: `quiet` is the value without it. */
export function trouble(tools: Tools, host: HostId, what: keyof LineTrouble, value: number, meter: Meter): Part {
  const { network } = tools.world;
  const column = network.trouble[what];
  const met = since(tools, meter, host);
  network.troubled += 1;
  const calm = tools.overlay.raise(`${what}/${host}`, what === "slower" ? 1 : 0, value, (now) => (column[host] = now));
  const undo = () => {
    calm();
    network.troubled -= 1;
  };
  return { host, undo, met };
}

/** The line carries nothing until it is free; then everything comes. */
export function clog(tools: Tools, host: HostId): Part {
  const { world, cuts } = tools;
  const held = since(tools, METER.clogged, host);
  world.interrupt(host);
  cuts.clog(host, 1);
  world.truth(host, "cut");
  const beats = weather(tools, host, Number.POSITIVE_INFINITY, 1, 1);
  const undo = () => {
    beats.end();
    cuts.clog(host, -1);
    cuts.ended(host);
  };
  return { host, undo, met: () => held() + beats.spoilt() };
}

/** Lines clog at drawn times of the first half, and come free at drawn times of the second. */
export function swizzleClog(tools: Tools, hosts: readonly HostId[], occurrence: Occurrence): Part[] {
  const { world, when, later } = tools;
  const { fault, index } = occurrence;
  const half = fault.forUs / 2;
  const at = (host: HostId, which: number) => drawUnit(when, 2_000_000_000 + 2 * host + which, drawNumber(occurrence)) * half;
  return hosts.map((host) => {
    let clogged: Part | null = null;
    const free = () => {
      clogged?.undo?.();
    };
    let done = false;
    const undo = () => {
      if (!done) free();
      done = true;
    };
    later(index, world.now + at(host, 0), () => {
      if (!done) clogged = clog(tools, host);
    });
    later(index, world.now + half + at(host, 1), undo);
    return { host, undo, met: () => clogged?.met() ?? 0 };
  });
}

/** The connection breaks and one end alone sees it. `hostSees`: that end is the host's. At the end the host makes a new one. */
export function halfOpen(tools: Tools, host: HostId, hostSees: boolean): Part {
  const { world, cuts } = tools;
  const { machines } = world;
  const closed = since(tools, METER.closed, host);
  if (machines.linked[host] === 0) return { host, undo: null, met: closed };
  world.connections.closeAtOneEnd(host, hostSees);
  const met = closed();
  cuts.part(host, 1);
  world.truth(host, "cut-in-part");
  const beats = weather(tools, host, Number.POSITIVE_INFINITY, 1, 1);
  const generation = machines.generation[host];
  const undo = () => {
    beats.end();
    cuts.part(host, -1);
    cuts.ended(host);
    // A process that started since, or a line that was found dead, has made a connection of its own.
    if (machines.generation[host] !== generation || machines.up[host] === 0 || machines.linked[host] === 1) return;
    if (hostSees) world.connections.connect(host, 1);
    else world.connections.wakeUp(host);
  };
  return { host, undo, met: () => met };
}

/** The host's address changes: its connection breaks, and it makes a new one at once. */
export function rebind(tools: Tools, host: HostId): Part {
  const closed = since(tools, METER.closed, host);
  tools.world.connections.reconnect(host);
  return { host, undo: null, met: closed };
}

/** A region falls off the net: its hosts and its players, both ways. */
export function regionOutage(tools: Tools, { fault }: Occurrence): Part[] {
  const { world, options, fleet } = tools;
  const region = fault.target.pick === "region" ? fault.target.region : -1;
  const parts: Part[] = [];
  for (let host = options.vps.sites.length + 1; host <= world.machines.hosts; host++) {
    if (world.machines.up[host] === 0 || fleet.profile(host).region !== region) continue;
    parts.push(cut(tools, host, true, true));
  }
  world.players.forEach((player, i) => {
    if (player !== undefined && player.region === region) parts.push(cutPlayer(tools, i, fault.forUs));
  });
  return parts;
}

const EVERYTHING = cutBits("all", true, true);

function cutPlayer(tools: Tools, player: number, forUs: number): Part {
  const { world, cuts } = tools;
  const { machines, meters } = world;
  const dense = machines.hosts + 1 + player;
  cuts.bar(dense, EVERYTHING, 1);
  const generation = machines.generation[dense] as number;
  // The coordinator's side notices a dead client by its own time-out.
  if (forUs > CLIENT_GIVES_UP_US)
    world.schedule(
      world.now + CLIENT_GIVES_UP_US,
      SOURCE.faultPlayer + player,
      generation,
      EVENT.linkDown,
      dense,
      generation + 1,
      undefined,
    );
  const before = meters.barred(dense);
  const undo = () => {
    cuts.bar(dense, EVERYTHING, -1);
    if (machines.up[dense] === 1 && machines.generation[dense] === generation) comeBack(tools, dense);
  };
  return { host: null, undo, met: () => meters.barred(dense) - before };
}
