import { describe, expect, it } from "vitest";
import { defaultSyncSettings } from "../core/sync-settings.ts";
import { toldSources } from "./sync-conf/secrets.fixture.ts";
import { readSyncConf, SYNC_CONF_CHARS_MAX, type SyncConfReading } from "./sync-conf-read.ts";
import type { Note } from "./text/notes.ts";

/** What silences the two warnings of an empty file, so that a test sees its own alone. */
const READY = `encryption_key = ${"000102030405060708090a0b0c0d0e0f".repeat(2)}\npg_connection_string = postgresql://a:b@localhost/db\n`;

function read(text: string, production = false): SyncConfReading {
  return readSyncConf(READY + text, "f", { production, sources: toldSources() });
}

/** `line:column key | message` of the test's own lines, which begin behind the two of {@link READY}. */
function brief(notes: readonly Note[]): string[] {
  return notes.map((note) => `${note.line - 2}:${note.column} ${note.key} | ${note.message}`);
}

describe("the dialect", () => {
  it("is one key a line; signs of comments count at the beginning of a line only", () => {
    const { settings, warnings, errors } = read(
      "# a comment\n/ another\n// and = another\n  # moved in\n\n\tmax_queue_size\t=\t12\t\nredis_host=cache-1\nmain_server_endpoint = https://proxy.net/a/b\n",
    );
    expect([brief(warnings), brief(errors)]).toEqual([[], []]);
    expect([settings.limits.queueMax, settings.links.redis.host]).toEqual([12, "cache-1"]);
    expect(settings.links.mainServerEndpoint).toBe("https://proxy.net/a/b");
  });

  it.each(["redis_password = a#b", "redis_password =a#b", "  redis_password  =   a#b  "])("keeps what stands behind: %j", (text) => {
    expect(read(text).settings.links.redis.password?.reveal()).toBe("a#b");
  });

  it("does not care about a byte order mark and CRLF, not even in positions", () => {
    const text = "# one\nredis_port = x\nvector_eligible_maps = a, b\n";
    const windows = readSyncConf(`\ufeff${(READY + text).replaceAll("\n", "\r\n")}`, "f", { production: false, sources: toldSources() });
    const plain = read(text);
    expect([windows.errors, windows.notes]).toEqual([plain.errors, plain.notes]);
    expect(plain.positions.get("vector_eligible_maps.b")).toEqual({ line: 5, column: 27 });
    expect(plain.positions.get("vector_eligible_maps")).toEqual({ line: 5, column: 1 });
  });

  it.each([
    ["redis_password hunter2", "1:1 redis_password | expected '=' after \"redis_password\", found something else"],
    ["openai_api_key: hunter2", "1:1 openai_api_key | expected '=' after \"openai_api_key\", found something else"],
    ["openai_api_key : hunter2 = x", "1:1 openai_api_key | expected '=' after \"openai_api_key\", found something else"],
    [" hunter2", "1:2  | expected \"key = value\", found a line without '='"],
    ["hunter2 is = my", "1:1  | expected \"key = value\", found several words before '='"],
    ["= hunter2", "1:1  | expected a key before '=', found none"],
    ["redis_db = 1\nredis_db = 2", '2:1 redis_db | "redis_db" is given twice, first on line 3'],
    ["hunter2 = 1\nhunter2 = 1", "2:1  | a key is given twice, first on line 3"],
  ])("complains of %j without repeating what may be a secret (SY13)", (text, error) => {
    const told = read(text);
    expect(brief(told.errors)).toEqual([error]);
    expect(JSON.stringify(told)).not.toContain("hunter2");
  });

  it("keeps the first of two and reads on", () => {
    const { settings } = read("redis_db = 1\nredis_db = 2\nnonsense\nredis_port = 7");
    expect(settings.links.redis).toMatchObject({ database: 1, port: 7 });
  });

  it("warns of unknown keys, and names them where a known one was meant", () => {
    const { warnings, errors } = read(
      "max_queue_sise = 5\nredis_pasword = hunter2\nhunter2 = 1\nredis_db_file = 3\nencryption_key_fil = x",
    );
    expect(brief(warnings)).toEqual([
      '1:1 max_queue_sise | unknown key "max_queue_sise", ignored; did you mean "max_queue_size"?',
      '2:1 redis_pasword | unknown key "redis_pasword", ignored; did you mean "redis_password"?',
      "3:1  | unknown key, ignored",
      "4:1  | unknown key, ignored",
      '5:1 encryption_key_fil | unknown key "encryption_key_fil", ignored; did you mean "encryption_key_file"?',
    ]);
    expect(errors).toEqual([]);
  });

  it("warns of quotes, which are part of the value here", () => {
    const told = read("redis_password = \"hunter2\"\nredis_host = 'x'\nopenai_api_key = '\n");
    expect(brief(told.warnings)).toEqual([
      "1:18 redis_password | the quotes around this value are part of it; in this file values are written without",
      "2:14 redis_host | the quotes around this value are part of it; in this file values are written without",
    ]);
    expect(told.settings.links.redis.password?.reveal()).toBe('"hunter2"');
    expect(brief(told.errors)).toEqual(["2:14 redis_host | expected the name or address of a machine, found \"'x'\""]);
  });

  it("stops at limits of length and of notes", () => {
    const long = readSyncConf(" ".repeat(SYNC_CONF_CHARS_MAX + 1), "f", { production: false, sources: toldSources() });
    expect(long.errors.map((e) => e.message)).toEqual([
      `expected at most ${SYNC_CONF_CHARS_MAX} characters, found ${SYNC_CONF_CHARS_MAX + 1}`,
    ]);
    const { errors } = read("nonsense\n".repeat(1000));
    expect([errors.length, errors.at(-1)?.message]).toEqual([201, "800 more are not listed"]);
  });

  it.each(["", "# nothing\n", "\ufeff\r\n"])("gives the seed's values where nothing is set: %j", (text) => {
    const told = readSyncConf(text, "f", { production: false, sources: toldSources() });
    expect(told.settings).toEqual(defaultSyncSettings());
    expect(told.settings.links.postgres?.reveal()).toBe(defaultSyncSettings().links.postgres?.reveal());
    expect([told.errors, told.warnings[0]?.message]).toEqual([[], "the file sets nothing; every key has its default"]);
  });
});

describe("values", () => {
  it.each([
    ["redis_port", "0", 'a whole number from 1 to 65535, found "0"'],
    ["redis_port", "65536", 'a whole number from 1 to 65535, found "65536"'],
    ["redis_db", "-1", 'a whole number from 0 to 65535, found "-1"'],
    ["worker_threads", "0", 'a whole number from 1 to 256 batches, found "0"'],
    ["worker_threads", "2.5", 'a whole number from 1 to 256 batches, found "2.5"'],
    ["max_queue_size", "1e7", 'a whole number from 1 to 1000000 operations, found "1e7"'],
    ["critical_timeout_ms", "10001", 'a whole number from 1 to 10000 ms, found "10001"'],
    ["critical_timeout_ms", "", "a whole number from 1 to 10000 ms, found nothing"],
    ["sync_interval_ms", "0x10", 'a whole number from 1 to 3600000 ms, found "0x10"'],
    ["cache_expiry_seconds", "NaN", 'a whole number from 1 to 31536000 s, found "NaN"'],
    ["cache_expiry_seconds", "f".repeat(64), "a whole number from 1 to 31536000 s, found a text of 64 characters"],
    ["redis_host", "redis://:hunter2@cache", "the name or address of a machine, found a text that may hold a password"],
    ["redis_host", "cache:6379", 'the name or address of a machine, found "cache:6379"'],
    ["redis_host", "", "the name or address of a machine, found nothing"],
  ])("refuses %s = %s and keeps the default", (key, value, message) => {
    const told = read(`${key} = ${value}`);
    const column = value === "" ? 1 : key.length + 4;
    expect(brief(told.errors)).toEqual([`1:${column} ${key} | expected ${message}`]);
    expect(told.settings.limits).toEqual(defaultSyncSettings().limits);
    expect(told.settings.links.redis).toEqual(defaultSyncSettings().links.redis);
  });

  it.each(["cache", "cache-1.internal", "10.0.0.7", "::1", "fe80::1", "2001:db8:0:0:0:0:0:1"])("takes %s for a machine", (host) => {
    expect(read(`redis_host = ${host}`).settings.links.redis.host).toBe(host);
  });

  it("a switch is on for 1, true and yes and off for all else, with a warning where that is not plain", () => {
    for (const word of ["1", "true", "yes"]) expect(read(`debug_mode = ${word}`).settings.debug).toBe(true);
    for (const word of ["0", "false", "no"]) {
      const told = read(`debug_mode = ${word}`);
      expect([told.settings.debug, told.warnings]).toEqual([false, []]);
    }
    for (const word of ["on", "TRUE", "2", "enabled"]) {
      const told = read(`debug_mode = ${word}`);
      expect([told.settings.debug, told.errors]).toEqual([false, []]);
      expect(brief(told.warnings)).toEqual([
        `1:14 debug_mode | read as off: expected 1, true or yes, or else 0, false or no, found "${word}"`,
      ]);
    }
  });

  it("kinds of data are those of the wire, by their number there", () => {
    const told = read("critical_data_types = HOST_METRICS , MAP_STATE,");
    expect(told.settings.limits.criticalTypes).toEqual(["MAP_STATE", "HOST_METRICS"]);
    expect(brief(told.errors)).toEqual([
      "1:48 critical_data_types | expected a kind of data (MAP_STATE, MONSTER_DATA, PLAYER_POSITION …), found nothing",
    ]);
    expect(read("critical_data_types =").settings.limits.criticalTypes).toEqual([]);
    expect(brief(read("critical_data_types = MAP_STATE,MAP_STAT,MAP_STATE,map_state").errors)).toEqual([
      '1:33 critical_data_types | expected a kind of data (MAP_STATE, MONSTER_DATA, PLAYER_POSITION …), found "MAP_STAT"; did you mean "MAP_STATE"?',
      '1:42 critical_data_types | "MAP_STATE" is given twice',
      '1:52 critical_data_types | expected a kind of data (MAP_STATE, MONSTER_DATA, PLAYER_POSITION …), found "map_state"; did you mean "MAP_STATE"?',
    ]);
  });

  it("maps are named as maps are, each once", () => {
    expect(read("vector_eligible_maps = prontera, ayo#1,constructor").settings.vectorMaps).toEqual(["ayo#1", "constructor", "prontera"]);
    expect(brief(read("vector_eligible_maps = prontera,Payon,prontera").errors)).toEqual([
      '1:33 vector_eligible_maps | expected a map name of 1 to 24 characters a-z 0-9 _ @ # -, found "Payon"',
      '1:39 vector_eligible_maps | "prontera" is given twice',
    ]);
  });

  it("SY4: no more batches are under way than operations may wait", () => {
    expect(brief(read("max_queue_size = 8\nworker_threads = 9").errors)).toEqual([
      '2:18 worker_threads | expected "worker_threads" of at most 8, as "max_queue_size" says, found "9"',
    ]);
    expect(brief(read("max_queue_size = 3").errors)).toEqual([
      '1:18 max_queue_size | expected "worker_threads" of at most 3, as "max_queue_size" says, found "4"',
    ]);
    expect(read("max_queue_size = 9\nworker_threads = 9").errors).toEqual([]);
  });

  it("SY7: what is critical is never cached for longer than the rest", () => {
    expect(read("cache_expiry_seconds = 30").settings.limits.criticalCacheExpiryS).toBe(30);
    expect(read("cache_expiry_seconds = 61").settings.limits.criticalCacheExpiryS).toBe(60);
    expect(brief(read("cache_expiry_seconds = 2\nsync_interval_ms = 2001").warnings)).toEqual([
      '2:20 sync_interval_ms | longer than "cache_expiry_seconds": what is cached is gone before it is written again',
    ]);
  });
});

describe("addresses", () => {
  it.each([
    ["", "expected the URL that hosts send to, found nothing"],
    ["sync.net", "expected a URL such as https://name/path, found something else"],
    ["ftp://sync.net", "expected a URL such as https://name/path, found something else"],
    ["https:sync.net", "expected a URL such as https://name/path, found something else"],
    ["https://sync.net:99999", "expected a URL such as https://name/path, found something else"],
    ["https://me:hunter2@sync.net", "expected a URL such as https://name/path, found one with a user name or password"],
    ["https://sync.net/?token=hunter2", "expected a URL such as https://name/path, found one with '?' or '#'"],
    ["https://sync.net/ hunter2", "expected a URL such as https://name/path, found blanks or signs that no URL has"],
    ["https://sync.net/\u0007", "expected a URL such as https://name/path, found blanks or signs that no URL has"],
    [`https://sync.net/${"a".repeat(2048)}`, "expected a URL such as https://name/path, found more than 2048 characters"],
  ])("refuses %j without repeating it", (value, message) => {
    for (const production of [false, true]) {
      const told = read(`main_server_endpoint = ${value}`, production);
      expect(brief(told.errors)).toEqual([`1:${value === "" ? 1 : 24} main_server_endpoint | ${message}`]);
      expect(JSON.stringify(told)).not.toContain("hunter2");
    }
  });

  it.each(["main_server_endpoint", "azure_openai_endpoint"])("%s is https in production, unless it leads to this machine", (key) => {
    const azure = "\nuse_azure_openai = 1\nazure_openai_key = k\n";
    const rest = azure + (key.startsWith("azure") ? "main_server_endpoint = https://a.net\n" : "azure_openai_endpoint = https://a.net\n");
    const message = `1:${key.length + 4} ${key} | expected https: everybody on the way can read what goes over http`;
    expect(brief(read(`${key} = http://b.net${rest}`).warnings)).toEqual([message]);
    expect(brief(read(`${key} = http://b.net${rest}`, true).errors)).toEqual([message]);
    for (const own of ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1/x", "http://a.localhost", "https://b.net"]) {
      const told = read(`${key} = ${own}${rest}`, true);
      expect([told.errors, told.warnings]).toEqual([[], []]);
    }
    expect(brief(read(`${key} = http://127.0.0.1.evil.net${rest}`, true).errors)).toHaveLength(1);
  });

  it("the main server has an address of its own in production, and better a name than a number", () => {
    const example = "expected the URL of a server of yours, found";
    expect(brief(read("main_server_endpoint = https://sync.example.com", true).errors)).toEqual([
      `1:24 main_server_endpoint | ${example} a name that belongs to nobody`,
    ]);
    expect(brief(read("debug_mode = 0", true).errors)).toEqual([
      `-1:1 main_server_endpoint | ${example} none; the seed's example stands in its place`,
    ]);
    const bare = "1:24 main_server_endpoint | hosts are told a bare address; a name in front of the server would keep it from them";
    expect(brief(read("main_server_endpoint = https://203.0.113.7/x", true).warnings)).toEqual([bare]);
    expect(brief(read("main_server_endpoint = https://[2001:db8::7]/x").warnings)).toEqual([bare]);
  });

  it("Azure needs both its keys, and what is given to the service that is not asked has no effect", () => {
    const own = "main_server_endpoint = https://a.net\n";
    const missing = '2:20 use_azure_openai | expected "azure_openai_endpoint" and "azure_openai_key" beside it, found not both';
    expect(brief(read(`${own}use_azure_openai = 1\nazure_openai_key = k`).warnings)).toEqual([missing]);
    expect(brief(read(`${own}use_azure_openai = 1\nazure_openai_endpoint = https://z.net`, true).errors)).toEqual([missing]);
    const idle = (key: string, line: number, column: number, state: string) =>
      `${line}:${column} ${key} | accepted without effect: "use_azure_openai" is ${state}`;
    expect(brief(read("azure_openai_key = k\nazure_openai_endpoint = https://z.net").warnings)).toEqual([
      idle("azure_openai_key", 1, 20, "off"),
      idle("azure_openai_endpoint", 2, 25, "off"),
    ]);
    const azure = "use_azure_openai = 1\nazure_openai_key = k\nazure_openai_endpoint = https://z.net\nopenai_api_key = k";
    expect(brief(read(azure).warnings)).toEqual([idle("openai_api_key", 4, 18, "on")]);
    expect(read(azure).settings.links.embedding).toMatchObject({ service: "azure", azureEndpoint: "https://z.net" });
  });
});

describe("keys that only production uses", () => {
  it("are told outside of it, where they have a value", () => {
    const text = "redis_host = a\nredis_password =\nopenai_api_key_file =\nopenai_api_key = x\nmax_queue_size = 9\nredis_host_file = x";
    expect(brief(read(text).notes).slice(1)).toEqual([
      '0:1 pg_connection_string | "pg_connection_string" is used in production only',
      '1:1 redis_host | "redis_host" is used in production only',
      '4:1 openai_api_key | "openai_api_key" is used in production only',
    ]);
    expect(read(text, true).notes).toEqual([]);
  });
});
