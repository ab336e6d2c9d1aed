import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/base/histogram.ts";
import type { RegionOutcome } from "../outcome.ts";
import { someOutcome } from "./document.fixture.ts";
import { summariseRegions } from "./region-summary.ts";

function trips(...ms: readonly number[]): unknown {
  const histogram = new Histogram();
  for (const each of ms) histogram.add(each * 1000);
  return histogram.toJSON();
}

function region(changes: Partial<RegionOutcome> = {}): RegionOutcome {
  return {
    region: "EU",
    player_hours: 100,
    players_max: 40,
    hosts_online: 10,
    hosts_eligible: 4,
    joins: 10,
    joins_on_player_hosts: 6,
    quits_by_quality: 1,
    refused: 3,
    vps_slots: 8,
    vps_slots_used: 2.5,
    vps_slots_used_max: 5,
    rtt: trips(10),
    rtt_vps: trips(20),
    ...changes,
  };
}

function summary(...runs: readonly (readonly RegionOutcome[])[]) {
  return summariseRegions(runs.map((regions, i) => someOutcome(i + 1, { regions })));
}

describe("regions over all runs", () => {
  it("are means of what a run comes to, the most of what was most, and shares over everybody", () => {
    const other = region({
      player_hours: 300,
      players_max: 30,
      hosts_online: 20,
      hosts_eligible: 5,
      joins: 30,
      joins_on_player_hosts: 30,
      quits_by_quality: 3,
      refused: 4,
      vps_slots_used: 3,
      vps_slots_used_max: 6,
      rtt: trips(20, 30),
      rtt_vps: trips(40),
    });
    expect(summary([region()], [other])).toEqual([
      {
        region: "EU",
        player_hours: 200,
        players_max: 40,
        hosts_online: 15,
        hosts_eligible: 4.5,
        share_joins_p2p: 0.9,
        rtt_ms: { mean: 20, p50: expect.closeTo(20, 0), p95: 30 },
        rtt_vps_ms: { mean: 30, p50: 20, p95: 40 },
        quits_by_quality_per_1000_player_hours: 10,
        players_refused: 3.5,
        vps_slots: 8,
        vps_slots_used: 2.75,
        vps_slots_used_max: 6,
      },
    ]);
  });

  it("stand in the order of the runs' regions", () => {
    const both = [region(), region({ region: "NA", joins: 0 })];
    expect(summary(both, both).map((r) => r.region)).toEqual(["EU", "NA"]);
  });

  it("know no share and no round trip without joins, and no rate without players", () => {
    const empty = region({ joins: 0, joins_on_player_hosts: 0, rtt: trips(), rtt_vps: trips(), player_hours: 0 });
    expect(summary([empty])[0]).toMatchObject({
      share_joins_p2p: null,
      rtt_ms: null,
      rtt_vps_ms: null,
      quits_by_quality_per_1000_player_hours: null,
    });
  });

  it("leave out runs that crashed, and are none where all did", () => {
    expect(summary([region()], [])).toEqual(summary([region()]));
    expect(summary([], [])).toEqual([]);
  });
});
