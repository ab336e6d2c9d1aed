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
