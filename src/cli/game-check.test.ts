/** `game check` over the small data set that ships, and over folders that are none. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "./places.ts";
import { call } from "./test-io.fixture.ts";

const SHIPPED = join(packageRoot(), "conf", "game");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-game-check-"));
  writeFileSync(join(folder, "mob_db.yml"), "Header:\n  Type: MOB_DB\n  Version: 4\nBody:\n  - Id: many\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("game check", () => {
  it("says what a folder holds, and what lives on a map", async () => {
    const { code, stdout } = await call(["game", "check", SHIPPED, "--map", "test_room"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Renewal: 2 maps, 3 kinds of monsters, 5 items, 4 skills.");
    expect(stdout).toContain("test_room: 40 by 40 cells");
    expect(stdout).toMatch(/Dew Drop +│ +20 │/);
  });

  it("--json: one document with the same figures, and nothing else", async () => {
    const { code, stdout } = await call(["game", "check", SHIPPED, "--map", "test_room", "--json"]);
    const said = JSON.parse(stdout);
    expect([code, said.summary.maps, said.map.monsters, said.errors]).toEqual([0, 2, 25, []]);
    expect(said.map.kinds.map((kind: { amount: number }) => kind.amount)).toEqual([20, 5]);
    expect(Object.keys(said.summary.files)).not.toEqual([]);
  });

  it("a map that is not there: 1, and the name that was probably meant", async () => {
    const { code, stderr } = await call(["game", "check", SHIPPED, "--map", "test_rom"]);
    expect(code).toBe(1);
    expect(stderr).toContain("test_room");
  });

  it("a file that cannot be read: 1, with file, line and column", async () => {
    const { code, stdout, stderr } = await call(["game", "check", folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/mob_db\.yml:5:\d+: /);
    expect(stdout).toMatch(/^\d errors?$/m);
    const json = await call(["game", "check", folder, "--json"]);
    const said = JSON.parse(json.stdout);
    expect([said.summary, said.errors.map((error: { line: number }) => error.line)]).toEqual([null, [0, 5]]);
  });

  it("a folder that does not exist: 1", async () => {
    const { code, stderr } = await call(["game", "check", join(folder, "none")]);
    expect([code, stderr.includes("no such file or folder")]).toEqual([1, true]);
  });
});
