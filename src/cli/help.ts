/** `peerstead help`: the help of any command. */
import type { Command } from "commander";
import { nearest } from "../base/text/nearest.ts";
import { commandNamed } from "./complete-tree.ts";
import { Failure } from "./failure.ts";

/** Adds the command to the program, in place of commander's own, which answers a slip with the whole help and knows one word only. */
export function addHelp(program: Command): void {
  program
    .command("help")
    .description("show the help of a command")
    .argument("[command...]", "the command; all commands are listed when not given")
    .addHelpText("after", "\nExample:\n  peerstead help scenario check")
    .action((words: readonly string[]) => {
      let command = program;
      for (const [index, word] of words.entries()) {
        const below = commandNamed(command, word);
        if (below === undefined) throw unknownCommand(words.slice(0, index + 1), command);
        command = below;
      }
      command.outputHelp();
    });
}

function unknownCommand(words: readonly string[], above: Command): Failure {
  const names = above
    .createHelp()
    .visibleCommands(above)
    .map((each) => each.name());
  const near = nearest(words.at(-1) ?? "", names);
  const hint = near === undefined ? "" : `; did you mean ${[...words.slice(0, -1), near].join(" ")}?`;
  return new Failure(`unknown command '${words.join(" ")}'${hint}`);
}
