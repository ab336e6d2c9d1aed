import { describe, expect, it } from "vitest";
import { readColumn, readRttMatrix, type RttOptions } from "./rtt-matrix.ts";

function plain(text: string, options?: RttOptions): unknown {
  const read = readRttMatrix(text, "f", options);
  if (!read.ok) return read.error.map((c) => `${c.line}:${c.column} ${c.message}`);
  return { labels: read.value.labels, ms: [...read.value.ms], size: read.value.size };
}

const MS = [0, 10, 20, 11, 0, 30, 21, 31, 0];
const NAMED = { labels: ["a", "b", "c"], ms: MS, size: 3 };

describe("readRttMatrix", () => {
  it.each([
    ["no names", "0,10,20\n11,0,30\n21,31,0\n", { ...NAMED, labels: null }],
    ["an empty diagonal", ",10,20\r\n11,,30\r\n21,31,\r\n", { ...NAMED, labels: null }],
    ["names above", "a,b,c\n0,10,20\n11,0,30\n21,31,0\n", NAMED],
    ["names before", "a,0,10,20\nb,11,0,30\nc,21,31,0\n", NAMED],
    ["names on both sides", ',a,b,"c"\na,0,10,20\nb,11,0,30\nc,21,31,0\n', NAMED],
    ["names on both sides of a named corner", "from,a,b,c\na,0,10,20\nb,11,0,30\nc,21,31,0\n", NAMED],
    ["names and an empty diagonal", ",a,b,c\na,,10,20\nb,11,,30\nc,21,31,\n", NAMED],
    ["numbers for names", ",7,8,9\n7,0,10,20\n8,11,0,30\n9,21,31,0\n", { ...NAMED, labels: ["7", "8", "9"] }],
    ["one place", "0\n", { labels: null, ms: [0], size: 1 }],
  ])("reads a matrix with %s", (_, text, expected) => expect(plain(text)).toEqual(expected));

  it("takes names and units from outside", () => {
    expect(plain("0,1\n2,0\n", { labels: ["x", "y"], unit_ms: 10 })).toEqual({ labels: ["x", "y"], ms: [0, 10, 20, 0], size: 2 });
    expect(plain("0,1\n2,0\n", { labels: ["x"] })).toEqual(["1:1 expected 2 names for 2 rows, found a list of 1"]);
  });

  it.each([
    ["a short row", "0,1\n2\n", ["2:1 expected 2 cells in a matrix of 2 rows, found 1"]],
    [
      "a missing row",
      "0,1,2\n1,0,3\n",
      ["1:1 expected 2 cells in a matrix of 2 rows, found 3", "2:1 expected 2 cells in a matrix of 2 rows, found 3"],
    ],
    ["an empty cell", "0,1\n,0\n", ["2:1 expected a round trip from 0 to 60000 ms, found nothing"]],
    ["a word", "0,1,2\n1,0, x\n2,3,0\n", ['2:6 expected a round trip from 0 to 60000 ms, found "x"']],
    ["a negative number", "0,1\n-2,0\n", ['2:1 expected a round trip from 0 to 60000 ms, found "-2"']],
    ["not a number", "0,1\nNaN,0\n", ['2:1 expected a round trip from 0 to 60000 ms, found "NaN"']],
    ["an hour", "0,1\n3600000,0\n", ['2:1 expected a round trip from 0 to 60000 ms, found "3600000"']],
    ["names that differ", ",a,b\na,0,1\nc,2,0\n", ['3:1 expected the row of "b", found "c"']],
    ["a name twice", ",a,a\na,0,1\na,2,0\n", ['1:1 the name "a" is given twice']],
    ["nothing", "", ["1:1 expected a square matrix of round trips, found no rows"]],
  ])("names the place of %s", (_, text, complaints) => expect(plain(text)).toEqual(complaints));
});

describe("readColumn", () => {
  it("reads the names of a file of their own", () => {
    expect(readColumn('id,title\n0,"Paris, FR"\n1,Rome\n', "f", "title")).toEqual({ ok: true, value: ["Paris, FR", "Rome"] });
    expect(readColumn("id,title\n", "f", "titel")).toMatchObject({
      ok: false,
      error: [{ line: 1, message: 'expected a column "titel" for the names, found "id", "title"; did you mean "title"?' }],
    });
  });
});
