/** HTML as a value that cannot be mistaken for text: whatever is put into a template is escaped, unless it is such a value itself. */

/** A piece of a page. */
export type Html = { readonly markup: string };

/** What may stand in a template. `null` and `false` leave nothing. */
export type HtmlPart = Html | string | number | null | false | readonly HtmlPart[];

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A piece of a page from a template; texts and numbers in it are escaped, for content and quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = strings[0] as string;
  parts.forEach((part, index) => {
    markup += markupOf(part) + (strings[index + 1] as string);
  });
  return { markup };
}

/** Markup that was made elsewhere and is known to be sound, such as a drawn chart. */
export function trusted(markup: string): Html {
  return { markup };
}

/**
 * A value as JSON inside a script element: nothing in it can end the element or begin a comment, and every JSON reader gives the value back.
 */
export function embeddedJson(value: unknown): Html {
  return { markup: JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029") };
}

function markupOf(part: HtmlPart): string {
  if (part === null || part === false) return "";
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] as string);
  if ("markup" in part) return part.markup;
  return part.map(markupOf).join("");
}
