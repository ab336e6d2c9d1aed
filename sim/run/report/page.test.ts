import { describe, expect, it } from "vitest";
import { again, bigFigures, pageText, section, table, verdict } from "./page.ts";

const EVIL = `<img src=x onerror="alert('1')">`;
const HARMLESS = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;";

function page(changes: Partial<Parameters<typeof pageText>[0]> = {}): string {
  return pageText({ title: "A run", lead: "in a line", links: [], body: "text", ...changes });
}

describe("a page", () => {
  it("asks the network for nothing and may not", () => {
    const text = page({ scripts: ["let a = 1;"], data: { a: 1 } });
    expect(text).toContain(`content="default-src 'none';`);
    expect(text.match(/<(link|iframe|object|embed)\b/g)).toBe(null);
    expect(text.match(/<(script|img)[^>]*\bsrc=/g)).toBe(null);
    expect(text).not.toMatch(/url\(\s*["']?https?:/);
  });

  it("shows texts as texts, wherever they stand", () => {
    const parts = {
      title: EVIL,
      lead: EVIL,
      links: [{ id: "a", name: EVIL }],
      body: [EVIL, section("a", EVIL, EVIL), verdict("bad", EVIL)],
    };
    const text = page({ ...parts, data: { evil: EVIL } });
    expect(text).not.toContain("<img");
    // Title twice, lead, link, body, heading and text of the section, verdict.
    expect(text.split(HARMLESS)).toHaveLength(1 + 8);
  });

  it("keeps data and scripts inside their elements", () => {
    const data = { text: "</script><script>alert(1)</script><!--" };
    const script = `const text = "</script><!-- </SCRIPT>";`;
    const text = page({ data, scripts: [script] });
    const elements = [...text.matchAll(/<script(?<how>[^>]*)>(?<source>.*?)<\/script>/gs)].map(
      (found) => found.groups as { how: string; source: string },
    );
    expect(JSON.parse(elements.find(({ how }) => how.includes('id="data"'))?.source ?? "")).toEqual(data);
    const last = elements.at(-1)?.source ?? "";
    // Run as it stands, the script still says what it said.
    expect(new Function(`${last} return text;`)()).toBe("</script><!-- </SCRIPT>");
    expect(text).not.toContain("<!--");
  });

  it("is the same for the same parts", () => {
    expect(page({ data: { a: 1 } })).toBe(page({ data: { a: 1 } }));
  });
});

describe("pieces of a page", () => {
  it("a table has its caption, a heading in every column and row, and figures set as figures", () => {
    const { markup } = table("Names", [{ head: "name" }, { head: "size", figures: true }], [["a<b", 3]]);
    expect(markup).toContain("<caption>Names</caption>");
    expect(markup).toContain('<th scope="col">name</th><th scope="col" class="n">size</th>');
    expect(markup).toContain('<th scope="row">a&lt;b</th><td class="n">3</td>');
  });

  it("a command is shown and copied as the same text", () => {
    const { markup } = again(`peerstead run x --set 'a="b"'`);
    const shown = "peerstead run x --set &#39;a=&quot;b&quot;&#39;";
    expect(markup).toContain(`<code>${shown}</code>`);
    expect(markup).toContain(`data-copy="${shown}"`);
  });

  it("a figure has its tone only where it has one", () => {
    const { markup } = bigFigures([
      { name: "n", value: "1", meaning: "m" },
      { name: "n", value: "2", meaning: "m", tone: "bad" },
    ]);
    expect(markup).toContain('<span class="value">1</span>');
    expect(markup).toContain('<span class="value bad-text">2</span>');
  });
});
