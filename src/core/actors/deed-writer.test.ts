import { describe, expect, it } from "vitest";
import { Kept, playTurns, testGame, testWorld, turnOf } from "../game/game.fixture.ts";
import { systemOperationId } from "../protocol/operations.ts";
import type { Effect } from "../protocol/step.ts";
import type { StoreAnswer, StoreRequest } from "../protocol/store.ts";
import { defaultSyncSettings, type SyncTuning, syncTuningOf } from "../sync-settings.ts";
import { DeedWriter } from "./deed-writer.ts";
import { HostedMap } from "./hosted-map.ts";

const TUNING = syncTuningOf(defaultSyncSettings().limits);
const WORLD = testWorld();
const MAP = 3;
const ROW = { map: MAP, owner: 9, epoch: 8 };

/** A map with deeds to write down, and the writer; the store answers when it is told to. */
class Book {
  readonly hosted: HostedMap;
  readonly writer: DeedWriter;
  readonly effects: Effect[] = [];
  readonly asked: { readonly request: number; readonly ask: Extract<StoreRequest, { verb: "operations" }> }[] = [];
  readonly events: string[] = [];
  at = 1_000_000;
  private requests = 0;
  private ids = 0;

  constructor(tuning: Partial<SyncTuning> = {}) {
    this.hosted = new HostedMap(MAP, 5, 1, testGame(WORLD).game, { number: 0, taken: [], pending: [] }, () =>
      systemOperationId(7, 1, (this.ids += 1)),
    );
    this.hosted.start(this.at);
    const ask = (wanted: StoreRequest): number => {
      if (wanted.verb === "operations") this.asked.push({ request: (this.requests += 1), ask: wanted });
      return this.requests;
    };
    this.writer = new DeedWriter(7, 1, { ...TUNING, ...tuning }, ask, {
      written: (_at, map, operation) => void (this.hosted.pending.delete(operation), this.events.push(`written ${map} ${operation}`)),
      drained: (_at, map) => void this.events.push(`drained ${map}`),
      fenced: (_at, map, epoch, row) => void this.events.push(`fenced ${map} ${epoch} ${row.epoch}`),
    });
    this.writer.grant(this.at, this.hosted, this.effects);
  }

  /** So many players come: as many deeds that are critical. */
  come(first: number, count: number): void {
    for (let player = first; player < first + count; player += 1) this.hosted.enter(this.at, player, new Uint8Array(0), 1);
  }

  submit(): boolean {
    return this.writer.submit(this.at, this.hosted, this.effects);
  }

  answer(answer: "ok" | "unknown" | "failed" | "refused" = "ok"): void {
    const one = this.asked.shift();
    if (one === undefined) throw new Error("nothing was asked");
    const known = one.ask.operations.map(() => false);
    const answers: Record<typeof answer, StoreAnswer> = {
      ok: { result: "ok", verdicts: one.ask.operations.map(() => "applied") },
      unknown: { result: "unknown" },
      failed: { result: "failed" },
      refused: { result: "refused", row: ROW, known },
    };
    this.writer.answered(this.at, one.request, answers[answer], this.effects);
  }

  /** Time goes on to the queue's next timer. */
  due(): void {
    const set = this.effects.findLast((effect) => effect.kind === "timer/set" || effect.kind === "timer/clear");
    if (set?.kind !== "timer/set") throw new Error("no timer");
    this.at = set.at;
    this.writer.due(this.at, this.effects);
  }

  /** Numbers of what was asked for in all, in order, each as often as it was. */
  numbers(): number[] {
    return this.asked.flatMap(({ ask }) => ask.operations.map(({ number }) => number));
  }

  of(kind: "operation/submitted" | "operation/answered"): string[] {
    return this.effects.flatMap((one) =>
      one.kind === "record" && one.record.kind === kind ? ["result" in one.record ? one.record.result : one.record.operation] : [],
    );
  }
}

describe("a queue that is full", () => {
  it("SY4, SY6: takes what there is room for; the rest waits with the map, in its order, and nothing is lost", () => {
    const book = new Book({ pendingMax: 8, pendingCriticalMin: 2, batchOperationsMax: 3 });
    book.come(1, 20);
    expect(book.submit()).toBe(false);
    expect(book.writer.stats()).toMatchObject({ submitted: 8, rejected: 0, pending: 8 });
    expect(book.writer.roomy).toBe(false);
    const numbers: number[] = [];
    for (let turns = 0; turns < 40 && book.asked.length > 0; turns += 1) {
      numbers.push(...book.numbers());
      book.answer();
      book.submit();
    }
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect([book.submit(), book.writer.roomy, book.hosted.pending.size]).toEqual([true, true, 0]);
    expect(book.writer.stats()).toEqual({ submitted: 20, completed: 20, failed: 0, rejected: 0, pending: 0 });
    expect([book.of("operation/submitted").length, book.of("operation/answered").length]).toEqual([20, 20]);
  });
});

describe("SY1: what the store answers", () => {
  it("failed, unknown, failed: the same batch is asked for again until it is known, for as long as it takes", () => {
    const book = new Book();
    book.come(1, 1);
    book.submit();
    book.come(2, 3);
    book.submit();
    const [first] = book.asked;
    for (let i = 0; i < 60; i += 1) {
      book.answer(i === 20 ? "unknown" : "failed");
      for (let turns = 0; turns < 5 && book.asked.length === 0; turns += 1) book.due();
      expect(book.asked[0]!.ask).toEqual(first!.ask);
    }
    // Two minutes: longer than a batch is worth it to anybody else.
    expect(book.at).toBeGreaterThan(60_000_000);
    book.answer();
    book.answer();
    expect([book.hosted.pending.size, book.of("operation/answered").filter((result) => result === "done").length]).toEqual([0, 4]);
  });

  it("fenced: who holds the map is told once, and what the game still does is not given to the queue", () => {
    const book = new Book();
    book.come(1, 3);
    book.submit();
    book.come(4, 2);
    book.answer("refused");
    expect(book.events).toEqual([`fenced ${MAP} 5 8`]);
    const { submitted } = book.writer.stats();
    expect([book.submit(), book.submit()]).toEqual([false, false]);
    expect(book.writer.stats().submitted).toBe(submitted);
    expect(book.hosted.pending.size).toBe(5);
  });
});

describe("a map that is held", () => {
  it("SY2: is drained when the last of its deeds is known, and not before", () => {
    const book = new Book();
    book.come(1, 2);
    book.submit();
    book.writer.hold(book.at, MAP, book.effects);
    expect(book.events).toEqual([]);
    book.answer("unknown");
    book.due();
    expect(book.events).toEqual([]);
    while (book.asked.length > 0) book.answer();
    expect(book.events).toEqual([`written ${MAP} 7.1.1`, `written ${MAP} 7.1.2`, `drained ${MAP}`]);
  });

  it("at once where nothing is under way, and what is not critical does not wait for its tick", () => {
    const book = new Book();
    book.writer.hold(book.at, MAP, book.effects);
    expect(book.events).toEqual([`drained ${MAP}`]);
    book.writer.release(MAP);
    const { game, kept } = testGame(WORLD);
    playTurns(
      game,
      kept,
      Array.from({ length: 300 }, (_, i) => turnOf(7 * i)),
    );
    expect(kept).toBeInstanceOf(Kept);
    expect(kept.deeds.some(({ critical }) => !critical)).toBe(true);
    const played = kept.deeds.map(({ type, player, data, carried, at, critical }, i) => {
      return { critical, operation: { id: `7.2.${i}`, type, number: i + 1, player, data, carried, at } };
    });
    const taken = new HostedMap(MAP, 6, 1, game, { number: played.length, taken: [], pending: played }, () => "7.2.x");
    book.writer.grant(book.at, taken, book.effects);
    expect(book.writer.submit(book.at, taken, book.effects)).toBe(true);
    book.writer.hold(book.at, MAP, book.effects);
    while (book.asked.length > 0) book.answer();
    expect(book.events.at(-1)).toBe(`drained ${MAP}`);
    expect(book.writer.stats()).toMatchObject({ completed: played.length, pending: 0 });
  });

  it("revoked: what was not asked for is rejected, and a grant of a higher epoch begins anew", () => {
    const book = new Book({ batchOperationsMax: 1 });
    book.come(1, 3);
    book.submit();
    book.writer.revoke(book.at, MAP, book.effects);
    expect(book.of("operation/answered")).toEqual(["rejected", "rejected"]);
    book.answer();
    expect(book.of("operation/answered").at(-1)).toBe("done");
    const again = new HostedMap(MAP, 6, 1, testGame(WORLD).game, { number: 3, taken: [], pending: [] }, () => "7.3.1");
    book.writer.grant(book.at, again, book.effects);
    again.start(book.at);
    again.enter(book.at, 9, new Uint8Array(0), 1);
    expect(book.writer.submit(book.at, again, book.effects)).toBe(true);
    expect(book.asked.at(-1)!.ask).toMatchObject({ epoch: 6, boot: 1, operations: [{ number: 4 }] });
  });
});
