/** Scenario runs in processes of their own, so that memory and compiled code of one measurement never weigh on the next. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunReport, RunRequest } from "./run-job.ts";

const SIDE = fileURLToPath(new URL("run-side.ts", import.meta.url));

/** Runs jobs in a new process. `flags` are for its Node. Rejects with what it said when it failed. */
export function runJobs(request: RunRequest, flags: readonly string[] = []): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, SIDE, JSON.stringify(request)], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let complaint = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    child.stderr.on("data", (text: Buffer) => (complaint = (complaint + text.toString()).slice(-4_000)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(said) as RunReport);
      else reject(new Error(`a run ended with ${signal ?? code}: ${complaint.trim()}`));
    });
  });
}
