/** Every command's help, whatever commands there are: it fits the terminal, and what it shows as an example works. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeholderOf } from "./complete-tree.ts";
import { packageRoot } from "./places.ts";
import { everyCommand, testProgram } from "./program-tree.fixture.ts";
import { openScenario } from "./scenario-file.ts";
import { call } from "./test-io.fixture.ts";

const COLUMNS = 80;
/** Commands that answer at once, so that their examples are carried out. The others' are parsed, and their scenarios opened. */
const AT_ONCE = ["score", "conf check", "scenario check", "scenario schema", "completion", "complete", "ladder"];

/** A folder with the files that examples name. */
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerstead-help-"));
  cpSync(join(packageRoot(), "conf"), join(folder, "conf"), { recursive: true });
  mkdirSync(join(folder, "db"));
  writeFileSync(join(folder, "db", "map_index.txt"), "prontera 1\nalberta\n");
  writeFileSync(
    join(folder, "db", "p2p_hosts.yml"),
    "hosts:\n  - account_id: 7\n    cpu_ghz: 3.8\n    cpu_cores: 8\n    free_ram_mb: 16384\n    network_speed_mbps: 500\n    latency_ms: 15\n    disconnects_per_hour: 0\n    vps_connection_active: true\n",
  );
  writeFileSync(join(folder, "my-evening.yaml"), "schema: peerstead-scenario/1\nfleet: {players: {peak: 100}}\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

async function helpOf(words: readonly string[]): Promise<string> {
  const told = await call([...words, "--help"]);
  expect([told.code, told.stderr]).toEqual([0, ""]);
  return told.stdout;
}

/** The command lines behind `Example:` or `Examples:`, without the name of the program. */
function examplesIn(help: string): string[] {
  const [, block = ""] = help.split(/^Examples?:\n/m);
  return [...block.matchAll(/^ {2}peerstead (.*)$/gm)].map(([, line = ""]) => line);
}

/** Words as a shell parts them; examples are for reading and use plain words, quotes and a redirection at the end. */
function shellWords(line: string): string[] {
  return [...line.replace(/ > .*$/, "").matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ""));
}

type Parsed = { readonly command: Command; readonly words: string };

/** What the command line comes to, with nothing carried out. */
async function parsed(line: string): Promise<Parsed | "help"> {
  const program = testProgram();
  let found: Parsed | undefined;
  for (const { words, command } of everyCommand(program)) {
    if (command.commands.length === 0) command.action(() => void (found = { command, words: words.join(" ") }));
  }
  try {
    await program.parseAsync(shellWords(line), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return "help";
    throw error;
  }
  if (found === undefined) throw new Error(`peerstead ${line} leads to no command`);
  return found;
}

/** Opens the scenario that a parsed line names, with what it changes of it; complaints are thrown. */
async function openNamed({ command }: Parsed): Promise<void> {
  const index = command.registeredArguments.findIndex((argument) => argument.name() === "scenario");
  const values = command.opts<Record<string, string | string[]>>();
  const name = index < 0 ? values["scenario"] : command.args[index];
  if (typeof name !== "string") return;
  const sets = command.options
    .filter((option) => placeholderOf(option) === "path=value")
    .flatMap((option) => values[option.attributeName()] ?? []);
  const watchInterrupts = () => ({ signal: new AbortController().signal, release: () => undefined });
  const io = { stdout: process.stdout, stderr: process.stderr, cwd: folder, env: {}, watchInterrupts };
  const points = await openScenario(name, { set: sets }, { io, exit: () => undefined, debug: false });
  expect(points.length).toBeGreaterThan(0);
}

describe.each(everyCommand(testProgram()).map(({ words }) => ({ name: ["peerstead", ...words].join(" "), words })))(
  "help of $name",
  ({ words }) => {
    it("says what the command and each of its options is", async () => {
      const command = everyCommand(testProgram()).find((each) => each.words.join() === words.join())?.command;
      expect(command?.description()).not.toBe("");
      for (const each of [...(command?.options ?? []), ...(command?.registeredArguments ?? [])]) expect(each.description).not.toBe("");
    });

    it(`fits ${COLUMNS} columns, but for examples, which are for copying`, async () => {
      const [text = ""] = (await helpOf(words)).split(/^Examples?:\n/m);
      expect(text.split("\n").filter((line) => line.length > COLUMNS)).toEqual([]);
    });

    it("has an example of the command itself", async () => {
      const own = words.join(" ");
      expect(examplesIn(await helpOf(words)).filter((line) => own === "" || line === own || line.startsWith(`${own} `))).not.toEqual([]);
    });

    it("has examples that are understood, of scenarios and fields that there are, and that work", async () => {
      const failed: unknown[] = [];
      for (const line of examplesIn(await helpOf(words))) {
        const found = await parsed(line);
        if (found === "help") continue;
        await openNamed(found);
        const told = AT_ONCE.includes(found.words) ? await call(shellWords(line), { cwd: folder }) : null;
        if (told !== null && told.code !== 0) failed.push([line, told]);
      }
      expect(failed).toEqual([]);
    });
  },
);

describe("help of the program", () => {
  it("puts every command into a group with a title of its own", async () => {
    const help = await helpOf([]);
    expect(help).not.toMatch(/^Commands:$/m);
    const named = everyCommand(testProgram()).filter(({ words, hidden }) => words.length === 1 && !hidden);
    for (const { words } of named) expect(help).toMatch(new RegExp(`^ {2}${words[0]} `, "m"));
  });
});
