/** What a simulated world tells whoever notes each step with its cause. Nothing here reaches the run; without a tracer nothing is told. */
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { Input } from "../../src/core/protocol/step.ts";
import type { StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { Machines } from "./machines.ts";
import type { EventQueue } from "./queue.ts";

/** Why a message never arrived: its line was cut, its connection had closed, nobody ran at its end, or a planted bug took it. */
export type LostWhy = "cut" | "closed" | "down" | "planted";

/**
 * Notes steps. Who is told of a step sets `queue.step`; whatever is scheduled meanwhile carries that number, and `queue.step` holds it
 * again when it comes up.
 */
export type Tracing = {
  /** The world is made; nothing has happened yet. */
  begin(queue: EventQueue, machines: Machines): void;
  /** The next event is taken up; kind 0: events are over for now. */
  event(kind: number, object: unknown): void;
  /** An actor is about to take an input; until `leave` whatever happens belongs to this step. */
  enter(actor: ActorId, input: Input): void;
  leave(): void;
  /** A message will not arrive: found when it was sent (within the sender's step) or when it should have been taken in. */
  lost(from: ActorId, to: ActorId, message: Message, why: LostWhy): void;
  /** A request has reached the store, and what came of it. `real` is what the table did, null if it never saw the request. */
  applies(asker: ActorId, ask: StoreRequest): void;
  applied(answer: StoreAnswer, real: StoreAnswer | null): void;
};
