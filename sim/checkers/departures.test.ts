import { describe, expect, it } from "vitest";
import { MadeHistory, VPS } from "./made-history.fixture.ts";

describe("HO8: leaving one map keeps the host's others", () => {
  it("HO8 names a host that stops a second map when one is moved away", () => {
    const history = new MadeHistory().begun().handedOff(1, "better", 10, 20, 2).after(10).stopped(2, 10, 1, "release").after(10);
    const found = history.serving(2, 10, 1).finish();
    expect(found.rules).toEqual(["HO8"]);
    expect(found.violations[0]?.message).toContain("host 10 stopped map 2");
  });

  it("HO8 accepts stops for a newer grant, for a move away, and late for one that has just ended", () => {
    const stale = new MadeHistory().begun().granted(1, 20, 2).after(50).stopped(1, 10, 1, "stale").serving(1, 20, 2);
    const late = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .after(400)
      .failed(1, "timeout")
      .after(100)
      .stopped(1, 10, 1, "freeze")
      .serving(1, 10, 1);
    for (const history of [stale, late]) expect(history.finish().rules).toEqual([]);
  });

  it("HO8 names a stop long after the move that would have explained it", () => {
    const history = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .after(400)
      .failed(1, "timeout")
      .after(6000)
      .stopped(1, 10, 1, "freeze");
    expect(history.finish().rules).toContain("HO8");
  });

  it("HO8 excuses hosts in trouble and claims whose answer is unknown, and says so", () => {
    const trouble = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .truth(10, "paused")
      .after(400)
      .failed(1, "timeout")
      .after(60_000)
      .truth(10, "resumed")
      .stopped(1, 10, 1, "freeze");
    expect(trouble.finish().reached["excused.HO8.host_in_trouble"]).toBe(1);
    const unknown = new MadeHistory()
      .begun()
      .say({ kind: "claim/lost", map: 1, host: 20, epoch: 2, how: "unknown" })
      .stopped(1, 10, 1, "stale");
    expect(unknown.finish().reached["excused.HO8.unsure_claim"]).toBe(1);
  });
});

describe("HO8: A to B to A to B works", () => {
  it("HO8 accepts a map that goes to and fro, and counts it", () => {
    const history = new MadeHistory().begun();
    for (let epoch = 2; epoch <= 7; epoch += 1)
      history.idle(61).handedOff(1, "degraded", epoch % 2 === 0 ? 10 : 20, epoch % 2 === 0 ? 20 : 10, epoch);
    const found = history.finish();
    expect(found.rules).toEqual([]);
    expect(found.reached["movement.cameBack"]).toBe(5);
  });

  it("HO8 names a move back that is refused because the host held the map before", () => {
    const history = new MadeHistory().begun().handedOff(1, "degraded", 10, 20, 2).after(100);
    expect(history.decided(1, "degraded", "handoff", 20, 10).after(50).failed(1, "stale_epoch").finish().rules).toContain("HO8");
    const first = new MadeHistory().begun().decided(3, "return", "handoff", VPS, 10).after(50).failed(3, "stale_epoch");
    expect(first.finish().rules).not.toContain("HO8");
  });
});

describe("HO8: a move whose claim is before the store ends by the store's word", () => {
  const step = (history: MadeHistory, name: "ready"): MadeHistory => history.say({ kind: "move/step", move: 5, map: 1, step: name });
  const asked = (): MadeHistory =>
    step(new MadeHistory().begun().decided(1, "drain", "handoff", 10, 20).after(100).stopped(1, 10, 1, "freeze"), "ready");
  const lost = (history: MadeHistory, how: "failed" | "unknown" | "refused"): MadeHistory =>
    history.after(5).say({ kind: "claim/lost", map: 1, host: 20, epoch: 2, how });

  it("HO8 names a move that is given up before the answer, and accepts it after", () => {
    expect(asked().after(5).failed(1, "superseded").finish().violations[0]?.message).toContain("before the store had answered");
    expect(lost(asked(), "refused").failed(1, "superseded").serving(1, 10, 1).finish().rules).toEqual([]);
    expect(new MadeHistory().begun().decided(1, "drain", "handoff", 10, 20).failed(1, "timeout").finish().rules).toEqual([]);
  });

  it("HO8 names a source that is kept frozen while the store is asked again", () => {
    expect(lost(asked(), "failed").after(300).serving(1, 10, 1).finish().violations[0]?.message).toContain("was not let serve on");
    expect(lost(asked(), "failed").failed(1, "store").after(5).serving(1, 10, 1).finish().rules).toEqual([]);
    expect(lost(asked(), "unknown").after(300).granted(1, 20, 2).serving(1, 20, 2).done(1, 20, 2).finish().rules).toEqual([]);
    expect(lost(asked().truth(10, "cut"), "failed").after(300).granted(1, 20, 2).serving(1, 20, 2).done(1, 20, 2).finish().rules).toEqual(
      [],
    );
  });
});
