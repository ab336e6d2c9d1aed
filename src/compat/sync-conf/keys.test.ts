import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SYNC_TYPES } from "../../core/protocol/operations.ts";
import { defaultSyncSettings } from "../../core/sync-settings.ts";
import { SEED_ELIGIBLE_MAPS } from "../map-conf/known-maps.ts";
import { FLAT_KEYS, MAP_CONF_KEYS } from "../map-conf/keys.ts";
import { readSyncConf } from "../sync-conf-read.ts";
import { fileKey, SECRET_KEYS, SYNC_CONF_KEYS, SYNC_NAMES, variableOf } from "./keys.ts";
import { toldSources } from "./secrets.fixture.ts";

const sources = toldSources();

describe("the key table", () => {
  it("names each key once, says what it does, and shares no name with the map conf, by which the two are told apart", () => {
    expect(new Set(SYNC_NAMES).size).toBe(SYNC_NAMES.length);
    for (const spec of SYNC_CONF_KEYS) expect(spec.about, spec.key).toMatch(/^[A-Z].*\.$/);
    const others = new Set([...MAP_CONF_KEYS.map((k) => k.key), ...FLAT_KEYS.keys()]);
    expect(SYNC_NAMES.filter((name) => others.has(name))).toEqual([]);
  });

  it("says which keys are secrets, and how else they are given", () => {
    expect(SYNC_CONF_KEYS.filter((spec) => spec.type === "secret").map((spec) => spec.key)).toEqual(SECRET_KEYS);
    expect([fileKey("redis_password"), variableOf("redis_password")]).toEqual(["redis_password_file", "PEERSTEAD_REDIS_PASSWORD"]);
  });

  it("has every key asked for: each changes the settings", () => {
    const values: Record<string, string> = {
      host: "elsewhere",
      url: "https://elsewhere.net",
      types: "ITEM_DROP",
      maps: "prontera",
      bool: "1",
      integer: "7",
    };
    const secrets: Record<string, string> = {
      pg_connection_string: "postgresql://a:b@c/d",
      encryption_key: "000102030405060708090a0b0c0d0e0f".repeat(2),
    };
    const shape = (text: string): string => {
      const { settings, errors } = readSyncConf(text, "f", { production: false, sources });
      expect(errors).toEqual([]);
      return JSON.stringify([settings, settings.links.postgres?.reveal()]);
    };
    for (const { key, type } of SYNC_CONF_KEYS) {
      const value = type === "secret" ? (secrets[key] ?? "x") : values[type];
      expect(shape(`${key} = ${value}`), key).not.toBe(shape(""));
    }
  });

  it("takes both ends of each range", () => {
    for (const { key, type, min, max } of SYNC_CONF_KEYS.filter((spec) => spec.type === "integer")) {
      // So that no relation between limits speaks up instead.
      const room = key === "max_queue_size" ? "worker_threads = 1\n" : "";
      const errorsAt = (value: number): number =>
        readSyncConf(`${room}${key} = ${value}`, "f", { production: false, sources }).errors.length;
      expect([min - 1, min, max, max + 1].map(errorsAt), `${key}, ${type}`).toEqual([1, 0, 0, 1]);
    }
  });
});

describe("the shipped conf", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../conf/p2p_data_sync.conf"), "utf8");
  const read = (production: boolean) => readSyncConf(text, "conf/p2p_data_sync.conf", { production, sources });

  it("sets the seed's values, and has to complain about no more than its password and its missing key", () => {
    const { settings, warnings, errors } = read(false);
    expect([warnings.map((w) => w.key), errors]).toEqual([["pg_connection_string", "encryption_key"], []]);
    const before = defaultSyncSettings();
    expect(settings).toEqual({ ...before, vectorMaps: [...SEED_ELIGIBLE_MAPS].sort() });
    expect(settings.links.postgres?.reveal()).toBe(before.links.postgres?.reveal());
  });

  it("is not taken for production as it is", () => {
    expect(read(true).errors.map((e) => e.key)).toEqual(["main_server_endpoint", "pg_connection_string", "encryption_key"]);
  });

  it("has every key in the order of the table, a comment before each, and in it the range that is checked", () => {
    expect([...text.matchAll(/^(\w+) =/gm)].map(([, key]) => key)).toEqual(SYNC_CONF_KEYS.map((spec) => spec.key));
    for (const { key, type, min, max } of SYNC_CONF_KEYS) {
      const before = text.slice(0, text.search(new RegExp(`^${key} =`, "m")));
      const comment = before.slice(before.lastIndexOf("\n\n"));
      expect(comment, key).toMatch(/^\n\n# [A-Z0-9][^]*\n$/);
      if (type === "integer") expect(comment, key).toContain(`${min} to ${max}`);
      if (type === "secret") expect(comment, key).toContain("Secret.");
      if (type === "types") for (const name of SYNC_TYPES) expect(comment, key).toContain(name);
    }
  });
});
