/** The ownership store of one process without a database: answers in the next turn of the event loop, keeps nothing over a restart. */
import type { ActorId } from "../../core/protocol/ids.ts";
import type { StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import type { StorePort } from "../../runtime/env.ts";
import { OwnershipTable } from "./ownership-table.ts";

/** `answer` receives exactly one answer per request, never from inside {@link StorePort.ask}. */
export class MemoryStore implements StorePort {
  readonly table = new OwnershipTable();
  private readonly answer: (self: ActorId, request: number, answer: StoreAnswer) => void;
  private readonly later: (run: () => void) => void;

  constructor(later: (run: () => void) => void, answer: (self: ActorId, request: number, answer: StoreAnswer) => void) {
    this.later = later;
    this.answer = answer;
  }

  ask(self: ActorId, request: number, ask: StoreRequest): void {
    this.later(() => this.answer(self, request, this.table.apply(ask)));
  }
}
