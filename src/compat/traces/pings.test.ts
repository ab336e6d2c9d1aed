import { describe, expect, it } from "vitest";
import { readPings, type PingColumns } from "./pings.ts";

function plain(text: string, mapping: PingColumns): unknown {
  const read = readPings(text, "f", mapping);
  if (!read.ok) return read.error.map((c) => `${c.line}:${c.column} ${c.message}`);
  return read.value.map((s) => ({ name: s.name, rtt: [...s.rtt_ms], at: s.at_s === null ? null : [...s.at_s] }));
}

describe("readPings", () => {
  it("reads one series; an empty cell is a lost ping", () => {
    expect(plain("rtt\n10\n12.5\n", { rtt: "rtt" })).toEqual([{ name: "", rtt: [10, 12.5], at: null }]);
    expect(plain('t,rtt\r\n0,10\r\n1,\r\n2,""\r\n', { rtt: "rtt", time: "t" })).toEqual([
      { name: "", rtt: [10, Number.NaN, Number.NaN], at: [0, 1, 2] },
    ]);
  });

  it("takes an empty line of a file of one column for a lost ping, but not the end of its last line", () => {
    expect(plain("rtt\n10\n\n12\n\n", { rtt: "rtt" })).toEqual([{ name: "", rtt: [10, Number.NaN, 12, Number.NaN], at: null }]);
    expect(plain("\n\nrtt\n10\n12", { rtt: "rtt" })).toEqual([{ name: "", rtt: [10, 12], at: null }]);
    expect(plain("t,rtt\n0,10\n\n1,12\n", { rtt: "rtt", time: "t" })).toEqual([{ name: "", rtt: [10, 12], at: [0, 1] }]);
  });

  it("tells series apart and converts units", () => {
    const text = "who,at_ms,us\nb,5,1000\na,8,2000\nb,6,3000\n";
    expect(plain(text, { rtt: "us", series: "who", time: "at_ms", rtt_unit_ms: 0.001, time_unit_s: 0.001 })).toEqual([
      { name: "b", rtt: [1, 3], at: [0.005, 0.006] },
      { name: "a", rtt: [2], at: [0.008] },
    ]);
  });

  it.each([
    ["a word", "t,rtt\n0,lost\n", ['2:3 expected a round trip from 0 to 600000 ms, or nothing for a lost ping, found "lost"']],
    ["a negative round trip", "t,rtt\n0,-1\n", ['2:3 expected a round trip from 0 to 600000 ms, or nothing for a lost ping, found "-1"']],
    ["not a number", "t,rtt\n0,NaN\n", ['2:3 expected a round trip from 0 to 600000 ms, or nothing for a lost ping, found "NaN"']],
    ["a time that falls", "t,rtt\n5,1\n4,1\n", ["3:1 expected a time of at least 5 s, found 4 s"]],
    ["a time that is missing", "t,rtt\n,1\n", ["2:1 expected a time as a number, found nothing"]],
    ["a row too long", "t,rtt\n0,1,2\n", ["2:1 expected 2 cells as in the header, found 3"]],
    ["a column that is not there", "t,rtt_ms\n0,1\n", ['1:1 expected a column "rtt" for the round trip, found "t", "rtt_ms"']],
  ])("names the place of %s", (_, text, complaints) => expect(plain(text, { rtt: "rtt", time: "t" })).toEqual(complaints));
});
