import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Complaint, Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import { readBytes } from "../files.ts";

/** Files by path, with `/` between its parts. `root` is put in front of paths in complaints. */
export type Files = {
  readonly root: string;
  readonly paths: readonly string[];
  readonly read: (path: string) => Result<Uint8Array, Complaint>;
};

/** Where an rAthena keeps what is read here; a whole checkout has thousands of other files. */
const PLACES = ["db", "conf/battle", "conf/import", "npc/re/mobs", "npc/pre-re/mobs", "npc/mobs", "mobs"];
const DEPTH_MAX = 6;
const FILES_MAX = 20_000;
const FILE_BYTES_MAX = 128 * 1024 * 1024;

/**
 * The files of an rAthena (its own folder, or its `db` folder), or of any folder in which such files stand flat. Complains when the folder cannot
 * be read. Nothing outside it is read, but for the neighbours of a `db` folder.
 */
export function rathenaFolder(folder: string): Result<Files, Complaint> {
  const complain = (message: string): Result<never, Complaint> => err({ file: folder, line: 1, column: 1, message });
  try {
    if (!existsSync(folder)) return complain("cannot be read: there is no such file or folder");
    if (!statSync(folder).isDirectory()) return complain("expected a folder, found a file");
    const inside = basename(resolve(folder)) === "db" && !existsSync(join(folder, "db"));
    const root = inside ? dirname(resolve(folder)) : folder;
    const paths: string[] = [];
    list(root, "", 0, paths);
    list(root, "npc", 0, paths);
    for (const place of PLACES) list(root, place, DEPTH_MAX, paths);
    if (paths.length > FILES_MAX) return complain(`expected at most ${FILES_MAX} files, found more`);
    return ok({ root, paths, read: (path) => readBytes(join(root, path), FILE_BYTES_MAX) });
  } catch (problem) {
    return complain(`cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
}

/** Adds the files of a folder, and of those below it so many steps deep. */
function list(root: string, folder: string, depth: number, paths: string[]): void {
  const here = join(root, folder);
  if (!existsSync(here) || !statSync(here).isDirectory()) return;
  for (const name of readdirSync(here).sort()) {
    if (paths.length > FILES_MAX) return;
    const path = folder === "" ? name : `${folder}/${name}`;
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    if (found?.isFile() === true) paths.push(path);
    else if (found?.isDirectory() === true && depth > 0) list(root, path, depth - 1, paths);
  }
}
