import { describe, expect, it } from "vitest";
import { readQuantiles } from "./quantiles.ts";

function complaints(text: string, nameColumn?: string): string[] {
  const read = readQuantiles(text, "f", nameColumn);
  return read.ok ? [] : read.error.map((c) => `${c.line}:${c.column} ${c.message}`);
}

describe("readQuantiles", () => {
  it("gathers columns by metric, in the order of percent, and keeps the other columns", () => {
    const read = readQuantiles("cc,n_up,up_p50,up_p5,up_p99.9,rtt_ms_p50\nDE,12,20,1.5,900,18\nFR,3,,,,20\n", "f");
    if (!read.ok) throw new Error("the table should be good");
    const [de, fr] = read.value;
    expect(de!.name).toBe("DE");
    expect([...de!.metrics]).toEqual([
      ["up", { p: [0.05, 0.5, 0.9990000000000001], values: [1.5, 20, 900] }],
      ["rtt_ms", { p: [0.5], values: [18] }],
    ]);
    expect(de!.other.get("n_up")).toBe("12");
    expect([...fr!.metrics.keys()]).toEqual(["rtt_ms"]);
  });

  it.each([
    ["a value that falls", "cc,up_p5,up_p50\nDE,2,1\n", ['2:6 expected at least 2 for "up_p50", as for the percent below it, found 1']],
    ["a value that is missing", "cc,up_p5,up_p50\nDE,,1\n", ['2:4 expected a number of at least 0 for "up_p5", found nothing']],
    ["a word", "cc,up_p5\nDE,n/a\n", ['2:4 expected a number of at least 0 for "up_p5", found "n/a"']],
    ["a name twice", "cc,up_p5\nDE,1\nDE,2\n", ['3:1 "DE" is given twice, first on line 2']],
    ["a row without a name", "cc,up_p5\n,1\n", ["2:1 expected a name, found nothing"]],
    ["a percent above 100", "cc,up_p5,up_p101\nDE,1,2\n", ['1:10 expected a percent from 0 to 100, found "up_p101"']],
    ["a percent twice", "cc,up_p5,up_p05\nDE,1,2\n", ['1:10 the percent of "up_p05" is given twice']],
    ["no such column", "cc,up\nDE,1\n", ['1:1 expected columns "<metric>_p<percent>", found none']],
    ["no row", "cc,up_p5\n", ["1:1 expected at least one row, found none"]],
  ])("names the place of %s", (_, text, expected) => expect(complaints(text)).toEqual(expected));

  it("takes the names from the column asked for", () => {
    const read = readQuantiles("n,cc,up_p5\n1,DE,2\n2,FR,3\n", "f", "cc");
    expect(read.ok && read.value.map((row) => row.name)).toEqual(["DE", "FR"]);
    expect(complaints("n,cc,up_p5\n1,DE,2\n", "country")).toHaveLength(1);
  });
});
