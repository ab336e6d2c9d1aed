import { describe, expect, it } from "vitest";
import { checkConf } from "./conf-check.ts";
import { readMapConf } from "./map-conf-read.ts";
import { checkMapNames, readMapIndex } from "./map-index.ts";

const INDEX = "// name [id]\r\nprontera 1\npay_dun01\t7 // a cave\n\npay_dun02\nmoc_fild01\n";

describe("readMapIndex", () => {
  it("reads names with numbers, counts on where a name has none, and skips comments", () => {
    const read = readMapIndex(INDEX, "f");
    expect(read.ok && [...read.value]).toEqual([
      ["prontera", 1],
      ["pay_dun01", 7],
      ["pay_dun02", 8],
      ["moc_fild01", 9],
    ]);
  });

  it.each([
    ["prontera x\n", 1, 10, 'expected a number from 1 to 65535, found "x"'],
    ["prontera 0\n", 1, 10, 'expected a number from 1 to 65535, found "0"'],
    ["a 70000\n", 1, 3, 'expected a number from 1 to 65535, found "70000"'],
    ["a 65535\nb\n", 2, 1, 'expected a number from 1 to 65535, found "65536"'],
    ["a 1\na 2\n", 2, 1, 'map "a" is given twice'],
    ["a 4\n\n  b 4\n", 3, 5, 'number 4 belongs to "a" already'],
    ["a 1 junk\n", 1, 5, 'expected "name" or "name id", found "junk" behind it'],
  ])("complains about %j", (text, line, column, message) =>
    expect(readMapIndex(text, "f")).toEqual({ ok: false, error: [{ file: "f", line, column, message }] }),
  );
});

describe("checkMapNames", () => {
  it("warns of names that the index does not know, in whatever dialect they stand, at their place", () => {
    const index = readMapIndex(INDEX, "i");
    if (!index.ok) throw new Error("the index should be good");
    const brace = readMapConf(
      'p2p_eligible_maps: {\n  "pay_dun01": 1\n  "pay_dun03": 1 prontera: 0\n  test_room: 1\n}\nassistance_levels: { nowhere: 1 }',
      "f",
    );
    expect(checkMapNames(brace, index.value)).toEqual([
      {
        key: "p2p_eligible_maps.pay_dun03",
        file: "f",
        line: 3,
        column: 3,
        message: 'map "pay_dun03" is not in the map index; did you mean "pay_dun01"?',
      },
      { key: "p2p_eligible_maps.test_room", file: "f", line: 4, column: 3, message: 'map "test_room" is not in the map index' },
      { key: "assistance_levels.nowhere", file: "f", line: 6, column: 22, message: 'map "nowhere" is not in the map index' },
    ]);
    const flat = readMapConf("ram_min = 8\nmoc_fild01 = 1\nguild_room = 1\nizlude = 2\n", "f");
    expect(checkMapNames(flat, index.value).map((n) => [n.key, n.line])).toEqual([
      ["p2p_eligible_maps.guild_room", 3],
      ["assistance_levels.izlude", 4],
    ]);
  });
});

describe("checkConf", () => {
  it("gives settings, warnings and errors, those of the index among them", () => {
    const conf = { file: "c", text: "p2p_eligible_maps: { nowhere: 1 }\ngeneral: { zzz: 1 enable_p2p_maps: 7 }" };
    const alone = checkConf(conf);
    expect(Object.keys(alone)).toEqual(["settings", "warnings", "errors"]);
    expect([alone.warnings.length, alone.errors.length]).toEqual([1, 1]);
    const known = checkConf(conf, { file: "i", text: INDEX });
    expect(known.warnings.map((w) => [w.file, w.key])).toEqual([
      ["c", "general.zzz"],
      ["c", "p2p_eligible_maps.nowhere"],
    ]);
    const broken = checkConf(conf, { file: "i", text: "a 1\na 2\n" });
    expect(broken.errors.map((e) => [e.file, e.line])).toEqual([
      ["c", 2],
      ["i", 2],
    ]);
  });
});
