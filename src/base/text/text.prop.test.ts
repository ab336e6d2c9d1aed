import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clock } from "./clock.ts";
import { decimal } from "./decimal.ts";
import { nearest } from "./nearest.ts";
import { normalLineEnds, positionAt, shown, sourceOf } from "./source.ts";
import { truth } from "./truth.ts";

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom("\r", "\n", "\r\n", "\ufeff", '"', "\\", "\0", "\u2028", "\ud800", "😀"),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe("places in a text", () => {
  it("are where an editor shows them: line and column lead back to the same character", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: -5, max: 300 }), (text, offset) => {
        const source = sourceOf("f", text);
        const { line, column } = positionAt(source, offset);
        const lines = source.text.split("\n");
        const back = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
        expect(back).toBe(Math.min(Math.max(0, offset), source.text.length));
        expect(column - 1).toBeLessThanOrEqual((lines[line - 1] as string).length);
      }),
      { numRuns: 1000 },
    );
  });

  it("line ends: are LF alone afterwards, as many as there were, and once is enough", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const normal = normalLineEnds(text);
        expect(normal.includes("\r")).toBe(false);
        expect(normal.split("\n").length).toBe(text.split(/\r\n|\r|\n/).length);
        expect(normalLineEnds(normal.startsWith("\ufeff") ? "" : normal)).toBe(normal.startsWith("\ufeff") ? "" : normal);
      }),
    );
  });

  it("a foreign text is shown in one line, quoted and short", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: "binary", maxLength: 5000 })), (text) => {
        expect(shown(text)).toMatch(/^".*"?/);
        expect([...shown(text)].every((sign) => sign >= " ")).toBe(true);
        expect(shown(text).length).toBeLessThan(400);
      }),
    );
  });
});

describe("words of a text", () => {
  it("a finite number is read back from whatever JavaScript writes it as, signed or not", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(decimal(String(value))).toBe(value + 0 === 0 ? 0 : value);
        if (value >= 0) expect(decimal(`+${value}`)).toBe(value + 0);
        expect(decimal(`${value} `)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("any text is a finite number or none, true or false or neither", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.constantFrom(..."0123456789.eE+-xn_ ") })), (text) => {
        const value = decimal(text);
        expect(value === undefined || Number.isFinite(value)).toBe(true);
        // The language's own reading is wider, never other.
        if (value !== undefined) expect(value).toBe(Number(text));
        expect([true, false, undefined]).toContain(truth(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("the nearest word is one of the candidates, the word itself where it stands there, and no longer way off than a third", () => {
    const word = fc.string({ unit: fc.constantFrom(..."abcABC_1"), maxLength: 12 });
    fc.assert(
      fc.property(word, fc.array(fc.oneof(word, anyText), { maxLength: 8 }), (each, candidates) => {
        const meant = nearest(each, candidates);
        expect(meant !== undefined || each === "" || !candidates.includes(each)).toBe(true);
        if (meant === undefined) return;
        expect(candidates).toContain(meant);
        if (candidates.includes(each)) expect(meant.toLowerCase()).toBe(each.toLowerCase());
        expect(Math.abs(meant.length - each.length)).toBeLessThanOrEqual(Math.max(1, Math.max(meant.length, each.length) / 3));
      }),
      { numRuns: 1000 },
    );
  });

  it("a clock tells its seconds", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (seconds) => {
        const [h, m, s] = clock(seconds).split(":").map(Number) as [number, number, number];
        expect(h * 3600 + m * 60 + s).toBe(Math.floor(seconds));
        expect([m < 60, s < 60]).toEqual([true, true]);
      }),
    );
  });
});
