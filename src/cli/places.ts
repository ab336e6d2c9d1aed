/** Where things lie: the package, the scenarios shipped with it, the folder of a report. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nearest } from "../base/text/nearest.ts";
import { Failure } from "./failure.ts";

const SCENARIO_FILE = /\.ya?ml$/;
/** Presets are parts of scenarios, not scenarios. */
const NOT_RUN = new Set(["presets"]);

/** The folder of Peerstead's package.json, from the sources and from dist alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder) throw new Error("no package.json above the command");
    folder = above;
  }
  return folder;
}

/** Names of the scenarios in a package, as `run` takes them: `capacity/evening-peak`. Sorted. */
export function shippedScenarios(root: string): string[] {
  const folder = join(root, "scenarios");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SCENARIO_FILE.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/")
        .replace(SCENARIO_FILE, ""),
    )
    .filter((name) => !NOT_RUN.has(name.split("/")[0] ?? ""))
    .sort();
}

/**
 * The file that SCENARIO names: a path to a file, seen from `cwd`, or the name of a shipped scenario. Throws a {@link Failure} that names
 * the likeliest shipped scenario, or all of them.
 */
export function scenarioPath(name: string, cwd: string, root: string): string {
  const path = resolve(cwd, name);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const shipped = shippedScenarios(root);
  const bare = name.replace(/^scenarios\//, "").replace(SCENARIO_FILE, "");
  const known = shipped.includes(bare) ? bare : undefined;
  if (known !== undefined) {
    const file = join(root, "scenarios", known);
    return existsSync(`${file}.yaml`) ? `${file}.yaml` : `${file}.yml`;
  }
  const last = (each: string): string => each.split("/").at(-1) ?? each;
  const likely = nearest(bare, shipped) ?? shipped.find((each) => last(each) === nearest(last(bare), shipped.map(last)));
  if (likely !== undefined) throw new Failure(`no scenario ${name}; did you mean ${likely}?`);
  throw new Failure(`no scenario ${name}: neither a file nor one of ${shipped.join(", ") || "the shipped ones"}`);
}

/** The folder that keeps the report of a scenario: `<base>/<scenario>`, each part of the name made safe to be a folder. */
export function reportFolder(base: string, scenario: string): string {
  const parts = scenario
    .split("/")
    .map((part) => part.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^\.+/, ""))
    .filter((part) => part !== "");
  return join(base, ...(parts.length > 0 ? parts : ["scenario"]));
}

/**
 * Makes a folder now, with those above it. `release` takes away again what was made and is still empty, for when nothing came to be
 * written there. Throws what the system says where it cannot be made.
 */
export function heldFolder(folder: string): { release(): void } {
  const first = mkdirSync(folder, { recursive: true });
  return {
    release() {
      if (first === undefined) return;
      for (let each = resolve(folder); each.startsWith(resolve(first)); each = dirname(each)) {
        if (!existsSync(each)) continue;
        if (readdirSync(each).length > 0) return;
        rmdirSync(each);
      }
    },
  };
}
