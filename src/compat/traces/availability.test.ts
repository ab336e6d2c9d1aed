import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAvailability, readAvailabilityCsv } from "./availability.ts";

/** The nodes of a good trace as plain lists, or its complaints as `line:column message`. */
function plain(read: ReturnType<typeof readAvailability>): unknown {
  if (!read.ok) return read.error.map((c) => `${c.line}:${c.column} ${c.message}`);
  return read.value.map((node) => [node.name, ...node.times]);
}

describe("readAvailability", () => {
  it("reads sessions in seconds, nodes that were never up, comments and CRLF", () => {
    expect(plain(readAvailability("# a trace\r\n0\t2\t10 20 30.5 40\r\n1\t0\t\r\n2\t0\r\n\r\nn3\t1\t0\t5\r\n", "f"))).toEqual([
      ["0", 10, 20, 30.5, 40],
      ["1"],
      ["2"],
      ["n3", 0, 5],
    ]);
  });

  it.each([
    ["a line without tabs", "0 1 10 20\n", ['1:1 expected "index TAB count TAB start end …", found "0 1 10 20"']],
    ["a count that is no number", "0\tx\t10 20\n", ['1:3 expected the number of sessions, found "x"']],
    ["a count below 0", "0\t-1\t\n", ['1:3 expected the number of sessions, found "-1"']],
    ["fewer times than sessions", "0\t1\t10 20\n1\t2\t10 20 30\n", ["2:3 expected 4 times for 2 sessions, found 3"]],
    ["more times than sessions", "0\t0\t10\n", ["1:3 expected 0 times for 0 sessions, found 1"]],
    ["a time that does not rise", "0\t2\t10 20 20 30\n", ['1:11 expected a time after 20, found "20"']],
    ["an end before its start", "0\t1\t10 9\n", ['1:8 expected a time after 10, found "9"']],
    ["a time that is no number", "7\t2\t10 20 NaN 30\n", ['1:11 expected a time in seconds, found "NaN"']],
    ["a negative time", "7\t1\t-1 20\n", ['1:5 expected a time in seconds, found "-1"']],
    ["a huge time", "7\t1\t1 1e12\n", ['1:7 expected a time in seconds, found "1e12"']],
    ["a node twice", "7\t1\t1 2\n8\t0\n7\t1\t3 4\n", ['3:1 node "7" is given twice, first on line 1']],
    ["an empty file", "\n", ["1:1 expected at least one node, found none"]],
  ])("names the place of %s and gives nothing", (_, text, complaints) => expect(plain(readAvailability(text, "f"))).toEqual(complaints));

  it("names every bad row, up to a limit", () => {
    const read = readAvailability(`${"x\n".repeat(50)}0\t1\t1 2\n`, "f");
    expect(read.ok ? 0 : read.error.length).toBe(50);
    expect(read.ok ? 0 : read.error.map((c) => c.line).at(-1)).toBe(50);
    const many = readAvailability("x\n".repeat(5000), "f");
    expect(many.ok ? 0 : many.error.length).toBe(100);
  });
});

describe("readAvailabilityCsv", () => {
  const byEnd = { node: "host", start: "up", end: "down" };

  it("reads one session a row, in any order, and joins sessions that touch", () => {
    const text = 'host,down,up\r\nb,30,20\r\na,9,5\r\n"b",20,10\r\nb,50,40\r\n';
    expect(plain(readAvailabilityCsv(text, "f", byEnd))).toEqual([
      ["b", 10, 30, 40, 50],
      ["a", 5, 9],
    ]);
  });

  it("reads durations and other units of time", () => {
    const text = "id,at_ms,for_ms,note\n1,1500,500,x\n1,3000,1000,y\n";
    expect(plain(readAvailabilityCsv(text, "f", { node: "id", start: "at_ms", duration: "for_ms", unit_s: 0.001 }))).toEqual([
      ["1", 1.5, 2, 3, 4],
    ]);
  });

  it.each([
    ["an end that is not after the start", "host,up,down\na,5,5\n", ["2:5 expected an end after the start 5, found 5"]],
    ["an overlap", "host,up,down\na,5,9\nb,1,2\na,8,12\n", ['4:3 node "a" is up already: this session overlaps the one of line 2']],
    ["a missing time", "host,up,down\na,,9\n", ["2:3 expected a time from 0 to 100000000000 s, found nothing"]],
    ["a word for a time", 'host,up,down\na,5,"soon"\n', ['2:5 expected a time from 0 to 100000000000 s, found "soon"']],
    ["a node without a name", "host,up,down\n,5,9\n", ["2:1 expected the name of a node, found nothing"]],
    ["a row too short", "host,up,down\na,5\nb,1,2\n", ["2:1 expected 3 cells as in the header, found 2"]],
    [
      "a column that is not there",
      "host,upp,down\na,5,9\n",
      ['1:1 expected a column "up" for the start, found "host", "upp", "down"; did you mean "upp"?'],
    ],
    ["a header alone", "host,up,down\n", ["1:1 expected at least one session, found none"]],
    ["an empty file", "", ["1:1 expected a header with the names of the columns, found an empty file"]],
  ])("names the place of %s", (_, text, complaints) => expect(plain(readAvailabilityCsv(text, "f", byEnd))).toEqual(complaints));

  it("wants either ends or durations", () => {
    const message = ["1:1 expected a column for either the end or the duration of sessions"];
    expect(plain(readAvailabilityCsv("host,up,down\na,5,9\n", "f", { ...byEnd, duration: "down" }))).toEqual(message);
    expect(plain(readAvailabilityCsv("host,up\na,5\n", "f", { node: "host", start: "up" }))).toContain(message[0]);
  });

  it("says the same as the tab-separated form, whatever the order of rows", () => {
    const node = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 5 }), fc.infiniteStream(fc.nat()), (nodes, keys) => {
        // Gaps become rising times, two of them a session.
        const times = nodes.map((gaps) =>
          gaps
            .flatMap((gap) => [gap, 7])
            .map(
              (
                (sum) => (gap: number) =>
                  (sum += gap)
              )(0),
            ),
        );
        const tabbed = times.map((t, i) => `n${i}\t${t.length / 2}\t${t.join(" ")}\n`).join("");
        const rows = times.flatMap((t, i) => t.flatMap((_, j) => (j % 2 === 0 ? [`n${i},${t[j]},${t[j + 1]}`] : [])));
        const shuffled = rows.map((row) => [keys.next().value as number, row] as const).sort((a, b) => a[0] - b[0]);
        const csv = readAvailabilityCsv(`host,up,down\n${shuffled.map(([, row]) => row).join("\n")}`, "f", byEnd);
        const straight = readAvailability(tabbed, "f");
        expect(csv.ok && Object.fromEntries(csv.value.map((n) => [n.name, [...n.times]]))).toEqual(
          straight.ok && Object.fromEntries(straight.value.map((n) => [n.name, [...n.times]])),
        );
      }),
    );
  });
});
