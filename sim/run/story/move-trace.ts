/** Follows each move from its decision to its end: what it was for, when it passed which step, how long nobody served the map. */
import type { HistoryRecord, MoveStep } from "../../../src/core/protocol/history.ts";
import type { ActorId, MapId } from "../../../src/core/protocol/ids.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "../../checkers/checker.ts";
import type { Observer } from "../../world/observer.ts";
import { type MapWatch, NONE } from "./map-watch.ts";

type Decided = Extract<HistoryRecord, { readonly kind: "move/decided" }>;

/** One move that came to its end. Times are virtual microseconds. */
export type MoveTrace = {
  readonly decided: Decided;
  readonly at: number;
  readonly steps: readonly { readonly step: MoveStep; readonly at: number }[];
  readonly endedAt: number;
  /** Why it failed, or null for a move that came to its good end. */
  readonly failure: string | null;
  /** From when nobody served the map, or {@link NONE} if it was served all along. */
  readonly awayFrom: number;
  /** When the coordinator first did something about that: this decision, an earlier one, or its record that nobody can be asked. */
  readonly noticedAt: number;
  /** When somebody served it again, or {@link NONE} if nobody did by the end of the move. */
  readonly backAt: number;
};

type Open = {
  readonly decided: Decided;
  readonly at: number;
  readonly unserved: boolean;
  readonly noticedAt: number;
  readonly steps: { step: MoveStep; at: number }[];
};

/** An observer that hands each finished move to `ended`, in the order of their ends. It asks `watch`, which must have heard everything before. */
export class MoveTracer implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #watch: MapWatch;
  readonly #ended: (trace: MoveTrace) => void;
  readonly #open = new Map<number, Open>();
  /** Per map: when the coordinator first acted on its last absence. */
  readonly #noticed = new Map<MapId, number>();

  constructor(watch: MapWatch, ended: (trace: MoveTrace) => void) {
    this.#watch = watch;
    this.#ended = ended;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "move/decided": {
        const unserved = this.#watch.servedSince(record.map) === NONE;
        this.#open.set(record.move, { decided: record, at, unserved, noticedAt: this.#notice(at, record.map), steps: [] });
        return;
      }
      case "map/unhosted":
        this.#notice(at, record.map);
        return;
      case "move/step":
        this.#open.get(record.move)?.steps.push({ step: record.step, at });
        return;
      case "move/done":
        return this.#end(record.move, at, null);
      case "move/failed":
        return this.#end(record.move, at, record.reason);
      case "coordinator/started":
        // The one before took its moves with it.
        for (const move of [...this.#open.keys()]) this.#end(move, at, "coordinator_lost");
    }
  }

  /** When what keeps the map without a host was first acted on; `at` where that is now, or where somebody serves it. */
  #notice(at: number, map: MapId): number {
    if (this.#watch.servedSince(map) !== NONE) return at;
    const before = this.#noticed.get(map);
    if (before !== undefined && before >= this.#watch.lastLeft(map)) return before;
    this.#noticed.set(map, at);
    return at;
  }

  #end(move: number, at: number, failure: string | null): void {
    const open = this.#open.get(move);
    if (open === undefined) return;
    this.#open.delete(move);
    const { map } = open.decided;
    const left = this.#watch.lastLeft(map);
    // It was away if nobody served it when the move was decided, or if it was left since.
    const awayFrom = left !== NONE && (open.unserved || left >= open.at) ? left : NONE;
    const since = this.#watch.servedSince(map);
    const backAt = awayFrom !== NONE && since >= awayFrom ? since : NONE;
    const { decided, steps, noticedAt } = open;
    this.#ended({ decided, at: open.at, steps, endedAt: at, failure, awayFrom, noticedAt, backAt });
  }
}
