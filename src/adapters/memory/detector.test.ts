import { describe, expect, it } from "vitest";
import { HeartbeatDetector } from "./detector.ts";

const BEAT = 250_000;
const SILENT = 3 * BEAT;

/** A clock that is moved by hand, and timers on it. */
class Bench {
  now = 0;
  readonly silences: [self: number, host: number, at: number][] = [];
  readonly timers = new Map<number, { readonly self: number; readonly at: number }>();
  readonly detector = new HeartbeatDetector(
    () => this.now,
    {
      set: (self, timer, at) => void this.timers.set(timer, { self, at }),
      clear: (_self, timer) => void this.timers.delete(timer),
    },
    { silentAfterUs: SILENT, beatUs: BEAT },
    (self, host) => this.silences.push([self, host, this.now]),
  );

  /** Lets time pass up to `until`; timers ring `lateUs` after their time. */
  run(until: number, lateUs = 0): void {
    for (;;) {
      const [host, next] = [...this.timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
      if (host === undefined || next === undefined || next.at + lateUs > until) break;
      this.timers.delete(host);
      this.now = Math.max(this.now, next.at + lateUs);
      this.detector.look(next.self, host);
    }
    this.now = until;
  }
}

describe("HeartbeatDetector", () => {
  it("says silence once, when the allowance is over", () => {
    const bench = new Bench();
    bench.detector.watch(0, 5);
    bench.run(10 * SILENT);
    bench.detector.look(0, 5);
    expect(bench.silences).toEqual([[0, 5, SILENT]]);
    expect(bench.timers.size).toBe(0);
  });

  it("counts from the last sign of life, and moves no timer for one", () => {
    const bench = new Bench();
    bench.detector.watch(0, 5);
    bench.detector.watch(0, 6);
    let moved = 0;
    const { set } = bench.timers;
    bench.timers.set = (key, value) => {
      moved += 1;
      return set.call(bench.timers, key, value);
    };
    for (let at = BEAT; at <= 40 * BEAT; at += BEAT) {
      bench.run(at - 1);
      bench.now = at;
      bench.detector.heard(5);
      if (at <= 4 * BEAT) bench.detector.heard(6);
    }
    bench.run(100 * BEAT);
    expect(bench.silences).toEqual([
      [0, 6, 7 * BEAT],
      [0, 5, 43 * BEAT],
    ]);
    expect(moved).toBeLessThan(25);
  });

  it("is silent about hosts it does not watch (any more)", () => {
    const bench = new Bench();
    bench.detector.heard(9);
    bench.detector.unwatch(0, 9);
    bench.detector.watch(0, 5);
    bench.run(BEAT);
    bench.detector.unwatch(0, 5);
    expect(bench.timers.size).toBe(0);
    bench.run(10 * SILENT);
    expect(bench.silences).toEqual([]);
  });

  it("a watch begun again counts from its beginning, and may end in silence again", () => {
    const bench = new Bench();
    bench.detector.watch(0, 5);
    bench.run(SILENT - 1);
    bench.detector.unwatch(0, 5);
    bench.detector.watch(0, 5);
    bench.run(2 * SILENT - 2);
    expect(bench.silences).toEqual([]);
    bench.run(2 * SILENT);
    bench.detector.watch(0, 5);
    bench.run(9 * SILENT);
    expect(bench.silences).toEqual([
      [0, 5, 2 * SILENT - 1],
      [0, 5, 3 * SILENT],
    ]);
  });

  it("gives a host one more beat when this process itself stood still", () => {
    const bench = new Bench();
    bench.detector.watch(0, 5);
    bench.detector.watch(0, 6);
    // Nothing rang for ten beats; then the timers come first, and after them what waited to be read.
    bench.run(SILENT + 10 * BEAT, 10 * BEAT);
    expect(bench.silences).toEqual([]);
    bench.detector.heard(5);
    bench.run(bench.now + BEAT);
    expect(bench.silences).toEqual([[0, 6, SILENT + 11 * BEAT]]);
    bench.run(bench.now + SILENT);
    expect(bench.silences).toHaveLength(2);
  });
});
