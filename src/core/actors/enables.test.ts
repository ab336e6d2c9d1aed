import { describe, expect, it } from "vitest";
import { decisions, expectSettled, ownerOf, refusals, type Small, smallStage, VPS } from "./small-stage.fixture.ts";
import type { Stage } from "./coordinator.fixture.ts";

type Loss = "close" | "silence";
const LOSSES: readonly Loss[] = ["close", "silence"];

function enables(p2p: boolean, auto: boolean, fallback: boolean, more: Small = {}): Small {
  const general = { enable_p2p_maps: p2p, enable_auto_migration: auto, enable_vps_fallback: fallback };
  return { ...more, general: { ...general, ...more.general } };
}

/** The host is lost, the loss has been noticed, and whatever follows has had its time. */
function lose(stage: Stage, host: number, how: Loss): void {
  stage.forget();
  stage.lose(host, how);
  stage.runS(6);
}

describe("HO5: a lost player host, with another player host at hand", () => {
  for (const how of LOSSES) {
    it(`p2p, auto migration, fallback (${how}): the best standby takes the map, and keeps it when the host is back`, () => {
      const stage = smallStage(enables(true, true, true));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual(["lost failover 1>2"]);
      stage.back(1);
      stage.runS(60);
      expect(ownerOf(stage)).toBe(2);
      expectSettled(stage);
    });

    it(`p2p, auto migration, no fallback (${how}): the best standby takes the map, and keeps it when the host is back`, () => {
      const stage = smallStage(enables(true, true, false));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual(["lost failover 1>2"]);
      stage.back(1);
      stage.runS(60);
      expect(ownerOf(stage)).toBe(2);
      expectSettled(stage);
    });

    it(`p2p, no auto migration, fallback (${how}): the VPS takes the map, and keeps it for good`, () => {
      const stage = smallStage(enables(true, false, true));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual([`lost fallback 1>${VPS}`]);
      stage.back(1);
      stage.runS(1000);
      expect(ownerOf(stage)).toBe(VPS);
      expectSettled(stage);
    });

    it(`p2p, neither (${how}): the map waits, by name of the reason, and its own host serves on under the same epoch when it is back`, () => {
      const stage = smallStage(enables(true, false, false));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual([]);
      expect(refusals(stage)).toEqual(["auto_migration_disabled"]);
      expect(stage.of("map/unhosted").map((r) => r.reason)).toEqual(["auto_migration_disabled"]);
      expect(stage.servers(0)).toEqual([]);
      stage.back(1);
      stage.runS(2);
      expect(stage.row(0)).toEqual({ map: 0, owner: 1, epoch: 1 });
      expectSettled(stage);
    });
  }

  it("p2p, neither: a host that restarted and remembers nothing is told to serve its map again", () => {
    const stage = smallStage(enables(true, false, false));
    lose(stage, 1, "close");
    stage.reboot(1);
    stage.runS(3);
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    expectSettled(stage);
  });
});

describe("HO5: a lost player host, and no other player host", () => {
  for (const how of LOSSES) {
    it(`p2p, auto migration, fallback (${how}): the VPS takes the map and gives it back 300 s later`, () => {
      const stage = smallStage(enables(true, true, true, { hosts: 1 }));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual([`lost fallback 1>${VPS}`]);
      stage.back(1);
      stage.runS(400);
      expect(decisions(stage)).toEqual([`lost fallback 1>${VPS}`, `return handoff ${VPS}>1`]);
      expectSettled(stage);
    });

    it(`p2p, auto migration, no fallback (${how}): the map waits until a host is there, its own or another`, () => {
      const stage = smallStage(enables(true, true, false, { hosts: 1 }));
      lose(stage, 1, how);
      expect(decisions(stage)).toEqual([]);
      expect(refusals(stage)).toEqual(["no_candidate"]);
      stage.back(1);
      stage.runS(2);
      expect(stage.row(0)).toEqual({ map: 0, owner: 1, epoch: 1 });
      expectSettled(stage);
    });
  }
});

describe("HO5: an owner that is here but never heard that it owns", () => {
  it("is told again when there is nobody else, and serves under the epoch it was granted", () => {
    const stage = smallStage(enables(true, true, false, { hosts: 2 }));
    stage.passage = (message) => (message.kind === "hosting/promote" && stage.of("move/failed").length === 0 ? "drop" : "pass");
    lose(stage, 1, "close");
    expect(stage.servers(0)).toEqual([{ host: 2, epoch: 2 }]);
    expect(stage.of("map/granted").map((r) => r.epoch)).toEqual([2]);
    expectSettled(stage);
  });

  it("HO10: is left alone if it failed validation meanwhile", () => {
    const stage = smallStage(enables(true, true, false, { hosts: 2 }));
    stage.passage = (message) => (message.kind === "hosting/promote" ? "drop" : "pass");
    lose(stage, 1, "close");
    for (let i = 0; i < 3; i++) stage.verdict(2, false);
    stage.runS(6);
    stage.passage = () => "pass";
    stage.runS(20);
    expect(stage.servers(0)).toEqual([]);
  });
});

describe("HO4: P2P off keeps every map on the VPS, whatever else is on", () => {
  for (const [auto, fallback] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    for (const how of LOSSES) {
      it(`auto ${auto}, fallback ${fallback} (${how}): a lost site's map goes to another site, or waits for the site`, () => {
        const stage = smallStage(enables(false, auto, fallback, { slots: [5, 5] }));
        expect(ownerOf(stage)).toBe(VPS);
        lose(stage, VPS, how);
        expect(decisions(stage)).toEqual([`lost fallback ${VPS}>${VPS + 1}`]);
        lose(stage, VPS + 1, how);
        expect(decisions(stage)).toEqual([]);
        expect(refusals(stage)).toEqual(["vps_full"]);
        stage.back(VPS + 1);
        stage.runS(400);
        expect(ownerOf(stage)).toBe(VPS + 1);
        expectSettled(stage);
      });
    }
  }
});
