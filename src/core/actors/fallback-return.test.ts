import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { decisions, expectSettled, failures, fill, isOffered, nth, owners, type Small, smallStage, VPS } from "./small-stage.fixture.ts";

/** A map on the VPS since about now, and a host that could take it back at any time. */
function fallenBack(more: Small = {}): Stage {
  const stage = smallStage({ hosts: 1, ...more });
  stage.lose(1);
  stage.runS(3);
  expect(owners(stage)[0]).toBe(VPS);
  stage.forget();
  stage.join(nth(2));
  return stage;
}

describe("a map that fell back to the VPS", () => {
  it("HO6: goes to a player host 300 s later, at the next redistribution and not before", () => {
    const stage = fallenBack();
    const fellAt = stage.coordinator.hosting.maps[0]?.fellBackAt as number;
    expect(fellAt).toBeGreaterThan(0);
    stage.run(fellAt + 300 * US_PER_S - stage.at - 1);
    expect(decisions(stage)).toEqual([]);
    stage.runS(31);
    expect(decisions(stage)).toEqual([`return handoff ${VPS}>2`]);
    stage.runS(2);
    expectSettled(stage);
  });

  it("goes back by handoff: its players are served until the freeze, and follow", () => {
    const stage = fallenBack();
    fill(stage, 4);
    stage.runS(340);
    expect(stage.of("move/step").map((r) => r.step)).toEqual(["prepared", "copied", "frozen", "ready", "claimed", "active"]);
    expect([...stage.players.values()].map((p) => p.host)).toEqual([2, 2, 2, 2]);
    expectSettled(stage);
  });

  it("HO6: waits as long when the VPS said late that it serves, after the move had been given up", () => {
    const stage = smallStage({ hosts: 1 });
    stage.runS(300);
    stage.passage = (message) => (message.kind === "hosting/active" ? "hold" : "pass");
    stage.lose(1);
    stage.runS(5);
    expect(failures(stage)).toEqual(["timeout"]);
    stage.passage = () => "pass";
    stage.releaseMessages();
    stage.runS(1);
    expect(stage.coordinator.hosting.maps[0]?.serving).toBe(true);
    stage.join(nth(2));
    stage.forget();
    stage.runS(280);
    expect(decisions(stage)).toEqual([]);
    stage.runS(50);
    expect(decisions(stage)).toEqual([`return handoff ${VPS}>2`]);
  });

  it("stays while no player host is fit, and goes when one is", () => {
    const stage = fallenBack();
    stage.run(5_000);
    stage.measure(2, { cpu_cores: 2 });
    stage.runS(400);
    expect(decisions(stage)).toEqual([]);
    stage.measure(2, { cpu_cores: 8 });
    stage.runS(31);
    expect(decisions(stage)).toEqual([`return handoff ${VPS}>2`]);
  });

  it("waits the time that is set", () => {
    const stage = fallenBack({ tuning: { returnAfterS: 90, cooldownS: 10 } });
    stage.runS(85);
    expect(decisions(stage)).toEqual([]);
    stage.runS(40);
    expect(decisions(stage)).toEqual([`return handoff ${VPS}>2`]);
  });

  it("a return that fails is tried again after the cool-down", () => {
    const stage = fallenBack({ tuning: { returnAfterS: 60 } });
    stage.mood = (ask) => (ask.verb === "claim" && stage.of("move/failed").length === 0 ? "failed" : "ok");
    stage.runS(200);
    expect(stage.of("move/failed").map((r) => r.reason)).toEqual(["store"]);
    expect(decisions(stage)).toEqual([`return handoff ${VPS}>2`, `return handoff ${VPS}>2`]);
    const [first, second] = stage.records.filter((r) => r.record.kind === "move/decided").map((r) => r.at) as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(60 * US_PER_S);
    expectSettled(stage);
  });

  it("HO4: a critical map never goes to a player host", () => {
    const stage = smallStage({ maps: 1, critical: 2 });
    stage.runS(700);
    expect(owners(stage)).toEqual([1, VPS, VPS]);
    expect(stage.of("map/granted").filter((r) => r.map > 0)).toEqual([]);
  });

  it("in a storm nothing returns", () => {
    const stage = fallenBack({ tuning: { returnAfterS: 60, stormHoldMs: 200_000, stormHostsMin: 4 } });
    stage.run(10_000);
    for (const i of [3, 4, 5]) stage.join(nth(i));
    stage.runS(1);
    for (const i of [3, 4, 5]) stage.silence(i);
    expect(stage.of("storm/held")).toHaveLength(1);
    stage.runS(150);
    expect(isOffered(stage, 2)).toBe(true);
    expect(decisions(stage)).toEqual([]);
  });
});
