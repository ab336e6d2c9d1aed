/** What makes charts interactive: uPlot as it is published, and the script that puts it over the drawings. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { LIVE_CHARTS_SCRIPT } from "./browser/live-charts.ts";
import type { LineChart } from "./charts.ts";

const resolve = createRequire(import.meta.url).resolve;

/** Scripts for pages with interactive charts, in order. */
export function liveScripts(): readonly string[] {
  return [readFileSync(resolve("uplot/dist/uPlot.iife.min.js"), "utf8"), LIVE_CHARTS_SCRIPT];
}

/** The style that uPlot needs. */
export function liveStyle(): string {
  const own =
    ".live .u-legend{font-size:.85rem;text-align:left;color:var(--text)}.live .u-legend th{font-weight:400;padding:2px 4px}.live .u-legend td,.live .u-legend th{border:0}.u-legend .u-marker{width:18px;height:0;border-width:3px 0 0!important}.live:focus-visible{outline-offset:4px}.chart.alive .legend,.u-legend .band-end{display:none}.u-legend .u-marker{background:none!important}.u-select{background:var(--link);opacity:.12}.u-hz .u-cursor-x,.u-hz .u-cursor-y{border-color:var(--quiet)}";
  return readFileSync(resolve("uplot/dist/uPlot.min.css"), "utf8") + own;
}

/** What the script reads: each chart by the name its figure carries. */
export function liveData(charts: readonly (readonly [string, LineChart])[]): { readonly charts: Readonly<Record<string, LineChart>> } {
  return { charts: Object.fromEntries(charts) };
}
