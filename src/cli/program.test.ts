import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "./test-io.fixture.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-program-"));
  writeFileSync(join(folder, "broken.yaml"), "schema: peerstead-scenario/1\ndurations: 5m\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("help", () => {
  it("lists commands and exit codes", async () => {
    const told = await call(["--help"]);
    for (const word of ["run", "replay", "score", "conf", "scenario", "13 inconclusive"]) expect(told.stdout).toContain(word);
  });

  it("is the answer to no command, as an error", async () => {
    const told = await call([]);
    expect([told.code, told.stdout]).toEqual([1, ""]);
    expect(told.stderr).toContain("Usage: peerstead");
  });

  it("knows the version", async () => {
    const told = await call(["--version"]);
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(told.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("wrong usage", () => {
  it.each([
    [["rnu"], "did you mean run?"],
    [["run", "x", "--seds", "1"], "did you mean --seeds?"],
    [["run"], "missing required argument 'scenario'"],
    [["conf", "chekc", "x"], "did you mean check?"],
    [["score", "--conf", "a"], "required option '--hosts <file>' not specified"],
    [["score", "--conf", "a", "--hosts", "b", "--strategy", "best"], "allowed choices are seed, normalized"],
    [["run", "x", "--workers", "0"], "expected a whole number from 1 to 256"],
    [["replay", "x", "--seed", "one"], "expected a whole number"],
    [["replay", "x", "--seed", "1", "--until", "10"], "expected a time such as"],
    [["run", "no/such-scenario-anywhere"], "no scenario no/such-scenario-anywhere"],
    [["conf", "check", "no-such-file"], "no-such-file:1:1: cannot be read: there is no such file or folder"],
  ])("%j ends with 1 and says why, without a stack", async (args, message) => {
    const told = await call(args, { cwd: folder });
    expect(told.code).toBe(1);
    expect(told.stdout).toBe("");
    expect(told.stderr.toLowerCase()).toContain(message.toLowerCase());
    expect(told.stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    [["rnu", "--json"]],
    [["run", "--json", "--seds"]],
    [["conf", "check", "no-such-file", "--json"]],
    [["scenario", "check", "no-such-file.yaml", "--json"]],
  ])("%j with --json is one JSON document with an error, and nothing else on stdout", async (args) => {
    const told = await call(args, { cwd: folder });
    expect(told.code).toBe(1);
    const document = JSON.parse(told.stdout) as { error: { message: string; complaints: unknown[] } };
    expect(document.error.message).not.toBe("");
    expect(Array.isArray(document.error.complaints)).toBe(true);
  });

  it("shows its stack with --debug only", async () => {
    const told = await call(["conf", "check", "no-such-file", "--debug"], { cwd: folder });
    expect(told.code).toBe(1);
    expect(told.stderr).toMatch(/^\s+at /m);
  });

  it("refuses --set without a value before anything runs", async () => {
    const told = await call(["scenario", "check", "broken.yaml", "--set", "duration"], { cwd: folder });
    expect([told.code, told.stdout]).toEqual([1, ""]);
    expect(told.stderr).toContain("--set duration: expected path=value");
  });
});

describe("scenario", () => {
  it("check names the line of an unknown field and the field that was probably meant", async () => {
    const told = await call(["scenario", "check", "broken.yaml", "--json"], { cwd: folder });
    expect(told.code).toBe(1);
    const document = JSON.parse(told.stdout) as { ok: boolean; errors: { line: number; message: string }[]; points: unknown[] };
    expect([document.ok, document.points]).toEqual([false, []]);
    expect(document.errors).toContainEqual(expect.objectContaining({ line: 2, message: expect.stringContaining("duration") as string }));
  });

  it("check names a --set argument as it was given, and no place in a file that there is not", async () => {
    const told = await call(["scenario", "check", "smoke/calm", "--set", "fleet.hosts.cont=3"], { cwd: folder });
    expect(told.code).toBe(1);
    expect(told.stderr).toContain('--set fleet.hosts.cont=3: unknown field "cont" in fleet.hosts; did you mean "count"?\n');
  });

  it("schema prints one JSON document", async () => {
    const told = await call(["scenario", "schema"]);
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(JSON.parse(told.stdout)).toHaveProperty("$schema");
  });
});
