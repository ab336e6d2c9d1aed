import { describe, expect, it } from "vitest";
import { checkSyncConf, confKind } from "./conf-check.ts";
import { toldSources } from "./sync-conf/secrets.fixture.ts";

describe("which conf a file is", () => {
  it.each([
    ["conf/p2p_data_sync.conf", "general: { enable_p2p_maps: 1 }", "sync"],
    ["C:\\conf\\p2p_data_sync.conf", "", "sync"],
    ["p2p_data_sync.production.conf", "", "sync"],
    ["p2p_map_config.conf", "redis_host = x", "map"],
    ["p2p_map_config.flat.conf", "ram_min = 8", "map"],
    ["other.conf", "# comment\n\nredis_host = x", "sync"],
    ["other.conf", "\tencryption_key_file=/run/key", "sync"],
    ["other.conf", "\ufeffdebug_mode = 1\r\n", "sync"],
    ["other.conf", "redis_password hunter2", "sync"],
    ["other.conf", "redis_password: hunter2", "sync"],
    ["other.conf", "# redis_host = x\n/ redis_host = x", "map"],
    ["other.conf", "redis_hosts = x", "map"],
    ["other.conf", "general: {\n  enable_p2p_maps: 1\n}", "map"],
    ["other.conf", "ram_min = 8\nmoc_fild01 = 1", "map"],
    ["other.conf", "", "map"],
  ] as const)("%s with %j", (file, text, kind) => {
    expect(confKind({ file, text })).toBe(kind);
  });
});

describe("checkSyncConf", () => {
  const conf = { file: "f", text: "vector_eligible_maps = prontera,albarta\n" };
  const options = { production: false, sources: toldSources() };

  it("looks maps up in an index", () => {
    const { warnings } = checkSyncConf(conf, options, { file: "i", text: "prontera 1\nalberta\n" });
    expect(warnings.filter((w) => w.key.startsWith("vector"))).toEqual([
      {
        key: "vector_eligible_maps.albarta",
        file: "f",
        line: 1,
        column: 33,
        message: 'map "albarta" is not in the map index; did you mean "alberta"?',
      },
    ]);
    expect(checkSyncConf(conf, options).warnings.some((w) => w.key.startsWith("vector"))).toBe(false);
  });

  it("complains of an index that is none", () => {
    const { errors } = checkSyncConf(conf, options, { file: "i", text: "prontera 1 2\n" });
    expect(errors).toEqual([{ key: "", file: "i", line: 1, column: 12, message: 'expected "name" or "name id", found "2" behind it' }]);
  });
});
