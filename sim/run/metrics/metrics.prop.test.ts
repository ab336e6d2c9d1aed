import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram, type HistogramData } from "../../../src/base/histogram.ts";
import { US_PER_S } from "../../../src/base/time.ts";
import type { HostProfile } from "../../../src/core/protocol/host-stats.ts";
import { defaultTuning } from "../../../src/core/settings.ts";
import type { HostTruth } from "../../world/observer.ts";
import { type Measured, Metrics } from "./metrics.ts";

const MAPS = 4;
const HOSTS = 5;
const PLAYERS = 12;
const VPS = 1;
const STEP_S = 10;

/** Anything that may happen, in any order: the metrics must count it without losing or inventing anything. */
const happening = fc.record({
  afterUs: fc.integer({ min: 0, max: 3 * US_PER_S }),
  what: fc.constantFrom(
    "serve",
    "again",
    "freeze",
    "release",
    "truth",
    "play",
    "leave",
    "decide",
    "settle",
    "gone",
    "join",
    "refuse",
    "restart",
  ),
  map: fc.nat(MAPS - 1),
  host: fc.integer({ min: 1, max: HOSTS }),
  player: fc.nat(PLAYERS - 1),
  truth: fc.constantFrom<HostTruth>("up", "down-polite", "down-close", "down-silent", "paused", "resumed", "cut", "cut-one-way", "healed"),
  flag: fc.boolean(),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** The last owner of each map and the session of each player, so that happenings refer to things that exist. */
class Teller {
  readonly metrics = new Metrics({
    maps: { names: ["a", "b", "c", "d"], eligible: [true, true, true, false], popularity: [1, 1, 1, 1] },
    vps: { sites: [{ region: 0, slots: 2 }] },
    tuning: defaultTuning(),
    seriesStepUs: STEP_S * US_PER_S,
  });
  readonly owner: { host: number; epoch: number }[] = Array.from({ length: MAPS }, () => ({ host: VPS, epoch: 0 }));
  readonly on: boolean[] = new Array<boolean>(PLAYERS).fill(false);
  at = 0;

  tell(h: Happening): void {
    this.at += h.afterUs;
    const { metrics, at } = this;
    const owner = this.owner[h.map] as { host: number; epoch: number };
    const here = { map: h.map, host: owner.host, epoch: owner.epoch };
    switch (h.what) {
      case "serve":
        owner.host = h.host;
        owner.epoch++;
        return metrics.record(0, at, { kind: "host/serving", map: h.map, host: owner.host, epoch: owner.epoch });
      case "again":
        return metrics.record(0, at, { kind: "host/serving", ...here });
      case "freeze":
      case "release":
        return metrics.record(0, at, { kind: "host/stopped", ...here, why: h.what });
      case "truth":
        return metrics.host(at, h.host, h.truth);
      case "play":
        if (!this.on[h.player]) metrics.online(at, h.player, 1);
        this.on[h.player] = true;
        return metrics.record(0, at, { kind: "player/playing", player: h.player, ...here, moved: h.flag });
      case "leave":
        if (!this.on[h.player]) return;
        metrics.record(0, at, { kind: "player/left", player: h.player, map: h.map, why: h.flag ? "quality" : "session" });
        if (h.flag) return;
        this.on[h.player] = false;
        return metrics.online(at, h.player, -1);
      case "settle":
        return metrics.record(0, at, { kind: "move/done", move: 1, ...here, players: 0 });
      case "gone":
        return metrics.record(0, at, { kind: "host/gone", host: h.host, how: h.flag ? "silence" : "close" });
      case "join":
        return metrics.record(0, at, {
          kind: "host/joined",
          profile: profile(h.host),
          eligible: h.flag,
          reasons: h.flag ? [] : ["latency_ms"],
        });
      case "refuse":
        return metrics.record(0, at, { kind: "refusal", what: "claim", reason: "vps_full", map: h.map, host: VPS });
      case "restart":
        return metrics.record(0, at, { kind: "coordinator/started", maps: 0, hosts: 0 });
      case "decide":
        return this.decide(h);
    }
  }

  decide(h: Happening): void {
    const scores = { scoreFrom: 0, scoreTo: 0, theta: 0, players: 0, toMaps: 1, toMapsMax: 3, toPlayers: 0, toPlayersMax: 9 };
    const rest = { sinceMoveUs: -1, voluntaryNow: 0, mapsHosted: MAPS, toEligible: true, epoch: 1, from: 2, to: h.flag ? VPS : 3 };
    const move = { kind: "move/decided", move: 1, map: h.map, cause: "lost", form: "failover", toVps: h.flag } as const;
    this.metrics.record(0, this.at, { ...move, ...scores, ...rest });
  }
}

function profile(host: number): HostProfile {
  const measured = { cpu_ghz: 4, cpu_cores: 8, free_ram_mb: 9000, network_speed_mbps: 100, latency_ms: 9, disconnects_per_hour: 0 };
  const stats = { ...measured, jitter_ms: 1, packet_rate: 1000, frame_time_ms: 9 };
  const kind = host === VPS ? "vps" : "player";
  return { host, kind, region: 0, upload_kbps: 1000, uptime_s: 0, slots: 2, stats, regional_latency_ms: [1] };
}

function rowsOf(measured: Measured): Map<string, readonly (number | null)[]> {
  return new Map(measured.series.rows.map((row) => [row.name, row.values]));
}

function histogram(measured: Measured, name: string): Histogram {
  return Histogram.fromJSON(measured.metrics.find((m) => m.name === name)?.histogram as HistogramData);
}

describe("metrics under any history", () => {
  it("each map is in exactly one class at any time, no count falls below zero, shares stay within 0 and 1", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const teller = new Teller();
        // The world announces every machine, and every host introduces itself, before anything else.
        for (let host = 1; host <= HOSTS; host++) {
          if (host !== VPS) teller.metrics.host(0, host, "up");
          teller.metrics.record(0, 0, { kind: "host/joined", profile: profile(host), eligible: true, reasons: [] });
        }
        for (const h of happenings) teller.tell(h);
        teller.metrics.finish(teller.at);
        const measured = teller.metrics.outcome();
        const rows = rowsOf(measured);
        const at = (name: string, step: number): number => rows.get(name)?.[step] ?? NaN;
        for (let step = 0; step < (rows.get("maps_unhosted")?.length ?? 0); step++) {
          const classes = ["maps_on_player_hosts", "maps_on_vps", "maps_moving", "maps_unhosted"].map((name) => at(name, step));
          expect(classes.reduce((a, b) => a + b, 0)).toBeCloseTo(MAPS, 2);
          const playing = at("players_on_player_hosts", step) + at("players_on_vps", step);
          expect(playing).toBeLessThanOrEqual(at("players_online", step) + 0.01);
          for (const values of rows.values()) expect(values[step] ?? 0).toBeGreaterThanOrEqual(0);
          expect(at("hosts_online", step)).toBeLessThanOrEqual(HOSTS - 1);
          expect(at("hosts_eligible", step)).toBeLessThanOrEqual(HOSTS - 1);
        }
        for (const name of ["share_map_hours_p2p", "share_map_hours_p2p_all", "share_player_hours_p2p", "eligible_share"]) {
          expect(histogram(measured, name).max).toBeLessThanOrEqual(1_000_000);
        }
        for (const share of Object.values(measured.ineligible)) expect(share).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
  });
});
