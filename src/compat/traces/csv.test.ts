import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Complaints } from "./complaints.ts";
import { cellPlace, readCsv, readTable } from "./csv.ts";

function read(text: string): { cells: (readonly string[])[]; complaints: string[] } {
  const complaints = new Complaints("f");
  const cells = readCsv(text, complaints).map((row) => row.cells);
  const answer = complaints.answer(null);
  return { cells, complaints: answer.ok ? [] : answer.error.map((c) => `${c.line}:${c.column} ${c.message}`) };
}

describe("readCsv", () => {
  it.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "\ufeffa, b \r\n\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ['"a,b","say ""hi""",c\n', [["a,b", 'say "hi"', "c"]]],
    [
      'x,"two\nlines",y\nz,,\n',
      [
        ["x", "two\nlines", "y"],
        ["z", "", ""],
      ],
    ],
    ['"",""\n', [["", ""]]],
    [' "a" , b\n', [["a", "b"]]],
    ['"a"\n', [["a"]]],
    ['a,"b",\n', [["a", "b", ""]]],
  ])("reads %j", (text, cells) => expect(read(text)).toEqual({ cells, complaints: [] }));

  it.each([
    ['a,"open\nb\n', ["1:3 expected '\"' to close this cell, found the end of the file"]],
    ['a,"b"c,d\n', ["1:6 expected ',' or the end of the line after the closing '\"', found \"c\""]],
    ['a,b"c\n', ['1:3 expected quotes around the whole cell, found "b\\"c"']],
  ])("complains about %j", (text, complaints) => expect(read(text).complaints).toEqual(complaints));

  it("reads back what is written, with any characters in cells", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "é", "1") });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 }), (rows) => {
        const text = rows.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        expect(read(text)).toEqual({ cells: rows, complaints: [] });
      }),
    );
  });

  it("never throws and knows where each cell begins", () => {
    const text = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "\r", "\t", "1"), maxLength: 60 });
    fc.assert(
      fc.property(text, (csv) => {
        const rows = readCsv(csv, new Complaints("f"));
        const lines = csv.split(/\r\n|\r|\n/);
        for (const row of rows) {
          for (const [index, cell] of row.cells.entries()) {
            const { line, column } = cellPlace(row, index);
            const there = lines[line - 1]!.slice(column - 1);
            if (row.places === null) expect(there.startsWith(cell)).toBe(true);
            else expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
          }
        }
      }),
    );
  });
});

describe("readTable", () => {
  it("complains about columns named twice and rows of another width", () => {
    const complaints = new Complaints("f");
    readTable("a,b,a\n1,2,3\n1,2\n", complaints);
    expect(complaints.answer(null)).toMatchObject({
      ok: false,
      error: [
        { line: 1, column: 5, message: 'column "a" is given twice' },
        { line: 3, column: 1, message: "expected 3 cells as in the header, found 2" },
      ],
    });
  });
});
