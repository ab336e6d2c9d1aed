/** The first line of a shipped file, by which an editor finds the schema. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { SCENARIOS_DIR } from "./documents.ts";

const LINE = /^# yaml-language-server: \$schema=(\S+)\n/;
const SCHEMA = join(SCENARIOS_DIR, "scenario.schema.json");

const files = readdirSync(SCENARIOS_DIR, { recursive: true, encoding: "utf8" }).filter((file) => /\.ya?ml$/.test(file));
const texts = files.sort().map((file) => ({ file, text: readFileSync(join(SCENARIOS_DIR, file), "utf8") }));

describe("the line for editors", () => {
  const scenarios = texts.filter(({ text }) => /^schema: peerstead-scenario\//m.test(text));

  it.each(scenarios)("of $file leads to the schema", ({ file, text }) => {
    const path = LINE.exec(text)?.[1];
    expect([path, resolve(SCENARIOS_DIR, dirname(file), path ?? "")]).toEqual([path, SCHEMA]);
  });

  it("stands in no file of presets, whose format is another", () => {
    const presets = texts.filter((each) => !scenarios.includes(each));
    expect(presets.length).toBeGreaterThan(10);
    expect(presets.filter(({ text }) => !text.includes("schema: peerstead-presets/") || LINE.test(text)).map(({ file }) => file)).toEqual(
      [],
    );
  });

  it("of the example in README.md leads to the schema from where it is to be saved", () => {
    const root = join(SCENARIOS_DIR, "..");
    const paths = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^# yaml-language-server: \$schema=(\S+)$/gm)];
    expect(paths.map(([, path = ""]) => resolve(root, path))).toEqual([SCHEMA]);
  });
});
