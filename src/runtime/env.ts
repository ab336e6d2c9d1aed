/**
 * The ports: everything an actor's effects ask of the world. The simulator and production each bring their own.
 * Ports speak the domain's words; none of them answers synchronously, answers come back as inputs.
 */
import type { HistoryRecord } from "../core/protocol/history.ts";
import type { ActorId, HostId } from "../core/protocol/ids.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { StoreRequest } from "../core/protocol/store.ts";

/** Carries messages. At most once, in order per connection; a closed connection is a `link/down` input. */
export type NetworkPort = { send(from: ActorId, to: ActorId, message: Message): void };

/** Wakes an actor with a `timer` input. Setting a timer again moves it. */
export type TimerPort = { set(self: ActorId, timer: number, at: number): void; clear(self: ActorId, timer: number): void };

/** Map ownership, answered once per request with a `store` input: ok, refused, failed or unknown. */
export type StorePort = { ask(self: ActorId, request: number, ask: StoreRequest): void };

/** Listens to heartbeats; says `host/silent` once per watch. */
export type DetectorPort = { watch(self: ActorId, host: HostId): void; unwatch(self: ActorId, host: HostId): void };

/** Takes the history: checkers and metrics in simulation, logs and metrics in production. */
export type RecordPort = { record(self: ActorId, at: number, record: HistoryRecord): void };

/** All ports of one world. */
export type Env = {
  readonly network: NetworkPort;
  readonly timers: TimerPort;
  readonly store: StorePort;
  readonly detector: DetectorPort;
  readonly history: RecordPort;
};
