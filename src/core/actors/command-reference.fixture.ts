/**
 * The seed document's conditions and both scores, written again from the documents and sharing nothing with core/hosting, so that a slip
 * there cannot hide here; and what is known of each host by what was said to the coordinator.
 */
import { US_PER_HOUR, US_PER_S } from "../../base/time.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import type { HostId } from "../protocol/ids.ts";
import type { MapConf, Tuning } from "../settings.ts";

/** Whether a player's machine meets every condition; unmeasured and not-a-number meet none. */
export function meetsConditions(conf: MapConf, stats: HostStats, disconnects: number): boolean {
  const need = conf.host_requirements;
  const realtime = conf.realtime_gaming;
  const machine =
    stats.cpu_ghz >= need.cpu_min_ghz &&
    stats.cpu_cores >= need.cpu_min_cores &&
    stats.free_ram_mb >= need.ram_min_mb &&
    stats.network_speed_mbps >= need.net_min_speed &&
    stats.latency_ms <= need.net_max_latency &&
    disconnects <= need.max_disconnects_per_hour;
  if (!machine || !realtime.prioritize_realtime) return machine;
  if (stats.jitter_ms === null || stats.packet_rate === null) return false;
  return stats.jitter_ms <= realtime.max_jitter_ms && stats.packet_rate >= realtime.min_packet_rate;
}

/** The score of a machine of unknown uptime whose players are all as far as it says itself, in micro-points. */
export function expectedScore(conf: MapConf, stats: HostStats, disconnects: number): number {
  const need = conf.host_requirements;
  const own = conf.realtime_gaming;
  const weights = own.prioritize_realtime
    ? [own.cpu_weight, own.ram_weight, own.network_speed_weight, own.stability_weight, own.latency_weight]
    : [0.2, 0.2, 0.2, 0.1, 0.3];
  const share = stats.latency_ms / need.net_max_latency;
  const capped = (value: number): number => Math.min(1, Math.max(0, value));
  const terms =
    conf.general.scoring === "normalized"
      ? [
          capped((stats.cpu_ghz * stats.cpu_cores) / (need.cpu_min_ghz * need.cpu_min_cores)),
          capped(stats.free_ram_mb / need.ram_min_mb),
          capped(stats.network_speed_mbps / need.net_min_speed),
          capped(1 - disconnects / need.max_disconnects_per_hour),
          own.prioritize_realtime ? Math.exp(-share) : 1 / (1 + share),
        ]
      : [
          (stats.cpu_ghz * stats.cpu_cores) / need.cpu_min_ghz,
          stats.free_ram_mb / need.ram_min_mb,
          stats.network_speed_mbps / need.net_min_speed,
          1 - disconnects / need.max_disconnects_per_hour,
          own.prioritize_realtime ? Math.exp(-share) : need.net_max_latency / (stats.latency_ms + 1),
        ];
  return Math.round(1_000_000 * terms.reduce((sum, term, i) => sum + term * (weights[i] as number), 0));
}

/** One host by what was said to the coordinator that acts now. */
export class KnownHost {
  profile: HostProfile;
  stats: HostStats;
  online = true;
  /** How it came under suspicion, and who was asked to look. */
  suspicion: { readonly how: "close" | "silence"; prober: HostId } | null = null;
  leaving = false;
  degraded = false;
  eligible = false;
  score = 0;
  blockedUntil = 0;
  everBlocked = false;
  backoffUntil = 0;
  /** Verdicts that were bad, in a row, and when the last one came (us). */
  badVerdicts = 0;
  badVerdictAt = 0;
  /** It never was in any trouble: nothing but its figures speaks for or against it. */
  clean = true;
  private losses = { times: 0, at: 0 };
  private disconnects: number[] = [];

  constructor(profile: HostProfile) {
    this.profile = profile;
    this.stats = profile.stats;
  }

  get isVps(): boolean {
    return this.profile.kind === "vps";
  }

  /** It said how it is. */
  report(conf: MapConf, stats: HostStats, at: number): void {
    this.stats = stats;
    this.disconnects = this.disconnects.filter((t) => t > at - US_PER_HOUR);
    const disconnects = Math.max(this.disconnects.length, stats.disconnects_per_hour);
    this.eligible = this.isVps || meetsConditions(conf, stats, disconnects);
    this.score = expectedScore(conf, stats, disconnects);
    if (!this.eligible || stats.frame_time_ms !== this.profile.stats.frame_time_ms) this.clean = false;
  }

  /** Its line closed, or nothing is heard of it. */
  doubt(how: "close" | "silence", at: number): void {
    this.online = false;
    this.clean = false;
    this.suspicion = { how, prober: -1 };
    if (how === "close") this.disconnects.push(at);
  }

  /** It was given up, with or without maps. */
  giveUp(heldMaps: boolean, tuning: Tuning, at: number): void {
    if (this.suspicion?.how === "silence") this.disconnects.push(at);
    this.suspicion = null;
    this.online = false;
    if (this.leaving || !heldMaps) return;
    const forgiven = this.losses.at + 2 * tuning.backoffMaxS * US_PER_S < at;
    this.losses = { times: forgiven ? 1 : this.losses.times + 1, at };
    const seconds = Math.min(tuning.backoffMaxS, tuning.backoffFirstS * (1 << (this.losses.times - 1)));
    this.backoffUntil = Math.max(this.backoffUntil, at + seconds * US_PER_S);
  }

  /** Why it may be given no map at this time; empty when it may. */
  objection(at: number): string {
    if (!this.online) return this.suspicion === null ? "is away" : "is under suspicion";
    if (this.leaving) return "wishes to leave";
    if (this.isVps) return "";
    if (!this.eligible) return "is not eligible";
    if (this.degraded) return "is degraded";
    if (at < this.blockedUntil) return "is blocked";
    return at < this.backoffUntil ? "is in its back-off" : "";
  }
}
