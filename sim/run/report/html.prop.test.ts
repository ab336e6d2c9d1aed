import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedJson, html, trusted } from "./html.ts";

/** Texts with what could break out of a page in them. */
const text = fc
  .array(
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("</script>", "<!--", "-->", "<script>", '"', "'", "&lt;", "&amp;", "\u2028")),
  )
  .map((parts) => parts.join(""));

/** What a reader of HTML makes of references to characters. */
function read(markup: string): string {
  const signs: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return markup.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (reference) => signs[reference] as string);
}

describe("a template", () => {
  it("gives every text back to a reader of HTML, from content and from attributes in either quotes", () => {
    fc.assert(
      fc.property(text, text, text, (content, double, single) => {
        const { markup } = html`<p title="${double}" lang='${single}'>${content}</p>`;
        const parts = /^<p title="([^"]*)" lang='([^']*)'>([^<>]*)<\/p>$/.exec(markup);
        expect(parts?.slice(1).map(read)).toEqual([double, single, content]);
        // No bare ampersand is left that could begin another reference.
        expect(markup.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, "")).not.toContain("&");
      }),
    );
  });

  it("puts pieces in as they are, lists one behind the other, and nothing for null and false", () => {
    const item = (name: string) => html`<li>${name}</li>`;
    expect(html`<ul>${["a<b", "c"].map(item)}</ul>${null}${false}${0}${[1, [" & ", trusted("<hr>")]]}`.markup).toBe(
      "<ul><li>a&lt;b</li><li>c</li></ul>01 &amp; <hr>",
    );
  });

  it("escapes once, however deep a text stands", () => {
    const inner = html`<b>${"x & y"}</b>`;
    expect(html`<p>${[inner]}</p>`.markup).toBe("<p><b>x &amp; y</b></p>");
  });
});

describe("JSON in a script element", () => {
  it("is read back as it was, and can end no element, begin no comment and break no line of a script", () => {
    fc.assert(
      fc.property(fc.jsonValue(), text, (value, words) => {
        const { markup } = embeddedJson({ value, [words]: words });
        expect(JSON.parse(markup)).toEqual(JSON.parse(JSON.stringify({ value, [words]: words })));
        expect(markup).not.toMatch(/[<\u2028\u2029]/);
      }),
    );
  });
});
