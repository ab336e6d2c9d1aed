import { describe, expect, it } from "vitest";
import { QueueBench, SMALL } from "./operation-queue.fixture.ts";

/** A bench with so many maps granted, numbered from 0. */
function bench(maps = 1): QueueBench {
  const made = new QueueBench();
  for (let map = 0; map < maps; map++) made.grant(map);
  return made;
}

const idsOf = (made: QueueBench): string[][] => made.asks.map(({ ask }) => ask.operations.map(({ id }) => id));

describe("operations in batches", () => {
  it("SY6: what is not critical goes with the next tick, one batch for each map, in order", () => {
    const made = bench(2);
    made.submit(1, "b1");
    made.submit(0, "a1");
    made.submit(1, "b2");
    made.pass(99);
    expect(made.asks).toEqual([]);
    made.pass(1);
    expect(idsOf(made)).toEqual([["a1"], ["b1", "b2"]]);
    made.clear();
    expect(made.stats()).toEqual({ submitted: 3, completed: 3, failed: 0, rejected: 0, pending: 0 });
    expect(made.queue.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("a full batch does not wait for the tick; batches are bounded in number and bytes", () => {
    const made = bench();
    for (const id of ["a", "b", "c", "d"]) made.submit(0, id);
    expect(idsOf(made)).toEqual([["a", "b", "c"]]);
    made.submit(0, "e", false, 9);
    made.submit(0, "f", false, 9);
    made.pass(100);
    expect(made.asks, "one batch of a map at a time").toHaveLength(1);
    made.reply(0, "ok");
    made.reply(0, "ok");
    expect(idsOf(made)).toEqual([["a", "b", "c"], ["d", "e"], ["f"]]);
    expect(made.submit(0, "g", false, 10)).toBe("too_large");
  });

  it("SY5: a critical operation goes at once, past all that is not critical, and waits for no other map's", () => {
    const made = bench(3);
    for (const id of ["a", "b", "c", "d"]) made.submit(0, id);
    expect(made.submit(0, "k0", true)).toBe(null);
    expect(made.submit(1, "k1", true)).toBe(null);
    expect(made.submit(2, "k2", true)).toBe(null);
    expect(idsOf(made)).toEqual([["a", "b", "c"], ["k0"], ["k1"], ["k2"]]);
  });

  it("SY6: critical operations that came meanwhile go together, in order, when the one before is answered", () => {
    const made = bench();
    for (const id of ["k1", "k2", "k3"]) made.submit(0, id, true);
    expect(idsOf(made)).toEqual([["k1"]]);
    made.reply(0, "ok");
    expect(idsOf(made)).toEqual([["k1"], ["k2", "k3"]]);
  });

  it("not more than so many batches that are not critical are under way; maps take turns", () => {
    const made = bench(3);
    for (let n = 0; n < 4; n++) made.submit(0, `a${n}`);
    made.submit(1, "b");
    made.submit(2, "c");
    made.pass(100);
    expect(idsOf(made)).toEqual([["a0", "a1", "a2"], ["b"]]);
    made.reply(0, "ok");
    expect(idsOf(made).slice(2), "map 2 was before the rest of map 0").toEqual([["c"]]);
    made.reply(0, "ok");
    expect(idsOf(made).slice(3)).toEqual([["a3"]]);
  });
});

describe("every operation is answered", () => {
  it("SY1: a failed batch is asked again as it was, ever more rarely, and given up after its time", () => {
    const made = bench();
    made.submit(0, "a");
    made.pass(100);
    made.submit(0, "b");
    const gaps: number[] = [];
    for (let last = made.at; made.stats().pending === 2; ) {
      made.reply(0, "failed");
      while (made.open.length === 0 && made.stats().pending === 2) made.pass(1);
      gaps.push((made.at - last) / 1_000);
      last = made.at;
    }
    expect(gaps).toEqual([100, 200, 400, 800, 1600, 0]);
    expect(idsOf(made).slice(0, 6)).toEqual(Array(6).fill(["a"]));
    expect(made.answersOf("a")).toEqual(["failed: store_failed"]);
    made.clear();
    expect([made.answersOf("b"), made.applied]).toEqual([["done"], ["b"]]);
  });

  it("SY5: a critical operation is unknown when its time is over, and done or failed in the end", () => {
    const made = bench(2);
    made.submit(0, "k", true);
    made.submit(1, "f", true);
    made.submit(1, "waits", true);
    made.pass(499);
    expect(["k", "f", "waits"].flatMap((id) => made.answersOf(id))).toEqual([]);
    made.pass(1);
    expect(["k", "f", "waits"].map((id) => made.answersOf(id))).toEqual([["unknown"], ["unknown"], ["unknown"]]);
    expect(made.queue.status(made.at, "k")).toEqual({ result: "unknown" });
    expect(made.stats().pending).toBe(3);
    made.reply(0, "ok");
    made.claim(1);
    made.reply(0, "ok");
    expect(["k", "f", "waits"].map((id) => made.answersOf(id))).toEqual([
      ["unknown", "done"],
      ["unknown", "failed: fenced"],
      ["unknown", "failed: fenced"],
    ]);
    expect(made.stats()).toEqual({ submitted: 3, completed: 1, failed: 2, rejected: 0, pending: 0 });
  });

  it("SY1: a lost answer is asked for until it is known, however long that takes; a failure afterwards says nothing of it", () => {
    const made = bench();
    made.submit(0, "a");
    made.pass(100);
    made.reply(0, "lost");
    for (let i = 0; i < 10; i++) {
      made.pass(2_000);
      made.reply(0, i % 2 === 0 ? "failed" : "missed");
    }
    expect(made.answersOf("a")).toEqual([]);
    made.pass(2_000);
    made.reply(0, "ok");
    expect([made.answersOf("a"), made.applied]).toEqual([["done"], ["a"]]);
  });

  it("SY1: fenced, what had taken effect is done, and all else of the map is rejected in order; other maps go on", () => {
    const made = bench(2);
    made.submit(0, "a");
    made.submit(1, "other");
    made.pass(100);
    made.submit(0, "k", true);
    made.submit(0, "b");
    made.reply(0, "lost");
    made.claim(0);
    made.pass(100);
    made.reply(1, "ok");
    expect(made.answersOf("k")).toEqual(["rejected: fenced"]);
    expect(made.answersOf("b")).toEqual(["rejected: fenced"]);
    expect([made.fences, made.submit(0, "c")]).toEqual([[[0, 1]], "not_granted"]);
    expect(made.answersOf("a"), "not known yet").toEqual([]);
    made.clear();
    expect([made.answersOf("a"), made.answersOf("other"), made.fences]).toEqual([["done"], ["done"], [[0, 1]]]);
    made.grant(0);
    expect(made.submit(0, "d")).toBe(null);
    made.clear();
    expect(made.applied).toEqual(["a", "other", "d"]);
    made.stats();
  });

  it("SY1: where the store has lost the grant what waits is asked for again, in order, until the grant stands there once more", () => {
    const made = bench(2);
    made.submit(0, "a");
    made.pass(100);
    made.submit(0, "k", true);
    made.rollBack(0);
    while (made.open.length > 0) made.reply(0, "ok");
    expect([made.lostGrants, made.fences]).toEqual([
      [
        [0, 1],
        [0, 1],
      ],
      [],
    ]);
    made.submit(0, "l", true);
    made.pass(2_000);
    expect([made.answersOf("a"), made.answersOf("k"), made.stats().pending]).toEqual([[], ["unknown"], 3]);
    made.claimAgain(0);
    made.clear();
    expect(["a", "k", "l"].map((id) => made.answersOf(id))).toEqual([["done"], ["unknown", "done"], ["unknown", "done"]]);
    expect(made.applied.filter((id) => id !== "a")).toEqual(["k", "l"]);
    made.stats();
  });

  it("a map that is taken away ends what was not asked; what is under way is found out; what only failed is not asked again", () => {
    const made = bench(3);
    for (const [map, id] of [
      [0, "under way"],
      [1, "failed"],
    ] as const)
      made.submit(map, id, true);
    made.submit(0, "waits", true);
    made.submit(2, "not asked");
    made.reply(1, "failed");
    for (const map of [0, 1, 2]) made.queue.revoke(made.at, map, made);
    expect(["waits", "failed", "not asked"].map((id) => made.answersOf(id))).toEqual(Array(3).fill(["rejected: revoked"]));
    made.reply(0, "failed");
    expect(made.answersOf("under way")).toEqual(["rejected: revoked"]);
    expect([made.submit(0, "x"), made.stats().pending, made.applied]).toEqual(["not_granted", 0, []]);
  });
});

describe("limits", () => {
  it("SY4: a full queue refuses the newest by name, drops nothing, and keeps places for critical operations", () => {
    const made = bench();
    const answers = Array.from({ length: 12 }, (_, n) => made.submit(0, `a${n}`));
    expect(answers).toEqual([...Array(9).fill(null), "queue_full", "queue_full", "queue_full"]);
    expect([made.queue.room(false), made.queue.room(true)]).toEqual([0, 3]);
    expect(Array.from({ length: 4 }, (_, n) => made.submit(0, `k${n}`, true))).toEqual([null, null, null, "queue_full"]);
    expect(made.stats()).toEqual({ submitted: 16, completed: 0, failed: 0, rejected: 4, pending: 12 });
    made.clear();
    expect(made.stats()).toEqual({ submitted: 16, completed: 12, failed: 0, rejected: 4, pending: 0 });
    expect(made.submit(0, "again")).toBe(null);
  });

  it("takes nothing for a map it was not granted, and nothing twice", () => {
    const made = bench();
    expect([made.submit(5, "x"), made.submit(0, "a"), made.submit(0, "a")]).toEqual(["not_granted", null, "already_submitted"]);
    made.clear();
    expect(made.submit(0, "a")).toBe("already_submitted");
    expect(made.applied).toEqual(["a"]);
  });

  it("results can be asked for until they expire, and only so many are kept", () => {
    const made = new QueueBench({ ...SMALL, resultsMax: 4 });
    made.grant(0);
    for (let n = 0; n < 6; n++) made.submit(0, `a${n}`);
    expect(made.queue.status(made.at, "a0")).toEqual({ result: "pending" });
    made.clear();
    const known = (): string[] => Array.from({ length: 6 }, (_, n) => made.queue.status(made.at, `a${n}`).result);
    expect(known()).toEqual(["not_known", "not_known", "done", "done", "done", "done"]);
    made.pass(3_600_000);
    expect(known()).toEqual(Array(6).fill("not_known"));
  });
});

describe("who waits for an operation", () => {
  it("is told its end, or after its time what is known; with 0 it waits for ever", () => {
    const made = bench();
    made.submit(0, "k", true);
    made.queue.wait(made.at, "k", 0, 1, made);
    made.queue.wait(made.at, "k", 300, 2, made);
    made.queue.wait(made.at, "k", 700, 3, made);
    made.queue.wait(made.at, "nobody's", 0, 4, made);
    expect(made.waits).toEqual([[4, "nobody's", { result: "not_known" }]]);
    made.pass(86_400_000);
    expect(made.waits.slice(1)).toEqual([
      [2, "k", { result: "pending" }],
      [3, "k", { result: "unknown" }],
    ]);
    made.reply(0, "ok");
    expect(made.waits.slice(3)).toEqual([[1, "k", { result: "done", verdict: "applied" }]]);
    made.queue.wait(made.at, "k", 5, 5, made);
    expect(made.waits.slice(4)).toEqual([[5, "k", { result: "done", verdict: "applied" }]]);
    expect(made.queue.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("is refused where too many wait already", () => {
    const made = new QueueBench({ ...SMALL, waitersMax: 1 });
    made.grant(0);
    made.submit(0, "k", true);
    expect(made.queue.wait(0, "k", 5, 1, made)).toEqual({ ok: true, value: null });
    expect(made.queue.wait(0, "k", 5, 2, made)).toEqual({ ok: false, error: "too_many_waiters" });
    made.pass(5);
    expect(made.queue.wait(made.at, "k", 5, 3, made)).toEqual({ ok: true, value: null });
  });
});

describe("a map that is handed over", () => {
  it("is held: takes nothing, sends at once, and says when nothing is pending; released it goes on", () => {
    const made = bench(2);
    made.submit(0, "a");
    made.submit(0, "k", true);
    made.queue.hold(made.at, 0, made);
    made.queue.hold(made.at, 1, made);
    expect(made.drains).toEqual([[1, 1]]);
    expect([made.submit(0, "b"), idsOf(made)]).toEqual(["draining", [["k"], ["a"]]]);
    made.reply(0, "ok");
    made.reply(0, "lost");
    expect(made.drains).toHaveLength(1);
    made.pass(100);
    made.reply(0, "ok");
    expect(made.drains).toEqual([
      [1, 1],
      [0, 1],
    ]);
    made.queue.release(0);
    expect(made.submit(0, "b")).toBe(null);
    made.clear();
    expect(made.drains).toHaveLength(2);
  });

  it("does not wait for places that other maps' batches have", () => {
    const made = bench(4);
    for (const map of [0, 1]) made.submit(map, `x${map}`);
    made.pass(100);
    for (const id of ["a", "b", "c", "d"]) made.submit(3, id);
    expect(made.asks).toHaveLength(2);
    made.queue.hold(made.at, 3, made);
    expect(idsOf(made).slice(2)).toEqual([["a", "b", "c"]]);
    made.reply(2, "ok");
    expect(idsOf(made).slice(3)).toEqual([["d"]]);
    made.reply(2, "ok");
    expect(made.drains).toEqual([[3, 1]]);
  });
});

describe("a clock that is set", () => {
  it("SY5: back by an hour, does not make anybody wait an hour longer", () => {
    const made = bench();
    made.pass(3_700_000);
    made.submit(0, "k", true);
    made.submit(0, "a");
    made.queue.wait(made.at, "k", 700, 1, made);
    made.pass(60);
    made.queue.due(made.at, made);
    made.at -= 3_600_000_000;
    made.submit(0, "k2", true);
    made.pass(439);
    expect([made.answersOf("k"), idsOf(made)]).toEqual([[], [["k"], ["a"]]]);
    made.pass(1);
    expect([made.answersOf("k"), made.answersOf("k2")]).toEqual([["unknown"], []]);
    made.pass(60);
    expect(made.answersOf("k2")).toEqual(["unknown"]);
    made.pass(140);
    expect(made.waits).toEqual([[1, "k", { result: "unknown" }]]);
    made.reply(0, "failed");
    made.at -= 60_000_000;
    made.reply(0, "failed");
    made.pass(100);
    expect(made.open).toHaveLength(2);
  });
});
