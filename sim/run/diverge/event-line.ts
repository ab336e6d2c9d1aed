/** One thing that happened in a run as plain data, the same for every commit and Node: what two runs are compared by, and what is shown of them. */
import { type ActorId, actorKind, actorNumber } from "../../../src/core/protocol/ids.ts";
import type { Packet } from "../../world/network.ts";
import { EVENT } from "../../world/queue.ts";
import type { Answered, Asked } from "../../world/store.ts";

/**
 * What happened. `at` is virtual microseconds; `event` is `message`, `timer`, `store takes`, `store answers`, the name of another event of the
 * world, `record`, or what an observer is told (`truth`, `fault noted`, `committed`, `joined`, `dropped`). The other fields depend on it.
 */
export type EventLine = { readonly at: number; readonly event: string } & Readonly<Record<string, unknown>>;

/** How many of the actors are what: machines are numbered densely, the coordinator 0, then VPS sites, other hosts, players. */
export type Places = { readonly vps: number; readonly hosts: number };

/** Names of the world's events, by number: `linkUp` is `link up`. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(EVENT).map(([name, number]) => [number, name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
);
/** Events that are about a host or a client by its dense number. */
const OF_MACHINES: ReadonlySet<number> = new Set([
  EVENT.timer,
  EVENT.linkUp,
  EVENT.linkDown,
  EVENT.silent,
  EVENT.beat,
  EVENT.beatHeard,
  EVENT.horizon,
  EVENT.measure,
  EVENT.uptimeEnds,
  EVENT.downtimeEnds,
  EVENT.burst,
  EVENT.sample,
]);

/** A machine by its dense number: `coordinator`, `VPS site 1`, `host 12`, `player 3`. */
export function machineWords(dense: number, { vps, hosts }: Places): string {
  if (dense === 0) return "coordinator";
  if (dense > hosts) return `player ${dense - hosts - 1}`;
  return dense <= vps ? `VPS site ${dense}` : `host ${dense}`;
}

/** The same by an actor's address. */
export function actorWords(actor: ActorId, places: Places): string {
  const kind = actorKind(actor);
  if (kind === "player") return `player ${actorNumber(actor)}`;
  return machineWords(kind === "host" ? actorNumber(actor) : 0, places);
}

/** An event of the world, as its queue has it. Objects of events that this page does not know are left out: they may hold anything. */
export function worldEvent(at: number, kind: number, target: number, number: number, object: unknown, places: Places): EventLine {
  const machine = (dense: number): string => machineWords(dense, places);
  if (kind === EVENT.message) {
    const { from, message } = object as Packet;
    return { at, event: "message", from: machine(from), to: machine(target), message };
  }
  if (kind === EVENT.storeApply) {
    const { asker, request, ask } = object as Asked;
    return { at, event: "store takes", from: machine(asker), request, ask };
  }
  if (kind === EVENT.store) {
    const { request, answer } = object as Answered;
    return { at, event: "store answers", to: machine(target), request, answer };
  }
  const event = NAMES.get(kind) ?? `event ${kind}`;
  if (kind === EVENT.habit) return { at, event, machine: `player ${target}`, number };
  return OF_MACHINES.has(kind) ? { at, event, machine: machine(target), number } : { at, event, target, number };
}
