import { describe, expect, it } from "vitest";
import { NodeClock } from "./clock.ts";

describe("NodeClock", () => {
  it("reads whole microseconds since 1970", () => {
    const before = Date.now() * 1000;
    const at = new NodeClock().now();
    expect(Number.isSafeInteger(at)).toBe(true);
    // The wall clock may have been corrected since this process began.
    expect(Math.abs(at - before)).toBeLessThan(60_000_000);
  });

  it("never goes back", () => {
    const readings = [1.0004, 1.0016, 0.5, -3, 1.0029, 1.0029, 2];
    let i = 0;
    const clock = new NodeClock(() => readings[i++] as number);
    expect(readings.map(() => clock.now())).toEqual([1000, 1001, 1001, 1001, 1002, 1002, 2000]);
  });

  it("goes on", () => {
    const clock = new NodeClock();
    const first = clock.now();
    let last = first;
    for (let i = 0; last === first && i < 10_000_000; i++) last = clock.now();
    expect(last).toBeGreaterThan(first);
  });
});
