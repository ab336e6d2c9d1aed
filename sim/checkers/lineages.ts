/**
 * Where each map's state comes from: who took up which state, from whom, and how long it was served. One tree is kept per run and read by the
 * checkers of operations, states, inputs and games.
 */
import { US_PER_MS } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { OperationId } from "../../src/core/protocol/operations.ts";
import type { HostTruth, Observer } from "../world/observer.ts";
import { type Checker, RuleChecker } from "./checker.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** What a source stopped with. */
export type Frozen = { readonly at: number; readonly hash: string; readonly number: number; readonly mapMs: number };

/** The service of one map by one process, from the state that it took up. Times are microseconds, map times milliseconds. */
export type Lineage = {
  readonly map: MapId;
  readonly host: HostId;
  readonly epoch: Epoch;
  readonly from: Of<"state/taken-up">["from"];
  /** When it was taken up, and the state as it was found. */
  readonly at: number;
  readonly number: number;
  readonly mapMs: number;
  readonly redone: readonly OperationId[];
  /** Whose state it went on from; null for the game's beginning. */
  readonly parent: Lineage | null;
  /** Which lineage of the map was the newest until then. */
  readonly before: Lineage | null;
  /** Map time at an instant, at the least and at the most; it goes on with the clock from there. */
  anchor: { readonly at: number; readonly low: number; readonly high: number };
  /** What the host stopped with, until it goes on. */
  frozen: Frozen | null;
  /** When the host stopped or died; Infinity while it serves. */
  stoppedAt: number;
  /** Its process died: whatever the host does from now on, it does as another one. */
  dead: boolean;
  /** An older grant that was taken up after a newer one: nobody goes on from it. */
  readonly late: boolean;
};

/** Keeps the lineages. An observer without rules; it comes before the checkers that read it. */
export class Lineages extends RuleChecker implements Checker, Observer {
  readonly wants: ReadonlySet<HistoryRecord["kind"]> = new Set(["state/taken-up", "state/frozen", "host/stopped", "host/serving"]);
  readonly #newest = new Map<MapId, Lineage>();
  readonly #byHost = new Map<HostId, Map<MapId, Lineage>>();
  readonly #committed = new Map<MapId, { readonly epoch: Epoch; readonly at: number }>();

  constructor() {
    super([]);
  }

  /** The newest lineage of a map; undefined before its game began. */
  newest(map: MapId): Lineage | undefined {
    return this.#newest.get(map);
  }

  /** Every map's newest lineage. */
  all(): IterableIterator<Lineage> {
    return this.#newest.values();
  }

  /** The lineage that a host serves, or served last, for a map. */
  of(host: HostId, map: MapId): Lineage | undefined {
    return this.#byHost.get(host)?.get(map);
  }

  /** The newest claim of a map that the store committed. */
  committedOf(map: MapId): { readonly epoch: Epoch; readonly at: number } | undefined {
    return this.#committed.get(map);
  }

  committed(at: number, map: MapId, _host: HostId, epoch: Epoch): void {
    this.#committed.set(map, { epoch, at });
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (!truth.startsWith("down")) return;
    for (const lineage of this.#byHost.get(host)?.values() ?? []) {
      lineage.stoppedAt = Math.min(lineage.stoppedAt, at);
      lineage.dead = true;
    }
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "state/taken-up":
        return this.#takenUp(at, record);
      case "state/frozen": {
        const { hash, number, mapMs } = record;
        const lineage = this.#serving(record);
        if (lineage !== undefined) lineage.frozen = { at, hash, number, mapMs };
        return;
      }
      case "host/stopped": {
        const lineage = this.#serving(record);
        if (lineage !== undefined) lineage.stoppedAt = Math.min(lineage.stoppedAt, at);
        return;
      }
      case "host/serving": {
        const lineage = this.#serving(record);
        if (lineage?.dead === false) lineage.stoppedAt = Number.POSITIVE_INFINITY;
        return;
      }
      default:
    }
  }

  /** The host goes on with what it had stopped with; called by the checker of states when it has compared the two. */
  resumed(lineage: Lineage, at: number): void {
    const { frozen } = lineage;
    // Whether map time stood still in between or makes up for it is the host's own affair.
    if (frozen !== null) lineage.anchor = { at, low: frozen.mapMs, high: frozen.mapMs + (at - frozen.at) / US_PER_MS };
    lineage.frozen = null;
    lineage.stoppedAt = Number.POSITIVE_INFINITY;
  }

  #serving({ host, map, epoch }: { host: HostId; map: MapId; epoch: Epoch }): Lineage | undefined {
    const lineage = this.of(host, map);
    return lineage?.epoch === epoch ? lineage : undefined;
  }

  #takenUp(at: number, { host, map, epoch, from, of, number, mapMs, redone }: Of<"state/taken-up">): void {
    const before = this.#newest.get(map) ?? null;
    const late = before !== null && epoch < before.epoch;
    const parent = from === "beginning" ? null : ancestor(before, of, number);
    const stoppedAt = Number.POSITIVE_INFINITY;
    const anchor = { at, low: mapMs, high: highestAt(before, mapMs, redone, at) };
    const lineage: Lineage = {
      ...{ map, host, epoch, from, at, number, mapMs, redone, parent, before },
      ...{ anchor, frozen: null, stoppedAt, dead: false, late },
    };
    if (!late) this.#newest.set(map, lineage);
    let maps = this.#byHost.get(host);
    if (maps === undefined) this.#byHost.set(host, (maps = new Map()));
    maps.set(map, lineage);
  }
}

/** The newest lineage of an epoch that can have had a state of this number: what was done again when it began has a number above the state found. */
function ancestor(newest: Lineage | null, epoch: Epoch, number: number): Lineage | null {
  for (let one = newest; one !== null; one = one.before)
    if (one.epoch === epoch && (one.redone.length > 0 ? one.number < number : one.number <= number)) return one;
  return null;
}

/** Map time of a lineage at an instant, at the least and at the most. */
export function mapTimeAt({ frozen, anchor }: Lineage, at: number): { readonly low: number; readonly high: number } {
  if (frozen !== null && at >= frozen.at) return { low: frozen.mapMs, high: frozen.mapMs };
  const passed = Math.max(0, at - anchor.at) / US_PER_MS;
  return { low: anchor.low + passed, high: anchor.high + passed };
}

/** What was done again may have moved a state's map time on, up to where its last owner had been. */
function highestAt(before: Lineage | null, mapMs: number, redone: readonly OperationId[], at: number): number {
  return before === null || redone.length === 0 ? mapMs : Math.max(mapMs, mapTimeAt(before, Math.min(before.stoppedAt, at)).high);
}
