/** Shipped scenarios for tests: which there are, and one of them expanded with fields set anew. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { complaintText, err, ok } from "../../src/base/result.ts";
import type { Options } from "../options.ts";
import { SCENARIOS_DIR } from "./scenario/documents.ts";
import { type Expanded, loadScenario } from "./scenario/load.ts";

/** Names of the scenarios in a folder, as `run` takes them, sorted. */
export function shippedIn(folder: string): string[] {
  const files = readdirSync(join(SCENARIOS_DIR, folder)).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => `${folder}/${file.replace(/\.yaml$/, "")}`).sort();
}

/** The one point of a shipped scenario; `sets` are `path=value` as `--set` takes them. */
export function shipped(name: string, ...sets: string[]): Expanded {
  const read = (path: string) => {
    try {
      return ok(readFileSync(path, "utf8"));
    } catch (error) {
      return err(String(error));
    }
  };
  const pairs = sets.map((set) => ({ path: set.slice(0, set.indexOf("=")), value: set.slice(set.indexOf("=") + 1) }));
  const loaded = loadScenario(name, { sets: pairs, dataDir: null, readText: read });
  if (!loaded.ok) throw new Error(loaded.error.map(complaintText).join("\n"));
  const [only, ...others] = loaded.value;
  if (only === undefined || others.length > 0) throw new Error(`${name} is expected to have one point`);
  return only;
}

/** The seeds a scenario asks for. */
export function seedsOf({ seeds }: Expanded): number[] {
  return Array.from({ length: seeds.count }, (_, i) => seeds.from + i);
}

/** The same world with heartbeats sent one by one. */
export function eager(options: Options): Options {
  return { ...options, eagerHeartbeats: true };
}
