/** The part of the scenario schema that overrides `p2p_map_config.conf` and the tuning. Keys are those of core/settings. */
import type { Schema } from "./schema-words.ts";
import { fields, flag, mapping, number, text, whole, word } from "./schema-words.ts";

/** What a map may be called. */
export const MAP_NAME = "^[a-z0-9_@#-]{1,24}$";

/** `conf:`, the brace form's sections and keys, on top of a file or of the seed's values. */
export const CONF_SCHEMA: Schema = fields(
  "Settings of p2p_map_config.conf, in its section and key names; keys left out keep the file's or the seed's values.",
  {
    file: text("Path of a p2p_map_config.conf (any dialect), relative to this file."),
    general: fields("General settings.", {
      enable_p2p_maps: flag("Player hosts may run eligible maps."),
      prefer_low_latency: flag("Among hosts within 1 % of the best score take the lowest latency."),
      enable_auto_migration: flag("A map whose host is lost moves by itself."),
      enable_vps_fallback: flag("A map without a player host may run on the VPS."),
      data_check_interval: number("Period of the validation of hosted maps.", "s", { above: 0 }),
      enable_p2p_security_checks: flag("Hosts that fail validation lose hosting."),
      persistent_hosts: flag("The host registry survives a restart of the coordinator."),
      scoring: word("Formula that scores hosts: the seed's, or the normalized one.", ["seed", "normalized"]),
    }),
    host_requirements: fields("What a machine must offer to be eligible.", {
      cpu_min_ghz: number("Least clock.", "GHz", { min: 0 }),
      cpu_min_cores: whole("Least number of cores.", "cores"),
      ram_min_mb: number("Least free memory.", "MB", { min: 0 }),
      net_min_speed: number("Least upload.", "Mbit/s", { min: 0 }),
      net_max_latency: number("Greatest RTT to the nearest VPS site.", "ms", { min: 0 }),
      max_disconnects_per_hour: number("Greatest observed number of disconnects per hour.", "per hour", { min: 0 }),
    }),
    realtime_gaming: fields("Real-time thresholds and the weights of the score.", {
      prioritize_realtime: flag("Judge jitter and packet rate too, and score by the weights below."),
      max_jitter_ms: number("Greatest jitter of an eligible host.", "ms", { min: 0 }),
      min_packet_rate: number("Least packet rate of an eligible host.", "packets/s", { min: 0 }),
      realtime_sync_interval_ms: number("Period of real-time synchronisation.", "ms", { above: 0 }),
      max_frame_time_ms: number("Frame time above which a host counts as degraded after repeated checks.", "ms", { above: 0 }),
      latency_weight: number("Weight of latency in the score.", "weight", { min: 0 }),
      network_speed_weight: number("Weight of upload in the score.", "weight", { min: 0 }),
      cpu_weight: number("Weight of the processor in the score.", "weight", { min: 0 }),
      ram_weight: number("Weight of free memory in the score.", "weight", { min: 0 }),
      stability_weight: number("Weight of stability in the score.", "weight", { min: 0 }),
    }),
    p2p_eligible_maps: mapping(
      "Map name to whether players may host it; these names come first among the scenario's maps.",
      flag("May players host this map."),
      MAP_NAME,
    ),
    task_distribution: fields("Limits and periods of distribution.", {
      priorities: mapping("Task name to priority.", number("Priority; greater is sooner.", "rank")),
      max_tasks_per_node: whole("Maps one player host may hold at once.", "maps", { min: 1 }),
      reassignment_interval: number("Period of redistribution.", "s", { above: 0 }),
    }),
    failover: fields("What happens when a host is lost.", {
      backup_hosts_count: whole("Standbys chosen ahead for each map.", "hosts"),
      migration_timeout: number("Longest wait for a target before the next one is tried.", "ms", { above: 0 }),
      sync_interval: number("Period of state synchronisation with standbys.", "ms", { above: 0 }),
      always_keep_vps_ready: flag("A VPS process stands ready, so that a fallback starts warm."),
    }),
    monitoring: fields("Periods of observation.", {
      health_check_interval: number("Period of host health checks.", "s", { above: 0 }),
      metrics_interval: number("Period of a host's metrics report.", "s", { above: 0 }),
      detailed_logging: flag("Record the steps of every move and not only its outcome; faults wait for them (`on`)."),
      alert_on_failure: flag("Record an alert when a host is lost."),
    }),
    relays: mapping("Region name to relay address.", text("Relay address.")),
    assistance_levels: mapping(
      "Critical map to assistance level.",
      whole("Level; accepted without effect today.", "level", { min: 0, max: 3 }),
      MAP_NAME,
    ),
  },
);

/** `tuning:`, what Peerstead adds to the conf. */
export const TUNING_SCHEMA: Schema = fields("What Peerstead adds to the conf; units stand in the names.", {
  heartbeatMs: number("Period of a host's heartbeat.", "ms", { above: 0 }),
  heartbeatsMissedMax: whole("Heartbeats that may be missing before a host is suspect.", "heartbeats", { min: 1 }),
  probeTimeoutMs: number("How long the indirect probe of a suspect may take.", "ms", { min: 0 }),
  cooldownS: number("A map is not moved voluntarily sooner than this after its last move.", "s", { min: 0 }),
  returnAfterS: number("A map that fell back to the VPS tries a player host again after this.", "s", { min: 0 }),
  betterRealtime: number(
    "A map moves only to a host that scores this many times the present one, when real time is prioritised.",
    "times",
    { above: 0 },
  ),
  betterOtherwise: number("The same when real time is not prioritised.", "times", { above: 0 }),
  mixMemoryS: number("Over how long the mix of regions is averaged by which a map's hosts are compared.", "s", { above: 0 }),
  voluntaryShareMax: number("Share of maps that may be in voluntary moves at once.", "share", { min: 0, max: 1 }),
  stormShare: number("Share of hosts turning suspect within the window at which the coordinator suspects itself.", "share", {
    above: 0,
    max: 1,
  }),
  stormWindowMs: number("Window of the storm guard.", "ms", { above: 0 }),
  stormHoldMs: number("How long the storm guard holds failovers back.", "ms", { min: 0 }),
  stormHostsMin: whole("Below this number of hosts the storm guard does not judge.", "hosts"),
  backoffFirstS: number("First back-off of a host that lost a map; doubles each time.", "s", { min: 0 }),
  backoffMaxS: number("Ceiling of the back-off.", "s", { min: 0 }),
  mapPlayersMax: whole("Players that a map admits which players may host.", "players", { min: 1 }),
  vpsMapPlayersMax: whole("Players that a map admits which stays on the VPS.", "players", { min: 1 }),
  uploadKbpsPerPlayer: number("Upload one player costs its host.", "kbit/s", { min: 0 }),
  stateBytesBase: number("Fixed part of a map's state.", "bytes", { min: 0 }),
  stateBytesPerPlayer: number("Part of a map's state per player.", "bytes", { min: 0 }),
  dirtyBytesPerPlayerS: number("How fast state changes, per player.", "bytes/s", { min: 0 }),
  loadMs: number("Time to load state into a running process.", "ms", { min: 0 }),
  vpsColdStartMs: number("Time to start a cold VPS process.", "ms", { min: 0 }),
  freezeMaxMs: number("A freeze longer than this is undone.", "ms", { above: 0 }),
  failedChecksMax: whole("Consecutive bad checks before a host counts as degraded.", "checks", { min: 1 }),
  validationsFailedMax: whole("Failed validations before a host is blocked.", "validations", { min: 1 }),
  blockedS: number("How long a blocked host stays blocked.", "s", { min: 0 }),
  storeRetryMs: number("First wait before a failed store request is asked again; doubles each time.", "ms", { above: 0 }),
  storeRetryMaxMs: number("Ceiling of that wait.", "ms", { above: 0 }),
  probeCloseTimeoutMs: number("How long a host whose connection closed is probed.", "ms", { min: 0 }),
  clearedGraceMs: number("A host whose suspicion was cleared has this long to be heard again.", "ms", { min: 0 }),
  startGraceMs: number("After its start a coordinator waits this long for hosts to introduce themselves.", "ms", { min: 0 }),
  precopyMaxMs: number("A map in precopy that takes longer than this is left where it is.", "ms", { above: 0 }),
  hostsMax: whole("Hosts known at once; more are refused.", "hosts", { min: 1 }),
  forgetAfterS: number("A player host that stays away longer than this is forgotten.", "s", { above: 0 }),
  checkpointS: number("How often a host writes each of its maps down.", "s", { above: 0 }),
  askAgainMs: number("A player that got no answer asks again after this.", "ms", { above: 0 }),
});
