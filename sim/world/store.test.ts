/** What the simulated store suffers from: who is answered what, when, and what had happened all the same. */
import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR, epochOf, hostActor } from "../../src/core/protocol/ids.ts";
import type { StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import { CUT_OUT } from "./machines.ts";
import { root, upAndLinked } from "./parts.fixture.ts";
import { EVENT, EventQueue } from "./queue.ts";
import { type Answered, type Asked, SimStore } from "./store.ts";

const MAPS = 400;
const claim = (map: number): StoreRequest => ({ verb: "claim", map, host: 1, epoch: 1, expect: 0 });
const write = (map: number, ...ids: string[]): StoreRequest => ({
  verb: "operations",
  map,
  host: 1,
  boot: 0,
  epoch: 1,
  operations: ids.map((id) => ({ id, type: "ITEM_DROP", number: 0, carried: null, player: -1, at: 0, data: new Uint8Array() })),
});

/** A store whose requests take 10 ms there and back, beside what the line of the asker adds. */
class Desk {
  readonly machines = upAndLinked(2, 0);
  readonly queue = new EventQueue();
  readonly records: HistoryRecord[] = [];
  readonly store: SimStore;
  readonly answers: { at: number; to: number; request: number; answer: StoreAnswer; generation: number }[] = [];

  constructor(seed = 1) {
    const observer = { record: (_: ActorId, __: number, record: HistoryRecord) => void this.records.push(record) };
    this.store = new SimStore(this.machines, this.queue, observer, stream(root(seed), "store"), {
      latencyMs: { law: "constant", value: 10 },
    });
  }

  settle(): void {
    while (this.queue.pop()) {
      if (this.queue.kind === EVENT.storeApply) this.store.apply(this.queue.object as Asked, this.queue.number);
      else if (this.queue.kind === EVENT.storeLate) this.store.applyLate(this.queue.object as Asked);
      else this.answers.push({ at: this.queue.now, to: this.queue.target, ...(this.queue.object as Answered) });
    }
  }

  /** One claim for each of many maps; the share of each answer. */
  claimAll(): (result: StoreAnswer["result"]) => number {
    for (let map = 0; map < MAPS; map += 1) this.store.ask(COORDINATOR, map, claim(map));
    this.settle();
    const answered = new Set(this.answers.map(({ request }) => request));
    if (answered.size !== MAPS || this.answers.length !== MAPS) throw new Error("each request is answered once");
    return (result) => this.answers.filter(({ answer }) => answer.result === result).length / MAPS;
  }

  granted(): number {
    return Array.from({ length: MAPS }, (_, map) => this.store.table.row(map).epoch).filter((epoch) => epoch === 1).length / MAPS;
  }
}

describe("the simulated store", () => {
  it("takes its latency, and a host's line on top", () => {
    const desk = new Desk();
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.store.ask(hostActor(1), 2, { verb: "read", map: 1 });
    desk.settle();
    expect(desk.answers.map(({ at, to }) => [at, to])).toEqual([
      [10_000, 0],
      [50_000, 1],
    ]);
  });

  it("that is slow takes as many times its latency and answers all the same", () => {
    const desk = new Desk();
    desk.store.weather.slow = 40;
    expect(desk.claimAll()("ok")).toBe(1);
    expect(desk.answers.every(({ at }) => at === 400_000)).toBe(true);
    expect(desk.store.met.slow).toBe(MAPS);
  });

  it("that fails does nothing of what it was asked, for the share it fails", () => {
    const desk = new Desk();
    desk.store.weather.fail = 0.5;
    const share = desk.claimAll();
    expect(share("failed")).toBeGreaterThan(0.4);
    expect(share("failed")).toBeLessThan(0.6);
    expect(desk.granted()).toBe(share("ok"));
    expect(share("ok") + share("failed")).toBeCloseTo(1, 9);
    expect(desk.store.met.fail / MAPS).toBe(share("failed"));
  });

  it("that refuses changes nothing and shows the row as it is; who only reads is not refused", () => {
    const desk = new Desk();
    desk.store.weather.refuse = 1;
    expect([desk.claimAll()("refused"), desk.granted(), desk.store.met.refuse]).toEqual([1, 0, MAPS]);
    expect(desk.answers[0]?.answer).toEqual({ result: "refused", row: desk.store.table.row(0) });
    desk.answers.length = 0;
    desk.store.ask(COORDINATOR, 1, { verb: "read", map: 1 });
    desk.settle();
    expect(desk.answers[0]?.answer.result).toBe("ok");
  });

  it("whose answers get lost had done it in two cases of three, and says so in none", () => {
    const desk = new Desk();
    desk.store.weather.unknown = 1;
    expect([desk.claimAll()("unknown"), desk.store.met.unknown]).toEqual([1, MAPS]);
    expect(desk.granted()).toBeGreaterThan(0.6);
    expect(desk.granted()).toBeLessThan(0.74);
  });

  it("HO3: records the epoch of the row at the instant a checkpoint is applied, and none when it is fenced", () => {
    const desk = new Desk();
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.settle();
    desk.store.ask(hostActor(1), 2, { verb: "checkpoint", map: 1, host: 1, boot: 0, epoch: 1, image: null });
    desk.store.ask(hostActor(2), 3, { verb: "checkpoint", map: 1, host: 2, boot: 0, epoch: 1, image: null });
    desk.settle();
    expect(desk.records).toEqual([{ kind: "host/fenced", host: 1, map: 1, epoch: 1, rowEpoch: 1 }]);
    expect(desk.answers.map(({ answer }) => answer.result).toSorted()).toEqual(["ok", "ok", "refused"]);
  });

  it("that cannot be reached is given up after two seconds, with nothing done", () => {
    const desk = new Desk();
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.settle();
    desk.machines.cut[1] = CUT_OUT;
    desk.store.ask(hostActor(1), 2, { verb: "checkpoint", map: 1, host: 1, boot: 0, epoch: 1, image: null });
    desk.settle();
    const last = desk.answers.at(-1);
    expect([last?.answer.result, (last?.at ?? 0) > 2_000_000, desk.records]).toEqual(["failed", true, []]);
  });

  it("that is out of time answers unknown after two seconds, and does all it was asked, half of it only then", () => {
    const desk = new Desk();
    desk.store.weather.timeout = 1;
    for (let map = 0; map < MAPS; map += 1) desk.store.ask(COORDINATOR, map, claim(map));
    let atOnce = 0;
    while (desk.queue.pop()) {
      const { kind, object, number, now } = desk.queue;
      if (kind === EVENT.storeApply) desk.store.apply(object as Asked, number);
      else if (kind === EVENT.storeLate) {
        expect(now).toBeGreaterThan(2_005_000);
        desk.store.applyLate(object as Asked);
      } else {
        if (atOnce === 0) atOnce = desk.granted();
        expect([now, (object as Answered).answer]).toEqual([2_005_000, { result: "unknown" }]);
      }
    }
    expect([desk.granted(), desk.store.met.timeout]).toEqual([1, MAPS]);
    expect(Math.abs(atOnce - 0.5)).toBeLessThan(0.1);
  });

  it("that is full fails what writes and serves what reads", () => {
    const desk = new Desk();
    desk.store.weather.full = 1;
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.store.ask(COORDINATOR, 2, { verb: "read", map: 1 });
    desk.store.ask(COORDINATOR, 3, { verb: "restore" });
    desk.settle();
    expect(desk.answers.toSorted((a, b) => a.request - b.request).map(({ answer }) => answer.result)).toEqual(["failed", "ok", "ok"]);
    expect([desk.granted(), desk.store.met.full]).toEqual([0, 1]);
  });

  it("ST2: that fails over has its rows as they were, and a timeline above every epoch before", () => {
    const desk = new Desk();
    desk.store.journal = [];
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.settle();
    desk.queue.push(1_000_000, 0, 0, EVENT.store, 0, 0, { request: 0 });
    desk.queue.pop();
    desk.store.ask(COORDINATOR, 2, { verb: "claim", map: 1, host: 2, epoch: 2, expect: 1 });
    desk.store.ask(COORDINATOR, 3, { verb: "claim", map: 7, host: 2, epoch: 1, expect: 0 });
    desk.settle();
    expect(desk.store.rollBack(500_000)).toEqual([1, 7]);
    expect([desk.store.table.row(1), desk.store.table.row(7).epoch]).toEqual([{ map: 1, owner: 1, epoch: 1 }, 0]);
    expect(desk.store.rollBack(500_000)).toEqual([]);
    const restored = desk.store.table.apply({ verb: "restore" });
    expect(restored.result === "ok" && restored.restored?.epochFloor).toBe(epochOf(3, 0));
  });

  it("SY1: records which operations it applied, in their order, and under which epoch of the row; duplicates and fenced ones are none", () => {
    const desk = new Desk();
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.settle();
    for (const ask of [write(1, "a", "b"), write(1, "b", "c"), write(1, "a"), write(2, "d")]) {
      desk.store.ask(hostActor(1), 2, ask);
      desk.settle();
    }
    const about = { kind: "operation/applied", host: 1, map: 1, epoch: 1, rowEpoch: 1 };
    expect(desk.records).toEqual([
      { ...about, operations: ["a", "b"] },
      { ...about, operations: ["c"] },
    ]);
  });

  it("SY1: operations suffer what writes suffer: full, failing, lost answers with and without effect", () => {
    const share = (key: "full" | "fail" | "unknown" | "timeout"): [string[], number] => {
      const desk = new Desk();
      for (let map = 0; map < MAPS; map += 1) desk.store.ask(COORDINATOR, map, claim(map));
      desk.settle();
      desk.answers.length = 0;
      desk.store.weather[key] = 1;
      for (let map = 0; map < MAPS; map += 1) desk.store.ask(hostActor(1), map, write(map, `${map}`));
      desk.settle();
      const applied = Array.from({ length: MAPS }, (_, map) => desk.store.table.appliedFor(`${map}`)).filter((map) => map !== undefined);
      return [[...new Set(desk.answers.map(({ answer }) => answer.result))], applied.length / MAPS];
    };
    expect([share("full"), share("fail"), share("timeout")]).toEqual([
      [["failed"], 0],
      [["failed"], 0],
      [["unknown"], 1],
    ]);
    const [results, applied] = share("unknown");
    expect(results).toEqual(["unknown"]);
    expect(Math.abs(applied - 0.67)).toBeLessThan(0.07);
  });

  it("SY1: that fails over keeps the operations it has, and what was still to take effect late never does", () => {
    const desk = new Desk();
    desk.store.journal = [];
    for (let map = 0; map < MAPS; map += 1) desk.store.ask(COORDINATOR, map, claim(map));
    desk.settle();
    desk.store.weather.timeout = 1;
    for (let map = 0; map < MAPS; map += 1) desk.store.ask(hostActor(1), map, write(map, `${map}`));
    const applied = (): number =>
      Array.from({ length: MAPS }, (_, map) => desk.store.table.appliedFor(`${map}`)).filter((map) => map !== undefined).length;
    while (desk.queue.pop() && desk.queue.kind === EVENT.storeApply) desk.store.apply(desk.queue.object as Asked, desk.queue.number);
    const before = applied();
    expect([before > 0.4 * MAPS, before < 0.6 * MAPS]).toEqual([true, true]);
    desk.store.rollBack(0);
    expect(desk.store.table.row(1).epoch, "the rows stand").toBe(1);
    desk.settle();
    expect(applied()).toBe(before);
  });

  it("SY1: that fails over keeps what hosts wrote, and with it the claims under which they did; only what may vanish goes with a claim that is lost", () => {
    const desk = new Desk();
    const { store } = desk;
    store.journal = [];
    const image = { epoch: 2, boot: 0, number: 5, at: 9, bytes: new Uint8Array(1) };
    const about = { host: 2, boot: 0, epoch: 2 };
    const written: ((map: number) => StoreRequest)[] = [
      (map) => ({ verb: "admit", map, ...about, player: map, id: "admission" }),
      (map) => ({ verb: "checkpoint", map, ...about, image }),
      (map) => ({ verb: "recover", map, ...about, holds: null, pending: [], imageless: false }),
      (map) => ({ ...write(map, `${map}`), ...about }) as StoreRequest,
      (map) => ({ verb: "keep", map, ...about, image }),
      (map) => ({ verb: "checkpoint", map, ...about, image: null }),
      (map) => ({ verb: "read", map }),
    ];
    const all = (asks: readonly StoreRequest[]): void => {
      for (const ask of asks) desk.store.ask(COORDINATOR, 1, ask);
      desk.settle();
    };
    all(written.map((_, map) => claim(map)));
    desk.queue.push(1_000_000, 0, 0, EVENT.store, 0, 0, { request: 0 });
    desk.queue.pop();
    all(written.map((_, map) => ({ verb: "claim", map, host: 2, epoch: 2, expect: 1 })));
    all(written.map((ask, map) => ask(map)));
    expect(store.rollBack(500_000)).toEqual([4, 5, 6]);
    const recover = (map: number): StoreAnswer => {
      const { owner: host, epoch } = store.table.row(map);
      return store.table.apply({ verb: "recover", map, host, boot: 0, epoch, holds: null, pending: [], imageless: false });
    };
    const whence = (map: number): unknown => {
      const answer = recover(map);
      return answer.result === "ok" && [answer.row?.epoch, answer.recovered?.from, answer.recovered?.players.length];
    };
    expect([0, 1, 4].map(whence)).toEqual([
      [2, "beginning", 1],
      [2, "store", 0],
      [1, "beginning", 0],
    ]);
  });

  it("SY1: of images, players and beginnings too, what was still to take effect late never does after a failover", () => {
    const desk = new Desk();
    desk.store.journal = [];
    for (let map = 0; map < MAPS; map += 1) desk.store.ask(COORDINATOR, map, claim(map));
    desk.settle();
    desk.store.weather.timeout = 1;
    for (let map = 0; map < MAPS; map += 1)
      desk.store.ask(hostActor(1), map, { verb: "admit", map, host: 1, boot: 0, epoch: 1, player: map, id: `a${map}` });
    while (desk.queue.pop() && desk.queue.kind === EVENT.storeApply) desk.store.apply(desk.queue.object as Asked, desk.queue.number);
    desk.store.rollBack(0);
    desk.settle();
    const elsewhere = (player: number): boolean => {
      const map = (player + 1) % MAPS;
      return desk.store.table.apply({ verb: "admit", map, host: 1, boot: 0, epoch: 1, player, id: `b${player}` }).result === "refused";
    };
    const let_ = Array.from({ length: MAPS }, (_, player) => elsewhere(player)).filter(Boolean).length / MAPS;
    expect([let_ > 0.4, let_ < 0.6], "only those at once").toEqual([true, true]);
  });

  it("names the process that asked, so that a new one of the same machine does not take its answer", () => {
    const desk = new Desk();
    desk.machines.generation[0] = 4;
    desk.store.ask(COORDINATOR, 1, claim(1));
    desk.machines.generation[0] = 5;
    desk.settle();
    expect(desk.answers[0]?.generation).toBe(4);
  });

  it("draws by asker and number: what hosts ask moves nothing of the coordinator's", () => {
    const alone = new Desk();
    alone.store.weather.fail = 0.5;
    alone.claimAll();
    const busy = new Desk();
    busy.store.weather.fail = 0.5;
    for (let i = 0; i < 20; i += 1) busy.store.ask(hostActor(1), 1_000 + i, { verb: "read", map: 1 });
    busy.settle();
    busy.answers.length = 0;
    busy.claimAll();
    const results = (desk: Desk) => desk.answers.toSorted((a, b) => a.request - b.request).map(({ answer }) => answer.result);
    expect(results(busy)).toEqual(results(alone));
  });
});
