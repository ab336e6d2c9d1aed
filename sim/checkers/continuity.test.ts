import { describe, expect, it } from "vitest";
import { NO_HOST } from "../../src/core/protocol/ids.ts";
import { boundsOf } from "./bounds.ts";
import { madeFault, MadeHistory, madeOptions, VPS } from "./made-history.fixture.ts";

const BOUND_S = boundsOf(madeOptions()).unhostedUs / 1e6;
const lost = (history: MadeHistory): MadeHistory => history.after(500).truth(10, "down-silent").after(1000).gone(10, "silence");

describe("the bounds", () => {
  it("HO5 HO10 LV2 LV3: follow from the default settings as SPEC states them", () => {
    const bounds = boundsOf(madeOptions());
    expect(bounds).toEqual({
      detectUs: 2_000_000,
      unhostedUs: 11_850_000,
      moveUs: 32_350_000,
      followUs: 21_850_000,
      restartUs: 5_000_000,
      storeUs: 3_000_000,
      newsUs: 120_000_000,
    });
  });
});

describe("HO5: no map is unhosted longer than its bound", () => {
  it("HO5 names a map whose lost host is not replaced in time", () => {
    const found = lost(new MadeHistory().begun())
      .idle(BOUND_S + 1)
      .finish();
    expect(found.rules).toContain("HO5");
    expect(found.violations.find((violation) => violation.rule === "HO5")?.message).toContain("last granted to host 10");
  });

  it("HO5 accepts a replacement just in time, and one host's pause that ends", () => {
    const history = lost(new MadeHistory().begun()).idle(Math.floor(BOUND_S) - 1);
    history.granted(1, 20, 2).serving(1, 20, 2).granted(2, VPS, 2).serving(2, VPS, 2);
    expect(history.idle(30).finish().rules).not.toContain("HO5");
    const paused = new MadeHistory().begun().truth(10, "paused").idle(9).truth(10, "resumed").idle(30);
    expect(paused.finish().rules).not.toContain("HO5");
  });

  it("HO5 names a map that nobody ever got, a paused host, and a grant that nobody serves", () => {
    expect(
      new MadeHistory()
        .started()
        .joined(VPS)
        .idle(5 + BOUND_S + 1)
        .finish().rules,
    ).toContain("HO5");
    expect(
      new MadeHistory()
        .begun()
        .truth(10, "paused")
        .idle(BOUND_S + 6)
        .finish().rules,
    ).toContain("HO5");
    expect(
      new MadeHistory()
        .begun()
        .granted(1, 20, 2)
        .idle(BOUND_S + 6)
        .finish().rules,
    ).toContain("HO5");
  });

  it("HO5 names the gap even if nothing more is ever recorded", () => {
    expect(lost(new MadeHistory().begun()).after(40_000).finish().rules).toContain("HO5");
  });

  it("HO5 stops its clock under a store fault, and runs on after it", () => {
    const options = { ...madeOptions(), faults: [madeFault("s", "store-fail")] };
    const begin = (): MadeHistory => lost(new MadeHistory(options).begun().idle(5)).fault("s", "begin").idle(60).fault("s", "end");
    const excused = begin().idle(5).finish();
    expect(excused.rules).not.toContain("HO5");
    expect(excused.reached["excused.clock.store_fault"]).toBe(1);
    expect(
      begin()
        .idle(3 + BOUND_S + 1)
        .finish().rules,
    ).toContain("HO5");
  });

  it("HO5 stops its clock while the coordinator is away, and gives the new one the whole bound", () => {
    const options = { ...madeOptions(), faults: [madeFault("c", "coordinator-restart")] };
    const begin = (): MadeHistory => lost(new MadeHistory(options).begun().idle(5)).idle(8).fault("c", "begin").idle(60).started();
    expect(
      begin()
        .idle(5 + Math.floor(BOUND_S) - 1)
        .finish().rules,
    ).not.toContain("HO5");
    expect(
      begin()
        .idle(5 + BOUND_S + 1)
        .finish().rules,
    ).toContain("HO5");
  });

  it("HO5 excuses the storm guard's hold for its set length, once a storm", () => {
    const begin = (): MadeHistory => lost(new MadeHistory().begun().idle(5)).say({ kind: "storm/held", suspects: 4, hosts: 10 });
    expect(
      begin()
        .idle(5 + BOUND_S - 2)
        .finish().rules,
    ).not.toContain("HO5");
    const endless = begin();
    for (let i = 0; i < 8; i += 1) endless.idle(3).say({ kind: "storm/held", suspects: 4, hosts: 10 });
    expect(endless.finish().rules).toContain("HO5");
  });

  it("HO5 excuses a full VPS only if it is full by our own count", () => {
    const full = { ...madeOptions(), vps: { sites: [{ region: 0, slots: 2 }] } };
    const refused = (options: typeof full): MadeHistory =>
      lost(new MadeHistory(options).begun())
        .say({ kind: "map/unhosted", map: 1, reason: "vps_full" })
        .say({ kind: "map/unhosted", map: 2, reason: "vps_full" });
    const found = refused(full).idle(60).finish();
    expect(found.rules).not.toContain("HO5");
    expect(found.reached["excused.HO5.vps_full"]).toBeGreaterThan(0);
    expect(
      refused({ ...full, vps: { sites: [{ region: 0, slots: 3 }] } })
        .idle(60)
        .finish().rules,
    ).toContain("HO5");
  });

  it("HO5 excuses a missing candidate only where fallback is disabled", () => {
    const run = (fallback: boolean): readonly string[] => {
      const options = madeOptions();
      options.conf.general.enable_vps_fallback = fallback;
      const history = lost(new MadeHistory(options).begun())
        .say({ kind: "map/unhosted", map: 1, reason: "no_candidate" })
        .say({ kind: "map/unhosted", map: 2, reason: "no_candidate" });
      return history.idle(60).finish().rules;
    };
    expect(run(true)).toContain("HO5");
    expect(run(false)).not.toContain("HO5");
  });

  it("HO5 excuses a lost map that may not move or be lent out by the conf", () => {
    const run = (
      key: "enable_auto_migration" | "enable_p2p_maps",
      reason: "auto_migration_disabled" | "p2p_disabled",
    ): readonly string[] => {
      const options = madeOptions();
      options.conf.general[key] = false;
      const history = lost(new MadeHistory(options).begun())
        .say({ kind: "map/unhosted", map: 1, reason })
        .say({ kind: "map/unhosted", map: 2, reason });
      return history.idle(60).finish().rules;
    };
    expect(run("enable_auto_migration", "auto_migration_disabled")).not.toContain("HO5");
    expect(run("enable_p2p_maps", "p2p_disabled")).not.toContain("HO5");
  });
});

describe("HO8: a failed move orphans nothing", () => {
  it("HO8 names a source that froze for a move that failed and was never resumed", () => {
    const history = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .after(100)
      .stopped(1, 10, 1, "freeze")
      .after(600)
      .failed(1, "freeze_timeout");
    expect(history.idle(BOUND_S + 6).finish().rules).toContain("HO8");
  });

  it("HO8 accepts a source that serves on, and a map granted anew in time", () => {
    const resumed = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .stopped(1, 10, 1, "freeze")
      .after(600)
      .failed(1, "freeze_timeout")
      .after(20)
      .serving(1, 10, 1);
    expect(resumed.idle(30).finish().rules).not.toContain("HO8");
    const anew = new MadeHistory()
      .begun()
      .decided(1, "better", "handoff", 10, 20)
      .stopped(1, 10, 1, "freeze")
      .truth(10, "down-close")
      .after(600)
      .failed(1, "source_lost")
      .idle(5);
    const found = anew.granted(1, VPS, 2).serving(1, VPS, 2).granted(2, VPS, 2).serving(2, VPS, 2).idle(30).finish();
    expect(found.rules).toEqual([]);
    expect(found.evaluated["HO8"]).toBeGreaterThan(1);
  });

  it("HO8 is put to the test at once where the map is served when its move fails", () => {
    expect(new MadeHistory().begun().decided(1, "better", "handoff", 10, 20).failed(1, "timeout").finish().evaluated["HO8"]).toBe(1);
  });

  it("HO8 tells a failed placement from one that never came", () => {
    const history = new MadeHistory()
      .started()
      .joined(VPS)
      .joined(10)
      .after(6000)
      .decided(1, "placement", "placement", NO_HOST, 10)
      .after(1000)
      .failed(1, "target_lost");
    expect(history.idle(BOUND_S + 6).finish().rules).toEqual(expect.arrayContaining(["HO5", "HO8"]));
  });
});
