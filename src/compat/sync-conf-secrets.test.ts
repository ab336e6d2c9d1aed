import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Secret } from "../base/secret.ts";
import { SECRET_KEYS, type SecretKey, variableOf } from "./sync-conf/keys.ts";
import { toldSources } from "./sync-conf/secrets.fixture.ts";
import { readSyncConf, type SyncConfReading } from "./sync-conf-read.ts";

type Told = { readonly variables?: Record<string, string>; readonly files?: Record<string, string | null>; readonly production?: boolean };

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256));
const HEX = BYTES.toString("hex");
/** A good value of each secret, told apart from all others. */
const GOOD: Readonly<Record<SecretKey, string>> = {
  redis_password: "canary one, with = and #",
  pg_connection_string: "postgresql://me:canary2@db.internal:5432/peerstead",
  openai_api_key: "sk-canary3",
  azure_openai_key: "canary40123456789abcdef01234567",
  encryption_key: HEX,
};

function read(text: string, { variables, files, production = false }: Told = {}): SyncConfReading {
  const own = "main_server_endpoint = https://sync.net\n";
  return readSyncConf(own + text, "f", { production, sources: toldSources(variables, files) });
}

function secretOf(reading: SyncConfReading, key: SecretKey): Secret | null {
  const { redis, postgres, embedding, encryptionKey } = reading.settings.links;
  const all = {
    redis_password: redis.password,
    pg_connection_string: postgres,
    openai_api_key: embedding.openaiKey,
    azure_openai_key: embedding.azureKey,
    encryption_key: encryptionKey,
  };
  return all[key];
}

/** `file:line:column message` of what is said about one key; nothing said anywhere may hold a canary (SY13). */
function said(reading: SyncConfReading, key: string): { errors: string[]; warnings: string[] } {
  const everything = JSON.stringify(reading) + inspect(reading, { depth: null });
  for (const canary of ["canary one", "canary2", "canary3", "canary4", HEX]) expect(everything).not.toContain(canary);
  const of = (notes: SyncConfReading["errors"]): string[] =>
    notes.filter((n) => n.key.startsWith(key)).map((n) => `${n.file}:${n.line}:${n.column} ${n.message}`);
  return { errors: of(reading.errors), warnings: of(reading.warnings) };
}

const NOTHING = { errors: [], warnings: [] };
const IDLE = 'accepted without effect: "use_azure_openai" is off';

describe.each(SECRET_KEYS)("%s (SY13)", (key) => {
  const variable = variableOf(key);
  const value = GOOD[key];
  /** Azure's key has no effect while OpenAI is asked; that is told wherever it is given. */
  const idle = (place: string): string[] => (key === "azure_openai_key" ? [`${place} ${IDLE}`] : []);

  it.each<[string, string, Told, string]>([
    ["in the conf", `${key} = ${value}`, {}, `f:2:${key.length + 4}`],
    ["in a file that the conf names", `${key}_file = s`, { files: { "conf:s": value } }, `f:2:${key.length + 9}`],
    ["in a file with a line end", `${key}_file = s`, { files: { "conf:s": `${value}\n` } }, `f:2:${key.length + 9}`],
    ["in a file made on Windows", `${key}_file = s`, { files: { "conf:s": `\ufeff${value}\r\n` } }, `f:2:${key.length + 9}`],
    ["in the environment", "", { variables: { [variable]: value } }, `${variable}:0:0`],
    [
      "in a file that the environment names",
      "",
      { variables: { [`${variable}_FILE`]: "s" }, files: { "process:s": `${value}\n` } },
      `${variable}_FILE:0:0`,
    ],
    ["in a file beside an empty key", `${key} =\n${key}_file = s`, { files: { s: value } }, `f:3:${key.length + 9}`],
    ["beside empty variables", `${key} = ${value}`, { variables: { [variable]: "", [`${variable}_FILE`]: "" } }, `f:2:${key.length + 4}`],
  ])("is taken %s", (_, text, told, place) => {
    const reading = read(text, told);
    expect(secretOf(reading, key)?.reveal()).toBe(value);
    expect(said(reading, key)).toEqual({ errors: [], warnings: idle(place) });
  });

  it("both by itself and as a file is an error, in the conf and in the environment", () => {
    const files = { s: value };
    const inConf = read(`${key} = ${value}\n${key}_file = s`, { files });
    expect(said(inConf, key).errors).toEqual([`f:3:${key.length + 9} expected "${key}" or "${key}_file", found both`]);
    expect(secretOf(inConf, key)).toBeNull();
    const outside = read("", { files, variables: { [variable]: value, [`${variable}_FILE`]: "s" } });
    expect(said(outside, key).errors).toEqual([`${variable}_FILE:0:0 expected ${variable} or ${variable}_FILE, found both`]);
    expect(secretOf(outside, key)).toBeNull();
  });

  it("the environment goes before the conf, and says so", () => {
    const other =
      key === "pg_connection_string" ? "postgresql://x:y@h/d" : key === "encryption_key" ? HEX.toUpperCase().slice(0, 62) + "00" : "other";
    for (const [text, column] of [
      [`${key} = ${other}`, key.length + 4],
      [`${key}_file = none`, key.length + 9],
    ] as const) {
      const reading = read(text, { variables: { [variable]: value } });
      expect(secretOf(reading, key)?.reveal()).toBe(value);
      const ignored = `f:2:${column} ${variable} in the environment goes first; what stands here is ignored`;
      expect(said(reading, key)).toEqual({ errors: [], warnings: [ignored, ...idle(`${variable}:0:0`)] });
    }
  });

  it.each<[string, string | null | undefined, string]>([
    ["is not there", undefined, 'expected a file with the secret at "dir/s", but it does not exist'],
    ["may not be read", null, 'expected a file with the secret at "dir/s", but it may not be read'],
    ["is empty", "", 'expected a secret in "dir/s" for NAME, found nothing'],
    ["holds a line end alone", "\n", 'expected a secret in "dir/s" for NAME, found nothing'],
    ["holds two lines", `${value}\n\n`, 'expected one line of text in "dir/s" for NAME, found more lines or control characters'],
    ["holds control characters", `${value}\0`, 'expected one line of text in "dir/s" for NAME, found more lines or control characters'],
  ])("a file that %s is an error that names key and path, not content", (_, content, message) => {
    const files: Record<string, string | null> = content === undefined ? {} : { "dir/s": content };
    const inConf = read(`${key}_file = dir/s`, { files });
    expect(said(inConf, key).errors).toEqual([`f:2:${key.length + 9} ${message.replace("NAME", `"${key}_file"`)}`]);
    const outside = read("", { files, variables: { [`${variable}_FILE`]: "dir/s" } });
    expect(said(outside, key).errors).toEqual([`${variable}_FILE:0:0 ${message.replace("NAME", `${variable}_FILE`)}`]);
    for (const reading of [inConf, outside]) expect(secretOf(reading, key)).toBeNull();
  });
});

describe("a secret in a wrong place (SY13)", () => {
  it.each([["pg_connection_string"], ["openai_api_key"], ["azure_openai_key"], ["encryption_key"]] as const)(
    "%s as its own path is not repeated",
    (key) => {
      const reading = read(`${key}_file = ${GOOD[key]}`);
      expect(said(reading, key).errors).toEqual([
        `f:2:${key.length + 9} expected the path of a file for "${key}_file", found what may be the secret itself; write ./name for a file of such a name`,
      ]);
    },
  );

  it("as the value of another key is not repeated where it is long, or looks like a password", () => {
    const text = `redis_port = ${HEX}\nredis_host = ${GOOD.pg_connection_string}\ndebug_mode = ${HEX}\ncritical_data_types = ${HEX}\n${HEX} = 1\n${HEX}\n`;
    expect(said(read(text), "redis").errors).toHaveLength(2);
    expect(said(read(`main_server_endpoint_ = x\nazure_openai_endpoint = https://me:canary2@z.net`), "azure").errors).toHaveLength(1);
  });
});

describe("the way to Postgres", () => {
  const key = "pg_connection_string";

  it.each([
    ["postgresql://postgres:postgres@db/x"],
    ["postgres://postgres:postgres@localhost:5432/x"],
    ["postgresql://postgres:%70ostgres@db/x"],
    ["postgresql://db/x?user=postgres&password=postgres"],
    ["postgresql://postgres@db/x?password=postgres"],
  ])("postgres:postgres is refused in production and warned about elsewhere: %s", (value) => {
    const message = `f:2:${key.length + 4} expected a user and a password of your own, found those that everybody knows`;
    expect(said(read(`${key} = ${value}`), key)).toEqual({ errors: [], warnings: [message] });
    expect(said(read(`${key} = ${value}`, { production: true }), key)).toEqual({ errors: [message], warnings: [] });
  });

  it("so it is when the key is missing and the seed's value stands in", () => {
    const message =
      "f:1:1 expected a user and a password of your own, found those of the seed's example, which stands in for the missing key";
    expect(said(read(""), key)).toEqual({ errors: [], warnings: [message] });
    expect(said(read("", { production: true }), key)).toEqual({ errors: [message], warnings: [] });
  });

  it("an empty key is no way at all: an error in production", () => {
    const message = `f:2:1 no way to Postgres, so nothing can be kept; expected postgresql://user:password@host:port/database`;
    expect(said(read(`${key} =`), key)).toEqual({ errors: [], warnings: [message] });
    expect(said(read(`${key} =`, { production: true }), key)).toEqual({ errors: [message], warnings: [] });
    expect(secretOf(read(`${key} =`), key)).toBeNull();
  });

  it.each([
    "host=db password=canary2",
    "mysql://me:canary2@db/x",
    "postgresql://me:canary2#x@db/x",
    "postgresql://me:canary2%@db/x",
    "canary2",
  ])("another form is an error that repeats nothing: %s", (value) => {
    const form =
      "expected postgresql://user:password@host:port/database, found another form; signs such as # / @ in a password are written %23 %2F %40";
    expect(said(read(`${key} = ${value}`), key).errors).toEqual([`f:2:${key.length + 4} ${form}`]);
  });

  it.each([
    "postgresql:///x?host=/run/postgresql",
    "postgresql://me@db/x",
    "postgresql://postgres:postgres2@db/x",
    "postgres://me:p%40ss@db",
  ])("%s passes", (value) => {
    const reading = read(`${key} = ${value}`, { production: true });
    expect(said(reading, key)).toEqual(NOTHING);
    expect(secretOf(reading, key)?.reveal()).toBe(value);
  });
});

describe("the key under which data are sealed", () => {
  const key = "encryption_key";
  const base64 = BYTES.toString("base64");

  it.each([HEX, HEX.toUpperCase(), base64, base64.replace("=", ""), BYTES.toString("base64url")])(
    "is 32 bytes, however they are written: %s",
    (value) => {
      const reading = read(`${key} = ${value}`, { production: true });
      expect(secretOf(reading, key)?.reveal()).toBe(HEX);
      expect(said(reading, key)).toEqual(NOTHING);
    },
  );

  it.each([
    ["a digit short", HEX.slice(1)],
    ["a digit long", `${HEX}0`],
    ["with 0x", `0x${HEX}`],
    ["24 bytes of base64", BYTES.subarray(0, 24).toString("base64")],
    ["33 bytes of base64", Buffer.concat([BYTES, BYTES.subarray(0, 1)]).toString("base64")],
    ["base64 with bits that belong to no byte", `${base64.slice(0, 42)}${base64[42] === "9" ? "8" : "9"}=`],
    ["a pass phrase", "correct horse battery staple"],
  ])("is nothing else: %s", (_, value) => {
    const message = `expected 32 random bytes as 64 hexadecimal digits or base64, found a text of ${value.length} characters that is neither`;
    const reading = read(`${key} = ${value}`);
    expect(said(reading, key)).toEqual({ errors: [`f:2:18 ${message}`], warnings: [] });
    expect(JSON.stringify(reading)).not.toContain(value);
    expect(secretOf(reading, key)).toBeNull();
  });

  it("is never made up: without one nothing can be sealed, and production does not start", () => {
    const message = "no key, so sealed synchronisation cannot start; expected 32 random bytes as 64 hexadecimal digits or base64";
    for (const [text, place] of [
      ["", "f:1:1"],
      [`${key} =`, "f:2:1"],
      [`${key}_file =`, "f:1:1"],
    ] as const) {
      expect(said(read(text), key)).toEqual({ errors: [], warnings: [`${place} ${message}`] });
      expect(said(read(text, { production: true }), key)).toEqual({ errors: [`${place} ${message}`], warnings: [] });
      expect(secretOf(read(text), key)).toBeNull();
    }
  });

  it("is no pattern", () => {
    const message = "f:2:18 expected 32 random bytes as 64 hexadecimal digits or base64, found the same few bytes again and again";
    for (const value of ["0".repeat(64), "deadbeef".repeat(8), "0123456789abcdef".repeat(4)]) {
      expect(said(read(`${key} = ${value}`), key)).toEqual({ errors: [], warnings: [message] });
      expect(said(read(`${key} = ${value}`, { production: true }), key)).toEqual({ errors: [message], warnings: [] });
    }
  });
});

describe("keys of services", () => {
  it.each(["sk canary3", "sk-canary3\u00e9", "sk-\u200bcanary3"])("hold nothing that a header does not: %j", (value) => {
    const { errors } = said(read(`openai_api_key = ${value}`), "openai");
    expect(errors).toEqual(["f:2:18 expected a key of printable ASCII characters without blanks, found others in it"]);
  });
});
