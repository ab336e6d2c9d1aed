import { describe, expect, it } from "vitest";
import { Histogram, type HistogramData } from "../../../src/base/histogram.ts";
import { US_PER_HOUR, US_PER_S } from "../../../src/base/time.ts";
import type { Options } from "../../options.ts";
import type { RegionOutcome, RunOutcome } from "../../outcome.ts";
import type { HostTruth } from "../../world/observer.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { decided, done, failed, joined } from "../story/records.fixture.ts";
import { Regions } from "./regions.ts";

const EU = 0;
const NA = 1;
const SITE = 1;
const S = US_PER_S;

const OPTIONS = {
  regions: [
    { name: "EU", players: 0.5, hosts: 0.5 },
    { name: "NA", players: 0.5, hosts: 0.5 },
  ],
  maps: { names: ["field", "cave"], eligible: [true, true], popularity: [1, 1] },
  vps: {
    sites: [
      { region: EU, slots: 5 },
      { region: NA, slots: 3 },
      { region: EU, slots: 2 },
    ],
  },
};

/** What a history of a hundred seconds comes to, region by region. */
function told(tell: (regions: Regions) => void): readonly [eu: RegionOutcome, na: RegionOutcome] {
  const regions = new Regions(OPTIONS);
  tell(regions);
  regions.finish(100 * S);
  return regions.outcome() as [RegionOutcome, RegionOutcome];
}

function enter(regions: Regions, at: number, player: number, region: number): void {
  regions.record(0, at, { kind: "player/entered", player, region, map: 0 });
}

describe("players of a region", () => {
  it("count from their first entering to the end of their session, once however often they change maps", () => {
    const [eu, na] = told((regions) => {
      regions.online(0, 7, 1);
      enter(regions, 0, 7, EU);
      enter(regions, 20 * S, 7, EU);
      enter(regions, 30 * S, 8, EU);
      regions.online(40 * S, 7, -1);
    });
    expect([eu.player_hours, eu.players_max]).toEqual([(110 * S) / US_PER_HOUR, 2]);
    expect([na.player_hours, na.players_max]).toEqual([0, 0]);
  });

  it("whose number is used again count where the new one lives", () => {
    const [eu, na] = told((regions) => {
      enter(regions, 0, 7, EU);
      regions.online(40 * S, 7, -1);
      enter(regions, 50 * S, 7, NA);
    });
    expect([eu.player_hours, na.player_hours]).toEqual([(40 * S) / US_PER_HOUR, (50 * S) / US_PER_HOUR]);
  });

  it("join, are refused and quit where they live", () => {
    const [eu, na] = told((regions) => {
      enter(regions, 0, 7, EU);
      enter(regions, 0, 8, NA);
      regions.joined(1, 7, 9, false, 20_000, 31_000);
      regions.joined(2, 7, SITE, true, 30_000, 30_000);
      regions.joined(3, 8, 9, false, 90_000, 12_000);
      regions.record(0, 4, { kind: "player/refused", player: 8, map: 0, reason: "map_full" });
      regions.record(0, 5, { kind: "player/left", player: 7, map: 0, why: "quality" });
      regions.record(0, 6, { kind: "player/left", player: 8, map: 0, why: "session" });
    });
    expect(eu).toMatchObject({ joins: 2, joins_on_player_hosts: 1, refused: 0, quits_by_quality: 1 });
    expect(na).toMatchObject({ joins: 1, joins_on_player_hosts: 1, refused: 1, quits_by_quality: 0 });
    const [rtt, vps] = [eu.rtt, eu.rtt_vps].map((data) => Histogram.fromJSON(data as HistogramData));
    expect([rtt?.mean, vps?.mean]).toEqual([25_000, 30_500]);
  });
});

describe("machines of a region", () => {
  it("are online from their introduction while they are up, paused or cut off or not; VPS sites are none", () => {
    const [eu, na] = told((regions) => {
      for (const host of [SITE, 4, 5]) regions.host(0, host, "up");
      regions.record(0, 0, joined(SITE, EU, "vps"));
      regions.record(0, 10 * S, joined(4, EU));
      regions.record(0, 10 * S, joined(5, NA));
      const truths: readonly [number, HostTruth][] = [
        [30, "paused"],
        [35, "resumed"],
        [40, "down-silent"],
        [60, "up"],
      ];
      for (const [at, truth] of truths) regions.host(at * S, 4, truth);
    });
    expect(eu.hosts_online).toBeCloseTo(0.7, 9);
    expect(na.hosts_online).toBeCloseTo(0.9, 9);
  });

  it("are eligible as they were judged last, until they are gone or the coordinator begins anew", () => {
    const [eu, na] = told((regions) => {
      const judged = (at: number, host: number, eligible: boolean): void =>
        regions.record(0, at * S, { kind: "host/measured", host, stats: joined(host, EU).profile.stats, eligible, reasons: [] });
      for (const host of [4, 5]) regions.host(0, host, "up");
      regions.record(0, 0, joined(SITE, NA, "vps"));
      regions.record(0, 0, joined(4, EU));
      regions.record(0, 0, joined(5, NA));
      judged(10, 4, false);
      judged(20, 4, true);
      regions.record(0, 30 * S, { kind: "host/gone", host: 4, how: "silence" });
      judged(40, 4, true);
      regions.record(0, 80 * S, { kind: "coordinator/started", maps: 2, hosts: 0 });
    });
    expect(eu.hosts_eligible).toBeCloseTo(0.2, 9);
    expect(na.hosts_eligible).toBeCloseTo(0.8, 9);
  });
});

describe("VPS slots of a region", () => {
  const sites = (regions: Regions): void => {
    regions.record(0, 0, joined(1, EU, "vps"));
    regions.record(0, 0, joined(2, NA, "vps"));
    regions.record(0, 0, joined(4, EU));
  };

  it("are those of all sites there", () => {
    const [eu, na] = told(sites);
    expect([eu.vps_slots, na.vps_slots]).toEqual([7, 3]);
  });

  it("are in use from the decision for a site there until somebody else serves the map", () => {
    const [eu, na] = told((regions) => {
      sites(regions);
      regions.record(0, 10 * S, decided(1, { to: 2, toVps: true }));
      regions.changed(30 * S, 0, 2);
      regions.record(0, 31 * S, done(1));
      regions.changed(60 * S, 0, -1);
      regions.changed(70 * S, 0, 4);
    });
    expect([na.vps_slots_used, na.vps_slots_used_max]).toEqual([0.5, 1]);
    expect([eu.vps_slots_used, eu.vps_slots_used_max]).toEqual([0, 0]);
  });

  it("are free again when the move there is given up, or when the coordinator that decided it is no more", () => {
    const [eu, na] = told((regions) => {
      sites(regions);
      regions.record(0, 10 * S, decided(1, { to: 2, toVps: true }));
      regions.record(0, 20 * S, failed(1));
      regions.record(0, 50 * S, decided(2, { map: 1, to: 1, toVps: true }));
      regions.record(0, 90 * S, { kind: "coordinator/started", maps: 2, hosts: 0 });
    });
    expect([eu.vps_slots_used, na.vps_slots_used]).toEqual([0.4, 0.1]);
  });
});

/** Mean over the run of a level that the metrics keep as a time series. */
function levelMean({ series, virtual_s }: RunOutcome, name: string): number {
  const values = series.rows.find((row) => row.name === name)?.values ?? [];
  const whole = values.reduce<number>((sum, value, i) => sum + (value ?? 0) * Math.min(series.step_s, virtual_s - i * series.step_s), 0);
  return whole / virtual_s;
}

function ofMetric({ metrics }: RunOutcome, name: string): Histogram {
  return Histogram.fromJSON(metrics.find((sample) => sample.name === name)?.histogram as HistogramData);
}

/** How many machines are up, in the mean over the run, before they have ever introduced themselves. */
function unknownMean(options: Options, seed: number): number {
  const upAt = new Map<number, number>();
  const met = new Set<number>();
  let unknown = 0;
  runSeed(options, seed, {
    watch: {
      host: (at, host, truth) => {
        if (met.has(host)) return;
        if (truth === "up") upAt.set(host, at);
        else if (truth.startsWith("down")) unknown += at - (upAt.get(host) as number);
      },
      record: (_self, at, record) => {
        if (record.kind !== "host/joined" || met.has(record.profile.host)) return;
        met.add(record.profile.host);
        if (record.profile.kind === "player") unknown += at - (upAt.get(record.profile.host) as number);
      },
    },
  });
  return unknown / (options.durationUs + options.settleUs);
}

const RUNS: readonly (readonly [string, Options])[] = [
  ["a small evening", smallOptions()],
  ...["smoke/vps-full", "smoke/coordinator-restart", "smoke/region-outage"].map((name) => [name, shipped(name).options] as const),
];

describe.each(RUNS)("the regions of %s", (_, options) => {
  const run = runSeed(options, 3);
  const sum = (of: (region: RegionOutcome) => number): number => run.regions.reduce((all, region) => all + of(region), 0);

  it("are the players of the metrics in parts", () => {
    expect(run.regions.map(({ region }) => region)).toEqual(options.regions.map(({ name }) => name));
    expect(Math.abs(sum((r) => r.player_hours) - ofMetric(run, "player_hours").sum / 1000)).toBeLessThan(0.001);
    expect(sum((r) => r.refused)).toBe(ofMetric(run, "players_refused").sum);
    expect(sum((r) => r.quits_by_quality)).toBe(ofMetric(run, "quits_by_quality").sum);
    expect(run.regions.every(({ player_hours }) => player_hours > 0)).toBe(true);
  });

  it("have its joins, each with the same round trips", () => {
    const [rtt, vps] = [new Histogram(), new Histogram()];
    for (const region of run.regions) {
      rtt.merge(Histogram.fromJSON(region.rtt as HistogramData));
      vps.merge(Histogram.fromJSON(region.rtt_vps as HistogramData));
      expect(region.joins_on_player_hosts).toBeLessThanOrEqual(region.joins);
    }
    expect([rtt.toJSON(), vps.toJSON()]).toEqual([ofMetric(run, "rtt_ms").toJSON(), ofMetric(run, "rtt_vps_ms").toJSON()]);
    expect(sum((r) => r.joins)).toBe(rtt.count);
  });

  it("have its machines, but for the time before they introduced themselves", () => {
    expect(sum((r) => r.hosts_online)).toBeCloseTo(levelMean(run, "hosts_online") - unknownMean(options, 3), 2);
    expect(sum((r) => r.hosts_eligible)).toBeCloseTo(levelMean(run, "hosts_eligible"), 2);
  });

  it("have its VPS slots, and never more in use than there are", () => {
    expect(sum((r) => r.vps_slots_used)).toBeCloseTo(levelMean(run, "vps_slots_used"), 2);
    expect(sum((r) => r.vps_slots)).toBe(options.vps.sites.reduce((all, { slots }) => all + slots, 0));
    for (const { vps_slots, vps_slots_used, vps_slots_used_max } of run.regions) {
      expect(vps_slots_used_max).toBeLessThanOrEqual(vps_slots);
      expect(vps_slots_used).toBeLessThanOrEqual(vps_slots_used_max);
    }
  });
});
