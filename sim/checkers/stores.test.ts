import { describe, expect, it } from "vitest";
import { MadeHistory } from "./made-history.fixture.ts";

describe("ST2: a restart never resurrects an older epoch", () => {
  it("ST2 names a grant after a restart at an epoch that was already granted", () => {
    const again = new MadeHistory().begun().granted(1, 20, 2).granted(1, 10, 3).after(100).started();
    expect(again.granted(1, 20, 2, 1).finish().rules).toContain("ST2");
  });

  it("ST2 names it under a third coordinator too, and is silent without a restart", () => {
    expect(new MadeHistory().begun().granted(1, 20, 2).started().started().granted(1, 10, 2, 1).finish().rules).toContain("ST2");
    const none = new MadeHistory().begun().granted(1, 20, 2).granted(1, 10, 2, 1).finish();
    expect([none.rules.includes("ST2"), none.evaluated["ST2"]]).toEqual([false, 0]);
  });

  it("ST2 names a player who is sent to an older epoch long after the newer grant", () => {
    const history = new MadeHistory().begun().granted(1, 20, 2).serving(1, 20, 2).after(100).started();
    expect(history.idle(60).playing(7, 1, 10, 1).finish().rules).toContain("ST2");
  });

  it("ST2 leaves aside joins under way and hosts that were in trouble, and says so", () => {
    const start = (): MadeHistory => new MadeHistory().begun().granted(1, 20, 2).serving(1, 20, 2).after(100).started();
    const soon = start().idle(2).playing(7, 1, 10, 1).finish();
    const paused = start().truth(10, "paused").idle(60).truth(10, "resumed").playing(7, 1, 10, 1).finish();
    for (const found of [soon, paused]) expect(found.rules).not.toContain("ST2");
    expect(soon.reached["excused.ST2.under_way"]).toBe(1);
    expect(paused.reached["excused.ST2.host_in_trouble"]).toBe(1);
  });
});
