import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complaintText } from "../base/result.ts";
import { SYNC_TYPES } from "../core/protocol/operations.ts";
import { assertSyncLimits, type SyncSettings } from "../core/sync-settings.ts";
import { fileKey, SECRET_KEYS, SYNC_CONF_KEYS, SYNC_NAMES, variableOf } from "./sync-conf/keys.ts";
import { toldSources } from "./sync-conf/secrets.fixture.ts";
import { readSyncConf, type SyncConfReading } from "./sync-conf-read.ts";

const GOOD = `# data sync
main_server_endpoint = https://sync.net/p2p
redis_host = cache # not a comment
redis_port = 6379
redis_password = a#b=c
pg_connection_string = postgresql://me:my@db/x
/ another comment
encryption_key_file = key
critical_data_types = PLAYER_POSITION,MAP_STATE
max_queue_size = 100
worker_threads = 8
vector_eligible_maps = moc_fild01, prontera
debug_mode = yes
`;

const SIGNS = [
  "=",
  "#",
  "/",
  ",",
  '"',
  "'",
  "\n",
  "\r\n",
  "\t",
  " ",
  "\\",
  "\0",
  "\ufeff",
  "\u2028",
  "\ud800",
  "-1",
  "NaN",
  "1e999",
  "://",
  "@",
  "%",
];
const NAMES = [...SYNC_NAMES, "redis_user", "__proto__", "constructor"];

const words = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SIGNS),
      fc.constantFrom(...NAMES),
      fc.string({ maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

const anyValue = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.integer({ min: -10, max: 100_000_000 }).map(String),
  fc.double({ noNaN: true }).map(String),
);
const lines = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(" = ", "=", " = ", ":", " ", "=="), anyValue), {
    maxLength: 20,
    selector: ([name]) => name,
  })
  .map((parts) => parts.map((each) => each.join("")).join("\n"));

/** A good file with a few places replaced, removed or doubled. */
const damaged = fc
  .array(
    fc.record({
      at: fc.nat(400),
      cut: fc.nat(12),
      put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.constantFrom(...NAMES), fc.string({ maxLength: 4 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce<string>(
      (text, { at, cut, put }) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
      GOOD,
    ),
  );

const sources = toldSources({}, { key: "000102030405060708090a0b0c0d0e0f".repeat(2) });

function read(text: string, production = false, from = sources): SyncConfReading {
  return readSyncConf(text, "f", { production, sources: from });
}

/** Whether every value is of its type and in its range. */
function expectSound({ limits, links, vectorMaps, debug }: SyncSettings): void {
  const { redis, embedding } = links;
  const numbers: Record<string, number> = {
    redis_port: redis.port,
    redis_db: redis.database,
    critical_timeout_ms: limits.criticalTimeoutMs,
    sync_interval_ms: limits.syncIntervalMs,
    cache_expiry_seconds: limits.cacheExpiryS,
    max_queue_size: limits.queueMax,
    worker_threads: limits.workers,
  };
  const outside = SYNC_CONF_KEYS.filter(({ key, type, min, max }) => {
    const value = numbers[key] ?? Number.NaN;
    return type === "integer" && !(Number.isInteger(value) && value >= min && value <= max);
  });
  expect(outside).toEqual([]);
  expect(limits.criticalTypes).toEqual(SYNC_TYPES.filter((name) => limits.criticalTypes.includes(name)));
  expect(vectorMaps.every((map) => /^[a-z0-9_@#-]{1,24}$/.test(map))).toBe(true);
  expect([new Set(vectorMaps).size, [...vectorMaps].sort()]).toEqual([vectorMaps.length, vectorMaps]);
  expect([typeof debug, redis.host.length > 0, ["openai", "azure"].includes(embedding.service)]).toEqual(["boolean", true, true]);
  expect(URL.canParse(links.mainServerEndpoint)).toBe(true);
  expect(links.encryptionKey?.reveal() ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
}

function expectPlaced(text: string, production: boolean): void {
  const told = read(text, production);
  expectSound(told.settings);
  if (told.errors.length === 0) assertSyncLimits(told.settings.limits);
  const shown = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const strays = [...told.notes, ...told.warnings, ...told.errors].filter(
    ({ line, column, message }) => !(line >= 1 && column >= 1 && column <= (shown[line - 1] ?? "").length + 1 && message !== ""),
  );
  expect(strays).toEqual([]);
  expect([...told.positions.values()].filter(({ line, column }) => column > shown[line - 1]!.length)).toEqual([]);
  expect(JSON.stringify(read(text, production))).toBe(JSON.stringify(told));
}

describe("readSyncConf", () => {
  it("reads the file that is damaged below without a complaint", () => {
    const { errors, warnings } = read(GOOD.replace("cache # not a comment", "cache"));
    expect([errors, warnings]).toEqual([[], []]);
  });

  it("never throws, places every remark inside the text and gives sound settings, whatever the text", () => {
    fc.assert(fc.property(fc.oneof(words, lines), fc.boolean(), expectPlaced), { numRuns: 500 });
  });

  it("never throws, places every remark inside the text and gives sound settings for damaged files", () => {
    fc.assert(fc.property(damaged, fc.boolean(), expectPlaced), { numRuns: 600 });
  });

  const value = fc
    .array(fc.oneof(fc.constantFrom("#", "=", '"', "'", " ", "/", ",", ":", "\\", "$", "%", "ü", "😀"), fc.string({ maxLength: 4 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((parts) => parts.join("").trim())
    .chain((text) => fc.constantFrom(text, text, `"${text}"`, `'${text}'`))
    .filter((text) => text !== "" && !/[\p{Cc}\u2028\u2029\ufeff]/u.test(text));

  it("gives a value back as it was written, with its signs, quotes and blanks, from conf, file and environment", () => {
    fc.assert(
      fc.property(value, fc.constantFrom("=", " = ", "\t=  "), fc.constantFrom("", " ", "\t"), (text, equals, behind) => {
        const password = (reading: SyncConfReading): string | undefined => reading.settings.links.redis.password?.reveal();
        expect(password(read(`redis_password${equals}${text}${behind}\n`))).toBe(text);
        expect(password(read(`\ufeffredis_password${equals}${text}${behind}\r\n# end`))).toBe(text);
        expect(password(read("redis_password_file = s", false, toldSources({}, { s: `${text}\n` })))).toBe(text);
        expect(password(read("", false, toldSources({ PEERSTEAD_REDIS_PASSWORD: text })))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

/** A text that nothing else in a message could be. */
const canary = fc
  .string({ unit: fc.constantFrom(..."ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), minLength: 12, maxLength: 40 })
  .map((text) => `Q${text}Q`);

/** Ways in which a line with a secret goes wrong. */
const BROKEN: readonly ((key: string, secret: string) => string)[] = [
  (key, s) => `${key} = ${s}`,
  (key, s) => `${key}_file = sk-${s}`,
  (key, s) => `${key} ${s}`,
  (key, s) => `${key}: ${s}`,
  (key, s) => `${key} =\n${s}`,
  (key, s) => `${key} =\n${s}=`,
  (key, s) => `${key} = x\n  ${s} = ${s}\n${s} = 1`,
  (key, s) => `${key} = ${s}\n${key} = ${s}`,
  (key, s) => `${key} = "${s}"`,
  (key, s) => `${key} = ${s} ${s}`,
  (key, s) => `${key} = postgresql://me:${s}@db/x`,
  (key, s) => `${key} = postgresql://postgres:postgres@db/x?application_name=${s}`,
  (key, s) => `${key} = host=db password=${s}`,
  (key, s) => `${key.slice(0, -1)} = ${s}`,
  (key, s) => `${key.toUpperCase()} = ${s}`,
  (key, s) => `x${key}=${s}`,
];

describe("SY13: no secret is told", () => {
  it("by no remark, no JSON and no inspection of the settings, however the line is broken and wherever the secret comes from", () => {
    const arm = fc.record({
      key: fc.constantFrom(...SECRET_KEYS),
      secret: canary,
      broken: fc.constantFrom(...BROKEN),
      from: fc.constantFrom("conf", "file", "variable", "variable file"),
      tail: fc.constantFrom("", "\n", "\n\n", "\0", "\u0007"),
      production: fc.boolean(),
    });
    fc.assert(
      fc.property(arm, ({ key, secret, broken, from, tail, production }) => {
        const files = { s: `${secret}${tail}` };
        const told = {
          conf: () => read(GOOD + broken(key, secret), production),
          file: () => read(`${fileKey(key)} = s`, production, toldSources({}, files)),
          variable: () => read(GOOD, production, toldSources({ [variableOf(key)]: `${secret}${tail}` })),
          "variable file": () => read(GOOD, production, toldSources({ [`${variableOf(key)}_FILE`]: "s" }, files)),
        }[from]();
        const notes = [...told.notes, ...told.warnings, ...told.errors].map(complaintText).join("\n");
        expect(notes + JSON.stringify(told) + inspect(told, { depth: null, showHidden: true })).not.toContain(secret);
      }),
      { numRuns: 600 },
    );
  });
});
