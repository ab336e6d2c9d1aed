import { describe, expect, it } from "vitest";
import { defaultBattleConf, readBattleConf } from "./battle-conf.ts";
import { readingOf } from "./database.ts";
import type { SpawnLine } from "./spawns.ts";
import { readSpawns } from "./spawns.ts";

function read(text: string, conf = defaultBattleConf()): { spawns: SpawnLine[]; errors: string[]; notes: string[] } {
  const reading = readingOf("f", text);
  const spawns = readSpawns(reading, conf);
  const said = (list: typeof reading.errors): string[] => list.list().map(({ line, column, message }) => `${line}:${column}: ${message}`);
  return { spawns, errors: said(reading.errors), notes: said(reading.notes) };
}

describe("a spawn line", () => {
  it("may have every part, or the least", () => {
    const { spawns, errors, notes } = read(
      'a_01@x,10,20,3,4\tboss_monster\tBaphomet\tBAPHOMET,1,7200000,600000,"npc::OnDead",1,2 // lord\na_01.gat\tMonster\tPoring\t 1002, 25\t\n',
    );
    expect([errors, notes]).toEqual([[], []]);
    expect(spawns).toEqual([
      {
        map: "a_01@x",
        monster: "BAPHOMET",
        file: "f",
        line: 1,
        amount: 1,
        x: 10,
        y: 20,
        xs: 3,
        ys: 4,
        delay: 7_200_000,
        variance: 600_000,
      },
      { map: "a_01", monster: "1002", file: "f", line: 2, amount: 25, x: 0, y: 0, xs: 0, ys: 0, delay: 5000, variance: 0 },
    ]);
  });

  it("has rAthena's delays: 5,000 by default and below the floor, varied for bosses alone unless the conf says otherwise", () => {
    const text = "m\tmonster\tA\t1,1,999,7\nm\tmonster\tA\t1,1,1000,7\nm\tboss_monster\tA\t1,1,0,7\n";
    const delays = (conf = defaultBattleConf()): number[][] => read(text, conf).spawns.map(({ delay, variance }) => [delay, variance]);
    expect(delays()).toEqual([
      [5000, 0],
      [1000, 0],
      [5000, 7],
    ]);
    expect(read(text).notes).toEqual(["1:17: a delay below 1000 ms counts as 5000", "3:22: a delay below 1000 ms counts as 5000"]);
    const conf = defaultBattleConf();
    readBattleConf(readingOf("c", "mob_spawn_variance: 2\nmob_respawn_time: 2000\nmob_count_rate: 50\n"), conf);
    expect(delays(conf)).toEqual([
      [5000, 7],
      [5000, 7],
      [5000, 0],
    ]);
    expect(read("m\tmonster\tA\t1,7\nm\tmonster\tA\t1,1\n", conf).spawns.map(({ amount }) => amount)).toEqual([3, 1]);
  });

  it("with a level of its own or a negative span is read, and that is noted", () => {
    const { spawns, errors, notes } = read("m,5,5,-1,-1\tmonster\tPoring,20\t1002,1\n");
    expect([spawns.length, errors]).toEqual([1, []]);
    expect(notes).toEqual([
      "1:7: a negative span counts as the whole map",
      "1:28: a level of its own is not followed; the monster has its database's",
    ]);
  });
});

describe("between spawn lines", () => {
  it("comments, scripts and other kinds of lines are passed over", () => {
    const text = [
      "// m\tmonster\tA\t1,1",
      "/* m\tmonster\tA\t1,1",
      "m\tmonster\tA\t1,1 */",
      "-\tscript\tboss\t-1,{",
      'OnInit: if (1) { mes "} {\\" }"; } // }',
      "m\tmonster\tA\t1,1",
      "/* } */ end; }",
      "m,1,1,4\tscript\tempty\t-1,{}",
      "m,1,1,0\twarp\tdoor\t1,1,n,2,2",
      "m\tmapflag\tnomemo",
      "m,2,2,4\tshop\tshop\t1,501:50",
      "m,2,2,4\tduplicate(boss)\tboss2\t1",
      "function\tscript\tF\t{",
      "  return 1;",
      "}",
      "a word or two",
      "m\tmonster\tA\t1,1",
    ].join("\r\n");
    const { spawns, errors, notes } = read(text);
    expect([errors, notes]).toEqual([[], []]);
    expect(spawns.map(({ line }) => line)).toEqual([17]);
  });

  it("a script or comment that does not end is complained about", () => {
    expect(read("m\tmonster\tA\t1,1\n-\tscript\tx\t-1,{ {\n}\n").errors).toEqual([
      '2:1: expected a "}" for each "{" of this script, found the end of the file',
    ]);
    expect(read("\n/* m\n").errors).toEqual(['2:1: expected "*/" at the end of this comment, found the end of the file']);
  });
});

describe("conf/battle", () => {
  it("is followed where it is about spawns and drops, noted where it is and is not followed, and else passed over", () => {
    const conf = defaultBattleConf();
    const reading = readingOf(
      "c",
      "\uFEFF// item_rate_use: 5\nItem_Rate_Card_MVP : 40\nitem_logarithmic_drops: yes\nmob_spawn_delay: 100\nfame: ?\n",
    );
    readBattleConf(reading, conf);
    expect(reading.errors.list()).toEqual([]);
    expect(conf.rates.card).toEqual({ normal: 100, boss: 100, mvp: 40, min: 1, max: 10_000 });
    expect(conf.rates.use.normal).toBe(100);
    expect(reading.notes.list().map(({ line, message }) => [line, message])).toEqual([
      [3, '"item_logarithmic_drops" is not followed, as if it were 0; found "yes"'],
    ]);
  });
});
