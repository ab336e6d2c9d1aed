/** What a comparison says in sentences and figures: the same words for the terminal and for the page. */
import { count, counted, duration, listed, UNBROKEN } from "../summary-words.ts";
import type { ComparedRow } from "./rows.ts";

type Told = {
  readonly counts: { readonly better: number; readonly worse: number; readonly same: number; readonly equal: number };
  /** Seeds that were compared, and the fewest with which anything can be told apart. */
  readonly seeds: number;
  readonly seedsLeast: number;
};

/** The verdict in at most three sentences. */
export function verdictOf({ counts, seeds, seedsLeast }: Told): string {
  const { better, worse, same, equal } = counts;
  const over = `over ${counted(seeds, "seed")}`;
  if (better + worse + same === 0) return `A and B are equal: no judged figure differs ${over}.`;
  const rest = equal > 0 ? ` ${counted(equal, "figure")} ${equal === 1 ? "is" : "are"} the same in every seed.` : "";
  if (seeds < seedsLeast) {
    const few = `${counted(seeds, "seed")} cannot tell two policies apart here, whatever they do; ${seedsLeast} or more can.`;
    return `B is told apart from A in none of ${counted(same, "figure")}: ${few}${rest}`;
  }
  if (better + worse === 0) return `B is told apart from A in none of ${counted(same, "figure")} ${over}.${rest}`;
  const parts = [
    ...(better > 0 ? [`better in ${counted(better, "figure")}`] : []),
    ...(worse > 0 ? [`worse in ${better > 0 ? count(worse) : counted(worse, "figure")}`] : []),
    ...(same > 0 ? [`not told apart from A in ${count(same)}`] : []),
  ];
  return `B is ${listed(parts)}, ${over}.${rest}`;
}

/** How a comparison is meant: better, worse, or both or neither. */
export function toneOf({ counts }: { readonly counts: Pick<Told["counts"], "better" | "worse"> }): "good" | "bad" | "warn" {
  if (counts.better > 0) return counts.worse > 0 ? "warn" : "good";
  return counts.worse > 0 ? "bad" : "warn";
}

/** A row's name: the metric, with its statistic where that is not the mean. */
export function rowName({ metric, statistic }: Pick<ComparedRow, "metric" | "statistic">): string {
  return statistic === "mean" ? metric : `${metric}${UNBROKEN}${statistic}`;
}

/** A value with its unit, short: `41.2 ms`, `61.4 %`, `0.0312`. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return "none";
  if (unit === "ms") return value > 0 && value < 999.5 ? `${digits(value)}${UNBROKEN}ms` : duration(value);
  if (unit === "share") return `${value > 0.999 && value < 1 ? Math.floor(value * 1e4) / 100 : digits(value * 100)}${UNBROKEN}%`;
  return digits(value);
}

/** How B differs from A: in percent of A, or in the row's unit where A is 0. With its sign. */
export function changeText(row: ComparedRow): string {
  if (row.percent !== null) return `${signed(row.percent)}${UNBROKEN}%`;
  return row.difference === null ? "none" : signed(row.difference);
}

/** The interval of the difference, in the same unit as {@link changeText}: `-8.2 to -7.1 %`. */
export function intervalText(row: ComparedRow): string {
  const interval = shownInterval(row);
  if (interval === null) return "";
  const [low, high] = interval;
  return `${signed(low)}${UNBROKEN}to${UNBROKEN}${signed(high)}${row.percent === null ? "" : `${UNBROKEN}%`}`;
}

/** The interval of the difference in percent of A, or in the row's unit where A is 0. */
export function shownInterval({ interval, percent: change, a }: ComparedRow): readonly [number, number] | null {
  if (interval === null || change === null || a === null) return interval;
  return [(interval[0] / a) * 100, (interval[1] / a) * 100];
}

/** Two decimals below 1, one below 100, none above; a small value keeps its first two digits. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return count(value);
  if (size >= 10) return String(Math.round(value * 10) / 10);
  if (size >= 1) return String(Math.round(value * 100) / 100);
  return String(Number(value.toPrecision(2)));
}

function signed(value: number): string {
  const text = digits(Math.abs(value));
  return value === 0 || text === "0" ? "0" : `${value < 0 ? "-" : "+"}${text}`;
}
