import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isKnownPlaceholder } from "./complete.ts";
import { placeholderOf } from "./complete-tree.ts";
import { packageRoot, shippedScenarios } from "./places.ts";
import { everyCommand, testProgram } from "./program-tree.fixture.ts";
import { call } from "./test-io.fixture.ts";

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-complete-"));
  writeFileSync(join(cwd, "own.yaml"), "schema: peerstead-scenario/1\nfleet: {regions: {NORTH: 1, SOUTH: 2}, players: {peak: 77}}\n");
  writeFileSync(join(cwd, "broken.yaml"), "fleet: [\n");
});

afterAll(() => rmSync(cwd, { recursive: true }));

type Answer = { readonly shell: string; readonly words: readonly string[]; readonly about: Readonly<Record<string, string>> };

async function complete(...words: string[]): Promise<Answer> {
  const told = await call(["complete", "--", ...words], { cwd });
  expect([told.code, told.stderr]).toEqual([0, ""]);
  expect(told.stdout.endsWith("\n")).toBe(true);
  const [shell = "", ...lines] = told.stdout.slice(0, -1).split("\n");
  const pairs = lines.map((line) => line.split("\t") as [string, string]);
  expect(pairs.every((pair) => pair.length === 2)).toBe(true);
  return { shell, words: pairs.map(([word]) => word), about: Object.fromEntries(pairs) };
}

describe("the whole tree is completed", () => {
  const commands = everyCommand(testProgram());
  const shown = commands.filter(({ hidden }) => !hidden);

  it.each(shown)("$words", async ({ words, command }) => {
    const below = await complete(...words, "");
    for (const each of command.createHelp().visibleCommands(command)) expect(below.words).toContain(each.name());
    const options = await complete(...words, "-");
    expect(options.words).toEqual(expect.arrayContaining(["--help", "--debug", ...command.options.map((option) => option.long ?? "")]));
    for (const option of command.options) {
      const name = option.long ?? "";
      if (option.argChoices === undefined) continue;
      expect((await complete(...words, name, "")).words).toEqual(option.argChoices);
      expect((await complete(...words, `${name}=`)).words).toEqual(option.argChoices.map((choice) => `${name}=${choice}`));
    }
  });

  it.each(commands.filter(({ hidden }) => hidden))("$words is for programs and not offered", async ({ words: [name = ""] }) => {
    expect((await complete("")).words).not.toContain(name);
    expect((await call(["--help"])).stdout).not.toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
  });

  it("every placeholder of a value has been thought about (SHELL_VALUES, PATH_VALUES, PLAIN_VALUES of complete.ts)", () => {
    const names = commands.flatMap(({ command }) => [
      ...command.options.filter((option) => option.argChoices === undefined).flatMap((option) => placeholderOf(option) ?? []),
      ...command.registeredArguments.filter((argument) => argument.argChoices === undefined).map((argument) => argument.name()),
    ]);
    expect(new Set(names).size).toBeGreaterThan(5);
    expect(names.filter((name) => !isKnownPlaceholder(name))).toEqual([]);
  });
});

describe("what is offered", () => {
  it("shipped scenarios with their titles, and scenario files, where a scenario belongs", async () => {
    const all = await complete("run", "");
    expect([all.shell, all.words]).toEqual(["scenarios", shippedScenarios(packageRoot())]);
    expect(all.about["smoke/calm"]).toBe("Nothing goes wrong");
    expect((await complete("run", "capacity/e")).words).toEqual(["capacity/evening-peak"]);
    expect((await complete("scenario", "check", "smoke/vp")).words).toEqual(["smoke/vps-full"]);
    expect((await complete("replay", "--seed", "1", "chaos/reg")).words).toEqual(["chaos/region-outage"]);
    expect(await complete("run", "smoke/calm", "")).toMatchObject({ shell: "none", words: [] });
  });

  it("options that were not given yet, and those that may be given again", async () => {
    const { words } = await complete("run", "smoke/calm", "--seeds", "1..2", "--set", "a=b", "--");
    expect(words).toContain("--set");
    expect(words).not.toContain("--seeds");
    expect((await complete("run", "--see")).words).toEqual(["--seeds"]);
    expect((await complete("run", "--", "--see")).words).toEqual([]);
  });

  it("files and folders for options that take them, nothing for numbers", async () => {
    expect(await complete("score", "--conf", "x")).toMatchObject({ shell: "files", words: [] });
    expect(await complete("score", "--conf=x")).toMatchObject({ shell: "files", words: [] });
    expect(await complete("run", "x", "--report", "")).toMatchObject({ shell: "folders", words: [] });
    expect(await complete("run", "x", "--workers", "")).toMatchObject({ shell: "none", words: [] });
    expect(await complete("conf", "check", "")).toMatchObject({ shell: "files", words: [] });
  });

  it("commands for help, and nothing behind an unknown word", async () => {
    expect((await complete("help", "")).words).toEqual(expect.arrayContaining(["run", "conf", "completion"]));
    expect((await complete("help", "scenario", "")).words).toEqual(["check", "schema"]);
    expect((await complete("help", "nonsense", "")).words).toEqual([]);
    expect((await complete("conf", "nonsense", "")).words).toEqual([]);
    expect((await complete("run", "x", "--nonsense=")).words).toEqual([]);
    expect((await complete()).words).toContain("run");
  });

  it("the fields of the scenario that the line names, with their present values", async () => {
    const own = await complete("run", "own.yaml", "--set", "fleet.players.peak");
    expect(own.about["fleet.players.peak="]).toMatch(/^now 77\. /);
    expect((await complete("run", "own.yaml", "--set", "fleet.regions.N")).words).toEqual(["fleet.regions.NORTH=", "fleet.regions.NORTH."]);
    expect((await complete("run", "chaos/region-outage", "--set=faults.plan.0.ki")).words).toEqual(["--set=faults.plan.0.kind="]);
    expect(await complete("run", "own.yaml", "--set", "conf.file=x")).toMatchObject({ shell: "files", words: [] });
  });

  it("sides of diverge as files, and the fields of the scenario that an option names", async () => {
    expect(await complete("diverge", "re")).toMatchObject({ shell: "files", words: [] });
    expect((await complete("diverge", ".", "--scenario", "smoke/vp")).words).toEqual(["smoke/vps-full"]);
    for (const named of [["--scenario", "own.yaml"], ["--scenario=own.yaml"]])
      expect((await complete("diverge", ".", ...named, "--set", "fleet.regions.N")).words).toContain("fleet.regions.NORTH=");
    expect((await complete("diverge", ".", "--of", "d")).words).toEqual(["decisions"]);
  });

  it("the maps of the scenario that the line names, the critical ones marked", async () => {
    const maps = await complete("explain", "smoke/calm", "--map", "pro");
    expect(maps.words).toContain("prontera");
    expect(maps.about["prontera"]).toBe("critical, stays on the VPS");
    expect((await complete("explain", "broken.yaml", "--map", "")).words).toEqual([]);
  });

  it.each([["broken.yaml"], ["no-such-file.yaml"], ["no/such-scenario"]])(
    "the fields of the defaults when %s cannot be read",
    async (name) => {
      expect((await complete("run", name, "--set", "fleet.players.exec")).about["fleet.players.executor="]).toMatch(/^now constant\. /);
    },
  );
});
