/**
 * Owns the machines that are offered: what they are, when they are up, what they measure of themselves.
 * Promises: every draw is keyed by (purpose, host, number), so that one host's life moves no other's. Never knows about maps.
 */
import { type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import type { HostProfile, HostStats } from "../../src/core/protocol/host-stats.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Options } from "../options.ts";
import { METER } from "../world/meters.ts";
import { EVENT } from "../world/queue.ts";
import { SOURCE } from "../world/sources.ts";
import type { World } from "../world/world.ts";
import { HostDraws } from "./host-draws.ts";
import { pick, relayRttMs } from "./places.ts";

/** A VPS site is as many servers as its slots need. Assumption: a server holds a hundred maps, behind an ordinary port of 1 Gbit/s. */
const SERVER_SLOTS = 100;
const SERVER_KBPS = 1_000_000;
/** An owner who wants the machine back waits at most this long for the maps to go. */
const LEAVE_PATIENCE_US = 20_000_000;
/** At the start hosts connect within this time; later a booted machine's agent within as long. */
const CONNECT_SPREAD_US = 500_000;
const US_PER_S = 1_000_000;

/** All machines of a run, VPS sites first: their make, their up-times and their reports. */
export class HostFleet {
  private readonly world: World;
  private readonly options: Options;
  private readonly draws: HostDraws;
  private readonly life: Stream;
  private readonly noise: Stream;
  private readonly uptime: PreparedLaw | null;
  private readonly downtime: PreparedLaw | null;
  private readonly relays: Float64Array;
  private readonly sites: number;
  private readonly profiles: HostProfile[] = [];
  /** RTT to the nearest VPS site (ms), once computed: machines and sites stay where they are. */
  private readonly latency: Float64Array;
  /** Per host: how many up- and down-times were drawn, how many reports were made, events pushed. */
  private readonly lives: Float64Array;
  private readonly reports: Float64Array;
  private readonly seq: Float64Array;
  private readonly boots: Uint32Array;
  /** Hosts that report better than they are, and by how much. */
  private readonly lies = new Map<HostId, number>();
  private resting = false;
  /** Once the fleet rests: the hosts that may still come back; null: all. */
  private core: ReadonlySet<HostId> | null = null;

  constructor(world: World, options: Options) {
    this.world = world;
    this.options = options;
    this.draws = new HostDraws(options, world.root);
    this.life = stream(world.root, "fleet/life");
    this.noise = stream(world.root, "fleet/metrics");
    const h = options.hosts;
    this.uptime = h.uptimeS === null ? null : prepareLaw(h.uptimeS);
    this.downtime = h.downtimeS === null ? null : prepareLaw(h.downtimeS);
    this.relays = relayRttMs(options.network, options.regions.length);
    this.sites = options.vps.sites.length;
    const all = this.sites + h.count + 1;
    this.lives = new Float64Array(all);
    this.latency = new Float64Array(all);
    this.reports = new Float64Array(all);
    this.seq = new Float64Array(all);
    this.boots = new Uint32Array(all);
  }

  /** Hosts are 1..count: VPS sites first. */
  static count(options: Options): number {
    return options.vps.sites.length + options.hosts.count;
  }

  /** What a machine is, measurements of the last report included. */
  profile(host: HostId): HostProfile {
    return this.profiles[host] as HostProfile;
  }

  /** Makes all machines; those that are up connect. */
  start(): void {
    this.options.vps.sites.forEach((site, i) => this.makeSite(i + 1, site));
    for (let host = this.sites + 1; host <= HostFleet.count(this.options); host++) this.makeHost(host);
    for (let host = 1; host <= this.sites; host++) this.boot(host, 0, 1000 * host);
    for (let host = this.sites + 1; host <= HostFleet.count(this.options); host++) this.begin(host);
  }

  private makeSite(host: HostId, site: Options["vps"]["sites"][number]): void {
    const { region, slots } = site;
    const place = site.place ?? this.draws.placeIn(host, region);
    const m = this.world.machines;
    m.place[host] = place;
    if (host === 1) m.place[0] = place;
    const stats: HostStats = {
      cpu_ghz: 3,
      cpu_cores: 16,
      free_ram_mb: 65_536,
      network_speed_mbps: 1000,
      latency_ms: 1,
      disconnects_per_hour: 0,
      jitter_ms: 0,
      packet_rate: 100_000,
      frame_time_ms: 1,
    };
    this.profiles[host] = {
      host,
      kind: "vps",
      region,
      upload_kbps: SERVER_KBPS * Math.ceil(slots / SERVER_SLOTS),
      uptime_s: 0,
      slots,
      stats,
      regional_latency_ms: this.regional(host, 0),
    };
  }

  private makeHost(host: HostId): void {
    const machine = this.draws.machine(host);
    const m = this.world.machines;
    m.place[host] = machine.place;
    m.accessUs[host] = Math.round(machine.accessMs * 500);
    const stats: HostStats = {
      cpu_ghz: machine.cpuGhz,
      cpu_cores: machine.cpuCores,
      free_ram_mb: machine.freeRamMb,
      network_speed_mbps: Math.round(machine.uploadMbps),
      latency_ms: this.latencyMs(host),
      disconnects_per_hour: 0,
      jitter_ms: machine.jitterMs,
      packet_rate: machine.packetRate,
      frame_time_ms: machine.frameTimeMs,
    };
    const upload_kbps = Math.max(1, Math.floor(machine.uploadMbps * 1000 * this.options.hosts.uploadShare));
    this.profiles[host] = {
      host,
      kind: "player",
      region: this.options.network.placeRegion[machine.place] as number,
      upload_kbps,
      uptime_s: 0,
      slots: 0,
      stats,
      regional_latency_ms: this.regional(host, machine.accessMs),
    };
  }

  /** RTT to the nearest VPS site, ms: what the conf's net_max_latency is about. */
  private latencyMs(host: HostId): number {
    const known = this.latency[host] as number;
    if (known > 0) return known;
    let best = Number.POSITIVE_INFINITY;
    for (let site = 1; site <= this.sites; site++) best = Math.min(best, (2 * this.world.machines.oneWayUs(host, site)) / 1000);
    this.latency[host] = best;
    return best;
  }

  private regional(host: HostId, accessMs: number): number[] {
    const regions = this.options.regions.length;
    const place = this.world.machines.place[host] as number;
    return Array.from({ length: regions }, (_, r) => (this.relays[place * regions + r] as number) + accessMs);
  }

  private push(host: HostId, at: number, kind: number): void {
    const n = this.seq[host] as number;
    this.seq[host] = n + 1;
    this.world.schedule(Math.round(at), SOURCE.fleet + host, n, kind, host, this.boots[host] as number, undefined);
  }

  /** The machine's life as the run finds it. */
  private begin(host: HostId): void {
    const trace = this.options.hosts.availability;
    if (trace !== null) return this.beginTrace(host, trace);
    const { upS, comesS, endsS } = this.draws.start(host);
    if (comesS > 0) return this.push(host, comesS * US_PER_S, EVENT.downtimeEnds);
    this.boot(host, upS, this.draws.connects(host) * CONNECT_SPREAD_US);
    if (endsS !== null) this.push(host, endsS * US_PER_S, EVENT.uptimeEnds);
  }

  /** A host's up- and down-times from a trace node. */
  private beginTrace(host: HostId, trace: NonNullable<Options["hosts"]["availability"]>): void {
    const duration = (this.options.durationUs + this.options.settleUs) / US_PER_S;
    for (const { number, startS, endS } of this.draws.traceUps(host, trace)) {
      if (startS <= 0) this.boot(host, -startS, this.draws.connects(host) * CONNECT_SPREAD_US);
      else this.push(host, startS * US_PER_S, EVENT.downtimeEnds);
      // Ends of a trace's up-times belong to whatever boot is running then.
      if (endS < duration)
        this.world.schedule(Math.round(endS * US_PER_S), SOURCE.fleet + host, 1_000_000 + number, EVENT.uptimeEnds, host, -1, undefined);
    }
  }

  /** The machine comes up; `ageS` it had been up before. */
  boot(host: HostId, ageS: number, afterUs: number): void {
    if (this.world.machines.up[host] === 1) return;
    this.boots[host] = ((this.boots[host] as number) + 1) >>> 0;
    const profile = { ...this.profile(host), uptime_s: ageS };
    this.profiles[host] = profile;
    this.world.bootHost(profile, afterUs);
    if (host > this.sites)
      this.push(host, this.world.now + this.intervalUs(host) * (0.5 + 0.5 * drawUnit(this.noise, host, 0)), EVENT.measure);
  }

  /** Until the next report: as the coordinator asked, or as the conf says before it has. */
  private intervalUs(host: HostId): number {
    const asked = this.world.hosts[host]?.metricsIntervalS ?? 0;
    return (asked > 0 ? asked : this.options.conf.monitoring.metrics_interval) * US_PER_S;
  }

  /**
   * From now on machines stay as they are: nobody goes by its own life (the quiet after the faults), and who is away comes back, unless
   * there is a core and it is not of it.
   */
  rest(core: ReadonlySet<HostId> | null): void {
    this.resting = true;
    this.core = core;
  }

  /** The host reports measurements that are so many times better than the truth; 1: it is honest again. Heard at its next report. */
  lie(host: HostId, times: number): void {
    if (times > 1) this.lies.set(host, times);
    else this.lies.delete(host);
  }

  /** A fleet event of a host. `boot`: the boot it belongs to, -1 for any. */
  event(kind: number, host: HostId, boot: number): void {
    if (this.resting && kind === EVENT.uptimeEnds) return;
    if (kind === EVENT.downtimeEnds && this.resting && this.core !== null && host > this.sites && !this.core.has(host)) return;
    if (kind === EVENT.downtimeEnds) return this.comeUp(host);
    if (boot >= 0 && boot !== this.boots[host]) return;
    if (this.world.machines.up[host] === 0) return;
    if (kind === EVENT.measure) return this.measure(host);
    if (kind === EVENT.uptimeEnds) this.goDown(host);
  }

  private comeUp(host: HostId): void {
    if (this.world.machines.up[host] === 1) return;
    this.boot(host, 0, drawUnit(this.life, host, this.nextLife(host)) * CONNECT_SPREAD_US);
    if (this.uptime !== null)
      this.push(host, this.world.now + sampleLaw(this.uptime, drawUnit(this.life, host, this.nextLife(host))) * US_PER_S, EVENT.uptimeEnds);
  }

  private nextLife(host: HostId): number {
    const n = this.lives[host] as number;
    this.lives[host] = n + 1;
    return n;
  }

  /** The up-time is over, in the way it is drawn to end. */
  private goDown(host: HostId): void {
    const { polite, close, silent } = this.options.hosts.leave;
    const way = pick([polite, polite + close, polite + close + silent], drawUnit(this.life, host, this.nextLife(host)));
    if (way === 0) this.leave(host);
    else this.stop(host, way === 1 ? "down-close" : "down-silent");
  }

  /** The owner wants the machine back: asks, and goes when told to or when patience ends. */
  leave(host: HostId): void {
    const actor = this.world.hosts[host];
    if (actor === undefined) return;
    this.world.deliver(actor, { kind: "wish", at: this.world.clockOf(host), wish: { verb: "stop-hosting" } });
    const boot = this.boots[host] as number;
    this.world.schedule(this.world.now + LEAVE_PATIENCE_US, SOURCE.fleet + host, this.nextSeq(host), EVENT.sample, host, boot, undefined);
  }

  private nextSeq(host: HostId): number {
    const n = this.seq[host] as number;
    this.seq[host] = n + 1;
    return n;
  }

  /** Patience is over, or the coordinator said goodbye. `boot` -1: whichever runs. */
  leaveNow(host: HostId, boot: number): void {
    if (boot >= 0 && boot !== this.boots[host]) return;
    this.stop(host, "down-polite");
  }

  /** The machine goes down; when it comes back is drawn, unless a trace says so or `backAfterUs` is given. */
  stop(host: HostId, truth: "down-polite" | "down-close" | "down-silent", backAfterUs = -1): void {
    if (this.world.machines.up[host] === 0) return;
    this.world.stopHost(host, truth);
    if (backAfterUs > 0) this.push(host, this.world.now + backAfterUs, EVENT.downtimeEnds);
    else if (this.downtime !== null && host > this.sites) {
      this.push(
        host,
        this.world.now + Math.max(1, sampleLaw(this.downtime, drawUnit(this.life, host, this.nextLife(host)))) * US_PER_S,
        EVENT.downtimeEnds,
      );
    }
  }

  /** A report: latency and jitter as they look today, keyed by the report's number. */
  private measure(host: HostId): void {
    const n = (this.reports[host] as number) + 1;
    this.reports[host] = n;
    const profile = this.profile(host);
    // The mean of two uniforms, centred: a cheap bell of relative width metricsNoise (its deviation is 1/sqrt(6) of the range).
    const bell = (drawUnit(this.noise, host, 2 * n) + drawUnit(this.noise, host, 2 * n + 1) - 1) * 2.449;
    const factor = Math.max(0.2, 1 + this.options.hosts.metricsNoise * bell);
    const stats = this.told(host, { ...profile.stats, latency_ms: this.latencyMs(host) * factor });
    const actor = this.world.hosts[host];
    const stalled = (this.world.machines.pausedUntil[host] as number) > this.world.now;
    if (actor !== undefined && !stalled)
      this.world.deliver(actor, {
        kind: "measured",
        at: this.world.clockOf(host),
        stats,
        regional_latency_ms: profile.regional_latency_ms,
      });
    this.push(host, this.world.now + this.intervalUs(host), EVENT.measure);
  }

  /** What a host says of itself: the truth, or something better. */
  private told(host: HostId, stats: HostStats): HostStats {
    const times = this.lies.get(host);
    if (times === undefined) return stats;
    this.world.meters.hit(METER.lied, host);
    const less = (value: number | null) => (value === null ? null : value / times);
    return {
      cpu_ghz: stats.cpu_ghz * times,
      cpu_cores: Math.round(stats.cpu_cores * times),
      free_ram_mb: Math.round(stats.free_ram_mb * times),
      network_speed_mbps: Math.round(stats.network_speed_mbps * times),
      latency_ms: stats.latency_ms / times,
      disconnects_per_hour: 0,
      jitter_ms: less(stats.jitter_ms),
      packet_rate: stats.packet_rate === null ? null : Math.round(stats.packet_rate * times),
      frame_time_ms: less(stats.frame_time_ms),
    };
  }
}
