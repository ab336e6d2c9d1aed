/** The ports that a world gives its actors: each effect goes to the part of the world that it asks something of. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { DetectorPort, Env, NetworkPort, StorePort, TimerPort } from "../../src/runtime/env.ts";
import type { Heartbeats } from "./heartbeats.ts";
import type { Machines } from "./machines.ts";
import type { Timers } from "./timers.ts";

/** The parts of a world that are asked. */
type Asked = {
  readonly machines: Machines;
  readonly timers: Timers;
  readonly heartbeats: Heartbeats;
  readonly network: NetworkPort;
  readonly store: StorePort;
};

/** The history is told in the world's time, whatever an actor's own clock shows: `recorded` knows it. */
export function portsOf(world: Asked, recorded: (self: ActorId, record: HistoryRecord) => void): Env {
  const timers: TimerPort = {
    set: (self, timer, at) => world.timers.setByClock(world.machines.dense(self), timer, at),
    clear: (self, timer) => world.timers.clear(world.machines.dense(self), timer),
  };
  const detector: DetectorPort = {
    watch: (_self, host) => world.heartbeats.watch(host),
    unwatch: (_self, host) => world.heartbeats.unwatch(host),
  };
  const { network, store } = world;
  return { network, timers, store, detector, history: { record: (self, _at, record) => recorded(self, record) } };
}
