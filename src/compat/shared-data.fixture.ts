import { existsSync } from "node:fs";
import { join } from "node:path";
import { readText } from "./files.ts";

const candidates = [process.env["PEERSTEAD_DATA"], join(import.meta.dirname, "../../../shared/data")];

/** The folder with real files that are no part of the project, or undefined where there is none; tests that need it skip then. */
export const sharedData = candidates.find((path) => path !== undefined && existsSync(path));

/** The text of one of its files. */
export function sharedText(path: string): string {
  const read = readText(join(sharedData ?? "", path));
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
