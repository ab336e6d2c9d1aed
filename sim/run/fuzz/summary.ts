/** A campaign's answer on the terminal. */
import { UNBROKEN, wrapped } from "../summary-words.ts";
import { painter, type SummaryLayout } from "../summary.ts";
import type { FuzzDocument } from "./document.ts";
import { evidenceOf, failureText, verdictOf } from "./words.ts";

const LABEL_WIDTH = 10;
const WIDTH_MIN = 60;
const WIDTH_MAX = 100;
/** Failures told at length; the report has all. */
const FAILURES_SHOWN = 5;

/** The answer, lines separated by newlines, without one at the end. Commands stay on one line, so that they can be copied. */
export function fuzzText(document: FuzzDocument, layout: SummaryLayout, folder: string): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const paint = painter(layout.color);
  const { head, text, tone } = verdictOf(document);
  const lines = [paint("bold", document.scenario), ...wrapped(`${head.toUpperCase()} ${text}`, width).map((line) => paint(tone, line)), ""];
  for (const failure of document.failures.slice(0, FAILURES_SHOWN)) {
    lines.push(...wrapped(failureText(failure), width));
    lines.push(`  look    ${folder}/${failure.folder}/timeline.html`);
    lines.push(`  replay  peerstead replay ${folder}/${failure.folder}/failure.json`, "");
  }
  for (const [label, said] of evidenceOf(document)) {
    wrapped(said, width - LABEL_WIDTH).forEach((line, i) => lines.push(paint("dim", (i === 0 ? label : "").padEnd(LABEL_WIDTH)) + line));
  }
  return lines.map((line) => line.trimEnd().replaceAll(UNBROKEN, " ")).join("\n");
}
