import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readText, writeWhole } from "./files.ts";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readText", () => {
  it("reads a file, and one that is packed, as the same text", () => {
    writeFileSync(at("a"), "grüß\n");
    writeFileSync(at("a.gz"), gzipSync("grüß\n"));
    expect([readText(at("a")), readText(at("a.gz"))]).toEqual([
      { ok: true, value: "grüß\n" },
      { ok: true, value: "grüß\n" },
    ]);
  });

  it("complains about what it cannot read", () => {
    writeFileSync(at("no.gz"), "not packed");
    writeFileSync(at("cut.gz"), gzipSync("some text that is long enough\n").subarray(0, 25));
    writeFileSync(at("latin"), Buffer.from([0x61, 0x0a, 0x62, 0xe4, 0x0a]));
    const missing = readText(at("none"));
    expect(missing).toMatchObject({
      ok: false,
      error: { file: at("none"), line: 1, column: 1, message: "cannot be read: there is no such file or folder" },
    });
    expect(readText(folder)).toMatchObject({ ok: false, error: { message: "cannot be read: it is a folder" } });
    expect(readText(join(at("no.gz"), "below"))).toMatchObject({
      error: { message: "cannot be read: a part of its path is no folder" },
    });
    expect(readText(at("no.gz"))).toMatchObject({ error: { line: 1, message: "cannot be read: its content is not gzip, or damaged" } });
    expect(readText(at("cut.gz"))).toMatchObject({ error: { line: 1, message: "cannot be read: its packed content ends too early" } });
    expect(readText(at("latin"))).toMatchObject({
      ok: false,
      error: { line: 2, column: 1, message: "expected UTF-8 text, found other bytes on this line" },
    });
  });
});

describe("writeWhole (ST3)", () => {
  it("replaces the file and leaves nothing beside it", () => {
    writeFileSync(at("hosts.yml"), "old and much longer than the new one");
    expect(writeWhole(at("hosts.yml"), "nëw\n").ok).toBe(true);
    expect(readFileSync(at("hosts.yml"), "utf8")).toBe("nëw\n");
    expect(readdirSync(folder)).toEqual(["hosts.yml"]);
  });

  it("leaves the old file and no draft when it fails", () => {
    mkdirSync(at("taken"));
    expect(writeWhole(at("taken"), "x")).toMatchObject({ ok: false, error: { file: at("taken") } });
    expect(readdirSync(folder)).toEqual(["taken"]);
    expect(writeWhole(at("missing/hosts.yml"), "x")).toMatchObject({ ok: false });
    expect(existsSync(at("missing"))).toBe(false);
  });
});
