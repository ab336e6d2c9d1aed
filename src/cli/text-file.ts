/** Reads the files a command line names. */
import { resolve } from "node:path";
import { readText } from "../compat/files.ts";
import { Failure } from "./failure.ts";

/** The text of a file, its path seen from `cwd`; complaints about it use the path as the caller wrote it. Throws a {@link Failure}. */
export function openText(path: string, cwd: string): string {
  const read = readText(resolve(cwd, path));
  if (read.ok) return read.value;
  throw new Failure(`cannot use ${path}`, [{ ...read.error, file: path }]);
}
