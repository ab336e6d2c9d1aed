/** The tree as text: what every tidy rule reads. Rules are functions over these files, so a test can plant any tree. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One file; `path` is relative to the root, with forward slashes. */
export type TextFile = { readonly path: string; readonly text: string };

/** A broken rule and where. Lines count from 1. */
export type Finding = { readonly rule: string; readonly path: string; readonly line: number; readonly message: string };

/** `path:line: [rule] message`, as editors and terminals understand it. */
export function findingText(f: Finding): string {
  return `${f.path}:${f.line}: [${f.rule}] ${f.message}`;
}

/** The line, from 1, in which `offset` of `text` stands. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

const LEFT_OUT = new Set([".git", ".tsbuild", "node_modules", "dist", "reports", "package-lock.json"]);
const TEXT = /\.(ts|md|json|yaml|yml|conf|sql|csv|cc|py|sh)$|(^|\/)(run|LICENSE|\.[a-z]+)$/;

/** Every text file under `root` that belongs to the project, sorted by path. */
export function readTree(root: string): TextFile[] {
  const files: TextFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (TEXT.test(path)) files.push({ path, text: readFileSync(join(root, path), "utf8") });
    }
  };
  visit("");
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Source code of the project (tests, benches and guards included). */
export function isCode(path: string): boolean {
  return /^(src|sim|bench|guards)\/.*\.ts$/.test(path);
}

/** A test of any lane, or a fixture: a module that only tests load. */
export function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path);
}
