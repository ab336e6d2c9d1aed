/**
 * Every key of the map conf: where it stands, what it may be, what it does. Readers, `conf check` and the documentation go by this table.
 * Ranges are ours: they keep out what no operator means (a weight below zero, an interval of no length); defaults are in core/settings.ts.
 */

/** What a value has to be. `integer` and `number` are decimal; `bool` is 1/0, true/false, yes/no or on/off in any case. */
export type ValueType = "bool" | "integer" | "number" | "choice" | "text";

/** One key. `section` is empty for keys that only the flat dialect has and that settings has no place for. */
export type KeySpec = {
  readonly section: string;
  readonly key: string;
  readonly type: ValueType;
  /** Unit as a message names it; empty when the value has none. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** The words a `choice` may be. */
  readonly choices: readonly string[];
  /** What the key does, in one sentence. */
  readonly about: string;
  /** False: the key is accepted and changes nothing. */
  readonly effect: boolean;
};

const HOUR_MS = 3_600_000;
const DAY_S = 86_400;

function spec(section: string, key: string, type: ValueType, unit: string, min: number, max: number, about: string): KeySpec {
  return { section, key, type, unit, min, max, choices: [], about, effect: true };
}

function bool(section: string, key: string, about: string): KeySpec {
  return spec(section, key, "bool", "", 0, 1, about);
}

function priority(key: string): KeySpec {
  return {
    ...spec("task_distribution.priorities", key, "integer", "", 0, 1000, "Rank of this kind of assistance task; higher goes first."),
    effect: false,
  };
}

const GENERAL: readonly KeySpec[] = [
  bool("general", "enable_p2p_maps", "Lets player hosts hold maps at all; off keeps every map on the VPS."),
  bool("general", "prefer_low_latency", "Among hosts within one percent of the best score, takes the one with the lowest latency."),
  bool("general", "enable_auto_migration", "Moves a map to another player host when its host is lost or does badly."),
  bool("general", "enable_vps_fallback", "Lets a map fall back to the VPS when no player host can take it."),
  spec("general", "data_check_interval", "integer", "s", 1, DAY_S, "How often verdicts about what hosts reported are acted upon."),
  bool("general", "enable_p2p_security_checks", "Keeps hosts that failed validation away from maps."),
  bool("general", "persistent_hosts", "Keeps the registry of hosts across restarts."),
  {
    ...spec("general", "scoring", "choice", "", 0, 0, "Formula that ranks hosts: the seed's unbounded one, or terms limited to 0..1."),
    choices: ["seed", "normalized"],
  },
];

const HOST_REQUIREMENTS: readonly KeySpec[] = [
  spec("host_requirements", "cpu_min_ghz", "number", "GHz", 0.1, 100, "Clock a host's processor needs at least."),
  spec("host_requirements", "cpu_min_cores", "integer", "cores", 1, 4096, "Processor cores a host needs at least."),
  spec("host_requirements", "ram_min_mb", "integer", "MB", 1, 16_777_216, "Free memory a host needs at least."),
  spec("host_requirements", "net_min_speed", "number", "Mbit/s", 0.1, 1_000_000, "Network speed a host needs at least."),
  spec(
    "host_requirements",
    "net_max_latency",
    "number",
    "ms",
    0,
    60_000,
    "Latency a host may have at most; 0 lets the seed's latency term stand at its fixed value.",
  ),
  spec(
    "host_requirements",
    "max_disconnects_per_hour",
    "number",
    "per hour",
    0,
    3600,
    "Disconnects within the last hour a host may have at most.",
  ),
];

const REALTIME: readonly KeySpec[] = [
  bool(
    "realtime_gaming",
    "prioritize_realtime",
    "Adds jitter and packet rate to the requirements, scores by the weights below, and moves maps for a gain of 10 instead of 20 percent.",
  ),
  spec("realtime_gaming", "max_jitter_ms", "number", "ms", 0, 60_000, "Jitter a host may have at most."),
  spec("realtime_gaming", "min_packet_rate", "number", "packets/s", 0, 10_000_000, "Packets a second a host must be able to process."),
  spec(
    "realtime_gaming",
    "realtime_sync_interval_ms",
    "integer",
    "ms",
    1,
    HOUR_MS,
    "How often a host sends the changes of a map to its standbys.",
  ),
  spec(
    "realtime_gaming",
    "max_frame_time_ms",
    "number",
    "ms",
    1,
    60_000,
    "A host whose frames take longer for three checks counts as degraded.",
  ),
  spec("realtime_gaming", "latency_weight", "number", "", 0, 100, "Weight of latency in the score."),
  spec("realtime_gaming", "network_speed_weight", "number", "", 0, 100, "Weight of network speed in the score."),
  spec("realtime_gaming", "cpu_weight", "number", "", 0, 100, "Weight of the processor in the score."),
  spec("realtime_gaming", "ram_weight", "number", "", 0, 100, "Weight of free memory in the score."),
  spec("realtime_gaming", "stability_weight", "number", "", 0, 100, "Weight of stability in the score."),
];

const TASKS: readonly KeySpec[] = [
  ...["npc_processing", "player_trade", "monster_ai", "pathfinding", "environmental_effects", "asset_preloading"].map(priority),
  spec("task_distribution", "max_tasks_per_node", "integer", "maps", 1, 1000, "Maps one player host may hold at once."),
  spec("task_distribution", "reassignment_interval", "integer", "s", 1, DAY_S, "How often maps are moved to clearly better hosts."),
];

const FAILOVER: readonly KeySpec[] = [
  spec("failover", "backup_hosts_count", "integer", "hosts", 0, 64, "Standbys kept ready for each map."),
  spec(
    "failover",
    "migration_timeout",
    "integer",
    "ms",
    1,
    HOUR_MS,
    "How long a host may take to get a map ready before the next one is tried.",
  ),
  spec("failover", "sync_interval", "integer", "ms", 1, HOUR_MS, "Pace of the rounds that copy a map's state before it moves."),
  bool("failover", "always_keep_vps_ready", "Keeps a VPS instance warm for every map, so that falling back needs no cold start."),
];

const MONITORING: readonly KeySpec[] = [
  spec("monitoring", "health_check_interval", "integer", "s", 1, DAY_S, "How often hosts are judged by what is observed of them."),
  spec("monitoring", "metrics_interval", "integer", "s", 1, DAY_S, "How often hosts report what they measure."),
  bool("monitoring", "detailed_logging", "Records the steps of every move and not only its outcome."),
  bool("monitoring", "alert_on_failure", "Records an alert when a host is lost."),
];

/** All keys of the brace form, section by section. Maps, relays and assistance levels have names of their own and stand apart. */
export const MAP_CONF_KEYS: readonly KeySpec[] = [...GENERAL, ...HOST_REQUIREMENTS, ...REALTIME, ...TASKS, ...FAILOVER, ...MONITORING];

/** Sections whose keys are names that the operator chooses. */
export const NAME_SECTIONS = ["p2p_eligible_maps", "relays", "assistance_levels"] as const;

/** The keys of one section, by name. Dotted for the section inside a section. */
export const KEYS_BY_SECTION: ReadonlyMap<string, ReadonlyMap<string, KeySpec>> = bySection(MAP_CONF_KEYS);

/** The spec of a brace-form key. Asking for one that does not exist is a bug of the caller and gives undefined. */
export function keySpec(section: string, key: string): KeySpec | undefined {
  return KEYS_BY_SECTION.get(section)?.get(key);
}

/**
 * A key of the flat dialect: the brace-form key it sets and the factor between the units, or a spec of its own
 * when it sets nothing.
 */
export type FlatKey = { readonly name: string; readonly spec: KeySpec; readonly factor: number };

function flat(name: string, section: string, key: string): FlatKey {
  return { name, spec: keySpec(section, key)!, factor: 1 };
}

function idle(name: string, type: ValueType, unit: string, max: number, about: string): FlatKey {
  return { name, spec: { ...spec("", name, type, unit, 0, max, about), effect: false }, factor: 1 };
}

const SAME_NAME: readonly FlatKey[] = MAP_CONF_KEYS.filter((s) => s.effect).map((s) => ({ name: s.key, spec: s, factor: 1 }));

/** Megabytes in the gigabyte of `ram_min`. */
const MB_PER_GB = 1024;

const RAM_MIN_GB: KeySpec = { ...keySpec("host_requirements", "ram_min_mb")!, type: "number", unit: "GB", min: 1 / MB_PER_GB, max: 16_384 };

const FLAT_LIST: readonly FlatKey[] = [
  ...SAME_NAME,
  { name: "ram_min", spec: RAM_MIN_GB, factor: MB_PER_GB },
  flat("enable_host_persistence", "general", "persistent_hosts"),
  flat("backup_hosts_per_map", "failover", "backup_hosts_count"),
  flat("metric_collection_interval", "monitoring", "metrics_interval"),
  {
    name: "max_p2p_nodes",
    spec: spec("", "max_p2p_nodes", "integer", "hosts", 1, 65, "Hosts of one map, standbys included; allows one standby less."),
    factor: 1,
  },
  idle("host_persistence_file", "text", "", 0, "File of the host registry; the command line names it instead."),
  idle(
    "max_failed_checks",
    "integer",
    "checks",
    1000,
    "Bad checks in a row before a host counts as degraded; Peerstead's own tuning sets it.",
  ),
  idle("enable_host_disabling", "bool", "", 1, "Shuts hosts out automatically; health checks do so already."),
  idle("load_redistribution_threshold", "number", "%", 100, "Load from which maps move; scores and capacity decide instead."),
  idle("latency_spike_threshold", "number", "%", 10_000, "Rise of latency that counts as a spike; the requirements decide instead."),
  idle("speed_drop_threshold", "number", "%", 100, "Fall of speed that counts as a drop; the requirements decide instead."),
];

/** The flat dialect's keys: those of the brace form under their own name, without a section, and those that only it has. */
export const FLAT_KEYS: ReadonlyMap<string, FlatKey> = new Map(FLAT_LIST.map((k) => [k.name, k]));

function bySection(keys: readonly KeySpec[]): Map<string, Map<string, KeySpec>> {
  const sections = new Map<string, Map<string, KeySpec>>();
  for (const k of keys) {
    const section = sections.get(k.section) ?? new Map<string, KeySpec>();
    sections.set(k.section, section.set(k.key, k));
  }
  return sections;
}
