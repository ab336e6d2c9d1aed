/** The second half of HO8: leaving one map keeps the host's others, and a host that held a map before may hold it again. */
import { US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord, MoveCause } from "../../src/core/protocol/history.ts";
import type { ActorId, HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";
import type { Picture } from "./picture.ts";
import { epochText, mapText } from "./words.ts";

/** A message that was under way when its move ended may still stop the source this much later. */
const LATE_US = 5 * US_PER_S;
/** Moves without a living source ask the store as soon as they are decided. */
const CLAIMED_AT_ONCE: ReadonlySet<MoveCause> = new Set(["placement", "lost", "invalid"]);
/** Earlier owners remembered per map. */
const OWNERS_KEPT = 8;

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Judges every stop for a reason of its own, and every failed move for a reason that is mere history. */
export class DeparturesChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #names: readonly string[];
  readonly #picture: Picture;
  readonly #owners = new Map<MapId, HostId[]>();
  /** Faults that make hosts claim what is not so, by id, and whether one has begun. */
  readonly #lies: ReadonlySet<string>;
  #lied = false;
  /** Maps whose claim is before the store, by the move that asked: the store's word is still to come. */
  readonly #asked = new Map<MapId, number>();
  /** Hand-overs that the store did not take, and when: they end in that instant. */
  readonly #refused = new Map<MapId, { readonly move: number; readonly at: number }>();

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO8"]);
    this.#names = options.maps.names;
    this.#picture = picture;
    const lies = options.faults.filter(({ kind }) => kind === "equivocate" || kind === "stale-replay");
    this.#lies = new Set(lies.map(({ id }) => id));
  }

  fault(_at: number, id: string): void {
    if (this.#lies.has(id)) this.#lied = true;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (this.#refused.size > 0) this.#frozen(at);
    this.#claim(at, record);
    if (record.kind === "host/stopped") this.#stopped(at, record);
    else if (record.kind === "move/failed") this.#failed(at, record);
    else if (record.kind === "map/granted") this.#granted(record);
  }

  /** Follows each claim: asked when the target is ready, or at once where no source takes part; until the answer nobody may end the move. */
  #claim(at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "coordinator/started":
        this.#asked.clear();
        return this.#refused.clear();
      case "move/decided":
        if (CLAIMED_AT_ONCE.has(record.cause)) this.#asked.set(record.map, record.move);
        return;
      case "move/step":
        if (record.step === "ready") this.#asked.set(record.map, record.move);
        return;
      case "map/granted":
        this.#asked.delete(record.map);
        return;
      case "claim/lost":
        return this.#lost(at, record);
      case "move/failed":
        if (this.#refused.get(record.map)?.move === record.move) this.#refused.delete(record.map);
        if (this.#asked.get(record.map) === record.move)
          this.check(
            "HO8",
            false,
            at,
            () =>
              `move ${record.move} of ${mapText(this.#names, record.map)} was given up (${record.reason}) before the store had answered its claim${this.#picture.trail(record.map)}`,
            record.map,
          );
        this.#asked.delete(record.map);
        return;
      default:
    }
  }

  #lost(at: number, record: Of<"claim/lost">): void {
    const sure = this.#asked.delete(record.map);
    const { move, serving } = this.#picture.mapOf(record.map);
    // What an answer that was lost did, and what a source in trouble does, nobody knows at once.
    if (!sure || record.how !== "failed" || move === null || serving || CLAIMED_AT_ONCE.has(move.cause)) return;
    if (this.#picture.hostOf(move.from).troubledAt < move.at) this.#refused.set(record.map, { move: move.id, at });
  }

  /** A source is not kept frozen while the store is asked again. */
  #frozen(at: number): void {
    for (const [map, refused] of this.#refused) {
      if (at <= refused.at) continue;
      this.#refused.delete(map);
      const message = (): string =>
        `the store did not take move ${refused.move} of ${mapText(this.#names, map)}, and its source was not let serve on${this.#picture.trail(map)}`;
      this.check("HO8", false, at, message, map);
    }
  }

  /** A stop needs a newer grant of that very map, a move of it away from that host, or an answer that is still unknown. */
  #stopped(at: number, record: Of<"host/stopped">): void {
    const { map, host, epoch } = record;
    const picture = this.#picture.mapOf(map);
    if (picture.epoch <= epoch && picture.unsure) return this.count("excused.HO8.unsure_claim");
    const move = picture.move;
    const leaving = move !== null && move.from === host;
    if (leaving && this.#picture.hostOf(host).troubledAt >= move.at) return this.count("excused.HO8.host_in_trouble");
    const underWay = leaving && (move.closedAt < 0 || at - move.closedAt <= LATE_US);
    this.check(
      "HO8",
      picture.epoch > epoch || underWay,
      at,
      () =>
        `host ${host} stopped ${mapText(this.#names, map)} at ${epochText(epoch)} (${record.why}), though nothing moved that map away from it${this.#picture.trail(map)}`,
      map,
      host,
    );
  }

  #failed(at: number, record: Of<"move/failed">): void {
    const to = this.#picture.mapOf(record.map).move?.to;
    const before = to !== undefined && (this.#owners.get(record.map)?.includes(to) ?? false);
    if (!before) return;
    const refused = record.reason === "stale_epoch" || record.reason === "not_owner";
    // Who claimed an epoch that it was not granted was told to serve nothing up to it, and keeps to that.
    if (record.reason === "stale_epoch" && this.#lied) return this.count("excused.HO8.liar");
    this.check(
      "HO8",
      !refused,
      at,
      () =>
        `move ${record.move} of ${mapText(this.#names, record.map)} back to host ${to} failed (${record.reason}): a host that held a map before must be able to hold it again${this.#picture.trail(record.map)}`,
      record.map,
      to,
    );
  }

  #granted(record: Of<"map/granted">): void {
    let owners = this.#owners.get(record.map);
    if (owners === undefined) this.#owners.set(record.map, (owners = []));
    if (owners.includes(record.host)) return this.count("movement.cameBack");
    owners.push(record.host);
    if (owners.length > OWNERS_KEPT) owners.shift();
  }
}
