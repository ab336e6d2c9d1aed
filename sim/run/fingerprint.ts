/**
 * The fingerprint of a run (SPEC DT1): ladders over the coordinator's decisions, over what hosts and players say and the world
 * does to them, and a digest of the metrics. The first is equal for lazy and eager heartbeats.
 */
import { Ladder, type LadderReading, RollingHash } from "../../src/base/hash.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR, type HostId, type MapId, type PlayerId } from "../../src/core/protocol/ids.ts";
import type { HostTruth, Observer } from "../world/observer.ts";

/** What a record may be about. */
type Subject = { readonly player?: PlayerId; readonly host?: HostId; readonly map?: MapId };

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

/** The observer that takes in everything a run says and does. */
export class Fingerprint implements Observer {
  readonly #decisions = new Ladder();
  readonly #rest = new Ladder();
  readonly #decisionNames = new Names();
  readonly #restNames = new Names();

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (self !== COORDINATOR) {
      // Read as possibly absent fields: asking first whether they exist costs several times as much, a million times over.
      const { player, host, map } = record as Subject;
      this.#rest.event(at, this.#restNames.of(record.kind, this.#rest), player ?? host ?? 0, map ?? -1);
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
