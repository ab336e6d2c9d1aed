/**
 * The one move: `step(input, out)`. An input says what happened and when; effects say what is asked of the world.
 * A step returns nothing and throws only on bugs.
 */
import type { HistoryRecord } from "./history.ts";
import type { HostStats } from "./host-stats.ts";
import type { ActorId, HostId, MapId } from "./ids.ts";
import type { Message } from "./messages.ts";
import type { StoreAnswer, StoreRequest } from "./store.ts";

/** What happened. `at` is integer microseconds of the actor's clock. */
export type Input =
  /** The actor begins (or begins again after a restart, with nothing remembered). */
  | { readonly kind: "start"; readonly at: number }
  | { readonly kind: "message"; readonly at: number; readonly from: ActorId; readonly message: Message }
  | { readonly kind: "timer"; readonly at: number; readonly timer: number }
  | { readonly kind: "store"; readonly at: number; readonly request: number; readonly answer: StoreAnswer }
  /** A connection to `peer` stands (clients learn this too; they then introduce themselves). */
  | { readonly kind: "link/up"; readonly at: number; readonly peer: ActorId }
  /** The connection to `peer` closed. */
  | { readonly kind: "link/down"; readonly at: number; readonly peer: ActorId }
  /** From the failure detector: nothing was heard of `host` for the time it is allowed. */
  | { readonly kind: "host/silent"; readonly at: number; readonly host: HostId }
  /** A host's own measurement of itself, taken at the metrics interval. */
  | { readonly kind: "measured"; readonly at: number; readonly stats: HostStats; readonly regional_latency_ms: readonly number[] }
  /** What the person at this machine wants. */
  | { readonly kind: "wish"; readonly at: number; readonly wish: Wish };

/** A person's wish: a player goes to a map, does something there or quits; an owner wants the hosting machine back. */
export type Wish =
  | { readonly verb: "go"; readonly map: MapId }
  /** An input to the map's game, opaque to all but the program. */
  | { readonly verb: "do"; readonly data: Uint8Array }
  | { readonly verb: "quit" }
  | { readonly verb: "stop-hosting" };

/** What is asked of the world. */
export type Effect =
  | { readonly kind: "send"; readonly to: ActorId; readonly message: Message }
  /** Fires once at `at`; setting a timer again moves it. */
  | { readonly kind: "timer/set"; readonly timer: number; readonly at: number }
  | { readonly kind: "timer/clear"; readonly timer: number }
  /** Answered by exactly one `store` input with the same `request`. */
  | { readonly kind: "store"; readonly request: number; readonly ask: StoreRequest }
  /** From now on tell me, once, when `host` falls silent. */
  | { readonly kind: "detector/watch"; readonly host: HostId }
  | { readonly kind: "detector/unwatch"; readonly host: HostId }
  | { readonly kind: "record"; readonly record: HistoryRecord };

/** Where a step leaves its effects, in order. */
export type Out = { push(effect: Effect): void };

/** A synchronous step machine. */
export type Actor = { readonly id: ActorId; step(input: Input, out: Out): void };
