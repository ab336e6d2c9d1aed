import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceOf } from "../../base/text/source.ts";
import { sharedData, sharedText } from "../shared-data.fixture.ts";
import { NoteList } from "../text/notes.ts";
import type { Section, Value } from "../text/tree.ts";
import { readYamlForm } from "../text/yaml-form.ts";
import { must } from "./data-set.fixture.ts";
import { fieldOf, readDatabase, readingOf } from "./database.ts";
import { rathenaFolder } from "./folder.ts";
import { readRathena } from "./read-rathena.ts";

/** The files are no part of the project; the other tests hold the same formats by hand-made texts. */
const absent = sharedData === undefined;

/** Values without their places. */
function plain(value: Value): unknown {
  if (value.kind === "scalar") return value.text;
  if (value.kind === "list") return value.items.map(plain);
  return value.entries.map(({ key, value: below }) => [key, plain(below)]);
}

describe.skipIf(absent)("rAthena's own databases (skipped where the shared data are absent)", () => {
  const folder = join(sharedData ?? "", "rathena");
  const data = absent ? undefined : must(readRathena(must(rathenaFolder(folder))));

  it("have 3,446 Renewal spawn lines with 66,112 monsters on 384 maps, and 1,288 maps and 8 newer ones", () => {
    expect(data!.summary.spawnSets).toEqual([
      { folder: "npc/re/mobs", lines: 3446, monsters: 66_112, maps: 384 },
      { folder: "npc/mobs", lines: 25, monsters: 82, maps: 10 },
    ]);
    expect(data!.summary).toMatchObject({
      mode: "re",
      maps: 1296,
      monsters: 2675,
      skills: 1635,
      items: 16_374,
      spawnLines: 3471,
      spawned: 66_194,
    });
  });

  it("give three notes: a key given twice in line 105513, and the items for equipment that are not there", () => {
    expect(data!.notes.map(({ file, line }) => [file.slice(folder.length), line])).toEqual([
      ["", 0],
      ["/db/re/item_db.yml", 94],
      ["/db/re/mob_db.yml", 105_513],
    ]);
  });

  it("give the game of a map", () => {
    const { ground, monsters, spawns } = must(data!.gameDataOf("gef_dun02"));
    expect([ground.width, ground.height, ground.cells.length]).toEqual([260, 260, 67_600]);
    expect(ground.cells.filter((cell) => cell !== 1 && cell !== 5)).toHaveLength(16_463);
    const boss = spawns.find(({ monster }) => monster === 1046)!;
    expect(boss).toMatchObject({ amount: 1, x: 0, y: 0, delay: 7_200_000, variance: 600_000 });
    const lord = monsters.get(1046)!;
    expect([lord.name, lord.drops.every(({ rate }) => rate >= 1 && rate <= 10_000)]).toEqual(["Doppelganger", true]);
    expect(monsters.get(1109)).toMatchObject({ name: "Deviruchi" });
  });

  it("add a map's own drops in 100,000", () => {
    const { monsters } = must(data!.gameDataOf("tur_d03_i"));
    const added = [...monsters.values()].flatMap(({ drops }) => drops.filter(({ of }) => of === 100_000));
    expect([[...monsters.keys()].sort(), added.length]).toEqual([[3800, 3802], 7]);
  });

  it("are read as the YAML library reads them, entry by entry (a sample)", () => {
    for (const [path, type] of [
      ["rathena/db/re/mob_db.yml", "MOB_DB"],
      ["rathena/db/re/skill_db.yml", "SKILL_DB"],
      ["rathena/db/re/item_db_usable.yml", "ITEM_DB"],
    ] as const) {
      const text = sharedText(path);
      const at = text.indexOf("\nBody:\n") + 7;
      const pieces = text.slice(at).split(/^(?= {2}- )/m);
      const sample = pieces.filter((piece, index) => index % 67 === 5 || piece.includes("EP172ALPHA")).join("");
      const source = sourceOf(path, `Header:\n  Type: ${type}\nBody:\n${sample}`);
      const whole = readYamlForm(source, new NoteList(source), new NoteList(source))!;
      const body = fieldOf(whole, "Body") as { items: readonly Section[] };
      const keys = new Set(body.items.flatMap((entry) => entry.entries.map(({ key }) => key)));
      const quick = readDatabase(readingOf(path, source.text), type, keys);
      expect(quick.reading.errors.list()).toEqual([]);
      expect(body.items.length).toBeGreaterThan(20);
      expect(quick.entries.map(plain)).toEqual(body.items.map(plain));
    }
  });
});
