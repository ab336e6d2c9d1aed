import { beforeAll, describe, expect, it } from "vitest";
import type { CapacityDocument } from "../capacity/document.ts";
import { PROMISED, someProbe, someRuns, someSearch } from "../capacity/probe.fixture.ts";
import { probeOf } from "../capacity/probe.ts";
import { UNBROKEN } from "../summary-words.ts";
import { capacityPage } from "./capacity-page.ts";

const evening = someSearch((value) => someProbe(value, { holds: value <= 31_234 }));
let page = "";

beforeAll(async () => {
  page = await capacityPage(evening);
});

/** What the page says, without its markup. */
function textOf(markup: string): string {
  const said = markup.replaceAll(/<(script|style|svg)[^]*?<\/\1>/g, " ").replaceAll(/<[^>]+>/g, " ");
  return said.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll(UNBROKEN, " ").replaceAll(/\s+/g, " ");
}

/** The widely drawn chart under a heading. */
function chart(markup: string, title: string): string {
  const figure = markup.split("<figure").find((each) => each.includes(`<h3>${title}</h3>`)) ?? "";
  return /<div class="wide">([^]*?)<\/div>/.exec(figure)?.[1] ?? "";
}

describe("the page of a search", () => {
  it("has the answer on top: what is carried, what breaks beyond it, and by how much", () => {
    const text = textOf(page);
    expect(text).toContain(
      "Carries 31,000 players. Above, interruption_ms p(99)<=3000 breaks: 3,420 ms, 14 % too much, at 31,500 players.",
    );
    for (const figure of ["Largest that holds 31,000", "First that does not 31,500 1.6 % away", "What breaks there 3,420 ms"]) {
      expect(text).toContain(figure);
    }
    expect(page).toContain('<div class="verdict good"');
    expect(text).not.toContain("Not monotone");
  });

  it("draws each threshold with its limit, and tells values that hold from those that break by their shape", () => {
    expect(page.match(/<figure /g)).toHaveLength(6);
    const decided = chart(page, "interruption_ms p(99)&lt;=3000");
    expect(decided).toContain("p(99)&lt;=3000");
    const points = [...decided.matchAll(/<path [^>]*d="([^"]+)" fill="([^"]+)"/g)].filter(([, , fill]) => fill !== "none");
    // Vega draws circles as arcs and squares as straight lines.
    const shapes = points.map(([, path = "", fill]) => [path.includes("A") ? "circle" : "square", fill]);
    expect(shapes.filter(([shape]) => shape === "circle")).toEqual(Array.from({ length: 4 }, () => ["circle", "var(--blue)"]));
    expect(shapes.filter(([, fill]) => fill === "var(--card)").map(([shape]) => shape)).toEqual(Array.from({ length: 6 }, () => "square"));
  });

  it("lists every value with what each threshold came to, its fingerprint and its command", () => {
    const rows = [...page.matchAll(/<tr><th scope="row"[^]*?<\/tr>/g)].map(([row]) => textOf(row).trim());
    expect(rows).toHaveLength(10);
    const { fingerprint } = evening.probes[0]!;
    expect(rows[0]).toBe(`10,000 players yes 1,200 ms 0 refusals 20,113 812 ${fingerprint}`);
    expect(rows[4]).toMatch(/^31,500 players breaks 3,420 ms ✗ 0 refusals /);
    for (const probe of evening.probes) expect(page).toContain(`<code>${probe.run}</code>`);
    expect(page).toContain(`<code>${evening.command}</code>`);
  });

  it("draws what is far beyond a limit at the edge, and says so", async () => {
    const far = probeOf(60_000, someRuns(PROMISED, { interruption_ms: [60_000] }));
    const cut = await capacityPage(someSearch((value) => (value > 31_234 ? { ...far, value } : someProbe(value))));
    expect(textOf(cut)).toContain("What is beyond 9,000 ms is drawn at the upper edge; the table below has the values.");
    expect(chart(cut, "interruption_ms p(99)&lt;=3000")).not.toMatch(/>\d\dk</);
    expect(textOf(cut)).toContain("20 times the limit");
    expect(textOf(page)).not.toContain("upper edge");
  });

  it("says when the answer is not monotone, when the limit lies beyond, and when nothing holds", async () => {
    const text = async (document: CapacityDocument): Promise<string> => textOf(await capacityPage(document));
    const island = someSearch((value) => someProbe(value, { holds: value < 30_000 || value > 40_000 }));
    expect(await text(island)).toContain("Not monotone: 47,500 and 60,000 hold although 30,200 players do not.");
    expect(await capacityPage(island)).toContain('<div class="verdict warn"');
    expect(await text(someSearch((value) => someProbe(value)))).toContain("Carries 60,000 players and more. All thresholds hold");
    const none = await capacityPage(someSearch((value) => someProbe(value, { holds: false })));
    expect(textOf(none)).toContain("Not even 10,000 players. There interruption_ms");
    expect(none).toContain('<div class="verdict bad"');
  });

  it("shows how to see a broken rule again, and lets no text become markup", async () => {
    const title = "<script>alert(1)</script>";
    const broke = {
      ...evening.broke!,
      metric: null,
      expression: null,
      rule: "HO4",
      message: "<b>two</b>",
      seed: 2,
      replay: "peerstead replay x",
    };
    const other = await capacityPage({ ...evening, title, broke });
    expect(textOf(other)).toContain("rule HO4 breaks on seed 2: <b>two");
    expect(other).toContain("<code>peerstead replay x</code>");
    expect(other).not.toContain(title);
  });

  it("DT1: is the same bytes whatever the wall time was", async () => {
    const slower = { ...evening, probes: evening.probes.map((probe) => ({ ...probe, wall_s: 99 })) };
    expect(await capacityPage(slower)).toBe(page);
  });

  it("asks the network for nothing and stays small", () => {
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page.length).toBeLessThan(400_000);
  });
});
