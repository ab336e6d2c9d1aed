import { describe, expect, it } from "vitest";
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import { defaultGameLimits, gameBoundsOf } from "./game-bounds.ts";
import { brokenIn, gameOptions, idOf, MadeGame, SOURCE, TARGET } from "./made-game.fixture.ts";
import { madeFault } from "./made-history.fixture.ts";

const BOUNDS = gameBoundsOf(gameOptions(), defaultGameLimits());
const begin = (): MadeGame => new MadeGame().playing1().after(1000);
const broken = (history: MadeGame): string[] => brokenIn(history.finish());

describe("the bounds of games", () => {
  it("SY3 SY5 LV5 LV6: follow from the default settings as SPEC states them", () => {
    expect(BOUNDS).toEqual({ criticalUs: 510_000, operationUs: 8_000_000, warmUs: 2_050_000, coldUs: 5_000_000, inputUs: 10_000_000 });
  });
});

describe("SY1: an acknowledged operation takes effect exactly once", () => {
  it("SY1 accepts what is applied once and done, rejected and never applied, or unknown and then done", () => {
    const history = begin()
      .did(1, 2)
      .submitted(3)
      .answered(3, "rejected")
      .submitted(4, { critical: true })
      .after(500)
      .answered(4, "unknown");
    const found = history.after(2000).applied([4]).answered(4).finish();
    expect(brokenIn(found)).toEqual([]);
    expect(found.evaluated["SY1"]).toBeGreaterThan(8);
  });

  it("SY1 names an operation that is applied twice, by whomever and in whichever batch", () => {
    expect(broken(begin().did(1).applied([1]))).toEqual(["SY1"]);
    expect(broken(begin().did(1).applied([1], { host: TARGET, epoch: 2 }))).toEqual(["SY1"]);
    expect(broken(begin().submitted(1).applied([1, 1]))).toEqual(["SY1"]);
  });

  it("SY1 names what is done before it was applied, and what failed and was applied before or after", () => {
    expect(broken(begin().submitted(1).answered(1))).toEqual(["SY1"]);
    expect(broken(begin().submitted(1).answered(1, "failed").after(5).applied([1]))).toEqual(["SY1"]);
    expect(broken(begin().submitted(1).applied([1]).answered(1, "rejected"))).toEqual(["SY1"]);
  });

  it("SY1 names an operation that nobody gave, or that was given for another epoch", () => {
    expect(broken(begin().applied([1]))).toEqual(["SY1"]);
    expect(broken(begin().submitted(1).applied([1], { epoch: 2 }))).toEqual(["SY1"]);
  });

  it("HO3 names operations that were applied under another epoch than the row's", () => {
    expect(begin().submitted(1).applied([1], { rowEpoch: 2 }).answered(1).finish().rules).toContain("HO3");
  });

  it("SY1 accepts a failover that does again what the state lacks, in order", () => {
    const history = begin().did(1, 2, 3).submitted(4).applied([4]).sourceLost();
    expect(broken(history.takenUp({ from: "replica", number: 2, mapMs: 1000, redone: [idOf(3), idOf(4)] }))).toEqual([]);
    const none = begin().did(1, 2).sourceLost();
    expect(broken(none.takenUp({ from: "replica", number: 2, mapMs: 1000 }).submitted(3, { host: TARGET }))).toEqual([]);
  });

  it.each([
    ["forgets one", [idOf(3)]],
    ["has none", []],
    ["is in another order", [idOf(4), idOf(3)]],
    ["does one twice", [idOf(3), idOf(3), idOf(4)]],
    ["does one that is in the state", [idOf(2), idOf(3), idOf(4)]],
    ["does one that was never applied", [idOf(3), idOf(4), idOf(5)]],
  ])("SY1 names a failover that %s", (_, redone) => {
    const history = begin().did(1, 2, 3, 4).submitted(5).sourceLost();
    expect(broken(history.takenUp({ from: "replica", number: 2, mapMs: 1000, redone }))).toEqual(["SY1"]);
  });

  it("SY1 names a hand-over that lacks an applied operation", () => {
    const history = begin().did(1, 2).handingOver(1, 1020);
    expect(broken(history.takenUp({ from: "handoff", number: 1, mapMs: 1020 }))).toEqual(["SY1"]);
  });

  it("SY1 follows what was done again through further failovers", () => {
    const second = (): MadeGame => {
      const first = begin()
        .did(1, 2, 3)
        .sourceLost()
        .takenUp({ from: "replica", number: 2, mapMs: 1000, redone: [idOf(3)] });
      return first.after(100).submitted(4, { host: TARGET }).applied([4], { host: TARGET }).truth(TARGET, "down-close").after(300);
    };
    const own = idOf(4, TARGET);
    // From the second host's state 3 is in it, from the first one's it is not.
    expect(broken(second().takenUp({ host: 30, epoch: 3, from: "store", of: 2, number: 3, mapMs: 1050, redone: [own] }))).toEqual([]);
    expect(
      broken(second().takenUp({ host: 30, epoch: 3, from: "store", of: 1, number: 1, mapMs: 1000, redone: [idOf(2), idOf(3), own] })),
    ).toEqual([]);
    expect(broken(second().takenUp({ host: 30, epoch: 3, from: "store", of: 2, number: 3, mapMs: 1050, redone: [idOf(3), own] }))).toEqual([
      "SY1",
    ]);
  });

  it("SY1 tells apart equal numbers of different epochs: what one host alone had is not what the next one did", () => {
    // The source's third deed was never written down, and stands in a replica; the target's third was.
    const history = begin().did(1, 2).submitted(3).sourceLost().takenUp({ from: "replica", number: 2, mapMs: 1000 });
    const again = history.submitted(3, { host: TARGET }).applied([3], { host: TARGET }).answered(3, "done", { host: TARGET });
    const lost = again.after(100).truth(TARGET, "down-close").after(300);
    expect(broken(lost.takenUp({ host: 30, epoch: 3, from: "replica", of: 1, number: 3, mapMs: 1010 }))).toEqual(["SY1"]);
  });

  it("SY1 names an operation of a host that has taken up no state", () => {
    expect(broken(begin().submitted(1, { host: TARGET }))).toEqual(["SY1"]);
    expect(broken(begin().truth(SOURCE, "down-close").truth(SOURCE, "up").submitted(1))).toEqual(["SY1"]);
  });

  it("SY1 names numbers that do not go on above all that are known", () => {
    expect(broken(begin().did(1, 2).submitted(2, { operation: "x" }))).toEqual(["SY1"]);
    const history = begin()
      .did(1, 2, 3)
      .sourceLost()
      .takenUp({ from: "replica", number: 2, mapMs: 1000, redone: [idOf(3)] });
    expect(broken(history.submitted(3, { host: TARGET }))).toEqual(["SY1"]);
  });

  it("SY1 knows that who takes an older grant up late has heard nothing of what the newer owner did", () => {
    const newer = begin().did(1).sourceLost().takenUp({ from: "replica", number: 1, mapMs: 1000 });
    newer.submitted(2, { host: TARGET }).after(5).applied([2], { host: TARGET }).after(5).answered(2, "done", { host: TARGET });
    const late = newer.truth(SOURCE, "up").takenUp({ host: SOURCE, epoch: 1, from: "store", number: 1, mapMs: 1000 });
    expect(broken(late.submitted(2).after(5).answered(2, "rejected"))).toEqual([]);
    expect(broken(late.submitted(2, { operation: "x" }))).toEqual(["SY1"]);
  });

  it("SY1 leaves aside what was in the state that an older grant took up late: the newer owner has written it down", () => {
    const newer = begin().did(1).submitted(2).sourceLost().takenUp({ from: "replica", number: 2, mapMs: 1000 });
    newer.submitted(2, { host: TARGET }).after(5).applied([2], { host: TARGET }).after(5).answered(2, "done", { host: TARGET });
    const late = newer.truth(SOURCE, "up").takenUp({ host: SOURCE, epoch: 1, from: "store", number: 2, mapMs: 1000 });
    const found = late.submitted(2, { operation: idOf(3) }).finish();
    expect([brokenIn(found), found.reached["excused.SY1.late_take_up"]]).toEqual([[], 2]);
  });

  it("SY1 tells the image of a process from those of its successor that did more of it again", () => {
    const again = begin().did(1, 2).truth(SOURCE, "down-close").truth(SOURCE, "up");
    const back = again.takenUp({ host: SOURCE, epoch: 1, from: "store", number: 1, mapMs: 900, redone: [idOf(2)] });
    const lost = (): MadeGame => back.after(20).sourceLost();
    const redone = { from: "store", number: 1, mapMs: 900, redone: [idOf(2)] } as const;
    expect(broken(lost().takenUp(redone))).toEqual([]);
  });

  it("SY1 leaves aside what an old process had on its way when its map was taken up again, and says so", () => {
    const history = begin().did(1).submitted(2).truth(SOURCE, "down-close").after(100).truth(SOURCE, "up");
    const found = history.takenUp({ host: SOURCE, epoch: 1, from: "replica", number: 1, mapMs: 1000 }).after(10).applied([2]).finish();
    expect(brokenIn(found)).toEqual([]);
    expect(found.reached["excused.SY1.late_commit"]).toBe(1);
  });
});

describe("SY4: every operation is counted once", () => {
  it("SY4 names answers that nobody waits for, second answers and second submissions", () => {
    expect(broken(begin().answered(1, "rejected"))).toEqual(["SY4"]);
    expect(broken(begin().did(1).answered(1))).toEqual(["SY4"]);
    expect(broken(begin().did(1).submitted(1))).toEqual(["SY4"]);
    expect(broken(begin().submitted(1).applied([1]).answered(1, "done", { host: TARGET }))).toEqual(["SY4"]);
  });

  it("SY4 names more that are pending than there is room for, and none that is refused at once", () => {
    const { pendingMax } = defaultGameLimits().sync;
    const full = (extra: number): MadeGame => {
      const history = begin();
      for (let n = 1; n <= pendingMax + extra; n += 1) history.submitted(n);
      return history;
    };
    expect(broken(full(2))).toEqual(["SY4"]);
    expect(
      broken(
        full(1)
          .answered(pendingMax + 1, "rejected")
          .submitted(pendingMax + 2)
          .answered(pendingMax + 2, "rejected"),
      ),
    ).toEqual([]);
  });

  it("SY4 expects nothing of a process that died", () => {
    const found = begin().submitted(1).truth(SOURCE, "down-silent").after(100).truth(SOURCE, "up").finish();
    expect([brokenIn(found), found.reached["excused.SY4.host_died"]]).toEqual([[], 1]);
  });
});

describe("SY5: a critical operation is answered in time", () => {
  it("SY5 names an answer that comes late or never, and none for operations that are not critical", () => {
    const late = begin().submitted(1, { critical: true }).applied([1]).after(600).answered(1).finish();
    expect(brokenIn(late)).toEqual(["SY5"]);
    expect(broken(begin().submitted(1, { critical: true }).after(3000).did(2))).toEqual(["SY5"]);
    const bulk = begin().submitted(1).applied([1]).after(600).answered(1).finish();
    expect([brokenIn(bulk), bulk.evaluated["SY5"]]).toEqual([[], 0]);
  });

  it("SY5 names unknown said twice or of others, and what is rejected after it was unknown", () => {
    const unknown = (): MadeGame => begin().submitted(1, { critical: true }).after(500).answered(1, "unknown").after(500);
    expect(broken(unknown().answered(1, "failed"))).toEqual([]);
    expect(broken(unknown().answered(1, "unknown"))).toEqual(["SY5"]);
    expect(broken(unknown().answered(1, "rejected"))).toEqual(["SY5"]);
    expect(broken(begin().submitted(1).answered(1, "unknown"))).toEqual(["SY5"]);
  });

  it("SY5 excuses a process that stood still, was slow or had a wrong clock, and says so", () => {
    const stood = begin().submitted(1, { critical: true }).truth(SOURCE, "paused").after(5000).truth(SOURCE, "resumed");
    const paused = stood.answered(1, "unknown").finish();
    expect([brokenIn(paused), paused.reached["excused.SY5.host_paused"]]).toEqual([[], 1]);
    const options = { ...gameOptions(), faults: [madeFault("s", "slow-cpu"), madeFault("c", "clock-jump")] };
    for (const [id, name] of [
      ["s", "slow_cpu"],
      ["c", "clock"],
    ] as const) {
      const history = new MadeGame(options)
        .playing1()
        .submitted(1, { critical: true })
        .fault(id, "begin")
        .after(900)
        .answered(1, "unknown");
      const found = history.fault(id, "end").finish();
      expect([brokenIn(found), found.reached[`excused.SY5.${name}`]]).toEqual([[], 1]);
    }
  });
});

describe("SY6: operations of a class take effect in the order in which they were given", () => {
  it("SY6 accepts critical ones before others, and the classes each in its order", () => {
    const history = begin().submitted(1).submitted(2, { critical: true }).submitted(3).submitted(4, { critical: true });
    expect(broken(history.applied([2]).applied([4]).applied([1, 3]))).toEqual([]);
  });

  it("SY6 names one that overtakes another of its class", () => {
    expect(broken(begin().submitted(1).submitted(2).applied([2]).applied([1]))).toEqual(["SY6"]);
    expect(broken(begin().submitted(1).submitted(2).applied([2, 1]))).toEqual(["SY6"]);
  });
});

describe("LV5: at the end every operation of a host that is well has ended", () => {
  const waiting = (): MadeGame => begin().settling().submitted(1, { critical: true }).after(500).answered(1, "unknown");

  it("LV5 names one that has waited longer than its bound", () => {
    expect(broken(waiting().idle(BOUNDS.operationUs / US_PER_S + 1))).toEqual(["LV5"]);
    const young = waiting().idle(2).finish();
    expect([brokenIn(young), young.evaluated["LV5"]]).toEqual([[], 1]);
  });

  it("LV5 excuses a host in trouble, and asks for nothing before faults have stopped", () => {
    const cut = waiting().truth(SOURCE, "cut").idle(20).finish();
    expect([brokenIn(cut), cut.reached["excused.LV5.host_in_trouble"]]).toEqual([[], 1]);
    expect(
      broken(
        begin()
          .submitted(1)
          .after((BOUNDS.operationUs / US_PER_MS) * 2),
      ),
    ).toEqual([]);
  });
});
