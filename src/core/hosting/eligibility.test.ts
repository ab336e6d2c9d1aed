import { describe, expect, it } from "vitest";
import type { HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf } from "../settings.ts";
import { ineligibilities, ineligibilityMask, isEligible, REASON_BIT, REASONS, reasonsOf } from "./eligibility.ts";

/** A host exactly at every limit of the seed's conf. */
const AT_LIMITS: HostStats = {
  cpu_ghz: 3,
  cpu_cores: 4,
  free_ram_mb: 8192,
  network_speed_mbps: 100,
  latency_ms: 30,
  disconnects_per_hour: 1,
  jitter_ms: 15,
  packet_rate: 100,
  frame_time_ms: 16,
};

describe("eligibility (HO4: the seed's conditions)", () => {
  it("accepts a host exactly at every limit", () => {
    expect(ineligibilities(AT_LIMITS, defaultMapConf(), true)).toEqual([]);
    expect(isEligible(AT_LIMITS, defaultMapConf(), true)).toBe(true);
  });

  const beyond: [keyof HostStats, number][] = [
    ["cpu_ghz", 2.99],
    ["cpu_cores", 3],
    ["free_ram_mb", 8191],
    ["network_speed_mbps", 99],
    ["latency_ms", 31],
    ["disconnects_per_hour", 2],
    ["jitter_ms", 16],
    ["packet_rate", 99],
  ];
  it.each(beyond)("refuses one step beyond the limit of %s, and for that alone", (name, value) => {
    expect(ineligibilities({ ...AT_LIMITS, [name]: value }, defaultMapConf(), true)).toEqual([name]);
  });

  it.each(beyond.map(([name]) => name))("refuses what is no measurement of %s", (name) => {
    for (const value of [NaN, -1, Infinity, -Infinity]) {
      expect(ineligibilities({ ...AT_LIMITS, [name]: value }, defaultMapConf(), true)).toEqual([name]);
    }
  });

  it("does not ask for frame time", () => {
    expect(isEligible({ ...AT_LIMITS, frame_time_ms: 500 }, defaultMapConf(), true)).toBe(true);
    expect(isEligible({ ...AT_LIMITS, frame_time_ms: null }, defaultMapConf(), true)).toBe(true);
  });

  it("asks for valid security only when the conf does", () => {
    const conf = defaultMapConf();
    expect(ineligibilities(AT_LIMITS, conf, false)).toEqual(["security"]);
    conf.general.enable_p2p_security_checks = false;
    expect(ineligibilities(AT_LIMITS, conf, false)).toEqual([]);
  });

  it("asks for jitter and packet rate only in real-time mode, and takes unmeasured for not eligible", () => {
    const conf = defaultMapConf();
    const unmeasured = { ...AT_LIMITS, jitter_ms: null, packet_rate: null };
    expect(ineligibilities(unmeasured, conf, true)).toEqual(["jitter_ms_unmeasured", "packet_rate_unmeasured"]);
    conf.realtime_gaming.prioritize_realtime = false;
    expect(ineligibilities(unmeasured, conf, true)).toEqual([]);
    expect(ineligibilities({ ...AT_LIMITS, jitter_ms: 900, packet_rate: 1 }, conf, true)).toEqual([]);
  });

  it("keeps masks and names together", () => {
    REASONS.forEach((name, bit) => expect(REASON_BIT[name]).toBe(1 << bit));
    expect(reasonsOf((1 << REASONS.length) - 1)).toEqual([...REASONS]);
    const mask = ineligibilityMask({ ...AT_LIMITS, latency_ms: 99, cpu_cores: 1 }, defaultMapConf(), true);
    expect(reasonsOf(mask)).toEqual(["cpu_cores", "latency_ms"]);
  });
});
