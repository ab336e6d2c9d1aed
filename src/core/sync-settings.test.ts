import { describe, expect, it } from "vitest";
import { SYNC_TYPES } from "./protocol/operations.ts";
import { assertSyncLimits, brokenRelations, defaultSyncSettings, syncTuningOf } from "./sync-settings.ts";

describe("the defaults of data sync", () => {
  it("are the seed's, whose only secret is a password that everybody knows", () => {
    const { limits, links, vectorMaps, debug } = defaultSyncSettings();
    expect(limits).toEqual({
      criticalTimeoutMs: 500,
      timeoutMs: 10_000,
      syncIntervalMs: 1000,
      cacheExpiryS: 3600,
      criticalCacheExpiryS: 60,
      queueMax: 10_000,
      workers: 4,
      criticalTypes: ["MAP_STATE", "MONSTER_DATA", "PLAYER_POSITION"],
    });
    expect(links.mainServerEndpoint).toBe("https://sync-proxy.example.com/p2p-sync");
    expect(links.redis).toEqual({ host: "localhost", port: 6379, database: 0, password: null });
    expect(links.postgres?.reveal()).toBe("postgresql://postgres:postgres@localhost:5432/rathena_p2p");
    expect(links.embedding).toEqual({ service: "openai", openaiKey: null, azureKey: null, azureEndpoint: null });
    expect([links.encryptionKey, vectorMaps, debug]).toEqual([null, [], false]);
  });

  it("SY4, SY5: a conf's limits are those that the queue goes by", () => {
    const { limits } = defaultSyncSettings();
    const tuning = syncTuningOf({ ...limits, queueMax: 55, workers: 3, syncIntervalMs: 70, criticalTimeoutMs: 90, cacheExpiryS: 12 }, 20);
    expect(tuning).toMatchObject({ pendingMax: 55, pendingCriticalMin: 5, bulkBatchesMax: 3, tickMs: 70, criticalTimeoutMs: 90 });
    expect(tuning).toMatchObject({ resultsKeptS: 12, replicaMs: 20 });
  });

  it("SY4, SY5, SY7: stand to each other as the queue and the cache need them, and name critical types by their number", () => {
    const { limits } = defaultSyncSettings();
    expect(brokenRelations(limits)).toEqual([]);
    expect(() => assertSyncLimits(limits)).not.toThrow();
    expect(limits.criticalTypes).toEqual(SYNC_TYPES.filter((type) => limits.criticalTypes.includes(type)));
    expect(defaultSyncSettings()).not.toBe(defaultSyncSettings());
  });
});

describe("limits that forbid each other", () => {
  const { limits } = defaultSyncSettings();

  it.each([
    [{ workers: 10_001 }, { field: "workers", bound: "queueMax", most: 10_000 }],
    [{ criticalTimeoutMs: 10_001 }, { field: "criticalTimeoutMs", bound: "timeoutMs", most: 10_000 }],
    [{ cacheExpiryS: 59 }, { field: "criticalCacheExpiryS", bound: "cacheExpiryS", most: 59 }],
  ] as const)("are named: %j", (change, broken) => {
    expect(brokenRelations({ ...limits, ...change })).toEqual([broken]);
    expect(() => assertSyncLimits({ ...limits, ...change })).toThrow(`${broken.field} is at most ${broken.bound}`);
  });

  it.each([
    [{ queueMax: 0 }, "queueMax is a whole number above 0"],
    [{ syncIntervalMs: 0.5 }, "syncIntervalMs is a whole number above 0"],
    [{ cacheExpiryS: Number.NaN }, "cacheExpiryS is a whole number above 0"],
    [{ criticalTypes: ["MAP_STATE", "MAP_STATE"] as const }, "each critical type is named once"],
  ])("and so are those that are none: %j", (change, message) => {
    expect(() => assertSyncLimits({ ...limits, ...change })).toThrow(message);
  });
});
