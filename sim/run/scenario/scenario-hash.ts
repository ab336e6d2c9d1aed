/** What tells two expanded scenarios apart. */
import { createHash } from "node:crypto";
import type { Options } from "../../options.ts";

/**
 * SHA-256 of the options, 64 hex characters: the same for equal options, in whatever order their fields stand. Numbers count to the last bit
 * (JSON writes the shortest text that reads back as the same double).
 */
export function scenarioHash(options: Options): string {
  return createHash("sha256").update(JSON.stringify(options, sorted)).digest("hex");
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
