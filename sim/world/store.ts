/**
 * Owns the simulated ownership store: the memory table behind delays and faults. It can be slow, fail, refuse, and answer
 * "unknown" after having committed, or before. Promises: every request is answered once, unless the asker is gone.
 */
import { type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import { drawUnit, type Stream } from "../../src/base/random.ts";
import { carriedText } from "../../src/core/actors/guests.ts";
import { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import type { ActorId, MapId } from "../../src/core/protocol/ids.ts";
import type { OperationVerdict } from "../../src/core/protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { StorePort } from "../../src/runtime/env.ts";
import type { StoreOptions } from "../options.ts";
import type { Machines } from "./machines.ts";
import type { Observer } from "./observer.ts";
import { EVENT, type EventQueue } from "./queue.ts";
import { SOURCE } from "./sources.ts";
import type { Tracing } from "./tracing.ts";

/** A client gives up on a store it cannot reach after this long (a usual statement time-out). */
const UNREACHABLE_US = 2_000_000;
/** Of the answers that get lost, this share had committed. */
const UNKNOWN_COMMITTED = 0.67;
/** Of the requests whose client gave up waiting, this share takes effect only afterwards, within as long again. */
const TIMED_OUT_LATE = 0.5;

/**
 * What the store suffers from right now: a factor on its latency, and shares of requests. `timeout`: the answer comes only when the
 * client has given up. `full`: what writes fails, what reads is served.
 */
export type StoreWeather = { slow: number; fail: number; unknown: number; refuse: number; timeout: number; full: number };

/** What a host writes under its fence. */
type HostWrite = Extract<StoreRequest, { verb: "checkpoint" | "operations" }>;

/** A claim that was granted, and the row it replaced. */
type Commit = { readonly at: number; readonly before: OwnershipRow };

/** A request under way. */
export type Asked = {
  readonly request: number;
  readonly ask: StoreRequest;
  readonly asker: number;
  readonly generation: number;
  readonly boot: number;
  readonly n: number;
};
/** An answer on its way back; `generation` and `boot` name the connection and the start of the asker's process that asked. */
export type Answered = { readonly request: number; readonly answer: StoreAnswer; readonly generation: number; readonly boot: number };

/** The store port of a simulated world. */
export class SimStore implements StorePort {
  readonly table = new OwnershipTable();
  readonly weather: StoreWeather = { slow: 1, fail: 0, unknown: 0, refuse: 0, timeout: 0, full: 0 };
  /** Counts what faults met, by kind; the faults read it. */
  readonly met = { slow: 0, fail: 0, unknown: 0, refuse: 0, timeout: 0, full: 0 };
  /** Claims granted so far, oldest first, where a fault may undo the last of them; otherwise they are not kept. */
  journal: Commit[] | undefined;
  /** Asks whether the line between this machine and the store carries anything now. */
  private readonly passes: (asker: number) => boolean;
  /**
   * What hosts wrote that takes effect only after they gave up. A failover ends it with the statements of the old primary; were it let through, a host
   * that was fenced in between, and had said so, could be found to own the map again (SY1).
   */
  private readonly lateWrites = new Set<Asked>();
  /** A planted bug in the store, if any. */
  tamper: ((table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer) => StoreAnswer) | undefined;
  tracing: Tracing | null = null;
  private readonly machines: Machines;
  private readonly queue: EventQueue;
  private readonly observer: Observer;
  private readonly draws: Stream;
  private readonly latencyMs: PreparedLaw;
  private readonly asked: Float64Array;

  constructor(
    machines: Machines,
    queue: EventQueue,
    observer: Observer,
    draws: Stream,
    options: StoreOptions,
    passes = (asker: number) => machines.reachable(asker, 0),
  ) {
    this.machines = machines;
    this.queue = queue;
    this.observer = observer;
    this.draws = draws;
    this.latencyMs = prepareLaw(options.latencyMs);
    this.asked = new Float64Array(machines.hosts + 1);
    this.passes = passes;
  }

  ask(self: ActorId, request: number, ask: StoreRequest): void {
    const asker = this.machines.dense(self);
    const n = this.asked[asker] as number;
    this.asked[asker] = n + 1;
    const generation = this.machines.generation[asker] as number;
    const half = this.halfWayUs(asker, n);
    const boot = this.machines.boots[asker] as number;
    const under: Asked = { request, ask, asker, generation, boot, n };
    this.queue.push(this.queue.now + half, SOURCE.store + asker, 2 * n, EVENT.storeApply, asker, half, under);
  }

  /** The request reached the store: it takes effect (or not), and its answer starts back. */
  apply(under: Asked, half: number): void {
    const { asker, n } = under;
    this.tracing?.applies(this.machines.actor(asker), under.ask);
    const { slow, fail, unknown, refuse, timeout, full } = this.weather;
    if (slow > 1) this.met.slow += 1;
    const u = drawUnit(this.draws, asker, 3 * n + 1);
    let answer: StoreAnswer;
    let real: StoreAnswer | null = null;
    let back = half;
    if (!this.passes(asker)) {
      answer = { result: "failed" };
      back = UNREACHABLE_US;
    } else if (u < timeout) {
      return this.timeOut(under);
    } else if (u < full && isWrite(under.ask)) {
      this.met.full += 1;
      answer = { result: "failed" };
    } else if (u < fail) {
      this.met.fail += 1;
      answer = { result: "failed" };
    } else if (u < fail + refuse && under.ask.verb === "claim") {
      this.met.refuse += 1;
      answer = { result: "refused", row: this.table.row(under.ask.map) };
    } else {
      // Only claims can be refused without a rival; the share of other requests that a refusal would meet is served as ever.
      const lost = u >= fail + refuse && u < fail + refuse + unknown;
      const commits = !lost || drawUnit(this.draws, asker, 3 * n + 2) < UNKNOWN_COMMITTED;
      if (lost) this.met.unknown += 1;
      real = commits ? this.commit(under) : null;
      answer = lost || real === null ? { result: "unknown" } : real;
    }
    this.tracing?.applied(answer, real);
    this.answer(under, back, answer);
  }

  private answer(under: Asked, afterUs: number, answer: StoreAnswer): void {
    const { asker, n, request, generation, boot } = under;
    const answered: Answered = { request, answer, generation, boot };
    this.queue.push(this.queue.now + afterUs, SOURCE.store + asker, 2 * n + 1, EVENT.store, asker, 0, answered);
  }

  /** The client gives up waiting and knows nothing. What it asked for is done all the same: at once, or even after it gave up. */
  private timeOut(under: Asked): void {
    const { asker, n } = under;
    this.met.timeout += 1;
    const late = drawUnit(this.draws, asker, 3 * n + 2);
    const answer: StoreAnswer = { result: "unknown" };
    const real = late >= TIMED_OUT_LATE ? this.commit(under) : null;
    this.tracing?.applied(answer, real);
    this.answer(under, UNREACHABLE_US, answer);
    if (late < TIMED_OUT_LATE) {
      const after = UNREACHABLE_US * (1 + late / TIMED_OUT_LATE);
      if (endsWithPrimary(under.ask)) this.lateWrites.add(under);
      this.queue.push(this.queue.now + Math.round(after), SOURCE.store + asker, 2 * n, EVENT.storeLate, asker, 0, under);
    }
  }

  /** A request takes effect of which nobody expects an answer any more. */
  applyLate(under: Asked): void {
    if (endsWithPrimary(under.ask) && !this.lateWrites.delete(under)) return;
    this.tracing?.applies(this.machines.actor(under.asker), under.ask);
    const real = this.commit(under);
    this.tracing?.applied({ result: "unknown" }, real);
  }

  /**
   * The store fails over to a replica that lacks the last `us` of claims: their rows are again what they were. The replica begins a new
   * timeline. Gives the maps whose row went back. What hosts wrote stays, but for what may vanish: its commit waits for the replica (RULES §1), and an
   * acknowledged operation that a failover could lose would break SY1 whatever a host does. With it stays the claim under which it was written, which
   * the same log holds before it. That other claims are lost which are as old is harsher than any log.
   */
  rollBack(us: number): MapId[] {
    const from = this.queue.now - us;
    const journal = this.journal ?? [];
    const maps = new Set<MapId>();
    const stays = new Set<MapId>();
    while (journal.length > 0 && (journal[journal.length - 1] as Commit).at >= from) {
      const { before } = journal.pop() as Commit;
      if (!stays.has(before.map) && this.table.undoClaim(before)) maps.add(before.map);
      else stays.add(before.map);
    }
    this.lateWrites.clear();
    this.table.promote();
    return [...maps].sort((a, b) => a - b);
  }

  private commit(under: Asked): StoreAnswer {
    const { ask } = under;
    const before = ask.verb === "claim" && this.journal !== undefined ? this.table.row(ask.map) : undefined;
    const answer = this.tamper === undefined ? this.table.apply(ask) : this.tamper(this.table, ask, () => this.table.apply(ask));
    if (ask.verb === "claim" && answer.result === "ok") this.observer.committed?.(this.queue.now, ask.map, ask.host, ask.epoch);
    if (before !== undefined && answer.result === "ok") this.journal?.push({ at: this.queue.now, before });
    if (answer.result === "ok" && (ask.verb === "checkpoint" || ask.verb === "operations")) this.written(under, ask, answer.verdicts);
    return answer;
  }

  /** Tells what was written down, and under which epoch of the row at this very instant. */
  private written(under: Asked, ask: HostWrite, verdicts: readonly OperationVerdict[] = []): void {
    const { host, map, epoch } = ask;
    const rowEpoch = this.table.row(map).epoch;
    const about = { host, map, epoch, rowEpoch };
    const self = this.machines.actor(under.asker);
    if (ask.verb === "checkpoint") return this.observer.record?.(self, this.queue.now, { kind: "host/fenced", ...about });
    const applied = ask.operations.filter((_, i) => verdicts[i] === "applied");
    const operations = applied.map(({ id }) => id);
    if (operations.length > 0) this.observer.record?.(self, this.queue.now, { kind: "operation/applied", ...about, operations });
    for (const { player, carried } of applied) {
      if (carried === null) continue;
      const record = { kind: "player/parted", host, map, epoch, player, carried: carriedText(carried) } as const;
      this.observer.record?.(self, this.queue.now, record);
    }
  }

  private halfWayUs(asker: number, n: number): number {
    const ms = sampleLaw(this.latencyMs, drawUnit(this.draws, asker, 3 * n)) * this.weather.slow;
    const way = asker === 0 ? 0 : this.machines.oneWayUs(asker, 0);
    return Math.max(1, Math.round(ms * 500)) + way;
  }
}

/** Taking a map up is one too: it is remembered who went on from where. */
function isWrite(ask: StoreRequest): boolean {
  return ask.verb !== "read" && ask.verb !== "restore" && ask.verb !== "fetch";
}

/** A checkpoint without an image leaves nothing behind that could be found later. */
function endsWithPrimary(ask: StoreRequest): boolean {
  if (ask.verb === "checkpoint") return ask.image !== null;
  return ask.verb === "operations" || ask.verb === "keep" || ask.verb === "recover" || ask.verb === "admit";
}
