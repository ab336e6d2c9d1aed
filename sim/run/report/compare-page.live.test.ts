/** The page of a comparison in a real browser: it opens without a word of complaint at every width, and nothing on it is wider than the screen. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { expect, it } from "vitest";
import { compared, runsOf } from "../compare/compare.fixture.ts";
import { comparePage } from "./compare-page.ts";

const browserPath = process.env["CHROMIUM"] ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

it.skipIf(browserPath === undefined && process.env["CI"] !== "true")(
  "fits phones and wide screens, light and dark",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "peerstead-compare-page-"));
    const browser = await chromium.launch({ executablePath: browserPath ?? "chromium", args: ["--no-sandbox"] });
    try {
      const file = join(folder, "compare.html");
      const a = runsOf(12, (seed) => ({ rtt_ms: [50 + seed], player_hours: [100], stall_ms: [10] }));
      const b = runsOf(12, (seed) => ({ rtt_ms: [60 + seed], player_hours: [103 + (seed % 3)], stall_ms: [90] }));
      writeFileSync(file, await comparePage(compared(a, b)));
      const complaints: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ colorScheme });
        const page = await context.newPage();
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(String(error)));
        await page.goto(pathToFileURL(file).href);
        for (const width of [360, 760, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await page.evaluate("document.documentElement.scrollWidth"), `${colorScheme} at ${width}`).toBeLessThanOrEqual(width);
        }
        expect(await page.locator("figure.chart svg[role=img]:visible").count()).toBe(await page.locator("figure.chart").count());
        await context.close();
      }
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);
