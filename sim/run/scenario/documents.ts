/** Reads scenario files with everything they extend. */
import { readdirSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { Located, LocatedMap, Place } from "./located.ts";
import { childOf, complain, merged, readYaml } from "./located.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";

/** Reads a text file; the error says in words why not. */
export type ReadText = (path: string) => Result<string, string>;

/** The scenarios that ship with Peerstead. */
export const SCENARIOS_DIR = fileURLToPath(new URL("../../../scenarios", import.meta.url));
/** What every scenario builds on, so that no default hides in code. */
const DEFAULTS_FILE = resolve(SCENARIOS_DIR, "presets/defaults.yaml");
const SCENARIO_FILE = /\.ya?ml$/;
/** Says about the file itself and is not inherited. */
const NOT_INHERITED = ["schema", "name", "title", "description", "extends"];

/** The file a user means by `capacity/evening-peak` or by a path that ends in .yaml or .yml. */
export function scenarioFile(reference: string): string {
  return SCENARIO_FILE.test(reference) ? resolve(reference) : resolve(SCENARIOS_DIR, `${reference}.yaml`);
}

/** How a path is shown: relative to the working directory when it lies inside. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") || isAbsolute(near) ? path : near;
}

/** The file with everything it extends merged below it, the defaults lowest. */
export function readScenarioDocument(path: string, readText: ReadText): Result<LocatedMap, Complaint[]> {
  const file = resolve(path);
  const nowhere: Place = { file: shownPath(file), line: 1, column: 1 };
  const own = readWithParents([file], nowhere, [], readText);
  if (!own.ok || file === DEFAULTS_FILE) return own;
  const defaults = readWithParents([DEFAULTS_FILE], nowhere, [], readText);
  if (!defaults.ok) return defaults;
  return ok(asMap(merged(inheritable(defaults.value), own.value, SCENARIO_SCHEMA)));
}

/** Reads the first of `places` that can be read, with its parents. `from` is where it was asked for. */
function readWithParents(
  places: readonly string[],
  from: Place,
  stack: readonly string[],
  readText: ReadText,
): Result<LocatedMap, Complaint[]> {
  const found = firstReadable(places, readText);
  if (!found.ok) return err([complain(from, `cannot read ${found.error}${hintFor(places, readText)}`)]);
  const { file, text } = found.value;
  if (stack.includes(file)) return err([complain(from, `extends goes in a circle: ${[...stack, file].map(shownPath).join(" → ")}`)]);
  const read = readYaml(shownPath(file), text);
  if (!read.ok) return read;
  const complaints: Complaint[] = [];
  let below: LocatedMap | undefined;
  for (const { path, at } of parentsOf(read.value)) {
    const parent = readWithParents(placesOfParent(file, path), at, [...stack, file], readText);
    if (!parent.ok) complaints.push(...parent.error);
    else below = below === undefined ? inheritable(parent.value) : asMap(merged(below, inheritable(parent.value), SCENARIO_SCHEMA));
  }
  if (complaints.length > 0) return err(complaints);
  return ok(below === undefined ? read.value : asMap(merged(below, read.value, SCENARIO_SCHEMA)));
}

/** The first file that can be read; else every place looked at, each with the reason why not. */
function firstReadable(places: readonly string[], readText: ReadText): Result<{ file: string; text: string }, string> {
  const reasons: string[] = [];
  for (const file of places) {
    const text = readText(file);
    if (text.ok) return ok({ file, text: text.value });
    reasons.push(`${shownPath(file)}: ${text.error}`);
  }
  return err(reasons.join("; nor "));
}

/** Where a file that `child` extends may be: beside the child, else among the shipped scenarios by the name that `run` takes. */
function placesOfParent(child: string, path: string): string[] {
  const beside = resolve(dirname(child), path);
  const shipped = scenarioAmongShipped(path);
  return shipped === undefined || shipped === beside ? [beside] : [beside, shipped];
}

/** The file of a shipped scenario or preset by its name; nothing for paths that lead out of their folder. */
function scenarioAmongShipped(name: string): string | undefined {
  const bare = name.replace(/^scenarios\//, "").replace(SCENARIO_FILE, "");
  const file = resolve(SCENARIOS_DIR, `${bare}.yaml`);
  const inside = relative(SCENARIOS_DIR, file);
  return isAbsolute(name) || isAbsolute(inside) || inside.startsWith("..") ? undefined : file;
}

/** The shipped scenario that was probably meant by places of which none can be read. */
function hintFor(places: readonly string[], readText: ReadText): string {
  const wanted = places.map(nameOfShipped).find((name) => name !== undefined);
  const near = wanted === undefined ? undefined : nearest(wanted, namesOfShipped(readText));
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** `capacity/evening-peak` of a file among the shipped scenarios, whether there is one or not. */
function nameOfShipped(file: string): string | undefined {
  const inside = relative(SCENARIOS_DIR, file);
  return isAbsolute(inside) || inside.startsWith("..") ? undefined : inside.replaceAll("\\", "/").replace(SCENARIO_FILE, "");
}

/** Names of everything shipped that can be extended: the files of presets hold named values and cannot. */
function namesOfShipped(readText: ReadText): string[] {
  const files = readdirSync(SCENARIOS_DIR, { recursive: true, encoding: "utf8" }).filter((file) => SCENARIO_FILE.test(file));
  const scenarios = files.filter((file) => {
    const text = readText(resolve(SCENARIOS_DIR, file));
    return text.ok && /^schema: peerstead-scenario\//m.test(text.value);
  });
  return scenarios.sort().flatMap((file) => nameOfShipped(resolve(SCENARIOS_DIR, file)) ?? []);
}

/** Paths under `extends`; values of another type are left to the schema. */
function parentsOf(document: LocatedMap): { path: string; at: Place }[] {
  const node = childOf(document, "extends");
  const leaves: readonly Located[] = node === undefined ? [] : node.kind === "list" ? node.items : [node];
  return leaves.flatMap((leaf) => (leaf.kind === "leaf" && typeof leaf.value === "string" ? [{ path: leaf.value, at: leaf.at }] : []));
}

function inheritable(document: LocatedMap): LocatedMap {
  return { ...document, entries: new Map([...document.entries].filter(([key]) => !NOT_INHERITED.includes(key))) };
}

function asMap(node: Located): LocatedMap {
  // Merging two mappings gives a mapping; the type of `merged` cannot say so.
  return node as LocatedMap;
}
