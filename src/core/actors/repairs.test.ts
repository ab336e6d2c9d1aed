/** Histories that the commands found: each once broke the rule it names. */
import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { hostActor } from "../protocol/ids.ts";
import { site } from "./machines.fixture.ts";
import { decisions, expectSettled, nth, ownerOf, owners, smallStage, VPS } from "./small-stage.fixture.ts";

describe("a coordinator under another conf", () => {
  it("HO4: takes maps to the VPS that must stay there by now, though their hosts are well", () => {
    const stage = smallStage({ hosts: 2, maps: 2 });
    expect(owners(stage)).toEqual([1, 1]);
    stage.restart(0, { ...stage.settings, eligible: [true, false] });
    stage.forget();
    stage.runS(5);
    expect(owners(stage)).toEqual([1, VPS]);
    expect(decisions(stage)).toEqual([`policy fallback 1>${VPS}`]);
    expectSettled(stage);
  });

  it("HO4: takes all maps to the VPS where P2P is off, no more at once than may be on the move", () => {
    const stage = smallStage({ hosts: 2, maps: 3 });
    const { general } = stage.settings.conf;
    stage.restart(0, { ...stage.settings, conf: { ...stage.settings.conf, general: { ...general, enable_p2p_maps: false } } });
    let most = 0;
    stage.afterStep = () => (most = Math.max(most, stage.coordinator.hosting.moves.size));
    stage.runS(60);
    expect([owners(stage), most]).toEqual([[VPS, VPS, VPS], 1]);
  });
});

describe("an owner that measures too badly to host", () => {
  it("HO6: is compared by its score, though it held nothing when it said so to this coordinator", () => {
    const stage = smallStage({ hosts: 2, general: { persistent_hosts: false } });
    expect(ownerOf(stage)).toBe(1);
    stage.measure(1, { latency_ms: 45 });
    stage.restart();
    stage.forget();
    stage.runS(40);
    // Host 2 is no tenth better: only three bad measurements, or its going, would take the map from host 1.
    expect(decisions(stage)).toEqual([]);
    const { table } = stage.coordinator.hosting;
    expect(table.micro[table.slotOf(1)]).toBeGreaterThan(1_000_000);
  });
});

describe("a site that is on its way out", () => {
  it("HO4: is given no maps", () => {
    const stage = smallStage({ hosts: 1, slots: [5, 5] });
    stage.leave(VPS);
    stage.lose(1);
    stage.runS(5);
    expect(ownerOf(stage)).toBe(VPS + 1);
    const alone = smallStage({ hosts: 1 });
    alone.leave(VPS);
    alone.lose(1);
    alone.runS(5);
    expect(ownerOf(alone)).toBe(1);
    alone.join(site(VPS + 1, 3));
    alone.runS(3);
    expect(ownerOf(alone)).toBe(VPS + 1);
  });
});

describe("a host that comes and goes before the rows are known", () => {
  it("HO5: is not taken to serve what it said it held", () => {
    const stage = smallStage({ hosts: 1, general: { persistent_hosts: false } });
    let restores = 0;
    stage.mood = (ask) => (ask.verb === "restore" && restores++ === 0 ? "hold" : "ok");
    stage.restart();
    stage.runS(0.5);
    stage.lose(1);
    stage.runS(1);
    stage.releaseRequests();
    stage.runS(10);
    expect(ownerOf(stage)).toBe(VPS);
    expectSettled(stage);
  });
});

describe("a map that came to the VPS and was not served there at once", () => {
  it("HO6: waits its whole time for the way back", () => {
    const stage = smallStage({ hosts: 1, tuning: { returnAfterS: 100 } });
    stage.runS(200);
    // The site restarts right after the grant: it learns of its map when it introduces itself.
    stage.passage = (message, to) => (message.kind === "hosting/promote" && to === hostActor(VPS) ? "drop" : "pass");
    stage.lose(1);
    expect(stage.runUntil(() => ownerOf(stage) === VPS)).toBe(true);
    const fellAt = stage.at;
    stage.run(2_000);
    stage.reboot(VPS);
    stage.passage = () => "pass";
    stage.join(nth(2));
    stage.runS(5);
    expectSettled(stage);
    expect(stage.runUntil(() => decisions(stage).includes(`return handoff ${VPS}>2`), 300 * US_PER_S)).toBe(true);
    expect(stage.at - fellAt).toBeGreaterThanOrEqual(100 * US_PER_S);
  });
});

describe("a polite leave while the store takes nothing", () => {
  it("HO8: is tried again and again, not at once: each attempt freezes the map", () => {
    const stage = smallStage({ hosts: 2 });
    stage.mood = (ask) => (ask.verb === "claim" ? "failed" : "ok");
    stage.leave(1);
    stage.runS(6);
    expect(decisions(stage)).toEqual(Array(8).fill("drain handoff 1>2"));
    expect(stage.servers(0)).toEqual([{ host: 1, epoch: 1 }]);
    stage.mood = () => "ok";
    stage.runS(1);
    expect(decisions(stage)).toEqual(Array(9).fill("drain handoff 1>2"));
    expect(ownerOf(stage)).toBe(2);
    expectSettled(stage);
  });
});

describe("a late refusal", () => {
  it("HO8: of an earlier attempt does not end a move whose claim is under way", () => {
    const stage = smallStage({ hosts: 2 });
    stage.mood = (ask) => (ask.verb === "claim" ? "hold" : "ok");
    stage.lose(1);
    stage.runS(2);
    stage.say(hostActor(2), { kind: "hosting/refused", host: 2, map: 0, epoch: 2, reason: "host_busy" });
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.runS(1);
    expect(decisions(stage)).toEqual(["lost failover 1>2"]);
    expect(ownerOf(stage)).toBe(2);
    expectSettled(stage);
  });
});

describe("a store that failed over", () => {
  it("HO5: leaves no map waiting for an owner of the timeline before, though nothing but an owner of its own may serve it", () => {
    const stage = smallStage({ hosts: 2, general: { enable_auto_migration: false, enable_vps_fallback: false } });
    stage.epochFloor = 1_099_511_627_776;
    stage.restart();
    stage.runS(5);
    expect(stage.row(0)).toEqual({ map: 0, owner: 1, epoch: 1_099_511_627_777 });
    expectSettled(stage);
  });
});
