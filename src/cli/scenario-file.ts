/** Opens a scenario for a command: finds the file, reads it with everything it extends, and complains in one form. */
import { resolve } from "node:path";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { err, type Result } from "../base/result.ts";
import { readText } from "../compat/files.ts";
import { counted, Failure } from "./failure.ts";
import { failurePoint, isFailureFile, readFailure } from "./failure-file.ts";
import type { Cli } from "./io.ts";
import { packageRoot, scenarioPath } from "./places.ts";
import { parseWhole } from "./seeds.ts";

/** What a command line says about a scenario besides its name. */
export type ScenarioFlags = { readonly set?: readonly string[]; readonly data?: string };

/** A field that the command line changes; `said` is the argument that says so. */
export type Setting = { readonly path: string; readonly value: string; readonly said: string };

/**
 * The points of a scenario, at least one; `sets` are laid over it in order, those of `--set` where not given. Throws a {@link Failure} that
 * lists every complaint.
 */
export async function openScenario(
  name: string,
  flags: ScenarioFlags,
  cli: Cli,
  sets: readonly Setting[] = parseSets("--set", flags.set),
): Promise<readonly Expanded[]> {
  const path = scenarioPath(name, cli.io.cwd, packageRoot());
  if (isFailureFile(path)) {
    if (sets.length > 0) throw new Failure(`${name} is a run that was; to try a change, edit the minimal.yaml beside it`);
    return [failurePoint(await readFailure(path), path)];
  }
  const dataDir = flags.data === undefined ? null : resolve(cli.io.cwd, flags.data);
  const { loadScenario } = await import("../../sim/run/scenario/load.ts");
  const loaded = loadScenario(path, { sets, dataDir, readText: readForScenario });
  if (!loaded.ok) throw new Failure(`${counted(loaded.error.length, "error")} in scenario ${name}`, loaded.error);
  return loaded.value;
}

/** The point that `--point` names, the first when it is not given. Throws a {@link Failure} for one that the sweep does not have. */
export function pointOf(points: readonly Expanded[], text: string | undefined): Expanded {
  const index = text === undefined ? 0 : parseWhole(text, 0, points.length - 1);
  const point = index === undefined ? undefined : points[index];
  if (point === undefined) throw new Failure(`--point ${text}: the scenario has ${counted(points.length, "point")}, counted from 0`);
  return point;
}

/** The loader puts a reason into a complaint of its own ("cannot read …: "), at the line that names the file. */
export function readForScenario(path: string): Result<string, string> {
  const read = readText(path);
  if (read.ok) return read;
  const { line, message } = read.error;
  return err(line > 1 ? `line ${line}: ${message}` : message.replace(/^cannot be read: /, ""));
}

/** `path=value` of every use of a flag. Throws a {@link Failure} for what is not of that form. */
export function parseSets(flag: string, texts: readonly string[] = []): Setting[] {
  return texts.map((text) => {
    const said = `${flag} ${text}`;
    const at = text.indexOf("=");
    if (at <= 0) throw new Failure(`${said}: expected path=value, for example fleet.hosts.count=500`);
    return { path: text.slice(0, at), value: text.slice(at + 1), said };
  });
}
