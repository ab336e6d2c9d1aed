import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { decisions, expectSettled, refusals, type Small, smallStage } from "./small-stage.fixture.ts";

/** Ten player hosts and one site; map i is hosted by host i + 1. Whoever is suspected cannot be probed: nobody answers for him. */
function tenHosts(more: Small = {}): Stage {
  const stage = smallStage({ hosts: 10, maps: 6, conf: (conf) => (conf.task_distribution.max_tasks_per_node = 1), ...more });
  stage.passage = (message) => (message.kind === "probe/pong" ? "drop" : "pass");
  return stage;
}

function loseAll(stage: Stage, ...hosts: number[]): void {
  for (const host of hosts) stage.lose(host, "silence");
}

describe("restraint: when too many hosts turn suspect at once, the fault is more likely ours", () => {
  it("more than 30 % within 2 s: every verdict is held for 5 s and named, then who is still away is given up, lowest id first", () => {
    const stage = tenHosts();
    loseAll(stage, 4, 3, 2, 1);
    stage.runS(1.5);
    expect(stage.of("storm/held")).toEqual([{ kind: "storm/held", suspects: 4, hosts: 11 }]);
    expect(refusals(stage)).toEqual(["storm_hold"]);
    expect(decisions(stage)).toEqual([]);
    stage.runS(4);
    expect(decisions(stage)).toEqual([]);
    stage.runS(2);
    expect(stage.of("storm/released").map((r) => r.suspects)).toEqual([4]);
    expect(stage.of("host/gone").map((r) => r.host)).toEqual([1, 2, 3, 4]);
    expectSettled(stage);
  });

  it("30 % is no storm yet", () => {
    const stage = tenHosts({ hosts: 9 });
    expect(stage.coordinator.hosting.online).toBe(10);
    loseAll(stage, 1, 2, 3);
    stage.runS(2);
    expect(stage.of("storm/held")).toEqual([]);
    expect(stage.of("host/gone").map((r) => r.host)).toEqual([1, 2, 3]);
  });

  it("the same losses spread over more than the window are no storm", () => {
    const stage = tenHosts();
    for (const host of [1, 2, 3, 4]) {
      loseAll(stage, host);
      stage.runS(1.2);
    }
    stage.runS(2);
    expect(stage.of("storm/held")).toEqual([]);
    expect(stage.of("host/gone")).toHaveLength(4);
  });

  it("who comes back in time keeps its maps", () => {
    const stage = tenHosts();
    loseAll(stage, 1, 2, 3, 4);
    stage.runS(2);
    expect(stage.of("storm/held")).toHaveLength(1);
    for (const host of [1, 2, 3, 4]) stage.back(host);
    stage.runS(10);
    expect(decisions(stage)).toEqual([]);
    expect(stage.of("host/cleared")).toHaveLength(4);
    expect(stage.of("storm/released").map((r) => r.suspects)).toEqual([0]);
    expectSettled(stage);
  });

  it("few hosts are never judged a storm", () => {
    const stage = smallStage({ hosts: 6 });
    stage.passage = (message) => (message.kind === "probe/pong" ? "drop" : "pass");
    loseAll(stage, 1, 2, 3);
    stage.runS(2);
    expect(stage.of("storm/held")).toEqual([]);
    expect(stage.of("host/gone")).toHaveLength(3);
  });

  it("one storm is held once, and the next one again", () => {
    const stage = tenHosts();
    loseAll(stage, 1, 2, 3, 4, 5);
    stage.runS(8);
    expect(stage.of("storm/held")).toHaveLength(1);
    for (const host of [1, 2, 3, 4, 5]) stage.back(host);
    stage.runS(20);
    loseAll(stage, 1, 2, 3, 4, 5);
    stage.runS(3);
    expect(stage.of("storm/held")).toHaveLength(2);
    const [first, second] = stage.records.filter((r) => r.record.kind === "storm/held").map((r) => r.at) as [number, number];
    expect(second - first).toBeGreaterThan(5 * US_PER_S);
  });
});
