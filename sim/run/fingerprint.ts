/**
 * The fingerprint of a run (SPEC DT1): ladders over the coordinator's decisions and what becomes of maps' games by them, over what hosts and
 * players say and the world does to them, and a digest of the metrics. The first is equal for lazy and eager heartbeats.
 */
import { Ladder, type LadderReading, RollingHash } from "../../src/base/hash.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR, type HostId, type MapId, type PlayerId } from "../../src/core/protocol/ids.ts";
import type { HostTruth, Observer } from "../world/observer.ts";

/** What a record may be about. */
type Subject = { readonly player?: PlayerId; readonly host?: HostId; readonly map?: MapId; readonly input?: number };

/** Numbers for record kinds and truths, by first use in the order of the run: equal runs number them equally. */
class Names {
  readonly #numbers = new Map<string, number>();

  of(name: string, ladder: Ladder): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(name, number);
    ladder.mixString(name);
    return number;
  }
}

/** What hosts and the store say of a map's game that counts with the decisions: what lasts. Players' inputs come by the million and do not. */
const LASTING: ReadonlySet<HistoryRecord["kind"]> = new Set([
  "operation/submitted",
  "operation/answered",
  "operation/applied",
  "state/frozen",
  "state/taken-up",
  "state/resumed",
  "player/admitted",
  "player/parted",
]);

/** Whether a record goes into the ladder of decisions. */
export function isDecision(self: ActorId, record: HistoryRecord): boolean {
  return self === COORDINATOR || LASTING.has(record.kind);
}

/** The observer that takes in everything a run says and does. */
export class Fingerprint implements Observer {
  readonly #decisions = new Ladder();
  readonly #rest = new Ladder();
  readonly #decisionNames = new Names();
  readonly #restNames = new Names();

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (self !== COORDINATOR) {
      if (LASTING.has(record.kind)) return this.#lasting(at, record);
      // Read as possibly absent fields: asking first whether they exist costs several times as much, a million times over.
      const { player, host, map, input } = record as Subject;
      this.#rest.event(at, this.#restNames.of(record.kind, this.#rest), player ?? host ?? 0, map ?? -1);
      if (input !== undefined) this.#rest.event(input);
      return;
    }
    const ladder = this.#decisions;
    const kind = this.#decisionNames.of(record.kind, ladder);
    const epoch = "epoch" in record ? record.epoch : 0;
    const host = "host" in record ? record.host : "to" in record ? record.to : -1;
    const map = "map" in record ? record.map : -1;
    ladder.event(at, kind, host, map);
    if (epoch !== 0) ladder.event(at, epoch, 0, 0);
    if (record.kind === "move/decided") ladder.event(record.from, record.scoreFrom, record.scoreTo, record.players);
    if ("reason" in record) ladder.mixString(record.reason);
    if ("cause" in record) ladder.mixString(record.cause);
    if (record.kind === "standby/chosen") for (const standby of record.hosts) ladder.event(at, kind, standby, map);
  }

  /** What became of a map's game: who, where and when, and then whatever tells one such thing from another. */
  #lasting(at: number, record: HistoryRecord): void {
    const ladder = this.#decisions;
    const { host, map } = record as Subject;
    ladder.event(at, this.#decisionNames.of(record.kind, ladder), host ?? -1, map ?? -1);
    switch (record.kind) {
      case "operation/submitted":
        ladder.mixString(record.operation);
        return ladder.event(record.epoch, record.number, record.critical ? 1 : 0);
      case "operation/answered":
        ladder.mixString(record.operation);
        ladder.mixString(record.result);
        return ladder.mixString(record.reason);
      case "operation/applied":
        for (const id of record.operations) ladder.mixString(id);
        return ladder.event(record.epoch, record.rowEpoch, record.operations.length);
      case "state/taken-up":
        for (const id of record.redone) ladder.mixString(id);
        ladder.mixString(record.from);
        ladder.mixString(record.hash);
        return ladder.event(record.epoch, record.of, record.number, record.mapMs);
      case "state/frozen":
        ladder.mixString(record.hash);
        return ladder.event(record.epoch, record.number, record.mapMs);
      case "state/resumed":
        ladder.mixString(record.hash);
        return ladder.event(record.epoch);
      case "player/admitted":
      case "player/parted":
        ladder.mixString(record.carried);
        return ladder.event(record.epoch, record.player);
      default:
    }
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    this.#rest.event(at, this.#restNames.of(truth, this.#rest), host, -2);
  }

  joined(at: number, player: PlayerId, host: HostId, _vps: boolean, rttUs: number): void {
    this.#rest.event(at, player, host, rttUs);
  }

  online(at: number, player: PlayerId, delta: 1 | -1): void {
    this.#rest.event(at, player, delta, -3);
  }

  /** How many entries the decisions have left so far; one decision may leave several. */
  get entries(): number {
    return this.#decisions.events;
  }

  /** The ladder of the decisions. */
  decisions(): LadderReading {
    return this.#decisions.read();
  }

  /** The whole: decisions, the rest, and `metrics` (their text). */
  digest(metrics: string): string {
    const whole = new RollingHash();
    whole.mixString(this.#decisions.digest());
    whole.mixString(this.#rest.digest());
    whole.mixString(metrics);
    return whole.digest();
  }
}
