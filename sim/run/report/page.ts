/** The frame of every page and the pieces pages are made of. A page is one file that asks the network for nothing. */
import { embeddedJson, html, trusted, type Html, type HtmlPart } from "./html.ts";
import { PAGE_SCRIPT } from "./browser/page-script.ts";
import { STYLE } from "./style.ts";

/** How a sentence is meant: shown by colour, by a word and by a mark at the side. */
export type Tone = "good" | "bad" | "warn";

/** What a page is made of. */
export type PageParts = {
  readonly title: string;
  /** Under the title, in a line. */
  readonly lead: HtmlPart;
  /** Sections with an id and a short name appear in the row of links at the top. */
  readonly links: readonly { readonly id: string; readonly name: string }[];
  readonly body: HtmlPart;
  /** Sources of scripts for this page, put behind the one every page has. */
  readonly scripts?: readonly string[];
  /** What the scripts read, as the element `#data`. */
  readonly data?: unknown;
  readonly style?: string;
};

/** The whole page as text. Equal parts give equal bytes. */
export function pageText({ title, lead, links, body, scripts = [], data, style = "" }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE + style)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="top">
<h1>${title}</h1>
<p class="quiet">${lead}</p>
<nav class="bar" aria-label="Sections">${links.map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}<button type="button" class="scripted" id="theme" aria-label="Change between light and dark">Light / dark</button></nav>
</header>
<main id="content">
${body}
</main>
${data === undefined ? null : html`<script type="application/json" id="data">${embeddedJson(data)}</script>`}
${[PAGE_SCRIPT, ...scripts].map((source) => html`<script>${trusted(scriptText(source))}</script>\n`)}
</body>
</html>
`;
  return page.markup;
}

/** A section with its heading; `id` is what links point at. */
export function section(id: string, title: string, body: HtmlPart): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** The answer in a sentence, and what belongs right under it. */
export function verdict(tone: Tone, sentence: string, more: HtmlPart = null): Html {
  return html`<div class="verdict ${tone}" role="status"><p class="sentence">${sentence}</p>${more}</div>
`;
}

/** One big figure: what it is, its value, what it means. */
export type BigFigure = { readonly name: string; readonly value: string; readonly meaning: string; readonly tone?: Tone };

/** A row of big figures. */
export function bigFigures(figures: readonly BigFigure[]): Html {
  const item = ({ name, value, meaning, tone }: BigFigure): Html =>
    html`<li><span class="name">${name}</span><span class="value${tone === undefined ? "" : ` ${tone}-text`}">${value}</span><span class="meaning">${meaning}</span></li>\n`;
  return html`<ul class="figures">${figures.map(item)}</ul>\n`;
}

/** A column: its heading, and whether it holds figures. */
export type TableColumn = { readonly head: string; readonly figures?: boolean };

/** A table; the first cell of a row is its heading. Wide ones scroll inside themselves. */
export function table(caption: string, columns: readonly TableColumn[], rows: readonly (readonly HtmlPart[])[]): Html {
  const kind = (index: number): Html | null => (columns[index]?.figures === true ? html` class="n"` : null);
  const cell = (part: HtmlPart, index: number): Html =>
    index === 0 ? html`<th scope="row"${kind(index)}>${part}</th>` : html`<td${kind(index)}>${part}</td>`;
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map(({ head }, index) => html`<th scope="col"${kind(index)}>${head}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>
`;
}

/** The command that gives what stands above it once more, with a button that copies it. */
export function again(command: string, what = "The same figures again"): Html {
  return html`<p class="again"><span>${what}:</span> <code>${command}</code> <button type="button" class="scripted" data-copy="${command}">Copy</button></p>
`;
}

/** A text that would end its own element is written so that it cannot. */
function scriptText(source: string): string {
  return source.replaceAll(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");
}
