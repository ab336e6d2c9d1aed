import { describe, expect, it } from "vitest";
import { Bug } from "./assert.ts";
import { TimingWheel, WHEEL_TIME_LIMIT } from "./wheel.ts";

/** Pops everything and gives the keys in the order they came. */
function drain(wheel: TimingWheel): number[][] {
  const keys: number[][] = [];
  for (let node = wheel.pop(); node !== -1; node = wheel.pop()) {
    keys.push([wheel.time(node), wheel.source(node), wheel.seq(node)]);
  }
  return keys;
}

describe("the order of events (DT1)", () => {
  it("orders one instant by source, then sequence, not by insertion", () => {
    const wheel = new TimingWheel();
    for (const [source, seq] of [
      [2, 0],
      [1, 5],
      [1, 4],
      [0, 9],
    ] as const)
      wheel.push(70, source, seq);
    expect(drain(wheel)).toEqual([
      [70, 0, 9],
      [70, 1, 4],
      [70, 1, 5],
      [70, 2, 0],
    ]);
  });

  it("gives what is pushed at now its place among the rest of the instant", () => {
    const wheel = new TimingWheel();
    for (const source of [1, 4, 6]) wheel.push(1_000, source, 0);
    expect(wheel.source(wheel.pop())).toBe(1);
    wheel.push(1_000, 5, 0);
    wheel.push(1_000, 0, 0);
    wheel.push(1_000, 9, 0);
    expect(drain(wheel).map((key) => key[1])).toEqual([0, 4, 5, 6, 9]);
  });

  it("sorts an instant that a hundred thousand events share", () => {
    const wheel = new TimingWheel();
    const many = 100_000;
    // 7,919 is prime to the count, so this meets every source once, in no order.
    for (let i = 0; i < many; i++) wheel.push(5, (i * 7_919) % many, 0);
    for (let source = 0; source < many; source++) {
      const node = wheel.pop();
      if (wheel.source(node) !== source) expect.fail(`source ${wheel.source(node)} came as number ${source}`);
      if (source % 10 !== 0) continue;
      const follow = wheel.push(5, source, 1);
      if (wheel.pop() !== follow) expect.fail(`what source ${source} pushed did not come next`);
    }
    expect(wheel.size).toBe(0);
  });

  it("reaches the last instant it can hold and comes down through all levels", () => {
    const wheel = new TimingWheel();
    const times = [WHEEL_TIME_LIMIT - 1, 140_737_488_355_328, 140_737_488_355_327, 1_099_511_627_776, 4_294_967_297, 1];
    for (const time of times) wheel.push(time, 0, 0);
    expect(drain(wheel).map((key) => key[0])).toEqual([...times].reverse());
    expect(wheel.now).toBe(WHEEL_TIME_LIMIT - 1);
  });

  it("may be looked into far ahead and still take earlier events", () => {
    const wheel = new TimingWheel();
    const far = wheel.push(9_000_000, 0, 0);
    expect(wheel.peek()).toBe(far);
    wheel.push(10, 0, 1);
    wheel.cancel(far);
    expect(drain(wheel)).toEqual([[10, 0, 1]]);
    const again = wheel.push(8_000_000, 0, 2);
    expect(wheel.peek()).toBe(again);
    wheel.cancel(again);
    expect(wheel.peek()).toBe(-1);
    wheel.push(11, 0, 3);
    expect(drain(wheel)).toEqual([[11, 0, 3]]);
  });
});

describe("nodes and room", () => {
  it("tells the key of the node that peek or pop gave last, and of no other", () => {
    const wheel = new TimingWheel();
    const [far, near] = [wheel.push(WHEEL_TIME_LIMIT - 1, 0xffff_ffff, 0xffff_fffe), wheel.push(2, 1, 0)];
    expect(() => wheel.time(near)).toThrow(Bug);
    expect(wheel.pop()).toBe(near);
    expect(wheel.time(near)).toBe(2);
    expect(() => wheel.time(far)).toThrow(Bug);
    expect(wheel.peek()).toBe(far);
    expect([wheel.time(far), wheel.source(far), wheel.seq(far)]).toEqual([WHEEL_TIME_LIMIT - 1, 0xffff_ffff, 0xffff_fffe]);
    for (const read of [wheel.time, wheel.source, wheel.seq]) expect(() => read.call(wheel, near)).toThrow(Bug);
  });

  it("orders sources and sequences as unsigned", () => {
    const wheel = new TimingWheel();
    for (const source of [0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0]) wheel.push(5, source, 0);
    for (const seq of [0x8000_0000, 1]) wheel.push(6, 0, seq);
    expect(drain(wheel).map((key) => key.slice(1))).toEqual([
      [0, 0],
      [0x7fff_ffff, 0],
      [0x8000_0000, 0],
      [0xffff_ffff, 0],
      [0, 1],
      [0, 0x8000_0000],
    ]);
  });

  it("keeps a popped node readable and its index unused until the next pop", () => {
    const wheel = new TimingWheel({ capacity: 1, capacityMax: 8 });
    const first = wheel.push(3, 7, 9);
    expect(wheel.pop()).toBe(first);
    expect(wheel.push(4, 0, 0)).not.toBe(first);
    expect([wheel.time(first), wheel.source(first), wheel.seq(first)]).toEqual([3, 7, 9]);
    wheel.free(first);
    expect(wheel.push(5, 0, 0)).toBe(first);
  });

  it("doubles up to its maximum, then fails loudly and stays whole", () => {
    const wheel = new TimingWheel({ capacity: 2, capacityMax: 5 });
    for (let i = 0; i < 5; i++) wheel.push(100 - i, i, 0);
    expect(wheel.capacity).toBe(5);
    expect(() => wheel.push(1, 1, 1)).toThrow(Bug);
    expect(drain(wheel).map((key) => key[0])).toEqual([96, 97, 98, 99, 100]);
    expect(() => wheel.reserve(6)).toThrow(Bug);
  });

  it("reserves at once what was asked for", () => {
    const wheel = new TimingWheel({ capacity: 2 });
    wheel.push(1, 1, 1);
    wheel.reserve(5_000);
    expect(wheel.capacity).toBe(5_000);
    expect(drain(wheel)).toEqual([[1, 1, 1]]);
  });

  it("does not grow when timers are set and cancelled far more often than they fire", () => {
    const wheel = new TimingWheel({ capacity: 256, capacityMax: 256 });
    const timers = Array.from({ length: 100 }, (_, i) => wheel.push(1_000_000, i, 0));
    for (let round = 1; round <= 200; round++) {
      for (let i = 0; i < 100; i++) {
        wheel.cancel(timers[i]!);
        timers[i] = wheel.push(1_000_000 + round * 1_000, i, round);
      }
    }
    expect(wheel.size).toBe(100);
    expect(drain(wheel)).toEqual(Array.from({ length: 100 }, (_, i) => [1_200_000, i, 200]));
  });

  it("holds what comes late within a long run, again and again", () => {
    const wheel = new TimingWheel({ capacity: 64, capacityMax: 64 });
    for (let source = 0; source < 40; source++) wheel.push(60_000 + source * 90, source, 0);
    let last = -1;
    for (let i = 0; i < 5_000; i++) {
      const node = wheel.pop();
      const time = wheel.time(node);
      expect(time).toBeGreaterThanOrEqual(last);
      last = time;
      wheel.push(time + ((i * 7) % 50), wheel.source(node), wheel.seq(node) + 1);
    }
    expect(wheel.size).toBe(40);
  });

  it("takes a long series of crowded instants without leaking memory", () => {
    const wheel = new TimingWheel({ capacity: 300, capacityMax: 300 });
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 290; i++) wheel.push(round * 70_001 + (i % 7), i, round);
      expect(drain(wheel).length).toBe(290);
    }
  });
});

describe("misuse is a bug", () => {
  it.each([
    ["before now", (wheel: TimingWheel) => wheel.push(49, 0, 0)],
    ["no number", (wheel: TimingWheel) => wheel.push(Number.NaN, 0, 0)],
    ["a fraction", (wheel: TimingWheel) => wheel.push(50.5, 0, 0)],
    ["a fraction within the open slot", (wheel: TimingWheel) => wheel.push(59.5, 0, 0)],
    ["beyond the last instant", (wheel: TimingWheel) => wheel.push(WHEEL_TIME_LIMIT, 0, 0)],
    ["without end", (wheel: TimingWheel) => wheel.push(Infinity, 0, 0)],
    ["a cancel of nothing", (wheel: TimingWheel) => wheel.cancel(77)],
    ["a cancel twice", (wheel: TimingWheel) => [1, 2].forEach(() => wheel.cancel(1))],
    ["a free of a pending node", (wheel: TimingWheel) => wheel.free(1)],
  ])("a push or a call %s", (_, misuse) => {
    const wheel = new TimingWheel();
    wheel.push(50, 0, 0);
    wheel.push(60, 1, 0);
    const popped = wheel.pop();
    expect(() => misuse(wheel)).toThrow(Bug);
    expect(() => wheel.cancel(popped)).toThrow(Bug);
  });

  it("a size that is none", () => {
    expect(() => new TimingWheel({ capacity: 0 })).toThrow(Bug);
    expect(() => new TimingWheel({ capacityMax: 1e9 })).toThrow(Bug);
  });
});
