/** Pieces of drawings: text of known width, and figures without more digits than a screen has. */
import { html, type Html, type HtmlPart } from "../report/html.ts";

/** Drawings are lettered in a typeface of fixed width, so that what fits is known without a browser (DejaVu Sans Mono: 0.602 of its size; the widest usual one). */
const WIDTH_OF_SIGN = 0.61;
/** The size of the letters (px) and the height of a line. */
export const LETTER = 11;
export const LINE = 15;

/** How wide a text is drawn (px). */
export function textWidth(text: string, size = LETTER): number {
  return [...text].length * WIDTH_OF_SIGN * size;
}

/** The text, or as much of it as fits into `width` with an ellipsis, or nothing. */
export function fitted(text: string, width: number, size = LETTER): string {
  if (textWidth(text, size) <= width) return text;
  const signs = Math.floor(width / (WIDTH_OF_SIGN * size)) - 1;
  return signs < 3 ? "" : `${[...text].slice(0, signs).join("").trimEnd()}…`;
}

/** The first of several wordings that fits whole; nothing where none does. */
export function firstFitting(texts: readonly string[], width: number): string {
  return texts.find((text) => textWidth(text) <= width) ?? "";
}

/** A figure of a drawing, to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A text at a place; `y` is its baseline. */
export function label(x: number, y: number, text: string, kind = "", anchor: "start" | "middle" | "end" = "start"): Html | null {
  if (text === "") return null;
  return html`<text x="${px(x)}" y="${px(y)}" class="${kind}" text-anchor="${anchor}">${text}</text>\n`;
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, kind: string, more: HtmlPart = null): Html {
  return html`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${kind}"${more}/>\n`;
}

/** A rectangle, with a name that appears under the pointer. */
export function box(x: number, y: number, width: number, height: number, kind: string, title = "", more: HtmlPart = null): Html {
  return html`<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${px(height)}" class="${kind}"${more}>${title === "" ? null : html`<title>${title}</title>`}</rect>\n`;
}

/** Colours of hosts, by their order in the story; the seventh has the first one's again. */
const HOST_COLORS = ["blue", "orange", "green", "purple", "sky", "grey"] as const;

/** The colour of the host that came into the story as the `index`-th. */
export function hostColor(index: number): string {
  return `var(--${HOST_COLORS[index % HOST_COLORS.length]})`;
}
