import type { HostId, RegionId } from "./ids.ts";

/** A player's machine, or a VPS site that stands behind every map. */
export type HostKind = "player" | "vps";

/** What a host measures of itself, in the names and units of `p2p_hosts.yml`. Unmeasured is null, and unmeasured is not eligible. */
export type HostStats = {
  cpu_ghz: number;
  cpu_cores: number;
  free_ram_mb: number;
  network_speed_mbps: number;
  latency_ms: number;
  disconnects_per_hour: number;
  jitter_ms: number | null;
  packet_rate: number | null;
  frame_time_ms: number | null;
};

/** Who a host is and what it can do. `regional_latency_ms[r]` is its RTT to the relay of region r (NaN where never measured). */
export type HostProfile = {
  readonly host: HostId;
  readonly kind: HostKind;
  readonly region: RegionId;
  /** Sustained upload the owner gives to hosting, kbit/s. */
  readonly upload_kbps: number;
  /** How long the machine has been up when it introduced itself, seconds. */
  readonly uptime_s: number;
  /** Maps it may hold at once when it is a VPS site; ignored for players, whose limit the conf sets. */
  readonly slots: number;
  readonly stats: HostStats;
  readonly regional_latency_ms: readonly number[];
};
