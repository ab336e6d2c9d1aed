import { describe, expect, it } from "vitest";
import { Clocks } from "./clocks.ts";
import { EventQueue } from "./queue.ts";
import { Timers } from "./timers.ts";

describe("a wrong clock", () => {
  it("gains what it drifts, keeps it afterwards, and tells whole microseconds", () => {
    const clocks = new Clocks();
    expect([clocks.isWrong(3), clocks.local(3, 1_000_001)]).toEqual([false, 1_000_001]);
    clocks.drift(3, 1_000_000, 500);
    expect([1_000_000, 2_000_000, 2_000_999].map((now) => clocks.local(3, now))).toEqual([1_000_000, 2_000_500, 2_001_499]);
    clocks.drift(3, 2_000_000, 0);
    expect([clocks.local(3, 9_000_000), clocks.local(4, 9_000_000)]).toEqual([9_000_500, 9_000_000]);
    clocks.drift(3, 10_000_000, -200_000);
    expect(clocks.local(3, 11_000_000)).toBe(10_800_500);
  });

  it("is set forward and back, never before the beginning", () => {
    const clocks = new Clocks();
    clocks.jump(1, 5_000_000, 60_000_000);
    expect(clocks.local(1, 6_000_000)).toBe(66_000_000);
    clocks.jump(1, 6_000_000, -1_000_000_000);
    expect(clocks.local(1, 6_000_007)).toBe(7);
  });

  it("shows a time at the first instant at which it shows it or more", () => {
    const clocks = new Clocks();
    clocks.drift(1, 0, -333_333);
    for (const local of [1, 2, 1000, 999_999]) {
      const instant = clocks.instant(1, local);
      expect([clocks.local(1, instant) >= local, clocks.local(1, instant - 2) < local]).toEqual([true, true]);
    }
  });

  it("moves the timers that were set by it: what is due by the new time rings next", () => {
    const queue = new EventQueue();
    const clocks = new Clocks();
    const timers = new Timers(queue, clocks, 2, 0);
    timers.setByClock(1, 7, 10_000_000);
    timers.setByClock(1, 8, 90_000_000);
    timers.setByClock(2, 7, 10_000_000);
    timers.skew(1, (all) => all.jump(1, 0, 60_000_000));
    const rung: [number, number, number][] = [];
    while (queue.pop()) rung.push([queue.now, queue.target, queue.number]);
    expect(rung).toEqual([
      [1, 1, 7],
      [10_000_000, 2, 7],
      [30_000_000, 1, 8],
    ]);
  });
});
