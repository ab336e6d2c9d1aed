/** The pages in a real browser: they open without a word of complaint, wide and narrow, light and dark, with and without scripts, and say what the JSON says. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunDocument } from "../document.ts";
import { overSeeds } from "../over-seeds.ts";
import { count } from "../summary-words.ts";

const MAIN = join(import.meta.dirname, "../../../src/cli/main.ts");
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserPath = process.env["CHROMIUM"] ?? BROWSERS.find((path) => existsSync(path));
const missing = browserPath === undefined && process.env["CI"] !== "true";

const WIDTHS = [360, 760, 1280] as const;

let folder = "";
let browser: Browser;
let document: RunDocument;
/** Everything a page complained of, and every address it asked for besides itself. */
let complaints: string[] = [];

async function open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() !== "log" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => !request.url().startsWith("file:") && complaints.push(`asked for ${request.url()}`));
  await page.goto(pathToFileURL(join(folder, "smoke", "crash-silent", file)).href);
  return page;
}

/** A script of the page, as text: the tests are checked without the names that only a browser knows. */
async function inPage<T>(page: Page, script: string): Promise<T> {
  return (await page.evaluate(script)) as T;
}

/** What a screen reader would stumble over, counted. */
const OUTLINE = `(() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const levels = all("h1,h2,h3").map((heading) => Number(heading.tagName[1]));
  return {
    jumps: levels.filter((level, i) => i > 0 && level > levels[i - 1] + 1).length,
    mains: all("main").length,
    twice: all("[id]").length - new Set(all("[id]").map((element) => element.id)).size,
    nameless: all("svg:not([role=img]):not([aria-hidden])").length + all("button").filter((button) => button.textContent.trim() === "").length,
    unlabelled: all("input,select").filter((field) => field.closest("label") === null).length,
    dead: all("a[href^='#']").filter((link) => document.querySelector(link.getAttribute("href")) === null).length,
  };
})()`;

describe.skipIf(missing)(`pages in a browser${missing ? " (left out: no Chromium here)" : ""}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "peerstead-pages-"));
    const ran = spawnSync(
      process.execPath,
      [MAIN, "run", "smoke/crash-silent", "--seeds", "1..3", "--report", folder, "--json", "--workers", "2"],
      {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    );
    expect(ran.stderr).toContain(`report: ${join(folder, "smoke", "crash-silent", "report.html")}`);
    document = JSON.parse(ran.stdout) as RunDocument;
    browser = await chromium.launch({ executablePath: browserPath ?? "chromium", args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("opens at every width and in both themes, nothing wider than the screen, without a complaint", async () => {
    complaints = [];
    for (const file of ["report.html", "look.html"]) {
      const page = await open(file);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const ground = await inPage<string>(page, "getComputedStyle(document.body).backgroundColor");
        expect(Number(/\d+/.exec(ground)?.[0]) > 128, `${file} in ${colorScheme}`).toBe(colorScheme === "light");
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          await page.waitForTimeout(50);
          expect(await inPage<number>(page, "document.documentElement.scrollWidth"), `${file} at ${width}`).toBeLessThanOrEqual(width);
        }
      }
      await page.context().close();
    }
    expect(complaints).toEqual([]);
  });

  it("says the figures of the document", async () => {
    const page = await open("report.html");
    const text = await page.innerText("main");
    const { players_online: players, vps_slots_needed: slots } = document.metrics;
    expect(await page.innerText(".figures li:nth-child(1) .value")).toBe(count(players?.max ?? -1));
    expect(await page.innerText(".figures li:nth-child(2) .value")).toBe(count(slots?.max ?? -1));
    expect(text).toContain(document.fingerprint);
    for (const run of document.runs) expect(text).toContain(run.fingerprint);
    for (const region of document.regions) expect(text).toContain(region.region);
    for (const fault of document.faults)
      expect(text.replaceAll(",", "")).toContain(`${fault.id}\t${fault.kind}\t${fault.applied}\t${fault.effects}`);
    expect(await page.locator("#moves tbody tr").count()).toBe(
      document.moves.slowest.length + document.moves.worst.length + document.moves.failed.length,
    );
    await page.context().close();
  });

  it("reads the series of the document under the pointer and with the arrow keys", async () => {
    const page = await open("report.html");
    const figures = await page.locator("figure[data-live]").count();
    expect(await page.locator("figure.alive").count()).toBe(figures);
    const live = page.locator("figure[data-live=players] .live");
    await live.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    const read = await page.locator("figure[data-live=players] .u-legend .u-value").allInnerTexts();
    const online = overSeeds(document, "players_online")?.median ?? [];
    const shown = Number((read[1] ?? "").split(" ")[0]?.replaceAll(",", ""));
    expect(online.some((value) => value !== null && Math.abs(value - shown) <= Math.max(0.5, value / 200))).toBe(true);
    await page.context().close();
  });

  it("shows every chart without scripts, and on paper", async () => {
    const bare = await open("report.html", { javaScriptEnabled: false });
    const drawings = await bare.locator("figure.chart svg[role=img]:visible").count();
    expect(drawings).toBe(await bare.locator("figure.chart").count());
    await bare.context().close();
    const paper = await open("report.html", { colorScheme: "dark" });
    await paper.emulateMedia({ media: "print" });
    expect(await paper.locator("figure.chart svg[role=img]:visible").count()).toBe(drawings);
    expect(await inPage<string>(paper, "getComputedStyle(document.body).color")).toBe("rgb(28, 36, 48)");
    await paper.context().close();
  });

  it("changes its theme by hand, charts included", async () => {
    const page = await open("report.html", { colorScheme: "light" });
    const ground = (): Promise<string> => inPage<string>(page, "getComputedStyle(document.body).backgroundColor");
    const before = await ground();
    await page.click("#theme");
    expect(await ground()).not.toBe(before);
    expect(await page.locator("figure.alive").count()).toBe(await page.locator("figure[data-live]").count());
    await page.click("#theme");
    expect(await ground()).toBe(before);
    await page.context().close();
  });

  it("names what a screen reader meets: headings in order, tables with heads, pictures with words, one main part", async () => {
    for (const file of ["report.html", "look.html"]) {
      const page = await open(file);
      const found = await inPage<object>(page, OUTLINE);
      expect(found, file).toEqual({ jumps: 0, mains: 1, twice: 0, nameless: 0, unlabelled: 0, dead: 0 });
      await page.context().close();
    }
  });

  it("is looked into: a click chooses a map and an instant, the slider moves in time, moves are told with their steps", async () => {
    const page = await open("look.html");
    await page.locator("#lanes").click({ position: { x: 400, y: 8 } });
    await page.waitForTimeout(100);
    const chosen = await page.innerText("#detail h3");
    const names = await inPage<string[]>(page, "JSON.parse(document.getElementById('data').textContent).story.maps.map((map) => map[1])");
    expect(names).toContain(chosen);
    await page.locator("#clock").fill("0");
    await page.waitForTimeout(100);
    expect(await page.innerText("#now")).toContain(`0:00:00: 0 maps on machines of players, 0 on the VPS, ${names.length} with nobody.`);
    await inPage(
      page,
      "(() => { const clock = document.getElementById('clock'); clock.value = clock.max; clock.dispatchEvent(new Event('input')); })()",
    );
    await page.waitForTimeout(100);
    expect(await page.innerText("#list")).toMatch(/\d:\d\d:\d\d \S+ .*→.*took/);
    await page.click("#machines");
    await page.waitForTimeout(100);
    expect(await page.innerText("#count")).toMatch(/^\d+ machines$/);
    await page.context().close();
  });

  it("leaves the same bytes for the same run, however many workers ran it", () => {
    const into = join(folder, "alone");
    spawnSync(process.execPath, [MAIN, "run", "smoke/crash-silent", "--seeds", "1..3", "--report", into, "--workers", "1"]);
    for (const file of ["report.html", "look.html"]) {
      const [first, second] = [folder, into].map((base) => readFileSync(join(base, "smoke", "crash-silent", file), "utf8"));
      expect(second).toBe(first);
    }
  });
});
