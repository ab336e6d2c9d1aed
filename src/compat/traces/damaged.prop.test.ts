import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Complaint, Result } from "../../base/result.ts";
import { readAvailability, readAvailabilityCsv } from "./availability.ts";
import { readPings } from "./pings.ts";
import { readQuantiles } from "./quantiles.ts";
import { readRttMatrix } from "./rtt-matrix.ts";

/** Small sound files, each with its reader and whether a value it gives is one that the reader promises. */
type Kind = { readonly name: string; readonly text: string; readonly read: (text: string) => Result<readonly number[][], Complaint[]> };

const rising = (times: readonly number[]): boolean => times.every((time, i) => time >= 0 && (i === 0 || time > times[i - 1]!));
const mapped = <T>(answer: Result<T, Complaint[]>, numbers: (value: T) => number[][]): Result<number[][], Complaint[]> =>
  answer.ok ? { ok: true, value: numbers(answer.value) } : answer;
const times = (nodes: readonly { readonly times: Float64Array }[]) => nodes.map((node) => [...node.times]);

const AVT: Kind = {
  name: "availability",
  text: "0\t2\t10 20 30.5 4e1\n1\t0\n# c\n2\t1\t0 9\n",
  read: (text) => mapped(readAvailability(text, "f"), times),
};
const UPS: Kind = {
  name: "availability CSV",
  text: 'end,node,start\n20,a,10\n50,"b,c",40\n"60",a,35\n',
  read: (text) => mapped(readAvailabilityCsv(text, "f", { node: "node", start: "start", end: "end" }), times),
};
const RTT: Kind = {
  name: "matrix",
  text: ",x,y,z\nx,0,10,20\ny,11,,30.5\nz,20,3e1,0\n",
  read: (text) =>
    mapped(readRttMatrix(text, "f"), (m) => Array.from({ length: m.size }, (_, i) => [...m.ms.slice(i * m.size, (i + 1) * m.size)])),
};
const PINGS: Kind = {
  name: "pings",
  text: "t,ms,who\n0,10,a\n1,,a\n0.5,12.5,b\n2,11,a\n",
  read: (text) => mapped(readPings(text, "f", { rtt: "ms", time: "t", series: "who" }), (s) => s.map((one) => [...one.rtt_ms])),
};
const TABLE: Kind = {
  name: "quantiles",
  text: "cc,n,up_p5,up_p50,rtt_p50\nDE,9,1,20,15\nFR,,2.5,30,\n",
  read: (text) => mapped(readQuantiles(text, "f"), (rows) => rows.flatMap((row) => [...row.metrics.values()].map((q) => [...q.values]))),
};
const KINDS = [AVT, UPS, RTT, PINGS, TABLE];

const SIGNS = [
  "\t",
  " ",
  ",",
  ";",
  '"',
  '""',
  "\n",
  "\r\n",
  "\r",
  "-",
  "NaN",
  "nan",
  "Infinity",
  "0x1",
  "1e999",
  "1e3",
  "+5",
  ".5",
  "5.",
  "#",
  "\0",
  "\ufeff",
  "x",
  "9",
  "=1+1",
];
const edits = fc.array(
  fc.record({ at: fc.nat(200), cut: fc.nat(6), put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.string({ maxLength: 3 })) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

/** Promises of every reader: complaints within the text, or numbers that are at least 0 (lost pings apart). */
function checkAnswer(text: string, answer: Result<readonly number[][], Complaint[]>): void {
  if (answer.ok) {
    for (const value of answer.value.flat()) expect(Number.isNaN(value) || (value >= 0 && Number.isFinite(value))).toBe(true);
    return;
  }
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  expect(answer.error.length).toBeGreaterThan(0);
  for (const { file, line, column, message } of answer.error) {
    expect([file, message.includes("expected") || message.includes("twice") || message.includes("overlaps")]).toEqual(["f", true]);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
  }
}

describe.each(KINDS)("a damaged file ($name)", ({ name, text, read }) => {
  it("is read or refused at a place, and never stops the reader", () => {
    expect(read(text).ok).toBe(true);
    fc.assert(
      fc.property(edits, (list) => {
        const damaged = list.reduce<string>(
          (t, { at, cut, put }) => t.slice(0, at % (t.length + 1)) + put + t.slice((at % (t.length + 1)) + cut),
          text,
        );
        checkAnswer(damaged, read(damaged));
      }),
      { numRuns: 400 },
    );
  });

  it("says the same with other line ends, a byte order mark, and without the last line end", () => {
    const sound = read(text);
    for (const other of [text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), `\ufeff${text}`, text.trimEnd()])
      expect(read(other)).toEqual(sound);
  });

  it("refuses numbers that are none wherever a number stands", () => {
    // The digits of names, of headers and of the count are no values.
    const values = [...text.matchAll(/(?<![\w.])\d[\d.e]*(?![\w.])/g)].filter(
      (m) => text.lastIndexOf("\n", m.index) >= 0 || name === "availability",
    );
    for (const bad of ["0x10", "NaN", "-1", "1_0", "1e999", "Infinity", "1.2.3"]) {
      for (const match of values) {
        const column = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index);
        const isName = (name === "availability" && column === "") || (name === "quantiles" && /^[A-Z]+,$/.test(column));
        // Times of pings may be negative: only their order counts.
        const maySink = bad === "-1" && name === "pings" && column === "";
        if (isName || maySink || text.slice(text.lastIndexOf("\n", match.index) + 1).startsWith("#")) continue;
        const damaged = text.slice(0, match.index) + bad + text.slice(match.index + match[0].length);
        expect(read(damaged).ok, damaged).toBe(false);
      }
    }
  });
});

describe("up-times", () => {
  it("rise within each node, in whatever order the rows of a CSV stand", () => {
    const session = fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 500 }), fc.integer({ min: -5, max: 60 }));
    fc.assert(
      fc.property(fc.array(session, { minLength: 1, maxLength: 12 }), (rows) => {
        const text = `node,start,end\n${rows.map(([node, start, length]) => `${node},${start},${start + length}`).join("\n")}\n`;
        const answer = readAvailabilityCsv(text, "f", { node: "node", start: "start", end: "end" });
        const overlap = rows.some(([node, start, length], i) =>
          rows.some(([other, from, lasts], j) => i < j && node === other && start < from + lasts && from < start + length),
        );
        const wrong = rows.some(([, start, length]) => length <= 0 || start + length < 0);
        expect(answer.ok).toBe(!wrong && !overlap);
        if (!answer.ok) return;
        const up = rows.reduce((sum, [, , length]) => sum + length, 0);
        const kept = answer.value.reduce((sum, node) => sum + node.times.reduce((s, time, i) => s + (i % 2 === 0 ? -time : time), 0), 0);
        expect(kept).toBe(up);
        expect(answer.value.every((node) => rising([...node.times]))).toBe(true);
      }),
    );
  });
});

describe("a table that is too wide", () => {
  it("is refused before anything is compared", () => {
    const wide = Array.from({ length: 100_000 }, (_, i) => `c_p${i / 1000}`).join(",");
    const answer = readQuantiles(`${wide}\n`, "f");
    expect(answer.ok ? [] : answer.error.map((c) => c.message)).toEqual(["expected at most 4096 columns, found 100000"]);
  });
});
