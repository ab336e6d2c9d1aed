/** SY2 and SY3: a state that is handed over is the one that was frozen, and a failover loses no more volatile time than its bound. */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import type { Ailments } from "./ailments.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import { type GameBounds, gameBoundsOf, type GameLimits } from "./game-bounds.ts";
import { type Lineage, type Lineages, mapTimeAt } from "./lineages.ts";
import { epochText, mapText, secondsText } from "./words.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Map times are whole milliseconds of a process that looks at its clock now and then. */
const MAP_TIME_MS = 100;
/** An order is on its way for no longer than this. */
const ORDER_US = 500_000;
/** Fair time is noted this often, so that it can be looked up for a past instant. */
const STEP_US = US_PER_S;

/** Compares every state that is taken up with the one it comes from. */
export class StatesChecker extends RuleChecker implements Checker, Observer {
  readonly wants: ReadonlySet<HistoryRecord["kind"]> = new Set([
    "state/taken-up",
    "state/frozen",
    "state/resumed",
    "map/granted",
    "host/fenced",
  ]);
  readonly #names: readonly string[];
  readonly #lineages: Lineages;
  readonly #ailments: Ailments;
  readonly #clock: FairClock;
  readonly #bounds: GameBounds;
  readonly #hasty: boolean;
  /** Fair time at each whole second of the run. */
  readonly #fair: number[] = [];
  #noted: readonly [at: number, fair: number] = [0, 0];

  constructor(options: CheckerOptions, limits: GameLimits, lineages: Lineages, ailments: Ailments, clock: FairClock) {
    super(["SY2", "SY3"]);
    this.#names = options.maps.names;
    this.#lineages = lineages;
    this.#ailments = ailments;
    this.#clock = clock;
    this.#bounds = gameBoundsOf(options, limits);
    this.#hasty = options.buggify !== null;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    this.#note(at);
    switch (record.kind) {
      case "state/frozen":
        return this.#frozen(at, record);
      case "state/resumed":
        return this.#resumed(at, record);
      case "state/taken-up":
        return this.#takenUp(at, record);
      default:
    }
  }

  host(at: number): void {
    this.#note(at);
  }

  fault(at: number): void {
    this.#note(at);
  }

  #note(at: number): void {
    if (at < this.#fair.length * STEP_US) return;
    const fair = this.#clock.now(at);
    const [lastAt, lastFair] = this.#noted;
    const ran = fair - lastFair === at - lastAt;
    this.#noted = [at, fair];
    // Of seconds in which nothing was seen and the clock stood, nobody knows when it did: that they are late only ever excuses.
    while (at >= this.#fair.length * STEP_US) this.#fair.push(ran ? lastFair + this.#fair.length * STEP_US - lastAt : fair);
  }

  /** How much of the time between two instants before `at` did not count, at the most: the whole seconds around them are looked at. */
  #unfair(at: number, from: number, to: number): number {
    const first = Math.max(0, Math.floor(from / STEP_US));
    const last = Math.ceil(to / STEP_US);
    const end = this.#fair[last];
    const passed = (end === undefined ? at : last * STEP_US) - first * STEP_US;
    const counted = (end ?? this.#clock.now(at)) - (this.#fair[first] ?? 0);
    return Math.max(0, Math.min(to - from, passed - counted));
  }

  /** Map time goes on with the clock, and never back, while one host serves. */
  #frozen(at: number, { host, map, epoch, mapMs }: Of<"state/frozen">): void {
    const lineage = this.#lineages.of(host, map);
    if (lineage === undefined || lineage.epoch !== epoch) return;
    const { frozen } = lineage;
    // What the freeze itself says is set aside for once: it is this that is judged.
    lineage.frozen = null;
    const { high } = mapTimeAt(lineage, at);
    lineage.frozen = frozen;
    if (this.#ailments.since("clock", lineage.at)) return this.count("excused.SY3.clock");
    const holds = mapMs >= lineage.mapMs && mapMs <= high + MAP_TIME_MS;
    const message = (): string =>
      `host ${host} froze ${this.#map(lineage)} at map time ${mapMs} ms; it took it up ${secondsText(at - lineage.at)} ago at ${lineage.mapMs} ms`;
    this.check("SY3", holds, at, message, map, host);
  }

  #resumed(at: number, { host, map, epoch, hash }: Of<"state/resumed">): void {
    const lineage = this.#lineages.of(host, map);
    if (lineage === undefined || lineage.epoch !== epoch) return;
    const was = lineage.frozen?.hash;
    const message = (): string =>
      `host ${host} goes on with ${this.#map(lineage)} at ${epochText(epoch)} with a state of hash ${hash}, and ${was === undefined ? "had not stopped" : `stopped with ${was}`}`;
    this.check("SY2", was === hash, at, message, map, host);
    this.#lineages.resumed(lineage, at);
  }

  #takenUp(at: number, record: Of<"state/taken-up">): void {
    const lineage = this.#lineages.of(record.host, record.map);
    if (lineage === undefined || lineage.at !== at) return;
    this.count(`takenUp.${record.from}`);
    if (lineage.late) return this.#late(at, lineage);
    const { before } = lineage;
    if (before !== null) {
      const again = before.epoch === lineage.epoch && before.host !== lineage.host;
      const message = (): string => `hosts ${before.host} and ${lineage.host} took up ${this.#map(lineage)} at ${epochText(lineage.epoch)}`;
      this.check("SY2", !again, at, message, lineage.map, lineage.host);
    }
    this.#descends(at, lineage);
    if (record.from === "handoff") this.#handed(at, lineage, record);
    else if (before !== null) this.#lost(at, lineage, before);
  }

  /** An older grant is taken up after a newer one only by who heard of it late. */
  #late(at: number, lineage: Lineage): void {
    const since = this.#lineages.committedOf(lineage.map)?.at ?? 0;
    const troubled = this.#ailments.illSince(lineage.host) <= at || this.#ailments.wellSince(lineage.host) >= since;
    const slow =
      this.#ailments.pausedSince(lineage.host, since) || this.#ailments.since("slow", since) || this.#ailments.since("line", since);
    // A timeout cut short (BUGGIFY) gives a host up while its order is still on the way.
    const hasty = this.#hasty && at - since <= ORDER_US;
    if (troubled || slow || hasty) return this.count("excused.SY2.late_take_up");
    const newest = this.#lineages.newest(lineage.map);
    const message = (): string =>
      `host ${lineage.host} took up ${this.#map(lineage)} at ${epochText(lineage.epoch)}, after host ${newest?.host} did at ${epochText(newest?.epoch ?? -1)}`;
    this.check("SY2", false, at, message, lineage.map, lineage.host);
  }

  /** Every state but the first comes from one that somebody served. */
  #descends(at: number, lineage: Lineage): void {
    const holds = lineage.parent !== null || lineage.from === "beginning";
    const message = (): string =>
      `host ${lineage.host} took up ${this.#map(lineage)} at ${epochText(lineage.epoch)} from ${lineage.from} with deed ${lineage.number}, which nobody had served`;
    this.check("SY2", holds, at, message, lineage.map, lineage.host);
  }

  /** The newest freeze of the previous owner, with nothing before or after it. */
  #handed(at: number, lineage: Lineage, { hash, redone }: Of<"state/taken-up">): void {
    const { before, map, host, number, mapMs } = lineage;
    const frozen = before?.frozen ?? null;
    const same = frozen !== null && frozen.hash === hash && frozen.number === number && frozen.mapMs === mapMs && redone.length === 0;
    const message = (): string => {
      const had = frozen === null ? "had not stopped" : `stopped with hash ${frozen.hash}, deed ${frozen.number}, ${frozen.mapMs} ms`;
      return `host ${host} took up ${this.#map(lineage)} at ${epochText(lineage.epoch)} with hash ${hash}, deed ${number}, ${mapMs} ms, ${redone.length} done again; host ${before?.host ?? -1} ${had}`;
    };
    this.check("SY2", same && lineage.parent === before, at, message, map, host);
  }

  /** What a failover lost: from the state found until where the source was when it last served as it should. */
  #lost(at: number, lineage: Lineage, source: Lineage): void {
    const { map, host, epoch, mapMs } = lineage;
    const claim = this.#lineages.committedOf(map);
    const claimedAt = claim?.epoch === epoch ? claim.at : at;
    const illSince = this.#ailments.illSince(source.host);
    const until = Math.min(at, claimedAt, source.stoppedAt, illSince > source.at ? illSince : Number.POSITIVE_INFINITY);
    const { low, high } = mapTimeAt(source, until);
    const lostUs = Math.max(0, Math.round((low - mapMs) * US_PER_MS));
    const excuse = this.#excused(source, until - lostUs, until);
    if (excuse !== null) return this.count(`excused.SY3.${excuse}`);
    const ahead = (): string =>
      `host ${host} took up ${this.#map(lineage)} at map time ${mapMs} ms, and host ${source.host} had come to ${Math.floor(high)} ms`;
    // Who goes on from a state that its source still changed after it fell ill may be ahead of what is counted here.
    const served = mapTimeAt(source, Math.min(at, source.stoppedAt)).high;
    this.check("SY3", mapMs <= served + MAP_TIME_MS, at, ahead, map, host);
    const warm = this.#isWarm(lineage, source, until);
    const bound = warm ? this.#bounds.warmUs : this.#bounds.coldUs;
    // A store that does not answer keeps no images; what stood still does not count.
    const counted = warm ? lostUs : Math.max(0, lostUs - this.#unfair(at, until - lostUs, until));
    this.count(warm ? "lost.warm" : "lost.cold");
    this.use("SY3", counted / bound);
    const message = (): string =>
      `host ${host} took up ${this.#map(lineage)} at ${epochText(epoch)} from ${lineage.from} at map time ${mapMs} ms: ${secondsText(counted)} before where host ${source.host} was when it last served; the bound is ${secondsText(bound)}`;
    this.check("SY3", counted <= bound, at, message, map, host);
  }

  #excused(source: Lineage, from: number, until: number): string | null {
    const { coldUs } = this.#bounds;
    if (this.#ailments.since("clock", source.at)) return "clock";
    if (this.#ailments.since("slow", from)) return "slow_cpu";
    if (this.#ailments.since("line", from - coldUs)) return "line_fault";
    // It has only just come back from trouble, and its copies were about to follow.
    const wellSince = this.#ailments.wellSince(source.host);
    return wellSince > source.at && until - wellSince < coldUs ? "source_in_trouble" : null;
  }

  /** A replica of the very source, at a host that was well while it came. */
  #isWarm(lineage: Lineage, source: Lineage, until: number): boolean {
    const { host, from, parent } = lineage;
    const well =
      this.#ailments.illSince(host) === Number.POSITIVE_INFINITY && this.#ailments.wellSince(host) <= until - this.#bounds.coldUs;
    return from === "replica" && parent === source && well && !this.#ailments.pausedSince(host, until - this.#bounds.coldUs);
  }

  #map({ map }: Lineage): string {
    return mapText(this.#names, map);
  }
}
