import { describe, expect, it } from "vitest";
import type { GameData } from "../../core/protocol/game-data.ts";
import { complaintsOf, databaseText, filesOf, groundOf, must, SMALL } from "./data-set.fixture.ts";
import { writeMapCache } from "./map-cache.fixture.ts";
import type { RathenaData } from "./read-rathena.ts";
import { readRathena } from "./read-rathena.ts";

const MOBS = "db/re/mob_db.yml";
const ITEMS = "db/re/item_db_etc.yml";
const SPAWNS = "npc/re/mobs/field.txt";

const read = (changed: Readonly<Record<string, string | Uint8Array>> = {}): RathenaData =>
  must(readRathena(filesOf({ ...SMALL, ...changed })));
const refused = (changed: Readonly<Record<string, string | Uint8Array>>): string[] =>
  complaintsOf(readRathena(filesOf({ ...SMALL, ...changed })));
const game = (changed: Readonly<Record<string, string | Uint8Array>> = {}, map = "field"): GameData => must(read(changed).gameDataOf(map));
const notes = (data: RathenaData): string[] => data.notes.map(({ line, message }) => `${line}: ${message}`);

/** The data set without some of its files. */
function without(...paths: string[]): Record<string, string | Uint8Array> {
  return Object.fromEntries(Object.entries(SMALL).filter(([path]) => !paths.includes(path)));
}

const mob = (id: number, lines: string): string =>
  databaseText("MOB_DB", `  - Id: ${id}\n    AegisName: MOB_${id}\n    Name: Mob ${id}\n${lines}`);

describe("an rAthena folder", () => {
  it("is read into the game data of each map", () => {
    const data = read();
    expect(data.maps).toEqual(["cave", "field"]);
    expect(data.notes).toEqual([]);
    expect(data.summary).toMatchObject({ mode: "re", maps: 2, monsters: 1, items: 1, skills: 1, spawnLines: 1, spawned: 5, spawnMaps: 1 });
    expect(data.summary.spawnSets).toEqual([{ folder: "npc/re/mobs", lines: 1, monsters: 5, maps: 1 }]);
    expect([...data.summary.files.get("spawns")!]).toEqual([SPAWNS]);
    const { ground, monsters, spawns, skills } = game();
    expect([ground.width, ground.height, ground.cells.length, skills.size]).toEqual([30, 20, 600, 1]);
    expect(spawns).toEqual([{ monster: 1002, amount: 5, x: 0, y: 0, xs: 0, ys: 0, delay: 5000, variance: 0 }]);
    expect(monsters.get(1002)).toEqual({
      ...{ id: 1002, name: "Poring", level: 1, hp: 1, attackMin: 8, attackMax: 12, defense: 0, baseExp: 0, jobExp: 0 },
      ...{ walkSpeed: 150, attackDelay: 0, drops: [{ item: 909, rate: 7000 }] },
    });
    expect(game({}, "cave")).toMatchObject({ map: "cave", spawns: [], monsters: new Map() });
  });

  it("says which map was probably meant", () => {
    expect(complaintsOf(read().gameDataOf("feld"))).toEqual([': there is no ground for the map "feld"; did you mean "field"?']);
  });

  it("is read in layers: the main files, those of the mode, then what the operator imports", () => {
    const cache = (cell: number): Uint8Array => writeMapCache(new Map([["field", groundOf(30, 20, cell)]]));
    const layered = {
      "db/re/map_cache.dat": cache(1),
      "db/import/map_cache.dat": cache(3),
      "db/pre-re/map_cache.dat": cache(5),
      "db/import/mob_db.yml": databaseText("MOB_DB", "  - Id: 1002\n    Hp: 77\n    Drops:\n      - Item: 501\n        Rate: 5\n"),
    };
    expect(game(layered).ground.cells[0]).toBe(3);
    const changed = game(layered).monsters.get(1002)!;
    expect([changed.hp, changed.name]).toEqual([77, "Poring"]);
    expect(changed.drops).toEqual([
      { item: 909, rate: 7000 },
      { item: 501, rate: 5 },
    ]);
    const older = filesOf({ ...without(SPAWNS), ...layered, "db/import/map_cache.dat": cache(2), "db/pre-re/mob_db.yml": SMALL[MOBS]! });
    expect(must(must(readRathena(older, "pre-re")).gameDataOf("field")).ground.cells[0]).toBe(2);
    const { "db/import/map_cache.dat": _, ...bare } = layered;
    expect(game(bare).ground.cells[0]).toBe(1);
  });

  it("follows the imports of a Footer once, by mode, and notes those that are not there", () => {
    const body = (imports: string): string => `${databaseText("ITEM_DB", "")}Footer:\n  Imports:\n${imports}`;
    const imports = [
      "  - Path: db/more/items.yml\n    Mode: Renewal\n",
      "  - Path: db/more/old.yml\n    Mode: Prerenewal\n",
      "  - Path: db/re/item_db.yml\n",
      "  - Path: db/re/item_db_equip.yml\n",
      "  - Path: db/import/item_db.yml\n",
    ].join("");
    const data = read({
      "db/re/item_db.yml": body(imports),
      "db/more/items.yml": databaseText("ITEM_DB", "  - Id: 501\n    AegisName: Red_Potion\n"),
      "db/more/old.yml": "not even YAML: [",
    });
    expect(data.summary.items).toBe(2);
    expect(notes(data)).toEqual(['13: imports "db/re/item_db_equip.yml", which is not there']);
  });

  it("may stand flat, under longer names, before Renewal, or hold drawn maps", () => {
    const flat = {
      "map_cache_p2p.dat": SMALL["db/map_cache.dat"]!,
      "mob_db_p2p.yml": SMALL[MOBS]!,
      "spawns_p2p.txt": SMALL[SPAWNS]!,
      "readme.txt": "a text with a monster\tin it",
      "yard.map.txt": "// a yard\n.#\n~=\n",
    };
    const data = must(readRathena(filesOf(flat)));
    expect(data.maps).toEqual(["cave", "field", "yard"]);
    expect([...must(data.gameDataOf("yard")).ground.cells]).toEqual([3, 5, 0, 1]);
    expect(notes(data)).toEqual([
      "0: there is no skill_db.yml: nobody has skills",
      "0: there is no item_db.yml: the numbers of 1 items are made from their names",
    ]);
    const older = { "db/map_cache.dat": flat["map_cache_p2p.dat"], "db/pre-re/mob_db.yml": mob(1, "    Attack: 10\n    Attack2: 15\n") };
    const { summary, gameDataOf } = must(readRathena(filesOf({ ...older, "npc/pre-re/mobs/x.txt": "field\tmonster\tM\tmob_1,1\n" })));
    expect(summary.mode).toBe("pre-re");
    expect(must(gameDataOf("field")).monsters.get(1)).toMatchObject({ attackMin: 10, attackMax: 15 });
  });

  it("gives an item that no database has a number made from its name, the same each time and beyond all others", () => {
    const drops = (text: string): number[] =>
      game({ [MOBS]: text.replaceAll("Id: 1", "Id: 1002") })
        .monsters.get(1002)!
        .drops.map(({ item }) => item);
    const text = mob(1, "    Drops:\n      - Item: Odd_Thing\n        Rate: 1\n      - Item: jellopy\n        Rate: 1\n");
    const [odd, known] = drops(text);
    expect(known).toBe(909);
    expect(odd).toBeGreaterThanOrEqual(0x4000_0000);
    expect(odd).toBeLessThan(0x8000_0000);
    expect(drops(text)).toEqual([odd, known]);
    expect(notes(read({ [ITEMS]: databaseText("ITEM_DB", "") }))).toEqual([
      '0: the item databases lack 1 items that drop, whose numbers are made from their names: "Jellopy"',
    ]);
  });

  it("turns drops by the server's rates, by kind of item and of monster", () => {
    const drops =
      "    Drops:\n      - Item: Jellopy\n        Rate: 100\n      - Item: Potion\n        Rate: 9000\n      - Item: Hat\n        Rate: 3\n";
    const files = {
      [MOBS]: mob(1002, `${drops}      - Item: Never\n        Rate: 0\n    MvpDrops:\n      - Item: Hat\n        Rate: 50\n`),
      [ITEMS]: databaseText(
        "ITEM_DB",
        "  - Id: 1\n    AegisName: Jellopy\n  - Id: 2\n    AegisName: Potion\n    Type: Healing\n  - Id: 3\n    AegisName: Hat\n    Type: Armor\n",
      ),
      "conf/battle/drops.conf":
        "// rates\nitem_rate_common: 250\nitem_rate_heal: 200 // much\nitem_rate_equip: 10\nitem_rate_mvp: 300\nitem_drop_heal_max: 9500\n",
    };
    const rates = (changed: Record<string, string>): number[][] =>
      game({ ...files, ...changed })
        .monsters.get(1002)!
        .drops.map(({ item, rate }) => [item, rate]);
    expect(rates({})).toEqual([
      [1, 250],
      [2, 9500],
      [3, 1],
      [3, 150],
    ]);
    expect(rates({ "conf/import/battle_conf.txt": "item_rate_common: 0\n" })[0]).toEqual([2, 9500]);
    const boss = {
      [MOBS]: files[MOBS].replace("    Drops", "    Class: Boss\n    Drops"),
      "conf/battle/z.conf": "item_rate_common_boss: 50\n",
    };
    expect(rates(boss)[0]).toEqual([1, 50]);
  });

  it("adds what a map drops, in 100,000", () => {
    const all = "    GlobalDrops:\n      - Index: 0\n        Item: 501\n        Rate: 20\n";
    const one =
      "    SpecificDrops:\n      - Monster: poring\n        Drops:\n          - Index: 0\n            Item: Jellopy\n            Rate: 3\n";
    const files = { "db/re/map_drops.yml": databaseText("MAP_DROP_DB", `  - Map: field\n${all}${one}`) };
    expect(game(files).monsters.get(1002)!.drops).toEqual([
      { item: 909, rate: 7000 },
      { item: 501, rate: 20, of: 100_000 },
      { item: 909, rate: 3, of: 100_000 },
    ]);
    const taken = databaseText("MAP_DROP_DB", "  - Map: field\n    GlobalDrops:\n      - Index: 0\n        Rate: 0\n");
    expect(game({ ...files, "db/import/map_drops.yml": taken }).monsters.get(1002)!.drops).toHaveLength(2);
    expect(game({ ...files, "conf/battle/drops.conf": "enable_bonus_map_drops: no\n" }).monsters.get(1002)!.drops).toHaveLength(1);
  });

  it("leaves out spawns whose map, place or monster is not there, and says so", () => {
    const lines =
      "field,30,0\tmonster\tP\t1002,1\nnowhere,0,0\tmonster\tP\t1002,1\nfield\tmonster\tP\t9999,1\nfield\tmonster\tP\tNOBODY,1\nfield\tmonster\tP\tPoring,1\n";
    const data = read({ [SPAWNS]: lines });
    expect(notes(data)).toEqual([
      '0: spawns are left out for 1 maps without a ground: "nowhere"',
      '1: 30,0 is outside "field", which has 30 x 20 cells; the line is left out',
      '3: no monster database has "9999"; the line is left out',
      '4: no monster database has "NOBODY"; the line is left out',
    ]);
    expect(data.summary).toMatchObject({ spawnLines: 1, spawned: 1 });
  });

  it("spreads a spawn over the map where its place cannot be walked on, and over an axis that is open", () => {
    const cells = groundOf(30, 20);
    cells.cells[5 + 6 * 30] = 1;
    const lines =
      "field,5,6\tmonster\tP\t1002,1\nfield,5,6,3,3\tmonster\tP\t1002,1\nfield,5,7\tmonster\tP\t1002,1\nfield,0,7,0,2\tmonster\tP\t1002,1\nfield,5,7,-1,2\tmonster\tP\t1002,1\n";
    const { spawns } = game({ "db/map_cache.dat": writeMapCache(new Map([["field", cells]])), [SPAWNS]: lines });
    expect(spawns.map(({ x, y, xs, ys }) => [x, y, xs, ys])).toEqual([
      [0, 0, 0, 0],
      [5, 6, 3, 3],
      [5, 7, 0, 0],
      [15, 7, 30, 2],
      [15, 7, 30, 2],
    ]);
  });
});

describe("an rAthena folder is refused", () => {
  it("when a part is missing", () => {
    expect(complaintsOf(readRathena(filesOf({})))).toEqual([
      ": expected db/map_cache.dat, map_cache.dat or *.map.txt, found none",
      ": expected db/re/mob_db.yml, db/mob_db.yml or mob_db.yml, found none",
    ]);
  });

  it.each([
    [MOBS, databaseText("MOB_DB", "  - Id: x\n"), `${MOBS}:6:9: expected a whole number from 1 to 2147483647 for "Id", found "x"`],
    [MOBS, databaseText("MOB_DB", "  - Name: x\n"), `${MOBS}:6:5: expected the field "Id" in the entry of line 6 ("monster"), found none`],
    [
      MOBS,
      databaseText("MOB_DB", "  - Id: 5\n    Name: x\n"),
      `${MOBS}:6:5: expected the field "AegisName" in the entry of line 6 ("5"), found none`,
    ],
    [MOBS, databaseText("ITEM_DB", ""), `${MOBS}:2:9: expected the type MOB_DB, found "ITEM_DB"`],
    [MOBS, "Body:\n", `${MOBS}:1:1: expected a "Header" with the Type MOB_DB, found none`],
    [MOBS, mob(1, "    Level: -1\n"), `${MOBS}:9:12: expected a whole number from 0 to 65535 for "Level", found "-1"`],
    [
      MOBS,
      mob(1, "    Drops:\n      - Item: A\n        Rate: 10001\n"),
      `${MOBS}:11:15: expected a whole number from 0 to 10000 for "Rate", found "10001"`,
    ],
    [MOBS, mob(1, "    Drops: much\n"), `${MOBS}:9:12: expected a list for "1.Drops", found "much"`],
    [MOBS, mob(1, "    Drops:\n      - A\n"), `${MOBS}:10:9: expected a drop with Item and Rate, found "A"`],
    [MOBS, databaseText("MOB_DB", "  - word\n"), `${MOBS}:6:5: expected an entry with fields, found "word"`],
    [SPAWNS, "field\tmonster\tPoring\n", `${SPAWNS}:1:1: expected four parts with tabs between them, found 3`],
    [SPAWNS, "field,0,0 monster Poring 1002,5\n", `${SPAWNS}:1:1: expected tabs between the parts of a monster's line, found blanks`],
    [SPAWNS, "field\tmonster\tPoring\t1002\n", `${SPAWNS}:1:22: expected "monster,amount", found "1002"`],
    [SPAWNS, "field\tmonster\tPoring\t1002,1001\n", `${SPAWNS}:1:27: expected a whole number from 1 to 1000 for amount, found "1001"`],
    [SPAWNS, "field,1,x\tmonster\tPoring\t1002,1\n", `${SPAWNS}:1:9: expected a whole number from 0 to 32767 for y, found "x"`],
    [SPAWNS, "-\tscript\tx\t-1,{\n{\n}\n", `${SPAWNS}:1:1: expected a "}" for each "{" of this script, found the end of the file`],
    [
      "conf/battle/drops.conf",
      "item_rate_common: lots\n",
      'conf/battle/drops.conf:1:19: expected a whole number from 0 to 1000000 for "item_rate_common", found "lots"',
    ],
    ["db/re/map_cache.dat", new Uint8Array(3), "db/re/map_cache.dat:1:1: at byte 0: expected a header of 8 bytes, found 3"],
    ["yard.map.txt", "..\n.X\n", 'yard.map.txt:2:2: expected one of .#~=, found "X"'],
    ["yard.map.txt", "..\n...\n", "yard.map.txt:2:1: expected 2 cells, as in the first row, found 3"],
  ])("for %s: %j", (path, content, complaint) => expect(refused({ [path]: content })).toContain(complaint));
});
