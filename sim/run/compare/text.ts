/** A comparison on the terminal: the verdict first, then what is better, what is worse, and what is not told apart. */
import { painter, type SummaryLayout } from "../summary.ts";
import { counted, figure, listed, UNBROKEN, wrapped } from "../summary-words.ts";
import type { Comparison, ComparedSide } from "./document.ts";
import type { ComparedRow } from "./rows.ts";
import { changeText, intervalText, rowName, toneOf, valueText } from "./words.ts";

const WIDTH_MIN = 80;
const WIDTH_MAX = 100;
const LABEL_WIDTH = 15;
/** Rows shown of each kind, so that all fits a screen; the report has them all. */
const ROWS_MAX = { told: 12, leans: 6 } as const;
const SETTINGS_MAX = 6;
const MOVED_MAX = 4;

type Line = { readonly text: string; readonly tone?: "good" | "bad" | "warn" | "bold" | "dim" };

/** The text, lines separated by newlines, without one at the end; about 50 lines of at most 100 columns. */
export function comparisonText(comparison: Comparison, layout: SummaryLayout): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const paint = painter(layout.color);
  const { rows, a, b } = comparison;
  const lines: Line[] = [
    ...wrapped(`${comparison.scenario}: ${comparison.title}`, width)
      .slice(0, 2)
      .map((text): Line => ({ text, tone: "bold" })),
    ...wrapped(comparison.verdict, width).map((text): Line => ({ text, tone: toneOf(comparison) })),
    ...labelled("A", a.label, width),
    ...labelled("B", b.label, width),
    ...labelled("Settings", settingsText(comparison), width),
    { text: "" },
    ...tables(rows, width),
    ...labelled("Not told apart", namesOf(rows.filter((row) => row.verdict === "same" && row.leans === null)), width),
    ...labelled("Equal", namesOf(rows.filter((row) => row.verdict === "equal")), width),
    ...labelled("Not judged", movedText(rows), width),
    ...labelled("Thresholds", thresholdsText(a, b), width),
    ...[...brokenLines("A", a, width), ...brokenLines("B", b, width)],
    ...labelled("Method", methodText(comparison), width),
  ];
  const printed = (text: string): string => text.replaceAll(UNBROKEN, " ").trimEnd();
  return lines.map(({ text, tone }) => (tone === undefined ? printed(text) : paint(tone, printed(text)))).join("\n");
}

function labelled(label: string, text: string, width: number): Line[] {
  if (text === "") return [];
  return wrapped(text, width - LABEL_WIDTH).map((line, i) => ({ text: (i === 0 ? label : "").padEnd(LABEL_WIDTH) + line }));
}

type Kind = { readonly head: string; readonly tone?: "good" | "bad"; readonly rows: readonly ComparedRow[]; readonly max: number };

/** One table for each way it came out, all with the same columns. Where they do not fit, the last one is left to the report. */
function tables(rows: readonly ComparedRow[], width: number): Line[] {
  const kinds: readonly Kind[] = [
    { head: "B is better", tone: "good", rows: rows.filter((row) => row.verdict === "better"), max: ROWS_MAX.told },
    { head: "B is worse", tone: "bad", rows: rows.filter((row) => row.verdict === "worse"), max: ROWS_MAX.told },
    { head: "Leans to better", rows: rows.filter((row) => row.leans === "better"), max: ROWS_MAX.leans },
    { head: "Leans to worse", rows: rows.filter((row) => row.leans === "worse"), max: ROWS_MAX.leans },
  ];
  const shown = kinds.filter((kind) => kind.rows.length > 0).map((kind) => ({ kind, cells: cellsOf(kind) }));
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(0, ...shown.flatMap(({ cells }) => cells.map((row) => (row[column] as string).length))),
  );
  const fits = widths.reduce((sum, each) => sum + each + 2, 0) - 2 <= width;
  const set = (row: readonly string[]): string =>
    row
      .slice(0, fits ? 6 : 5)
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart((widths[column] as number) + 2)))
      .join("");
  return shown.flatMap(({ kind, cells: [head = [], ...body] }) => {
    const more = kind.rows.length - body.length;
    const rest: Line[] = more > 0 ? [{ text: `and ${counted(more, "figure")} more in the report`, tone: "dim" }] : [];
    const tone = kind.tone === undefined ? {} : { tone: kind.tone };
    return [{ text: set(head), tone: "bold" }, ...body.map((row): Line => ({ text: set(row), ...tone })), ...rest, { text: "" }];
  });
}

/** The cells of a table, its head first. How many seeds would tell is asked of what leans only. */
function cellsOf({ head, tone, rows, max }: Kind): string[][] {
  const leans = tone === undefined;
  const cells = rows.slice(0, max).map((row): string[] => {
    const seeds = leans && row.seeds_needed !== null ? String(row.seeds_needed) : "";
    return [rowName(row), valueText(row.a, row.unit), valueText(row.b, row.unit), changeText(row), intervalText(row), seeds];
  });
  return [[head, "A", "B", "change", "95 % interval", leans ? "seeds" : ""], ...cells];
}

function namesOf(rows: readonly ComparedRow[]): string {
  return rows.length === 0 ? "" : `${byMetric(rows).join(", ")}.`;
}

/** `rtt_ms (mean, p(99))`: a metric that has several rows stands there once. */
function byMetric(rows: readonly ComparedRow[]): string[] {
  const names = new Map<string, string[]>();
  for (const { metric, statistic } of rows) names.set(metric, [...(names.get(metric) ?? []), statistic]);
  return [...names].map(([metric, statistics]) => {
    const alone = statistics.length === 1 && statistics[0] === "mean";
    return alone ? metric : `${metric}${UNBROKEN}(${statistics.join(`,${UNBROKEN}`)})`;
  });
}

/** Rows without a direction that differ clearly, by the largest change. */
function movedText(rows: readonly ComparedRow[]): string {
  const moved = rows
    .filter(
      ({ better, interval, percent }) => better === null && percent !== null && interval !== null && (interval[0] > 0 || interval[1] < 0),
    )
    .sort((x, y) => Math.abs(y.percent ?? 0) - Math.abs(x.percent ?? 0))
    .slice(0, MOVED_MAX);
  return moved.length === 0 ? "" : `${moved.map((row) => `${rowName(row)}${UNBROKEN}${changeText(row)}`).join(", ")}.`;
}

function settingsText({ settings }: Comparison): string {
  if (settings.length === 0) return "The same on both sides.";
  const shown = settings.slice(0, SETTINGS_MAX).map(({ path, a, b }) => `${path}: ${shortJson(a)} and ${shortJson(b)}`);
  const more = settings.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}

function shortJson(value: unknown): string {
  const text = value === null ? "nothing" : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function thresholdsText(a: ComparedSide, b: ComparedSide): string {
  const all = a.thresholds.length + b.thresholds.length;
  return all === 0 ? "" : `A: ${thresholdsOf(a)} B: ${thresholdsOf(b)}`;
}

function thresholdsOf({ thresholds }: ComparedSide): string {
  const failed = thresholds.filter((threshold) => !threshold.ok);
  if (thresholds.length === 0) return "none.";
  if (failed.length === 0) return thresholds.length === 1 ? "the threshold holds." : `all ${thresholds.length} hold.`;
  const first = failed
    .slice(0, 2)
    .map(({ metric, actual, expression }) => `${metric} is ${actual === null ? "unknown" : figure(actual)}, not ${expression}`);
  return `${failed.length} of ${thresholds.length} ${failed.length === 1 ? "does" : "do"} not hold (${first.join("; ")}).`;
}

function brokenLines(name: string, { broken }: ComparedSide, width: number): Line[] {
  const [first] = broken;
  if (first === undefined) return [];
  const results = [...new Set(broken.map((run) => run.result))];
  const message = first.violations[0]?.message ?? "";
  const text = `${name}: ${listed(results)} in ${counted(broken.length, "run")}. Seed ${first.seed}: ${message}`;
  const again: Line[] = first.replay === null ? [] : [{ text: "Replay".padEnd(LABEL_WIDTH) + first.replay }];
  return [...labelled("Broken", text, width).map((line): Line => ({ ...line, tone: "bad" })), ...again];
}

function methodText({ seeds, method }: Comparison): string {
  const patterns = method.patterns_drawn === null ? "all patterns of signs" : `${method.patterns_drawn} drawn patterns of signs`;
  return (
    `${counted(seeds.length, "seed")} (${seeds[0]} to ${seeds.at(-1)}), each under both policies. Told apart: sign-flip test over ${patterns}, corrected for ${counted(method.tests, "test")} (Holm), so that ` +
    "equal policies are told apart in at most one of twenty comparisons. Intervals: bootstrap of the paired differences."
  );
}
