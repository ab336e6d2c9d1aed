import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { circlesOf } from "./circles.ts";
import { tidyFindings } from "./tidy.ts";
import { findingText, readTree } from "./tree.ts";

/** A small tree that breaks nothing. */
const CLEAN: Readonly<Record<string, string>> = {
  "SPEC.md": "# Rules\n\n- **HO1** one host.\n",
  "scenarios/smoke/quiet.yaml": "schema: x\n",
  "src/base/list.ts": "/** A list. */\nexport type List = readonly number[];\n",
  "src/core/protocol/ids.ts": 'import type { List } from "../../base/list.ts";\n/** Ids. */\nexport type Ids = List;\n',
  "src/core/settings.ts": 'import type { Ids } from "./protocol/ids.ts";\n/** Settings. */\nexport type Settings = { ids: Ids };\n',
  "src/core/hosting/score.ts":
    'import type { Settings } from "../settings.ts";\n/** Points. */\nexport function score(s: Settings): number {\n  return s.ids.length;\n}\n',
  "src/core/lobby/votes.ts": "/** Votes. */\nexport const votes = 1;\n",
  "src/core/actors/host.ts":
    'import { score } from "../hosting/score.ts";\nimport { votes } from "../lobby/votes.ts";\n/** A host. */\nexport const host = [score, votes];\n',
  "src/runtime/drive.ts": 'import { host } from "../core/actors/host.ts";\n/** Drives. */\nexport const drive = host;\n',
  "src/adapters/node/timers.ts":
    'import "node:timers";\nimport { drive } from "../../runtime/drive.ts";\n/** Timers. */\nexport const timers = drive;\n',
  "src/compat/conf.ts":
    'import "yaml";\nimport type { Settings } from "../core/settings.ts";\n/** Reads. */\nexport type Read = () => Settings;\n',
  "src/app/serve.ts":
    'import { timers } from "../adapters/node/timers.ts";\nimport type { Read } from "../compat/conf.ts";\n/** Serves. */\nexport const serve = [timers] as const satisfies unknown;\n/** */\nexport type R = Read;\n',
  "src/cli/main.ts": 'import { serve } from "../app/serve.ts";\nconst run = await import("../../sim/run/run.ts");\nrun.run(serve);\n',
  "sim/world/clock.ts": 'import { drive } from "../../src/runtime/drive.ts";\n/** Now. */\nexport const now = drive;\n',
  "sim/run/run.ts":
    'import "node:fs";\nimport { now } from "../world/clock.ts";\n/** Runs. */\nexport const run = (x: unknown) => [x, now, new URL(x ? "./worker.ts" : "./worker.js", import.meta.url)];\n',
  "sim/run/worker.ts": 'import type { Read } from "../../src/compat/conf.ts";\nexport type {};\nconst r: Read | null = null;\nr;\n',
  "sim/run/smoke.test.ts":
    'import { it } from "vitest";\nimport { run } from "./run.ts";\nit("HO1 holds in scenarios/smoke", () => void run(1));\n',
};

/** The rules broken once `planted` is laid over the clean tree (null removes a file), as `rule path:line`. */
function broken(planted: Readonly<Record<string, string | null>>): string[] {
  const files = Object.entries({ ...CLEAN, ...planted }).flatMap(([path, text]) => (text === null ? [] : [{ path, text }]));
  return tidyFindings(files).map((f) => `${f.rule} ${f.path}:${f.line}`);
}

/** The clean file with more lines at its end. */
function grown(path: string, ...lines: string[]): Record<string, string> {
  return { [path]: `${CLEAN[path]}${lines.join("\n")}\n` };
}

/** Line number of the first line that {@link grown} adds. */
const lastLine = (path: string): number => (CLEAN[path] ?? "").split("\n").length;

describe("the tree", () => {
  it("keeps every tidy rule", () => {
    expect(tidyFindings(readTree(join(import.meta.dirname, ".."))).map(findingText)).toEqual([]);
  });
});

describe("a planted breach is found", () => {
  it("and the clean tree has none", () => {
    expect(broken({})).toEqual([]);
  });

  it.each([
    ["a room knows another", "src/core/hosting/score.ts", "../lobby/votes.ts"],
    ["a room knows actors", "src/core/lobby/votes.ts", "../actors/host.ts"],
    ["base knows the protocol", "src/base/list.ts", "../core/protocol/ids.ts"],
    ["the protocol knows the settings", "src/core/protocol/ids.ts", "../settings.ts"],
    ["the core knows runtime", "src/core/actors/host.ts", "../../runtime/drive.ts"],
    ["runtime knows an adapter", "src/runtime/drive.ts", "../adapters/node/timers.ts"],
    ["an adapter knows app", "src/adapters/node/timers.ts", "../../app/serve.ts"],
    ["compat knows a room", "src/compat/conf.ts", "../core/hosting/score.ts"],
    ["compat knows runtime", "src/compat/conf.ts", "../runtime/drive.ts"],
    ["app knows sim", "src/app/serve.ts", "../../sim/world/clock.ts"],
    ["sim knows app", "sim/run/run.ts", "../../src/app/serve.ts"],
    ["sim outside run knows compat", "sim/world/clock.ts", "../../src/compat/conf.ts"],
    ["src knows the guards", "src/cli/main.ts", "../../guards/tree.ts"],
  ])("direction: %s, even by a type", (_, path, specifier) => {
    const added = `direction ${path}:${lastLine(path)}`;
    expect(broken(grown(path, `import type * as x from "${specifier}";`))).toContain(added);
    expect(broken(grown(path, `import * as x from "${specifier}";`))).toContain(added);
    expect(broken(grown(path, `await import("${specifier}");`))).toContain(added);
    expect(broken(grown(path, `type Y = import("${specifier}").Y;`))).toContain(added);
  });

  it("direction: cli imports sim other than dynamically", () => {
    const path = "src/cli/main.ts";
    expect(broken(grown(path, 'import { now } from "../../sim/world/clock.ts";'))).toEqual([`direction ${path}:${lastLine(path)}`]);
    expect(broken(grown(path, 'import type { now } from "../../sim/world/clock.ts";'))).toEqual([]);
  });

  it.each(["src/base/list.ts", "src/core/hosting/score.ts", "src/runtime/drive.ts", "sim/world/clock.ts"])("library-place: %s", (path) => {
    expect(broken(grown(path, 'import "node:fs";'))).toEqual([`library-place ${path}:${lastLine(path)}`]);
    expect(broken(grown(path, 'import type { X } from "yaml";'))).toEqual([`library-place ${path}:${lastLine(path)}`]);
  });

  it("import-suffix, import-of-test, no-barrel", () => {
    expect(broken(grown("src/core/lobby/votes.ts", 'import "./votes";'))).toEqual(["import-suffix src/core/lobby/votes.ts:3"]);
    expect(broken({ "sim/run/a.test.ts": 'import "./smoke.test.ts";' })).toEqual(["import-of-test sim/run/a.test.ts:1"]);
    const fixture = { "sim/run/worker.fixture.ts": "export {};" };
    expect(broken({ ...fixture, ...grown("sim/world/clock.ts", 'import "../run/worker.fixture.ts";') })).toContain(
      "import-of-test sim/world/clock.ts:4",
    );
    expect(broken({ ...fixture, "sim/run/a.test.ts": 'import "./worker.fixture.ts";' })).toEqual([]);
    expect(broken({ "src/core/lobby/a.test.ts": 'export { votes } from "./votes.ts";' })).toEqual(["no-barrel src/core/lobby/a.test.ts:1"]);
    expect(broken({ "src/core/lobby/a.test.ts": 'export * from "./votes.ts";' })).toEqual(["no-barrel src/core/lobby/a.test.ts:1"]);
  });

  it("file-circle and folder-circle, by types alone", () => {
    const [a, b] = ["src/core/lobby/votes.ts", "src/core/lobby/talk.ts"];
    expect(broken({ ...grown(a, 'import type {} from "./talk.ts";'), [b]: 'import type {} from "./votes.ts";' })).toEqual([
      `file-circle ${b}:1`,
    ]);
    const folders = {
      "src/core/lobby/chat/ring.ts": 'import type {} from "../talk/votes.ts";',
      "src/core/lobby/talk/votes.ts": 'import type {} from "../chat/words.ts";',
      "src/core/lobby/chat/words.ts": "export type {};",
      ...grown("src/core/actors/host.ts", 'import type {} from "../lobby/chat/ring.ts";'),
    };
    expect(broken(folders)).toEqual(["folder-circle src/core/lobby/chat:1"]);
    const inside = {
      ...folders,
      "src/core/lobby/talk/votes.ts": 'import type {} from "../votes.ts";',
      ...grown("src/core/lobby/votes.ts", 'import type {} from "./chat/words.ts";'),
    };
    expect(broken(inside)).toEqual([]);
  });

  it("circles of a graph are found whole", () => {
    const graph = new Map(
      Object.entries({ a: ["b"], b: ["c", "d"], c: ["a"], d: ["e"], e: ["d"], f: ["a"] }).map(([k, v]) => [k, new Set(v)]),
    );
    expect(circlesOf(graph)).toEqual([
      ["d", "e"],
      ["a", "b", "c"],
    ]);
  });

  it("dead-file: unused, or used by tests alone in the middle of the house", () => {
    const [dead, test] = ["src/core/lobby/dead.ts", "src/core/lobby/dead.test.ts"];
    expect(broken({ [dead]: "export {};" })).toEqual([`dead-file ${dead}:1`]);
    expect(broken({ [dead]: "export {};", [test]: 'import "./dead.ts";' })).toEqual([`dead-file ${dead}:1`]);
    const edge = { "src/adapters/node/x.ts": "export {};", "src/adapters/node/x.test.ts": 'import "./x.ts";' };
    expect(broken(edge)).toEqual([]);
  });

  it("dead-file: a file that a URL names is started as a program of its own", () => {
    const side = { "bench/lib/side.ts": "export {};" };
    const bench = (url: string): Record<string, string> => ({ ...side, "bench/x.bench.ts": `export const side = ${url};` });
    expect(broken(bench('new URL("lib/side.ts", import.meta.url)'))).toEqual([]);
    expect(broken(bench('new URL("./lib/side.ts", import.meta.url)'))).toEqual([]);
    for (const other of [
      'new URL("lib/side.ts", "https://x.example")',
      'new URL("/lib/side.ts", import.meta.url)',
      'new URL("x:lib/side.ts", import.meta.url)',
    ]) {
      expect(broken(bench(other))).toEqual(["dead-file bench/lib/side.ts:1"]);
    }
  });

  it.each([
    "async function f() {}",
    "const f = async () => {};",
    "await 1;",
    "for await (const x of y) {}",
    "let p: Promise<void>;",
    "let w: WeakRef<object>;",
    "let d: Date;",
  ])("core-synchronous: %s", (line) => {
    for (const path of ["src/base/list.ts", "src/core/hosting/score.ts"]) {
      expect(broken(grown(path, line))).toContain(`core-synchronous ${path}:${lastLine(path)}`);
      expect(broken({ [path.replace(".ts", ".test.ts")]: line })).toEqual([]);
    }
    expect(broken(grown("src/adapters/node/timers.ts", line))).toEqual([]);
  });

  it.each([
    ["no-power", "let a = 2 ** 3;"],
    ["no-power", "let a = 2; a **= 3;"],
    ["no-power", "let a = Math.pow(2, 3);"],
    ["no-locale", 'let a = "a".localeCompare("b");'],
    ["no-locale", "let a = (1).toLocaleString();"],
  ])("%s: %s", (rule, line) => {
    for (const path of ["src/core/hosting/score.ts", "sim/world/clock.ts"]) {
      expect(broken(grown(path, line))).toEqual([`${rule} ${path}:${lastLine(path)}`]);
      expect(broken(grown(path, `// ${line}`))).toEqual([]);
    }
  });

  it("docstring: on each export, shared by a block of constants and by overloads", () => {
    const path = "src/core/lobby/votes.ts";
    const at = (offset: number): string[] => [`docstring ${path}:${lastLine(path) + offset}`];
    expect(broken(grown(path, "", "export type T = 1;"))).toEqual(at(1));
    expect(broken(grown(path, "/** Far. */", "", "export class T {}"))).toEqual(at(2));
    expect(broken(grown(path, "", "export const b = 1;"))).toEqual(at(1));
    expect(broken(grown(path, "export function f() {}"))).toEqual(at(0));
    expect(broken(grown(path, "export const b = 1;", "export const c = 1;"))).toEqual([]);
    expect(broken(grown(path, "/** F. */", "export function f(): void;", "export function f() {}"))).toEqual([]);
  });

  it("machine-path, left-open, check-off", () => {
    const path = "src/core/lobby/votes.ts";
    const elsewhere = ["", "work", "main"].join("/");
    for (const [rule, line] of [
      ["machine-path", `// see ${elsewhere}/x`],
      ["left-open", "// TODO later"],
      ["check-off", "// @ts-ignore"],
      ["check-off", "// oxlint-disable-next-line no-var"],
    ] as const) {
      expect(broken(grown(path, line))).toEqual([`${rule} ${path}:3`]);
    }
    expect(broken({ "README.md": `cd ${elsewhere}/x` })).toEqual(["machine-path README.md:1"]);
    expect(
      broken(grown(path, "// oxlint-disable-next-line no-var -- the old form is what is tested", "// a/work/b, https://x.example/work/")),
    ).toEqual([]);
    expect(broken({ "src/core/lobby/a.test.ts": 'it.skip("x", f)' })).toEqual(["left-open src/core/lobby/a.test.ts:1"]);
  });

  it("spec: a rule no test names, no rule at all, no SPEC", () => {
    expect(broken(grown("SPEC.md", "- **HO2** epochs grow."))).toEqual(["spec SPEC.md:4"]);
    expect(broken({ ...grown("SPEC.md", "**HO2** epochs grow."), "src/core/lobby/a.test.ts": "// HO2" })).toEqual(["spec SPEC.md:4"]);
    expect(broken({ ...grown("SPEC.md", "**HO2** epochs grow."), "src/core/lobby/a.test.ts": "f(`HO2: ${x}`)" })).toEqual([]);
    expect(broken({ "SPEC.md": "# Rules\n" })).toEqual(["spec SPEC.md:1"]);
    expect(broken({ "SPEC.md": null })).toEqual(["spec SPEC.md:1"]);
  });

  it("scenario: a file no test runs", () => {
    const planted = { "scenarios/chaos/storm.yaml": "schema: x\n" };
    expect(broken(planted)).toEqual(["scenario scenarios/chaos/storm.yaml:1"]);
    for (const line of ['f("chaos/storm")', 'f("scenarios/chaos")', 'f("scenarios", "chaos")']) {
      expect(broken({ ...planted, "sim/run/storm.test.ts": line })).toEqual([]);
    }
  });
});
