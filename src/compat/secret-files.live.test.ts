import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSecretFile, secretSources } from "./secret-files.ts";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-secrets-"));
  mkdirSync(at("conf"));
  writeFileSync(at("conf/s"), "beside the conf\n");
  writeFileSync(at("s"), "beside the process");
  writeFileSync(at("empty"), "");
  writeFileSync(at("large"), "a".repeat(64 * 1024 + 1));
  writeFileSync(at("limit"), "a".repeat(64 * 1024));
  writeFileSync(at("latin"), Buffer.from([0x61, 0xe4]));
  symlinkSync(at("s"), at("link"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a file with a secret", () => {
  it("is read whole, through a link too", () => {
    expect(readSecretFile(at("conf/s"))).toEqual({ ok: true, value: "beside the conf\n" });
    expect(readSecretFile(at("link"))).toEqual({ ok: true, value: "beside the process" });
    expect(readSecretFile(at("empty"))).toEqual({ ok: true, value: "" });
    expect(readSecretFile(at("limit"))).toMatchObject({ ok: true });
  });

  it.each([
    ["none", "does not exist"],
    ["s/below", "does not exist"],
    ["conf", "is no regular file"],
    ["large", "has more than 65536 bytes"],
    ["latin", "is not UTF-8 text"],
    ["nul\0", "cannot be read (ERR_INVALID_ARG_VALUE)"],
  ])("says of %j why it cannot be used, and nothing of what is in it", (name, error) => {
    expect(readSecretFile(at(name))).toEqual({ ok: false, error });
  });

  it.skipIf(process.platform === "win32")("is no device, which never ends, and no pipe, at which one waits (skipped on Windows)", () => {
    expect(spawnSync("mkfifo", [at("pipe")]).status).toBe(0);
    for (const path of ["/dev/zero", at("pipe")]) expect(readSecretFile(path)).toEqual({ ok: false, error: "is no regular file" });
  });

  it.skipIf(process.getuid?.() === 0)("may be closed to us (skipped for root, to whom nothing is)", () => {
    writeFileSync(at("closed"), "x");
    chmodSync(at("closed"), 0);
    expect(readSecretFile(at("closed"))).toEqual({ ok: false, error: "may not be read" });
  });
});

describe("the sources of a process", () => {
  it("see paths of the conf from its folder and those of the environment from the process's", () => {
    const sources = secretSources("conf/p2p_data_sync.conf", folder, { PEERSTEAD_REDIS_PASSWORD: "x" });
    expect(sources.file("s", "conf")).toEqual({ ok: true, value: "beside the conf\n" });
    expect(sources.file("s", "process")).toEqual({ ok: true, value: "beside the process" });
    expect(sources.file(at("s"), "conf")).toEqual({ ok: true, value: "beside the process" });
    expect([sources.environment("PEERSTEAD_REDIS_PASSWORD"), sources.environment("PEERSTEAD_OPENAI_API_KEY")]).toEqual(["x", undefined]);
  });
});
