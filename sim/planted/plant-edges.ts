/** Bugs outside the coordinator: in the store, in messages, in hosts and clients, in the failure detector. */
import type { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import type { HostActor } from "../../src/core/actors/host.ts";
import type { PlayerActor } from "../../src/core/actors/player.ts";
import {
  actorKind,
  actorNumber,
  type ActorId,
  COORDINATOR,
  type Epoch,
  hostActor,
  type HostId,
  type MapId,
} from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { Out } from "../../src/core/protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { PlantedName } from "../options.ts";
import type { Heartbeats } from "../world/heartbeats.ts";
import type { Plants, World } from "../world/world.ts";
import { losing } from "./hooks.ts";

/** A store without compare-and-set: who asks last owns, and whoever writes is let. */
export function unfenced(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  if (ask.verb === "claim") {
    const row: OwnershipRow = { map: ask.map, owner: ask.host, epoch: ask.epoch };
    table.overwrite(row);
    return { result: "ok", row };
  }
  return ask.verb === "checkpoint" ? { result: "ok", row: table.row(ask.map) } : real();
}

/** Rows come back with the counter set to its beginning. */
function forgetful(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  const answer = ask.verb === "restore" ? real() : unfenced(table, ask, real);
  if (answer.result !== "ok" || answer.restored === undefined) return answer;
  return {
    ...answer,
    restored: { ...answer.restored, rows: answer.restored.rows.map((row) => ({ ...row, epoch: Math.min(row.epoch, 1) })), epochFloor: 0 },
  };
}

/** The epochs that writes have carried, by store and map: what the store takes for the newest. */
const writtenOf = new WeakMap<OwnershipTable, Map<MapId, Epoch>>();

/** The fence is the highest epoch that a write has carried, not the row's: the old owner is let until the new one has written. */
function fencedByWrites(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  if (ask.verb !== "checkpoint") return real();
  let written = writtenOf.get(table);
  if (written === undefined) writtenOf.set(table, (written = new Map()));
  const row = table.row(ask.map);
  if (ask.epoch < (written.get(ask.map) ?? 0)) return { result: "refused", row };
  written.set(ask.map, ask.epoch);
  return { result: "ok", row };
}

/** Taking one map from a host takes all. */
function releaseAll(world: World, _from: ActorId, to: ActorId, message: Message): Message {
  if (message.kind !== "hosting/release") return message;
  for (const [map, serving] of world.hosts[actorNumber(to)]?.serving ?? []) {
    if (map !== message.map) world.schedulePlanted(to, { kind: "hosting/release", map, epoch: serving.epoch });
  }
  return message;
}

/** The source is not stopped, and both ends say that they are ready although they are not. */
function commitFirst(world: World, _from: ActorId, to: ActorId, message: Message): Message | null {
  if (
    message.kind === "hosting/release" &&
    actorKind(to) === "host" &&
    world.hosts[actorNumber(to)]?.serving.get(message.map)?.stage === "active"
  ) {
    // The old owner learns of its release late, as one that was never frozen would.
    return null;
  }
  if (message.kind !== "hosting/freeze") return message;
  const { map, epoch, move } = message;
  const said = { map, epoch, move, hash: "0".repeat(16) };
  world.network.send(to, COORDINATOR, { kind: "hosting/frozen", host: actorNumber(to), ...said });
  world.network.send(hostActor(message.to), COORDINATOR, { kind: "hosting/ready", host: message.to, ...said });
  return null;
}

/** Each promotion goes to a second host too, the first other one that is there. */
function promoteTwice(world: World, _from: ActorId, to: ActorId, message: Message): Message {
  if (message.kind !== "hosting/promote") return message;
  const other = world.hosts.findIndex((host, id) => host !== undefined && hostActor(id) !== to && world.machines.linked[id] === 1);
  if (other > 0) world.schedulePlanted(hostActor(other), message);
  return message;
}

/** What a host agent does in private, as far as a bug takes hold of it. */
type HostInside = {
  freeze(at: number, message: Extract<Message, { kind: "hosting/freeze" }>, out: Out): void;
  release(at: number, map: MapId, epoch: Epoch, why: "release" | "stale", out: Out): void;
  promote(at: number, map: MapId, epoch: Epoch, loadUs: number, out: Out): void;
  below(map: MapId, epoch: Epoch): boolean;
};

/** The same of a client. */
type PlayerInside = { follow(at: number, map: MapId, host: HostId, epoch: Epoch, out: Out): void };

function inHost(change: (inside: HostInside, host: HostActor) => void): Plants {
  return { host: (host) => change(host as unknown as HostInside, host) };
}

function inPlayer(change: (inside: PlayerInside, player: PlayerActor) => void): Plants {
  return { player: (player) => change(player as unknown as PlayerInside, player) };
}

/** Freezing sends the last of the state but does not stop the map. */
function servesOnWhenFrozen(inside: HostInside, host: HostActor): void {
  const freeze = inside.freeze.bind(inside);
  inside.freeze = (at, message, out) => {
    const serving = host.serving.get(message.map);
    const before = serving?.stage;
    freeze(at, message, { push: (effect) => (effect.kind === "record" ? undefined : out.push(effect)) });
    if (serving !== undefined && before === "active") serving.stage = before;
  };
}

/** A release ends what lies below its epoch, and not what stands at it. */
function releasesBelow(inside: HostInside, host: HostActor): void {
  const release = inside.release.bind(inside);
  inside.release = (at, map, epoch, why, out) => release(at, map, host.serving.get(map)?.epoch === epoch ? epoch - 1 : epoch, why, out);
}

/** Who plays at a host does not join it again, though it was granted the map anew. */
function staysAtItsHost(inside: PlayerInside, player: PlayerActor): void {
  const follow = inside.follow.bind(inside);
  inside.follow = (at, map, host, epoch, out) => {
    if (host !== player.host || player.stage !== "playing" || map !== player.map) follow(at, map, host, epoch, out);
  };
}

/** What was asked once is not asked again. */
function asksOnce(player: PlayerActor): void {
  const step = player.step.bind(player);
  player.step = (input, out) => step(input, { push: (effect) => (effect.kind === "timer/set" ? undefined : out.push(effect)) });
}

/** The lazy detector takes the first silence of each host for one that is out of date, and listens on. */
function skipsOneSilence(heartbeats: Heartbeats, eager: boolean): void {
  if (eager) return;
  const skipped = new Set<number>();
  const silent = heartbeats.silent.bind(heartbeats);
  heartbeats.silent = (host) => {
    const is = silent(host);
    if (!is || skipped.has(host)) return is;
    skipped.add(host);
    heartbeats.watch(host);
    return false;
  };
}

/** The plants of the edges, by name. */
export const EDGE_PLANTS = {
  canary: { message: promoteTwice },
  "no-fence": { store: unfenced },
  "max-seen-fence": { store: fencedByWrites },
  "epoch-reused-after-restart": { store: forgetful },
  "commit-before-freeze": { message: commitFirst },
  "leave-drops-all-maps": { message: releaseAll },
  "redirect-lost": losing("play/redirect"),
  "release-lost": losing("hosting/release"),
  "freeze-does-not-stop": inHost(servesOnWhenFrozen),
  "release-off-by-one": inHost(releasesBelow),
  "player-stays-at-its-host": inPlayer(staysAtItsHost),
  "player-asks-once": { player: asksOnce },
  "lazy-silence-skipped": { heartbeats: skipsOneSilence },
} satisfies Partial<Record<PlantedName, Plants>>;
