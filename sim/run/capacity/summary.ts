/** A search's answer on the terminal: the verdict, what it rests on, and every value tried with a small curve. */
import { count, counted, percent, UNBROKEN, wrapped } from "../summary-words.ts";
import type { SummaryLayout } from "../summary.ts";
import type { CapacityDocument } from "./document.ts";
import type { CapacityProbe } from "./probe.ts";
import { breachText, measured, notMonotoneText, numberText, searchedText, stateText, untestedText, verdictOf } from "./words.ts";

/** A threshold of the document. */
type Threshold = CapacityDocument["thresholds"][number];

const LABEL_WIDTH = 15;
const WIDTH_MIN = 60;
const WIDTH_MAX = 100;
/** Thresholds that get a column; the report has all. */
const COLUMNS_MAX = 3;
const CURVE_CELLS = 16;
/** A curve that goes further beyond its limit than this many times is cut off: the way to the limit is what matters. */
const CURVE_LIMITS = 2;

/** The answer, lines separated by newlines, without one at the end. Commands stay on one line, so that they can be copied. */
export function capacityText(document: CapacityDocument, layout: SummaryLayout): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const paint = (code: number, text: string): string => (layout.color && text.trim() !== "" ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { head, key, text, tone } = verdictOf(document);
  const toneCode = tone === "good" ? 32 : 31;
  const title = wrapped(`${document.scenario}: ${document.title}`, width).map((line) => paint(1, line));
  const lines = [...title, ...wrapped(`${head.replace(key, key.toUpperCase())} ${text}`, width).map((line) => paint(toneCode, line)), ""];
  for (const [label, said] of paragraphs(document)) {
    const body = wrapped(said, width - LABEL_WIDTH);
    body.forEach((line, i) => lines.push(paint(2, (i === 0 ? label : "").padEnd(LABEL_WIDTH)) + line));
  }
  lines.push("", ...tableLines(document, width).map((line, i) => (i < 2 ? paint(2, line) : line)), "", ...commands(document, paint));
  return lines.map((line) => line.trimEnd().replaceAll(UNBROKEN, " ")).join("\n");
}

function paragraphs(document: CapacityDocument): [label: string, text: string][] {
  const out: [string, string][] = [["Searched", searchedText(document)]];
  const others = document.broke?.others ?? [];
  if (others.length > 0) out.push(["Breaks too", `${others.map((breach) => breachText(breach)).join("; ")}.`]);
  const wavering = notMonotoneText(document);
  if (wavering !== null) out.push(["Not monotone", wavering]);
  const untested = untestedText(document);
  if (untested !== null) out.push(["Not tested", untested]);
  const answer = document.probes.find((probe) => probe.value === document.largest);
  if (answer !== undefined) out.push(["At the answer", atAnswer(answer)]);
  return out;
}

/** The figures an operator wants to know of the answer itself. */
function atAnswer({ metrics }: CapacityProbe): string {
  const online = metrics["players_online"]?.max ?? null;
  const slots = metrics["vps_slots_needed"]?.max ?? null;
  const hosted = metrics["share_player_hours_p2p"]?.mean ?? null;
  const rate = metrics["interruptions_per_player_hour"]?.mean ?? null;
  const refused = metrics["players_refused"]?.mean ?? 0;
  const parts = [
    online === null ? null : `${count(online)} players online at the peak`,
    slots === null ? null : `${count(slots)} VPS slots needed at most`,
    hosted === null ? null : `${percent(hosted)} of player-hours on machines of players`,
    rate === null || rate === 0 ? null : `one interruption for each ${count(1 / rate)} hours of play`,
    refused === 0 ? null : `${counted(refused, "refusal")} of players by full or unserved maps in a run`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "No run left figures." : `${parts.join(", ")}.`;
}

function commands(document: CapacityDocument, paint: (code: number, text: string) => string): string[] {
  const probe = (value: number | null): CapacityProbe | undefined => document.probes.find((each) => each.value === value);
  const answer = probe(document.largest);
  const beyond = probe(document.broke?.at ?? null);
  const replay = document.broke?.replay ?? null;
  return [
    ...(answer === undefined ? [] : [paint(2, "Holds".padEnd(LABEL_WIDTH)) + answer.run]),
    ...(beyond === undefined ? [] : [paint(2, "Breaks".padEnd(LABEL_WIDTH)) + beyond.run]),
    ...(replay === null ? [] : [paint(2, "Replay".padEnd(LABEL_WIDTH)) + replay]),
  ];
}

/** Two lines of heads, then a line for each value, columns two blanks apart. */
function tableLines(document: CapacityDocument, width: number): string[] {
  const shown = columnsOf(document);
  const curve = curveOf(document);
  const heads = [
    ["", "", ...shown.map((t) => t.metric), ...(curve === null ? [] : [curve.threshold.metric])],
    [document.unit, "", ...shown.map((t) => t.expression), ...(curve === null ? [] : ["│ is the limit"])],
  ];
  const rows = document.probes.map((probe) => [
    numberText(probe.value),
    stateText(probe),
    ...shown.map((threshold) => cellOf(probe, threshold)),
    ...(curve === null ? [] : [curve.bar(probe)]),
  ]);
  const last = 2 + shown.length;
  const widths = Array.from({ length: last + 1 }, (_, column) => Math.max(...[...heads, ...rows].map((row) => (row[column] ?? "").length)));
  const room = width - widths.slice(0, last).reduce((sum, w) => sum + w + 2, 0);
  const laid = (row: readonly string[]): string =>
    row
      .slice(0, room >= (widths[last] ?? 0) ? undefined : last)
      // State and curve begin at the left, figures end at the right.
      .map((cell, column) => (column === 1 || column === last ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [...heads, ...rows].map(laid);
}

/** Thresholds that broke anywhere come first; order within is the scenario's. */
function columnsOf({ thresholds, probes }: CapacityDocument): Threshold[] {
  const broken = (t: Threshold): boolean => probes.some((probe) => lineOf(probe, t)?.ok === false);
  return [...thresholds.filter(broken), ...thresholds.filter((t) => !broken(t))].slice(0, COLUMNS_MAX);
}

function lineOf(probe: CapacityProbe, { metric, expression }: Pick<Threshold, "metric" | "expression">) {
  return probe.thresholds.find((line) => line.metric === metric && line.expression === expression);
}

function cellOf(probe: CapacityProbe, threshold: Threshold): string {
  const line = lineOf(probe, threshold);
  return line === undefined ? "" : `${measured(line.actual, threshold.unit)}${line.ok ? "  " : " ✗"}`;
}

type Curve = { readonly threshold: Threshold; bar(probe: CapacityProbe): string };

/** The curve of the threshold that decided, or else came nearest to its limit; null where none has a limit to draw. */
function curveOf({ thresholds, probes, broke, largest }: CapacityDocument): Curve | null {
  const answer = probes.find((probe) => probe.value === largest);
  const nearness = (t: Threshold): number => Math.abs((answer === undefined ? null : lineOf(answer, t)?.actual) ?? 0) / Math.abs(t.limit!);
  const drawn = thresholds.filter((t) => t.limit !== null && t.limit > 0);
  const decided = thresholds.find((t) => t.metric === broke?.metric && t.expression === broke.expression && t.limit !== null);
  const threshold = decided ?? drawn.toSorted((a, b) => nearness(b) - nearness(a))[0];
  const limit = threshold?.limit ?? null;
  if (threshold === undefined || limit === null || limit < 0) return null;
  const most = Math.max(limit, ...probes.map((probe) => lineOf(probe, threshold)?.actual ?? 0));
  const scale = limit > 0 ? Math.min(most, CURVE_LIMITS * limit) : most;
  if (!(scale > 0)) return null;
  const mark = Math.round((limit / scale) * CURVE_CELLS);
  return {
    threshold,
    bar: (probe) => {
      const actual = Math.max(0, lineOf(probe, threshold)?.actual ?? 0);
      const cells = barText(Math.min(1, actual / scale)).padEnd(CURVE_CELLS);
      return `${cells.slice(0, mark)}│${cells.slice(mark)}${actual > scale ? "…" : ""}`;
    },
  };
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function barText(share: number): string {
  const eighths = Math.round(share * CURVE_CELLS * 8);
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "");
}
