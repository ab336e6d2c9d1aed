/** What happened to one map until the run stopped, and what the world knows of hosts that the coordinator may not know yet. */
import type { HistoryRecord, MoveStep } from "../../../src/core/protocol/history.ts";
import { type ActorId, type Epoch, type HostId, type MapId } from "../../../src/core/protocol/ids.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "../../checkers/checker.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";

type RecordOf<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { readonly kind: K }>;

/** The last bad word that was recorded of a host. Times are virtual microseconds. */
export type Fate =
  | { readonly what: "suspected" | "gone"; readonly at: number; readonly how: "close" | "silence" | "leave" }
  | { readonly what: "blocked"; readonly at: number }
  /** `why` names what it measured badly. */
  | { readonly what: "no longer good"; readonly at: number; readonly why: string };

/** One move of the map, from its decision on. */
export type MoveStory = {
  readonly decided: RecordOf<"move/decided">;
  readonly at: number;
  /** The target stood by for the map. */
  readonly stoodBy: boolean;
  /** What had just been recorded of the host it came from. */
  readonly fate: Fate | null;
  readonly steps: { readonly step: MoveStep; readonly at: number }[];
  end: { readonly at: number; readonly failure: string | null } | null;
};

/** Who said last that it serves the map, and since when (us). `awayAt`: it stopped or cannot be reached. `over`: its process is gone. */
type Service = { readonly host: HostId; readonly epoch: Epoch; readonly at: number; awayAt: number | null; over: boolean };

/** Moves that are kept: the newest. The one that brought the map to its present host is kept apart. */
const STORIES_KEPT = 32;

/** An observer that keeps what concerns one map. Its memory follows the number of hosts, not the length of the run. */
export class MapHistory implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  /** The newest moves, oldest first, and how many there were in all. */
  readonly stories: MoveStory[] = [];
  moves = 0;
  /** When the present coordinator took over (us), -1 before the first did. */
  startedAt = -1;
  readonly fates = new Map<HostId, Fate>();
  private readonly map: MapId;
  private readonly truths = new Map<HostId, { readonly at: number; readonly truth: HostTruth }>();
  private readonly granted = new Map<Epoch, MoveStory>();
  private standbys: readonly HostId[] = [];
  private served: Service | null = null;
  private unhostedAt: number | null = null;

  constructor(map: MapId) {
    this.map = map;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "coordinator/started") this.begun(at);
    else if ("map" in record && record.map === this.map) this.ofMap(at, record);
    else if ("host" in record) this.ofHost(at, record);
    else if (record.kind === "host/joined") this.fates.delete(record.profile.host);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    const well = truth === "up" || truth === "resumed" || truth === "healed";
    if (well) this.truths.delete(host);
    else this.truths.set(host, { at, truth });
    if (this.served?.host !== host || this.served.over) return;
    this.served.awayAt = well ? null : (this.served.awayAt ?? at);
    this.served.over = truth === "down-polite" || truth === "down-close" || truth === "down-silent";
  }

  /** The move by which the map came to its owner under this epoch, if that was seen. */
  arrival(epoch: Epoch): MoveStory | null {
    return this.granted.get(epoch) ?? null;
  }

  /** When that host began to serve the map under that epoch (us), or null if it has not said so. */
  servedSince(host: HostId, epoch: Epoch): number | null {
    const { served } = this;
    return served !== null && served.host === host && served.epoch === epoch && !served.over ? served.at : null;
  }

  /** Since when nobody has served the map (us): in truth, else by the coordinator's word; null where neither is known. */
  unservedSince(): number | null {
    return this.served?.awayAt ?? this.unhostedAt;
  }

  /** What is wrong with a host's machine or line at the end, and since when; null for nothing. */
  truthOf(host: HostId): { readonly at: number; readonly truth: HostTruth } | null {
    return this.truths.get(host) ?? null;
  }

  /** The coordinator before this one took its standbys and suspicions with it. */
  private begun(at: number): void {
    this.startedAt = at;
    this.standbys = [];
    this.fates.clear();
  }

  private ofMap(at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "move/decided":
        return this.begin(at, record);
      case "move/step":
        this.storyOf(record.move)?.steps.push({ step: record.step, at });
        return;
      case "map/granted": {
        const story = this.stories.findLast(({ decided }) => decided.epoch === record.epoch && decided.to === record.host);
        // Older grants are of no use any more: the map has one owner.
        this.granted.clear();
        if (story !== undefined) this.granted.set(record.epoch, story);
        return;
      }
      case "move/done":
        return this.end(at, record.move, null);
      case "move/failed":
        return this.end(at, record.move, record.reason);
      case "map/unhosted":
        this.unhostedAt = at;
        return;
      case "standby/chosen":
        this.standbys = record.hosts;
        return;
      case "host/serving":
        return this.serving(at, record.host, record.epoch);
      case "host/stopped":
        if (this.served?.host === record.host && this.served.epoch === record.epoch) this.served.awayAt = at;
        return;
      default:
        return;
    }
  }

  private serving(at: number, host: HostId, epoch: Epoch): void {
    // An old owner that does not know yet that it was replaced is none.
    if (this.served !== null && epoch < this.served.epoch) return;
    this.served = { host, epoch, at: this.servedSince(host, epoch) ?? at, awayAt: null, over: false };
    this.unhostedAt = null;
  }

  private begin(at: number, decided: RecordOf<"move/decided">): void {
    const fate = this.fates.get(decided.from) ?? null;
    this.stories.push({ decided, at, stoodBy: this.standbys.includes(decided.to), fate, steps: [], end: null });
    this.moves += 1;
    if (this.stories.length > STORIES_KEPT) this.stories.shift();
  }

  private storyOf(move: number): MoveStory | undefined {
    // A new coordinator counts its moves from the start: the newest is meant.
    return this.stories.findLast(({ decided, end }) => decided.move === move && end === null);
  }

  private end(at: number, move: number, failure: string | null): void {
    const story = this.storyOf(move);
    if (story !== undefined) story.end = { at, failure };
  }

  private ofHost(at: number, record: Extract<HistoryRecord, { readonly host: HostId }>): void {
    const { host } = record;
    if (record.kind === "host/suspected") this.fates.set(host, { what: "suspected", at, how: record.how });
    else if (record.kind === "host/gone") this.fates.set(host, { what: "gone", at, how: record.how });
    else if (record.kind === "host/blocked") this.fates.set(host, { what: "blocked", at });
    else if (record.kind === "host/cleared" || record.kind === "host/forgotten") this.fates.delete(host);
    else if (record.kind === "alert" && record.text.startsWith(NO_LONGER_GOOD))
      this.fates.set(host, { what: "no longer good", at, why: record.text.slice(NO_LONGER_GOOD.length) });
  }
}

/** How the coordinator's alert about a host that measured badly begins. */
const NO_LONGER_GOOD = "host no longer good: ";
