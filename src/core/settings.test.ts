import { describe, expect, it } from "vitest";
import { defaultMapConf, defaultTuning } from "./settings.ts";

describe("the defaults", () => {
  it("are made anew at each call, so that nobody's changes are another's", () => {
    const conf = defaultMapConf();
    conf.general.enable_p2p_maps = false;
    conf.task_distribution.priorities["npc_processing"] = 0;
    conf.relays["EU"] = "relay";
    expect(defaultMapConf()).not.toEqual(conf);
    expect([defaultMapConf().general.enable_p2p_maps, defaultMapConf().relays]).toEqual([true, {}]);
    expect(defaultTuning()).not.toBe(defaultTuning());
  });

  it("weigh a score of one in all", () => {
    const { latency_weight, network_speed_weight, cpu_weight, ram_weight, stability_weight } = defaultMapConf().realtime_gaming;
    expect(latency_weight + network_speed_weight + cpu_weight + ram_weight + stability_weight).toBeCloseTo(1, 12);
  });

  it("are all of them positive and finite", () => {
    for (const [name, value] of Object.entries(defaultTuning())) {
      expect(value, name).toBeGreaterThan(0);
      expect(Number.isFinite(value), name).toBe(true);
    }
  });

  it("stand to each other as the core needs them", () => {
    const t = defaultTuning();
    const conf = defaultMapConf();
    expect(t.betterRealtime).toBeGreaterThan(1);
    expect(t.betterOtherwise).toBeGreaterThan(t.betterRealtime);
    expect(t.probeCloseTimeoutMs).toBeLessThan(t.probeTimeoutMs);
    expect(t.probeTimeoutMs).toBeLessThan(t.clearedGraceMs);
    expect(t.stormHoldMs, "a storm outlasts the window it is seen in").toBeGreaterThan(t.stormWindowMs);
    expect(t.stormShare).toBeLessThan(1);
    expect(t.voluntaryShareMax).toBeLessThan(1);
    expect(t.backoffFirstS).toBeLessThan(t.backoffMaxS);
    expect(t.storeRetryMs).toBeLessThan(t.storeRetryMaxMs);
    expect(t.freezeMaxMs).toBeLessThan(t.precopyMaxMs);
    expect(t.loadMs, "a warm instance is quicker than a cold one").toBeLessThan(t.vpsColdStartMs);
    expect(t.returnAfterS).toBeGreaterThan(t.cooldownS);
    expect(t.mapPlayersMax).toBeLessThan(t.vpsMapPlayersMax);
    expect(t.startGraceMs, "hosts have time to introduce themselves").toBeGreaterThan(2 * t.heartbeatMs * t.heartbeatsMissedMax);
    expect(t.loadMs, "a target can load within its deadline").toBeLessThan(conf.failover.migration_timeout);
  });
});
