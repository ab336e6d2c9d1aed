/** What each BUGGIFY site does when it fires, and that a map, its players and the books come through it. */
import { describe, expect, it } from "vitest";
import { US_PER_MS } from "../../base/time.ts";
import type { Buggify, BuggifySite } from "../protocol/buggify.ts";
import { hostActor } from "../protocol/ids.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { decisions, expectSettled, failures, fill, ownerOf, type Small, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";

/** A site that fires the next `left` times it is asked. */
class Firing {
  left = 0;
  fired = 0;
  readonly ask: Buggify;

  constructor(site: BuggifySite) {
    this.ask = (asked) => {
      if (asked !== site || this.left === 0) return false;
      this.left -= 1;
      this.fired += 1;
      return true;
    };
  }
}

/** A small stage with two players on its map, on which `site` fires `times` times from now on. */
function about(site: BuggifySite, small: Small = {}, times = 1): { stage: Stage; firing: Firing } {
  const firing = new Firing(site);
  const stage = smallStage({ ...small, buggify: firing.ask });
  fill(stage, 2);
  stage.runS(1);
  stage.forget();
  firing.left = times;
  return { stage, firing };
}

/** After what was done to it the stage settles, and the site has fired as often as asked for. */
function comesThrough({ stage, firing }: { stage: Stage; firing: Firing }, seconds = 8): void {
  stage.runS(seconds);
  expect([firing.left, firing.fired > 0]).toEqual([0, true]);
  expectSettled(stage);
}

const claims = (stage: Stage): number => stage.of("claim/lost").length;

describe("BUGGIFY in the coordinator", () => {
  it.each<[BuggifySite, string[]]>([
    ["claim-answer-lost", ["unknown"]],
    ["claim-asked-twice", ["unknown"]],
  ])("HO2: %s: the grant stands, once", (site, lost) => {
    const it = about(site);
    it.stage.leave(1);
    comesThrough(it);
    expect(it.stage.of("claim/lost").map((r) => r.how)).toEqual(lost);
    expect(it.stage.row(0)).toEqual({ map: 0, owner: 2, epoch: 2 });
    expect(it.stage.of("map/granted").map((r) => r.epoch)).toEqual([2]);
  });

  it("HO2: row-read-early: the claim is asked again and refused by its own grant", () => {
    const it = about("row-read-early");
    const moods: ("lost" | "ok")[] = ["lost"];
    it.stage.mood = (ask) => (ask.verb === "claim" ? (moods.shift() ?? "ok") : "ok");
    it.stage.leave(1);
    comesThrough(it);
    expect(claims(it.stage)).toBe(1);
    expect(it.stage.of("map/granted").map((r) => r.epoch)).toEqual([2]);
  });

  it("store-retry-at-once: a claim that failed is asked again without a wait", () => {
    const waits = [0, 1].map((times) => {
      const it = about("store-retry-at-once", {}, times);
      const asked: number[] = [];
      it.stage.mood = (ask) => {
        if (ask.verb !== "claim") return "ok";
        asked.push(it.stage.at);
        return asked.length === 1 ? "failed" : "ok";
      };
      it.stage.lose(1);
      it.stage.runS(5);
      return ((asked[1] as number) - (asked[0] as number)) / US_PER_MS;
    });
    // Two halves of a request, and then 100 ms, or a microsecond.
    expect(waits).toEqual([102, 2.001]);
  });

  it("HO8: move-step-short: a target that takes 200 ms to make room is given up, and the next is asked", () => {
    const it = about("move-step-short");
    it.stage.travelUs = (message, to) => (message.kind === "hosting/prepare" && to === hostActor(2) ? 200 * US_PER_MS : 1000);
    it.stage.leave(1);
    comesThrough(it);
    expect(failures(it.stage)).toEqual(["timeout"]);
    expect(decisions(it.stage)).toEqual(["drain handoff 1>2", "drain handoff 1>3"]);
  });

  it("warm-as-cold: the whole state is sent to a standby that holds it", () => {
    const it = about("warm-as-cold");
    it.stage.leave(1);
    comesThrough(it);
    expect(it.stage.said("hosting/precopy").map((s) => s.message.bytes)).toEqual([500_000 + 2 * 8_000]);
  });

  it("HO8: freeze-timeout-at-once: the source serves on, and the next host is asked", () => {
    const it = about("freeze-timeout-at-once");
    it.stage.leave(1);
    comesThrough(it);
    expect(failures(it.stage)).toEqual(["freeze_timeout"]);
    expect(decisions(it.stage)).toEqual(["drain handoff 1>2", "drain handoff 1>3"]);
  });

  it("HO5: promote-timeout-short: the next candidate is asked in the same step, and a late answer of the first does no harm", () => {
    const it = about("promote-timeout-short");
    it.stage.travelUs = (message) => (message.kind === "hosting/active" ? 200 * US_PER_MS : 1000);
    it.stage.lose(1);
    comesThrough(it);
    expect(failures(it.stage)).toEqual(["timeout"]);
    expect(decisions(it.stage)).toEqual(["lost failover 1>2", "lost failover 2>3"]);
  });

  it("HO5: urgent-look-late: the map waits for the next round, a second at most", () => {
    const it = about("urgent-look-late");
    it.stage.passage = (message, to) => (message.kind === "hosting/promote" && to === hostActor(2) ? "drop" : "pass");
    it.stage.lose(1);
    comesThrough(it);
    const failedAt = it.stage.records.find((r) => r.record.kind === "move/failed")?.at as number;
    const nextAt = it.stage.records.filter((r) => r.record.kind === "move/decided")[1]?.at as number;
    expect(nextAt - failedAt).toBeGreaterThan(0);
    expect(nextAt - failedAt).toBeLessThanOrEqual(1000 * US_PER_MS);
  });

  it("suspect-unprobed: nobody is asked for a second opinion", () => {
    const it = about("suspect-unprobed");
    it.stage.lose(1, "silence");
    comesThrough(it);
    expect(it.stage.said("hosting/probe")).toEqual([]);
    expect(ownerOf(it.stage)).toBe(2);
  });

  it("probe-answer-lost: the suspect is judged when its time is over", () => {
    const it = about("probe-answer-lost");
    it.stage.lose(1, "silence");
    comesThrough(it);
    expect(it.stage.said("hosting/probed")).toHaveLength(1);
    expect(ownerOf(it.stage)).toBe(2);
  });

  it("storm-early and storm-short: one suspicion holds every verdict, for a tenth of the time", () => {
    const holds = (site: BuggifySite): number => {
      const it = about(site, site === "storm-early" ? {} : { tuning: { stormHostsMin: 1, stormShare: 0.1 } });
      it.stage.lose(1);
      comesThrough(it, 12);
      const [held, released] = ["storm/held", "storm/released"].map(
        (kind) => it.stage.records.find((r) => r.record.kind === kind)?.at ?? 0,
      );
      return ((released as number) - (held as number)) / US_PER_MS;
    };
    expect([holds("storm-early"), holds("storm-short")]).toEqual([5000, 500]);
  });

  it("standbys-none and standbys-one-short: fewer stand by until the next health check", () => {
    for (const [site, left] of [
      ["standbys-none", []],
      ["standbys-one-short", [3]],
    ] as const) {
      const it = about(site);
      // The first standby leaves: it is replaced at the next check.
      it.stage.leave(2);
      expect(it.stage.runUntil(() => it.firing.left === 0, 40_000_000)).toBe(true);
      expect(standbysOf(it.stage)).toEqual(left);
    }
  });

  it("health-check-late: the check comes five seconds later, and only once", () => {
    const it = about("health-check-late", {}, 2);
    const times: number[] = [];
    const before = it.stage.coordinatorTimer(0) as number;
    it.stage.run(before - it.stage.at);
    for (let i = 0; i < 4; i++) {
      times.push(
        (it.stage.coordinatorTimer(16) ?? -1) / US_PER_MS - before / US_PER_MS,
        (it.stage.coordinatorTimer(0) ?? -1) / US_PER_MS - before / US_PER_MS,
      );
      it.stage.runS(5);
    }
    expect(times.filter((ms) => ms > 0)).toEqual([5000, 20_000, 20_000, 20_000]);
  });

  it("enter-refused: a player is told that the host is full, and another time is let in", () => {
    const it = about("enter-refused");
    it.stage.go(7, 0);
    it.stage.runS(1);
    expect(it.stage.of("player/refused").map((r) => r.reason)).toEqual(["host_full"]);
    it.stage.go(7, 0);
    comesThrough(it, 2);
    expect(it.stage.of("player/playing").map((r) => r.player)).toEqual([7]);
  });

  it("introduce-again and start-grace-short: a restart finds its hosts, early and twice", () => {
    const again = about("introduce-again");
    again.stage.restart();
    comesThrough(again);
    expect(again.stage.said("host/hello")).toHaveLength(again.stage.hosts.size + 1);
    const short = about("start-grace-short");
    const at = short.stage.at;
    short.stage.restart();
    expect(short.stage.runUntil(() => short.stage.coordinator.hosting.started)).toBe(true);
    expect((short.stage.at - at) / US_PER_MS).toBeLessThan(600);
    comesThrough(short);
  });

  it("HO5: reawaken-untold: a host that forgot its map is asked again", () => {
    const it = about("reawaken-untold", { hosts: 1, general: { enable_vps_fallback: false } });
    it.stage.runS(20);
    it.stage.reboot(1);
    comesThrough(it);
    expect(ownerOf(it.stage)).toBe(1);
  });
});

describe("BUGGIFY in hosts", () => {
  it("HO8: prepare-busy: the next host is asked, and the busy one not for a while", () => {
    const it = about("prepare-busy");
    it.stage.leave(1);
    comesThrough(it);
    expect(failures(it.stage)).toEqual(["host_busy"]);
    expect(ownerOf(it.stage)).toBe(3);
  });

  it("precopy-again: one round more than little change asks for", () => {
    const it = about("precopy-again");
    it.stage.leave(1);
    comesThrough(it);
    expect(it.stage.said("state/copy").map((s) => s.message.round)).toEqual([1, 2]);
  });

  it("load-slow: the map is served half a second later than usual", () => {
    const servedMs = (it: { stage: Stage }): number => {
      const from = it.stage.at;
      it.stage.lose(1);
      expect(it.stage.runUntil(() => it.stage.servers(0).some(({ host }) => host === 2))).toBe(true);
      return (it.stage.at - from) / US_PER_MS;
    };
    const slow = about("load-slow");
    expect(servedMs(slow) - servedMs(about("load-slow", {}, 0))).toBe(450);
    comesThrough(slow);
  });

  it("probe-unsent: the prober says no, and the host is given up; what it served it gives back", () => {
    const it = about("probe-unsent");
    it.stage.silence(1);
    comesThrough(it);
    expect(it.stage.said("probe/ping")).toEqual([]);
    expect(it.stage.said("hosting/probed").map((s) => s.message.alive)).toEqual([false]);
    expect(ownerOf(it.stage)).toBe(2);
  });

  it("checkpoint-early and checkpoint-skipped: a served map is written down at once, or not this time", () => {
    const early = about("checkpoint-early");
    const written: number[] = [];
    early.stage.mood = (ask) => {
      if (ask.verb === "checkpoint") written.push(early.stage.at);
      return "ok";
    };
    early.stage.lose(1);
    comesThrough(early);
    expect(written).toHaveLength(1);
    const skipped = about("checkpoint-skipped");
    skipped.stage.runS(65);
    expect([skipped.firing.left, skipped.stage.servers(0)]).toEqual([0, [{ host: 1, epoch: 1 }]]);
  });

  it("join-turned-away: the player asks where to play and is let in", () => {
    const it = about("join-turned-away");
    it.stage.go(7, 0);
    comesThrough(it, 2);
    expect(it.stage.said("play/turned-away").map((s) => s.message.reason)).toEqual(["not_owner"]);
    expect(it.stage.of("player/playing").map((r) => r.player)).toEqual([7]);
  });
});

describe("BUGGIFY in players", () => {
  it.each<BuggifySite>(["redirect-missed", "join-twice", "ask-early"])("LV2: %s: the player follows all the same", (site) => {
    const it = about(site);
    it.stage.lose(1);
    comesThrough(it);
    expect([...it.stage.players.values()].map((p) => p.host)).toEqual([2, 2]);
    const joins = it.stage.said("play/join").map((s) => s.from);
    expect(new Set(joins).size).toBe(2);
    if (site === "join-twice") expect(joins).toHaveLength(3);
    if (site === "redirect-missed") expect(it.stage.said("play/resume")).toHaveLength(1);
  });
});

describe("BUGGIFY at intervals", () => {
  it("HO6: redistribution-elsewhere and moves-limit-one: maps of a better host still come to it, one at a time", () => {
    for (const site of ["redistribution-elsewhere", "moves-limit-one"] as const) {
      const it = about(site, { maps: 3, hosts: 1, tuning: { cooldownS: 1, voluntaryShareMax: 1 } }, 3);
      it.stage.join({
        ...it.stage.coordinator.hosting.table.profileOf(it.stage.coordinator.hosting.table.slotOf(1)),
        host: 8,
        regional_latency_ms: [1],
      });
      it.stage.measure(8, { cpu_cores: 64, network_speed_mbps: 3000, latency_ms: 1 });
      it.stage.runS(200);
      expect([site, it.firing.fired > 0]).toEqual([site, true]);
      expect([site, [0, 1, 2].map((map) => ownerOf(it.stage, map))]).toEqual([site, [8, 8, 8]]);
      expect(ownerOf(it.stage)).not.toBe(VPS);
    }
  });
});
