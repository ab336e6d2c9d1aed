/** SY1, SY4, SY5, SY6, LV5 and HO3 for operations: what a map's game gave to be written down, what it was told of it, and what the store applied. */
import { US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { OperationId } from "../../src/core/protocol/operations.ts";
import type { HostTruth, Observer } from "../world/observer.ts";
import type { Ailments } from "./ailments.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";
import { type Applied, type Deeds, missingFrom } from "./contained.ts";
import type { FairClock } from "./fair-clock.ts";
import { type GameBounds, gameBoundsOf, type GameLimits } from "./game-bounds.ts";
import type { Lineage, Lineages } from "./lineages.ts";
import { epochText, mapText, secondsText } from "./words.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Critical operations without an answer are looked for this often. */
const SWEEP_US = US_PER_S;

/** An operation that has not ended, or of which nobody was told how. */
type Entry = {
  readonly id: OperationId;
  readonly host: HostId;
  readonly map: MapId;
  readonly epoch: Epoch;
  readonly number: number;
  readonly critical: boolean;
  readonly at: number;
  readonly fair: number;
  /** Its place among all submissions of the run. */
  readonly turn: number;
  readonly lineage: Lineage | undefined;
  /** It was told that it may or may not have taken effect; or this is overdue, and was said so. */
  doubted: boolean;
  overdue: boolean;
  ended: boolean;
  /** Its process died: it is pending nowhere, and may still be applied. */
  orphan: boolean;
};

/** A host's process: what is pending there, and its critical operations by their time. */
type Desk = { readonly pending: Set<Entry>; critical: Entry[] };

/** What is kept of a lineage beside its applied operations: the last number submitted, and the last turn applied of each class. */
type Order = { number: number; bulk: number; critical: number };

/** The lineage that did a deed, given the one that wrote it down: who takes a state up writes down what is in it and was not. */
function homeOf(lineage: Lineage, number: number): Lineage {
  let home = lineage;
  while (number <= home.number && home.parent !== null) home = home.parent;
  return home;
}

/** Follows each operation from its submission to its end, and each state back to what it must contain. */
export class OperationsChecker extends RuleChecker implements Checker, Observer {
  readonly wants: ReadonlySet<HistoryRecord["kind"]> = new Set([
    "operation/submitted",
    "operation/answered",
    "operation/applied",
    "state/taken-up",
  ]);
  readonly #names: readonly string[];
  readonly #lineages: Lineages;
  readonly #ailments: Ailments;
  readonly #clock: FairClock;
  readonly #pendingMax: number;
  readonly #bounds: GameBounds;
  readonly #entries = new Map<OperationId, Entry>();
  readonly #applied = new Set<OperationId>();
  /** Answered as failed or rejected: they never take effect. */
  readonly #refused = new Set<OperationId>();
  readonly #desks = new Map<HostId, Desk>();
  readonly #deeds = new Map<MapId, Map<Lineage, Deeds>>();
  readonly #orders = new Map<Lineage, Order>();
  #turns = 0;
  #nextSweep = 0;
  #settled = false;

  constructor(options: CheckerOptions, limits: GameLimits, lineages: Lineages, ailments: Ailments, clock: FairClock) {
    super(["SY1", "SY4", "SY5", "SY6", "LV5", "HO3"]);
    this.#names = options.maps.names;
    this.#lineages = lineages;
    this.#ailments = ailments;
    this.#clock = clock;
    this.#pendingMax = limits.sync.pendingMax;
    this.#bounds = gameBoundsOf(options, limits);
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (at >= this.#nextSweep) this.#sweep(at);
    switch (record.kind) {
      case "operation/submitted":
        return this.#submitted(at, record);
      case "operation/answered":
        return this.#answered(at, record);
      case "operation/applied":
        return this.#appliedAll(at, record);
      case "state/taken-up":
        return this.#takenUp(at, record);
      default:
    }
  }

  /** A process that dies takes with it what it had not been told of. */
  host(_at: number, host: HostId, truth: HostTruth): void {
    if (!truth.startsWith("down")) return;
    for (const entry of this.#desks.get(host)?.pending ?? []) {
      entry.orphan = true;
      this.count("excused.SY4.host_died");
    }
    this.#desks.delete(host);
  }

  settling(): void {
    this.#settled = true;
  }

  finish(at: number): void {
    this.#sweep(at);
    if (this.#settled) for (const [host, desk] of this.#desks) this.#resolved(at, host, desk);
  }

  #submitted(at: number, record: Of<"operation/submitted">): void {
    const { host, map, epoch, operation: id, critical, number } = record;
    const desk = this.#desks.get(host) ?? { pending: new Set<Entry>(), critical: [] };
    this.#desks.set(host, desk);
    const known = this.#entries.has(id) || this.#applied.has(id) || this.#refused.has(id);
    this.check("SY4", !known, at, () => `${this.#about(record)} was submitted twice`, map, host);
    // Who is refused is told so in the same step: what is pending now was taken.
    const held = desk.pending.size;
    this.check("SY4", held <= this.#pendingMax, at, () => `${held} operations are pending, ${this.#pendingMax} at most`, map, host);
    this.use("SY4", held / this.#pendingMax);
    if (known) return;
    const served = this.#lineages.of(host, map);
    const lineage = served?.epoch === epoch && !served.dead ? served : undefined;
    const stateless = (): string => `${this.#about(record)} was given, and the host had not taken up a state at ${epochText(epoch)}`;
    this.check("SY1", lineage !== undefined, at, stateless, map, host);
    this.#turns += 1;
    const fair = this.#clock.now(at);
    const state = { doubted: false, overdue: false, ended: false, orphan: false };
    const entry: Entry = { id, host, map, epoch, number, critical, at, fair, turn: this.#turns, lineage, ...state };
    this.#entries.set(id, entry);
    desk.pending.add(entry);
    if (critical) desk.critical.push(entry);
    if (lineage === undefined) return;
    const home = homeOf(lineage, number);
    if (home !== lineage) {
      // A newer owner may have written it down by now.
      if (lineage.late) return this.count("excused.SY1.late_take_up");
      // A deed that was in the state when it was taken up, and written down by nobody yet.
      const again =
        this.#deeds
          .get(map)
          ?.get(home)
          ?.applied.some((one) => one.number === number) === true;
      const twice = (): string => `${this.#about(record)} has number ${number}, which was applied already${this.#since(home)}`;
      this.check("SY1", !again, at, twice, map, host);
      return;
    }
    const order = this.#orderOf(lineage);
    const before = order.number;
    const message = (): string => `${this.#about(record)} has number ${number}, and ${before} was given already${this.#since(lineage)}`;
    this.check("SY1", number > before, at, message, map, host);
    order.number = Math.max(number, before);
  }

  #answered(at: number, record: Of<"operation/answered">): void {
    const { host, map, operation: id, result } = record;
    const entry = this.#entries.get(id);
    const taken = entry !== undefined && !entry.ended && entry.host === host;
    const ended = this.#applied.has(id) || this.#refused.has(id);
    const message = (): string =>
      `${this.#about(record)} was answered as ${result}, ${ended ? "after its end" : "and was not submitted there"}`;
    if (!this.check("SY4", taken, at, message, map, host) || entry === undefined) return;
    if (entry.critical && !entry.doubted) this.#inTime(at, entry);
    if (result === "unknown") {
      const once = entry.critical && !entry.doubted;
      this.check("SY5", once, at, () => `${this.#about(record)} is unknown ${entry.critical ? "again" : "and not critical"}`, map, host);
      entry.doubted = true;
      return;
    }
    if (entry.doubted)
      this.check("SY5", result !== "rejected", at, () => `${this.#about(record)} was rejected after it was unknown`, map, host);
    this.#ended(at, entry, record);
  }

  /** What is done was applied, and what failed or was rejected was not. */
  #ended(at: number, entry: Entry, record: Of<"operation/answered">): void {
    const { id, map, host } = entry;
    const done = record.result === "done";
    const message = (): string =>
      `${this.#about(record)} was answered as ${record.result}${record.reason === "" ? "" : ` (${record.reason})`}, and the store has ${done ? "not applied it" : "applied it"}`;
    this.check("SY1", this.#applied.has(id) === done, at, message, map, host);
    if (!done) this.#refused.add(id);
    entry.ended = true;
    this.#desks.get(host)?.pending.delete(entry);
    this.#entries.delete(id);
  }

  #appliedAll(at: number, record: Of<"operation/applied">): void {
    const { map, host, epoch, rowEpoch } = record;
    const fenced = (): string => `operations of ${this.#map(map)} were applied at ${epochText(epoch)} over a row at ${epochText(rowEpoch)}`;
    this.check("HO3", epoch === rowEpoch, at, fenced, map, host);
    for (const id of record.operations) this.#appliedOne(at, record, id);
  }

  #appliedOne(at: number, record: Of<"operation/applied">, id: OperationId): void {
    const { map, host } = record;
    const entry = this.#entries.get(id);
    const wrong = this.#applied.has(id)
      ? "was applied before"
      : this.#refused.has(id)
        ? "had been answered as failed or rejected"
        : entry === undefined
          ? "was given by nobody"
          : entry.map !== map || entry.epoch !== record.epoch
            ? "was given for another map or epoch"
            : null;
    this.check("SY1", wrong === null, at, () => `operation ${id} of ${this.#map(map)} was applied, and ${wrong}`, map, host);
    this.#applied.add(id);
    if (wrong !== null || entry === undefined) return;
    // Whoever died is told nothing: its operation ends with this.
    if (entry.orphan) this.#entries.delete(id);
    const { lineage } = entry;
    if (lineage === undefined) return;
    const late = this.#lineages.newest(map) !== lineage;
    if (late) this.count("excused.SY1.late_commit");
    this.#keep(map, homeOf(lineage, entry.number), { id, number: entry.number, late });
    this.#inTurn(at, entry, lineage);
  }

  #keep(map: MapId, lineage: Lineage, applied: Applied): void {
    let all = this.#deeds.get(map);
    if (all === undefined) this.#deeds.set(map, (all = new Map()));
    let deeds = all.get(lineage);
    if (deeds === undefined) all.set(lineage, (deeds = { applied: [], highest: 0 }));
    deeds.applied.push(applied);
    deeds.highest = Math.max(deeds.highest, applied.number);
  }

  #inTurn(at: number, entry: Entry, lineage: Lineage): void {
    const order = this.#orderOf(lineage);
    const kind = entry.critical ? "critical" : "bulk";
    const { map, host, turn } = entry;
    const message = (): string => `operation ${entry.id} of ${this.#map(map)} (${kind}) took effect after one that was given later`;
    this.check("SY6", turn > order[kind], at, message, map, host);
    order[kind] = Math.max(order[kind], turn);
  }

  /** Whoever takes a state up does again what was applied and is not in it, in the order of numbers, and nothing else. */
  #takenUp(at: number, record: Of<"state/taken-up">): void {
    const { map, host, number, redone } = record;
    const lineage = this.#lineages.of(host, map);
    if (lineage === undefined || lineage.at !== at) return;
    const missing = missingFrom(this.#deeds.get(map) ?? new Map<Lineage, Deeds>(), lineage.parent, number);
    const late = new Set(missing.filter((one) => one.late).map(({ id }) => id));
    if (late.size > 0) this.count("excused.SY1.late_commit");
    const owed = missing.filter((one) => !one.late).map(({ id }) => id);
    const done = redone.filter((id) => !late.has(id));
    const wrong = firstDifference(owed, done, this.#applied);
    const message = (): string =>
      `host ${host} took up ${this.#map(map)} at ${epochText(record.epoch)} from ${record.from} with deed ${number}, and ${wrong}; ${owed.length} were owed, ${done.length} done again`;
    if (lineage.late) this.count("excused.SY1.late_take_up");
    else this.check("SY1", wrong === null, at, message, map, host);
    this.#orderOf(lineage);
  }

  /** New numbers go on above all that are known: those in the state, those done again, and those that were applied elsewhere, but not what a newer owner did. */
  #orderOf(lineage: Lineage): Order {
    let order = this.#orders.get(lineage);
    if (order === undefined) {
      let highest = lineage.number;
      for (const [other, deeds] of this.#deeds.get(lineage.map) ?? [])
        if (other !== lineage && other.epoch <= lineage.epoch) highest = Math.max(highest, deeds.highest);
      this.#orders.set(lineage, (order = { number: highest, bulk: 0, critical: 0 }));
    }
    return order;
  }

  /** Its first answer comes, or is overdue: said once. */
  #inTime(at: number, entry: Entry): void {
    if (entry.overdue) return;
    const { criticalUs } = this.#bounds;
    const waited = at - entry.at;
    const late = waited > criticalUs;
    entry.overdue = late;
    const excuse = late ? this.#excused(entry, entry.at) : null;
    if (excuse !== null) return this.count(`excused.SY5.${excuse}`);
    if (!late) this.use("SY5", waited / criticalUs);
    const message = (): string =>
      `critical operation ${entry.id} of ${this.#map(entry.map)} had no answer for ${secondsText(waited)}; the bound is ${secondsText(criticalUs)}`;
    this.check("SY5", !late, at, message, entry.map, entry.host);
  }

  /** Why a host cannot answer in time, if so since an instant. */
  #excused(entry: Entry, since: number): string | null {
    if (this.#ailments.pausedSince(entry.host, since)) return "host_paused";
    if (this.#ailments.since("slow", since)) return "slow_cpu";
    return this.#ailments.since("clock", since) ? "clock" : null;
  }

  #sweep(at: number): void {
    this.#nextSweep = at + SWEEP_US;
    for (const desk of this.#desks.values()) {
      // Those that were answered are dropped here, so that the list stays short.
      desk.critical = desk.critical.filter((entry) => !entry.ended && !entry.doubted && !entry.overdue);
      for (const entry of desk.critical) if (at - entry.at > this.#bounds.criticalUs) this.#inTime(at, entry);
    }
  }

  /** At the end nothing waits for its end longer than its bound on a host that is well. */
  #resolved(at: number, host: HostId, desk: Desk): void {
    const wellFor = this.#ailments.illSince(host) <= at ? 0 : at - this.#ailments.wellSince(host);
    if (desk.pending.size === 0) this.check("LV5", true, at, () => "");
    for (const entry of desk.pending) {
      const waited = this.#clock.now(at) - entry.fair;
      const { operationUs } = this.#bounds;
      if (waited <= operationUs) {
        this.check("LV5", true, at, () => "");
        continue;
      }
      if (wellFor <= operationUs) this.count("excused.LV5.host_in_trouble");
      else if (this.#ailments.since("line", at - operationUs)) this.count("excused.LV5.line_fault");
      else {
        const message = (): string =>
          `at the end operation ${entry.id} of ${this.#map(entry.map)}, submitted at ${secondsText(entry.at)}, has not ended; the bound is ${secondsText(operationUs)}`;
        this.check("LV5", false, at, message, entry.map, host);
      }
    }
  }

  #map(map: MapId): string {
    return mapText(this.#names, map);
  }

  #about({ operation, map, host }: { readonly operation: OperationId; readonly map: MapId; readonly host: HostId }): string {
    return `operation ${operation} of ${this.#map(map)} on host ${host}`;
  }

  #since(lineage: Lineage): string {
    return ` since it was taken up at ${epochText(lineage.epoch)}`;
  }
}

/** What is wrong with what was done again, or null. */
function firstDifference(owed: readonly OperationId[], done: readonly OperationId[], applied: ReadonlySet<OperationId>): string | null {
  const all = new Set(done);
  if (all.size < done.length) return `did ${done.find((id, i) => done.indexOf(id) < i)} again twice`;
  const left = owed.find((id) => !all.has(id));
  if (left !== undefined) return `did not do ${left} again, which was applied and is not in it`;
  const owing = new Set(owed);
  const extra = done.find((id) => !owing.has(id));
  if (extra !== undefined) return applied.has(extra) ? `did ${extra} again, which is in it` : `did ${extra} again, which was never applied`;
  const i = owed.findIndex((id, at) => done[at] !== id);
  return i < 0 ? null : `did ${done[i]} again before ${owed[i]}`;
}
