/** A data set with damaged files: read or refused, each complaint and note at a place inside its file, and nothing ever thrown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Complaint } from "../../base/result.ts";
import { filesOf, must, SMALL } from "./data-set.fixture.ts";
import { readRathena } from "./read-rathena.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "db/re/mob_db.yml": `${SMALL["db/re/mob_db.yml"] as string}    MvpDrops:\n      - {Item: 501, Rate: 2}\n    Modes:\n      Mvp: true\n  - Id: 7\n    AegisName: B\n    Name: "B b"\n`,
  "db/re/skill_db.yml": `${SMALL["db/re/skill_db.yml"] as string}    CastTime:\n      - Level: 1\n        Time: 700\nFooter:\n  Imports:\n  - Path: db/import/skill_db.yml\n`,
  "db/re/map_drops.yml":
    "Header:\n  Type: MAP_DROP_DB\nBody:\n  - Map: field\n    GlobalDrops:\n      - Index: 0\n        Item: Jellopy\n        Rate: 20\n    SpecificDrops:\n      - Monster: PORING\n        Drops:\n          - Index: 0\n            Item: A\n            Rate: 3\n",
  "npc/re/mobs/field.txt":
    '// spawns\nfield,5,5,2,2\tmonster\tPoring,2\t1002,5,6000,10\n-\tscript\tx\t-1,{\n mes "}";\n}\nfield\tboss_monster\tB\tB,1,500\n',
  "conf/battle/drops.conf": "item_rate_common: 200\nmob_spawn_variance: 3 // all\nitem_drop_mvp_mode: 1\n",
  "yard.map.txt": "// a yard\n..#\n~.=\n",
};
const SIGNS = [
  "\t",
  " ",
  ":",
  "- ",
  '"',
  "\n",
  "\r",
  "{",
  "}",
  "]",
  "#",
  "//",
  "/*",
  "&a",
  "*a",
  "!!x",
  "| ",
  "\0",
  "\ufeff",
  "\u2028",
  "NaN",
  "1e999",
  "0x1",
  "-1",
  "65536",
  "99999999999",
  "__proto__",
  "constructor",
  "\ud800",
  ",",
  "~",
  "Id: 1002",
];

const edits = fc.array(
  fc.record({ at: fc.nat(600), cut: fc.nat(12), put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.string({ maxLength: 4 })) }),
  { minLength: 1, maxLength: 3 },
);
const damage = fc.tuple(fc.constantFrom(...Object.keys(TEXTS)), edits).map(([path, list]) => {
  const text = list.reduce<string>((t, { at, cut, put }) => {
    const from = at % (t.length + 1);
    return t.slice(0, from) + put + t.slice(from + cut);
  }, TEXTS[path]!);
  return [path, text] as const;
});
const noise = fc.tuple(fc.constantFrom(...Object.keys(TEXTS)), fc.uint8Array({ maxLength: 60 }));

function placed({ file, line, column, message }: Complaint, contents: Readonly<Record<string, string | Uint8Array>>): void {
  expect(message).not.toBe("");
  if (line === 0) return;
  const content = contents[file];
  expect(content, file).not.toBeUndefined();
  const lines = (typeof content === "string" ? content : Buffer.from(content!).toString("latin1"))
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/);
  expect(lines[line - 1], `line ${line} of ${file}`).not.toBeUndefined();
  expect(column).toBeGreaterThanOrEqual(1);
  if (typeof content === "string") expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
}

describe("a damaged data set", () => {
  it("whole, is read", () => {
    const data = must(readRathena(filesOf({ ...SMALL, ...TEXTS })));
    expect(data.summary).toMatchObject({ maps: 3, monsters: 2, skills: 1, spawnLines: 2, spawned: 6 });
  });

  it("is read or refused at places inside its files", () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: damage }, noise), ([path, content]) => {
        const contents = { ...SMALL, ...TEXTS, [path]: content };
        const read = readRathena(filesOf(contents));
        if (!read.ok) {
          refused += 1;
          expect(read.error.length).toBeGreaterThan(0);
          for (const complaint of read.error) placed(complaint, contents);
          return;
        }
        taken += 1;
        for (const note of read.value.notes) placed(note, contents);
        for (const map of read.value.maps) {
          const game = must(read.value.gameDataOf(map));
          expect(game.ground.cells.length).toBe(game.ground.width * game.ground.height);
          for (const { monster, amount, delay } of game.spawns) {
            expect(game.monsters.has(monster)).toBe(true);
            expect(amount >= 1 && amount <= 1000 && delay >= 1000).toBe(true);
          }
          for (const { drops, hp } of game.monsters.values()) {
            expect(hp).toBeGreaterThanOrEqual(1);
            for (const { rate, of } of drops) expect(rate >= 1 && rate <= (of ?? 10_000)).toBe(true);
          }
        }
      }),
      { numRuns: 300, seed: 20_061_107 },
    );
    expect(taken).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(60);
  });
});
