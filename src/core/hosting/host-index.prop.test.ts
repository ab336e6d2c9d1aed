import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEADROOM_CLASSES, headroomClass, HostIndex, nearBest } from "./host-index.ts";
import { bestForMix, boundForMix, boundsOf } from "./host-mix.ts";

const COLUMNS = 3;
/** Small ranges, so that ties of score, latency and both are common. */
const score = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: 960, max: 1000 }),
  fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
);
const latency = fc.integer({ min: 0, max: 6 });
const room = fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 6000 }));

type Model = { id: number; scores: number[]; latencies: number[]; room: number };
type Op =
  | { readonly op: "scores"; readonly slot: number; readonly scores: number[]; readonly latencies: number[] }
  | { readonly op: "score"; readonly slot: number; readonly region: number; readonly score: number; readonly latency: number }
  | { readonly op: "room"; readonly slot: number; readonly room: number };

const slotNumber = fc.nat(150);
const ops: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constant("scores" as const),
        slot: slotNumber,
        scores: fc.array(score, { minLength: 3, maxLength: 3 }),
        latencies: fc.array(latency, { minLength: 3, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant("score" as const), slot: slotNumber, region: fc.nat(COLUMNS - 1), score, latency }),
    },
    { weight: 4, arbitrary: fc.record({ op: fc.constant("room" as const), slot: slotNumber, room }) },
  ),
  { minLength: 1, maxLength: 250, size: "max" },
);

/** Plays operations on an index and on a plain list. Ids fall as slots rise, so that "lower id" and "lower slot" differ. */
function play(list: readonly Op[], prefer: boolean, columns = COLUMNS): { index: HostIndex; hosts: Map<number, Model> } {
  const index = new HostIndex(columns, prefer);
  const hosts = new Map<number, Model>();
  for (const op of list) {
    let host = hosts.get(op.slot);
    if (host === undefined) {
      host = { id: 5_000_000_000 - 7 * op.slot, scores: [0, 0, 0], latencies: [0, 0, 0], room: -1 };
      hosts.set(op.slot, host);
      index.setHost(op.slot, host.id);
      index.setScores(op.slot, Int32Array.from(host.scores), Int32Array.from(host.latencies), 0);
    }
    if (op.op === "room") {
      host.room = op.room;
      index.setHeadroom(op.slot, op.room);
    } else if (op.op === "score") {
      host.scores[op.region] = op.score;
      host.latencies[op.region] = op.latency;
      index.setScore(op.slot, op.region, op.score, op.latency);
    } else {
      host.scores = [...op.scores];
      host.latencies = [...op.latencies];
      index.setScores(op.slot, Int32Array.from([9, ...op.scores]), Int32Array.from([9, ...op.latencies]), 1);
    }
  }
  return { index, hosts };
}

type Ranked = { slot: number; id: number; score: number; latency: number };

/** The definition: highest score, lower id; under preference, of those within 1 % the lowest latency, then score, then id. */
function bestOf(candidates: Ranked[], prefer: boolean): number {
  const byScore = candidates.toSorted((a, b) => b.score - a.score || a.id - b.id);
  const first = byScore[0];
  if (first === undefined) return -1;
  if (!prefer) return first.slot;
  const near = byScore.filter((h) => (first.score - h.score) * 100 <= Math.abs(first.score));
  return (near.toSorted((a, b) => a.latency - b.latency || b.score - a.score || a.id - b.id)[0] as Ranked).slot;
}

function fitting(
  hosts: Map<number, Model>,
  need: number,
  excluded: ReadonlySet<number>,
  rank: (h: Model) => { score: number; latency: number },
): Ranked[] {
  return [...hosts]
    .filter(([slot, h]) => h.room >= 0 && h.room >= need && !excluded.has(slot))
    .map(([slot, h]) => ({ slot, id: h.id, ...rank(h) }));
}

const needs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 7000 }));
const excludes = fc.array(slotNumber, { maxLength: 40 }).map((slots) => new Set(slots));

describe("host index against a scan of all hosts (HO11: ties by id)", () => {
  it("finds the same best host", () => {
    fc.assert(
      fc.property(ops, fc.boolean(), fc.nat(COLUMNS - 1), needs, excludes, (list, prefer, region, need, excluded) => {
        const { index, hosts } = play(list, prefer);
        const rank = (h: Model) => ({ score: h.scores[region] as number, latency: h.latencies[region] as number });
        expect(index.best(region, need)).toBe(bestOf(fitting(hosts, need, new Set(), rank), prefer));
        expect(index.best(region, need, (slot) => excluded.has(slot))).toBe(bestOf(fitting(hosts, need, excluded, rank), prefer));
      }),
      { numRuns: 400 },
    );
  });

  it("ranks the first k as repeated choice does", () => {
    fc.assert(
      fc.property(ops, fc.boolean(), needs, fc.nat(6), (list, prefer, need, k) => {
        const { index, hosts } = play(list, prefer);
        const expected: number[] = [];
        for (let slot = 0; expected.length < k && slot >= 0; ) {
          slot = bestOf(
            fitting(hosts, need, new Set(expected), (h) => ({ score: h.scores[1] as number, latency: h.latencies[1] as number })),
            prefer,
          );
          if (slot >= 0) expected.push(slot);
        }
        expect(index.topK(1, need, k)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("reads one column for every region when there is only one", () => {
    const index = new HostIndex(1, false);
    index.setHost(0, 10);
    index.setScore(0, 5, 100, 1);
    index.setHeadroom(0, 3);
    expect([index.best(0, 3), index.best(7, 3), index.best(0, 4)]).toEqual([0, 0, -1]);
  });

  it("offers a slot that changes hands only when told so", () => {
    const index = new HostIndex(1, false);
    index.setHost(0, 10);
    index.setScore(0, 0, 100, 1);
    index.setHeadroom(0, 3);
    index.setHost(0, 11);
    expect([index.best(0, 1), index.hostOf(0)]).toEqual([-1, 11]);
    index.setHeadroom(0, 3);
    expect(index.best(0, 1)).toBe(0);
  });
});

describe("the best host for players of several regions", () => {
  /** From the definition, one entry a player. */
  const mean = (values: number[], players: number[]): number => {
    const everyone = players.flatMap((n, r) => Array.from({ length: n }, () => values[r] as number));
    return Math.floor(everyone.reduce((sum, value) => sum + value, 0) / everyone.length);
  };

  it("equals the scan while the search stays inside its bound", () => {
    fc.assert(
      fc.property(
        ops,
        fc.boolean(),
        needs,
        excludes,
        fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }),
        (list, prefer, need, excluded, players) => {
          const { index, hosts } = play(list, prefer);
          const rank = (h: Model) =>
            players.every((n) => n === 0)
              ? { score: h.scores[2] as number, latency: h.latencies[2] as number }
              : { score: mean(h.scores, players), latency: mean(h.latencies, players) };
          const best = bestForMix(index, players, need, (slot) => excluded.has(slot));
          expect(best).toBe(bestOf(fitting(hosts, need, excluded, rank), prefer));
          // Nobody exceeds the bound that a round of redistribution asks first.
          const scores = fitting(hosts, need, new Set(), rank).map((fit) => fit.score);
          expect(Math.max(-Infinity, ...scores)).toBeLessThanOrEqual(boundForMix(boundsOf(index), players, need));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("beyond its bound is at least as good as every region's own best host", () => {
    const columns = 5;
    const index = new HostIndex(columns, false);
    let state = 7;
    const below = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % n;
    };
    const scores = Array.from({ length: 5000 }, () => Array.from({ length: columns }, () => below(1_000_000)));
    scores.forEach((row, slot) => {
      index.setHost(slot, slot);
      index.setScores(slot, Int32Array.from(row), new Int32Array(columns), 0);
      index.setHeadroom(slot, below(300));
    });
    const players = [3, 3, 2, 2];
    const of = (slot: number) => mean(scores[slot] as number[], players);
    const chosen = of(bestForMix(index, players, 20));
    for (let column = 0; column < 4; column++) expect(chosen).toBeGreaterThanOrEqual(of(index.highest(column, 20)));
  });
});

describe("headroom classes", () => {
  it("cover all headrooms in order, each class a run of them", () => {
    let before = 0;
    for (let players = 0; players <= 5000; players++) {
      const k = headroomClass(players);
      expect(k === before || k === before + 1).toBe(true);
      before = k;
    }
    expect(before).toBe(HEADROOM_CLASSES - 1);
    expect(headroomClass(2 ** 31 - 1)).toBe(HEADROOM_CLASSES - 1);
  });

  it("near the best means within 1 % of its magnitude, itself included", () => {
    expect([nearBest(1000), nearBest(1099), nearBest(0), nearBest(-1000)]).toEqual([990, 1089, 0, -1010]);
  });
});
