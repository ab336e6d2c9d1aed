/** The bar on a real terminal. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installed } from "./shell-session.fixture.ts";

const ESCAPE = "\u001b";
const MAIN = join(import.meta.dirname, "main.ts");

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-bar-"));
});

afterAll(() => rmSync(cwd, { recursive: true }));

describe("the bar", () => {
  const skipped = !installed("script") && process.env["CI"] !== "true";
  const why = skipped ? " (skipped: no script here)" : "";

  /** All that a run shows on a terminal of its own. */
  function shown(env: Readonly<Record<string, string>>): string {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...usual } = process.env;
    const line = `'${process.execPath}' '${MAIN}' run smoke/calm --seeds 1..1 --report '${cwd}'`;
    const ran = spawnSync("script", ["-qefc", line, "/dev/null"], { cwd, encoding: "utf8", env: { ...usual, ...env } });
    expect([ran.status, ran.stdout.includes("OK. No rule was broken")]).toEqual([0, true]);
    return ran.stdout;
  }

  it.skipIf(skipped)(`is drawn, without colours of its own${why}`, () => {
    const text = shown({ TERM: "xterm", NO_COLOR: "1" });
    expect(text).toContain("░");
    // What hides the cursor is no colour; those end in m.
    expect(text).toContain(`${ESCAPE}[?25l`);
    expect(text.split(ESCAPE).filter((after) => /^\[[0-9;]*m/.test(after))).toEqual([]);
  });

  it.skipIf(skipped)(`is not drawn where nothing can be${why}`, () => {
    const text = shown({ TERM: "dumb" });
    expect(text).not.toContain(ESCAPE);
    expect(text).not.toContain("░");
  });
});
