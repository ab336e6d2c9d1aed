/** What a world asks of those who fill it. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";

/** What the fleet and the faults plug into the world. */
export type Handlers = {
  /** A fleet or fault event came up. */
  event(kind: number, target: number, number: number, object: unknown): void;
  /** A player's client showed its person something. */
  player(dense: number, at: number, record: HistoryRecord): void;
  /** The coordinator decided a move, or noted a step of one. */
  moved(record: Extract<HistoryRecord, { kind: "move/decided" | "move/step" }>): void;
  /** A host may shut down: nothing is left on it. */
  goodbye(host: HostId): void;
};
