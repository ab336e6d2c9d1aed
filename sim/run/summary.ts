/** The answer on the terminal: what an operator wants to know of a scenario's runs, in one screen. */
import type { RunDocument } from "./document.ts";
import { paragraphs, verdict } from "./summary-paragraphs.ts";
import { UNBROKEN, wrapped } from "./summary-words.ts";

/** How the summary is laid out: columns, and whether colours may be used. */
export type SummaryLayout = { readonly width: number; readonly color: boolean };

const LABEL_WIDTH = 15;
const WIDTH_MIN = 60;
const WIDTH_MAX = 100;

/**
 * The summary, lines separated by newlines, without one at the end. At most 40 lines of at most 100 columns; only the command that repeats
 * a failed seed stays on one line however long it is, so that it can be copied.
 */
export function summaryText(document: RunDocument, layout: SummaryLayout): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const paint = painter(layout.color);
  const { result } = document;
  const tone = result === "ok" ? "good" : result === "inconclusive" ? "warn" : "bad";
  const head = wrapped(`${document.scenario}: ${document.title}`, width).slice(0, 2);
  const lines = [...head.map((line) => paint("bold", line)), ...wrapped(verdict(document), width).map((line) => paint(tone, line)), ""];
  for (const { label, text, tone: mark, whole } of paragraphs(document)) {
    const body = whole === true ? [text] : wrapped(text, width - LABEL_WIDTH);
    body.forEach((line, i) => {
      const left = (i === 0 ? label : "").padEnd(LABEL_WIDTH);
      lines.push(paint("dim", left) + (mark === undefined ? line : paint(mark, line)));
    });
  }
  return lines.map((line) => line.trimEnd().replaceAll(UNBROKEN, " ")).join("\n");
}

const CODES = { bold: 1, dim: 2, bad: 31, good: 32, warn: 33 } as const;

/** Puts a style on a text, where colours may be used. */
export function painter(color: boolean): (style: keyof typeof CODES, text: string) => string {
  return color ? (style, text) => (text.trim() === "" ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`) : (_style, text) => text;
}
