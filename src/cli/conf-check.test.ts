/** `conf check` of a data sync conf: which secrets it finds, and that it tells none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, type Told } from "./test-io.fixture.ts";

let folder = "";

const HEX = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 41 + 7) % 256)).toString("hex");
/** A value of each secret that production accepts. */
const SECRETS = {
  redis_password: "canary-redis",
  pg_connection_string: "postgresql://me:canary-pg@db.internal/peerstead",
  openai_api_key: "sk-canary-openai",
  azure_openai_key: "canary0123456789abcdef0123456789",
  encryption_key: HEX,
};
const CANARIES = ["canary", HEX, HEX.toUpperCase(), Buffer.from(HEX, "hex").toString("base64")];
const OWN = "main_server_endpoint = https://sync.peerstead.net\n";

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-conf-check-"));
  mkdirSync(join(folder, "secrets"));
  for (const [key, value] of Object.entries(SECRETS)) write(`secrets/${key}`, `${value}\n`);
  write("secrets/two_lines", "canary-one\ncanary-two\n");
  write("secrets/empty", "\n");
  const entries = Object.entries(SECRETS);
  write("plain.conf", OWN + entries.map(([key, value]) => `${key} = ${value}\n`).join(""));
  write("files.conf", OWN + entries.map(([key]) => `${key}_file = secrets/${key}\n`).join(""));
  write("both.conf", OWN + entries.map(([key, value]) => `${key} = ${value}\n${key}_file = secrets/${key}\n`).join(""));
  write("broken.conf", entries.map(([key, value]) => `${key} ${value}\n${key}: ${value}\n${value}\n${value} = ${value}\n`).join(""));
  write("wrong.conf", entries.map(([key]) => `${key}_file = secrets/two_lines\n`).join(""));
  write("swapped.conf", entries.map(([key, value]) => `${key}_file = ${key === "redis_password" ? "none" : value}\n`).join(""));
  write("known.conf", `${OWN}pg_connection_string = postgresql://postgres:postgres@db/canary\nencryption_key = ${HEX}\n`);
  write("p2p_data_sync.conf", OWN);
  write("maps.conf", "debug_mode = 0\nvector_eligible_maps = albarta\n");
  write("map_index", "prontera 1\nalberta\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

type Document = { settings: Record<string, unknown>; notes: Line[]; warnings: Line[]; errors: Line[] };
type Line = { key: string; file: string; line: number; column: number; message: string };

function check(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  return call(["conf", "check", ...args], { cwd: folder, env });
}

async function document(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Document> {
  return JSON.parse((await check([...args, "--json"], env)).stdout) as Document;
}

const WHOLE = {
  links: {
    mainServerEndpoint: "https://sync.peerstead.net",
    redis: { password: "(secret)" },
    postgres: "(secret)",
    embedding: { openaiKey: "(secret)" },
    encryptionKey: "(secret)",
  },
};

describe("conf check of a data sync conf", () => {
  it("ends with 0 where only warnings and notes are told, and with 1 where production asks for more", async () => {
    const told = await check(["p2p_data_sync.conf"]);
    expect([told.code, told.stdout]).toEqual([0, "p2p_data_sync.conf: ok, 2 warnings\n"]);
    expect(told.stderr).toContain("warning: p2p_data_sync.conf:1:1: expected a user and a password of your own");
    expect(told.stderr).toContain('note: p2p_data_sync.conf:1:1: "main_server_endpoint" is used in production only');
    const strict = await check(["p2p_data_sync.conf", "--production"]);
    expect([strict.code, strict.stdout]).toEqual([1, "p2p_data_sync.conf: 2 errors\n"]);
    expect(strict.stderr).toContain("error: p2p_data_sync.conf:1:1: no key, so sealed synchronisation cannot start");
    expect(strict.stderr).not.toContain("note:");
  });

  it("answers with one document", async () => {
    const { settings, notes, warnings, errors } = await document(["p2p_data_sync.conf"]);
    expect(settings).toMatchObject({ limits: { queueMax: 10_000 }, links: { encryptionKey: null }, vectorMaps: [], debug: false });
    expect([notes.length, warnings.map((w) => w.key), errors]).toEqual([1, ["pg_connection_string", "encryption_key"], []]);
    const strict = await document(["p2p_data_sync.conf", "--production"]);
    expect(strict.errors.map((e) => e.key)).toEqual(["pg_connection_string", "encryption_key"]);
    expect([strict.notes, strict.warnings]).toEqual([[], []]);
  });

  it("finds secrets in the conf, in files seen from it, and in the environment", async () => {
    const fromEnvironment = Object.fromEntries(Object.entries(SECRETS).map(([key, value]) => [`PEERSTEAD_${key.toUpperCase()}`, value]));
    const fromFiles = Object.fromEntries(Object.keys(SECRETS).map((key) => [`PEERSTEAD_${key.toUpperCase()}_FILE`, `secrets/${key}`]));
    for (const [conf, env] of [
      ["plain.conf", {}],
      ["files.conf", {}],
      ["p2p_data_sync.conf", fromEnvironment],
      ["p2p_data_sync.conf", fromFiles],
    ] as const) {
      const { settings, errors } = await document([conf, "--production"], env);
      expect([conf, errors]).toEqual([conf, []]);
      expect(settings).toMatchObject(WHOLE);
    }
  });

  it("names variable or line, and the path, of what cannot be read", async () => {
    const told = await check(["p2p_data_sync.conf"], { PEERSTEAD_REDIS_PASSWORD_FILE: "secrets/none" });
    expect(told.code).toBe(1);
    expect(told.stderr).toContain(
      'error: PEERSTEAD_REDIS_PASSWORD_FILE: expected a file with the secret at "secrets/none", but it does not exist\n',
    );
    expect((await check(["wrong.conf"])).stderr).toContain(
      'error: wrong.conf:1:23: expected one line of text in "secrets/two_lines" for "redis_password_file", found more lines or control characters\n',
    );
  });

  it("checks map names against an index", async () => {
    const told = await check(["maps.conf", "--map-index", "map_index"]);
    expect(told.code).toBe(0);
    expect(told.stderr).toContain('warning: maps.conf:2:24: map "albarta" is not in the map index; did you mean "alberta"?');
  });
});

describe("SY13: conf check tells no secret", () => {
  const confs = ["plain.conf", "files.conf", "both.conf", "broken.conf", "wrong.conf", "swapped.conf", "known.conf", "p2p_data_sync.conf"];
  const modes = [[], ["--json"], ["--production"], ["--production", "--json"], ["--map-index", "map_index", "--json"], ["--debug"]];
  const variables = Object.entries(SECRETS).map(([key, value]) => [`PEERSTEAD_${key.toUpperCase()}`, value]);
  const environments: Record<string, string>[] = [
    {},
    Object.fromEntries(variables),
    Object.fromEntries(variables.map(([name, value]) => [name, `${value}\u0007`])),
    Object.fromEntries(
      variables.flatMap(([name, value]) => [
        [name, value],
        [`${name}_FILE`, "secrets/two_lines"],
      ]),
    ),
    Object.fromEntries(variables.map(([name]) => [`${name}_FILE`, "secrets/two_lines"])),
    Object.fromEntries(variables.map(([name]) => [`${name}_FILE`, "secrets/empty"])),
  ];

  it.each(confs)("%s, in no mode and no environment", async (conf) => {
    for (const mode of modes) {
      for (const env of environments) {
        const { stdout, stderr } = await check([conf, ...mode], env);
        expect(stdout).not.toBe("");
        for (const canary of CANARIES) expect(`${stdout}${stderr}`).not.toContain(canary);
      }
    }
  });
});
