/** Completion where it happens: in real shells, on a terminal, at the Tab key. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SHELLS } from "./completion-scripts.ts";
import { installed, ShellSession, type ShellName } from "./shell-session.fixture.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const ROOT = join(import.meta.dirname, "..", "..");

const KEY_LEFT = "\x02";

let folder = "";
let env: Readonly<Record<string, string>> = {};
const open: ShellSession[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-completion-"));
  for (const name of ["reports", "nest"]) mkdirSync(join(folder, name));
  for (const name of ["mine.yaml", "mine.txt", "hosts.yml", "two words.yaml"]) writeFileSync(join(folder, name), "");
  env = { HOME: join(folder, "nest"), NODE_COMPILE_CACHE: join(folder, "cache"), NODE: process.execPath };
});

afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shell that has carried out `setup`; it ends with the test. */
async function opened(shell: ShellName, cwd: string, setup: readonly string[]): Promise<ShellSession> {
  const session = await ShellSession.open(shell, cwd, env, setup);
  open.push(session);
  return session;
}

/** Where the command is not installed, it is a function of this name. */
function named(shell: ShellName, name: string): string {
  return shell === "fish" ? `function ${name}; $NODE ${MAIN} $argv; end` : `${name}() { "$NODE" ${MAIN} "$@"; }`;
}

function loaded(shell: ShellName, name: string): string {
  const script = `${name} completion ${shell} --command ${name}`;
  return shell === "fish" ? `${script} | source` : `source <(${script})`;
}

/** What is typed after the command's name, and what Tab makes of it. */
const TYPED: readonly (readonly [string, string])[] = [
  ["rep", "replay "],
  ["run capacity/e", "run capacity/evening-peak "],
  ["scenario check smoke/vp", "scenario check smoke/vps-full "],
  ["run capacity/million --work", "run capacity/million --workers "],
  ["run capacity/million --set fleet.players.peakT", "run capacity/million --set fleet.players.peakToTrough="],
  ["run capacity/million --set fleet.players.executor=da", "run capacity/million --set fleet.players.executor=daily-curve "],
  ["run capacity/million --set=fleet.players.executor=da", "run capacity/million --set=fleet.players.executor=daily-curve "],
  ["score --strategy n", "score --strategy normalized "],
  ["score --conf ho", "score --conf hosts.yml "],
  ["run x --set conf.file=ho", "run x --set conf.file=hosts.yml "],
  ["run x --report re", "run x --report reports/"],
  ["run min", "run mine.yaml "],
  ["run tw", "run two\\ words.yaml "],
  ["run x --seeds m", "run x --seeds m"],
];

describe.each(SHELLS)("%s", (shell) => {
  const missing = [shell, "script"].filter((program) => !installed(program));
  const skipped = missing.length > 0 && process.env["CI"] !== "true";
  const why = skipped ? ` (skipped: no ${missing.join(" and no ")} here)` : "";

  it.skipIf(skipped)(`completes commands, names, paths, values and files at Tab${why}`, { timeout: 120_000 }, async () => {
    const session = await opened(shell, folder, [named(shell, "peerstead"), loaded(shell, "peerstead")]);
    const lines: string[] = [];
    for (const [typed] of TYPED) lines.push(await session.completed(`peerstead ${typed}`));
    expect(lines).toEqual(TYPED.map(([, line]) => `peerstead ${line}`));
  });

  it.skipIf(skipped)(`lists what there is when there is more than one${why}`, async () => {
    const session = await opened(shell, folder, [named(shell, "peerstead"), loaded(shell, "peerstead")]);
    const text = await session.shown("peerstead run smoke/store-", /store-fail[^]*store-slow[^]*store-unknown/);
    expect(text).not.toContain("mine.yaml");
  });

  it.skipIf(skipped)(`goes on within quotes, and before the end of a line${why}`, async () => {
    const session = await opened(shell, folder, [named(shell, "peerstead"), loaded(shell, "peerstead")]);
    expect(await session.completed("peerstead run x --set 'fleet.players.executor=da")).toMatch(
      /^\S+ run x --set 'fleet\.players\.executor=daily-curve'? ?$/,
    );
    expect(await session.completed(`peerstead run sm --seeds 3${KEY_LEFT.repeat(10)}`)).toBe("peerstead run smoke/ --seeds 3");
  });

  it.skipIf(skipped)(`asks an alias, under whatever name${why}`, async () => {
    const alias = shell === "fish" ? `alias pst="$NODE ${MAIN}"` : `alias pst="'$NODE' ${MAIN}"`;
    const session = await opened(shell, folder, [alias, loaded(shell, "pst")]);
    const lines = [await session.completed("pst run capacity/e"), await session.completed("pst run x --set fleet.ma")];
    expect(lines).toEqual(["pst run capacity/evening-peak ", "pst run x --set fleet.maps."]);
  });

  it.skipIf(skipped)(`works through npm in a checkout${why}`, async () => {
    const setup = [`alias peerstead='npm run -s peerstead --'`, loaded(shell, "peerstead")];
    const session = await opened(shell, ROOT, setup);
    const lines = [await session.completed("peerstead run capacity/e"), await session.completed("peerstead sco")];
    expect(lines).toEqual(["peerstead run capacity/evening-peak ", "peerstead score "]);
  });

  it.skipIf(skipped)(`leaves the line alone and says nothing when the command cannot answer${why}`, async () => {
    const broken = shell === "fish" ? "function peerstead; echo noise >&2; return 1; end" : "peerstead() { echo noise >&2; return 1; }";
    const session = await opened(shell, folder, [named(shell, "peerstead"), loaded(shell, "peerstead"), broken]);
    const text = await session.shown("peerstead run capacity/e", /capacity\/e/);
    expect(text).not.toContain("noise");
    expect(await session.completed("peerstead run capacity/e")).toBe("peerstead run capacity/e");
  });
});
