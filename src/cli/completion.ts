/** `peerstead completion`: the script by which a shell completes this command. */
import { Argument, type Command } from "commander";
import { completionScript, SHELLS, type Shell } from "./completion-scripts.ts";
import { Failure } from "./failure.ts";
import type { Cli } from "./io.ts";

/** Shells take more, but a name made of these needs no quotes in any of them. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const HELP = `
Put this into the file that your shell reads at its start:
  bash  ~/.bashrc                    source <(peerstead completion bash)
  zsh   ~/.zshrc (below compinit)    source <(peerstead completion zsh)
  fish  ~/.config/fish/config.fish   peerstead completion fish | source

In a checkout no command is installed. Define it above that line; ~/peerstead
stands for the checkout, and node must be version 24 or newer:
  bash, zsh  peerstead() { node ~/peerstead/src/cli/main.ts "$@"; }
  fish       function peerstead; node ~/peerstead/src/cli/main.ts $argv; end
alias peerstead='npm run -s peerstead --' will do, too, but works inside the
checkout only, and more slowly. Another name is told to the script by --command.

Examples:
  peerstead completion bash
  peerstead completion zsh --command pst`;

/** Adds the command to the program. */
export function addCompletion(program: Command, cli: Cli): void {
  program
    .command("completion")
    .description("print the script that completes this command in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices([...SHELLS]))
    .option("--command <name>", "the name by which you call Peerstead in your shell", "peerstead")
    .addHelpText("after", HELP)
    .action((shell: Shell, flags: { readonly command: string }) => {
      if (!NAME.test(flags.command)) throw new Failure(`--command ${flags.command}: expected a name of letters, digits, _ . and -`);
      cli.io.stdout.write(completionScript(shell, flags.command));
    });
}
