/**
 * What a run came to: every way a move was decided, ended or failed, every refusal, by name; and how far things went at most. It judges
 * nothing: a campaign asks it whether the rules were put to the test where it is hard to get.
 */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR, type MapId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "./checker.ts";

type Decided = Extract<HistoryRecord, { kind: "move/decided" }>;

/** Watches one run. */
export class Reach implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  /** Name → how often. */
  readonly counts: Record<string, number> = {};
  /** Name → the most there were at once, or the largest. */
  readonly most: Record<string, number> = {};
  readonly #moves = new Map<MapId, Decided>();
  readonly #waiting = new Set<MapId>();
  readonly #suspects = new Set<number>();

  record(self: ActorId, _at: number, record: HistoryRecord): void {
    if (self !== COORDINATOR) return this.#said(record);
    switch (record.kind) {
      case "move/decided":
        this.#count(`move.${record.form}.${record.cause}`);
        this.#waiting.delete(record.map);
        this.#moves.set(record.map, record);
        this.#top("moves at once", this.#moves.size);
        return this.#top("players on one moved map", record.players);
      case "move/done":
        return this.#ended(record.map, "done");
      case "move/failed":
        this.#count(`failed.${record.reason}`);
        return this.#ended(record.map, "failed");
      case "map/unhosted":
        this.#waiting.add(record.map);
        return this.#top("maps nobody could be asked for, at once", this.#waiting.size);
      case "map/granted":
        return this.#top("grants of one map", record.epoch % EPOCHS_OF_A_TIMELINE);
      case "claim/lost":
        return this.#count(`claim.${record.how}`);
      case "refusal":
        return this.#count(`refusal.${record.what.replaceAll(" ", "_")}.${record.reason}`);
      case "host/suspected":
        this.#count(`suspected.${record.how}`);
        this.#suspects.add(record.host);
        return this.#top("suspects at once", this.#suspects.size);
      case "host/cleared":
        this.#suspects.delete(record.host);
        return this.#count("cleared");
      case "host/gone":
        this.#suspects.delete(record.host);
        return this.#count(`gone.${record.how}`);
      case "coordinator/started":
        this.#moves.clear();
        this.#suspects.clear();
        return this.#count(record.maps > 0 ? "started.with_maps" : "started.empty");
      case "host/joined":
        return this.#count(record.eligible ? "joined.eligible" : "joined.not_eligible");
      case "standby/chosen":
        return this.#count(record.hosts.length === 0 ? "standby.none" : "standby.some");
      case "host/degraded":
        return this.#count(record.degraded ? "degraded.begun" : "degraded.over");
      case "host/forgotten":
      case "storm/held":
      case "storm/released":
        return this.#count(record.kind.replace("/", "."));
      default:
    }
  }

  #said(record: HistoryRecord): void {
    if (record.kind === "host/stopped") this.#count(`stopped.${record.why}`);
    else if (record.kind === "host/fenced") this.#count("checkpoint");
  }

  #ended(map: MapId, how: "done" | "failed"): void {
    const move = this.#moves.get(map);
    this.#moves.delete(map);
    if (move !== undefined) this.#count(`${how}.${move.form}`);
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #top(name: string, value: number): void {
    if (value > (this.most[name] ?? 0)) this.most[name] = value;
  }
}

/** Epochs of one timeline (RULES §1: timeline in the upper bits, a counter in the lower forty). */
const EPOCHS_OF_A_TIMELINE = 1_099_511_627_776;
