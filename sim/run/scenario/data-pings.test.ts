import { describe, expect, it } from "vitest";
import { err } from "../../../src/base/result.ts";
import { readText } from "../../../src/compat/files.ts";
import { sharedData } from "../../../src/compat/shared-data.fixture.ts";
import { complaints, filesOver, points } from "./files.fixture.ts";
import { loadScenario } from "./load.ts";

const BASE = "fleet:\n  players: {peak: 10}\n";
/** A worked example: 50 answered pings of 10 ms and 50 of 14 ms, one a second, and two spells of three lost ones. */
const ROWS = Array.from({ length: 106 }, (_, i) => [i, (i >= 30 && i < 33) || (i >= 70 && i < 73) ? "" : i < 53 ? 10 : 14]);
const PINGS = `t,ms\n${ROWS.map((row) => row.join(",")).join("\n")}\n`;

/** The network of a scenario whose lines are those of a ping file. */
function network(fields: string, text: string) {
  return points(`${BASE}data:\n  pings: {file: p.csv, ${fields}}\n`, { dataDir: "/t/d", files: { "d/p.csv": text } })[0]!.options.network;
}

/** What is said of it. */
function wrong(fields: string, text: string): string[] {
  return complaints(`${BASE}data:\n  pings: {file: p.csv, ${fields}}\n`, { dataDir: "/t/d", files: { "d/p.csv": text } });
}

describe("lines of a scenario from a ping series", () => {
  it("take jitter, loss and spells from it", () => {
    const { jitterMs, loss, burst } = network("rtt: ms, time: t", PINGS);
    expect([jitterMs, loss]).toEqual([2, 0]);
    // Two runs of three: spells of two in the mean would leave as many single ones, but there are none.
    expect(burst).toEqual({ everyUs: 53_000_000, lengthUs: 3_000_000, loss: 1 });
  });

  it("take units, an interval, several series and two ways", () => {
    const micro = PINGS.replaceAll(/,(\d+)\n/g, (_, ms: string) => `,${Number(ms) * 1000}\n`);
    expect(network("rtt: ms, time: t, rttUnit: 1us, timeUnit: 100ms", micro)).toMatchObject({ jitterMs: 2, burst: { lengthUs: 300_000 } });
    expect(network("rtt: ms, interval: 14s", PINGS).burst).toEqual({ everyUs: 742_000_000, lengthUs: 42_000_000, loss: 1 });
    expect(network("rtt: ms, ways: 2", "ms\n10\n16\n10\n16\n")).toMatchObject({ jitterMs: 2, loss: 0, burst: null });
    // A fifth is lost on the way there and back: a little more than a tenth each way.
    expect(network("rtt: ms, ways: 2", `ms\n${'10\n10\n""\n10\n10\n'.repeat(4)}`).loss).toBeCloseTo(1 - Math.sqrt(0.8), 12);
    expect(network("rtt: ms, series: who", "who,ms\na,10\nb,100\na,12\nb,104\n").jitterMs).toBe(1.5);
  });

  it("is read only when there is a folder of data", () => {
    const [point] = points(`${BASE}data:\n  pings: {file: p.csv, rtt: ms}\n`);
    expect(point!.options.network.burst).toEqual({ everyUs: 1.8e9, lengthUs: 500_000, loss: 0.8 });
  });

  it.each([
    [
      "a word",
      "rtt: ms",
      "ms\n10\nslow\n",
      ['d/p.csv:3:1: expected a round trip from 0 to 600000 ms, or nothing for a lost ping, found "slow"'],
    ],
    ["no such column", "rtt: rtt", "ms\n10\n", ['d/p.csv:1:1: expected a column "rtt" for the round trip, found "ms"']],
    [
      "nothing answered",
      "rtt: ms, time: t",
      "t,ms\n1,\n2,\n",
      ["s.yaml:4:17: data.pings.file: every ping of the series was lost; nothing is known about jitter"],
    ],
    [
      "spells without times",
      "rtt: ms",
      PINGS,
      [
        "s.yaml:4:17: data.pings.file: the losses come in spells; their length needs the column `time`, or the `interval` between two pings",
      ],
    ],
    ["a unit of no length", "rtt: ms, rttUnit: 0ms", "ms\n1\n", ["s.yaml:4:42: data.pings.rttUnit: a unit of time is longer than 0"]],
    [
      "a unit of times without times",
      "rtt: ms, timeUnit: 1ms",
      "ms\n1\n",
      ["s.yaml:4:43: data.pings.timeUnit: has no effect without the column `time`"],
    ],
    ["three ways", "rtt: ms, ways: 3", "ms\n1\n", ["s.yaml:4:39: data.pings.ways: expected 1 or 2, found 3"]],
    ["an unknown field", "rtt: ms, tme: t", "ms\n1\n", ['s.yaml:4:33: unknown field "tme" in data.pings; did you mean "time"?']],
  ])("%s is said at its place", (_, fields, text, expected) => expect(wrong(fields, text)).toEqual(expected));

  it.skipIf(sharedData === undefined)("a phone network's measured pings where they are at hand (else skipped)", () => {
    const onDisk = (path: string) => {
      if (path.startsWith("/t/")) return filesOver({ "s.yaml": text })(path);
      const read = readText(path);
      return read.ok ? read : err(read.error.message);
    };
    const text = `${BASE}data:\n  pings: {file: traces/jitter/irish-5g-ping.csv.gz, rtt: avg_ms, series: session, interval: 14s}\n`;
    const answer = loadScenario("/t/s.yaml", { sets: [], dataDir: sharedData!, readText: onDisk });
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    const { jitterMs, loss, burst } = answer.value[0]!.options.network;
    expect(jitterMs).toBeGreaterThan(1);
    expect(jitterMs).toBeLessThan(40);
    expect(loss).toBeLessThan(0.05);
    // Of 64 probes that lost everything, three follow another one of their session; chance alone would make one or two.
    expect(burst).toBeNull();
  });
});
