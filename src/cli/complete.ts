/** `peerstead complete -- WORDS…`: what may stand at the end of a command line. The completion scripts of the shells ask it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type Candidate, type Wanted, wantedAt } from "./complete-tree.ts";
import type { Cli } from "./io.ts";
import { packageRoot, scenarioPath, shippedScenarios } from "./places.ts";
import { openScenario, readForScenario } from "./scenario-file.ts";

/** What the shell shall add by itself: nothing, any files, folders, or scenario files (.yaml, .yml). */
type FromShell = "none" | "files" | "folders" | "scenarios";
type Completion = { readonly fromShell: FromShell; readonly words: readonly Candidate[] };

/**
 * What belongs at each placeholder that commands use for values; the others are names known elsewhere, or numbers and the like, at which nothing
 * can be offered. A test fails for a placeholder that stands in none of the lists.
 */
const SHELL_VALUES: Readonly<Record<string, FromShell>> = { a: "files", b: "files", file: "files", dir: "folders", scenario: "scenarios" };
/** Fields of a scenario, as `--set` and `--vary` take them. */
const PATH_VALUES: readonly string[] = ["path=value", "path"];
const PLAIN_VALUES: readonly string[] = [
  "bugs",
  "command",
  "map",
  "n",
  "name",
  "seconds",
  "seeds",
  "share",
  "time",
  "us",
  "value",
  "words",
];

/** Whether it has been thought about what completes values of this placeholder. */
export function isKnownPlaceholder(name: string): boolean {
  return Object.hasOwn(SHELL_VALUES, name) || PATH_VALUES.includes(name) || PLAIN_VALUES.includes(name);
}

/** Adds the command to the program. It is hidden: people ask for `completion`. */
export function addComplete(program: Command, cli: Cli): void {
  program
    .command("complete", { hidden: true })
    .description("say what may stand at the end of a command line; the scripts of `completion` ask this")
    .argument("[words...]", "the words after the name of the program, the unfinished one last (it may be empty), behind --")
    .addHelpText(
      "after",
      `
The first line says what the shell shall add: none, files, folders, or scenarios
(files .yaml and .yml). Each further line is a word, a tab, and what it means.

Example:
  peerstead complete -- run capacity/`,
    )
    .action(async (words: readonly string[]) => {
      // Somebody is typing: whatever goes wrong, their line must not be filled with our complaints.
      const { fromShell, words: found } = await completed(program, words, cli).catch((): Completion => ({ fromShell: "none", words: [] }));
      const lines = found.map(({ word, about }) => `${word}\t${about.replaceAll(/\s+/g, " ")}`);
      cli.io.stdout.write([fromShell, ...lines, ""].join("\n"));
    });
}

async function completed(program: Command, words: readonly string[], cli: Cli): Promise<Completion> {
  const wanted = wantedAt(program, words);
  const { fromShell, words: found } = await offered(wanted, cli);
  const fitting = found.filter(({ word }) => word.startsWith(wanted.typed));
  return { fromShell, words: fitting.map(({ word, about }) => ({ word: `${wanted.before}${word}`, about })) };
}

async function offered(wanted: Wanted, cli: Cli): Promise<Completion> {
  const { value, words } = wanted;
  if (value === null) return { fromShell: "none", words };
  if (PATH_VALUES.includes(value)) return pathValues(wanted, cli);
  if (value === "map") return { fromShell: "none", words: await mapWords(wanted, cli) };
  if (value === "scenario") return { fromShell: "scenarios", words: scenarioWords() };
  return { fromShell: SHELL_VALUES[value] ?? "none", words };
}

function scenarioWords(): Candidate[] {
  const root = packageRoot();
  return shippedScenarios(root).map((name) => ({ word: name, about: titleOf(join(root, "scenarios", `${name}.yaml`)) }));
}

/** The title line of a scenario file; reading the YAML of every scenario would take longer than people wait for a key. */
function titleOf(file: string): string {
  if (!existsSync(file)) return "";
  return /^title: *(["']?)(.*)\1$/m.exec(readFileSync(file, "utf8"))?.[2] ?? "";
}

/** Paths of the scenario that the line names already, or else of one that has the defaults only. */
async function pathValues(wanted: Wanted, cli: Cli): Promise<Completion> {
  const [{ readScenarioDocument, scenarioFile }, { presetShelf }, { setWords, variedWords }] = await Promise.all([
    import("../../sim/run/scenario/documents.ts"),
    import("../../sim/run/scenario/presets.ts"),
    import("../../sim/run/scenario/path-words.ts"),
  ]);
  const defaults = scenarioFile("presets/defaults");
  const read = readScenarioDocument(namedScenario(wanted.given.get("scenario"), cli) ?? defaults, readForScenario);
  const document = read.ok ? read : readScenarioDocument(defaults, readForScenario);
  if (!document.ok) return { fromShell: "none", words: [] };
  if (wanted.value === "path") return { fromShell: "none", words: variedWords(wanted.typed, document.value) };
  const words = setWords(wanted.typed, document.value, presetShelf(readForScenario));
  return { fromShell: wanted.typed.startsWith("conf.file=") ? "files" : "none", words };
}

/** The maps of the scenario that the line names. */
async function mapWords(wanted: Wanted, cli: Cli): Promise<Candidate[]> {
  const [point] = await openScenario(wanted.given.get("scenario") ?? "", {}, cli);
  return (point?.options.maps.names ?? []).map((name, index) => ({
    word: name,
    about: point?.options.maps.eligible[index] === true ? "" : "critical, stays on the VPS",
  }));
}

function namedScenario(name: string | undefined, cli: Cli): string | undefined {
  try {
    return name === undefined ? undefined : scenarioPath(name, cli.io.cwd, packageRoot());
  } catch {
    return undefined;
  }
}
