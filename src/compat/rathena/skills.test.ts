import { describe, expect, it } from "vitest";
import type { SkillSpec } from "../../core/protocol/game-data.ts";
import { databaseText } from "./data-set.fixture.ts";
import { readDatabase, readingOf } from "./database.ts";
import { SKILL_KEYS, skillsOf } from "./skills.ts";

function read(...bodies: string[]): { skills: ReadonlyMap<number, SkillSpec>; errors: string[] } {
  const databases = bodies.map((body) => readDatabase(readingOf("f", databaseText("SKILL_DB", body)), "SKILL_DB", SKILL_KEYS));
  const skills = skillsOf(databases);
  return { skills, errors: databases.flatMap(({ reading }) => reading.errors.list().map(({ line, message }) => `${line}: ${message}`)) };
}

const BOLT = "  - Id: 19\n    Name: BOLT\n    MaxLevel: 3\n    TargetType: Attack\n";

describe("a skill", () => {
  it("has values for all levels or for each, and rAthena's defaults", () => {
    const { skills, errors } = read(
      `${BOLT}    Range: -9\n    CastTime:\n      - Level: 1\n        Time: 700\n      - Level: 3\n        Time: 900\n    FixedCastTime: -1\n    Cooldown: 2000\n`,
    );
    expect(errors).toEqual([]);
    expect(skills.get(19)).toEqual({
      ...{ id: 19, name: "BOLT", maxLevel: 3, range: [9], castTime: [700, 0, 900], fixedCastTime: [0], cooldown: [2000] },
      ...{ afterCastActDelay: [0], afterCastWalkDelay: [0], damage: [100] },
    });
  });

  it.each([
    ["    HitCount: 4\n", [400]],
    ["    HitCount: -4\n", [100]],
    ["    HitCount:\n      - Level: 1\n        Count: 1\n      - Level: 2\n        Count: 2\n", [100, 200]],
    ["    HitCount: 4\n    DamageFlags:\n      NoDamage: true\n", [0]],
    ["    HitCount: 4\n    DamageFlags:\n      NoDamage: false\n", [400]],
  ])("with %j does %j percent", (lines, damage) => expect(read(BOLT + lines).skills.get(19)!.damage).toEqual(damage));

  it("is changed by a later entry in what that one says", () => {
    const { skills } = read(`${BOLT}    Cooldown: 2000\n    Range: 4\n`, "  - Id: 19\n    Cooldown: 10\n    TargetType: Support\n");
    expect(skills.get(19)).toMatchObject({ name: "BOLT", cooldown: [10], range: [4], damage: [0] });
  });

  it("that cannot be read is complained about at its place", () => {
    expect(read("  - Id: 1\n").errors).toEqual([
      '6: expected the field "Name" in the entry of line 6 ("1"), found none',
      '6: expected the field "MaxLevel" in the entry of line 6 ("1"), found none',
    ]);
    expect(
      read(`${BOLT}    CastTime:\n      - Level: 0\n        Time: x\n      - 7\n      - Time: 5\n    Cooldown:\n      Time: 5\n`).errors,
    ).toEqual([
      '11: expected a whole number from 1 to 100 for "Level", found "0"',
      '12: expected a whole number from -1 to 86400000 for "Time", found "x"',
      '13: expected Level and Time, found "7"',
      '14: expected the field "Level" in the entry of line 14 ("19.CastTime[2]"), found none',
      '16: expected a number or a list of levels for "Cooldown", found a section',
    ]);
  });
});

describe("a database in other YAML than rAthena's own", () => {
  it("is read by the library, entry by entry or as a whole, with the same places", () => {
    const flow = "  - {Id: 7, Name: FLOW, MaxLevel: 2, TargetType: Attack, HitCount: [{Level: 1, Count: 2}]}\n";
    const { skills, errors } = read(`${BOLT}${flow}${BOLT.replace("19", "20")}`);
    expect([errors, [...skills.keys()], skills.get(7)!.damage]).toEqual([[], [19, 7, 20], [200]]);
    expect(read(`${BOLT}  - {Id: 7, Name: FLOW, MaxLevel: no}\n`).errors).toEqual([
      '10: expected a whole number from 1 to 100 for "MaxLevel", found "no"',
    ]);
    const reading = readingOf("f", '{"Header": {"Type": "SKILL_DB"},\n "Body": [{"Id": 3, "Name": "J", "MaxLevel": 1}, 4]}\n');
    expect(skillsOf([readDatabase(reading, "SKILL_DB", SKILL_KEYS)]).get(3)).toMatchObject({ name: "J" });
    expect(reading.errors.list().map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual([
      '2:50: expected an entry with fields, found "4"',
    ]);
  });

  it("is complained about where it is no YAML at all", () => {
    expect(read(`${BOLT}    Range: [1\n`).errors[0]).toMatch(/^1\d: not YAML: /);
    expect(read("  - Id: 1\n Name: X\n").errors[0]).toMatch(/not YAML: /);
  });

  it("may give a key twice: the first counts, and that is noted", () => {
    for (const body of [`${BOLT}    Range: 1\n    Range: 2\n`, `${BOLT}    Range: 1\n    Range: 2\n    CastTime: []\n`]) {
      const reading = readingOf("f", databaseText("SKILL_DB", body));
      expect(skillsOf([readDatabase(reading, "SKILL_DB", SKILL_KEYS)]).get(19)!.range).toEqual([1]);
      expect([reading.errors.list(), reading.notes.list().map(({ line, column }) => [line, column])]).toEqual([[], [[11, 5]]]);
    }
  });
});
