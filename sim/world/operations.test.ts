/**
 * Durable operations end to end below the actors: queues of hosts over the simulated store, in drawn weather, while maps change hands by claims
 * that the old host is not told of, by drained handoffs, and by failovers of the store that lose claims. Judged by what the store applied.
 */
import { describe, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { drawUnit, stream, type Stream } from "../../src/base/random.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { COORDINATOR, type Epoch, hostActor, type HostId, type MapId } from "../../src/core/protocol/ids.ts";
import { type OperationId, systemOperationId } from "../../src/core/protocol/operations.ts";
import type { StoreAnswer } from "../../src/core/protocol/store.ts";
import { defaultSyncTuning } from "../../src/core/sync-settings.ts";
import { OperationQueue, type QueueOut } from "../../src/core/sync/operation-queue.ts";
import { root, upAndLinked } from "./parts.fixture.ts";
import { EVENT, EventQueue } from "./queue.ts";
import { type Answered, type Asked, SimStore, type StoreWeather } from "./store.ts";

const MAPS = 3;
const HOSTS = 2;
const STEP_US = 10_000;
/** Weather for so long, then calm for so long, in steps of 10 ms. */
const STORMY = 1_500;
const CALM = 1_500;
const TUNING = { ...defaultSyncTuning(), pendingMax: 200, pendingCriticalMin: 20, tickMs: 50, batchOperationsMax: 8 };

type Told = { readonly lane: string; readonly critical: boolean; readonly at: number; readonly answers: { at: number; result: string }[] };
type Claim = { readonly map: MapId; readonly host: HostId; readonly epoch: Epoch };

/** Two hosts and a coordinator that gives them maps, as hard on them as the rules allow. */
class Evening {
  readonly records: Extract<HistoryRecord, { kind: "operation/applied" }>[] = [];
  readonly told = new Map<OperationId, Told>();
  /** Map and epoch → how many operations had been applied when it was drained. */
  readonly drained = new Map<string, number>();
  readonly reached = { fenced: 0, drained: 0, rolledBack: 0, unknown: 0, done: 0, rejected: 0 };
  private readonly machines = upAndLinked(HOSTS, 0);
  private readonly events = new EventQueue();
  private readonly store: SimStore;
  private readonly draws: Stream;
  private readonly queues: OperationQueue[] = [];
  private readonly claims = new Map<number, Claim>();
  private readonly epochs = new Map<MapId, Epoch>();
  private readonly owners = new Map<MapId, HostId>();
  private requests = 0;
  private drawn = 0;
  private made = 0;
  private step = 0;

  constructor(seed: number) {
    const record = (_: number, __: number, r: HistoryRecord): void => void (r.kind === "operation/applied" && this.records.push(r));
    const latencyMs = { law: "uniform", min: 1, max: 30 } as const;
    this.store = new SimStore(this.machines, this.events, { record }, stream(root(seed), "store"), { latencyMs });
    this.store.journal = [];
    this.draws = stream(root(seed), "evening");
    for (let host = 0; host <= HOSTS; host++) this.queues.push(new OperationQueue(host, TUNING));
  }

  run(): void {
    for (let i = 0; i < STORMY + CALM; i++) this.events.push(i * STEP_US, 0, i, EVENT.sample, 0, 0, undefined);
    while (this.events.pop()) {
      const { kind, object, number, target } = this.events;
      if (kind === EVENT.storeApply) this.store.apply(object as Asked, number);
      else if (kind === EVENT.storeLate) this.store.applyLate(object as Asked);
      else if (kind === EVENT.store) this.take(target, object as Answered);
      else this.act();
      for (const queue of this.queues) queue.stats();
    }
  }

  /** What is left when all is over. */
  pending(): number {
    return this.queues.reduce((sum, queue) => sum + queue.stats().pending, 0);
  }

  private u(): number {
    this.drawn += 1;
    return drawUnit(this.draws, 1, this.drawn);
  }

  private pick(n: number): number {
    return Math.floor(this.u() * n);
  }

  private act(): void {
    this.step += 1;
    const { now } = this.events;
    this.queues.forEach((queue, host) => queue.nextAt() <= now && queue.due(now, this.outOf(host)));
    if (this.step > STORMY) {
      for (const key of ["fail", "unknown", "timeout", "full"] as const) this.store.weather[key] = 0;
      this.store.weather.slow = 1;
      return;
    }
    for (let i = this.pick(4); i > 0; i--) this.submit(this.pick(MAPS), this.u() < 0.3);
    if (this.u() < 0.02) this.weather();
    if (this.u() < 0.02) this.claim(this.pick(MAPS), 1 + this.pick(HOSTS));
    if (this.u() < 0.02) this.handOff(this.pick(MAPS));
    if (this.u() < 0.004) this.reached.rolledBack += this.store.rollBack(500_000).length;
  }

  private weather(): void {
    const keys: (keyof StoreWeather)[] = ["fail", "unknown", "timeout", "full", "slow"];
    const key = keys[this.pick(keys.length)] as keyof StoreWeather;
    this.store.weather[key] = key === "slow" ? 1 + this.pick(20) : this.u() < 0.5 ? 0 : 0.6 * this.u();
  }

  private submit(map: MapId, critical: boolean): void {
    const host = this.owners.get(map);
    if (host === undefined) return;
    const id = systemOperationId(host, 1, this.made++);
    const { now } = this.events;
    const told: Told = { lane: `${map} ${this.epochs.get(map)} ${critical}`, critical, at: now, answers: [] };
    this.told.set(id, told);
    const operation = { id, type: "ITEM_DROP", number: 0, carried: null, player: -1, at: 0, data: new Uint8Array(8) } as const;
    const answer = (this.queues[host] as OperationQueue).submit(now, map, operation, critical, this.outOf(host));
    if (!answer.ok) told.answers.push({ at: now, result: "rejected" });
  }

  /** Another host is to have the map. Whoever has it is not told, and finds out when it writes. */
  private claim(map: MapId, host: HostId): void {
    const expect_ = this.store.table.row(map).epoch;
    const epoch = Math.max(this.epochs.get(map) ?? 0, expect_) + 1;
    this.epochs.set(map, epoch);
    this.owners.delete(map);
    this.requests += 1;
    this.claims.set(this.requests, { map, host, epoch });
    this.store.ask(COORDINATOR, this.requests, { verb: "claim", map, host, epoch, expect: expect_ });
  }

  private handOff(map: MapId): void {
    const host = this.owners.get(map);
    if (host !== undefined) (this.queues[host] as OperationQueue).hold(this.events.now, map, this.outOf(host));
  }

  private take(asker: number, { request, answer }: Answered): void {
    const { now } = this.events;
    if (asker > 0) return void (this.queues[asker] as OperationQueue).answered(now, request, answer, this.outOf(asker));
    const claim = this.claims.get(request);
    if (claim !== undefined) this.granted(claim, answer);
  }

  private granted({ map, host, epoch }: Claim, answer: StoreAnswer): void {
    if (this.epochs.get(map) !== epoch) return;
    if (answer.result !== "ok") return this.claim(map, host);
    this.owners.set(map, host);
    (this.queues[host] as OperationQueue).grant(this.events.now, map, epoch, this.outOf(host));
  }

  private outOf(host: HostId): QueueOut {
    return {
      ask: (ask) => {
        this.requests += 1;
        this.store.ask(hostActor(host), this.requests, ask);
        return this.requests;
      },
      answered: (_map, _epoch, id, { result }) => {
        if (result in this.reached) this.reached[result as "done"] += 1;
        (this.told.get(id) as Told).answers.push({ at: this.events.now, result });
      },
      drained: (map, epoch) => {
        this.reached.drained += 1;
        this.drained.set(`${map} ${epoch}`, this.records.length);
        if (this.epochs.get(map) === epoch) this.claim(map, HOSTS + 1 - host);
      },
      fenced: () => void (this.reached.fenced += 1),
      grantLost: (map) => this.claim(map, host),
      waited: () => {},
    };
  }
}

/** What SY1, SY5 and SY6 say, over all that was told and applied. */
function judge(evening: Evening): void {
  const place = new Map<OperationId, number>();
  evening.records.forEach(({ map, epoch, rowEpoch, operations }, n) => {
    assert(epoch === rowEpoch, "HO3: what is applied carries the row's epoch");
    assert(n < (evening.drained.get(`${map} ${epoch}`) ?? Number.POSITIVE_INFINITY), "a drained map is written no more under its epoch");
    for (const id of operations) {
      assert(!place.has(id), `SY1: ${id} was applied twice`);
      place.set(id, place.size);
    }
  });
  const last = new Map<string, number>();
  for (const [id, { lane, critical, at, answers }] of evening.told) {
    const results = answers.map(({ result }) => result).join(" ");
    assert(/^(done|failed|rejected|unknown (done|failed))$/.test(results), `${id} was told: ${results}`);
    assert(results.endsWith("done") === place.has(id), `SY1: ${id} was told ${results} and was ${place.has(id) ? "" : "not "}applied`);
    assert(!critical || (answers[0]?.at ?? 0) - at <= TUNING.criticalTimeoutMs * 1_000, `SY5: ${id} waited too long`);
    const its = place.get(id) ?? Number.POSITIVE_INFINITY;
    if (its === Number.POSITIVE_INFINITY) continue;
    assert(its > (last.get(lane) ?? -1), `SY6: ${id} was applied out of its order`);
    last.set(lane, its);
  }
}

describe("durable operations over the simulated store", () => {
  it("SY1, SY4, SY5, SY6: acknowledged is applied once, refused never, in order and in time, whatever befalls the store and the maps", () => {
    const sums = { fenced: 0, drained: 0, rolledBack: 0, unknown: 0, done: 0, rejected: 0 };
    for (let seed = 1; seed <= 12; seed++) {
      const evening = new Evening(seed);
      evening.run();
      expect(evening.pending(), `seed ${seed}: every operation ends in calm weather`).toBe(0);
      judge(evening);
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += evening.reached[key];
    }
    for (const [name, times] of Object.entries(sums)) expect(times, name).toBeGreaterThan(20);
  });
});
