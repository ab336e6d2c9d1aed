/**
 * The whole test command: every guard and every test lane, one after the other. Stops at the first step that fails.
 * The last line is the sum of the tests, `123 passed, 0 failed`; a failed step that is not a test counts as one failure.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

type Step = { readonly name: string; readonly command: readonly [string, ...string[]] };

const root = join(import.meta.dirname, "..");
const testReport = join(root, ".tsbuild", "vitest.json");

const steps: readonly Step[] = [
  { name: "types", command: ["tsc", "-b"] },
  { name: "lint", command: ["oxlint", "--deny-warnings"] },
  { name: "format", command: ["biome", "format", "--error-on-warnings"] },
  { name: "unused", command: ["knip", "--no-progress"] },
  { name: "tests", command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${testReport}`] },
  { name: "benches", command: ["node", "bench/main.ts", "--smoke"] },
];

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** Runs one step with its output shown as it comes; true when it ended with 0. */
function passes(step: Step): boolean {
  const [program, ...args] = step.command;
  console.log(`\n== ${step.name}: ${step.command.join(" ").replaceAll(`${root}/`, "")}`);
  const begun = performance.now();
  const path = [join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  const ended = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, PATH: path } });
  const ok = ended.status === 0;
  const why = ended.error?.message ?? (ended.signal === null ? `exit ${ended.status}` : `signal ${ended.signal}`);
  console.log(`== ${step.name}: ${ok ? "ok" : `FAILED (${why})`}, ${seconds(begun)}`);
  return ok;
}

/** What vitest counted; null when it left no report, because it did not run or broke before the end. */
function testCounts(): { passed: number; failed: number; skipped: number } | null {
  if (!existsSync(testReport)) return null;
  const report = JSON.parse(readFileSync(testReport, "utf8"));
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests };
}

rmSync(testReport, { force: true });
const begun = performance.now();
const broken = steps.find((step) => !passes(step));
const counts = testCounts() ?? { passed: 0, failed: 0, skipped: 0 };
// A step can fail without a failed test: lint, a file that does not load, an unhandled rejection.
const failed = broken === undefined ? counts.failed : Math.max(counts.failed, 1);
console.log(`\n== ${broken === undefined ? "all steps passed" : `stopped at: ${broken.name}`}, ${seconds(begun)}`);
console.log(`${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;
