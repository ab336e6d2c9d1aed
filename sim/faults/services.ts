/** What happens to the store and to the coordinator's process, and to players all at once. */
import { drawUnit } from "../../src/base/random.ts";
import { sampleLaw } from "../../src/base/laws.ts";
import type { StoreWeather } from "../world/store.ts";
import { METER } from "../world/meters.ts";
import { CLIENT_GIVES_UP_US } from "./lines.ts";
import { drawNumber, type Occurrence, type Part, type Tools } from "./part.ts";

/** Host agents come back to a restarted coordinator within this. */
const AGENTS_RETURN_US = 1_000_000;
/** Clients that nobody closed do so within this, of themselves; how long people take who have to log in again is the scenario's. */
const CLIENTS_RETURN_US = 4_000_000;

/** The store suffers from `key`, as strongly as `amount` says. */
export function troubleStore(tools: Tools, key: keyof StoreWeather, amount: number): Part {
  const { store } = tools.world;
  const before = store.met[key];
  const undo = tools.overlay.raise(`store/${key}`, key === "slow" ? 1 : 0, amount, (value) => (store.weather[key] = value));
  return { host: null, undo, met: () => store.met[key] - before };
}

/** The store fails over and loses its last commits. */
export function rollBack(tools: Tools, us: number): Part {
  const maps = tools.world.store.rollBack(us).length;
  return { host: null, undo: null, met: () => maps };
}

/** The coordinator stops; a new one starts at the end, and everyone comes back to it. */
export function restartCoordinator(tools: Tools): Part[] {
  const { world } = tools;
  if (!world.coordinatorUp) return [];
  const { linked, up } = world.machines;
  const before = world.meters.sum(METER.closed);
  const peers: number[] = [];
  for (let dense = 1; dense < up.length; dense++) if (linked[dense] === 1) peers.push(dense);
  world.stopCoordinator();
  const closed = world.meters.sum(METER.closed) - before;
  const undo = () => {
    world.startCoordinator();
    for (const dense of peers) returnTo(tools, dense);
  };
  return [{ host: null, undo, met: () => closed }];
}

function returnTo(tools: Tools, dense: number): void {
  const { world, back } = tools;
  if (world.machines.up[dense] === 0 || world.machines.linked[dense] === 1) return;
  const u = drawUnit(back, dense, world.machines.generation[dense] as number);
  world.connections.connect(dense, u * (dense <= world.machines.hosts ? AGENTS_RETURN_US : CLIENTS_RETURN_US));
}

/** The coordinator's process stands still, then goes on. Who waits for it too long gives the connection up and asks for a new one. */
export function pauseCoordinator(tools: Tools, { fault, index }: Occurrence): Part[] {
  const { world, later, options } = tools;
  if (!world.coordinatorUp) return [];
  const { machines, meters } = world;
  const before = meters.of(METER.stalled, 0);
  const process = world.coordinator;
  // Faults stop when the load does, and so does this one.
  const until = Math.min(world.now + fault.forUs, options.durationUs);
  machines.pausedUntil[0] = Math.max(machines.pausedUntil[0] as number, until);
  if (fault.forUs > CLIENT_GIVES_UP_US)
    later(index, world.now + CLIENT_GIVES_UP_US, () => {
      for (let dense = 1; dense < machines.up.length; dense++) {
        if (world.coordinator !== process || machines.linked[dense] === 0) continue;
        world.connections.disconnect(dense, true);
        returnTo(tools, dense);
      }
    });
  // What waits was told the time at which the pause ends; the process goes on then, and not before.
  return [{ host: null, undo: () => {}, met: () => meters.of(METER.stalled, 0) - before }];
}

/** A share of the players loses its connection, logs in again later. */
export function dropPlayers(tools: Tools, occurrence: Occurrence): Part {
  const { world, whom, back, people, reconnect } = tools;
  const { hosts } = world.machines;
  const before = world.meters.sum(METER.ended);
  for (let i = 0; i < world.players.length; i++) {
    if (world.players[i] === undefined || drawUnit(whom, i, drawNumber(occurrence)) >= occurrence.fault.amount) continue;
    const generation = world.machines.generation[hosts + 1 + i] as number;
    const awayS = sampleLaw(reconnect, drawUnit(back, hosts + 1 + i, generation));
    people.drop(i, Math.round(awayS * 1_000_000));
  }
  const met = world.meters.sum(METER.ended) - before;
  return { host: null, undo: null, met: () => met };
}

/** Players come at drawn times of the fault's length, beside those who would have come. */
export function flashCrowd(tools: Tools, occurrence: Occurrence): Part {
  const { world, people, when, later } = tools;
  const { fault, index } = occurrence;
  let came = 0;
  const join = () => {
    const before = world.meters.sum(METER.began);
    people.join();
    came += world.meters.sum(METER.began) - before;
  };
  for (let i = 0; i < fault.amount; i++) {
    if (fault.forUs === 0) join();
    else later(index, world.now + drawUnit(when, 1_500_000_000 + i, drawNumber(occurrence)) * fault.forUs, join);
  }
  return { host: null, undo: null, met: () => came };
}
