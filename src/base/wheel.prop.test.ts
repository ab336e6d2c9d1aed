import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimingWheel } from "./wheel.ts";

type Key = { time: number; source: number; seq: number; node: number };

function byKey(a: Key, b: Key): number {
  return a.time - b.time || a.source - b.source || a.seq - b.seq;
}

/** The queue as plainly as can be: a list, searched for its minimum. */
class Oracle {
  readonly pending: Key[] = [];

  takeMin(): Key | undefined {
    let least = 0;
    for (let i = 1; i < this.pending.length; i++) if (byKey(this.pending[i]!, this.pending[least]!) < 0) least = i;
    return this.pending.splice(least, 1)[0];
  }
}

// Distances of every level, and on both sides of the borders between levels.
const delay = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 600 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x7fffffff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 140_737_488_355_328 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(256, 65_536, 16_777_216, 4_294_967_296, 1_099_511_627_776), fc.integer({ min: -2, max: 2 }))
      .map(([border, off]) => border + off),
  },
);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("push" as const), delay, source: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pop" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("peek" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("burst" as const), delay, many: fc.integer({ min: 20, max: 120 }) }) },
  // From a crowd within one slot of the lowest level to a thin spread over several slots of the third.
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("spray" as const),
      delay,
      many: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 5, max: 300 }) },
        { weight: 1, arbitrary: fc.integer({ min: 300, max: 1_200 }) },
      ),
      span: fc.constantFrom(1, 9, 256, 5_000, 65_536, 300_000),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays the steps on a wheel and on the oracle, comparing at each of them. */
function play(steps: readonly Step[], limit: number): void {
  const wheel = new TimingWheel({ capacity: 4 });
  const oracle = new Oracle();
  let seq = 0;
  const push = (time: number, source: number): void => {
    if (time >= limit) return;
    // Sequence numbers fall as well as rise, so that insertion order is never the order of keys by accident.
    const number = seq % 2 === 0 ? seq : 1_000_000 - seq;
    seq++;
    oracle.pending.push({ time, source, seq: number, node: wheel.push(time, source, number) });
  };
  const expectNode = (node: number, want: Key | undefined): void => {
    expect(node).toBe(want?.node ?? -1);
    if (want !== undefined) {
      expect([wheel.time(node), wheel.source(node), wheel.seq(node)]).toEqual([want.time, want.source, want.seq]);
    }
  };
  const pop = (): void => {
    const want = oracle.takeMin();
    const node = wheel.pop();
    expectNode(node, want);
    if (want !== undefined) expect(wheel.now).toBe(want.time);
    if (want !== undefined && want.seq % 3 === 0) wheel.free(node);
  };
  for (const s of steps) {
    if (s.do === "push") push(wheel.now + s.delay, s.source);
    else if (s.do === "pop") for (let i = 0; i < s.times; i++) pop();
    else if (s.do === "burst") for (let i = 0; i < s.many; i++) push(wheel.now + s.delay + (i % 3), i % 5);
    else if (s.do === "spray") for (let i = 0; i < s.many; i++) push(wheel.now + s.delay + ((i * 7_919) % s.span), i % 5);
    else if (s.do === "peek") {
      const want = oracle.takeMin();
      if (want !== undefined) oracle.pending.push(want);
      expectNode(wheel.peek(), want);
    } else if (oracle.pending.length > 0) {
      const [gone] = oracle.pending.splice(s.which % oracle.pending.length, 1);
      wheel.cancel(gone!.node);
    }
    expect(wheel.size).toBe(oracle.pending.length);
  }
  while (oracle.pending.length > 0) pop();
  expect(wheel.pop()).toBe(-1);
}

describe("the event queue against a searched list (DT1)", () => {
  it("gives the same nodes for any mix of push, pop, peek and cancel", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => play(steps, 281_474_976_710_656)),
      { numRuns: 400 },
    );
  });

  it("gives the same order whatever the order of insertion", () => {
    const key = fc.record({
      time: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 100_000 })),
      source: fc.integer({ min: 0, max: 4 }),
    });
    const keys = fc.array(key, { minLength: 2, maxLength: 200 }).map((list) => list.map((k, seq) => ({ ...k, seq })));
    const shuffled = keys.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
    const drain = (list: readonly { time: number; source: number; seq: number }[]): number[][] => {
      const wheel = new TimingWheel();
      for (const k of list) wheel.push(k.time, k.source, k.seq);
      return list.map(() => {
        const node = wheel.pop();
        return [wheel.time(node), wheel.source(node), wheel.seq(node)];
      });
    };
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(drain(other)).toEqual(drain(one));
      }),
      { numRuns: 100 },
    );
  });
});
