import { describe, expect, it } from "vitest";
import type { HostStats } from "../../src/core/protocol/host-stats.ts";
import { NO_HOST } from "../../src/core/protocol/ids.ts";
import { defaultMapConf } from "../../src/core/settings.ts";
import { CRITICAL, GOOD_STATS, MadeHistory, madeOptions, VPS } from "./made-history.fixture.ts";
import { referenceReasons, referenceScore } from "./reference.ts";

const conf = defaultMapConf();
const plain = { ...conf, realtime_gaming: { ...conf.realtime_gaming, prioritize_realtime: false } };

describe("the reference", () => {
  it("HO11 gives the seed's golden scores", () => {
    expect(referenceScore(conf, GOOD_STATS, 0) / 1e6).toBeCloseTo(3.38229, 5);
    expect(referenceScore(plain, GOOD_STATS, 0) / 1e6).toBeCloseTo(4.08917, 5);
    // At every limit, losses included: the stability term is then 0.
    const least = { ...GOOD_STATS, cpu_ghz: 3, cpu_cores: 4, free_ram_mb: 8192, network_speed_mbps: 100, latency_ms: 30 };
    expect(referenceScore(conf, least, 1) / 1e6).toBeCloseTo(1.12876, 5);
    expect(referenceScore(plain, least, 1) / 1e6).toBeCloseTo(1.49032, 5);
  });

  it("HO11 treats limits of zero as the document does", () => {
    const open = { ...conf.host_requirements, net_max_latency: 0, max_disconnects_per_hour: 0 };
    expect(referenceScore({ ...plain, host_requirements: open }, GOOD_STATS, 3)).toBe(
      referenceScore(plain, { ...GOOD_STATS, latency_ms: 29 }, 0),
    );
    const latency = conf.realtime_gaming.latency_weight * Math.exp(-0.5);
    expect(referenceScore({ ...conf, host_requirements: open }, GOOD_STATS, 3) / 1e6).toBeCloseTo(3.38229 - latency, 5);
  });

  const limits: [string, Partial<HostStats>, number][] = [
    ["cpu_ghz", { cpu_ghz: 2.9 }, 0],
    ["cpu_cores", { cpu_cores: 3 }, 0],
    ["free_ram_mb", { free_ram_mb: 8191 }, 0],
    ["network_speed_mbps", { network_speed_mbps: 99.9 }, 0],
    ["latency_ms", { latency_ms: 30.1 }, 0],
    ["latency_ms", { latency_ms: Number.NaN }, 0],
    ["disconnects", {}, 2],
    ["jitter_ms", { jitter_ms: 15.5 }, 0],
    ["jitter_ms", { jitter_ms: null }, 0],
    ["packet_rate", { packet_rate: 99 }, 0],
    ["packet_rate", { packet_rate: null }, 0],
  ];
  it.each(limits)("HO4 refuses a host for its %s", (what, stats, losses) => {
    const reasons = referenceReasons(conf, { ...GOOD_STATS, ...stats }, losses);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(what);
  });

  it("HO4 asks for jitter and packet rate in realtime mode only, and never for frame time", () => {
    expect(referenceReasons(plain, { ...GOOD_STATS, jitter_ms: null, packet_rate: null, frame_time_ms: null }, 0)).toEqual([]);
    expect(referenceReasons(conf, { ...GOOD_STATS, frame_time_ms: 99 }, 1)).toEqual([]);
  });
});

describe("HO4: a grant goes to an eligible host or to a VPS", () => {
  it("HO4 names a host that the coordinator itself knew as not eligible", () => {
    expect(new MadeHistory().begun().decided(1, "lost", "failover", 10, 20, { toEligible: false }).finish().rules).toContain("HO4");
  });

  it("HO4 names a standby promoted after its measurements had worsened", () => {
    const history = new MadeHistory().begun().measured(20, { latency_ms: 80 }).after(100);
    expect(history.decided(1, "lost", "failover", 10, 20).granted(1, 20, 2).finish().rules).toContain("HO4");
  });

  it("HO4 judges a standby that steps in without a decision of its own, at the grant", () => {
    const history = new MadeHistory().begun().joined(30, { cpu_cores: 2 }).decided(1, "lost", "failover", 10, 20);
    expect(history.after(10).granted(1, 30, 2).finish().rules).toContain("HO4");
  });

  it("HO4 names a host declared eligible that is not, and one that never introduced itself", () => {
    expect(new MadeHistory().begun().measured(10, { jitter_ms: 40 }, true).finish().rules).toContain("HO4");
    expect(new MadeHistory().begun().granted(1, 99, 2).finish().rules).toContain("HO4");
  });

  it("HO4 names a blocked host and one with too many observed losses, until they are forgiven", () => {
    const blocked = new MadeHistory().begun().say({ kind: "host/blocked", host: 20, untilUs: 3600e6 });
    expect(blocked.decided(1, "lost", "failover", 10, 20).finish().rules).toContain("HO4");
    const lossy = new MadeHistory().begun().gone(20).after(1000).joined(20).gone(20, "silence").after(1000).joined(20);
    expect(lossy.decided(1, "lost", "failover", 10, 20).finish().rules).toContain("HO4");
    const told = new MadeHistory().begun().measured(20, { disconnects_per_hour: 2 });
    expect(told.decided(1, "lost", "failover", 10, 20).finish().rules).toContain("HO4");
    const polite = new MadeHistory().begun().gone(20, "leave").joined(20).gone(20, "leave").joined(20).gone(20).joined(20);
    expect(polite.decided(1, "lost", "failover", 10, 20).finish().rules).not.toContain("HO4");
    const forgiven = new MadeHistory().begun().gone(20).joined(20).gone(20).joined(20).after(3_600_000);
    expect(forgiven.decided(1, "lost", "failover", 10, 20).finish().rules).not.toContain("HO4");
  });

  it("HO4 names a critical map that leaves the VPS, and any map that does with enable_p2p_maps off", () => {
    expect(new MadeHistory().begun().decided(CRITICAL, "return", "handoff", VPS, 10).finish().rules).toContain("HO4");
    expect(new MadeHistory().begun().granted(CRITICAL, 10, 2).finish().rules).toContain("HO4");
    const options = madeOptions();
    options.conf.general.enable_p2p_maps = false;
    expect(new MadeHistory(options).started().joined(10).placed(1, 10, 1).finish().rules).toContain("HO4");
  });

  it("HO4 names a player host passed off as a VPS", () => {
    expect(
      new MadeHistory().begun().say({ kind: "map/granted", map: 1, host: 20, epoch: 2, expect: 1, vps: true }).finish().rules,
    ).toContain("HO4");
    expect(new MadeHistory().begun().decided(1, "lost", "fallback", 10, 20, { toVps: true }).finish().rules).toContain("HO4");
  });
});

describe("HO11: the score is the seed's, and ties break by id", () => {
  it("HO11 names a score that the seed's formula does not give", () => {
    const history = new MadeHistory().begun();
    const score = referenceScore(conf, GOOD_STATS, 0);
    expect(history.decided(1, "lost", "failover", 10, 20, { scoreTo: score + 2 }).finish().rules).toContain("HO11");
    expect(
      new MadeHistory()
        .begun()
        .decided(1, "lost", "failover", 10, 20, { scoreTo: score + 1 })
        .finish().rules,
    ).not.toContain("HO11");
  });

  it("HO11 says nothing about scores of another formula", () => {
    const options = madeOptions();
    options.conf.general.scoring = "normalized";
    expect(new MadeHistory(options).begun().decided(1, "lost", "failover", 10, 20, { scoreTo: 5 }).finish().evaluated["HO11"]).toBe(0);
  });

  it("HO11 names a tie broken by arrival: the higher id taken though an equal host was idle", () => {
    const history = new MadeHistory().started().joined(VPS).joined(30).joined(20).decided(1, "placement", "placement", NO_HOST, 30);
    expect(history.finish().rules).toContain("HO11");
  });

  it("HO11 takes coming up for no trouble", () => {
    const history = new MadeHistory().started().joined(VPS).joined(30).truth(20, "up").joined(20);
    expect(history.decided(1, "placement", "placement", NO_HOST, 30).finish().rules).toContain("HO11");
  });

  it("HO11 sees no tie where the lower id has less upload, holds a map, or was ever in trouble", () => {
    const start = (): MadeHistory => new MadeHistory().started().joined(VPS).joined(30);
    const small = start().joined(20, {}, 5000);
    const busy = start().joined(20).placed(2, 20, 1);
    const troubled = start().truth(20, "down-close").truth(20, "up").joined(20);
    for (const history of [small, busy, troubled])
      expect(history.decided(1, "placement", "placement", NO_HOST, 30).finish().rules).not.toContain("HO11");
  });
});
