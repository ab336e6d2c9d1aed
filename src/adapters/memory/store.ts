/**
 * The ownership store of one process without a database. Owns requests under way; the rows are the table's, which several ports
 * may share as processes share a database. Promises: ST1 (one answer per request, never from inside the asking). Keeps nothing over a restart.
 */
import type { ActorId } from "../../core/protocol/ids.ts";
import type { StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import type { StorePort } from "../../runtime/env.ts";
import type { OwnershipTable } from "./ownership-table.ts";

/** Takes the one answer to a request. */
export type TakeAnswer = (self: ActorId, request: number, answer: StoreAnswer) => void;

/** Applies each request in a later turn of the caller's event loop and answers it in the same turn. */
export class MemoryStore implements StorePort {
  private readonly table: OwnershipTable;
  private readonly later: (run: () => void) => void;
  private readonly answer: TakeAnswer;

  /** `later` runs what it is given soon, but not at once; in the order it was given. */
  constructor(table: OwnershipTable, later: (run: () => void) => void, answer: TakeAnswer) {
    this.table = table;
    this.later = later;
    this.answer = answer;
  }

  ask(self: ActorId, request: number, ask: StoreRequest): void {
    this.later(() => this.answer(self, request, this.table.apply(ask)));
  }
}
