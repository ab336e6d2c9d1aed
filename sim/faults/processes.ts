/**
 * What happens to host processes and their clocks: they die, stand still, are slow, come back with an old file, or tell the time wrongly.
 * Promises: a process that was replaced meanwhile is left alone.
 */
import { drawUnit } from "../../src/base/random.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Fault } from "../options.ts";
import { METER } from "../world/meters.ts";
import { coreOf } from "./core.ts";
import { drawNumber, type Occurrence, type Part, type Tools } from "./part.ts";

const US_PER_S = 1_000_000;

/** How a machine dies. */
function death({ close }: Fault): "down-close" | "down-silent" {
  return close ? "down-close" : "down-silent";
}

/** The machine dies; it is back after the fault's time, or by its own down-time. */
export function crash(tools: Tools, host: HostId, fault: Fault): Part {
  const met = ended(tools, host);
  tools.fleet.stop(host, death(fault), fault.forUs > 0 ? fault.forUs : -1);
  return { host, undo: null, met };
}

function ended({ world: { meters } }: Tools, host: HostId): () => number {
  const before = meters.of(METER.ended, host);
  return () => meters.of(METER.ended, host) - before;
}

/** The owner wants the machine back. It goes when its maps are gone, or patience is. */
export function leave(tools: Tools, host: HostId): Part {
  const met = ended(tools, host);
  tools.fleet.leave(host);
  return { host, undo: null, met };
}

/** The process stands still, then goes on; after a while its connection is dead by then. */
export function pause(tools: Tools, host: HostId, forUs: number): Part {
  const { world } = tools;
  const { meters, heartbeats } = world;
  const before = meters.of(METER.stalled, host);
  const boot = world.hosts[host];
  world.interrupt(host);
  // Faults stop when the load does. What waits is told now when the pause ends: a process that goes on before that would hear of it late.
  const core = coreOf(tools);
  const heals = core === null || core.has(host);
  world.machines.pausedUntil[host] = Math.min(world.now + forUs, heals ? tools.options.durationUs : Number.POSITIVE_INFINITY);
  world.truth(host, "paused");
  const weather = heartbeats.begin(host, Number.POSITIVE_INFINITY, 1, 1);
  let unheard = 0;
  const undo = () => {
    unheard = heartbeats.spoilt(host, weather);
    heartbeats.clear(host, weather);
    if (world.hosts[host] !== boot) return;
    world.machines.pausedUntil[host] = 0;
    world.truth(host, "resumed");
    if (forUs <= heartbeats.silentAfterUs || world.machines.up[host] === 0) return;
    world.connections.disconnect(host, false);
    world.connections.connect(host, 1);
  };
  return { host, undo, met: () => meters.of(METER.stalled, host) - before + unheard };
}

/** The process takes so long for each thing it is told. */
export function slowCpu(tools: Tools, host: HostId, perMessageUs: number): Part {
  const { world, overlay } = tools;
  const before = world.meters.of(METER.late, host);
  const undo = overlay.raise(`cpu/${host}`, 0, perMessageUs, (us) => world.backlog.slow(host, us));
  return { host, undo, met: () => world.meters.of(METER.late, host) - before };
}

/** The clock gains `ppm`; when that ends it keeps what it gained. */
export function clockDrift(tools: Tools, host: HostId, ppm: number): Part {
  const { world } = tools;
  const before = world.meters.of(METER.skewed, host);
  const drift = (by: number) => world.timers.skew(host, (clocks) => clocks.drift(host, world.now, by));
  drift(ppm);
  return { host, undo: () => drift(0), met: () => world.meters.of(METER.skewed, host) - before };
}

/** The clock is set forward, or back. */
export function clockJump(tools: Tools, host: HostId, us: number): Part {
  const { world } = tools;
  const before = world.meters.of(METER.skewed, host);
  world.timers.skew(host, (clocks) => clocks.jump(host, world.now, us));
  return { host, undo: null, met: () => world.meters.of(METER.skewed, host) - before };
}

/** The machine dies and comes back with the file of what it served. */
export function staleReturn(tools: Tools, host: HostId, fault: Fault): Part {
  const { world, fleet } = tools;
  const before = world.meters.of(METER.remembered, host);
  world.files.keep(host, world.hosts[host]);
  fleet.stop(host, death(fault), Math.max(1, fault.forUs));
  return { host, undo: null, met: () => world.meters.of(METER.remembered, host) - before };
}

/** The machine dies and comes back again and again; up and down times are exponential around `meanUs`. */
export function churn(tools: Tools, host: HostId, meanUs: number, occurrence: Occurrence): Part {
  const { world, fleet, when, later } = tools;
  const met = ended(tools, host);
  const until = world.now + occurrence.fault.forUs;
  let draws = 0;
  const gap = () => {
    draws += 1;
    const u = drawUnit(when, 1_000_000_000 + host, drawNumber(occurrence) * 1024 + (draws % 1024));
    return Math.max(1, Math.round(-Math.log(u) * meanUs));
  };
  const die = () => {
    const away = gap();
    fleet.stop(
      host,
      drawUnit(when, -1_000_000_000 - host, drawNumber(occurrence) * 1024 + (draws % 1024)) < 0.5 ? "down-close" : "down-silent",
      away,
    );
    plan(world.now + away + gap());
  };
  const plan = (at: number) => {
    if (at < until) later(occurrence.index, at, die);
  };
  plan(world.now + Math.min(gap(), occurrence.fault.forUs / 2));
  return { host, undo: null, met };
}

/** What the host reports is judged invalid as often as it takes to be blocked. */
export function failValidation(tools: Tools, host: HostId): Part {
  const { world, options } = tools;
  const before = world.meters.of(METER.judged, host);
  for (let i = 0; i < options.tuning.validationsFailedMax; i++) world.judge(host, false);
  return { host, undo: null, met: () => world.meters.of(METER.judged, host) - before };
}

/** The host reports measurements that are `times` better than the truth. */
export function lieMetrics(tools: Tools, host: HostId, times: number): Part {
  const { world, fleet, overlay } = tools;
  const before = world.meters.of(METER.lied, host);
  const undo = overlay.raise(`lie/${host}`, 1, times, (now) => fleet.lie(host, now));
  return { host, undo, met: () => world.meters.of(METER.lied, host) - before };
}

/** How long a fault without a length is watched for its effect (us): as long as its owner waits for maps to go. */
export const LEAVE_WATCHED_US = 25 * US_PER_S;
