import { isUtf8 } from "node:buffer";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Complaint, Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";

/** A file may unpack to this many bytes: a small one must not fill the memory. */
const BYTES_MAX = 512 * 1024 * 1024;
const LINE_FEED = 10;

/** The text of a UTF-8 file, unpacked when its name ends in `.gz`. Complains when it cannot be read, unpacked, or is not UTF-8. */
export function readText(path: string): Result<string, Complaint> {
  let bytes: Buffer;
  try {
    const raw = readFileSync(path);
    bytes = path.endsWith(".gz") ? gunzipSync(raw, { maxOutputLength: BYTES_MAX }) : raw;
  } catch (problem) {
    return err({ file: path, line: 1, column: 1, message: `cannot be read: ${reasonOf(problem)}` });
  }
  if (bytes.length > BYTES_MAX)
    return err({ file: path, line: 1, column: 1, message: `expected at most ${BYTES_MAX} bytes, found ${bytes.length}` });
  if (!isUtf8(bytes))
    return err({ file: path, line: firstForeignLine(bytes), column: 1, message: "expected UTF-8 text, found other bytes on this line" });
  return ok(bytes.toString("utf8"));
}

/** The bytes of a file. Complains when it cannot be read or has more than `max` of them. */
export function readBytes(path: string, max: number): Result<Uint8Array, Complaint> {
  try {
    const { size } = statSync(path);
    if (size > max) return err({ file: path, line: 1, column: 1, message: `expected at most ${max} bytes, found ${size}` });
    return ok(readFileSync(path));
  } catch (problem) {
    return err({ file: path, line: 1, column: 1, message: `cannot be read: ${reasonOf(problem)}` });
  }
}

/**
 * Writes a file whole or not at all: into a neighbour first, flushed to the disk, then renamed over the old one, and the rename flushed too.
 * Complains when the disk refuses; the old file is untouched then.
 */
export function writeWhole(path: string, text: string): Result<void, Complaint> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(draft, "w", 0o644);
    try {
      const bytes = Buffer.from(text, "utf8");
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    flushFolder(dirname(path));
    return ok(undefined);
  } catch (problem) {
    rmSync(draft, { force: true });
    return err({ file: path, line: 1, column: 1, message: `cannot be written: ${reasonOf(problem)}` });
  }
}

/** Without this a crash could forget the rename although the file itself was flushed. */
function flushFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function firstForeignLine(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end;
    if (!isUtf8(bytes.subarray(from, to))) return line;
    from = to + 1;
  }
  return line;
}

function reasonOf(problem: unknown): string {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
  if (code === "ENOENT") return "there is no such file or folder";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOTDIR") return "a part of its path is no folder";
  if (code === "Z_BUF_ERROR") return "its packed content ends too early";
  if (code === "Z_DATA_ERROR") return "its content is not gzip, or damaged";
  if (code === "ERR_BUFFER_TOO_LARGE") return `it unpacks to more than ${BYTES_MAX} bytes`;
  if (code === "EACCES" || code === "EPERM") return "access is denied";
  return problem instanceof Error ? problem.message : String(problem);
}
