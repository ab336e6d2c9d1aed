import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { SecretSources } from "./sync-conf/secrets.ts";

/** A file with a secret may have this many bytes. */
const BYTES_MAX = 64 * 1024;

/** The process's own sources of secrets: its environment, and files as seen from the conf's folder or from `cwd`. */
export function secretSources(conf: string, cwd: string, environment: Readonly<Record<string, string | undefined>>): SecretSources {
  const folder = dirname(resolve(cwd, conf));
  return {
    environment: (name) => environment[name],
    file: (path, seenFrom) => readSecretFile(resolve(seenFrom === "conf" ? folder : cwd, path)),
  };
}

/** The text of a small regular file; a pipe or device could keep us waiting. Says why not as the end of a sentence, and nothing of the content. */
export function readSecretFile(path: string): Result<string, string> {
  try {
    // A pipe that nobody writes to would otherwise keep us at the door. Systems without this flag ignore it.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return err("is no regular file");
      const bytes = Buffer.alloc(BYTES_MAX + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null);
      if (length > BYTES_MAX) return err(`has more than ${BYTES_MAX} bytes`);
      const content = bytes.subarray(0, length);
      return isUtf8(content) ? ok(content.toString("utf8")) : err("is not UTF-8 text");
    } finally {
      closeSync(file);
    }
  } catch (problem) {
    return err(reasonOf(problem));
  }
}

function reasonOf(problem: unknown): string {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read";
  return `cannot be read${code === "" ? "" : ` (${code})`}`;
}
