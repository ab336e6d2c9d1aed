import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedData } from "../shared-data.fixture.ts";
import { complaintsOf, must, SMALL } from "./data-set.fixture.ts";
import { rathenaFolder } from "./folder.ts";
import { readRathena } from "./read-rathena.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-rathena-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(contents: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

describe("a folder of databases", () => {
  it("is that of an rAthena, or the db folder in it; what lies elsewhere in it is not looked at", () => {
    write({ ...SMALL, "src/map/map.txt": "x", "npc/cities/payon.txt": "x", "a.map.txt": "." });
    const paths = [...Object.keys(SMALL), "a.map.txt"].sort();
    expect([...must(rathenaFolder(folder)).paths].sort()).toEqual(paths);
    expect([...must(rathenaFolder(join(folder, "db"))).paths].sort()).toEqual(paths);
    const data = must(readRathena(must(rathenaFolder(join(folder, "db")))));
    expect(data.maps).toEqual(["a", "cave", "field"]);
    expect(must(data.gameDataOf("field")).spawns).toHaveLength(1);
  });

  it("that cannot be read is complained about, and so is a file of it", () => {
    expect(complaintsOf(rathenaFolder(join(folder, "none")))).toEqual([
      `${join(folder, "none")}:1:1: cannot be read: there is no such file or folder`,
    ]);
    write({ file: "x", ...SMALL, "db/re/mob_db.yml": "Body: [" });
    expect(complaintsOf(rathenaFolder(join(folder, "file")))).toEqual([`${join(folder, "file")}:1:1: expected a folder, found a file`]);
    expect(complaintsOf(readRathena(must(rathenaFolder(folder))))[0]).toContain(join(folder, "db/re/mob_db.yml:1:8: not YAML"));
    const files = must(rathenaFolder(folder));
    rmSync(join(folder, "db/map_cache.dat"));
    expect(complaintsOf(readRathena(files))).toContain(
      `${join(folder, "db/map_cache.dat")}:1:1: cannot be read: there is no such file or folder`,
    );
  });
});

describe("the data set that is shipped", () => {
  it("is read without a remark, and has monsters on each map", () => {
    const data = must(readRathena(must(rathenaFolder(join(import.meta.dirname, "../../../conf/game")))));
    expect([data.maps, data.notes]).toEqual([["job_quest_room", "test_room"], []]);
    expect(data.summary).toMatchObject({ monsters: 3, items: 5, skills: 4, spawnLines: 4, spawned: 36 });
    const room = must(data.gameDataOf("test_room"));
    expect([room.ground.width, room.ground.height, [...new Set(room.ground.cells)].sort()]).toEqual([40, 40, [0, 1, 3, 5]]);
    expect([...room.monsters.keys()]).toEqual([2001, 2002]);
    const quest = must(data.gameDataOf("job_quest_room"));
    expect(quest.spawns.at(-1)).toEqual({ monster: 2003, amount: 1, x: 18, y: 16, xs: 0, ys: 0, delay: 600_000, variance: 60_000 });
    expect(quest.monsters.get(2002)!.drops.slice(-2)).toEqual([
      { item: 90_001, rate: 2500, of: 100_000 },
      { item: 90_005, rate: 5, of: 100_000 },
    ]);
  });
});

describe.skipIf(sharedData === undefined)("the seed's maps, cut out of rAthena (skipped where the shared data are absent)", () => {
  it("stand flat under their own names", () => {
    for (const name of ["map_cache_p2p.dat", "mob_db_p2p.yml", "spawns_p2p.txt"])
      symlinkSync(join(sharedData!, "rathena", name), join(folder, name));
    const data = must(readRathena(must(rathenaFolder(folder))));
    expect(data.summary).toMatchObject({ maps: 9, spawnSets: [{ folder: ".", lines: 52, maps: 7 }] });
    expect(data.summary.spawnLines).toBe(52);
    const field = must(data.gameDataOf("gef_fild07"));
    expect(field.spawns.reduce((sum, { amount }) => sum + amount, 0)).toBe(204);
    expect(field.monsters.get(1002)!.drops).toHaveLength(8);
  });
});
