/** The answer of a search for the first difference on the terminal. */
import type { SettingDifference } from "../compare/settings-diff.ts";
import { painter, type SummaryLayout } from "../summary.ts";
import { count, counted, UNBROKEN, wrapped } from "../summary-words.ts";
import type { DivergeDocument, DivergeSide } from "./document.ts";
import type { LadderOf } from "./event-ladder.ts";
import type { EventLine } from "./event-line.ts";
import type { TimedStretch } from "./search.ts";
import { eventText, instantText, text } from "./words.ts";

const WIDTH_MIN = 80;
const WIDTH_MAX = 120;
const LABEL_WIDTH = 10;
const FIELDS_MAX = 12;
const VALUE_MAX = 60;

/** The text, lines separated by newlines, without one at the end. `maps` are the names of maps by number. */
export function divergeText(document: DivergeDocument, maps: readonly string[], layout: SummaryLayout): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const paint = painter(layout.color);
  const { a, b, first, before, after, note } = document;
  const same = document.equal && document.fingerprints_equal;
  const block = (label: string, lines: readonly EventLine[], from: number): string[] =>
    lines.flatMap((line, i) => entryLines(label, from + i, line, maps, width));
  const ends = first !== null && (first.a === null || first.b === null);
  return [
    ...wrapped(`${document.scenario}, seed ${document.seed}: ${verdictOf(document)}`, width).map((line) =>
      paint(same ? "good" : "bad", line),
    ),
    ...labelled("A", sideText(a, document.of), width),
    ...labelled("B", sideText(b, document.of), width),
    ...labelled("Settings", fieldsText(document.settings), width),
    ...labelled("Note", note ?? "", width),
    ...labelled("Unsteady", unsteadyText(document), width),
    ...(before.length > 0 ? ["", paint("bold", "Both, before it")] : []),
    ...block("", before, (first?.number ?? document.stretch?.after ?? 0) - before.length),
    ...(after.a.length + after.b.length > 0 ? ["", paint("bold", first === null ? "In that stretch" : "Then")] : []),
    ...block("A", after.a, first?.number ?? 0),
    ...(ends && first.a === null ? ["A  has ended"] : []),
    ...block("B", after.b, first?.number ?? 0),
    ...(ends && first.b === null ? ["B  has ended"] : []),
    ...(first !== null && first.fields.length > 0 ? ["", ...labelled("Differs in", fieldsText(first.fields), width)] : []),
    ...labelled("Runs", runsText(a, b), width),
  ]
    .map((line) => line.replaceAll(UNBROKEN, " ").trimEnd())
    .join("\n");
}

/** The verdict in a sentence or two. */
export function verdictOf(document: DivergeDocument): string {
  const { a, b, equal, first, stretch, of } = document;
  const what = whatOf(of);
  const others = a.side === b.side ? `two runs of ${a.side}` : "A and B";
  if (equal && document.fingerprints_equal) return `${others} are equal: ${counted(a.entries, what)}, fingerprint ${a.fingerprint}.`;
  if (equal && of === "events")
    return `${others} do the same, ${counted(a.entries, what)}; their fingerprints differ, ${a.fingerprint} and ${b.fingerprint}: they measure it differently.`;
  if (equal)
    return `the decisions of ${others} are equal, ${count(a.entries)} of them; the fingerprints differ, ${a.fingerprint} and ${b.fingerprint}: hosts, players or metrics do. --of events says where.`;
  const nevertheless = of === "events" && document.decisions_equal ? " The coordinator's decisions are equal nevertheless." : "";
  if (first === null) return `${others} part ${stretchText(stretch, what)}.${nevertheless}`;
  const at = [first.a, first.b].flatMap((line) => (line === null ? [] : [line.at]));
  const sizes = a.entries === b.entries ? count(a.entries) : `${count(a.entries)} and ${count(b.entries)}`;
  return `${others} part at ${what} ${count(first.number)} of ${sizes}, at ${instantText(Math.min(...at))}.${nevertheless}`;
}

function stretchText(stretch: TimedStretch | null, what: string): string {
  if (stretch === null) return "somewhere";
  const to = stretch.to_us === null ? "the end" : instantText(stretch.to_us);
  return `between ${what}s ${count(stretch.after + 1)} and ${count(stretch.upTo)}, from ${instantText(stretch.from_us)} to ${to}`;
}

function sideText({ side, commit, node, fingerprint, decisions, entries, result }: DivergeSide, of: LadderOf): string {
  const ran = node === null ? "not run again" : `Node ${node.replace(/^v/, "")}`;
  const short = commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");
  return `${side} (${short}, ${ran}): ${result}, ${counted(entries, whatOf(of))}, fingerprint ${fingerprint}, decisions ${decisions}`;
}

function whatOf(of: LadderOf): string {
  return of === "events" ? "event" : "decision";
}

function unsteadyText({ a, b, first, of, stretch }: DivergeDocument): string {
  const what = whatOf(of);
  const told = [a, b].flatMap(({ side, unsteady }) =>
    unsteady === null ? [] : [`${side} is not the same from run to run: two of its runs part ${stretchText(unsteady, what)}.`],
  );
  if (told.length === 0 && stretch !== null && first === null && a.node !== null && b.node !== null)
    return "The difference was not there again: a side is not the same from run to run.";
  return [...new Set(told)].join(" ");
}

function runsText(a: DivergeSide, b: DivergeSide): string {
  return a.runs === b.runs ? `${counted(a.runs, "run")} of each side` : `${counted(a.runs, "run")} of A, ${counted(b.runs, "run")} of B`;
}

function fieldsText(fields: readonly SettingDifference[]): string {
  const short = (value: unknown): string => {
    const written = text(value);
    return written.length > VALUE_MAX ? `${written.slice(0, VALUE_MAX)}…` : written;
  };
  const told = fields.slice(0, FIELDS_MAX).map(({ path, a, b }) => `${path}: ${short(a)} and ${short(b)}`);
  if (fields.length > FIELDS_MAX) told.push(`and ${counted(fields.length - FIELDS_MAX, "field")} more`);
  return told.join("; ");
}

function entryLines(label: string, number: number, line: EventLine, maps: readonly string[], width: number): string[] {
  const numbered = number > 0 ? count(number) : "";
  const head = `${label.padEnd(3)}${numbered.padStart(10)}  ${instantText(line.at)}  `;
  const [one = "", ...more] = wrapped(eventText(line, maps), Math.max(20, width - head.length));
  return [`${head}${one}`, ...more.map((rest) => `${" ".repeat(head.length)}${rest}`)];
}

function labelled(label: string, told: string, width: number): string[] {
  if (told === "") return [];
  return wrapped(told, width - LABEL_WIDTH - 1).map((line, i) => `${(i === 0 ? label : "").padEnd(LABEL_WIDTH)} ${line}`);
}
