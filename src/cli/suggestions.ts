/** What was probably meant by a wrong word of the command line, where commander does not say so itself. */
import { type Argument, type Command, CommanderError, InvalidArgumentError, type Option } from "commander";
import { nearest } from "../base/text/nearest.ts";
import { strangeOption } from "./complete-tree.ts";
import { Failure } from "./failure.ts";

/** Lets every option and argument with choices, of this command and those below, name the nearest one when it refuses a word. */
export function suggestChoices(command: Command): void {
  for (const each of [...command.options, ...command.registeredArguments]) suggestFor(each);
  for (const below of command.commands) suggestChoices(below);
}

function suggestFor(choice: Option | Argument): void {
  const { argChoices: known, parseArg: parse } = choice;
  if (known === undefined || parse === undefined) return;
  choice.parseArg = (value, previous) => {
    try {
      return parse(value, previous);
    } catch (error) {
      const near = nearest(value, known);
      if (!(error instanceof InvalidArgumentError) || near === undefined) throw error;
      throw new InvalidArgumentError(`${error.message.replace(/\.$/, "")}; did you mean ${near}?`);
    }
  };
}

/**
 * The error to tell in place of `error`. Commander misses an option that must be given before it looks at the words it does not know; where
 * the option is there and only misspelt, the slip says more.
 */
export function slipBehind(error: unknown, program: Command, words: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== "commander.missingMandatoryOptionValue") return error;
  const strange = strangeOption(program, words);
  const near = strange === undefined ? undefined : nearest(strange.word, strange.known);
  return strange === undefined || near === undefined ? error : new Failure(`unknown option '${strange.word}'; did you mean ${near}?`);
}
