/** Writes what a command leaves in its report folder, and says where. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ReportFile } from "../../sim/run/report/run-report.ts";
import { complaintText } from "../base/result.ts";
import { writeWhole } from "../compat/files.ts";
import { say, type Io } from "./io.ts";

/** Writes all files, each whole, in folders of their own where their names say so. False when one could not be written; stderr says which and why. */
export function writeAll(folder: string, files: readonly ReportFile[], io: Io): boolean {
  for (const { name, text } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const written = writeWhole(join(folder, name), text);
    if (written.ok) continue;
    say(io.stderr, complaintText(written.error));
    return false;
  }
  return true;
}

/** Says where the document stands and, last and easy to find, which page to open. */
export function sayFiles(folder: string, files: readonly ReportFile[], io: Io): void {
  for (const { name } of files.filter((file) => file.name.endsWith(".json"))) say(io.stderr, `document: ${join(folder, name)}`);
  const page = files.find((file) => file.name.endsWith(".html"));
  if (page !== undefined) say(io.stderr, `report: ${join(folder, page.name)}`);
}
