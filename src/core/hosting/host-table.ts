/**
 * Owns: what is known of every host, as columns over dense slots: measurements, standing, load, limits, scores.
 * Promises: load plus reservations ≤ capacity is refused nowhere else than by `headroom` (SPEC HO7); eligibility as of the last
 * measurement (SPEC HO4).
 * Never: chooses a host (index), decides a move or reads a clock; every time is handed in.
 */
import { assert } from "../../base/assert.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import type { HostId, RegionId } from "../protocol/ids.ts";
import type { HostingSettings } from "../settings.ts";
import { ineligibilityMask, REASON_BIT, REASONS } from "./eligibility.ts";
import { normalizedBase, normalizedLatency, rttTo, seedScore, toMicro } from "./score.ts";

const SLOTS_FIRST = 64;
const INT32_MAX = 2_147_483_647;
/** Latency of a host nobody measured: worse than any measurement, better than "no host" in the index. */
export const LATENCY_UNKNOWN_US = INT32_MAX - 1;
/** Security, jitter unmeasured and packet rate unmeasured have bits 6, 9 and 10: shifted, they fit a byte. */
export const MARKS_SHIFT = 6;
const US_PER_MS = 1000;
const US_PER_S = 1_000_000;

/** A finite, non-negative number as it is; anything else as `otherwise`, a value that satisfies no condition. */
function measured(value: number, otherwise: number): number {
  return value >= 0 && value < Infinity ? value : otherwise;
}

function grown<T extends Float64Array | Int32Array | Uint16Array | Uint8Array>(column: T, length: number): T {
  const wider = new (column.constructor as new (n: number) => T)(length);
  wider.set(column);
  return wider;
}

/**
 * The fleet as a struct of arrays. A slot is a small dense integer that stays a host's own from {@link add} to {@link remove};
 * columns are indexed by slot, the regional ones by `slot * columns + region`. Read columns freely; write them through methods.
 */
export class HostTable {
  readonly settings: HostingSettings;
  /** Score columns: one in all under `scoring: seed`; under `normalized` one per region, and last one for maps without players. */
  readonly columns: number;
  /** Slots in use or once used: loops run over `0 <= slot < slots`. */
  slots = 0;
  /** Hosts in the table. */
  size = 0;

  // Measurements. What is no measurement (or not made) stands as the infinity that fails its condition; unmeasured passes and is marked.
  cpuGhz = new Float64Array(SLOTS_FIRST);
  cpuCores = new Float64Array(SLOTS_FIRST);
  freeRamMb = new Float64Array(SLOTS_FIRST);
  networkMbps = new Float64Array(SLOTS_FIRST);
  latencyMs = new Float64Array(SLOTS_FIRST);
  disconnects = new Float64Array(SLOTS_FIRST);
  jitterMs = new Float64Array(SLOTS_FIRST);
  packetRate = new Float64Array(SLOTS_FIRST);
  securityValid = new Uint8Array(SLOTS_FIRST);
  /** The reasons that are no comparison of a column, (security, unmeasured): their bits shifted right by {@link MARKS_SHIFT}. */
  marks = new Uint8Array(SLOTS_FIRST);
  /** Bits of {@link REASONS}; 0 is eligible. */
  reasons = new Uint16Array(SLOTS_FIRST);

  // Standing.
  vps = new Uint8Array(SLOTS_FIRST);
  online = new Uint8Array(SLOTS_FIRST);
  leaving = new Uint8Array(SLOTS_FIRST);
  degraded = new Uint8Array(SLOTS_FIRST);
  /** Time (us) until which the host is blocked after failed validations, and backs off after a lost map. */
  blockedUntil = new Float64Array(SLOTS_FIRST);
  backoffUntil = new Float64Array(SLOTS_FIRST);
  /** Time (us) at which the machine came up; NaN when unknown. */
  upSince = new Float64Array(SLOTS_FIRST);

  // Load and limits.
  maps = new Int32Array(SLOTS_FIRST);
  players = new Int32Array(SLOTS_FIRST);
  mapsReserved = new Int32Array(SLOTS_FIRST);
  playersReserved = new Int32Array(SLOTS_FIRST);
  mapsMax = new Int32Array(SLOTS_FIRST);
  playersMax = new Int32Array(SLOTS_FIRST);

  /**
   * `[slot * columns + region]`: score (micro-points) and latency (us) as if all the map's players were in that region. The column
   * after the last region (the only one under `seed`) goes by the host's own latency.
   */
  micro: Int32Array;
  latencyUs: Int32Array;
  /** Time (us) as of which a slot's scores were computed; NaN when nobody compared the host since it was last measured. */
  scoredAt = new Float64Array(SLOTS_FIRST);

  private readonly ids: HostId[] = [];
  private readonly profiles: (HostProfile | undefined)[] = [];
  private readonly slotById = new Map<HostId, number>();
  private readonly free: number[] = [];
  private capacity = SLOTS_FIRST;

  constructor(settings: HostingSettings) {
    this.settings = settings;
    this.columns = settings.conf.general.scoring === "normalized" ? settings.regions.length + 1 : 1;
    this.micro = new Int32Array(SLOTS_FIRST * this.columns);
    this.latencyUs = new Int32Array(SLOTS_FIRST * this.columns);
  }

  /** The slot of a host, -1 when it is not in the table. */
  slotOf(host: HostId): number {
    return this.slotById.get(host) ?? -1;
  }

  /** The host in a slot. */
  hostOf(slot: number): HostId {
    return this.ids[slot] as HostId;
  }

  /** What the host last said of itself: its profile with the latest measurements. */
  profileOf(slot: number): HostProfile {
    const profile = this.profiles[slot];
    assert(profile !== undefined, "slot holds a host");
    return profile;
  }

  /** The score column a region reads. */
  columnOf(region: RegionId): number {
    return this.columns === 1 ? 0 : region;
  }

  /** Takes a new host in, offline, with valid security, and gives its slot. `at` (us) dates its uptime. The host must be new. */
  add(profile: HostProfile, at: number): number {
    assert(!this.slotById.has(profile.host), "a host is added once");
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.capacity) this.grow();
    this.ids[slot] = profile.host;
    this.slotById.set(profile.host, slot);
    this.size++;
    this.securityValid[slot] = 1;
    this.online[slot] = this.leaving[slot] = this.degraded[slot] = 0;
    this.blockedUntil[slot] = this.backoffUntil[slot] = 0;
    this.renew(slot, profile, at);
    return slot;
  }

  /** A known host introduces itself again: new profile, limits, eligibility and scores; load and standing stay. */
  renew(slot: number, profile: HostProfile, at: number): void {
    assert(this.ids[slot] === profile.host, "a slot is renewed by its own host");
    const { conf, tuning } = this.settings;
    const isVps = profile.kind === "vps";
    this.vps[slot] = isVps ? 1 : 0;
    this.upSince[slot] = profile.uptime_s >= 0 ? at - profile.uptime_s * US_PER_S : NaN;
    this.mapsMax[slot] = isVps ? profile.slots : conf.task_distribution.max_tasks_per_node;
    const playersMax = isVps
      ? profile.slots * tuning.vpsMapPlayersMax
      : Math.floor(measured(profile.upload_kbps, 0) / tuning.uploadKbpsPerPlayer);
    this.playersMax[slot] = Math.min(playersMax, INT32_MAX);
    this.profiles[slot] = profile;
    this.measure(slot, profile.stats, profile.regional_latency_ms, at);
  }

  /** New measurements of a host: columns, eligibility and scores follow. */
  measure(slot: number, stats: HostStats, regional: readonly number[], at: number): void {
    const profile = this.profileOf(slot);
    if (profile.stats !== stats || profile.regional_latency_ms !== regional)
      this.profiles[slot] = { ...profile, stats, regional_latency_ms: regional };
    this.cpuGhz[slot] = measured(stats.cpu_ghz, -Infinity);
    this.cpuCores[slot] = measured(stats.cpu_cores, -Infinity);
    this.freeRamMb[slot] = measured(stats.free_ram_mb, -Infinity);
    this.networkMbps[slot] = measured(stats.network_speed_mbps, -Infinity);
    this.latencyMs[slot] = measured(stats.latency_ms, Infinity);
    this.disconnects[slot] = measured(stats.disconnects_per_hour, Infinity);
    this.jitterMs[slot] = stats.jitter_ms === null ? 0 : measured(stats.jitter_ms, Infinity);
    this.packetRate[slot] = stats.packet_rate === null ? Infinity : measured(stats.packet_rate, -Infinity);
    this.judge(slot);
    // Nobody compares a host that may not be chosen and holds nothing: most of a fleet. It is scored when it is offered.
    if (this.reasons[slot] === 0 || (this.maps[slot] as number) > 0) this.score(slot, at);
    else this.scoredAt[slot] = NaN;
  }

  /** Computes a host's scores anew; only uptime can have changed since {@link measure}. */
  score(slot: number, at: number): void {
    const { conf } = this.settings;
    this.scoredAt[slot] = at;
    const { stats, regional_latency_ms: regional } = this.profileOf(slot);
    if (conf.general.scoring === "seed") {
      this.micro[slot] = toMicro(seedScore(stats, conf));
      this.latencyUs[slot] = latencyUsOf(stats.latency_ms);
      return;
    }
    const upSince = this.upSince[slot] as number;
    const base = normalizedBase(stats, conf, upSince <= at ? (at - upSince) / US_PER_S : null);
    for (let r = 0, cell = slot * this.columns; r < this.columns; r++, cell++) {
      const rtt = r === this.columns - 1 ? stats.latency_ms : rttTo(regional, r, stats.latency_ms);
      this.micro[cell] = toMicro(base + normalizedLatency(rtt, conf));
      this.latencyUs[cell] = latencyUsOf(rtt);
    }
  }

  /** What validation says of a host; eligibility follows when the conf asks for security checks. */
  setSecurityValid(slot: number, valid: boolean): void {
    this.securityValid[slot] = valid ? 1 : 0;
    this.judge(slot);
  }

  private judge(slot: number): void {
    const { stats } = this.profileOf(slot);
    const valid = this.securityValid[slot] === 1;
    this.reasons[slot] = ineligibilityMask(stats, this.settings.conf, valid);
    const unmeasured =
      (stats.jitter_ms === null ? REASON_BIT.jitter_ms_unmeasured : 0) |
      (stats.packet_rate === null ? REASON_BIT.packet_rate_unmeasured : 0);
    this.marks[slot] = (unmeasured | (valid ? 0 : REASON_BIT.security)) >> MARKS_SHIFT;
  }

  /** Changes what a host holds by so many maps and players; below zero is a bug. */
  hold(slot: number, maps: number, players: number): void {
    this.maps[slot] = (this.maps[slot] as number) + maps;
    this.players[slot] = (this.players[slot] as number) + players;
    assert((this.maps[slot] as number) >= 0, "maps held do not fall below zero");
    assert((this.players[slot] as number) >= 0, "players held do not fall below zero");
  }

  /** Changes what is reserved on a host for moves under way; below zero is a bug. */
  reserve(slot: number, maps: number, players: number): void {
    this.mapsReserved[slot] = (this.mapsReserved[slot] as number) + maps;
    this.playersReserved[slot] = (this.playersReserved[slot] as number) + players;
    assert((this.mapsReserved[slot] as number) >= 0, "maps reserved do not fall below zero");
    assert((this.playersReserved[slot] as number) >= 0, "players reserved do not fall below zero");
  }

  /** Players the host can still take on top of what it holds and has reserved; negative when it outgrew its limit. */
  playersLeft(slot: number): number {
    return (this.playersMax[slot] as number) - (this.players[slot] as number) - (this.playersReserved[slot] as number);
  }

  /** Maps the host can still take on top of what it holds and has reserved. */
  mapsLeft(slot: number): number {
    return (this.mapsMax[slot] as number) - (this.maps[slot] as number) - (this.mapsReserved[slot] as number);
  }

  /** Whether the host is up, eligible and in good standing at `at` (us), whatever its load. VPS sites are asked for no eligibility. */
  isFit(slot: number, at: number): boolean {
    if (this.online[slot] === 0 || this.leaving[slot] === 1) return false;
    if (this.vps[slot] === 1) return true;
    if (this.reasons[slot] !== 0 || this.degraded[slot] === 1) return false;
    return (this.blockedUntil[slot] as number) <= at && (this.backoffUntil[slot] as number) <= at;
  }

  /**
   * Players one more map on this host may bring, or -1 when it must not be offered a map: not fit ({@link isFit}), maps full, players
   * over the limit, or a VPS site (the fallback is not chosen by score). Changes by itself when a block or back-off ends.
   */
  headroom(slot: number, at: number): number {
    if (this.vps[slot] === 1 || !this.isFit(slot, at) || this.mapsLeft(slot) < 1) return -1;
    return Math.max(-1, this.playersLeft(slot));
  }

  /** Forgets a host. Nothing may be held by it or reserved on it any more. */
  remove(slot: number): void {
    assert(this.profiles[slot] !== undefined, "slot holds a host");
    assert(this.maps[slot] === 0 && this.players[slot] === 0, "a removed host holds nothing");
    assert(this.mapsReserved[slot] === 0 && this.playersReserved[slot] === 0, "nothing is reserved on a removed host");
    this.slotById.delete(this.hostOf(slot));
    this.profiles[slot] = undefined;
    this.size--;
    this.online[slot] = 0;
    this.reasons[slot] = (1 << REASONS.length) - 1;
    this.cpuGhz[slot] = -Infinity;
    this.free.push(slot);
  }

  private grow(): void {
    const length = (this.capacity *= 2);
    this.cpuGhz = grown(this.cpuGhz, length);
    this.cpuCores = grown(this.cpuCores, length);
    this.freeRamMb = grown(this.freeRamMb, length);
    this.networkMbps = grown(this.networkMbps, length);
    this.latencyMs = grown(this.latencyMs, length);
    this.disconnects = grown(this.disconnects, length);
    this.jitterMs = grown(this.jitterMs, length);
    this.packetRate = grown(this.packetRate, length);
    this.securityValid = grown(this.securityValid, length);
    this.marks = grown(this.marks, length);
    this.reasons = grown(this.reasons, length);
    this.vps = grown(this.vps, length);
    this.online = grown(this.online, length);
    this.leaving = grown(this.leaving, length);
    this.degraded = grown(this.degraded, length);
    this.blockedUntil = grown(this.blockedUntil, length);
    this.backoffUntil = grown(this.backoffUntil, length);
    this.upSince = grown(this.upSince, length);
    this.maps = grown(this.maps, length);
    this.players = grown(this.players, length);
    this.mapsReserved = grown(this.mapsReserved, length);
    this.playersReserved = grown(this.playersReserved, length);
    this.mapsMax = grown(this.mapsMax, length);
    this.playersMax = grown(this.playersMax, length);
    this.micro = grown(this.micro, length * this.columns);
    this.latencyUs = grown(this.latencyUs, length * this.columns);
    this.scoredAt = grown(this.scoredAt, length);
  }
}

/** Milliseconds as whole microseconds inside an int32; what is no measurement is {@link LATENCY_UNKNOWN_US}. */
function latencyUsOf(ms: number): number {
  return ms >= 0 ? Math.min(Math.round(ms * US_PER_MS), LATENCY_UNKNOWN_US) : LATENCY_UNKNOWN_US;
}
