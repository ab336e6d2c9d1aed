/** The charts of a run's page: what happened over time, and how what players notice is spread. */
import type { RunDocument } from "../document.ts";
import { aligned } from "../distribution.ts";
import { overSeeds } from "../over-seeds.ts";
import { CAUSES, known } from "../summary-paragraphs.ts";
import { count, duration } from "../summary-words.ts";
import { chartFigure, drawBars, drawLines, type ChartLimit, type ChartSeries, type LineChart } from "./charts.ts";
import type { Html } from "./html.ts";
import type { SeriesColor } from "./style.ts";

/** A figure and, where it can be made interactive, its data. */
export type RunFigure = { readonly id: string; readonly figure: Html; readonly live: LineChart | null };

const HOUR_S = 3600;

type Line = { readonly row: string; readonly name: string; readonly color: SeriesColor; readonly dash?: readonly number[] };
type TimeChart = {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly lines: readonly Line[];
  readonly stacked?: boolean;
  readonly steps?: boolean;
  readonly whole?: boolean;
  readonly fromZero?: boolean;
  readonly limit?: (document: RunDocument) => ChartLimit;
};

const DASH = [6, 3];
const DOT = [2, 3];

const TIME_CHARTS: readonly TimeChart[] = [
  {
    id: "players",
    title: "Players",
    caption: "Players online, and of these the ones on machines of players and on the VPS.",
    whole: true,
    lines: [
      { row: "players_online", name: "online", color: "ink" },
      { row: "players_on_player_hosts", name: "on player hosts", color: "blue", dash: DASH },
      { row: "players_on_vps", name: "on the VPS", color: "orange", dash: DOT },
    ],
  },
  {
    id: "slots",
    title: "VPS slots",
    caption: "Slots in use, those on their way included.",
    lines: [{ row: "vps_slots_used", name: "in use", color: "orange" }],
    limit: ({ size }) => ({ name: `${count(size.vps_slots)} slots offered`, value: size.vps_slots }),
  },
  {
    id: "hosts",
    title: "Machines of players",
    caption: "Machines that are up, and those of them that meet every condition.",
    lines: [
      { row: "hosts_online", name: "online", color: "grey" },
      { row: "hosts_eligible", name: "eligible", color: "green", dash: DASH },
    ],
  },
  {
    id: "maps",
    title: "Where maps run",
    caption: "Maps on machines of players and on the VPS; means over the runs, so that they add up.",
    stacked: true,
    lines: [
      { row: "maps_on_player_hosts", name: "on player hosts", color: "blue" },
      { row: "maps_on_vps", name: "on the VPS", color: "orange" },
    ],
  },
  {
    id: "away",
    title: "Maps nobody serves",
    caption: "Mean number of maps in the middle of a move, and of maps without a host.",
    lines: [
      { row: "maps_moving", name: "moving", color: "purple" },
      { row: "maps_unhosted", name: "without a host", color: "red", dash: DASH },
    ],
  },
  {
    id: "migrations",
    title: "Moves by cause",
    caption: "Finished moves in each step; means over the runs, so that they add up.",
    stacked: true,
    steps: true,
    lines: [
      { row: "migrations_better", name: CAUSES.better, color: "blue" },
      { row: "migrations_return", name: CAUSES.return, color: "sky" },
      { row: "migrations_degraded", name: CAUSES.degraded, color: "orange" },
      { row: "migrations_overload", name: CAUSES.overload, color: "purple" },
      { row: "migrations_drain", name: CAUSES.drain, color: "green" },
      { row: "migrations_lost", name: CAUSES.lost, color: "red" },
      { row: "migrations_invalid", name: CAUSES.invalid, color: "ink" },
      { row: "migrations_policy", name: CAUSES.policy, color: "grey" },
    ],
  },
  {
    id: "noticed",
    title: "What players meet",
    caption: "Players interrupted by a move, turned away at a map, and gone because of quality, in each step.",
    steps: true,
    lines: [
      { row: "players_interrupted", name: "interrupted", color: "purple" },
      { row: "players_refused", name: "turned away", color: "red", dash: DASH },
      { row: "quits_by_quality", name: "quit", color: "grey", dash: DOT },
    ],
  },
  {
    id: "rtt",
    title: "Round trip",
    caption: "Mean over all joins, beside the same joins with every map on the VPS.",
    fromZero: false,
    whole: true,
    lines: [
      { row: "rtt_mean", name: "as it is", color: "blue" },
      { row: "rtt_vps_mean", name: "all maps on the VPS", color: "orange", dash: DASH },
    ],
  },
];

/** What happened over time, in the order of the page. Lines are the median of the runs, and the band around them holds all of them. */
export async function timeFigures(document: RunDocument): Promise<RunFigure[]> {
  const figures: RunFigure[] = [];
  for (const chart of TIME_CHARTS) {
    const lines = lineChart(document, chart);
    if (lines === null) continue;
    const drawing = await drawLines(lines, `${chart.title} over time. ${chart.caption}`);
    const { id, title, caption, whole = false } = chart;
    figures.push({ id, live: lines, figure: chartFigure({ title, caption, drawing, legend: lines.series, live: id, whole }) });
  }
  return figures;
}

/** How what is measured in milliseconds is spread. */
export async function spreadFigures(document: RunDocument): Promise<RunFigure[]> {
  const bars = [
    { name: "interruption_ms", title: "How long a move stops play", color: "purple" },
    { name: "detection_ms", title: "How long a lost host goes unnoticed", color: "red" },
    { name: "unhosted_ms", title: "How long a map is without a host", color: "orange" },
    { name: "handoff_freeze_ms", title: "How long a planned move freezes a map", color: "blue" },
  ] as const;
  const figures: RunFigure[] = [];
  for (const { name, title, color } of bars) {
    const distribution = document.distributions[name];
    const metric = document.metrics[name];
    if (distribution === undefined || metric === undefined) continue;
    const { p50, p95, p99 } = metric;
    if (p50 === null || p95 === null || p99 === null) continue;
    const caption = `${duration(p50)} in the middle, ${duration(p95)} for the slowest 5 %, ${duration(p99)} for the slowest 1 %; ${count(metric.count)} samples of ${name}.`;
    const chart = { edges: distribution.edges, title: "milliseconds", series: [{ name, color, shares: distribution.shares }] };
    figures.push({ id: name, live: null, figure: chartFigure({ title, caption, drawing: await drawBars(chart, `${title}. ${caption}`) }) });
  }
  const trips = await roundTripFigure(document);
  return trips === null ? figures : [trips, ...figures];
}

/** Round trips against those with every map on the VPS: the share of joins that are at most so far. */
async function roundTripFigure(document: RunDocument): Promise<RunFigure | null> {
  const { rtt_ms: own, rtt_vps_ms: vps } = document.distributions;
  const [mean, meanVps] = [document.metrics["rtt_ms"]?.mean, document.metrics["rtt_vps_ms"]?.mean];
  if (own === undefined || vps === undefined || !known(mean) || !known(meanVps)) return null;
  const { edges, shares } = aligned([own, vps]);
  const cumulative = (of: readonly number[]): number[] => {
    let sum = 0;
    return [0, ...of.map((share) => Math.min(1, Math.round((sum += share) * 1e4) / 1e4))];
  };
  const series: ChartSeries[] = [
    { name: "as it is", color: "blue", values: cumulative(shares[0] ?? []) },
    { name: "all maps on the VPS", color: "orange", dash: DASH, values: cumulative(shares[1] ?? []) },
  ];
  const title = "Round trip to the map's host";
  const caption = `Share of joins that are at most so many milliseconds away; the same joins with every map on the VPS beside it. Mean ${duration(mean)}, on the VPS ${duration(meanVps)}. The line further left is the better one.`;
  const chart: LineChart = { x: { values: edges, title: "milliseconds", log: true }, unit: "share of joins", series };
  const drawing = await drawLines(chart, `${title}. ${caption}`);
  return { id: "rtt_ms", live: chart, figure: chartFigure({ title, caption, drawing, legend: series, live: "rtt_ms", whole: true }) };
}

function lineChart(document: RunDocument, chart: TimeChart): LineChart | null {
  const step = document.series[0]?.step_s ?? 0;
  const found = chart.lines.flatMap((line) => {
    const row = overSeeds(document, line.row);
    return row === null ? [] : [{ line, row }];
  });
  // A cause that never came would be one more colour to learn for nothing.
  const shown = found.filter(({ row }) => chart.stacked !== true || row.mean.some((value) => value !== null && value > 0));
  if (shown.length === 0 || step <= 0) return null;
  const steps = Math.max(...shown.map(({ row }) => row.mean.length));
  const inHours = steps * step >= 2 * HOUR_S;
  // Levels are means over a step, so they belong to its middle; counts belong to all of it and are drawn from its start.
  const at = (i: number): number => Math.round((((i + (chart.steps === true ? 0 : 0.5)) * step) / (inHours ? HOUR_S : 60)) * 1e4) / 1e4;
  const many = document.series.length > 1 && chart.stacked !== true;
  return {
    x: { values: Array.from({ length: steps }, (_, i) => at(i)), title: inHours ? "hours" : "minutes" },
    unit: shown[0]?.row.unit ?? "",
    series: shown.map(({ line, row }) => {
      const { name, color } = line;
      const dash = line.dash === undefined ? {} : { dash: line.dash };
      return many ? { name, color, ...dash, values: row.median, low: row.low, high: row.high } : { name, color, ...dash, values: row.mean };
    }),
    ...(chart.stacked === true ? { stacked: true } : {}),
    ...(chart.steps === true ? { steps: true } : {}),
    ...(chart.fromZero === false ? { fromZero: false } : {}),
    ...(chart.limit === undefined ? {} : { limit: chart.limit(document) }),
  };
}
