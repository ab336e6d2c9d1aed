import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf, defaultTuning, type HostingSettings } from "../settings.ts";
import { ineligibilities, ineligibilityMask, reasonsOf } from "./eligibility.ts";
import { assessAll } from "./host-assess.ts";
import { indexFor, indexHost, offerHost } from "./host-index.ts";
import { HostTable, LATENCY_UNKNOWN_US } from "./host-table.ts";
import { normalizedScore, seedScore, toMicro } from "./score.ts";

const GOOD: HostStats = {
  cpu_ghz: 3.8,
  cpu_cores: 8,
  free_ram_mb: 16384,
  network_speed_mbps: 500,
  latency_ms: 15,
  disconnects_per_hour: 0,
  jitter_ms: 5,
  packet_rate: 1200,
  frame_time_ms: 12,
};

function settings(scoring: "seed" | "normalized" = "seed"): HostingSettings {
  const conf = defaultMapConf();
  conf.general.scoring = scoring;
  return { conf, tuning: defaultTuning(), maps: [], eligible: [], regions: ["eu", "na"] };
}

function profile(host: number, part: Partial<HostProfile> = {}): HostProfile {
  return {
    host,
    kind: "player",
    region: 0,
    upload_kbps: 20_050,
    uptime_s: 3600,
    slots: 0,
    stats: GOOD,
    regional_latency_ms: [15, 120],
    ...part,
  };
}

function online(table: HostTable, p: HostProfile, at = 0): number {
  const slot = table.add(p, at);
  table.online[slot] = 1;
  return slot;
}

describe("host table", () => {
  it("gives each host a dense slot, and a freed one to the next", () => {
    const table = new HostTable(settings());
    const slots = [70, 50, 60].map((id) => table.add(profile(id), 0));
    expect(slots).toEqual([0, 1, 2]);
    expect([table.slotOf(50), table.hostOf(1), table.slotOf(99)]).toEqual([1, 50, -1]);
    table.remove(1);
    expect([table.slotOf(50), table.size]).toEqual([-1, 2]);
    expect(table.add(profile(80), 0)).toBe(1);
    expect(() => table.add(profile(80), 0)).toThrow("added once");
  });

  it("keeps every column when it grows", () => {
    const table = new HostTable(settings("normalized"));
    for (let host = 0; host < 300; host++) {
      const slot = online(
        table,
        profile(host, { upload_kbps: 100 * host, stats: { ...GOOD, latency_ms: host % 40, cpu_ghz: 2 + (host % 5) } }),
      );
      table.hold(slot, 1, host);
    }
    for (let host = 0; host < 300; host++) {
      const stats = { ...GOOD, latency_ms: host % 40, cpu_ghz: 2 + (host % 5) };
      table.score(host, 0);
      expect([table.players[host], table.playersMax[host], table.maps[host], table.online[host]]).toEqual([host, host, 1, 1]);
      expect(reasonsOf(table.reasons[host] as number)).toEqual(ineligibilities(stats, table.settings.conf, true));
      expect(table.micro[host * 3 + 2]).toBe(toMicro(normalizedScore(stats, table.settings.conf, host % 40, 3600)));
    }
  });

  it("takes a host's limits from conf and upload, a VPS site's from its slots", () => {
    const table = new HostTable(settings());
    const host = table.add(profile(1), 0);
    const vps = table.add(profile(2, { kind: "vps", slots: 40 }), 0);
    expect([table.mapsMax[host], table.playersMax[host]]).toEqual([3, 200]);
    expect([table.mapsMax[vps], table.playersMax[vps]]).toEqual([40, 40 * settings().tuning.vpsMapPlayersMax]);
  });

  it("HO7: offers what is left after load and reservations", () => {
    const table = new HostTable(settings());
    const slot = online(table, profile(1));
    expect(table.headroom(slot, 0)).toBe(200);
    table.hold(slot, 1, 50);
    table.reserve(slot, 1, 30);
    expect(table.headroom(slot, 0)).toBe(120);
    table.hold(slot, 1, 0);
    expect(table.headroom(slot, 0)).toBe(-1);
    table.reserve(slot, -1, -30);
    table.hold(slot, 0, 151);
    expect([table.playersLeft(slot), table.headroom(slot, 0)]).toEqual([-1, -1]);
    expect(() => table.hold(slot, -3, 0)).toThrow("below zero");
    expect(() => table.reserve(slot, 0, -1)).toThrow("below zero");
  });

  it("HO4: offers only hosts that are online, eligible and in good standing", () => {
    const table = new HostTable(settings());
    const slot = online(table, profile(1));
    for (const column of [table.leaving, table.degraded]) {
      column[slot] = 1;
      expect(table.headroom(slot, 0)).toBe(-1);
      column[slot] = 0;
    }
    for (const column of [table.blockedUntil, table.backoffUntil]) {
      column[slot] = 10;
      expect([table.headroom(slot, 9), table.headroom(slot, 10)]).toEqual([-1, 200]);
      column[slot] = 0;
    }
    table.setSecurityValid(slot, false);
    expect([table.headroom(slot, 0), ...reasonsOf(table.reasons[slot] as number)]).toEqual([-1, "security"]);
    table.measure(slot, { ...GOOD, latency_ms: 99 }, [], 0);
    table.setSecurityValid(slot, true);
    expect(reasonsOf(table.reasons[slot] as number)).toEqual(["latency_ms"]);
    table.measure(slot, GOOD, [], 0);
    expect(table.headroom(slot, 0)).toBe(200);
    table.online[slot] = 0;
    expect(table.headroom(slot, 0)).toBe(-1);
  });

  it("never offers a VPS site by score, and asks it for no eligibility", () => {
    const table = new HostTable(settings());
    const slot = online(table, profile(1, { kind: "vps", slots: 4, stats: { ...GOOD, jitter_ms: null } }));
    expect([table.isFit(slot, 0), table.headroom(slot, 0)]).toEqual([true, -1]);
  });

  it("scores by region under normalized: known RTT, own latency where unknown, own latency for maps without players", () => {
    const table = new HostTable(settings("normalized"));
    const { conf } = table.settings;
    const slot = table.add(profile(1, { regional_latency_ms: [NaN, 120.4] }), 3_600_000_000);
    expect([...table.latencyUs.subarray(0, 3)]).toEqual([15_000, 120_400, 15_000]);
    expect([...table.micro.subarray(0, 3)]).toEqual([15, 120.4, 15].map((rtt) => toMicro(normalizedScore(GOOD, conf, rtt, 3600))));
    table.score(slot, 90_000_000_000);
    expect(table.micro[0]).toBe(toMicro(normalizedScore(GOOD, conf, 15, 90_000)));
  });

  it("has one column under seed, and a worst latency for what is no measurement", () => {
    const table = new HostTable(settings());
    // A host that is not eligible and holds nothing is scored when somebody asks.
    table.score(table.add(profile(1, { stats: { ...GOOD, latency_ms: NaN } }), 0), 0);
    table.add(profile(2), 0);
    expect(table.columns).toBe(1);
    expect([...table.latencyUs.subarray(0, 2)]).toEqual([LATENCY_UNKNOWN_US, 15_000]);
    expect(table.micro[1]).toBe(toMicro(seedScore(GOOD, table.settings.conf)));
  });

  it("keeps load and standing when a host introduces itself again, and the latest profile", () => {
    const table = new HostTable(settings());
    const slot = online(table, profile(1));
    table.hold(slot, 1, 5);
    const later = { ...GOOD, latency_ms: 3 };
    table.measure(slot, later, [3, 4], 0);
    expect(table.profileOf(slot)).toEqual(profile(1, { stats: later, regional_latency_ms: [3, 4] }));
    table.renew(slot, profile(1, { upload_kbps: 1000 }), 0);
    expect([table.players[slot], table.playersMax[slot], table.online[slot]]).toEqual([5, 10, 1]);
  });

  it("does not forget a host that still holds or reserves something", () => {
    const table = new HostTable(settings());
    const slot = table.add(profile(1), 0);
    table.hold(slot, 1, 0);
    expect(() => table.remove(slot)).toThrow("holds nothing");
    table.hold(slot, -1, 0);
    table.reserve(slot, 1, 0);
    expect(() => table.remove(slot)).toThrow("reserved");
  });
});

describe("an index told by a table", () => {
  it("follows a host through measurement, load, standing and its slot's next owner", () => {
    const table = new HostTable(settings("normalized"));
    const index = indexFor(table);
    const tell = (slot: number) => indexHost(index, table, slot, 0);
    const near = online(table, profile(1, { regional_latency_ms: [5, 120] }));
    const far = online(table, profile(2, { regional_latency_ms: [90, 6] }));
    tell(near);
    tell(far);
    expect([index.best(0, 1), index.best(1, 1), index.best(0, 201)]).toEqual([near, far, -1]);
    table.measure(near, GOOD, [200, 200], 0);
    tell(near);
    expect(index.best(0, 1)).toBe(far);
    table.hold(far, 3, 0);
    offerHost(index, table, far, 0);
    expect(index.best(0, 1)).toBe(near);
    table.measure(near, { ...GOOD, latency_ms: 31 }, [1, 1], 0);
    tell(near);
    expect(index.best(0, 1)).toBe(-1);
    table.remove(near);
    offerHost(index, table, near, 0);
    const next = online(table, profile(3));
    tell(next);
    expect([next, index.best(0, 1), index.hostOf(next)]).toEqual([near, near, 3]);
  });

  it("hands a slot over even if nobody told the index that its host was removed", () => {
    const table = new HostTable(settings());
    const index = indexFor(table);
    indexHost(index, table, online(table, profile(1)), 0);
    table.remove(0);
    indexHost(index, table, online(table, profile(3)), 0);
    expect([index.best(0, 1), index.hostOf(0)]).toEqual([0, 3]);
  });
});

describe("assessing all hosts at once", () => {
  it("reaches every slot of a large fleet", () => {
    const table = new HostTable(settings());
    const hosts = 5000;
    for (let host = 0; host < hosts; host++) table.add(profile(host, { stats: { ...GOOD, latency_ms: host % 60 } }), 0);
    const points = new Float64Array(hosts);
    const masks = new Uint16Array(hosts);
    const eligible = assessAll(table, points, masks);
    expect(eligible).toBe(masks.filter((mask) => mask === 0).length);
    for (let host = 0; host < hosts; host++) {
      expect([points[host], masks[host] === 0]).toEqual([
        seedScore({ ...GOOD, latency_ms: host % 60 }, table.settings.conf),
        host % 60 <= 30,
      ]);
    }
  });

  const good = fc.record({
    cpu_ghz: fc.double({ min: 2, max: 5, noNaN: true }),
    cpu_cores: fc.integer({ min: 2, max: 8 }),
    free_ram_mb: fc.integer({ min: 4096, max: 32_768 }),
    network_speed_mbps: fc.integer({ min: 50, max: 1000 }),
    latency_ms: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double({ min: 0, max: 5000, noNaN: true })),
    disconnects_per_hour: fc.integer({ min: 0, max: 3 }),
    jitter_ms: fc.option(fc.integer({ min: 0, max: 20 })),
    packet_rate: fc.option(fc.integer({ min: 50, max: 2000 })),
    frame_time_ms: fc.constant(null),
  });
  const broken = fc.tuple(
    good,
    fc.constantFrom("cpu_ghz", "latency_ms", "free_ram_mb", "jitter_ms", "packet_rate", "disconnects_per_hour"),
    fc.constantFrom(NaN, -1, Infinity),
  );
  const anyStats = fc.oneof(
    { weight: 5, arbitrary: good },
    { weight: 1, arbitrary: broken.map(([s, name, bad]): HostStats => ({ ...s, [name]: bad })) },
  );

  it("gives the bits of the single score and the reasons of the single check", () => {
    const fleets = fc.array(fc.tuple(anyStats, fc.boolean()), { maxLength: 90 });
    fc.assert(
      fc.property(
        fleets,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(0, 30),
        fc.constantFrom(0, 1),
        (fleet, realtime, checks, maxMs, maxDrops) => {
          const all = settings();
          all.conf.realtime_gaming.prioritize_realtime = realtime;
          all.conf.general.enable_p2p_security_checks = checks;
          all.conf.host_requirements.net_max_latency = maxMs;
          all.conf.host_requirements.max_disconnects_per_hour = maxDrops;
          const table = new HostTable(all);
          fleet.forEach(([stats, valid], host) => table.setSecurityValid(table.add(profile(host, { stats }), 0), valid));
          const points = new Float64Array(fleet.length);
          const masks = new Uint16Array(fleet.length);
          const eligible = assessAll(table, points, masks);
          const expected = fleet.map(([stats, valid]) => ineligibilityMask(stats, all.conf, valid));
          expect([...masks]).toEqual(expected);
          expect([...table.reasons.subarray(0, fleet.length)]).toEqual(expected);
          expect(eligible).toBe(expected.filter((mask) => mask === 0).length);
          fleet.forEach(([stats], slot) => {
            const values = [stats.cpu_ghz, stats.free_ram_mb, stats.latency_ms, stats.disconnects_per_hour];
            if (values.every((v) => v >= 0 && v < Infinity)) expect(points[slot]).toBe(seedScore(stats, all.conf));
          });
        },
      ),
      { numRuns: 150 },
    );
  });
});
