import { describe, expect, it } from "vitest";
import { Histogram, type HistogramData } from "../../../src/base/histogram.ts";
import { US_PER_HOUR, US_PER_MINUTE, US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import type { HistoryRecord, MoveCause, MoveForm } from "../../../src/core/protocol/history.ts";
import type { HostProfile } from "../../../src/core/protocol/host-stats.ts";
import { defaultTuning } from "../../../src/core/settings.ts";
import { DEFINITIONS } from "./definitions.ts";
import { type Measured, Metrics } from "./metrics.ts";

/** The VPS site; hosts 2 and 3 are players' machines. */
const VPS = 1;
const A = 2;
const B = 3;
const COORDINATOR = 0;

/** A small world told by hand: two maps (the second must stay on the VPS), one VPS site of two slots, two player hosts. */
class Story {
  readonly metrics = new Metrics({
    maps: { names: ["field", "town"], eligible: [true, false], popularity: [1, 1] },
    vps: { sites: [{ region: 0, slots: 2 }] },
    tuning: defaultTuning(),
    seriesStepUs: 10 * US_PER_MINUTE,
  });

  constructor() {
    this.record(0, { kind: "coordinator/started", maps: 0, hosts: 0 });
    this.join(0, VPS, "vps", true, []);
    for (const host of [A, B]) {
      this.metrics.host(0, host, "up");
      this.join(0, host, "player", true, []);
    }
  }

  record(at: number, record: HistoryRecord): void {
    this.metrics.record(COORDINATOR, at, record);
  }

  join(at: number, host: number, kind: "vps" | "player", eligible: boolean, reasons: readonly string[]): void {
    this.record(at, { kind: "host/joined", profile: profile(host, kind), eligible, reasons });
  }

  serving(at: number, host: number, map: number, epoch: number): void {
    this.record(at, { kind: "host/serving", host, map, epoch });
  }

  stopped(at: number, host: number, map: number, epoch: number, why: "freeze" | "release" | "stale"): void {
    this.record(at, { kind: "host/stopped", host, map, epoch, why });
  }

  decided(at: number, map: number, cause: MoveCause, form: MoveForm, to: number): void {
    const scores = { scoreFrom: 0, scoreTo: 0, theta: 0, players: 0, toMaps: 1, toMapsMax: 3, toPlayers: 0, toPlayersMax: 100 };
    const rest = { sinceMoveUs: -1, voluntaryNow: 0, mapsHosted: 2, toEligible: true, epoch: 0, from: 0 };
    this.record(at, { kind: "move/decided", move: 1, map, cause, form, to, toVps: to === VPS, ...scores, ...rest });
  }

  done(at: number, map: number, host: number, epoch: number): void {
    this.record(at, { kind: "move/done", move: 1, map, host, epoch, players: 0 });
  }

  playing(at: number, player: number, map: number, host: number, epoch: number, moved = false): void {
    this.record(at, { kind: "player/playing", player, map, host, epoch, moved });
  }

  left(at: number, player: number, map: number, why: "session" | "moved" | "quality"): void {
    this.record(at, { kind: "player/left", player, map, why });
  }

  end(at: number): Measured {
    this.metrics.finish(at);
    return this.metrics.outcome();
  }
}

function profile(host: number, kind: "vps" | "player"): HostProfile {
  const stats = {
    cpu_ghz: 4,
    cpu_cores: 8,
    free_ram_mb: 16_000,
    network_speed_mbps: 100,
    latency_ms: 10,
    disconnects_per_hour: 0,
    jitter_ms: 1,
    packet_rate: 1000,
    frame_time_ms: 10,
  };
  return { host, kind, region: 0, upload_kbps: 10_000, uptime_s: 0, slots: kind === "vps" ? 2 : 0, stats, regional_latency_ms: [10] };
}

/** A metric in its own unit. */
function read(measured: Measured, name: string): { count: number; sum: number; min: number; max: number } {
  const sample = measured.metrics.find((m) => m.name === name);
  if (sample === undefined) throw new Error(name);
  const histogram = Histogram.fromJSON(sample.histogram as HistogramData);
  const { count } = histogram;
  const scaled = (value: number): number => Math.round(value * sample.scale * 1e6) / 1e6;
  return {
    count,
    sum: scaled(histogram.sum),
    min: count === 0 ? NaN : scaled(histogram.min),
    max: count === 0 ? NaN : scaled(histogram.max),
  };
}

function row(measured: Measured, name: string): readonly (number | null)[] {
  const found = measured.series.rows.find((r) => r.name === name);
  if (found === undefined) throw new Error(name);
  return found.values;
}

describe("metrics of a run", () => {
  it("gives every defined metric and nothing else", () => {
    const measured = new Story().end(US_PER_HOUR);
    expect(measured.metrics.map((m) => m.name)).toEqual(DEFINITIONS.map((d) => d.name));
  });

  it("shares of map-hours and player-hours follow who serves whom, and for how long", () => {
    const story = new Story();
    story.serving(0, VPS, 1, 1);
    story.serving(0, A, 0, 1);
    story.metrics.online(0, 7, 1);
    story.metrics.online(0, 8, 1);
    story.playing(0, 7, 0, A, 1);
    story.playing(0, 8, 1, VPS, 1);
    story.left(US_PER_HOUR / 2, 8, 1, "session");
    story.metrics.online(US_PER_HOUR / 2, 8, -1);
    story.serving(US_PER_HOUR / 2, VPS, 0, 2);
    story.playing(US_PER_HOUR / 2, 7, 0, VPS, 2, true);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "share_map_hours_p2p").sum).toBe(0.5);
    expect(read(measured, "share_map_hours_p2p_all").sum).toBe(0.25);
    expect(read(measured, "vps_hours_saved").sum).toBe(0.5);
    expect(read(measured, "share_player_hours_p2p").sum).toBeCloseTo(1 / 3, 5);
    expect(read(measured, "player_hours").sum).toBe(1.5);
    expect(read(measured, "sessions").sum).toBe(2);
    expect(row(measured, "maps_on_player_hosts")).toEqual([1, 1, 1, 0, 0, 0]);
    expect(row(measured, "maps_on_vps")).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it("a handoff freezes the map and interrupts each player until it joins the new host; it is no outage", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    for (const player of [1, 2, 3]) story.playing(0, player, 0, A, 1);
    story.playing(0, 4, 0, A, 1);
    story.left(US_PER_S / 2, 4, 0, "session");
    const freeze = US_PER_S;
    story.decided(freeze - 500 * US_PER_MS, 0, "better", "handoff", B);
    story.stopped(freeze, A, 0, 1, "freeze");
    story.serving(freeze + 80 * US_PER_MS, B, 0, 2);
    story.playing(freeze + 100 * US_PER_MS, 1, 0, B, 2, true);
    story.playing(freeze + 120 * US_PER_MS, 2, 0, B, 2, true);
    story.left(freeze + 90 * US_PER_MS, 3, 0, "quality");
    story.done(freeze + 130 * US_PER_MS, 0, B, 2);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "handoff_freeze_ms")).toMatchObject({ count: 1, sum: 80 });
    expect(read(measured, "interruption_ms")).toMatchObject({ count: 2, min: 100, max: 120 });
    expect(read(measured, "interruption_abandoned").sum).toBe(1);
    expect(read(measured, "quits_by_quality").sum).toBe(1);
    expect(read(measured, "unhosted_ms").count).toBe(0);
    expect(read(measured, "migrations_per_hour").sum).toBe(1);
    expect(read(measured, "migrations_per_hour_better").sum).toBe(1);
    expect(read(measured, "voluntary_moves_per_map_hour").sum).toBe(1);
    expect(measured.reached["migration.handoff"]).toBe(1);
    expect(row(measured, "migrations_better")).toEqual([1, 0, 0, 0, 0, 0]);
    expect(row(measured, "players_interrupted")).toEqual([2, 0, 0, 0, 0, 0]);
  });

  it("a lost host: detection, outage, failover and interruption all begin with the loss", () => {
    const story = new Story();
    story.serving(100 * US_PER_MS, A, 0, 1);
    story.playing(200 * US_PER_MS, 1, 0, A, 1);
    const loss = 60 * US_PER_S;
    story.metrics.host(loss, A, "down-silent");
    story.record(loss + 900 * US_PER_MS, { kind: "host/gone", host: A, how: "silence" });
    story.decided(loss + 900 * US_PER_MS, 0, "lost", "failover", B);
    story.serving(loss + 1000 * US_PER_MS, B, 0, 2);
    story.playing(loss + 1040 * US_PER_MS, 1, 0, B, 2, true);
    story.done(loss + 1050 * US_PER_MS, 0, B, 2);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "detection_ms")).toMatchObject({ count: 1, sum: 900 });
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 1000 });
    expect(read(measured, "unhosted_map_seconds").sum).toBe(1);
    expect(read(measured, "failover_ms")).toMatchObject({ count: 1, sum: 1000 });
    expect(read(measured, "interruption_ms")).toMatchObject({ count: 1, sum: 1040 });
    expect(read(measured, "false_failovers").sum).toBe(0);
    expect(read(measured, "first_host_ms")).toMatchObject({ count: 2, min: 100 });
    expect(measured.reached["migration.failedOver"]).toBe(1);
    expect(row(measured, "hosts_online")[5]).toBe(1);
  });

  it("two losses in a row are one interruption for a player that reached no host in between", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.metrics.online(0, 1, 1);
    story.playing(0, 1, 0, A, 1);
    story.metrics.host(10 * US_PER_S, A, "down-close");
    story.serving(11 * US_PER_S, B, 0, 2);
    story.metrics.host(12 * US_PER_S, B, "down-close");
    story.serving(13 * US_PER_S, VPS, 0, 3);
    story.playing(14 * US_PER_S, 1, 0, VPS, 3, true);
    story.metrics.online(US_PER_HOUR / 2, 1, -1);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "interruption_ms")).toMatchObject({ count: 1, sum: 4000 });
    expect(read(measured, "interrupted_s_per_player_hour").sum).toBe(8);
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 2, sum: 2000 });
  });

  it("a host declared gone although it is up and reachable is a false failover; players lose only the way over", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.playing(0, 1, 0, A, 1);
    story.record(US_PER_S, { kind: "host/gone", host: A, how: "silence" });
    story.serving(2 * US_PER_S, B, 0, 2);
    story.stopped(2 * US_PER_S + 30 * US_PER_MS, A, 0, 1, "stale");
    story.playing(2 * US_PER_S + 50 * US_PER_MS, 1, 0, B, 2, true);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "false_failovers").sum).toBe(1);
    expect(read(measured, "detection_ms").count).toBe(0);
    expect(read(measured, "unhosted_ms").count).toBe(0);
    expect(read(measured, "interruption_ms")).toMatchObject({ count: 1, sum: 50 });
    expect(measured.reached["host.falselyGone"]).toBe(1);
  });

  it("a cut that heals within the detector's time explains a late verdict; one healed long ago does not", () => {
    const story = new Story();
    story.metrics.host(10 * US_PER_S, A, "cut");
    story.metrics.host(11 * US_PER_S, A, "healed");
    story.record(11 * US_PER_S + 100 * US_PER_MS, { kind: "host/gone", host: A, how: "silence" });
    story.metrics.host(20 * US_PER_S, B, "cut");
    story.metrics.host(20 * US_PER_S + 200 * US_PER_MS, B, "healed");
    story.record(60 * US_PER_S, { kind: "host/gone", host: B, how: "silence" });
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "detection_ms")).toMatchObject({ count: 1, sum: 1100 });
    expect(read(measured, "false_failovers").sum).toBe(1);
  });

  it("a cut in one direction hides a host from the coordinator, not from its players", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.metrics.host(US_PER_S, A, "cut-one-way");
    story.record(2 * US_PER_S, { kind: "host/gone", host: A, how: "silence" });
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "detection_ms")).toMatchObject({ count: 1, sum: 1000 });
    expect(read(measured, "unhosted_ms").count).toBe(0);
    expect(read(measured, "share_map_hours_p2p").sum).toBe(1);
  });

  it("a pause that ends by itself stalls the players and is an outage, not a move", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.playing(0, 1, 0, A, 1);
    story.playing(0, 2, 0, A, 1);
    story.metrics.host(US_PER_S, A, "paused");
    story.metrics.host(3 * US_PER_S, A, "resumed");
    story.playing(3 * US_PER_S, 1, 0, A, 1, false);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "stall_ms")).toMatchObject({ count: 2, sum: 4000 });
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 2000 });
    expect(read(measured, "failover_ms").count).toBe(0);
    expect(read(measured, "interruption_ms").count).toBe(0);
  });

  it("a host that serves on under an old epoch takes nothing from the new one", () => {
    const story = new Story();
    story.serving(0, B, 0, 5);
    story.playing(0, 1, 0, B, 5);
    story.serving(US_PER_S, A, 0, 4);
    story.stopped(2 * US_PER_S, A, 0, 4, "stale");
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "unhosted_ms").count).toBe(0);
    expect(read(measured, "share_map_hours_p2p").sum).toBe(1);
    expect(row(measured, "players_on_player_hosts")).toEqual([1, 1, 1, 1, 1, 1]);
    const late = new Story();
    late.serving(0, B, 0, 5);
    late.serving(US_PER_S, A, 0, 4);
    late.metrics.host(2 * US_PER_S, B, "down-close");
    late.serving(4 * US_PER_S, VPS, 0, 6);
    expect(read(late.end(US_PER_HOUR), "failover_ms")).toMatchObject({ count: 1, sum: 2000 });
  });

  it("a machine that restarts does not serve by itself again", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.metrics.host(US_PER_S, A, "down-close");
    story.metrics.host(2 * US_PER_S, A, "up");
    story.serving(5 * US_PER_S, B, 0, 2);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 4000 });
  });

  it.each([
    ["died while its line was cut", ["cut", "down-silent", "up", "healed"]],
    ["was cut off after it came up again", ["down-silent", "up", "cut", "healed"]],
    ["was frozen, paused and resumed", ["paused", "resumed"]],
  ] as const)("a machine that %s does not serve by itself again", (_, truths) => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    if (truths.length === 2) story.stopped(US_PER_S, A, 0, 1, "freeze");
    truths.forEach((truth, i) => story.metrics.host((i + 1) * US_PER_S, A, truth));
    story.serving(10 * US_PER_S, B, 0, 2);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 9000 });
    expect(read(measured, "failover_ms")).toMatchObject({ count: 1, sum: 9000 });
  });

  it("a freeze that is undone stalls players; a frozen source that dies is an outage from the freeze on", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.playing(0, 1, 0, A, 1);
    story.stopped(US_PER_S, A, 0, 1, "freeze");
    story.serving(US_PER_S + 500 * US_PER_MS, A, 0, 1);
    story.stopped(5 * US_PER_S, A, 0, 1, "freeze");
    story.metrics.host(5 * US_PER_S + 100 * US_PER_MS, A, "down-silent");
    story.serving(6 * US_PER_S, B, 0, 2);
    const measured = story.end(US_PER_HOUR);
    expect(measured.reached["freeze.aborted"]).toBe(1);
    expect(read(measured, "stall_ms")).toMatchObject({ count: 1, sum: 500 });
    expect(read(measured, "handoff_freeze_ms").count).toBe(0);
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 1000 });
  });

  it("slots to rent: in use and on the way, plus every map that found none at that instant", () => {
    const story = new Story();
    story.serving(0, VPS, 1, 1);
    story.serving(0, A, 0, 1);
    story.metrics.host(US_PER_S, A, "down-close");
    story.decided(2 * US_PER_S, 0, "lost", "fallback", VPS);
    story.record(3 * US_PER_S, { kind: "move/failed", move: 1, map: 0, reason: "vps_full" });
    story.record(3 * US_PER_S, { kind: "refusal", what: "claim", reason: "vps_full", map: 0, host: VPS });
    story.record(3 * US_PER_S, { kind: "map/unhosted", map: 0, reason: "vps_full" });
    story.record(4 * US_PER_S, { kind: "refusal", what: "place", reason: "vps_full", map: 0, host: VPS });
    story.record(5 * US_PER_S, { kind: "refusal", what: "hand over", reason: "vps_full", map: 1, host: VPS });
    story.record(6 * US_PER_S, { kind: "refusal", what: "place", reason: "no_candidate", map: 1, host: VPS });
    story.serving(20 * US_PER_MINUTE, B, 0, 2);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "vps_slots_needed").sum).toBe(3);
    expect(read(measured, "vps_refused").sum).toBe(2);
    expect(read(measured, "vps_slots_used")).toMatchObject({ count: 6, min: 1, max: 1 });
    expect(row(measured, "vps_refused")).toEqual([2, 0, 0, 0, 0, 0]);
    expect(row(measured, "vps_slots_limit")).toEqual([2, 2, 2, 2, 2, 2]);
    expect(row(measured, "maps_unhosted")[1]).toBe(1);
  });

  it("an outage open at the end counts up to it, and a map that never had a host is said to", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.metrics.host(US_PER_HOUR - 10 * US_PER_S, A, "down-close");
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "unhosted_ms")).toMatchObject({ count: 1, sum: 10_000 });
    expect(read(measured, "first_host_ms")).toMatchObject({ count: 2, max: 3_600_000 });
    expect(measured.reached["map.unhostedAtEnd"]).toBe(2);
  });

  it("round trips: gain and loss are told apart, the baseline is on the same joins", () => {
    const story = new Story();
    story.metrics.joined(1, 1, A, false, 20_000, 35_000);
    story.metrics.joined(2, 2, A, false, 50_000, 40_000);
    story.metrics.joined(3, 3, VPS, true, 30_000, 30_000);
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "rtt_ms")).toMatchObject({ count: 3, sum: 100 });
    expect(read(measured, "rtt_vps_ms")).toMatchObject({ count: 3, sum: 105 });
    expect(read(measured, "rtt_gain_ms")).toMatchObject({ count: 2, sum: 15 });
    expect(read(measured, "rtt_loss_ms")).toMatchObject({ count: 1, sum: 10 });
    expect(row(measured, "rtt_mean")).toEqual([33.333, null, null, null, null, null]);
  });

  it("upload used is players times their cost over what the owner gives, per serving player host", () => {
    const story = new Story();
    story.serving(0, A, 0, 1);
    story.serving(0, VPS, 1, 1);
    for (let player = 0; player < 25; player++) story.playing(0, player, 0, A, 1);
    story.metrics.host(25 * US_PER_MINUTE, A, "down-close");
    const measured = story.end(40 * US_PER_MINUTE);
    expect(read(measured, "upload_used_share")).toMatchObject({ count: 2, sum: 0.5 });
  });

  it("eligible hosts and the reasons of the others are weighed by time; a restarted coordinator knows nobody", () => {
    const story = new Story();
    story.record(US_PER_HOUR / 4, {
      kind: "host/measured",
      host: A,
      stats: profile(A, "player").stats,
      eligible: false,
      reasons: ["latency_ms", "jitter_ms"],
    });
    story.record(US_PER_HOUR / 2, { kind: "coordinator/started", maps: 1, hosts: 0 });
    const measured = story.end(US_PER_HOUR);
    expect(read(measured, "eligible_share").sum).toBe(0.75);
    expect(measured.ineligible).toEqual({ jitter_ms: 0.25, latency_ms: 0.25 });
    expect(measured.reached["coordinator.restarted"]).toBe(1);
    expect(row(measured, "hosts_eligible")).toEqual([2, 1.5, 1, 0, 0, 0]);
  });

  it("counts refusals of players by reason, claims by how they were lost, and the last step by what is left of it", () => {
    const story = new Story();
    story.record(1, { kind: "player/refused", player: 1, map: 0, reason: "map_full" });
    story.record(2, { kind: "player/refused", player: 2, map: 0, reason: "map_full" });
    story.record(3, { kind: "claim/lost", map: 0, host: A, epoch: 2, how: "unknown" });
    story.metrics.online(0, 1, 1);
    const measured = story.end(25 * US_PER_MINUTE);
    expect(measured.refused).toEqual({ map_full: 2 });
    expect(read(measured, "players_refused").sum).toBe(2);
    expect(read(measured, "entries_refused_share").sum).toBe(1);
    expect(read(measured, "claims_unknown").sum).toBe(1);
    expect(measured.series.step_s).toBe(600);
    expect(row(measured, "players_online")).toEqual([1, 1, 1]);
  });

  it("holds refusals against entries; a player that follows its map enters nothing anew", () => {
    const story = new Story();
    const play = (at: number, player: number, map: number, moved: boolean): void =>
      story.record(at, { kind: "player/playing", player, map, host: A, epoch: 1, moved });
    story.record(1, { kind: "player/refused", player: 1, map: 0, reason: "map_full" });
    play(2, 1, 1, false);
    play(3, 2, 0, false);
    play(4, 2, 0, true);
    play(5, 2, 1, false);
    const measured = story.end(25 * US_PER_MINUTE);
    expect(read(measured, "entries_refused_share").sum).toBe(0.25);
  });
});
