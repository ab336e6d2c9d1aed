import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** A small house: each file stands in a project of its own and imports what the direction allows. */
const HOUSE: Readonly<Record<string, string>> = {
  "src/base/x.ts": "export type Base = 1;\n",
  "src/core/settings.ts": 'import type { Base } from "../base/x.ts";\nexport type Settings = Base;\n',
  "src/core/protocol/x.ts": 'import type { Base } from "../../base/x.ts";\nexport type Protocol = Base;\n',
  "src/core/hosting/x.ts": 'import type { Settings } from "../settings.ts";\nexport type Room = Settings;\n',
  "src/core/actors/x.ts": 'import type { Room } from "../hosting/x.ts";\nexport type Actor = Room;\n',
  "src/runtime/x.ts": 'import type { Actor } from "../core/actors/x.ts";\nexport type Runtime = Actor;\n',
  "src/adapters/node/x.ts": 'import type { Runtime } from "../../runtime/x.ts";\nexport type Adapter = [Runtime, NodeJS.Timeout];\n',
  "src/compat/x.ts": 'import type { Settings } from "../core/settings.ts";\nexport type Compat = Settings;\n',
  "src/app/x.ts":
    'import type { Adapter } from "../adapters/node/x.ts";\nimport type { Compat } from "../compat/x.ts";\nexport type App = [Adapter, Compat];\n',
  "sim/x.ts": 'import type { Adapter } from "../src/adapters/node/x.ts";\nexport type Sim = Adapter;\n',
  "src/cli/x.ts": 'import type { Sim } from "../../sim/x.ts";\nimport type { App } from "../app/x.ts";\nexport type Cli = [Sim, App];\n',
  "bench/x.ts": 'import type { Cli } from "../src/cli/x.ts";\nexport type Bench = Cli;\n',
};

/** What must not compile: beside which file, and the code. */
const BREACHES: readonly (readonly [path: string, code: string])[] = [
  ...[
    "src/base/x.ts",
    "src/core/settings.ts",
    "src/core/protocol/x.ts",
    "src/core/hosting/x.ts",
    "src/core/actors/x.ts",
    "src/runtime/x.ts",
  ].flatMap((path) => [
    [path, "setTimeout(() => 1, 1);"] as const,
    [path, "console.log(1);"] as const,
    [path, "export const a = process.pid;"] as const,
    [path, "export const a = performance.now();"] as const,
    [path, 'import "node:fs";'] as const,
    [path, "export type D = Document;"] as const,
  ]),
  ["src/base/x.ts", 'export type { Protocol } from "../core/protocol/x.ts";'],
  ["src/core/protocol/x.ts", 'export type { Room } from "../hosting/x.ts";'],
  ["src/core/hosting/x.ts", 'export type { Actor } from "../actors/x.ts";'],
  ["src/core/actors/x.ts", 'export type { Runtime } from "../../runtime/x.ts";'],
  ["src/runtime/x.ts", 'export type { Adapter } from "../adapters/node/x.ts";'],
  ["src/adapters/node/x.ts", 'export type { App } from "../../app/x.ts";'],
  ["src/compat/x.ts", 'export type { Room } from "../core/hosting/x.ts";'],
  ["src/app/x.ts", 'export type { Sim } from "../../sim/x.ts";'],
  ["sim/x.ts", 'export type { App } from "../src/app/x.ts";'],
  ["src/cli/x.ts", 'export type { Bench } from "../../bench/x.ts";'],
  ["src/core/hosting/x.ts", "export function f(): void {\n  const unused = 1;\n}"],
  ["src/core/hosting/x.ts", "export enum E {}"],
  ["src/core/hosting/x.ts", 'export type { Protocol } from "../protocol/x";'],
];

/** Each breach in a file of its own beside the file it names, so that one run of the compiler judges them all. */
const planted = BREACHES.map(([path, code], i) => ({ path: `${dirname(path)}/breach-${i}.ts`, code }));

let box = "";
let before: readonly string[] = [];
let after: readonly string[] = [];

function write(path: string, text: string): void {
  mkdirSync(dirname(join(box, path)), { recursive: true });
  writeFileSync(join(box, path), text);
}

/** The files `tsc -b` complains about. */
function complaints(): string[] {
  const { stdout } = spawnSync(join(ROOT, "node_modules", ".bin", "tsc"), ["-b", "--pretty", "false"], { cwd: box, encoding: "utf8" });
  return [...stdout.matchAll(/^(\S+?)(?:\(\d+,\d+\))?: error TS/gm)].map((match) => match[1] ?? "");
}

beforeAll(() => {
  box = mkdtempSync(join(tmpdir(), "peerstead-types-"));
  for (const path of globSync(["tsconfig*.json", "{src,sim,bench,guards}/**/tsconfig.json", "package.json"], { cwd: ROOT })) {
    cpSync(join(ROOT, path), join(box, path));
  }
  symlinkSync(join(ROOT, "node_modules"), join(box, "node_modules"));
  write("vitest.config.ts", "export {};\n");
  for (const [path, code] of Object.entries(HOUSE)) write(path, code);
  before = complaints();
  for (const { path, code } of planted) write(path, `${code}\n`);
  after = complaints();
});

afterAll(() => rmSync(box, { recursive: true, force: true }));

describe("the type check by projects", () => {
  it("accepts what the direction allows", () => {
    expect(before).toEqual([]);
  });

  it.each(planted)("rejects $path: $code", ({ path }) => {
    expect(after).toContain(path);
  });
});
