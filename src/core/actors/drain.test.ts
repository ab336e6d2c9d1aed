import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor } from "../protocol/ids.ts";
import { decisions, expectSettled, fill, isOffered, nth, owners, refusals, smallStage, VPS } from "./small-stage.fixture.ts";

describe("HO8: a host leaves politely", () => {
  it("each of its maps is handed over while it serves, and only then is it told goodbye", () => {
    const stage = smallStage({ maps: 3 });
    fill(stage, 3);
    stage.leave(1);
    stage.runS(2);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "drain handoff 1>2", "drain handoff 1>2"]);
    const last = stage.said("hosting/active").at(-1);
    const goodbye = stage.said("host/goodbye");
    expect(goodbye.map((s) => s.to)).toEqual([hostActor(1)]);
    expect(goodbye[0]?.at).toBeGreaterThan(last?.at ?? Number.POSITIVE_INFINITY);
    expectSettled(stage);
  });

  it("a host that holds nothing may go at once", () => {
    const stage = smallStage();
    stage.leave(3);
    stage.run(5_000);
    expect(stage.said("host/goodbye").map((s) => s.to)).toEqual([hostActor(3)]);
  });

  it("a leaving host is offered no map from then on, not even one already on its way", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "hosting/prepared" ? "hold" : "pass");
    stage.leave(1);
    stage.runUntil(() => stage.heldMessages.length > 0);
    expect(decisions(stage)).toEqual(["drain handoff 1>2"]);
    stage.passage = () => "pass";
    stage.leave(2);
    stage.run(3_000);
    stage.releaseMessages();
    stage.runS(2);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "drain handoff 1>3"]);
    expect(isOffered(stage, 2)).toBe(false);
    expectSettled(stage);
  });

  it("a host whose last map was granted away is told goodbye also where its target never serves it", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "hosting/promote" ? "drop" : "pass");
    stage.leave(1);
    stage.runUntil(() => stage.of("move/failed").length > 0);
    expect(stage.of("move/failed").map((r) => r.reason)).toEqual(["timeout"]);
    expect(stage.said("host/goodbye").map((s) => s.to)).toEqual([hostActor(1)]);
  });

  it("a leaving host goes on serving while nobody can take the map, and hands it over when somebody can", () => {
    const stage = smallStage({ hosts: 1, slots: [0] });
    stage.leave(1);
    stage.runS(20);
    expect(refusals(stage)).toEqual(["vps_full"]);
    expect(stage.said("host/goodbye")).toEqual([]);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    stage.join(nth(2));
    stage.runS(20);
    expect(owners(stage)).toEqual([2]);
    expect(stage.said("host/goodbye").map((s) => s.to)).toContain(hostActor(1));
    expectSettled(stage);
  });

  it("once it has gone, its closed connection is a leave: no alert, no back-off, no probe", () => {
    const stage = smallStage();
    stage.leave(1);
    stage.runS(1);
    stage.lose(1);
    stage.run(5_000);
    expect(stage.of("host/gone").map((r) => r.how)).toEqual(["leave"]);
    expect(stage.of("alert")).toEqual([]);
    expect(stage.said("hosting/probe")).toEqual([]);
    const { table } = stage.coordinator.hosting;
    expect(table.backoffUntil[table.slotOf(1)]).toBe(0);
  });

  it("a host that leaves without waiting loses its maps to the standby at once", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "state/copied" ? "drop" : "pass");
    stage.leave(1);
    stage.run(10_000);
    stage.lose(1);
    stage.runS(1);
    expect(decisions(stage)).toEqual(["drain handoff 1>2", "lost failover 1>2"]);
    expectSettled(stage);
  });

  it("a host that stays after all introduces itself again and is offered maps again", () => {
    const stage = smallStage();
    stage.leave(3);
    stage.runS(1);
    stage.join(nth(3));
    stage.runS(1);
    expect(isOffered(stage, 3)).toBe(true);
  });

  it("with auto migration off its maps go to the VPS", () => {
    const stage = smallStage({ general: { enable_auto_migration: false } });
    stage.leave(1);
    stage.runS(1);
    expect(decisions(stage)).toEqual([`drain fallback 1>${VPS}`]);
  });

  it("with auto migration and the fallback off it keeps them, and the reason is named", () => {
    const stage = smallStage({ general: { enable_auto_migration: false, enable_vps_fallback: false } });
    stage.leave(1);
    stage.runS(1);
    expect([decisions(stage), refusals(stage)]).toEqual([[], ["auto_migration_disabled"]]);
    expect(stage.servers(0)).toHaveLength(1);
  });

  it("a VPS site can be emptied too: critical maps go to another site", () => {
    const stage = smallStage({ maps: 1, critical: 2, slots: [5, 5] });
    stage.say(hostActor(VPS), { kind: "host/leaving", host: VPS });
    stage.runS(2);
    expect(owners(stage)).toEqual([1, VPS + 1, VPS + 1]);
    expect(stage.said("host/goodbye").map((s) => [s.from, s.to])).toEqual([[COORDINATOR, hostActor(VPS)]]);
  });
});
