/** The command as a process of its own: what only the operating system can show. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MAIN = join(import.meta.dirname, "main.ts");

describe("the process", () => {
  it("ends with the command's code and keeps stdout for the answer", () => {
    const told = spawnSync(process.execPath, [MAIN, "conf", "check", "no-such-file", "--json"], { encoding: "utf8" });
    expect(told.status).toBe(1);
    expect(JSON.parse(told.stdout)).toHaveProperty("error.message");
    expect(told.stderr).toContain("peerstead: cannot use no-such-file");
    expect(told.stderr).not.toMatch(/^\s+at /m);
  });

  it("is quiet when its reader leaves", async () => {
    const child = spawn(process.execPath, [MAIN, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("ends with 130 on Ctrl-C in the middle of a run, and writes nothing", async () => {
    const reports = mkdtempSync(join(tmpdir(), "peerstead-process-"));
    const child = spawn(process.execPath, [MAIN, "run", "capacity/hundred-thousand", "--report", reports], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    // The first line of progress shows that the workers are at work.
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect(readdirSync(reports)).toEqual([]);
    rmSync(reports, { recursive: true });
  });
});
