/** Hosts that say what is not so: old words again, and answers to what nobody asked. What they say is always in their own name. */
import { drawU32 } from "../../src/base/random.ts";
import { type ActorId, COORDINATOR, type HostId, hostActor, type MapId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { World } from "../world/world.ts";
import { drawNumber, type Occurrence, type Part, type Tools } from "./part.ts";

/** Messages kept of each host. */
const KEPT = 64;

/** What hosts have said lately to the coordinator and to each other, oldest first. */
export class Memory {
  private readonly said = new Map<HostId, { to: ActorId; message: Message }[]>();
  private readonly hosts: number;

  constructor(hosts: number) {
    this.hosts = hosts;
  }

  note(from: number, to: ActorId, message: Message): void {
    if (from < 1 || from > this.hosts) return;
    const said = this.said.get(from) ?? [];
    this.said.set(from, said);
    said.push({ to, message });
    if (said.length > KEPT) said.shift();
  }

  /** The oldest `count` of what a host said. */
  oldest(host: HostId, count: number): readonly { to: ActorId; message: Message }[] {
    return (this.said.get(host) ?? []).slice(0, count);
  }
}

/** The host says again what it said before. */
export function staleReplay(tools: Tools, host: HostId, count: number): Part {
  const { network } = tools.world;
  const { memory } = network;
  const words = memory instanceof Memory ? memory.oldest(host, count) : [];
  return saying(tools.world, host, words);
}

/** The host claims to be where it is not in the moves of some maps, and to serve them. */
export function equivocate(tools: Tools, host: HostId, count: number, occurrence: Occurrence): Part {
  const { world, whom } = tools;
  const profile = tools.fleet.profile(host);
  const maps = tools.options.maps.names.map((_, map) => ({ map, key: drawU32(whom, 1_000_000 + map, drawNumber(occurrence)) }));
  maps.sort((a, b) => a.key - b.key || a.map - b.map);
  const chosen = maps.slice(0, count).map(({ map }) => ({ map, epoch: world.store.table.row(map).epoch }));
  const words = chosen.flatMap(({ map, epoch }) => {
    // It knows the number of the move under way, as the hosts that take part in it do.
    const move = world.coordinator.hosting.maps[map]?.move?.id ?? 0;
    return [...claims(host, map, epoch, move), ...claims(host, map, epoch + 1, move)];
  });
  const hello: Message = { kind: "host/hello", profile, holds: chosen.map(({ map, epoch }) => ({ map, epoch, frozen: false })) };
  return saying(
    world,
    host,
    [...words, hello].map((message) => ({ to: COORDINATOR, message })),
  );
}

/** All that a host can say of its part in a move of a map. */
function claims(host: HostId, map: MapId, epoch: number, move: number): Message[] {
  const parts = ["hosting/prepared", "hosting/copied"] as const;
  const steps = parts.map((kind) => ({ kind, host, map, epoch, move }));
  // What state it has not seen it cannot hash.
  const ends = (["hosting/frozen", "hosting/ready"] as const).map((kind) => ({
    kind,
    host,
    map,
    epoch,
    move,
    hash: host.toString(16).padStart(16, "0"),
  }));
  return [...steps, ...ends, { kind: "hosting/active", host, map, epoch }, { kind: "hosting/warm", host, map, epoch }];
}

function saying({ network }: World, host: HostId, words: readonly { to: ActorId; message: Message }[]): Part {
  const before = network.sentBy(host);
  const { memory } = network;
  network.memory = undefined;
  for (const { to, message } of words) network.send(hostActor(host), to, message);
  network.memory = memory;
  const said = network.sentBy(host) - before;
  return { host, undo: null, met: () => said };
}
