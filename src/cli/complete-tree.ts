/** What may stand at the end of an unfinished command line. The commander tree is asked; there is no second list of commands. */
import type { Argument, Command, Help, Option } from "commander";
import { collect } from "./flags.ts";

/** A word that may stand there, with a few words about it (may be empty). */
export type Candidate = { readonly word: string; readonly about: string };

/** What may stand at the cursor. */
export type Wanted = {
  /** Commands, options or choices; not yet compared with what is typed. */
  readonly words: readonly Candidate[];
  /** The placeholder of the value that belongs there, such as `scenario` or `file`; null where no free value does. */
  readonly value: string | null;
  /** What is typed of the word or value. */
  readonly typed: string;
  /** What stands before it in the same word and stays as it is: `--set=`, or nothing. */
  readonly before: string;
  /** Values of the options and arguments given so far, by their placeholders. */
  readonly given: ReadonlyMap<string, string>;
};

/** What the finished words of a command line came to. */
type Reading = {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly used: ReadonlySet<Option>;
  /** Values of options, by their placeholders. */
  readonly values: ReadonlyMap<string, string>;
  /** Words that look like options and are none. */
  readonly strange: readonly string[];
  /** The option whose value comes next. */
  readonly open: Option | null;
  /** After `--` nothing is an option. */
  readonly literal: boolean;
};

/** What may complete the last of `words`, which follow the name of the program; the last one may be empty. */
export function wantedAt(program: Command, words: readonly string[]): Wanted {
  const typed = words.at(-1) ?? "";
  const reading = readWords(program, words.slice(0, -1));
  const { command, open, literal } = reading;
  const help = command.createHelp();
  const base = { typed, before: "", given: givenOf(reading) };
  if (open !== null && !(open.optional && typed.startsWith("-"))) return { ...base, ...valueOf(open.argChoices, placeholderOf(open)) };
  if (literal || !typed.startsWith("-")) return { ...base, ...operandWanted(reading, help, program) };
  const equals = typed.indexOf("=");
  if (equals < 0) return { ...base, words: optionWords(reading, help), value: null };
  const option = optionNamed(command, help, typed.slice(0, equals));
  const split = { ...base, before: typed.slice(0, equals + 1), typed: typed.slice(equals + 1) };
  return option === undefined ? { ...split, words: [], value: null } : { ...split, ...valueOf(option.argChoices, placeholderOf(option)) };
}

/** The first word of a command line that looks like an option and is none, with the options there are; undefined without such a word. */
export function strangeOption(
  program: Command,
  words: readonly string[],
): { readonly word: string; readonly known: readonly string[] } | undefined {
  const { command, strange } = readWords(program, words);
  const [word] = strange;
  const known = knownOptions(command, command.createHelp()).flatMap((option) => option.long ?? []);
  return word === undefined ? undefined : { word: word.split("=", 1)[0] ?? word, known };
}

/** The placeholder of an option's value, `file` in `--trace <file>`; null for a switch. */
export function placeholderOf(option: Option): string | null {
  return /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]?.replace(/\.\.\.$/, "") ?? null;
}

function readWords(program: Command, words: readonly string[]): Reading {
  const used = new Set<Option>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  const strange: string[] = [];
  let command = program;
  let open: Option | null = null;
  let literal = false;
  for (const word of words) {
    const isOption = !literal && word.startsWith("-") && word.length > 1;
    if (open !== null && !(open.optional && isOption)) {
      values.set(placeholderOf(open) ?? "", word);
      open = null;
    } else if (isOption) {
      open = null;
      literal = word === "--";
      const option = optionNamed(command, command.createHelp(), word.split("=", 1)[0] ?? word);
      if (option === undefined && !literal) strange.push(word);
      if (option === undefined) continue;
      used.add(option);
      const placeholder = placeholderOf(option);
      if (placeholder === null) continue;
      if (word.includes("=")) values.set(placeholder, word.slice(word.indexOf("=") + 1));
      else open = option;
    } else {
      const below = operands.length > 0 ? undefined : commandNamed(command, word);
      if (below === undefined) operands.push(word);
      else command = below;
    }
  }
  return { command, operands, used, values, strange, open, literal };
}

/** Commands below this one, or else the argument whose turn it is. */
function operandWanted({ command, operands }: Reading, help: Help, program: Command): Pick<Wanted, "words" | "value"> {
  const below = operands.length === 0 ? help.visibleCommands(command) : [];
  if (below.length > 0) return { words: below.map(commandWord), value: null };
  const argument = argumentAt(command, operands.length);
  if (argument === undefined) return { words: [], value: null };
  return argument.name() === "command"
    ? { words: commandsAt(program, operands, help), value: null }
    : valueOf(argument.argChoices, argument.name());
}

/** The commands below the one that `words` name, as the argument of `help`. */
function commandsAt(program: Command, words: readonly string[], help: Help): Candidate[] {
  let command: Command | undefined = program;
  for (const word of words) command = command && commandNamed(command, word);
  return command === undefined ? [] : help.visibleCommands(command).map(commandWord);
}

function valueOf(choices: readonly string[] | undefined, placeholder: string | null): Pick<Wanted, "words" | "value"> {
  if (choices !== undefined) return { words: choices.map((word) => ({ word, about: "" })), value: null };
  return { words: [], value: placeholder };
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

function givenOf({ command, operands, values }: Reading): Map<string, string> {
  const given = operands.flatMap((word, index) => {
    const argument = argumentAt(command, index);
    return argument === undefined ? [] : [[argument.name(), word] as const];
  });
  return new Map([...values, ...given]);
}

/** Options of the command and those above it that were not given yet or may be given again. */
function optionWords({ command, used }: Reading, help: Help): Candidate[] {
  return knownOptions(command, help)
    .filter((option) => !used.has(option) || option.variadic || option.parseArg === collect)
    .map((option) => ({ word: option.long ?? option.short ?? "", about: option.description }));
}

function knownOptions(command: Command, help: Help): Option[] {
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function optionNamed(command: Command, help: Help, name: string): Option | undefined {
  return knownOptions(command, help).find((option) => option.long === name || option.short === name);
}

/** The command below by name or alias. */
export function commandNamed(command: Command, name: string): Command | undefined {
  return command.commands.find((each) => each.name() === name || each.aliases().includes(name));
}

function commandWord(command: Command): Candidate {
  return { word: command.name(), about: command.description() };
}
