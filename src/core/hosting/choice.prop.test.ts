/** The choice of a host as a whole, from measurements to the index: what must not matter to it, and what must. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { defaultMapConf, defaultTuning, type HostingSettings } from "../settings.ts";
import { type HostIndex, indexFor, indexHost, nearBest } from "./host-index.ts";
import { bestForMix } from "./host-mix.ts";
import { HostTable } from "./host-table.ts";
import { Roster } from "./roster.ts";
import { MICRO_MAX } from "./score.ts";

const REGIONS = ["AA", "BB", "CC"];

/** Every scoring, mode and preference. */
const settings: fc.Arbitrary<HostingSettings> = fc
  .record({ scoring: fc.constantFrom("seed" as const, "normalized" as const), realtime: fc.boolean(), near: fc.boolean() })
  .map(({ scoring, realtime, near }) => {
    const conf = defaultMapConf();
    conf.general.scoring = scoring;
    conf.general.prefer_low_latency = near;
    conf.realtime_gaming.prioritize_realtime = realtime;
    return { conf, tuning: defaultTuning(), maps: ["m"], eligible: [true], regions: REGIONS };
  });

/** Machines of few kinds, so that equals are common; all are eligible but for one kind in six. */
const stats: fc.Arbitrary<HostStats> = fc.record({
  cpu_ghz: fc.constantFrom(3, 3.6, 4),
  cpu_cores: fc.constantFrom(4, 8, 8, 8, 16, 2),
  free_ram_mb: fc.constantFrom(8192, 16_384),
  network_speed_mbps: fc.constantFrom(100, 300),
  latency_ms: fc.integer({ min: 0, max: 30 }),
  disconnects_per_hour: fc.constantFrom(0, 1),
  jitter_ms: fc.constant(5),
  packet_rate: fc.constant(1000),
  frame_time_ms: fc.constant(10),
});
const profile: fc.Arbitrary<HostProfile> = fc.record({
  host: fc.integer({ min: 1, max: 10_000 }),
  kind: fc.constant("player" as const),
  region: fc.nat(REGIONS.length - 1),
  upload_kbps: fc.constantFrom(500, 2000),
  uptime_s: fc.constantFrom(-1, 60, 100_000),
  slots: fc.constant(0),
  stats,
  regional_latency_ms: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(Number.NaN)), { minLength: 3, maxLength: 3 }),
});
const fleet = fc.uniqueArray(profile, { minLength: 1, maxLength: 24, selector: ({ host }) => host });
const mix = fc.array(fc.nat(6), { minLength: 3, maxLength: 3 });

/** A table and an index that met these hosts in this order. */
function met(hosts: readonly HostProfile[], by: HostingSettings): { readonly table: HostTable; readonly index: HostIndex } {
  const table = new HostTable(by);
  const index = indexFor(table);
  for (const each of hosts) {
    const slot = table.add(each, 1_000_000);
    table.online[slot] = 1;
    indexHost(index, table, slot, 1_000_000);
  }
  return { table, index };
}

function chosen(hosts: readonly HostProfile[], by: HostingSettings, players: readonly number[], need = 0): number {
  const { table, index } = met(hosts, by);
  const slot = bestForMix(index, players, need);
  return slot < 0 ? -1 : table.hostOf(slot);
}

/** By definition: of the fit hosts with room the highest mean over the players; of those near it, where near counts, the least latency; ties by id. */
function scanned(hosts: readonly HostProfile[], by: HostingSettings, players: readonly number[], need: number): number {
  const { table } = met(hosts, by);
  const own = table.columns === 1;
  const total = own ? 0 : players.reduce((sum, n) => sum + n, 0);
  const mean = (column: ArrayLike<number>, slot: number): number => {
    const at = slot * table.columns;
    if (own || total === 0) return column[at + table.columns - 1] as number;
    return Math.floor(players.reduce((sum, n, r) => sum + n * (column[at + r] as number), 0) / total);
  };
  const fit = hosts
    .map(({ host }) => ({ host, slot: table.slotOf(host) }))
    .filter(({ slot }) => table.headroom(slot, 1_000_000) >= Math.max(0, need))
    .map(({ host, slot }) => ({ host, score: mean(table.micro, slot), latency: mean(table.latencyUs, slot) }));
  const first = fit.toSorted((a, b) => b.score - a.score || a.host - b.host)[0];
  if (first === undefined) return -1;
  if (!by.conf.general.prefer_low_latency) return first.host;
  const near = fit.filter(({ score }) => score >= nearBest(first.score));
  return near.toSorted((a, b) => a.latency - b.latency || b.score - a.score || a.host - b.host)[0]?.host ?? -1;
}

describe("the choice of a host", () => {
  it("HO11: is the same whatever the order in which hosts came", () => {
    fc.assert(
      fc.property(
        fleet.chain((hosts) => fc.tuple(fc.constant(hosts), fc.shuffledSubarray(hosts, { minLength: hosts.length }))),
        settings,
        mix,
        ([hosts, shuffled], by, players) => {
          expect(chosen(shuffled, by, players)).toBe(chosen(hosts, by, players));
        },
      ),
      { numRuns: 600 },
    );
  });

  it("is the same whatever the regions are numbered, hosts and players alike", () => {
    fc.assert(
      fc.property(fleet, settings, mix, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (hosts, by, players, order) => {
        const turned = hosts.map((each) => ({ ...each, regional_latency_ms: order.map((r) => each.regional_latency_ms[r] as number) }));
        const there = order.map((r) => players[r] as number);
        expect(chosen(turned, by, there)).toBe(chosen(hosts, by, players));
      }),
      { numRuns: 600 },
    );
  });

  it("HO4, HO7, HO11: is that of a scan by definition: fit, with room, best on the mean, near if nearness counts, ties by id", () => {
    fc.assert(
      fc.property(fleet, settings, mix, fc.constantFrom(0, 4, 5, 6, 20, 21), (hosts, by, players, need) => {
        expect(chosen(hosts, by, players, need)).toBe(scanned(hosts, by, players, need));
      }),
      { numRuns: 1000 },
    );
  });

  it("HO11: of machines alike in all but their ids the lowest id is taken", () => {
    fc.assert(
      fc.property(
        profile,
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 }),
        settings,
        mix,
        (one, ids, by, players) => {
          const eligible = met([one], by).table.reasons[0] === 0;
          const alike = ids.map((host) => ({ ...one, host }));
          expect(chosen(alike, by, players)).toBe(eligible ? Math.min(...ids) : -1);
        },
      ),
    );
  });

  it("HO11: a host that comes nearer to every player is not passed over for it", () => {
    fc.assert(
      fc.property(fleet, settings, mix, fc.nat(30), (hosts, by, players, nearer) => {
        const host = chosen(hosts, by, players);
        fc.pre(host >= 0);
        const closer = hosts.map((each) =>
          each.host !== host
            ? each
            : {
                ...each,
                stats: { ...each.stats, latency_ms: Math.min(each.stats.latency_ms, nearer) },
                regional_latency_ms: each.regional_latency_ms.map((ms) => Math.min(Number.isNaN(ms) ? each.stats.latency_ms : ms, nearer)),
              },
        );
        const [before, after] = [met(hosts, by), met(closer, by)];
        const slot = before.table.slotOf(host);
        for (let c = 0; c < before.table.columns; c++) {
          const cell = slot * before.table.columns + c;
          expect(after.table.micro[cell]).toBeGreaterThanOrEqual(before.table.micro[cell] as number);
        }
        // Under the preference a host near the best wins by latency: one that is both better and nearer can only win more.
        expect(chosen(closer, by, players)).toBe(host);
      }),
      { numRuns: 600 },
    );
  });

  it("scores whatever a host may say within the bounds of a micro-point column", () => {
    const wild = fc.oneof(fc.double(), fc.constantFrom(0, -1, 1e12, 1e308, Infinity, -Infinity, Number.NaN));
    const wildStats = fc.record({
      cpu_ghz: wild,
      cpu_cores: wild,
      free_ram_mb: wild,
      network_speed_mbps: wild,
      latency_ms: wild,
      disconnects_per_hour: wild,
    });
    fc.assert(
      fc.property(wildStats, fc.array(wild, { maxLength: 4 }), wild, settings, (figures, regional, uptime, by) => {
        const table = new HostTable(by);
        const odd: HostProfile = {
          host: 1,
          kind: "player",
          region: 0,
          upload_kbps: figures.cpu_ghz,
          uptime_s: uptime,
          slots: 0,
          stats: { ...figures, jitter_ms: 5, packet_rate: 1000, frame_time_ms: 10 },
          regional_latency_ms: regional,
        };
        const slot = table.add(odd, 1_000_000);
        table.score(slot, 1_000_000);
        for (let c = 0; c < table.columns; c++) {
          expect(Math.abs(table.micro[slot * table.columns + c] as number)).toBeLessThanOrEqual(MICRO_MAX);
          expect(table.latencyUs[slot * table.columns + c]).toBeGreaterThanOrEqual(0);
        }
        expect(table.playersMax[slot]).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the players of a map", () => {
  it("count by region, whoever came first, moved, or came twice", () => {
    const stay = fc.record({ player: fc.nat(12), region: fc.nat(2), map: fc.nat(1), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 60 }), (stays) => {
        const roster = new Roster(2, 3);
        const seats = new Map<number, { region: number; map: number }>();
        for (const { player, region, map, leaves } of stays) {
          if (leaves) {
            expect(roster.leave(player)).toBe(seats.get(player)?.map ?? -1);
            seats.delete(player);
          } else {
            roster.enter(player, region, map);
            seats.set(player, { region, map });
          }
        }
        // Another roster hears only of those who are there at the end, in another order.
        const later = new Roster(2, 3);
        for (const [player, { region, map }] of [...seats].toReversed()) later.enter(player, region, map);
        for (const map of [0, 1]) {
          const here = [...seats].filter(([, seat]) => seat.map === map);
          expect([...roster.mix(map)]).toEqual([0, 1, 2].map((r) => here.filter(([, { region }]) => region === r).length));
          expect([...later.mix(map)]).toEqual([...roster.mix(map)]);
          expect(later.sorted(map)).toEqual(here.map(([player]) => player).sort((a, b) => a - b));
          expect(roster.sorted(map)).toEqual(later.sorted(map));
        }
        expect(roster.size).toBe(seats.size);
      }),
    );
  });
});
