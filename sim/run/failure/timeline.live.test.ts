/** Timelines in a real browser: without a complaint, wide and narrow, light, dark and on paper, with and without scripts, and no word over another. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILING, type FailingName, failing, storyOf } from "./failing.fixture.ts";
import { timelinePage } from "./timeline.ts";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserPath = process.env["CHROMIUM"] ?? BROWSERS.find((path) => existsSync(path));
const missing = browserPath === undefined && process.env["CI"] !== "true";

const NAMES = Object.keys(FAILING) as FailingName[];
const WIDTHS = [360, 760, 1280] as const;

let folder = "";
let browser: Browser;
/** Everything a page complained of, and every address it asked for besides itself. */
let complaints: string[] = [];

async function open(name: FailingName, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => !request.url().startsWith("file:") && complaints.push(`asked for ${request.url()}`));
  await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  return page;
}

/** A script of the page, as text: the tests are checked without the names that only a browser knows. */
async function inPage<T>(page: Page, script: string): Promise<T> {
  return (await page.evaluate(script)) as T;
}

/** Words of a drawing that stand over each other or beyond its edge. */
const COLLISIONS = `[...document.querySelectorAll(".frame svg")].flatMap((svg) => {
  const edge = svg.getBoundingClientRect();
  const words = [...svg.querySelectorAll("text")].map((element) => ({ text: element.textContent, box: element.getBoundingClientRect() }));
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  return words.flatMap(({ text, box }, i) => [
    ...(box.left < edge.left - 0.5 || box.right > edge.right + 0.5 || box.bottom > edge.bottom + 0.5 ? ["beyond the edge: " + text] : []),
    ...words.slice(i + 1).filter((other) => over(box, other.box)).map((other) => text + " over " + other.text),
  ]);
})`;

/** What a screen reader would stumble over, counted. */
const OUTLINE = `(() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const levels = all("h1,h2,h3").map((heading) => Number(heading.tagName[1]));
  return {
    jumps: levels.filter((level, i) => i > 0 && level > levels[i - 1] + 1).length,
    twice: all("[id]").length - new Set(all("[id]").map((element) => element.id)).size,
    nameless: all("svg:not([aria-hidden]):not([aria-label])").length + all("[tabindex]:not([aria-label])").length,
    dead: all("a[href^='#']").filter((link) => document.querySelector(link.getAttribute("href")) === null).length,
  };
})()`;

describe.skipIf(missing)(`timelines in a browser${missing ? " (left out: no Chromium here)" : ""}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "peerstead-timelines-"));
    for (const name of NAMES) writeFileSync(join(folder, `${name}.html`), timelinePage(storyOf(failing(name))));
    browser = await chromium.launch({ executablePath: browserPath ?? "chromium", args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(NAMES)("%s: no complaint, nothing wider than the screen, no word over another, in both themes", async (name) => {
    complaints = [];
    const page = await open(name);
    expect(await inPage<string[]>(page, COLLISIONS)).toEqual([]);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const ground = await inPage<string>(page, "getComputedStyle(document.querySelector('.frame')).backgroundColor");
      expect(Number(/\d+/.exec(ground)?.[0]) > 128, colorScheme).toBe(colorScheme === "light");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        expect(await inPage<number>(page, "document.documentElement.scrollWidth"), `${width}`).toBeLessThanOrEqual(width);
      }
    }
    expect(await inPage<object>(page, OUTLINE)).toEqual({ jumps: 0, twice: 0, nameless: 0, dead: 0 });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("shows the instant of the violation without scrolling, on a wide screen", async () => {
    for (const name of NAMES) {
      const page = await open(name);
      const room = await inPage<number>(
        page,
        "(() => { const frame = document.querySelector('.lanes'); return frame.clientWidth - frame.scrollWidth; })()",
      );
      expect(room, name).toBeGreaterThanOrEqual(0);
      await page.context().close();
    }
  });

  it("leads from a step of the drawing to its words, without scripts", async () => {
    const page = await open("no-fence", { javaScriptEnabled: false });
    const { cone } = failing("no-fence");
    await page.locator(`.diagram a[href="#s${cone.violating}"]`).click();
    expect(page.url()).toMatch(new RegExp(`#s${cone.violating}$`));
    expect(await page.locator(`tr:has(#s${cone.violating})`).innerText()).toContain("HO3 broken");
    await page.context().close();
  });

  it("is whole on paper: dark letters, drawings as wide as the sheet, nothing cut off", async () => {
    const page = await open("release-lost", { colorScheme: "dark", viewport: { width: 700, height: 900 } });
    await page.emulateMedia({ media: "print" });
    expect(await inPage<string>(page, "getComputedStyle(document.body).color")).toBe("rgb(28, 36, 48)");
    const cut = await inPage<number[]>(
      page,
      "[...document.querySelectorAll('.frame,.table')].map((frame) => Math.max(frame.scrollWidth - frame.clientWidth, frame.scrollHeight - frame.clientHeight))",
    );
    expect(Math.max(...cut)).toBeLessThanOrEqual(1);
    const heights = await inPage<number[]>(
      page,
      "[...document.querySelectorAll('.lanes svg')].map((svg) => svg.getBoundingClientRect().height)",
    );
    expect(Math.abs((heights[0] ?? 0) - (heights[1] ?? -1)), "lanes stand beside their names").toBeLessThan(1.5);
    await page.context().close();
  });
});
