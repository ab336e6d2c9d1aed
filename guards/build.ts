/**
 * Compiles src and sim to `dist`, anew each time: Node does not strip types below node_modules, so a package needs JavaScript.
 * `dist` has the shape of the repository and what the program reads beside it, so paths seen from a module hold in both.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, "node_modules", ".bin", "tsc");
const compiled = spawnSync(compiler, ["-p", "tsconfig.build.json"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

for (const path of ["conf", "scenarios", "SPEC.md"]) cpSync(join(root, path), join(dist, path), { recursive: true });
const { name, version, type } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
writeFileSync(join(dist, "package.json"), `${JSON.stringify({ name, version, type, private: true }, null, 2)}\n`);

// A shell starts an installed command by its first line.
const command = join(dist, "src", "cli", "main.js");
const text = readFileSync(command, "utf8");
if (!text.startsWith("#!")) writeFileSync(command, `#!/usr/bin/env node\n${text}`);
