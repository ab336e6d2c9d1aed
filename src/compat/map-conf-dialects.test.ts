import { describe, expect, it } from "vitest";
import { defaultMapConf } from "../core/settings.ts";
import { readMapConf } from "./map-conf-read.ts";
import type { Note } from "./text/notes.ts";

/** `line:column key | message`, as short as a table of cases needs it. */
function brief(notes: readonly Note[]): string[] {
  return notes.map((note) => `${note.line}:${note.column} ${note.key} | ${note.message}`);
}

describe("YAML", () => {
  it("is read with its own comments, quotes, flow and block collections", () => {
    const text = `---
general:
  enable_p2p_maps: yes   # 1.1 words too
  prefer_low_latency: "off"
  scoring: normalized
host_requirements: {cpu_min_cores: 6, ram_min_mb: 4096}
p2p_eligible_maps:
- moc_fild01
- "pay_dun01"
relays:
  NA: na.example.com
monitoring:
`;
    const read = readMapConf(text, "f");
    expect(brief([...read.errors, ...read.warnings])).toEqual([]);
    expect(read.settings.general).toMatchObject({ enable_p2p_maps: true, prefer_low_latency: false, scoring: "normalized" });
    expect(read.settings.host_requirements).toMatchObject({ cpu_min_cores: 6, ram_min_mb: 4096 });
    expect(read.settings.p2p_eligible_maps).toEqual({ moc_fild01: true, pay_dun01: true });
    expect(read.settings.relays).toEqual({ NA: "na.example.com" });
    expect(read.positions.get("host_requirements.ram_min_mb")).toEqual({ line: 6, column: 39 });
  });

  it("has its errors placed", () => {
    const text =
      "general:\n  enable_p2p_maps: maybe\nfailover:\n  sync_interval: 5\n  sync_interval: 6\n  backup_hosts_count:\n  migration_timout: 3\n";
    const read = readMapConf(text, "f");
    expect(brief(read.errors)).toEqual([
      '2:20 general.enable_p2p_maps | expected 1 or 0 (or true/false, yes/no, on/off), found "maybe"',
      '5:3 failover.sync_interval | "sync_interval" is given twice, first on line 4',
      "6:3 failover.backup_hosts_count | expected a whole number from 0 to 64 hosts, found nothing",
    ]);
    expect(brief(read.warnings)).toEqual([
      '7:3 failover.migration_timout | unknown key "migration_timout", ignored; did you mean "migration_timeout"?',
    ]);
  });

  it("is refused where it is not YAML, goes too deep or refers to itself", () => {
    expect(readMapConf("general:\n  enable_p2p_maps: 1\n\tprefer_low_latency: 1\n", "f").errors[0]).toMatchObject({ line: 3, column: 1 });
    expect(readMapConf(`---\na: ${"[".repeat(500)}`, "f").errors[0]!.message).toMatch(/32 deep/);
    expect(readMapConf(`---\n${"- ".repeat(100_000)}`, "f").errors[0]!.message).toMatch(/32 deep/);
    expect(brief(readMapConf("general: &a\n  enable_p2p_maps: 1\nmonitoring: *a\n", "f").errors)).toEqual([
      "3:13 monitoring | expected a value, found an alias of one",
    ]);
  });
});

describe("the flat dialect", () => {
  const text = `# Minimum free RAM (GB)
ram_min = 8.5
enable_p2p_maps = 0   # off
enable_host_persistence = no
backup_hosts_per_map = 4
metric_collection_interval = 30

moc_fild01 = 1
gef_dun02 = 0
prontera = 1
geffen = 0
my_field = 2
NA = na.example.com:7000
`;

  it("becomes the brace form's sections, names and units", () => {
    const read = readMapConf(text, "f");
    expect(read.errors).toEqual([]);
    expect(read.settings.host_requirements.ram_min_mb).toBe(8704);
    expect(read.settings.general).toMatchObject({ enable_p2p_maps: false, persistent_hosts: false, scoring: "seed" });
    expect(read.settings.failover.backup_hosts_count).toBe(4);
    expect(read.settings.monitoring.metrics_interval).toBe(30);
    expect(read.settings.relays).toEqual({ NA: "na.example.com:7000" });
    expect(read.positions.get("host_requirements.ram_min_mb")).toEqual({ line: 2, column: 1 });
  });

  it("tells an eligible map from a critical one by the seed's lists, and by levels 2 and 3", () => {
    const read = readMapConf(text, "f");
    expect(read.settings.p2p_eligible_maps).toEqual({
      moc_fild01: true,
      gef_dun02: false,
      prontera: false,
      geffen: false,
      my_field: false,
    });
    expect(read.settings.assistance_levels).toEqual({ prontera: 1, geffen: 0, my_field: 2 });
  });

  it("takes an unknown name for a map with a warning, and a misspelt key for what it is", () => {
    const read = readMapConf("my_field = 1\nenable_vps_falback = 0\nnet_max_latncy = 20\nsomething = words\n", "f");
    expect(read.settings.p2p_eligible_maps).toEqual({ my_field: true });
    expect(brief(read.warnings)).toEqual([
      '1:1 my_field | "my_field" is no key and no map of the seed\'s files; read as a map that players may host',
      '2:1 enable_vps_falback | unknown key "enable_vps_falback", ignored; did you mean "enable_vps_fallback"?',
      '3:1 net_max_latncy | unknown key "net_max_latncy", ignored; did you mean "net_max_latency"?',
      '4:1 something | unknown key "something", ignored',
    ]);
  });

  it("allows one standby less than max_p2p_nodes hosts", () => {
    expect(readMapConf("max_p2p_nodes = 2\nbackup_hosts_per_map = 4\n", "f").settings.failover.backup_hosts_count).toBe(1);
    expect(readMapConf("max_p2p_nodes = 9\n", "f").settings.failover.backup_hosts_count).toBe(2);
  });

  it.each([
    "host_persistence_file = db/p2p_hosts.yml",
    "enable_host_disabling = 1",
    "load_redistribution_threshold = 80",
    "latency_spike_threshold = 50",
    "speed_drop_threshold = 50",
    "max_failed_checks = 3",
  ])("accepts without effect: %s", (line) => {
    const read = readMapConf(line, "f");
    expect(read.errors).toEqual([]);
    expect(read.warnings.map((w) => w.message)).toEqual([`"${line.split(" ")[0]}" is accepted without effect`]);
    expect(read.settings).toEqual(defaultMapConf());
  });

  it("has its errors placed", () => {
    const damaged =
      'ram_min = 8\n  ram_min = 4\n= 5\nnonsense\nnet_min_speed =\ncpu_min_ghz = 3,5\ntwo words = 1\nram_min_mb = 100\nmoc_fild01 = maybe\nNA = "open\n';
    expect(brief(readMapConf(damaged, "f").errors)).toEqual([
      '2:3 ram_min | "ram_min" is given twice, first on line 1',
      "3:1  | expected \"key = value\", found '='",
      '4:1  | expected "key = value", found "nonsense"',
      "5:1 net_min_speed | expected a number from 0.1 to 1000000 Mbit/s, found nothing",
      '6:15 cpu_min_ghz | expected a number from 0.1 to 100 GHz, found "3,5"',
      "7:1  | expected one word before '=', found \"two words\"",
      '8:1 ram_min_mb | "ram_min_mb" sets "host_requirements.ram_min_mb" again, first set on line 1',
      '9:14 moc_fild01 | expected 1 (players may host it) or 0 (it stays on the VPS), found "maybe"',
      '10:6 NA | expected " to close this text, found the end of the line',
    ]);
  });
});

describe("the eligibility file", () => {
  const text = `// levels
p2p_test: 1
gef_dun01: 2
closed: 0
restricted_maps: {
    prontera
    alberta
}
p2p_assist_maps: { prontera: 3 }
relay_servers: { NA: "na.example.com" }
weights: { latency: 40 // %
    cpu: 25
    ram: 20
    network: 15 }
requirements: { Enhanced: { cpu_ghz: 3.6 ram_gb: 12 max_latency_ms: 45 } }
fallback: { auto_fallback: false retry_interval: 300 min_hosts: 1 sync_interval: 60 }
security: { validation_interval: 30 max_failed_validations: 3
    required_validations: { spawn_rates: true } }
`;

  it("becomes eligible maps, the requirements of the highest level asked for, relays, weights and switches", () => {
    const read = readMapConf(text, "f");
    expect(read.errors).toEqual([]);
    const { settings } = read;
    expect(settings.p2p_eligible_maps).toEqual({ p2p_test: true, gef_dun01: true, closed: false, prontera: false, alberta: false });
    expect(settings.host_requirements).toEqual({
      cpu_min_ghz: 3.6,
      cpu_min_cores: 6,
      ram_min_mb: 12_288,
      net_min_speed: 200,
      net_max_latency: 45,
      max_disconnects_per_hour: 1,
    });
    expect(settings.relays).toEqual({ NA: "na.example.com" });
    expect(settings.realtime_gaming).toMatchObject({
      latency_weight: 0.4,
      cpu_weight: 0.25,
      ram_weight: 0.2,
      network_speed_weight: 0.15,
      stability_weight: 0,
    });
    expect(settings.general).toMatchObject({ enable_vps_fallback: false, data_check_interval: 30 });
    expect(settings.failover.backup_hosts_count).toBe(1);
    expect(settings.failover.sync_interval).toBe(100);
  });

  it("says which of its keys have no effect", () => {
    expect(readMapConf(text, "f").warnings.map((w) => w.key)).toEqual([
      "p2p_assist_maps.prontera",
      "fallback.retry_interval",
      "fallback.sync_interval",
      "security.max_failed_validations",
      "security.required_validations.spawn_rates",
    ]);
  });

  it("keeps a map on the VPS that is both restricted and given a level", () => {
    const read = readMapConf("prontera: 3\nrestricted_maps: { prontera }\nfallback: { min_host: 1 }", "f");
    expect(read.settings.p2p_eligible_maps).toEqual({ prontera: false });
    expect(read.settings.host_requirements.cpu_min_cores).toBe(4);
    expect(brief(read.warnings)).toEqual([
      '1:1 prontera | "prontera" stands among the restricted maps too and stays on the VPS',
      '3:13 fallback.min_host | unknown key "min_host", ignored; did you mean "min_hosts"?',
    ]);
  });

  it("refuses levels and weights out of range", () => {
    expect(brief(readMapConf("p2p_test: 4\nweights: {\n latency: 140 }\nrequirements: { Basic: {\n ram_gb: x } }", "f").errors)).toEqual([
      '1:11 p2p_test | expected a level from 0 to 3, found "4"',
      '3:11 weights.latency | expected a number from 0 to 100 %, found "140"',
      '5:10 requirements.Basic.ram_gb | expected a number from 0.0009765625 to 16384 GB, found "x"',
    ]);
  });
});
