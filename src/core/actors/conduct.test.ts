/** What the coordinator remembers of hosts, for how long, and what it makes of it. */
import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { hostActor } from "../protocol/ids.ts";
import type { MapConf } from "../settings.ts";
import { decisions, expectSettled, isOffered, nth, ownerOf, refusals, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";
import { Stage } from "./coordinator.fixture.ts";
import { machine, settingsWith, site } from "./machines.fixture.ts";

const HOUR_S = 3600;

/** How long the host rests from now, seconds. */
function restS(stage: Stage, host: number): number {
  const { table } = stage.coordinator.hosting;
  return Math.round(((table.backoffUntil[table.slotOf(host)] as number) - stage.at) / US_PER_S);
}

describe("losses are forgiven", () => {
  it("after two of the longest back-offs without another, and not before", () => {
    const conf = (of: MapConf): void => void (of.host_requirements.max_disconnects_per_hour = 100);
    const general = { enable_auto_migration: false, enable_vps_fallback: false };
    const stage = smallStage({ hosts: 1, general, conf, tuning: { backoffFirstS: 30, backoffMaxS: 600 } });
    const restAfter = (quietS: number): number => {
      stage.runS(quietS);
      expect(ownerOf(stage)).toBe(1);
      const lost = stage.of("host/gone").length;
      stage.lose(1);
      expect(stage.runUntil(() => stage.of("host/gone").length > lost)).toBe(true);
      const rest = restS(stage, 1);
      stage.back(1);
      return rest;
    };
    expect([restAfter(5), restAfter(1190), restAfter(1190), restAfter(1210)]).toEqual([30, 60, 120, 30]);
  });
});

describe("a host at the edge of a limit", () => {
  it("rests after it had to give its maps up, which is said once, and is offered again after that", () => {
    const stage = smallStage({ tuning: { backoffFirstS: 100 } });
    for (let i = 0; i < 3; i++) stage.measure(1, { latency_ms: 31 });
    stage.runS(40);
    expect(decisions(stage)).toEqual(["degraded handoff 1>2"]);
    expect(stage.of("alert").filter((r) => r.host === 1)).toHaveLength(1);
    stage.measure(1, { latency_ms: 12 });
    stage.runS(20);
    expect(isOffered(stage, 1)).toBe(false);
    stage.runS(80);
    expect(isOffered(stage, 1)).toBe(true);
  });
});

describe("hosts that stay away", () => {
  it("are forgotten after a while with all that was known of them, and are strangers when they come again", () => {
    const stage = smallStage({ tuning: { forgetAfterS: HOUR_S } });
    const { hosting } = stage.coordinator;
    stage.lose(3);
    stage.runS(HOUR_S - 60);
    expect(hosting.table.slotOf(3)).toBeGreaterThanOrEqual(0);
    stage.runS(120);
    expect(hosting.table.slotOf(3)).toBe(-1);
    expect(stage.of("host/forgotten").map((r) => r.host)).toEqual([3]);
    stage.join(nth(3));
    stage.runS(1);
    expect(isOffered(stage, 3)).toBe(true);
    stage.runS(20);
    expectSettled(stage);
  });

  it("are kept while a map waits for them, and so is a VPS site", () => {
    const stage = smallStage({
      hosts: 1,
      general: { enable_auto_migration: false, enable_vps_fallback: false },
      tuning: { forgetAfterS: HOUR_S },
    });
    stage.lose(1);
    stage.lose(VPS);
    stage.runS(3 * HOUR_S);
    expect(stage.of("host/forgotten")).toEqual([]);
    stage.back(VPS);
    stage.back(1);
    stage.runS(60);
    expect(ownerOf(stage)).toBe(1);
    expectSettled(stage);
  });

  it("and come back in time are not forgotten later", () => {
    const stage = smallStage({ tuning: { forgetAfterS: HOUR_S } });
    stage.lose(3);
    stage.runS(HOUR_S / 2);
    stage.back(3);
    stage.runS(2 * HOUR_S);
    expect(stage.of("host/forgotten")).toEqual([]);
  });
});

describe("the number of hosts", () => {
  it("has a limit, beyond which strangers are refused by name and known hosts are not", () => {
    const stage = smallStage({ hosts: 2, tuning: { hostsMax: 3 } });
    stage.join(nth(3));
    stage.reboot(2);
    stage.runS(5);
    expect(refusals(stage)).toEqual(["hosts_limit"]);
    expect(stage.coordinator.hosting.table.slotOf(3)).toBe(-1);
    expect(isOffered(stage, 2)).toBe(true);
  });
});

describe("a claim that stands", () => {
  it("HO1: is ours although its second asking is refused: the first was committed after its row had been read", () => {
    const stage = smallStage();
    stage.mood = (ask) => (ask.verb === "claim" ? "hold" : "ok");
    stage.lose(1);
    stage.runUntil(() => stage.heldRequests.length === 1);
    stage.releaseRequests("missed");
    stage.runUntil(() => stage.heldRequests.length === 1);
    const { ask } = stage.heldRequests[0] ?? {};
    if (ask?.verb !== "claim") throw new Error("the claim is asked again");
    stage.rows.set(ask.map, { map: ask.map, owner: ask.host, epoch: ask.epoch });
    stage.mood = () => "ok";
    stage.releaseRequests();
    stage.runS(10);
    expect(stage.of("move/failed")).toEqual([]);
    expect(stage.of("map/granted").map((r) => [r.host, r.epoch])).toEqual([[ask.host, ask.epoch]]);
    expectSettled(stage);
  });
});

describe("a host given up for silence", () => {
  it("is asked at once who it is: if it lives it is back within moments", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "probe/pong" ? "drop" : "pass");
    stage.silence(3);
    expect(stage.runUntil(() => stage.of("host/gone").length === 1)).toBe(true);
    stage.run(200_000);
    expect(stage.said("host/introduce").map((s) => s.to)).toEqual([hostActor(3)]);
    expect(isOffered(stage, 3)).toBe(true);
  });
});

describe("the prober of a suspect", () => {
  it("is the standby nearest to it, and waits as long as the path takes", () => {
    const stage = new Stage(settingsWith({ regions: ["EU", "NA", "ASIA"] }));
    const far = { regional_latency_ms: [400, 350, 300] };
    stage.join(site(VPS, 5));
    stage.join(machine(1, { network_speed_mbps: 400 }, { region: 0, regional_latency_ms: [12, 250, 120] }));
    stage.join(machine(2, {}, { region: 1, ...far }));
    stage.join(machine(3, { cpu_cores: 6 }, { region: 2, ...far }));
    stage.runS(10);
    expect([ownerOf(stage), [...standbysOf(stage)].sort()]).toEqual([1, [2, 3]]);
    stage.silence(1);
    expect(stage.said("hosting/probe").map((s) => [s.to, s.message.withinMs])).toEqual([[hostActor(3), 300]]);
    stage.runS(60);
    stage.lose(3);
    stage.runS(10);
    stage.forget();
    stage.silence(1);
    expect(stage.said("hosting/probe").map((s) => [s.to, s.message.withinMs])).toEqual([[hostActor(2), 375]]);
  });
});

describe("redistribution under its limit", () => {
  it("goes on where it was cut off: a map whose moves fail does not keep the others from theirs", () => {
    const stage = smallStage({ hosts: 1, maps: 3, tuning: { cooldownS: 0, backoffFirstS: 1, backoffMaxS: 1 } });
    stage.passage = (message) => (message.kind === "hosting/prepare" && message.map === 0 ? "drop" : "pass");
    stage.join(nth(2, { cpu_cores: 64 }));
    stage.runS(300);
    expect(stage.of("move/failed").some((r) => r.map === 0)).toBe(true);
    expect([ownerOf(stage, 0), ownerOf(stage, 1), ownerOf(stage, 2)]).toEqual([1, 2, 2]);
  });
});

describe("a coordinator that starts anew", () => {
  it("waits the whole return_after again before maps leave the VPS, since nobody remembers when they came", () => {
    const stage = smallStage({ hosts: 1 });
    stage.lose(1);
    stage.runS(200);
    expect(ownerOf(stage)).toBe(VPS);
    stage.back(1);
    stage.restart();
    stage.runS(280);
    expect(ownerOf(stage)).toBe(VPS);
    stage.runS(120);
    expect(ownerOf(stage)).toBe(1);
  });
});
