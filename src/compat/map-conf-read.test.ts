import { describe, expect, it } from "vitest";
import { defaultMapConf } from "../core/settings.ts";
import { MAP_CONF_CHARS_MAX, readMapConf } from "./map-conf-read.ts";
import type { Note } from "./text/notes.ts";

/** `line:column key | message`, as short as a table of cases needs it. */
function brief(notes: readonly Note[]): string[] {
  return notes.map((note) => `${note.line}:${note.column} ${note.key} | ${note.message}`);
}

const GOOD = `//===== a title =====
general: {
    // a comment with { and " in it
    enable_p2p_maps: 0 // trailing, with }
    prefer_low_latency = off; enable_auto_migration: FALSE,
    "enable_vps_fallback": no
    /* several
       lines */ data_check_interval: 9 # the other comment
}
host_requirements:
{
\tcpu_min_ghz:\t3.25
    ram_min_mb: 4096,
};
p2p_eligible_maps: { "moc_fild01": 1 'pay_dun01' = yes, ayo#1: on prontera: 0 }
relays: { NA: na.example.com:7000, EU: "https://eu.example.com/x" }
`;

describe("the brace form", () => {
  it("is read with both comment signs, both separators, optional commas and quotes", () => {
    const read = readMapConf(GOOD, "good.conf");
    const expected = defaultMapConf();
    Object.assign(expected.general, {
      enable_p2p_maps: false,
      prefer_low_latency: false,
      enable_auto_migration: false,
      enable_vps_fallback: false,
      data_check_interval: 9,
    });
    Object.assign(expected.host_requirements, { cpu_min_ghz: 3.25, ram_min_mb: 4096 });
    expected.p2p_eligible_maps = { moc_fild01: true, pay_dun01: true, "ayo#1": true, prontera: false };
    expected.relays = { NA: "na.example.com:7000", EU: "https://eu.example.com/x" };
    expect(read.settings).toEqual(expected);
    expect([read.warnings, read.errors]).toEqual([[], []]);
    expect(read.positions.get("host_requirements.cpu_min_ghz")).toEqual({ line: 12, column: 2 });
    expect(read.positions.get("p2p_eligible_maps.prontera")).toEqual({ line: 15, column: 67 });
  });

  it("does not care about a byte order mark and CRLF, not even in positions", () => {
    const windows = readMapConf(`\ufeff${GOOD.replaceAll("\n", "\r\n")}`, "good.conf");
    expect(windows).toEqual(readMapConf(GOOD, "good.conf"));
  });

  it.each([
    ["p2p_eligible_maps: { pay_dun01 alberta }"],
    ["p2p_eligible_maps: [pay_dun01, alberta]"],
    ["p2p_eligible_maps: {\n pay_dun01 // one\n 'alberta' }"],
    ["p2p_eligible_maps: [\n pay_dun01\n alberta,\n]"],
  ])("takes a list of maps as maps that players may host: %j", (text) => {
    const read = readMapConf(text, "f");
    expect(read.errors).toEqual([]);
    expect(read.settings.p2p_eligible_maps).toEqual({ pay_dun01: true, alberta: true });
  });

  it("is read as JSON too", () => {
    const read = readMapConf('{"general": {"enable_p2p_maps": false}, "p2p_eligible_maps": {"moc_fild01": 1}}', "f");
    expect(brief([...read.errors, ...read.warnings])).toEqual([]);
    expect(read.settings.general.enable_p2p_maps).toBe(false);
    expect(read.settings.p2p_eligible_maps).toEqual({ moc_fild01: true });
  });

  it("keeps map names that objects have a meaning for apart from what objects inherit", () => {
    const read = readMapConf("p2p_eligible_maps: { constructor: 0 __proto__: 1 }", "f");
    expect(Object.entries(read.settings.p2p_eligible_maps)).toEqual([
      ["constructor", false],
      ["__proto__", true],
    ]);
    expect("toString" in read.settings.p2p_eligible_maps).toBe(false);
  });

  it.each([
    [
      "a missing closing brace at the end",
      "general: {\n  enable_p2p_maps: 1\n",
      ["3:1 general | expected '}' to close section \"general\" of line 1, found the end of the file"],
    ],
    [
      "a missing closing brace before the next section",
      "general: {\n  enable_p2p_maps: 1\n\nfailover: {\n  sync_interval: 7\n}\n",
      ['4:1 general.failover | expected \'}\' to close section "general" of line 1, found section "failover"'],
    ],
    [
      "a section inside another",
      "general: { failover: { sync_interval: 8 } }",
      ['1:12 general.failover | expected \'}\' to close section "general" of line 1, found section "failover"'],
    ],
    [
      "a missing opening brace",
      "general: \n  enable_p2p_maps: 1\n}\nfailover: { sync_interval: 8 }\n",
      ['1:1 general | expected a value for "general", found the end of the line', "3:1  | unexpected '}': no section is open"],
    ],
    [
      "a missing separator before a brace",
      "failover {\n  sync_interval: 8\n}\n",
      ["1:1 failover | expected ':' or '=' after \"failover\", found '{'"],
    ],
    [
      "a missing separator",
      "failover: {\n sync_interval 8\n}",
      ["2:2 failover | expected ':' or '=' between keys and values of section \"failover\", found words alone"],
    ],
    [
      "a missing separator among others",
      "failover: {\n sync_interval 8\n backup_hosts_count: 1 }",
      ["2:2 failover.sync_interval | expected ':' or '=' after \"sync_interval\", found \"8\""],
    ],
    [
      "a missing value",
      "failover: {\n  sync_interval:\n  backup_hosts_count: 3\n}",
      ['2:3 failover.sync_interval | expected a value for "failover.sync_interval", found the end of the line'],
    ],
    [
      "a missing value before a brace",
      "failover: { sync_interval: }",
      ["1:13 failover.sync_interval | expected a value for \"failover.sync_interval\", found '}'"],
    ],
    [
      "a missing value behind a comment",
      "failover: {\n  sync_interval: // 5\n}",
      ['2:3 failover.sync_interval | expected a value for "failover.sync_interval", found the end of the line'],
    ],
    ["a stray word", "failover: { sync_interval: 100 ms }", ["1:32 failover.ms | expected ':' or '=' after \"ms\", found '}'"]],
    ["a stray comma", "failover: { sync_interval: 100, , backup_hosts_count: 1 }", ["1:33 failover | expected a key, found ','"]],
    [
      "a stray separator",
      "failover: { sync_interval:: 100 }",
      ["1:13 failover.sync_interval | expected a value for \"failover.sync_interval\", found ':'"],
    ],
    ["one brace too many", "failover: { sync_interval: 100 }}\n", ["1:33  | unexpected '}': no section is open"]],
    [
      "a section twice",
      "failover: { sync_interval: 8 }\n\nfailover: { sync_interval: 9 }",
      ['3:1 failover | "failover" is given twice, first on line 1'],
    ],
    [
      "a key twice",
      "failover: {\n sync_interval: 8\n sync_interval: 9 }",
      ['3:2 failover.sync_interval | "sync_interval" is given twice, first on line 2'],
    ],
    [
      "a map twice",
      'p2p_eligible_maps: { "prontera": 0\n prontera: 1 }',
      ['2:2 p2p_eligible_maps.prontera | "prontera" is given twice, first on line 1'],
    ],
    [
      "a map twice in a list",
      "p2p_eligible_maps: { prontera\n prontera }",
      ['2:2 p2p_eligible_maps.prontera | map "prontera" is given twice, first on line 1'],
    ],
    [
      "a text without end",
      'relays: {\n NA: "na.example.com\n EU: b }',
      ['2:6  | expected " to close this text, found the end of the line'],
    ],
    [
      "a comment without end",
      "failover: { sync_interval: 8 /* x\n}\n",
      ["1:30  | expected '*/' to close this comment, found the end of the file"],
    ],
    [
      "a list without end",
      "p2p_eligible_maps: [ prontera\n",
      ["2:1 p2p_eligible_maps | expected ']' to close the list opened on line 1, found the end of the file"],
    ],
    [
      "a list closed by a brace",
      "p2p_eligible_maps: [ prontera }\n",
      ["1:31 p2p_eligible_maps | expected ']' to close the list opened on line 1, found '}'"],
    ],
  ])("names the place of %s", (_, text, errors) => {
    expect(brief(readMapConf(text, "f").errors)).toEqual(errors);
  });

  it("reads on behind an error", () => {
    const text = "general: {\n  enable_p2p_maps: maybe\n  prefer_low_latency: 0\n\nfailover: {\n  sync_interval: 7\n}\n";
    const read = readMapConf(text, "f");
    expect(read.errors.map((e) => e.line)).toEqual([2, 5]);
    expect(read.settings.general.prefer_low_latency).toBe(false);
    expect(read.settings.failover.sync_interval).toBe(7);
  });

  it.each([
    ["cpu_min_ghz", "NaN", 'expected a number from 0.1 to 100 GHz, found "NaN"'],
    ["cpu_min_ghz", "0x10", 'expected a number from 0.1 to 100 GHz, found "0x10"'],
    ["cpu_min_ghz", "Infinity", 'expected a number from 0.1 to 100 GHz, found "Infinity"'],
    ["cpu_min_cores", "-4", 'expected a whole number from 1 to 4096 cores, found "-4"'],
    ["cpu_min_cores", "2.5", 'expected a whole number from 1 to 4096 cores, found "2.5"'],
    ["cpu_min_cores", "four", 'expected a whole number from 1 to 4096 cores, found "four"'],
    ["ram_min_mb", "99999999999999999999", 'expected a whole number from 1 to 16777216 MB, found "99999999999999999999"'],
    ["net_min_speed", "1e999", 'expected a number from 0.1 to 1000000 Mbit/s, found "1e999"'],
    ["net_max_latency", "３０", 'expected a number from 0 to 60000 ms, found "３０"'],
    ["net_max_latency", "{ a: 1 }", "expected a number from 0 to 60000 ms, found a section"],
    ["net_max_latency", "[30]", "expected a number from 0 to 60000 ms, found a list"],
    ["max_disconnects_per_hour", "true", 'expected a number from 0 to 3600 per hour, found "true"'],
  ])("refuses %s: %s and keeps the default", (key, value, message) => {
    const read = readMapConf(`host_requirements: {\n  ${key}: ${value}\n}`, "f");
    expect(brief(read.errors)).toEqual([`2:${5 + key.length} host_requirements.${key} | ${message}`]);
    expect(read.settings).toEqual(defaultMapConf());
  });

  it("refuses words that are no switch and no formula", () => {
    const read = readMapConf("general: {\n enable_p2p_maps: 2\n scoring: best\n}\np2p_eligible_maps: {\n prontera: 3\n Payon: 1 }", "f");
    expect(brief(read.errors)).toEqual([
      '2:19 general.enable_p2p_maps | expected 1 or 0 (or true/false, yes/no, on/off), found "2"',
      '3:11 general.scoring | expected "seed" or "normalized", found "best"',
      '6:12 p2p_eligible_maps.prontera | expected 1 (players may host it) or 0 (it stays on the VPS), found "3"',
      '7:2 p2p_eligible_maps.Payon | expected a map name of 1 to 24 characters a-z 0-9 _ @ # -, found "Payon"',
    ]);
  });

  it("refuses a value where a section belongs", () => {
    expect(brief(readMapConf("general: 5\nfailover: [1, 2]\nmonitoring: {}", "f").errors)).toEqual([
      '1:10 general | expected a section, found "5"',
      "2:11 failover | expected a section, found a list",
    ]);
  });

  it("warns of unknown sections and keys, suggests what was meant and leaves them out", () => {
    const read = readMapConf("genral: { enable_p2p_maps: 0 }\nfailover: {\n  backup_host_count: 9\n  zzz: 1\n}\nsync_interval: 5\n", "f");
    expect(brief(read.warnings)).toEqual([
      '1:1 genral | unknown section "genral", ignored; did you mean "general"?',
      '3:3 failover.backup_host_count | unknown key "backup_host_count", ignored; did you mean "backup_hosts_count"?',
      '4:3 failover.zzz | unknown key "zzz", ignored',
      '6:1 sync_interval | "sync_interval" is ignored outside of its section "failover"',
    ]);
    expect(read.errors).toEqual([]);
    expect(read.settings).toEqual(defaultMapConf());
  });

  it("warns of keys without effect and of weights that do not add up", () => {
    const text =
      "task_distribution: { priorities: {\n npc_processing: 3 } }\nassistance_levels: {\n prontera: 2 }\nrealtime_gaming: {\n cpu_weight: 0.5 }";
    const read = readMapConf(text, "f");
    expect(brief(read.warnings)).toEqual([
      '2:2 task_distribution.priorities.npc_processing | "npc_processing" is accepted without effect',
      '4:2 assistance_levels.prontera | "prontera" is accepted without effect: players assist no map of the VPS yet',
      "6:2 realtime_gaming.cpu_weight | the five weights add up to 1.35, expected 1",
    ]);
    expect(read.settings.task_distribution.priorities["npc_processing"]).toBe(3);
    expect(read.settings.assistance_levels).toEqual({ prontera: 2 });
  });

  it("stops at limits of length and depth", () => {
    expect(brief(readMapConf(" ".repeat(MAP_CONF_CHARS_MAX + 1), "f").errors)).toEqual([
      `1:1  | expected at most ${MAP_CONF_CHARS_MAX} characters, found ${MAP_CONF_CHARS_MAX + 1}`,
    ]);
    const deep = readMapConf("a: { ".repeat(33), "f").errors;
    expect(deep.map((e) => [e.line, e.column, e.message])).toEqual([[1, 164, "expected sections at most 32 deep, found a deeper one"]]);
    expect(readMapConf(`${"a: { ".repeat(32)}${"}".repeat(32)}`, "f").errors).toEqual([]);
  });

  it("lists a bounded number of errors and says how many more there are", () => {
    const { errors } = readMapConf("general: {\n}\n".repeat(1000), "f");
    expect(errors.length).toBe(201);
    expect(errors.at(-1)!.message).toBe("799 more are not listed");
  });
});

describe("a file without settings", () => {
  it.each(["", "// nothing\n", "# nothing", "\ufeff\r\n"])("gives the defaults and a warning: %j", (text) => {
    const read = readMapConf(text, "f");
    expect(read.settings).toEqual(defaultMapConf());
    expect(brief(read.warnings)).toEqual(["1:1  | the file sets nothing; every key has its default"]);
    expect(read.errors).toEqual([]);
  });
});

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
