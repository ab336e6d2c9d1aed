import { describe, expect, it } from "vitest";
import { epochOf } from "../../src/core/protocol/ids.ts";
import { MadeHistory, VPS } from "./made-history.fixture.ts";

describe("HO1: for each (map, epoch) at most one host", () => {
  it("HO1 names an epoch granted to two hosts", () => {
    expect(new MadeHistory().begun().granted(1, 20, 1, 0).finish().rules).toContain("HO1");
  });

  it("HO1 names a second host that serves, writes or is played on under the same epoch", () => {
    expect(new MadeHistory().begun().serving(1, 20, 1).finish().rules).toContain("HO1");
    expect(new MadeHistory().begun().playing(7, 1, 20, 1).finish().rules).toContain("HO1");
    expect(new MadeHistory().begun().say({ kind: "host/fenced", host: 20, map: 1, epoch: 1, rowEpoch: 1 }).finish().rules).toContain("HO1");
  });

  it("HO1 names a handoff that was granted before the source stopped", () => {
    const history = new MadeHistory().begun().decided(1, "better", "handoff", 10, 20).after(100).granted(1, 20, 2);
    expect(history.stopped(1, 10, 1, "freeze").serving(1, 20, 2).done(1, 20, 2).finish().rules).toContain("HO1");
  });

  it("HO1 names it in a fallback of a living host too, and leaves lost and distrusted sources aside", () => {
    const fallBack = (cause: "drain" | "lost" | "invalid"): readonly string[] =>
      new MadeHistory().begun().decided(1, cause, "fallback", 10, VPS).after(100).granted(1, VPS, 2).finish().rules;
    expect(fallBack("drain")).toContain("HO1");
    expect(fallBack("lost")).not.toContain("HO1");
    expect(fallBack("invalid")).not.toContain("HO1");
  });

  it("HO1 excuses a source that was lost on the way, and says so", () => {
    const history = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .after(100)
      .truth(10, "cut")
      .after(100)
      .granted(1, 20, 2);
    const found = history.serving(1, 20, 2).done(1, 20, 2).finish();
    expect(found.rules).not.toContain("HO1");
    expect(found.reached["excused.HO1.source_in_trouble"]).toBe(1);
  });

  it("HO1 still knows the holder of an epoch thirty grants later", () => {
    const history = new MadeHistory().begun();
    for (let epoch = 2; epoch <= 31; epoch += 1)
      history
        .decided(1, "lost", "failover", 10, 20)
        .granted(1, epoch % 2 === 0 ? 20 : 10, epoch)
        .after(10);
    expect(history.playing(7, 1, 20, 1).finish().rules).toContain("HO1");
  });

  it("HO1 judges no epoch that fell out of its bounded book", () => {
    const history = new MadeHistory().begun();
    for (let epoch = 2; epoch <= 60; epoch += 1)
      history
        .decided(1, "lost", "failover", 10, 20)
        .granted(1, epoch % 2 === 0 ? 20 : 10, epoch)
        .after(10);
    const found = history.playing(7, 1, 20, 1).serving(1, 20, 1).finish();
    expect(found.rules.filter((rule) => rule === "HO1" || rule === "HO3")).toEqual([]);
  });
});

describe("HO2: epochs of a map strictly increase", () => {
  it("HO2 names a grant at an epoch at or below an earlier one", () => {
    expect(new MadeHistory().begun().granted(1, 10, 5, 1).granted(1, 20, 4, 3).finish().rules).toContain("HO2");
    expect(new MadeHistory().begun().granted(1, 10, 1, 0).finish().rules).toContain("HO2");
  });

  it("HO2 names a grant across a coordinator restart too", () => {
    expect(new MadeHistory().begun().granted(1, 20, 2).after(100).started().granted(1, 10, 2, 1).finish().rules).toContain("HO2");
  });

  it("HO2 names an owner change without compare-and-set: a grant over an epoch that was already replaced", () => {
    const found = new MadeHistory().begun().granted(1, 20, 2).granted(1, 10, 3, 1).finish();
    expect(found.violations.map((violation) => violation.message).join()).toContain("no compare-and-set");
  });

  it("HO2 names a grant over an epoch that nobody was granted, unless an answer was lost", () => {
    expect(new MadeHistory().begun().granted(1, 20, 5, 4).finish().rules).toContain("HO2");
    const lost = new MadeHistory().begun().say({ kind: "claim/lost", map: 1, host: 20, epoch: 2, how: "unknown" });
    expect(lost.granted(1, 10, 3, 2).serving(1, 10, 3).finish().rules).not.toContain("HO2");
  });

  it("HO2 accepts a new timeline, which voids all older epochs", () => {
    expect(new MadeHistory().begun().granted(1, 20, epochOf(2, 1), 1).finish().rules).not.toContain("HO2");
    expect(new MadeHistory().begun().granted(1, 20, epochOf(2, 1), 1).granted(1, 10, 900, 899).finish().rules).toContain("HO2");
  });
});

describe("HO3: nothing is written or served beside the row", () => {
  it("HO3 names a grant that the store did not commit, and asks nothing where its word is unknown", () => {
    const granted = (...committed: [host: number, epoch: number][]): readonly string[] => {
      const history = new MadeHistory().begun().decided(1, "lost", "failover", 10, 20).after(100);
      for (const [host, epoch] of committed) history.committed(1, host, epoch);
      return history.granted(1, 20, 2).finish().rules;
    };
    expect(granted([10, 1])).toEqual(["HO3"]);
    expect(granted([10, 2])).toEqual(["HO3"]);
    expect(granted([10, 1], [20, 2])).not.toContain("HO3");
    expect(granted()).not.toContain("HO3");
  });

  it("HO3 names a durable write under another epoch than the row's", () => {
    const found = new MadeHistory().begun().say({ kind: "host/fenced", host: 10, map: 1, epoch: 1, rowEpoch: 2 }).finish();
    expect(found.rules).toContain("HO3");
  });

  it("HO3 names a host that serves an epoch granted to nobody, or to another", () => {
    expect(new MadeHistory().begun().serving(1, 10, 7).finish().rules).toContain("HO3");
    expect(new MadeHistory().begun().granted(1, 20, 2).serving(1, 10, 2).finish().rules).toContain("HO3");
  });

  it("HO3 lets a new coordinator adopt a commit whose answer the old one never saw", () => {
    const found = new MadeHistory().begun().started().after(100).serving(1, 20, 2).finish();
    expect(found.rules).not.toContain("HO3");
    expect(found.reached["excused.HO3.adopted"]).toBe(1);
  });
});

describe("HO3: nobody plays before the host serves", () => {
  it("HO3 names a player who is let in while the host still loads the map", () => {
    const granted = (): MadeHistory => new MadeHistory().begun().decided(1, "lost", "failover", 10, 20).after(10).granted(1, 20, 2);
    expect(granted().entered(7, 1).playing(7, 1, 20, 2).finish().violations[0]?.message).toContain("which nobody has served");
    expect(granted().serving(1, 20, 2).entered(7, 1).playing(7, 1, 20, 2).finish().rules).toEqual([]);
  });
});
