/**
 * Puts an interactive chart over each drawing that has data: values under the pointer, the same instant in all charts, a closer look by dragging.
 * Runs in the browser, from the text of its functions. Where it fails the drawings stay.
 */

type Values = readonly (number | null)[];
type Series = {
  readonly name: string;
  readonly color: string;
  readonly values: Values;
  readonly dash?: readonly number[];
  readonly low?: Values;
  readonly high?: Values;
};
type Chart = {
  readonly x: { readonly values: readonly number[]; readonly title: string; readonly log?: boolean };
  readonly unit: string;
  readonly series: readonly Series[];
  readonly stacked?: boolean;
  readonly steps?: boolean;
  readonly fromZero?: boolean;
  readonly limit?: { readonly name: string; readonly value: number };
};

/** The part of uPlot that is used; its own types would have to be imported. */
type Plot = {
  destroy(): void;
  setSize(size: { width: number; height: number }): void;
  setCursor(at: { left: number; top: number }): void;
  valToPos(value: number, scale: string): number;
  readonly root: HTMLElement;
  readonly cursor: { readonly idx?: number | null };
};
declare const uPlot: { new (options: object, data: unknown, place: HTMLElement): Plot; readonly paths: { stepped(how: object): unknown } };

/** Starts when the page is read. */
function startCharts(): void {
  const source = document.getElementById("data")?.textContent ?? "{}";
  const { charts = {} } = JSON.parse(source) as { charts?: Record<string, Chart> };
  for (const figure of document.querySelectorAll<HTMLElement>("figure[data-live]")) {
    const chart = charts[figure.dataset["live"] ?? ""];
    const place = figure.querySelector<HTMLElement>(".live");
    if (chart !== undefined && place !== null) showChart(figure, place, chart);
  }
}

/** Makes the chart, and makes it anew whenever the theme changes: it paints with colours, not with names of colours. */
function showChart(figure: HTMLElement, place: HTMLElement, chart: Chart): void {
  let plot: Plot | null = null;
  const HEIGHT = 240;
  const paint = (): void => {
    plot?.destroy();
    figure.classList.add("alive");
    const width = Math.max(200, place.clientWidth);
    try {
      plot = new uPlot(optionsOf(chart, width, HEIGHT), dataOf(chart), place);
      plot.root.querySelector(".u-legend")?.setAttribute("aria-live", "polite");
    } catch {
      figure.classList.remove("alive");
    }
  };
  paint();
  place.tabIndex = 0;
  place.setAttribute("role", "application");
  place.setAttribute("aria-label", `${figure.querySelector("h3")?.textContent ?? ""}; arrow keys read it step by step`);
  place.addEventListener("keydown", (event) => {
    if (plot !== null && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      stepCursor(plot, chart, event.key === "ArrowRight" ? 1 : -1);
    }
  });
  document.addEventListener("theme", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  new ResizeObserver(() => {
    if (place.clientWidth > 0) plot?.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(figure);
}

function stepCursor(plot: Plot, chart: Chart, by: number): void {
  const last = chart.x.values.length - 1;
  const at = Math.min(last, Math.max(0, (plot.cursor.idx ?? -by) + by));
  plot.setCursor({ left: plot.valToPos(chart.x.values[at] ?? 0, "x"), top: 10 });
}

/** Columns for uPlot: x, then for each series its line and, where it has a band, the ends of that. Stacked series stand on those before. */
function dataOf(chart: Chart): unknown[] {
  const columns: unknown[] = [chart.x.values];
  if (chart.stacked === true) {
    // The topmost area is painted first, so that those below lie over it.
    chart.series.toReversed().forEach((_, i) => columns.push(stackedValues(chart, chart.series.length - 1 - i)));
    return columns;
  }
  for (const { values, low, high } of chart.series) {
    columns.push(values);
    if (low !== undefined && high !== undefined) columns.push(high, low);
  }
  if (chart.limit !== undefined) columns.push(chart.x.values.map(() => chart.limit?.value));
  return columns;
}

function stackedValues(chart: Chart, upTo: number): number[] {
  return chart.x.values.map((_, i) => {
    let sum = 0;
    for (let s = 0; s <= upTo; s++) sum += chart.series[s]?.values[i] ?? 0;
    return sum;
  });
}

function optionsOf(chart: Chart, width: number, height: number): object {
  const axis = {
    stroke: colorNamed("quiet"),
    grid: { stroke: colorNamed("grid"), width: 1 },
    ticks: { stroke: colorNamed("line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  const numbers = (_plot: unknown, values: readonly (number | null)[]): string[] =>
    values.map((value) => (value === null ? "" : shortNumber(value)));
  const range = (_plot: unknown, low: number | null, high: number | null): [number, number] => {
    const top = Math.max(high ?? 1, chart.limit?.value ?? Number.NEGATIVE_INFINITY);
    const bottom = chart.fromZero === false ? (low ?? 0) : Math.min(0, low ?? 0);
    const room = (top - bottom || 1) * 0.05;
    return [chart.fromZero === false ? bottom - room : bottom, top + room];
  };
  return {
    width,
    height,
    scales: { x: { time: false, ...(chart.x.log === true ? { distr: 3 } : {}) }, y: { range } },
    axes: [
      { ...axis, label: chart.x.title, labelSize: 16, labelFont: axis.font, size: 34, values: numbers },
      { ...axis, label: chart.unit, labelSize: 16, labelFont: axis.font, size: 60, values: numbers },
    ],
    series: [
      { label: chart.x.title, value: (_plot: unknown, value: number | null) => (value === null ? "–" : shortNumber(value)) },
      ...seriesOf(chart),
    ],
    bands: bandsOf(chart),
    cursor: { sync: { key: chart.x.title }, drag: { x: true, y: false }, points: { size: 7 } },
    legend: { live: true, markers: { width: 3, fill: () => "transparent", dash: (_plot: unknown, index: number) => dashOf(chart, index) } },
  };
}

function seriesOf(chart: Chart): object[] {
  const paths = chart.steps === true ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
  const list = chart.stacked === true ? chart.series.toReversed() : chart.series;
  const shown: object[] = [];
  for (const { name, color, dash, values, low, high } of list) {
    const stroke = colorNamed(color);
    const value = (_plot: unknown, _value: number | null, _series: number, at: number | null): string => readOut(at, values, low, high);
    shown.push({
      label: name,
      stroke,
      width: 2,
      points: { show: false },
      value,
      ...paths,
      ...(dash === undefined ? {} : { dash: [...dash] }),
      ...(chart.stacked === true ? { fill: stroke, width: 1 } : {}),
    });
    if (low === undefined || high === undefined || chart.stacked === true) continue;
    // The ends of a band have no line and no words of their own.
    for (let end = 0; end < 2; end++)
      shown.push({ label: "", stroke: "transparent", width: 0, points: { show: false }, class: "band-end", ...paths });
  }
  if (chart.limit !== undefined) {
    const { name } = chart.limit;
    shown.push({ label: name, stroke: colorNamed("bad"), width: 1.5, dash: [6, 4], points: { show: false }, value: () => "" });
  }
  return shown;
}

/** The legend's sample of a line, by its column. */
function dashOf(chart: Chart, index: number): string {
  if (chart.stacked === true) return "solid";
  let column = 1;
  for (const { dash, low } of chart.series) {
    if (column === index) return dash === undefined ? "solid" : (dash[0] ?? 0) > 3 ? "dashed" : "dotted";
    column += low === undefined ? 1 : 3;
  }
  return "dashed";
}

function bandsOf(chart: Chart): object[] {
  if (chart.stacked === true) return [];
  const bands: object[] = [];
  let column = 1;
  for (const { low, high, color } of chart.series) {
    if (low !== undefined && high !== undefined) {
      bands.push({ series: [column + 1, column + 2], fill: `color-mix(in srgb, ${colorNamed(color)} 22%, transparent)` });
      column += 2;
    }
    column += 1;
  }
  return bands;
}

/** The value at a place, with the ends of its band. */
function readOut(at: number | null, values: Values, low?: Values, high?: Values): string {
  const value = at === null ? null : values[at];
  if (at === null || value === null || value === undefined) return "–";
  const [least, most] = [low?.[at], high?.[at]];
  const range =
    typeof least === "number" && typeof most === "number" && least !== most ? ` (${shortNumber(least)} to ${shortNumber(most)})` : "";
  return shortNumber(value) + range;
}

/** At most four digits that matter, thousands apart. */
function shortNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const [whole = "", rest] = String(Number(value.toFixed(digits))).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

function colorNamed(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const FUNCTIONS = [
  startCharts,
  showChart,
  stepCursor,
  dataOf,
  stackedValues,
  optionsOf,
  seriesOf,
  dashOf,
  bandsOf,
  readOut,
  shortNumber,
  colorNamed,
];

/** The script as text. */
export const LIVE_CHARTS_SCRIPT = `"use strict";\n(() => {\n${FUNCTIONS.map(String).join("\n")}\nstartCharts();\n})();`;
