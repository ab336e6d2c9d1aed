/** Charts as SVG: the same input gives the same bytes. Each is drawn wide and narrow, and the page shows the one that fits. */
import { assert } from "../../../src/base/assert.ts";
import type { View } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { html, trusted, type Html, type HtmlPart } from "./html.ts";
import { colorOf, type SeriesColor } from "./style.ts";

/** One line or area. `values[i]` belongs to `x[i]`; null leaves a gap. `low` and `high`, where given, are the ends of a band around it. */
export type ChartSeries = {
  readonly name: string;
  readonly color: SeriesColor;
  readonly values: readonly (number | null)[];
  /** Dashes tell lines apart where colours do not. */
  readonly dash?: readonly number[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
};

/** The horizontal axis: values, what they are, and whether they are spread by their logarithm. */
export type ChartAxis = { readonly values: readonly number[]; readonly title: string; readonly log?: boolean };

/** A level that a series is held against. */
export type ChartLimit = { readonly name: string; readonly value: number };

/** A chart of lines; `stacked` puts areas on top of each other. */
export type LineChart = {
  readonly x: ChartAxis;
  readonly unit: string;
  readonly series: readonly ChartSeries[];
  readonly stacked?: boolean;
  readonly limit?: ChartLimit;
  /** Marks each point; hollow where `broken` says so. */
  readonly points?: { readonly broken: readonly boolean[] };
  /** Lines that stay level until the next value. */
  readonly steps?: boolean;
  readonly fromZero?: boolean;
};

/** Bars between edges: `shares[i]` lies between `edges[i]` and `edges[i + 1]`. Several series stand behind each other. */
export type BarChart = {
  readonly edges: readonly number[];
  readonly title: string;
  readonly series: readonly { readonly name: string; readonly color: SeriesColor; readonly shares: readonly number[] }[];
};

/** One row of a chart of intervals: a dot with its ends. */
export type IntervalRow = {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly color: SeriesColor;
};

/** A drawn chart, in two widths. */
export type Drawing = { readonly wide: string; readonly narrow: string };

type Size = { readonly width: number; readonly height: number };
const WIDE: Size = { width: 1000, height: 230 };
const NARROW: Size = { width: 430, height: 210 };

const FONT = {
  labelFontSize: 12,
  titleFontSize: 12,
  labelColor: "var(--quiet)",
  titleColor: "var(--quiet)",
  titleFontWeight: "normal",
} as const;
const CONFIG = {
  background: "transparent",
  font: "inherit",
  view: { stroke: "transparent" },
  axis: { ...FONT, gridColor: "var(--grid)", domainColor: "var(--line)", tickColor: "var(--line)", tickSize: 4, labelPadding: 4 },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleX: 0, titleY: -8 },
} as const;

/** Draws lines, areas or points over an axis. */
export async function drawLines(chart: LineChart, about: string): Promise<Drawing> {
  return draw((size) => lineSpec(chart, size), about);
}

/** Draws bars over a logarithmic axis. */
export async function drawBars(chart: BarChart, about: string): Promise<Drawing> {
  return draw((size) => barSpec(chart, size), about);
}

/** Draws rows of dots with intervals around a line at 0. */
export async function drawIntervals(rows: readonly IntervalRow[], title: string, about: string): Promise<Drawing> {
  return draw((size) => intervalSpec(rows, title, size), about);
}

/** A chart with its heading, legend and caption. `live` names the data that make it interactive where scripts run. */
export function chartFigure(parts: {
  readonly title: string;
  readonly caption: HtmlPart;
  readonly drawing: Drawing;
  readonly legend?: readonly { readonly name: string; readonly color: SeriesColor; readonly dash?: readonly number[] }[];
  readonly live?: string;
  readonly whole?: boolean;
}): Html {
  const { title, caption, drawing, legend = [], live, whole } = parts;
  const sample = (color: SeriesColor, dash: readonly number[] = []): Html =>
    html`<svg viewBox="0 0 26 12" aria-hidden="true"><line x1="1" y1="6" x2="25" y2="6" stroke="${colorOf(color)}" stroke-width="3" stroke-dasharray="${dash.join(" ")}"/></svg>`;
  const keys =
    legend.length < 2
      ? null
      : html`<ul class="legend">${legend.map(({ name, color, dash }) => html`<li>${sample(color, dash)}${name}</li>`)}</ul>`;
  return html`<figure class="chart${whole === true ? " whole" : ""}"${live === undefined ? null : html` data-live="${live}"`}><h3>${title}</h3>${keys}
<div class="wide">${trusted(drawing.wide)}</div><div class="narrow">${trusted(drawing.narrow)}</div>${live === undefined ? null : html`<div class="live"></div>`}
<figcaption>${caption}</figcaption></figure>
`;
}

type Row = Readonly<Record<string, number | string | boolean | null>>;
/** A layer of a chart; vega-lite's own types are too wide to build from. */
type Layer = Readonly<Record<string, unknown>>;

function lineSpec(chart: LineChart, size: Size): Layer {
  const { x, unit, series, stacked = false, limit, points, steps = false, fromZero = true } = chart;
  assert(
    series.every((s) => s.values.length === x.values.length),
    "every series has a value for each place on the axis",
  );
  const rows: Row[] = series.flatMap(({ name, values, low, high }, order) =>
    x.values.map((at, i) => ({
      at,
      name,
      order,
      value: values[i] as number | null,
      low: low?.[i] ?? null,
      high: high?.[i] ?? null,
      broken: points?.broken[i] ?? false,
    })),
  );
  const axisX = {
    field: "at",
    type: "quantitative",
    title: x.title,
    scale: x.log === true ? { type: "log", nice: false } : { type: "linear", nice: false, zero: false },
    axis: { tickCount: size === WIDE ? 12 : 6, labelOverlap: true },
  };
  const axisY = {
    field: "value",
    type: "quantitative",
    title: unit,
    scale: { zero: fromZero, nice: true },
    // Large values are told in thousands; small ones would be told in thousandths by the same format.
    axis: { tickCount: 5, format: series.some((s) => s.values.some((v) => v !== null && Math.abs(v) >= 1000)) ? "~s" : "~f" },
  };
  const color = { field: "name", type: "nominal", legend: null, scale: scaleOf(series, (s) => colorOf(s.color)) };
  const strokeDash = { field: "name", type: "nominal", legend: null, scale: scaleOf(series, (s) => s.dash ?? [1, 0]) };
  const interpolate = steps ? "step-after" : "linear";
  const layers: Layer[] = [];
  if (stacked) {
    const y = { ...axisY, stack: "zero" };
    layers.push({
      mark: { type: "area", opacity: 0.85, interpolate },
      encoding: { x: axisX, y, color, order: { field: "order", sort: "ascending" } },
    });
  } else {
    if (series.some((s) => s.low !== undefined)) {
      layers.push({
        transform: [{ filter: "datum.low !== null" }],
        mark: { type: "area", opacity: 0.2, interpolate },
        encoding: { x: axisX, y: { ...axisY, field: "low" }, y2: { field: "high" }, color },
      });
    }
    layers.push({ mark: { type: "line", strokeWidth: 2, interpolate }, encoding: { x: axisX, y: axisY, color, strokeDash } });
  }
  if (points !== undefined) {
    // Whole and hollow, round and square: no colour is needed to tell them apart.
    const shape = { field: "broken", type: "nominal", legend: null, scale: { domain: [false, true], range: ["circle", "square"] } };
    const fill = { ...color, condition: { test: "datum.broken", value: "var(--card)" } };
    layers.push({ mark: { type: "point", size: 64, opacity: 1, strokeWidth: 2 }, encoding: { x: axisX, y: axisY, color, shape, fill } });
  }
  if (limit !== undefined) layers.push(...limitLayers(limit));
  return { ...size, data: { values: rows }, layer: layers };
}

function limitLayers({ name, value }: ChartLimit): Layer[] {
  const data = { values: [{ limit: value, name }] };
  const y = { field: "limit", type: "quantitative" };
  return [
    { data, mark: { type: "rule", color: "var(--bad)", strokeWidth: 1.5, strokeDash: [6, 4] }, encoding: { y } },
    {
      data,
      mark: { type: "text", align: "right", dy: -7, fontSize: 12, color: "var(--bad)" },
      encoding: { y, x: { value: "width" }, text: { field: "name" } },
    },
  ];
}

function barSpec({ edges, title, series }: BarChart, size: Size): Layer {
  const rows: Row[] = series.flatMap(({ name, shares }) =>
    shares.map((share, i) => ({ name, share, from: edges[i] as number, to: edges[i + 1] as number })),
  );
  const x = {
    field: "from",
    type: "quantitative",
    title,
    scale: { type: "log", nice: false, domain: [edges[0], edges.at(-1)] },
    axis: { tickCount: size === WIDE ? 12 : 6, format: "~s", labelOverlap: true },
  };
  const y = { field: "share", type: "quantitative", title: "share", axis: { tickCount: 4, format: "~%" }, stack: null };
  const color = { field: "name", type: "nominal", legend: null, scale: scaleOf(series, (s) => colorOf(s.color)) };
  return {
    ...size,
    data: { values: rows },
    mark: { type: "bar", opacity: series.length > 1 ? 0.6 : 0.9, binSpacing: 0 },
    encoding: { x, x2: { field: "to" }, y, y2: { datum: 0 }, color },
  };
}

function intervalSpec(rows: readonly IntervalRow[], title: string, size: Size): Layer {
  const ROW_HEIGHT = 22;
  const values: Row[] = rows.map((row) => ({ ...row, paint: colorOf(row.color) }));
  const y = {
    field: "name",
    type: "nominal",
    title: null,
    sort: null,
    axis: { domain: false, ticks: false, labelLimit: size === WIDE ? 360 : 190, labelColor: "var(--text)" },
  };
  const x = (field: string): Layer => ({ field, type: "quantitative", title, axis: { grid: true, tickCount: 6 } });
  const color = { field: "paint", type: "nominal", scale: null, legend: null };
  return {
    width: size === WIDE ? size.width - 300 : size.width - 190,
    height: { step: ROW_HEIGHT },
    data: { values },
    layer: [
      { mark: { type: "rule", color: "var(--quiet)", strokeWidth: 1.5 }, encoding: { x: { datum: 0, type: "quantitative" } } },
      { mark: { type: "rule", strokeWidth: 3 }, encoding: { y, x: x("low"), x2: { field: "high" }, color } },
      { mark: { type: "point", filled: true, opacity: 1, size: 70 }, encoding: { y, x: x("value"), color } },
    ],
  };
}

function scaleOf<S extends { readonly name: string }>(series: readonly S[], give: (one: S) => unknown): Layer {
  return { domain: series.map((s) => s.name), range: series.map(give) };
}

async function draw(specOf: (size: Size) => Layer, about: string): Promise<Drawing> {
  return { wide: await svgOf(specOf(WIDE), about), narrow: await svgOf(specOf(NARROW), about) };
}

/** The drawing libraries are large, and most commands draw nothing: they are loaded when the first chart is drawn. */
async function svgOf(spec: Layer, about: string): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = compile({
    ...spec,
    config: CONFIG,
    padding: 4,
    autosize: { type: typeof spec["height"] === "number" ? "fit-x" : "pad", contains: "padding" },
  } as unknown as TopLevelSpec).spec;
  const view: View = new vega.View(vega.parse(compiled), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return asImage(svg, about);
}

/** The drawing scales with its place, and is one picture with a name for those who do not see it. */
function asImage(svg: string, about: string): string {
  const frame = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>/.exec(svg);
  assert(frame !== null, "a drawing begins with its frame");
  const name = html`${about}`.markup;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame[1]} ${frame[2]}" role="img" aria-label="${name}">`;
  // Names of parts would be read out one by one although the whole has a name.
  return open + svg.slice(frame[0].length).replaceAll(/ (role|aria-[a-z]+|class)="[^"]*"/g, "");
}
