import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NodeClock } from "./clock.ts";
import { Heartbeat } from "./heartbeat.ts";
import { NodeTimers } from "./timers.ts";

const MS = 1000;
const DAY = 86_400_000 * MS;
let rung: [self: number, timer: number, at: number][] = [];
let clock: NodeClock;
let timers: NodeTimers;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  rung = [];
  clock = new NodeClock(() => Date.now());
  timers = new NodeTimers(clock, (self, timer) => rung.push([self, timer, clock.now()]));
});
afterEach(() => void vi.useRealTimers());

describe("NodeTimers", () => {
  it("rings each timer once, at its time, and tells actors apart", () => {
    timers.set(1, 7, 30 * MS);
    timers.set(2, 7, 10 * MS);
    timers.set(1, 8, 20 * MS);
    expect(timers.size).toBe(3);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual([
      [2, 7, 10 * MS],
      [1, 8, 20 * MS],
      [1, 7, 30 * MS],
    ]);
    expect([vi.getTimerCount(), timers.size]).toEqual([0, 0]);
  });

  it("moves a timer that is set again, either way", () => {
    timers.set(1, 1, 10 * MS);
    timers.set(1, 1, 50 * MS);
    timers.set(1, 2, 50 * MS);
    timers.set(1, 2, 10 * MS);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual([
      [1, 2, 10 * MS],
      [1, 1, 50 * MS],
    ]);
  });

  it("keeps a cleared timer silent, and clears what is not set", () => {
    timers.set(1, 1, 10 * MS);
    timers.set(1, 2, 10 * MS);
    timers.clear(1, 1);
    timers.clear(1, 9);
    timers.clear(5, 1);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual([[1, 2, 10 * MS]]);
  });

  it("rings a time that has passed soon, but not from inside set", () => {
    vi.advanceTimersByTime(5);
    timers.set(1, 1, 2 * MS);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toHaveLength(1);
  });

  it("never rings before its time by its own clock", () => {
    let lag = 0.9;
    clock = new NodeClock(() => Date.now() - lag);
    timers = new NodeTimers(clock, (self, timer) => rung.push([self, timer, clock.now()]));
    timers.set(1, 1, 10 * MS + 300);
    lag = 3;
    vi.advanceTimersByTime(100);
    expect(rung).toHaveLength(1);
    expect(rung[0]?.[2]).toBeGreaterThanOrEqual(10 * MS + 300);
  });

  it("waits for longer than the event loop can count", () => {
    timers.set(1, 1, 60 * DAY);
    vi.advanceTimersByTime((59 * DAY) / MS);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(DAY / MS + 1);
    expect(rung).toHaveLength(1);
  });

  it("may be set anew while it rings, and is silent after stop", () => {
    timers = new NodeTimers(clock, (self, timer) => {
      rung.push([self, timer, clock.now()]);
      timers.set(self, timer, clock.now() + 10 * MS);
    });
    timers.set(1, 1, 10 * MS);
    vi.advanceTimersByTime(35);
    expect(rung.map(([, , at]) => at)).toEqual([10 * MS, 20 * MS, 30 * MS]);
    timers.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("Heartbeat", () => {
  it("beats at once and at each period, until it is stopped", () => {
    let beats = 0;
    const heart = new Heartbeat(250, () => (beats += 1));
    heart.start();
    expect(beats).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(beats).toBe(5);
    heart.start();
    vi.advanceTimersByTime(250);
    expect(beats).toBe(7);
    heart.stop();
    vi.advanceTimersByTime(1000);
    expect([beats, vi.getTimerCount()]).toEqual([7, 0]);
  });
});
