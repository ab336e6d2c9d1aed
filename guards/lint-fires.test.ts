import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** A breach: the file it stands in, the rule that must see it, the code. */
type Breach = readonly [path: string, rule: string, code: string];

const IMPORTS = "eslint(no-restricted-imports)";
const GLOBALS = "eslint(no-restricted-globals)";
const PROPERTIES = "eslint(no-restricted-properties)";
const CORE = ["src/base/x.ts", "src/core/settings.ts", "src/core/protocol/x.ts", "src/core/hosting/x.ts", "src/core/actors/x.ts"];
const DETERMINISTIC = [...CORE, "src/runtime/x.ts", "sim/world/x.ts", "sim/checkers/x.ts"];

const each = (paths: readonly string[], rule: string, codes: readonly string[]): Breach[] =>
  paths.flatMap((path) => codes.map((code): Breach => [path, rule, code]));

const imports = (path: string, ...specifiers: string[]): Breach[] =>
  specifiers.map((specifier): Breach => [path, IMPORTS, `import type { T } from "${specifier}";\nexport type U = T;`]);

const BREACHES: readonly Breach[] = [
  ...imports("src/base/x.ts", "../core/settings.ts", "../runtime/x.ts", "node:fs", "yaml"),
  ...imports("src/core/settings.ts", "./hosting/x.ts", "../runtime/x.ts", "yaml"),
  ...imports("src/core/protocol/x.ts", "../hosting/x.ts", "../settings.ts", "../../runtime/x.ts", "node:crypto"),
  ...imports("src/core/hosting/x.ts", "../lobby/x.ts", "../actors/x.ts", "../../runtime/x.ts", "../../../sim/world/x.ts", "node:fs", "ws"),
  ...imports("src/core/actors/x.ts", "../../runtime/x.ts", "../../adapters/node/x.ts", "../../../sim/world/x.ts", "node:fs"),
  ...imports("src/runtime/x.ts", "../adapters/node/x.ts", "../compat/x.ts", "../../sim/world/x.ts", "node:timers", "ws"),
  ...imports("src/adapters/node/x.ts", "../../app/x.ts", "../../cli/x.ts", "../../compat/x.ts", "../../../sim/world/x.ts"),
  ...imports("src/compat/x.ts", "../core/hosting/x.ts", "../core/actors/x.ts", "../runtime/x.ts", "../../sim/world/x.ts"),
  ...imports("src/app/x.ts", "../cli/x.ts", "../../sim/world/x.ts", "../../bench/x.ts"),
  ...imports("src/cli/x.ts", "../../bench/x.ts", "../../guards/x.ts"),
  ...imports("sim/world/x.ts", "../../src/app/x.ts", "../../src/cli/x.ts", "../../src/compat/x.ts", "../../bench/x.ts", "node:fs", "yaml"),
  ...imports("sim/run/x.ts", "../../src/app/x.ts", "../../src/cli/x.ts", "../../bench/x.ts"),
  ...each(CORE, GLOBALS, [
    "export const a = Date.now();",
    "export const a = new Date();",
    "export const a = globalThis.Date;",
    "export const a = performance.now();",
    "export const a = Promise.resolve();",
    "export const a = new WeakRef({});",
    "setTimeout(() => 1, 1);",
    "queueMicrotask(() => 1);",
    "export const a = process.pid;",
    "console.log(1);",
  ]),
  ...each(["sim/world/x.ts", "sim/fleet/x.ts"], GLOBALS, ["export const a = Date.now();", "export const a = performance.now();"]),
  ...each(DETERMINISTIC, PROPERTIES, ["export const a = Math.random();", "export const a = Math.pow(2, 3);"]),
  ["src/core/hosting/x.ts", "import(no-default-export)", "export default 1;"],
  ["src/core/hosting/x.ts", "oxc(no-barrel-file)", 'export * from "./y.ts";'],
  ["src/core/hosting/x.ts", "typescript(no-explicit-any)", "export const a = (b: any) => [b];"],
  ["src/core/hosting/x.ts", "eslint(eqeqeq)", "export const a = (b: number) => b == 1;"],
  ["src/core/hosting/x.ts", "eslint(no-var)", "export var a = 1;"],
  ["src/core/hosting/x.ts", "eslint(prefer-const)", "let a = 1;\nexport const b = a;"],
  ["src/core/hosting/x.ts", "eslint(no-throw-literal)", 'export const a = () => {\n  throw "text";\n};'],
  ["src/core/hosting/x.ts", "eslint(max-lines)", "export let a = 1;\n" + "a += 1;\n".repeat(401)],
  ["src/core/hosting/x.ts", "eslint(max-lines-per-function)", `export function f(a: number) {\n${"  a += 1;\n".repeat(71)}  return a;\n}`],
  ["src/core/hosting/x.ts", "import(no-cycle)", 'import type { Y } from "./knows-x.ts";\nexport type X = Y;'],
];

/** Code that must pass: what the direction allows. */
const ALLOWED: readonly (readonly [path: string, specifiers: readonly string[]])[] = [
  ["src/core/hosting/x.ts", ["./y.ts", "../protocol/x.ts", "../settings.ts", "../sync-settings.ts", "../../base/x.ts"]],
  ["src/core/actors/x.ts", ["../hosting/x.ts", "../lobby/x.ts", "../settings.ts", "../../base/x.ts"]],
  ["src/runtime/x.ts", ["../core/actors/x.ts", "../core/protocol/x.ts", "../base/x.ts"]],
  ["src/adapters/node/x.ts", ["../../runtime/x.ts", "../../core/protocol/x.ts", "node:fs", "ws"]],
  ["src/compat/x.ts", ["../core/settings.ts", "../core/protocol/x.ts", "../base/x.ts", "node:zlib", "yaml"]],
  ["src/app/x.ts", ["../adapters/node/x.ts", "../compat/x.ts", "ws"]],
  ["src/cli/x.ts", ["../app/x.ts", "../../sim/run/x.ts", "commander"]],
  ["sim/world/x.ts", ["../../src/core/actors/x.ts", "../../src/runtime/x.ts", "../fleet/x.ts"]],
  ["sim/run/x.ts", ["../../src/compat/x.ts", "../world/x.ts", "node:fs", "yaml"]],
  ["src/core/hosting/x.test.ts", ["vitest", "fast-check", "./y.ts"]],
];

let box = "";
let seen: ReadonlySet<string> = new Set();

/** Every breach with the tree it is planted in: a tree holds one breach per file, so that none can hide another. */
const planted = BREACHES.map(([path, rule, code], i) => {
  const tree = String(BREACHES.slice(0, i).filter((earlier) => earlier[0] === path).length);
  return { tree, path, rule, code, title: code.slice(0, 60).split("\n")[0] };
});

function plant(tree: string, path: string, code: string): void {
  mkdirSync(dirname(join(box, tree, path)), { recursive: true });
  writeFileSync(join(box, tree, path), code);
}

/** What lint says of a tree under the project's own configuration, as `tree/path rule`. */
function lint(tree: string): string[] {
  cpSync(join(ROOT, ".oxlintrc.json"), join(box, tree, ".oxlintrc.json"));
  const program = join(ROOT, "node_modules", ".bin", "oxlint");
  const { stdout } = spawnSync(program, ["--format=json"], { cwd: join(box, tree), encoding: "utf8", maxBuffer: 1e8 });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  return diagnostics.map((d) => `${tree}/${d.filename} ${d.code}`);
}

beforeAll(() => {
  box = mkdtempSync(join(tmpdir(), "peerstead-lint-"));
  for (const { tree, path, code } of planted) {
    plant(tree, path, code);
    if (code.includes("knows-x")) plant(tree, "src/core/hosting/knows-x.ts", 'import type { X } from "./x.ts";\nexport type Y = X;');
    if (code.includes("./y.ts")) plant(tree, "src/core/hosting/y.ts", "export const y = 1;\n");
  }
  for (const [path, specifiers] of ALLOWED) {
    const lines = specifiers.map((s, i) => `import type { T as T${i} } from "${s}";\nexport type U${i} = T${i};\n`);
    plant("allowed", path, lines.join(""));
  }
  seen = new Set(["allowed", ...new Set(planted.map((p) => p.tree))].flatMap(lint));
});

afterAll(() => rmSync(box, { recursive: true, force: true }));

describe("lint sees a planted breach", () => {
  it.each(planted)("$path, $rule: $title", ({ tree, path, rule }) => {
    expect([...seen]).toContain(`${tree}/${path} ${rule}`);
  });

  it("and lets pass what the direction allows", () => {
    expect([...seen].filter((entry) => entry.startsWith("allowed/"))).toEqual([]);
  });
});
