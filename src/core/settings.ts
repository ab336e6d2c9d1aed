/**
 * Typed settings. `MapConf` is what `p2p_map_config.conf` says, in its own section names, key names and units;
 * `Tuning` is what Peerstead adds, in names that carry their unit.
 */

/** The settings of `p2p_map_config.conf`, whatever dialect they were read from. */
export type MapConf = {
  general: {
    enable_p2p_maps: boolean;
    prefer_low_latency: boolean;
    enable_auto_migration: boolean;
    enable_vps_fallback: boolean;
    /** Seconds. */
    data_check_interval: number;
    enable_p2p_security_checks: boolean;
    persistent_hosts: boolean;
    /** Which formula scores hosts. Files that do not say keep the seed's. */
    scoring: "seed" | "normalized";
  };
  host_requirements: {
    cpu_min_ghz: number;
    cpu_min_cores: number;
    ram_min_mb: number;
    /** Mbit/s. */
    net_min_speed: number;
    /** Milliseconds. */
    net_max_latency: number;
    max_disconnects_per_hour: number;
  };
  realtime_gaming: {
    prioritize_realtime: boolean;
    max_jitter_ms: number;
    min_packet_rate: number;
    realtime_sync_interval_ms: number;
    max_frame_time_ms: number;
    latency_weight: number;
    network_speed_weight: number;
    cpu_weight: number;
    ram_weight: number;
    stability_weight: number;
  };
  /** Map name → may players host it. A map that is not named here stays on the VPS. */
  p2p_eligible_maps: Record<string, boolean>;
  task_distribution: {
    priorities: Record<string, number>;
    /** Maps one player host may hold at once. */
    max_tasks_per_node: number;
    /** Seconds. */
    reassignment_interval: number;
  };
  failover: {
    backup_hosts_count: number;
    /** Milliseconds. */
    migration_timeout: number;
    /** Milliseconds. */
    sync_interval: number;
    always_keep_vps_ready: boolean;
  };
  monitoring: {
    /** Seconds. */
    health_check_interval: number;
    /** Seconds. */
    metrics_interval: number;
    detailed_logging: boolean;
    alert_on_failure: boolean;
  };
  /** Region name → relay address (flat dialect). */
  relays: Record<string, string>;
  /** Critical map → assistance level 0..3 (flat dialect; accepted, without effect today). */
  assistance_levels: Record<string, number>;
};

/** The seed document's values, and the fork's for the keys that the document leaves out. */
export function defaultMapConf(): MapConf {
  return {
    general: {
      enable_p2p_maps: true,
      prefer_low_latency: true,
      enable_auto_migration: true,
      enable_vps_fallback: true,
      data_check_interval: 5,
      enable_p2p_security_checks: true,
      persistent_hosts: true,
      scoring: "seed",
    },
    host_requirements: {
      cpu_min_ghz: 3.0,
      cpu_min_cores: 4,
      ram_min_mb: 8192,
      net_min_speed: 100,
      net_max_latency: 30,
      max_disconnects_per_hour: 1,
    },
    realtime_gaming: {
      prioritize_realtime: true,
      max_jitter_ms: 15,
      min_packet_rate: 100,
      realtime_sync_interval_ms: 50,
      max_frame_time_ms: 16,
      latency_weight: 0.35,
      network_speed_weight: 0.25,
      cpu_weight: 0.15,
      ram_weight: 0.15,
      stability_weight: 0.1,
    },
    p2p_eligible_maps: {},
    task_distribution: {
      priorities: {
        npc_processing: 10,
        player_trade: 9,
        monster_ai: 8,
        pathfinding: 7,
        environmental_effects: 5,
        asset_preloading: 3,
      },
      max_tasks_per_node: 3,
      reassignment_interval: 30,
    },
    failover: { backup_hosts_count: 2, migration_timeout: 1000, sync_interval: 100, always_keep_vps_ready: true },
    monitoring: { health_check_interval: 15, metrics_interval: 60, detailed_logging: true, alert_on_failure: true },
    relays: {},
    assistance_levels: {},
  };
}

/** What Peerstead adds to the conf. Units stand in the names. */
export type Tuning = {
  /** Period of a host's heartbeat (250 ms). */
  heartbeatMs: number;
  /** Heartbeats that may be missing before a host is suspect (3). */
  heartbeatsMissedMax: number;
  /** How long the indirect probe of a suspect may take. */
  probeTimeoutMs: number;
  /** A map does not move of our own will sooner than this after its last move (60 s; SPEC HO6). */
  cooldownS: number;
  /** A map that fell back to the VPS tries a player host again after this (seed's dialect: 300 s). */
  returnAfterS: number;
  /** A map moves for a better host only if that one scores this many times the present one: when real time is prioritised, and otherwise (seed: 1.1, 1.2). */
  betterRealtime: number;
  betterOtherwise: number;
  /** Over how long the mix of regions is averaged by which a map's hosts are compared. */
  mixMemoryS: number;
  /** Share of maps that may be in voluntary moves at once (0.10; SPEC HO6). */
  voluntaryShareMax: number;
  /** Storm guard: share of hosts (0.30) that turn suspect within the window (2 s) before we suspect ourselves. */
  stormShare: number;
  stormWindowMs: number;
  /** How long the storm guard holds failovers back. */
  stormHoldMs: number;
  /** Below this number of hosts the storm guard does not judge. */
  stormHostsMin: number;
  /** First back-off after a host lost a map, and its ceiling; doubles in between. */
  backoffFirstS: number;
  backoffMaxS: number;
  /** Players a map admits that players may host, and one that stays on the VPS (a town on a server of its own). */
  mapPlayersMax: number;
  vpsMapPlayersMax: number;
  /** Upload one player costs its host (V-Sekai's figure for 1,000 nearest: 100 kbit/s). */
  uploadKbpsPerPlayer: number;
  /** Size of a map's state: fixed part and part per player. */
  stateBytesBase: number;
  stateBytesPerPlayer: number;
  /** How fast state changes, per player: sizes the deltas of precopy. */
  dirtyBytesPerPlayerS: number;
  /** Time to load state into a running process, and to start a cold VPS instance. */
  loadMs: number;
  vpsColdStartMs: number;
  /** A freeze longer than this is undone (500 ms). */
  freezeMaxMs: number;
  /** Bad measurements in a row before a host counts as no longer good (seed's dialect: 3 failed checks). */
  failedChecksMax: number;
  /** Failed validations before a host is blocked, and for how long (seed's dialect: 3, 3600 s). */
  validationsFailedMax: number;
  blockedS: number;
  /** First wait before a failed store request is asked again, and its ceiling; doubles in between. */
  storeRetryMs: number;
  storeRetryMaxMs: number;
  /** A closed connection is probed for this long: a machine whose process died answers with a reset at once. */
  probeCloseTimeoutMs: number;
  /** A host whose suspicion was cleared has this long to be heard again. */
  clearedGraceMs: number;
  /** After its start a coordinator waits this long for hosts to introduce themselves before it places maps or gives hosts up. */
  startGraceMs: number;
  /** A map in precopy that takes longer than this is left where it is. */
  precopyMaxMs: number;
  /** Hosts known at once; more are refused. */
  hostsMax: number;
  /** A player host that stays away longer than this is forgotten. */
  forgetAfterS: number;
  /** How often a host writes each of its maps down (durable checkpoint, fenced by the epoch). */
  checkpointS: number;
  /** A player that got no answer asks again after this. */
  askAgainMs: number;
};

/** Defaults; each constant is named by its source in {@link Tuning}. */
export function defaultTuning(): Tuning {
  return {
    heartbeatMs: 250,
    heartbeatsMissedMax: 3,
    probeTimeoutMs: 300,
    cooldownS: 60,
    returnAfterS: 300,
    betterRealtime: 1.1,
    betterOtherwise: 1.2,
    mixMemoryS: 1800,
    voluntaryShareMax: 0.1,
    stormShare: 0.3,
    stormWindowMs: 2000,
    stormHoldMs: 5000,
    stormHostsMin: 8,
    backoffFirstS: 30,
    backoffMaxS: 1800,
    mapPlayersMax: 200,
    vpsMapPlayersMax: 5000,
    uploadKbpsPerPlayer: 100,
    stateBytesBase: 500_000,
    stateBytesPerPlayer: 8_000,
    dirtyBytesPerPlayerS: 2_000,
    loadMs: 50,
    vpsColdStartMs: 1500,
    freezeMaxMs: 500,
    failedChecksMax: 3,
    validationsFailedMax: 3,
    blockedS: 3600,
    storeRetryMs: 100,
    storeRetryMaxMs: 2000,
    probeCloseTimeoutMs: 120,
    clearedGraceMs: 2000,
    startGraceMs: 2000,
    precopyMaxMs: 20_000,
    hostsMax: 1_000_000,
    forgetAfterS: 86_400,
    checkpointS: 60,
    askAgainMs: 3000,
  };
}

/** Everything the hosting room is set by. Map names are interned by the caller: `maps[mapId]`. */
export type HostingSettings = {
  readonly conf: MapConf;
  readonly tuning: Tuning;
  readonly maps: readonly string[];
  /** `eligible[mapId]`: may leave the VPS. */
  readonly eligible: readonly boolean[];
  readonly regions: readonly string[];
};
