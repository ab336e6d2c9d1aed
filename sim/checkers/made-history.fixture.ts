/**
 * Hand-made histories for the checkers' tests: a small world of two sites and a few hosts, and short words for what happens
 * in it. Nothing here decides anything; a history says exactly what its test wrote.
 */
import { US_PER_MS, US_PER_S } from "../../src/base/time.ts";
import type { HistoryRecord, MoveCause, MoveForm } from "../../src/core/protocol/history.ts";
import type { HostStats } from "../../src/core/protocol/host-stats.ts";
import {
  type ActorId,
  COORDINATOR,
  type HostId,
  hostActor,
  type MapId,
  NO_HOST,
  type PlayerId,
  playerActor,
} from "../../src/core/protocol/ids.ts";
import { defaultMapConf, defaultTuning } from "../../src/core/settings.ts";
import type { Fault } from "../options.ts";
import type { Violation } from "../outcome.ts";
import type { HostTruth, Observer } from "../world/observer.ts";
import type { CheckerOptions } from "./checker.ts";
import type { GameView } from "./game.ts";
import { hostingCheckers } from "./hosting.ts";
import { referenceScore } from "./reference.ts";

/** The made world's VPS site, and its critical map; every other map may leave the VPS. */
export const VPS: HostId = 1;
export const CRITICAL: MapId = 0;

/** Measurements that pass every condition of the default conf. */
export const GOOD_STATS: HostStats = {
  cpu_ghz: 3.8,
  cpu_cores: 8,
  free_ram_mb: 16_384,
  network_speed_mbps: 500,
  latency_ms: 15,
  disconnects_per_hour: 0,
  jitter_ms: 5,
  packet_rate: 1200,
  frame_time_ms: 12,
};

/** Options of the made world: map 0 critical, maps 1 to 3 eligible, one site of 8 slots, the seed's conf. */
export function madeOptions(): CheckerOptions {
  return {
    fidelity: "control",
    conf: defaultMapConf(),
    tuning: defaultTuning(),
    maps: { names: ["prontera", "moc_fild01", "pay_dun01", "gef_dun02"], eligible: [false, true, true, true], popularity: [1, 1, 1, 1] },
    vps: { sites: [{ region: 0, slots: 8 }] },
    faults: [],
    buggify: null,
    settleUs: 60 * US_PER_S,
    sealing: "off",
  };
}

/** A planned fault of which only id and kind matter here. */
export function madeFault(id: string, kind: Fault["kind"]): Fault {
  return { id, kind, atUs: 0, everyUs: null, forUs: 0, target: { pick: "all" }, amount: 1, close: true };
}

/** What all checkers of one made history found. */
export type Found = {
  readonly violations: readonly Violation[];
  readonly rules: readonly string[];
  readonly evaluated: Readonly<Record<string, number>>;
  readonly reached: Readonly<Record<string, number>>;
};

/** Fields of a decision that tests care to set; the rest is filled with what a sound coordinator would say. */
export type DecisionFields = Partial<Omit<Extract<HistoryRecord, { kind: "move/decided" }>, "kind">>;

/** Writes a history and feeds it, as it goes, to every checker. Times move only by {@link after}. */
export class MadeHistory {
  readonly options: CheckerOptions;
  readonly #checkers: readonly Observer[];
  readonly #found: () => Found;
  readonly #stats = new Map<HostId, HostStats>();
  readonly #doneAt = new Map<MapId, number>();
  #at = 0;
  #move = 0;

  constructor(options: CheckerOptions = madeOptions(), games: GameView | null = null) {
    this.options = options;
    const checkers = hostingCheckers(options, games);
    this.#checkers = checkers;
    this.#found = () => ({
      violations: checkers.flatMap((checker) => checker.violations()),
      rules: [...new Set(checkers.flatMap((checker) => checker.violations().map((violation) => violation.rule)))].sort(),
      evaluated: summed(checkers.map((checker) => checker.evaluated())),
      reached: summed(checkers.map((checker) => checker.reached())),
    });
  }

  get now(): number {
    return this.#at;
  }

  /** Lets milliseconds pass. */
  after(ms: number): this {
    this.#at += ms * US_PER_MS;
    return this;
  }

  /** Lets seconds pass with a record every half second that concerns no map, as a living system does. */
  idle(seconds: number): this {
    for (let half = 0; half < 2 * seconds; half += 1) this.after(500).say({ kind: "alert", text: "nothing", host: VPS });
    return this;
  }

  say(record: HistoryRecord, self = COORDINATOR): this {
    for (const checker of this.#checkers) checker.record?.(self, this.#at, record);
    return this;
  }

  truth(host: HostId, truth: HostTruth): this {
    for (const checker of this.#checkers) checker.host?.(this.#at, host, truth);
    return this;
  }

  fault(id: string, what: "begin" | "end"): this {
    for (const checker of this.#checkers) checker.fault?.(this.#at, id, what, 1);
    return this;
  }

  online(player: PlayerId, delta: 1 | -1): this {
    for (const checker of this.#checkers) checker.online?.(this.#at, player, delta);
    return this;
  }

  dropped(from: ActorId, to: ActorId): this {
    for (const checker of this.#checkers) checker.dropped?.(this.#at, from, to);
    return this;
  }

  settling(): this {
    for (const checker of this.#checkers) checker.settling?.(this.#at);
    return this;
  }

  /** Ends the run and tells what was found. */
  finish(): Found {
    for (const checker of this.#checkers) checker.finish?.(this.#at);
    return this.#found();
  }

  started(): this {
    return this.say({ kind: "coordinator/started", maps: this.options.maps.names.length, hosts: 0 });
  }

  joined(host: HostId, stats: Partial<HostStats> = {}, uploadKbps = 100_000): this {
    const all = { ...GOOD_STATS, ...stats };
    this.#stats.set(host, all);
    const kind = host === VPS ? "vps" : "player";
    const slots = this.options.vps.sites[0]?.slots ?? 0;
    const profile = {
      host,
      kind,
      region: 0,
      upload_kbps: uploadKbps,
      uptime_s: 600,
      slots,
      stats: all,
      regional_latency_ms: [15],
    } as const;
    return this.say({ kind: "host/joined", profile, eligible: false, reasons: [] });
  }

  measured(host: HostId, stats: Partial<HostStats>, eligible = false): this {
    const all = { ...GOOD_STATS, ...stats };
    this.#stats.set(host, all);
    return this.say({ kind: "host/measured", host, stats: all, eligible, reasons: [] });
  }

  gone(host: HostId, how: "close" | "silence" | "leave" = "close"): this {
    return this.say({ kind: "host/gone", host, how });
  }

  decided(map: MapId, cause: MoveCause, form: MoveForm, from: HostId, to: HostId, fields: DecisionFields = {}): this {
    this.#move += 1;
    const vps = to === VPS;
    const stats = this.#stats.get(to);
    const score = vps || stats === undefined ? 0 : referenceScore(this.options.conf, stats, stats.disconnects_per_hour);
    const record = {
      move: this.#move,
      map,
      cause,
      form,
      from,
      to,
      toVps: vps,
      toEligible: !vps,
      epoch: 0,
      scoreFrom: from === NO_HOST ? 0 : 1_000_000,
      scoreTo: score,
      theta: cause === "better" ? 1100 : 0,
      players: 0,
      toMaps: 1,
      toMapsMax: vps ? 8 : 3,
      toPlayers: 0,
      toPlayersMax: vps ? 1_000_000 : 200,
      sinceMoveUs: this.#doneAt.has(map) ? Math.max(60 * US_PER_S, this.#at - (this.#doneAt.get(map) as number)) : -1,
      voluntaryNow: cause === "better" || cause === "return" ? 1 : 0,
      mapsHosted: 4,
      ...fields,
    };
    return this.say({ kind: "move/decided", ...record });
  }

  granted(map: MapId, host: HostId, epoch: number, expect = epoch - 1): this {
    return this.say({ kind: "map/granted", map, host, epoch, expect, vps: host === VPS });
  }

  /** The store's own word: it committed this claim. */
  committed(map: MapId, host: HostId, epoch: number): this {
    for (const checker of this.#checkers) checker.committed?.(this.#at, map, host, epoch);
    return this;
  }

  serving(map: MapId, host: HostId, epoch: number): this {
    return this.say({ kind: "host/serving", host, map, epoch }, hostActor(host));
  }

  stopped(map: MapId, host: HostId, epoch: number, why: "freeze" | "release" | "stale" = "release"): this {
    return this.say({ kind: "host/stopped", host, map, epoch, why }, hostActor(host));
  }

  done(map: MapId, host: HostId, epoch: number): this {
    this.#doneAt.set(map, this.#at);
    return this.say({ kind: "move/done", move: this.#move, map, host, epoch, players: 0 });
  }

  failed(map: MapId, reason: Extract<HistoryRecord, { kind: "move/failed" }>["reason"] = "timeout"): this {
    return this.say({ kind: "move/failed", move: this.#move, map, reason });
  }

  entered(player: PlayerId, map: MapId): this {
    return this.online(player, 1).say({ kind: "player/entered", player, region: 0, map }, playerActor(player));
  }

  playing(player: PlayerId, map: MapId, host: HostId, epoch: number, moved = false): this {
    return this.say({ kind: "player/playing", player, map, host, epoch, moved }, playerActor(player));
  }

  /** A whole placement: decided, granted, served, done. */
  placed(map: MapId, host: HostId, epoch: number): this {
    this.decided(map, "placement", "placement", NO_HOST, host).after(10).granted(map, host, epoch);
    return this.after(20).serving(map, host, epoch).after(10).done(map, host, epoch);
  }

  /** A whole handoff in the right order: the source stops, then the target is granted the map and serves it. */
  handedOff(map: MapId, cause: MoveCause, from: HostId, to: HostId, epoch: number, fields: DecisionFields = {}): this {
    this.decided(map, cause, "handoff", from, to, fields)
      .after(200)
      .stopped(map, from, epoch - 1, "freeze");
    this.after(10).granted(map, to, epoch).after(20).serving(map, to, epoch);
    return this.after(10).done(map, to, epoch);
  }

  /** The usual beginning: the site and two player hosts join, and all four maps are placed (map 3 on the VPS too). */
  begun(): this {
    this.started().joined(VPS).joined(10).joined(20).after(3000);
    return this.placed(CRITICAL, VPS, 1).placed(1, 10, 1).placed(2, 10, 1).placed(3, VPS, 1);
  }
}

function summed(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const part of parts) for (const [key, value] of Object.entries(part)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}
