import { describe, expect, it } from "vitest";
import { decimal } from "./decimal.ts";
import { positionAt, shown, sourceOf } from "./source.ts";
import { truth } from "./truth.ts";

describe("sourceOf and positionAt", () => {
  it("count lines and columns from 1, to the end of the text and no further", () => {
    const source = sourceOf("f", "ab\n\ncd");
    expect([0, 1, 2, 3, 4, 5, 6, 99, -1].map((at) => positionAt(source, at))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 3, column: 2 },
      { line: 3, column: 3 },
      { line: 3, column: 3 },
      { line: 1, column: 1 },
    ]);
  });

  it("see through a byte order mark, CRLF and lone CR", () => {
    const source = sourceOf("f", "\ufeffa\r\nb\rc\n\rd");
    expect(source.text).toBe("a\nb\nc\n\nd");
    expect(positionAt(source, source.text.indexOf("d"))).toEqual({ line: 5, column: 1 });
  });
});

describe("decimal", () => {
  it.each([
    ["0", 0],
    ["12", 12],
    ["-3.50", -3.5],
    ["+7", 7],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["2.5E-1", 0.25],
  ])("reads %s", (text, value) => expect(decimal(text)).toBe(value));

  it.each(["", " 1", "1 ", "0x10", "NaN", "Infinity", "1e999", "1_000", "1,5", "--1", "1e", ".", "１", "9".repeat(100_000)])(
    "does not read %.12s",
    (text) => expect(decimal(text)).toBeUndefined(),
  );
});

describe("truth", () => {
  it("knows four words for each truth, in any case", () => {
    expect(["1", "true", "Yes", "ON"].map(truth)).toEqual([true, true, true, true]);
    expect(["0", "FALSE", "no", "off"].map(truth)).toEqual([false, false, false, false]);
    expect(["", "2", "y", "truee", "1.0", "01"].map(truth)).toEqual(new Array(6).fill(undefined));
  });
});

describe("shown", () => {
  it("quotes, escapes and shortens", () => {
    expect(shown("a\tb")).toBe('"a\\tb"');
    expect(shown("x".repeat(50))).toBe(`"${"x".repeat(40)}…"`);
    expect(shown("\ud800")).toBe('"\\ud800"');
  });
});
