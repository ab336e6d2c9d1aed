/**
 * Makes the README's picture of the report: `npm run picture`. It runs the default scenario if its report is not there, opens it in the machine's
 * Chromium and keeps what is seen first.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = join(import.meta.dirname, "..");
const report = join(root, "reports", "capacity", "evening-peak", "report.html");
const picture = join(root, "docs", "report.png");
/** A picture that is looked at in a README needs no more. */
const BYTES_MAX = 200_000;

if (!existsSync(report)) {
  const ran = spawnSync(process.execPath, [join(root, "src", "cli", "main.ts"), "run", "capacity/evening-peak"], {
    cwd: root,
    stdio: "inherit",
  });
  if (ran.status !== 0) process.exit(ran.status ?? 1);
}
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1120, height: 760 } });
await page.goto(pathToFileURL(report).href);
// The words stand in the README already; the picture shows the answer, the big figures and the first charts.
await page.addStyleTag({ content: "#words,#thresholds,#change,nav.bar,.again{display:none!important}" });
await page.waitForTimeout(300);
await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: 1120, height: 1050 }, fullPage: true });
await browser.close();
const { size } = statSync(picture);
console.log(`${picture}: ${Math.round(size / 1000)} kB`);
if (size > BYTES_MAX) throw new Error(`the picture has ${size} bytes; at most ${BYTES_MAX} belong into the repository`);
