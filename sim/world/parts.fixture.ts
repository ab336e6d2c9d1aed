/** Parts of a world for tests of one of them: machines in two places, a clock, and what came of it. */
import { type Stream, rootStream, stream } from "../../src/base/random.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { NetworkOptions } from "../options.ts";
import { Machines } from "./machines.ts";
import { EVENT, EventQueue } from "./queue.ts";
import { type Packet, SimNetwork } from "./network.ts";

/** Two places 40 ms apart, 4 ms within each; nobody adds access delay. */
export const TWO_PLACES: NetworkOptions = {
  placeRegion: [0, 1],
  rttMs: [4, 40, 40, 4],
  playerAccessMs: { law: "constant", value: 0 },
  hostAccessMs: { law: "constant", value: 0 },
  jitterMs: 0,
  loss: 0,
  burst: null,
};

/** The root of all draws of a test. */
export function root(seed: number): Stream {
  return rootStream(seed, 7);
}

/** Machines that are all up and connected; those with odd numbers stand in the second place. */
export function upAndLinked(hosts: number, players: number): Machines {
  const machines = new Machines(hosts, players, TWO_PLACES);
  machines.up.fill(1);
  machines.linked.fill(1);
  machines.place.forEach((_, i) => (machines.place[i] = i % 2));
  return machines;
}

/** What a network delivered. */
export type Delivered = { readonly at: number; readonly to: number; readonly packet: Packet };

/** A network on its own: what is delivered and what is dropped is kept. */
export class Wire {
  readonly machines: Machines;
  readonly queue = new EventQueue();
  readonly dropped: { at: number; from: ActorId; to: ActorId }[] = [];
  readonly network: SimNetwork;

  constructor(hosts: number, players: number, jitterMs = 0, seed = 1) {
    this.machines = upAndLinked(hosts, players);
    const observer = { dropped: (at: number, from: ActorId, to: ActorId) => void this.dropped.push({ at, from, to }) };
    this.network = new SimNetwork(this.machines, this.queue, observer, stream(root(seed), "jitter"), jitterMs);
  }

  /** Lets time pass until nothing is under way, or up to `until`. */
  settle(until = Number.POSITIVE_INFINITY): Delivered[] {
    const delivered: Delivered[] = [];
    while (this.queue.next() <= until && this.queue.pop()) {
      const { kind, target, object, now } = this.queue;
      if (kind !== EVENT.message || !this.network.arrives(target, object as Packet)) continue;
      delivered.push({ at: now, to: target, packet: object as Packet });
    }
    return delivered;
  }

  /** Lets time pass with nothing in it. */
  wait(us: number): void {
    this.queue.push(this.queue.now + us, 0, 0, EVENT.burst, 0, 0, undefined);
    this.settle(this.queue.now + us);
  }
}
