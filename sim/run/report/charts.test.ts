import { describe, expect, it } from "vitest";
import { chartFigure, drawBars, drawLines, type LineChart } from "./charts.ts";

const LINES: LineChart = {
  x: { values: [0, 1, 2, 3], title: "hours" },
  unit: "maps",
  series: [
    { name: "one", color: "blue", values: [1, 2, null, 4], low: [0, 1, null, 3], high: [2, 3, null, 5] },
    { name: "two", color: "orange", dash: [6, 3], values: [4, 3, 2, 1] },
  ],
  limit: { name: "five offered", value: 5 },
};

describe("a drawing", () => {
  it("has the same bytes whenever it is drawn, whatever was drawn between", async () => {
    const first = await drawLines(LINES, "maps over time");
    await drawBars({ edges: [1, 10, 100], title: "ms", series: [{ name: "a", color: "red", shares: [0.25, 0.75] }] }, "bars");
    expect(await drawLines(LINES, "maps over time")).toEqual(first);
    expect(first.wide).not.toBe(first.narrow);
  });

  it("is one picture with a name, and names nothing inside it", async () => {
    const { wide } = await drawLines(LINES, 'said "so" & <more>');
    expect(wide).toMatch(/^<svg xmlns="[^"]+" viewBox="0 0 [\d.]+ [\d.]+" role="img" aria-label="said &quot;so&quot; &amp; &lt;more&gt;">/);
    expect(wide.slice(10)).not.toMatch(/ (id|class|aria-hidden)="/);
  });

  it("leaves colours to the page, so that one drawing serves light and dark", async () => {
    const { wide } = await drawLines(LINES, "");
    expect(wide).toContain("var(--blue)");
    expect(wide).toContain("var(--bad)");
    expect(wide.match(/(?:fill|stroke)="#[0-9a-f]{3,6}"/gi) ?? []).toEqual([]);
  });

  it("draws a gap where there is no value, and stacks what adds up", async () => {
    const gap = await drawLines({ ...LINES, series: [{ name: "one", color: "blue", values: [1, 2, null, 4] }] }, "");
    const whole = await drawLines({ ...LINES, series: [{ name: "one", color: "blue", values: [1, 2, 3, 4] }] }, "");
    const strokes = (svg: string): number => (/d="(M[^"]*)" stroke="var\(--blue\)"/.exec(svg)?.[1] ?? "").split("M").length - 1;
    expect([strokes(gap.wide), strokes(whole.wide)]).toEqual([2, 1]);
    const series = [
      { name: "a", color: "blue", values: [10, 10] },
      { name: "b", color: "orange", values: [30, 30] },
    ] as const;
    const stacked = await drawLines({ x: { values: [0, 1], title: "" }, unit: "", series, stacked: true }, "");
    // The axis reaches to the sum, which no single series does.
    expect(stacked.wide).toContain(">40</text>");
  });

  it("tells what holds from what breaks by shape, not by colour alone", async () => {
    const { limit: _limit, ...plain } = LINES;
    const { wide } = await drawLines(
      { ...plain, series: [{ name: "p", color: "blue", values: [1, 2, 3, 4] }], points: { broken: [false, false, true, true] } },
      "",
    );
    const shapes = [...wide.matchAll(/<path [^>]*transform="translate\([^"]+\)" d="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(shapes.slice(-4)).size).toBe(2);
  });

  it("is put into a figure with its heading, words and legend", async () => {
    const drawing = await drawLines(LINES, "");
    const { markup } = chartFigure({ title: "Maps <1>", caption: "What it says.", drawing, legend: LINES.series, live: "maps" });
    expect(markup).toContain("<h3>Maps &lt;1&gt;</h3>");
    expect(markup).toContain('data-live="maps"');
    expect(markup.match(/<li>/g)).toHaveLength(2);
    expect(markup).toContain("<figcaption>What it says.</figcaption>");
  });
});
