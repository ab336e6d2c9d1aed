/**
 * Who may know whom (ARCHITECTURE, "Direction"): left never knows right, types count.
 *
 *     base <- protocol <- a room <- actors <- runtime <- adapters <- app <- cli;  sim beside app;  bench last
 */
import type { Parsed } from "./parsed.ts";
import { type Finding, isTest } from "./tree.ts";

/** Where a file lives, in the words of the direction. A room is `room:<name>`. */
export function areaOf(path: string): string {
  const [top = "", second = "", third = ""] = path.split("/");
  if (top === "sim") return second === "run" ? "sim/run" : "sim";
  if (top !== "src") return top;
  if (second !== "core") return second;
  if (third.endsWith(".ts")) return "settings";
  return third === "protocol" || third === "actors" ? third : `room:${third}`;
}

const LANGUAGE = ["base", "protocol", "settings"];
const LIVING = [...LANGUAGE, "room", "actors", "runtime"];
const SRC = [...LIVING, "adapters", "compat", "app", "cli"];

/** What each area knows besides itself. `room` stands for every room. */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ["base"],
  settings: ["base", "protocol"],
  room: LANGUAGE,
  actors: [...LANGUAGE, "room"],
  runtime: LIVING,
  adapters: LIVING,
  compat: LANGUAGE,
  app: [...LIVING, "adapters", "compat"],
  cli: [...SRC, "sim", "sim/run"],
  sim: [...LIVING, "adapters", "sim/run"],
  "sim/run": [...LIVING, "adapters", "compat", "sim"],
  bench: [...SRC, "sim", "sim/run"],
  guards: [],
};

/** Where libraries and `node:*` may stand. Tests may use them everywhere. */
const MAY_USE_LIBRARIES = new Set(["adapters", "compat", "app", "cli", "sim/run", "bench", "guards"]);

const kindOf = (area: string): string => (area.startsWith("room:") ? "room" : area);

function mayKnow(from: string, to: string): boolean {
  return from === to || (KNOWS[kindOf(from)] ?? []).includes(kindOf(to));
}

/** Imports against the direction, imports of tests, libraries in the wrong place, re-exports, relative imports without `.ts`. */
export function directionFindings(files: readonly Parsed[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    const from = areaOf(file.path);
    for (const found of file.imports) {
      const add = (rule: string, message: string): void => void findings.push({ rule, path: file.path, line: found.line, message });
      if (found.kind === "export") add("no-barrel", `re-exports ${found.specifier}; import it where it is used`);
      if (found.target === null) {
        if (!MAY_USE_LIBRARIES.has(from) && !isTest(file.path)) add("library-place", `${from} must not use ${found.specifier}`);
        continue;
      }
      if (!found.specifier.endsWith(".ts")) add("import-suffix", `${found.specifier} does not end in .ts`);
      if (isTest(found.target) && !(isTest(file.path) && found.target.endsWith(".fixture.ts")))
        add("import-of-test", `imports ${found.target}`);
      const to = areaOf(found.target);
      if (!mayKnow(from, to)) add("direction", `${from} must not know ${to} (${found.specifier})`);
      if (from === "cli" && to.startsWith("sim") && found.kind === "value" && !isTest(file.path)) {
        add("direction", `cli reaches sim by dynamic import only (${found.specifier})`);
      }
    }
  }
  return findings;
}
