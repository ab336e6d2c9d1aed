/** The command line as a whole: its commands, its help, and how every error ends. */
import { Command } from "commander";
import { commitOf, packageVersion } from "./commit.ts";
import { addCompare } from "./compare.ts";
import { addComplete } from "./complete.ts";
import { addCompletion } from "./completion.ts";
import { addCapacity } from "./capacity.ts";
import { addConfCheck } from "./conf-check.ts";
import { addDiverge } from "./diverge.ts";
import { addExplain } from "./explain.ts";
import { addFuzz } from "./fuzz.ts";
import { sayFailure } from "./failure.ts";
import { addGameCheck } from "./game-check.ts";
import { addHelp } from "./help.ts";
import type { Cli, Io } from "./io.ts";
import { addLadder } from "./ladder.ts";
import { packageRoot } from "./places.ts";
import { addReplay } from "./replay.ts";
import { addRun } from "./run.ts";
import { addScenarioCheck } from "./scenario-check.ts";
import { addScenarioSchema } from "./scenario-schema.ts";
import { addScore } from "./score.ts";
import { slipBehind, suggestChoices } from "./suggestions.ts";

const AFTER = `
Exit codes:
    0 ok                               13 inconclusive
    1 wrong usage or bad input         14 nondeterminism
   10 a rule of safety was broken      15 timeout
   11 a rule of liveness was broken    16 crash
   12 a threshold does not hold       130 interrupted

Examples:
  peerstead run capacity/evening-peak --seeds 1..4 --workers 2
  peerstead help run`;

/** Runs the command with its arguments and answers the exit code. Throws nothing and never ends the process. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let code = 0;
  // Looked up by hand, because a command line that cannot be parsed must fail in the form it asked for, too.
  const how = { json: args.includes("--json"), debug: args.includes("--debug") };
  const exit = (chosen: number): void => {
    code = chosen;
  };
  try {
    const program = buildProgram({ io, exit, debug: how.debug });
    await program.parseAsync([...args], { from: "user" }).catch((error: unknown) => {
      throw slipBehind(error, program, args);
    });
    return code;
  } catch (error) {
    return sayFailure(error, io, how);
  }
}

/** The commands as commander knows them; completion and tests walk this tree. */
export function buildProgram(cli: Cli): Command {
  const root = packageRoot();
  const program = new Command("peerstead")
    .description("P2P-first game-map hosting, and the simulator that proves it.")
    .version(packageVersion(root), "-V, --version", "say the version")
    .option("--debug", "show the stack of an error")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void cli.io.stdout.write(text),
      writeErr: (text) => void cli.io.stderr.write(text),
      // Errors are told once, at the end, in the form the caller asked for.
      outputError: () => undefined,
    })
    .addHelpText("after", AFTER);
  program.commandsGroup("Simulate:");
  addRun(program, cli, () => commitOf(root));
  addReplay(program, cli);
  addExplain(program, cli);
  addFuzz(program, cli, () => commitOf(root));
  addCapacity(program, cli, () => commitOf(root));
  addCompare(program, cli, () => commitOf(root));
  addDiverge(program, cli);
  addLadder(program, cli);
  program.commandsGroup("Judge and check files:");
  addScore(program, cli);
  addConfCheck(group(program, "conf", "work with p2p_map_config.conf and p2p_data_sync.conf", "check conf/p2p_map_config.conf"), cli);
  addGameCheck(group(program, "game", "work with a game's databases", "check conf/game --map test_room"), cli);
  const scenario = group(program, "scenario", "work with scenario files", "check capacity/evening-peak");
  addScenarioCheck(scenario, cli);
  addScenarioSchema(scenario, cli);
  program.commandsGroup("About the command itself:");
  addCompletion(program, cli);
  addComplete(program, cli);
  addHelp(program);
  suggestChoices(program);
  return program;
}

/** A command that only holds others. */
function group(program: Command, name: string, what: string, example: string): Command {
  return program.command(name).description(what).helpCommand(false).addHelpText("after", `\nExample:\n  peerstead ${name} ${example}`);
}
